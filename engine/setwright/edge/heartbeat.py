"""Something that is done again and again while other work goes on, such as renewing a lock."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@contextmanager
def beating(name: str, every: float, beat: Callable[[], None]) -> Iterator[None]:
    """Call `beat` each `every` seconds, in a thread called `name`, for as long as the context lasts.

    It ends with the process, so that who is killed renews nothing. `beat` handles its own failures.
    """
    done = threading.Event()

    def keep() -> None:
        while not done.wait(every):
            beat()

    keeper = threading.Thread(target=keep, name=name, daemon=True)
    keeper.start()
    try:
        yield
    finally:
        done.set()
        keeper.join()
