"""From the tables of one release to those of the next: a module `to_N` for each version of the schema after the first.

How to add to the schema is told in `docs/architecture.md`.
"""
