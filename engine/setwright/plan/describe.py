"""From a plan to its document: counted, sorted, shortened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias, assert_never

import numpy as np

from setwright import __version__
from setwright.model.canonical import digest_of
from setwright.model.documents import config_digest, document_digest, to_document
from setwright.model.splits import SPLITS
from setwright.plan import document
from setwright.plan.changes import (
    Adopt,
    Amend,
    Create,
    Delete,
    Follow,
    Forget,
    Guard,
    Keep,
    digest_after,
    statistics_of,
)
from setwright.plan.checks import KIND_OF
from setwright.plan.copies import copy_changes
from setwright.plan.document import FrameList
from setwright.plan.findings import NOT_EVALUATED
from setwright.plan.told import finding, place
from setwright.plan.upstream import dependents
from setwright.split.division import division
from setwright.split.leakage import leakage
from setwright.split.quotas import quotas

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from numpy.typing import NDArray

    from setwright.diff.config import FieldChange
    from setwright.model.dataset import DatasetConfig
    from setwright.model.diagnostics import Diagnostic, SourceRef
    from setwright.model.frames import Frames
    from setwright.model.manifest import Manifest
    from setwright.model.statistics import Statistics
    from setwright.model.versions import VersionNumber
    from setwright.plan.causes import Cause
    from setwright.plan.changes import Change, GoneChange, MadeChange
    from setwright.plan.checks import Verdict
    from setwright.plan.drift import Drift
    from setwright.plan.pinning import Pinned
    from setwright.plan.plan import Plan
    from setwright.spec.project import Spec

PLAN_ALGORITHM = "plan-1"
"""Names how a plan's digest is made; a change of it is a new name."""

_Side: TypeAlias = Literal["before", "after"]

_GRAVEST_FIRST = ("fail", "warn", "unknown", "pass")

_SAMPLE = 5
"""So many frames of a kind are listed unless all are asked for."""


def describe(
    plan: Plan,
    *,
    project: str,
    specs: Mapping[str, Spec],
    losses: Mapping[str, Mapping[str, tuple[document.LossLine, ...]]],
    all_frames: bool = False,
    findings: Iterable[Diagnostic] = (),
    steps: tuple[document.Step, ...] | None = None,
    pictures: Mapping[str, tuple[document.Picture, ...]] | None = None,
    environment: str | None = None,
    varied: Mapping[str, tuple[int, int]] | None = None,
    left_out: tuple[str, ...] = (),
    verdicts: Mapping[str, tuple[Verdict, ...]] | None = None,
    untold: tuple[str, ...] = (),
) -> document.PlanDocument:
    """The document of `plan`. `specs`, by address, say where things are written.

    `losses` are, by address and export, what the formats cannot hold of the planned content. With `all_frames` every
    frame that changes is listed, else a sample of each kind. `findings` are warnings in reading order, `steps` what
    apply will walk, `pictures`, by address, are of frames that change. `environment` is what was laid over the
    project. `varied` counts, by address, the pictures of copies that apply would make and those that are there.
    `left_out` are addresses that were not planned for, `verdicts`, by address, are of the checks. `untold` is what the
    remote does not tell, in whole sentences.
    """
    shown, copies = pictures or {}, varied or {}
    configs = {spec.address: spec.config for spec in specs.values() if spec.config.source.kind == "datasets"}
    limit = None if all_frames else _SAMPLE
    changes = tuple(
        _change(change, specs.get(change.address), losses.get(change.address, {}), limit).model_copy(
            update={
                "copies": copy_changes(change, copies.get(change.address)),
                "pictures": shown.get(change.address, ()),
                "pin": _pin(plan.pinned.get(change.address)),
                "dependents": dependents(change.address, configs),
            }
        )
        for change in plan.changes
    )
    checks = sorted(
        (
            _check(address, verdict, specs.get(address), limit)
            for address, found in sorted((verdicts or {}).items())
            for verdict in found
        ),
        key=lambda check: _GRAVEST_FIRST.index(check.status),
    )
    return document.PlanDocument(
        format_version=document.FORMAT_VERSION,
        setwright_version=__version__,
        project=project,
        environment=environment,
        remote=plan.location,
        revision=plan.revision,
        lineage=plan.lineage,
        serial=plan.serial,
        digest=plan_digest(plan),
        complete=not left_out,
        left_out=left_out,
        applyable=plan.applyable and not any(check.status == "fail" for check in checks),
        errored=False,
        changes=changes,
        checks=tuple(checks),
        findings=tuple(map(finding, findings)),
        drift=tuple(map(_drift, plan.drift)),
        untold=untold,
        steps=steps or (),
        summary=_summary(changes, steps),
    )


