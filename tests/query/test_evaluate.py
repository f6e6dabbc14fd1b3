"""What queries mean, frame by frame."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from setwright.query.evaluate import AnnotationFacts, DatasetFacts, FrameFacts, holds
from setwright.query.keys import Operator, Subject
from setwright.query.parse import parse
from setwright.query.tree import (
    And,
    AnnotationMatch,
    Comparison,
    DatasetMatch,
    Everything,
    Node,
    Not,
    OneOf,
    Or,
    conjunction,
    disjunction,
)
from tests.query.strategies import conditions, frames, nodes

FRAME = FrameFacts(
    file_name="Party_01.JPG",
    collection="garden party",
    width=640,
    height=480,
    bytes=1000,
    day=date(2024, 5, 31),
    digest="ab" * 32,
    tags=("sunny", "2.1"),
    metadata={
        "Site": "A",
        "altitude": 120,
        "indoor": False,
        "camera": {"ISO": 400, "Lens Model": "50mm"},
        "weather": ["wind", "sun"],
        "nothing": None,
        "day": "2024-05-30",
        "version": "10",
    },
    annotations=(
        AnnotationFacts(
            label="RBC",
            box=(0, 0, 10, 20),
            confidence=0.9,
            operation="first pass",
            attributes={"Color": ("Red", "Blue"), "size.mm": (3,)},
        ),
        AnnotationFacts(label="WBC", shape="polygon", box=(0, 0, 100, 100), operation="model 7"),
    ),
    datasets=(
        DatasetFacts(name="Balloons", numbers=("1.0.0",), split="train", newest=False),
        DatasetFacts(name="Balloons", numbers=("1.1.0", "1.1.1"), split="train"),
        DatasetFacts(name="Bald", numbers=("2.0.0",), split="validation", newest=False),
        DatasetFacts(name="Party", numbers=("1.0.0",), split="test"),
    ),
)
EMPTY = replace(FRAME, annotations=(), tags=(), metadata={}, datasets=())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "annotation.label=RBC",
        "annotation.label!=Platelets",
        "annotation.label in (RBC, X)",
        "annotation.label not in (X, Y)",
        "annotation.label~bc",
        "annotation.type=polygon",
        "annotation.confidence>0.5",
        "annotation.operation='first pass'",
        "annotation.area=200",
        "annotation.area>=10000",
        "annotation.count=2",
        "annotation.attribute.Color=Blue",
        "annotation.attribute.size.mm>2.5",
        "annotation.attribute.'size.mm'=3",
        "annotation(label=RBC and confidence>0.5 and area<400)",
        "not annotation(label=WBC and confidence>0.5)",
        "annotation(label!=RBC)",
        "metadata.Tags=sunny",
        "metadata.Tags=2.1",
        "metadata.Tags~SUN",
        "metadata.Tags!=rain",
        "metadata.name=Party_01.JPG",
        "metadata.name~party",
        "metadata.Site=A",
        "metadata.altitude=120.0",
        "metadata.altitude>99",
        "metadata.indoor=false",
        "metadata.camera.ISO=400",
        "metadata.camera.'Lens Model'~MM",
        "metadata.weather=sun",
        "metadata.weather!=rain",
        "metadata.day<2024-06-01",
        "metadata.nothing!=x",
        "frame.width=640 and frame.height=480",
        "frame.aspect>1.33 and frame.aspect<1.34",
        "frame.bytes<=1000",
        "frame.date=2024-05-31",
        "frame.date>=2024-05-01 and frame.date<2024-06-01",
        "frame.digest=" + "ab" * 32,
        "collection.name='garden party'",
        "dataset.name=Balloons",
        "dataset.name~LOON",
        "dataset.name!=Bald",
        "dataset.name in (Bald, Party)",
        "dataset.version=1.1.1",
        "dataset.version=2.0.0",
        "dataset.version!=3.0.0",
        "dataset.split=test",
        "dataset.split!=validation",
        "dataset(name=Balloons and split=train)",
        "dataset(name=Balloons and version=1.0.0 and split=train)",
        "dataset(name=Balloons and version=1.1.0)",
        "dataset(name=Bald and version~2.)",
        "dataset(name=Bald and version!=1.0.0)",
        "not dataset(name=Party and split=train)",
        "dataset(name!=Balloons)",
    ],
)
def test_a_frame_fulfils_what_is_true_of_it(text: str) -> None:
    assert holds(parse(text), FRAME)


@pytest.mark.parametrize(
    "text",
    [
        "annotation.label=rbc",
        "annotation.label!=RBC",
        "annotation.label not in (X, RBC)",
        "annotation.confidence<0.5",
        "annotation(label=WBC and confidence>0.5)",
        "annotation(label=RBC and label=WBC)",
        "annotation.attribute.color=Red",
        "annotation.attribute.Color!=Red",
        "metadata.Tags=Sunny",
        "metadata.Site=a",
        "metadata.site=A",
        "metadata.altitude~12",
        "metadata.indoor=False",
        "metadata.indoor=0",
        "metadata.camera=400",
        "metadata.camera.ISO.x=400",
        "metadata.weather!=sun",
        "metadata.nothing=null",
        "metadata.absent<z",
        "metadata.version<9",
        "frame.date>2024-05-31",
        "collection.name=garden",
        "dataset.name=balloons",
        "dataset.name=Bald",
        "dataset.name!=Party",
        "dataset.version=1.1",
        "dataset.split=validation",
        "dataset(name=Bald and split=validation)",
        "dataset(name=Balloons and split=test)",
        "dataset(name=Party and version=2.0.0)",
        "not dataset(name=Balloons and version=1.0.0)",
    ],
)
def test_a_frame_does_not_fulfil_what_is_not(text: str) -> None:
    assert not holds(parse(text), FRAME)


def test_unequal_on_annotations_means_that_no_annotation_is_equal() -> None:
    has_other = parse("annotation(label!=RBC)")
    has_none = parse("annotation.label!=RBC")
    assert (holds(has_other, FRAME), holds(has_none, FRAME)) == (True, False)
    assert (holds(has_other, EMPTY), holds(has_none, EMPTY)) == (False, True)


@given(conditions(), frames)
def test_unequal_is_not_equal(condition: Node, frame: FrameFacts) -> None:
    if isinstance(condition, Comparison) and condition.operator is Operator.EQUAL:
        unequal = replace(condition, operator=Operator.NOT_EQUAL)
        assert holds(unequal, frame) is not holds(condition, frame)


@given(conditions(), frames)
def test_in_is_a_chain_of_equals(condition: Node, frame: FrameFacts) -> None:
    if isinstance(condition, OneOf):
        equals: list[Node] = [Comparison(condition.key, Operator.EQUAL, value) for value in condition.values]
        assert holds(condition, frame) is holds(disjunction(equals), frame)


@given(nodes(), nodes(), frames)
def test_and_or_and_not_are_those_of_logic(a: Node, b: Node, frame: FrameFacts) -> None:
    both, either = conjunction([a, b]), disjunction([a, b])
    assert holds(both, frame) is (holds(a, frame) and holds(b, frame))
    assert holds(either, frame) is (holds(a, frame) or holds(b, frame))
    assert holds(Not(a), frame) is not holds(a, frame)


@given(conditions(Subject.ANNOTATION), frames)
def test_a_single_condition_means_the_same_tied_or_not_unless_it_is_unequal(
    condition: Node, frame: FrameFacts
) -> None:
    if not (isinstance(condition, Comparison) and condition.operator is Operator.NOT_EQUAL):
        assert holds(AnnotationMatch(condition), frame) is holds(condition, frame)


@given(conditions(Subject.DATASET), frames)
def test_a_single_condition_on_datasets_means_the_same_tied_or_not_unless_it_is_unequal(
    condition: Node, frame: FrameFacts
) -> None:
    if not (isinstance(condition, Comparison) and condition.operator is Operator.NOT_EQUAL):
        assert holds(DatasetMatch(condition), frame) is holds(condition, frame)


def test_a_tied_number_of_a_version_asks_all_versions_and_nothing_else_does() -> None:
    assert not holds(parse("dataset(name=Bald)"), FRAME)
    assert holds(parse("dataset(name=Bald and not version=1.0.0)"), FRAME)


@given(conditions(Subject.ANNOTATION), conditions(Subject.ANNOTATION), frames)
def test_what_one_annotation_fulfils_alone_the_frame_fulfils_condition_by_condition(
    a: Node, b: Node, frame: FrameFacts
) -> None:
    negated = any(isinstance(each, Comparison) and each.operator is Operator.NOT_EQUAL for each in (a, b))
    if not negated and holds(AnnotationMatch(conjunction([a, b])), frame):
        assert holds(conjunction([a, b]), frame)


@given(frames)
def test_the_empty_query_holds_for_every_frame(frame: FrameFacts) -> None:
    assert holds(Everything(), frame)


@pytest.mark.parametrize("kind", [Comparison, OneOf, And, Or, Not, AnnotationMatch, DatasetMatch])
@pytest.mark.parametrize("truth", [True, False])
def test_the_laws_meet_every_kind_of_condition_both_true_and_false(kind: type, truth: bool) -> None:
    """Guards the laws above: were every generated query false, they would say nothing."""
    find(
        st.tuples(st.one_of(conditions(), nodes()), frames),
        lambda pair: isinstance(pair[0], kind) and holds(*pair) is truth,
        settings=settings(max_examples=5000, phases=[Phase.generate]),
    )
