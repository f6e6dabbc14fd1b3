"""Pixels: varied copies of pictures, made so that they are the same on every machine, and sheets to look at."""
