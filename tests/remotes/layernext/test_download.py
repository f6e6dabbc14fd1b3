"""What comes down lies as the official SDK lays it, whole, inside its folder, and only once."""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from setwright.model.errors import RemoteError, SetwrightError, UnsafeNameError
from setwright.remotes.http.credentials import Credentials, Secret
from setwright.remotes.layernext.client import Client
from setwright.remotes.layernext.connection import Connection
from setwright.remotes.layernext.download import RECORD, Downloaded, download
from setwright.remotes.layernext.fetching import Fetcher, FetchLimits
from tests.remotes.layernext.recording import Reply, Seen, serving

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

CREDENTIALS = Credentials(key=Secret("key_a"), secret=Secret("canary-4b1d"), source="the test")
PNG = b"\x89PNG\r\n\x1a\n" + b"pixels" * 100
QUICK = FetchLimits(connect=2, read=2, size=2**20, tries=2)


def item(name: str, folder: str = "./data", path: str | None = None, **more: Any) -> dict[str, Any]:
    """An item of a page; `path` is where the test's server has the file."""
    return {"fileName": name, "fileDownloadFolderLocation": folder, "path": path or f"/f/{name}", **more}


def zipped(files: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def run(
    target: Path,
    items: list[dict[str, Any]],
    answer: Callable[[Seen], Reply] = lambda request: Reply(raw=PNG),
    *,
    dataset: str = "Balloons_1_0_0",
    media: bool = True,
    per_page: int = 2,
) -> tuple[Downloaded, list[Seen]]:
    """Download `items` from a server that answers for files with `answer`."""
    base = ""

    def whole(request: Seen) -> Reply:
        if not request.path.startswith("/dataset/api/"):
            assert "authorization" not in request.headers
            return answer(request)
        page = int(dict(request.query)["pageNo"])
        shown = items[(page - 1) * per_page : page * per_page]
        listed = [
            {"fileUrl": base + each["path"], **{key: value for key, value in each.items() if key != "path"}}
            for each in shown
        ]
        data = {
            "identifier": "x",
            "groupUniqueName": dataset,
            "format": "RAW",
            "creatableDirectories": [],
            "rawFileName": None,
            "nextPage": page * per_page < len(items),
            "resourceArray": listed,
        }
        return Reply(json={"data": data})

    with serving(whole) as server, Connection(server.url, CREDENTIALS) as connection:
        base = server.url
        done = download(
            Client(connection),
            "v1",
            "RAW",
            target,
            session="1.5",
            fetcher=lambda: Fetcher(server.url, limits=QUICK, sleep=lambda _: None),
            media=media,
            workers=4,
        )
    return done, [seen for seen in server.seen if not seen.path.startswith("/dataset/api/")]


def files_in(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != RECORD
    }


ITEMS = [
    item("a.png", isMediaFile=True, writingPathFileName="train"),
    item("b.png", isMediaFile=True, writingPathFileName="train"),
    item("c.png", isMediaFile=True, writingPathFileName="test"),
    item("readme", "."),
    item("raw", ".", isUnzipRequired=True),
]


def kinds(request: Seen) -> Reply:
    if request.path == "/f/raw":
        return Reply(raw=zipped({"annotations.json": b"{}", "deep/er.txt": b"x"}))
    return Reply(raw=b"words" if request.path == "/f/readme" else PNG)


def test_it_lies_as_the_sdk_lays_it_with_paths_that_move_along(tmp_path: Path) -> None:
    done, asked = run(tmp_path, ITEMS, kinds)
    assert done.folder == tmp_path / "Balloons_1_0_0"
    assert files_in(done.folder) == {
        "data/a.png": PNG,
        "data/b.png": PNG,
        "data/c.png": PNG,
        "raw/annotations.json": b"{}",
        "raw/deep/er.txt": b"x",
        "readme": b"words",
        "test.txt": b"data/c.png\n",
        "train.txt": b"data/a.png\ndata/b.png\n",
    }
    assert len(asked) == 5


def test_what_is_there_is_not_fetched_again_and_what_was_changed_is(tmp_path: Path) -> None:
    done, _ = run(tmp_path, ITEMS, kinds)
    again, asked = run(tmp_path, ITEMS, kinds)
    assert (again.fetched, again.kept, asked) == (0, 5, [])
    before = files_in(done.folder)
    (done.folder / "data/a.png").write_bytes(PNG[:7])  # as the SDK leaves it when it dies, and takes for done
    (done.folder / "raw/annotations.json").unlink()
    _, asked = run(tmp_path, ITEMS, kinds)
    assert sorted(seen.path for seen in asked) == ["/f/a.png", "/f/raw"]
    assert files_in(done.folder) == before


def test_without_media_no_picture_is_fetched(tmp_path: Path) -> None:
    done, _ = run(tmp_path, ITEMS, kinds, media=False)
    assert sorted(files_in(done.folder)) == ["raw/annotations.json", "raw/deep/er.txt", "readme"]


def test_a_file_that_breaks_off_goes_on_where_it_broke(tmp_path: Path) -> None:
    tag = ("ETag", '"1"')
    for cut in range(0, len(PNG), len(PNG) // 50):
        seen: list[Seen] = []

        def answer(request: Seen, cut: int = cut, seen: list[Seen] = seen) -> Reply:
            seen.append(request)
            start = request.headers.get("range")
            if start is None:
                return Reply(raw=PNG, cut=cut, headers=(tag,)) if len(seen) == 1 else Reply(raw=PNG)
            at = int(start.removeprefix("bytes=").removesuffix("-"))
            place = ("Content-Range", f"bytes {at}-{len(PNG) - 1}/{len(PNG)}")
            return Reply(status=206, raw=PNG[at:], headers=(tag, place))

        done, _ = run(tmp_path / str(cut), [item("a.png", isMediaFile=True)], answer)
        assert files_in(done.folder) == {"data/a.png": PNG}
        assert len(seen) == 2 and (cut == 0 or seen[1].headers["if-range"] == '"1"')


def test_a_file_that_changed_meanwhile_is_taken_from_its_beginning(tmp_path: Path) -> None:
    replies = [
        Reply(raw=b"\x89PNG" + b"o" * 5000, cut=3000, headers=(("ETag", '"1"'),)),
        Reply(raw=PNG, headers=(("ETag", '"2"'),)),  # If-Range did not hold
    ]
    done, _ = run(tmp_path, [item("a.png", isMediaFile=True)], lambda request: replies.pop(0))
    assert files_in(done.folder) == {"data/a.png": PNG}


@pytest.mark.parametrize(
    "reply",
    [
        Reply(status=404, raw=PNG),
        Reply(status=500, raw=PNG),
        Reply(status=302, headers=(("Location", "http://127.0.0.1:1/"),)),
        Reply(raw=b'{"error": "no"}'),
        Reply(raw=PNG, cut=20),
        Reply(raw=b"\x89PNG" + b"x" * 2**21),
        Reply(status=206, raw=PNG, headers=(("Content-Range", "bytes 5-9/10"),)),
    ],
)
def test_nothing_that_is_no_whole_picture_takes_a_picture_s_name(tmp_path: Path, reply: Reply) -> None:
    with pytest.raises(RemoteError):
        run(tmp_path, [item("a.png", isMediaFile=True)], lambda request: reply)
    assert files_in(tmp_path) == {}


UNSAFE = [
    "../x",
    "../../x",
    "/etc/passwd",
    "a/../../x",
    "..",
    ".",
    "",
    "a\\..\\x",
    "C:x",
    "C:\\x",
    "con",
    "nul.png",
    "a\x00b",
    "a\nb",
    "a\x1b[31m",
    "x.",
    "x ",
    "\\\\host\\share",
    "a" * 300,
    "lpt1",
]


@pytest.mark.parametrize("name", UNSAFE)
@pytest.mark.parametrize("where", ["file", "folder", "dataset", "list", "archive"])
def test_no_name_leads_out_of_the_folder(tmp_path: Path, name: str, where: str) -> None:
    target = tmp_path / "deep" / "target"
    target.mkdir(parents=True)
    sentinel = tmp_path / "deep" / "x"
    sentinel.write_bytes(b"untouched")
    items = {
        "file": [item(name, path="/f/a")],
        "folder": [item("a.bin", name, path="/f/a")],
        "dataset": [item("a.bin", path="/f/a")],
        "list": [
            item("a.bin", writingPathFileName=f"{name}/y" if name in (".", "x.", "x ") else name, path="/f/a")
        ],
        "archive": [item("raw", ".", isUnzipRequired=True, path="/f/a")],
    }[where]

    def answer(request: Seen) -> Reply:
        return Reply(raw=zipped({name: b"evil"}) if where == "archive" else b"evil")

    dataset = name if where == "dataset" else "D"
    if where == "folder" and name in ("", "."):
        return  # the dataset's own folder, which is where such a file belongs
    if where == "list" and name == "":
        return  # no list at all
    try:
        run(target, items, answer, dataset=dataset)
    except SetwrightError:
        pass
    else:
        # Python's own zip reader may read a hostile name as a tame one; then it has to lie inside.
        assert where == "archive", (where, name)
    assert sentinel.read_bytes() == b"untouched"
    assert sorted(path.name for path in tmp_path.rglob("*") if not path.is_relative_to(target)) == [
        "deep",
        "x",
    ]


def test_two_names_that_differ_in_case_alone_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnsafeNameError):
        run(tmp_path, [item("a.bin"), item("A.bin")])


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://example.com/x",
        "http://example.com/x",
        "https://127.0.0.1/x",
        "https://127.1/x",
        "https://2130706433/x",
        "https://localhost/x",
        "https://[::1]/x",
        "https://[::ffff:127.0.0.1]/x",
        "https://[fe80::1]/x",
        "https://10.0.0.1/x",
        "https://172.16.0.1/x",
        "https://192.168.1.1/x",
        "https://169.254.169.254/latest/meta-data",
        "https://100.64.0.1/x",
        "https://0.0.0.0/x",
        "https://[fd00::1]/x",
        "https://224.0.0.1/x",
        "https://user:pass@example.com/x",
        "https://",
        "https://a:b/x",
        "javascript:alert(1)",
        "//127.0.0.1/x",
        "",
    ],
)
def test_no_url_leads_into_our_own_network(tmp_path: Path, url: str) -> None:
    fetcher = Fetcher("https://api.example.layernext.ai", limits=QUICK)
    try:
        with pytest.raises(RemoteError, match="not followed"):
            fetcher.fetch(url, tmp_path / "x")
    finally:
        fetcher.close()
    assert list(tmp_path.iterdir()) == []


