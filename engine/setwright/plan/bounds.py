"""What values of the plan's document are held to, told where the types are, without the library that reads it."""

from __future__ import annotations

from typing import Any


class Bounds:
    """Bounds in pydantic's words: `ge`, `le`, `min_length`, `pattern`. They go into the schema, and hold where a saved
    plan is read; to make a value of a class with these types checks nothing.
    """

    __slots__ = ("_bounds",)

    def __init__(self, **bounds: Any) -> None:
        self._bounds = bounds

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        return {**handler(source), **self._bounds}
