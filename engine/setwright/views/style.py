"""How a role looks: the one place that knows of colours."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

import click

from setwright.model.diagnostics import Severity

Role: TypeAlias = Literal[
    "error", "warning", "note", "hint", "added", "removed", "changed", "moved", "strong", "faint"
]
"""What a piece of text is to its reader. Colour never tells alone: each role has a word or a sign beside it."""

_LOOKS: dict[Role, dict[str, Any]] = {
    "error": {"fg": "red", "bold": True},
    "warning": {"fg": "yellow", "bold": True},
    "note": {"fg": "blue", "bold": True},
    "hint": {"fg": "cyan", "bold": True},
    "added": {"fg": "green"},
    "removed": {"fg": "red"},
    "changed": {"fg": "yellow"},
    "moved": {"fg": "cyan"},
    "strong": {"bold": True},
    "faint": {"dim": True},
}

SEVERITIES: dict[Severity, Role] = {
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.NOTE: "note",
}
"""The role of a finding."""


def paint(text: str, role: Role, *, color: bool) -> str:
    """`text` as its role looks; as it is without colour, and where there is nothing to paint."""
    return click.style(text, **_LOOKS[role]) if color and text else text
