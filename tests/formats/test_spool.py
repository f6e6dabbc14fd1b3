"""Bytes that wait to be written come back as they were, few or many, to several who ask at once."""

from __future__ import annotations

import errno
import hashlib
import tempfile
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setwright.formats import spool
from setwright.formats.spool import Spool

contents = st.lists(st.lists(st.binary(max_size=40), max_size=4), max_size=6)


@given(contents=contents)
def test_what_is_kept_is_given_back_with_its_size_and_digest(contents: list[list[bytes]]) -> None:
    one = Spool()
    for kept, chunks in [(one.keep(chunks), chunks) for chunks in contents]:
        whole = b"".join(chunks)
        assert b"".join(kept.chunks()) == whole
        assert (kept.size, kept.sha256) == (len(whole), hashlib.sha256(whole).hexdigest())


def test_what_is_too_much_for_the_memory_is_the_same() -> None:
    one = Spool()
    pieces = [bytes([number]) * (spool._IN_MEMORY // 3) for number in range(5)]
    kept = [one.keep([piece, piece]) for piece in pieces]
    with ThreadPoolExecutor(4) as pool:
        read = list(pool.map(lambda each: b"".join(each.chunks()), kept))
    assert read == [piece * 2 for piece in pieces]


def test_what_has_the_same_bytes_is_equal_wherever_it_is_kept() -> None:
    one, other = Spool(), Spool()
    other.keep([b"before"])
    assert one.keep([b"the ", b"same"]) == other.keep([b"the same"])
    assert one.keep([b"this"]) != other.keep([b"that"])


def test_a_full_disk_is_told_by_the_folder_for_temporary_files(monkeypatch: pytest.MonkeyPatch) -> None:
    class Full:
        def seek(self, _place: int) -> None:
            """Where it is does not matter."""

        def write(self, _chunk: bytes) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    one = Spool()
    monkeypatch.setattr(one, "_file", Full())
    with pytest.raises(OSError, match="No space left") as caught:
        one.keep([b"much"])
    assert caught.value.filename == tempfile.gettempdir()
