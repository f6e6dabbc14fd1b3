"""Files in the user's cache folder that are believed because this user has signed them.

Nothing here is believed for where it lies: a folder like this is restored from archives on build servers, and shared by
mistake. So each file is signed with a key that only this user of this machine has and that lies elsewhere, and one that
is not signed by it, damaged or foreign, counts as not there. Losing everything here costs time and nothing else, hence
no failure of it is a failure of a command.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import secrets
import stat
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from setwright.edge.files import write_whole
from setwright.model.canonical import canonical_json
from setwright.model.errors import UsageError
from setwright.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

SWITCH = "SETWRIGHT_CACHE"

MAX_FILE = 32 * 2**20
"""The largest file that is kept, in bytes; what 10,000 usual specs come to."""
MAX_BYTES = 128 * 2**20
"""What all files of a kind may take together, in bytes."""
MAX_FILES = 100
"""The most files of a kind."""

_KEY_BYTES = 32
_SIGNATURE_BYTES = 32
_DAY = 24 * 60 * 60


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A signed file. Making this touches nothing.

    The file's folder is that of its `kind`, and a signature of one kind is none of another.
    """

    file: Path
    key: Path
    kind: str

    def load(self) -> bytes | None:
        """What is kept; None where that is nothing to rely on."""
        try:
            signed = _private(self.file, _SIGNATURE_BYTES + MAX_FILE)
            signature, content = signed[:_SIGNATURE_BYTES], signed[_SIGNATURE_BYTES:]
            if not hmac.compare_digest(signature, self._signature(_private(self.key, _KEY_BYTES), content)):
                return None
            self._used()
        except (OSError, ValueError):
            return None
        return content

    def store(self, content: bytes) -> None:
        """Keep `content` for the next run, if that can be."""
        if len(content) > MAX_FILE:
            return
        try:
            for folder in (self.file.parent.parent, self.file.parent, self.key.parent):
                _own(folder)
            signature = self._signature(self._made_key(), content)
            write_whole(self.file, signature + content, durable=False, mode=0o600)
            _tidy(self.file.parent)
        except (OSError, ValueError):
            return

    def _used(self) -> None:
        """Let the file not be the first to go."""
        now = time.time()
        if now - self.file.stat().st_mtime > _DAY:
            os.utime(self.file, (now, now))

    def _made_key(self) -> bytes:
        try:
            return _private(self.key, _KEY_BYTES)
        except (OSError, ValueError):
            # Another run may do the same now; then what one of the two keeps is not believed, which does no harm.
            write_whole(self.key, secrets.token_bytes(_KEY_BYTES), durable=False, mode=0o600)
            return _private(self.key, _KEY_BYTES)

    def _signature(self, key: bytes, content: bytes) -> bytes:
        if len(key) != _KEY_BYTES:
            raise ValueError("half a key")
        person = f"setwright-{self.kind}".encode()[:16]
        return hashlib.blake2b(content, key=key, digest_size=_SIGNATURE_BYTES, person=person).digest()


def kept_file(kind: str, asked: Callable[[], Sequence[Any]], environ: Mapping[str, str]) -> KeptFile | None:
    """The file of that kind for all that `asked` tells, as JSON values; it is not called where nothing is kept.

    None where keeping is switched off, or there is no place for it.

    Raises:
        UsageError: the switch is neither on nor off.
    """
    wanted = environ.get(SWITCH, "") or "on"
    if wanted not in ("on", "off"):
        raise UsageError(
            f"{SWITCH} is on or off", f'It is set to "{wanted[:60]}".', f"unset it, or set {SWITCH}=off"
        )
    if wanted == "off":
        return None
    try:
        kept = _folder(environ, "XDG_CACHE_HOME", ".cache")
        secret = _folder(environ, "XDG_STATE_HOME", ".local/state")
        # Names of folders need not be text; then JSON could not say them.
        digest = hashlib.sha256(canonical_json(list(asked())).encode(errors="surrogatepass")).hexdigest()
    except (OSError, ValueError, TypeError, RuntimeError):  # the last of a user without a home
        return None
    return KeptFile(kept / kind / digest[:32], secret / "cache.key", kind)


def makers(parts: Sequence[str], libraries: Sequence[str]) -> Iterator[Any]:
    """What makes what is kept, told apart by the sizes and times of files: nothing has to be read.

    `parts` are folders of this package, `libraries` other packages.

    Raises:
        OSError: one cannot be looked at.
    """
    from importlib.util import find_spec

    import setwright

    yield setwright.__version__
    yield sys.version
    for package in setwright.__path__:
        for part in parts:
            with os.scandir(f"{package}/{part}") as entries:
                for entry in sorted(entries, key=lambda each: each.name):
                    if entry.name.endswith((".py", ".lark")):
                        yield _looks(entry.path, entry.stat())
    for library in libraries:
        found = find_spec(library)
        yield (
            None if found is None or found.origin is None else _looks(found.origin, Path(found.origin).stat())
        )


def _folder(environ: Mapping[str, str], variable: str, usual: str) -> Path:
    """The user's folder of a kind, ours within it. What is not absolute does not count, as the standard has it."""
    named = Path(environ.get(variable) or (environ.get("LOCALAPPDATA", "") if os.name == "nt" else ""))
    return (named if named.is_absolute() else Path("~", usual).expanduser()) / "setwright"


def _looks(path: str, facts: os.stat_result) -> tuple[str, int, int]:
    return path, facts.st_size, facts.st_mtime_ns


def _private(path: Path, most: int) -> bytes:
    """The content of a file that nobody but this user can have written.

    Raises:
        OSError: it is not there, or cannot be read.
        ValueError: it is something else, another user's, open to others, or has more than `most` bytes.
    """
    handle = os.open(path, os.O_RDONLY | _PLAIN)
    with os.fdopen(handle, "rb") as file:
        facts = os.fstat(handle)
        if not stat.S_ISREG(facts.st_mode) or _others(facts) or facts.st_size > most:
            raise ValueError("not a file of this user alone")
        return file.read(most)


_PLAIN = (
    getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_BINARY", 0)
    | getattr(os, "O_CLOEXEC", 0)
)


def _own(folder: Path) -> None:
    """Make `folder` unless it is there, for this user alone.

    Raises:
        OSError: it cannot be made.
        ValueError: it is a link, another user's, or open to others.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        facts = folder.lstat()
        if not stat.S_ISDIR(facts.st_mode) or _others(facts):
            raise ValueError("not a folder of this user alone") from None


def _others(facts: os.stat_result) -> bool:
    """Whether others than this user may have written it. Windows keeps its users' folders apart by itself."""
    return hasattr(os, "geteuid") and (facts.st_uid != os.geteuid() or bool(facts.st_mode & 0o022))


def _tidy(folder: Path) -> None:
    """Remove what was not used for longest, until the rest is within the bounds."""
    found = []
    with os.scandir(folder) as entries:
        for entry in entries:
            with contextlib.suppress(FileNotFoundError):  # another run tidies too
                facts = entry.stat(follow_symlinks=False)
                found.append((facts.st_mtime, facts.st_size, entry.path))
    total, left = sum(size for _, size, _ in found), len(found)
    for _, size, path in sorted(found):
        if left <= MAX_FILES and total <= MAX_BYTES:
            return
        Path(path).unlink(missing_ok=True)
        total, left = total - size, left - 1
