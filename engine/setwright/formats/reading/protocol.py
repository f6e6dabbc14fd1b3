"""What a reader is, and what it gives: frames as files tell them."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from setwright.formats.reading.listing import Listing
    from setwright.formats.reading.problems import Problem

Point: TypeAlias = tuple[float, float]
Ring: TypeAlias = tuple[Point, ...]
Edges: TypeAlias = tuple[float, float, float, float]
"""Left, top, right, bottom."""


@dataclass(frozen=True, slots=True)
class Rectangle:
    """A box as the file has it; one whose width or height is negative is told and left out by `fit`."""

    edges: Edges


@dataclass(frozen=True, slots=True)
class Polygon:
    """Rings, parts and holes alternating by the even-odd rule; a ring is not closed by repeating its first point.

    Where they are `together`, as COCO's, none is a hole: what any of them covers is covered.
    """

    rings: tuple[Ring, ...]
    together: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A line through points."""

    points: Ring


@dataclass(frozen=True, slots=True)
class Points:
    """Points, each for itself."""

    points: Ring


@dataclass(frozen=True, slots=True)
class Mask:
    """COCO's uncompressed run lengths, column by column, beginning with what is outside."""

    height: int
    width: int
    counts: tuple[int, ...]


Shape: TypeAlias = Rectangle | Polygon | Line | Points | Mask


_NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})
"""No attributes, no metadata: one object for all who have none, of whom there may be millions."""


def _nothing() -> Mapping[str, Any]:
    return _NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadAnnotation:
    """One annotation as a file tells it. `attributes` and `metadata` are JSON in LayerNext's form."""

    label: str
    shape: Shape
    confidence: float | None = None
    attributes: Mapping[str, Any] = field(default_factory=_nothing)
    metadata: Mapping[str, Any] = field(default_factory=_nothing)

    def __post_init__(self) -> None:
        if not self.attributes:
            object.__setattr__(self, "attributes", _NOTHING)
        if not self.metadata:
            object.__setattr__(self, "metadata", _NOTHING)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadFrame:
    """What a file says of one picture.

    `picture` is a path of the listing; `source` the file that speaks. `annotations` is None where it says nothing
    of annotations, which is not the same as saying that there are none. Coordinates are pixels from the top left
    corner, or fractions of the picture's size where `normalized`. `stated_size` is width and height as the file has
    them. `metadata` holds fields to set, `tags` tags to add. `varied`: the picture is a varied copy of another.
    `name` is what the frame is called where that is not as its file.
    """

    picture: str
    source: str
    annotations: tuple[ReadAnnotation, ...] | None = None
    normalized: bool = False
    stated_size: tuple[int, int] | None = None
    metadata: Mapping[str, Any] = field(default_factory=_nothing)
    tags: tuple[str, ...] = ()
    varied: bool = False
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOptions:
    """What a format leaves open.

    `origin` is the coordinate of the first pixel in VOC files: 0, or 1, in which case the edges on the right and the
    bottom lie within the box, as VOC's own tools have it. `label` is the label of what the files give none.
    `normalized` says that LayerNext's coordinates are fractions of the picture's size.
    """

    origin: int = 0
    label: str | None = None
    normalized: bool = False


class Reader(Protocol):
    """One format. `name` is what one types to ask for it; `title` how it is called in a sentence."""

    @property
    def name(self) -> str: ...

    @property
    def title(self) -> str: ...

    def recognises(self, listing: Listing) -> bool:
        """Whether the files look like this format; only the beginnings of files are read."""

    def read(self, listing: Listing, options: ReadOptions) -> Iterator[ReadFrame | Problem]:
        """What the files say. Pictures that no file speaks of are not mentioned.

        Raises:
            FormatError: the files as a whole cannot be read this way.
        """


@runtime_checkable
class Opening(Protocol):
    """A reader that has to look into files to know which pictures there are."""

    def opened(self, listing: Listing) -> Listing:
        """The files as this format has them, for `read`.

        Raises:
            FormatError: there are none of this format, or what holds them cannot be opened.
            MissingExtraError: what opens them is not installed.
        """


def opened_by(reader: Reader, listing: Listing) -> Listing:
    """The files that `reader` is to read of `listing`.

    Raises:
        FormatError: there are none of its format, or what holds them cannot be opened.
        MissingExtraError: what opens them is not installed.
    """
    return reader.opened(listing) if isinstance(reader, Opening) else listing
