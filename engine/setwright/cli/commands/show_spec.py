"""`setwright show-spec`: a spec as it is understood."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from setwright.cli.address import Address
from setwright.cli.context import Session, pass_session
from setwright.cli.spec_options import SpecOptions, spec_options

if TYPE_CHECKING:
    from setwright.model.diagnostics import SourceRef
    from setwright.spec.project import Project, Spec

JSON_FORMAT_VERSION = 1

# Parts of these are written or left out one by one; the others are one value each.
_IN_PARTS = ("filter", "split")


@click.command()
@click.argument("address", type=Address())
@click.option("--resolved", is_flag=True, help="Every field, defaults too, and the digest of what they mean.")
@click.option("--json", "as_json", is_flag=True, help="The resolved configuration as JSON.")
@spec_options
@pass_session
def command(session: Session, address: str, resolved: bool, as_json: bool, options: SpecOptions) -> None:
    """Show the spec of ADDRESS as it is understood.

    Variables, the environment and the project's defaults are put in, and names are spelt as the remote spells them.
    What is printed is a spec itself, and means the same. Two specs mean the same where their digests are equal; checks
    are no part of that. Those of the project are only in the JSON, since they hold without being written in a spec.
    """
    from setwright.cli.workspace import require_project

    spec = _spec(require_project(options.open(session.cwd)), address)
    click.echo(_json(spec) if as_json else _yaml(spec, resolved=resolved), nl=False)


def _spec(project: Project, address: str) -> Spec:
    from setwright.model.errors import UsageError
    from setwright.model.suggestions import did_you_mean

    known = {spec.address: spec for spec in project.specs}
    if address not in known:
        raise UsageError(
            f'There is no spec of "{address}" in this project',
            f"It has specs of {', '.join(known)}." if known else "It has no specs yet.",
            did_you_mean(address, known),
        )
    return known[address]


def _yaml(spec: Spec, *, resolved: bool) -> str:
    from setwright.model.documents import config_digest
    from setwright.spec.encode import encode
    from setwright.spec.yaml_text import as_yaml

    whole = encode(spec.address, spec.config, spec.checks)
    if spec.previously is not None:
        whole["previously"] = spec.previously
    fields = whole if resolved else _written(whole, spec)
    head = f"# {_place(spec.where)}\n"
    if resolved:
        head += f"# {config_digest(spec.config)}\n"
    return head + as_yaml(fields, {name: note for name in fields if (note := _origin(name, spec))})


def _written(whole: dict[str, Any], spec: Spec) -> dict[str, Any]:
    """Those fields, and parts of fields, that somebody wrote."""
    kept = {name: value for name, value in whole.items() if name in spec.fields}
    for name in kept.keys() & set(_IN_PARTS):
        kept[name] = {part: value for part, value in kept[name].items() if f"{name}.{part}" in spec.fields}
    return kept


def _origin(name: str, spec: Spec) -> str | None:
    """Where a field's value comes from, if from somewhere else than the spec itself."""
    if name not in spec.fields:
        return "default"
    where = spec.fields[name]
    return None if where.file == spec.where.file else f"from {_place(where)}"


def _place(where: SourceRef) -> str:
    from setwright.views.escape import terminal

    return f"{terminal(where.file)}:{where.line}"


def _json(spec: Spec) -> str:
    import json

    from setwright.model.documents import config_digest, to_document

    document = {
        "format_version": JSON_FORMAT_VERSION,
        "address": spec.address,
        "digest": config_digest(spec.config),
        "config": to_document(spec.config),
        "checks": [to_document(check) for check in spec.all_checks],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
