"""What is worth saying of specs once it is known which frames they select, and what is made of these."""

from __future__ import annotations

from typing import TYPE_CHECKING

from setwright.model.canonical import canonical_json
from setwright.model.counting import counted
from setwright.plan import findings
from setwright.plan.changes import Create, Delete, Follow, Forget, Guard, statistics_of
from setwright.query.about import looks_at_datasets
from setwright.spec.exports import known_export

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from setwright.model.diagnostics import Diagnostic
    from setwright.model.frames import Membership, Texts
    from setwright.plan.changes import Change
    from setwright.spec.project import Spec

_NAMED_VALUES = 5
"""So many values that stand for no split are named."""


def on_groups(specs: Sequence[Spec], memberships: Mapping[str, Membership]) -> Iterator[Diagnostic]:
    """Fields to group by that frames lack, among the `memberships` that were asked for, by address."""
    for spec in specs:
        field, found = spec.config.split.group_by, memberships.get(spec.address)
        if field is None or found is None:
            continue
        groups = found.frames.group[_chosen(spec, found)]
        lacking = int((groups == "").sum())
        if lacking and lacking == len(groups):
            yield findings.NO_GROUP.at(
                spec.place("split.group_by"),
                f"{_none_of(lacking)} has metadata.{field}, so nothing is kept together by it.",
                "compare the spelling with the metadata that was uploaded; case matters",
            )
        elif lacking:
            of_all = f"{lacking:,} of {counted(len(groups), 'frame')}"
            yield findings.SOME_UNGROUPED.at(
                spec.place("split.group_by"),
                f"metadata.{field} is missing on {of_all}. Each of those is divided by itself, wherever the others of "
                "its kind are.",
                "upload what is missing, or leave such frames out by the query",
            )


def without_split(specs: Sequence[Spec], memberships: Mapping[str, Membership]) -> Iterator[Diagnostic]:
    """Where frames came without a split that their spec knows, and it does not say where these go."""
    for spec in specs:
        official, found = spec.config.split.official, memberships.get(spec.address)
        if official is None or official.others != "refuse" or found is None or found.official is None:
            continue
        from setwright.split.official import unnamed

        chosen = _chosen(spec, found)
        missing = unnamed(official, found.official[chosen])
        if not missing:
            continue
        yield findings.NO_OFFICIAL_SPLIT.at(
            spec.place("split.official"),
            f"{sum(count for _, count in missing):,} of {counted(int(chosen.sum()), 'frame')} came with no split that "
            f"the spec knows. As metadata.{official.field} they have: {_values(missing)}.",
            "say which value is which split, as in `official: {field: …, test: [holdout]}`, where others go, as in "
            "`others: train` or `others: divide`, or leave them out by the query",
        )


def nothing_official(specs: Sequence[Spec], memberships: Mapping[str, Membership]) -> Iterator[Diagnostic]:
    """Where a spec says what becomes of frames without an official split, and that is all of them."""
    for spec in specs:
        official, found = spec.config.split.official, memberships.get(spec.address)
        if official is None or official.others == "refuse" or found is None or found.official is None:
            continue
        from setwright.split.official import unnamed

        values = found.official[_chosen(spec, found)]
        missing = unnamed(official, values)
        if len(values) and sum(count for _, count in missing) == len(values):
            yield findings.NOTHING_OFFICIAL.at(
                spec.place("split.official"),
                f"{_none_of(len(values))} has a split that the spec knows as metadata.{official.field}, where "
                f"they have: {_values(missing)}. So frames that are new all go by `others: {official.others}`.",
                "compare the spelling of the field and its values with the metadata of the frames; case matters in the "
                "field",
            )


