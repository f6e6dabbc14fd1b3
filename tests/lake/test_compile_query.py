"""The lake says of every frame what the plain evaluator says of it, with the index and without."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from random import Random
from typing import TypeAlias

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyroaring import BitMap
from sqlalchemy import ClauseElement, ColumnElement, Connection, Executable, Select, func, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler

from setwright.formats.reading.fit import FittedAnnotation
from setwright.lake import schema, version_making
from setwright.lake.among import among
from setwright.lake.as_of import held_at
from setwright.lake.catalogue import new_revision, newest_revision
from setwright.lake.compile_query import compile_query
from setwright.lake.holdings import Holdings
from setwright.lake.lake import Lake
from setwright.lake.membership import read_membership
from setwright.lake.record import NewFrame, Recorder
from setwright.lake.select import Selector
from setwright.lake.stored import StoredPicture
from setwright.model.canonical import canonical_json
from setwright.model.dataset import DatasetConfig, Filter, LakeSource, Selection
from setwright.model.frames import SHAPES, Annotations
from setwright.model.manifest import Manifest
from setwright.model.manifest_file import encode
from setwright.model.splits import SPLITS
from setwright.model.versions import ChangeSeverity, Publication, VersionNumber
from setwright.query.evaluate import AnnotationFacts, DatasetFacts, FrameFacts, holds
from setwright.query.keys import KEYS, Field, Key, Operator, ValueType, quoted
from setwright.query.parse import parse
from setwright.query.tree import Comparison, Node, Query
from tests.lake.lakes import NOON
from tests.laws import examples
from tests.query.strategies import VERSIONS, any_text, frames, queries, words

Made: TypeAlias = tuple[str, tuple[int | None, ...]]
"""A version: the name of its dataset, and by frame its split, None where it does not hold the frame."""

lakes = st.lists(frames, max_size=4, unique_by=lambda frame: (frame.collection, frame.file_name))
published = st.lists(
    st.tuples(words, st.tuples(*[st.sampled_from((0, 1, 2, None))] * 4)), max_size=len(VERSIONS)
)


@pytest.fixture(scope="module")
def lake(catalog: str | None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lake]:
    with Lake.create(tmp_path_factory.mktemp("law") / "lake", catalog) as lake:
        yield lake


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


def publish(
    lake: Lake, connection: Connection, stored: Sequence[FrameFacts], made: Sequence[Made]
) -> tuple[int, list[FrameFacts]]:
    """Publish versions of what is stored; the newest revision, and the frames with what they are then held by."""
    revision = newest_revision(connection)
    everything = Selection(source=LakeSource(), query="", filter=Filter(), operations=None, labels=())
    there = read_membership(connection, everything, revision, lake._blobs).frames
    names = list(zip(there.collection.tolist(), there.file_name.tolist(), strict=True))
    parents: dict[str, list[str]] = defaultdict(list)
    held: dict[tuple[str, str], list[DatasetFacts]] = {name: [] for name in names}
    for key, (dataset, splits) in enumerate(made):
        chosen = np.array(
            [at for at, split in enumerate(splits[: len(names)]) if split is not None], np.int64
        )
        codes = np.array([splits[at] for at in chosen.tolist()], np.int8)
        manifest = Manifest(frames=there.take(chosen), split=codes, annotations=Annotations.empty())
        publication = Publication(
            key=f"k{key}",
            config=DatasetConfig(name=dataset, source=LakeSource(), labels=()),
            parent=parents[dataset][-1] if parents[dataset] else None,
            number=VersionNumber.parse(VERSIONS[len(parents[dataset])]),
            severity=ChangeSeverity.REMOVAL,
            manifest=manifest,
            revision=revision,
            author="test",
            at=NOON,
        )
        version = version_making.publish(connection, publication, lake._blobs.put(encode(manifest)), lake.id)
        parents[dataset].append(version.id)
        for facts in held.values():
            facts[:] = [replace(each, newest=each.newest and each.name != dataset) for each in facts]
        for at, code in zip(chosen.tolist(), codes.tolist(), strict=True):
            held[names[at]].append(
                DatasetFacts(name=dataset, numbers=(str(version.number),), split=SPLITS[code].value)
            )
    return newest_revision(connection), [
        replace(frame, datasets=tuple(held[frame.collection, frame.file_name])) for frame in stored
    ]


def selected(lake: Lake, connection: Connection, query: Query, revision: int) -> set[tuple[str, str]]:
    """The frames that the lake gives, by SQL alone and by the index: collection and name."""
    holdings = Holdings(connection, revision, lake._blobs)

    def in_versions(where: Node) -> ColumnElement[bool]:
        return among(connection, holdings.frames(where))(schema.frames.c.number)

    selector = Selector(connection, revision, lake._blobs)
    rows = connection.execute(
        select(schema.collections.c.name, schema.frames.c.name, schema.frames.c.number)
        .join(schema.frames, schema.frames.c.collection == schema.collections.c.id)
        .where(held_at(schema.frames, revision), compile_query(query, revision, None, in_versions))
    ).all()
    assert selector.select(query, selector.frames()) == BitMap(row[2] for row in rows)
    return {(row[0], row[1]) for row in rows}


@settings(max_examples=examples(40))
@given(stored=lakes, made=published, asked=st.lists(queries(), min_size=1, max_size=4))
def test_sql_and_the_index_and_the_evaluator_agree(
    lake: Lake, stored: list[FrameFacts], made: list[Made], asked: list[Query]
) -> None:
    with lake._catalogue.writing() as connection:
        fill(connection, stored)
        revision, held = publish(lake, connection, stored, made)
        for query in asked:
            assert selected(lake, connection, query, revision) == {
                (frame.collection, frame.file_name) for frame in held if holds(query, frame)
            }
        connection.rollback()


@settings(max_examples=examples(40))
@given(stored=lakes, query=queries(any_text))
def test_whatever_text_stands_in_a_query_it_stays_a_value(
    lake: Lake, stored: list[FrameFacts], query: Query
) -> None:
    with lake._catalogue.writing() as connection:
        fill(connection, stored)
        revision, held = publish(lake, connection, stored, [("it's", (0, None, 1, 2))])
        assert selected(lake, connection, query, revision) == {
            (frame.collection, frame.file_name) for frame in held if holds(query, frame)
        }
        connection.rollback()


HOSTILE = (
    *(
        "'",
        '"',
        "''",
        "\\",
        "\\'",
        "`",
        "$$",
        ";",
        "--",
        "/*",
        "*/",
        "#",
        "%",
        "_",
        "%%",
        "%s",
        "%(x)s",
        "?",
        ":x",
        "$1",
    ),
    *(
        "@p",
        "{}",
        "[]",
        "()",
        "' OR 1=1 --",
        "'); DROP TABLE frames; --",
        "1; DELETE FROM annotations",
        "x' UNION SELECT",
    ),
    *(
        "NULL",
        "true",
        "0",
        "-1",
        "1e309",
        "NaN",
        "\u2019",
        "\uff07",
        "\u0131",
        "\ufeff",
        "\U0001f600",
        "a",
        "B",
        " ",
        "=",
        "~",
    ),
)
"""Pieces of what people try on databases; each case puts some together."""


def test_hostile_text_at_every_key_with_every_operator_is_a_value_or_a_name(lake: Lake) -> None:
    """10,000 of them in the big run, on each database; in each the frames are those that the evaluator says."""
    chance = Random(7)

    def text() -> str:
        return "".join(chance.choices(HOSTILE, k=chance.randint(1, 4)))

    rows = (schema.frames, schema.annotations, schema.tags, schema.labels, schema.metadata_values)
    known = [text() for _ in range(8)]
    with lake._catalogue.writing() as connection:
        fill(connection, [hostile_frame(number, known) for number in range(3)])
        revision, held = publish(lake, connection, [hostile_frame(number, known) for number in range(3)], [])
        before = [connection.execute(select(func.count()).select_from(table)).scalar_one() for table in rows]
        asked = found = 0
        for _ in range(200 if examples(1) == 1 else 10_000):
            facts = chance.choice([each for each in KEYS if each.type in (ValueType.TEXT, ValueType.ANY)])
            name = chance.choice([*known, text()]) if facts.field in (Field.METADATA, Field.ATTRIBUTE) else ""
            key = f"{facts.field.value}.{quoted(name)}" if name else facts.field.value
            sign = chance.choice(sorted(each.value for each in facts.type.operators))
            query = parse(f"{key} {sign} {quoted(chance.choice([*known, text()]))}")
            expected = {(frame.collection, frame.file_name) for frame in held if holds(query, frame)}
            assert selected(lake, connection, query, revision) == expected, query
            asked, found = asked + 1, found + bool(expected)
        assert found > asked / 10, "hardly any was about what is there"
        assert before == [
            connection.execute(select(func.count()).select_from(table)).scalar_one() for table in rows
        ]
        connection.rollback()


def hostile_frame(number: int, known: Sequence[str]) -> FrameFacts:
    """A frame with such texts wherever it can have text."""
    first, second, third = (known[(number + each) % len(known)] for each in range(3))
    annotation = AnnotationFacts(
        label=first,
        shape="rectangle",
        box=(0.0, 0.0, 2.0, 2.0),
        confidence=None,
        operation=second,
        attributes={third: (first,)},
    )
    return FrameFacts(
        file_name=f"{number}{first}",
        collection=second,
        width=10,
        height=10,
        bytes=7,
        day=date(2024, 1, 1),
        digest=f"{number}",
        tags=(first, third),
        metadata={second: first, third: {first: second}},
        annotations=(annotation,),
    )


def test_the_law_s_lake_holds_what_it_was_given(lake: Lake) -> None:
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
    with lake._catalogue.writing() as connection:
        revision = fill(connection, [frame])
        for text in (
            "annotation.label=RBC and annotation.confidence=0.5 and annotation.operation=p",
            "annotation.attribute.a=y and metadata.a.b=1 and metadata.a.b=x and metadata.Tags=wet",
            "frame.width=7 and frame.height=2 and frame.aspect=3.5 and frame.bytes=100 and frame.date=2026-01-01",
            "collection.name=c and metadata.name=a and frame.digest=ab and annotation.count=1",
        ):
            assert selected(lake, connection, parse(text), revision) == {("c", "a")}
            assert selected(lake, connection, parse(f"not ({text})"), revision) == set()
        connection.rollback()


def test_texts_too_long_for_an_index_and_with_odd_characters_are_found(lake: Lake) -> None:
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
    with lake._catalogue.writing() as connection:
        revision = fill(connection, [frame])
        # More than a text could say, for a query is shorter than 8 KB.
        whole = Comparison(Key(Field.METADATA, ("caption",)), Operator.EQUAL, long)
        for text in ("metadata.caption~ipsum", "metadata.odd~a", "annotation.attribute.note~ipsum"):
            assert selected(lake, connection, parse(text), revision) == {("c", "a")}
        assert selected(lake, connection, whole, revision) == {("c", "a")}
        connection.rollback()


def test_a_question_for_one_value_is_answered_by_an_index(lake: Lake) -> None:
    with lake._catalogue.writing() as connection:
        revision = new_revision(connection, at=NOON, author="test", message="", touches_frames=True, rows={})
        Recorder(connection, revision, NOON, "lake").record(
            "c", "o", "human", [_new(_with_values_of_its_own(number), "o") for number in range(3000)]
        )
        # By what a database knows of its rows it chooses, so it shall know of these, and not of earlier tests'. Of our
        # tables alone: a whole database may hold more than one transaction can lock.
        for table in schema.tables.sorted_tables:
            connection.exec_driver_sql(f"ANALYZE {table.name}")
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
            word = "EXPLAIN QUERY PLAN " if connection.dialect.name == "sqlite" else "EXPLAIN "
            plan = connection.execute(Explain(asked, word)).all()
            assert index in str(plan), text
        connection.rollback()


def _with_values_of_its_own(number: int) -> FrameFacts:
    annotation = AnnotationFacts(label="RBC", operation="o", attributes={"colour": (f"{number}",)})
    return FrameFacts(
        file_name=f"{number}",
        collection="c",
        width=1,
        height=1,
        bytes=1,
        day=NOON.date(),
        digest=f"{number}",
        metadata={"weather": f"{number}"},
        annotations=(annotation,),
    )


class Explain(Executable, ClauseElement):
    """A statement that is explained, not run."""

    inherit_cache = False

    def __init__(self, asked: Select[tuple[int]], word: str) -> None:
        self.asked = asked
        self.word = word


@compiles(Explain)
def _explain(element: Explain, compiler: SQLCompiler, **kw: object) -> str:
    return element.word + compiler.process(element.asked, **kw)
