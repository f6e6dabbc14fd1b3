"""Values as documents: what the digests of configurations are made of."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from pydantic import TypeAdapter

from setwright.model.canonical import canonical_json
from setwright.model.dataset import MIN_SIZE, DatasetConfig
from setwright.model.documents import from_document, to_document
from setwright.model.splits import SPLITS
from tests.laws import examples
from tests.spec.strategies import checks, configs


def by_pydantic(value: object) -> str:
    kind: Any = type(value)
    return canonical_json(TypeAdapter(kind).dump_python(value, mode="json"))


@settings(max_examples=examples(50))
@given(config=configs)
def test_a_configurations_document_is_what_pydantic_makes_and_reads(config: DatasetConfig) -> None:
    document = to_document(config)
    told = json.loads(canonical_json(document))
    # Documents are older than these fields, and what they say where nobody asks is what such documents meant.
    if config.augmentations.min_size == MIN_SIZE:
        assert "min_size" not in told["augmentations"]
        told["augmentations"]["min_size"] = MIN_SIZE
    if config.split.grow == SPLITS:
        assert "grow" not in told["split"]
        told["split"]["grow"] = [split.value for split in SPLITS]
    if config.split.official is None:
        assert "official" not in told["split"]
        told["split"]["official"] = None
    assert canonical_json(told) == by_pydantic(config)
    assert from_document(DatasetConfig, document) == config


@settings(max_examples=examples(50))
@given(some=checks(("Balloon", "Kite")))
def test_so_are_the_documents_of_checks(some: tuple[Any, ...]) -> None:
    for check in some:
        document = to_document(check)
        assert canonical_json(document) == by_pydantic(check)
        assert from_document(type(check), document) == check
