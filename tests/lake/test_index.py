"""The index says at every revision what the rows say, and is found out and mended where it does not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyroaring import BitMap
from sqlalchemy import delete, func, select, update

from setwright.lake import schema
from setwright.lake.as_of import held_at
from setwright.lake.catalogue import Catalogue, new_revision
from setwright.lake.index.changes import IndexChanges
from setwright.lake.index.keys import Key, Kind
from setwright.lake.index.read import Index, at_most, total
from setwright.lake.index.rebuild import index_damages, rebuild_index
from setwright.lake.index.write import IndexWriter
from setwright.lake.lake import Lake
from tests.lake.lakes import NOON, ingest, write
from tests.lake.test_time_travel import Step, ingest_step, steps

numbers = st.integers(0, 200_000) | st.sampled_from([0, 65_535, 65_536, 131_072])


def damages(lake: Lake) -> tuple[str, ...]:
    with lake._catalogue.reading() as connection:
        return index_damages(connection)


@settings(max_examples=15)
@given(sequence=st.lists(steps, min_size=1, max_size=4))
def test_after_every_ingest_the_index_is_what_the_rows_say(
    catalog: str | None, sequence: list[Step], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("law")
    with Lake.create(folder / "lake", catalog) as lake:
        for number, step in enumerate(sequence):
            ingest_step(lake, step, folder / str(number))
        assert damages(lake) == ()
        with lake._catalogue.writing() as connection:
            rebuild_index(connection)
        assert damages(lake) == ()


def test_it_counts_as_the_rows_do(lake: Lake, tmp_path: Path) -> None:
    ingest(lake, write(tmp_path / "one", {"a.png": ["RBC"] * 5, "b.png": ["RBC", "WBC"], "c.png": []}))
    ingest(lake, write(tmp_path / "two", {"a.png": ["RBC"] * 2, "d.png": ["WBC"] * 3}), operation="second")
    ingest(lake, write(tmp_path / "three", {"a.png": ["WBC"], "b.png": None}))
    table = schema.annotations
    with lake._catalogue.reading() as connection:
        for revision in range(4):
            counted = connection.execute(
                select(table.c.label, table.c.operation, func.count())
                .where(held_at(table, revision))
                .group_by(table.c.label, table.c.operation)
            )
            index = Index(connection, revision)
            found = {key: total(slices, index.frames()) for key, slices in index.labels().items()}
            assert {key: count for key, count in found.items() if count} == {
                (row[0], row[1]): row[2] for row in counted
            }
            assert len(index.frames()) == [0, 3, 4, 4][revision]


@settings(max_examples=30)
@given(flips=st.lists(st.sets(numbers, max_size=30), min_size=1, max_size=50))
def test_a_bitmap_can_be_read_at_every_revision_however_often_it_changed(
    law: Catalogue, flips: list[set[int]]
) -> None:
    key, held = Key(Kind.COLLECTION, first=7), BitMap()
    with law.writing() as connection:
        given_then = []
        for revision, several in enumerate(flips, start=1):
            writer = IndexWriter(connection, revision)
            writer.flip(key, several)
            writer.write()
            held ^= BitMap(several)
            given_then.append(BitMap(held))
        for revision, then in enumerate(given_then, start=1):
            assert Index(connection, revision).collections([7]) == then
        connection.rollback()


def test_many_small_changes_of_a_big_bitmap_take_little_room(law: Catalogue) -> None:
    key, changes = Key(Kind.TAG, "wet"), 300
    with law.writing() as connection:
        for revision in range(1, changes + 1):
            writer = IndexWriter(connection, revision)
            writer.flip(key, range(0, 60_000, 3) if revision == 1 else [60_000 + revision])
            writer.write()
        sizes = connection.execute(select(func.length(schema.bitmaps.c.frames))).scalars().all()
        held = connection.execute(
            select(func.count()).select_from(schema.bitmaps).where(held_at(schema.bitmaps, changes))
        ).scalar_one()
        connection.rollback()
    assert sum(sizes) < changes * max(sizes) / 10
    assert held <= 34, "and few rows are to be read"


@given(values=st.dictionaries(numbers, st.integers(1, 800_000), max_size=30), limit=st.integers(0, 900_000))
def test_numbers_by_binary_digits_compare_as_numbers(
    law: Catalogue, values: dict[int, int], limit: int
) -> None:
    frames = np.array(sorted(values), np.int64)
    with law.writing() as connection:
        writer = IndexWriter(connection, 1)
        writer.flip_values(
            Key(Kind.DAY),
            frames,
            np.zeros_like(frames),
            np.array([values[each] for each in frames.tolist()], np.int64),
        )
        writer.write()
        days = Index(connection, 1).days()
        connection.rollback()
    assert set(at_most(days, limit, BitMap(values))) == {
        each for each, value in values.items() if value <= limit
    }
    assert total(days, BitMap(values)) == sum(values.values())


@pytest.fixture(scope="module")
def law(catalog: str | None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalogue]:
    with Lake.create(tmp_path_factory.mktemp("index") / "lake", catalog) as lake:
        yield lake._catalogue


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("damage", ["lost", "changed", "moved in time"])
def test_whatever_is_wrong_with_it_is_found_and_mended(
    lake: Lake, tmp_path: Path, kind: Kind, damage: str
) -> None:
    ingest(lake, write(tmp_path / "one", {"a.png": ["RBC"] * 3, "b.png": []}))
    with lake._catalogue.writing() as connection:
        revision = new_revision(
            connection, at=NOON, author="test", message="", touches_frames=True, rows={"tags": 1}
        )
        connection.execute(
            schema.tags.insert().values(
                frame=1, tag="wet", folded="wet", added=revision, removed=schema.FOREVER
            )
        )
        changes = IndexChanges()
        changes.tag(1, "wet")
        changes.write(connection, revision)
    assert damages(lake) == ()
    table = schema.bitmaps
    with lake._catalogue.writing() as connection:
        match damage:
            case "lost":
                connection.execute(delete(table).where(table.c.kind == int(kind)))
            case "changed":
                connection.execute(
                    update(table)
                    .where(table.c.kind == int(kind))
                    .values(frames=BitMap([1, 2, 3]).serialize())
                )
            case _:
                connection.execute(update(table).where(table.c.kind == int(kind)).values(added=7))
    (found,) = damages(lake)
    assert kind.name.lower() in found
    assert len(lake.verify_index()) == 1
    assert lake.verify_index() == ()
    assert damages(lake) == ()
