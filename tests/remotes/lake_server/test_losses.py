"""Whichever answer of a lake's server is lost, everything is made once, and the next run finishes what is left.

`SETWRIGHT_LAWS=10` tries each fault at each request; by default each call that writes has one.
"""

from __future__ import annotations

import itertools
import shutil
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from setwright.apply.steps import steps
from setwright.lake.lake import Lake
from setwright.model.errors import UnansweredError
from setwright.model.versions import Deletion
from setwright.remotes.http.connection import Connection, Limits
from setwright.remotes.http.credentials import Credentials, Secret
from setwright.remotes.lake_server.remote import ServedLakeRemote
from setwright.server.keys import Role
from tests.apply.projects import CELLS, NOON, carry_out, planned, project, recovered
from tests.lake.lakes import ingest, write
from tests.laws import examples
from tests.remotes.lake_server.losing import Fault, losing
from tests.server.serving import serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


FAULTS: tuple[Fault, ...] = ("lost", "cut", "bad gateway", "never sent", "too many")
ALL = examples(1) > 1


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake with a few cells."""
    place = tmp_path_factory.mktemp("cells")
    with Lake.create(place / "lake") as made:
        ingest(made, write(place / "cells", {f"{n}.png": ["WBC", "RBC"][: n % 3] for n in range(6)}), "cells")
    return place / "lake"


@contextmanager
def remote_at(url: str, pair: tuple[str, str], *, tries: int = 4) -> Iterator[ServedLakeRemote]:
    """The lake's server at `url`, waited for without any pause."""
    credentials = Credentials(key=Secret(pair[0]), secret=Secret(pair[1]), source="the test")
    limits = Limits(connect=5, read=20, tries=tries)
    connection = Connection(
        url, credentials, service="The lake's server", limits=limits, sleep=lambda _: None
    )
    with closing(connection):
        yield ServedLakeRemote(connection, sleep=lambda _: None)


def work(remote: ServedLakeRemote, folder: Path) -> None:
    """Everything that changes something: two datasets made, one followed, amended and renamed, one deleted."""
    both = {"cells": CELLS, "others": replace(CELLS, name="Others")}
    carry_out(remote, planned(remote, project(both)), folder, name="apply-1")
    changed = replace(CELLS, name="Blood", exports=("RAW", "YOLO Darknet"), query="annotation.label=WBC")
    carry_out(remote, planned(remote, project({"cells": changed})), folder, name="apply-2")
    described = replace(changed, description="Cells")
    outcome = carry_out(remote, planned(remote, project({"cells": described})), folder, name="apply-3")
    assert not outcome.failed, outcome.failed
    last = remote.observe(["Others"])["Others"].version
    remote.delete(Deletion(key="k", name="Others", version=last.id, author="ada", at=NOON))


def made(lake: Path) -> list[tuple[str, list[str]]]:
    """What is in the lake in the end: of each dataset its versions' numbers."""
    with Lake.open(lake) as opened:
        names = opened.vocabulary().datasets or ()
        return [(name, [str(each.number) for each in opened.versions(name)]) for name in names]


def test_whichever_answer_is_lost_everything_is_made_once(lake: Path, tmp_path: Path) -> None:
    def after(number: int, fault: Fault) -> tuple[list[tuple[str, list[str]]], list[str]]:
        """What is in the lake, and which requests there were, after the request `number` had that fault."""
        copy = tmp_path / f"{number}-{fault}"
        shutil.copytree(lake, copy)
        with serving(copy) as running, losing(running.url) as proxy:
            proxy.at, proxy.fault = number, fault
            with remote_at(proxy.url, running.keys[Role.ADMIN]) as remote:
                work(remote, tmp_path / f"journals-{number}-{fault}")
        return made(copy), proxy.seen

    whole, requests = after(-1, "lost")
    assert whole == [("Blood", ["1.1.0", "1.0.0"])]
    cases = itertools.product(range(len(requests)), FAULTS) if ALL else _one_of_each(requests)
    for number, fault in cases:
        assert after(number, fault)[0] == whole, (requests[number], fault)


def _one_of_each(requests: list[str]) -> Iterator[tuple[int, Fault]]:
    """Each call that writes once, each with another fault."""
    reads = ("GET", "POST /datasets/observe", "POST /versions/manifests")
    writes = sorted({each for each in requests if not each.startswith(reads)})
    for place, call in enumerate(writes):
        yield requests.index(call), FAULTS[place % len(FAULTS)]
    # The one write that is not sent again without a look.
    yield requests.index("PUT /state"), "too many"


@pytest.mark.parametrize("call", ["POST /publications", "POST /amendments", "PUT /state"])
def test_who_gets_no_answer_looks_or_leaves_an_intent_by_which_the_next_run_finds_what_was_made(
    lake: Path, tmp_path: Path, call: str
) -> None:
    copy = tmp_path / "lake"
    shutil.copytree(lake, copy)
    wanted = project({"cells": CELLS})
    journals = tmp_path / "journals"
    with (
        serving(copy) as running,
        losing(running.url) as proxy,
        remote_at(running.url, running.keys[Role.ADMIN]) as sound,
        remote_at(proxy.url, running.keys[Role.ADMIN], tries=1) as unlucky,
    ):
        if call == "POST /amendments":
            carry_out(sound, planned(sound, wanted), journals, name="apply-0")
            wanted = project({"cells": replace(CELLS, description="Cells")})
        plan = planned(unlucky, wanted)
        proxy.on = call
        outcome = carry_out(unlucky, plan, journals, name="apply-1")
        assert call in proxy.seen
        if call != "POST /amendments":
            assert not outcome.failed  # it looked whether it was made, or recorded, and it was
        else:  # one of which no one asks how far it is
            assert [type(failed.error) for failed in outcome.failed] == [UnansweredError]
            assert [each.version is not None for each in recovered(sound, journals)] == [True]
        assert list(steps(planned(sound, wanted).plan)) == []
        assert [str(each.number) for each in sound.versions("Cells")] == ["1.0.0"]
