"""Checks back into the field `checks`: what `checks.decode_checks` would read as the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, assert_never

from setwright.model.checks import (
    FewestAnnotations,
    FewestFrames,
    FixedClassIds,
    Forbidden,
    FrozenSplit,
    LargestShare,
    MostBytes,
    MostEntering,
    MostLeaving,
    NoLeakage,
    RequiredMetadata,
    RequiredTag,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from setwright.model.checks import Check, Level
    from setwright.model.splits import Split


def encode_checks(checks: Iterable[Check]) -> dict[str, Any]:
    """The field `checks` that means `checks`, in one form for equal ones; empty for none."""
    kept = tuple(checks)
    fields = _of_level(kept, "error")
    if warned := _of_level(kept, "warning"):
        fields["warn"] = warned
    return fields


def _of_level(checks: tuple[Check, ...], level: Level) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for check in checks:
        if check.level == level:
            _add(check, fields)
    return fields


def _add(check: Check, fields: dict[str, Any]) -> None:
    match check:
        case FewestFrames():
            fields.setdefault(check.kind, {})[_part(check.split)] = check.at_least
        case FewestAnnotations():
            fields.setdefault(check.kind, {})[_part(check.split)] = dict(check.at_least)
        case LargestShare():
            fields[check.kind] = _number(check.percent)
        case MostBytes():
            fields[check.kind] = check.bytes
        case MostEntering() | MostLeaving():
            limits = fields.setdefault(check.kind, {})
            if check.frames is not None:
                limits["frames"] = check.frames
            if check.percent is not None:
                limits["percent"] = _number(check.percent)
        case NoLeakage() | FixedClassIds():
            fields[check.kind] = True
        case FrozenSplit():
            fields.setdefault(check.kind, []).append(check.split.value)
        case RequiredTag():
            fields.setdefault(check.kind, []).append(check.tag)
        case RequiredMetadata():
            fields.setdefault(check.kind, {})[check.field] = list(check.values)
        case Forbidden():
            fields[check.kind] = list(check.frames)
        case _:
            assert_never(check)


def _part(split: Split | None) -> str:
    return "total" if split is None else split.value


def _number(number: float) -> int | float:
    return int(number) if number.is_integer() else number
