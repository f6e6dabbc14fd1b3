"""The shapes of annotations by name: for those who need the words and no columns, which cost the import of NumPy."""

SHAPES: tuple[str, ...] = ("rectangle", "polygon", "line", "points", "mask")
"""LayerNext's words for the shapes, in the order of the codes in `frames`."""
