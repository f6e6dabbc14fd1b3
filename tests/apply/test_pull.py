"""An export as a folder: exactly what it should hold, and nothing of others touched."""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setwright.apply import pull_record
from setwright.apply.pull import pull
from setwright.apply.pull_record import RECORD, Record
from setwright.formats.protocol import PictureFile
from setwright.model.errors import FormatError, RemoteError, SetwrightError, UnsafeNameError, UsageError
from setwright.model.events import Advanced, Finished, Listener, Started, silence
from tests.apply.exports import Served, files_in, version_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from setwright.formats.protocol import ExportEntry
    from setwright.model.events import Event

ONE: dict[str, bytes | str] = {
    "list.txt": b"a\nb\n",
    "data/a.jpg": "picture a",
    "data/a.txt": b"",
    "data/b.jpg": "b",
}
TWO: dict[str, bytes | str] = {
    "list.txt": b"a\nc\n",
    "data/a.jpg": "picture a",
    "data/a.txt": b"",
    "more/c.jpg": "c",
}
REMOTE = Served({"1.0.0": ONE, "2.0.0": TWO})


@pytest.fixture
def to(tmp_path: Path) -> Path:
    return tmp_path / "out"


def test_a_folder_holds_the_files_of_the_export(to: Path) -> None:
    done = pull(REMOTE, version_of(), "RAW", to)
    assert files_in(to) == REMOTE.folder("1.0.0")
    assert (done.files, done.pictures, done.written, done.kept) == (4, 2, 4, 0)
    assert done.bytes == done.bytes_written == sum(map(len, REMOTE.folder("1.0.0").values()))


def test_pulling_again_writes_nothing_and_fetches_nothing(to: Path) -> None:
    pull(REMOTE, version_of(), "RAW", to)
    before = {path: path.stat().st_mtime_ns for path in to.rglob("*")}
    remote = Served({"1.0.0": ONE})
    done = pull(remote, version_of(), "RAW", to)
    assert (done.written, done.kept, remote.fetched) == (0, 4, [])
    assert {path: path.stat().st_mtime_ns for path in to.rglob("*")} == before


def test_the_next_version_writes_what_differs_and_removes_what_it_lacks(to: Path) -> None:
    pull(REMOTE, version_of(), "RAW", to)
    done = pull(REMOTE, version_of("2.0.0"), "RAW", to)
    assert files_in(to) == REMOTE.folder("2.0.0")
    assert (done.written, done.kept, done.removed, done.left) == (2, 2, 1, 0)


def test_folders_that_become_empty_go_with_their_last_file(to: Path) -> None:
    pull(REMOTE, version_of("2.0.0"), "RAW", to)
    pull(REMOTE, version_of("1.0.0"), "RAW", to)
    assert not (to / "more").exists()


@pytest.mark.parametrize("damage", [b"", b"Picture a", b"picture a and more"])
def test_a_file_that_was_changed_is_noticed_and_made_right(damage: bytes, to: Path) -> None:
    pull(REMOTE, version_of(), "RAW", to)
    (to / "data" / "a.jpg").write_bytes(damage)
    assert pull(REMOTE, version_of(), "RAW", to).written == 1
    assert files_in(to) == REMOTE.folder("1.0.0")


def test_a_file_that_was_only_touched_is_read_and_kept(to: Path) -> None:
    pull(REMOTE, version_of(), "RAW", to)
    os.utime(to / "data" / "a.jpg", ns=(1, 1))
    assert pull(REMOTE, version_of(), "RAW", to).written == 0


