"""Where specs name datasets that are there already, and that their project's state knows nothing of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from setwright.plan import findings
from setwright.plan.changes import Adopt, Amend, Follow, Reason

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from setwright.model.diagnostics import Diagnostic
    from setwright.plan.changes import Change
    from setwright.spec.project import Spec


def on_take_overs(specs: Sequence[Spec], changes: Sequence[Change], project: str) -> Iterator[Diagnostic]:
    """The datasets that `changes` go on with, and that somebody else made, or `project` under another state."""
    by_address = {spec.address: spec for spec in specs}
    for change in changes:
        if not isinstance(change, Follow | Amend | Adopt) or Reason.TAKEN_OVER not in change.reasons:
            continue
        there, only_known = change.observed, isinstance(change, Adopt)
        yield findings.TAKEN_OVER.at(
            by_address[change.address].place("name"),
            f'"{there.name}" is there already, at version {there.version.number} by {there.version.author} of '
            f'{there.version.created_at:%Y-%m-%d}, and the state of the project "{project}" does not know it: another '
            "project or environment made it, or this one did and let it go. "
            + (
                "It is as the spec asks, so nothing is changed there; from then on it is this project's as well."
                if only_known
                else "The plan would change it for all who use it."
            ),
            "give the spec another `name` if that dataset is not meant"
            if only_known
            else "give the spec another `name`; or, if that dataset is meant, `setwright apply --take-over`",
        )
