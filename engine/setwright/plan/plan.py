"""What would be done: pure, deterministic, and complete when it is made."""

from __future__ import annotations

from dataclasses import field, replace
from typing import TYPE_CHECKING

from setwright.diff.config import changed_fields
from setwright.model.values import dataclass
from setwright.model.versions import FIRST_VERSION, UNNUMBERED, ChangeSeverity
from setwright.plan.causes import causes, causes_of_others, variants
from setwright.plan.changes import (
    Adopt,
    Amend,
    Change,
    Create,
    Delete,
    Follow,
    Forget,
    GoneChange,
    Guard,
    Keep,
    MadeChange,
    Reason,
)
from setwright.plan.drift import drift
from setwright.plan.pinning import Pinned, pinned
from setwright.plan.severity import content_severity, settings_severity, unseen_severity
from setwright.plan.standing import Standing, moved_addresses, standing
from setwright.plan.upstream import made_of

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    from setwright.diff.data import DataDiff
    from setwright.model.dataset import DatasetConfig
    from setwright.model.manifest import Manifest
    from setwright.model.versions import ObservedDataset, VersionNumber
    from setwright.plan.causes import Cause
    from setwright.plan.drift import Drift
    from setwright.plan.survey import Survey
    from setwright.state.document import Applied


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Plan:
    """The changes, one an address, sorted by it, and the world they were made for.

    `lineage` and `serial` are of the state that the plan was made from, `revision` of the lake that it read. `drift`
    is what others changed, `pinned`, by address, what the lock file holds specs to; they are told and steer nothing.
    `pins_left_out` are the revisions of pins of others, by address, that are not planned for.
    """

    location: str
    revision: int
    lineage: str
    serial: int
    changes: tuple[Change, ...]
    drift: tuple[Drift, ...] = ()
    pinned: Mapping[str, Pinned] = field(default_factory=dict)
    pins_left_out: Mapping[str, int] = field(default_factory=dict)

    @property
    def empty(self) -> bool:
        """Whether applying it would do nothing."""
        return all(isinstance(change, Keep | Guard) for change in self.changes)

    @property
    def broken_pins(self) -> tuple[str, ...]:
        """The addresses for which the lake gives other frames than those that were locked."""
        return tuple(address for address, pinned in self.pinned.items() if pinned.broken)

    @property
    def applyable(self) -> bool:
        """Whether there is anything to apply, and nothing forbids it."""
        return not (self.empty or self.broken_pins)


def plan(
    desired: Mapping[str, DatasetConfig],
    survey: Survey,
    *,
    within: Container[str] | None = None,
    prune: bool = False,
) -> Plan:
    """The plan that makes every dataset of `desired`, by address, what its configuration asks for.

    Addresses that the state knows and nobody desires are forgotten, and with `prune` their datasets are deleted; those
    that are not `within` are left alone. None stands for all addresses. What could not move to the address that a spec
    gives it is forgotten and never deleted, for nobody asked to lose its versions.
    """
    stands = standing(desired, survey.state, survey.observed, survey.previously, renames=survey.renames)
    planned = _following_others(
        [_planned(address, config, stands[address], survey) for address, config in desired.items()], survey
    )
    moved = {change.moved_from for change in planned if isinstance(change, Follow | Amend | Adopt)}
    left = moved_addresses(survey.state, {a: b for a, b in survey.previously.items() if a in desired})
    gone = [
        _gone(
            address,
            applied,
            survey.observed.get(applied.config.name),
            prune=prune and address not in left,
            deletes=survey.deletes,
        )
        for address, applied in survey.state.datasets.items()
        if address not in desired and address not in moved and (within is None or address in within)
    ]
    changes = tuple(sorted([*planned, *gone], key=lambda change: change.address))
    pins = {
        change.address: pinned(change, survey.held[change.address])
        for change in planned
        if change.address in survey.held
    }
    return Plan(
        location=survey.location,
        revision=survey.revision,
        lineage=survey.state.lineage,
        serial=survey.state.serial,
        changes=changes,
        drift=drift(planned, stands, pins),
        pinned=pins,
        pins_left_out=survey.pins_left_out,
    )


