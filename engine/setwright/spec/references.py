"""What specs of one project say about each other: addresses, names, and datasets made of datasets."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from setwright.model.suggestions import did_you_mean
from setwright.spec import findings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from setwright.model.diagnostics import Diagnostic, SourceRef
    from setwright.spec.draft import Draft


def check_references(drafts: Sequence[Draft], tell: Callable[[Diagnostic], None]) -> None:
    """Tell of addresses and names that come twice, datasets that are not there, and cycles."""
    by_address = _unique_addresses(drafts, tell)
    _unique_names(list(by_address.values()), tell)
    for draft in drafts:
        unknown = (name for name in draft.datasets if name not in by_address)
        for name in islice(unknown, findings.MAX_FINDINGS):
            tell(
                findings.UNKNOWN_DATASET.at(
                    _reference(draft, name),
                    f'No spec of this project has the address "{name}".',
                    did_you_mean(name, by_address),
                )
            )
    _earlier_addresses(list(by_address.values()), by_address, tell)
    for cycle in _cycles(by_address):
        draft = by_address[cycle[0]]
        way = " → ".join((*_shortened(cycle), cycle[0]))
        tell(
            findings.DATASET_CYCLE.at(
                _reference(draft, cycle[1] if len(cycle) > 1 else cycle[0]),
                f"{way}: each is made of the one after it, so none can be made first.",
                "take one of them out of another's `datasets`",
            )
        )


def _unique_addresses(drafts: Sequence[Draft], tell: Callable[[Diagnostic], None]) -> dict[str, Draft]:
    first: dict[str, Draft] = {}
    for draft in drafts:
        before = first.setdefault(draft.address, draft)
        if before is not draft:
            tell(
                findings.DATASET_TWICE.at(
                    draft.where,
                    f'"{draft.address}" is defined at {_spot(before.where)} already, and only one of the two can be '
                    "made.",
                    "give one of them another address",
                )
            )
    return first


def _unique_names(drafts: Sequence[Draft], tell: Callable[[Diagnostic], None]) -> None:
    first: dict[str, Draft] = {}
    for draft in drafts:
        if draft.name is None:
            continue
        before = first.setdefault(draft.name, draft)
        if before is not draft:
            where = draft.fields.get("name", draft.where)
            tell(
                findings.NAME_TWICE.at(
                    where,
                    f'The dataset at {_spot(before.where)} is called "{draft.name}" at the remote as well, and '
                    "there the name is what tells them apart.",
                    "give one of them another `name`",
                )
            )


def _earlier_addresses(
    drafts: Sequence[Draft], by_address: Mapping[str, Draft], tell: Callable[[Diagnostic], None]
) -> None:
    claimed: dict[str, Draft] = {}
    for draft in drafts:
        if draft.previously is None:
            continue
        other = by_address.get(draft.previously) or claimed.get(draft.previously)
        claimed.setdefault(draft.previously, draft)
        if other is not None:
            how = "has" if other.address == draft.previously else "claims to have had"
            tell(
                findings.ADDRESS_IN_USE.at(
                    draft.fields.get("previously", draft.where),
                    f'The dataset at {_spot(other.where)} {how} the address "{draft.previously}", and one dataset '
                    "cannot become two.",
                    "leave `previously` out of one of them",
                )
            )


def _cycles(drafts: Mapping[str, Draft]) -> list[tuple[str, ...]]:
    """Each cycle that a walk along the references meets, once, its least address first; not more than are told.

    Without recursion, since a project may hold thousands of datasets in a row.
    """
    done: set[str] = set()
    found: dict[tuple[str, ...], None] = {}
    for start in sorted(drafts):
        way: list[str] = []
        on_way: dict[str, int] = {}
        waiting: list[tuple[str, bool]] = [(start, False)]
        while waiting:
            address, leaving = waiting.pop()
            if leaving:
                done.add(address)
                on_way.pop(way.pop())
            elif address in on_way:
                if len(found) >= findings.MAX_FINDINGS:
                    return list(found)
                cycle = way[on_way[address] :]
                least = cycle.index(min(cycle))
                found[(*cycle[least:], *cycle[:least])] = None
            elif address in drafts and address not in done:
                on_way[address] = len(way)
                way.append(address)
                waiting.append((address, True))
                waiting.extend(
                    (other, False) for other in sorted(set(drafts[address].datasets), reverse=True)
                )
    return list(found)


def _shortened(cycle: tuple[str, ...]) -> tuple[str, ...]:
    """`cycle` with an ellipsis for its middle, where it is longer than anybody reads."""
    left_out = len(cycle) - 8
    return cycle if left_out <= 1 else (*cycle[:4], f"… {left_out} more …", *cycle[-4:])


def _reference(draft: Draft, address: str) -> SourceRef:
    fields = draft.fields
    return fields.get(
        f"source.datasets.{address}", fields.get("source.datasets", fields.get("source", draft.where))
    )


def _spot(where: SourceRef) -> str:
    return f"{where.file}:{where.line}:{where.column}"
