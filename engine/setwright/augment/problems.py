"""What can be wrong with a request for augmentations, as values; whoever knows the file makes findings of them.

`path` leads to what is wrong: keys and list positions from the request's own mapping on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from setwright.model.values import dataclass

if TYPE_CHECKING:
    from setwright.augment.vocabulary import Property

Path: TypeAlias = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class UnknownType:
    """No type is called `name`; `known` are those that could have been meant."""

    path: Path
    name: str
    known: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UnknownProperty:
    """The type `type` has no property `name`; `known` are those it has."""

    path: Path
    type: str
    name: str
    known: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OutOfRange:
    """`value` lies outside what `property` takes, or what the knob `knob` takes as `allowed` says."""

    path: Path
    what: str
    value: float
    allowed: str


@dataclass(frozen=True, slots=True)
class Malformed:
    """A value of another shape than the one that is `wanted`; `example` shows one."""

    path: Path
    what: str
    wanted: str
    example: str


@dataclass(frozen=True, slots=True)
class NoPicture:
    """`what` is asked for in a way that makes no picture; `why` is the end of a sentence."""

    path: Path
    what: str
    why: str


@dataclass(frozen=True, slots=True)
class Twice:
    """The property was asked for at `first` already."""

    path: Path
    first: Path
    property: Property


@dataclass(frozen=True, slots=True)
class Harsh:
    """A value past the greatest one that makes sense, `most`; `why` is a sentence without its full stop."""

    path: Path
    value: float
    most: int
    why: str


Problem: TypeAlias = UnknownType | UnknownProperty | OutOfRange | Malformed | NoPicture | Twice | Harsh
