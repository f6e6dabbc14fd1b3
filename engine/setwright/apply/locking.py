"""From a project and its remote to its lock file: pins that are added, written anew, moved, or dropped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from setwright.model.counting import counted
from setwright.model.dataset import DatasetsSource, Selection
from setwright.model.errors import FindingsError, NotYetError, StalePlanError, UsageError
from setwright.model.events import Advanced, Finished, Started, silence
from setwright.model.membership import membership_digest, selection_digest
from setwright.plan.pin_findings import too_early
from setwright.plan.pinning import kept
from setwright.query.about import looks_at_datasets
from setwright.spec.pin import Pin

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    from setwright.model.events import Listener
    from setwright.model.frames import Membership
    from setwright.remotes.protocol import RemoteReader
    from setwright.spec.project import Project, Spec

_TASK = "Locking"


@dataclass(frozen=True, slots=True, kw_only=True)
class PinChange:
    """What becomes of one pin. `before` is None for one that is new, `after` for one that is dropped.

    `broken` says that the pin stays, and contradicts the remote: its revision gives others than its digest says.
    """

    address: str
    before: Pin | None
    after: Pin | None
    broken: bool = False

    @property
    def kind(self) -> Literal["new", "upgraded", "rewritten", "dropped", "kept"]:
        """In a word."""
        if self.before is None:
            return "new"
        if self.after is None:
            return "dropped"
        if self.before == self.after:
            return "kept"
        return "rewritten" if self.before.revision == self.after.revision else "upgraded"


def lock(
    remote: RemoteReader,
    project: Project,
    pins: Mapping[str, Pin],
    *,
    chosen: Container[str],
    upgrade: bool = False,
    revision: int | None = None,
    listener: Listener = silence,
) -> tuple[PinChange, ...]:
    """What a lock file that holds `pins` must become, sorted by address; those that are not `chosen` stay.

    A spec that is pinned keeps its revision unless this is an `upgrade`; what it selects is written down anew where the
    spec asks otherwise than it did. One that contradicts the remote stays as it is, for nobody but its author knows
    which half of it is right; an upgrade writes it anew. `revision` is the one that all `chosen` are pinned to, earlier
    or later than they were. Specs that no longer exist lose their pins. A spec that is made of other datasets takes
    what they hold, and has none.

    Raises:
        StalePlanError: a pin speaks of a revision that the lake has not come to.
        UsageError: `revision` is none of the remote's, or from before a spec's collection came.
        FindingsError: a pin is from before the collection came that its spec asks for now.
    """
    newest = remote.revision()
    if revision is not None:
        _check_revision(remote, revision, newest)
    locker = _Locker(remote, newest, remote.frames_revision(newest))
    specs = {
        spec.address: spec for spec in project.specs if not isinstance(spec.config.source, DatasetsSource)
    }
    addresses = [address for address in sorted({*specs, *pins}) if address in chosen]
    listener(Started(_TASK, len(addresses), "specs"))
    changes = []
    for address in addresses:
        before, spec = pins.get(address), specs.get(address)
        if spec is None:
            changes.append(PinChange(address=address, before=before, after=None))
        else:
            change = (
                locker.change(spec, before, upgrade=upgrade)
                if revision is None
                else locker.change_to(spec, before, revision)
            )
            changes.append(change)
        listener(Advanced(_TASK))
    listener(Finished(_TASK, f"{counted(len(addresses), 'spec')} at revision {newest:,}"))
    return tuple(changes)


def locked(pins: Mapping[str, Pin], changes: tuple[PinChange, ...]) -> dict[str, Pin]:
    """The pins after `changes`."""
    after = {**pins, **{change.address: change.after for change in changes}}
    return {address: pin for address, pin in sorted(after.items()) if pin is not None}


def _check_revision(remote: RemoteReader, revision: int, newest: int) -> None:
    if not remote.capabilities.pins_revisions:
        raise UsageError(
            f"{remote.location} cannot be asked about the past, so there is no revision to pin to"
        )
    if not 1 <= revision <= newest:
        raise UsageError(
            f"There is no revision {revision:,} at {remote.location}",
            f"The newest is {newest:,}.",
            "`setwright versions ADDRESS` lists the revisions that versions were made of",
        )


class _Locker:
    """`newest` is the revision of the lake, `touched` the newest that touched frames.

    Both give the same, unless a query speaks of datasets: then it is pinned to the newest.
    """

    def __init__(self, remote: RemoteReader, newest: int, touched: int) -> None:
        self._remote = remote
        self._newest = newest
        self._touched = touched
        self._remembers = remote.capabilities.pins_revisions

    def change(self, spec: Spec, before: Pin | None, *, upgrade: bool) -> PinChange:
        """What becomes of the pin of `spec`, which was `before`."""
        selection = selection_digest(spec.config)
        newest = self._newest if looks_at_datasets(spec.config) else self._touched
        if before is None:
            return PinChange(address=spec.address, before=None, after=self._made(spec, selection, newest))
        known = before.revision is None or before.revision <= self._newest
        if not known and not upgrade:
            raise StalePlanError(
                "The lock file is of another lake",
                f"It speaks of revision {before.revision:,} for {spec.address}, and the newest at "
                f"{self._remote.location} is {self._newest:,}.",
                f"`setwright lock --upgrade {spec.address}` writes it anew",
            )
        at = newest if before.revision is None else before.revision
        asks_alike = selection == before.selection
        if upgrade:
            after = self._made(spec, selection, newest)
            broken = asks_alike and known and not self._still_gives(spec, before, at)
            # What gives the same need not be moved, which keeps the file quiet; unless it never was so.
            if asks_alike and known and not broken and after.membership == before.membership:
                after = before
            return PinChange(address=spec.address, before=before, after=after)
        try:
            broken = asks_alike and known and not kept(before, self._membership(spec, at))
            after = before if asks_alike else self._made(spec, selection, at)
        except NotYetError as error:
            raise FindingsError([too_early(spec.address, before, error)]) from error
        return PinChange(address=spec.address, before=before, after=after, broken=broken)

    def change_to(self, spec: Spec, before: Pin | None, revision: int) -> PinChange:
        """The pin of `spec`, which was `before`, at `revision`."""
        try:
            after = self._made(spec, selection_digest(spec.config), revision)
        except NotYetError as error:
            raise UsageError(
                f"{spec.address} cannot be pinned to revision {revision:,}",
                f"{error}. No pin was moved.",
                f"take a later revision, or name the specs to pin: `setwright lock --revision {revision} ADDRESS`",
            ) from error
        return PinChange(address=spec.address, before=before, after=after)

    def _still_gives(self, spec: Spec, pin: Pin, at: int) -> bool:
        """Whether the remote gives at the revision `at` what was locked; not where its source was not there yet."""
        try:
            return kept(pin, self._membership(spec, at))
        except NotYetError:
            return False

    def _made(self, spec: Spec, selection: str, revision: int) -> Pin:
        membership = self._membership(spec, revision)
        return Pin(
            revision=revision if self._remembers else None,
            frames=len(membership.frames),
            selection=selection,
            membership=membership_digest(membership),
        )

    def _membership(self, spec: Spec, revision: int) -> Membership:
        return self._remote.membership(Selection.of(spec.config), revision)
