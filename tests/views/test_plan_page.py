"""The page of a plan says all that the plan says, fetches nothing, runs nothing, and means what it shows."""

from __future__ import annotations

import base64
import hashlib
import html
import html.parser
import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from itertools import pairwise

from setwright.plan.document import Outline, PlanDocument
from setwright.views.numbers import size
from setwright.views.plan_page.page import render
from tests.views.filled import PICTURE, Filler
from tests.views.test_plan_text import DOCUMENTS, every_document


class Page(html.parser.HTMLParser):
    """Elements with their attributes, and the text; it complains of what is not closed."""

    VOID = ("meta", "link", "br", "img", "hr")

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(page)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def forms_of(value: str | float) -> set[str]:
    """How a page may show a value."""
    if isinstance(value, str):
        return {value}
    return {f"{value:g}", f"{value:,}", str(value), size(int(value))}


def test_every_field_of_the_document_is_shown() -> None:
    filler = Filler()
    page = html.unescape(render(filler.document()))
    missing = {
        path for path, value in filler.said.items() if not any(form in page for form in forms_of(value))
    }
    # Corners of a box are drawn as one corner and a size.
    assert {path for path in missing if not path.endswith(".points")} == set()


def test_annotations_are_drawn_where_they_are() -> None:
    document = Filler().document()
    (change,) = document.changes
    (picture,) = change.pictures
    shapes = [
        Outline(label="a", shape="rectangle", points=((1, 2), (11, 22.5))),
        Outline(label="a", shape="mask", points=((1, 2), (3, 4))),
        Outline(label="a", shape="polygon", points=((0, 0), (5, 0), (5, 5.5))),
        Outline(label="a", shape="line", points=((0, 0), (5, 6))),
        Outline(label="a", shape="points", points=((7, 8), (9, 10))),
    ]
    drawn = replace(picture, outlines=tuple(shapes), outlines_before=())
    changed = replace(change, pictures=(drawn,))
    figure = render(replace(document, changes=(changed,))).partition("<figure>")[2]
    assert '<rect x="1" y="2" width="10" height="20.5"' in re.sub("<title>a</title>", "", figure)
    assert 'points="0,0 5,0 5,5.5"' in figure
    assert "<polyline" in figure
    assert '<circle cx="7" cy="8" r="3"></circle><circle cx="9" cy="10" r="3"></circle>' in figure


def test_classes_beyond_the_colours_share_one_that_no_other_has() -> None:
    document = Filler().document()
    (change,) = document.changes
    (picture,) = change.pictures

    def drawn(*classes: int) -> tuple[str, list[str]]:
        """The key's words, and the look of each outline, where one is drawn of each of these classes of ten."""
        labels = tuple(replace(change.labels[0], label=f"class {place}") for place in range(10))
        shapes = tuple(
            Outline(label=f"class {place}", shape="rectangle", points=((1, 2), (3, 4))) for place in classes
        )
        only = replace(picture, outlines=shapes, outlines_before=())
        changed = replace(change, labels=labels, pictures=(only,))
        page = render(replace(document, changes=(changed,)))
        keys = page.partition('<p class="keys">')[2].partition("</p>")[0]
        figure = page.partition("<figure>")[2].partition("</figure>")[0]
        return re.sub("<[^>]*>", "|", keys), re.findall(r'class="(c[^"]*)"><title>', figure)

    words, looks = drawn(0, 7, 8, 9)
    assert [word for word in words.split("|") if word] == ["class 0", "class 7", "other classes"]
    assert looks == ["c0", "c7", "c-other", "c-other"]
    assert "other classes" not in drawn(0, 7)[0]


@every_document
def test_it_is_well_formed_and_fetches_nothing(document: PlanDocument) -> None:
    text = render(document)
    page = Page(text)
    links = [value for _, attrs in page.elements for name in ("href", "src") if (value := attrs.get(name))]
    assert [link for link in links if not link.startswith(("data:", "#"))] == []
    assert {name for name, _ in page.elements} & {"script", "iframe", "object", "form", "base"} == set()
    assert [attrs for _, attrs in page.elements if "style" in attrs] == []  # the policy would forbid it
    assert "url(" not in text
    assert "@import" not in text


def test_its_policy_allows_its_own_style_and_data_and_nothing_else() -> None:
    text = render(DOCUMENTS["creating"])
    (policy,) = [
        attrs["content"]
        for attrs in Page(text).named("meta")
        if attrs.get("http-equiv") == "Content-Security-Policy"
    ]
    style = re.search(r"<style>(.*)</style>", text, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert policy == (
        f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )


@every_document
def test_every_drawing_is_xml_and_says_in_words_what_it_shows(document: PlanDocument) -> None:
    for drawing in re.findall(r"<svg.*?</svg>", render(document), re.DOTALL):
        root = ElementTree.fromstring(drawing)
        assert root.get("aria-hidden") == "true" or (root.findtext("title") and root.get("role") == "img")


@every_document
def test_headings_descend_one_level_at_a_time_and_links_lead_somewhere(document: PlanDocument) -> None:
    page = Page(render(document))
    levels = [int(name[1]) for name, _ in page.elements if re.fullmatch("h[1-6]", name)]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    ids = [attrs["id"] for _, attrs in page.elements if "id" in attrs]
    assert len(ids) == len(set(ids))
    assert {link["href"] for link in page.named("a")} <= {f"#{each}" for each in ids}


def test_a_picture_that_is_none_is_not_put_into_the_page() -> None:
    document = Filler().document()
    (change,) = document.changes
    (picture,) = change.pictures
    evil = replace(picture, data="https://evil.example/pixel.png")
    evil_change = replace(change, pictures=(evil,))
    text = render(replace(document, changes=(evil_change,)))
    assert "evil.example" not in text
    assert PICTURE in render(document)
