"""The forms of a plan that are asked for: what is printed, and the files that are written beside it in the same run."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, TypeVar

import click

from setwright.cli.output_file import OutputFile, all_apart
from setwright.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from setwright.cli.context import Session
    from setwright.plan.document import PlanDocument

PRINTED = ("text", "markdown", "html", "json", "ndjson", "sarif", "github", "gitlab", "gitlab-mr")
"""What `--format` takes."""

FILES = {
    "markdown": "Write a comment for a pull request, of at most 65,000 bytes.",
    "html": "Write a page with charts and pictures of frames.",
    "sarif": "Write SARIF, for code scanning.",
    "gitlab": "Write GitLab's code quality report.",
    "gitlab-mr": "Write GitLab's merge request widget (an artifact `terraform`).",
}
"""The forms that an option of their own name writes to a file."""

PICTURES = 24
"""So many frames a page shows unless it is told otherwise."""

F = TypeVar("F", bound="Callable[..., Any]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Forms:
    """What is asked for: the form that is printed, and files by form.

    `explain` and `drift` are for the text.
    """

    printed: str
    files: Mapping[str, Path]
    explain: bool
    drift: bool

    def pictures(self, wished: int | None) -> int:
        """The most pictures of frames that the plan shall hold: as `wished`, else some where a page shows them."""
        if wished is not None:
            return wished
        return PICTURES if "html" in (self.printed, *self.files) else 0

    def show(self, session: Session, document: PlanDocument) -> None:
        """Write the files, each whole or not at all, and print the plan; events were told as they came."""
        from setwright.cli.planning import show
        from setwright.cli.repository import folder_in_repository
        from setwright.cli.workspace import find_root
        from setwright.edge.files import write_named

        folder = folder_in_repository(find_root(session.cwd) or session.cwd)
        for form, file in self.files.items():
            write_named(file, rendered(document, form, folder).encode())
        if self.printed == "text" and not document.errored:  # mistakes are shown on stderr, as ever
            show(session, document, explain=self.explain, drift=self.drift)
        elif self.printed not in ("text", "ndjson"):
            click.echo(rendered(document, self.printed, folder), nl=False)


def form_options(command: F) -> F:
    """Give a command `--format`, an option for each form that is a file, and what goes with them, as `forms`."""
    options = [
        click.option(
            "--format",
            "printed",
            type=click.Choice(PRINTED),
            help="What to print.  [default: text]",
        ),
        click.option("--json", "as_json", is_flag=True, help="Print the plan's JSON document."),
        click.option("--json-stream", is_flag=True, help="Print events, a line of JSON each."),
        *(
            click.option(f"--{form}", metavar="FILE", type=OutputFile(f"--format {form}"), help=help_)
            for form, help_ in FILES.items()
        ),
        click.option("--explain", is_flag=True, help="List the steps that apply would take."),
        click.option("--drift", is_flag=True, help="List all that others changed since it was applied."),
    ]

    @functools.wraps(command)
    def with_forms(
        *args: Any,
        printed: str | None,
        as_json: bool,
        json_stream: bool,
        explain: bool,
        drift: bool,
        **kwargs: Any,
    ) -> Any:
        from pathlib import Path

        printed = _one_of(printed, "json" if as_json else None, "ndjson" if json_stream else None)
        named = {form: kwargs.pop(form.replace("-", "_")) for form in FILES}
        others = {f"--{name.replace('_', '-')}": kwargs.get(name) for name in ("out", "json_into")}
        all_apart({f"--{form}": name for form, name in named.items()} | others)
        files = {form: Path(name) for form, name in named.items() if name}
        forms = Forms(printed=printed, files=files, explain=explain, drift=drift)
        return command(*args, forms=forms, **kwargs)

    wrapped: Any = with_forms
    for option in reversed(options):
        wrapped = option(wrapped)
    return wrapped  # type: ignore[no-any-return]


def _one_of(*asked: str | None) -> str:
    """The one form to print."""
    forms = sorted({form for form in asked if form})
    if len(forms) > 1:
        raise click.UsageError(
            f"Only one form can be printed, not {' and '.join(forms)}; others go to files."
        )
    return forms[0] if forms else "text"


def rendered(document: PlanDocument, form: str, folder: str = "") -> str:
    """The plan in `form`, all of it from its document. `folder` is the project's folder within its repository."""
    match form:
        case "html":
            from setwright.views.plan_page.page import render as page

            return page(document)
        case "markdown":
            from setwright.views import plan_markdown

            return plan_markdown.render(document)
        case "json":
            from setwright.plan.saved import plan_text

            return plan_text(document)
        case "ndjson":
            from setwright.views import plan_events

            return plan_events.render(document)
        case "gitlab-mr":
            from setwright.views import gitlab_widget

            return gitlab_widget.render(document)
        case _:
            return _on_lines(document, form, folder)


def _on_lines(document: PlanDocument, form: str, folder: str) -> str:
    """The forms that stand beside lines of the specs."""
    from setwright.cli.finding_pages import codes, page
    from setwright.views import github, gitlab, sarif
    from setwright.views.plan_findings import findings

    found = findings(document)
    if form == "github":
        return github.render(found, folder=folder)
    if form == "gitlab":
        return gitlab.render(found, folder=folder)
    known = {finding.code for finding in found} & set(codes())
    return sarif.render(
        found,
        version=document.setwright_version,
        pages={code: page(code).text for code in known},
        category=document.environment or "",
        folder=folder,
    )
