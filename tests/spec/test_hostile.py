"""Whatever a file holds, reading it ends, within bounds, with findings and never with a traceback."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from setwright.model.diagnostics import Diagnostic
from setwright.spec.findings import MAX_FINDINGS
from setwright.views import findings_text
from tests.house.program import ROOT
from tests.laws import examples
from tests.spec.hostile_files import HOSTILE
from tests.spec.projects import load
from tests.spec.test_loading import BALLOONS

PROJECT = """\
project: party
remote: {kind: lake, path: .setwright/lake}
specs: [specs/*.yaml]
defaults: {split: {train: 70, validation: 20, test: 10}, exports: [RAW]}
variables: {site: {type: text, default: north}, share: {type: number}}
environments:
  staging: {names: {prefix: staging-}, variables: {site: south}, remote: {kind: layernext, url: "https://a.example"}}
"""


def read_everywhere(content: bytes) -> list[Diagnostic]:
    """The findings on `content` as a spec, as a project file, and beside a project that is right."""
    found = [*load(content)[1], *load(b"", project=content)[1]]
    found += load(
        {"specs/a.yaml": content, "specs/b.yaml": BALLOONS}, project=PROJECT, environment="staging"
    )[1]
    findings_text.render(found, color=True, width=80, limit=None)
    return found


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_a_finding(name: str) -> None:
    make, code = HOSTILE[name]
    found = load(make())[1]
    assert code in [finding.code for finding in found]
    assert len(found) <= MAX_FINDINGS + 1
    assert all(len(finding.detail) < 500 for finding in found)
    assert all(finding.source is None or len(finding.source.excerpt) <= 1_000 for finding in found)


@pytest.mark.slow
def test_all_hostile_files_are_read_in_four_hundred_megabytes() -> None:
    said = subprocess.check_output([sys.executable, "-m", "tests.spec.hostile_files"], cwd=ROOT, text=True)
    assert said == "all read\n"


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_byte_order_mark_and_foreign_line_breaks_are_harmless(mark: str, line_break: str) -> None:
    project, found = load((mark + BALLOONS.replace("\n", line_break)).encode())
    assert found == ()
    (spec,) = project.specs
    assert (spec.fields["query"].line, spec.fields["query"].column) == (7, 1)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_without_a_traceback(content: bytes) -> None:
    read_everywhere(content)


@given(st.text(max_size=200))
def test_any_text_is_read_without_a_traceback(text: str) -> None:
    read_everywhere(text.encode(errors="surrogatepass"))


SIGNS = st.text(" \n:-[]{},&*!|>'\"%@`#?~<=.0123456789abxnoyes$\\\t", max_size=60)


@given(SIGNS)
def test_anything_that_looks_like_yaml_is_read_without_a_traceback(text: str) -> None:
    read_everywhere(text.encode())


@st.composite
def damaged(draw: st.DrawFn, text: str) -> bytes:
    """`text` with a few stretches replaced by something else."""
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = draw(st.integers(start, min(start + 12, len(text))))
        piece = draw(
            SIGNS
            | st.sampled_from(["~", "[]", "{}", "7", "'${var.site}'", "&a ", "*a", "!!str ", "null", "-1"])
        )
        text = text[:start] + piece[:12] + text[end:]
    return text.encode()


@settings(max_examples=examples(300))
@given(damaged(BALLOONS))
def test_a_damaged_spec_is_read_without_a_traceback(content: bytes) -> None:
    read_everywhere(content)


@settings(max_examples=examples(300))
@given(damaged(PROJECT))
def test_a_damaged_project_file_is_read_without_a_traceback(content: bytes) -> None:
    read_everywhere(content)


@given(damaged(BALLOONS))
def test_every_place_lies_within_its_file(content: bytes) -> None:
    lines = content.decode().split("\n")
    for finding in load(content)[1]:
        where = finding.source
        assert where is not None
        assert 1 <= where.line <= where.end_line <= len(lines)
        assert 1 <= where.column <= len(lines[where.line - 1]) + 1
        assert 1 <= where.end_column <= len(lines[where.end_line - 1]) + 1
        assert (where.line, where.column) <= (where.end_line, where.end_column)
        assert where.excerpt == lines[where.line - 1]
