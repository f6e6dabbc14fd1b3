"""What would be done: pure, deterministic, and complete when it is made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from setwright.diff.config import changed_fields
from setwright.diff.data import data_diff
from setwright.model.versions import FIRST_VERSION, ChangeSeverity
from setwright.plan.changes import Adopt, Amend, Change, Create, Follow, Forget, Keep, Reason
from setwright.plan.content import desired_content
from setwright.plan.severity import content_severity, settings_severity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from setwright.model.dataset import DatasetConfig
    from setwright.model.versions import ObservedDataset
    from setwright.plan.survey import Survey
    from setwright.state.document import Applied


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Plan:
    """The changes, one an address, sorted by it, and the world they were made for.

    `lineage` and `serial` are of the state that the plan was made from, `revision` of the lake that it read.
    """

    location: str
    revision: int
    lineage: str
    serial: int
    changes: tuple[Change, ...]

    @property
    def empty(self) -> bool:
        """Whether applying it would do nothing."""
        return all(isinstance(change, Keep) for change in self.changes)


def plan(desired: Mapping[str, DatasetConfig], survey: Survey) -> Plan:
    """The plan that makes every dataset of `desired`, by address, what its configuration asks for.

    Addresses that the state knows and nobody desires are forgotten.
    """
    planned = [_planned(address, config, survey) for address, config in desired.items()]
    forgotten = [
        Forget(address=address, name=applied.config.name, reasons=(Reason.NOT_IN_SPECS,))
        for address, applied in survey.state.datasets.items()
        if address not in desired
    ]
    return Plan(
        location=survey.location,
        revision=survey.revision,
        lineage=survey.state.lineage,
        serial=survey.state.serial,
        changes=tuple(sorted([*planned, *forgotten], key=lambda change: change.address)),
    )


def _planned(address: str, config: DatasetConfig, survey: Survey) -> Change:
    applied = survey.state.datasets.get(address)
    observed = survey.observed.get(config.name)
    membership = survey.memberships[address]
    if observed is None:
        gone = applied is not None and applied.config.name == config.name
        return Create(
            address=address,
            config=config,
            number=FIRST_VERSION,
            content=desired_content(config, membership, None),
            reasons=(Reason.DELETED_AT_REMOTE if gone else Reason.NOT_AT_REMOTE,),
        )
    before = survey.contents[observed.version.id]
    content = desired_content(config, membership, before)
    diff = data_diff(before, content)
    # A remote that cannot read configuration back is taken to have the one that was applied last.
    known = observed.config or (applied.config if applied else config)
    fields = changed_fields(known, config)
    reasons = _reasons(config, known, applied, observed)
    content_change = content_severity(before, content, diff)
    settings_change = settings_severity(known, config)
    severity = content_change or settings_change
    if content_change is not None or (severity is not None and config.versioning == "always"):
        assert severity is not None
        number = observed.version.number.after(severity)
        if content_change is None:
            reasons = (*reasons, Reason.VERSIONING_ALWAYS)
            # A new version has a number of its own, also where only a description changed.
            number = observed.version.number.after(ChangeSeverity.PACKAGING)
        return Follow(
            address=address,
            config=config,
            number=number,
            content=content,
            reasons=reasons or (Reason.DATA_CHANGED,),
            severity=severity,
            fields=fields,
            observed=observed,
            before=before,
            diff=diff,
        )
    if severity is not None:
        return Amend(
            address=address,
            config=config,
            number=observed.version.number.after(severity),
            content=content,
            reasons=reasons,
            severity=severity,
            fields=fields,
            observed=observed,
        )
    if applied is None or not _knows(applied, config, observed):
        return Adopt(address=address, config=config, content=content, reasons=reasons, observed=observed)
    return Keep(address=address, config=config, content=content, observed=observed)


def _knows(applied: Applied, config: DatasetConfig, observed: ObservedDataset) -> bool:
    """Whether the state says of the dataset what it is."""
    current = observed.version
    return (applied.version, applied.number, applied.config) == (current.id, str(current.number), config)


def _reasons(
    config: DatasetConfig, known: DatasetConfig, applied: Applied | None, observed: ObservedDataset
) -> tuple[Reason, ...]:
    reasons = []
    if applied is None:
        reasons.append(Reason.NOT_IN_STATE)
    elif applied.version != observed.version.id or applied.config != known:
        reasons.append(Reason.CHANGED_AT_REMOTE)
    if config != (applied.config if applied else known):
        reasons.append(Reason.SPEC_CHANGED)
    return tuple(reasons)
