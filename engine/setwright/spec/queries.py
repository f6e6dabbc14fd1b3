"""The query of a spec: checked, brought into its canonical spelling, and its mistakes shown where they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from setwright.model.errors import QueryError
from setwright.query.format import format_query
from setwright.query.parse import parse
from setwright.query.tree import Comparison, Everything, speaks_of_datasets
from setwright.spec import findings
from setwright.spec.yaml_nodes import Scalar

if TYPE_CHECKING:
    from collections.abc import Callable

    from setwright.model.diagnostics import Diagnostic, SourceRef
    from setwright.query.tree import Query
    from setwright.spec.yaml_nodes import Node


def canonical_query(text: str, node: Node | None, remote: str, tell: Callable[[Diagnostic], None]) -> str:
    """`text` as `format_query` spells what it means, so that two spellings of one query are no change.

    That spelling is LayerNext's own wherever LayerNext can say the same.
    """
    try:
        query = parse(text)
        if remote == "layernext" and node is not None and not _known_to_layernext(query):
            tell(
                findings.QUERY_UNKNOWN_TO_REMOTE.at(
                    node.source.ref(node.start, node.end),
                    "LayerNext is known to take single conditions with =, != and ~. What it makes of anything more "
                    "is not documented; it may select everything.",
                    "compare the number of frames with and without the query in the plan",
                )
            )
        return format_query(query)
    except QueryError as error:
        assert node is not None
        tell(
            findings.BAD_QUERY.at(
                _place(node, text, error), f"{error.summary}. {error.detail}".rstrip(), error.hint
            )
        )
        return ""


def _known_to_layernext(query: Query) -> bool:
    return isinstance(query, Everything) or (
        isinstance(query, Comparison)
        and query.operator.value in ("=", "!=", "~")
        and not speaks_of_datasets(query)
    )


def _place(node: Node, text: str, error: QueryError) -> SourceRef:
    """Where in the file the mistake stands: exactly, wherever the query stands in the file as it is."""
    whole = node.source.ref(node.start, node.end)
    if not isinstance(node, Scalar) or node.text != text:
        return whole  # a variable was put in
    written = node.source.text[node.start : node.end]
    start, end = error.start, max(error.end, error.start + 1)
    if written.startswith(text):
        return node.source.ref(node.start + start, node.start + end)
    if written[1:].startswith(text):
        return node.source.ref(node.start + 1 + start, node.start + 1 + end)
    # Folded, indented or escaped: the word itself, if it comes only once.
    word = text[start:end].strip()
    if len(word) > 1 and written.count(word) == 1:
        found = node.start + written.index(word)
        return node.source.ref(found, found + len(word))
    return whole
