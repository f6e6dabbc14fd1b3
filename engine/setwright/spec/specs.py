"""Spec files to drafts: one for each dataset that has an address, with or without mistakes."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from setwright.spec import findings
from setwright.spec.dataset_models import DatasetFile
from setwright.spec.decode import decode
from setwright.spec.draft import Draft
from setwright.spec.field_places import FieldPlaces
from setwright.spec.findings import MAX_FINDINGS
from setwright.spec.project import Spec
from setwright.spec.project_file import check_fields
from setwright.spec.source_text import decode_text
from setwright.spec.variables import Variables
from setwright.spec.yaml_nodes import Mapping as MappingNode
from setwright.spec.yaml_nodes import Scalar, Sequence, parse_documents, too_many
from setwright.spec.yaml_syntax import colon_hint

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from setwright.model.checks import Check
    from setwright.model.diagnostics import Diagnostic, SourceRef
    from setwright.spec.check_models import ChecksFile
    from setwright.spec.decode import Surroundings
    from setwright.spec.plain_values import Places
    from setwright.spec.project_file import ProjectSettings
    from setwright.spec.source_text import SourceText
    from setwright.spec.yaml_nodes import Node


def read_specs(
    file: str,
    content: bytes,
    settings: ProjectSettings,
    surroundings: Surroundings,
    tell: Callable[[Diagnostic], None],
) -> list[Draft]:
    """The datasets of one file, in its order. Every mistake is told, up to `MAX_FINDINGS` in this file."""
    source, found = decode_text(file, content)
    limited = _Limited(source, tell)
    for finding in found:
        limited(finding)
    if source is None:
        return []
    documents, found = parse_documents(source)
    for finding in found:
        limited(finding)
    if not documents and not found:
        limited(
            findings.EMPTY_FILE.at(
                source.ref(0, 0),
                "It holds no dataset.",
                "a spec begins with its address: `dataset: balloons`",
            )
        )
    drafts = []
    for root in documents:
        if limited.full:
            break
        draft = _draft(root, settings, surroundings, limited)
        if draft is not None:
            drafts.append(draft)
    return drafts


def check_defaults(
    settings: ProjectSettings, surroundings: Surroundings, tell: Callable[[Diagnostic], None]
) -> None:
    """Tell what the project's checks and defaults mean wrongly, whether a spec takes them or not."""
    if settings.checks is not None:
        _checks(settings.checks, settings.places, None, surroundings, tell)
    if not settings.defaults:
        return
    key, _ = next(iter(settings.defaults.values()))
    place = key.source.ref(key.start, key.end)
    # Their shapes were told of when the project file was read.
    fields, places, broken = check_fields(
        DatasetFile, settings.defaults, place, Variables(settings.variables, _silence), _silence
    )
    decode(cast("DatasetFile", fields), places, broken, surroundings, tell)
    if fields.checks is not None:
        _checks(fields.checks, places, None, surroundings, tell)


def _silence(finding: Diagnostic) -> None:
    """For findings that were told already."""


class _Limited:
    """Tells findings until there are too many of them."""

    def __init__(self, source: SourceText | None, tell: Callable[[Diagnostic], None]) -> None:
        self._source = source
        self._tell = tell
        self._told = 0

    @property
    def full(self) -> bool:
        return self._told > MAX_FINDINGS

    def __call__(self, finding: Diagnostic) -> None:
        self._told += 1
        if self._told <= MAX_FINDINGS:
            self._tell(finding)
        elif self._told == MAX_FINDINGS + 1 and self._source is not None:
            self._tell(too_many(self._source, finding))


def _draft(
    root: Node, settings: ProjectSettings, surroundings: Surroundings, tell: Callable[[Diagnostic], None]
) -> Draft | None:
    if not isinstance(root, MappingNode):
        tell(
            findings.NOT_A_SPEC.at(
                root.source.ref(root.start, root.end),
                "A spec is made of keys with values.",
                "take away the dashes; specs in one file have a line `---` between them"
                if isinstance(root, Sequence) and root.items and isinstance(root.items[0], MappingNode)
                else (isinstance(root, Scalar) and colon_hint(root.text)) or "begin with `dataset: balloons`",
            )
        )
        return None
    own = root.entries
    if not own:
        fallback = root.source.ref(root.start, root.end)
    else:
        key, _ = own.get("dataset") or next(iter(own.values()))
        fallback = root.source.ref(key.start, key.end)
    entries = {**settings.defaults, **own} if settings.defaults else own
    fields, places, broken = check_fields(
        DatasetFile, entries, fallback, Variables(settings.variables, tell), tell
    )
    spec = cast("DatasetFile", fields)
    _check_addresses(places, tell)
    config = decode(spec, places, broken, surroundings, tell)
    classes = None if config is None else config.classes
    checks = {} if spec.checks is None else _checks(spec.checks, places, classes, surroundings, tell)
    if spec.dataset is None:
        return None
    where = places.entry(("dataset",))
    places_of_fields = FieldPlaces(places.entries)
    made = (
        None
        if config is None
        else Spec(
            address=spec.dataset,
            config=config,
            where=where,
            fields=places_of_fields,
            previously=spec.previously,
            checks=checks,
            project_checks={}
            if settings.checks is None
            else _checks(settings.checks, settings.places, classes, surroundings, _silence, of_project=True),
        )
    )
    return Draft(
        address=spec.dataset,
        name=None if config is None else config.name,
        where=where,
        fields=places_of_fields,
        datasets=tuple((spec.source.datasets if spec.source is not None else None) or ()),
        previously=spec.previously,
        spec=lambda: made,
    )


def _checks(
    wanted: ChecksFile,
    places: Places,
    classes: tuple[str, ...] | None,
    surroundings: Surroundings,
    tell: Callable[[Diagnostic], None],
    *,
    of_project: bool = False,
) -> Mapping[Check, SourceRef]:
    from setwright.spec.checks import decode_checks  # most specs have none

    return decode_checks(
        wanted, ("checks",), places, classes, surroundings.lists, tell, of_project=of_project
    )


def _check_addresses(places: Places, tell: Callable[[Diagnostic], None]) -> None:
    """Tell of addresses that would depend on variables."""
    for path in (("dataset",), ("previously",), ("source", "datasets")):
        node = places.node(path)
        for each in node.items if isinstance(node, Sequence) else [node]:
            if isinstance(each, Scalar) and "${" in each.text:
                tell(
                    findings.VARIABLE_MISPLACED.at(
                        each.source.ref(each.start, each.end),
                        "An address is what state and reviewers know a dataset by, so it cannot depend on a variable.",
                        "write it out; `name` may hold a variable",
                    )
                )