def _check(address: str, verdict: Verdict, spec: Spec | None, limit: int | None) -> document.Check:
    kind = NOT_EVALUATED if verdict.status == "unknown" else KIND_OF[type(verdict.check)]
    written = None if spec is None else spec.all_checks.get(verdict.check)
    return document.Check(
        address=address,
        check=verdict.check.kind,
        code=kind.code,
        summary=kind.summary,
        level=verdict.check.level,
        status=verdict.status,
        message=verdict.message,
        frames=document.FrameSample(count=len(verdict.frames), listed=tuple(verdict.frames[:limit].tolist())),
        place=None if written is None else place(written),
        excerpt="" if written is None else written.excerpt,
    )


def plan_digest(plan: Plan) -> str:
    """Identifies what the plan would do: changes, contents and the versions that they follow, but no time or serial."""
    return digest_of(PLAN_ALGORITHM, [_identity(change) for change in plan.changes])


def _identity(change: Change) -> list[str]:
    kind, address = _action(change), change.address
    if isinstance(change, Forget | Guard | Keep):
        return [kind, address]
    if isinstance(change, Delete):
        return [kind, address, change.observed.version.id]
    if isinstance(change, Create):
        return [kind, address, config_digest(change.config), digest_after(change), ""]
    moved = [change.moved_from] if change.moved_from is not None else []
    follows = change.observed.version.id
    return [kind, address, config_digest(change.config), digest_after(change), follows, *moved]


def _action(change: Change) -> document.Action:
    match change:
        case Create():
            return "create"
        case Follow():
            return "new-version"
        case Amend():
            return "update"
        case Adopt():
            return "adopt"
        case Forget():
            return "forget"
        case Delete():
            return "delete"
        case Keep() | Guard():
            return "no-op"
        case _:
            assert_never(change)


def _change(
    change: Change,
    spec: Spec | None,
    losses: Mapping[str, tuple[document.LossLine, ...]],
    limit: int | None,
) -> document.DatasetChange:
    if isinstance(change, Forget | Delete | Guard):
        return _gone(change)
    fields: tuple[FieldChange, ...] = change.fields if isinstance(change, Follow | Amend) else ()
    before = None if isinstance(change, Create) else change.observed.version.statistics
    after = statistics_of(change)
    unmet, leaks = _divided(change, limit)
    config = to_document(change.config)
    told = not after.undivided
    return document.DatasetChange(
        address=change.address,
        name=change.config.name,
        previous_address=change.moved_from if isinstance(change, Follow | Amend | Adopt) else None,
        previous_name=_previous_name(change),
        actions=(_action(change),),
        reasons=() if isinstance(change, Keep) else tuple(reason.value for reason in change.reasons),
        place=None if spec is None else place(spec.where),
        severity=change.severity.value if isinstance(change, Follow | Amend) else None,
        config=config,
        config_digest=document_digest(config),
        version=_version(change),
        fields=tuple(_field(field, spec) for field in fields),
        frames=_frames(change, after.frames, spec, limit),
        content="all" if told else "frames",
        annotations=_annotations(change, before, after) if told else None,
        splits=tuple(_splits(change.config, before, after)) if told else (),
        unmet=unmet,
        leakage=leaks,
        labels=tuple(_labels(before, after)) if told else (),
        exports=tuple(_exports(change, losses)),
        bytes=document.ByteChanges(before=before.bytes if before else 0, after=after.bytes) if told else None,
    )


