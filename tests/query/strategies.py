"""Queries and frames for laws: small alphabets, so that they often meet."""

from __future__ import annotations

from datetime import date

from hypothesis import strategies as st

from setwright.model.frames import SHAPES
from setwright.model.splits import SPLITS
from setwright.query.evaluate import AnnotationFacts, DatasetFacts, FrameFacts
from setwright.query.keys import KEYS, Field, Key, Operator, Subject, ValueType
from setwright.query.tree import (
    AnnotationMatch,
    Comparison,
    DatasetMatch,
    Everything,
    Node,
    Not,
    OneOf,
    Query,
    Value,
    conjunction,
    disjunction,
)

WORDS = (
    "a",
    "B",
    "ab",
    "A b",
    "7",
    "7.5",
    "-1e2",
    "true",
    "and",
    "ümlaut",
    "it's",
    'a"b',
    "back\\slash",
    "%",
    "_",
    "",
)
NUMBERS = (-100.0, 0.0, 0.25, 0.5, 1.0, 2.0, 7.0, 7.5, 100.0, 640.0, 1e300)
VERSIONS = ("1.0.0", "1.1.0", "2.0.0")
DAYS = (date(2024, 1, 1), date(2024, 1, 2), date(2024, 12, 31))

words = st.sampled_from(WORDS)
any_text = st.one_of(words, st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=8))
names = st.sampled_from(("a", "b", "with space", "dotted.name", "A"))
numbers = st.sampled_from(NUMBERS)
days = st.sampled_from(DAYS)


def _keys(subject: Subject | None) -> st.SearchStrategy[Key]:
    def with_path(field: Field) -> st.SearchStrategy[Key]:
        match field:
            case Field.METADATA:
                paths = st.lists(names, min_size=1, max_size=2).filter(
                    lambda path: path[0].lower() not in ("tags", "name")
                )
                return paths.map(lambda path: Key(field, tuple(path)))
            case Field.ATTRIBUTE:
                return names.map(lambda name: Key(field, (name,)))
            case _:
                return st.just(Key(field))

    fields = [facts.field for facts in KEYS if subject in (None, facts.subject)]
    return st.sampled_from(fields).flatmap(with_path)


def _values(key: Key, text: st.SearchStrategy[str]) -> st.SearchStrategy[Value]:
    match key.facts.type:
        case ValueType.NUMBER:
            return numbers
        case ValueType.DAY:
            return days
        case ValueType.WORD:
            return st.sampled_from(key.facts.words)
        case ValueType.TEXT | ValueType.ANY:
            return text


def _texts(key: Key, text: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(st.sampled_from(VERSIONS), text) if key.field is Field.VERSION else text


def conditions(
    subject: Subject | None = None, text: st.SearchStrategy[str] = words
) -> st.SearchStrategy[Node]:
    """One comparison, or one `in (…)`."""

    def about(key: Key) -> st.SearchStrategy[Node]:
        operators = [operator for operator in Operator if operator in key.facts.type.operators]
        values = _values(key, _texts(key, text))
        return st.one_of(
            st.builds(Comparison, st.just(key), st.sampled_from(operators), values),
            st.builds(OneOf, st.just(key), st.lists(values, min_size=1, max_size=3).map(tuple)),
        )

    return _keys(subject).flatmap(about)


def _joined(leaves: st.SearchStrategy[Node], max_leaves: int) -> st.SearchStrategy[Node]:
    return st.recursive(
        leaves,
        lambda nodes: st.one_of(
            st.lists(nodes, min_size=2, max_size=3).map(conjunction),
            st.lists(nodes, min_size=2, max_size=3).map(disjunction),
            nodes.map(Not),
        ),
        max_leaves=max_leaves,
    )


def nodes(text: st.SearchStrategy[str] = words) -> st.SearchStrategy[Node]:
    """Any query but the empty one."""
    tied = _joined(conditions(Subject.ANNOTATION, text), 4).map(AnnotationMatch)
    of_version = _joined(conditions(Subject.DATASET, text), 4).map(DatasetMatch)
    # The tied ones once more by themselves: within the rest they are met so seldom that laws hardly ever see one alone.
    return st.one_of(tied, of_version, _joined(st.one_of(conditions(None, text), tied, of_version), 8))


def queries(text: st.SearchStrategy[str] = words) -> st.SearchStrategy[Query]:
    """Any query."""
    return st.one_of(st.just(Everything()), nodes(text))


scalars = st.one_of(words, numbers, st.integers(-8, 8), st.booleans(), st.none())
edges = st.sampled_from((0.0, 0.5, 1.0, 2.0, 7.0))

annotation_facts = st.builds(
    AnnotationFacts,
    label=words,
    shape=st.sampled_from(SHAPES),
    box=st.tuples(edges, edges, edges, edges).map(lambda e: (e[0], e[1], e[0] + e[2], e[1] + e[3])),
    confidence=st.one_of(st.none(), st.sampled_from((0.0, 0.25, 0.5, 1.0))),
    operation=words,
    attributes=st.dictionaries(names, st.lists(scalars, max_size=2).map(tuple), max_size=2),
)

dataset_facts = st.builds(
    DatasetFacts,
    name=words,
    numbers=st.lists(st.sampled_from(VERSIONS), min_size=1, max_size=2).map(tuple),
    split=st.sampled_from([split.value for split in SPLITS]),
    newest=st.booleans(),
)

frames = st.builds(
    FrameFacts,
    file_name=words,
    collection=words,
    width=st.sampled_from((1, 2, 7, 640)),
    height=st.sampled_from((1, 2, 100)),
    bytes=st.sampled_from((0, 7, 100)),
    day=days,
    digest=st.sampled_from(("a", "ab")),
    tags=st.lists(words, max_size=2).map(tuple),
    metadata=st.dictionaries(
        names,
        st.recursive(
            st.one_of(scalars, st.lists(scalars, max_size=2)),
            lambda inner: st.dictionaries(names, inner, max_size=2),
            max_leaves=3,
        ),
        max_size=3,
    ),
    annotations=st.lists(annotation_facts, max_size=3).map(tuple),
    datasets=st.lists(dataset_facts, max_size=2).map(tuple),
)
"""Frames that a lake could hold."""
