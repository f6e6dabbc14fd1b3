"""What is worth saying of specs beside the remote: before the frames are asked for, and once the plan is made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from setwright.model.canonical import canonical_json
from setwright.model.counting import counted
from setwright.model.dataset import CollectionSource, DatasetsSource, taken
from setwright.model.suggestions import did_you_mean
from setwright.plan import findings
from setwright.plan.changes import Delete, Forget, Guard, statistics_of
from setwright.query.about import asks_datasets, labels_named, looks_at_datasets, unknown_datasets
from setwright.query.parse import parse
from setwright.spec.exports import known_export

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from setwright.model.diagnostics import Diagnostic, SourceRef
    from setwright.model.errors import SetwrightError
    from setwright.model.frames import Membership, Texts
    from setwright.model.remarks import Remark
    from setwright.model.vocabulary import Vocabulary
    from setwright.plan.changes import Change
    from setwright.plan.pinning import Pinned
    from setwright.spec.pin import Pin
    from setwright.spec.project import Spec

_NAMED_VALUES = 5
"""So many values that stand for no split are named."""


def preflight(
    specs: Sequence[Spec],
    vocabulary: Vocabulary,
    *,
    augments: bool,
    composes: bool = True,
    in_place: bool = False,
) -> Iterator[Diagnostic]:
    """Names of `specs` that the remote does not know, and wishes that it cannot fill.

    `augments` says whether the remote makes augmented copies, `composes` whether datasets can be made of others there,
    `in_place` whether a version may get other content.
    """
    for spec in specs:
        unknown = [*_source(spec, vocabulary, composes=composes)]
        yield from unknown
        # A lake that nothing was brought to lacks every name, and that it lacks the collection says it.
        if not unknown or vocabulary.collections:
            yield from _labels(spec, vocabulary)
            yield from _operations(spec, vocabulary)
            yield from _datasets(spec, specs, vocabulary)
        if spec.config.augmentations.recipes and not augments:
            yield findings.NOT_OFFERED.at(
                _place(spec, "augmentations"),
                "This remote makes no augmented copies yet, and leaving them out in silence would not do.",
                "take the augmentations out of the spec for now",
            )
        if spec.config.versioning == "in_place" and not in_place:
            yield findings.NOT_OFFERED.at(
                _place(spec, "versioning"),
                "A version of this remote never changes its content, so it cannot be changed in place.",
                "leave `versioning` out: what is no content is updated in place anyway",
            )


def on_remarks(spec: Spec, unfit: Sequence[Remark], doubts: Sequence[str]) -> Iterator[Diagnostic]:
    """What the remote itself has to say of `spec`: settings that it cannot fill, and `doubts` of what it selects."""
    for remark in unfit:
        yield findings.NOT_OFFERED.at(_place(spec, remark.path), remark.why, remark.hint)
    for doubt in doubts:
        yield findings.DOUBTFUL_SELECTION.at(
            _place(spec, "query" if spec.config.query else "source"),
            doubt,
            "compare the number of frames in the plan with what you expect",
        )


def on_pins(
    specs: Sequence[Spec], pins: Mapping[str, Pin], pinned: Mapping[str, Pinned]
) -> Iterator[Diagnostic]:
    """Where the lock file, whose `pins` these are, does not fit the specs or the lake."""
    for spec in specs:
        selection = _place(spec, "query" if spec.config.query else "source")
        if isinstance(spec.config.source, DatasetsSource):
            continue  # it takes what its datasets hold, which are pinned themselves
        if spec.address not in pins:
            yield findings.LOCK_OUTDATED.at(
                spec.where,
                f"{spec.address} is not in the lock file, so it follows the lake.",
                f"`setwright lock {spec.address}` pins it",
            )
        elif pinned[spec.address].outdated:
            yield findings.LOCK_OUTDATED.at(
                selection,
                f"{spec.address} selects otherwise than it did when it was locked. Its frames are still those of the "
                "revision that the lock file names.",
                f"`setwright lock {spec.address}` writes down what that gives",
            )
        elif pinned[spec.address].broken:
            yield broken(spec.address, pins[spec.address], selection)


def too_early(address: str, pin: Pin, why: SetwrightError) -> Diagnostic:
    """That `pin` is of a revision at which the collection was not there yet, as the lake tells by `why`."""
    return findings.LOCK_TOO_EARLY.at(
        pin.where,
        f"{why.summary}. {address} is held to that revision, and its spec asks for a collection that came later.",
        f"`setwright lock --upgrade {address}` moves the pin to what the lake has now",
    )


def broken(address: str, pin: Pin, otherwise: SourceRef | None = None) -> Diagnostic:
    """That the lake gives other frames than `pin` says, where the lock file says it, or else at `otherwise`."""
    if pin.revision is None:
        why = "the remote has others now, and cannot be asked for those that it had then"
    else:
        why = (
            f"revision {pin.revision:,} of the lake gives others: a merge or a hand put the revision of one lock "
            "beside the digest of another, or this is another lake"
        )
    return findings.LOCK_BROKEN.at(
        pin.where or otherwise,
        f"{counted(pin.frames, 'frame')} with the digest {pin.membership[:23]}… were locked for "
        f"{address}, and {why}. Apply refuses this.",
        f"`setwright lock --upgrade {address}` accepts what the lake gives",
    )


def on_groups(specs: Sequence[Spec], memberships: Mapping[str, Membership]) -> Iterator[Diagnostic]:
    """Fields to group by that none of the frames has, among the `memberships` that were asked for, by address."""
    for spec in specs:
        field, found = spec.config.split.group_by, memberships.get(spec.address)
        if field is None or found is None or not len(found.frames):
            continue
        if not (found.frames.group != "").any():
            yield findings.NO_GROUP.at(
                _place(spec, "split.group_by"),
                f"None of the {len(found.frames):,} frames has metadata.{field}, so no two of them are kept together.",
                "compare the spelling with the metadata that was uploaded; case matters",
            )


def without_split(specs: Sequence[Spec], memberships: Mapping[str, Membership]) -> Iterator[Diagnostic]:
    """Where frames came without a split that their spec knows, and it does not say where these go."""
    for spec in specs:
        official, found = spec.config.split.official, memberships.get(spec.address)
        if official is None or official.others != "refuse" or found is None or found.official is None:
            continue
        from setwright.plan.content import background
        from setwright.split.official import unnamed

        chosen = ~background(spec.config, found)
        missing = unnamed(official, found.official[chosen])
        if not missing:
            continue
        yield findings.NO_OFFICIAL_SPLIT.at(
            _place(spec, "split.official"),
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

        missing = unnamed(official, found.official)
        if len(found.frames) and sum(count for _, count in missing) == len(found.frames):
            does = "they are divided" if official.others == "divide" else f"they go to {official.others}"
            yield findings.NOTHING_OFFICIAL.at(
                _place(spec, "split.official"),
                f"None of the {counted(len(found.frames), 'frame')} has a split that the spec knows as "
                f"metadata.{official.field}, so {does}. There they have: {_values(missing)}.",
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
                _place(spec, "split.official"),
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
        if statistics.frames == 0:
            yield findings.NO_FRAMES.at(
                _place(spec, "query" if spec.config.query else "source"),
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
                    _place(spec, f"split.{split.split}"),
                    f"{wish:g} % were asked for {split.split}, and none of the {statistics.frames:,} frames "
                    "goes there: there are too few, or they may not be divided.",
                )
        frames = {split.split: split.frames for split in statistics.splits}
        for export in spec.config.exports if not frames["validation"] else ():
            known = known_export(export)
            if known is not None and known.validates:
                yield findings.NOTHING_TO_VALIDATE.at(
                    _place(spec, f"exports.{export}"),
                    f"No frame goes to validation, and training on {export} stops without any.",
                    "give validation a share in `split`, or more frames",
                )
        for label, occurrences in statistics.labels.items():
            if not occurrences:
                yield findings.EMPTY_CLASS.at(
                    _place(spec, f"labels.{label}"),
                    f'None of the {statistics.frames:,} frames has an annotation of the class "{label}".',
                )


def _values(missing: Sequence[tuple[str, int]]) -> str:
    """Values that stand for no split, and how many frames have each; not all of very many."""
    told = [
        f"{canonical_json(value) if value else 'none'} ({count:,})"
        for value, count in missing[:_NAMED_VALUES]
    ]
    more = f" and {len(missing) - _NAMED_VALUES:,} more" if len(missing) > _NAMED_VALUES else ""
    return ", ".join(told) + more


def _source(spec: Spec, vocabulary: Vocabulary, *, composes: bool) -> Iterator[Diagnostic]:
    match spec.config.source:
        case CollectionSource(name=str(name)):
            known = vocabulary.collections
            if known is not None and name not in known:
                listed = ", ".join(known[:10]) + (", …" if len(known) > 10 else "")
                yield findings.UNKNOWN_COLLECTION.at(
                    _place(spec, "source.collection"),
                    f'There is no collection "{name}".'
                    + (f" There are {listed}." if known else " There is none yet."),
                    did_you_mean(name, known) or "`setwright lake ingest PATH --collection NAME` makes one",
                )
        case DatasetsSource() if not composes:
            yield findings.NOT_OFFERED.at(
                _place(spec, "source.datasets"),
                "This remote does not tell what a dataset holds, so none can be made of others.",
                "select from the collection that they are made of",
            )
        case _:
            pass


def _labels(spec: Spec, vocabulary: Vocabulary) -> Iterator[Diagnostic]:
    known = vocabulary.labels
    if known is None:
        return
    for label in spec.config.labels:
        for source in label.sources:
            if source not in known:
                yield findings.UNKNOWN_LABEL.at(
                    _place(spec, f"labels.{source}", f"labels.{label.name}"),
                    f'No annotation there has the label "{source}" now.',
                    did_you_mean(source, known),
                )
    for name in labels_named(spec.config.query):
        if name not in known:
            yield findings.UNKNOWN_LABEL.at(
                _place(spec, "query"),
                f'No annotation there has the label "{name}" now, so the query finds no frame by it.',
                did_you_mean(name, known),
            )


def _operations(spec: Spec, vocabulary: Vocabulary) -> Iterator[Diagnostic]:
    known = vocabulary.operations
    if known is None:
        return
    for operation in taken(spec.config.operations) or ():
        if operation not in known:
            yield findings.UNKNOWN_OPERATION.at(
                _place(spec, "operations.take", "operations"),
                f'No annotation project or model run there is called "{operation}" now.',
                did_you_mean(operation, known),
            )


def _datasets(spec: Spec, specs: Sequence[Spec], vocabulary: Vocabulary) -> Iterator[Diagnostic]:
    """What the query names. Its own dataset it may name before that has a version, for then it means no frame."""
    known = vocabulary.versions
    if known is None or not asks_datasets(spec.config.query):
        return
    planned = {each.config.name for each in specs}
    for unknown in unknown_datasets(parse(spec.config.query), known):
        if not unknown.is_version and unknown.name == spec.config.name:
            continue
        hint = unknown.hint
        if not unknown.is_version and unknown.name in planned:
            hint = (
                "a query sees what was published before; apply, and plan again, or name it under "
                "`source: {datasets: […]}`"
            )
        yield findings.UNKNOWN_IN_QUERY.at(
            _place(spec, "query"), f"{unknown} now, so the query takes no frame from it.", hint
        )


def _place(spec: Spec, *paths: str) -> SourceRef:
    """Where the spec writes the first of `paths` that it writes at all, or what that is a part of."""
    for path in paths:
        if path in spec.fields:
            return spec.fields[path]
    return spec.fields.get(paths[0].partition(".")[0], spec.where)