def apart_from_official(
    specs: Sequence[Spec],
    memberships: Mapping[str, Membership],
    contents: Mapping[str, tuple[Texts, NDArray[np.int8]]],
) -> Iterator[Diagnostic]:
    """Where frames stay in the splits that they had, and came with others.

    `contents` are the names of the frames and their splits, by address, as the plan has them.
    """
    for spec in specs:
        official, found = spec.config.split.official, memberships.get(spec.address)
        if official is None or found is None or found.official is None or spec.address not in contents:
            continue
        from setwright.split.official import elsewhere

        count = elsewhere(spec.config.split, found, *contents[spec.address])
        if count:
            yield findings.OTHER_OFFICIAL_SPLIT.at(
                spec.place("split.official"),
                f"{counted(count, 'frame')} came with another split than the one that the version before has "
                f"{'it' if count == 1 else 'them'} in, and {'stays' if count == 1 else 'stay'} there.",
                "`resplit: true` moves such frames, and the plan lists every move",
            )


def afterthoughts(specs: Sequence[Spec], changes: Sequence[Change]) -> Iterator[Diagnostic]:
    """What is odd about the content that a plan would make, beside nothing being wrong."""
    by_address = {spec.address: spec for spec in specs}
    for change in changes:
        if isinstance(change, Forget | Delete | Guard):
            continue
        spec, statistics = by_address[change.address], statistics_of(change)
        dropped = change.dropped if isinstance(change, Create | Follow) else 0
        if statistics.frames == 0 and dropped:
            yield findings.NO_FRAMES.at(
                spec.place("background"),
                f"Of {counted(dropped, 'selected frame')} none has an annotation of a class, and background is left "
                "out, so the dataset would be empty.",
                "`background: keep` has them in; else compare `labels` and `operations` with what is annotated",
            )
            continue
        if statistics.frames == 0:
            yield findings.NO_FRAMES.at(
                spec.place("query" if spec.config.query else "source"),
                "The source has no frame that passes the query and the filter, so the dataset would be empty.",
                "only what was published before is seen; `source: {datasets: [ADDRESS]}` has datasets made in order"
                if looks_at_datasets(spec.config)
                else None,
            )
            continue
        if statistics.undivided:
            continue
        divided, wishes = spec.config.split.official is None, spec.config.split.percent
        for split, wish in zip(statistics.splits, wishes.values(), strict=True):
            if divided and wish and not split.frames:
                yield findings.EMPTY_SPLIT.at(
                    spec.place(f"split.{split.split}"),
                    f"{wish:g} % were asked for {split.split}. {_none_of(statistics.frames)} goes there: there are too "
                    "few, or they may not be divided.",
                )
        frames = {split.split: split.frames for split in statistics.splits}
        for export in spec.config.exports if not frames["validation"] else ():
            known = known_export(export)
            if known is not None and known.validates:
                yield findings.NOTHING_TO_VALIDATE.at(
                    spec.place(f"exports.{export}"),
                    f"No frame goes to validation, and training on {export} stops without any.",
                    "give validation a share in `split`, or more frames",
                )
        for label, occurrences in statistics.labels.items():
            if not occurrences:
                yield findings.EMPTY_CLASS.at(
                    spec.place(f"labels.{label}"),
                    f'{_none_of(statistics.frames)} has an annotation of the class "{label}".',
                )


def _chosen(spec: Spec, found: Membership) -> NDArray[np.bool_]:
    """Which frames of `found` the dataset has: all, or those that are no background."""
    from setwright.plan.content import background

    return ~background(spec.config, found)


def _none_of(frames: int) -> str:
    return f"Of {counted(frames, 'frame')} none"


def _values(missing: Sequence[tuple[str, int]]) -> str:
    """Values that stand for no split, and how many frames have each; not all of very many."""
    told = [
        f"{canonical_json(value) if value else 'none'} ({count:,})"
        for value, count in missing[:_NAMED_VALUES]
    ]
    more = f" and {len(missing) - _NAMED_VALUES:,} more" if len(missing) > _NAMED_VALUES else ""
    return ", ".join(told) + more
