"""A catalogue in PostgreSQL: where it is, and who may know the password; and how long both databases may take."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from time import sleep
from typing import Any

import pytest
from sqlalchemy import event, func, select, text

from setwright.lake.lake import Lake
from setwright.lake.postgresql import _in_password_file, checked_url, shown
from setwright.model.errors import LakeError, UsageError
from tests.lake.lakes import content, ingest, write
from tests.postgresql import with_pg8000

ENDLESS = text("WITH RECURSIVE a(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM a) SELECT count(*) FROM a")


def test_a_question_that_takes_too_long_is_given_up(lake: Lake) -> None:
    with pytest.raises(LakeError, match="did not answer in time"):
        with lake._catalogue.reading(limit=0.1) as connection:
            connection.execute(ENDLESS)
    assert lake.revision() == 0, "and the next one is answered"


def test_what_people_ask_has_such_a_limit(lake: Lake) -> None:
    with Lake.open(lake.folder, query_limit=0.1) as hurried:
        with pytest.raises(LakeError, match="did not answer in time"):
            with hurried.answers("") as answers:
                answers._connection.execute(ENDLESS)


def test_the_other_driver_does_the_same(postgresql: str, tmp_path: Path) -> None:
    with Lake.create(tmp_path / "lake", with_pg8000(postgresql)) as lake:
        ingest(lake, write(tmp_path / "one", {"a.png": ["RBC"] * 3, "b.png": ["WBC"]}))
        ingest(lake, write(tmp_path / "two", {"a.png": ["RBC"], "c.png": []}))
        said = [content(lake, revision) for revision in range(3)]
        assert lake.verify().damages == ()
        with lake.lease("cells", "ada"):
            pass
    assert [len(frames) for frames, _ in said] == [0, 2, 3]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SETWRIGHT_CATALOG", postgresql)  # the same database by another URL
        with Lake.open(tmp_path / "lake") as lake:
            assert "psycopg" in lake.catalog_location
            assert [content(lake, revision) for revision in range(3)] == said


def test_bitmaps_do_not_travel_as_text(postgresql: str, tmp_path: Path) -> None:
    from psycopg.pq import Format

    with Lake.create(tmp_path / "lake", postgresql) as lake:
        ingest(lake, write(tmp_path / "in", {"a.png": ["RBC"]}))
        formats: dict[bool, bool] = {}

        def note(_connection: object, cursor: Any, statement: str, *_more: object) -> None:
            formats["bitmaps.frames" in statement] = cursor.format == Format.BINARY

        event.listen(lake._catalogue.database.engine, "after_cursor_execute", note)
        with lake.answers("annotation.label=RBC") as answers:
            assert answers.count() == 1
    assert formats == {True: True, False: False}


@pytest.mark.parametrize("rested", [True, False])
def test_a_connection_that_the_server_ended_is_made_anew_once_it_has_rested(
    postgresql: str, tmp_path: Path, rested: bool
) -> None:
    with Lake.create(tmp_path / "lake", postgresql) as lake, Lake.open(tmp_path / "lake") as other:
        with other._catalogue.reading() as connection:
            ended = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
        with lake._catalogue.writing() as connection:
            asked = connection.execute(select(func.pg_terminate_backend(ended, 10_000)))
            assert asked.scalar_one() is True, "it is gone"
        if rested:
            sleep(1.1)
            assert other.revision() == 0
        else:
            with pytest.raises(LakeError, match="cannot be reached"):
                other.revision()
            assert other.revision() == 0, "it is told once"


@pytest.mark.parametrize("url", [str, with_pg8000])
def test_who_only_reads_there_cannot_write(
    postgresql: str, tmp_path: Path, url: Callable[[str], str]
) -> None:
    with Lake.create(tmp_path / "lake", url(postgresql)) as lake:
        with pytest.raises(LakeError, match="cannot be written"), lake._catalogue.reading() as connection:
            connection.exec_driver_sql("DELETE FROM frames")


def test_two_lakes_in_one_database_know_nothing_of_each_other(postgresql: str, tmp_path: Path) -> None:
    with Lake.create(tmp_path / "a", postgresql) as one, Lake.create(tmp_path / "b", postgresql) as other:
        ingest(one, write(tmp_path / "in", {"a.png": ["RBC"]}))
        assert (one.revision(), other.revision()) == (1, 0)


def test_a_password_is_never_stored_and_never_shown(postgresql: str, tmp_path: Path) -> None:
    secret = postgresql.replace("setwright@", "setwright:canary@")
    with pytest.raises(UsageError, match="holds a password") as refused:
        Lake.create(tmp_path / "refused", secret)
    assert "canary" not in f"{refused.value.detail}{refused.value.hint}"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SETWRIGHT_CATALOG", secret)
        with Lake.create(tmp_path / "lake") as lake:
            assert "canary" not in lake.catalog_location
    assert "canary" not in (tmp_path / "lake" / "lake.json").read_text()
    assert "canary" not in shown(checked_url("postgresql://a:canary@h/d?sslpassword=canary", secret=True))


def test_a_server_that_is_not_there_is_said_without_the_password(tmp_path: Path) -> None:
    for driver in ("psycopg", "pg8000"):
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("SETWRIGHT_CATALOG", f"postgresql+{driver}://ada:canary@127.0.0.1:1/lakes")
            with pytest.raises(LakeError, match="cannot be reached") as refused:
                Lake.create(tmp_path / driver)
        assert "ada@127.0.0.1" in refused.value.detail
        assert "canary" not in refused.value.detail


@pytest.mark.parametrize(
    "url", ["", "x", "sqlite:///a", "mysql://h/d", "postgresql://h", "postgresql+asyncpg://h/d"]
)
def test_what_is_no_url_of_a_catalogue_is_refused(url: str) -> None:
    with pytest.raises(UsageError, match="Not the URL of a catalogue"):
        checked_url(url)


def test_a_password_file_is_read_as_postgresql_s_programs_read_it(tmp_path: Path) -> None:
    file = tmp_path / "pgpass"
    file.write_text("# ours\nother:*:*:*:no\nh:5432:d:ada:se\\:cr\\\\et\n*:*:*:*:rest\n")
    file.chmod(0o600)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PGPASSFILE", str(file))
        assert _in_password_file(("h", "5432", "d", "ada")) == "se:cr\\et"
        assert _in_password_file(("h", "5432", "d", "bob")) == "rest"
        file.chmod(0o644)
        assert _in_password_file(("h", "5432", "d", "ada")) is None, "others could read it"
