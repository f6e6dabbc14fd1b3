"""The words everyone shares: values without I/O, a module for each notion.

Nothing is re-exported here, so that a caller pays only for what it names: `frames`, `manifest` and `statistics`
need NumPy, the others only the standard library.
"""
