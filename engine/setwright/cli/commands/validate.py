"""`setwright validate`: check the specs and list every mistake."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from setwright.cli.context import Session, pass_session
from setwright.cli.spec_options import SpecOptions, spec_options
from setwright.model.counting import counted

if TYPE_CHECKING:
    from setwright.cli.workspace import Workspace

FORMATS = ("text", "json", "sarif", "github", "gitlab")


@click.command()
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default="text",
    show_default=True,
    help="For people, programs, code scanning, GitHub's or GitLab's merge requests.",
)
@click.option("--strict", is_flag=True, help="Fail for warnings too.")
@spec_options
@pass_session
def command(session: Session, form: str, strict: bool, options: SpecOptions) -> int:
    """Check the specs and list every mistake, with its place and what to do.

    Only files of the project are read: no remote is asked, and nothing is changed. Exits with 0 where no spec has an
    error, else with 1.
    """
    from setwright.cli.workspace import require_found
    from setwright.model.diagnostics import Severity

    workspace = options.open(session.cwd)
    require_found(workspace)
    told = {finding.severity for finding in workspace.diagnostics}
    failed = Severity.ERROR in told or (strict and Severity.WARNING in told)
    if form == "text":
        _show(session, workspace, failed=failed)
    else:
        click.echo(_document(workspace, form, options), nl=False)
    return int(failed)


def _show(session: Session, workspace: Workspace, *, failed: bool) -> None:
    from setwright.cli.findings import show_findings
    from setwright.cli.passed_over import told_of_passed_over

    if workspace.diagnostics:
        show_findings(session, workspace.diagnostics)
    if workspace.read is None:
        return
    specs = workspace.datasets
    if specs == 0:
        click.echo(
            "There is no dataset yet. Write a spec that begins with `dataset: balloons` to specs/balloons.yaml,\n"
            "or let `setwright init --from PICTURES` propose one."
        )
    elif not failed:
        result = "no errors" if workspace.diagnostics else "no mistakes"
        click.echo(f"{counted(specs, 'dataset')} in {counted(workspace.files, 'file')}: {result}")
    if told := told_of_passed_over(workspace.root, workspace.patterns):
        click.echo(told)


def _document(workspace: Workspace, form: str, options: SpecOptions) -> str:
    from setwright import __version__
    from setwright.cli.repository import folder_in_repository
    from setwright.views import findings_json, github, gitlab, sarif

    found = workspace.diagnostics
    match form:
        case "json":
            return findings_json.render(found)
        case "sarif":
            from setwright.cli.finding_pages import page

            folder = folder_in_repository(workspace.root)
            return sarif.render(
                found,
                version=__version__,
                pages={finding.code: page(finding.code).text for finding in found},
                category=options.environment or "",
                folder=folder,
            )
        case "github":
            return github.render(found, folder=folder_in_repository(workspace.root))
        case _:
            return gitlab.render(found, folder=folder_in_repository(workspace.root))
