"""Values against a file model: what fits, and what had to be left out because it does not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import ValidationError

from setwright.spec import findings
from setwright.spec.findings import MAX_FINDINGS
from setwright.spec.part import SHAPES, Part
from setwright.spec.shape_findings import example_of, finding_of, meant_by

if TYPE_CHECKING:
    from collections.abc import Callable

    from setwright.model.diagnostics import Diagnostic
    from setwright.spec.plain_values import Path, Places

M = TypeVar("M", bound=Part)


def validated(
    model: type[M], values: dict[str, Any], places: Places, tell: Callable[[Diagnostic], None]
) -> tuple[M, frozenset[Path]]:
    """`values` as a `model`, and the paths of what had to be left out because it does not fit.

    Whatever does fit is in the model, so that it can be checked for more.
    """
    broken: set[Path] = set()
    missing = [name for name in model.REQUIRED if name not in values and name not in places.entries]
    if missing:
        known = model.in_order()
        unknown = [name for name in values if name not in known][
            :MAX_FINDINGS
        ]  # to look for names takes time
        meant = {meant_by(name, known)[1] for name in unknown}
        for name in (name for name in missing if name not in meant):
            tell(
                findings.MISSING_FIELD.at(
                    places.fallback, f"Every {model.CALLED} needs `{name}`.", example_of(model, name)
                )
            )
    try:
        return model.model_validate(values), frozenset(broken)
    except ValidationError as error:
        errors = error.errors(include_url=False)
    rest = _copied(values)
    for number, each in enumerate(errors):
        path = tuple(step for step in each["loc"] if step not in SHAPES)
        if number <= MAX_FINDINGS:  # to look for similar names takes time
            tell(finding_of(model, each, path, places))
        kept = path[:-1] if each["type"] == "missing" or path[-1:] == ("[key]",) else path
        broken.add(_drop(rest, kept))
    try:
        return model.model_validate(rest), frozenset(broken)
    except ValidationError as error:
        # What is left after a mistake may be wrong for that alone: an emptied list, say.
        for each in error.errors(include_url=False):
            broken.add(each["loc"][:1])
            rest.pop(str(each["loc"][0]), None)
        return model.model_validate(rest), frozenset(broken)


def _copied(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copied(each) if isinstance(each, dict) else each for key, each in value.items()}
    return value


def _drop(values: dict[str, Any], path: Path) -> Path:
    """Take what is at `path`, or the list around it, out of `values`; its path."""
    here = values
    for depth, step in enumerate(path):
        below = here.get(step) if isinstance(step, str) else None
        if depth + 1 < len(path) and isinstance(below, dict):
            here = below
        else:
            here.pop(str(step), None)
            return path[: depth + 1]
    return path