@pytest.mark.parametrize("held", [True, False])
def test_a_copy_that_nobody_may_write_to_is_right_if_its_files_are(
    held: bool, to: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(folder: Path, record: Record) -> None:
        raise PermissionError(13, "Permission denied", str(folder / RECORD))

    pull(REMOTE, version_of(), "RAW", to)
    os.utime(to / "data" / "a.jpg", ns=(1, 1))
    if not held:
        (to / RECORD).unlink()
    monkeypatch.setattr(pull_record, "write", refuse)
    assert pull(REMOTE, version_of(), "RAW", to).kept == 4
    with pytest.raises(PermissionError):
        pull(REMOTE, version_of("2.0.0"), "RAW", to, force=True)


def test_a_file_of_the_same_size_and_time_as_when_it_was_written_is_not_read_again(to: Path) -> None:
    pull(REMOTE, version_of(), "RAW", to)
    picture = to / "data" / "a.jpg"
    written = picture.stat().st_mtime_ns
    picture.write_bytes(b"PICTURE A")
    os.utime(picture, ns=(written, written))
    assert pull(REMOTE, version_of(), "RAW", to).written == 0


def test_a_file_that_is_gone_comes_back(to: Path) -> None:
    pull(REMOTE, version_of(), "RAW", to)
    (to / "data" / "a.jpg").unlink()
    assert pull(REMOTE, version_of(), "RAW", to).written == 1
    assert files_in(to) == REMOTE.folder("1.0.0")


def test_what_pull_did_not_write_stays_whatever_happens(to: Path) -> None:
    (to / "data").mkdir(parents=True)
    (to / "data" / "notes.txt").write_bytes(b"mine")
    pull(REMOTE, version_of(), "RAW", to)
    pull(REMOTE, version_of("2.0.0"), "RAW", to)
    assert files_in(to) == {**REMOTE.folder("2.0.0"), "data/notes.txt": b"mine"}


def test_a_stale_file_that_somebody_changed_is_left_and_counted(to: Path) -> None:
    pull(REMOTE, version_of(), "RAW", to)
    (to / "data" / "b.jpg").write_bytes(b"painted over")
    done = pull(REMOTE, version_of("2.0.0"), "RAW", to)
    assert (done.removed, done.left) == (0, 1)
    assert files_in(to)["data/b.jpg"] == b"painted over"


def test_a_file_that_changed_the_case_of_its_name_is_not_removed_where_both_names_are_one_file(
    to: Path,
) -> None:
    remote = Served({"1.0.0": {"A.jpg": "a"}, "2.0.0": {"a.jpg": "a"}})
    pull(remote, version_of(), "RAW", to)
    (to / "a.jpg").hardlink_to(to / "A.jpg")  # as a Mac would show it
    pull(remote, version_of("2.0.0"), "RAW", to)
    assert files_in(to)["a.jpg"] == b"a"
    assert (to / "A.jpg").exists()


def test_a_foreign_file_that_differs_is_refused_before_anything_is_written(to: Path) -> None:
    to.mkdir()
    (to / "list.txt").write_bytes(b"mine")
    with pytest.raises(UsageError, match="did not write") as caught:
        pull(REMOTE, version_of(), "RAW", to)
    assert caught.value.detail == "They differ from the export's: list.txt."
    assert files_in(to) == {"list.txt": b"mine"}


def test_a_foreign_file_is_overwritten_when_forced(to: Path) -> None:
    to.mkdir()
    (to / "list.txt").write_bytes(b"mine")
    pull(REMOTE, version_of(), "RAW", to, force=True)
    assert files_in(to) == REMOTE.folder("1.0.0")


@pytest.mark.parametrize("name", ["list.txt/mine", "data", "data/a.jpg/mine"])
def test_a_folder_in_the_place_of_a_file_and_a_file_in_that_of_a_folder_are_refused_even_if_forced(
    name: str, to: Path
) -> None:
    (to / name).parent.mkdir(parents=True)
    (to / name).write_bytes(b"mine")
    for force in (False, True):
        with pytest.raises(UsageError, match="something else stands") as caught:
            pull(REMOTE, version_of(), "RAW", to, force=force)
        assert name.removesuffix("/mine") in str(caught.value.detail)
        assert files_in(to) == {name: b"mine"}


def test_a_foreign_file_that_is_right_already_is_kept(to: Path) -> None:
    (to / "data").mkdir(parents=True)
    (to / "data" / "a.jpg").write_bytes(b"picture a")
    assert pull(REMOTE, version_of(), "RAW", to).kept == 1


def test_a_folder_keeps_what_it_is_without_its_record(to: Path) -> None:
    pull(REMOTE, version_of(), "RAW", to)
    (to / RECORD).unlink()
    assert pull(REMOTE, version_of(), "RAW", to).written == 0
    assert pull(REMOTE, version_of("2.0.0"), "RAW", to).removed == 1


def test_a_folder_can_move(to: Path) -> None:
    pull(REMOTE, version_of(), "RAW", to)
    moved = to.rename(to.with_name("elsewhere"))
    assert pull(REMOTE, version_of("2.0.0"), "RAW", moved).removed == 1
    assert files_in(moved) == REMOTE.folder("2.0.0")


def test_a_folder_with_another_export_is_refused_unless_forced(to: Path) -> None:
    pull(REMOTE, version_of(dataset="kites"), "RAW", to)
    with pytest.raises(UsageError, match="holds another export"):
        pull(REMOTE, version_of("2.0.0"), "RAW", to)
    assert files_in(to) == REMOTE.folder("1.0.0")
    pull(REMOTE, version_of("2.0.0"), "RAW", to, force=True)
    assert files_in(to) == REMOTE.folder("2.0.0")


def test_a_file_where_the_folder_should_be_is_refused(to: Path) -> None:
    to.write_bytes(b"")
    with pytest.raises(UsageError, match="is not a folder"):
        pull(REMOTE, version_of(), "RAW", to)


@pytest.mark.parametrize("content", [b"", b"[]", b'{"format_version": 99}', b"\xff"])
def test_a_damaged_record_is_an_error_and_not_an_empty_one(content: bytes, to: Path) -> None:
    to.mkdir()
    (to / RECORD).write_bytes(content)
    with pytest.raises(FormatError, match="cannot be read"):
        pull(REMOTE, version_of(), "RAW", to)


def test_without_media_no_picture_is_fetched(to: Path) -> None:
    remote = Served({"1.0.0": ONE})
    done = pull(remote, version_of(), "RAW", to, media=False)
    assert sorted(files_in(to)) == ["data/a.txt", "list.txt"]
    assert (done.files, done.pictures, remote.fetched) == (2, 0, [])


def test_without_media_pictures_that_are_there_stay_if_this_version_has_them(to: Path) -> None:
    pull(REMOTE, version_of(), "RAW", to)
    done = pull(REMOTE, version_of("2.0.0"), "RAW", to, media=False)
    assert sorted(files_in(to)) == ["data/a.jpg", "data/a.txt", "list.txt"]
    assert done.removed == 1
    assert pull(REMOTE, version_of("2.0.0"), "RAW", to).written == 1


def test_a_link_shares_the_bytes_of_the_store(to: Path, tmp_path: Path) -> None:
    remote = Served({"1.0.0": ONE}, tmp_path / "store")
    done = pull(remote, version_of(), "RAW", to, link=True)
    assert files_in(to) == remote.folder("1.0.0")
    assert (done.linked, remote.fetched) == (2, [])
    assert (to / "data" / "a.jpg").stat().st_nlink == 2


def test_a_link_to_a_picture_that_was_cut_short_is_not_made(to: Path, tmp_path: Path) -> None:
    remote = Served({"1.0.0": ONE}, tmp_path / "store")
    for file in (tmp_path / "store").iterdir():
        file.write_bytes(b"")
    assert pull(remote, version_of(), "RAW", to, link=True).linked == 0
    assert files_in(to) == remote.folder("1.0.0")


def test_a_picture_that_is_not_the_one_asked_for_is_refused_and_never_gets_its_name(to: Path) -> None:
    remote = Served({"1.0.0": ONE})
    remote.pictures = dict.fromkeys(remote.pictures, b"picture ")
    with pytest.raises(RemoteError, match="A picture is damaged: data/") as caught:
        pull(remote, version_of(), "RAW", to)
    # Of a served lake it may be the way here, and there is no folder of it on this machine.
    assert str(caught.value.hint).startswith("run it again")
    assert not [path for path in files_in(to) if path.endswith((".jpg", ".setwright-part"))]
    pull(REMOTE, version_of(), "RAW", to)
    assert files_in(to) == REMOTE.folder("1.0.0")


PACKED = Served({"1.0.0": {"a.tar": (b"head", "picture a", b"between", "b"), "list.txt": b"a"}})


def test_a_packed_file_holds_its_parts_and_counts_its_pictures(to: Path) -> None:
    done = pull(PACKED, version_of(), "RAW", to)
    assert files_in(to) == {"a.tar": b"headpicture abetweenb", "list.txt": b"a"}
    assert (done.files, done.pictures, done.others, done.written) == (2, 2, 1, 2)
    record = json.loads((to / RECORD).read_text())
    assert record["files"]["a.tar"][2] == hashlib.sha256(b"headpicture abetweenb").hexdigest()


@pytest.mark.parametrize("record", ["kept", "lost"])
def test_a_packed_file_that_was_only_touched_is_read_and_kept_and_no_picture_is_fetched(
    record: str, to: Path
) -> None:
    pull(PACKED, version_of(), "RAW", to)
    os.utime(to / "a.tar", (1, 1))
    if record == "lost":
        (to / RECORD).unlink()
    PACKED.fetched.clear()
    done = pull(PACKED, version_of(), "RAW", to)
    assert (done.written, done.kept, PACKED.fetched) == (0, 2, [])
    assert (
        json.loads((to / RECORD).read_text())["files"]["a.tar"][2]
        == hashlib.sha256(b"headpicture abetweenb").hexdigest()
    )


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"headpicture abetween",
        b"Headpicture abetweenb",
        b"headpicture Abetweenb",
        b"headpicture abetweenbb",
    ],
)
def test_a_packed_file_that_was_changed_is_noticed_and_made_right(damage: bytes, to: Path) -> None:
    pull(PACKED, version_of(), "RAW", to)
    (to / "a.tar").write_bytes(damage)
    assert pull(PACKED, version_of(), "RAW", to).written == 1
    assert (to / "a.tar").read_bytes() == b"headpicture abetweenb"


