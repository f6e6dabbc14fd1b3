"""`setwright.yaml`: what holds for all specs of a project, in the environment that was asked for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

from setwright.model.suggestions import did_you_mean
from setwright.spec import findings
from setwright.spec.file_models import DatasetFields, EnvironmentFile, ProjectFile, RemoteFile
from setwright.spec.lists import leads_out
from setwright.spec.plain_values import Places, Values
from setwright.spec.project import DEFAULT_LAKE, DEFAULT_STATE, RemoteSettings, StateSettings
from setwright.spec.shapes import described, validated
from setwright.spec.source_text import CREDENTIALS, decode_text
from setwright.spec.variables import GivenValue, Variable, Variables, converted, suits
from setwright.spec.yaml_nodes import Mapping, parse_documents

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
    entries, fallback = _entries(file, content, tell)
    places = Places(entries, fallback)
    fixed = Values(None, tell)
    values = {
        name: value
        for name, (key, node) in entries.items()
        if name != "defaults"
        and (value := _value(fixed if name in _FIXED else Values(None, _silence), key, node)) is not None
    }
    first, broken = validated(ProjectFile, values, places, _told_of(_FIXED, places, tell))
    chosen = _environment(first, environment, places, tell)
    variables = _variables(first, chosen, environment, given, places, tell)

    reader = Values(Variables(variables, tell), tell)
    resolved = {
        name: _value(reader, key, node)
        for name, (key, node) in entries.items()
        if name not in _FIXED and name != "defaults"
    }
    model, broken = validated(
        ProjectFile, {name: value for name, value in resolved.items() if value is not None}, places, tell
    )
    chosen = (model.environments or {}).get(environment or "")
    remote = _remote(model, chosen, environment, broken, places, tell)
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
        state=_state(model, remote, places, tell),
        prefix=(names and names.prefix) or "",
        suffix=(names and names.suffix) or "",
    )


def read_variable_file(
    file: str, content: bytes, tell: Callable[[Diagnostic], None]
) -> tuple[GivenValue, ...]:
    """The values that a file for `--var-file`, a mapping of names to values, gives."""
    entries, _ = _entries(file, content, tell)
    values = Values(None, tell)
    given = []
    for name, (key, node) in entries.items():
        value = _value(values, key, node)
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


def _entries(file: str, content: bytes, tell: Callable[[Diagnostic], None]) -> tuple[Entries, SourceRef]:
    """The one mapping that the file holds, empty where it holds none."""
    source, found = decode_text(file, content)
    for finding in found:
        tell(finding)
    if source is None:
        return {}, found[0].source  # type: ignore[return-value]
    documents, found = parse_documents(source)
    for finding in found:
        tell(finding)
    start = source.ref(0, 0)
    if not documents:
        return {}, start
    root = documents[0]
    if len(documents) > 1:
        other = documents[1]
        tell(
            findings.NOT_A_SPEC.at(
                source.ref(other.start, other.start + 1),
                f"{file} holds one document, and this is the second.",
                "delete the line with ---",
            )
        )
    if not isinstance(root, Mapping):
        tell(findings.NOT_A_SPEC.at(source.ref(root.start, root.end), f"{file} holds keys with values."))
        return {}, start
    return root.entries, start


def _value(reader: Values, key: Any, node: Any) -> Any:
    reader.check_key(key)
    value = reader.of(node)
    if value is None:
        reader.no_value(key.source.ref(key.start, key.end), f'"{key.text[:60]}"')
    return value


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


def _variables(
    project: ProjectFile,
    environment: EnvironmentFile | None,
    name: str | None,
    given: Sequence[GivenValue],
    places: Places,
    tell: Callable[[Diagnostic], None],
) -> dict[str, Variable]:
    declared = project.variables or {}
    found: dict[str, Variable] = {}
    for variable, file in declared.items():
        type_ = file.type or "text"
        value = file.default
        if value is not None and not suits(value, type_):
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
                        f'{each.origin} gives a value to "{each.name[:60]}", and {PROJECT_FILE} declares no such '
                        "variable.",
                        did_you_mean(each.name, found)
                        or (f"it declares {', '.join(list(found)[:10])}" if found else None),
                    )
                )
            continue
        type_ = found[each.name].type
        value = converted(str(each.value), type_) if each.text else each.value
        if value is None or not suits(value, type_):
            # The value of an environment variable may be a secret that was put there by mistake.
            shown = each.value if each.where is not None else None
            tell(
                findings.VARIABLE_TYPE.at(each.where, f"{each.origin}: " + _unsuited(each.name, type_, shown))
            )
            found[each.name] = replace(found[each.name], refused=True)
        else:
            found[each.name] = Variable(type_, cast("str | int | float | bool", value))
    return found


def _unsuited(name: str, type_: str, value: object) -> str:
    wanted = {"text": "text", "number": "a number", "flag": "true or false"}[type_]
    given = "" if value is None else f", not {described(value)}"
    return f'"{name}" is {wanted}{given}.'


def _remote(
    project: ProjectFile,
    environment: EnvironmentFile | None,
    name: str | None,
    broken: frozenset[Path],
    places: Places,
    tell: Callable[[Diagnostic], None],
) -> RemoteSettings:
    settings = RemoteSettings(path=DEFAULT_LAKE)
    checked: list[tuple[Path, RemoteFile]] = []
    if project.remote is not None:
        checked.append((("remote",), project.remote))
    for other, each in (project.environments or {}).items():
        if each.remote is not None:
            checked.append((("environments", other, "remote"), each.remote))
    for path, remote in checked:
        told = _one_remote(remote, path, broken, places, tell)
        if path == ("remote",) or (environment is not None and path[1:2] == (name,)):
            settings = told
    return settings


def _one_remote(
    remote: RemoteFile,
    path: Path,
    broken: frozenset[Path],
    places: Places,
    tell: Callable[[Diagnostic], None],
) -> RemoteSettings:
    kind = remote.kind or "lake"
    problem = hint = None
    if kind == "layernext" and remote.url is None:
        problem, hint = "LayerNext is reached by its address.", "add `url: https://…`"
    elif kind == "layernext" and remote.path is not None:
        problem, hint = "LayerNext is reached by its address alone, not by a path.", "delete `path`"
    elif remote.path is not None and remote.url is not None:
        problem = "A lake is a folder of this machine, by `path`, or served elsewhere, by `url`."
        hint = "keep one of the two"
    elif kind == "lake" and remote.pin is not None:
        problem = "A lake is given what was planned in any case; `pin` is for LayerNext."
        hint = "delete `pin`"
    if problem is not None and not any(each[: len(path)] == path for each in broken):
        tell(findings.UNCLEAR_REMOTE.at(places.key(path), problem, hint))
    if remote.url is not None and CREDENTIALS.search(remote.url):
        tell(
            findings.CREDENTIALS.at(
                places.value((*path, "url")),
                f"`{'.'.join(map(str, path))}.url` in {PROJECT_FILE} holds a user or a password, which everybody "
                "with the repository can read.",
                "take it out of the address, give it in the environment, and change the password",
            )
        )
    if kind == "lake" and remote.url is None:
        return RemoteSettings(path=remote.path or DEFAULT_LAKE)
    return RemoteSettings(kind=kind, url=remote.url, pin_ids=remote.pin is not None)


def _state(
    project: ProjectFile, remote: RemoteSettings, places: Places, tell: Callable[[Diagnostic], None]
) -> StateSettings:
    wanted, path = (None, None) if project.state is None else (project.state.kind, project.state.path)
    # LayerNext has no place for it.
    kind = wanted or ("folder" if path is not None or remote.kind == "layernext" else "lake")
    if kind == "folder":
        return StateSettings(kind="folder", path=path or DEFAULT_STATE)
    if remote.kind == "layernext":
        problem, hint = "LayerNext keeps no state.", f"write `state: {{kind: folder, path: {DEFAULT_STATE}}}`"
    elif path is not None:
        problem, hint = (
            "The lake keeps the state itself, so there is no path to it.",
            "delete `path`, or `kind: lake`",
        )
    else:
        return StateSettings()
    tell(findings.UNCLEAR_STATE.at(places.key(("state",)), problem, hint))
    return StateSettings()


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
            reader.no_value(key.source.ref(key.start, key.end), f'"{name[:60]}"')
        else:
            values[name] = value
    fields, broken = validated(model, values, places, tell)
    return fields, places, broken
