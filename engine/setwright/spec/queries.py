"""The query of a spec: checked, brought into its canonical spelling, and its mistakes shown where they stand."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from setwright.model.errors import QueryError
from setwright.query.format import format_query
from setwright.query.parse import MAX_CONDITIONS, parse
from setwright.query.quick import texts_in
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
        canonical, known_to_layernext = _read(text)
        if remote == "layernext" and node is not None and not known_to_layernext:
            tell(
                findings.QUERY_UNKNOWN_TO_REMOTE.at(
                    node.source.ref(node.start, node.end),
                    "LayerNext is known to take single conditions with =, != and ~. What it makes of anything more "
                    "is not documented; it may select everything.",
                    "compare the number of frames with and without the query in the plan",
                )
            )
        return canonical
    except QueryError as error:
        assert node is not None
        tell(
            findings.BAD_QUERY.at(
                _place(node, text, error), f"{error.summary}. {error.detail}".rstrip(), error.hint
            )
        )
        return ""


def _read(text: str) -> tuple[str, bool]:
    """The canonical text of the query `text`, and whether LayerNext is known to take it.

    The specs of a project ask for much the same, so what single conditions come to is remembered.

    Raises:
        QueryError: `text` spells no query.
    """
    # A condition takes two characters or more, so none of the bounds on queries is near.
    parts = texts_in(text) if len(text) <= 2 * MAX_CONDITIONS else None
    if parts is None or len(parts) == 1:
        return _read_one(text)
    try:
        return " and ".join(_read_one(part)[0] for part in parts), False
    except QueryError:
        return _read_one(text)  # which says where in the whole it is


@lru_cache(maxsize=2048)
def _read_one(text: str) -> tuple[str, bool]:
    query = parse(text)
    return format_query(query), known_to_layernext(query)


def known_to_layernext(query: Query) -> bool:
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