def _gone(change: GoneChange) -> document.DatasetChange:
    told = document.DatasetChange(
        address=change.address,
        name=change.observed.name if isinstance(change, Delete) else change.name,
        actions=(_action(change),),
        reasons=tuple(reason.value for reason in change.reasons),
    )
    if not isinstance(change, Delete):
        return told
    none, frames = FrameList(count=0), change.observed.version.statistics.frames
    leaving = document.FrameChanges(
        before=frames,
        after=0,
        entering=none,
        leaving=FrameList(count=frames),
        moving=none,
        repainted=none,
        relabelled=none,
    )
    return told.model_copy(update={"follows": change.observed.version.id, "frames": leaving})


def _field(field: FieldChange, spec: Spec | None) -> document.ConfigField:
    written = None if spec is None else _written(spec, field.path)
    return document.ConfigField(
        path=field.path,
        before=field.before,
        after=field.after,
        place=None if written is None else place(written),
    )


def _written(spec: Spec, path: str) -> SourceRef | None:
    """Where the spec writes the field, or what it is a part of."""
    while path not in spec.fields and "." in path:
        path = path.rpartition(".")[0]
    return spec.fields.get(path)


def _pin(pinned: Pinned | None) -> document.PinLine | None:
    if pinned is None:
        return None
    beyond = pinned.upgrade
    return document.PinLine(
        revision=pinned.pin.revision,
        frames=pinned.pin.frames,
        selection=pinned.pin.selection,
        membership=pinned.pin.membership,
        outdated=pinned.outdated,
        broken=pinned.broken,
        upgrade=None
        if beyond is None
        else document.PinUpgrade(
            revision=beyond.revision,
            entering=beyond.entering,
            leaving=beyond.leaving,
            moving=beyond.moving,
            repainted=beyond.repainted,
            relabelled=beyond.relabelled,
            severity=beyond.severity.value,
        ),
    )


def _previous_name(change: MadeChange) -> str | None:
    """What the dataset was called, where it is renamed."""
    if isinstance(change, Follow | Amend | Adopt) and change.observed.name != change.config.name:
        return change.observed.name
    return None


def _version(change: MadeChange) -> document.VersionChange:
    if isinstance(change, Create):
        return document.VersionChange(after=str(change.number), manifest_after=digest_after(change))
    current = change.observed.version
    number: VersionNumber = change.number if isinstance(change, Follow | Amend) else current.number
    return document.VersionChange(
        before=str(current.number),
        after=str(number),
        id_before=current.id,
        manifest_before=current.manifest_digest,
        manifest_after=digest_after(change),
    )


def _frames(change: MadeChange, after: int, spec: Spec | None, limit: int | None) -> document.FrameChanges:
    """`after` counts the frames of the version after the change."""
    none = FrameList(count=0)
    if isinstance(change, Follow):
        before, content, diff = change.before, change.content, change.diff
        return document.FrameChanges(
            before=len(before.frames),
            after=after,
            entering=_listed(content, diff.entering, limit, "after"),
            leaving=_listed(before, diff.leaving, limit, "before"),
            moving=_listed_pairs(before, content, diff.moving, limit),
            repainted=_listed_pairs(before, content, diff.repainted, limit),
            relabelled=_listed_pairs(before, content, diff.relabelled, limit),
            causes=tuple(_cause(cause, spec) for cause in change.causes),
        )
    entering = none
    if isinstance(change, Create):
        entering = _listed(change.content, np.arange(after), limit, "after")
    return document.FrameChanges(
        before=after - entering.count,
        after=after,
        entering=entering,
        leaving=none,
        moving=none,
        repainted=none,
        relabelled=none,
    )


def _annotations(
    change: MadeChange, before: Statistics | None, after: Statistics
) -> document.AnnotationChanges:
    was, becomes = before.annotations if before else 0, after.annotations
    if not isinstance(change, Follow):
        return document.AnnotationChanges(
            before=was,
            after=becomes,
            entering=becomes - was,
            leaving=0,
            added=0,
            removed=0,
            relabelled=0,
            moved=0,
            retouched=0,
        )
    found = change.annotations
    return document.AnnotationChanges(
        before=was,
        after=becomes,
        entering=_count_in(change.content, change.diff.entering),
        leaving=_count_in(change.before, change.diff.leaving),
        added=len(found.added),
        removed=len(found.removed),
        relabelled=len(found.relabelled),
        moved=len(found.moved),
        retouched=len(found.retouched),
        flips=tuple(_flips(change.before, change.content, found.relabelled)),
    )


