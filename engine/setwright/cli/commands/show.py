"""`setwright show`: one version, counted, or a plan that was saved."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from setwright.cli.address import Address, find_version
from setwright.cli.context import Session, pass_session
from setwright.cli.forms import form_options
from setwright.cli.spec_options import SpecOptions, spec_options

if TYPE_CHECKING:
    from setwright.cli.forms import Forms
    from setwright.plan.document import PlanDocument

JSON_FORMAT_VERSION = "1.0"


@click.command()
@click.argument("target", type=Address(version=True))
@form_options
@spec_options
@pass_session
def command(session: Session, target: str, forms: Forms, options: SpecOptions) -> None:
    """Show one version: frames, labels, splits. Without a version the newest is shown.

    The name of a file is taken for a plan that `setwright plan --out` saved, which is shown in every form that `plan`
    has; it is told whether it can still be applied. A version is shown as text or JSON.
    """
    import json
    from dataclasses import asdict
    from pathlib import Path

    from setwright.apply.dividing import division_of
    from setwright.cli.event_stream import event_stream
    from setwright.cli.findings import show_findings
    from setwright.cli.planning import saved_plan
    from setwright.cli.reading import open_to_read
    from setwright.model.documents import config_digest
    from setwright.model.errors import UsageError
    from setwright.model.profile import profile
    from setwright.plan.told import diagnostic
    from setwright.remotes.open import open_remote
    from setwright.views.plan_events import events
    from setwright.views.version_document import version_document
    from setwright.views.version_text import version_text

    if Path(target).is_file():
        plan = saved_plan(target)
        if forms.printed == "text":
            show_findings(session, map(diagnostic, plan.findings), err=True)
        forms.show(session, plan)
        if forms.printed == "ndjson":
            with event_stream(printed=True, into=None) as stream:
                stream.tell(*events(plan))
        if forms.printed == "text":
            click.echo(f"\n{_standing(plan, target, session, options)}")
        return
    if forms.files or forms.printed not in ("text", "json"):
        raise UsageError(
            "A version is shown as text or JSON",
            "The other forms are of plans that were saved.",
            "`setwright plan --out FILE` saves one, and `setwright show FILE` shows it",
        )
    workspace, project = open_to_read(session, options)
    with open_remote(project.remote, workspace.root, project.state) as remote:
        address, version = find_version(workspace, target, remote)
        config = remote.config(version.id)
        content = remote.manifest(version.id)
        divided = division_of(remote, version, config, content)
        numbers = {each.id: str(each.number) for each in remote.versions(version.dataset)}
    before = None if version.parent is None else numbers.get(version.parent, version.parent)
    profiled = profile(content, config.split)
    if forms.printed == "json":
        document = {
            "format_version": JSON_FORMAT_VERSION,
            "address": address,
            **version_document(version),
            "parent_version": before,
            "config_digest": config_digest(config),
            "division": asdict(divided),
            "profile": asdict(profiled),
        }
        click.echo(json.dumps(document, indent=2, ensure_ascii=False))
    else:
        click.echo(
            "\n".join(version_text(address, version, before, config_digest(config), divided, profiled))
        )


def _standing(plan: PlanDocument, file: str, session: Session, options: SpecOptions) -> str:
    """Whether the saved plan can still be applied, and what has changed since."""
    from setwright.apply.planning import since
    from setwright.cli.planning import saved_apply
    from setwright.cli.workspace import require_settings
    from setwright.model.errors import SetwrightError
    from setwright.remotes.open import open_remote
    from setwright.views.escape import terminal

    if plan.errored:
        return "There is nothing to apply: the specs held these mistakes, so no plan could be made."
    try:
        root, settings = require_settings(session.cwd, environment=options.environment)
        if settings.name != plan.project:
            return (
                f'Whether it still holds is not known here: this is the project "{terminal(settings.name)}".'
            )
        with open_remote(settings.remote, root, settings.state) as remote:
            told, revision = since(remote, plan), remote.revision()
    except SetwrightError as error:
        return f"Whether it still holds is not known here: {terminal(error.summary)}."
    if told:
        return "\n".join(
            ["This plan is stale, and apply would refuse it:", *(f"  {terminal(line)}" for line in told)]
        )
    lines = []
    if revision > plan.revision:
        lines.append(
            f"The lake has come from revision {plan.revision:,} to {revision:,}; the plan makes what was reviewed."
        )
    if plan.applyable:
        lines.append(f"`{saved_apply(plan, file)}` makes it so.")
    return "\n".join(lines or ["Nothing has changed since."])
