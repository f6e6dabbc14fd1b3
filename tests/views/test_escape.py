"""Whatever somebody names a thing, it is shown as a name."""

from __future__ import annotations

import html
import html.parser
import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from setwright.views import escape
from tests.views.hostile import HARMLESS, HOSTILE

anything = st.text(st.characters(exclude_categories=[])) | st.sampled_from(HOSTILE)


def unseen(text: str) -> list[str]:
    """The characters that a reader would not see, or that act; blanks and joiners in their place are none."""
    return [
        char
        for char in text
        if unicodedata.category(char) in ("Cc", "Zl", "Zp", "Cs")
        or (unicodedata.category(char) == "Cf" and char not in "\u200c\u200d")
    ]


def test_there_are_enough_hostile_strings_to_mean_something() -> None:
    assert len(set(HOSTILE)) >= 90


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize(
    "sink",
    [
        escape.terminal,
        escape.markdown,
        escape.html,
        escape.sarif,
        escape.workflow_message,
        escape.workflow_property,
        escape.workflow_log,
    ],
)
def test_nothing_unseen_and_no_line_break_reaches_any_sink(sink: escape.Sink, text: str) -> None:
    assert unseen(sink(text)) == []
    assert len(sink(text).splitlines()) <= 1


@given(anything)
def test_a_terminal_is_given_one_line_in_which_nothing_acts(text: str) -> None:
    shown = escape.terminal(text)
    assert unseen(shown) == []
    shown.encode()  # a lone surrogate would stop a program that prints it


@given(anything)
def test_what_was_made_harmless_once_stays_as_it_is(text: str) -> None:
    assert escape.terminal(escape.terminal(text)) == escape.terminal(text)


@pytest.mark.parametrize("text", HARMLESS)
def test_names_in_any_script_are_shown_as_they_are(text: str) -> None:
    assert escape.terminal(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred", "\\x1b[31mred"),
        ("two\nlines", "two\\nlines"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("file-\udcff.jpg", "file-\\udcff.jpg"),
        ("cat\u200d", "cat\\u200d"),
        ("non\u00a0breaking", "non\\xa0breaking"),
    ],
)
def test_what_is_not_seen_is_spelt_out(text: str, shown: str) -> None:
    assert escape.terminal(text) == shown


def test_a_heap_of_marks_does_not_climb_over_the_lines_above() -> None:
    assert len(re.findall("\u0351", escape.terminal("Z" + "\u0351" * 200))) == escape.MAX_MARKS


# --- HTML and Markdown ---------------------------------------------------------------------------------------------


class Reader(html.parser.HTMLParser):
    """Collects the text of a page, and its tags."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags += [tag, *(name for name, _ in attrs)]

    def handle_data(self, data: str) -> None:
        self.text += data


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    reader.close()
    return reader


@pytest.mark.parametrize("text", HOSTILE)
def test_in_html_a_name_is_text_and_nothing_else(text: str) -> None:
    page = read(f"<p>{escape.html(text)}</p>")
    assert (page.text, page.tags) == (escape.terminal(text), ["p"])


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("quote", ["'", '"'])
def test_in_html_a_name_stays_within_its_attribute(text: str, quote: str) -> None:
    page = read(f"<p title={quote}{escape.html(text)}{quote}>x</p>")
    assert (page.text, page.tags) == ("x", ["p", "title"])


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("around", ["{}", "It is {} here.", "| a |\n| - |\n| {} |"])
def test_in_markdown_a_name_is_text_and_nothing_else(text: str, around: str) -> None:
    markdown = MarkdownIt("gfm-like", {"linkify": False, "html": False})
    page = read(markdown.render(around.format(escape.markdown(text))))
    plain = read(markdown.render(around.format("NAME")))
    assert page.tags == plain.tags
    said = page.text.replace("<!-- -->", "")
    assert said.split() == plain.text.replace("NAME", escape.terminal(text)).split()


@pytest.mark.parametrize(
    "text",
    [
        *("@octocat", "#1", "!2", "$3", "~bug", "GH-5", "a GH-5", "&6", "%7", "%soon", "^8"),
        *("someone@evil.example", "https://evil.example", "x:https://evil.example", "www.evil.example"),
    ],
)
def test_in_markdown_nobody_is_called_and_nothing_is_linked(text: str) -> None:
    # The sites look for these in the text of the finished page, where an empty comment still parts them.
    shown = html.unescape(escape.markdown(text))
    assert text not in shown
    assert shown.replace("<!-- -->", "") == text


@pytest.mark.parametrize(
    "text",
    [
        "Data: +74 -0 frames, 3 relabelled, 12 split moves.",
        "blood_cells-2 will be created, version 1.0.0",
        "annotation.label in (WBC, RBC) and metadata.site!=north",
        "specs/blood-cells.yaml:12",
        "split.train 1.5 -> 2.0 (line 7)",
        "BloodImage_00338.jpg",
    ],
)
def test_in_markdown_what_cannot_act_can_be_read_before_it_is_rendered(text: str) -> None:
    assert escape.markdown(text) == text


@pytest.mark.parametrize("around", ["{}", "- {}", "1. {}", "above\n{}", "{}\nbelow", "| a |\n| - |\n| {} |"])
@example(text="://")
@given(text=st.text(st.sampled_from("-+=_*.):(!#|~^`<>[]&;1a é\\/"), max_size=12))
def test_in_markdown_no_heap_of_signs_formats_anything(around: str, text: str) -> None:
    markdown = MarkdownIt("gfm-like", {"linkify": False, "html": True})
    # As views write names: without blanks at the edge, and never nothing.
    name = text.strip(" ") or "a"
    page, plain = (read(markdown.render(around.format(each))) for each in (escape.markdown(name), "NAME"))
    assert page.tags == plain.tags
    assert "".join(page.text.split()) == "".join(plain.text.replace("NAME", name).split())


# --- Workflow commands ---------------------------------------------------------------------------------------------


def commands(log: str) -> list[str]:
    """The commands that GitHub's runner would see, in the words of its own parser."""
    seen = []
    for line in re.split(r"\r\n|\n|\r", log):
        if match := re.match(r"\s*::([^:\s]+)[^:]*::", line):
            seen.append(match[1])
        elif match := re.search(r"##\[([^\s\]]+)", line):
            seen.append(match[1])
    return seen


@pytest.mark.parametrize("text", HOSTILE)
def test_a_name_in_a_log_is_no_command(text: str) -> None:
    assert commands(escape.workflow_log(text)) == []


@pytest.mark.parametrize("text", HOSTILE)
def test_a_name_in_a_command_adds_neither_command_nor_property(text: str) -> None:
    line = f"::error file={escape.workflow_property(text)},title=t::{escape.workflow_message(text)}"
    assert commands(line) == ["error"]
    properties, _, _ = line.removeprefix("::error ").partition("::")
    assert len(properties.split(",")) == 2


@given(anything)
def test_github_reads_back_what_was_meant(text: str) -> None:
    property_ = escape.workflow_property(text)
    for code, char in (("%3A", ":"), ("%2C", ","), ("%0D", "\r"), ("%0A", "\n"), ("%25", "%")):
        property_ = property_.replace(code, char)
    assert property_ == escape.terminal(text)


def test_a_line_break_that_is_ours_is_kept_in_a_message() -> None:
    assert escape.workflow_message("100%\nhint: less") == "100%25%0Ahint: less"


@pytest.mark.parametrize("text", HOSTILE)
def test_a_message_of_sarif_holds_no_link(text: str) -> None:
    assert re.search(r"\[[^]]*\]\(", escape.sarif(text)) is None
