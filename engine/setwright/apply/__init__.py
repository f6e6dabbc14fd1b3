"""Carrying out: the steps of a plan, resumably, and exports as folders."""
