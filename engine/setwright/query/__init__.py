"""The query language: LayerNext's `group.key=value`, with and, or, not and more; `docs/query.md` tells it."""
