"""What reading a project's files came to, as a document, so that the next run reads only what has changed since.

The document holds plain JSON values. Whoever keeps it vouches for it: here it is taken for what `Writer` made once.
Configurations and checks, which cost most to make, are made of it when somebody asks.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, fields
from functools import cache, cached_property, partial
from typing import TYPE_CHECKING, Any, TypeAlias

from setwright.model.diagnostics import Diagnostic, Severity, SourceRef
from setwright.model.values import dataclass
from setwright.spec.draft import Draft
from setwright.spec.project import RemoteSettings, Spec, StateSettings
from setwright.spec.source_text import decode_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from setwright.model.checks import Check
    from setwright.spec.source_text import SourceText

Document: TypeAlias = dict[str, Any]
Entry: TypeAlias = list[Any]
"""What one spec file came to: the digest of its content, its drafts, its findings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What the project file came to. `told` are the findings on it, its defaults and its checks.

    `patterns` lead to the spec files, each with its place, if it was written.
    """

    name: str
    remote: RemoteSettings
    state: StateSettings
    patterns: tuple[tuple[str, SourceRef | None], ...]
    told: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """What was asked for beside the project file and the specs: digests of lists, by name, and other exports."""

    lists: Mapping[str, str]
    exports: tuple[str, ...] | None


class UnreadableError(Exception):
    """The document is none that `Writer` makes."""


class Recollection:
    """What an earlier run read. `project_file` is the file's content, which is the same now.

    Raises:
        UnreadableError: `document` is no document of this kind.
    """

    def __init__(self, document: Any, project_file: tuple[str, bytes]) -> None:
        self._project_text = cache(partial(_text, *project_file))
        try:
            self.tables: list[Any] = list(document["checks"])
            self._files: dict[str, Entry] = dict(document["files"])
            self.outside = Outside(
                lists=dict(document["lists"]),
                exports=None if document["exports"] is None else tuple(document["exports"]),
            )
            name, remote, state, patterns, told = document["head"]
            self.head = Head(
                name=name,
                remote=RemoteSettings(**remote),
                state=StateSettings(**state),
                patterns=tuple((pattern, _ref(where)) for pattern, where in patterns),
                told=tuple(map(_finding, told)),
            )
        except _MISTAKES as error:
            raise UnreadableError from error

    def entry(self, file: str, digest: str) -> Entry | None:
        """What was kept of `file`, if its content had this digest."""
        entry = self._files.get(file)
        return entry if entry is not None and entry[0] == digest else None

    def drafts(self, file: str, content: bytes, entry: Entry) -> tuple[list[Draft], list[Diagnostic]]:
        """The datasets of `file`, in its order, and what was found wrong with it.

        Raises:
            UnreadableError: `entry` is none of a file.
        """
        own = cache(partial(_text, file, content))
        try:
            _, drafts, told = entry
            return [self._draft(own, *draft) for draft in drafts], [_finding(each) for each in told]
        except _MISTAKES as error:
            raise UnreadableError from error

    def _draft(
        self,
        own: Callable[[], SourceText],
        address: str,
        name: str | None,
        where: list[Any],
        datasets: list[str],
        previously: str | None,
        fields: str,
        rest: list[Any],
    ) -> Draft:
        draft = Draft(
            address=address,
            name=name,
            where=SourceRef(*where),
            fields=_Fields(fields, own, self._project_text),
            datasets=tuple(datasets),
            previously=previously,
            spec=lambda: None if name is None else self._spec(draft, *rest),
        )
        return draft

    def _spec(self, draft: Draft, text: str, digest: str, own: int, project: int) -> Spec:
        from setwright.model.documents import ToldConfig
        from setwright.model.revival import config_of

        return Spec(
            address=draft.address,
            config=config_of(text),
            where=draft.where,
            fields=draft.fields,
            previously=draft.previously,
            checks=self._checks[own],
            project_checks=self._checks[project],
            told=ToldConfig(text, digest),
        )

    @cached_property
    def _checks(self) -> list[dict[Check, SourceRef]]:
        from setwright.model.checks import KINDS
        from setwright.model.documents import from_document

        kinds = {field.default: kind for kind in KINDS for field in fields(kind) if field.name == "kind"}
        return [
            {from_document(kinds[check["kind"]], check): SourceRef(*where) for check, where in table}
            for table in self.tables
        ]


class Writer:
    """Puts a document together. Many specs have the same checks, so those stand in tables that drafts refer to."""

    def __init__(self, head: Head, outside: Outside, project_file: str) -> None:
        self._project_file = project_file
        self._tables: list[Any] = []
        self._numbers: dict[str, int] = {}
        self._files: dict[str, Entry] = {}
        self._head = [
            head.name,
            _plain(head.remote),
            _plain(head.state),
            [[pattern, _written(where)] for pattern, where in head.patterns],
            [_told(finding) for finding in head.told],
        ]
        self._outside = outside

    def document(self) -> Document:
        """All that was added."""
        return {
            "head": self._head,
            "lists": dict(self._outside.lists),
            "exports": self._outside.exports,
            "checks": self._tables,
            "files": self._files,
        }

    def keep(self, file: str, entry: Entry, past: Recollection) -> None:
        """Add what `past` held of `file`."""
        digest, drafts, told = entry
        moved = [
            draft if draft[-1] is None else [*draft[:-1], self._moved(draft[-1], past)] for draft in drafts
        ]
        self._files[file] = [digest, moved, told]

    def add(self, file: str, digest: str, drafts: Sequence[Draft], told: Sequence[Diagnostic]) -> None:
        """Add what reading `file` came to."""
        try:
            written = [self._draft(file, draft) for draft in drafts]
        except KeyError:
            return  # it speaks of a third file, which none does
        self._files[file] = [digest, written, [_told(finding) for finding in told]]

    def _draft(self, file: str, draft: Draft) -> list[Any]:
        from setwright.spec.field_places import FieldPlaces

        spec = draft.spec()
        which = {self._project_file: (1,), file: ()}
        assert isinstance(draft.fields, FieldPlaces)
        return [
            draft.address,
            draft.name,
            _written(draft.where),
            draft.datasets,
            draft.previously,
            json.dumps(
                {
                    path: (start, end, *which[source.file])
                    for path, (source, start, end) in draft.fields.spans.items()
                },
                separators=(",", ":"),
            ),
            spec and [*_told_config(spec), self._number(spec.checks), self._number(spec.project_checks)],
        ]

    def _number(self, checks: Mapping[Check, SourceRef]) -> int:
        if not checks:
            return self._table([])
        from setwright.model.documents import to_document

        return self._table([[to_document(check), _written(where)] for check, where in checks.items()])

    def _moved(self, rest: list[Any], past: Recollection) -> list[Any]:
        text, digest, own, project = rest
        return [text, digest, self._table(past.tables[own]), self._table(past.tables[project])]

    def _table(self, table: list[Any]) -> int:
        number = self._numbers.setdefault(repr(table), len(self._tables))
        if number == len(self._tables):
            self._tables.append(table)
        return number


class _Fields(Mapping[str, SourceRef]):
    """Places of fields, of which only offsets were kept, as text: mostly nobody asks for any."""

    def __init__(self, spans: str, own: Callable[[], SourceText], project: Callable[[], SourceText]) -> None:
        self._text = spans
        self._own = own
        self._project = project

    @cached_property
    def _spans(self) -> Mapping[str, list[int]]:
        spans: Mapping[str, list[int]] = json.loads(self._text)
        return spans

    def __getitem__(self, path: str) -> SourceRef:
        start, end, *of_project = self._spans[path]
        return (self._project if of_project else self._own)().ref(start, end)

    def __contains__(self, path: object) -> bool:
        return path in self._spans

    def __iter__(self) -> Iterator[str]:
        return iter(self._spans)

    def __len__(self) -> int:
        return len(self._spans)


_MISTAKES = (KeyError, TypeError, ValueError, IndexError, AttributeError)


def _text(file: str, content: bytes) -> SourceText:
    source, _ = decode_text(file, content)
    assert source is not None
    return source


def _told_config(spec: Spec) -> tuple[str, str]:
    from setwright.model.documents import told_config

    told = told_config(spec.config)
    return told.text, told.digest


def _plain(settings: RemoteSettings | StateSettings) -> dict[str, Any]:
    return asdict(settings)


def _written(where: SourceRef | None) -> list[Any] | None:
    if where is None:
        return None
    return [where.file, where.line, where.column, where.end_line, where.end_column, where.excerpt]


def _ref(written: list[Any] | None) -> SourceRef | None:
    return None if written is None else SourceRef(*written)


def _told(finding: Diagnostic) -> list[Any]:
    return [
        finding.severity.value,
        finding.code,
        finding.summary,
        finding.detail,
        _written(finding.source),
        finding.hint,
        finding.follows,
    ]


def _finding(told: list[Any]) -> Diagnostic:
    severity, code, summary, detail, source, hint, follows = told
    return Diagnostic(
        severity=Severity(severity),
        code=code,
        summary=summary,
        detail=detail,
        source=_ref(source),
        hint=hint,
        follows=follows,
    )
