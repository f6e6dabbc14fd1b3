"""Addresses on the command line: checked against the project, and completed by the shell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from setwright.cli.workspace import Workspace
    from setwright.model.versions import Version
    from setwright.remotes.protocol import RemoteReader


class Address(click.ParamType[str]):
    """A dataset's address; with `version` an address, or one with `@` and a version's number."""

    name = "address"

    def __init__(self, *, version: bool = False) -> None:
        self._version = version

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        return "ADDRESS[@VERSION]" if self._version else "ADDRESS"

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """The addresses of the project's specs; none where the project cannot be read."""
        from click.shell_completion import CompletionItem

        from setwright.cli.completing import folder_of
        from setwright.cli.workspace import open_workspace

        project = open_workspace(folder_of(ctx)).project
        if project is None:
            return []
        return [
            CompletionItem(spec.address, help=spec.config.description or spec.config.name)
            for spec in project.specs
            if spec.address.startswith(incomplete)
        ]


def dataset_name(workspace: Workspace, address: str, remote: RemoteReader) -> str:
    """The name at the remote of the dataset at `address`, whose project is that of `require_bare`.

    It has the one that was applied last until a spec that names it otherwise, or moves it to this address, is applied.
    Where the specs hold errors, only that one counts.

    Raises:
        UsageError: neither the specs nor the state know the address.
        FindingsError: the state does not know the address, and the specs hold errors.
    """
    from setwright.cli.workspace import require_bare
    from setwright.model.errors import FindingsError, UsageError
    from setwright.model.suggestions import did_you_mean

    project = require_bare(workspace)
    specs = {spec.address: spec for spec in project.specs}
    spec, state = specs.get(address), remote.state(project.name)
    made = state.datasets if state else {}
    applied = made.get(address) or (made.get(spec.previously) if spec and spec.previously else None)
    if applied is not None:
        name = applied.config.name
        if spec is None or spec.config.name == name or remote.versions(name):
            return name
    if spec is not None:
        return spec.config.name
    if workspace.project is None:
        raise FindingsError(workspace.diagnostics)
    moved = next((spec.address for spec in project.specs if spec.previously == address), None)
    # Where an address alone is asked for, somebody may give a version's number with it.
    hint = did_you_mean(address, specs) or did_you_mean(address.partition("@")[0], specs)
    if moved is not None:
        hint = f'its address is "{moved}" now'
    elif address and remote.versions(address):
        # As one that was forgotten with its spec, which keeps its versions.
        hint = f"{remote.location} has a dataset of that name; `setwright adopt {address}` takes it into the project"
    raise UsageError(
        f'There is no dataset "{address}" in this project',
        f"Its specs are of {', '.join(specs)}." if specs else "It has no specs yet.",
        hint,
    )


def find_version(workspace: Workspace, target: str, remote: RemoteReader) -> tuple[str, Version]:
    """The address and the version that `target` means: `address@number`, by a number that it has or had, or `address`
    for the newest one.

    Raises:
        UsageError: there is no such version, or neither the specs nor the state know the address.
        FindingsError: the state does not know the address, and the specs hold errors.
    """
    from setwright.model.errors import UsageError
    from setwright.model.versions import VersionNumber

    address, _, number = target.partition("@")
    name = dataset_name(workspace, address, remote)
    versions = remote.versions(name)
    if not versions:
        raise UsageError(
            f'There is no dataset "{name}" at {remote.location} yet',
            f'"{address}" has to be made first.',
            "run `setwright apply`",
        )
    if not number:
        return address, versions[0]
    wanted = VersionNumber.parse(number)
    # A number that was given once names that content for ever, also where an amendment gave it another.
    found = next((each for each in versions if each.number == wanted), None)
    if found is None:
        found = remote.version_by_number(name, wanted)
        if found is not None:
            click.echo(
                f"{address} {wanted} was updated in place, and is {found.number} now: the same content.",
                err=True,
            )
    if found is not None:
        return address, found
    known = ", ".join(str(version.number) for version in versions[:10])
    raise UsageError(f"{address} has no version {number}", f"There are {known}.")
