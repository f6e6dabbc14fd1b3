"""What a selection gives at LayerNext, listed page by page; of each frame its names and its id."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from setwright.model.dataset import CollectionSource, Filter, LakeSource
from setwright.model.errors import RemoteError
from setwright.model.frames import Frames
from setwright.remotes.layernext import answers, calls
from setwright.remotes.layernext.client import MOST

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from setwright.model.dataset import ItemType, Selection
    from setwright.model.frames import Texts
    from setwright.remotes.layernext.client import Client

WORKERS: Final = 6
"""So many pages are asked for at once; the SDK itself sends ten requests at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One frame as LayerNext lists it; `collection` is empty where the listing does not tell it."""

    id: str
    name: str
    file_name: str
    collection: str


@dataclass(frozen=True, slots=True)
class Lister:
    """Lists objects with `client`, from several threads where there are many pages."""

    client: Client

    def members(self, selection: Selection) -> tuple[Member, ...]:
        """The frames that `selection` gives now, sorted by unique name, each once.

        Raises:
            RemoteError: a collection is not known, or what is listed are no frames with names of their own.
        """
        return _sorted(self._selected(selection))

    def names(self, selection: Selection) -> Texts:
        """The unique names of the frames that `selection` gives now, sorted."""
        return frames_of(self.members(selection)).name

    def collections(self) -> tuple[answers.Listed, ...]:
        """All collections of images."""
        return self._objects(None, "image_collection", "", Filter())

    def of_dataset(self, id: str) -> tuple[Member, ...]:
        """The frames of the dataset with that id in the lake, sorted by unique name.

        Raises:
            RemoteError: LayerNext does not list them.
        """
        return _sorted(_member(each, "") for each in self._objects(id, "image", "", Filter()))

    def _selected(self, selection: Selection) -> Iterator[Member]:
        query, filter = selection.query, selection.filter
        match selection.source:
            case LakeSource(items="image"):
                for each in self._objects(None, "image", query, filter):
                    yield _member(each, "")
            case LakeSource(items=items):
                # What is selected are collections or datasets, and all that is in them comes along.
                for outer in self._objects(None, items, query, filter):
                    if items == "dataset" and outer.name == selection.apart_from:
                        continue  # a dataset that is its own source would never lose a frame
                    named = outer.name if items == "image_collection" else ""
                    for each in self._objects(outer.id, "image", "", Filter()):
                        yield _member(each, named)
            case CollectionSource() as source:
                for each in self._objects(self.collection(source), "image", query, filter):
                    yield _member(each, source.name or "")
            case source:
                raise RemoteError("A source that LayerNext does not offer", f"It is {source.kind}.")

    def collection(self, source: CollectionSource) -> str:
        """The collection's id.

        Raises:
            RemoteError: there is none, or the id is of something else.
        """
        if source.name is not None:
            return self.client.collection_id(source.name)
        assert source.id is not None
        self.client.check_collection(source.id)
        return source.id

    def _objects(
        self, collection: str | None, items: ItemType, query: str, filter: Filter
    ) -> tuple[answers.Listed, ...]:
        """All objects, the pages asked for side by side where there are many."""
        count = self.client.count(collection=collection, items=items, query=query, filter=filter)
        if count is not None and count > 2 * calls.PAGE:
            pages = self._pages(-(-min(count, MOST) // calls.PAGE), collection, items, query, filter)
            found = {each.id: each for page in pages for each in page}
            # While a lake is written to, what is listed moves between pages; then they are asked for in turn.
            if len(found) == count:
                return tuple(found.values())
        return tuple(self.client.objects(collection=collection, items=items, query=query, filter=filter))

    def _pages(
        self, number: int, collection: str | None, items: ItemType, query: str, filter: Filter
    ) -> list[tuple[answers.Listed, ...]]:
        def page(place: int) -> tuple[answers.Listed, ...]:
            return self.client.page(place, collection=collection, items=items, query=query, filter=filter)

        found: list[tuple[answers.Listed, ...]] = []
        with ThreadPoolExecutor(min(WORKERS, number), thread_name_prefix="listing") as pool:
            # Some at a time: the number is the server's word, and a page that is not full is the last one.
            for start in range(0, number, WORKERS):
                found += pool.map(page, range(start, min(start + WORKERS, number)))
                if any(len(each) < calls.PAGE for each in found[start:]):
                    break
        return found


def frames_of(members: Iterable[Member]) -> Frames:
    """`members`, which are sorted, as frames of which the names are known."""
    listed = list(members)
    return Frames.named(
        (member.name for member in listed),
        (member.file_name for member in listed),
        (member.collection for member in listed),
    )


def _member(listed: answers.Listed, collection: str) -> Member:
    if listed.unique_name is None:
        raise RemoteError(
            "LayerNext lists frames without their unique names",
            f'"{listed.name[:80]}" has none, and by these alone frames are told apart.',
        )
    return Member(id=listed.id, name=listed.unique_name, file_name=listed.name, collection=collection)


def _sorted(members: Iterable[Member]) -> tuple[Member, ...]:
    by_name: dict[str, Member] = {}
    for member in members:
        other = by_name.setdefault(member.name, member)
        if other.id != member.id:
            raise RemoteError(
                "Two frames of LayerNext have one unique name",
                f"It is {member.name[:80]!r}. Nothing was changed.",
            )
    return tuple(by_name[name] for name in sorted(by_name))
