"""In what two plans differ, for who has approved the one and now sees the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from setwright.views import escape
from setwright.views import plan_words as words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from setwright.plan.document import DatasetChange, PlanDocument

_ABSENT = "not in the plan"


def render(before: PlanDocument, after: PlanDocument) -> str:
    """A block for each dataset of which the two plans say other things; empty where they would do the same."""
    old = {change.address: change for change in before.changes}
    new = {change.address: change for change in after.changes}
    lines = [
        line
        for address in sorted({*old, *new})
        for line in _dataset(address, old.get(address), new.get(address))
    ]
    return "".join(f"{escape.terminal(line)}\n" for line in lines)


def _identity(change: DatasetChange | None) -> tuple[object, ...]:
    """What the digest of a plan is made of."""
    if change is None:
        return ()
    version = change.version
    if change.actions in (("no-op",), ("forget",)) or version is None:
        return (change.actions, change.follows)
    return (
        change.actions,
        change.previous_address,
        change.config_digest,
        version.manifest_after,
        version.id_before,
    )


def _dataset(address: str, before: DatasetChange | None, after: DatasetChange | None) -> Iterator[str]:
    if _identity(before) == _identity(after):
        return
    yield f"  {address}"
    yield f"    approved  {_told(before)}"
    yield f"    now       {_told(after)}"
    if before is None or after is None:
        return
    old, new = dict(_fields(before.config or {})), dict(_fields(after.config or {}))
    for field in sorted({*old, *new}):
        if old.get(field) != new.get(field):
            were, are = words.sides(old.get(field), new.get(field), field)
            yield f"      {field}  {were} -> {are}"
    if before.version is not None and after.version is not None:
        if before.version.id_before != after.version.id_before:
            yield f"      follows {before.version.before or 'nothing'} -> {after.version.before or 'nothing'}"
        if before.version.manifest_after != after.version.manifest_after and old == new:
            yield "      the content is another, for the lake or the current version is"


def _fields(config: Mapping[str, Any], within: str = "") -> Iterator[tuple[str, Any]]:
    """The fields of a configuration by dotted path; a source, or anything else that has a kind, is one."""
    for name, value in config.items():
        if isinstance(value, dict) and "kind" not in value and value:
            yield from _fields(value, f"{within}{name}.")
        else:
            yield f"{within}{name}", value


def _told(change: DatasetChange | None) -> str:
    if change is None:
        return _ABSENT
    frames = change.frames
    if change.actions == ("no-op",) or frames is None:
        return "stays as it is" if change.actions == ("no-op",) else words.headline(change)
    severity = f" ({change.severity})" if change.severity else ""
    return (
        f"{words.headline(change)}{severity}; +{frames.entering.count:,} -{frames.leaving.count:,} frames, "
        f"{frames.after:,} after"
    )
