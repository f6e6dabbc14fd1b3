"""The official SDK's bugs (those that a server can set off) are not set off by ours.

Each test says which answer of a server the SDK cannot stand, and that ours does not give it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import requests

from setwright.server.keys import Role
from tests.lake.lakes import picture
from tests.server.test_official_sdk import SPLIT, folder, party, sdk, server

pytestmark = pytest.mark.oracle

if TYPE_CHECKING:
    from pathlib import Path

    from tests.server.serving import Serving

__all__ = ["folder", "server"]  # fixtures

EXPORTS = ["RAW", "YOLO Darknet", "Semantic Segmentation"]


def made(server: Serving, exports: list[str]) -> str:
    wish = {
        "collection_id": party(server),
        "split_info": SPLIT,
        "labels": ["Balloon"],
        "export_types": exports,
    }
    (answer,) = sdk(server, ("create_dataset_from_collection", {**wish, "dataset_name": "Balloons"}))
    return str(answer["datasetVersionId"])


def pages(server: Serving, version: str, export: str, size: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while not found or found[-1]["nextPage"]:
        answer = requests.get(
            f"{server.url}/dataset/api/dataset/getVersionData/{version}/{export}/",
            params={"pageNo": str(len(found) + 1), "pageSize": str(size)},
            auth=server.keys[Role.READ],
            timeout=30,
        )
        found.append(answer.json()["data"])
    return found


def test_a_page_holds_nothing_that_makes_the_sdk_drop_it(server: Serving) -> None:
    version = made(server, EXPORTS)
    for export in EXPORTS:
        for page in pages(server, version, export, 3):
            assert page["resourceArray"], "an empty page ends nothing, and brings nothing"
            assert "rawFileName" in page, "its absence raises"
            for each in page["resourceArray"]:
                assert "rawAnnotations" not in each, "it loses the whole page"
                assert each.get("isUnzipRequired", True) is True, "a false one unpacks all the same"
                assert each["fileUrl"].startswith(server.url)


def test_a_file_that_a_page_names_comes_with_200_and_its_length(server: Serving) -> None:
    version = made(server, EXPORTS)
    for export in EXPORTS:
        for page in pages(server, version, export, 250):
            for each in page["resourceArray"]:
                came = requests.get(each["fileUrl"], timeout=30)
                assert came.status_code == 200, "an error's text would become a picture"
                if each.get("isMediaFile"):
                    assert came.content[:4] == b"\x89PNG"


def test_what_is_not_there_comes_down_as_nothing_and_ends_no_program(server: Serving, tmp_path: Path) -> None:
    version = made(server, ["RAW"])
    target = tmp_path / "down"
    target.mkdir()
    calls = [
        ("download_dataset", version, "YOLO Darknet", str(target)),
        ("download_dataset", "0" * 24, "RAW", str(target)),
        ("download_dataset", "../../etc", "RAW", str(target)),
        ("get_all_label_groups",),
    ]
    results = sdk(server, *calls)
    assert results == [None, None, None, []], "the SDK ends the process where a page is not answered"
    assert not [path for path in target.rglob("*") if path.is_file()]


def test_a_second_download_over_the_first_still_holds_what_the_export_holds(
    server: Serving, tmp_path: Path
) -> None:
    version = made(server, ["YOLO Darknet"])
    down = ("download_dataset", version, "YOLO Darknet", str(tmp_path))
    sdk(server, down)
    first = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    sdk(server, down)
    again = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    grown = {path.name for path in again if again[path] != first.get(path)}
    # Lists that the SDK writes itself would have every path twice; ours are files of the export.
    assert not grown


def test_a_failed_delete_and_a_refused_selection_are_failures_by_status(server: Serving) -> None:
    deleted, made_of_nothing, listed = sdk(
        server,
        ("delete_dataset_version", "0" * 24),
        ("create_dataset_from_collection", "D", "0" * 24, SPLIT, ["Balloon"], ["RAW"]),
        ("get_labels_in_group", "0" * 24),
        key=server.keys[Role.ADMIN],
    )
    assert deleted["isSuccess"] is False, "it looks at the status alone"
    assert made_of_nothing["isSuccess"] is False
    assert listed == []


def test_an_upload_is_told_its_job_from_the_first_answer_on(server: Serving, tmp_path: Path) -> None:
    (tmp_path / "up").mkdir()
    (tmp_path / "up" / "new.png").write_bytes(picture("new"))
    (uploaded,) = sdk(server, ("upload_files_to_collection", str(tmp_path / "up"), "image", "fresh"))
    assert uploaded["is_success"] is True
    assert uploaded["job_id"]
    (waited,) = sdk(server, ("wait_for_job_complete", uploaded["job_id"]))
    assert waited["is_success"] is True, waited


def test_metadata_that_cannot_be_is_refused_with_words_also_where_the_sdk_did_not_look(
    server: Serving, tmp_path: Path
) -> None:
    before = server.service.lake.revision()
    party_of = {"file": "party photos_0.png"}
    wrong = {
        "tags.json": [{**party_of, "metadata": {"Tags": [7, None]}}],
        "nothing.json": [{**party_of, "metadata": "sunny"}],
    }
    for name, files in wrong.items():
        (tmp_path / name).write_text(json.dumps({"files": files}))
        (result,) = sdk(server, ("upload_metadata_by_unique_name", str(tmp_path / name)))
        raised = (result or {}).get("raised", "")
        assert not raised.startswith("KeyError"), "it looks for a message that it gives itself for 406 alone"
        assert server.service.lake.revision() == before, (name, result)
    # It asks about the fields of the last file alone, so those of the first come unasked.
    unasked = [
        {**party_of, "metadata": {"Site": "A", "Camera": {"deep": [1]}}},
        {"file": "party photos_1.png", "metadata": {"Site": "A"}},
    ]
    (tmp_path / "fields.json").write_text(json.dumps({"files": unasked}))
    _, count = sdk(
        server,
        ("upload_metadata_by_unique_name", str(tmp_path / "fields.json")),
        ("get_item_count_from_metalake", "image", "metadata.Site=A", {}),
    )
    assert count["count"] == 2


def test_the_name_of_a_project_that_there_is_not_is_none_rather_than_a_breakdown(server: Serving) -> None:
    known, unknown = sdk(
        server,
        ("get_annotation_project_name_by_id", "project"),
        ("get_annotation_project_name_by_id", "Night shift"),
    )
    assert known == {"projectName": "project"}
    assert unknown is None, "it raises where the status is not 200"
