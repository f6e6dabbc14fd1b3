"""`setwright explain`: a finding's page on the terminal."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from setwright.cli.finding_pages import code_in, codes, page
from setwright.cli.main import root
from tests.house.program import ROOT, setwright


def test_a_page_is_printed_as_it_stands_where_nobody_looks_at_a_terminal() -> None:
    file = ROOT / "docs" / "findings" / "SW213.md"
    assert setwright("explain", "SW213").stdout == file.read_text(encoding="utf-8")


def test_a_page_is_laid_out_where_colours_are_wanted_and_not_with_no_color() -> None:
    rich = setwright("explain", "SW213", FORCE_COLOR="1", COLUMNS="80").stdout
    assert "\x1b[" in rich
    assert "```" not in rich
    assert "## " not in rich
    plain = setwright("explain", "SW213", NO_COLOR="1").stdout
    assert "\x1b[" not in plain
    assert "```yaml" in plain


def test_a_page_is_laid_out_on_a_terminal() -> None:
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "setwright", "explain", "SW213"],
        stdout=theirs,
        env=os.environ,
    ):
        os.close(theirs)
        said = b""
        try:
            while chunk := os.read(ours, 65536):
                said += chunk
        except OSError:  # how a terminal of Linux ends
            pass
    os.close(ours)
    assert b"\x1b[" in said
    assert b"```" not in said


@pytest.mark.parametrize(
    "given", ["SW213", "sw213", "213", " sw213 ", "error[SW213]", "warning[SW213]:", "SW213:"]
)
def test_a_code_may_be_given_as_it_is_seen(given: str) -> None:
    assert code_in(given) == "SW213"


@pytest.mark.parametrize(
    ("given", "hint"),
    [
        ("SW2133", 'did you mean "SW213"?'),
        ("SW-213", 'did you mean "SW213"?'),
        ("split does not make 100", 'did you mean "SW213"?'),
        ("SW999", "`setwright explain --list` lists them"),
        ("../../README", "`setwright explain --list` lists them"),
    ],
)
def test_what_is_no_code_is_answered_with_the_one_that_was_meant(given: str, hint: str) -> None:
    result = setwright("explain", given)
    assert (result.returncode, result.stdout) == (1, "")
    assert f'There is no finding "{given}"' in result.stderr
    assert f"hint: {hint}" in result.stderr


@pytest.mark.parametrize("args", [["--list"], []])
def test_all_codes_are_listed_with_their_summaries(args: list[str]) -> None:
    listed = setwright("explain", *args).stdout.splitlines()
    assert [line.split()[0] for line in listed] == list(codes())
    assert "SW115  warning  Value that others read differently" in listed


def test_codes_are_completed_with_their_summaries() -> None:
    command = root.get_command(root.make_context("setwright", [], resilient_parsing=True), "explain")
    assert command is not None
    (code,) = (parameter for parameter in command.params if parameter.name == "code")
    context = command.make_context("explain", [], resilient_parsing=True)
    offered = code.type.shell_complete(context, code, "sw21")
    assert [item.value for item in offered] == [each for each in codes() if each.startswith("SW21")]
    assert offered[3].help == page("SW213").summary
