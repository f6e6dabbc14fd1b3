"""Dataclasses that are there at once: their `__init__` is written when the first value is made, not when they load.

The standard library's decorator writes up to six methods for each class, and compiles each by itself. That is half a
millisecond, which every start would pay for two hundred classes, of which a command makes values of few. What is
decorated here is a dataclass for everybody: for `fields` and `replace`, for pydantic and for mypy.
"""

from __future__ import annotations

import dataclasses
from operator import attrgetter, ge, gt, le, lt
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:

    def dataclass(*, frozen=False, slots=False, kw_only=False, eq=True, order=False):
        """As the standard library's, for classes without `InitVar` and without fields that `__init__` does not take."""

        def decorated(cls):
            cls = dataclasses.dataclass(init=False, repr=False, eq=False, slots=slots, kw_only=kw_only)(cls)
            cls.__init__ = _init_to_be(cls, frozen=frozen)
            _add(cls, "__repr__", _repr)
            if eq:
                _compare(cls, frozen=frozen, order=order)
            if frozen:
                _freeze(cls, slots=slots)
            return cls

        return decorated


def _add(cls: type, name: str, method: Any) -> None:
    """Give `cls` a method, unless it has one of its own."""
    if name not in cls.__dict__:
        setattr(cls, name, method)


def _init_to_be(cls: Any, *, frozen: bool) -> Any:
    def __init__(self: Any, *values: Any, **named: Any) -> None:
        cls.__init__ = _init(cls, frozen=frozen)
        cls.__init__(self, *values, **named)

    return __init__


def _init(cls: Any, *, frozen: bool) -> Any:
    """The `__init__` that takes the fields of `cls`."""
    known: dict[str, Any] = {"_missing_": dataclasses.MISSING, "_set_": object.__setattr__}
    taken: list[str] = ["self"]
    named: list[str] = []
    lines: list[str] = []
    for field in dataclasses.fields(cls):
        name = value = field.name
        parameter = name
        if field.default is not dataclasses.MISSING:
            known[f"_default_{name}_"] = field.default
            parameter += f"=_default_{name}_"
        elif field.default_factory is not dataclasses.MISSING:
            known[f"_make_{name}_"] = field.default_factory
            parameter += "=_missing_"
            value = f"_make_{name}_() if {name} is _missing_ else {name}"
        (named if field.kw_only else taken).append(parameter)
        lines.append(f"_set_(self, {name!r}, {value})" if frozen else f"self.{name} = {value}")
    if hasattr(cls, "__post_init__"):
        lines.append("self.__post_init__()")
    parameters = ", ".join([*taken, *(["*", *named] if named else [])])
    exec("\n ".join([f"def __init__({parameters}):", *(lines or ["pass"])]), known)  # noqa: S102 - names of fields
    made = known["__init__"]
    made.__qualname__ = f"{cls.__qualname__}.__init__"
    return made


def _repr(self: Any) -> str:
    told = ", ".join(
        f"{field.name}={getattr(self, field.name)!r}" for field in dataclasses.fields(self) if field.repr
    )
    return f"{type(self).__qualname__}({told})"


def _compare(cls: Any, *, frozen: bool, order: bool) -> None:
    names = [field.name for field in dataclasses.fields(cls) if field.compare]
    values: Any = attrgetter(*names) if names else lambda _: ()

    def __eq__(self: Any, other: object) -> Any:
        return values(self) == values(other) if type(other) is type(self) else NotImplemented

    def __hash__(self: Any) -> int:
        return hash(values(self))

    _add(cls, "__eq__", __eq__)
    if cls.__dict__.get("__hash__") is None:
        cls.__hash__ = __hash__ if frozen else None
    if order:
        for name, compared in (("__lt__", lt), ("__le__", le), ("__gt__", gt), ("__ge__", ge)):
            _add(cls, name, _ordering(values, compared))


def _ordering(values: Any, compared: Any) -> Any:
    def method(self: Any, other: object) -> Any:
        return compared(values(self), values(other)) if type(other) is type(self) else NotImplemented

    return method


def _freeze(cls: type, *, slots: bool) -> None:
    _add(cls, "__setattr__", _refuse)
    _add(cls, "__delattr__", _refuse)
    if slots:  # else what `pickle` and `copy` do by themselves would set attributes
        _add(cls, "__getstate__", _state)
        _add(cls, "__setstate__", _set_state)


def _refuse(self: Any, name: str, value: Any = None) -> NoReturn:
    raise dataclasses.FrozenInstanceError(f"cannot assign to or delete field {name!r}")


def _state(self: Any) -> list[Any]:
    return [getattr(self, field.name) for field in dataclasses.fields(self)]


def _set_state(self: Any, state: list[Any]) -> None:
    for field, value in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, field.name, value)
