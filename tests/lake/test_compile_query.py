"""The lake says of every frame what the plain evaluator says of it, with the index and without."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyroaring import BitMap
from sqlalchemy import ClauseElement, Connection, Executable, Select, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler

from setwright.formats.reading.fit import FittedAnnotation
from setwright.lake import schema
from setwright.lake.among import among
from setwright.lake.as_of import held_at
from setwright.lake.catalogue import Catalogue, new_revision
from setwright.lake.compile_query import compile_query
from setwright.lake.lake import Lake
from setwright.lake.record import NewFrame, Recorder
from setwright.lake.select import Selector
from setwright.lake.stored import StoredPicture
from setwright.model.canonical import canonical_json
from setwright.model.frames import SHAPES
from setwright.query.evaluate import AnnotationFacts, FrameFacts, holds
from setwright.query.keys import Field, Key, Operator
from setwright.query.parse import parse
from setwright.query.tree import Comparison, Query
from tests.lake.lakes import NOON
from tests.laws import examples
from tests.query.strategies import any_text, frames, queries

lakes = st.lists(frames, max_size=4, unique_by=lambda frame: (frame.collection, frame.file_name))


@pytest.fixture(scope="module")
def catalogue(catalog: str | None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalogue]:
    with Lake.create(tmp_path_factory.mktemp("law") / "lake", catalog) as lake:
        yield lake._catalogue


def fill(connection: Connection, stored: Sequence[FrameFacts]) -> int:
    """Record the frames, each in a revision of its own for every operation; the newest revision."""
    revision = 0
    for frame in stored:
        operations = sorted({annotation.operation for annotation in frame.annotations}) or [""]
        for operation in operations:
            revision = new_revision(
                connection, at=NOON, author="test", message="", touches_frames=True, rows={}
            )
            # The last moment of the day belongs to it too.
            at = datetime.combine(frame.day, time.max, UTC)
            recorder = Recorder(connection, revision, at, "lake")
            recorder.record(frame.collection, operation, "human", [_new(frame, operation)])
    return revision


def _new(frame: FrameFacts, operation: str) -> NewFrame:
    return NewFrame(
        name=frame.file_name,
        picture=StoredPicture(
            digest=frame.digest,
            source_digest=frame.digest,
            width=frame.width,
            height=frame.height,
            size=frame.bytes,
            media_type="image/png",
            pixels="RGB",
            orientation=1,
            phash=0,
        ),
        annotations=tuple(
            _fitted(annotation) for annotation in frame.annotations if annotation.operation == operation
        ),
        metadata=frame.metadata,
        tags=frame.tags,
    )


def _fitted(annotation: AnnotationFacts) -> FittedAnnotation:
    attributes = {
        name: [{"value": value} for value in values] for name, values in annotation.attributes.items()
    }
    return FittedAnnotation(
        label=annotation.label,
        shape=SHAPES.index(annotation.shape),
        box=annotation.box,
        outline="",
        confidence=annotation.confidence,
        extra=canonical_json({"attributes": attributes}) if attributes else "",
    )


def selected(connection: Connection, query: Query, revision: int) -> set[tuple[str, str]]:
    """The frames that the lake gives, by SQL alone and by the index: collection and name."""
    rows = connection.execute(
        select(schema.collections.c.name, schema.frames.c.name, schema.frames.c.number)
        .join(schema.frames, schema.frames.c.collection == schema.collections.c.id)
        .where(held_at(schema.frames, revision), compile_query(query, revision))
    ).all()
    selector = Selector(connection, revision)
    assert selector.select(query, selector.frames()) == BitMap(row[2] for row in rows)
    return {(row[0], row[1]) for row in rows}


@settings(max_examples=examples(40))
@given(stored=lakes, asked=st.lists(queries(), min_size=1, max_size=4))
def test_sql_and_the_index_and_the_evaluator_agree(
    catalogue: Catalogue, stored: list[FrameFacts], asked: list[Query]
) -> None:
    with catalogue.writing() as connection:
        revision = fill(connection, stored)
        for query in asked:
            assert selected(connection, query, revision) == {
                (frame.collection, frame.file_name) for frame in stored if holds(query, frame)
            }
        connection.rollback()


@settings(max_examples=examples(40))
@given(stored=lakes, query=queries(any_text))
def test_whatever_text_stands_in_a_query_it_stays_a_value(
    catalogue: Catalogue, stored: list[FrameFacts], query: Query
) -> None:
    with catalogue.writing() as connection:
        revision = fill(connection, stored)
        assert selected(connection, query, revision) == {
            (frame.collection, frame.file_name) for frame in stored if holds(query, frame)
        }
        connection.rollback()


def test_the_law_s_lake_holds_what_it_was_given(catalogue: Catalogue) -> None:
    """Else the law would compare nothing with nothing."""
    frame = FrameFacts(
        file_name="a",
        collection="c",
        width=7,
        height=2,
        bytes=100,
        day=NOON.date(),
        digest="ab",
        tags=("wet",),
        metadata={"a": {"b": [1, "x"]}},
        annotations=(AnnotationFacts(label="RBC", confidence=0.5, operation="p", attributes={"a": ("y",)}),),
    )
    with catalogue.writing() as connection:
        revision = fill(connection, [frame])
        for text in (
            "annotation.label=RBC and annotation.confidence=0.5 and annotation.operation=p",
            "annotation.attribute.a=y and metadata.a.b=1 and metadata.a.b=x and metadata.Tags=wet",
            "frame.width=7 and frame.height=2 and frame.aspect=3.5 and frame.bytes=100 and frame.date=2026-01-01",
            "collection.name=c and metadata.name=a and frame.digest=ab and annotation.count=1",
        ):
            assert selected(connection, parse(text), revision) == {("c", "a")}
            assert selected(connection, parse(f"not ({text})"), revision) == set()
        connection.rollback()


def test_texts_too_long_for_an_index_and_with_odd_characters_are_found(catalogue: Catalogue) -> None:
    long, odd = "lorem ipsum " * 2000, "a\0b"
    frame = FrameFacts(
        file_name="a",
        collection="c",
        width=1,
        height=1,
        bytes=1,
        day=NOON.date(),
        digest="ab",
        metadata={"caption": long, "deep" * 1000: {"x": 1}, "odd": odd},
        annotations=(AnnotationFacts(label="RBC", attributes={"note": (long, odd)}),),
    )
    with catalogue.writing() as connection:
        revision = fill(connection, [frame])
        # More than a text could say, for a query is shorter than 8 KB.
        whole = Comparison(Key(Field.METADATA, ("caption",)), Operator.EQUAL, long)
        for text in ("metadata.caption~ipsum", "metadata.odd~a", "annotation.attribute.note~ipsum"):
            assert selected(connection, parse(text), revision) == {("c", "a")}
        assert selected(connection, whole, revision) == {("c", "a")}
        connection.rollback()


def test_a_question_for_one_value_is_answered_by_an_index(catalogue: Catalogue) -> None:
    with catalogue.writing() as connection:
        revision = fill(connection, [])
        for text, index in (
            ("metadata.weather=rain", "metadata_values_by"),
            ("annotation.attribute.colour=red", "attribute_values_by"),
            ("frame.bytes>7", "frames_by_number"),
        ):
            few = among(connection, BitMap([1, 2, 3]))
            asked = select(schema.frames.c.number).where(
                held_at(schema.frames, revision),
                few(schema.frames.c.number),
                compile_query(parse(text), revision, few),
            )
            if connection.dialect.name == "sqlite":
                plan = connection.execute(Explain(asked, "EXPLAIN QUERY PLAN ")).all()
            else:
                connection.exec_driver_sql(
                    "SET LOCAL enable_seqscan = off"
                )  # a table of a few rows is read whole
                plan = connection.execute(Explain(asked, "EXPLAIN ")).all()
            assert index in str(plan)
        connection.rollback()


class Explain(Executable, ClauseElement):
    """A statement that is explained, not run."""

    inherit_cache = False

    def __init__(self, asked: Select[tuple[int]], word: str) -> None:
        self.asked = asked
        self.word = word


@compiles(Explain)
def _explain(element: Explain, compiler: SQLCompiler, **kw: object) -> str:
    return element.word + compiler.process(element.asked, **kw)
