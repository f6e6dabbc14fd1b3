"""The first minute of a project: its files made without touching one that is there, and a spec for given pictures."""

from __future__ import annotations

import os
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from setwright.model.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from setwright.lake.ingest import Found
    from setwright.model.events import Listener
    from setwright.spec.project_file import ProjectSettings

EXAMPLE_FILE = "specs/balloons.yaml.example"
"""Its ending keeps it from being read as a spec."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What a folder of pictures asks for: how to ingest it, and the text of a spec.

    `labels` are the labels with their counts, most frequent first; `unnamable` those that no spec can name. `spec` is
    None where there is no label to make a class of.
    """

    address: str
    format: str
    title: str
    pictures: int
    annotations: int
    labels: tuple[tuple[str, int], ...]
    unnamable: tuple[str, ...]
    problems: int
    spec: str | None

    @property
    def file(self) -> str:
        """Where the spec goes, from the project's folder."""
        return f"specs/{self.address}.yaml"


def propose(pictures: Path, label: str | None, listener: Listener) -> Proposal:
    """Look at the files in `pictures`; annotations are read, pictures not opened. `label` as in `lake ingest`.

    Raises:
        UsageError: it is no folder.
        FormatError: there are no pictures, or the annotations cannot be read.
    """
    from collections import Counter

    from setwright.formats.reading.listing import FolderListing
    from setwright.formats.reading.protocol import ReadOptions, opened_by
    from setwright.formats.reading.registry import detect
    from setwright.lake.ingest import find
    from setwright.spec.shape_findings import address_like
    from setwright.spec.starter import is_name, proposed_spec

    listing = FolderListing(pictures)
    reader = detect(listing)
    found = find(opened_by(reader, listing), reader, ReadOptions(label=label), listener)
    counts = Counter(
        annotation.label
        for said in found.said.values()
        for frame in said
        for annotation in frame.annotations or ()
    )
    labels = sorted(
        ((name, count) for name, count in counts.items() if is_name(name)),
        key=lambda row: (-row[1], row[0]),
    )
    address = address_like(pictures.resolve().name) or "pictures"
    spec = None
    if labels:
        spec = proposed_spec(
            address,
            seen=pictures.resolve().name,  # not the whole path, which is one machine's
            pictures=len(found.pictures),
            labels=labels,
            annotations=counts.total(),
            official=_came_divided(found),
        )
    return Proposal(
        address=address,
        format=reader.name,
        title=reader.title,
        pictures=len(found.pictures),
        annotations=counts.total(),
        labels=tuple(labels),
        unnamable=tuple(sorted(name for name in counts if name and not is_name(name))),
        problems=len(found.problems),
        spec=spec,
    )


def _came_divided(found: Found) -> bool:
    """Whether every picture comes with a split that a spec knows by itself, and not all with one."""
    from setwright.model.splits import USUAL_VALUES

    usual = {value for some in USUAL_VALUES.values() for value in some}
    splits: set[object] = set()
    for name in found.pictures:
        # Several may speak of a picture, and not each of its split.
        told = {frame.metadata.get("source_split") for frame in found.said.get(name, ())} - {None}
        if len(told) != 1 or not told <= usual:
            return False
        splits |= told
    return len(splits) > 1


def ingest_command(root: Path, pictures: Path, proposal: Proposal, label: str | None) -> str:
    """The command line that brings `pictures` into a lake, as one types it in the folder `root`."""
    path = str(pictures)
    if not pictures.is_absolute() and root.resolve() != type(root).cwd():
        try:
            path = os.path.relpath(pictures.resolve(), root.resolve())
        except ValueError:  # on another drive
            path = str(pictures.resolve())
    if path.startswith("-"):
        path = f"./{path}"
    words = [
        "setwright",
        "lake",
        "ingest",
        path,
        "--format",
        proposal.format,
        "--collection",
        proposal.address,
    ]
    return shlex.join([*words, *(["--label", label] if label is not None else [])])


def start_project(root: Path, *, example: bool = True) -> tuple[str, ...]:
    """Make a project in `root`, which may hold anything but one. Returns the files for people, by name within it.

    With `example` that is also a spec to copy, unless there are files where the specs go.

    The project file comes last, so that a run that was cut short can be repeated.

    Raises:
        UsageError: there is a project.
    """
    from setwright.cli.own_folder import own_folder
    from setwright.cli.workspace import PROJECT_FILE
    from setwright.edge.files import add_file
    from setwright.lake.lake import Lake
    from setwright.spec.project import DEFAULT_LAKE
    from setwright.spec.starter import EXAMPLE, project_text

    refuse_existing(root)
    lake = root / DEFAULT_LAKE
    if not (lake / "lake.json").exists():
        Lake.create(lake).close()
    own_folder(root)
    specs = root / "specs"
    wanted = example and not (specs.is_dir() and any(specs.iterdir()))
    if wanted:
        add_file(root / EXAMPLE_FILE, EXAMPLE)
    add_file(root / PROJECT_FILE, project_text(root.resolve().name))
    return (PROJECT_FILE, EXAMPLE_FILE) if wanted else (PROJECT_FILE,)


def project_around(folder: Path | None, cwd: Path) -> tuple[Path, bool]:
    """The folder of the project to add to, and whether there is one already.

    That is `folder` where one is named, else the nearest project around `cwd`, else `cwd`.
    """
    from pathlib import Path

    from setwright.cli.workspace import PROJECT_FILE, find_root

    if folder is not None:
        return folder, os.path.lexists(folder / PROJECT_FILE)
    found = find_root(cwd)
    return (Path(), False) if found is None else (Path() if found == cwd else found, True)


def refuse_existing(root: Path) -> None:
    """Do nothing where `root` itself holds no project.

    Raises:
        UsageError: it holds one.
    """
    from setwright.cli.workspace import PROJECT_FILE

    if os.path.lexists(root / PROJECT_FILE):
        raise UsageError(
            "There is a project here already",
            f"{root / PROJECT_FILE} is left as it is.",
            "`setwright init --from PICTURES` proposes a spec for it; `setwright validate` checks those that it has",
        )


def refuse_taken(root: Path, proposal: Proposal, *, project: bool) -> None:
    """Do nothing where there is neither the file nor, in a `project` in `root`, the address that `proposal` is for.

    Raises:
        UsageError: it has.
    """
    from setwright.cli.workspace import open_workspace

    if os.path.lexists(root / proposal.file):
        raise UsageError(
            f"There is a {proposal.file} already",
            "It is left as it is.",
            "rename it or the folder of pictures; the one's name is made of the other's",
        )
    found = open_workspace(root).project if project else None
    if found is not None and any(spec.address == proposal.address for spec in found.specs):
        raise UsageError(
            f'The project has a dataset "{proposal.address}" already',
            "The proposed dataset would have the same address, which is made of the name of the folder of pictures.",
            "rename the folder of pictures",
        )


def leads_to(root: Path, settings: ProjectSettings, name: str) -> bool:
    """Whether the project's patterns lead to the spec file `name`, which is there."""
    from setwright.cli.spec_files import find_files

    return name in find_files(root, settings.patterns, lambda _: None)
