"""Projects in memory, planned and applied without a command line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from setwright.apply.journal import Journal
from setwright.apply.locking import lock, locked
from setwright.apply.planning import Planned, make_plan
from setwright.apply.recover import Recovered, recover
from setwright.apply.run import Outcome, StepEvent, Waiting, run, unobserved
from setwright.model.dataset import CollectionSource, DatasetConfig, LabelClass
from setwright.model.diagnostics import SourceRef
from setwright.model.events import Listener, silence
from setwright.remotes.memory import MemoryRemote
from setwright.remotes.memory_frames import StoredFrame
from setwright.remotes.protocol import Remote, RemoteReader
from setwright.spec.pin import Pin
from setwright.spec.project import Project, RemoteSettings, Spec
from tests.conformance.test_memory import stored

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
CELLS = DatasetConfig(
    name="Cells",
    source=CollectionSource(name="cells"),
    labels=(LabelClass(name="WBC", sources=("WBC",)), LabelClass(name="RBC", sources=("RBC",))),
    exports=("RAW",),
)
FRAMES = {f"{number:02}.png": ["WBC", "RBC"] if number % 3 else [] for number in range(20)}


def project(configs: Mapping[str, DatasetConfig]) -> Project:
    """A project with a spec for each address."""
    specs = (
        Spec(
            address=address,
            config=config,
            where=SourceRef(f"specs/{address}.yaml", 1, 1, 1, 1),
            fields={"query": SourceRef(f"specs/{address}.yaml", 4, 1, 4, 9)},
        )
        for address, config in sorted(configs.items())
    )
    return Project(name="blood", remote=RemoteSettings(), specs=tuple(specs))


def lake_in_memory() -> MemoryRemote:
    """A remote with a collection of cells."""
    remote = MemoryRemote()
    remote.put(frames(FRAMES))
    return remote


def frames(labels: Mapping[str, list[str]]) -> list[StoredFrame]:
    """Frames of the collection `cells`, labels by file name."""
    return [stored("cells", name, list(each)) for name, each in labels.items()]


def planned(
    remote: Remote, wanted: Project, lineage: str = "lineage", pins: Mapping[str, Pin] | None = None
) -> Planned:
    """The plan for `wanted`."""
    return make_plan(remote, wanted, lineage=lineage, pins=pins)


def locked_now(
    remote: RemoteReader,
    wanted: Project,
    pins: Mapping[str, Pin] | None = None,
    *,
    upgrade: bool = False,
) -> dict[str, Pin]:
    """The pins of `wanted` once it is locked."""
    known = pins or {}
    chosen = {*known, *(spec.address for spec in wanted.specs)}
    return locked(known, lock(remote, wanted, known, chosen=chosen, upgrade=upgrade))


def carry_out(
    remote: Remote,
    made: Planned,
    folder: Path,
    *,
    name: str = "apply-1",
    seconds: float = 0,
    sleep: Callable[[float], None] = lambda _: None,
    clock: Callable[[], datetime] = lambda: NOON,
    listener: Listener = silence,
    observer: Callable[[StepEvent], None] = unobserved,
) -> Outcome:
    """Apply a plan, with its journal in `folder`."""
    return run(
        made.plan,
        remote,
        project="blood",
        state=made.state,
        journal=Journal(folder, name, "blood"),
        author="ada",
        clock=clock,
        waiting=Waiting(seconds=seconds, sleep=sleep),
        listener=listener,
        observer=observer,
    )


def recovered(remote: Remote, folder: Path) -> list[Recovered]:
    """What earlier runs had left to settle."""
    return list(
        recover(remote, project="blood", folder=folder, author="ada", lineage="lineage", clock=lambda: NOON)
    )
