"""The description of the lake's own API is committed, and is that of the code."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from setwright.server.api.application import lake_api
from setwright.server.keys import ROLES
from tests.house.program import ROOT

if TYPE_CHECKING:
    from tests.conftest import Golden


def test_the_committed_description_is_that_of_the_code(golden: Golden) -> None:
    golden("../../schemas/lake-api.openapi.json", json.dumps(lake_api(None).openapi(), indent=2) + "\n")


def test_every_operation_says_what_it_does_and_with_which_role() -> None:
    described = lake_api(None).openapi()
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            assert operation["description"].endswith("."), (method, path)
            assert operation["x-role"] in ("read", "plan", "apply", "admin")


def test_every_reference_leads_somewhere() -> None:
    described = lake_api(None).openapi()

    def references(node: Any) -> set[str]:
        if isinstance(node, dict):
            own = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
            return own.union(*map(references, node.values()))
        return set().union(*map(references, node)) if isinstance(node, list) else set()

    known = {f"#/components/schemas/{name}" for name in described["components"]["schemas"]}
    assert references(described) <= known


def test_the_page_on_servers_speaks_of_every_call_and_every_role() -> None:
    page = (ROOT / "docs" / "server.md").read_text()
    first_parts = {path.split("/")[1] for path in lake_api(None).openapi()["paths"]}
    assert [part for part in sorted(first_parts) if f"`{part}" not in page] == []
    assert [role for role in ROLES if f"| `{role}` |" not in page] == []
