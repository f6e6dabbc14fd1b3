"""`setwright adopt`: take a dataset that exists into the project."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from setwright.cli.address import Address
from setwright.cli.context import Session, pass_session
from setwright.cli.spec_options import SpecOptions, spec_options
from setwright.model.counting import counted

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from setwright.model.dataset import DatasetConfig
    from setwright.model.versions import ObservedDataset
    from setwright.remotes.layernext.remote import LayerNextRemote
    from setwright.remotes.protocol import Remote
    from setwright.spec.project import Project


@click.command()
@click.argument("address", type=Address())
@click.option(
    "--version-id", metavar="ID", help="The version that the dataset is at; LayerNext shows it on its page."
)
@click.option(
    "--name", metavar="NAME", help="Its name at the remote.  [default: that of its spec, or ADDRESS]"
)
@spec_options
@pass_session
def command(
    session: Session, address: str, version_id: str | None, name: str | None, options: SpecOptions
) -> None:
    """Write a spec for a dataset that exists, and let the state know it as ADDRESS.

    A lake tells all of a dataset. LayerNext does not: what could not be read is said, and stands as the default in the
    spec. Where ADDRESS has a spec already, that stays, and is taken for what the dataset was made of.

    Nothing is changed at the remote. Look at the spec, and `setwright plan`.
    """
    import re
    import secrets
    from datetime import UTC, datetime

    from setwright.apply.adopting import bind
    from setwright.cli.own_folder import own_folder
    from setwright.cli.starting import leads_to
    from setwright.cli.workspace import require_project, require_settings
    from setwright.model.errors import UsageError
    from setwright.remotes.open import open_remote
    from setwright.spec.file_types import ADDRESS_PATTERN, MAX_ADDRESS

    if len(address) > MAX_ADDRESS or re.fullmatch(ADDRESS_PATTERN, address) is None:
        raise UsageError(
            f"Not an address: {address[:60]!r}",
            "It has letters, digits, and . _ - between them.",
            "give the dataset's name at the remote with --name",
        )
    workspace = options.open(session.cwd)
    project = require_project(workspace)
    spec = next((each for each in project.specs if each.address == address), None)
    called = name or (spec.config.name if spec is not None else address)
    file = workspace.root / "specs" / f"{address}.yaml"
    if spec is None:
        _check_free(file)
    holder = next((each.address for each in project.specs if each.config.name == called), address)
    if holder != address:
        raise UsageError(
            f'The project has the dataset "{called}" already',
            f"It is that of {holder}. Nothing was changed.",
            f"`setwright plan --select {holder}` shows in what its spec and the dataset differ",
        )
    written = None if spec is None else spec.config
    notes: Mapping[str, str] = {}
    unread: tuple[str, ...] = ()
    with open_remote(project.remote, workspace.root, project.state) as remote:
        if remote.capabilities.reads_config:
            config, observed = _from_lake(remote, called), None
        else:
            config, notes, unread, observed = _from_layernext(remote, project, called, version_id, written)
        if observed is not None:
            own_folder(workspace.root)  # before the state is in it
            at, lineage = datetime.now(UTC), secrets.token_hex(16)
            bind(remote, project.name, address, observed, config, lineage=lineage, at=at)
    if spec is None:
        _write(file, address, config, notes)
        written_to = str(file.relative_to(workspace.root))
        click.echo(f"{written_to} was written.")
        if not leads_to(workspace.root, require_settings(workspace.root)[1], written_to):
            click.echo(
                f"No pattern under `specs:` in setwright.yaml leads to {written_to}: add one, or move the file."
            )
    else:
        stands_for = "stays" if observed is None else "is taken for what the dataset was made of"
        click.echo(f"{address} has a spec already, which {stands_for}.")
    if observed is not None:
        frames = observed.version.statistics.frames
        click.echo(
            f"The state knows it as {address}: version {observed.version.id}, {counted(frames, 'frame')}."
        )
    for each in unread:
        click.echo(f"Not read: {each}.")
    click.echo("`setwright plan` shows in what the spec and the dataset differ, as far as it can be seen.")


def _from_lake(remote: Remote, name: str) -> DatasetConfig:
    from setwright.model.errors import UsageError

    observed = remote.observe([name]).get(name)
    if observed is None:
        raise UsageError(
            f'There is no dataset "{name}"', f"{remote.location} has none.", "give it with --name"
        )
    return remote.config(observed.version.id)


def _from_layernext(
    remote: Remote, project: Project, name: str, version: str | None, written: DatasetConfig | None
) -> tuple[DatasetConfig, Mapping[str, str], tuple[str, ...], ObservedDataset]:
    """What could be read, notes by field, what could not, and the dataset as it was recorded."""
    import getpass
    from datetime import UTC, datetime
    from typing import cast

    from setwright.model.errors import UsageError

    if version is None:
        raise UsageError(
            "Which version?",
            "LayerNext does not list them. The id of the newest is on the dataset's page.",
            "give it with --version-id",
        )
    layernext = cast("LayerNextRemote", remote)
    notes: Mapping[str, str] = {}
    unread: tuple[str, ...] = ()
    if written is None:
        read = layernext.read(name, version, _labels(project, version))
        written, notes, unread = read.config, read.notes, read.unread
    with remote.lease(name, "setwright adopt"):
        observed = layernext.adopt(version, written, author=getpass.getuser(), at=datetime.now(UTC))
    return observed.config or written, notes, unread, observed


def _labels(project: Project, version: str) -> tuple[str, ...]:
    """The labels that occur in the version, by its RAW export; none where it has none that can be read."""
    import tempfile
    import time
    from pathlib import Path

    from setwright.cli.servers import Server
    from setwright.model.errors import SetwrightError
    from setwright.remotes.http.connection import base_url
    from setwright.remotes.layernext.adopting import labels_in
    from setwright.remotes.layernext.client import Client
    from setwright.remotes.layernext.connection import Connection
    from setwright.remotes.layernext.download import download
    from setwright.remotes.layernext.fetching import Fetcher

    assert project.remote.url is not None
    server = Server("layernext", base_url(project.remote.url))
    with tempfile.TemporaryDirectory() as folder, Connection(server.url, server.credentials()) as connection:
        try:
            download(
                Client(connection),
                version,
                "RAW",
                Path(folder),
                session=f"{time.time():.6f}",
                fetcher=lambda: Fetcher(server.url),
                media=False,
            )
        except SetwrightError:
            return ()
        return labels_in(Path(folder))


def _check_free(file: Path) -> None:
    import os

    from setwright.model.errors import UsageError

    if os.path.lexists(file):
        raise UsageError(
            f"specs/{file.name} is there already",
            "It holds no spec of that address. Nothing was changed.",
            "move it away, or choose another address",
        )


def _write(file: Path, address: str, config: DatasetConfig, notes: Mapping[str, str]) -> None:
    """Write the spec: what was found, and of the rest what is not the default."""
    from setwright.edge.files import write_whole
    from setwright.model.dataset import DatasetConfig as Config
    from setwright.spec.encode import encode
    from setwright.spec.yaml_text import as_yaml

    plain = encode(address, Config(name=address, source=config.source, labels=config.labels))
    told = encode(address, config)
    kept = {
        name: value
        for name, value in told.items()
        if name in ("dataset", "source", "labels", "split", "exports") or value != plain.get(name)
    }
    kept["split"] = {part: kept["split"][part] for part in ("train", "validation", "test")} | {
        part: value for part, value in kept["split"].items() if value != plain["split"].get(part)
    }
    write_whole(file, as_yaml(kept, notes).encode())
