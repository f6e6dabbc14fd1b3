"""Project file and spec files, as bytes, to a project, or to every mistake in them."""

from __future__ import annotations

import hashlib
from functools import cached_property
from typing import TYPE_CHECKING

from setwright.spec.project import Project
from setwright.spec.recollection import Head, Outside, UnreadableError, Writer
from setwright.spec.references import check_references

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from setwright.model.diagnostics import Diagnostic
    from setwright.spec.decode import Surroundings
    from setwright.spec.draft import Draft
    from setwright.spec.project_file import ProjectSettings
    from setwright.spec.recollection import Document, Recollection

    Tell = Callable[[Diagnostic], None]


class Loading:
    """A project being read: first its `head`, which says where its specs are, then those.

    `read_settings` reads the project file. `other_exports` gives the names of exports that installed packages add, and
    `read_list` the content of a file of the project that a check names, or the reason why it cannot be read; both are
    asked only where it matters. What `past` holds of files that have not changed is not read again.
    """

    def __init__(
        self,
        read_settings: Callable[[Tell], ProjectSettings],
        other_exports: Callable[[], Sequence[str]],
        read_list: Callable[[str], bytes | str],
        past: Recollection | None = None,
    ) -> None:
        self._read_settings = read_settings
        self._outside = _Watched(read_list, other_exports, past)
        self._past = past if self._outside.still(past) else None
        self._read: dict[str, tuple[str, Sequence[Draft], Sequence[Diagnostic]]] = {}
        self._kept: dict[str, list[object]] = {}

    @cached_property
    def head(self) -> Head:
        """What the project file came to."""
        return self._past.head if self._past is not None else self._settled[0]

    def load(self, files: Iterable[tuple[str, bytes]], tell: Tell) -> tuple[Draft, ...]:
        """The datasets in the spec `files`, names with contents. All findings are told, those of the head as well."""
        for finding in self.head.told:
            tell(finding)
        drafts: list[Draft] = []
        for file, content in files:
            made, told = self._remembered(file, content) or self._fresh(file, content)
            drafts += made
            for finding in told:
                tell(finding)
        for finding in self._outside.told:
            tell(finding)
        check_references(drafts, tell)
        return tuple(drafts)

    def project(self, drafts: Iterable[Draft]) -> Project:
        """The project of `drafts`. Of no use where an error was told."""
        specs = {draft.address: spec for draft in drafts if (spec := draft.spec()) is not None}
        return Project(
            name=self.head.name,
            remote=self.head.remote,
            state=self.head.state,
            specs=tuple(specs[address] for address in sorted(specs)),
        )

    def recollection(self) -> Document | None:
        """What the next run had better remember; None where it knows already, or must look again."""
        if not self._read or self._outside.told:
            return None
        from setwright.spec.project_file import PROJECT_FILE

        writer = Writer(self.head, self._outside.seen, PROJECT_FILE)
        for file, entry in self._kept.items():
            assert self._past is not None
            writer.keep(file, entry, self._past)
        for file, (digest, drafts, told) in self._read.items():
            writer.add(file, digest, drafts, told)
        return writer.document()

    @cached_property
    def _settled(self) -> tuple[Head, ProjectSettings, Surroundings]:
        from setwright.spec.decode import Surroundings
        from setwright.spec.lists import Lists
        from setwright.spec.specs import check_defaults

        told: list[Diagnostic] = []
        settings = self._read_settings(told.append)
        surroundings = Surroundings(
            remote=settings.remote,
            lists=Lists(self._outside.read_list, self._outside.told.append),
            prefix=settings.prefix,
            suffix=settings.suffix,
            other_exports=self._outside.other_exports,
        )
        check_defaults(settings, surroundings, told.append)
        head = Head(
            name=settings.name,
            remote=settings.remote,
            state=settings.state,
            patterns=settings.patterns,
            told=tuple(told),
        )
        return head, settings, surroundings

    def _remembered(self, file: str, content: bytes) -> tuple[Sequence[Draft], Sequence[Diagnostic]] | None:
        if self._past is None:
            return None
        entry = self._past.entry(file, _digest(content))
        if entry is None:
            return None
        try:
            found = self._past.drafts(file, content, entry)
        except UnreadableError:
            return None
        self._kept[file] = entry
        return found

    def _fresh(self, file: str, content: bytes) -> tuple[Sequence[Draft], Sequence[Diagnostic]]:
        from setwright.spec.specs import read_specs

        _, settings, surroundings = self._settled
        told: list[Diagnostic] = []
        drafts = read_specs(file, content, settings, surroundings, told.append)
        self._read[file] = _digest(content), drafts, told
        return drafts, told


class _Watched:
    """What lies outside the files that are read, and what of it was looked at. `told` are the findings on lists."""

    def __init__(
        self,
        read_list: Callable[[str], bytes | str],
        other_exports: Callable[[], Sequence[str]],
        past: Recollection | None,
    ) -> None:
        self._read_list = read_list
        self._other_exports = other_exports
        self._lists: dict[str, str] = {}
        self._exports: tuple[str, ...] | None = None
        self.told: list[Diagnostic] = []

    def read_list(self, name: str) -> bytes | str:
        content = self._read_list(name)
        self._lists[name] = f"no {content}" if isinstance(content, str) else _digest(content)
        return content

    def other_exports(self) -> Sequence[str]:
        if self._exports is None:
            self._exports = tuple(self._other_exports())
        return self._exports

    def still(self, past: Recollection | None) -> bool:
        """Whether all that `past` saw is as it was."""
        if past is None:
            return False
        for name, digest in past.outside.lists.items():
            self.read_list(name)
            if self._lists[name] != digest:
                self._lists.clear()
                return False
        return past.outside.exports is None or past.outside.exports == tuple(self.other_exports())

    @property
    def seen(self) -> Outside:
        return Outside(lists=self._lists, exports=self._exports)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
