"""What an ingest found and did: the public form of it is JSON."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from setwright.formats.reading.problems import ProblemKind
from setwright.model.counting import counted

if TYPE_CHECKING:
    from setwright.formats.reading.problems import Problem

FORMAT_VERSION = 1

_SUMMARIES: dict[ProblemKind, tuple[str, str]] = {
    ProblemKind.UNREADABLE_PICTURE: (
        "picture that cannot be stored, left out",
        "pictures that cannot be stored, left out",
    ),
    ProblemKind.UNSAFE_NAME: ("file with an unsafe name, left out", "files with unsafe names, left out"),
    ProblemKind.REFUSED_MEMBER: (
        "entry of the folder or archive that is no plain file, left out",
        "entries of the folder or archive that are no plain files, left out",
    ),
    ProblemKind.SECOND_PICTURE: (
        "picture of a sample that has another, left out",
        "pictures of samples that have another, left out",
    ),
    ProblemKind.DUPLICATE_NAME: (
        "file with the name of one in another folder, renamed",
        "files with the names of others in other folders, renamed",
    ),
    ProblemKind.UNREADABLE_FILE: (
        "file with annotations that cannot be read, left out",
        "files with annotations that cannot be read, left out",
    ),
    ProblemKind.NO_PICTURE: (
        "picture that is not there, what is said of it left out",
        "pictures that are not there, what is said of them left out",
    ),
    ProblemKind.TWO_FILES: (
        "second word on a picture, left out",
        "second words on pictures, left out",
    ),
    ProblemKind.BAD_ANNOTATION: (
        "annotation that cannot be read, left out",
        "annotations that cannot be read, left out",
    ),
    ProblemKind.BAD_METADATA: (
        "piece of metadata that cannot be read, left out",
        "pieces of metadata that cannot be read, left out",
    ),
    ProblemKind.NO_AREA: ("shape without area, left out", "shapes without area, left out"),
    ProblemKind.OUTSIDE: ("shape outside its picture, left out", "shapes outside their pictures, left out"),
    ProblemKind.CLIPPED: (
        "shape that reaches outside its picture, cut at the edge",
        "shapes that reach outside their pictures, cut at the edge",
    ),
    ProblemKind.OVERLAPPING: (
        "polygon whose parts lie over each other, taken as the mask of them all",
        "polygons whose parts lie over each other, taken as the masks of them all",
    ),
    ProblemKind.OTHER_SIZE: (
        "annotation file that speaks of another picture size, taken as it is",
        "annotation files that speak of another picture size, taken as they are",
    ),
    ProblemKind.FRACTIONS: (
        "annotation file whose numbers look like fractions, taken as pixels",
        "annotation files whose numbers look like fractions, taken as pixels",
    ),
    ProblemKind.LABEL_CASE: (
        "label that differs from another by case only, taken as it is",
        "labels that differ from others by case only, taken as they are",
    ),
    ProblemKind.ONE_NAME: (
        "name that several classes have, taken as one label",
        "names that several classes have, taken as one label each",
    ),
}


WITH_ANNOTATIONS = frozenset(
    {
        ProblemKind.UNREADABLE_PICTURE,
        ProblemKind.NO_PICTURE,
        ProblemKind.TWO_FILES,
        ProblemKind.UNREADABLE_FILE,
    }
)
"""Kinds of which one can leave out any number of annotations."""


def summary(kind: ProblemKind, count: int) -> str:
    """What became of `count` problems of that kind, for people."""
    one, several = _SUMMARIES[kind]
    return counted(count, one, several)


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestReport:
    """An ingest, counted.

    `detected` says that the format was found out, not told. `revision` is None where nothing was recorded: because
    nothing was new, or, with `refused`, because there were problems and none were allowed. `labels` counts the
    annotations that can be recorded, by label; those that cannot are in the problems. `annotations_added` and
    `_removed` is what that changed in the lake, `metadata_changed` how many frames have new tags or metadata.
    `bare_pictures` are those without an annotation in the files, `turned_pictures` those that EXIF says do not lie
    upright in their files, `same_pictures` the files whose very bytes another file before them has too, in groups in
    `repeated`; `pixels` are kinds of pixels as `lake.pictures` calls them, with their numbers of pictures, most first;
    `other_files` are neither pictures nor annotations. `copies` are varied copies of other pictures, which are left
    out, and `copied` the labels of their annotations.
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
    metadata_changed: int
    labels: tuple[tuple[str, int], ...]
    bare_pictures: int
    turned_pictures: int
    same_pictures: int
    repeated: tuple[tuple[str, ...], ...]
    pixels: tuple[tuple[str, int], ...]
    other_files: tuple[str, ...]
    copies: tuple[str, ...]
    copied: tuple[str, ...]
    problems: tuple[Problem, ...]

    @property
    def frames(self) -> int:
        """The frames that the files make."""
        return self.frames_new + self.frames_replaced + self.frames_unchanged

    @property
    def annotations(self) -> int:
        """The annotations that can be recorded."""
        return sum(count for _, count in self.labels)

    @property
    def left_out(self) -> dict[str, int]:
        """The annotations that are left out, by label, sorted; those without a label under `NO_LABEL`."""
        counts = Counter(label for problem in self.problems for label in problem.left_out)
        return dict(sorted((counts + Counter(self.copied)).items()))

    @property
    def annotations_in_files(self) -> int:
        """All annotations that the files hold, as far as files can be read."""
        return self.annotations + sum(self.left_out.values())

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
                "in_files": self.annotations_in_files,
                "left_out": self.annotations_in_files - self.annotations,
                "added": self.annotations_added,
                "removed": self.annotations_removed,
                "by_label": dict(self.labels),
                "left_out_by_label": self.left_out,
            },
            "metadata_changed": self.metadata_changed,
            "pictures_without_annotations": self.bare_pictures,
            "pictures_turned": self.turned_pictures,
            "pictures_that_repeat": self.same_pictures,
            "repeated": [list(group) for group in self.repeated],
            "pixels": dict(self.pixels),
            "varied_copies": list(self.copies),
            "other_files": list(self.other_files),
            "problem_counts": {kind.value: count for kind, count in self.problem_counts.items()},
            "problems": [
                {
                    "kind": problem.kind.value,
                    "file": problem.file,
                    "detail": problem.detail,
                    "left_out": len(problem.left_out),
                }
                for problem in self.problems
            ],
        }
