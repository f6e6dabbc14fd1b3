"""For the same arguments we send what the official SDK sends, field by field."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from setwright.apply.planning import make_plan
from setwright.augment.decode import decode
from setwright.augment.vocabulary import VOCABULARY
from setwright.model.dataset import (
    AugmentationWish,
    CollectionSource,
    DatasetConfig,
    Filter,
    LabelClass,
    LakeSource,
)
from setwright.model.errors import QueryError
from setwright.model.splits import SplitWish
from setwright.query.parse import parse
from setwright.remotes.http.credentials import Credentials, Secret
from setwright.remotes.layernext.client import Client
from setwright.remotes.layernext.connection import Connection
from tests.apply.projects import carry_out, project
from tests.remotes.layernext.fake import Fake, beside
from tests.remotes.layernext.recording import Reply, Seen, serving

pytestmark = pytest.mark.oracle

T = TypeVar("T")

PYTHON = Path(__file__).parents[3] / ".venv-oracles" / "bin" / "python"
SDK = Path(__file__).with_name("official_sdk.py")
KEY, SECRET = "key_abc", "s3cret:with:colons"
CREDENTIALS = Credentials(key=Secret(KEY), secret=Secret(SECRET), source="the test")


def answer(request: Seen) -> Reply:
    """As a LayerNext that finds everything and does everything."""
    if "compatibility" in request.path:
        return Reply(json={"isCompatible": True})
    if request.path.endswith("getObjectTypeById"):
        return Reply(json={"objectType": 5})
    if request.path.endswith("getSelectionId"):
        return Reply(json={"selectionTag": "tag_1"})
    if request.path.endswith("getCollectionIdByName"):
        return Reply(json={"collectionId": "c1"})
    if request.path.endswith("/list"):
        return Reply(json=[])
    if request.path.endswith("/count"):
        return Reply(json={"isSuccess": True, "count": 3})
    return Reply(json={"isSuccess": True})


def sent_by_the_sdk(calls: list[tuple[str, list[Any], dict[str, Any]]]) -> list[Seen]:
    if not PYTHON.exists() and not os.environ.get("CI"):
        pytest.skip("the official SDK is in .venv-oracles, which `make setup` creates")
    with serving(answer) as server:
        lines = [json.dumps([server.url, KEY, SECRET]), *map(json.dumps, calls)]
        subprocess.run([PYTHON, SDK], input="\n".join(lines), text=True, check=True, capture_output=True)
    return [seen for seen in server.seen if "compatibility" not in seen.path]


def sent_by_us(calls: Callable[[Client], None]) -> list[Seen]:
    with serving(answer) as server, Connection(server.url, CREDENTIALS) as connection:
        calls(Client(connection))
    return server.seen


NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12)
IDS = st.text("0123456789abcdef", min_size=24, max_size=24)


@st.composite
def augmentations(draw: st.DrawFn) -> dict[str, Any] | None:
    """LayerNext's own JSON, with pictures in it, or null."""
    entries = []
    for kind in draw(st.lists(st.sampled_from(VOCABULARY), max_size=4, unique_by=lambda kind: kind.id)):
        properties = []
        for each in draw(
            st.lists(st.sampled_from(kind.properties), min_size=1, unique_by=lambda each: each.id)
        ):
            if each.range is None:
                properties.append({"id": each.id, "values": [True]})
            else:
                low, high = sorted((draw(st.integers(*each.range)), draw(st.integers(*each.range))))
                if (low, high) != (0, 0):
                    properties.append({"id": each.id, "values": [low, high]})
        if properties:
            entries.append({"id": kind.id, "properties": properties})
    return {"IMAGE_LEVEL": entries} if entries else None


