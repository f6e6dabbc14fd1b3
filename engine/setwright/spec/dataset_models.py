"""A spec, as people write it: types, bounds, explanations and examples of every field of a dataset.

The JSON Schemas and the reference in the documentation are made of these models. A model says what shape a value has;
what values mean together is the business of `decode`. Every field may be left out here, so that a spec with one
mistake can still be checked for others; `REQUIRED` names those that may not.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import ConfigDict, Field

from setwright.model.dataset import AnnotationState, ItemType, Versioning  # noqa: TC001 - pydantic reads them
from setwright.spec.augmentation_schema import Augmentations  # noqa: TC001 - pydantic reads it
from setwright.spec.check_models import ChecksFile  # noqa: TC001 - pydantic reads it
from setwright.spec.file_types import (
    Address,
    Day,
    ExportName,
    GroupField,
    Prose,
    Text,
)
from setwright.spec.part import BY_SHAPE, LIST, MAPPING, TEXT, Part

MAX_SEED = 2**53 - 1
"""The largest seed: what JSON can carry without loss."""


class CollectionById(Part):
    """A collection by the id that the remote gave it."""

    REQUIRED = ("id",)
    id: Text | None = Field(
        None, description="The collection's id at the remote.", examples=["64e4f0c2a1b2c3d4e5f60718"]
    )


class SourceFile(Part):
    """Where the frames come from: exactly one of the three."""

    collection: (
        Annotated[
            Annotated[Text, TEXT] | Annotated[CollectionById, MAPPING],
            BY_SHAPE,
        ]
        | None
    ) = Field(
        None,
        description="One collection of the lake, by its name, or by its id as in `{id: 64e4f0c2a1b2c3d4e5f60718}`.",
        examples=["party-photos", {"id": "64e4f0c2a1b2c3d4e5f60718"}],
    )
    datalake: ItemType | None = Field(
        None,
        description=(
            "The whole lake. The query and the filter speak of single images, of image collections, or of datasets, "
            "and all images of those that they select come in."
        ),
        examples=["image"],
    )
    datasets: list[Address] | None = Field(
        None,
        description=(
            "Other datasets of this project, by address: the frames of their current versions. "
            "They are made before this one."
        ),
        examples=[["balloons", "kites"]],
        min_length=1,
        json_schema_extra={"uniqueItems": True},
    )


class FilterFile(Part):
    """Which frames may enter at all; the query selects among them."""

    annotation_types: list[AnnotationState] | None = Field(
        None,
        description=(
            "Only frames whose annotations are of any of these kinds: `raw` has none, `human` was annotated or checked "
            "by people, `machine` by a model. Left out or empty: no restriction."
        ),
        examples=[["human"], ["human", "machine"]],
        json_schema_extra={"uniqueItems": True},
    )
    from_date: Day | None = Field(
        None,
        description="Only frames uploaded on this day or later. Days are those of UTC.",
        examples=["2024-01-01"],
    )
    to_date: Day | None = Field(
        None,
        description="Only frames uploaded on this day or earlier, this day included. Days are those of UTC.",
        examples=["2024-12-31"],
    )


Percent: TypeAlias = Annotated[float, Field(ge=0, le=100)]


Values: TypeAlias = Annotated[list[Text], Field(json_schema_extra={"uniqueItems": True})]


class OfficialFile(Part):
    """The splits that frames came with; a split of which no values are named has the usual ones."""

    REQUIRED = ("field",)
    field: GroupField | None = Field(
        None,
        description=(
            "The metadata field that tells the split. Ingest makes `metadata.source_split` of folders and lists."
        ),
        examples=["metadata.source_split"],
    )
    train: Values | None = Field(
        None,
        description="The values that stand for train; case does not matter. Default: train, training.",
        examples=[["fold-1", "fold-2"]],
    )
    validation: Values | None = Field(
        None,
        description="The values that stand for validation. Default: dev, val, valid, validation.",
        examples=[["fold-3"]],
    )
    test: Values | None = Field(
        None, description="The values that stand for test. Default: test, testing.", examples=[["holdout"]]
    )
    others: Literal["refuse", "divide", "train", "validation", "test"] | None = Field(
        None,
        description=(
            "What becomes of frames with another value or none: `refuse` (the default) makes no plan and says which, "
            "`divide` divides them by the percentages, and a split's name has them all go there."
        ),
        examples=["train"],
    )


class SplitFile(Part):
    """How the frames are divided, in percent; a part left out gets none, if another is given."""

    train: Percent | None = Field(None, description="Percent of the frames to train on.", examples=[70])
    validation: Percent | None = Field(
        None, description="Percent of the frames to choose between models by.", examples=[20]
    )
    test: Percent | None = Field(
        None, description="Percent of the frames to measure the chosen model by.", examples=[10]
    )
    seed: Annotated[int, Field(ge=0, le=MAX_SEED)] | None = Field(
        None, description="Varies the draw; the same seed always draws alike. Default: 0.", examples=[7]
    )
    group_by: GroupField | None = Field(
        None,
        description=(
            "A metadata field; frames with an equal value of it stay together, so that one video, place or patient "
            "is never in two parts."
        ),
        examples=["metadata.patient"],
    )
    stratify: bool | None = Field(
        None,
        description="Whether every part gets a like share of each label. Default: false.",
        examples=[True],
    )
    resplit: bool | None = Field(
        None,
        description=(
            "Whether frames that were divided in an earlier version may change sides. Default: false, so a test "
            "frame stays a test frame."
        ),
        examples=[True],
    )
    grow: (
        Annotated[
            list[Literal["train", "validation", "test"]],
            Field(min_length=1, json_schema_extra={"uniqueItems": True}),
        ]
        | None
    ) = Field(
        None,
        description=(
            "The splits that new frames go to, once there is a version. Default: all; without `test`, results stay "
            "comparable while frames come."
        ),
        examples=[["train", "validation"]],
    )
    official: Annotated[Annotated[GroupField, TEXT] | Annotated[OfficialFile, MAPPING], BY_SHAPE] | None = (
        Field(
            None,
            description=(
                "The metadata field that tells the split that each frame came with, which it then goes to, in place of "
                "percentages. A mapping says which values stand for which split, and what becomes of other frames."
            ),
            examples=["metadata.source_split", {"field": "metadata.source_split", "others": "train"}],
        )
    )


Labels: TypeAlias = Annotated[
    Annotated[Annotated[list[Text], Field(min_length=1, json_schema_extra={"uniqueItems": True})], LIST]
    | Annotated[
        Annotated[
            dict[
                Text,
                Annotated[
                    Annotated[Text, TEXT]
                    | Annotated[
                        Annotated[list[Text], Field(min_length=1, json_schema_extra={"uniqueItems": True})],
                        LIST,
                    ],
                    BY_SHAPE,
                ],
            ],
            Field(min_length=1),
        ],
        MAPPING,
    ],
    BY_SHAPE,
]
_AllOrNone: TypeAlias = Annotated[Literal["all", "none"], TEXT]
_Named: TypeAlias = Annotated[Annotated[list[Text], Field(json_schema_extra={"uniqueItems": True})], LIST]


class OperationsFile(Part):
    """Whose annotations go in, and whose come first where several annotated one frame."""

    take: Annotated[_AllOrNone | _Named, BY_SHAPE] | None = Field(
        None,
        description="Those of `all` annotation projects and model runs (the default), of `none`, or of those listed.",
        examples=[["Balloon annotation 2024", "yolo-5"], "all"],
    )
    prefer: Literal["human"] | None = Field(
        None,
        description=(
            "`human`: of a frame that people annotated, with whatever label, annotations by models stay out. "
            "Left out: those of both go in."
        ),
        examples=["human"],
    )


Operations: TypeAlias = Annotated[
    _AllOrNone | _Named | Annotated[OperationsFile, MAPPING],
    BY_SHAPE,
]


class DatasetFields(Part):
    """The fields that a project's `defaults` may hold as well: all but those that are one dataset's own."""

    CALLED = "project's defaults"
    ELSEWHERE = dict.fromkeys(
        ("dataset", "name", "previously"), "it is one dataset's own, so write it in the spec"
    )
    description: Prose | None = Field(
        None,
        description="What the dataset is for, in a sentence or more.",
        examples=["Party balloons, with outlines"],
    )
    owners: list[Text] | None = Field(
        None,
        description="Who answers for the dataset: people, teams, addresses. Their order does not matter.",
        examples=[["vision-team", "ada@example.org"]],
        json_schema_extra={"uniqueItems": True},
    )
    tags: list[Text] | None = Field(
        None,
        description="Words to find the dataset by. Their order does not matter.",
        examples=[["party", "outdoor"]],
        json_schema_extra={"uniqueItems": True},
    )
    source: SourceFile | None = Field(
        None,
        description="Where the frames come from: one collection, the whole lake, or other datasets.",
        examples=[{"collection": "party-photos"}, {"datalake": "image"}, {"datasets": ["balloons"]}],
    )
    query: str | None = Field(
        None,
        description="Which of those frames, in LayerNext's query language. Left out or empty: all.",
        examples=["annotation.label=Balloon", "annotation.label=Balloon and not metadata.Tags=blurred"],
        max_length=8192,
    )
    filter: FilterFile | None = Field(
        None,
        description="Which frames may enter at all: by the kind of their annotations, and by the day of upload.",
        examples=[{"annotation_types": ["human"], "from_date": "2024-01-01"}],
    )
    operations: Operations | None = Field(
        None,
        description=(
            "Whose annotations go in: those of `all` annotation projects and model runs (the default), of `none`, "
            "or of those listed. A mapping prefers people's to models'."
        ),
        examples=["all", "none", ["Balloon annotation 2024"], {"take": "all", "prefer": "human"}],
    )
    labels: Labels | None = Field(
        None,
        description=(
            "The classes, in the order of their ids. A mapping names the lake's labels that make each class, "
            "to rename or to merge them."
        ),
        examples=[["Balloon", "Kite"], {"Balloon": ["balloon", "baloon"], "Kite": "kite"}],
    )
    background: Literal["keep", "drop"] | None = Field(
        None,
        description=(
            "Whether frames without any annotation of a chosen label stay in (`keep`, the default), as pictures of "
            "nothing."
        ),
        examples=["drop"],
    )
    split: SplitFile | None = Field(
        None,
        description="How the frames are divided, in percent, exactly 100 together. Default: 80, 10 and 10.",
        examples=[{"train": 70, "validation": 20, "test": 10}],
    )
    exports: list[ExportName] | None = Field(
        None,
        description="The file layouts to make, by their exact names or their short ones. Their order does not matter.",
        examples=[["RAW", "YOLO Darknet"], ["yolo-darknet", "coco"]],
        json_schema_extra={"uniqueItems": True},
    )
    augmentations: Augmentations | None = Field(
        None,
        description="Varied copies of the train frames: in the words below, or as LayerNext's JSON pasted as it is.",
        examples=[{"flip": {"horizontal": True}, "rotate": [-10, 30]}],
    )
    versioning: Versioning | None = Field(
        None,
        description=(
            "When a change makes a new version: `auto` when content changes (the default), `always`, or `in_place`, "
            "which never does."
        ),
        examples=["always"],
    )
    checks: ChecksFile | None = Field(
        None,
        description="What must hold of the planned data. A check that does not hold forbids the plan.",
        examples=[{"fewest_frames": {"test": 100}, "no_leakage": True, "warn": {"largest_share": 60}}],
    )
    protect: bool | None = Field(
        None,
        description="Whether the dataset must not be deleted, not even when its spec is gone. Default: false.",
        examples=[True],
    )


class DatasetFile(DatasetFields):
    """A dataset as code: which frames, which labels, how divided, in which layouts."""

    model_config = ConfigDict(title="setwright dataset spec")
    CALLED = "spec"
    ELSEWHERE = dict.fromkeys(
        ("remote", "specs", "state", "variables", "environments", "defaults"),
        "it holds for the whole project, so write it in setwright.yaml",
    )
    REQUIRED = ("dataset", "source", "labels")
    FIRST = ("dataset", "name")
    dataset: Address | None = Field(
        None,
        description=(
            "The dataset's address in this project: lower-case letters, digits, `.`, `_` and `-`. "
            "It stays the same as long as the dataset does."
        ),
        examples=["balloons"],
    )
    name: Text | None = Field(
        None,
        description="The dataset's name at the remote. Default: its address.",
        examples=["Balloons Dataset"],
    )
    previously: Address | None = Field(
        None,
        description="The address the dataset had before, so that it is renamed and not made anew.",
        examples=["baloons"],
    )
