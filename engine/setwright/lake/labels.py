"""The lake's labels: those that annotations have, and what people wrote down of them, before or after."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from setwright.lake import schema
from setwright.lake.as_of import held_at
from setwright.lake.catalogue import asked_revision, insert_one, new_revision, newest_revision
from setwright.lake.identity import checked_name, outward_id
from setwright.lake.index.read import Index
from setwright.lake.schema import FOREVER
from setwright.query.evaluate import folded

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from setwright.lake.catalogue import Catalogue

_labels, _definitions = schema.labels.c, schema.label_definitions.c


@dataclass(frozen=True, slots=True)
class AttributeValue:
    """One value that an attribute may have."""

    value: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class Attribute:
    """What annotations with a label may say beside it, and with which values."""

    name: str
    values: tuple[AttributeValue, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """One label: its id for the world outside, what is written down of it, and how many annotations have it."""

    uid: str
    name: str
    description: str
    attributes: tuple[Attribute, ...]
    annotations: int


class Labels:
    """The labels of one lake."""

    def __init__(self, catalogue: Catalogue, lake_id: str) -> None:
        self._catalogue = catalogue
        self._lake_id = lake_id

    def at(self, revision: int | None = None) -> tuple[Label, ...]:
        """All labels at `revision`, the newest where none is given, sorted by name.

        Raises:
            RemoteError: the lake does not have the revision.
        """
        with self._catalogue.reading() as connection:
            revision = asked_revision(connection, revision)
            return _labels_at(connection, revision)

    def define(
        self,
        name: str,
        *,
        author: str,
        at: datetime,
        description: str | None = None,
        attributes: Sequence[Attribute] | None = None,
    ) -> int | None:
        """Write down what a label means, which may be on no annotation yet. What is None stays as it was.

        Gives the revision that this made, None if it was written down already.

        Raises:
            UsageError: a label cannot be called that.
        """
        checked_name("label", name)
        with self._catalogue.writing() as connection:
            revision = newest_revision(connection) + 1
            known = connection.execute(select(_labels.id).where(_labels.name == name)).scalar_one_or_none()
            old = (
                None
                if known is None
                else connection.execute(
                    select(schema.label_definitions).where(
                        _definitions.label == known, _definitions.removed == FOREVER
                    )
                ).one_or_none()
            )
            before = ("", []) if old is None else (old.description, old.attributes)
            after = (
                before[0] if description is None else description,
                before[1] if attributes is None else _document(attributes),
            )
            if known is not None and after == before:
                connection.rollback()
                return None
            rows = Counter({"labels": int(known is None), "label_definitions": int(after != before)})
            if known is None:
                known = add_label(connection, name, revision, self._lake_id)
            if old is not None:
                connection.execute(
                    update(schema.label_definitions).where(_definitions.id == old.id).values(removed=revision)
                )
            if after != before:
                insert_one(
                    connection,
                    schema.label_definitions,
                    label=known,
                    description=after[0],
                    attributes=after[1],
                    added=revision,
                )
            return new_revision(
                connection,
                at=at,
                author=author,
                message=f"Define the label {name}",
                touches_frames=False,
                rows=rows,
            )


def add_label(connection: Connection, name: str, revision: int, lake_id: str) -> int:
    """Add a label that the lake does not know; its key."""
    return insert_one(
        connection,
        schema.labels,
        uid=outward_id(lake_id, "label", name),
        name=name,
        folded=folded(name),
        added=revision,
    )


def _labels_at(connection: Connection, revision: int) -> tuple[Label, ...]:
    annotations = Index(connection, revision).annotations_by_label()
    defined = {
        row.label: row
        for row in connection.execute(
            select(schema.label_definitions).where(held_at(schema.label_definitions, revision))
        )
    }
    rows = connection.execute(
        select(_labels.id, _labels.uid, _labels.name).where(_labels.added <= revision).order_by(_labels.name)
    )
    return tuple(
        Label(
            uid=row.uid,
            name=row.name,
            description=defined[row.id].description if row.id in defined else "",
            attributes=_attributes(defined[row.id].attributes) if row.id in defined else (),
            annotations=annotations[row.id],
        )
        for row in rows
    )


def _document(attributes: Sequence[Attribute]) -> list[Any]:
    return [
        {
            "name": attribute.name,
            "values": [{"value": each.value, "description": each.description} for each in attribute.values],
        }
        for attribute in attributes
    ]


def _attributes(document: list[Any]) -> tuple[Attribute, ...]:
    return tuple(
        Attribute(
            each["name"], tuple(AttributeValue(one["value"], one["description"]) for one in each["values"])
        )
        for each in document
    )
