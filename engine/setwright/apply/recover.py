"""Finish what an apply was cut off at: let the state know what was made just before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from setwright.apply.journal import leftovers
from setwright.apply.ledger import Ledger, applied
from setwright.model.errors import LockHeldError
from setwright.state.document import never_applied

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from setwright.apply.journal import Intent
    from setwright.model.versions import Version
    from setwright.remotes.protocol import Remote


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered:
    """What became of an intent: `version` is what it had made, None where it had not come so far."""

    address: str
    version: Version | None


def recover(
    remote: Remote,
    *,
    project: str,
    folder: Path,
    author: str,
    lineage: str,
    clock: Callable[[], datetime],
) -> Iterator[Recovered]:
    """Settle the intents in the journals of `folder`, and remove the journals.

    A run that is still going on is left alone: it holds its journal's lock.
    """
    for path, intents in leftovers(folder, project):
        try:
            with remote.lease(path.stem, author):
                for intent in intents:
                    with remote.lease(intent.config.name, author):
                        yield _settled(remote, project, intent, lineage, clock())
                path.unlink(missing_ok=True)
        except LockHeldError:
            continue


def _settled(remote: Remote, project: str, intent: Intent, lineage: str, at: datetime) -> Recovered:
    version = remote.made_by(intent.key)
    if version is None:
        return Recovered(address=intent.address, version=None)
    state = remote.state(project) or never_applied(lineage)
    known = state.datasets.get(intent.address)
    observed = remote.observe([intent.config.name]).get(intent.config.name)
    # What others have made since is not undone: then the state knows of it, or the next plan tells.
    still_current = observed is not None and observed.version == version and observed.config == intent.config
    if observed is not None and still_current and (known is None or known.key != intent.key):
        ledger = Ledger(remote, project, state)
        entry, before = applied(intent, observed.id, version, at), intent.moved_from
        moved = (
            before is not None and before in state.datasets and state.datasets[before].dataset == observed.id
        )
        ledger.note(intent.address, entry, moved_from=before if moved else None)
        for error in ledger.write().values():
            raise error
    return Recovered(address=intent.address, version=version)
