"""Varied pictures are made one after the other, and whoever stops waiting for them need not wait for a shard."""

from __future__ import annotations

import hashlib
import io
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from PIL import Image

from setwright.pixels.executor import _heed
from setwright.pixels.making import Recipe, Source, _of_shard


class Memory:
    """One picture, and what is made of it; at the third one nobody waits any longer."""

    def __init__(self, stop: threading.Event) -> None:
        self.stop = stop
        self.stored: list[str] = []

    def read(self, _digest: str) -> bytes:
        made = io.BytesIO()
        Image.new("RGB", (8, 6), (200, 30, 30)).save(made, "PNG")
        return made.getvalue()

    @contextmanager
    def together(self) -> Iterator[Callable[[bytes], str]]:
        def put(content: bytes) -> str:
            self.stored.append(hashlib.sha256(content).hexdigest())
            if len(self.stored) == 3:
                self.stop.set()
            return self.stored[-1]

        yield put


def test_a_shard_ends_after_the_picture_that_is_under_way_and_gives_those_that_it_made() -> None:
    stop = threading.Event()
    store = Memory(stop)
    recipes = tuple(Recipe(str(number), "FLIP_IMAGE.FLIP_HORIZONTAL", (), "image/png") for number in range(9))
    with ThreadPoolExecutor(1, initializer=_heed, initargs=(stop,)) as pool:
        made = pool.submit(_of_shard, store, (Source("one", "in_one.png", "one.png", recipes),)).result()
    assert [picture.recipe for picture in made] == ["0", "1", "2"]
    assert len(store.stored) == 3
