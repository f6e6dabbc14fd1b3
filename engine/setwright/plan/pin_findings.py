"""Where the lock file does not fit the specs or the lake."""

from __future__ import annotations

from typing import TYPE_CHECKING

from setwright.model.counting import counted
from setwright.model.dataset import DatasetsSource
from setwright.plan import findings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from setwright.model.diagnostics import Diagnostic, SourceRef
    from setwright.model.errors import SetwrightError
    from setwright.plan.pinning import Pinned
    from setwright.spec.pin import Pin
    from setwright.spec.project import Spec


def on_pins(
    specs: Sequence[Spec], pins: Mapping[str, Pin], pinned: Mapping[str, Pinned]
) -> Iterator[Diagnostic]:
    """Where the lock file, whose `pins` these are, does not fit the specs or the lake."""
    for spec in specs:
        selection = spec.place("query" if spec.config.query else "source")
        if isinstance(spec.config.source, DatasetsSource):
            continue  # it takes what its datasets hold, which are pinned themselves
        if spec.address not in pins:
            yield findings.LOCK_OUTDATED.at(
                spec.where,
                f"{spec.address} is not in the lock file, so it follows the lake.",
                f"`setwright lock {spec.address}` pins it",
            )
        elif pinned[spec.address].outdated:
            yield findings.LOCK_OUTDATED.at(
                selection,
                f"{spec.address} selects otherwise than it did when it was locked. Its frames are still those of the "
                "revision that the lock file names.",
                f"`setwright lock {spec.address}` writes down what that gives",
            )
        elif pinned[spec.address].broken:
            yield broken(spec.address, pins[spec.address], selection)


def too_early(address: str, pin: Pin, why: SetwrightError) -> Diagnostic:
    """That `pin` is of a revision at which the collection was not there yet, as the lake tells by `why`."""
    return findings.LOCK_TOO_EARLY.at(
        pin.where,
        f"{why.summary}. {address} is held to that revision, and its spec asks for a collection that came later.",
        f"`setwright lock --upgrade {address}` moves the pin to what the lake has now",
    )


def broken(address: str, pin: Pin, otherwise: SourceRef | None = None) -> Diagnostic:
    """That the lake gives other frames than `pin` says, where the lock file says it, or else at `otherwise`."""
    if pin.revision is None:
        why = "the remote has others now, and cannot be asked for those that it had then"
    else:
        why = (
            f"revision {pin.revision:,} of the lake gives others: a merge or a hand put the revision of one lock "
            "beside the digest of another, or this is another lake"
        )
    return findings.LOCK_BROKEN.at(
        pin.where or otherwise,
        f"{counted(pin.frames, 'frame')} with the digest {pin.membership[:23]}… were locked for "
        f"{address}, and {why}. Apply refuses this.",
        f"`setwright lock --upgrade {address}` accepts what the lake gives",
    )
