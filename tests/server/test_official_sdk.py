"""The unmodified official SDK cannot tell our server from the product."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import requests

from setwright.lake.lake import Lake
from setwright.model.dataset import Filter, LakeSource, Selection
from setwright.server.keys import Role
from tests.lake.lakes import ingest, picture, rectangle, write
from tests.server.serving import Serving, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.oracle

PYTHON = Path(__file__).parents[2] / ".venv-oracles" / "bin" / "python"
SCRIPT = Path(__file__).with_name("sdk.py")

SPLIT = {"train": 50, "validation": 25, "test": 25}


def sdk(server: Serving, *calls: tuple[Any, ...], key: tuple[str, str] | None = None) -> list[Any]:
    """What each call gives: `(method, positional…, {named})`."""
    if not PYTHON.exists() and not os.environ.get("CI"):
        pytest.skip("the official SDK is in .venv-oracles, which `make setup` creates")
    lines = [json.dumps([server.url, *(key or server.keys[Role.APPLY])])]
    for method, *arguments in calls:
        named = arguments.pop() if arguments and isinstance(arguments[-1], dict) else {}
        lines.append(json.dumps([method, arguments, named]))
    done = subprocess.run(
        [PYTHON, SCRIPT], input="\n".join(lines) + "\n", text=True, check=True, capture_output=True
    )
    results = [line for line in done.stdout.splitlines() if line.startswith("RESULT ")]
    return [json.loads(line.removeprefix("RESULT ")) for line in results]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A lake with a collection of eight frames, four of them with two labels."""
    path = tmp_path / "lake"
    frames = {f"{n}.png": ["Balloon", rectangle("Kite")] if n % 2 else ["Balloon"] for n in range(8)}
    with Lake.create(path) as lake:
        ingest(lake, write(tmp_path / "party", frames), "party photos")
    return path


@pytest.fixture
def server(folder: Path) -> Iterator[Serving]:
    with serving(folder) as running:
        yield running


def party(server: Serving) -> str:
    return str(server.service.lake.collections()[0][0])


def test_a_client_is_made_with_good_credentials_alone(server: Serving) -> None:
    assert sdk(server, ("get_all_label_groups",)) == [[]]
    name, secret = server.keys[Role.APPLY]
    for wrong in ((name, secret + "x"), ("key_0", secret), ("", ""), (name, "")):
        (result,) = sdk(server, ("get_all_labels",), key=wrong)
        assert "Authentication failed" in result["raised"]


def test_the_lake_is_read_as_the_product_s(server: Serving) -> None:
    named, listed, filtered, counted, labels, projects = sdk(
        server,
        ("get_collection_id_by_name", "party photos", "image"),
        (
            "get_item_list_from_collection",
            party(server),
            "",
            {},
            0,
            5,
            {"sort_order": {"sort_by_field": "name", "sort_order": "DESC"}},
        ),
        (
            "get_item_list_from_datalake",
            "image",
            "annotation.label=Kite",
            {"annotation_types": ["human"]},
            0,
            100,
        ),
        ("get_item_count_from_metalake", "image", "annotation.label=Kite", {}),
        ("get_all_labels",),
        ("get_annotation_project_list",),
    )
    assert named == party(server)
    assert [each["name"] for each in listed] == ["7.png", "6.png", "5.png", "4.png", "3.png"]
    assert {each["uniqueName"] for each in filtered} == {f"party photos_{n}.png" for n in (1, 3, 5, 7)}
    assert counted["count"] == 4
    assert [each["labelText"] for each in labels] == ["Balloon", "Kite"]
    assert projects == [{"id": "project", "name": "project"}]


def test_a_query_that_is_not_understood_is_refused_rather_than_selecting_everything(server: Serving) -> None:
    listed, made = sdk(
        server,
        ("get_item_list_from_datalake", "image", "annotation.label=", {}, 0, 10),
        ("create_dataset_from_datalake", "D", SPLIT, ["Balloon"], ["RAW"], {"query": "annotation.label="}),
    )
    assert listed["isSuccess"] is False
    assert made == {"isSuccess": False}  # the SDK keeps the reason to itself
    assert server.service.lake.observe(["D"]) == {}


