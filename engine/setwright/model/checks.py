"""What must hold of a dataset when it is made: assertions on the planned data, each a value.

A check is an error or a warning by its `level`: an error forbids the plan, a warning is shown. Checks are no part of
what a dataset is: neither its digest nor the state nor the remote knows of them, so a new one never makes a version.
The union is tagged by `kind`, the field of `checks` that asks for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

from setwright.model.splits import Split  # noqa: TC001 - pydantic reads the annotations
from setwright.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable

Level: TypeAlias = Literal["error", "warning"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FewestFrames:
    """At least so many frames, in `split` or, for None, in the whole dataset."""

    kind: Literal["fewest_frames"] = "fewest_frames"
    level: Level = "error"
    split: Split | None = None
    at_least: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FewestAnnotations:
    """At least so many annotations of each class named, in the order of the class ids, each number above 0.

    They are counted in `split` or, for None, in the whole dataset.
    """

    kind: Literal["fewest_annotations"] = "fewest_annotations"
    level: Level = "error"
    split: Split | None = None
    at_least: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LargestShare:
    """No class has more than this share, in percent, of all annotations."""

    kind: Literal["largest_share"] = "largest_share"
    level: Level = "error"
    percent: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MostBytes:
    """At most so many bytes of stored pictures, a picture counted for each frame that shows it."""

    kind: Literal["most_bytes"] = "most_bytes"
    level: Level = "error"
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NoLeakage:
    """No picture, none that is nearly the same, and no value of the field that the split groups by is in two splits."""

    kind: Literal["no_leakage"] = "no_leakage"
    level: Level = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class _MostChanging:
    """At most so many frames, or this share of the version before, in percent: one of the two.

    Raises:
        ValueError: neither or both are given.
    """

    level: Level = "error"
    frames: int | None = None
    percent: float | None = None

    def __post_init__(self) -> None:
        if (self.frames is None) == (self.percent is None):
            raise ValueError("a limit is a number of frames or a share of them, and one of the two")


@dataclass(frozen=True, slots=True, kw_only=True)
class MostEntering(_MostChanging):
    """No more frames enter than that."""

    kind: Literal["most_entering"] = "most_entering"


@dataclass(frozen=True, slots=True, kw_only=True)
class MostLeaving(_MostChanging):
    """No more frames leave than that."""

    kind: Literal["most_leaving"] = "most_leaving"


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenSplit:
    """No frame of the split enters, leaves, moves, or gets another picture or other annotations."""

    kind: Literal["frozen_splits"] = "frozen_splits"
    level: Level = "error"
    split: Split


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedClassIds:
    """No class moves to another id or goes; one that comes last moves none."""

    kind: Literal["fixed_class_ids"] = "fixed_class_ids"
    level: Level = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class RequiredTag:
    """Every frame carries the tag."""

    kind: Literal["required_tags"] = "required_tags"
    level: Level = "error"
    tag: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequiredMetadata:
    """Every frame has the metadata `field`, with one of `values`, sorted, or, for none, with any.

    Values are compared as text: a number as it is written, a truth as `true` or `false`.
    """

    kind: Literal["required_metadata"] = "required_metadata"
    level: Level = "error"
    field: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Forbidden:
    """None of `frames`, sorted, is in the dataset: each the digest of a picture or the name of a frame."""

    kind: Literal["forbidden"] = "forbidden"
    level: Level = "error"
    frames: tuple[str, ...]


Check: TypeAlias = (
    FewestFrames
    | FewestAnnotations
    | LargestShare
    | MostBytes
    | NoLeakage
    | MostEntering
    | MostLeaving
    | FrozenSplit
    | FixedClassIds
    | RequiredTag
    | RequiredMetadata
    | Forbidden
)
KINDS = get_args(Check)
"""The classes of checks, in the order in which they are shown."""


def in_order(checks: Iterable[Check]) -> tuple[Check, ...]:
    """`checks` in the one order that they have: errors first, by kind, by split. Equal ones are given once."""
    return tuple(sorted(dict.fromkeys(checks), key=_place))


def _place(check: Check) -> tuple[bool, int, int, str]:
    split = check.split if isinstance(check, FewestFrames | FewestAnnotations | FrozenSplit) else None
    whole_first = -1 if split is None else split.code
    # An erasure list may be a hundred thousand names long, and there is one of a level.
    rest = "" if isinstance(check, Forbidden) else repr(check)
    return check.level == "warning", KINDS.index(type(check)), whole_first, rest
