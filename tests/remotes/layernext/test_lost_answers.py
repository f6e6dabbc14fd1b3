"""Whatever becomes of one request or its answer, the next run finishes, and nothing is made twice.

With `SETWRIGHT_MANY` every request of each job meets every fault, else those that change something meet some.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from setwright.apply.adopting import bind
from setwright.apply.planning import make_plan
from setwright.lake.lake import Lake
from setwright.model.dataset import CollectionSource, DatasetConfig, LabelClass
from setwright.model.errors import SetwrightError, UnansweredError
from setwright.remotes.http.connection import Limits
from setwright.remotes.protocol import Remote
from tests.apply.projects import carry_out, project, recovered
from tests.lake.lakes import ingest, write
from tests.remotes.layernext.faulty import KINDS, Fault, Kind, faulty
from tests.remotes.layernext.served import connected
from tests.server.serving import Serving, serving

IMPATIENT = Limits(connect=5.0, read=0.8, total=5.0, tries=2)

CONFIG = DatasetConfig(
    name="",
    source=CollectionSource(name="party"),
    labels=(LabelClass(name="Balloon", sources=("Balloon",)),),
    exports=("RAW",),
)

JOBS: dict[str, tuple[str, DatasetConfig, int]] = {
    "create": ("/create", CONFIG, 1),
    "new version": ("/updateNewVersion", replace(CONFIG, query="annotation.label=Kite"), 2),
    "in place": ("/updateExistingVersion", replace(CONFIG, exports=("RAW", "YOLO Darknet")), 1),
    "replaced": (
        "/updateExistingVersion",
        replace(CONFIG, query="annotation.label=Kite", versioning="in_place"),
        2,
    ),
    "delete": ("/deleteVersion", CONFIG, 0),
}
"""What is asked, by which call, and how many contents the lake holds then."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    folder = tmp_path_factory.mktemp("server")
    with Lake.create(folder / "lake") as lake:
        frames = {f"{n}.png": ["Balloon", "Kite"] if n % 2 else ["Balloon"] for n in range(6)}
        ingest(lake, write(folder / "party", frames), "party")
    with serving(folder / "lake") as running:
        yield running


numbers = count()


def apply(remote: Remote, wanted: Mapping[str, DatasetConfig], folder: Path) -> bool:
    """Settle what an earlier run left, plan and apply; whether everything was done, and nothing is left to do."""
    recovered(remote, folder)
    prune = not wanted
    made = make_plan(remote, project(dict(wanted)), lineage="lineage", prune=prune)
    outcome = carry_out(remote, made, folder, name=f"apply-{next(numbers)}")
    for failed in outcome.failed:
        if isinstance(failed.error, UnansweredError):
            raise failed.error
    return (
        not outcome.failed
        and make_plan(remote, project(dict(wanted)), lineage="lineage", prune=prune).plan.empty
    )


def prepared(server: Serving, job: str, folder: Path) -> tuple[str, Mapping[str, DatasetConfig]]:
    """A name of its own, with what has to be there before the job; what the job asks for."""
    name = f"Dataset {next(numbers)}"
    if job != "create":
        with connected(server, folder) as remote:
            assert apply(remote, {"it": replace(CONFIG, name=name)}, folder)
    return name, {} if job == "delete" else {"it": replace(JOBS[job][1], name=name)}


def attempt(
    server: Serving, fault: Fault, wanted: Mapping[str, DatasetConfig], folder: Path
) -> SetwrightError | None:
    """Apply with the fault; what stopped it."""
    with faulty(server.url, fault) as url:
        try:
            with connected(server, folder, url=url, limits=IMPATIENT, sleep=lambda _: None) as remote:
                apply(remote, wanted, folder)
        except SetwrightError as error:
            return error
    return None


def finishes(server: Serving, job: str, fault: Fault, folder: Path) -> None:
    name, wanted = prepared(server, job, folder)
    attempt(server, fault, wanted, folder)
    with connected(server, folder, sleep=lambda _: None) as remote:
        assert apply(remote, wanted, folder) or apply(remote, wanted, folder)
        versions = server.service.lake.versions(name)
        assert len(versions) == JOBS[job][2], (job, fault.kind, fault.place)
        state = remote.state("blood")
        assert state is not None
        if versions:
            assert state.datasets["it"].version == versions[-1 if job == "replaced" else 0].id
            assert versions[0].exports == wanted["it"].exports
        else:
            assert not state.datasets


SOME: tuple[Kind, ...] = (
    KINDS if "SETWRIGHT_MANY" in os.environ else ("drop after", "truncate", "500 after", "429 before")
)


@pytest.mark.slow
@pytest.mark.parametrize("kind", SOME)
@pytest.mark.parametrize("job", JOBS)
def test_a_change_whose_answer_is_lost_is_made_once(
    server: Serving, tmp_path: Path, job: str, kind: Kind
) -> None:
    fault = Fault(kind, path=JOBS[job][0])
    finishes(server, job, fault, tmp_path)
    assert fault.fired


@pytest.mark.slow
@pytest.mark.skipif("SETWRIGHT_MANY" not in os.environ, reason="takes minutes")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("job", JOBS)
def test_every_single_request_may_go_wrong(server: Serving, tmp_path: Path, job: str, kind: Kind) -> None:
    for place in count(1):
        fault = Fault(kind, place=place)
        finishes(server, job, fault, tmp_path / str(place))
        if not fault.fired:
            print(f"{job}, {kind}: {place - 1} requests")
            return


HIDDEN = ("/datasets/list",)
"""What a LayerNext may not answer; without it nobody can look for a version whose answer was lost."""


@pytest.mark.slow
@pytest.mark.parametrize("job", ["create", "new version"])
def test_where_nobody_can_tell_nothing_is_asked_twice_until_somebody_looks(
    server: Serving, tmp_path: Path, job: str
) -> None:
    name, wanted = prepared(server, job, tmp_path)
    stopped = attempt(server, Fault("drop after", path=JOBS[job][0], hidden=HIDDEN), wanted, tmp_path)
    assert isinstance(stopped, UnansweredError)
    made = server.service.lake.versions(name)
    assert len(made) == JOBS[job][2]
    # However often it is applied again, it stops there.
    for _ in range(2):
        again = attempt(server, Fault("late", place=0, hidden=HIDDEN), wanted, tmp_path)
        assert isinstance(again, UnansweredError)
        assert "adopt" in (again.hint or "")
    assert server.service.lake.versions(name) == made
    with (
        faulty(server.url, Fault("late", place=0, hidden=HIDDEN)) as url,
        connected(server, tmp_path, url=url, sleep=lambda _: None) as remote,
    ):
        observed = remote.adopt(made[0].id, wanted["it"], author="ada", at=made[0].created_at)
        bind(remote, "blood", "it", observed, wanted["it"], lineage="lineage", at=made[0].created_at)
        assert apply(remote, wanted, tmp_path) or apply(remote, wanted, tmp_path)
    assert server.service.lake.versions(name) == made
