"""The plan as a document: the public form, from which every view is rendered (`schemas/plan.schema.json`).

It has the shape of Terraform's where that has one: `actions` is an array, `complete`, `applyable`, `errored`, `checks`.
A reader ignores keys that it does not know; a new minor number of the format adds keys, a new major one changes what
a key means.
"""

from __future__ import annotations

from typing import Any, Final, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

FORMAT_VERSION: Final = "1.0"

Action: TypeAlias = Literal["create", "new-version", "update", "adopt", "forget", "no-op"]
SplitName: TypeAlias = Literal["train", "validation", "test"]


class Part(BaseModel):
    """What all parts of the document share: they are values, and say in the schema what they are."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)


class Place(Part):
    """Where a spec says something."""

    file: str
    """From the project's folder."""
    line: int = Field(ge=1)


class ConfigField(Part):
    """One field of the resolved configuration that changes."""

    path: str
    """Dotted, as in `split.train`."""
    before: Any
    after: Any
    place: Place | None = None
    """Where the spec says so, absent for a field that took its default."""


class FrameLine(Part):
    """One frame that changes. A split is absent where the frame is not in the version."""

    name: str
    """The lake-wide unique name."""
    collection: str
    file_name: str
    before: SplitName | None = None
    after: SplitName | None = None


class FrameList(Part):
    """Frames to which the same happens: all counted, some or all listed, sorted by name."""

    count: int = Field(ge=0)
    listed: tuple[FrameLine, ...] = ()


class FrameSample(Part):
    """Frames by lake-wide unique name, sorted: all counted, some or all listed."""

    count: int = Field(ge=0)
    listed: tuple[str, ...] = ()


class FrameCause(Part):
    """So many frames enter and leave because of one thing."""

    cause: str
    """A field of the spec; `lake`: what it selects from changed; `joint`: several fields, none by itself."""
    entering: int = Field(ge=0)
    leaving: int = Field(ge=0)
    place: Place | None = None
    """Where the spec writes the field."""


class FrameChanges(Part):
    """What happens to the frames. A frame may be moving, repainted and relabelled at once."""

    before: int = Field(ge=0)
    after: int = Field(ge=0)
    entering: FrameList
    leaving: FrameList
    moving: FrameList
    """To another split."""
    repainted: FrameList
    """The picture is another one, under the same name."""
    relabelled: FrameList
    """The annotations are others."""
    causes: tuple[FrameCause, ...] = ()
    """Why frames enter and leave; together they are all of them, or none is known."""


class SplitChange(Part):
    """One split, in frames."""

    split: SplitName
    target: float = Field(ge=0, le=100)
    """Percent of the frames, as the spec asks."""
    before: int = Field(ge=0)
    after: int = Field(ge=0)
    background: int = Field(ge=0)
    """Frames after, without any annotation."""


class LabelCount(Part):
    """Annotations of one class in one split."""

    split: SplitName
    before: int = Field(ge=0)
    after: int = Field(ge=0)


class LabelChange(Part):
    """One class, in annotations. A class that goes has no id after, one that comes none before."""

    label: str
    id_before: int | None = None
    id_after: int | None = None
    splits: tuple[LabelCount, ...]


class LossLine(Part):
    """What a format cannot hold."""

    what: str
    count: int = Field(ge=1)
    """Annotations that lose it."""


class ExportChange(Part):
    """One export of the version."""

    export: str
    action: Literal["add", "rebuild", "remove", "keep"]
    losses: tuple[LossLine, ...] = ()


class ByteChanges(Part):
    """Stored pictures in bytes, a picture counted for each frame that shows it."""

    before: int = Field(ge=0)
    after: int = Field(ge=0)


class VersionChange(Part):
    """The version's number and content. `before` is absent for a new dataset."""

    before: str | None = None
    after: str
    id_before: str | None = None
    manifest_before: str | None = None
    manifest_after: str


class DatasetChange(Part):
    """What happens to one dataset. The parts on its content are absent where only the state changes."""

    address: str
    name: str
    """At the remote."""
    actions: tuple[Action, ...] = Field(min_length=1)
    reasons: tuple[str, ...] = ()
    """Why; they explain and steer nothing. More may come."""
    place: Place | None = None
    severity: str | None = None
    """What the change means for those who train on the dataset; absent for a new one."""
    config: dict[str, Any] | None = None
    """The resolved configuration that is asked for; absent where no spec asks for anything."""
    config_digest: str | None = None
    version: VersionChange | None = None
    fields: tuple[ConfigField, ...] = ()
    frames: FrameChanges | None = None
    splits: tuple[SplitChange, ...] = ()
    labels: tuple[LabelChange, ...] = ()
    exports: tuple[ExportChange, ...] = ()
    bytes: ByteChanges | None = None


class Check(Part):
    """An assertion on the planned data, and whether it holds."""

    address: str
    check: str
    """Its kind, as a spec writes it: `fewest_frames`. More may come."""
    code: str
    """Of the finding that it would be: `setwright explain CODE` tells more."""
    level: Literal["error", "warning"]
    """What it is where it does not hold: an error forbids the plan."""
    status: Literal["pass", "warn", "fail", "unknown"]
    """`warn` and `fail` do not hold, by their level; `unknown` could not be evaluated beside this remote."""
    message: str
    """What was looked at and found, in whole sentences."""
    frames: FrameSample
    """The frames that break it; none where no single frame does."""
    place: Place | None = None
    """Where the spec, or the project, asks for it."""


class Summary(Part):
    """The plan, counted: datasets, then frames of all of them."""

    add: int = Field(ge=0)
    change: int = Field(ge=0)
    destroy: int = Field(ge=0)
    adopt: int = Field(ge=0)
    forget: int = Field(ge=0)
    unchanged: int = Field(ge=0)
    entering: int = Field(ge=0)
    leaving: int = Field(ge=0)
    moving: int = Field(ge=0)
    relabelled: int = Field(ge=0)


class PlanDocument(Part):
    """What `setwright apply` would do, complete: nothing is looked up again when it is applied."""

    format_version: Literal["1.0"]
    setwright_version: str
    project: str
    remote: str
    """Where the datasets are; holds no credentials."""
    revision: int = Field(ge=0)
    """Of the lake that was read."""
    lineage: str
    """Of the state that the plan was made from."""
    serial: int = Field(ge=0)
    digest: str
    """Of what would be done: equal for plans that do the same, whenever and in whatever order they were made."""
    complete: bool
    """Whether nothing would be left to plan once this is applied."""
    applyable: bool
    """Whether there is anything to apply, and no check forbids it."""
    errored: bool
    """Whether planning failed; the plan is then not complete."""
    changes: tuple[DatasetChange, ...]
    """One a dataset, sorted by address; those that stay as they are too."""
    checks: tuple[Check, ...] = ()
    """Sorted by address; of one dataset the errors first."""
    summary: Summary


def plan_schema() -> dict[str, Any]:
    """The JSON Schema of the document, draft 2020-12."""
    schema = PlanDocument.model_json_schema(mode="serialization")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **{key: schema[key] for key in sorted(schema, key=lambda key: (key == "$defs", key))},
    }
