"""A file that holds one mapping and nothing else, as a project file and a file of variables do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from setwright.spec import findings
from setwright.spec.source_text import decode_text
from setwright.spec.yaml_nodes import Mapping, parse_documents

if TYPE_CHECKING:
    from collections.abc import Callable

    from setwright.model.diagnostics import Diagnostic, SourceRef
    from setwright.spec.plain_values import Entries, Values


def entries_of(file: str, content: bytes, tell: Callable[[Diagnostic], None]) -> tuple[Entries, SourceRef]:
    """The one mapping that the file holds, empty where it holds none."""
    source, found = decode_text(file, content)
    for finding in found:
        tell(finding)
    if source is None:
        return {}, found[0].source  # type: ignore[return-value]
    documents, found = parse_documents(source)
    for finding in found:
        tell(finding)
    start = source.ref(0, 0)
    if not documents:
        return {}, start
    root = documents[0]
    if len(documents) > 1:
        other = documents[1]
        tell(
            findings.NOT_A_SPEC.at(
                source.ref(other.start, other.start + 1),
                f"{file} holds one document, and this is the second.",
                "delete the line with ---",
            )
        )
    if not isinstance(root, Mapping):
        tell(findings.NOT_A_SPEC.at(source.ref(root.start, root.end), f"{file} holds keys with values."))
        return {}, start
    return root.entries, start


def value_of(reader: Values, key: Any, node: Any) -> Any:
    """The value of the entry, None where it has none, which is told."""
    reader.check_key(key)
    value = reader.of(node)
    if value is None:
        reader.no_value(key)
    return value
