"""A lake as a server that speaks LayerNext's wire."""
