"""A dataclass of ours is one of the standard library's, but for when its `__init__` is written."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from typing import Any

import pytest
from pydantic import TypeAdapter

from setwright.model import values
from setwright.model.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """Frames of a split."""

    name: str
    frames: int = 0
    seen: list[str] = dataclasses.field(default_factory=list)
    note: str = dataclasses.field(default="", compare=False)


@dataclass(frozen=True, slots=True, order=True)
class Number:
    """A number of two parts, both at least 0."""

    major: int
    minor: int = 0

    def __post_init__(self) -> None:
        if self.minor < 0:
            raise ValueError("below 0")


def both(**options: bool) -> list[type]:
    """One class, made by the standard library and by us."""
    made = []
    for decorator in (dataclasses.dataclass, values.dataclass):

        class Point:
            """A point."""

            x: int
            y: int = 2
            label: str = dataclasses.field(default="", repr=False)

        made.append(decorator(**options)(Point))
    return made


OPTIONS: list[dict[str, bool]] = [
    {},
    {"frozen": True},
    {"frozen": True, "slots": True},
    {"frozen": True, "slots": True, "kw_only": True},
    {"frozen": True, "slots": True, "eq": False},
    {"slots": True},
    {"frozen": True, "order": True},
]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_it_does_what_the_standard_librarys_does(options: dict[str, bool]) -> None:
    def told(kind: Any) -> list[Any]:
        one, same, other = kind(x=1), kind(x=1, y=2), kind(x=2)
        first, second, third = (
            ({one: 0}, {same: 0}, {other: 0}) if kind.__hash__ is not None else ((), (), ())
        )
        return [
            repr(one),
            one == same,
            one == other,
            one != other,
            one == (1, 2, ""),
            one in second if first else None,
            one in third if first else None,
            _done(lambda: one < other),
            _done(lambda: setattr(one, "x", 3)),
            _done(lambda: delattr(one, "x")),
            _done(lambda: kind(1).x),
            _done(lambda: kind()),
            _done(lambda: kind(x=1, z=2)),
            dataclasses.asdict(other),
            dataclasses.replace(other, y=7).y,
            [(field.name, field.type, field.kw_only) for field in dataclasses.fields(kind)],
            hasattr(other, "__dict__"),
            kind.__match_args__,
        ]

    theirs, ours = map(told, both(**options))
    assert ours == theirs


def _done(do: Any) -> Any:
    """What that gives, or which error."""
    try:
        return do()
    except (TypeError, AttributeError) as error:
        return type(error)


def test_what_is_made_by_default_is_made_for_each() -> None:
    Split(name="train").seen.append("a")
    assert Split(name="train").seen == []


def test_a_field_that_is_not_compared_makes_no_difference() -> None:
    assert Split(name="train", note="one") == Split(name="train", note="other")


def test_a_value_that_cannot_be_is_not_made() -> None:
    assert Number(1) < Number(1, 2)
    with pytest.raises(ValueError, match="below 0"):
        Number(1, -1)


def test_a_missing_value_and_one_too_many_are_told_by_name() -> None:
    with pytest.raises(TypeError, match="'major'"):
        Number()  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="'patch'"):
        Number(1, patch=2)  # type: ignore[call-arg]


def test_a_frozen_value_can_be_copied_and_sent_elsewhere() -> None:
    split = Split(name="train", frames=3, seen=["a"], note="b")
    for other in (copy.copy(split), copy.deepcopy(split), pickle.loads(pickle.dumps(split))):
        assert (other, other.note) == (split, "b")


def test_pydantic_reads_and_checks_it() -> None:
    read = TypeAdapter(Number).validate_python
    assert read({"major": "1"}) == Number(1)
    with pytest.raises(ValueError, match="below 0"):
        read({"major": 1, "minor": -1})


def test_the_init_is_written_when_the_first_value_is_made() -> None:
    _, kind = both(frozen=True)
    before: Any = kind.__init__  # type: ignore[misc]
    kind(x=1)
    written: Any = kind.__init__  # type: ignore[misc]
    assert before is not written
    assert written.__code__.co_varnames == ("self", "x", "y", "label")
    assert kind(x=1) == kind(x=1)
    assert kind.__init__ is written  # type: ignore[misc]
