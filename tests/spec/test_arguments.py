"""Every argument of LayerNext's dataset calls has its place in a spec; docs/specs.md names these tests."""

from __future__ import annotations

from datetime import date

from setwright.augment.vocabulary import VOCABULARY
from setwright.model.dataset import CollectionSource, Filter, LabelClass, LakeSource
from tests.spec.projects import config_of, findings_of, with_field

AT_LAYERNEXT = "remote: {kind: layernext, url: 'https://api.example.org'}\n"


def with_source(text: str) -> str:
    return f"dataset: balloons\nsource: {text}\nlabels: [Balloon]\n"


def test_a_name_is_the_datasets_name() -> None:
    assert config_of(with_field("name: Balloons Dataset")).name == "Balloons Dataset"
    assert config_of(with_field("")).name == "balloons"


def test_a_collection_is_named_or_given_by_its_id() -> None:
    named = config_of(with_source("{collection: party-photos}")).source
    by_id = config_of(with_source("{collection: {id: 64e4f0c2a1b2c3d4e5f60718}}")).source
    assert named == CollectionSource(name="party-photos")
    assert by_id == CollectionSource(id="64e4f0c2a1b2c3d4e5f60718")


def test_the_lake_is_asked_for_items_of_each_type() -> None:
    assert config_of(with_source("{datalake: image}")).source == LakeSource(items="image")
    assert config_of(with_source("{datalake: image_collection}")).source == LakeSource(
        items="image_collection"
    )
    assert config_of(with_source("{datalake: dataset}")).source == LakeSource(items="dataset")


def test_a_query_goes_through_as_layernext_writes_it() -> None:
    for query in ("", "annotation.label=Balloon", "metadata.Tags=2.1", "metadata.name~party"):
        assert config_of(with_field(f"query: '{query}'"), project=AT_LAYERNEXT).query == query


def test_a_filter_says_kinds_and_days() -> None:
    text = "filter: {annotation_types: [raw, human, machine], from_date: 2022-08-02, to_date: 2023-01-19}"
    assert config_of(with_field(text)).filter == Filter(
        annotation_types=("human", "machine", "raw"), from_date=date(2022, 8, 2), to_date=date(2023, 1, 19)
    )


def test_a_split_is_in_percent() -> None:
    split = config_of(with_field("split: {train: 80.5, test: 9.5, validation: 10}")).split
    assert (split.train, split.validation, split.test) == (80.5, 10, 9.5)


def test_labels_are_the_classes_in_their_order() -> None:
    config = config_of("dataset: a\nsource: {datalake: image}\nlabels: [Kite, Balloon]\n")
    assert config.labels == (
        LabelClass(name="Kite", sources=("Kite",)),
        LabelClass(name="Balloon", sources=("Balloon",)),
    )


def test_exports_are_those_of_layernext() -> None:
    text = with_field("exports: [RAW, YOLO Darknet, Semantic Segmentation]")
    assert config_of(text, project=AT_LAYERNEXT).exports == ("RAW", "Semantic Segmentation", "YOLO Darknet")


def test_operations_are_all_none_or_listed() -> None:
    assert config_of(with_field("")).operations is None
    assert config_of(with_field("operations: all")).operations is None
    assert config_of(with_field("operations: none")).operations == ()
    assert config_of(with_field("operations: []")).operations == ()
    assert config_of(with_field("operations: [yolov5.0.1, By hand]")).operations == ("By hand", "yolov5.0.1")


def test_augmentations_may_be_pasted_as_they_are() -> None:
    entries = [
        f'{{"id": "{type_.id}", "isSelected": true, "properties": ['
        + ", ".join(
            f'{{"id": "{each.id}", "values": {[True] if each.range is None else [1, 2]}}}'.replace(
                "True", "true"
            )
            for each in type_.properties
        )
        + "]}"
        for type_ in VOCABULARY
    ]
    text = with_field(f'augmentations: {{"IMAGE_LEVEL": [{", ".join(entries)}]}}')
    assert findings_of(text) == []
    recipes = config_of(text).augmentations.recipes
    assert len(recipes) == 15
    assert len({recipe.type for recipe in recipes}) == 11


def test_versioning_says_when_there_is_a_new_version() -> None:
    assert config_of(with_field("")).versioning == "auto"
    assert config_of(with_field("versioning: always")).versioning == "always"
    assert config_of(with_field("versioning: in_place")).versioning == "in_place"
