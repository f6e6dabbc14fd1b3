"""Labels and groups of labels."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from pydantic import Field

from setwright.lake.labels import Attribute, AttributeValue
from setwright.model.errors import SetwrightError
from setwright.server.access import Applier, Reader, TheService
from setwright.server.answers import Refused, words_of
from setwright.server.wire.keys import text_of
from setwright.server.wire.words import Body

if TYPE_CHECKING:
    from collections.abc import Sequence

    from setwright.lake.label_groups import LabelGroup
    from setwright.lake.labels import Label
    from setwright.server.service import Service

router = APIRouter(prefix="/datalake/api/client", tags=["labels"], dependencies=[Reader])

GroupId = Annotated[str, Path(max_length=64)]
Text = Annotated[str, Field(min_length=1, max_length=192)]


class ValueWanted(Body):
    """One value of an attribute."""

    valueText: Text
    description: Annotated[str, Field(max_length=2000)] = ""


class AttributeWanted(Body):
    """One attribute of a label."""

    labelText: Text
    values: Annotated[tuple[ValueWanted, ...], Field(max_length=1000)] = ()


class LabelDefined(Body):
    """A label, with the attributes that its annotations may have."""

    labelText: Text
    description: Annotated[str | None, Field(max_length=2000)] = ""
    attributes: Annotated[tuple[AttributeWanted, ...], Field(max_length=1000)] = ()


class LabelWanted(Body):
    """A label to be made."""

    label: LabelDefined


class LabelKeys(Body):
    """Labels by their keys."""

    labelKeys: Annotated[tuple[Annotated[str, Field(max_length=400)], ...], Field(max_length=10_000)] = ()


class GroupWanted(LabelKeys):
    """A group of labels to be made."""

    groupName: Text


@router.get("/labels/list")
def labels(
    service: TheService, group: Annotated[str | None, Query(alias="groupId", max_length=64)] = None
) -> list[dict[str, Any]]:
    """All labels, or those of one group, in its order."""
    known = {label.name: label for label in service.lake.labels.at()}
    names: Sequence[str] = sorted(known) if group is None else _group(service, group).labels
    return [_told(known[name]) for name in names if name in known]


@router.post("/system/labels/create", dependencies=[Applier])
def create_label(request: Request, wanted: LabelWanted, service: TheService) -> dict[str, Any]:
    """Define a label. What is there already gets the description and the attributes."""
    defined = wanted.label
    attributes = [
        Attribute(
            each.labelText, tuple(AttributeValue(one.valueText, one.description) for one in each.values)
        )
        for each in defined.attributes
    ]
    try:
        service.lake.labels.define(
            defined.labelText,
            description=defined.description or "",
            attributes=attributes,
            author=_author(request),
            at=datetime.now(UTC),
        )
    except SetwrightError as error:
        raise Refused(406, words_of(error)) from error
    made = next(label for label in service.lake.labels.at() if label.name == defined.labelText)
    return {"isSuccess": True, **_told(made)}


@router.get("/label_groups/list")
def label_groups(service: TheService) -> list[dict[str, Any]]:
    """All groups of labels."""
    keys = {label.name: label.uid for label in service.lake.labels.at()}
    return [
        {
            "id": group.uid,
            "groupName": group.name,
            "name": group.name,
            "labelKeys": [keys[name] for name in group.labels if name in keys],
        }
        for group in service.lake.label_groups.at()
    ]


@router.post("/label_groups/create", dependencies=[Applier])
def create_group(request: Request, wanted: GroupWanted, service: TheService) -> dict[str, Any]:
    """Make a group of labels; one of that name gets those that it does not have."""
    _change(service, request, "put", wanted.groupName, wanted.labelKeys)
    made = next(group for group in service.lake.label_groups.at() if group.name == wanted.groupName)
    return {"isSuccess": True, "id": made.uid, "groupId": made.uid, "groupName": made.name}


@router.post("/label_groups/{id}/addLabels", dependencies=[Applier])
def add_labels(request: Request, id: GroupId, wanted: LabelKeys, service: TheService) -> dict[str, Any]:
    """Put labels into a group."""
    _change(service, request, "put", _group(service, id).name, wanted.labelKeys)
    return {"isSuccess": True}


@router.post("/label_groups/{id}/removeLabels", dependencies=[Applier])
def remove_labels(request: Request, id: GroupId, wanted: LabelKeys, service: TheService) -> dict[str, Any]:
    """Take labels out of a group; they stay in the lake."""
    _change(service, request, "take", _group(service, id).name, wanted.labelKeys)
    return {"isSuccess": True}


def _told(label: Label) -> dict[str, Any]:
    return {
        "label": label.uid,
        "key": label.uid,
        "labelText": label.name,
        "description": label.description,
        "color": "#808080",
        "attributes": [
            {
                "labelText": attribute.name,
                "values": [
                    {"valueText": value.value, "description": value.description} for value in attribute.values
                ],
            }
            for attribute in label.attributes
        ],
    }


def _group(service: Service, id: str) -> LabelGroup:
    found = next((group for group in service.lake.label_groups.at() if group.uid == id), None)
    if found is None:
        raise Refused(404, f"There is no group of labels with the id {id}.")
    return found


def _change(service: Service, request: Request, what: str, name: str, keys: Sequence[str]) -> None:
    """Put labels into a group, or take them out of it."""
    names = {label.uid: label.name for label in service.lake.labels.at()}
    chosen = []
    for key in keys:
        found = names.get(key) or text_of(key)
        if found is None:
            raise Refused(406, f"There is no label with the key {key[:64]}.")
        chosen.append(found)
    groups = service.lake.label_groups
    change = groups.put if what == "put" else groups.take
    try:
        change(name, chosen, author=_author(request), at=datetime.now(UTC))
    except SetwrightError as error:
        raise Refused(406, words_of(error)) from error


def _author(request: Request) -> str:
    return f"{request.state.key} over HTTP"
