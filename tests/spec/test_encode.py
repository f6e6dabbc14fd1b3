"""A configuration written as a spec is read as the same configuration, by us and by other readers of YAML."""

from __future__ import annotations

import yaml
from hypothesis import given
from jsonschema import Draft202012Validator

from setwright.model.checks import NoLeakage
from setwright.model.dataset import AugmentationWish, DatasetConfig, DatasetsSource
from setwright.model.diagnostics import Severity
from setwright.spec.dataset_models import DatasetFile
from setwright.spec.encode import encode
from setwright.spec.json_schema import dataset_schema
from setwright.spec.yaml_text import as_yaml
from tests.spec.projects import config_of, load, plain_documents, with_field
from tests.spec.strategies import configs

SCHEMA = Draft202012Validator(dataset_schema())


def read_back(config: DatasetConfig) -> DatasetConfig:
    """What the written spec means. References to datasets that are not there are no matter here."""
    others = config.source.addresses if isinstance(config.source, DatasetsSource) else ()
    files = {
        f"{other}.yaml": f'dataset: "{other}"\nsource: {{datalake: image}}\nlabels: [A]\n' for other in others
    }
    files["own.yaml"] = as_yaml(encode("the-one", config))
    project, findings = load(files)
    assert [each for each in findings if each.severity is Severity.ERROR and each.code != "SW405"] == []
    return next(spec.config for spec in project.specs if spec.address == "the-one")


@given(configs)
def test_a_configuration_written_as_a_spec_is_read_as_the_same(config: DatasetConfig) -> None:
    assert read_back(config) == config


@given(configs)
def test_readers_of_older_yaml_read_the_same_values(config: DatasetConfig) -> None:
    fields = encode("balloons", config)
    text = as_yaml(fields)
    (ours,) = plain_documents(text)
    assert yaml.safe_load(text) == ours


@given(configs)
def test_what_setwright_accepts_the_schema_accepts(config: DatasetConfig) -> None:
    (document,) = plain_documents(as_yaml(encode("balloons", config)))
    SCHEMA.validate(document)


@given(configs)
def test_every_field_is_written_in_the_order_of_the_documentation(config: DatasetConfig) -> None:
    fields = encode("balloons", config, [NoLeakage()])
    order = [name for name in DatasetFile.in_order() if name in fields]
    assert list(fields) == order
    missing = set(DatasetFile.in_order()) - {"previously"} - set(fields)
    assert missing == (set() if config.augmentations.recipes else {"augmentations"})
    assert encode("balloons", config) == {name: fields[name] for name in fields if name != "checks"}


def test_what_fits_stands_on_one_line_and_what_does_not_on_several() -> None:
    assert as_yaml({"labels": ["A", "B"], "split": {"train": 70, "test": 30.5}}) == (
        "labels: [A, B]\nsplit: {train: 70, test: 30.5}\n"
    )
    long = [f"label number {number}" for number in range(8)]
    assert as_yaml({"labels": long}).startswith("labels:\n  - label number 0\n  - label number 1\n")


def test_a_note_stands_behind_its_field() -> None:
    assert as_yaml({"a": 1, "b": 2}, {"b": "default"}) == "a: 1\nb: 2  # default\n"


def test_no_augmentation_is_written_as_none() -> None:
    config = config_of(with_field("augmentations: {flip: {horizontal: true}}"))
    assert encode("balloons", config)["augmentations"]["flip"] == {"horizontal": True}
    assert "augmentations" not in encode("balloons", config_of(with_field("")))
    assert config_of(with_field("")).augmentations == AugmentationWish()