def test_a_host_of_which_one_address_is_ours_is_not_asked(tmp_path: Path) -> None:
    fetcher = Fetcher(
        "https://api.example.layernext.ai", limits=QUICK, addresses=lambda host: ["93.184.216.34", "10.0.0.1"]
    )
    try:
        with pytest.raises(RemoteError, match="not followed"):
            fetcher.fetch("https://storage.example.com/x", tmp_path / "x")
    finally:
        fetcher.close()


def test_an_archive_that_unpacks_to_too_much_is_not_unpacked(tmp_path: Path) -> None:
    bomb = zipped({"zeros": b"\0" * (64 * 2**20)})
    with pytest.raises(RemoteError, match="cannot be unpacked"):
        run(tmp_path, [item("raw", ".", isUnzipRequired=True)], lambda request: Reply(raw=bomb))
    assert files_in(tmp_path) == {}


def test_a_failure_keeps_what_came_and_the_next_run_fetches_the_rest(tmp_path: Path) -> None:
    items = [item(f"{n}.png", isMediaFile=True) for n in range(20)]

    def failing(request: Seen) -> Reply:
        return Reply(status=404) if request.path == "/f/13.png" else Reply(raw=PNG)

    with pytest.raises(RemoteError):
        run(tmp_path, items, failing)
    kept = len(json.loads((tmp_path / "Balloons_1_0_0" / RECORD).read_bytes())["files"])
    done, asked = run(tmp_path, items)
    assert 13 <= kept < 20 and done.kept == kept and len(asked) == 20 - kept
    assert len(files_in(done.folder)) == 20


@pytest.mark.parametrize("tagged", [True, False])
def test_a_file_that_comes_a_byte_with_each_try_is_left(tmp_path: Path, tagged: bool) -> None:
    asked: list[Seen] = []

    def answer(request: Seen) -> Reply:
        asked.append(request)
        start = int(request.headers.get("range", "bytes=0-")[6:-1])
        length = (("Content-Length", str(1000 - start)),)
        if start:
            place = (("Content-Range", f"bytes {start}-999/1000"), ("ETag", '"1"'))
            return Reply(206, raw=b"x", headers=(*length, *place), cut=1)
        # Without a tag each try begins anew, and comes less far and farther in turn.
        came = b"x" * (1 if tagged else 1 + len(asked) % 2)
        return Reply(raw=came, headers=(*length, *((("ETag", '"1"'),) if tagged else ())), cut=len(came))

    with serving(answer) as server:
        fetcher = Fetcher(server.url, limits=QUICK, sleep=lambda _: None)
        with pytest.raises(RemoteError, match="cannot be fetched whole"):
            fetcher.fetch(f"{server.url}/f/a.png", tmp_path / "a.png")
        fetcher.close()
    assert len(asked) == QUICK.tries
    assert not list(tmp_path.iterdir())
