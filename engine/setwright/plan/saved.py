"""A plan that was saved: its document, sealed and read back, and trusted in nothing that can be looked up.

The seal finds what was damaged, or changed by hand: also numbers that are only shown, which nobody works out again.
Whoever makes a new seal for other numbers still makes apply do nothing else than the plan's digest says.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from setwright.model.canonical import digest_of
from setwright.model.dataset import DatasetConfig
from setwright.model.documents import config_digest, from_document
from setwright.model.errors import FormatError
from setwright.plan.document import FORMAT_VERSION, PlanDocument, plain
from setwright.spec.pin import Pin

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


SEAL_ALGORITHM = "seal-1"
"""Names how a document's seal is made; a change of it is a new name."""

_UNSEALED = "1.0"
"""The format before documents had a seal."""


def plan_text(document: PlanDocument) -> str:
    """The document as it is printed and saved, sealed."""
    told = plain(document)
    return json.dumps({**told, "seal": _seal(told)}, indent=2, ensure_ascii=False) + "\n"


def _seal(told: Mapping[str, Any]) -> str:
    return digest_of(SEAL_ALGORITHM, {key: value for key, value in told.items() if key != "seal"})


def read_plan(content: bytes, where: str, schema: Callable[[], Mapping[str, Any]]) -> PlanDocument:
    """The plan in a file's `content`; `where` names the file to people. `schema` gives `schemas/plan.schema.json`.

    Raises:
        FormatError: it is no plan, one of a format that this setwright does not know, or it was altered.
    """
    from jsonschema import Draft202012Validator

    try:
        document = json.loads(content)
    except ValueError as error:
        raise FormatError(f"{where} is no saved plan", f"It is no JSON: {error}.") from error
    except RecursionError as error:
        raise FormatError(f"{where} is no saved plan", "It is nested deeper than any plan is.") from error
    version = document.get("format_version") if isinstance(document, dict) else None
    if version != FORMAT_VERSION:
        raise FormatError(
            f"{where} is no saved plan that this setwright can read",
            f"It reads plans of format {FORMAT_VERSION}; this says {json.dumps(version)[:40]}."
            + (
                " Plans of that format have no seal, so nobody can tell what was changed."
                * (version == _UNSEALED)
            ),
            "plan again: `setwright plan --out FILE` saves a plan",
        )
    problem = next(iter(Draft202012Validator(schema()).iter_errors(document)), None)
    if problem is not None:
        place = "/".join(map(str, problem.absolute_path)) or "the whole"
        raise FormatError(f"{where} is no saved plan", f"At {place}: {problem.message[:200]}.")
    if not _sealed(document):
        raise _altered(where, "What it tells is not what its seal says.")
    plan = from_document(PlanDocument, document)
    for address, config in configs(plan).items():
        said = next(change.config_digest for change in plan.changes if change.address == address)
        if config_digest(config) != said:
            raise _altered(where, f"What it asks for {address} is not what its digest says.")
    return plan


def _sealed(document: Mapping[str, Any]) -> bool:
    try:
        return document.get("seal") == _seal(document)
    except ValueError:  # what setwright never writes, as infinity or half a character
        return False


def _altered(where: str, how: str) -> FormatError:
    return FormatError(f"{where} was altered", how, "plan again; a plan is changed by changing the specs")


def configs(plan: PlanDocument) -> dict[str, DatasetConfig]:
    """What the plan asks for, by address.

    Raises:
        FormatError: a configuration cannot be read.
    """
    return {
        change.address: from_document(DatasetConfig, change.config)
        for change in plan.changes
        if change.config is not None
    }


def previous_addresses(plan: PlanDocument) -> dict[str, str]:
    """The addresses that datasets had before, by those that they are to have."""
    return {
        change.address: change.previous_address
        for change in plan.changes
        if change.previous_address is not None
    }


def saved_pins(plan: PlanDocument) -> dict[str, Pin]:
    """What the specs of the plan were pinned to, by address; of those left out nothing counts but the revision."""
    left_out = {
        pin.address: Pin(revision=pin.revision, frames=0, selection="", membership="")
        for pin in plan.pins_left_out
    }
    return left_out | {
        change.address: Pin(
            revision=change.pin.revision,
            frames=change.pin.frames,
            selection=change.pin.selection,
            membership=change.pin.membership,
        )
        for change in plan.changes
        if change.pin is not None
    }
