"""What a lake asks of a store of blobs, of each store that there is: a folder, and a bucket on a real server."""

from __future__ import annotations

import http.client
import pickle
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote

import pytest

from setwright.lake import bucket_blobs
from setwright.lake.blobs import Blobs, StoredBlob, Stranger, sha256
from setwright.lake.bucket_blobs import BucketBlobs, checked_address
from setwright.lake.folder_blobs import FolderBlobs
from setwright.lake.read_ahead import ReadAhead
from setwright.model.errors import LakeAwayError, LakeError, UsageError
from tests.oracles.s3 import SECRET, Trouble, environment, made_bucket, troubled

HELLO = sha256(b"hello")
ABSENT = "ab" * 32


class Place(Protocol):
    """A store, and what others can do to it behind its back."""

    blobs: Any

    def lay(self, name: str, content: bytes) -> None: ...


class BlobsConformance:
    """What holds for every store, at the fixture `place`."""

    def test_what_is_put_is_read_by_its_digest(self, place: Place) -> None:
        blobs: Blobs = place.blobs
        assert blobs.put(b"hello") == blobs.put(b"hello", HELLO) == HELLO
        assert blobs.put(b"") == sha256(b"")
        assert (blobs.read(HELLO), blobs.read(sha256(b""))) == (b"hello", b"")
        with blobs.open(HELLO) as file:
            assert file.read() == b"hello"
        assert blobs.measure(HELLO) == (HELLO, 5)

    def test_what_is_not_there_is_an_error_with_its_digest(self, place: Place) -> None:
        for ask in (place.blobs.read, place.blobs.open):
            with pytest.raises(LakeError, match="missing: abababababab"):
                ask(ABSENT)
        with pytest.raises(OSError):
            place.blobs.measure(ABSENT)
        assert place.blobs.file(ABSENT) is None

    def test_what_changed_is_never_given_for_what_it_was(self, place: Place) -> None:
        place.blobs.put(b"hello")
        place.lay(f"{HELLO[:2]}/{HELLO[2:]}", b"hallo")
        with pytest.raises(LakeError, match="damaged"):
            place.blobs.read(HELLO)
        assert place.blobs.measure(HELLO) == (sha256(b"hallo"), 5)

    def test_what_is_there_is_left_as_it_is(self, place: Place) -> None:
        place.lay(f"{HELLO[:2]}/{HELLO[2:]}", b"hallo")
        place.blobs.put(b"hello")
        assert place.blobs.measure(HELLO) == (sha256(b"hallo"), 5)

    def test_what_was_cut_short_is_put_again(self, place: Place) -> None:
        blobs: Blobs = place.blobs
        place.lay(f"{HELLO[:2]}/{HELLO[2:]}", b"hell")
        blobs.put(b"hello")
        assert blobs.read(HELLO) == b"hello"
        place.lay(f"{HELLO[:2]}/{HELLO[2:]}", b"")
        with blobs.together() as put:
            assert put(b"hello") == HELLO
        assert blobs.read(HELLO) == b"hello"

    @pytest.mark.parametrize("one_by_one", [2_000, 1])
    def test_sizes_are_told_of_those_that_are_there(
        self, place: Place, one_by_one: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(bucket_blobs, "_ASKED_ONE_BY_ONE", one_by_one)
        stored = {place.blobs.put(bytes([number]) * number): number for number in range(9)}
        asked = [*list(stored)[:7], ABSENT]
        assert place.blobs.sizes(asked) == dict(list(stored.items())[:7])
        assert place.blobs.sizes([]) == {}

    def test_all_that_lies_there_is_listed_and_what_is_not_ours_is_told_apart(self, place: Place) -> None:
        stored = {place.blobs.put(bytes([number]) * number): number for number in range(9)}
        strange = {"notes.txt", f"{HELLO[:2]}/notes", "AB/" + "c" * 62, "zz/file"}
        for name in strange:
            place.lay(name, b"x")
        listed = list(place.blobs.listed())
        assert {each.digest: each.size for each in listed if isinstance(each, StoredBlob)} == stored
        told = {each.name.rstrip("/") for each in listed if isinstance(each, Stranger)}
        assert told == {name if name[:2] in (HELLO[:2], "no") else name[:2] for name in strange}

    def test_what_is_removed_is_gone_and_may_be_removed_again(self, place: Place) -> None:
        kept, gone = place.blobs.put(b"kept"), place.blobs.put(b"gone")
        place.blobs.remove([gone])
        place.blobs.remove([gone, ABSENT])
        assert place.blobs.sizes([kept, gone]) == {kept: 4}

    def test_many_who_put_the_same_at_a_time_make_one(self, place: Place) -> None:
        with ThreadPoolExecutor(8) as pool:
            assert set(pool.map(place.blobs.put, [b"same"] * 16)) == {sha256(b"same")}
        assert len(list(place.blobs.listed())) == 1

    def test_what_is_read_ahead_is_what_is_asked_for(self, place: Place) -> None:
        """In order, passed over, twice, and never announced."""
        wanted = {place.blobs.put(bytes([number]) * 3): bytes([number]) * 3 for number in range(40)}
        order = list(wanted)
        opened = ReadAhead(place.blobs, ((digest, 3) for digest in order[:35]))
        for digest in (*order[:3], order[20], order[2], *order[21:], order[39]):
            with opened(digest) as file:
                assert file.read() == wanted[digest]
        with pytest.raises(LakeError, match="missing"):
            ReadAhead(place.blobs, [(ABSENT, 3)])(ABSENT)

    def test_another_process_gets_the_same_store(self, place: Place) -> None:
        place.blobs.put(b"hello")
        assert pickle.loads(pickle.dumps(place.blobs)).read(HELLO) == b"hello"


class FolderPlace:
    def __init__(self, root: Path) -> None:
        self.root = root
        self.blobs = FolderBlobs(root)

    def lay(self, name: str, content: bytes) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


class TestFolderBlobs(BlobsConformance):
    @pytest.fixture
    def place(self, tmp_path: Path) -> FolderPlace:
        return FolderPlace(tmp_path / "blobs")


class BucketPlace:
    def __init__(self, endpoint: str, bucket: str) -> None:
        self.endpoint, self.bucket = endpoint, bucket
        self.blobs = BucketBlobs(f"s3://{bucket}/team/lake", "a lake")
        self.blobs.claim()

    def lay(self, name: str, content: bytes) -> None:
        from obstore import put

        put(self.blobs._store, name, content)


@pytest.fixture
def bucket(endpoint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> BucketPlace:
    for name, value in environment(endpoint).items():
        monkeypatch.setenv(name, value)
    return BucketPlace(endpoint, made_bucket(endpoint, tmp_path))


@pytest.mark.oracle
class TestBucketBlobs(BlobsConformance):
    @pytest.fixture
    def place(self, bucket: BucketPlace) -> BucketPlace:
        return bucket

    @pytest.mark.parametrize("name", ["ab//double", "..", "ab/../up", "\x1b[31mred"])
    def test_names_that_no_path_has_hide_nothing_of_ours(
        self, place: BucketPlace, name: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(bucket_blobs, "_ASKED_ONE_BY_ONE", 1)
        stored = {place.blobs.put(bytes([number])) for number in range(4)}
        connection = http.client.HTTPConnection(place.endpoint.removeprefix("http://"))
        connection.request("PUT", f"/{place.bucket}/team/lake/{quote(name)}", b"x")
        assert connection.getresponse().status == 200
        connection.close()
        listed = list(place.blobs.listed())
        assert {each.digest for each in listed if isinstance(each, StoredBlob)} == stored
        assert any(isinstance(each, Stranger) for each in listed)
        assert place.blobs.sizes([*stored, ABSENT]).keys() == stored

    def test_a_place_is_one_lake_s(self, place: BucketPlace) -> None:
        other = BucketBlobs(place.blobs.location, "another lake")
        for attempt in (other.claim, lambda: list(other.listed())):
            with pytest.raises(LakeError, match="Another lake's blobs"):
                attempt()
        place.blobs.claim()
        with pytest.raises(LakeError, match="has no owner"):
            list(BucketBlobs(place.blobs.location + "/elsewhere", "a lake").listed())

    def test_what_fails_for_a_moment_is_asked_for_again(
        self, place: BucketPlace, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        place.blobs.put(b"hello")
        trouble = Trouble(fails={HELLO[2:]: 2})
        with troubled(place.endpoint, trouble) as address:
            monkeypatch.setenv("AWS_ENDPOINT_URL", address)
            assert BucketBlobs(place.blobs.location, "a lake").read(HELLO) == b"hello"
        assert len(trouble.asked) == 3

    def test_what_always_breaks_off_is_given_up(
        self, place: BucketPlace, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        place.blobs.put(b"hello")
        trouble = Trouble(cut={HELLO[2:]})
        with troubled(place.endpoint, trouble) as address:
            monkeypatch.setenv("AWS_ENDPOINT_URL", address)
            cut = BucketBlobs(place.blobs.location, "a lake")
            with pytest.raises(LakeAwayError, match="cannot be used"):
                cut.read(HELLO)
            assert len(trouble.asked) == 4
            with pytest.raises(OSError):
                cut.measure(HELLO)

    def test_a_bucket_that_cannot_be_reached_or_refuses_has_words_without_secrets(
        self, place: BucketPlace, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        said = []
        monkeypatch.setenv("AWS_ENDPOINT_URL", "http://ada:canary@127.0.0.1:9")
        unreachable = BucketBlobs(place.blobs.location, "a lake")
        for ask in (unreachable.claim, lambda: unreachable.put(b"x"), lambda: unreachable.measure(HELLO)):
            with pytest.raises(LakeError, match="cannot be used: s3://") as found:
                ask()
            said.append(found.value)
        with troubled(place.endpoint, Trouble(fails={"": 99}, status=403)) as address:
            monkeypatch.setenv("AWS_ENDPOINT_URL", address)
            with pytest.raises(LakeError, match="refused us: s3://") as found:
                BucketBlobs(place.blobs.location, "a lake").read(HELLO)
            said.append(found.value)
        for error in said:
            told = f"{error} {error.detail} {error.hint}"
            assert not any(word in told for word in (SECRET, "canary", "AKIAIOSFODNN7EXAMPLE", "Signature"))
            assert error.hint

    def test_there_are_no_references(self, place: BucketPlace, tmp_path: Path) -> None:
        with pytest.raises(UsageError, match="cannot stay in place"):
            place.blobs.refer(HELLO, tmp_path)
        assert place.blobs.elsewhere(HELLO) is None and list(place.blobs.references()) == []


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("s3://bucket/lake", "s3://bucket/lake"),
        ("s3://bucket/a/b.c/", "s3://bucket/a/b.c"),
        ("gs://bucket/lake", "gs://bucket/lake"),
        ("az://container/lake", "az://container/lake"),
    ],
)
def test_an_address_is_a_bucket_and_a_prefix(given: str, kept: str) -> None:
    assert checked_address(given) == kept


@pytest.mark.parametrize(
    "given",
    [
        "blobs",
        "file:///tmp/x",
        "http://bucket/lake",
        "s3://bucket",
        "s3:///lake",
        "s3://bucket/a/../b",
        "s3://bucket/a//b",
        "s3://bucket/a b",
        "s3://bucket/a\nb",
        "s3://[bucket/a",
        "s3://key:canary@bucket/lake",
        "s3://canary@bucket/lake",
        "s3://bucket/lake?X-Amz-Signature=canary",
        "s3://bucket/lake#canary",
    ],
)
def test_what_is_no_address_or_holds_a_secret_is_refused_without_repeating_it(given: str) -> None:
    with pytest.raises(UsageError) as found:
        checked_address(given)
    assert "canary" not in f"{found.value} {found.value.detail}" and found.value.hint