def test_a_packed_file_that_the_next_version_lacks_goes_even_if_it_was_touched(to: Path) -> None:
    remote = Served({"1.0.0": PACKED.versions["1.0.0"], "2.0.0": {"list.txt": b"a"}})
    pull(remote, version_of(), "RAW", to)
    os.utime(to / "a.tar", (1, 1))
    assert pull(remote, version_of("2.0.0"), "RAW", to).removed == 1
    assert sorted(files_in(to)) == ["list.txt"]


def test_without_media_packed_files_are_left_out_and_no_picture_is_fetched(to: Path) -> None:
    PACKED.fetched.clear()
    done = pull(PACKED, version_of(), "RAW", to, media=False)
    assert (sorted(files_in(to)), done.pictures, PACKED.fetched) == (["list.txt"], 0, [])


def test_a_packed_file_with_a_damaged_picture_never_gets_its_name(to: Path) -> None:
    remote = Served(PACKED.versions)
    remote.pictures = dict.fromkeys(remote.pictures, b"picture ")
    with pytest.raises(RemoteError, match="A picture is damaged"):
        pull(remote, version_of(), "RAW", to)
    assert "a.tar" not in files_in(to)


def test_an_export_that_finds_no_room_is_refused_before_it_begins(to: Path) -> None:
    class Vast(Served):
        def export(self, version: str, export: str, listener: Listener = silence) -> Iterator[ExportEntry]:
            for entry in super().export(version, export):
                yield replace(entry, size=1 << 60) if isinstance(entry, PictureFile) else entry

    with pytest.raises(SetwrightError, match="no room"):
        pull(Vast({"1.0.0": ONE}), version_of(), "RAW", to)
    assert not to.exists()


