"""Documents of our own become the values that they were made of."""

from __future__ import annotations

import json

from hypothesis import given

from setwright.model.dataset import DatasetConfig
from setwright.model.documents import from_document, to_document
from setwright.model.revival import reviver
from tests.spec.strategies import configs


@given(config=configs)
def test_a_configuration_is_revived_as_the_library_that_checks_it_reads_it(config: DatasetConfig) -> None:
    document = json.loads(json.dumps(to_document(config)))
    revived = reviver(DatasetConfig)(document)
    assert revived == from_document(DatasetConfig, document)
    assert to_document(revived) == document
