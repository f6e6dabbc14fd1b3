"""The versions of a lake: made whole or not at all, amended, let go, and read again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from setwright.lake import version_making, versions
from setwright.lake.opened import Opened
from setwright.model.errors import LakeAwayError, LakeError
from setwright.model.events import silence

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from setwright.model.dataset import DatasetConfig
    from setwright.model.events import Listener
    from setwright.model.frames import Frames
    from setwright.model.manifest import Manifest
    from setwright.model.versions import Amendment, Deletion, ObservedDataset, Publication, Version
    from setwright.pixels.executor import Executor

_FRAME_BYTES: Final = 400
"""About so many bytes of memory one frame takes as columns."""


class Versioning(Opened):
    """What makes versions and gives them back."""

    def publish(
        self, publication: Publication, listener: Listener = silence, executor: Executor | None = None
    ) -> Version:
        """Make a version, whole or not at all; with a key that was published before, give what that made.

        The varied pictures that are not there yet are made first, by `executor`, threads of this process if None.
        Whatever cuts that off, those that were made need not be made again.

        Raises:
            StalePlanError: the dataset's current version is no longer the publication's parent.
            RemoteError: the lake does not have the revision, or the number is another version's.
            MissingExtraError, FormatError: varied pictures cannot be made, or one of them cannot.
        """
        from setwright.lake.varied import make_varied
        from setwright.model.manifest_file import encode

        if len(publication.manifest.copies):
            with self._catalogue.writing() as connection:
                # Before an hour's work, too. It is what the transaction at the end checks that counts.
                made = version_making.check(connection, publication)
                connection.rollback()
            if made is not None:
                return made
        with self._writers.writing():
            make_varied(
                self._catalogue,
                self._blobs,
                publication.manifest,
                publication.config.name,
                listener,
                executor,
            )
            blob = self._blobs.put(encode(publication.manifest))
            with self._catalogue.writing() as connection:
                return version_making.publish(connection, publication, blob, self.id)

    def amend(self, amendment: Amendment) -> Version:
        """Change the current version in place, whole or not at all; a repeated key changes nothing.

        Raises:
            StalePlanError: the version is no longer the current one.
        """
        with self._catalogue.writing() as connection:
            return version_making.amend(connection, amendment)

    def expanded(self, version: str, listener: Listener = silence) -> Manifest:
        """The content of the version with that id, with its varied copies as frames; lost ones are made again.

        Raises:
            RemoteError: there is no such version.
            LakeError: its file, or that of a frame whose copy has to be made again, is gone or damaged.
        """
        from setwright.augment.expand import expand
        from setwright.lake.varied import made_pictures, make_varied

        manifest = self.manifest(version)
        if not len(manifest.copies):
            return manifest
        with self._writers.writing():  # as a rule nothing is lost
            found = self.version(version)
            name = f"{found.dataset} {found.number}"
            make_varied(self._catalogue, self._blobs, manifest, name, listener, None)
        with self._catalogue.reading() as connection:
            made = made_pictures(connection, manifest)
        return expand(manifest, made)

    def made(self, recipes: Sequence[str]) -> frozenset[str]:
        """Those of the recipes, by digest, whose pictures were made already."""
        from setwright.lake.varied import known_pictures, whole_pictures

        with self._catalogue.reading() as connection:
            known = known_pictures(connection, recipes)
        return whole_pictures(known, self._blobs)

    def delete(self, deletion: Deletion) -> None:
        """Let a dataset go, whole or not at all; a repeated key changes nothing.

        Its versions are listed no more, and can still be read by their ids.

        Raises:
            StalePlanError: the version is no longer the current one, or there is no such dataset.
            RemoteError: the dataset is protected.
        """
        with self._catalogue.writing() as connection:
            version_making.delete(connection, deletion)

    def unknown_frames(self, frames: Frames) -> NDArray[np.int64]:
        """The rows of `frames` that were never in the lake as they are there: under that number, with that picture."""
        from setwright.lake.foreign import unknown_frames

        with self._catalogue.reading() as connection:
            return unknown_frames(connection, frames)

    def has_pictures(self, digests: Iterable[str]) -> bool:
        """Whether all of these pictures are in the lake, or somewhere that it refers to."""
        wanted = set(digests)
        return all(self._blobs.elsewhere(each) for each in wanted - self._blobs.sizes(wanted).keys())

    def observe(self, names: Sequence[str]) -> Mapping[str, ObservedDataset]:
        """The datasets of these names, those that exist."""
        with self._catalogue.reading() as connection:
            return versions.observe(connection, names)

    def versions(self, name: str) -> tuple[Version, ...]:
        """All versions of the dataset of that name, the newest first; none where there is no such dataset."""
        with self._catalogue.reading() as connection:
            return versions.versions_of(connection, name)

    def version_by_number(self, name: str, number: str) -> Version | None:
        """The version that is called `number`, or was before it was amended."""
        with self._catalogue.reading() as connection:
            return versions.version_by_number(connection, name, number)

    def version(self, id: str) -> Version:
        """The version with that id.

        Raises:
            RemoteError: there is none.
        """
        with self._catalogue.reading() as connection:
            return versions.version_by_id(connection, id)

    def config(self, version: str) -> DatasetConfig:
        """The configuration of the version with that id, as it was last amended.

        Raises:
            RemoteError: there is none.
        """
        with self._catalogue.reading() as connection:
            return versions.config_of(connection, version)

    def made_with(self, version: str) -> DatasetConfig:
        """The configuration that the version with that id was published with.

        Raises:
            RemoteError: there is none.
        """
        with self._catalogue.reading() as connection:
            return versions.made_with(connection, version)

    def made_by(self, key: str) -> Version | None:
        """The version that a publication or an amendment with that idempotency key made."""
        with self._catalogue.reading() as connection:
            return versions.version_by_key(connection, key)

    def manifest(self, version: str) -> Manifest:
        """The content of the version with that id, compared with its digest.

        Raises:
            RemoteError: there is no such version.
            LakeError: its file is gone or damaged.
        """
        from setwright.model.manifest_file import decode

        with self._catalogue.reading() as connection:
            blob = versions.manifest_blob(connection, version)
        try:
            return decode(self._blobs.read(blob))
        except LakeAwayError:
            raise
        except LakeError as error:
            # Which blob it is helps nobody who does not know what it was for.
            told = self.version(version)
            raise LakeError(
                error.summary,
                f"It is the content of {told.dataset} {told.number}. {error.detail}",
                "restore it from a backup; `setwright lake verify` finds all damage",
            ) from error

    def frames_of(self, version: str) -> Frames:
        """The frames of the version with that id, kept for who asks again.

        Raises:
            RemoteError: there is no such version.
            LakeError: its file is gone or damaged.
        """
        key = "frames", version
        found = self._index_cache.get(key)
        if found is None:
            found = self.manifest(version).frames
            self._index_cache.put(key, found, _FRAME_BYTES * len(found))
        return found  # type: ignore[return-value]
