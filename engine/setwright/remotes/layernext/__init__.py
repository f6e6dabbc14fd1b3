"""LayerNext over its HTTP API."""
