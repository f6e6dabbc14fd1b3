"""What carrying out a plan takes, one step a dataset: the list that apply walks."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias, assert_never

from setwright.apply.order import in_order
from setwright.model.canonical import digest_of
from setwright.model.documents import config_digest
from setwright.model.values import dataclass
from setwright.model.versions import ChangeSeverity
from setwright.plan import document
from setwright.plan.changes import Adopt, Amend, Create, Delete, Follow, Forget, Guard, Keep, digest_after

if TYPE_CHECKING:
    from collections.abc import Iterator

    from setwright.model.dataset import DatasetConfig
    from setwright.model.manifest import Manifest
    from setwright.model.versions import ObservedDataset, VersionNumber
    from setwright.plan.plan import Plan

KEY_ALGORITHM = "step-1"
"""Names how a step's idempotency key is made."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class PublishStep:
    """Make a version after the one with the id `parent`, None for a dataset that must not exist yet."""

    address: str
    key: str
    config: DatasetConfig
    parent: str | None
    number: VersionNumber
    severity: ChangeSeverity
    content: Manifest
    revision: int
    moved_from: str | None = None
    name_before: str | None = None


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class AmendStep:
    """Change the settings of the version with the id `version` in place; its content stays."""

    address: str
    key: str
    config: DatasetConfig
    version: str
    number: VersionNumber
    severity: ChangeSeverity
    moved_from: str | None = None
    name_before: str | None = None


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class BindStep:
    """Let the state know a dataset that is as its spec asks; the remote is not touched."""

    address: str
    config: DatasetConfig
    observed: ObservedDataset
    moved_from: str | None = None


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ForgetStep:
    """Let the state forget an address; the dataset called `name` stays."""

    address: str
    name: str


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class DeleteStep:
    """Delete the dataset called `name` if `version` is still its current one, and let the state forget the address."""

    address: str
    key: str
    name: str
    version: str


RemoteStep: TypeAlias = PublishStep | AmendStep
"""A step that makes something of the remote, of which the state must know afterwards."""

Step: TypeAlias = RemoteStep | BindStep | ForgetStep | DeleteStep


def steps(plan: Plan) -> Iterator[Step]:
    """The steps of `plan`, in the order in which they are taken; datasets that stay as they are need none."""
    for change in in_order(plan.changes):
        match change:
            case Create():
                yield PublishStep(
                    address=change.address,
                    key=_key(plan, change, ""),
                    config=change.config,
                    parent=None,
                    number=change.number,
                    # Nobody trains on it yet, so all of it is an addition.
                    severity=ChangeSeverity.ADDITIVE,
                    content=change.content,
                    revision=change.revision,
                )
            case Follow():
                parent = change.observed.version.id
                yield PublishStep(
                    address=change.address,
                    key=_key(plan, change, parent),
                    config=change.config,
                    parent=parent,
                    number=change.number,
                    severity=change.severity,
                    content=change.content,
                    revision=change.revision,
                    moved_from=change.moved_from,
                    name_before=change.observed.name,
                )
            case Amend():
                current = change.observed.version
                yield AmendStep(
                    address=change.address,
                    key=_key(plan, change, f"{current.id} {current.number}"),
                    config=change.config,
                    version=current.id,
                    number=change.number,
                    severity=change.severity,
                    moved_from=change.moved_from,
                    name_before=change.observed.name,
                )
            case Adopt():
                yield BindStep(
                    address=change.address,
                    config=change.config,
                    observed=change.observed,
                    moved_from=change.moved_from,
                )
            case Delete():
                current = change.observed.version
                yield DeleteStep(
                    address=change.address,
                    key=digest_of(KEY_ALGORITHM, [plan.lineage, plan.serial, change.address, current.id]),
                    name=change.observed.name,
                    version=current.id,
                )
            case Forget():
                yield ForgetStep(address=change.address, name=change.name)
            case Keep() | Guard():
                pass
            case _:
                assert_never(change)


def told(plan: Plan) -> tuple[document.Step, ...]:
    """The steps of `plan`, for its document."""
    return tuple(map(told_of, steps(plan)))


def told_of(step: Step) -> document.Step:
    """One step, for documents and events."""
    match step:
        case PublishStep():
            return document.Step(
                address=step.address,
                step="publish",
                name=step.config.name,
                version=str(step.number),
                follows=step.parent,
                key=step.key,
            )
        case AmendStep():
            return document.Step(
                address=step.address,
                step="amend",
                name=step.config.name,
                version=str(step.number),
                follows=step.version,
                key=step.key,
            )
        case BindStep():
            version = step.observed.version
            return document.Step(
                address=step.address,
                step="bind",
                name=step.config.name,
                version=str(version.number),
                follows=version.id,
            )
        case DeleteStep():
            return document.Step(
                address=step.address,
                step="delete",
                name=step.name,
                follows=step.version,
                key=step.key,
            )
        case ForgetStep():
            return document.Step(address=step.address, step="forget", name=step.name)
        case _:
            assert_never(step)


def _key(plan: Plan, change: Create | Follow | Amend, follows: str) -> str:
    """The step's idempotency key: that of the same change, planned from the same state, is the same."""
    made = [config_digest(change.config), digest_after(change)]
    return digest_of(KEY_ALGORITHM, [plan.lineage, plan.serial, change.address, follows, *made])
