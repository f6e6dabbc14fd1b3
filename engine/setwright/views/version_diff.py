"""What differs between two versions, as text, as JSON, and as a page with pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from setwright.plan.document import plain
from setwright.views import plan_words as words
from setwright.views.escape import terminal
from setwright.views.markup import tag
from setwright.views.plan_dataset_text import body
from setwright.views.plan_page.datasets import parts, severity
from setwright.views.plan_page.page import whole
from setwright.views.version_document import version_document

if TYPE_CHECKING:
    from collections.abc import Iterator

    from setwright.model.versions import Version
    from setwright.plan.document import DatasetChange

JSON_FORMAT_VERSION = "1.0"


def as_text(change: DatasetChange, names: tuple[str, str], *, color: bool) -> str:
    """The lines for a terminal; `names` are what the two versions are called."""
    lines = [" -> ".join(map(terminal, names))]
    if same(change):
        return "\n".join([*lines, "They hold the same, and are set up alike."])
    if said := meaning(change):
        lines.append(f"{change.severity}: {said}")
    return "\n".join([*lines, *(f"  {line}" for line in body(change, color, "diff"))])


def as_document(change: DatasetChange, before: Version, after: Version) -> dict[str, Any]:
    """The public form: both versions, and the change as a plan's document tells it."""
    return {
        "format_version": JSON_FORMAT_VERSION,
        "before": version_document(before),
        "after": version_document(after),
        "same": same(change),
        "change": plain(change),
    }


def as_page(change: DatasetChange, names: tuple[str, str], versions: tuple[Version, Version]) -> str:
    """One file of HTML that fetches and runs nothing."""
    title = " → ".join(names)
    return whole(title, _page(change, title, versions))


def _page(change: DatasetChange, title: str, versions: tuple[Version, Version]) -> Iterator[Any]:
    said = meaning(change)
    yield tag(
        "header",
        tag("p", "setwright diff", class_="brand"),
        tag("h1", title),
        tag("p", "They hold the same, and are set up alike.", class_="summary") if same(change) else None,
        tag("p", severity(change), f" {said[0].upper()}{said[1:]}.", class_="summary") if said else None,
        *(tag("p", _told(version), class_="faint") for version in versions),
    )
    if not same(change):
        yield tag("section", *parts(change, written=False), class_="dataset new-version")


def _told(version: Version) -> str:
    return (
        f"{version.dataset} {version.number}: made {version.created_at:%Y-%m-%d %H:%M} UTC by {version.author} "
        f"of revision {version.revision:,}, {version.manifest_digest}"
    )


def same(change: DatasetChange) -> bool:
    """Whether the two versions have one content, and one configuration."""
    version = change.version
    return version is not None and version.manifest_before == version.manifest_after and not change.fields


def meaning(change: DatasetChange) -> str | None:
    """What the difference means for those who train."""
    return None if same(change) else words.meaning(change) or None
