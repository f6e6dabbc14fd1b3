"""The edge to the world: the few functions by which files are named and written."""
