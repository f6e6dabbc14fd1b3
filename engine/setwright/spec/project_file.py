"""`setwright.yaml`: what holds for all specs of a project, in the environment that was asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from setwright.model.suggestions import did_you_mean
from setwright.model.values import dataclass
from setwright.spec import findings
from setwright.spec.dataset_models import DatasetFields
from setwright.spec.lists import leads_out
from setwright.spec.one_mapping import entries_of, value_of
from setwright.spec.plain_values import Places, Values
from setwright.spec.project import RemoteSettings, StateSettings
from setwright.spec.project_models import EnvironmentFile, ProjectFile
from setwright.spec.remote_settings import remote_settings, state_settings
from setwright.spec.shape_findings import example_of
from setwright.spec.shapes import validated
from setwright.spec.variable_values import variable_values
from setwright.spec.variables import GivenValue, Variable, Variables
from setwright.spec.yaml_nodes import Mapping

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from setwright.model.diagnostics import Diagnostic, SourceRef
    from setwright.spec.check_models import ChecksFile
    from setwright.spec.plain_values import Entries, Path

PROJECT_FILE = "setwright.yaml"
DEFAULT_PATTERNS = ("specs/*.yaml",)

# Nothing of these refers to a variable: variables and what they are for have to be known first.
_FIXED = frozenset({"project", "specs", "variables"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectSettings:
    """The project file, resolved. `patterns` lead to the spec files, each with its place, if it was written.

    `defaults` are the fields for specs that do not write them, as they stand in the file. `checks` are what must hold
    of every dataset, and `places` says where they stand. `prefix` and `suffix` go around every dataset's name.
    `name` is the project's, with `@` and the environment's behind it where there is one.
    """

    name: str
    remote: RemoteSettings
    patterns: tuple[tuple[str, SourceRef | None], ...]
    defaults: Entries
    variables: dict[str, Variable]
    places: Places
    checks: ChecksFile | None = None
    state: StateSettings = StateSettings()
    prefix: str = ""
    suffix: str = ""


def read_project(
    file: str,
    content: bytes,
    *,
    folder: str,
    environment: str | None,
    given: Sequence[GivenValue],
    tell: Callable[[Diagnostic], None],
) -> ProjectSettings:
    """The settings that `content` holds, as far as they can be told; every mistake is told through `tell`.

    `folder` is the name of the project's folder, and the project's own unless it has one. Of several values in
    `given` for one variable the last counts; all of them count more than the project file.
    """
    entries, fallback = entries_of(file, content, tell)
    places = Places(entries, fallback)
    fixed = Values(None, tell)
    values = {
        name: value
        for name, (key, node) in entries.items()
        if name != "defaults"
        and (value := value_of(fixed if name in _FIXED else Values(None, _silence), key, node)) is not None
    }
    first, broken = validated(ProjectFile, values, places, _told_of(_FIXED, places, tell))
    chosen = _environment(first, environment, places, tell)
    variables = variable_values(first, chosen, environment, given, broken, places, tell)

    reader = Values(Variables(variables, tell), tell)
    resolved = {
        name: value_of(reader, key, node)
        for name, (key, node) in entries.items()
        if name not in _FIXED and name != "defaults"
    }
    model, broken = validated(
        ProjectFile, {name: value for name, value in resolved.items() if value is not None}, places, tell
    )
    chosen = (model.environments or {}).get(environment or "")
    remote = remote_settings(model, chosen, environment, broken, places, tell)
    names = None if chosen is None else chosen.names
    return ProjectSettings(
        # Each environment has a state of its own: its datasets are other ones, be they on the same remote.
        name=(first.project or folder) + (f"@{environment}" if environment else ""),
        remote=remote,
        patterns=_patterns(first, places, tell),
        defaults=_defaults(entries, variables, tell),
        variables=variables,
        places=places,
        checks=model.checks,
        state=state_settings(model, remote, places, tell),
        prefix=(names and names.prefix) or "",
        suffix=(names and names.suffix) or "",
    )


def _silence(finding: Diagnostic) -> None:
    """For a first reading, whose findings the second one tells."""


def _told_of(
    names: frozenset[str], places: Places, tell: Callable[[Diagnostic], None]
) -> Callable[[Diagnostic], None]:
    """`tell` for findings within the fields `names` only."""
    spans = [places.entry((name,)) for name in names if name in places.entries]

    def only(finding: Diagnostic) -> None:
        where = finding.source
        if where is not None and any(
            (span.line, span.column) <= (where.line, where.column) <= (span.end_line, span.end_column)
            for span in spans
        ):
            tell(finding)

    return only


def _environment(
    project: ProjectFile, name: str | None, places: Places, tell: Callable[[Diagnostic], None]
) -> EnvironmentFile | None:
    if name is None:
        return None
    known = project.environments or {}
    if name not in known and ("environments", name) not in _written(places):
        tell(
            findings.UNKNOWN_ENVIRONMENT.at(
                places.key(("environments",)) if "environments" in places.entries else None,
                f'{PROJECT_FILE} has no environment "{name[:60]}".'
                + (f" It has {', '.join(known)}." if known else ""),
                did_you_mean(name, known),
            )
        )
    return known.get(name)


def _written(places: Places) -> set[tuple[str, str]]:
    """The environments that stand in the file, also those with mistakes in them."""
    node = places.node(("environments",))
    return {("environments", name) for name in node.entries} if isinstance(node, Mapping) else set()


def _patterns(
    project: ProjectFile, places: Places, tell: Callable[[Diagnostic], None]
) -> tuple[tuple[str, SourceRef | None], ...]:
    if project.specs is None:
        return tuple((pattern, None) for pattern in DEFAULT_PATTERNS)
    kept: list[tuple[str, SourceRef | None]] = []
    seen: dict[str, int] = {}
    for number, pattern in enumerate(project.specs):
        where = places.value(("specs", number))
        if leads_out(pattern):
            tell(
                findings.OUTSIDE_PROJECT.at(
                    where,
                    f'"{pattern}" leads out of the project\'s folder, or would elsewhere.',
                    "write a path from the project's folder, with / between, as in specs/*.yaml",
                )
            )
        elif pattern in seen:
            first = places.value(("specs", seen[pattern]))
            tell(
                findings.NAMED_TWICE.at(
                    where,
                    f'The pattern "{pattern}" stands at line {first.line}, column {first.column} already.',
                    "keep one of them",
                )
            )
        else:
            seen[pattern] = number
            kept.append((pattern, where))
    return tuple(kept)


def _defaults(
    entries: Entries, variables: dict[str, Variable], tell: Callable[[Diagnostic], None]
) -> Entries:
    if "defaults" not in entries:
        return {}
    key, node = entries["defaults"]
    where = key.source.ref(key.start, key.end)
    if not isinstance(node, Mapping):
        tell(findings.WRONG_TYPE.at(where, "`defaults` takes a mapping of fields to values."))
        return {}
    # Read as a spec reads them, so that a mistake is told in the same words here and there, and shown once.
    check_fields(DatasetFields, node.entries, where, Variables(variables, tell), tell)
    return {name: entry for name, entry in node.entries.items() if name in DatasetFields.model_fields}


def check_fields(
    model: type[DatasetFields],
    entries: Entries,
    fallback: SourceRef,
    variables: Variables,
    tell: Callable[[Diagnostic], None],
) -> tuple[DatasetFields, Places, frozenset[Path]]:
    """The fields `entries` as a `model`, where they stand, and the paths that had to be left out."""
    reader = Values(variables, tell)
    places = Places(entries, fallback)
    values = {}
    for name, (key, node) in entries.items():
        reader.check_key(key)
        # `flip: {horizontal}` is a flag without a value to YAML.
        value = reader.of(node, nulls=name == "augmentations")
        if value is None:
            reader.no_value(key, example_of(model, name) if name in model.REQUIRED else None)
        else:
            values[name] = value
    fields, broken = validated(model, values, places, tell)
    return fields, places, broken
