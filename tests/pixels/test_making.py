"""Varied pictures are made one after the other, and whoever stops waiting for them need not wait for a shard."""

from __future__ import annotations

import hashlib
import io
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from PIL import Image

from setwright.pixels.executor import Threads, _turn
from setwright.pixels.making import MadePicture, Recipe, Source, _of_shard, make


def red(_digest: str) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (8, 6), (200, 30, 30)).save(made, "PNG")
    return made.getvalue()


def source(name: str, copies: int) -> Source:
    flip = "FLIP_IMAGE.FLIP_HORIZONTAL"
    recipes = tuple(Recipe(f"{name}{number}", flip, (), "image/png") for number in range(copies))
    return Source(name, f"in_{name}.png", f"{name}.png", recipes)


class Memory:
    """Holds what is made; at the third picture nobody waits any longer."""

    def __init__(self, stop: threading.Event) -> None:
        self.stop = stop
        self.stored: list[str] = []

    read = staticmethod(red)

    @contextmanager
    def together(self) -> Iterator[Callable[[bytes], str]]:
        def put(content: bytes) -> str:
            self.stored.append(hashlib.sha256(content).hexdigest())
            if len(self.stored) == 3:
                self.stop.set()
            return self.stored[-1]

        yield put


def shard_until(stop: threading.Event, store: Memory) -> list[MadePicture]:
    with _turn(stop, threading.Semaphore()):
        return _of_shard(store, (source("one", 9),))


def test_a_shard_ends_after_the_picture_that_is_under_way_and_gives_those_that_it_made() -> None:
    stop = threading.Event()
    store = Memory(stop)
    with ThreadPoolExecutor(1) as pool:
        made = pool.submit(shard_until, stop, store).result()
        assert pool.submit(shard_until, stop, store).result() == []
    assert [picture.recipe for picture in made] == ["one0", "one1", "one2"]
    assert len(store.stored) == 3


class Disk:
    """Is done with the first shard only when pictures of the second one come."""

    def __init__(self) -> None:
        self.second = threading.Event()
        self.waits: list[str] = []

    read = staticmethod(red)

    @contextmanager
    def together(self) -> Iterator[Callable[[bytes], str]]:
        def put(content: bytes) -> str:
            if self.waits:
                self.second.set()
            return hashlib.sha256(content).hexdigest()

        yield put
        self.waits.append("for the disk")
        assert self.second.wait(timeout=30)


def test_pictures_are_made_while_others_wait_for_the_disk() -> None:
    wanted = iter([source("one", 24), source("two", 24)])
    assert sum(map(len, make(wanted, Disk(), Threads(1)))) == 48
