"""What the document says of one dataset: its fields, version, splits, classes and exports."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from setwright.model.documents import told_config
from setwright.model.splits import SPLITS
from setwright.model.values import dataclass
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
from setwright.plan.described_frames import annotation_changes, frame_changes
from setwright.plan.document import FrameList
from setwright.plan.identity import action
from setwright.plan.told import place
from setwright.split.quotas import quotas

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from setwright.diff.config import FieldChange
    from setwright.model.dataset import DatasetConfig
    from setwright.model.diagnostics import SourceRef
    from setwright.model.documents import ToldConfig
    from setwright.model.splits import SplitWish
    from setwright.model.statistics import Statistics
    from setwright.model.versions import VersionNumber
    from setwright.plan.changes import Change, GoneChange, MadeChange
    from setwright.plan.pinning import Pinned
    from setwright.spec.project import Spec
    from setwright.split.division import Division


def dataset_change(
    change: Change,
    spec: Spec | None,
    losses: Mapping[str, tuple[document.LossLine, ...]],
    limit: int | None,
    *,
    copies: document.CopyChanges | None,
    pictures: tuple[document.Picture, ...],
    pinned: Pinned | None,
    dependents: tuple[str, ...],
    division: Division | None = None,
) -> document.DatasetChange:
    """What becomes of one dataset; of frames of a kind at most `limit` are listed, for None all.

    `losses` are, by export, what its format cannot hold. `copies`, `pictures` and `dependents` go into it as they are,
    `pinned` is what the lock file holds it to. `division` says how the content came out, where that is not to be found
    out of the change.
    """
    if isinstance(change, Forget | Delete | Guard):
        return _gone(change, dependents)
    fields: tuple[FieldChange, ...] = change.fields if isinstance(change, Follow | Amend) else ()
    before = None if isinstance(change, Create) else change.observed.version.statistics
    after = statistics_of(change)
    unmet, leaks = _divided(change, limit, division)
    config = _told(change.config, spec)
    told = not after.undivided
    splits = _splits(_sizes(change.config.split, after.frames), before, after) if told else ()
    return document.DatasetChange(
        address=change.address,
        name=change.config.name,
        previous_address=change.moved_from if isinstance(change, Follow | Amend | Adopt) else None,
        previous_name=_previous_name(change),
        actions=(action(change),),
        reasons=() if isinstance(change, Keep) else tuple(reason.value for reason in change.reasons),
        place=None if spec is None else place(spec.where),
        severity=change.severity.value if isinstance(change, Follow | Amend) else None,
        config=config.document,
        config_digest=config.digest,
        version=_version(change),
        fields=tuple(config_field(field, spec) for field in fields),
        frames=frame_changes(change, after.frames, spec, limit),
        content="all" if told else "frames",
        annotations=annotation_changes(change, before, after) if told else None,
        splits=splits,
        unmet=unmet,
        leakage=leaks,
        labels=_labels(before, after) if told else (),
        exports=tuple(_exports(change, losses)),
        bytes=document.ByteChanges(before=before.bytes if before else 0, after=after.bytes) if told else None,
        copies=copies,
        pictures=pictures,
        pin=_pin_line(pinned),
        dependents=dependents,
    )


def _told(config: DatasetConfig, spec: Spec | None) -> ToldConfig:
    """`config`, told as it was kept if that is the spec's."""
    if spec is not None and spec.told is not None and config is spec.config:
        return spec.told
    return told_config(config)


def _gone(change: GoneChange, dependents: tuple[str, ...]) -> document.DatasetChange:
    told = document.DatasetChange(
        address=change.address,
        name=change.observed.name if isinstance(change, Delete) else change.name,
        actions=(action(change),),
        reasons=tuple(reason.value for reason in change.reasons),
        dependents=dependents,
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
    return replace(told, follows=change.observed.version.id, frames=leaving)


def config_field(field: FieldChange, spec: Spec | None) -> document.ConfigField:
    """One field of the configuration, with the place where the spec writes it."""
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


def _pin_line(pinned: Pinned | None) -> document.PinLine | None:
    """What the lock file holds the dataset to, None where it is not pinned."""
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


@dataclass(frozen=True, slots=True)
class _Sizes:
    """What a spec asks of the sizes of the splits; neither is there where frames are in the splits they came with.

    `quotas` are in frames, `targets` in percent, also there for frames that came with none.
    """

    targets: tuple[float, ...] | None
    quotas: tuple[int, ...] | None


def _sizes(wish: SplitWish, frames: int) -> _Sizes:
    return _Sizes(
        targets=tuple(map(float, wish.percent.values())) if wish.divides else None,
        quotas=tuple(quotas(frames, wish).values()) if wish.official is None else None,
    )


def _splits(asked: _Sizes, before: Statistics | None, after: Statistics) -> tuple[document.SplitChange, ...]:
    told = []
    for row, split in enumerate(SPLITS):
        frames = after.splits[row].frames
        share = round(100 * frames / after.frames, 1) if after.frames else 0.0
        told.append(
            document.SplitChange(
                split=split.value,
                target=share if asked.targets is None else asked.targets[row],
                quota=frames if asked.quotas is None else asked.quotas[row],
                before=before.splits[row].frames if before else 0,
                after=frames,
                background=after.splits[row].background,
                official=asked.quotas is None,
            )
        )
    return tuple(told)


def _divided(
    change: MadeChange, limit: int | None, found: Division | None
) -> tuple[document.Unmet | None, tuple[document.Leak, ...]]:
    """Which wishes the division did not meet, and what leaks between the splits."""
    if isinstance(change, Amend) and any(field.path.startswith("split.") for field in change.fields):
        if change.config.split.official is not None:
            return None, ()
        # The spec asks for other sizes or groups, and every frame stays in the split that it had.
        content = before = change.content
        if content is None:
            statistics = statistics_of(change)
            asked = tuple(quotas(statistics.frames, change.config.split).values())
            unequal = asked != tuple(split.frames for split in statistics.splits)
            return document.Unmet(why=("kept",), apart=0) if unequal else None, ()
    elif isinstance(change, Create | Follow):
        content, before = change.content, change.before if isinstance(change, Follow) else None
    else:
        return None, ()
    if content.names_only:
        return None, ()
    from setwright.split.division import division
    from setwright.split.leakage import leakage

    found = found or division(content, change.config.split, before)
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


def _labels(before: Statistics | None, after: Statistics) -> tuple[document.LabelChange, ...]:
    """The classes after, in the order of their ids, then those that go."""
    becomes = _histogram(after)
    was = becomes if before is after else _histogram(before) if before else {}
    ids_before = {label: id_ for id_, label in enumerate(was)}
    ids_after = {label: id_ for id_, label in enumerate(becomes)}
    zeros = (0,) * len(SPLITS)
    told = []
    for label in [*becomes, *(label for label in was if label not in becomes)]:
        told.append(
            document.LabelChange(
                label=label,
                id_before=ids_before.get(label),
                id_after=ids_after.get(label),
                splits=_counts(was.get(label, zeros), becomes.get(label, zeros)),
            )
        )
    return tuple(told)


# Of many datasets that stay as they are, most have some of these alike, and equal parts of a document may be one.
@lru_cache(maxsize=1024)
def _counts(was: tuple[int, ...], becomes: tuple[int, ...]) -> tuple[document.LabelCount, ...]:
    """The annotations of one class by split."""
    return tuple(
        document.LabelCount(split=split.value, before=old, after=new)
        for split, old, new in zip(SPLITS, was, becomes, strict=True)
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
