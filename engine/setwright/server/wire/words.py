"""LayerNext's codes, and from its words for a selection to ours."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field

from setwright.model.dataset import CollectionSource, Filter, LakeSource
from setwright.model.errors import QueryError
from setwright.query.parse import parse
from setwright.server.answers import Refused

if TYPE_CHECKING:
    from setwright.lake.lake import Lake
    from setwright.model.dataset import AnnotationState, ItemType, Source

IMAGE: Final = 2
DATASET: Final = 3
IMAGE_COLLECTION: Final = 5

ITEMS: Final[dict[int, ItemType]] = {
    0: "image",
    IMAGE: "image",
    DATASET: "dataset",
    IMAGE_COLLECTION: "image_collection",
}
_STATES: Final[dict[int, AnnotationState]] = {0: "raw", 1: "machine", 2: "human"}

MAX_QUERY: Final = 8192


class Body(BaseModel):
    """A body as it comes: what is not known is ignored, as older and newer SDKs send more."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Days(Body):
    """Days of upload, both inclusive, in UTC."""

    fromDate: Annotated[str | None, Field(max_length=40)] = None
    toDate: Annotated[str | None, Field(max_length=40)] = None


class FilterData(Body):
    """Which objects may be selected at all."""

    annotationTypes: Annotated[tuple[int, ...], Field(max_length=16)] = ()
    date: Days = Days()


class Sort(Body):
    """In which order objects are listed: 1 and 2 by date, 3 by name, 4 by size."""

    sortByField: int | None = None
    sortOrder: Annotated[str, Field(max_length=8)] = "DESC"


def filter_of(data: FilterData) -> Filter:
    """Our words for a filter.

    Raises:
        Refused: a state or a day is none.
    """
    unknown = [code for code in data.annotationTypes if code not in _STATES]
    if unknown:
        raise Refused(406, f"There is no annotation type {unknown[0]}.")
    return Filter(
        annotation_types=tuple(sorted({_STATES[code] for code in data.annotationTypes})),
        from_date=_day(data.date.fromDate),
        to_date=_day(data.date.toDate),
    )


def _day(text: str | None) -> date | None:
    if not text:
        return None
    try:
        # A time of day may follow, as JavaScript writes it; a day is what is meant.
        return date.fromisoformat(text[:10])
    except ValueError as error:
        raise Refused(406, f"Not a day: {text[:40]!r}. It is written as 2024-12-31.") from error


def checked_query(text: str | None) -> str:
    """The query, if it parses.

    Raises:
        Refused: it does not; a query that is not understood must not select everything.
    """
    text = text or ""
    if len(text.encode("utf-8", "surrogatepass")) > MAX_QUERY:
        raise Refused(406, f"A query has at most {MAX_QUERY} bytes.")
    try:
        parse(text)
    except QueryError as error:
        hint = f" {error.hint}" if error.hint else ""
        raise Refused(406, f"{error.summary}. {error.detail}{hint}".strip()) from error
    return text


def source_of(lake: Lake, collection: str | None, content_type: int) -> Source:
    """Where a selection takes its frames from.

    Raises:
        Refused: there is no such collection, or we do not offer such objects.
    """
    if collection:
        if collection not in {uid for uid, _ in lake.collections()}:
            raise Refused(406, f"There is no collection with the id {collection[:64]}.")
        return CollectionSource(id=collection)
    items = ITEMS.get(content_type)
    if items is None:
        raise Refused(406, f"Objects of type {content_type} are not kept here.")
    return LakeSource(items=items)


def plain(value: Any) -> Any:
    """A number without a fraction that says nothing, as JSON from a browser may have one."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
