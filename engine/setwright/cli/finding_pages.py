"""The pages that explain findings: inside the installed package, or in `docs/` of its repository."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from importlib.resources.abc import Traversable

_HEAD = re.compile(r"# (?P<code>SW[0-9]+): (?P<summary>.+)\n\n\*\*(?P<severity>\w+)\.\*\* ")


@dataclass(frozen=True, slots=True)
class Page:
    """A page on one kind of finding, in Markdown; its head says of which."""

    code: str
    summary: str
    severity: str
    text: str


def codes() -> tuple[str, ...]:
    """The codes that have a page, sorted."""
    return tuple(_files())


def page(code: str) -> Page:
    """The page of `code`, which has one."""
    text = _files()[code].read_text(encoding="utf-8")
    head = _HEAD.match(text)
    assert head is not None, f"the page of {code} has another head"
    return Page(code=head["code"], summary=head["summary"], severity=head["severity"].lower(), text=text)


def code_in(words: str) -> str:
    """The code that `words` mean: `SW214`, `sw214`, `214`, or `error[SW214]` as a terminal shows it.

    They may name no code at all; then they come back in capitals.
    """
    plain = words.strip().upper()
    found = re.fullmatch(r"(?:\w+\[)?(?:SW)?([0-9]{3})\]?[:.]?", plain)
    return plain if found is None else f"SW{found[1]}"


def _files() -> Mapping[str, Traversable]:
    found = {
        file.name.removesuffix(".md"): file
        for file in _folder().iterdir()
        if re.fullmatch(r"SW[0-9]+\.md", file.name)
    }
    return dict(sorted(found.items()))


def _folder() -> Traversable:
    from importlib.resources import files
    from pathlib import Path

    import setwright

    installed = files("setwright") / "findings"
    # In a clone the pages stand with the other documentation.
    return installed if installed.is_dir() else Path(setwright.__file__).parents[2] / "docs" / "findings"
