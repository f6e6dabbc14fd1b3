"""A catalogue of every earlier setwright becomes one of today, whole or not at all, and says what it said.

With `SETWRIGHT_MANY` a migration is killed at each of its statements, else at every third.
"""

from __future__ import annotations

import importlib
import itertools
import os
import signal
import sqlite3
import sys
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, event, inspect

from setwright.lake import schema
from setwright.lake.index.rebuild import index_damages
from setwright.lake.lake import Lake
from setwright.model.errors import LakeError
from tests.cli.test_lake import lake as run_lake
from tests.lake.cells import fill, publication
from tests.lake.lakes import content, ingest, write
from tests.lake.older import make_older


def everything(lake: Lake) -> list[object]:
    """What the lake says, at every revision."""
    return [
        [content(lake, revision) for revision in range(lake.revision() + 1)],
        lake.stats(),
        lake.log(),
        lake.vocabulary(),
        lake.versions("cells"),
        lake.verify(),
    ]


OLDER = range(1, schema.SCHEMA_VERSION)


@pytest.fixture(params=OLDER)
def version(request: pytest.FixtureRequest) -> int:
    """Each format that there was."""
    found: int = request.param
    return found


@pytest.fixture
def before(lake: Lake, version: int, tmp_path: Path) -> list[object]:
    """A lake of an older format in `tmp_path / "lake"`, and all that it said."""
    fill(lake, tmp_path / "in")
    lake.publish(publication(lake))
    ingest(lake, write(tmp_path / "again", {"one.png": ["WBC"], "new.png": ["RBC", "RBC"]}))
    said = everything(lake)
    lake.close()
    make_older(lake.folder, version)
    return said


def test_a_catalogue_of_an_older_format_becomes_one_of_today(
    lake: Lake, catalog: str | None, version: int, before: list[object]
) -> None:
    """In the folder when it is opened, elsewhere only when somebody says so."""
    if catalog is not None:
        with pytest.raises(LakeError, match="made by an older setwright") as refused:
            Lake.open(lake.folder)
        assert "lake migrate" in (refused.value.hint or "")
        assert Lake.migrate(lake.folder) == version
    with Lake.open(lake.folder) as migrated:
        assert everything(migrated) == before
        with migrated._catalogue.reading() as connection:
            # It knows nothing of references that only one of the databases keeps; the catalogue looks for their rows.
            context = MigrationContext.configure(
                connection,
                opts={
                    "compare_type": True,
                    "include_object": lambda _, __, kind, *___: kind != "foreign_key_constraint",
                },
            )
            assert compare_metadata(context, schema.tables) == [], "a fresh lake has other tables"
            assert index_damages(connection) == ()
            kept = inspect(connection).get_foreign_keys("annotations")
            assert len(kept) == (0 if connection.dialect.name == "postgresql" else 2)
    assert Lake.migrate(lake.folder) == schema.SCHEMA_VERSION, "there is nothing left to do"


@pytest.mark.parametrize("version", [2], indirect=True)
def test_the_command_says_of_which_format_it_was(lake: Lake, version: int, before: list[object]) -> None:
    done = run_lake(lake.folder, "migrate", "--lake", ".")
    assert (done.returncode, done.stdout) == (
        0,
        f"The catalogue was of format {version}, and is of format {schema.SCHEMA_VERSION} now.\n",
    )
    with Lake.open(lake.folder) as opened:
        assert everything(opened) == before


def test_what_was_migrated_is_kept_beside_it(tmp_path: Path) -> None:
    with Lake.create(tmp_path / "lake") as lake:
        fill(lake, tmp_path / "in")
    make_older(lake.folder)
    Lake.open(lake.folder).close()
    kept = lake.folder / f"catalog.before-{schema.SCHEMA_VERSION}.sqlite"
    with sqlite3.connect(kept) as copy:
        assert copy.execute("SELECT value FROM properties WHERE name = 'schema_version'").fetchall() == [
            ("1",)
        ]
    copy.close()
    assert not list(lake.folder.glob("*.part"))


def test_without_room_for_a_copy_nothing_is_changed(tmp_path: Path) -> None:
    Lake.create(tmp_path / "lake").close()
    make_older(tmp_path / "lake")
    (tmp_path / "lake" / f"catalog.before-{schema.SCHEMA_VERSION}.sqlite.part").mkdir()
    with pytest.raises((LakeError, OSError)):
        Lake.open(tmp_path / "lake")
    with sqlite3.connect(tmp_path / "lake" / "catalog.sqlite") as catalogue:
        assert catalogue.execute("SELECT count(*) FROM sqlite_master WHERE name = 'bitmaps'").fetchone() == (
            0,
        )
    catalogue.close()


def test_who_has_a_lake_open_while_it_is_migrated_writes_nothing_more(
    lake: Lake, catalog: str | None, tmp_path: Path
) -> None:
    with lake._catalogue.writing() as connection:
        connection.exec_driver_sql("UPDATE properties SET value = '99' WHERE name = 'schema_version'")
    with pytest.raises(LakeError, match="changed by another setwright"):
        ingest(lake, write(tmp_path / "in", {"a.png": []}))


@pytest.mark.parametrize("version", [1], indirect=True)  # whose way is through all of them
@pytest.mark.skipif(sys.platform == "win32", reason="forks")
def test_killed_at_any_statement_it_is_migrated_by_the_next_who_tries(
    lake: Lake, version: int, before: list[object]
) -> None:
    importlib.import_module("alembic.operations")  # once, and not again in every process that is killed
    killed = 0
    for number in itertools.count(1, 1 if "SETWRIGHT_MANY" in os.environ else 3):
        if not _killed_at(number, lake.folder):
            break
        killed += 1
        with _unchecked(lake.folder) as found:
            assert found._catalogue.properties()["schema_version"] == str(version), "half of it was done"
    assert killed > 8
    with Lake.open(lake.folder) as opened:
        assert everything(opened) == before


def _killed_at(number: int, folder: Path) -> bool:
    """Whether a process that migrates the lake was killed at its statement with that number, or came to its end."""
    child = os.fork()
    if child == 0:
        count = 0

        def kill(*_: Any) -> None:
            nonlocal count
            count += 1
            if count == number:
                os.kill(os.getpid(), signal.SIGKILL)

        event.listen(Engine, "before_cursor_execute", kill)
        status = 1
        try:
            Lake.migrate(folder)
            status = 0
        finally:
            os._exit(status)
    _, ended = os.waitpid(child, 0)
    assert ended == 0 or os.WIFSIGNALED(ended)
    return ended != 0


def _unchecked(folder: Path) -> Lake:
    from setwright.lake.mark import read_mark

    return Lake(folder, read_mark(folder))
