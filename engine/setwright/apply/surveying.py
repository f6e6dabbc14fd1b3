"""What a plan is made of beside the specs: everything is read once, and only where it can make a difference."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from setwright.apply.expected import Expected
from setwright.apply.proofs import Proofs
from setwright.diff.config import asks_alike
from setwright.model.counting import counted
from setwright.model.dataset import Selection
from setwright.model.errors import FindingsError, NotYetError, StalePlanError, UsageError
from setwright.model.events import Advanced, Finished, Started, silence
from setwright.model.membership import selection_digest
from setwright.plan.causes import variants
from setwright.plan.pin_findings import too_early
from setwright.plan.pinning import Held, kept
from setwright.plan.standing import names_to_ask_for, standing
from setwright.plan.survey import Survey
from setwright.plan.upstream import first_to_last, foundations, from_lake, made_of
from setwright.query.about import looks_at_datasets

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from setwright.model.dataset import DatasetConfig
    from setwright.model.events import Listener
    from setwright.model.frames import Membership
    from setwright.model.manifest import Manifest
    from setwright.model.versions import ObservedDataset
    from setwright.plan.standing import Standing
    from setwright.remotes.protocol import RemoteReader
    from setwright.spec.pin import Pin
    from setwright.state.document import State

_TASK = "Selecting frames"


def survey(
    remote: RemoteReader,
    state: State,
    desired: Mapping[str, DatasetConfig],
    *,
    pins: Mapping[str, Pin],
    previously: Mapping[str, str],
    revision: int | None = None,
    ahead: bool = True,
    proofs: Proofs | None = None,
    listener: Listener = silence,
) -> Survey:
    """What is found at the remote for the configurations `desired`, by address: now, with the frames of `revision`.

    `state` is the newest of the project, `pins` are what its lock file holds addresses to, `previously` leads from
    addresses to those that their datasets had before. None stands for the newest revision. Frames are asked for only
    where they can differ from those of the current version; with `ahead` also what lies beyond a pin. `proofs` are of
    pins that need not be compared again, and are added to.

    Raises:
        StalePlanError: the lake has not come to one of these revisions.
    """
    # The revision first: what is published meanwhile is then newer than the frames, never older.
    newest = remote.revision()
    if revision is None:
        revision = newest
    elif revision > newest:
        raise _another_lake(remote, f"The plan is of revision {revision:,}", newest)
    configs = {**{address: applied.config for address, applied in state.datasets.items()}, **desired}
    # What a dataset is made of stays pinned, also where it is not planned for itself.
    asked = {each for address in desired for each in foundations(address, configs)} if pins else ()
    pins = {address: pin for address, pin in pins.items() if address in desired or address in asked}
    for pin in pins.values():
        if pin.revision is not None and pin.revision > newest:
            raise _another_lake(remote, f"The lock file speaks of revision {pin.revision:,}", newest)
    observed = remote.observe(names_to_ask_for(desired, state, previously))
    renames = remote.capabilities.renames
    stands = standing(desired, state, observed, previously, renames=renames)
    reading = _Reading(remote, stands, revision, pins, configs, proofs or Proofs())
    moved = [address for address in first_to_last(desired) if reading.may_differ(address, desired[address])]
    listener(Started(_TASK, len(moved), "specs"))
    reading.expect(moved, desired)
    memberships: dict[str, Membership] = {}
    of_others: dict[str, int] = {}
    contents: Expected[str, Manifest] = Expected(remote.manifests)
    for address in moved:
        config = desired[address]
        if made_of(config):
            memberships[address] = _of_others(
                reading, config, desired, stands, memberships, contents, state, observed
            )
            of_others[address] = memberships[address].revision
        else:
            memberships[address] = reading.membership(address, config)
        listener(Advanced(_TASK))
    compared = [
        found.version.id
        for address, config in desired.items()
        if (found := stands[address].observed) is not None
        and (address in memberships or (config.versioning == "always" and found.config != config))
    ]
    contents.expect([*compared, *reading.bases(desired, ahead=ahead)])
    for version in compared:
        contents.of(version)
    reading.expect_of_pins(desired, memberships, ahead=ahead)
    held = {
        address: reading.held(address, desired[address], memberships.get(address), contents, ahead=ahead)
        for address in pins
        if address in desired
    }
    reading.expect_answers(memberships, desired)
    frames = sum(len(membership.frames) for membership in memberships.values())
    listener(Finished(_TASK, f"{counted(frames, 'frame')} at revision {revision:,}"))
    return Survey(
        location=remote.location,
        revision=revision,
        frames_revision=reading.frames_revision,
        state=state,
        observed=observed,
        contents=contents.known,
        memberships=memberships,
        unmoved=frozenset(desired.keys() - memberships.keys()),
        on_datasets=frozenset(
            address for address, config in desired.items() if reading.on_datasets(address, config)
        ),
        answers={address: reading.answers(address, desired[address]) for address in memberships},
        held=held,
        of_others=of_others,
        pins_left_out={
            address: pin.revision
            for address, pin in pins.items()
            if address not in desired and pin.revision is not None
        },
        previously=previously,
        renames=renames,
        deletes=remote.capabilities.deletes,
        numbers=remote.capabilities.numbers,
    )


def _of_others(
    reading: _Reading,
    config: DatasetConfig,
    desired: Mapping[str, DatasetConfig],
    stands: Mapping[str, Standing],
    memberships: Mapping[str, Membership],
    contents: Expected[str, Manifest],
    state: State,
    observed: Mapping[str, ObservedDataset],
) -> Membership:
    """What a dataset that is made of others selects from them, as they will be once the plan is applied.

    Raises:
        UsageError: one of them is not planned for, and has no version yet.
    """
    from setwright.plan.content import desired_content
    from setwright.plan.joined import joined

    parts = []
    for other in made_of(config):
        if other in desired:
            found = stands[other].observed
        else:
            entry = state.datasets.get(other)
            found = None if entry is None else observed.get(entry.config.name)
            if found is None:
                raise UsageError(
                    f"{config.name} is made of {other}, which has no version yet",
                    "It is not among what was chosen to be planned for.",
                    f"choose it as well, or all that is needed: `--select +{other}+`",
                )
        before = None if found is None else contents.of(found.version.id)
        if other in memberships:
            content = desired_content(desired[other], memberships[other], before)
        else:
            assert before is not None
            content = before
        parts.append((reading.from_lake(other, config), content))
    return joined(parts, reading.at_all(made_of(config)))


class _Reading:
    """A remote that is being read at one revision, and at those of the pins."""

    def __init__(
        self,
        remote: RemoteReader,
        stands: Mapping[str, Standing],
        revision: int,
        pins: Mapping[str, Pin],
        configs: Mapping[str, DatasetConfig],
        proofs: Proofs,
    ) -> None:
        self._proofs = proofs
        self._remote = remote
        self._stands = stands
        self.revision = revision
        self._pins = pins
        self._configs = configs
        self._frames_revisions: dict[int, int] = {}
        self._from_lake: dict[tuple[int, Selection], Membership] = {}
        self._selected: Expected[tuple[Selection, int], Membership] = Expected(remote.memberships)
        self.frames_revision = self._touched(revision)

    def membership(self, address: str, config: DatasetConfig) -> Membership:
        """What the spec of `address` selects, at its pin if it has one.

        Raises:
            FindingsError: the pin is from before the collection came.
        """
        try:
            return self._select(Selection.of(config), self.at(address))
        except NotYetError as error:
            if (pin := self._pins.get(address)) is None:
                raise
            raise FindingsError([too_early(address, pin, error)]) from error

    def from_lake(self, other: str, config: DatasetConfig) -> Membership:
        """What `config` selects from all frames, at the revision whose frames the dataset `other` is given."""
        at = self.at(other)
        selection = from_lake(Selection.of(config))
        # Nobody keeps these but us, and they may be large: the last one, for parts of one dataset ask alike.
        if (at, selection) not in self._from_lake:
            self._from_lake = {(at, selection): self._remote.membership(selection, at)}
        return self._from_lake[at, selection]

    def may_differ(self, address: str, config: DatasetConfig) -> bool:
        """Whether the content that `config` asks for may be another than that of the current version."""
        found = self._stands[address].observed
        return (
            found is None
            or found.config is None
            or not self._remote.capabilities.tells_content  # then no revision tells of frames that came
            or bool(made_of(config))  # those may have changed, which no revision tells
            or self._moved(address, config, found)
            or not asks_alike(config, found.config)
        )

    def held(
        self,
        address: str,
        config: DatasetConfig,
        membership: Membership | None,
        contents: Expected[str, Manifest],
        *,
        ahead: bool,
    ) -> Held:
        """What is to be known of the pin of `address`, whose frames were read if they may differ.

        Where they cannot, they are read all the same, once: the pin's revision and its digest are two words for one
        thing, and a merge may have taken one from each side.
        """
        pin = self._pins[address]
        found = self._stands[address].observed
        outdated = selection_digest(config) != pin.selection
        broken = not (outdated or made_of(config)) and self._is_broken(address, config, membership)
        held = Held(
            pin=pin,
            moved=found is None or self._moved(address, config, found),
            outdated=outdated,
            broken=broken,
            revision=self._telling(address, config, self.revision),
        )
        if not ahead or not self._is_behind(address, config):
            return held
        return replace(
            held,
            newest=self._select(Selection.of(config), self.revision),
            base=None if found is None else contents.of(found.version.id),
        )

    def expect(self, addresses: Sequence[str], desired: Mapping[str, DatasetConfig]) -> None:
        """Say of which addresses the membership will be wanted, in this order."""
        self._selected.expect(
            (Selection.of(desired[address]), self.at(address))
            for address in addresses
            if not made_of(desired[address])
        )

    def expect_of_pins(
        self, desired: Mapping[str, DatasetConfig], memberships: Mapping[str, Membership], *, ahead: bool
    ) -> None:
        """Say what `held` will want of the pins."""

        def wanted() -> Iterator[tuple[Selection, int]]:
            for address in filter(desired.__contains__, self._pins):
                config = desired[address]
                if address not in memberships and self._may_be_broken(address, config):
                    yield Selection.of(config), self.at(address)
                if ahead and self._is_behind(address, config):
                    yield Selection.of(config), self.revision

        self._selected.expect(wanted())

    def bases(self, desired: Mapping[str, DatasetConfig], *, ahead: bool) -> Iterator[str]:
        """The versions whose contents `held` will want."""
        for address in filter(desired.__contains__, self._pins):
            found = self._stands[address].observed
            if ahead and found is not None and self._is_behind(address, desired[address]):
                yield found.version.id

    def _is_behind(self, address: str, config: DatasetConfig) -> bool:
        """Whether the newest revision may give other frames than that of the pin."""
        at = self._pins[address].revision
        return at is not None and self._telling(address, config, self.revision) != self._telling(
            address, config, at
        )

    def _may_be_broken(self, address: str, config: DatasetConfig) -> bool:
        """Whether the frames of the pin have to be read to know."""
        pin, found = self._pins[address], self._stands[address].observed
        if made_of(config) or selection_digest(config) != pin.selection:
            return False
        return found is None or pin.revision is None or not self._proofs.holds(found.version, pin)

    def _is_broken(self, address: str, config: DatasetConfig, membership: Membership | None) -> bool:
        pin, found = self._pins[address], self._stands[address].observed
        # What a remote has now that cannot be asked about the past may be another tomorrow.
        version = None if found is None or pin.revision is None else found.version
        if membership is None and version is not None and self._proofs.holds(version, pin):
            return False
        agrees = kept(pin, membership or self.membership(address, config))
        if agrees and version is not None and not self._proofs.holds(version, pin):
            self._proofs.add(version, pin)
        return not agrees

    def expect_answers(self, addresses: Iterable[str], desired: Mapping[str, DatasetConfig]) -> None:
        """Say of which addresses `answers` will be wanted."""
        self._selected.expect(
            asked for address in addresses for asked in self._of_causes(address, desired[address]).values()
        )

    def answers(self, address: str, config: DatasetConfig) -> dict[str, Membership]:
        """The memberships that tell apart why frames enter and leave, by cause."""
        return {cause: self._answer(*asked) for cause, asked in self._of_causes(address, config).items()}

    def _of_causes(self, address: str, config: DatasetConfig) -> dict[str, tuple[Selection, int]]:
        """What to ask, and at which revision, by cause."""
        found = self._stands[address].observed
        if found is None or found.config is None or not self._remote.capabilities.pins_revisions:
            return {}
        if made_of(config) or made_of(found.config):
            return {}
        asked = variants(found.config, config, lake_moved=self._moved(address, config, found))
        if len(asked) < 2:
            return {}
        return {
            variant.cause: (
                _frames_only(variant.config),
                self.at(address) if variant.now else found.version.revision,
            )
            for variant in asked
        }

    def _answer(self, selection: Selection, revision: int) -> Membership:
        """What `selection` gave at `revision`: nothing where its collection came later."""
        try:
            return self._select(selection, revision)
        except NotYetError:
            from setwright.model.frames import Annotations, Frames, Membership

            return Membership(revision=revision, frames=Frames.empty(), annotations=Annotations.empty())

    def _select(self, selection: Selection, revision: int) -> Membership:
        """What `selection` gives at `revision`; the remote is asked once, however many specs ask alike."""
        return self._selected.of((selection, revision))

    def at(self, address: str) -> int:
        """The revision whose frames the dataset at `address` is given: that of its pin, or of what it is made of."""
        pin = self._pins.get(address)
        if pin is not None and pin.revision is not None:
            return pin.revision
        config = self._configs.get(address)
        if config is None or not made_of(config):
            return self.revision
        return self.at_all(each for each in foundations(address, self._configs) if each != address)

    def at_all(self, addresses: Iterable[str]) -> int:
        """The revision whose frames all these are given, that of the lake where they are given those of several."""
        revisions = {self.at(address) for address in addresses}
        return revisions.pop() if len(revisions) == 1 else self.revision

    def on_datasets(self, address: str, config: DatasetConfig) -> bool:
        """Whether datasets decide what is selected, by `config` or by that of the current version."""
        found = self._stands[address].observed
        known = None if found is None else found.config
        return looks_at_datasets(config) or (known is not None and looks_at_datasets(known))

    def _moved(self, address: str, config: DatasetConfig, found: ObservedDataset) -> bool:
        """Whether frames may be others at the revision asked for than those of the current version."""
        # A pin may lead back, to before the current version.
        at, made = self.at(address), found.version.revision
        return self._telling(address, config, max(at, made)) > min(at, made)

    def _telling(self, address: str, config: DatasetConfig, revision: int) -> int:
        """The newest revision up to `revision` at which what `config` selects may have become another."""
        return revision if self.on_datasets(address, config) else self._touched(revision)

    def _touched(self, revision: int) -> int:
        """The newest revision up to `revision` that touched frames."""
        if revision not in self._frames_revisions:
            self._frames_revisions[revision] = self._remote.frames_revision(revision)
        return self._frames_revisions[revision]


def _another_lake(remote: RemoteReader, what: str, newest: int) -> StalePlanError:
    return StalePlanError(
        "This is another lake, or an older copy of the one that was planned on",
        f"{what}, and the newest at {remote.location} is {newest:,}.",
        "plan again; `setwright lock --upgrade` writes the lock file anew",
    )


def _frames_only(config: DatasetConfig) -> Selection:
    """The selection of `config`, without the annotations where they do not decide which frames stay."""
    selection = Selection.of(config)
    return selection if config.background == "drop" else replace(selection, labels=())