def _following_others(planned: list[MadeChange], survey: Survey) -> list[MadeChange]:
    """The changes, of which those say so that come from a dataset that theirs is made of."""
    of = {change.address: change for change in planned}
    return [
        _following_its_others(change, of, survey)
        if isinstance(change, Follow) and (made_of(change.config) or made_of(_known(change)))
        else change
        for change in planned
    ]


def _following_its_others(change: Follow, of: Mapping[str, MadeChange], survey: Survey) -> Follow:
    """`change` of a dataset that is, or was, made of others, with what it comes from."""
    others = made_of(change.config)
    changing = any(isinstance(of.get(address), Create | Follow) for address in others)
    found = causes_of_others(
        _known(change),
        change.config,
        change.diff,
        anew=changing or any(_later(of.get(address), change) for address in others),
        lake_moved=survey.lake_moved(change.address, change.observed.version),
    )
    reasons = change.reasons
    if changing:
        reasons = (*(r for r in reasons if r is not Reason.DATA_CHANGED), Reason.UPSTREAM)
    return replace(change, reasons=reasons, causes=found)


def _later(other: MadeChange | None, change: Follow) -> bool:
    """Whether the dataset may have a version that is newer than that of `change`: one that is not planned may."""
    return (
        other is None
        or isinstance(other, Create)
        or other.observed.version.created_at > change.observed.version.created_at
    )


def _known(change: Follow) -> DatasetConfig:
    """How the current version is configured, as far as the remote tells."""
    return change.observed.config or change.config


def _gone(
    address: str, applied: Applied, observed: ObservedDataset | None, *, prune: bool, deletes: bool
) -> GoneChange:
    """What becomes of an address that no spec has any more."""
    reasons: tuple[Reason, ...] = (Reason.NOT_IN_SPECS,)
    name = applied.config.name
    if observed is None or observed.id != applied.dataset:
        return Forget(address=address, name=name, reasons=reasons)
    # Either of the two may know better: the state what this project asked for, the remote what others did.
    if applied.config.protect or (observed.config is not None and observed.config.protect):
        return Guard(address=address, name=name, reasons=(*reasons, Reason.PROTECTED))
    if prune and not deletes:
        reasons = (*reasons, Reason.CANNOT_DELETE)
    elif prune:
        # What adopted it left no key of anything that was made.
        reasons = reasons if applied.key else (*reasons, Reason.ADOPTED)
        return Delete(address=address, reasons=reasons, observed=observed)
    return Forget(address=address, name=name, reasons=reasons)


def _planned(address: str, config: DatasetConfig, stands: Standing, survey: Survey) -> MadeChange:
    applied, observed = stands.applied, stands.observed
    if observed is None:
        from setwright.plan.content import desired_content

        membership = survey.memberships[address]
        content = desired_content(config, membership, None)
        gone = applied is not None and applied.config.name == config.name
        reason = Reason.DELETED_AT_REMOTE if gone else Reason.NOT_AT_REMOTE
        return Create(
            address=address,
            config=config,
            number=FIRST_VERSION if survey.numbers else UNNUMBERED,
            content=content,
            revision=survey.at(address),
            reasons=(reason, Reason.CANNOT_RENAME) if stands.stays else (reason,),
            dropped=len(membership.frames) - len(content.frames),
        )
    # A remote that cannot read configuration back is taken to have the one that was applied last.
    known = observed.config or (applied.config if applied else config)
    reasons = _reasons(config, known, stands, observed, renames=survey.renames)
    asked_for = _asked_for(address, config, observed, survey)
    following = _following(address, config, known, asked_for, reasons, stands.moved_from, observed, survey)
    if following is not None:
        return following
    severity = settings_severity(known, config)
    if severity is not None:
        return Amend(
            address=address,
            config=config,
            number=_amended(observed, severity, numbers=survey.numbers),
            reasons=reasons,
            severity=severity,
            fields=changed_fields(known, config),
            observed=observed,
            moved_from=stands.moved_from,
            content=asked_for,
        )
    if applied is None or stands.moved_from is not None or not _knows(applied, config, observed):
        return Adopt(
            address=address,
            config=config,
            reasons=reasons,
            observed=observed,
            moved_from=stands.moved_from,
        )
    return Keep(address=address, config=config, observed=observed)