def _count_in(manifest: Manifest, frames: NDArray[np.int64]) -> int:
    """How many annotations these frames have."""
    chosen = np.zeros(len(manifest.frames), bool)
    chosen[frames] = True
    return int(np.count_nonzero(chosen[manifest.annotations.frame]))


def _flips(before: Manifest, after: Manifest, pairs: NDArray[np.int64]) -> Iterator[document.LabelFlip]:
    old, new = before.annotations.label[pairs[:, 0]], after.annotations.label[pairs[:, 1]]
    kinds, counts = np.unique(np.stack([old, new], axis=1), axis=0, return_counts=True)
    found = [
        (-count, before.classes[was], after.classes[becomes])
        for (was, becomes), count in zip(kinds.tolist(), counts.tolist(), strict=True)
    ]
    for negative, was, becomes in sorted(found):
        yield document.LabelFlip(before=was, after=becomes, count=-negative)


def _cause(cause: Cause, spec: Spec | None) -> document.FrameCause:
    written = None if spec is None else spec.fields.get(cause.cause)
    return document.FrameCause(
        cause=cause.cause,
        entering=cause.entering,
        leaving=cause.leaving,
        place=None if written is None else place(written),
    )


def _listed(manifest: Manifest, rows: NDArray[np.int64], limit: int | None, side: _Side) -> FrameList:
    nowhere = np.full(len(rows[:limit]), -1, np.int8)
    splits = nowhere if manifest.names_only else manifest.split[rows[:limit]]
    before, after = (splits, nowhere) if side == "before" else (nowhere, splits)
    return FrameList(count=len(rows), listed=_lines(manifest.frames, rows[:limit], before, after))


def _listed_pairs(
    before: Manifest, after: Manifest, pairs: NDArray[np.int64], limit: int | None
) -> FrameList:
    old, new = pairs[:limit, 0], pairs[:limit, 1]
    return FrameList(count=len(pairs), listed=_lines(after.frames, new, before.split[old], after.split[new]))


def _lines(
    frames: Frames, rows: NDArray[np.int64], before: NDArray[np.int8], after: NDArray[np.int8]
) -> tuple[document.FrameLine, ...]:
    """The frames at `rows`, each with its split before and after; below 0 for none."""
    names = (frames.name[rows].tolist(), frames.collection[rows].tolist(), frames.file_name[rows].tolist())
    return tuple(
        document.FrameLine(
            name=name,
            collection=collection,
            file_name=file_name,
            before=None if was < 0 else SPLITS[was].value,
            after=None if becomes < 0 else SPLITS[becomes].value,
        )
        for name, collection, file_name, was, becomes in zip(
            *names, before.tolist(), after.tolist(), strict=True
        )
    )


def _splits(
    config: DatasetConfig, before: Statistics | None, after: Statistics
) -> Iterator[document.SplitChange]:
    targets = config.split.percent
    asked = quotas(after.frames, config.split)
    for row, split in enumerate(SPLITS):
        yield document.SplitChange(
            split=split.value,
            target=targets[split],
            quota=asked[split],
            before=before.splits[row].frames if before else 0,
            after=after.splits[row].frames,
            background=after.splits[row].background,
        )


