"""What keeps a lake sound: looking for damage, freeing room, filling in what older releases left out, moving."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from setwright.lake.opened import Opened
from setwright.model.events import silence

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime, timedelta

    from setwright.lake.garbage import Cleared
    from setwright.lake.verify import Damage, Verification
    from setwright.model.events import Listener


class Upkeep(Opened):
    """What is done to a whole lake, and changes nothing of what it says."""

    def verify(self, listener: Listener = silence) -> Verification:
        """Read all blobs and manifests, and look whether all is there and what it was."""
        from setwright.lake.verify import verify

        return verify(self._catalogue, self._blobs, listener)

    @contextmanager
    def exported_catalog(self, listener: Listener = silence) -> Iterator[Iterator[bytes]]:
        """The catalogue as the bytes of a file, all of one moment, to be imported elsewhere."""
        from setwright.lake.transport import exported

        with self._catalogue.reading() as connection:
            yield exported(connection, self.id, listener)

    def collect_garbage(
        self,
        *,
        now: datetime,
        grace: timedelta | None = None,
        dry: bool = False,
        listener: Listener = silence,
    ) -> Cleared:
        """Remove blobs that no frame at any revision and no version needs, and that are older than `grace`.

        `grace` is that of `lake.garbage` if None. With `dry` nothing is removed.

        Raises:
            LakeBusyError: somebody is writing to the lake.
            LakeError: a manifest cannot be read; nothing was removed.
        """
        from setwright.lake.garbage import GRACE, collect

        grace = GRACE if grace is None else grace
        return collect(
            self._catalogue, self._blobs, self._writers, now=now, grace=grace, dry=dry, listener=listener
        )

    def verify_index(self, listener: Listener = silence) -> tuple[Damage, ...]:
        """Compare the index with the rows that it is derived from, and make it anew if it differs."""
        from setwright.lake.verify import verify_index

        return verify_index(self._catalogue, listener)

    def fill_hashes(self, listener: Listener = silence) -> int:
        """Compute the perceptual hashes of pictures that an older setwright stored; how many."""
        from setwright.lake.likeness import fill_hashes

        return fill_hashes(self._catalogue, self._blobs, listener)
