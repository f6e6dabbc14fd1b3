"""Blobs in a bucket of an object store: the object `ab/cdef…` below a prefix, for the digest `abcdef…`.

Beside them lies `lake.json` with the lake's id, so that no other lake takes the place and removes what is not its own.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, Literal, NoReturn
from urllib.parse import urlsplit

from setwright.edge.object_store import in_words, opened
from setwright.lake.blobs import PAIR, REST, StoredBlob, Stranger, damaged, missing, sha256
from setwright.model.errors import LakeAwayError, LakeError, UsageError
from setwright.model.extras import require
from setwright.pixels.executor import Threads

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path
    from typing import BinaryIO

    from obstore.store import ObjectStore

    from setwright.lake.blobs import Listed, Reference

AT_ONCE: Final = 16
"""Requests at a time: each waits for the network far longer than it takes."""

MARK: Final = "lake.json"

_SCHEMES = ("s3", "gs", "az")
_FORM = "s3://BUCKET/PREFIX"
_ASKED_ONE_BY_ONE = 2_000
"""Beyond so many, the store is listed, a thousand a request, rather than asked for each."""
_REMOVED_TOGETHER = 1_000
_PIECE = 1 << 20
_PAIRS = tuple(f"{number:02x}" for number in range(256))


def checked_address(given: str) -> str:
    """Where blobs are to be, from what somebody says, without a slash at its end.

    Raises:
        UsageError: it names no bucket and prefix, or holds what might be secret.
        MissingExtraError: what it takes to use it is not installed.
    """
    if not given.isprintable():  # of which a URL would lose some without a word
        raise _no_address("It holds a control character.")
    try:
        url = urlsplit(given)
        parts = url.path.strip("/").split("/")
    except ValueError as error:
        raise _no_address("It cannot be read as a URL.") from error
    if url.scheme not in _SCHEMES or not url.netloc:
        raise _no_address(
            "Blobs are in the lake's folder, or in a bucket of S3 (s3://), Google (gs://) or Azure (az://)."
        )
    if "@" in url.netloc or ":" in url.netloc or url.query or url.fragment:
        raise _no_address(
            "It holds more than a bucket and a prefix. Credentials would stay in the lake's folder for all to"
            " read; they come from the environment, and so does an endpoint (AWS_ENDPOINT_URL)."
        )
    if not re.fullmatch(r"[A-Za-z0-9._-]+", url.netloc) or not all(
        re.fullmatch(r"[A-Za-z0-9._=+-]+", part) and part not in (".", "..") for part in parts
    ):
        raise _no_address(
            "Bucket and parts of the prefix are of letters, digits and .-_=+, and none is empty."
        )
    # Before a folder is made for the lake, or the catalogue is asked.
    require("objectstore", "keep blobs in an object store", "obstore")
    return f"{url.scheme}://{url.netloc}/{'/'.join(parts)}"


class BucketBlobs:
    """What `lake.blobs.Blobs` asks, by objects of the lake `lake_id` below `address`, which was checked."""

    def __init__(self, address: str, lake_id: str) -> None:
        self._address = address
        self._lake_id = lake_id

    @cached_property
    def _store(self) -> ObjectStore:
        try:
            return opened(self._address)
        except UsageError as error:
            raise LakeError(error.summary, error.detail, error.hint) from error

    def __getstate__(self) -> dict[str, str]:
        return {"_address": self._address, "_lake_id": self._lake_id}  # another process opens the store anew

    @property
    def location(self) -> str:
        return self._address

    @property
    def at_once(self) -> int:
        return AT_ONCE

    def where(self, digest: str) -> str:
        return f"{self._address}/{_key(digest)}"

    def claim(self) -> None:
        """Say that the place is the lake's, and look whether it is.

        Raises:
            LakeError: it is another lake's, or cannot be written.
        """
        from obstore import put
        from obstore.exceptions import AlreadyExistsError

        content = json.dumps({"format_version": 1, "id": self._lake_id}, indent=2) + "\n"
        try:
            put(self._store, MARK, content.encode(), mode="create", use_multipart=False)
        except AlreadyExistsError:
            pass
        except Exception as error:
            self._fail(error)
        self.check()

    def check(self) -> None:
        """Look whether the place is the lake's.

        Raises:
            LakeError: it is another lake's, or nobody's.
        """
        try:
            owner = json.loads(self._get(MARK))["id"]
        except FileNotFoundError as error:
            raise LakeError(
                f"The place of the lake's blobs has no owner: {self._address}",
                f"There is no {MARK} in it, so it was removed, or the address is another one than it was.",
                "restore it from a backup",
            ) from error
        except (ValueError, KeyError, TypeError) as error:
            raise LakeError(
                f"The place of the lake's blobs is damaged: {self._address}",
                f"Its {MARK} does not say whose it is.",
                "restore it from a backup",
            ) from error
        if owner != self._lake_id:
            raise LakeError(
                f"Another lake's blobs are in {self._address}",
                "Each lake needs a prefix of its own, for what one does not need it removes.",
                "say another prefix",
            )

    def file(self, digest: str) -> Path | None:
        return None

    def sizes(self, digests: Iterable[str]) -> dict[str, int]:
        wanted = set(digests)
        if len(wanted) <= _ASKED_ONE_BY_ONE:
            return self._asked(wanted)
        found: dict[str, int] = {}
        for pair, there in Threads(AT_ONCE).done(self._listed_pair, sorted({each[:2] for each in wanted})):
            found |= {
                each.digest: each.size
                for each in there
                if isinstance(each, StoredBlob) and each.digest in wanted
            }
            if any(isinstance(each, _Broken) for each in there):
                found |= self._asked({each for each in wanted if each[:2] == pair} - found.keys())
        return found

    def put(self, content: bytes, digest: str | None = None) -> str:
        from obstore import put
        from obstore.exceptions import AlreadyExistsError

        digest = digest or sha256(content)
        stored = self._size(digest)
        if stored == len(content):  # which is less to send than what the store would refuse
            return digest
        mode: Literal["create", "overwrite"] = "create" if stored is None else "overwrite"
        try:
            # In one request, which a store takes whole or not at all.
            put(self._store, _key(digest), content, mode=mode, use_multipart=False)
        except AlreadyExistsError:
            pass  # by somebody else, or by this request, whose answer was lost
        except Exception as error:
            self._fail(error)
        return digest

    @contextmanager
    def together(self) -> Iterator[Callable[[bytes], str]]:
        pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="blobs")
        sent: deque[Future[str]] = deque()

        def put(content: bytes) -> str:
            if len(sent) == AT_ONCE:  # each holds its bytes until it is answered
                sent.popleft().result()
            digest = sha256(content)
            sent.append(pool.submit(self.put, content, digest))
            return digest

        try:
            yield put
            for each in sent:
                each.result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)

    def open(self, digest: str) -> BinaryIO:
        return io.BytesIO(self.read(digest))

    def read(self, digest: str) -> bytes:
        try:
            content = self._get(_key(digest))
        except FileNotFoundError as error:
            raise missing(self._address, digest) from error
        if sha256(content) != digest:
            raise damaged(self.where(digest), digest)
        return content

    def measure(self, digest: str) -> tuple[str, int]:
        from obstore import get

        try:
            hasher, size = hashlib.sha256(), 0
            for piece in get(self._store, _key(digest)).stream(min_chunk_size=_PIECE):
                hasher.update(piece)
                size += len(piece)
        except Exception as error:
            self._get(MARK)  # if even that cannot be read, it is not this blob that is at fault
            raise OSError(in_words(error)) from error
        return hasher.hexdigest(), size

    def listed(self) -> Iterator[Listed]:
        self.check()
        pairs = []
        for found in self._top():
            match found:
                case Stranger():
                    yield found
                case str():
                    pairs.append(found)
        for _, several in Threads(AT_ONCE).done(self._listed_pair, pairs):
            for each in several:
                yield Stranger(each.why) if isinstance(each, _Broken) else each

    def remove(self, digests: Iterable[str]) -> None:
        from obstore import delete

        rest = iter(digests)
        while some := [_key(digest) for digest in islice(rest, _REMOVED_TOGETHER)]:
            try:
                delete(self._store, some)
            except FileNotFoundError:
                pass
            except Exception as error:
                self._fail(error)

    def check_references(self) -> None:
        raise UsageError(
            "Pictures cannot stay in place",
            f"The lake's blobs are in {self._address}, for several machines, which have other files each.",
            "leave out --in-place, and they are copied",
        )

    def refer(self, digest: str, file: Path) -> None:
        self.check_references()

    def elsewhere(self, digest: str) -> Path | None:
        return None

    def references(self) -> Iterator[Reference]:
        return iter(())

    def forget(self, digest: str) -> None:
        pass

    def _size(self, digest: str) -> int | None:
        """The blob's bytes, None where there is none."""
        from obstore import head

        try:
            return head(self._store, _key(digest))["size"]
        except FileNotFoundError:
            return None
        except Exception as error:
            self._fail(error)

    def _asked(self, wanted: set[str]) -> dict[str, int]:
        if len(wanted) == 1:
            answers = ((digest, self._size(digest)) for digest in wanted)
            return {digest: size for digest, size in answers if size is not None}
        several = Threads(AT_ONCE).done(self._size, sorted(wanted))
        return {digest: size for digest, size in several if size is not None}

    def _get(self, key: str) -> bytes:
        """The object's bytes.

        Raises:
            FileNotFoundError: there is none.
            LakeError: it cannot be read.
        """
        from obstore import get

        try:
            return bytes(get(self._store, key).bytes())
        except FileNotFoundError:
            raise
        except Exception as error:
            self._fail(error)

    def _top(self) -> Iterator[Stranger | str]:
        """What lies at the top of the prefix: strangers, and the pairs of digits that blobs lie below."""
        from obstore import list_with_delimiter
        from obstore.exceptions import InvalidPathError

        try:
            found = list_with_delimiter(self._store)
        except InvalidPathError as error:
            # A name that no path can have ends the listing; ours are looked for by theirs.
            yield Stranger(in_words(error))
            yield from _PAIRS
            return
        except Exception as error:
            self._fail(error)
        for each in found["objects"]:
            if each["path"] != MARK:
                yield Stranger(each["path"])
        for folder in found["common_prefixes"]:
            yield folder if PAIR.fullmatch(folder) else Stranger(f"{folder}/")

    def _listed_pair(self, pair: str) -> list[Listed | _Broken]:
        from obstore import list as listed
        from obstore.exceptions import InvalidPathError

        found: list[Listed | _Broken] = []
        try:
            for chunk in listed(self._store, pair, chunk_size=1000):
                found += [_entry(each) for each in chunk]
        except InvalidPathError as error:
            found.append(_Broken(in_words(error)))
        except Exception as error:
            self._fail(error)
        return found

    def _fail(self, error: Exception) -> NoReturn:
        """Say it in words, and without what signs requests."""
        from obstore.exceptions import PermissionDeniedError, UnauthenticatedError

        if isinstance(error, LakeError):
            raise error
        words = f"{in_words(error)}."
        if isinstance(error, PermissionDeniedError | UnauthenticatedError | PermissionError):
            raise LakeError(
                f"The object store with the lake's blobs refused us: {self._address}",
                words,
                "set the store's credentials in the environment, such as AWS_ACCESS_KEY_ID, as for its own tools",
            ) from error
        raise LakeAwayError(
            f"The object store with the lake's blobs cannot be used: {self._address}",
            words,
            "look whether it can be reached, whether the bucket is there, and whether the environment names the"
            " endpoint and the region as for the store's own tools",
        ) from error


class _Broken:
    """That a listing ended early, and why."""

    def __init__(self, why: str) -> None:
        self.why = why


def _entry(found: Any) -> Listed:
    pair, _, rest = found["path"].partition("/")
    if PAIR.fullmatch(pair) and REST.fullmatch(rest):
        return StoredBlob(pair + rest, found["size"], found["last_modified"].timestamp())
    return Stranger(found["path"])


def _key(digest: str) -> str:
    return f"{digest[:2]}/{digest[2:]}"


def _no_address(why: str) -> UsageError:
    return UsageError("Not the address of a place for blobs", why, f"write it as {_FORM}")
