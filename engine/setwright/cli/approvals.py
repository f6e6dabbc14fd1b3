"""Approvals of plans by their digests, and the plans that they were given to, as far as they are at hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from setwright.plan.document import PlanDocument

_KEPT = 20
"""So many plans are remembered in the project's folder, to show later in what another one differs."""


def remember(root: Path, document: PlanDocument) -> None:
    """Keep a plan whose digest somebody is about to approve; older ones go."""
    from setwright.cli.own_folder import own_folder
    from setwright.cli.planning import save

    folder = own_folder(root) / "plans"
    folder.mkdir(parents=True, exist_ok=True)
    save(document, str(folder / _file(document.digest)))
    kept = sorted(folder.glob("*.json"), key=lambda file: (file.stat().st_mtime_ns, file.name))
    for old in kept[:-_KEPT]:
        old.unlink(missing_ok=True)


def check(root: Path, approved: str, document: PlanDocument) -> str:
    """Make sure that the plan in `document` is the approved one; gives in what they differ.

    `approved` is a digest, or the name of a file with a plan that was saved. The result is empty where the plans are
    the same.

    Raises:
        FormatError: the file holds no plan.
    """
    from pathlib import Path

    from setwright.cli.own_folder import NAME
    from setwright.cli.planning import saved_plan
    from setwright.views.plan_difference import render

    approved = approved.strip()
    if approved == document.digest:
        return ""
    file = Path(approved)
    if not file.is_file():
        file = root / NAME / "plans" / _file(approved)
    if not file.is_file():
        return (
            f"  approved  {approved}\n  now       {document.digest}\n"
            "  The approved plan itself is not here. `--approved FILE`, with what `plan --out` saved, tells more.\n"
        )
    before = saved_plan(str(file))
    return render(before, document) if before.digest != document.digest else ""


def _file(digest: str) -> str:
    """A file's name for a digest; whatever was typed, it leads nowhere else."""
    kind, _, hexadecimal = digest.partition(":")
    return "".join(sign for sign in f"{kind}-{hexadecimal}"[:100] if sign.isalnum() or sign == "-") + ".json"
