"""What checks look at, what each of them finds, and the words that they share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from setwright.model.frames import texts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from setwright.model.checks import Forbidden
    from setwright.model.frames import Membership, Texts
    from setwright.model.manifest import Manifest
    from setwright.model.splits import Split


_NAMED = 5
"""So many values or frames are named in a sentence."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Evidence:
    """What checks look at beside the change itself.

    `content` is what the dataset has after the change, None where the remote does not tell. `untagged` are, by tag,
    the names of the frames of the source that do not carry it, and `described`, by metadata field, the frames with its
    value as `group`. `listed` are, by the list of what is forbidden, the digests of the stored pictures whose files as
    they were given stand on it. What is missing was not to be had, or no check asks for it.
    """

    content: Manifest | None = None
    untagged: Mapping[str, Texts] = field(default_factory=dict)
    described: Mapping[str, Membership] = field(default_factory=dict)
    listed: Mapping[Forbidden, frozenset[bytes]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What looking came to: `holds` is None where nobody can tell; `frames` are those that break the check."""

    holds: bool | None
    message: str
    frames: Texts = field(default_factory=lambda: texts([]))


NOT_TOLD = Found(None, "The remote does not tell which frames the version holds.")
NAMES_ONLY = Found(
    None, "The remote tells the names of the frames alone, neither their splits nor their annotations."
)
NEW = Found(True, "The dataset is new, so there is nothing yet that could change.")
SAME = Found(True, "The content stays as it is.")


def whole(split: Split | None) -> str:
    """What is counted: a split, or the dataset."""
    return "The dataset" if split is None else f"The {split.value} split"


def listed(words: list[str]) -> str:
    """The first few of `words`, and how many there are beside."""
    more = len(words) - _NAMED
    return ", ".join(words[:_NAMED]) + (f" and {more:,} more" if more > 0 else "")
