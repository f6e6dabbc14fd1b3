"""Which annotations differ between two contents, matched by overlap."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from setwright.diff.annotations import OVERLAP, AnnotationDiff, annotation_diff, frames_differ
from setwright.model.frames import LINE, RECTANGLE, Annotations, texts
from setwright.model.manifest import Manifest
from tests.contents import membership


@dataclass(frozen=True, slots=True)
class Mark:
    """An annotation as a test writes it."""

    label: str
    left: float
    top: float = 0.0
    right: float | None = None
    bottom: float | None = None
    confidence: float = float("nan")
    shape: int = RECTANGLE
    extra: str = ""

    @property
    def box(self) -> tuple[float, float, float, float]:
        right = self.left + 10 if self.right is None else self.right
        return self.left, self.top, right, self.top + 10 if self.bottom is None else self.bottom


def content(*frames: list[Mark]) -> Manifest:
    """A manifest with these annotations in frames `0`, `1`…"""
    rows = [(place, mark) for place, marks in enumerate(frames) for mark in marks]
    labels = tuple(sorted({mark.label for _, mark in rows}))
    count = len(rows)
    return Manifest(
        frames=membership({str(place): [] for place in range(len(frames))}).frames,
        split=np.zeros(len(frames), np.int8),
        annotations=replace(
            Annotations.empty(labels, ("project",)),
            frame=np.array([place for place, _ in rows], np.int32),
            label=np.array([labels.index(mark.label) for _, mark in rows], np.int32),
            shape=np.array([mark.shape for _, mark in rows], np.int8),
            box=np.array([mark.box for _, mark in rows], np.float64).reshape(-1, 4),
            outline=texts([""] * count),
            confidence=np.array([mark.confidence for _, mark in rows], np.float64),
            operation=np.zeros(count, np.int32),
            extra=texts(mark.extra for _, mark in rows),
        ),
    )


def every(content: Manifest) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    rows = np.arange(len(content.frames))
    return np.stack([rows, rows], axis=1)


def compared(before: list[Mark], after: list[Mark]) -> AnnotationDiff:
    one, other = content(before), content(after)
    return annotation_diff(one, other, every(one))


def counted(diff: AnnotationDiff) -> tuple[int, int, int, int, int]:
    """Added, removed, moved, relabelled, retouched."""
    return (
        len(diff.added),
        len(diff.removed),
        len(diff.moved),
        len(diff.relabelled),
        len(diff.retouched),
    )


def test_a_box_that_shifts_a_little_has_moved() -> None:
    found = compared([Mark("cat", 0), Mark("dog", 50)], [Mark("dog", 50), Mark("cat", 2)])
    assert found.moved.tolist() == [[0, 1]]
    assert counted(found) == (0, 0, 1, 0, 0)


def test_a_box_that_shifts_far_was_removed_and_another_added() -> None:
    assert counted(compared([Mark("cat", 0)], [Mark("cat", 8)])) == (1, 1, 0, 0, 0)


def test_another_label_at_the_same_place_is_a_relabelling_moved_or_not() -> None:
    assert counted(compared([Mark("cat", 0)], [Mark("dog", 0)])) == (0, 0, 0, 1, 0)
    assert counted(compared([Mark("cat", 0)], [Mark("dog", 1)])) == (0, 0, 0, 1, 0)


def test_two_labels_that_are_exchanged_are_two_relabellings() -> None:
    found = compared([Mark("cat", 0), Mark("dog", 3)], [Mark("dog", 0), Mark("cat", 3)])
    assert found.relabelled.tolist() == [[0, 0], [1, 1]]


def test_the_same_label_is_looked_for_before_a_closer_box_with_another() -> None:
    found = compared([Mark("cat", 0)], [Mark("dog", 1), Mark("cat", 2)])
    assert (found.moved.tolist(), found.added.tolist()) == ([[0, 1]], [0])


def test_only_another_confidence_or_attribute_is_a_retouch() -> None:
    before = [Mark("cat", 0, confidence=0.5), Mark("cat", 40)]
    after = [Mark("cat", 0, confidence=0.9), Mark("cat", 40, extra='{"attributes":{"asleep":true}}')]
    assert counted(compared(before, after)) == (0, 0, 0, 0, 2)


def test_of_two_equal_annotations_one_can_go() -> None:
    assert counted(compared([Mark("cat", 0)] * 3, [Mark("cat", 0)])) == (0, 2, 0, 0, 0)


def test_a_level_line_overlaps_itself_although_it_has_no_area() -> None:
    before = [Mark("lane", 0, right=100, bottom=0, shape=LINE)]
    after = [Mark("lane", 5, right=105, bottom=0, shape=LINE)]
    assert counted(compared(before, after)) == (0, 0, 1, 0, 0)


def test_annotations_are_never_matched_across_frames() -> None:
    before, after = content([Mark("cat", 0)], []), content([], [Mark("cat", 0)])
    assert counted(annotation_diff(before, after, every(before))) == (1, 1, 0, 0, 0)


def test_only_the_frames_that_are_asked_about_are_looked_at() -> None:
    before, after = content([Mark("cat", 0)], [Mark("cat", 0)]), content([], [Mark("dog", 0)])
    found = annotation_diff(before, after, np.array([[1, 1]]))
    assert (found.relabelled.tolist(), len(found.removed)) == ([[1, 0]], 0)


marks = st.builds(
    Mark,
    st.sampled_from(["cat", "dog"]),
    st.integers(0, 12).map(float),
    st.integers(0, 6).map(float),
    confidence=st.sampled_from([float("nan"), 0.5]),
)
frames = st.lists(st.lists(marks, max_size=5), min_size=3, max_size=3)


@given(one=frames)
def test_nothing_differs_from_itself_in_whatever_order(one: list[list[Mark]]) -> None:
    before, after = content(*one), content(*[list(reversed(marks)) for marks in one])
    assert counted(annotation_diff(before, after, every(before))) == (0, 0, 0, 0, 0)
    assert not frames_differ(before, after, every(before)).any()


@given(one=frames, other=frames)
def test_every_annotation_meets_one_fate(one: list[list[Mark]], other: list[list[Mark]]) -> None:
    before, after = content(*one), content(*other)
    found = annotation_diff(before, after, every(before))
    pairs = np.concatenate([found.moved, found.relabelled, found.retouched])
    old, new = np.append(found.removed, pairs[:, 0]), np.append(found.added, pairs[:, 1])
    assert len(set(old.tolist())) == len(old)
    assert len(set(new.tolist())) == len(new)
    unchanged = [
        sum((Counter(map(repr, a)) & Counter(map(repr, b))).values()) for a, b in zip(one, other, strict=True)
    ]
    assert len(before.annotations) - len(old) == len(after.annotations) - len(new) == sum(unchanged)


@given(one=frames, other=frames)
def test_a_frame_differs_where_its_annotations_do_as_a_bag(
    one: list[list[Mark]], other: list[list[Mark]]
) -> None:
    before, after = content(*one), content(*other)
    bags = [Counter(map(repr, a)) != Counter(map(repr, b)) for a, b in zip(one, other, strict=True)]
    assert frames_differ(before, after, every(before)).tolist() == bags


@given(
    one=st.lists(st.integers(0, 40), max_size=6, unique=True),
    other=st.lists(st.integers(0, 40), max_size=6, unique=True),
)
def test_the_pairs_are_those_that_taking_the_closest_first_would_find(
    one: list[int], other: list[int]
) -> None:
    gone = [place for place in one if place not in other]
    come = [place for place in other if place not in one]
    # By hand: all pairs, the closest first, earlier rows before later ones.
    candidates = sorted(
        (-overlap, one.index(a), other.index(b))
        for a in gone
        for b in come
        if (overlap := (10 - min(abs(a - b), 10)) / (10 + min(abs(a - b), 10))) >= OVERLAP
    )
    expected: list[list[int]] = []
    for _, a, b in candidates:
        if all(a != pair[0] and b != pair[1] for pair in expected):
            expected.append([a, b])
    found = compared([Mark("cat", place) for place in one], [Mark("cat", place) for place in other])
    assert found.moved.tolist() == sorted(expected)


def test_frames_that_are_asked_about_in_another_order_are_told_in_that_order() -> None:
    def of(labels: list[str]) -> Manifest:
        members = membership({"a": ["RBC"], "b": labels, "c": ["WBC"], "d": []})
        return Manifest(
            frames=members.frames,
            split=np.zeros(len(members.frames), np.int8),
            annotations=members.annotations,
        )

    before, after, rows = of(["RBC", "WBC"]), of(["RBC", "RBC"]), np.array([0, 2, 1, 3])
    assert frames_differ(before, after, np.stack([rows, rows], axis=1)).tolist() == [
        False,
        False,
        True,
        False,
    ]
