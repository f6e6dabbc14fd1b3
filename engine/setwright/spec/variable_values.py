"""The values of a project's variables, from the project file and from outside it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

from setwright.model.suggestions import did_you_mean
from setwright.spec import findings
from setwright.spec.one_mapping import entries_of, value_of
from setwright.spec.plain_values import Places, Values
from setwright.spec.shape_findings import described
from setwright.spec.variables import GivenValue, Variable, converted, suits

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from setwright.model.diagnostics import Diagnostic
    from setwright.spec.plain_values import Path
    from setwright.spec.project_models import EnvironmentFile, ProjectFile


def variable_values(
    project: ProjectFile,
    environment: EnvironmentFile | None,
    name: str | None,
    given: Sequence[GivenValue],
    broken: frozenset[Path],
    places: Places,
    tell: Callable[[Diagnostic], None],
) -> dict[str, Variable]:
    """The variables that `project` declares. Of several values the last in `given` counts, then the environment's.

    No value is held against a type that is among the `broken` paths, for nobody knows which one was meant.
    """
    declared = project.variables or {}
    untyped = {variable for variable in declared if ("variables", variable, "type") in broken}
    found: dict[str, Variable] = {}
    for variable, file in declared.items():
        type_ = file.type or "text"
        value = file.default
        if value is not None and variable not in untyped and not suits(value, type_):
            where = places.value(("variables", variable, "default"))
            tell(findings.VARIABLE_TYPE.at(where, _unsuited(variable, type_, value)))
            value = None
        found[variable] = Variable(type_, value, refused=value is None and file.default is not None)
    overlaid = [
        GivenValue(
            name=variable,
            value=value,
            origin=f"environments.{name}",
            where=places.key(("environments", name or "", "variables", variable)),
            text=False,
        )
        for variable, value in ((environment and environment.variables) or {}).items()
    ]
    for each in (*overlaid, *given):
        if each.name not in found:
            if not each.optional:
                tell(
                    findings.UNKNOWN_VARIABLE.at(
                        each.where,
                        f'{each.origin} gives a value to "{each.name[:60]}", and setwright.yaml declares no such '
                        "variable.",
                        did_you_mean(each.name, found)
                        or (f"it declares {', '.join(list(found)[:10])}" if found else None),
                    )
                )
            continue
        type_ = found[each.name].type
        value = converted(str(each.value), type_) if each.text else each.value
        if value is None or (each.name not in untyped and not suits(value, type_)):
            # The value of an environment variable may be a secret that was put there by mistake.
            shown = each.value if each.where is not None else None
            tell(
                findings.VARIABLE_TYPE.at(each.where, f"{each.origin}: " + _unsuited(each.name, type_, shown))
            )
            found[each.name] = replace(found[each.name], refused=True)
        else:
            found[each.name] = Variable(type_, cast("str | int | float | bool", value))
    return found


def read_variable_file(
    file: str, content: bytes, tell: Callable[[Diagnostic], None]
) -> tuple[GivenValue, ...]:
    """The values that a file for `--var-file`, a mapping of names to values, gives."""
    entries, _ = entries_of(file, content, tell)
    values = Values(None, tell)
    given = []
    for name, (key, node) in entries.items():
        value = value_of(values, key, node)
        where = key.source.ref(key.start, key.end)
        if isinstance(value, list | dict):
            tell(
                findings.VARIABLE_TYPE.at(
                    where, f'"{name[:60]}" is {described(value)}; a variable is text, a number or a flag.'
                )
            )
        elif value is not None:
            given.append(GivenValue(name=name, value=value, origin=file, where=where, text=False))
    return tuple(given)


def _unsuited(name: str, type_: str, value: object) -> str:
    wanted = {"text": "text", "number": "a number", "flag": "true or false"}[type_]
    given = "" if value is None else f", not {described(value)}"
    return f'"{name}" is {wanted}{given}.'
