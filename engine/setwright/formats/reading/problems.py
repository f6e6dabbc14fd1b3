"""What can be wrong with the files that are read."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

NO_LABEL = ""
"""Stands for the label of an annotation that has none, or none that can be read."""


class ProblemKind(Enum):
    """What can be wrong with what is read. The value is how reports tag it."""

    UNREADABLE_PICTURE = "unreadable-picture"
    UNSAFE_NAME = "unsafe-name"
    REFUSED_MEMBER = "refused-member"
    SECOND_PICTURE = "second-picture"
    DUPLICATE_NAME = "duplicate-name"
    UNREADABLE_FILE = "unreadable-annotation-file"
    NO_PICTURE = "annotations-without-picture"
    TWO_FILES = "second-annotation-file"
    BAD_ANNOTATION = "unreadable-annotation"
    BAD_METADATA = "unreadable-metadata"
    NO_AREA = "box-without-area"
    OUTSIDE = "outside-the-picture"
    CLIPPED = "clipped-at-the-edge"
    OVERLAPPING = "parts-that-overlap"
    OTHER_SIZE = "other-picture-size"
    FRACTIONS = "fractions-taken-as-pixels"
    LABEL_CASE = "labels-differ-by-case"
    ONE_NAME = "classes-of-one-name"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: in which file, and what exactly, as a phrase that ends without a stop.

    `left_out` are the labels of the annotations that are left out for it, `NO_LABEL` where one has none to be read.
    """

    kind: ProblemKind
    file: str
    detail: str
    left_out: tuple[str, ...] = ()
