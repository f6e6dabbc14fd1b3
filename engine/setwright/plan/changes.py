"""What a plan says of one dataset."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, TypeAlias

from setwright.model.statistics import count
from setwright.model.values import dataclass

if TYPE_CHECKING:
    from setwright.diff.annotations import AnnotationDiff
    from setwright.diff.config import FieldChange
    from setwright.diff.data import DataDiff
    from setwright.model.dataset import DatasetConfig
    from setwright.model.manifest import Manifest
    from setwright.model.statistics import Statistics
    from setwright.model.versions import ChangeSeverity, ObservedDataset, VersionNumber
    from setwright.plan.causes import Cause


class Reason(Enum):
    """Why a change is planned. Reasons explain; they steer nothing but which consents apply asks for."""

    NOT_AT_REMOTE = "not_at_remote"
    DELETED_AT_REMOTE = "deleted_at_remote"
    SPEC_CHANGED = "spec_changed"
    DATA_CHANGED = "data_changed"
    CHANGED_AT_REMOTE = "changed_at_remote"
    NOT_IN_STATE = "not_in_state"
    TAKEN_OVER = "taken_over"
    ADOPTED = "adopted"
    NOT_IN_SPECS = "not_in_specs"
    MOVED = "moved"
    CANNOT_RENAME = "cannot_rename"
    NAME_TAKEN = "name_taken"
    PROTECTED = "protected"
    CANNOT_DELETE = "cannot_delete"
    UPSTREAM = "upstream"
    VERSIONING_ALWAYS = "versioning_always"


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Create:
    """The dataset does not exist; its first version is made, of the frames of `revision`.

    `dropped`, here and below, counts the frames that are selected and left out because they are background.
    """

    address: str
    config: DatasetConfig
    number: VersionNumber
    content: Manifest
    revision: int
    reasons: tuple[Reason, ...]
    dropped: int = 0


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Follow:
    """The content changes, or the spec asks for it, so a new version follows the current one.

    It is made of the frames of `revision`. `annotations` are those that differ in frames of both versions.
    `moved_from`, here and below, is the address that the dataset had before; its name changes where that of `observed`
    is another than that of `config`.
    """

    address: str
    config: DatasetConfig
    number: VersionNumber
    content: Manifest
    revision: int
    reasons: tuple[Reason, ...]
    severity: ChangeSeverity
    fields: tuple[FieldChange, ...]
    observed: ObservedDataset
    moved_from: str | None
    before: Manifest
    diff: DataDiff
    annotations: AnnotationDiff
    causes: tuple[Cause, ...]
    dropped: int = 0


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Amend:
    """Settings change that leave the content as it is, so the current version is changed in place.

    `content` is what the spec asks for: the same, with the groups that it asks for by now. None where nobody read it.
    """

    address: str
    config: DatasetConfig
    number: VersionNumber
    reasons: tuple[Reason, ...]
    severity: ChangeSeverity
    fields: tuple[FieldChange, ...]
    observed: ObservedDataset
    moved_from: str | None
    content: Manifest | None = None


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Adopt:
    """The dataset is as its spec asks, but this project's state does not know it as such; only the state changes."""

    address: str
    config: DatasetConfig
    reasons: tuple[Reason, ...]
    observed: ObservedDataset
    moved_from: str | None


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Forget:
    """The spec is gone; the state forgets the address, and the dataset called `name` stays where it is."""

    address: str
    name: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Delete:
    """The spec is gone, and the dataset that it made is to go too."""

    address: str
    reasons: tuple[Reason, ...]
    observed: ObservedDataset


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Guard:
    """The spec is gone, but the dataset called `name` is protected: it stays, and the state goes on knowing it."""

    address: str
    name: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Keep:
    """Nothing is to be done."""

    address: str
    config: DatasetConfig
    observed: ObservedDataset


MadeChange: TypeAlias = Create | Follow | Amend | Adopt | Keep
"""A change after which the dataset is as its spec asks."""

GoneChange: TypeAlias = Forget | Delete | Guard
"""What becomes of an address that no spec has any more."""

Change: TypeAlias = MadeChange | GoneChange


def statistics_of(change: MadeChange) -> Statistics:
    """The content that the dataset has after `change`, counted."""
    return (
        count(change.content) if isinstance(change, Create | Follow) else change.observed.version.statistics
    )


def digest_after(change: MadeChange) -> str:
    """The digest of the content that the dataset has after `change`."""
    if isinstance(change, Create | Follow):
        return change.content.digest
    return change.observed.version.manifest_digest
