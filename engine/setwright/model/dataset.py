"""What a spec asks for, once everything in it is resolved: names, defaults and spellings are settled.

Two specs that mean the same give equal values, so equality, differences and digests are of meaning. The unions are
tagged by `kind`, which is what stands on disk.
"""

from __future__ import annotations

from datetime import date  # noqa: TC003 - pydantic reads the annotations when it encodes a configuration
from typing import Literal, TypeAlias

from setwright.model.splits import SplitWish
from setwright.model.values import dataclass

ItemType: TypeAlias = Literal["image", "image_collection", "dataset"]
AnnotationState: TypeAlias = Literal["raw", "human", "machine"]
Versioning: TypeAlias = Literal["auto", "always", "in_place"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionSource:
    """The frames of one collection, by its name or by the id that the remote gave it: exactly one of the two.

    Raises:
        ValueError: neither or both are given.
    """

    kind: Literal["collection"] = "collection"
    name: str | None = None
    id: str | None = None

    def __post_init__(self) -> None:
        if (self.name is None) == (self.id is None):
            raise ValueError("a collection is named by its name or by its id, and by one of them")


@dataclass(frozen=True, slots=True, kw_only=True)
class LakeSource:
    """All frames of the lake; the query and the filter speak of items of the type `items`.

    A collection or a dataset is selected if one of its frames passes both, and then comes in whole. Of a dataset that
    is its newest version, and what the query asks of datasets it asks of that one alone.
    """

    kind: Literal["datalake"] = "datalake"
    items: ItemType = "image"


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetsSource:
    """The frames of the current versions of other datasets of the project, by address, sorted."""

    kind: Literal["datasets"] = "datasets"
    addresses: tuple[str, ...]


Source: TypeAlias = CollectionSource | LakeSource | DatasetsSource


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which frames may enter at all. Empty or None: no restriction.

    `annotation_types`: frames whose annotations are of any of these states, sorted. The dates are days of
    upload in UTC, both inclusive.
    """

    annotation_types: tuple[AnnotationState, ...] = ()
    from_date: date | None = None
    to_date: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HumanOverMachine:
    """Annotations of the operations `take`, those of model runs only on frames that no person has annotated.

    None stands for all operations. A person has annotated a frame if any annotation project among them has an
    annotation there, whatever its label.

    Raises:
        ValueError: there are less than two operations, so that none could be preferred.
    """

    take: tuple[str, ...] | None = None
    prefer: Literal["human"] = "human"

    def __post_init__(self) -> None:
        if self.take is not None and len(self.take) < 2:
            raise ValueError("one of less than two operations cannot be preferred")


Operations: TypeAlias = tuple[str, ...] | HumanOverMachine | None
"""Whose annotations are wanted: of these annotation projects and model runs, sorted; None stands for all of them."""


def taken(operations: Operations) -> tuple[str, ...] | None:
    """The operations that are named, preferred or not; None for all."""
    return operations.take if isinstance(operations, HumanOverMachine) else operations


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelClass:
    """One class of the dataset: its name there, and the lake's labels that make it, sorted."""

    name: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Augmentation:
    """One property of one augmentation type, in LayerNext's words, for example `FLIP_IMAGE`, `FLIP_HORIZONTAL`.

    A flag that is set has no range; a range is `(low, high)` in the property's own unit (`augment.vocabulary`).
    """

    type: str
    property: str
    range: tuple[float, float] | None = None


MIN_SIZE = 2.0
"""An object that an augmentation cuts is lost if a side is shorter, in pixels, unless a spec says otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AugmentationWish:
    """Which varied copies of the train frames to make, sorted by type and property.

    `copies` per frame and property, of the share `fraction` (0 to 1) of the frames. Objects of which less than
    `min_visibility` (0 to 1, by area) stays in the picture are dropped, and so are cut ones of which a side is shorter
    than `min_size` pixels.
    """

    recipes: tuple[Augmentation, ...] = ()
    copies: int = 1
    fraction: float = 1.0
    min_visibility: float = 0.1
    min_size: float = MIN_SIZE
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetConfig:
    """A dataset as its spec asks for it.

    `labels` are in the order of their class ids. `operations` say whose annotations go in, the empty tuple that
    none do. `exports` are exact names, sorted. `background` says what becomes of frames without an annotation of a
    chosen label.
    """

    name: str
    source: Source
    labels: tuple[LabelClass, ...]
    query: str = ""
    filter: Filter = Filter()
    operations: Operations = None
    background: Literal["keep", "drop"] = "keep"
    split: SplitWish = SplitWish()
    augmentations: AugmentationWish = AugmentationWish()
    exports: tuple[str, ...] = ()
    versioning: Versioning = "auto"
    description: str = ""
    owners: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    protect: bool = False

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the classes, in the order of their ids."""
        return tuple(label.name for label in self.labels)


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What is asked of a remote: which frames, and which annotations with them.

    `labels` are the lake's labels whose annotations are wanted; `group_by` the metadata field whose value comes
    with each frame, `split_field` that which tells the split that it came with; `apart_from` the dataset that is not
    selected where items are datasets, as a dataset that was a source of itself would never lose a frame.
    """

    source: Source
    query: str
    filter: Filter
    operations: Operations
    labels: tuple[str, ...]
    group_by: str | None = None
    split_field: str | None = None
    apart_from: str | None = None

    @classmethod
    def of(cls, config: DatasetConfig) -> Selection:
        """The selection that `config` asks for."""
        return cls(
            source=config.source,
            query=config.query,
            filter=config.filter,
            operations=config.operations,
            labels=tuple(sorted({source for label in config.labels for source in label.sources})),
            group_by=config.split.group_by,
            split_field=None if config.split.official is None else config.split.official.field,
            apart_from=config.name if config.source == LakeSource(items="dataset") else None,
        )