def test_a_dataset_is_made_and_followed_and_packed_anew(server: Serving) -> None:
    (made,) = sdk(
        server,
        (
            "create_dataset_from_collection",
            {
                "dataset_name": "Balloons",
                "collection_id": party(server),
                "split_info": SPLIT,
                "labels": ["Balloon"],
                "export_types": ["RAW"],
                "query": "annotation.label=Kite",
            },
        ),
    )
    assert made["isSuccess"] is True and made["versionNo"] == "1.0.0"
    first = server.service.lake.version(made["datasetVersionId"])
    assert (first.dataset, first.statistics.frames) == ("Balloons", 4)
    update = {"collection_id": party(server), "split_info": SPLIT, "labels": ["Balloon"]}
    (packed,) = sdk(
        server,
        (
            "update_dataset_version_from_collection",
            {
                **update,
                "version_id": first.id,
                "export_types": ["RAW", "YOLO Darknet"],
                "query": "annotation.label=Kite",
                "is_new_version_required": False,
            },
        ),
    )
    assert packed["datasetVersionId"] == first.id
    assert server.service.lake.version(first.id).exports == ("RAW", "YOLO Darknet")
    followed, refused, status = sdk(
        server,
        (
            "update_dataset_version_from_collection",
            {**update, "version_id": first.id, "export_types": ["RAW"], "is_new_version_required": True},
        ),
        (
            "update_dataset_version_from_collection",
            {**update, "version_id": first.id, "export_types": ["RAW"], "is_new_version_required": True},
        ),
        ("wait_for_job_complete", packed["jobId"]),
    )
    second = server.service.lake.version(followed["datasetVersionId"])
    assert (second.parent, second.statistics.frames) == (first.id, 8)
    assert refused["isSuccess"] is False and "not the newest" in refused["message"]
    assert status["is_success"] is True


def test_a_version_gets_other_content_in_place_and_the_lake_keeps_what_it_held(
    server: Serving, tmp_path: Path
) -> None:
    wish = {
        "collection_id": party(server),
        "split_info": SPLIT,
        "labels": ["Balloon"],
        "export_types": ["RAW"],
    }
    kites, both = {**wish, "query": "annotation.label=Kite"}, {**wish, "labels": ["Balloon", "Kite"]}
    (made,) = sdk(server, ("create_dataset_from_collection", {**kites, "dataset_name": "Balloons"}))
    first, lake = made["datasetVersionId"], server.service.lake
    in_place = {"version_id": first, "is_new_version_required": False}
    held = [lake.manifest(first)]
    before = files_of(server, first)
    assert len(before) == 4
    for number, (wanted, frames) in enumerate(((wish, 8), (both, 8), (kites, 4)), 2):
        replaced, again = sdk(
            server,
            ("update_dataset_version_from_collection", {**wanted, **in_place}),
            ("update_dataset_version_from_collection", {**wanted, **in_place}),
        )
        assert replaced["isSuccess"] is True, replaced
        assert replaced["datasetVersionId"] == again["datasetVersionId"] == first
        assert replaced["versionNo"] == again["versionNo"]
        down = tmp_path / str(number)
        down.mkdir()
        sdk(server, ("download_dataset", first, "RAW", str(down)))
        assert len(list(down.rglob("*.png"))) == frames
        versions = lake.versions("Balloons")
        assert len(versions) == number, "asked for twice, made once"
        held.append(lake.manifest(versions[0].id))
    # A page that somebody had before is still good for the files that it names.
    assert all(requests.get(url, timeout=30).status_code == 200 for url in before)
    assert [lake.manifest(each.id).digest for each in reversed(lake.versions("Balloons"))] == [
        each.digest for each in held
    ]
    (followed,) = sdk(
        server,
        (
            "update_dataset_version_from_collection",
            {**wish, "version_id": first, "is_new_version_required": True},
        ),
    )
    second = followed["datasetVersionId"]
    gone, gone_too = sdk(
        server,
        ("delete_dataset_version", first),
        ("delete_dataset_version", second),
        key=server.keys[Role.ADMIN],
    )
    assert gone["isSuccess"] is gone_too["isSuccess"] is True
    assert lake.versions("Balloons") == ()


def files_of(server: Serving, version: str) -> list[str]:
    """The URLs of a version's pictures."""
    page = requests.get(
        f"{server.url}/dataset/api/dataset/getVersionData/{version}/RAW/",
        auth=server.keys[Role.READ],
        timeout=30,
    )
    return [each["fileUrl"] for each in page.json()["data"]["resourceArray"] if each["isMediaFile"]]


def test_what_comes_down_through_the_sdk_is_what_an_export_holds(server: Serving, tmp_path: Path) -> None:
    exports = ["RAW", "YOLO Darknet", "Semantic Segmentation", "WebDataset", "Hugging Face Parquet"]
    (made,) = sdk(
        server,
        (
            "create_dataset_from_datalake",
            {
                "dataset_name": "Balloons",
                "split_info": SPLIT,
                "labels": ["Balloon", "Kite"],
                "export_types": exports,
            },
        ),
    )
    version = server.service.lake.version(made["datasetVersionId"])
    for export in exports:
        for media in (True, False):
            target = tmp_path / f"{export}-{media}"
            target.mkdir()
            sdk(server, ("download_dataset", version.id, export, str(target), media))
            (top,) = target.iterdir()
            found = {
                path.relative_to(top).as_posix(): path.read_bytes()
                for path in top.rglob("*")
                if path.is_file()
            }
            assert found == exported(server, version.id, export, media=media), (export, media)