@st.composite
def wishes(draw: st.DrawFn) -> dict[str, Any]:
    """The arguments of a create or an update, as a user of the SDK gives them."""
    train = draw(st.integers(0, 100))
    test = draw(st.integers(0, 100 - train))
    filter: dict[str, Any] = {}
    if draw(st.booleans()):
        filter["annotation_types"] = draw(
            st.lists(st.sampled_from(["human", "raw", "machine"]), unique=True).map(sorted)
        )
    for bound in ("from_date", "to_date"):
        if draw(st.booleans()):
            filter[bound] = draw(st.dates(dt.date(2000, 1, 1), dt.date(2030, 1, 1))).isoformat()
    return {
        "split_info": {"train": train, "test": test, "validation": 100 - train - test},
        "labels": draw(st.lists(NAMES, min_size=1, max_size=3, unique=True)),
        "export_types": draw(
            st.lists(st.sampled_from(["RAW", "YOLO Darknet", "Semantic Segmentation"]), unique=True).map(
                sorted
            )
        ),
        "query": draw(st.sampled_from(["", "annotation.label=Balloon", "metadata.Tags=ü & ä"])),
        "filter": filter,
        "operation_list": draw(st.none() | st.lists(NAMES, max_size=2, unique=True).map(sorted)),
        "augmentation_list": draw(augmentations()),
    }


def config(name: str, source: Any, wish: dict[str, Any]) -> DatasetConfig:
    """What a spec with these arguments decodes to."""
    said, split = wish["filter"], wish["split_info"]
    operations = wish["operation_list"]
    recipes = (
        AugmentationWish() if wish["augmentation_list"] is None else decode(wish["augmentation_list"])[0]
    )
    return DatasetConfig(
        name=name,
        source=source,
        labels=tuple(LabelClass(name=label, sources=(label,)) for label in wish["labels"]),
        query=wish["query"],
        filter=Filter(
            annotation_types=tuple(said.get("annotation_types", ())),
            **{
                bound: dt.date.fromisoformat(said[bound])
                for bound in ("from_date", "to_date")
                if bound in said
            },
        ),
        operations=None if operations is None else tuple(operations),
        split=SplitWish(train=split["train"], test=split["test"], validation=split["validation"]),
        exports=tuple(wish["export_types"]),
        augmentations=recipes,
    )


def comparable(seen: Seen) -> tuple[Any, ...]:
    """A request without the order of its augmentations, which the documents give no meaning."""
    body = seen.body
    if isinstance(body, dict) and isinstance(body.get("augmentations"), dict):
        level = [
            {**each, "properties": sorted(each["properties"], key=lambda one: str(one["id"]))}
            for each in body["augmentations"]["IMAGE_LEVEL"]
        ]
        body = {**body, "augmentations": {"IMAGE_LEVEL": sorted(level, key=lambda each: str(each["id"]))}}
    return seen.method, seen.path, seen.query, body, seen.headers["authorization"]


MANY = int(os.environ.get("SETWRIGHT_GOLDEN_REQUESTS", "60"))


@dataclass(frozen=True, slots=True)
class DatasetCall:
    """One create or update: what the SDK is called with, and what we do for a spec of the same arguments."""

    sdk: tuple[str, list[Any], dict[str, Any]]
    ours: Callable[[Client], None]


@st.composite
def dataset_calls(draw: st.DrawFn) -> DatasetCall:
    wish, name, version = draw(wishes()), draw(NAMES), draw(IDS)
    collection = draw(st.none() | IDS)
    call = draw(st.sampled_from(["create", "new version", "in place"]))
    items: Any = "image"
    source: Any
    named = dict(wish)
    if collection is not None:
        source = CollectionSource(id=collection)
        named["collection_id"] = collection
    else:
        items = draw(st.sampled_from(["image", "image_collection", "dataset"]))
        source = LakeSource(items=items)
        named["item_type"] = items
    if call == "create":
        named["dataset_name"] = name
    else:
        named |= {"version_id": version, "is_new_version_required": call == "new version"}
    method = "create_dataset_from" if call == "create" else "update_dataset_version_from"
    asked = config(name, source, wish)

    def ours(client: Client) -> None:
        if collection is not None:
            client.check_collection(collection)
        tag = client.select(collection=collection, items=items, query=asked.query, filter=asked.filter)
        match call:
            case "create":
                client.create(tag, asked)
            case "new version":
                client.new_version(tag, version, asked)
            case _:
                client.update_in_place(tag, version, asked)

    method += "_datalake" if collection is None else "_collection"
    return DatasetCall((method, [], named), ours)


def generated(strategy: st.SearchStrategy[T], count: int) -> list[T]:
    """`count` values at once, so that the SDK has to be started once only."""
    found: list[T] = []

    @settings(
        max_examples=count,
        phases=[Phase.generate],
        deadline=None,
        suppress_health_check=list(HealthCheck),
        derandomize=True,
        database=None,
    )
    @given(strategy)
    def collect(value: T) -> None:
        found.append(value)

    collect()
    return found


