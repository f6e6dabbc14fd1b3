"""Pieces of an export come in their order, whoever made them, and only so many are made ahead."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing

import pytest

from setwright.formats.ahead import ahead


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_pieces_come_in_their_order(threads: int) -> None:
    assert list(ahead(str, range(100), threads)) == [str(piece) for piece in range(100)]
    assert list(ahead(str, [], threads)) == []


def test_two_pieces_are_worked_on_at_a_time() -> None:
    both = threading.Barrier(2)
    # Each waits for the other, so one thread would not get past them.
    assert list(ahead(lambda piece: both.wait(timeout=30) * 0 + piece, range(6), 2)) == list(range(6))


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_no_more_is_begun_than_is_asked_for_soon(threads: int) -> None:
    begun: list[int] = []

    def pieces() -> Iterator[int]:
        for piece in range(100):
            begun.append(piece)
            yield piece

    made = ahead(str, pieces(), threads)
    for asked in range(1, 20):
        next(made)
        assert len(begun) <= asked + threads
    made.close()
    assert len(begun) <= 19 + threads


def test_more_may_be_held_than_threads_work_on() -> None:
    begun: list[int] = []
    with closing(ahead(begun.append, range(100), 2, held=10)) as made:
        next(made)
        assert len(begun) <= 11
    assert begun == sorted(begun)
    assert len(begun) < 100


@pytest.mark.parametrize("threads", [1, 2])
def test_a_piece_that_fails_fails_in_its_place_and_no_thread_is_left(threads: int) -> None:
    made = ahead(lambda piece: 1 // (3 - piece), range(100), threads)
    assert [next(made) for _ in range(3)] == [0, 0, 1]
    with pytest.raises(ZeroDivisionError):
        next(made)
    assert not [each for each in threading.enumerate() if each.name.startswith("ahead")]
