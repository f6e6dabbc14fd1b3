"""What is worth saying of specs beside the remote before the frames are asked for: names and wishes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from setwright.model.counting import listed
from setwright.model.dataset import CollectionSource, DatasetsSource, taken
from setwright.model.suggestions import did_you_mean
from setwright.plan import findings
from setwright.query.about import asks_datasets, labels_named, unknown_datasets
from setwright.query.parse import parse

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from setwright.model.diagnostics import Diagnostic
    from setwright.model.remarks import Remark
    from setwright.model.vocabulary import Vocabulary
    from setwright.spec.project import Spec


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
                spec.place("augmentations"),
                "This remote makes no augmented copies yet, and leaving them out in silence would not do.",
                "take the augmentations out of the spec for now",
            )
        if spec.config.versioning == "in_place" and not in_place:
            yield findings.NOT_OFFERED.at(
                spec.place("versioning"),
                "A version of this remote never changes its content, so it cannot be changed in place.",
                "leave `versioning` out: what is no content is updated in place anyway",
            )


def on_remarks(spec: Spec, unfit: Sequence[Remark], doubts: Sequence[str]) -> Iterator[Diagnostic]:
    """What the remote itself has to say of `spec`: settings that it cannot fill, and `doubts` of what it selects."""
    for remark in unfit:
        yield findings.NOT_OFFERED.at(spec.place(remark.path), remark.why, remark.hint)
    for doubt in doubts:
        yield findings.DOUBTFUL_SELECTION.at(
            spec.place("query" if spec.config.query else "source"),
            doubt,
            "compare the number of frames in the plan with what you expect",
        )


def _source(spec: Spec, vocabulary: Vocabulary, *, composes: bool) -> Iterator[Diagnostic]:
    match spec.config.source:
        case CollectionSource(name=str(name)):
            known = vocabulary.collections
            if known is not None and name not in known:
                yield findings.UNKNOWN_COLLECTION.at(
                    spec.place("source.collection"),
                    f'There is no collection "{name}".'
                    + (f" There are {listed(known, 10)}." if known else " There is none yet."),
                    did_you_mean(name, known) or "`setwright lake ingest PATH --collection NAME` makes one",
                )
        case DatasetsSource() if not composes:
            yield findings.NOT_OFFERED.at(
                spec.place("source.datasets"),
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
                    spec.place(f"labels.{source}", f"labels.{label.name}"),
                    f'No annotation there has the label "{source}" now.',
                    did_you_mean(source, known),
                )
    for name in labels_named(spec.config.query):
        if name not in known:
            yield findings.UNKNOWN_LABEL.at(
                spec.place("query"),
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
                spec.place("operations.take", "operations"),
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
            spec.place("query"), f"{unknown} now, so the query takes no frame from it.", hint
        )