def test_every_dataset_call_of_a_spec_is_the_sdk_s() -> None:
    calls = generated(dataset_calls(), MANY)
    theirs = sent_by_the_sdk([call.sdk for call in calls])

    def all_of_them(client: Client) -> None:
        for call in calls:
            call.ours(client)

    ours = sent_by_us(all_of_them)
    assert len(theirs) >= 2 * MANY
    for mine, sdk in zip(ours, theirs, strict=True):
        assert comparable(mine) == comparable(sdk)


CHANGES = ("getSelectionId", "/dataset/create", "/dataset/updateNewVersion", "/dataset/updateExistingVersion")


def test_what_apply_sends_for_a_spec_is_what_the_sdk_sends_for_its_arguments(tmp_path: Path) -> None:
    """Not only each call: the whole way from a spec, with all that is looked at before and after left out."""
    fitting = [wish for wish in generated(wishes(), MANY // 2) if fits(wish)]
    assert len(fitting) >= MANY // 6
    ours: list[Seen] = []
    theirs: list[tuple[str, list[Any], dict[str, Any]]] = []
    for number, wish in enumerate(fitting):
        of_collection = bool(number % 2)
        source = CollectionSource(id="c1") if of_collection else LakeSource()
        fake, folder = Fake(selected=["party_1.png"]), tmp_path / str(number)
        made = config("Drawn", source, wish)
        first = replace(made, query="metadata.Tags=first")
        with beside(fake, folder) as (remote, server):
            for name, step in (("first", first), ("second", made)):
                plan = make_plan(remote, project({"it": step}), lineage="lineage")
                assert not carry_out(remote, plan, folder, name=name).failed
            ours += [each for each in server.seen if each.path.endswith(CHANGES)]
        where = "collection" if of_collection else "datalake"
        named = {**wish, **({"collection_id": "c1"} if of_collection else {"item_type": "image"})}
        create = {**named, "dataset_name": "Drawn", "query": first.query}
        theirs.append((f"create_dataset_from_{where}", [], create))
        follow = {**named, "version_id": "v1", "is_new_version_required": True}
        theirs.append((f"update_dataset_version_from_{where}", [], follow))
    sdk = [each for each in sent_by_the_sdk(theirs) if each.path.endswith(CHANGES)]
    assert len(sdk) == 4 * len(fitting)
    for mine, one in zip(ours, sdk, strict=True):
        assert comparable(mine) == comparable(one)


def fits(wish: dict[str, Any]) -> bool:
    """Whether a spec may ask for that: its query has to be one that we can read, too."""
    try:
        parse(wish["query"])
    except QueryError:
        return False
    return True


def test_what_only_reads_is_the_sdk_s_too() -> None:
    filter = {"annotation_types": ["human", "raw"], "from_date": "2022-08-02", "to_date": "2023-01-19"}
    ours = Filter(
        annotation_types=("human", "raw"), from_date=dt.date(2022, 8, 2), to_date=dt.date(2023, 1, 19)
    )
    theirs = sent_by_the_sdk(
        [
            ("get_collection_id_by_name", ["balloons", "image"], {}),
            ("get_item_list_from_datalake", ["dataset", "a=b", filter, 0, 1000], {}),
            ("get_item_count_from_metalake", ["image", "a=b", filter], {}),
            ("get_item_list_from_collection", ["a1", "a=b", filter, 0, 1000], {}),
            ("get_item_count_from_collection", ["a1", "a=b", filter], {}),
            ("delete_dataset_version", ["a1"], {}),
            ("get_all_labels", [], {}),
            ("get_annotation_project_list", [], {}),
        ]
    )

    def calls(client: Client) -> None:
        client.collection_id("balloons")
        list(client.objects(collection=None, items="dataset", query="a=b", filter=ours))
        client.count(collection=None, items="image", query="a=b", filter=ours)
        for _ in range(2):
            client.check_collection("a1")
        list(client.objects(collection="a1", items="image", query="a=b", filter=ours))
        client.count(collection="a1", items="image", query="a=b", filter=ours)
        client.delete_version("a1")
        client.labels()
        client.projects()

    # The SDK looks at a collection's type before it lists it and before it counts it.
    assert sorted(map(repr, map(comparable, sent_by_us(calls)))) == sorted(map(repr, map(comparable, theirs)))