@pytest.mark.parametrize(
    "name",
    ["../x", "/x", "a/../../x", "C:/x", "a\\..\\x", "nul", "a/./x", "", RECORD, "a.setwright-part", "x\n"],
)
def test_a_name_that_would_leave_the_folder_is_refused_and_nothing_is_written(name: str, to: Path) -> None:
    with pytest.raises(UnsafeNameError):
        pull(Served({"1.0.0": {"fine.txt": b"", name: b"evil"}}), version_of(), "RAW", to)
    assert not to.exists()


def test_names_that_are_one_file_where_case_does_not_count_are_refused(to: Path) -> None:
    with pytest.raises(UnsafeNameError, match=r"'a\.txt'"):
        pull(Served({"1.0.0": {"A.txt": b"", "a.txt": b""}}), version_of(), "RAW", to)


def test_a_folder_that_is_a_link_out_is_refused(to: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    to.mkdir()
    (to / "data").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UnsafeNameError, match=r"data/a\.jpg"):
        pull(REMOTE, version_of(), "RAW", to)
    assert files_in(tmp_path / "elsewhere") == {}


@pytest.mark.parametrize("leads", ["data", "nowhere", "../out/data"])
def test_a_folder_that_is_a_link_to_nothing_is_refused_before_anything_is_written(
    leads: str, to: Path
) -> None:
    to.mkdir()
    (to / "data").symlink_to(leads)
    with pytest.raises(UsageError, match="something else stands") as caught:
        pull(REMOTE, version_of(), "RAW", to, force=True)
    assert caught.value.detail.startswith("That is data, a link that leads nowhere.")
    assert list(to.iterdir()) == [to / "data"]


