"""A version's export, downloaded into the folders that the official SDK makes, without what goes wrong there.

    TARGET/DATASET/…              as the server lays it out; zips unpacked
    TARGET/DATASET/train.txt …    lists of paths, each relative to the dataset's folder
    TARGET/DATASET/.setwright-download.json   what came, with sizes and SHA-256

Run again, it fetches only what is missing or no longer what came. Every name is the server's, so each is checked
before anything is written below the folder.
"""

from __future__ import annotations

import json
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import local
from typing import TYPE_CHECKING, Any, Final

from setwright.edge.files import safe_join, safe_parts, write_whole
from setwright.formats.reading.archives import ZipListing
from setwright.model.counting import counted
from setwright.model.errors import FormatError, RemoteError, SetwrightError, UnsafeNameError
from setwright.model.events import Advanced, Finished, Listener, Started, silence

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from setwright.remotes.layernext.answers import Page, Resource
    from setwright.remotes.layernext.client import Client
    from setwright.remotes.layernext.fetching import Fetched, Fetcher

RECORD: Final = ".setwright-download.json"
TASK: Final = "Downloading files"
_MAX_UNPACKED: Final = 16 * 2**30

# How a picture begins, whatever its name says: JPEG, PNG, WebP, BMP, TIFF, GIF.
_PICTURES: Final = (b"\xff\xd8\xff", b"\x89PNG", b"RIFF", b"BM", b"II*\x00", b"MM\x00*", b"GIF8")


@dataclass(frozen=True, slots=True, kw_only=True)
class Downloaded:
    """What a download did: where, how many files came, and how many were there already."""

    folder: Path
    fetched: int
    kept: int


def download(
    client: Client,
    version: str,
    export: str,
    target: Path,
    *,
    session: str,
    fetcher: Callable[[], Fetcher],
    media: bool = True,
    workers: int = 8,
    listener: Listener = silence,
) -> Downloaded:
    """Bring the files of a version's export below `target`; without `media` no pictures.

    Raises:
        RemoteError: there is no such export, or a file cannot be had; those that came stay, and are kept next time.
        UnsafeNameError: a name from the server would leave the folder. Nothing is fetched then.
    """
    pages = _pages(client, version, export, session)
    folder = safe_join(target, pages[0].dataset)
    wanted = [each for page in pages for each in page.resources if each.url and (media or not each.is_media)]
    places = {_place(each): each for each in wanted}
    _check_places(places)
    for place in places:
        safe_join(folder, place)
    folder.mkdir(parents=True, exist_ok=True)
    record = _Record.read(folder)
    todo = [place for place in places if not record.holds(place)]
    listener(Started(TASK, len(todo), "files"))
    try:
        _fetch_all(folder, places, todo, record, fetcher, workers, listener)
    finally:
        record.write()
    _write_lists(folder, places)
    listener(Finished(TASK, f"{counted(len(todo), 'file')} came, {len(places) - len(todo):,} there already"))
    return Downloaded(folder=folder, fetched=len(todo), kept=len(places) - len(todo))


def _pages(client: Client, version: str, export: str, session: str) -> list[Page]:
    pages: list[Page] = []
    for page in client.version_pages(version, export, session=session):
        if pages and page.dataset != pages[0].dataset:
            raise RemoteError("LayerNext's answers do not fit", "Two pages of one download name two folders.")
        pages.append(page)
    return pages


def _place(resource: Resource) -> str:
    """Where a file goes, from the dataset's folder.

    Raises:
        UnsafeNameError: the server's folder or name is none.
    """
    folder = resource.folder.removeprefix("./").removesuffix("/")
    name = f"{resource.name}.zip" if resource.unzip else resource.name
    for part in (resource.name, resource.path_list):
        if part is not None:
            safe_parts(part)
    if folder in ("", "."):
        return name
    safe_parts(folder)
    return f"{folder}/{name}"


def _check_places(places: Mapping[str, Resource]) -> None:
    folded: dict[str, str] = {}
    for place in places:
        safe_parts(place)
        if place == RECORD or folded.setdefault(place.casefold(), place) != place:
            raise UnsafeNameError(
                f"Unsafe name {place[:80]!r}",
                "Another file of the download is called the same, but for case.",
            )


