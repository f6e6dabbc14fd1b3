"""Why frames enter and leave: which field of the spec makes it so, or the lake.

The selection of the current version is asked again with one thing changed at a time. A frame enters, or leaves, because
of the first that makes it so by itself; what nothing makes so by itself, several do jointly.
"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

from setwright.model.dataset import DatasetsSource, Filter
from setwright.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from setwright.diff.data import DataDiff
    from setwright.model.dataset import DatasetConfig
    from setwright.model.frames import Membership
    from setwright.model.manifest import Manifest

LAKE = "lake"
"""The frames or annotations of the lake changed since the current version."""

DATASETS = "datasets"
"""The datasets that this one is made of become others."""

JOINT = "joint"
"""No single one of the others."""

_OF_FRAMES = ("source", "query", *(f"filter.{field.name}" for field in fields(Filter)), "background")
_OF_ANNOTATIONS = ("operations", "labels")


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """The selection of the current version with one thing changed, the `cause`.

    `now` says whether it is asked at the revision of the plan, or at that of the version.
    """

    cause: str
    config: DatasetConfig
    now: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """So many frames enter and leave because of `cause`: a field of the spec, `LAKE` or `JOINT`."""

    cause: str
    entering: int
    leaving: int


def variants(known: DatasetConfig, config: DatasetConfig, *, lake_moved: bool) -> tuple[Variant, ...]:
    """What to ask, to tell the causes apart: a variant for each thing that may be one.

    `known` is the configuration of the current version; `lake_moved` whether frames changed since it was made.
    """
    if isinstance(known.source, DatasetsSource) or isinstance(config.source, DatasetsSource):
        return ()  # what the other datasets become is a cause that no question to the lake tells from the others
    lake = [Variant(cause=LAKE, config=known, now=True)] if lake_moved else []
    return (
        *lake,
        *(
            Variant(cause=field, config=_with(known, config, field), now=False)
            for field in _changed(known, config)
        ),
    )


def _changed(known: DatasetConfig, config: DatasetConfig) -> list[str]:
    """The fields that decide which frames there are, as far as the two differ in them."""
    decide: tuple[str, ...] = _OF_FRAMES
    if "drop" in (known.background, config.background):
        decide += _OF_ANNOTATIONS  # they decide which frames are background
    return [field for field in decide if _value(known, field) != _value(config, field)]


def _value(config: DatasetConfig, field: str) -> Any:
    """What stands at `field`, which may be one of the filter's."""
    outer, _, inner = field.partition(".")
    value = getattr(config, outer)
    return getattr(value, inner) if inner else value


def _with(known: DatasetConfig, config: DatasetConfig, field: str) -> DatasetConfig:
    """`known` with one thing as it is in `config`."""
    outer, _, inner = field.partition(".")
    changed: dict[str, Any] = {outer: _value(config, field)}
    if inner:
        changed = {outer: replace(getattr(known, outer), **{inner: changed[outer]})}
    return replace(known, **changed)


def causes_of_others(
    known: DatasetConfig, config: DatasetConfig, diff: DataDiff, *, anew: bool, lake_moved: bool
) -> tuple[Cause, ...]:
    """The cause for a dataset that is, or was, made of others, which become other ones themselves if `anew`.

    What alone can have changed its frames explains them all; where several things can have, they do jointly, for no
    question to the lake tells them apart.
    """
    if not (len(diff.entering) or len(diff.leaving)):
        return ()
    # A query and a filter ask the lake about the frames of the others, too, and dropping asks for annotations.
    asks = any(
        not isinstance(of.source, DatasetsSource)
        or (of.query, of.filter, of.background) != ("", Filter(), "keep")
        for of in (known, config)
    )
    things = [
        *([DATASETS] if anew else []),
        *([LAKE] if lake_moved and asks else []),
        *_changed(known, config),
    ]
    (cause,) = things if len(things) == 1 else [JOINT if things else DATASETS]
    return (Cause(cause=cause, entering=len(diff.entering), leaving=len(diff.leaving)),)


def causes(
    asked: tuple[Variant, ...],
    answers: Mapping[str, Membership],
    before: Manifest,
    after: Manifest,
    diff: DataDiff,
) -> tuple[Cause, ...]:
    """The causes of the frames that enter and leave, in the order of the variants `asked`, `JOINT` last.

    `answers` are the memberships of the variants, by cause; a single variant needs none, for it explains all.
    """
    if not asked or not (len(diff.entering) or len(diff.leaving)):
        return ()
    if len(asked) == 1:
        return (Cause(cause=asked[0].cause, entering=len(diff.entering), leaving=len(diff.leaving)),)
    from setwright.model.frames import contained
    from setwright.plan.content import chosen_frames

    entering, leaving = after.frames.name[diff.entering], before.frames.name[diff.leaving]
    found = []
    for variant in asked:
        names = chosen_frames(variant.config, answers[variant.cause])
        comes, goes = contained(entering, names), ~contained(leaving, names)
        found.append(
            Cause(
                cause=variant.cause,
                entering=int(comes.sum()),
                leaving=int(goes.sum()),
            )
        )
        entering, leaving = entering[~comes], leaving[~goes]
    found.append(Cause(cause=JOINT, entering=len(entering), leaving=len(leaving)))
    return tuple(cause for cause in found if cause.entering or cause.leaving)
