"""Datasets and their versions: made whole or not at all, each after the one that its maker saw."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import desc, func, select, update

from setwright.lake import schema
from setwright.lake.catalogue import insert_one, new_revision, newest_revision
from setwright.lake.identity import DELETED, deleted_name, outward_id
from setwright.model.dataset import DatasetConfig
from setwright.model.documents import from_document, to_document
from setwright.model.errors import RemoteError, StalePlanError
from setwright.model.statistics import Statistics, count
from setwright.model.versions import (
    Amendment,
    ChangeSeverity,
    Deletion,
    ObservedDataset,
    Publication,
    Version,
    VersionNumber,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Row, Select

_datasets, _versions, _editions = schema.datasets.c, schema.versions.c, schema.editions.c


def publish(connection: Connection, publication: Publication, manifest_blob: str, lake_id: str) -> Version:
    """Make the version; one that was made with the same key is given as it is.

    Raises:
        StalePlanError: the dataset's current version is no longer the publication's parent.
        RemoteError: the version cannot be, because its revision or number cannot.
    """
    if (made := check(connection, publication)) is not None:
        return made
    name = publication.config.name
    current = _current(connection, name)
    dataset = _dataset_key(connection, name)
    revision = new_revision(
        connection,
        at=publication.at,
        author=publication.author,
        message=f"Publish {name} {publication.number}",
        touches_frames=False,
        rows={"datasets": dataset is None, "versions": 1, "editions": 1},
    )
    if dataset is None:
        dataset = _add_dataset(connection, name, revision, lake_id)
    uid = outward_id(lake_id, "version", publication.key)
    version = insert_one(
        connection,
        schema.versions,
        uid=uid,
        dataset=dataset,
        ordinal=1 if current is None else current.version_ordinal + 1,
        parent=publication.parent,
        frames_revision=publication.revision,
        manifest_digest=publication.manifest.digest,
        manifest_blob=manifest_blob,
        statistics=to_document(count(publication.manifest)),
        author=publication.author,
        created_at=publication.at,
        added=revision,
    )
    _add_edition(connection, version, 1, publication, revision)
    return _one(connection, _versions.uid == uid)


def check(connection: Connection, publication: Publication) -> Version | None:
    """The version that was published with the same key; None where it may be published now, under a name that is its
    dataset's from here on.

    Raises:
        StalePlanError, RemoteError: it may not, as `publish` tells.
    """
    if (made := version_by_key(connection, publication.key)) is not None:
        return made
    if publication.revision > newest_revision(connection):
        raise RemoteError(
            f"The lake has no revision {publication.revision}", "It was planned on another lake."
        )
    name = publication.config.name
    _take_name(connection, name, publication.parent)
    _check_parent(name, _current(connection, name), publication.parent)
    _check_number(connection, name, str(publication.number), None)
    return None


def amend(connection: Connection, amendment: Amendment) -> Version:
    """Give the current version another number and packaging; a repeated key changes nothing.

    Raises:
        StalePlanError: the version is no longer the current one.
        RemoteError: the number is another version's.
    """
    if (made := version_by_key(connection, amendment.key)) is not None:
        return made
    name = amendment.config.name
    _take_name(connection, name, amendment.version)
    current = _current(connection, name)
    _check_parent(name, current, amendment.version)
    assert current is not None
    _check_number(connection, name, str(amendment.number), amendment.version)
    revision = new_revision(
        connection,
        at=amendment.at,
        author=amendment.author,
        message=f"Amend {name}, now {amendment.number}",
        touches_frames=False,
        rows={"editions": 1},
    )
    _add_edition(connection, current.version, current.edition_ordinal + 1, amendment, revision)
    return _one(connection, _versions.uid == amendment.version)


def delete(connection: Connection, deletion: Deletion) -> None:
    """Let a dataset go: its name is free, its versions are listed no more. A repeated key changes nothing.

    Raises:
        StalePlanError: the version is no longer the current one.
        RemoteError: the dataset is protected.
    """
    if version_by_key(connection, deletion.key) is not None:
        return
    name = deletion.name
    current = _current(connection, name)
    _check_parent(name, current, deletion.version)
    assert current is not None
    config = from_document(DatasetConfig, current.config)
    if config.protect:
        raise RemoteError(
            f"{name} is protected",
            f"Its configuration says so since version {current.number}, so it is not deleted.",
            "apply it once without `protect` first",
        )
    revision = new_revision(
        connection,
        at=deletion.at,
        author=deletion.author,
        message=f"Delete {name}, which was at {current.number}",
        touches_frames=False,
        rows={"editions": 1},
    )
    # The last edition says who let it go, and makes a repeated key known.
    closing = Amendment(
        key=deletion.key,
        config=config,
        version=deletion.version,
        number=VersionNumber.parse(current.number),
        severity=ChangeSeverity.REMOVAL,
        author=deletion.author,
        at=deletion.at,
    )
    _add_edition(connection, current.version, current.edition_ordinal + 1, closing, revision)
    _rename(connection, current.dataset_uid, deleted_name(name, current.dataset_uid))


def observe(connection: Connection, names: Sequence[str]) -> dict[str, ObservedDataset]:
    """The datasets of these names, those that there are, each with its current version."""
    newest = select(func.max(schema.versions.c.id)).group_by(_versions.dataset)
    rows = connection.execute(_latest().where(_datasets.name.in_(names), _versions.id.in_(newest)))
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
    rows = connection.execute(_latest().where(_datasets.name == name).order_by(desc(_versions.ordinal)))
    return tuple(map(_version, rows))


def version_by_key(connection: Connection, key: str) -> Version | None:
    """The version that the publication or amendment with that key made."""
    found = connection.execute(select(_editions.version).where(_editions.key == key)).scalar_one_or_none()
    return None if found is None else _one(connection, _versions.id == found)


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
    return None if found is None else _one(connection, _versions.id == found)


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


def _latest() -> Select[Any]:
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
    found = connection.execute(_latest().where(_versions.uid == uid)).one_or_none()
    if found is None:
        raise _no_version(uid)
    return found


def _no_version(uid: str) -> RemoteError:
    return RemoteError(f"There is no version {uid}", "The lake has none with that id.")


def _one(connection: Connection, condition: Any) -> Version:
    return _version(connection.execute(_latest().where(condition)).one())


def _current(connection: Connection, name: str) -> Row[Any] | None:
    return connection.execute(
        _latest().where(_datasets.name == name).order_by(desc(_versions.ordinal)).limit(1)
    ).one_or_none()


def _check_parent(name: str, current: Row[Any] | None, parent: str | None) -> None:
    if (None if current is None else current.version_uid) == parent:
        return
    if current is None:
        detail = f"It was planned after version {parent}, but there is no dataset of that name."
    elif parent is None:
        detail = f"It was planned as a new dataset, but there is a version {current.number} by {current.author} now."
    else:
        detail = (
            f"Its current version is {current.number} by {current.author}, not the one that was planned on."
        )
    raise StalePlanError(f"{name} has moved on since it was planned", detail, "plan again")


def _check_number(connection: Connection, name: str, number: str, version: str | None) -> None:
    """`number` is free, or names the version with that id already."""
    holder = version_by_number(connection, name, number)
    if holder is not None and holder.id != version:
        raise RemoteError(
            f"{name} has a version {number} already",
            "A number that was given once names that content for ever.",
        )


def _take_name(connection: Connection, name: str, version: str | None) -> None:
    """Call the dataset whose current version has that id `name`, if no other is called so; what else is wrong shows."""
    if version is None or _dataset_key(connection, name) is not None:
        return
    found = connection.execute(_latest().where(_versions.uid == version)).one_or_none()
    if found is None or DELETED in found.dataset_name:
        return
    current = _current(connection, found.dataset_name)
    if current is not None and current.version_uid == version:
        _rename(connection, found.dataset_uid, name)


def _rename(connection: Connection, uid: str, name: str) -> None:
    connection.execute(update(schema.datasets).where(_datasets.uid == uid).values(name=name))


def _dataset_key(connection: Connection, name: str) -> int | None:
    found = connection.execute(select(_datasets.id).where(_datasets.name == name)).scalar_one_or_none()
    return None if found is None else int(found)


def _add_dataset(connection: Connection, name: str, revision: int, lake_id: str) -> int:
    uid = outward_id(lake_id, "dataset", name)
    if connection.execute(select(_datasets.id).where(_datasets.uid == uid)).scalar_one_or_none() is not None:
        # One that was called so before has another name now, or was deleted.
        uid = outward_id(lake_id, "dataset", f"{name}\n{revision}")
    return insert_one(connection, schema.datasets, uid=uid, name=name, added=revision)


def _add_edition(
    connection: Connection, version: int, ordinal: int, made: Publication | Amendment, revision: int
) -> None:
    insert_one(
        connection,
        schema.editions,
        version=version,
        ordinal=ordinal,
        number=str(made.number),
        severity=made.severity.value,
        config=to_document(made.config),
        key=made.key,
        author=made.author,
        at=made.at,
        added=revision,
    )
