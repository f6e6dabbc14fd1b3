"""LayerNext's HTTP API over a lake, a module for each of its parts."""
