"""`${var.NAME}` in the values of specs: the only thing that a spec can refer to.

Nothing else of the environment can be named, so that a spec from a stranger cannot make a plan print a secret. What
a variable stands for is not read again: a value that looks like a reference stays text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, TypeAlias

from setwright.model.suggestions import did_you_mean
from setwright.model.values import dataclass
from setwright.spec import findings
from setwright.spec.shortening import short

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from setwright.model.diagnostics import Diagnostic, SourceRef
    from setwright.spec.yaml_nodes import Scalar
    from setwright.spec.yaml_scalars import Value

VariableType: TypeAlias = Literal["text", "number", "flag"]

_REFERENCE = re.compile(r"\$\$\{|\$\{([^}\n]*)(\}?)")
_NAMED = re.compile(r"var\.([a-z][a-z0-9_]*)")
_NUMBER = re.compile(r"[-+]?[0-9]{1,18}")
_DECIMAL = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]{1,3})?")


@dataclass(frozen=True, slots=True)
class Variable:
    """A declared variable. `value` is None where none was given, which matters only where it is used.

    `refused` says that one was given, which is not of the type.
    """

    type: VariableType
    value: str | int | float | bool | None
    refused: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenValue:
    """A variable's value from outside the project file, with `origin` to name it by, for example `--var`.

    `text` says that `value` was text to begin with, so that it has to be read as the variable's type.
    `optional`: it may be meant for another project, so that it is no mistake if no such variable is declared.
    """

    name: str
    value: object
    origin: str
    where: SourceRef | None = None
    text: bool = True
    optional: bool = False


class Variables:
    """The declared variables; tells findings through `tell`."""

    def __init__(self, variables: Mapping[str, Variable], tell: Callable[[Diagnostic], None]) -> None:
        self._variables = variables
        self._tell = tell

    def resolve(self, scalar: Scalar) -> Value:
        """What `scalar`, a text with `${` in it, stands for; the text as it is where a reference is wrong.

        A scalar that is one reference and nothing else takes the variable's value with its type. Within other text
        the value is put in as text. `$${` stands for `${` itself.
        """
        text = scalar.text
        whole = _REFERENCE.fullmatch(text)
        if whole is not None and whole[0] != "$${":
            return self._value(whole, scalar)
        return _REFERENCE.sub(
            lambda match: "${" if match[0] == "$${" else _as_text(self._value(match, scalar)), text
        )

    def _value(self, match: re.Match[str], scalar: Scalar) -> Value:
        place = _place(scalar, match)
        named = _NAMED.fullmatch(match[1])
        if named is None or not match[2]:
            self._tell(
                findings.BAD_REFERENCE.at(
                    place,
                    f"{short(match[0])} is no variable of the project. A spec can refer to nothing else, so that "
                    "no spec can read the environment of whoever plans it.",
                    "write ${var.NAME}, and declare NAME under `variables:` in setwright.yaml; "
                    "$${ stands for the signs themselves",
                )
            )
            return match[0]
        name = named[1]
        if name not in self._variables:
            self._tell(
                findings.UNKNOWN_VARIABLE.at(
                    place,
                    f'setwright.yaml declares no variable "{short(name)}".',
                    did_you_mean(name, self._variables)
                    or f"declare it there: `variables: {{{short(name)}: {{default: …}}}}`",
                )
            )
            return match[0]
        value = self._variables[name].value
        if value is None:
            self._tell(
                findings.NO_VARIABLE_VALUE.at(
                    place,
                    f'"{name}" has no default, and no value was given.',
                    f"add `--var {name}=…`, or set SETWRIGHT_VAR_{name}",
                    follows=self._variables[name].refused,
                )
            )
            return match[0]
        return value


def converted(text: str, type_: VariableType) -> str | int | float | bool | None:
    """The value of `type_` that `text`, from a command line or the environment, spells; None where it spells none."""
    match type_:
        case "text":
            return text
        case "flag":
            return {"true": True, "false": False}.get(text)
        case "number":
            if _NUMBER.fullmatch(text):
                return int(text)
            if len(text) <= 40 and _DECIMAL.fullmatch(text) and abs(number := float(text)) != float("inf"):
                return number + 0.0
            return None


def suits(value: object, type_: VariableType) -> bool:
    """Whether `value`, as read from YAML, is of `type_`."""
    match type_:
        case "text":
            return isinstance(value, str)
        case "flag":
            return isinstance(value, bool)
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool)


def _as_text(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _place(scalar: Scalar, match: re.Match[str]) -> SourceRef:
    """Where the reference stands in the file; the whole value where escapes or line breaks hide it."""
    found = scalar.source.text.find(match[0], scalar.start, scalar.end)
    if found < 0:
        return scalar.source.ref(scalar.start, scalar.end)
    return scalar.source.ref(found, found + len(match[0]))
