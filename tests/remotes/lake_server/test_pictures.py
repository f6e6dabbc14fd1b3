"""Small pictures come many in one answer, in whatever order and however often they are wanted, each the right one."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from setwright.formats.protocol import PictureFile
from setwright.lake.lake import Lake
from setwright.model.dataset import Filter, LakeSource, Selection
from setwright.model.errors import RemoteError
from setwright.remotes.lake_server import pictures
from setwright.server.keys import Role
from tests.lake.lakes import ingest, write
from tests.laws import examples
from tests.remotes.lake_server.losing import losing
from tests.remotes.lake_server.test_losses import remote_at
from tests.server.serving import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from setwright.remotes.lake_server.remote import ServedLakeRemote
    from tests.remotes.lake_server.losing import Losing

COUNT = 90
EVERYTHING = Selection(source=LakeSource(), query="", filter=Filter(), operations=(), labels=())


@pytest.fixture(scope="module")
def served(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[ServedLakeRemote, Losing, list[PictureFile]]]:
    place = tmp_path_factory.mktemp("pictures")
    with Lake.create(place / "lake") as lake:
        ingest(lake, write(place / "drawn", {f"{n:02}.png": [] for n in range(COUNT)}), "drawn")
    with (
        serving(place / "lake") as running,
        losing(running.url) as proxy,
        remote_at(proxy.url, running.keys[Role.READ]) as remote,
    ):
        frames = running.service.lake.membership(EVERYTHING, 1).frames
        files = [
            PictureFile(name, digest.decode(), size)
            for name, digest, size in zip(
                frames.name.tolist(), frames.digest.tolist(), frames.size.tolist(), strict=True
            )
        ]
        yield remote, proxy, files


def read(remote: ServedLakeRemote, wanted: list[PictureFile]) -> None:
    opened = remote.opener(iter(wanted))
    for entry in wanted:
        with opened(entry.digest) as picture:
            assert hashlib.sha256(picture.read()).hexdigest() == entry.digest


def test_many_small_ones_take_few_requests(
    served: tuple[ServedLakeRemote, Losing, list[PictureFile]],
) -> None:
    remote, proxy, files = served
    before = len(proxy.seen)
    read(remote, files)
    assert proxy.seen[before:] == ["POST /pictures"] * 2


@given(order=st.lists(st.integers(0, COUNT - 1), max_size=100), small=st.integers(0, 200))
@settings(
    max_examples=examples(10), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_each_is_the_right_one_in_any_order_and_however_often(
    served: tuple[ServedLakeRemote, Losing, list[PictureFile]], order: list[int], small: int
) -> None:
    remote, _, files = served
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(
            pictures, "SMALL", small
        )  # the pictures are of 70 to 100 bytes, so some or all are large
        patched.setattr(pictures, "MOST_TOGETHER", 7)
        read(remote, [files[place] for place in order])


def test_one_that_is_not_there_is_an_error_and_comes_before_any_bytes(
    served: tuple[ServedLakeRemote, Losing, list[PictureFile]],
) -> None:
    remote, _, files = served
    missing = PictureFile("x", "0" * 64, 10)
    opened = remote.opener([files[0], missing])
    with pytest.raises(RemoteError):
        opened(files[0].digest)


def test_an_answer_that_is_cut_is_asked_for_again(
    served: tuple[ServedLakeRemote, Losing, list[PictureFile]],
) -> None:
    remote, proxy, files = served
    proxy.fault, proxy.on = "cut", "POST /pictures"
    before = len(proxy.seen)
    read(remote, files[:20])
    assert proxy.seen[before:] == ["POST /pictures"] * 2
