"""Findings to render: of every severity, with and without a place, and of lines that are hard to show."""

from __future__ import annotations

from hypothesis import strategies as st

from setwright.model.diagnostics import Diagnostic, FindingKind, Severity, SourceRef
from tests.views.hostile import HOSTILE

UNKNOWN_FIELD = FindingKind(code="SW203", severity=Severity.ERROR, summary="Unknown field")
DUPLICATE_KEY = FindingKind(code="SW108", severity=Severity.ERROR, summary="Key written twice")
AMBIGUOUS = FindingKind(code="SW115", severity=Severity.WARNING, summary="Value that others read differently")
CYCLE = FindingKind(code="SW403", severity=Severity.ERROR, summary="Datasets made of each other")
REMARK = FindingKind(code="SW999", severity=Severity.NOTE, summary="Something to know")


def ref(excerpt: str, marked: str, *, file: str = "specs/balloons.yaml", line: int = 3) -> SourceRef:
    """Where `marked` stands in the line `excerpt`."""
    start = excerpt.index(marked)
    return SourceRef(file, line, start + 1, line, start + len(marked) + 1, excerpt)


FIELD = UNKNOWN_FIELD.at(
    ref("sorce:", "sorce", line=2), 'A dataset has no field "sorce".', 'did you mean "source"?'
)
VALUE = AMBIGUOUS.at(
    ref("  seed: 010", "010", line=7),
    "010 can be read in two ways: it is 10 here, and 8 to readers who take the zero for a sign of octal numbers.",
    'write 10 for the number, "010" for the text',
)
PLACELESS = CYCLE.at(None, "a is made of b, b is made of a.")
NOTE = REMARK.at(ref("query: a=b", "a=b", file="specs/kites.yaml", line=4), "It may be so.")
MANY = tuple(
    UNKNOWN_FIELD.at(ref(f"field{n}: 1", f"field{n}", line=n), f'A dataset has no field "field{n}".')
    for n in range(1, 33)
)

texts = st.text(max_size=40) | st.sampled_from(HOSTILE)
lines = st.integers(1, 9999)
sources = st.builds(
    lambda file, line, column, more, length, excerpt: SourceRef(
        file, line, column, line + more, column + length, excerpt
    ),
    texts.filter(bool),
    lines,
    st.integers(1, 200),
    st.integers(0, 3),
    st.integers(0, 200),
    texts | st.text("風a\t\u0301", max_size=300),
)
diagnostics: st.SearchStrategy[Diagnostic] = st.builds(
    lambda kind, source, detail, hint: kind.at(source, detail, hint),
    st.sampled_from([UNKNOWN_FIELD, DUPLICATE_KEY, AMBIGUOUS, CYCLE, REMARK]),
    st.none() | sources,
    texts.filter(bool),
    st.none() | texts.filter(bool),
)
"""Findings of any kind about any text, hostile ones among them, at places that may lie past their line's end."""
