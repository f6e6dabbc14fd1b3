"""`setwright lock`: pin what the specs select."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from setwright.cli.address import Address
from setwright.cli.context import Session, pass_session
from setwright.cli.spec_options import SpecOptions, spec_options
from setwright.model.counting import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from setwright.apply.locking import PinChange
    from setwright.spec.pin import Pin


@click.command()
@click.argument("addresses", metavar="[ADDRESS]...", nargs=-1, type=Address())
@click.option("--upgrade", is_flag=True, help="Move the pins to what the lake has now.")
@click.option("--revision", type=int, metavar="N", help="Move the pins to this revision, back or forth.")
@click.option(
    "--check",
    is_flag=True,
    help="Write nothing; exit with 1 if the file would change. With --upgrade also if the lake has moved on.",
)
@spec_options
@pass_session
def command(
    session: Session,
    addresses: tuple[str, ...],
    upgrade: bool,
    revision: int | None,
    check: bool,
    options: SpecOptions,
) -> int:
    """Pin what the specs select, in setwright.lock.

    Without a lock file a plan follows the lake: frames that came are planned. A spec that is pinned is given the
    frames of the revision in the lock file, whatever comes to the lake; the plan says what an upgrade would bring.
    Commit the file, and upgrade in a commit of its own.

    All specs are pinned, or those of the ADDRESSES. Pins that there are stay where they are unless --upgrade is given.
    One that contradicts the lake, as a merge may leave it, is told and makes the exit code 1; --upgrade mends it. An
    environment has a lock file of its own.

    --revision goes back to the frames that an earlier version was made of; `setwright versions` tells the revisions.
    """
    if upgrade and revision is not None:
        raise click.UsageError(
            "--upgrade moves pins to the newest revision; it cannot be given with --revision."
        )
    from setwright.apply.locking import lock, locked
    from setwright.cli import lock_file
    from setwright.cli.findings import show_findings
    from setwright.cli.progress import listening
    from setwright.cli.workspace import require_project
    from setwright.plan.pin_findings import broken
    from setwright.remotes.open import open_remote

    workspace = options.open(session.cwd)
    project = require_project(workspace)
    show_findings(session, workspace.diagnostics, err=True)
    pins = lock_file.read(workspace.root, options.environment)
    known = list(dict.fromkeys([*(spec.address for spec in project.specs), *(pins or ())]))
    _check_known(addresses, known)
    with (
        open_remote(project.remote, workspace.root, project.state) as remote,
        listening(session, quiet=True) as listener,
    ):
        changes = lock(
            remote,
            project,
            pins or {},
            chosen=addresses or known,
            upgrade=upgrade,
            revision=revision,
            listener=listener,
        )
    name = lock_file.lock_name(options.environment)
    touched = [change for change in changes if change.kind != "kept"]
    wrong = [change for change in changes if change.broken]
    show_findings(session, (broken(each.address, each.before) for each in wrong if each.before), err=True)
    writes = " ".join(("setwright lock", *addresses))
    if options.environment is not None:
        writes += f" --env {options.environment}"
    if upgrade and pins is not None:
        writes += " --upgrade"
    elif revision is not None:
        writes += f" --revision {revision}"
    click.echo("\n".join(_told(changes, name, missing=pins is None, check=check, writes=writes)))
    if not check and (touched or pins is None):
        lock_file.write(workspace.root, options.environment, locked(pins or {}, changes))
    return 1 if wrong or (check and (touched or pins is None)) else 0


def _check_known(addresses: Sequence[str], known: Sequence[str]) -> None:
    from setwright.model.errors import UsageError
    from setwright.model.suggestions import did_you_mean

    for address in addresses:
        if address not in known:
            raise UsageError(
                f'There is no spec "{address}" in this project',
                f"Its specs are of {', '.join(sorted(known))}." if known else "It has no specs yet.",
                did_you_mean(address, known),
            )


def _told(
    changes: Sequence[PinChange], name: str, *, missing: bool, check: bool, writes: str
) -> Iterator[str]:
    """What becomes of the pins, for people; the command `writes` does it where this one only checks."""
    signs = {"new": "+", "dropped": "-", "upgraded": "^", "rewritten": "~"}
    touched = [change for change in changes if change.kind != "kept"]
    wide = max((len(change.address) for change in touched), default=0)
    for change in touched:
        yield f"  {signs[change.kind]} {change.address:{wide}}  {_journey(change.before, change.after)}"
    kept = len(changes) - len(touched)
    wrong = [change.address for change in changes if change.broken]
    counts = f"{len(touched)} of {counted(len(changes), 'pin')}"
    if check:
        if touched or missing:
            yield f"{name} {'is not there' if missing else f'is out of date: {counts}'}. `{writes}` writes it."
        elif not wrong:
            yield f"{name} is up to date: {counted(kept, 'pin')}."
    elif touched or missing:
        yield f"{name} was written: {counts} changed. Commit it."
    elif not wrong:
        yield f"{name} stays as it is: {counted(kept, 'pin')}."
    if wrong:
        counts = f"{len(wrong)} of {len(changes)} pins" if len(changes) != 1 else "The pin"
        told = f"{counts} in {name} contradict{'s' * (len(wrong) == 1)} the lake"
        yield f"{told}. `setwright lock --upgrade {' '.join(wrong)}` writes {'it' if len(wrong) == 1 else 'them'} anew."


def _journey(before: Pin | None, after: Pin | None) -> str:
    if after is None:
        return "no spec has this address any more"
    where = f"revision {after.revision:,}, " if after.revision is not None else ""
    if before is None:
        return f"{where}{counted(after.frames, 'frame')}"
    moved = (
        f"revision {before.revision:,} -> {after.revision:,}, "
        if before.revision is not None and after.revision is not None and before.revision != after.revision
        else where
    )
    return f"{moved}{before.frames:,} -> {counted(after.frames, 'frame')}"
