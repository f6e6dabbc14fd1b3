"""Datasets and their versions, changed: whole or not at all, each after the version that its maker saw."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from setwright.lake import schema
from setwright.lake.catalogue import insert_one, new_revision, newest_revision
from setwright.lake.identity import DELETED, deleted_name, outward_id
from setwright.lake.versions import current_row, latest, one_version, version_by_key, version_by_number
from setwright.model.dataset import DatasetConfig
from setwright.model.documents import from_document, to_document
from setwright.model.errors import RemoteError, StalePlanError
from setwright.model.statistics import count
from setwright.model.versions import Amendment, ChangeSeverity, Deletion, Publication, Version, VersionNumber

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

_datasets, _versions = schema.datasets.c, schema.versions.c


def publish(connection: Connection, publication: Publication, manifest_blob: str, lake_id: str) -> Version:
    """Make the version; one that was made with the same key is given as it is.

    Raises:
        StalePlanError: the dataset's current version is no longer the publication's parent.
        RemoteError: the version cannot be, because its revision or number cannot.
    """
    if (made := check(connection, publication)) is not None:
        return made
    name = publication.config.name
    current = current_row(connection, name)
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
    return one_version(connection, _versions.uid == uid)


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
    _check_parent(name, current_row(connection, name), publication.parent)
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
    current = _current(connection, name, amendment.version)
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
    return one_version(connection, _versions.uid == amendment.version)


def delete(connection: Connection, deletion: Deletion) -> None:
    """Let a dataset go: its name is free, its versions are listed no more. A repeated key changes nothing.

    Raises:
        StalePlanError: the version is no longer the current one.
        RemoteError: the dataset is protected.
    """
    if version_by_key(connection, deletion.key) is not None:
        return
    name = deletion.name
    current = _current(connection, name, deletion.version)
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


def _current(connection: Connection, name: str, version: str) -> Row[Any]:
    """The current version of `name`, which has the id `version`."""
    current = current_row(connection, name)
    _check_parent(name, current, version)
    assert current is not None
    return current


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
    found = connection.execute(latest().where(_versions.uid == version)).one_or_none()
    if found is None or DELETED in found.dataset_name:
        return
    current = current_row(connection, found.dataset_name)
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