def _amended(observed: ObservedDataset, severity: ChangeSeverity, *, numbers: bool) -> VersionNumber:
    """The number of a version once it is amended, `UNNUMBERED` where that is for the remote to say."""
    known = numbers or severity is ChangeSeverity.METADATA
    return observed.version.number.after(severity) if known else UNNUMBERED


def _asked_for(
    address: str, config: DatasetConfig, observed: ObservedDataset, survey: Survey
) -> Manifest | None:
    """The content that the spec asks for, None where it is sure to be that of the current version."""
    if address in survey.unmoved:
        return None
    from setwright.plan.content import desired_content

    return desired_content(config, survey.memberships[address], survey.contents[observed.version.id])


def _following(
    address: str,
    config: DatasetConfig,
    known: DatasetConfig,
    asked_for: Manifest | None,
    reasons: tuple[Reason, ...],
    moved_from: str | None,
    observed: ObservedDataset,
    survey: Survey,
) -> Follow | None:
    """The new version, None where none is needed."""
    settings_change = settings_severity(known, config)
    always = config.versioning == "always" and settings_change is not None
    if asked_for is None and not always:
        return None
    from setwright.diff.annotations import annotation_diff
    from setwright.diff.data import data_diff

    before = survey.contents[observed.version.id]
    content = before if asked_for is None else asked_for
    diff = data_diff(before, content)
    if content.names_only:
        severity = unseen_severity(known, config, diff)
    else:
        severity = content_severity(before, content, diff)
    number = None if severity is None else observed.version.number.after(severity)
    if severity is None and always:
        reasons = (*reasons, Reason.VERSIONING_ALWAYS)
        severity = settings_change
        # A new version has a number of its own, also where only a description changed.
        number = observed.version.number.after(ChangeSeverity.PACKAGING)
    if severity is None or number is None:
        return None
    return Follow(
        address=address,
        config=config,
        number=number if survey.numbers else UNNUMBERED,
        content=content,
        revision=survey.at(address),
        reasons=reasons or (Reason.DATA_CHANGED,),
        severity=severity,
        fields=changed_fields(known, config),
        observed=observed,
        moved_from=moved_from,
        before=before,
        diff=diff,
        annotations=annotation_diff(before, content, diff.relabelled),
        causes=_causes(address, config, known, observed, survey, before, content, diff),
        dropped=0 if asked_for is None else len(survey.memberships[address].frames) - len(content.frames),
    )


def _causes(
    address: str,
    config: DatasetConfig,
    known: DatasetConfig,
    observed: ObservedDataset,
    survey: Survey,
    before: Manifest,
    after: Manifest,
    diff: DataDiff,
) -> tuple[Cause, ...]:
    # Where only names are known no revision tells whether the lake moved, so it always may have.
    moved = after.names_only or survey.lake_moved(address, observed.version)
    asked = variants(known, config, lake_moved=moved)
    answers = survey.answers.get(address, {})
    if len(asked) != 1 and any(variant.cause not in answers for variant in asked):
        return ()  # nobody asked, or could: then nothing is said rather than something made up
    return causes(asked, answers, before, after, diff)


def _knows(applied: Applied, config: DatasetConfig, observed: ObservedDataset) -> bool:
    """Whether the state says of the dataset what it is."""
    current = observed.version
    return (applied.version, applied.number, applied.config) == (current.id, str(current.number), config)


def _reasons(
    config: DatasetConfig,
    known: DatasetConfig,
    stands: Standing,
    observed: ObservedDataset,
    *,
    renames: bool,
) -> tuple[Reason, ...]:
    applied = stands.applied
    reasons = [Reason.MOVED] if stands.moved_from is not None else []
    if stands.stays is not None:
        reasons.append(Reason.NAME_TAKEN if renames else Reason.CANNOT_RENAME)
    if stands.of_others:
        reasons.append(Reason.TAKEN_OVER)
    elif applied is None:
        reasons.append(Reason.NOT_IN_STATE)
    elif applied.dataset == observed.id and (
        applied.version != observed.version.id or applied.config != known
    ):
        reasons.append(Reason.CHANGED_AT_REMOTE)
    if config != (applied.config if applied else known):
        reasons.append(Reason.SPEC_CHANGED)
    return tuple(reasons)
