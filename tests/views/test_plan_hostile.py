"""Whatever a plan's labels, frames, datasets and files are called, no form of it is anything but a form of it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from functools import cache

import pytest
from markdown_it import MarkdownIt

from setwright.cli.forms import rendered
from setwright.plan.document import PlanDocument
from setwright.plan.told import spelt
from setwright.views.plan_text import render
from tests.views.filled import Filler
from tests.views.hostile import HOSTILE
from tests.views.test_escape import commands, read, unseen
from tests.views.test_plan_page import Page

SPREADSHEET = ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("https://evil.example")', ";a;b", "a,b\tc"]
NAMES = [spelt(name) for name in [*HOSTILE, *SPREADSHEET]]
every_name = pytest.mark.parametrize("name", NAMES)


@cache
def named(name: str) -> PlanDocument:
    """A document in which every text is `name`."""
    return Filler(lambda path: name).document()


@cache
def form_of(name: str, form: str) -> str:
    return rendered(named(name), form)


PLAIN = named("NAME")


@every_name
def test_a_terminal_is_given_lines_in_which_nothing_acts(name: str) -> None:
    for document in (named(name), replace(named(name), errored=True)):
        text = render(document, color=False, width=100, explain=True, drift=True)
        assert unseen(text.replace("\n", "")) == []
        plain = render(
            replace(PLAIN, errored=document.errored),
            color=False,
            width=100,
            explain=True,
            drift=True,
        )
        if not document.errored and len(name) < 20:  # long values take a line more
            assert len(text.splitlines()) == len(plain.splitlines())


@every_name
def test_a_page_has_the_same_elements_whatever_things_are_called(name: str) -> None:
    page, plain = Page(form_of(name, "html")), Page(form_of("NAME", "html"))
    assert [tag for tag, _ in page.elements] == [tag for tag, _ in plain.elements]
    assert [sorted(attrs) for _, attrs in page.elements] == [sorted(attrs) for _, attrs in plain.elements]
    assert unseen(page.text.replace("\n", "")) == []


@every_name
def test_a_comment_has_the_same_elements_whatever_things_are_called(name: str) -> None:
    assert _tags(form_of(name, "markdown")) == _tags(form_of("NAME", "markdown"))


@cache
def _tags(comment: str) -> list[str]:
    return read(MarkdownIt("gfm-like", {"linkify": False, "html": True}).render(comment)).tags


@every_name
def test_a_comment_calls_nobody_and_links_to_nothing(name: str) -> None:
    _, _, text = form_of(name, "markdown").partition("\n")  # the mark is seen by nobody
    # The sites look for these in the text of the finished page, where an empty comment still parts them.
    shown = re.sub(r"&#(\d+);", lambda match: chr(int(match[1])), text)
    assert re.search(r"(?<![\w`])@\w|(?<!&)#\d|\bGH-\d|https?://|www\.", shown) is None


@every_name
def test_the_mark_of_a_comment_is_one_comment_of_html(name: str) -> None:
    first, _, rest = form_of(name, "markdown").partition("\n")
    assert re.fullmatch(r"<!-- setwright:plan [!-~ ]* -->", first)
    assert "--" not in first[4:-3]
    assert not rest.startswith("-->")


@every_name
def test_a_build_s_log_sees_our_commands_and_no_others(name: str) -> None:
    seen = commands(form_of(name, "github"))
    assert seen == commands(form_of("NAME", "github"))
    assert set(seen) <= {"error", "warning", "notice"}


@every_name
@pytest.mark.parametrize("form", ["json", "sarif", "gitlab", "gitlab-mr"])
def test_what_is_json_stays_json_of_the_same_shape(form: str, name: str) -> None:
    def shape(value: object) -> object:
        match value:
            case dict():
                return sorted(
                    (key if key != name else "NAME", str(shape(each))) for key, each in value.items()
                )
            case list():
                return [shape(each) for each in value]
            case _:
                return type(value).__name__

    written = form_of(name, form)
    assert unseen(written.replace("\n", "")) == [] or form == "json"
    if form != "json":
        assert shape(json.loads(written)) == shape(json.loads(form_of("NAME", form)))
    else:
        json.loads(written)


@every_name
def test_every_event_is_one_line_of_ascii_and_its_message_acts_on_no_terminal(name: str) -> None:
    lines = form_of(name, "ndjson").splitlines()
    assert len(lines) == len(form_of("NAME", "ndjson").splitlines())
    for line in lines:
        assert line.isascii()
        assert unseen(json.loads(line)["@message"]) == []
