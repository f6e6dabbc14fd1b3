"""What lies beside every export: `setwright.json` for programs, a readme for people.

Neither holds a time or a place, so that two exports of one version are equal byte by byte.
"""

from __future__ import annotations

import json
from collections import defaultdict, deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from setwright.formats.protocol import (
    SIDECAR,
    ExportEntry,
    Loss,
    MadeFile,
    PackedFile,
    PictureFile,
    VersionFacts,
)
from setwright.formats.writing.draws import draw_texts
from setwright.formats.writing.losses import some
from setwright.model.statistics import count

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from setwright.model.frames import Annotations
    from setwright.model.manifest import Manifest
    from setwright.model.statistics import Statistics

FORMAT_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """An export without what lies beside it.

    `entries` are its files; `layout` says which file is what; `changed` tells what became of annotations on the way,
    beside what the format always loses, the gravest first. It is asked after the last entry, so that it may be counted
    meanwhile. `readme` is what the readme is called.
    """

    entries: Iterable[ExportEntry]
    layout: tuple[tuple[str, str], ...]
    changed: Callable[[], Iterable[Loss]] = tuple
    readme: str = "README.txt"


class Told(Protocol):
    """What is told of a format: its name, how one begins to use its exports, and what it cannot hold."""

    @property
    def name(self) -> str: ...

    @property
    def start(self) -> str: ...

    def losses(self, annotations: Annotations) -> tuple[Loss, ...]:
        """What of `annotations` it cannot hold, the gravest first."""


def with_sidecar(
    format: Told, layout: Layout, manifest: Manifest, facts: VersionFacts
) -> Iterator[ExportEntry]:
    """The files of `layout`, then the two that tell of them."""
    files: dict[str, str] = {}
    pictures: defaultdict[str, deque[str]] = defaultdict(deque)
    for entry in layout.entries:
        assert entry.path not in files, f"{format.name} has {entry.path} twice"
        files[entry.path] = _record(entry)
        if len(manifest.copies) and isinstance(entry, PictureFile):
            pictures[entry.digest].append(entry.path)
        yield entry
    statistics = count(manifest)
    changed = some((*format.losses(manifest.annotations), *layout.changed()))
    readme = MadeFile(layout.readme, _readme(format, layout, facts, statistics, changed).encode())
    copies = _copies(manifest, pictures)
    files[readme.path] = _record(readme)
    yield readme
    yield MadeFile(
        SIDECAR, _sidecar(format.name, manifest, facts, statistics, changed, copies, files).encode()
    )


def _record(entry: ExportEntry) -> str:
    """What is told of a file, as JSON."""
    match entry:
        case MadeFile():
            return f'{{"size": {entry.size}, "sha256": "{entry.sha256}"}}'
        case PictureFile(_, digest, size):
            return f'{{"size": {size}, "sha256": {_json(digest)}}}'
        case PackedFile(size=size, digest=digest, pictures=pictures):
            # The SHA-256 of the file itself is known to whoever has read all the pictures.
            return f'{{"size": {size}, "pictures": {pictures}, "parts": {_json(digest)}}}'


def _copies(manifest: Manifest, pictures: Mapping[str, deque[str]]) -> list[str]:
    """A line for each varied copy: its unique name, its file, and its draw. `pictures` are paths by digest, in the
    order of the frames; there is none where pictures lie within larger files, which tell unique names themselves.
    """
    draws = dict(draw_texts(manifest.copies, manifest.frames))
    if not draws:
        return []
    lines = []
    columns = zip(manifest.frames.name.tolist(), manifest.frames.digest.tolist(), strict=True)
    for row, (name, digest) in enumerate(columns):
        # Frames that show the same picture have as many files; each takes the next.
        paths = pictures.get(digest.decode())
        path = paths.popleft() if paths else None
        if row in draws:
            file = "" if path is None else f'"file": {_json(path)}, '
            lines.append(f'    {_json(name)}: {{{file}"draw": {draws[row]}}}')
    return lines


def _sidecar(
    export: str,
    manifest: Manifest,
    facts: VersionFacts,
    statistics: Statistics,
    changed: Sequence[Loss],
    copies: Sequence[str],
    files: dict[str, str],
) -> str:
    head = {
        "format_version": FORMAT_VERSION,
        "export": export,
        "dataset": facts.dataset,
        "version": facts.number,
        "manifest": facts.manifest_digest,
        "description": facts.description,
        "classes": list(manifest.classes),
        "splits": {
            split.split: {
                "frames": split.frames,
                "background": split.background,
                "annotations": split.annotations,
                "labels": dict(split.labels),
            }
            for split in statistics.splits
        },
        "changed": [{"what": loss.what, "count": loss.count} for loss in changed],
    }
    # One file a line: a person can search it, and `diff` shows which files two versions do not share.
    lines = [f"    {_json(path)}: {told}" for path, told in sorted(files.items())]
    opening = json.dumps(head, indent=2, ensure_ascii=False).removesuffix("\n}")
    if copies:
        opening += ',\n  "copies": {\n' + ",\n".join(copies) + "\n  }"
    return opening + ',\n  "files": {\n' + ",\n".join(lines) + "\n  }\n}\n"


_json = json.JSONEncoder(ensure_ascii=False).encode


def _readme(
    format: Told, layout: Layout, facts: VersionFacts, statistics: Statistics, changed: Sequence[Loss]
) -> str:
    parts = [f"{facts.dataset} {facts.number}, as {format.name}"]
    if facts.description:
        parts.append(facts.description)
    parts.append(_table(statistics))
    files = (*layout.layout, (SIDECAR, "counts, and size and SHA-256 of each file"))
    parts.append(f"Files\n\n{_indented(_columns(files))}")
    parts.append(f"Where to start\n\n{_indented(format.start)}")
    if changed:
        told = "\n".join(f"{loss.count:,} × {loss.what}" for loss in changed)
        parts.append(f"What this format could not hold\n\n{_indented(told)}")
    parts.append(f"The content is {facts.manifest_digest}.")
    return "\n\n".join(parts) + "\n"


def _table(statistics: Statistics) -> str:
    """Frames and annotations by split, in columns."""
    labels = list(statistics.labels)
    rows = [["", *(split.split for split in statistics.splits), "all"]]
    rows.append(["frames", *(f"{split.frames:,}" for split in statistics.splits), f"{statistics.frames:,}"])
    rows.append(
        [
            "of them without annotation",
            *(f"{split.background:,}" for split in statistics.splits),
            f"{sum(split.background for split in statistics.splits):,}",
        ]
    )
    if statistics.copies:
        rows.append(
            [
                "of them varied copies",
                *(f"{split.copies:,}" for split in statistics.splits),
                f"{statistics.copies:,}",
            ]
        )
    for place, label in enumerate(labels):
        counts = [split.labels[place][1] for split in statistics.splits]
        rows.append([label, *(f"{each:,}" for each in counts), f"{sum(counts):,}"])
    return _columns(rows)


def _columns(rows: Sequence[Sequence[str]]) -> str:
    """Rows of two cells as text beside text, of more as names beside numbers."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    numbers = len(widths) > 2
    return "\n".join(
        "  ".join(
            cell.rjust(width) if column and numbers else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines())
