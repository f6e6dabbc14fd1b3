"""`lake.json`: it says that a folder is a lake, which one, and where its catalogue is."""

from __future__ import annotations

import json
import os
import secrets
from typing import TYPE_CHECKING, Any

from setwright.edge.files import write_whole
from setwright.model.errors import LakeError, UsageError
from setwright.model.values import dataclass

if TYPE_CHECKING:
    from pathlib import Path

    from setwright.lake.database import Database

FORMAT_VERSION = 3
"""Of the folder: `lake.json`, `reports/`, and `blobs/` and `catalog.sqlite` unless they are elsewhere.

A lake with all of it in the folder is of format 1, one with its catalogue elsewhere of format 2, and one whose blobs
are elsewhere of format 3: so the oldest setwrights that can read a lake do.
"""

MARK = "lake.json"
VARIABLE = "SETWRIGHT_CATALOG"
"""Where the catalogue is, for those who reach it by another URL than the one in the mark."""

CATALOGUE = "catalog.sqlite"
"""The catalogue, where it is in the folder."""


@dataclass(frozen=True, slots=True)
class Mark:
    """The lake's id, the URL of its catalogue without a password, and where its blobs are in an object store.

    Either is None where it is in the folder.
    """

    id: str
    catalog: str | None = None
    blobs: str | None = None


def new_mark(folder: Path, catalog: str | None, blobs: str | None = None) -> Mark:
    """Make the folder of a lake to be, and what its mark will be.

    Raises:
        UsageError: `catalog` is no URL of a catalogue, or `blobs` of a place for blobs, or one holds a password.
    """
    if blobs is not None:
        from setwright.lake.bucket_blobs import checked_address

        blobs = checked_address(blobs)
    given = catalog or os.environ.get(VARIABLE) or None
    if given is not None:
        from setwright.lake.postgresql import checked_url, shown

        given = shown(checked_url(given, secret=catalog is None))
    for below in ("reports",) if blobs is not None else ("blobs", "reports"):
        (folder / below).mkdir(parents=True, exist_ok=True)
    return Mark(secrets.token_hex(12), given, blobs)


def write_mark(folder: Path, mark: Mark) -> None:
    """Say that `folder` is a lake."""
    document: dict[str, Any] = {"format_version": 1, "id": mark.id}
    if mark.catalog is not None:
        document |= {"format_version": 2, "catalog": mark.catalog}
    if mark.blobs is not None:
        document |= {"format_version": FORMAT_VERSION, "blobs": mark.blobs}
    write_whole(folder / MARK, (json.dumps(document, indent=2) + "\n").encode())


def read_mark(folder: Path) -> Mark:
    """What says that `folder` is a lake.

    Raises:
        LakeError: it is none, it is damaged, or of a newer setwright.
    """
    try:
        document = json.loads((folder / MARK).read_bytes())
        version = int(document["format_version"])
        mark = Mark(str(document["id"]), document.get("catalog"), document.get("blobs"))
    except FileNotFoundError as error:
        # Whoever clones a repository has its specs, and not the lake that they were written for.
        cloned = ".setwright" in folder.parts
        raise LakeError(
            f"There is no lake in {folder}",
            "A lake's folder holds a file lake.json." + " Git leaves out what lies in .setwright." * cloned,
            "`setwright lake ingest` makes one when it brings the first pictures"
            + "; of one that a team shares setwright.yaml says where it is, by `path` or `url`" * cloned,
        ) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise LakeError(
            f"The lake is damaged: {folder}",
            f"{MARK} cannot be read: {error}.",
            "restore the file from a backup",
        ) from error
    if version > FORMAT_VERSION:
        raise newer(folder, "folder", version, FORMAT_VERSION)
    if mark.catalog is None and not (folder / CATALOGUE).is_file():
        raise LakeError(
            f"The lake is damaged: {folder}",
            f"Its catalogue, {CATALOGUE}, is gone.",
            "restore the file from a backup",
        )
    return mark


def database(folder: Path, mark: Mark, patience: float) -> Database:
    """The database of the lake's catalogue.

    Raises:
        LakeError: the URL in the mark, or in the variable, is none, or its driver is not installed.
    """
    if mark.catalog is None:
        from setwright.lake.sqlite import SqliteDatabase

        return SqliteDatabase(folder / CATALOGUE, patience)
    from setwright.lake.postgresql import PostgresqlDatabase, checked_url

    try:
        url = checked_url(os.environ.get(VARIABLE) or mark.catalog, secret=True)
        return PostgresqlDatabase(url, f"setwright_{mark.id}", patience)
    except (UsageError, ValueError) as error:
        raise LakeError(f"The lake's catalogue cannot be reached: {folder}", str(error)) from error
    except ImportError as error:
        raise LakeError(
            "The driver for PostgreSQL is not installed",
            f"The catalogue of {folder} is in PostgreSQL.",
            "pip install 'setwright[postgres]', or pip install pg8000 and name it: postgresql+pg8000://…",
        ) from error


def newer(folder: Path, what: str, found: int, known: int) -> LakeError:
    """The lake is refused, and left as it is."""
    return LakeError(
        f"The lake was made by a newer setwright: {folder}",
        f"Its {what} is of format {found}; this setwright knows formats up to {known}.",
        "upgrade setwright",
    )


def older(folder: Path, found: int) -> LakeError:
    """The lake is shared, so its catalogue is not brought to our format by the way."""
    return LakeError(
        f"The lake was made by an older setwright: {folder}",
        f"Its catalogue is of format {found}. It may be shared by others, whose setwright will refuse it once it is of"
        " ours.",
        "when all who share it have upgraded, let one of them run `setwright lake migrate`",
    )