def _fetch_all(
    folder: Path,
    places: Mapping[str, Resource],
    todo: Sequence[str],
    record: _Record,
    fetcher: Callable[[], Fetcher],
    workers: int,
    listener: Listener,
) -> None:
    mine = local()
    made: list[Fetcher] = []

    def one(place: str) -> tuple[str, Fetched, list[str]]:
        if not hasattr(mine, "fetcher"):
            mine.fetcher = fetcher()
            made.append(mine.fetcher)
        resource = places[place]
        path = safe_join(folder, place)
        path.parent.mkdir(parents=True, exist_ok=True)
        assert resource.url is not None
        fetched = mine.fetcher.fetch(resource.url, path)
        if resource.unzip:
            return place, fetched, _unpack(path, folder, place.removesuffix(".zip"))
        if resource.is_media:
            _check_picture(path, place)
        return place, fetched, []

    pool = ThreadPoolExecutor(workers, thread_name_prefix="download")
    try:
        for place, fetched, unpacked in pool.map(one, todo):
            record.add(place, fetched, unpacked)
            listener(Advanced(TASK))
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
        for each in made:
            each.close()


def _check_picture(path: Path, place: str) -> None:
    with path.open("rb") as file:
        start = file.read(16)
    if not start.startswith(_PICTURES):
        path.unlink()
        raise RemoteError(
            "A picture is none", f"What came as {place} begins like no picture, and was not kept."
        )


def _unpack(archive: Path, folder: Path, below: str) -> list[str]:
    """Unpack into the folder called as the archive, and remove that; the files that came of it."""
    try:
        listing = ZipListing(archive)
        if listing.problems:
            first = listing.problems[0]
            raise FormatError("A member of it is refused", f"{first.file}: {first.detail}.")
        names, size = [], 0
        for name in listing.names:
            content = listing.read(name, _MAX_UNPACKED)
            size += len(content)
            if size > _MAX_UNPACKED:
                raise FormatError("An archive is too large", f"It unpacks to over {_MAX_UNPACKED:,} bytes.")
            write_whole(safe_join(folder, f"{below}/{name}"), content, durable=False)
            names.append(f"{below}/{name}")
    except SetwrightError as error:
        raise RemoteError(f"{archive.name} cannot be unpacked", f"{error.summary}. {error.detail}") from error
    finally:
        archive.unlink(missing_ok=True)
    return names


def _write_lists(folder: Path, places: Mapping[str, Resource]) -> None:
    """The lists of paths, each written anew, with every path once."""
    lists: defaultdict[str, list[str]] = defaultdict(list)
    for place, resource in places.items():
        if resource.path_list is not None:
            lists[resource.path_list].append(place)
    for name, lines in lists.items():
        write_whole(
            safe_join(folder, f"{name}.txt"), "".join(f"{line}\n" for line in lines).encode(), durable=False
        )


class _Record:
    """What came, by place; what is still as it came need not come again."""

    def __init__(self, folder: Path, files: dict[str, dict[str, Any]]) -> None:
        self._folder = folder
        self._files = files

    @classmethod
    def read(cls, folder: Path) -> _Record:
        """The record in `folder`; an empty one where there is none that can be read."""
        try:
            document = json.loads((folder / RECORD).read_bytes())
            files = {str(place): dict(said) for place, said in document["files"].items()}
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            files = {}
        return cls(folder, files)

    def holds(self, place: str) -> bool:
        """Whether it came, and is as it came."""
        said = self._files.get(place)
        if said is None:
            return False
        try:
            return all(self._stamp(name) == stamp for name, stamp in said["stamps"].items())
        except (OSError, KeyError, TypeError, AttributeError, UnsafeNameError):
            return False

    def add(self, place: str, fetched: Fetched, unpacked: list[str]) -> None:
        """It came, and, of an archive, these files came of it."""
        self._files[place] = {
            "size": fetched.size,
            "sha256": fetched.sha256,
            "stamps": {name: self._stamp(name) for name in (unpacked or [place])},
        }

    def write(self) -> None:
        """Keep it in the folder."""
        document = {"format_version": 1, "files": dict(sorted(self._files.items()))}
        write_whole(
            self._folder / RECORD, (json.dumps(document, indent=1, ensure_ascii=False) + "\n").encode()
        )

    def _stamp(self, name: str) -> list[int]:
        status = safe_join(self._folder, name).stat()
        return [status.st_size, status.st_mtime_ns]
