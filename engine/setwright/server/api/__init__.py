"""The lake's own HTTP API, for setwright itself and for programs: beside LayerNext's wire, under a path of its own."""
