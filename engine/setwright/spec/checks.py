"""What `checks` in a file mean: each a value of `model.checks`, with the place that asks for it."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, TypeAlias

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
    in_order,
)
from setwright.model.splits import Split
from setwright.model.suggestions import did_you_mean
from setwright.spec import findings
from setwright.spec.check_models import AnnotationCountsFile, ChurnFile, FrameCountsFile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from setwright.model.checks import Check, Level
    from setwright.model.diagnostics import Diagnostic, SourceRef
    from setwright.spec.check_models import CheckFields, ChecksFile
    from setwright.spec.lists import Lists
    from setwright.spec.plain_values import Path, Places

_PARTS = {"total": None, **{split.value: split for split in Split}}
_POWERS = {"": 0, "K": 1, "M": 2, "G": 3, "T": 4}

Found: TypeAlias = "Iterator[tuple[Check, Path]]"


def decode_checks(
    wanted: ChecksFile,
    path: Path,
    places: Places,
    classes: Sequence[str] | None,
    lists: Lists,
    tell: Callable[[Diagnostic], None],
    *,
    of_project: bool = False,
) -> dict[Check, SourceRef]:
    """The checks that `wanted`, which stands at `path`, asks for, in order, each with its place.

    `classes` are the dataset's, None where they are not known. A class that the dataset does not have is a mistake of
    its spec, but no concern of a check `of_project`.
    """
    decoder = _Decoder(places, classes, lists, tell, of_project=of_project)
    found = dict(decoder.checks(wanted, path, "error"))
    if wanted.warn is not None:
        found |= dict(decoder.checks(wanted.warn, (*path, "warn"), "warning"))
    return {check: places.entry(found[check]) for check in in_order(found)}


class _Decoder:
    def __init__(
        self,
        places: Places,
        classes: Sequence[str] | None,
        lists: Lists,
        tell: Callable[[Diagnostic], None],
        *,
        of_project: bool,
    ) -> None:
        self._places = places
        self._classes = classes
        self._lists = lists
        self._tell = tell
        self._of_project = of_project

    def checks(self, wanted: CheckFields, path: Path, level: Level) -> Found:
        yield from self._frames(wanted, (*path, "fewest_frames"), level)
        yield from self._annotations(wanted, (*path, "fewest_annotations"), level)
        if wanted.largest_share is not None:
            yield LargestShare(level=level, percent=float(wanted.largest_share)), (*path, "largest_share")
        if wanted.most_bytes is not None:
            yield MostBytes(level=level, bytes=_bytes(wanted.most_bytes)), (*path, "most_bytes")
        if wanted.no_leakage:
            yield NoLeakage(level=level), (*path, "no_leakage")
        yield from _churn(MostEntering, wanted.most_entering, (*path, "most_entering"), level)
        yield from _churn(MostLeaving, wanted.most_leaving, (*path, "most_leaving"), level)
        for name in self._distinct((*path, "frozen_splits"), wanted.frozen_splits):
            yield FrozenSplit(level=level, split=Split(name)), (*path, "frozen_splits")
        if wanted.fixed_class_ids:
            yield FixedClassIds(level=level), (*path, "fixed_class_ids")
        for tag in self._distinct((*path, "required_tags"), wanted.required_tags):
            yield RequiredTag(level=level, tag=tag), (*path, "required_tags")
        yield from self._metadata(wanted, (*path, "required_metadata"), level)
        yield from self._forbidden(wanted, (*path, "forbidden"), level)

    def _frames(self, wanted: CheckFields, path: Path, level: Level) -> Found:
        counts = wanted.fewest_frames
        if isinstance(counts, int):
            yield FewestFrames(level=level, at_least=counts), path
        elif isinstance(counts, FrameCountsFile):
            for part, split in _PARTS.items():
                least = getattr(counts, part)
                if least is not None:
                    yield FewestFrames(level=level, split=split, at_least=least), (*path, part)

    def _annotations(self, wanted: CheckFields, path: Path, level: Level) -> Found:
        counts = wanted.fewest_annotations
        if isinstance(counts, int):
            yield from self._per_class(counts, None, path, level)
        elif isinstance(counts, AnnotationCountsFile):
            for part, split in _PARTS.items():
                least = getattr(counts, part)
                if least is not None:
                    yield from self._per_class(least, split, (*path, part), level)

    def _per_class(self, least: int | dict[str, int], split: Split | None, path: Path, level: Level) -> Found:
        if self._classes is None:
            return
        if isinstance(least, dict):
            for label in least:
                if label not in self._classes and not self._of_project:
                    self._tell(
                        findings.UNKNOWN_CLASS.at(
                            self._places.key((*path, label)),
                            f'The dataset has no class "{label[:60]}".',
                            did_you_mean(label, self._classes),
                        )
                    )
            needed = tuple((label, least[label]) for label in self._classes if label in least)
        else:
            needed = tuple((label, least) for label in self._classes)
        if needed:
            yield FewestAnnotations(level=level, split=split, at_least=needed), path

    def _metadata(self, wanted: CheckFields, path: Path, level: Level) -> Found:
        fields = wanted.required_metadata
        if isinstance(fields, list):
            for name in self._distinct(path, fields):
                yield RequiredMetadata(level=level, field=_field(name)), path
        for name, allowed in fields.items() if isinstance(fields, dict) else ():
            values = [_as_text(value) for value in (allowed if isinstance(allowed, list) else [allowed])]
            check = RequiredMetadata(
                level=level, field=_field(name), values=self._distinct((*path, name), values)
            )
            yield check, (*path, name)

    def _forbidden(self, wanted: CheckFields, path: Path, level: Level) -> Found:
        listed = wanted.forbidden
        if listed is None:
            return
        if isinstance(listed, list):
            frames, files = self._distinct(path, listed), {}
        else:
            frames = self._distinct((*path, "frames"), listed.frames)
            named = listed.files or ()
            self._distinct((*path, "files"), named)
            files = {file: self._places.value((*path, "files", place)) for place, file in enumerate(named)}
        if entries := self._lists.joined(frames, files):
            yield Forbidden(level=level, frames=entries), path

    def _distinct(self, path: Path, values: Sequence[str] | None) -> tuple[str, ...]:
        """`values`, whose order means nothing, sorted; one that comes twice is told."""
        seen: dict[str, int] = {}
        for number, value in enumerate(values or ()):
            if value in seen:
                before = self._places.value((*path, seen[value]))
                self._tell(
                    findings.NAMED_TWICE.at(
                        self._places.value((*path, number)),
                        f'"{value[:60]}" stands at line {before.line}, column {before.column} already.',
                        "keep one of them",
                    )
                )
            seen.setdefault(value, number)
        return tuple(sorted(seen))


def _churn(
    kind: type[MostEntering | MostLeaving], wanted: int | ChurnFile | None, path: Path, level: Level
) -> Found:
    if isinstance(wanted, int):
        yield kind(level=level, frames=wanted), path
    elif isinstance(wanted, ChurnFile):
        if wanted.frames is not None:
            yield kind(level=level, frames=wanted.frames), (*path, "frames")
        if wanted.percent is not None:
            yield kind(level=level, percent=float(wanted.percent)), (*path, "percent")


def _bytes(wanted: int | str) -> int:
    if isinstance(wanted, int):
        return wanted
    parts = re.fullmatch(r"([0-9.]+) ?([kKMGT]?)(i?)B", wanted)
    assert parts is not None
    return int(Decimal(parts[1]) * (1024 if parts[3] else 1000) ** _POWERS[parts[2].upper()])


def _field(name: str) -> str:
    return name.removeprefix("metadata.")


def _as_text(value: str | float) -> str:
    """A value of metadata as text, as the lake spells it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    return str(int(value)) if float(value).is_integer() else repr(value)
