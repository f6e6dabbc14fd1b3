"""`checks` as people write them: assertions on the planned data.

What stands directly under `checks` forbids a plan that breaks it; what stands under `warn` is only shown.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from setwright.spec.file_types import (
    PlainScalar,
    Size,
    Text,
)
from setwright.spec.part import (
    BY_SHAPE_OR_NUMBER,
    LIST,
    LIST_OR_NOT,
    MAPPING,
    NUMBER,
    SCALAR,
    TEXT,
    Part,
)

MAX_COUNT = 10**15
"""More frames, annotations or bytes than any dataset has."""
MAX_PERCENT = 10**6
"""Of a small version, many times as many frames may enter."""

Count: TypeAlias = Annotated[int, Field(ge=0, le=MAX_COUNT)]
Needed: TypeAlias = Annotated[int, Field(ge=1, le=MAX_COUNT)]
Share: TypeAlias = Annotated[float, Field(ge=0, le=100)]


PerClass: TypeAlias = Annotated[
    Annotated[Needed, NUMBER] | Annotated[Annotated[dict[Text, Needed], Field(min_length=1)], MAPPING],
    BY_SHAPE_OR_NUMBER,
]


class FrameCountsFile(Part):
    """Frames by part of the dataset."""

    total: Needed | None = Field(None, description="In the whole dataset.", examples=[1000])
    train: Needed | None = Field(None, description="In the train split.", examples=[700])
    validation: Needed | None = Field(None, description="In the validation split.", examples=[200])
    test: Needed | None = Field(None, description="In the test split.", examples=[100])


class AnnotationCountsFile(Part):
    """Annotations by part of the dataset: of each class, or of the classes named."""

    total: PerClass | None = Field(
        None, description="In the whole dataset.", examples=[100, {"Balloon": 500, "Kite": 50}]
    )
    train: PerClass | None = Field(None, description="In the train split.", examples=[80])
    validation: PerClass | None = Field(None, description="In the validation split.", examples=[10])
    test: PerClass | None = Field(None, description="In the test split.", examples=[{"Kite": 20}])


class ChurnFile(Part):
    """A limit in frames, in percent of the version before, or both."""

    frames: Count | None = Field(None, description="At most so many frames.", examples=[500])
    percent: Annotated[float, Field(ge=0, le=MAX_PERCENT)] | None = Field(
        None, description="At most this share of the frames of the version before.", examples=[5]
    )


class ForbiddenFile(Part):
    """Frames that must not be in any version."""

    frames: list[Text] | None = Field(
        None,
        description="Names of frames as plans show them, or of files, then in every collection; or SHA-256 digests of "
        "pictures, as stored or as ingested; what `sha256sum` prints is taken too.",
        examples=[["party-photos_guest.jpg"]],
        json_schema_extra={"uniqueItems": True},
    )
    files: list[Text] | None = Field(
        None,
        description="Files of the project that list them, one a line; blank lines and lines with `#` at their start "
        "are skipped.",
        examples=[["privacy/erased.txt"]],
        json_schema_extra={"uniqueItems": True},
    )


Allowed: TypeAlias = Annotated[
    Annotated[PlainScalar, SCALAR]
    | Annotated[Annotated[list[PlainScalar], Field(json_schema_extra={"uniqueItems": True})], LIST],
    LIST_OR_NOT,
]


class CheckFields(Part):
    """Assertions on the planned data."""

    fewest_frames: (
        Annotated[Annotated[Needed, NUMBER] | Annotated[FrameCountsFile, MAPPING], BY_SHAPE_OR_NUMBER] | None
    ) = Field(
        None,
        description="At least so many frames: a number for the whole dataset, or numbers by split.",
        examples=[1000, {"total": 1000, "test": 100}],
    )
    fewest_annotations: (
        Annotated[Annotated[Needed, NUMBER] | Annotated[AnnotationCountsFile, MAPPING], BY_SHAPE_OR_NUMBER]
        | None
    ) = Field(
        None,
        description=(
            "At least so many annotations: a number for each class of the whole dataset, or by split, and there for "
            "each class or for those named."
        ),
        examples=[100, {"total": {"Balloon": 500}, "test": 20}],
    )
    largest_share: Share | None = Field(
        None, description="No class makes more than this share of all annotations, in percent.", examples=[60]
    )
    most_bytes: Annotated[Annotated[Count, NUMBER] | Annotated[Size, TEXT], BY_SHAPE_OR_NUMBER] | None = (
        Field(
            None,
            description=(
                "At most so many bytes of pictures, a picture counted for each frame that shows it. `kB`, `MB`, `GB`, "
                "`TB` are powers of 1000, `KiB` and so on of 1024."
            ),
            examples=["10 GB", 500000],
        )
    )
    no_leakage: bool | None = Field(
        None,
        description=(
            "No picture, none that is nearly the same, and no value of the field of `split.group_by` is in two splits."
        ),
        examples=[True],
    )
    most_entering: (
        Annotated[Annotated[Count, NUMBER] | Annotated[ChurnFile, MAPPING], BY_SHAPE_OR_NUMBER] | None
    ) = Field(
        None,
        description="At most so many frames enter with one version, in frames or in percent of the version before.",
        examples=[500, {"percent": 20}],
    )
    most_leaving: (
        Annotated[Annotated[Count, NUMBER] | Annotated[ChurnFile, MAPPING], BY_SHAPE_OR_NUMBER] | None
    ) = Field(
        None,
        description="At most so many frames leave with one version, in frames or in percent of the version before.",
        examples=[0, {"frames": 100, "percent": 5}],
    )
    frozen_splits: list[Literal["train", "validation", "test"]] | None = Field(
        None,
        description=(
            "Splits whose frames stay just as they are: none enters, leaves, moves, or gets another picture or other "
            "annotations."
        ),
        examples=[["test"]],
        json_schema_extra={"uniqueItems": True},
    )
    fixed_class_ids: bool | None = Field(
        None,
        description="Every class keeps its id; new ones come last.",
        examples=[True],
    )
    required_tags: list[Text] | None = Field(
        None,
        description="Tags that every frame carries.",
        examples=[["consented"]],
        json_schema_extra={"uniqueItems": True},
    )
    required_metadata: (
        Annotated[
            Annotated[
                Annotated[list[Text], Field(min_length=1, json_schema_extra={"uniqueItems": True})], LIST
            ]
            | Annotated[Annotated[dict[Text, Allowed], Field(min_length=1)], MAPPING],
            BY_SHAPE_OR_NUMBER,
        ]
        | None
    ) = Field(
        None,
        description=(
            "Metadata that every frame has: fields that have any value, or a mapping of fields to the values allowed, "
            "an empty list for any."
        ),
        examples=[["licence"], {"licence": ["cc-by", "cc0"], "consent": True}],
    )
    forbidden: (
        Annotated[
            Annotated[Annotated[list[Text], Field(json_schema_extra={"uniqueItems": True})], LIST]
            | Annotated[ForbiddenFile, MAPPING],
            BY_SHAPE_OR_NUMBER,
        ]
        | None
    ) = Field(
        None,
        description="Frames that must not be in any version, by name or by digest, written here or in files.",
        examples=[["party-photos_guest.jpg"], {"files": ["privacy/erased.txt"]}],
    )


class ChecksFile(CheckFields):
    """Assertions on the planned data: one that does not hold forbids the plan, or is shown where it is under `warn`."""

    warn: CheckFields | None = Field(
        None,
        description="Checks of the same kinds that are only shown where they do not hold.",
        examples=[{"fewest_frames": 5000}],
    )