def test_a_name_that_the_system_has_no_bytes_for_is_refused_with_what_helps(
    to: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.fsencode", lambda name: name.encode("ascii"))
    monkeypatch.setattr("sys.getfilesystemencoding", lambda: "ascii")
    with pytest.raises(UnsafeNameError, match=r"cannot call a file 'é\.txt'") as caught:
        pull(Served({"1.0.0": {"a.txt": b"", "é.txt": b""}}), version_of(), "RAW", to)
    assert "PYTHONUTF8=1" in str(caught.value.hint)
    assert not to.exists()


def test_a_link_in_the_place_of_a_file_is_not_followed(to: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside.txt"
    outside.write_bytes(b"precious")
    to.mkdir()
    (to / "list.txt").symlink_to(outside)
    with pytest.raises(UsageError, match="did not write"):
        pull(REMOTE, version_of(), "RAW", to)
    pull(REMOTE, version_of(), "RAW", to, force=True)
    assert outside.read_bytes() == b"precious"
    assert not (to / "list.txt").is_symlink()


def test_progress_counts_the_files_that_are_written(to: Path) -> None:
    events: list[Event] = []
    pull(REMOTE, version_of(), "RAW", to, listener=events.append)
    told = [(type(event).__name__, event.task) for event in events]
    assert told.count(("Started", "Writing files")) == told.count(("Finished", "Writing files")) == 1
    assert (
        sum(event.steps for event in events if isinstance(event, Advanced) and event.task == "Writing files")
        == 4
    )


def test_ctrl_c_leaves_whole_files_only_and_the_next_pull_goes_on(to: Path) -> None:
    # More than are ever handed to the threads at a time, or they might be done before the signal is noticed.
    files: dict[str, bytes | str] = {f"data/{number}.jpg": f"picture {number}" for number in range(800)}
    calls = itertools.count()  # atomic, so exactly one of the threads is the fiftieth

    class Interrupted(Served):
        def picture(self, digest: str) -> BinaryIO:
            if next(calls) == 50:
                signal.raise_signal(signal.SIGINT)
            return super().picture(digest)

    remote = Interrupted({"1.0.0": files})
    with pytest.raises(KeyboardInterrupt):
        pull(remote, version_of(), "RAW", to)
    found = files_in(to)
    assert 0 < len(found) < 800
    assert found.items() <= remote.folder("1.0.0").items()
    for thread in threading.enumerate():
        if thread.name.startswith("pull"):
            thread.join(10)
            assert not thread.is_alive()
    assert files_in(to) == found, "a thread wrote on after the pull had ended"
    done = pull(Served({"1.0.0": files}), version_of(), "RAW", to)
    assert done.kept == len(found)
    assert files_in(to) == remote.folder("1.0.0")


@pytest.mark.skipif(sys.platform == "win32", reason="no folder can be locked")
def test_who_pulls_into_a_folder_where_another_pull_is_waits_for_it(to: Path) -> None:
    reached, go_on = threading.Event(), threading.Event()

    class Slow(Served):
        def picture(self, digest: str) -> BinaryIO:
            reached.set()
            assert go_on.wait(60)
            return super().picture(digest)

    events: list[Event] = []
    waits = threading.Event()

    def listen(event: Event) -> None:
        events.append(event)
        if isinstance(event, Started) and event.task.startswith("Waiting"):
            waits.set()

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(pull, Slow({"1.0.0": ONE}), version_of(), "RAW", to)
        assert reached.wait(60)
        second = pool.submit(pull, REMOTE, version_of("2.0.0"), "RAW", to, listener=listen)
        try:
            assert waits.wait(60)
            assert list(to.rglob("c.jpg")) == []
        finally:
            go_on.set()
        assert first.result(60).written == 4
        # It compared the folder with its export only when the first had done.
        assert second.result(60).kept == 2
    assert files_in(to) == REMOTE.folder("2.0.0")
    assert next(event.task for event in events if isinstance(event, Finished)).startswith("Waiting")


def test_a_pull_that_is_refused_leaves_no_folder(tmp_path: Path) -> None:
    remote = Served({"1.0.0": {"../a": b""}})
    with pytest.raises(UnsafeNameError):
        pull(remote, version_of(), "RAW", tmp_path / "new" / "out")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="no folder can be locked")
def test_a_folder_that_is_about_to_go_is_nobody_else_s(to: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import fcntl

    remove, tries = Path.rmdir, []

    def rmdir(folder: Path) -> None:
        handle = os.open(folder, os.O_RDONLY)
        try:
            with pytest.raises(BlockingIOError):
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        finally:
            os.close(handle)
        tries.append(folder)
        remove(folder)

    monkeypatch.setattr(Path, "rmdir", rmdir)
    with pytest.raises(UnsafeNameError):
        pull(Served({"1.0.0": {"../a": b""}}), version_of(), "RAW", to)
    assert tries == [to]
    assert not to.exists()


def test_a_link_that_leads_nowhere_is_no_folder(to: Path, tmp_path: Path) -> None:
    to.symlink_to(tmp_path / "nowhere")
    with pytest.raises(UsageError, match="is not a folder"):
        pull(REMOTE, version_of(), "RAW", to)


@pytest.mark.parametrize("how", ["copy", "link"])
@pytest.mark.skipif(sys.platform == "win32", reason="forks")
def test_killed_at_any_step_the_folder_holds_whole_files_and_the_next_pull_makes_it_right(
    how: str, tmp_path: Path
) -> None:
    program = Path(__file__).with_name("pull_killed_everywhere.py")
    answer = subprocess.run(
        [sys.executable, program, tmp_path, how], capture_output=True, text=True, check=True, timeout=100
    )
    found = json.loads(answer.stdout)
    assert found["complaints"] == []
    assert found["killed"] >= 25


def test_what_several_killed_pulls_may_have_written_is_known_of_each() -> None:
    record = Record(dataset="balloons", version="", export="RAW", files={})
    record = record.claiming({"a": "one", "b.tar": ""}).claiming({"a": "two", "b.tar": "three"})
    assert record.claiming({"a": "one"}).digests("a") == {"one", "two"}
    assert record.digests("b.tar") == {"three"}
    assert record.wrote("b.tar")


names = st.sampled_from(["a", "b", "d/a", "d/b", "d/e/a"])
exports = st.dictionaries(
    names, st.one_of(st.sampled_from([b"", b"x", b"y"]), st.sampled_from(["x", "picture"]))
)


@given(
    versions=st.lists(exports, min_size=1, max_size=4), media=st.lists(st.booleans(), min_size=4, max_size=4)
)
def test_whatever_was_pulled_before_the_folder_holds_the_last_export(
    versions: list[dict[str, bytes | str]], media: list[bool], tmp_path_factory: pytest.TempPathFactory
) -> None:
    to = tmp_path_factory.mktemp("law") / "out"
    remote = Served({f"{number}.0.0": files for number, files in enumerate(versions)})
    for number in range(len(versions)):
        last = number == len(versions) - 1
        pull(remote, version_of(f"{number}.0.0"), "RAW", to, media=last or media[number])
    assert (files_in(to) if to.exists() else {}) == remote.folder(f"{len(versions) - 1}.0.0")
