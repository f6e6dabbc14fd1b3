"""What people write: YAML text to a typed, checked spec, and a project of them.

Nothing here reads a file: whoever knows the disk hands in names and bytes, and gets values and findings.
"""