def exported(server: Serving, version: str, export: str, *, media: bool) -> dict[str, bytes]:
    from setwright.formats.bytes_of import packed_bytes
    from setwright.formats.protocol import MadeFile, PictureFile

    files = {}
    for entry in server.service.remote.export(version, export):
        if isinstance(entry, PictureFile):
            if media:
                with server.service.lake.picture(entry.digest) as stream:
                    files[entry.path] = stream.read()
        elif isinstance(entry, MadeFile):
            files[entry.path] = entry.content
        elif media:
            files[entry.path] = b"".join(packed_bytes(entry, server.service.lake.picture))
    return files


def test_pictures_and_what_is_known_of_them_go_up(server: Serving, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    for n in range(3):
        (source / f"n{n}.png").write_bytes(picture(f"new {n}"))
    annotations = tmp_path / "annotations.json"
    annotations.write_text(
        json.dumps(
            {
                "images": [
                    {
                        "image": "n0.png",
                        "annotations": [
                            {
                                "type": "rectangle",
                                "bbox": [1, 2, 3, 4],
                                "label": "Balloon",
                                "confidence": 0.5,
                                "attributes": {
                                    "Color": [{"value": "Red", "confidence": 0.9, "metadata": {}}]
                                },
                            },
                            {"type": "polygon", "polygon": [[0, 0], [9, 0], [9, 9]], "label": "Kite"},
                        ],
                    }
                ]
            }
        )
    )
    metadata = tmp_path / "metadata.json"
    metadata.write_text(
        json.dumps(
            {"files": [{"file": "new ones_n1.png", "metadata": {"Site": "A", "Tags": ["sunny", "new"]}}]}
        )
    )
    (uploaded,) = sdk(
        server,
        (
            "upload_files_to_collection",
            str(source),
            "image",
            "new ones",
            {"meta_data_object": {"Camera": "left"}},
        ),
    )
    assert uploaded["is_success"] is True, uploaded
    results = sdk(
        server,
        ("upload_annotations_for_collection", "new ones", "run-1", str(annotations), False, True),
        ("get_collection_id_by_name", "new ones", "image"),
        (
            "get_item_list_from_datalake",
            "image",
            "annotation.label=Kite and collection.name='new ones'",
            {},
            0,
            10,
        ),
    )
    assert [each["name"] for each in results[2]] == ["n0.png"], results
    sdk(server, ("upload_metadata_by_unique_name", str(metadata)))
    (tagged, cameras) = sdk(
        server,
        ("get_item_count_from_metalake", "image", "metadata.Tags=sunny", {}),
        ("get_item_count_from_metalake", "image", "metadata.Camera=left", {}),
    )
    assert cameras["count"] == 3
    assert server.service.lake.operations() == (("project", "human"), ("run-1", "machine"))
    assert tagged["count"] == 1


DRAGON = {
    "className": "Dragon",
    "description": "A kite with a tail",
    "attributes": [{"attributeName": "Color", "values": [{"valueName": "Red", "description": "warm"}]}],
}


def test_labels_are_defined_and_put_into_groups(server: Serving) -> None:
    made, again, listed = sdk(
        server,
        ("create_system_label", {"label": DRAGON}),
        ("create_system_label", {"label": DRAGON}),
        ("get_all_labels",),
    )
    assert made == again
    keys = {each["labelText"]: each["label"] for each in listed}
    assert list(keys) == ["Balloon", "Dragon", "Kite"]
    grouped, named, inside = sdk(
        server,
        ("create_label_group", "In the air", [keys["Kite"], keys["Dragon"]]),
        ("get_all_label_groups",),
        ("get_all_labels",),
    )
    (group,) = named
    assert (group["groupName"], group["labelKeys"]) == ("In the air", [keys["Kite"], keys["Dragon"]])
    assert len(inside) == 3
    _, more, _, fewer, unknown = sdk(
        server,
        ("attach_labels_to_group", group["id"], [keys["Balloon"]]),
        ("get_labels_in_group", group["id"]),
        ("detach_labels_from_group", group["id"], [keys["Kite"]]),
        ("get_labels_in_group", group["id"]),
        ("get_labels_in_group", "0" * 24),
    )
    assert [each["labelText"] for each in more] == ["Kite", "Dragon", "Balloon"]
    assert [each["labelText"] for each in fewer] == ["Dragon", "Balloon"]
    assert unknown == []  # an error looks like an empty list to the SDK
    assert grouped


def test_a_project_is_a_name_for_what_people_annotate_elsewhere(server: Serving, tmp_path: Path) -> None:
    made, again, listed = sdk(
        server,
        ("create_annotation_project_from_collection", "Night shift", party(server)),
        ("create_annotation_project_from_datalake", "Night shift", "annotation.label=Kite"),
        ("get_annotation_project_list",),
    )
    assert made["isSuccess"] is True and made["job_id"]
    assert again["isSuccess"] is False and "already" in again["message"]
    assert listed == [{"id": made["id"], "name": "Night shift"}, {"id": "project", "name": "project"}]
    annotations = tmp_path / "annotations.json"
    box = {"type": "rectangle", "bbox": [1, 2, 3, 4], "label": "Kite"}
    annotations.write_text(json.dumps({"images": [{"image": "0.png", "annotations": [box]}]}))
    named, waited, _, dataset, more, gone, forgotten, unknown = sdk(
        server,
        ("get_annotation_project_name_by_id", made["id"]),
        ("wait_for_job_complete", made["job_id"]),
        (
            "upload_annotations_for_collection",
            "party photos",
            made["id"],
            str(annotations),
            False,
            False,
        ),
        (
            "create_dataset_from_collection",
            {
                "dataset_name": "By night",
                "collection_id": party(server),
                "split_info": SPLIT,
                "labels": ["Kite"],
                "export_types": ["RAW"],
                "operation_list": [made["id"]],
            },
        ),
        ("add_files_to_annotation_project_from_collection", made["id"], party(server), "", {}, 0),
        ("delete_annotation_project", made["id"]),
        ("create_annotation_project_from_collection", "Never begun", party(server)),
        ("delete_annotation_project", "0" * 24),
    )
    assert named == {"projectName": "Night shift"}
    assert waited["is_success"] is True
    version = server.service.lake.version(dataset["datasetVersionId"])
    assert version.statistics.annotations == 1
    assert more["isSuccess"] is False and "elsewhere" in more["message"]
    assert gone["isSuccess"] is unknown["isSuccess"] is False
    deleted, listed = sdk(
        server, ("delete_annotation_project", forgotten["id"]), ("get_annotation_project_list",)
    )
    assert deleted["isSuccess"] is True
    assert [each["name"] for each in listed] == ["Night shift", "project"]


def test_versions_are_deleted_one_by_one_and_the_dataset_with_the_last(server: Serving) -> None:
    admin = server.keys[Role.ADMIN]
    wish = {
        "collection_id": party(server),
        "split_info": SPLIT,
        "labels": ["Balloon"],
        "export_types": ["RAW"],
    }
    (made,) = sdk(server, ("create_dataset_from_collection", {**wish, "dataset_name": "Balloons"}))
    first = made["datasetVersionId"]
    (followed,) = sdk(
        server,
        (
            "update_dataset_version_from_collection",
            {**wish, "version_id": first, "query": "annotation.label=Kite", "is_new_version_required": True},
        ),
    )
    second = followed["datasetVersionId"]
    refused, forbidden = (
        sdk(server, ("delete_dataset_version", second), key=key)[0]
        for key in (admin, server.keys[Role.APPLY])
    )
    assert refused["isSuccess"] is False and "is at version" in refused["message"]
    assert forbidden["isSuccess"] is False
    gone, twice, last = sdk(
        server,
        ("delete_dataset_version", first),
        ("delete_dataset_version", first),
        ("delete_dataset_version", second),
        key=admin,
    )
    assert gone["isSuccess"] is True
    assert twice["isSuccess"] is False
    assert last["isSuccess"] is True
    assert server.service.lake.observe(["Balloons"]) == {}
    (free,) = sdk(server, ("create_dataset_from_collection", {**wish, "dataset_name": "Balloons"}))
    assert free["versionNo"] == "1.0.0"


def test_annotations_reach_pictures_that_the_lake_refers_to_in_place(tmp_path: Path) -> None:
    pictures = write(tmp_path / "source", {"a.png": ["Balloon"], "b.png": ["Balloon"]})
    with Lake.create(tmp_path / "lake") as lake:
        ingest(lake, pictures, "party", in_place=True)
    annotations = tmp_path / "annotations.json"
    shapes = [{"type": "rectangle", "bbox": [1, 2, 3, 4], "label": "Kite"}]
    annotations.write_text(json.dumps({"images": [{"image": "a.png", "annotations": shapes}]}))
    with serving(tmp_path / "lake") as server:
        sdk(
            server,
            ("upload_annotations_for_collection", "party", "run-1", str(annotations), False, False),
        )
        (counted,) = sdk(server, ("get_item_count_from_metalake", "image", "annotation.label=Kite", {}))
        assert counted["count"] == 1
        found = server.service.lake.membership(
            Selection(
                source=LakeSource(), query="", filter=Filter(), operations=None, labels=("Balloon", "Kite")
            ),
            server.service.lake.revision(),
        )
        # What the pictures are, and what people said of them, is as before.
        assert len(found.frames) == 2
        assert len(found.annotations) == 3
    assert (pictures / "a.png").is_file()
