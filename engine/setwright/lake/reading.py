"""A lake as it is read: what it holds now, and what a selection or a query gives at a revision."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from setwright.lake import inventory
from setwright.lake.catalogue import asked_revision, newest_revision
from setwright.lake.opened import Opened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path
    from typing import BinaryIO

    from setwright.lake.answers import Answers
    from setwright.lake.difference import LakeDifference
    from setwright.lake.inventory import CollectionDetails, LakeStatistics, Revision
    from setwright.lake.likeness import Likeness
    from setwright.lake.pages import ListedFrame, Pages
    from setwright.model.dataset import Selection
    from setwright.model.frames import Membership
    from setwright.model.vocabulary import Vocabulary


class Reading(Opened):
    """Questions to a lake. Each is answered from one moment of its catalogue."""

    def revision(self) -> int:
        """The newest revision, 0 in a new lake."""
        with self._catalogue.reading() as connection:
            return newest_revision(connection)

    def frames_revision(self, revision: int) -> int:
        """The newest revision up to `revision` that touched frames.

        Every query gives the same at both, unless it speaks of datasets.
        """
        with self._catalogue.reading() as connection:
            return inventory.frames_revision(connection, revision)

    def vocabulary(self) -> Vocabulary:
        """The names in use now."""
        with self._catalogue.reading() as connection:
            return inventory.vocabulary(connection, self._index_cache)

    def collections(self) -> tuple[tuple[str, str], ...]:
        """The id and the name of each collection, sorted by name."""
        with self._catalogue.reading() as connection:
            return inventory.collections(connection)

    def collection_details(self, uid: str) -> CollectionDetails | None:
        """The collection with that id, None where there is none."""
        with self._catalogue.reading() as connection:
            return inventory.collection_details(connection, uid)

    def datasets(self) -> tuple[str, ...]:
        """The names of the datasets, sorted."""
        with self._catalogue.reading() as connection:
            return inventory.datasets(connection)

    def operations(self) -> tuple[tuple[str, str], ...]:
        """The name of each operation in use, sorted, and who works in it: `human` or `machine`."""
        with self._catalogue.reading() as connection:
            return inventory.operations(connection)

    def membership(self, selection: Selection, revision: int) -> Membership:
        """The frames that `selection` gives at `revision`, sorted by unique name.

        Raises:
            RemoteError: the lake does not know the revision or the collection, or does not offer the source.
            QueryError: the query does not parse.
        """
        # Here, for NumPy costs a tenth of a second, which a plan does not need where nothing changed.
        from setwright.lake.membership import read_membership

        with self._catalogue.reading(self._query_limit) as connection:
            return read_membership(connection, selection, revision, self._blobs, self._index_cache)

    @contextmanager
    def answers(self, query: str, revision: int | None = None) -> Iterator[Answers]:
        """What `query` gives at `revision`, the newest where none is given, all read at one moment.

        Raises:
            QueryError: the query does not parse.
            RemoteError: the lake does not have the revision.
        """
        from setwright.lake.answers import Answers
        from setwright.query.parse import parse

        tree = parse(query)
        with self._catalogue.reading(self._query_limit) as connection:
            revision = asked_revision(connection, revision)
            yield Answers(connection, tree, revision, self._blobs, self._index_cache)

    @contextmanager
    def pages(self, selection: Selection, revision: int | None = None) -> Iterator[Pages]:
        """What `selection` gives at `revision`, the newest where none is given, to be counted and paged through.

        Raises:
            RemoteError: the lake does not know the revision or the collection, or does not offer the source.
            QueryError: the query does not parse.
        """
        from setwright.lake.pages import Pages

        with self._catalogue.reading(self._query_limit) as connection:
            revision = asked_revision(connection, revision)
            yield Pages(connection, selection, revision, self._blobs, self._index_cache)

    def frame_named(self, name: str) -> ListedFrame | None:
        """The frame that has that unique name now, None where there is none."""
        from setwright.lake.pages import frame_named

        with self._catalogue.reading() as connection:
            return frame_named(connection, name)

    def picture(self, digest: str) -> BinaryIO:
        """The stored picture with that digest, to be read once and closed.

        Raises:
            LakeError: it is not there, or lies outside of the lake and has changed.
        """
        return self._blobs.open(digest)

    def opener(self, wanted: Iterable[tuple[str, int]]) -> Callable[[str], BinaryIO]:
        """What opens pictures that are read one after the other in the order of `wanted`: digests, sizes in bytes."""
        if self._blobs.at_once == 1:
            return self.picture
        from setwright.lake.read_ahead import ReadAhead

        return ReadAhead(self._blobs, wanted)

    def picture_sizes(self, digests: Iterable[str]) -> dict[str, int]:
        """The bytes of those of the pictures that the lake holds itself, by digest."""
        return self._blobs.sizes(digests)

    def picture_path(self, digest: str) -> Path | None:
        """Where that picture lies in the lake, None where it is no file of this machine there."""
        return self._blobs.file(digest)

    def stats(self) -> LakeStatistics:
        """The lake, counted."""
        with self._catalogue.reading() as connection:
            return inventory.statistics(connection)

    def likeness(self) -> Likeness:
        """Which frames show the same picture, or nearly the same."""
        from setwright.lake.likeness import likeness

        with self._catalogue.reading() as connection:
            return likeness(connection)

    def log(self) -> tuple[Revision, ...]:
        """All revisions, the newest first."""
        with self._catalogue.reading() as connection:
            return inventory.history(connection)

    def diff(self, before: int, after: int) -> LakeDifference:
        """What differs between two revisions.

        Raises:
            RemoteError: the lake does not have one of them.
        """
        from setwright.lake.difference import difference

        with self._catalogue.reading() as connection:
            return difference(connection, before, after)
