"""Answers are asked for together, each once, and fail one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from setwright.apply.expected import Expected
from setwright.model.errors import RemoteError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class Remote:
    """Squares numbers, at most three in one request, which fails as a whole if any of them is 5."""

    def __init__(self) -> None:
        self.requests: list[list[int]] = []

    def ask(self, numbers: Sequence[int]) -> Iterator[int]:
        for start in range(0, len(numbers), 3):
            some = list(numbers[start : start + 3])
            self.requests.append(some)
            if 5 in some:
                raise RemoteError("No five")
            yield from (number * number for number in some)


def test_what_is_expected_is_asked_for_together_and_each_once() -> None:
    remote = Remote()
    squares = Expected(remote.ask)
    squares.expect([1, 2, 1, 3, 4])
    assert [squares.of(number) for number in (1, 2, 3)] == [1, 4, 9]
    assert remote.requests == [[1, 2, 3]]
    assert [squares.of(number) for number in (1, 7, 4)] == [1, 49, 16]
    assert remote.requests == [[1, 2, 3], [7], [4]]


def test_a_request_that_fails_does_not_fail_those_that_were_asked_beside() -> None:
    remote = Remote()
    squares = Expected(remote.ask)
    squares.expect([3, 4, 5])
    assert [squares.of(number) for number in (3, 4)] == [9, 16]
    with pytest.raises(RemoteError, match="No five"):
        squares.of(5)
    assert squares.of(6) == 36
