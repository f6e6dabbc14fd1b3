"""All that a plan is made of, beside the specs: what was found at the remote, read once."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from setwright.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from setwright.model.frames import Membership
    from setwright.model.manifest import Manifest
    from setwright.model.versions import ObservedDataset, Version
    from setwright.plan.pinning import Held
    from setwright.state.document import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What was found at one revision of one remote.

    `state` is the newest of the project, or that of a project never applied, with the lineage that the first apply
    will give it. `observed` is by dataset name. `memberships`, by address, are the frames that each spec's selection
    gives, `contents`, by id, the current versions that they are compared with. Neither is there for the addresses
    `unmoved`: what they ask of the frames is what their current versions were made of, and no frame changed since.

    `frames_revision` is the newest at which a frame changed. `answers`, by address and cause, are the memberships of
    the variants that tell the causes of a change apart (`plan.causes`), where there is more than one.

    `previously` leads from addresses to those that their datasets had before; `renames` and `deletes` say whether the
    remote can give a dataset another name, and delete one, `numbers` whether it gives versions the numbers that it is
    told.

    `held`, by address, is what was found for the specs that are pinned: their frames are those of their pins.
    `of_others`, by address, are the revisions of the frames of datasets that are made of others, which may be pinned;
    `pins_left_out` those of the pins of others that are not planned for.
    `on_datasets` are the addresses whose queries speak of datasets: what these give may be another at any revision.
    """

    location: str
    revision: int
    frames_revision: int
    state: State
    observed: Mapping[str, ObservedDataset]
    contents: Mapping[str, Manifest]
    memberships: Mapping[str, Membership]
    unmoved: frozenset[str] = frozenset()
    answers: Mapping[str, Mapping[str, Membership]] = field(default_factory=dict)
    held: Mapping[str, Held] = field(default_factory=dict)
    of_others: Mapping[str, int] = field(default_factory=dict)
    pins_left_out: Mapping[str, int] = field(default_factory=dict)
    previously: Mapping[str, str] = field(default_factory=dict)
    on_datasets: frozenset[str] = frozenset()
    renames: bool = True
    deletes: bool = True
    numbers: bool = True

    def at(self, address: str) -> int:
        """The revision whose frames the spec of `address` is given."""
        held = self.held.get(address)
        if held is not None and held.pin.revision is not None:
            return held.pin.revision
        return self.of_others.get(address, self.revision)

    def lake_moved(self, address: str, version: Version) -> bool:
        """Whether frames may be others at that revision than those that `version` was made of."""
        held = self.held.get(address)
        if held is not None:
            return held.moved
        if address in self.of_others:
            # Others that are pinned may lead back, too.
            at = self.of_others[address]
            return at != version.revision and min(at, version.revision) < self.frames_revision
        return version.revision < (self.revision if address in self.on_datasets else self.frames_revision)
