"""What `plan` and `apply` share: the project, its remote, the plan, and how it is shown."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from setwright.cli.own_folder import NAME
from setwright.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

    from setwright.apply.planning import Planned
    from setwright.cli.context import Session
    from setwright.cli.spec_options import SpecOptions
    from setwright.model.diagnostics import Diagnostic
    from setwright.model.errors import FindingsError
    from setwright.model.events import Listener
    from setwright.plan.document import PlanDocument
    from setwright.remotes.protocol import Remote
    from setwright.spec.choice import Choice
    from setwright.spec.pin import Pin
    from setwright.spec.project import Project


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Desk:
    """Where plan and apply work: a project without mistakes, and its remote, open."""

    root: Path
    project: Project
    remote: Remote
    lineage: str
    """For the state of a project that was never applied."""
    pins: Mapping[str, Pin] | None
    """What the lock file holds addresses to, None where there is no such file."""
    environment: str | None = None
    warnings: tuple[Diagnostic, ...] = ()
    """About the specs by themselves."""
    patterns: tuple[str, ...] = ()
    """Of the files of the specs."""

    @property
    def journals(self) -> Path:
        """Where the journals of the project lie."""
        return self.root / NAME / "journal"


@contextmanager
def desk(session: Session, options: SpecOptions, *, remember: bool = False) -> Iterator[Desk]:
    """The desk for the project around the working folder. Warnings about its specs have been shown.

    With `remember`, an embedded lake to which nothing was written answers what it answered before: not for who changes
    it.

    Raises:
        UsageError: there is no project.
        FindingsError: its specs hold mistakes.
        SetwrightError: its remote cannot be reached.
    """
    import secrets

    from setwright.cli import lock_file
    from setwright.cli.findings import show_findings
    from setwright.cli.lake_answers import lake_answers
    from setwright.cli.workspace import require_project
    from setwright.remotes.open import open_remote

    workspace = options.open(session.cwd)
    project = require_project(workspace)
    show_findings(session, workspace.diagnostics, err=True)
    answers = lake_answers if remember else None
    with open_remote(project.remote, workspace.root, project.state, answers) as remote:
        yield Desk(
            root=workspace.root,
            project=project,
            remote=remote,
            lineage=secrets.token_hex(16),
            environment=options.environment,
            warnings=workspace.diagnostics,
            patterns=workspace.patterns,
            pins=lock_file.read(workspace.root, options.environment),
        )


def planned(
    desk: Desk, session: Session, choice: Choice, listener: Listener, *, prune: bool = False
) -> Planned:
    """The plan for what is chosen of the project. Warnings about it have been shown.

    With `prune` it deletes the datasets whose specs are gone.

    Raises:
        FindingsError: a spec does not fit the remote.
    """
    from setwright.apply.planning import make_plan
    from setwright.cli import compared_pins
    from setwright.cli.choosing import changed_since
    from setwright.cli.findings import show_findings
    from setwright.spec.choice import chosen

    specs = desk.project.specs

    def choose(gone: Collection[str]) -> Collection[str]:
        return chosen(choice, specs, gone, lambda revision: changed_since(desk.root, specs, gone, revision))

    proofs = compared_pins.read(desk.root) if desk.pins else None
    made = make_plan(
        desk.remote,
        desk.project,
        lineage=desk.lineage,
        pins=desk.pins,
        choose=None if choice.everything else choose,
        prune=prune,
        proofs=proofs,
        listener=listener,
    )
    if proofs is not None:
        compared_pins.write(desk.root, proofs)
    show_findings(session, made.findings, err=True)
    return made


def described(desk: Desk, made: Planned, *, all_frames: bool, pictures: int = 0) -> PlanDocument:
    """The document of the plan, with at most so many pictures of frames that change."""
    from setwright.apply.steps import told
    from setwright.model.diagnostics import in_reading_order
    from setwright.plan.describe import describe

    small = {}
    if pictures:
        from setwright.apply.pictures import pictures as made_small

        small = made_small(made.plan, desk.remote, pictures)
    return describe(
        made.plan,
        project=desk.project.name,
        environment=desk.environment,
        specs={spec.address: spec for spec in desk.project.specs},
        losses=made.losses,
        varied=made.varied,
        all_frames=all_frames,
        findings=in_reading_order((*desk.warnings, *made.findings)),
        steps=told(made.plan),
        left_out=made.left_out,
        pictures=small,
        verdicts=made.verdicts,
        untold=desk.remote.capabilities.untold,
    )


def refused(session: Session, options: SpecOptions, error: FindingsError) -> PlanDocument:
    """The document where mistakes left nothing to plan."""
    from setwright.cli.workspace import require_settings
    from setwright.model.errors import SetwrightError
    from setwright.plan.told import refused as without_changes

    try:
        name = require_settings(session.cwd, environment=options.environment)[1].name
    except SetwrightError:  # the mistake is in the project file itself
        name = ""
    return without_changes(error.diagnostics, project=name, environment=options.environment)


def save(document: PlanDocument, file: str) -> None:
    """Write the plan to `file`, whole or not at all."""
    from pathlib import Path

    from setwright.edge.files import write_named
    from setwright.plan.saved import plan_text

    write_named(Path(file), plan_text(document).encode())


def saved_apply(document: PlanDocument, file: str) -> str:
    """The command that applies the plan which is saved in `file`, with the consents that it takes."""
    import shlex

    consents = [
        *(["--prune"] if deleted(document) else []),
        *(["--take-over"] if changed_of_others(document) else []),
    ]
    return shlex.join(["setwright", "apply", *consents, file])


def deleted(document: PlanDocument) -> list[str]:
    """The names of the datasets that the plan deletes, which takes a consent of its own."""
    return [change.name for change in document.changes if change.actions == ("delete",)]


def changed_of_others(document: PlanDocument) -> list[str]:
    """The names of the datasets that the plan changes and that the project did not make; the same."""
    from setwright.plan.changes import Reason

    return [
        change.name
        for change in document.changes
        if Reason.TAKEN_OVER.value in change.reasons and change.actions != ("adopt",)
    ]


def saved_plan(file: str) -> PlanDocument:
    """The plan that was saved in `file`.

    Raises:
        FormatError: it is none.
    """
    import json
    from pathlib import Path

    from setwright.cli.schemas import schemas
    from setwright.plan.saved import read_plan

    return read_plan(
        Path(file).read_bytes(), file, lambda: json.loads(schemas()["plan"].read_text(encoding="utf-8"))
    )


def show(session: Session, document: PlanDocument, *, explain: bool = False, drift: bool = False) -> None:
    """Print the plan for people; with `explain` also the steps of apply, with `drift` all that others changed."""
    import shutil

    from setwright.views.plan_text import render

    if not (document.changes or document.errored or document.left_out):
        click.echo("This project has no spec yet. Write one to specs/, and plan again.")
        return
    # Where nobody decided, click takes the colours out again if no terminal is there to show them.
    width = shutil.get_terminal_size((100, 24)).columns
    color = session.color is not False
    text = render(document, color=color, width=width, explain=explain, drift=drift)
    click.echo(text, nl=False, color=session.color)
