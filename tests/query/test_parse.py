"""From text to tree, and to errors that help."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from setwright.model.diagnostics import Diagnostic
from setwright.model.errors import QueryError
from setwright.query.format import format_query
from setwright.query.keys import Field, Key, Operator
from setwright.query.parse import MAX_BYTES, MAX_CONDITIONS, MAX_DEPTH, _by_grammar, _of, parse
from setwright.query.quick import conditions_in
from setwright.query.tree import (
    And,
    AnnotationMatch,
    Comparison,
    Everything,
    Node,
    Not,
    OneOf,
    Or,
    Query,
    Span,
    conditions,
    conjunction,
)
from setwright.spec.queries import canonical_query
from setwright.spec.source_text import SourceText
from setwright.spec.yaml_nodes import Scalar
from tests.query.strategies import any_text, queries

LABEL = Key(Field.LABEL)


def label(name: str) -> Comparison:
    return Comparison(LABEL, Operator.EQUAL, name)


def mistake(text: str) -> QueryError:
    with pytest.raises(QueryError) as caught:
        parse(text)
    return caught.value


@pytest.mark.parametrize(
    ("text", "key", "operator", "value"),
    [
        ("annotation.label=Balloon", LABEL, Operator.EQUAL, "Balloon"),
        ("metadata.Tags=water", Key(Field.TAGS), Operator.EQUAL, "water"),
        ("metadata.Tags=2.1", Key(Field.TAGS), Operator.EQUAL, "2.1"),
        ("metadata.Tags=v-01", Key(Field.TAGS), Operator.EQUAL, "v-01"),
        ("metadata.Tags=#retail", Key(Field.TAGS), Operator.EQUAL, "#retail"),
        ("metadata.name~foo", Key(Field.NAME), Operator.CONTAINS, "foo"),
        ("annotation.label!=Bird", LABEL, Operator.NOT_EQUAL, "Bird"),
        ("metadata.Site=A", Key(Field.METADATA, ("Site",)), Operator.EQUAL, "A"),
    ],
)
def test_what_layernext_takes_parses_as_it_stands(
    text: str, key: Key, operator: Operator, value: str
) -> None:
    assert parse(text) == Comparison(key, operator, value)


@pytest.mark.parametrize("text", ["", "  ", "\n\t"])
def test_the_empty_query_asks_for_everything(text: str) -> None:
    assert parse(text) == Everything()


def test_and_binds_more_tightly_than_or_and_not_most_tightly() -> None:
    a, b, c = label("a"), label("b"), label("c")
    text = "not annotation.label=a and annotation.label=b or annotation.label=c"
    assert parse(text) == Or((And((Not(a), b)), c))


def test_parentheses_come_first() -> None:
    a, b, c = label("a"), label("b"), label("c")
    assert parse("annotation.label=a and (annotation.label=b or annotation.label=c)") == And((a, Or((b, c))))


def test_a_chain_of_and_is_one_and() -> None:
    a = label("a")
    assert parse("annotation.label=a and (annotation.label=a and annotation.label=a)") == And((a, a, a))


@pytest.mark.parametrize(
    "text",
    ["annotation.label=a AND NOT annotation.label=b", "annotation.label = a And nOt (annotation.label = b)"],
)
def test_words_of_the_language_ignore_case_and_spaces_around_signs_mean_nothing(text: str) -> None:
    assert parse(text) == And((label("a"), Not(label("b"))))


@pytest.mark.parametrize("text", ["MetaData.Tags=x", "metadata.tags=x", "METADATA.TAGS=x"])
def test_the_words_of_a_key_ignore_case(text: str) -> None:
    assert parse(text) == Comparison(Key(Field.TAGS), Operator.EQUAL, "x")


def test_names_of_metadata_fields_keep_their_case_because_they_are_the_users_own() -> None:
    assert parse("metadata.Camera.ISO=1") != parse("metadata.camera.iso=1")


@pytest.mark.parametrize("word", ["and", "or", "not", "in", "annotation"])
def test_a_word_of_the_language_is_a_value_where_a_value_belongs(word: str) -> None:
    assert parse(f"annotation.label={word}") == label(word)


def test_a_label_may_start_like_a_word_of_the_language() -> None:
    assert parse("annotation.label=android and annotation.label=orange") == And(
        (label("android"), label("orange"))
    )


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("annotation.label='red blood cell'", "red blood cell"),
        ('annotation.label="it\'s"', "it's"),
        ('annotation.label="say \\"hi\\""', 'say "hi"'),
        ("annotation.label='back\\\\slash'", "back\\slash"),
        ("annotation.label='C:\\dir'", "C:\\dir"),
        ("annotation.label=''", ""),
        ("annotation.label='a=b'", "a=b"),
    ],
)
def test_quotes_of_either_kind_hold_any_value(text: str, value: str) -> None:
    assert parse(text) == label(value)


def test_in_and_not_in_hold_a_list() -> None:
    either = OneOf(LABEL, ("a", "b c"))
    assert parse("annotation.label in (a, 'b c')") == either
    assert parse("annotation.label not in (a, 'b c')") == Not(either)


def test_numbers_and_days_become_values_of_their_type() -> None:
    assert parse("frame.width>=640") == Comparison(Key(Field.WIDTH), Operator.AT_LEAST, 640.0)
    assert parse("annotation.confidence<.5") == Comparison(Key(Field.CONFIDENCE), Operator.LESS, 0.5)
    assert parse("frame.date=2024-02-29") == Comparison(Key(Field.DATE), Operator.EQUAL, date(2024, 2, 29))


def test_nested_metadata_and_names_with_spaces_are_reached_with_dots_and_quotes() -> None:
    key = Key(Field.METADATA, ("camera", "Lens Model"))
    assert parse("metadata.camera.'Lens Model'=x") == Comparison(key, Operator.EQUAL, "x")


def test_conditions_on_one_annotation_are_tied_together() -> None:
    where = And((label("RBC"), Comparison(Key(Field.CONFIDENCE), Operator.GREATER, 0.5)))
    assert parse("annotation(label=RBC and confidence>0.5)") == AnnotationMatch(where)
    assert parse("annotation (annotation.label=RBC and annotation.confidence>0.5)") == AnnotationMatch(where)


def test_a_condition_knows_where_it_stood() -> None:
    query = parse("not  annotation.label = a")
    assert isinstance(query, Not)
    assert isinstance(query.operand, Comparison)
    assert query.operand.span == Span(5, 25)


@pytest.mark.parametrize(
    ("text", "marked", "hint"),
    [
        ("Balloon", "", "for frames with a label write annotation.label=Balloon"),
        ("annotation.label", "", None),
        ("annotation(label", "", None),
        ("annotation.label in [A]", "[A]", "write in (…), with parentheses"),
        ("annotation.label==X", "=", "one = compares"),
        ("annotation.label<>X", ">", "write != for unequal"),
        ("frame.width=>3", ">", "the = comes second: <= or >="),
        ("metadata.name!~X", "!", "write: not key~value"),
        ("annotation.label=“X”", "“X”", "use straight quotes, \" or '"),
        ("annotation.label=a && annotation.label=b", "&&", "write and"),
        ("annotation.label=a || annotation.label=b", "||", "write or"),
        ("annotation.label=a, annotation.label=b", ",", "write and, or or, between conditions"),
        ("annotation.label=a annotation.label=b", "annotation.label", "join conditions with and or or"),
        (
            "annotation.label=Blue Balloon",
            "Balloon",
            'a value with a space in it stands in quotes: "Blue Balloon"',
        ),
        ("annotation.label=a=b", "=", "a value that holds = stands in quotes"),
        ("annotation.label:a", ":a", "write = to compare"),
        ("metadata.name contains a", "contains", "write ~ for “contains”, as in metadata.name~foo"),
        ("!annotation.label=a", "!", "write not for !"),
        ("annotation.label!a", "!", "write != for unequal"),
        ("(annotation.label=a", "", "a parenthesis is never closed"),
        ("annotation.label=a)", ")", "no parenthesis is open here"),
        ("annotation.label='a", "'a", "close it with ', or write \\' for the sign itself inside quotes"),
        ("annotation.lable=X", "annotation.lable", 'did you mean "annotation.label"?'),
        ("label=X", "label", 'did you mean "annotation.label"?'),
        ("tags=X", "tags", 'did you mean "metadata.Tags"?'),
        ("frame.widht=3", "frame.widht", 'did you mean "frame.width"?'),
        ("annotation.type=box", "box", 'did you mean "rectangle"?'),
        ("annotation.type=polygn", "polygn", 'did you mean "polygon"?'),
        ("annotation(lable=X)", "lable", 'did you mean "label"?'),
        ("annotation(frame.width=3)", "frame.width", "write it outside: annotation(…) and frame.width…"),
        ("frame.width=wide", "wide", "write it as in 12 or 0.5"),
        ("frame.date=31.12.2024", "31.12.2024", "write year-month-day, as in 2024-05-31"),
        ("frame.date=2024-02-30", "2024-02-30", "write year-month-day, as in 2024-05-31"),
    ],
)
def test_a_mistake_is_marked_and_answered_with_what_to_write(
    text: str, marked: str, hint: str | None
) -> None:
    error = mistake(text)
    assert (text[error.start : error.end], error.hint) == (marked, hint)


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ("annotation.label=", "It ends where a value belongs."),
        ("annotation.label", "It ends where a comparison (= != ~ < <= > >=) or in (…) belongs."),
        ("not", "It ends where a condition, such as annotation.label=Balloon, belongs."),
        ("and", '"and" stands where a condition, such as annotation.label=Balloon, belongs.'),
        ("annotation.label in a", '"a" stands where an opening parenthesis belongs.'),
        ("annotation.label in ()", '")" stands where a value belongs.'),
        (
            "annotation.label in (a b)",
            '"b" stands where a comma and another value, or the closing parenthesis, belongs.',
        ),
        ("annotation.label~a or", "It ends where a condition, such as annotation.label=Balloon, belongs."),
    ],
)
def test_a_mistake_is_told_by_what_stands_there_and_what_belongs_there(text: str, detail: str) -> None:
    assert mistake(text).detail == detail


@pytest.mark.parametrize(
    ("text", "summary"),
    [
        ("frame.width~3", "frame.width cannot be compared with ~"),
        ("annotation.label<a", "annotation.label cannot be compared with <"),
        ("frame.width=1e999", "frame.width is a number"),
        ("annotation(annotation(label=a))", "annotation(…) inside annotation(…)"),
        ("annotation(dataset(name=a))", "dataset(…) inside annotation(…)"),
        ("dataset(name=a and annotation(label=b))", "annotation(…) inside dataset(…)"),
        ("dataset(label=a)", 'Unknown key "label"'),
        ("dataset(metadata.Tags=a)", "metadata.Tags does not ask a dataset"),
        ("dataset.split=training", 'dataset.split is never "training"'),
        ("dataset.version>1.0.0", "dataset.version cannot be compared with >"),
        ("metadata.''=1", "A key with an empty name"),
        ("metadata=1", 'Unknown key "metadata"'),
        ("annotation.attribute=1", 'Unknown key "annotation.attribute"'),
        ("annotation(count=3)", "annotation.count does not ask an annotation"),
        ("annotation.label=a\x00", "The query holds a character that cannot be printed"),
        ("annotation.label=\ud800", "The query holds a character that cannot be printed"),
    ],
)
def test_what_parses_but_makes_no_sense_is_refused_with_the_reason(text: str, summary: str) -> None:
    assert mistake(text).summary == summary


def test_a_query_of_the_largest_size_parses_and_a_larger_one_is_refused() -> None:
    room = MAX_BYTES - len("annotation.label=")
    assert parse("annotation.label=" + "x" * room) == label("x" * room)
    assert mistake("annotation.label=" + "x" * (room + 1)).summary == "The query is too long"
    assert mistake("annotation.label=" + "é" * (room // 2 + 1)).summary == "The query is too long"


def test_a_query_with_the_most_conditions_parses_and_one_more_is_refused() -> None:
    def either(count: int) -> str:
        return f"annotation.label in ({','.join('x' * count)})"

    parse(either(MAX_CONDITIONS))
    assert mistake(either(MAX_CONDITIONS + 1)).summary == "The query has too many conditions"
    assert (
        mistake(f"{either(MAX_CONDITIONS)} or frame.width=1").summary == "The query has too many conditions"
    )


def test_a_query_of_the_deepest_nesting_parses_and_a_deeper_one_is_refused() -> None:
    parse("not " * (MAX_DEPTH - 1) + "frame.width=1")
    error = mistake("not " * MAX_DEPTH + "frame.width=1")
    assert error.summary == "The query is nested too deeply"


@pytest.mark.parametrize(
    "piece", ["(", ")", "not ", "annotation(", '"', "'", "a.", "a='", "in(", "\\", "<", "a=b and "]
)
def test_a_query_that_only_repeats_itself_ends_in_an_error_rather_than_in_recursion(piece: str) -> None:
    mistake(piece * (MAX_BYTES // len(piece)))


@given(queries(any_text))
def test_a_query_written_as_text_parses_to_itself(query: Query) -> None:
    assert parse(format_query(query)) == query


@pytest.mark.parametrize(
    ("typed", "canonical"),
    [
        ("MetaData.tags = '2.1'", "metadata.Tags=2.1"),
        ("frame.width>=0640.0", "frame.width>=640"),
        ("annotation.label=and", 'annotation.label="and"'),
        ("annotation.label='red cell'", 'annotation.label="red cell"'),
        (
            "(annotation.label=a) AND (annotation.label=b OR annotation.label=c)",
            "annotation.label=a and (annotation.label=b or annotation.label=c)",
        ),
        ("annotation.label not in(a,b)", "not annotation.label in (a, b)"),
        ("annotation(annotation.label=a and (area<3))", "annotation(label=a and area<3)"),
        (" \n", ""),
    ],
)
def test_canonical_text_is_layernexts_form_with_quotes_and_parentheses_only_where_needed(
    typed: str, canonical: str
) -> None:
    assert format_query(parse(typed)) == canonical


@given(queries())
def test_canonical_text_is_canonical(query: Query) -> None:
    text = format_query(query)
    assert format_query(parse(text)) == text


_SNIPPETS = st.sampled_from(
    "annotation .label .attribute. metadata. frame.width = ! < > ~ ( ) , and or not in ' \" x 1 - 2024-01-01 "
    "annotation( “ é \\ \x00".split()
)


def _read(how: Callable[[str], Query], text: str) -> object:
    """What comes of reading `text`, places included."""
    try:
        query = how(text)
    except QueryError as error:
        return (error.summary, error.detail, error.hint, error.start, error.end)
    return query, [condition.span for condition in conditions(query)]


def _quickly(text: str) -> Query:
    simple = conditions_in(text)
    assert simple is not None
    return conjunction([_of(each) for each in simple])


def _mostly(usual: list[str], odd: list[str]) -> st.SearchStrategy[str]:
    return st.sampled_from([*usual * 9, *odd])


_compared = st.tuples(
    _mostly(
        ["annotation.label", "metadata.Tags", "frame.width", "Frame.Date", "metadata.a.b"],
        ["oops", "or", "in"],
    ),
    _mostly(["=", " !=  ", "~", "<=", ">"], [" = = ", " in "]),
    _mostly(["A", "12", "and", "in", "2024-01-01", "x.y"], ["", "'q'", "A=", "A,b", "(A)"]),
).map("".join)
_listed = st.tuples(
    _mostly(["annotation.label", "frame.width"], ["frame.oops", "not"]),
    _mostly([" in ", " IN(", "\nin\t"], [" inn ", "in ", " not in "]),
    _mostly(["(A, b)", "(A,and )", "( 1 )", "(7,8)"], ["()", "(A", "(A,)", "('A')"]),
).map(lambda parts: "".join(parts).replace("((", "("))
_simple = st.lists(_compared | _listed, min_size=1, max_size=3).flatmap(
    lambda some: _mostly([" and ", "\n AND\t"], [" and", " or ", "and ", " and and "]).map(
        lambda joint: joint.join(some)
    )
)


@given(_simple | queries().map(format_query))
def test_what_is_read_without_the_grammar_is_read_as_by_it(text: str) -> None:
    simple = text.strip() and conditions_in(text) is not None
    event("simple" if simple else "not simple")
    if simple:
        assert _read(_quickly, text) == _read(_by_grammar, text)


@given(_simple | queries().map(format_query))
def test_the_query_of_a_spec_is_spelled_and_its_mistake_placed_as_the_grammar_says(text: str) -> None:
    text = " ".join(text.split())
    told: list[Diagnostic] = []
    node = Scalar(SourceText("a.yaml", text), 0, len(text), text, text, True)
    canonical = canonical_query(text, node, "lake", told.append)
    try:
        assert canonical == (format_query(_by_grammar(text)) if text else "")
        assert not told
    except QueryError as error:
        [finding] = told
        assert finding.detail.startswith(error.summary)
        assert finding.source is not None
        assert finding.source.column == error.start + 1


@given(st.one_of(st.lists(st.one_of(_SNIPPETS, st.sampled_from(" \n")), max_size=30).map("".join), st.text()))
def test_whatever_is_typed_parses_or_gives_an_error_within_the_text(text: str) -> None:
    try:
        parse(text)
    except QueryError as error:
        assert 0 <= error.start <= error.end <= len(text)
        assert error.summary


@given(queries(), st.data())
def test_a_query_with_a_piece_cut_out_parses_or_gives_an_error(query: Query, data: st.DataObject) -> None:
    text = format_query(query)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    try:
        parse(text[:start] + text[end:])
    except QueryError as error:
        assert 0 <= error.start <= error.end <= len(text)


@pytest.mark.parametrize(
    "build",
    [
        lambda: Comparison(Key(Field.WIDTH), Operator.CONTAINS, 3.0),
        lambda: Comparison(Key(Field.WIDTH), Operator.EQUAL, "3"),
        lambda: Comparison(Key(Field.WIDTH), Operator.EQUAL, float("nan")),
        lambda: Comparison(Key(Field.TYPE), Operator.EQUAL, "box"),
        lambda: OneOf(LABEL, ()),
        lambda: And((label("a"),)),
        lambda: Or((label("a"), Or((label("a"), label("b"))))),
        lambda: AnnotationMatch(Comparison(Key(Field.WIDTH), Operator.EQUAL, 3.0)),
        lambda: Key(Field.METADATA),
        lambda: Key(Field.LABEL, ("x",)),
    ],
)
def test_a_tree_that_no_text_can_say_cannot_be_built(build: Callable[[], Node | Key]) -> None:
    with pytest.raises(ValueError, match=r"."):
        build()
