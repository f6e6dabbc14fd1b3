"""What an ingest found and did: the public form of it is JSON."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from setwright.formats.reading.protocol import ProblemKind

if TYPE_CHECKING:
    from setwright.formats.reading.protocol import Problem

FORMAT_VERSION = 1

SUMMARIES: dict[ProblemKind, str] = {
    ProblemKind.UNREADABLE_PICTURE: "pictures that cannot be stored, left out",
    ProblemKind.UNSAFE_NAME: "files with unsafe names, left out",
    ProblemKind.DUPLICATE_NAME: "files of one name in several folders, renamed",
    ProblemKind.UNREADABLE_FILE: "annotation files that cannot be read, left out",
    ProblemKind.NO_PICTURE: "annotations without their picture, left out",
    ProblemKind.TWO_FILES: "second annotations of a picture, left out",
    ProblemKind.BAD_ANNOTATION: "annotations that cannot be read, left out",
    ProblemKind.BAD_METADATA: "metadata that cannot be read, left out",
    ProblemKind.NO_AREA: "shapes without area, left out",
    ProblemKind.OUTSIDE: "shapes outside their picture, left out",
    ProblemKind.CLIPPED: "shapes that reach outside their picture, cut at its edge",
    ProblemKind.OTHER_SIZE: "annotation files that speak of another picture size, taken as they are",
    ProblemKind.LABEL_CASE: "labels that differ by case only, taken as they are",
}
"""What became of each kind of problem, for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestReport:
    """An ingest, counted.

    `detected` says that the format was found out, not told. `revision` is None where nothing was recorded: because
    nothing was new, or, with `refused`, because there were problems and none were allowed. `labels` counts the
    annotations that the files hold, by label, after what the problems tell; `annotations_added` and `_removed` is
    what that changed in the lake. `bare_pictures` are those without an annotation in the files, `same_pictures` the
    files whose very bytes another file has too, `other_files` those that are neither pictures nor annotations.
    """

    location: str
    collection: str
    format: str
    detected: bool
    operation: str
    mode: str
    revision: int | None
    refused: bool
    frames_new: int
    frames_replaced: int
    frames_unchanged: int
    annotations_added: int
    annotations_removed: int
    labels: tuple[tuple[str, int], ...]
    bare_pictures: int
    same_pictures: int
    other_files: int
    problems: tuple[Problem, ...]

    @property
    def frames(self) -> int:
        """The frames that the files make."""
        return self.frames_new + self.frames_replaced + self.frames_unchanged

    @property
    def annotations(self) -> int:
        """The annotations that the files hold."""
        return sum(count for _, count in self.labels)

    @property
    def problem_counts(self) -> dict[ProblemKind, int]:
        """How many of each kind, in the order of the kinds; those without any are left out."""
        counts = Counter(problem.kind for problem in self.problems)
        return {kind: counts[kind] for kind in ProblemKind if counts[kind]}

    def text(self) -> str:
        """The report as the text of a JSON file."""
        return json.dumps(self.document(), indent=2, ensure_ascii=False) + "\n"

    def document(self) -> dict[str, Any]:
        """The report as JSON."""
        return {
            "format_version": FORMAT_VERSION,
            "location": self.location,
            "collection": self.collection,
            "format": self.format,
            "format_detected": self.detected,
            "operation": self.operation,
            "mode": self.mode,
            "revision": self.revision,
            "refused": self.refused,
            "frames": {
                "new": self.frames_new,
                "replaced": self.frames_replaced,
                "unchanged": self.frames_unchanged,
            },
            "annotations": {
                "read": self.annotations,
                "added": self.annotations_added,
                "removed": self.annotations_removed,
                "by_label": dict(self.labels),
            },
            "pictures_without_annotations": self.bare_pictures,
            "pictures_that_repeat": self.same_pictures,
            "other_files": self.other_files,
            "problem_counts": {kind.value: count for kind, count in self.problem_counts.items()},
            "problems": [
                {"kind": problem.kind.value, "file": problem.file, "detail": problem.detail}
                for problem in self.problems
            ],
        }
