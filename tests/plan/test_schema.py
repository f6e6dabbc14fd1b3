"""The committed schema of the plan is that of the code."""

from __future__ import annotations

import json

from jsonschema import Draft202012Validator

from setwright.plan.document import plan_schema
from setwright.spec.json_schema import as_text
from tests.conftest import GOLDEN, Golden


def test_the_committed_schema_is_the_one_that_the_models_make(golden: Golden) -> None:
    golden("../../schemas/plan.schema.json", as_text(plan_schema()))


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(json.loads((GOLDEN / "../../schemas/plan.schema.json").read_text()))
