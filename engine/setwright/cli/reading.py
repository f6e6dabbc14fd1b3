"""What commands open that only read versions: the project, also where its specs hold errors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from setwright.cli.context import Session
    from setwright.cli.spec_options import SpecOptions
    from setwright.cli.workspace import Workspace
    from setwright.spec.project import Project


def open_to_read(session: Session, options: SpecOptions) -> tuple[Workspace, Project]:
    """The workspace, and its project without specs where these hold errors, which a line on stderr says.

    Versions are there whatever specs say now, so that a mistake in one spec holds up no training on another dataset.

    Raises:
        UsageError: there is no project.
        FindingsError: its own file holds errors.
    """
    from setwright.cli.workspace import require_bare
    from setwright.model.counting import counted
    from setwright.model.diagnostics import Severity

    workspace = options.open(session.cwd)
    project = require_bare(workspace)
    if workspace.project is None:
        errors = sum(each.severity is Severity.ERROR for each in workspace.diagnostics)
        click.echo(
            f"The specs hold {counted(errors, 'error')}, which `setwright validate` shows; what was applied counts.",
            err=True,
        )
    return workspace, project
