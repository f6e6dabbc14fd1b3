"""Tables, folded parts and places, which all parts of the page share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from setwright.views.markup import Child, Markup, tag

if TYPE_CHECKING:
    from collections.abc import Sequence

    from setwright.plan.document import Place


def table(heads: Sequence[str], rows: Sequence[Sequence[Child]], *, class_: str | None = None) -> Markup:
    """A table that scrolls by itself where it is wider than the page.

    On a phone's width each row is a paragraph: one of `words` as it reads, any other with the heads between.
    """
    return tag(
        "div",
        tag(
            "table",
            tag("thead", tag("tr", *(tag("th", head, scope="col") for head in heads))),
            tag(
                "tbody",
                *(
                    tag(
                        "tr",
                        *(
                            tag("td", cell, data_head=None if class_ else head or None)
                            for head, cell in zip(heads, row, strict=True)
                        ),
                    )
                    for row in rows
                ),
            ),
        ),
        class_=f"table {class_ or 'numbers'}",
        tabindex="0",
        role="region",
        aria_label=heads[0],
    )


def folded(summary: str, *children: Child, open_: bool = False) -> Markup:
    """A part that is opened on request."""
    return tag("details", tag("summary", summary), *children, open=open_)


def placed(place: Place | None) -> Markup | None:
    """Where a spec says something."""
    if place is None:
        return None
    last = "" if place.end_line is None or place.end_line == place.line else f"-{place.end_line}"
    columns = (
        f"columns {place.column} to {place.end_column}" if place.end_column else f"column {place.column}"
    )
    return tag("code", f"{place.file}:{place.line}{last}", title=columns, class_="place")
