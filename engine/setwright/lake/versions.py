"""Datasets and their versions, read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import desc, func, select

from setwright.lake import schema
from setwright.lake.identity import DELETED
from setwright.model.dataset import DatasetConfig
from setwright.model.documents import from_document
from setwright.model.errors import RemoteError
from setwright.model.statistics import Statistics
from setwright.model.versions import (
    ObservedDataset,
    Version,
    VersionNumber,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Row, Select

_datasets, _versions, _editions = schema.datasets.c, schema.versions.c, schema.editions.c


def observe(connection: Connection, names: Sequence[str]) -> dict[str, ObservedDataset]:
    """The datasets of these names, those that there are, each with its current version."""
    newest = select(func.max(schema.versions.c.id)).group_by(_versions.dataset)
    rows = connection.execute(latest().where(_datasets.name.in_(names), _versions.id.in_(newest)))
    return {
        row.dataset_name: ObservedDataset(
            id=row.dataset_uid,
            name=row.dataset_name,
            config=from_document(DatasetConfig, row.config),
            version=_version(row),
        )
        for row in rows
    }


def versions_of(connection: Connection, name: str) -> tuple[Version, ...]:
    """All versions of the dataset, the newest first."""
    rows = connection.execute(latest().where(_datasets.name == name).order_by(desc(_versions.ordinal)))
    return tuple(map(_version, rows))


def version_by_key(connection: Connection, key: str) -> Version | None:
    """The version that the publication or amendment with that key made."""
    found = connection.execute(select(_editions.version).where(_editions.key == key)).scalar_one_or_none()
    return None if found is None else one_version(connection, _versions.id == found)


def version_by_id(connection: Connection, uid: str) -> Version:
    """The version with that id.

    Raises:
        RemoteError: there is none.
    """
    return _version(_row(connection, uid))


def config_of(connection: Connection, uid: str) -> DatasetConfig:
    """The configuration of the version with that id, as it was last amended.

    Raises:
        RemoteError: there is none.
    """
    return from_document(DatasetConfig, _row(connection, uid).config)


def made_with(connection: Connection, uid: str) -> DatasetConfig:
    """The configuration that the version with that id was published with, before any amendment.

    Raises:
        RemoteError: there is none.
    """
    found = connection.execute(
        select(_editions.config)
        .join(schema.versions, _editions.version == _versions.id)
        .where(_versions.uid == uid)
        .order_by(_editions.ordinal)
        .limit(1)
    ).scalar_one_or_none()
    if found is None:
        raise _no_version(uid)
    return from_document(DatasetConfig, found)


def version_by_number(connection: Connection, name: str, number: str) -> Version | None:
    """The version of the dataset that is called `number`, or was before an amendment."""
    found = connection.execute(
        select(_editions.version)
        .join(schema.versions, _editions.version == _versions.id)
        .join(schema.datasets, _versions.dataset == _datasets.id)
        .where(_datasets.name == name, _editions.number == number)
        .limit(1)
    ).scalar_one_or_none()
    return None if found is None else one_version(connection, _versions.id == found)


def manifest_blob(connection: Connection, version: str) -> str:
    """The digest of the file that holds the version's manifest.

    Raises:
        RemoteError: there is no version with that id.
    """
    found: str | None = connection.execute(
        select(_versions.manifest_blob).where(_versions.uid == version)
    ).scalar_one_or_none()
    if found is None:
        raise _no_version(version)
    return found


def latest() -> Select[Any]:
    """Every version with its latest edition and its dataset."""
    newest = select(func.max(schema.editions.c.id)).group_by(_editions.version)
    return (
        select(
            _datasets.uid.label("dataset_uid"),
            _datasets.name.label("dataset_name"),
            _versions.id.label("version"),
            _versions.uid.label("version_uid"),
            _versions.ordinal.label("version_ordinal"),
            _versions.parent,
            _versions.frames_revision,
            _versions.manifest_digest,
            _versions.statistics,
            _versions.author,
            _versions.created_at,
            _editions.ordinal.label("edition_ordinal"),
            _editions.number,
            _editions.config,
        )
        .join(schema.versions, _versions.dataset == _datasets.id)
        .join(schema.editions, _editions.version == _versions.id)
        .where(_editions.id.in_(newest))
    )


def titles(connection: Connection) -> dict[str, str]:
    """What people call every version, by its id, as in `party 1.2.0`; also those of datasets that were deleted."""
    columns = _versions.uid, _datasets.name, _editions.number
    found = {}
    for uid, name, number in connection.execute(latest().with_only_columns(*columns)):
        dataset, deleted, _ = name.partition(DELETED)
        found[uid] = f"{dataset} {number}{' (of a dataset that was deleted)' if deleted else ''}"
    return found


def _version(row: Row[Any]) -> Version:
    return Version(
        id=row.version_uid,
        dataset=row.dataset_name.partition(DELETED)[0],
        number=VersionNumber.parse(row.number),
        parent=row.parent,
        revision=row.frames_revision,
        manifest_digest=row.manifest_digest,
        exports=tuple(row.config["exports"]),
        statistics=from_document(Statistics, row.statistics),
        created_at=row.created_at,
        author=row.author,
    )


def _row(connection: Connection, uid: str) -> Row[Any]:
    found = connection.execute(latest().where(_versions.uid == uid)).one_or_none()
    if found is None:
        raise _no_version(uid)
    return found


def _no_version(uid: str) -> RemoteError:
    return RemoteError(f"There is no version {uid}", "The lake has none with that id.")


def one_version(connection: Connection, condition: Any) -> Version:
    """The version for which `condition` holds, which there is."""
    return _version(connection.execute(latest().where(condition)).one())


def current_row(connection: Connection, name: str) -> Row[Any] | None:
    """The current version of the dataset of that name, as `latest` gives it; None where there is no such dataset."""
    return connection.execute(
        latest().where(_datasets.name == name).order_by(desc(_versions.ordinal)).limit(1)
    ).one_or_none()
