"""One meaning, one value, one digest, however it is written."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setwright.augment.vocabulary import VOCABULARY
from setwright.model.dataset import (
    Augmentation,
    AugmentationWish,
    DatasetConfig,
    DatasetsSource,
    HumanOverMachine,
)
from setwright.model.documents import config_digest, from_document, to_document
from setwright.model.splits import SplitWish
from setwright.spec.encode import encode
from setwright.spec.exports import KNOWN_EXPORTS
from setwright.spec.yaml_text import as_yaml
from tests.spec.projects import MINIMAL, config_of, load, with_field
from tests.spec.strategies import configs, recipes

standalone = configs.filter(lambda config: not isinstance(config.source, DatasetsSource))
"""Configurations that make sense without other datasets."""
chances = st.randoms(use_true_random=False)


def meaning(fields: dict[str, Any]) -> DatasetConfig:
    """What a spec of these fields means; findings, warnings that is, are of no matter here."""
    project, _ = load(as_yaml(fields))
    (only,) = project.specs
    return only.config


@given(standalone)
def test_equal_configurations_have_equal_digests(config: DatasetConfig) -> None:
    assert config_digest(meaning(encode("balloons", config))) == config_digest(config)


@given(standalone, standalone)
def test_different_configurations_have_different_digests(one: DatasetConfig, other: DatasetConfig) -> None:
    assert (config_digest(one) == config_digest(other)) == (one == other)


def test_a_digest_names_its_algorithm() -> None:
    assert config_digest(config_of(MINIMAL)).startswith("config-1:")


def test_that_people_may_be_preferred_leaves_all_other_digests_as_they_were() -> None:
    for text, operations in (("all", None), ("none", []), ("[b, a]", ["a", "b"])):
        document = to_document(config_of(with_field(f"operations: {text}")))
        assert document["operations"] == operations
    document = to_document(config_of(with_field("operations: {prefer: human}")))
    assert document["operations"] == {"prefer": "human", "take": None}
    assert from_document(DatasetConfig, document).operations == HumanOverMachine()


def test_so_does_how_small_an_object_may_be_cut() -> None:
    turned = "augmentations: {{rotate: 10{}}}"
    same = [config_of(with_field(turned.format(text))) for text in ("", ", min_size: 2", ", min_size: 2.0")]
    assert same[0] == same[1] == same[2]
    document = to_document(same[0])
    assert "min_size" not in document["augmentations"]
    assert from_document(DatasetConfig, document) == same[0]
    other = config_of(with_field(turned.format(", min_size: 3")))
    assert config_digest(other) != config_digest(same[0])
    assert from_document(DatasetConfig, to_document(other)) == other


def test_eighty_percent_are_eighty_percent() -> None:
    spellings = [
        "{train: 80, test: 20}",
        "{train: 80.0, test: 20.00}",
        "{test: 20, train: 80., validation: 0}",
    ]
    read = [config_of(with_field(f"split: {text}")) for text in spellings]
    assert read[0] == read[1] == read[2]
    assert len({config_digest(config) for config in read}) == 1
    ints = replace(read[0], split=SplitWish(train=80, validation=0, test=20))
    assert config_digest(ints) == config_digest(read[0])


def test_what_setwright_does_by_default_may_be_written_out() -> None:
    written = with_field(
        """\
        name: balloons
        description: ''
        owners: []
        tags: []
        query: ''
        filter: {annotation_types: []}
        operations: all
        background: keep
        split: {train: 80, validation: 10, test: 10, seed: 0, stratify: false, resplit: false}
        exports: []
        versioning: auto
        protect: false
        """
    )
    assert config_of(written) == config_of(MINIMAL)


@given(standalone)
def test_whatever_equals_its_default_may_be_left_out(config: DatasetConfig) -> None:
    whole = encode("balloons", config)
    usual = encode("balloons", config_of(MINIMAL))
    kept = {
        name: value
        for name, value in whole.items()
        if name in ("dataset", "source", "labels") or value != usual.get(name)
    }
    assert meaning(kept) == config


@given(standalone, chances)
def test_the_order_of_fields_and_of_sets_means_nothing(config: DatasetConfig, chance: random.Random) -> None:
    fields = encode("balloons", config)
    for name in ("owners", "tags", "operations", "exports"):
        if isinstance(fields[name], list):
            chance.shuffle(fields[name])
    if isinstance(fields["operations"], dict):
        if isinstance(fields["operations"]["take"], list):
            chance.shuffle(fields["operations"]["take"])
        fields["operations"] = _shuffled(fields["operations"], chance)
    chance.shuffle(fields["filter"]["annotation_types"])
    if isinstance(fields["labels"], dict):
        for sources in fields["labels"].values():
            if isinstance(sources, list):
                chance.shuffle(sources)
    for name in ("split", "filter", "augmentations"):
        if name in fields:
            fields[name] = _shuffled(fields[name], chance)
    assert meaning(_shuffled(fields, chance)) == config


def test_the_order_of_labels_is_that_of_the_class_ids() -> None:
    there, back = (
        f"dataset: a\nsource: {{datalake: image}}\nlabels: [{text}]\n" for text in ("A, B", "B, A")
    )
    assert config_of(there).classes == ("A", "B")
    assert config_of(back).classes == ("B", "A")
    assert config_digest(config_of(there)) != config_digest(config_of(back))


def test_the_order_of_datasets_means_nothing() -> None:
    others = "".join(f"dataset: {name}\nsource: {{datalake: image}}\nlabels: [A]\n---\n" for name in "ab")
    read = [
        load(others + f"dataset: c\nsource: {{datasets: {names}}}\nlabels: [A]\n")[0].specs[2].config
        for names in ("[a, b]", "[b, a]")
    ]
    assert read[0] == read[1]


@pytest.mark.parametrize("export", [each for each in KNOWN_EXPORTS if each.lake], ids=lambda each: each.short)
def test_an_export_may_be_named_in_many_ways(export: Any) -> None:
    names = {
        export.name,
        export.short,
        export.name.upper(),
        export.short.replace("-", "_"),
        export.name.lower(),
    }
    for name in names:
        assert config_of(with_field(f"exports: [{name}]")).exports == (export.name,)


@given(recipes().filter(bool), chances)
def test_augmentations_pasted_from_layernext_mean_what_ours_mean(
    some: tuple[Augmentation, ...], chance: random.Random
) -> None:
    ours = replace(config_of(MINIMAL), augmentations=AugmentationWish(recipes=some))
    pasted = {**encode("balloons", ours), "augmentations": {"IMAGE_LEVEL": _verbatim(some, chance)}}
    assert meaning(pasted) == ours


@given(recipes().filter(bool), chances)
def test_the_ends_of_a_range_come_in_either_order(
    some: tuple[Augmentation, ...], chance: random.Random
) -> None:
    ours = replace(config_of(MINIMAL), augmentations=AugmentationWish(recipes=some))
    fields = encode("balloons", ours)
    fields["augmentations"] = _reversed(fields["augmentations"])
    assert meaning(fields) == ours


def test_one_number_is_a_range_of_one() -> None:
    one, two = (config_of(with_field(f"augmentations: {{blur: {text}}}")) for text in ("3", "[3, 3]"))
    assert one == two == config_of(with_field("augmentations: {blur: [3]}"))


def test_a_flag_without_a_value_is_set() -> None:
    short, long = (
        config_of(with_field(f"augmentations: {{flip: {text}}}"))
        for text in ("{horizontal, vertical}", "{horizontal: true, vertical: true}")
    )
    assert short == long


@given(st.lists(standalone, min_size=1, max_size=4, unique_by=lambda config: config.name), chances)
def test_it_does_not_matter_how_datasets_are_spread_over_files(
    some: list[DatasetConfig], chance: random.Random
) -> None:
    texts = [as_yaml(encode(f"dataset-{number}", config)) for number, config in enumerate(some)]
    together, _ = load({"all.yaml": "---\n".join(texts)})
    chance.shuffle(texts)
    apart, _ = load({f"{number}.yaml": text for number, text in enumerate(texts)})
    assert [(spec.address, spec.config) for spec in together.specs] == [
        (spec.address, spec.config) for spec in apart.specs
    ]
    assert len(apart.specs) == len(some)


@given(standalone)
def test_defaults_of_the_project_mean_what_the_spec_itself_would(config: DatasetConfig) -> None:
    fields = encode("balloons", config)
    own = {name: fields.pop(name) for name in ("dataset", "name")}
    project, _ = load(as_yaml(own), project=as_yaml({"defaults": fields}))
    assert [spec.config for spec in project.specs] == [config]


@given(standalone, st.sampled_from(["\r\n", "\r"]))
def test_line_breaks_and_byte_order_marks_mean_nothing(config: DatasetConfig, line_break: str) -> None:
    text = as_yaml(encode("balloons", config))
    project, _ = load(("\ufeff" + text.replace("\n", line_break)).encode())
    assert [spec.config for spec in project.specs] == [config]


def test_an_alias_means_what_its_anchor_names() -> None:
    two = MINIMAL + "split: &usual {train: 100}\ntags: &same [a]\nowners: *same\n---\n"
    assert load(two)[0].specs[0].config == config_of(
        with_field("split: {train: 100}\ntags: [a]\nowners: [a]")
    )


def test_a_variable_means_its_value() -> None:
    project = "variables: {share: {type: number, default: 70}, rest: {type: number, default: 30.0}}\n"
    text = with_field('split: {train: "${var.share}", test: "${var.rest}"}')
    assert config_of(text, project=project) == config_of(with_field("split: {train: 70, test: 30}"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("annotation.label=Balloon", "annotation.label = Balloon"),
        ("annotation.label=Balloon", '(annotation.label="Balloon")'),
        ("annotation.label=A and annotation.label=B", "annotation.label = A   AND annotation.label = B"),
    ],
)
def test_a_query_may_be_spelt_in_many_ways(one: str, other: str) -> None:
    assert config_of(with_field(f"query: {one}")) == config_of(with_field(f"query: '{other}'"))


def _shuffled(fields: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    names = list(fields)
    chance.shuffle(names)
    return {name: fields[name] for name in names}


def _reversed(fields: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value[::-1]
        if isinstance(value, list)
        else _reversed(value)
        if isinstance(value, dict)
        else value
        for name, value in fields.items()
    }


def _verbatim(some: tuple[Augmentation, ...], chance: random.Random) -> list[dict[str, Any]]:
    """`some` as LayerNext writes it, with what its web pages add, in any order."""
    asked = {(recipe.type, recipe.property): recipe for recipe in some}
    entries = []
    for type_ in VOCABULARY:
        properties: list[dict[str, Any]] = []
        for property in type_.properties:
            recipe = asked.get((type_.id, property.id))
            if recipe is not None:
                values: list[Any] = [True] if recipe.range is None else list(map(int, recipe.range))
                chance.shuffle(values)
                properties.append({"id": property.id, "values": values, "description": "How much."})
            elif chance.random() < 0.5:
                values = [True] if property.range is None else list(property.range)
                properties.append({"id": property.id, "values": values, "isSelected": False})
            elif chance.random() < 0.5 and property.range is None:
                properties.append({"id": property.id, "values": [False]})
        chance.shuffle(properties)
        wanted = any(recipe.type == type_.id for recipe in some)
        if not wanted:
            for each in properties:
                each.pop("isSelected", None)
        if wanted or chance.random() < 0.5:
            entries.append(
                {"id": type_.id, "isSelected": wanted, "properties": properties, "description": "…"}
            )
    chance.shuffle(entries)
    return entries
