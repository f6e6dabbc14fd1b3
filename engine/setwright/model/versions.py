"""Versions of a dataset: their numbers, what a change means for them, and what a remote tells of them."""

from __future__ import annotations

import re
from datetime import datetime  # noqa: TC003 - pydantic reads the annotations where versions are written down
from enum import Enum
from typing import TYPE_CHECKING

from setwright.model.errors import UsageError
from setwright.model.statistics import Statistics  # noqa: TC001 - the same
from setwright.model.values import dataclass

if TYPE_CHECKING:
    from setwright.model.dataset import DatasetConfig
    from setwright.model.manifest import Manifest


class ChangeSeverity(Enum):
    """What a change means for those who train on the dataset, from the mildest to the gravest."""

    METADATA = "metadata"
    PACKAGING = "packaging"
    ADDITIVE = "additive"
    RELABEL = "relabel"
    REMOVAL = "removal"
    SCHEMA = "schema"
    EVAL = "eval"


@dataclass(frozen=True, slots=True, order=True)
class VersionNumber:
    """`major.minor.patch`, each from 0."""

    major: int
    minor: int
    patch: int

    def __str__(self) -> str:
        return "unnumbered" if self == UNNUMBERED else f"{self.major}.{self.minor}.{self.patch}"

    @classmethod
    def parse(cls, text: str) -> VersionNumber:
        """The number that `text` spells.

        Raises:
            UsageError: it is not three numbers with dots between.
        """
        match = re.fullmatch(r"(\d{1,9})\.(\d{1,9})\.(\d{1,9})", text, re.ASCII)
        if match is None:
            raise UsageError(
                f'"{text}" is not a version number',
                "A version number is three numbers with dots between, for example 1.2.0.",
            )
        return cls(*(int(part) for part in match.groups()))

    def after(self, severity: ChangeSeverity) -> VersionNumber:
        """The number that follows this one when a change of `severity` is made."""
        if self == UNNUMBERED:
            return self
        match severity:
            case ChangeSeverity.METADATA:
                return self
            case ChangeSeverity.PACKAGING:
                return VersionNumber(self.major, self.minor, self.patch + 1)
            case ChangeSeverity.ADDITIVE | ChangeSeverity.RELABEL | ChangeSeverity.REMOVAL:
                return VersionNumber(self.major, self.minor + 1, 0)
            case ChangeSeverity.SCHEMA | ChangeSeverity.EVAL:
                return VersionNumber(self.major + 1, 0, 0)


FIRST_VERSION = VersionNumber(1, 0, 0)

UNNUMBERED = VersionNumber(0, 0, 0)
"""Stands for the number of a version of which it is not known: its remote gives numbers itself, or tells none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One immutable content of a dataset, as the remote that keeps it tells it.

    `id` is the remote's, opaque. `parent` is the id of the version it was made from. `revision` is the lake's
    revision whose frames it holds. `manifest_digest` identifies the content. `exports` are exact names.
    """

    id: str
    dataset: str
    number: VersionNumber
    parent: str | None
    revision: int
    manifest_digest: str
    exports: tuple[str, ...]
    statistics: Statistics
    created_at: datetime
    author: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedDataset:
    """What a remote holds under one dataset name now.

    `config` is None where the remote cannot read configuration back.
    """

    id: str
    name: str
    config: DatasetConfig | None
    version: Version


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """A new version to be made, whole: nothing about it is looked up again.

    `key` is the publication's idempotency key: publishing the same key twice makes one version. `parent` is the id
    of the version that must still be the dataset's current one, None for a dataset that must not exist yet.
    """

    key: str
    config: DatasetConfig
    parent: str | None
    number: VersionNumber
    severity: ChangeSeverity
    manifest: Manifest
    revision: int
    author: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Deletion:
    """A dataset that is to go, by its name; `version` is the id of the version that must still be current.

    `key` is its idempotency key. Its versions can still be read by their ids until they are collected.
    """

    key: str
    name: str
    version: str
    author: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Amendment:
    """A change of a dataset's current version in place: its exports or its description, never its content.

    `version` is the id that must still be current; `number` what it is called from now on.
    """

    key: str
    config: DatasetConfig
    version: str
    number: VersionNumber
    severity: ChangeSeverity
    author: str
    at: datetime
