"""HTML and SVG made of values: whatever is not markup already is text, so nobody can forget to escape it."""

from __future__ import annotations

from typing import TypeAlias

from setwright.views import escape

_VOID = {"br", "hr", "img", "link", "meta"}


class Markup(str):
    """Text that is markup already."""

    __slots__ = ()


Child: TypeAlias = str | int | None
"""Markup, or text to be escaped; None is nothing."""


def tag(name: str, /, *children: Child, **attributes: str | float | bool | None) -> Markup:
    """The element `name` around its children.

    An attribute's name may end in `_` (`class_`), and an inner `_` stands for `-` (`aria_label`). None and False leave
    an attribute out, True gives it no value.
    """
    head = name + "".join(
        f" {_name(key)}" if value is True else f' {_name(key)}="{escape.html(_number(value))}"'
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    return Markup(f"<{head}>" if name in _VOID else f"<{head}>{joined(*children)}</{name}>")


def joined(*children: Child) -> Markup:
    """The children after each other."""
    return Markup("".join(_escaped(child) for child in children if child is not None))


def _escaped(child: str | int) -> str:
    return child if isinstance(child, Markup) else escape.html(str(child))


def _name(key: str) -> str:
    return key.rstrip("_").replace("_", "-")


def _number(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:g}"
