"""Answers of a remote, each asked for once: those that are expected to be wanted together, the rest one by one."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Generic, TypeVar

from setwright.model.errors import SetwrightError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")


class Expected(Generic[K, T]):
    """What `ask` gives for keys. It is given several at once, and answers in their order as its answers are taken."""

    def __init__(self, ask: Callable[[Sequence[K]], Iterator[T]]) -> None:
        self.known: dict[K, T] = {}
        self._ask = ask
        self._expected: frozenset[K] = frozenset()
        self._coming: Iterator[tuple[K, T]] = iter(())

    def expect(self, keys: Iterable[K]) -> None:
        """Say what will be wanted soon, as far as possible in this order; what was said before is forgotten."""
        new = tuple(dict.fromkeys(key for key in keys if key not in self.known))
        self._expected = frozenset(new)
        self._coming = zip(new, self._ask(new) if new else (), strict=True)

    def of(self, key: K) -> T:
        """The answer for `key`; it fails only if that alone does, whatever else is expected."""
        try:
            while key in self._expected and key not in self.known:
                come, answer = next(self._coming)
                self.known[come] = answer
        except SetwrightError:
            # Which of them there is no answer to is not told, and it may be one that nobody comes to want.
            self._expected = frozenset()
        if key not in self.known:
            (self.known[key],) = self._ask((key,))
        return self.known[key]
