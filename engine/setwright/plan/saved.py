"""A plan that was saved: its document, read back and trusted in nothing that can be looked up."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from setwright.model.dataset import DatasetConfig
from setwright.model.documents import config_digest, from_document
from setwright.model.errors import FormatError
from setwright.plan.document import FORMAT_VERSION, PlanDocument
from setwright.spec.lock import Pin

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


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
    if not isinstance(version, str) or version.partition(".")[0] != FORMAT_VERSION.partition(".")[0]:
        raise FormatError(
            f"{where} is no saved plan that this setwright can read",
            f"It reads plans of format {FORMAT_VERSION}; this says {json.dumps(version)}.",
            "`setwright plan --out FILE` saves a plan",
        )
    problem = next(iter(Draft202012Validator(schema()).iter_errors(document)), None)
    if problem is not None:
        place = "/".join(map(str, problem.absolute_path)) or "the whole"
        raise FormatError(f"{where} is no saved plan", f"At {place}: {problem.message[:200]}.")
    plan = PlanDocument.model_validate(document)
    for address, config in configs(plan).items():
        said = next(change.config_digest for change in plan.changes if change.address == address)
        if config_digest(config) != said:
            raise FormatError(
                f"{where} was altered",
                f"What it asks for {address} is not what its digest says.",
                "plan again; a plan is changed by changing the specs",
            )
    return plan


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
    """What the specs of the plan were pinned to, by address."""
    return {
        change.address: Pin(
            revision=change.pin.revision,
            frames=change.pin.frames,
            selection=change.pin.selection,
            membership=change.pin.membership,
        )
        for change in plan.changes
        if change.pin is not None
    }