def _divided(
    change: MadeChange, limit: int | None
) -> tuple[document.Unmet | None, tuple[document.Leak, ...]]:
    """Which wishes the division did not meet, and what leaks between the splits."""
    if isinstance(change, Amend) and any(field.path.startswith("split.") for field in change.fields):
        # The spec asks for other sizes, and every frame stays in the split that it had.
        statistics = statistics_of(change)
        asked = tuple(quotas(statistics.frames, change.config.split).values())
        unequal = asked != tuple(split.frames for split in statistics.splits)
        return document.Unmet(why=("kept",), apart=0) if unequal else None, ()
    if not isinstance(change, Create | Follow) or change.content.names_only:
        return None, ()
    content = change.content
    before = change.before if isinstance(change, Follow) else None
    found = division(content, change.config.split, before)
    if found.as_asked:
        return None, ()
    # Where no unit is in several splits, nothing leaks: to look for it takes as long as to divide.
    leaks = leakage(content) if found.apart else ()
    return document.Unmet(why=found.why, apart=found.apart), tuple(
        document.Leak(
            kind=leak.kind,
            divided=leak.divided,
            frames=document.FrameSample(
                count=len(leak.frames), listed=tuple(content.frames.name[leak.frames[:limit]].tolist())
            ),
        )
        for leak in leaks
    )


def _labels(before: Statistics | None, after: Statistics) -> Iterator[document.LabelChange]:
    """The classes after, in the order of their ids, then those that go."""
    was = _histogram(before) if before else {}
    becomes = _histogram(after)
    ids_before = {label: id_ for id_, label in enumerate(was)}
    ids_after = {label: id_ for id_, label in enumerate(becomes)}
    zeros = (0,) * len(SPLITS)
    for label in [*becomes, *(label for label in was if label not in becomes)]:
        counts = zip(SPLITS, was.get(label, zeros), becomes.get(label, zeros), strict=True)
        yield document.LabelChange(
            label=label,
            id_before=ids_before.get(label),
            id_after=ids_after.get(label),
            splits=tuple(
                document.LabelCount(split=split.value, before=old, after=new) for split, old, new in counts
            ),
        )


def _histogram(statistics: Statistics) -> dict[str, tuple[int, ...]]:
    """Annotations by class, one number a split."""
    columns = [dict(split.labels) for split in statistics.splits]
    return {label: tuple(column[label] for column in columns) for label in columns[0]}


def _exports(
    change: MadeChange, losses: Mapping[str, tuple[document.LossLine, ...]]
) -> Iterator[document.ExportChange]:
    before = () if isinstance(change, Create) else change.observed.version.exports
    after = change.config.exports
    for export in sorted({*before, *after}):
        if export not in after:
            yield document.ExportChange(export=export, action="remove")
        else:
            action: Literal["add", "rebuild", "keep"] = "add"
            if export in before:
                action = "rebuild" if isinstance(change, Follow) else "keep"
            yield document.ExportChange(export=export, action=action, losses=losses.get(export, ()))


def _drift(drift: Drift) -> document.Drift:
    applied, observed = drift.applied, drift.observed
    version = None if observed is None else observed.version
    return document.Drift(
        address=drift.address,
        name=drift.name,
        drift=drift.drift,
        version_before=None if applied is None else applied.number,
        version_after=None if version is None else str(version.number),
        author=None if version is None or drift.drift == "data" else version.author,
        at=None if version is None or drift.drift == "data" else f"{version.created_at:%Y-%m-%d %H:%M:%S}",
        fields=tuple(_field(field, None) for field in drift.fields),
        entering=drift.entering,
        leaving=drift.leaving,
        relabelled=drift.relabelled,
        repainted=drift.repainted,
    )


def _summary(
    changes: tuple[document.DatasetChange, ...], steps: tuple[document.Step, ...] | None
) -> document.Summary:
    actions = [action for change in changes for action in change.actions]
    frames = [change.frames for change in changes if change.frames is not None]
    return document.Summary(
        add=actions.count("create"),
        change=actions.count("new-version") + actions.count("update"),
        destroy=actions.count("delete"),
        adopt=actions.count("adopt"),
        forget=actions.count("forget"),
        unchanged=actions.count("no-op"),
        entering=sum(change.entering.count for change in frames),
        leaving=sum(change.leaving.count for change in frames),
        moving=sum(change.moving.count for change in frames),
        relabelled=sum(change.relabelled.count for change in frames),
        # A step that changes something at the remote is one call, and its key makes that call repeatable.
        calls=None if steps is None else sum(step.key is not None for step in steps),
    )
