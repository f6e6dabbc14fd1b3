"""What all parts of the server share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from setwright.lake.identity import outward_id
from setwright.remotes.lake import LakeRemote

if TYPE_CHECKING:
    from setwright.lake.lake import Lake
    from setwright.pixels.executor import Executor
    from setwright.server.jobs import Jobs
    from setwright.server.keys import Keyring
    from setwright.server.listings import Listings
    from setwright.server.manifests import Manifests
    from setwright.server.metrics import Metrics
    from setwright.server.promises import Promises
    from setwright.server.publishing import Publishing
    from setwright.server.selections import Selections
    from setwright.server.signing import Signer
    from setwright.server.turns import Turns
    from setwright.server.uploads import Uploads


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much a client may ask for: bytes of a JSON body, of one part of a file, of a manifest; rows of a page."""

    body: int = 16 * 2**20
    part: int = 101 * 2**20
    manifest: int = 2 * 2**30
    page: int = 1000
    patience: float = 20.0
    """Seconds for which a create is waited for, before its client is given a job to ask for."""

    publication: float = 5.0
    """The same for a publication, whose client asks by its key how far it is."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Service:
    """One server over one lake. `public_url` is how clients reach it, without a slash at the end.

    `executor` makes varied pictures. `heavy` lets only so many requests at a time hold a whole membership or manifest
    in memory.
    """

    lake: Lake
    keys: Keyring
    signer: Signer
    selections: Selections
    listings: Listings
    jobs: Jobs
    promises: Promises
    uploads: Uploads
    manifests: Manifests
    publishing: Publishing
    heavy: Turns
    metrics: Metrics
    executor: Executor
    limits: Limits
    public_url: str

    @property
    def remote(self) -> LakeRemote:
        """The lake as plan and apply see it."""
        return LakeRemote(self.lake, self.public_url, self.executor)

    def frame_id(self, number: int) -> str:
        """A frame's id for the world outside."""
        return self.outward("frame", str(number))

    def outward(self, kind: str, name: str) -> str:
        """24 hexadecimal digits, as LayerNext's ids are: the same for the same thing of the same lake."""
        return outward_id(self.lake.id, kind, name)
