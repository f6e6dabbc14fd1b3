"""The plan as a document: the public form, from which every view is rendered (`schemas/plan.schema.json`).

It has the shape of Terraform's where that has one: `actions` is an array, `complete`, `applyable`, `errored`, `checks`.
A reader ignores keys that it does not know; a new minor number of the format adds keys, a new major one changes what
a key means.
"""

from __future__ import annotations

from typing import Any, Final, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

FORMAT_VERSION: Final = "1.1"

Action: TypeAlias = Literal["create", "new-version", "update", "adopt", "forget", "delete", "no-op"]
SplitName: TypeAlias = Literal["train", "validation", "test"]

PICTURE_DATA: Final = r"^data:image/(jpeg|webp|png);base64,[A-Za-z0-9+/]+={0,2}$"
"""What a picture in the document looks like. It is written into pages, so it can be nothing else."""


class Part(BaseModel):
    """What all parts of the document share: they are values. What stands below their fields goes into the schema."""

    model_config = ConfigDict(frozen=True)


class Place(Part):
    """Where a spec says something."""

    file: str
    """From the project's folder."""
    line: int = Field(ge=1)
    column: int = Field(default=1, ge=1)
    """In characters, from 1."""
    end_line: int | None = Field(default=None, ge=1)
    end_column: int | None = Field(default=None, ge=1)
    """The end is exclusive, and unknown where it is absent."""


class Finding(Part):
    """What is worth knowing of a spec beside its change: the warnings of a plan, or the errors that kept it away."""

    severity: Literal["error", "warning", "note"]
    code: str
    """`setwright explain CODE` tells more."""
    summary: str
    """Always the same words for a code."""
    detail: str
    hint: str | None = None
    place: Place | None = None
    excerpt: str = ""
    """The text of the place's first line."""


class ConfigField(Part):
    """One field of the resolved configuration that changes."""

    path: str
    """Dotted, as in `split.train`."""
    before: Any
    after: Any
    place: Place | None = None
    """Where the spec says so, absent for a field that took its default."""


class FrameLine(Part):
    """One frame that changes. A split is absent where the frame is not in the version, or where it is not known."""

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
    """A field of the spec; `lake`, `datasets`: what it selects from changed; `joint`: several, none by itself."""
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
    quota: int = Field(ge=0)
    """Frames after, as the percentages make them by largest remainder."""
    before: int = Field(ge=0)
    after: int = Field(ge=0)
    background: int = Field(ge=0)
    """Frames after, without any annotation."""
    official: bool = False
    """Whether frames are in the splits that they came with. Then there is no other quota than what these make, and
    `target` is the share of that, unless the spec divides those that came with none."""


class Unmet(Part):
    """Wishes that pull against each other, so that the splits are not all as asked."""

    why: tuple[Literal["kept", "grow", "together", "official"], ...] = ()
    """What makes sizes differ from the quotas, none where they do not: frames that are `kept` in the splits that they
    had, new frames that go only to the splits of `grow`, frames that stay `together`. `official`, with
    `apart`: frames that belong together are in the different splits that they came with."""
    apart: int = Field(ge=0)
    """Groups of frames that belong together and are in several splits, as they were before or came."""


class Leak(Part):
    """Something that is in several splits at once, so that a model is measured on what it was trained on."""

    kind: Literal["exact", "near", "group"]
    """The same picture, pictures that are nearly the same, or frames of one group."""
    divided: int = Field(ge=1)
    """So many pictures, clusters of pictures, or groups."""
    frames: FrameSample
    """All frames of these."""


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
    """Annotations that lose it, those of varied copies included."""


class ExportChange(Part):
    """One export of the version."""

    export: str
    action: Literal["add", "rebuild", "remove", "keep"]
    losses: tuple[LossLine, ...] = ()


class PropertyCopies(Part):
    """The varied copies that one augmentation makes."""

    augmentation: str
    """As specs call it: `rotate`, `flip.horizontal`."""
    copies: int = Field(ge=1)


class CopyChanges(Part):
    """What happens to the varied copies of the train frames."""

    before: int = Field(ge=0)
    after: int = Field(ge=0)
    entering: int = Field(default=0, ge=0)
    leaving: int = Field(default=0, ge=0)
    pictures_to_make: int | None = Field(default=None, ge=0)
    """Pictures that apply would make; absent where that is not known."""
    pictures_there: int | None = Field(default=None, ge=0)
    """Those of the copies that were made before, for this dataset or another."""
    clipped: int = Field(default=0, ge=0)
    """Objects of the copies that an edge cuts."""
    dropped: int = Field(default=0, ge=0)
    """Objects of which too little is left in a copy."""
    augmentations: tuple[PropertyCopies, ...] = ()


class ByteChanges(Part):
    """Stored pictures in bytes, a picture counted for each frame that shows it."""

    before: int = Field(ge=0)
    after: int = Field(ge=0)


class LabelFlip(Part):
    """So many annotations of one class are of another now."""

    before: str
    after: str
    count: int = Field(ge=1)


class AnnotationChanges(Part):
    """What happens to the annotations; `before + entering - leaving + added - removed` is `after`.

    In frames that stay they are matched by overlap: an annotation that moved, or got another label, is neither added
    nor removed.
    """

    before: int = Field(ge=0)
    after: int = Field(ge=0)
    entering: int = Field(ge=0)
    """With frames that enter."""
    leaving: int = Field(ge=0)
    """With frames that leave."""
    added: int = Field(ge=0)
    """To frames that stay; so are the others below."""
    removed: int = Field(ge=0)
    relabelled: int = Field(ge=0)
    """Another label, moved or not."""
    moved: int = Field(ge=0)
    """Another place or shape, with the same label."""
    retouched: int = Field(ge=0)
    """Another confidence, operation or attribute alone."""
    flips: tuple[LabelFlip, ...] = ()
    """Which labels became which, the most frequent first."""


class PinUpgrade(Part):
    """What the dataset would become beside what is planned, if its pin were moved; in frames."""

    revision: int = Field(ge=0)
    """That the pin would be moved to."""
    entering: int = Field(ge=0)
    leaving: int = Field(ge=0)
    moving: int = Field(ge=0)
    repainted: int = Field(ge=0)
    relabelled: int = Field(ge=0)
    severity: str


class PinLine(Part):
    """What the lock file holds a spec to."""

    revision: int | None = None
    """Of the lake; absent where it cannot be asked about the past."""
    frames: int = Field(ge=0)
    selection: str
    membership: str
    outdated: bool = False
    """The spec selects otherwise than it did when it was locked, so only the revision holds it."""
    broken: bool = False
    """The lake gives other frames than those that were locked; apply refuses."""
    upgrade: PinUpgrade | None = None
    """Absent where the lake has nothing else for it."""


class VersionChange(Part):
    """The version's number and content. `before` is absent for a new dataset."""

    before: str | None = None
    after: str
    """`unnumbered` where the remote numbers its versions itself."""
    id_before: str | None = None
    manifest_before: str | None = None
    manifest_after: str


class Outline(Part):
    """One annotation as it is drawn: a rectangle's two corners, or the points of another shape."""

    label: str
    shape: Literal["rectangle", "polygon", "line", "points", "mask"]
    """A mask is drawn as the rectangle around it."""
    points: tuple[tuple[float, float], ...]
    """In pixels of the picture that is shown."""


class Picture(Part):
    """A frame that changes, small, with its annotations."""

    name: str
    """The lake-wide unique name."""
    happens: Literal["entering", "leaving", "relabelled"]
    split: SplitName
    """After the change, or before it where the frame leaves."""
    width: int = Field(ge=1)
    height: int = Field(ge=1)
    """Of what is shown, in pixels."""
    data: str = Field(pattern=PICTURE_DATA)
    """The picture, as a `data:` URI; nothing is fetched to show it."""
    outlines: tuple[Outline, ...] = ()
    """The annotations after the change, or before it where the frame leaves."""
    outlines_before: tuple[Outline, ...] = ()
    """Of a relabelled frame, the annotations before."""
    outlines_left_out: int = Field(default=0, ge=0)
    """So many annotations more are not drawn."""


class DatasetChange(Part):
    """What happens to one dataset. The parts on its content are absent where only the state changes."""

    address: str
    name: str
    """At the remote."""
    previous_address: str | None = None
    """The address that the dataset had before, where it moves."""
    previous_name: str | None = None
    """What it was called at the remote, where it is renamed; its versions stay."""
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
    follows: str | None = None
    """The id of the current version, of a dataset that is deleted: it must still be current then."""
    pin: PinLine | None = None
    """Absent for a spec that follows the lake."""
    fields: tuple[ConfigField, ...] = ()
    content: Literal["all", "frames"] = "all"
    """What is known of the content: all of it, or which frames by their names alone. Then the parts on annotations,
    splits, labels and bytes are absent."""
    frames: FrameChanges | None = None
    annotations: AnnotationChanges | None = None
    splits: tuple[SplitChange, ...] = ()
    unmet: Unmet | None = None
    leakage: tuple[Leak, ...] = ()
    """Between the splits of the planned content, the kinds that there are."""
    """Absent where the new content is divided as asked, and where the content stays."""
    labels: tuple[LabelChange, ...] = ()
    exports: tuple[ExportChange, ...] = ()
    dependents: tuple[str, ...] = ()
    """Addresses of datasets that are made of this one, and follow it."""
    bytes: ByteChanges | None = None
    copies: CopyChanges | None = None
    """Absent where there are none, before and after."""
    pictures: tuple[Picture, ...] = ()
    """Some of the frames that enter, leave or are relabelled, where pictures were asked for."""


class Step(Part):
    """One thing that apply does, in its order."""

    address: str
    step: Literal["publish", "amend", "bind", "forget", "delete"]
    """Make a version; change one in place; let the state know a dataset; let it forget one."""
    name: str
    """The dataset at the remote; its lock is held while the step is taken."""
    version: str | None = None
    """The version's number after the step."""
    follows: str | None = None
    """The id of the version that must still be the current one, absent where there must be none."""
    key: str | None = None
    """Idempotency key: the step is never taken twice. Absent where only the state changes."""


class Drift(Part):
    """What became of a dataset, or of its frames, since this project applied it, and not by it."""

    address: str
    name: str
    """At the remote."""
    drift: Literal["deleted", "version", "configuration", "data"]
    """It is gone; somebody made a version; somebody changed its settings; frames or annotations changed in the lake."""
    version_before: str | None = None
    """As this project applied it."""
    version_after: str | None = None
    author: str | None = None
    """Who made the version that is there now."""
    at: str | None = None
    """When, in UTC."""
    fields: tuple[ConfigField, ...] = ()
    """The settings that are others now."""
    entering: int = Field(default=0, ge=0)
    leaving: int = Field(default=0, ge=0)
    """Frames that the same selection gives now and did not give then, and the other way round."""
    relabelled: int = Field(default=0, ge=0)
    repainted: int = Field(default=0, ge=0)


class Check(Part):
    """An assertion on the planned data, and whether it holds."""

    address: str
    check: str
    """Its kind, as a spec writes it: `fewest_frames`. More may come."""
    code: str
    """Of the finding that it is where it does not hold, or cannot be evaluated; `setwright explain` tells more."""
    summary: str
    """Of that finding: always the same words."""
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
    excerpt: str = ""
    """The first line of that."""


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
    calls: int | None = Field(default=None, ge=0)
    """Calls by which apply changes datasets at the remote: one for each that it makes, updates or deletes, none for one
    of which only the state is told. Absent where the steps are not known."""


class PlanDocument(Part):
    """What `setwright apply` would do, complete: nothing is looked up again when it is applied."""

    format_version: Literal["1.1"]
    setwright_version: str
    project: str
    environment: str | None = None
    """The environment that was laid over the project."""
    remote: str
    """Where the datasets are; holds no credentials."""
    revision: int = Field(ge=0)
    """Of the lake that was read; a pinned spec selects at its pin's."""
    lineage: str
    """Of the state that the plan was made from."""
    serial: int = Field(ge=0)
    digest: str
    """Of what would be done: equal for plans that do the same, whenever and in whatever order they were made."""
    complete: bool
    """Whether nothing would be left to plan once this is applied."""
    left_out: tuple[str, ...] = ()
    """Addresses of the project that were not to be planned for, sorted; the plan is then not complete."""
    applyable: bool
    """Whether there is anything to apply, and no check forbids it."""
    errored: bool
    """Whether planning failed; the plan is then not complete."""
    changes: tuple[DatasetChange, ...]
    """One a dataset, sorted by address; those that stay as they are too."""
    checks: tuple[Check, ...] = ()
    """Those that forbid the plan first, then warnings, what could not be evaluated, and what holds; each by address."""
    findings: tuple[Finding, ...] = ()
    """In reading order."""
    drift: tuple[Drift, ...] = ()
    """Sorted by address, whether or not this plan does anything about it."""
    untold: tuple[str, ...] = ()
    """What this remote does not tell and a plan beside another would say, in whole sentences."""
    steps: tuple[Step, ...] = ()
    """What apply walks, in its order."""
    summary: Summary
    seal: str = Field(default="", pattern=r"^(seal-1:[0-9a-f]{64})?$")
    """Of all else that stands here, in its canonical spelling, so that no number can be changed unnoticed. Empty before
    the document is written."""

    @property
    def denied(self) -> bool:
        """Whether a check forbids it."""
        return any(check.status == "fail" for check in self.checks)


def plan_schema() -> dict[str, Any]:
    """The JSON Schema of the document, draft 2020-12."""
    from setwright.model.attribute_docs import described

    schema = described(PlanDocument.model_json_schema(mode="serialization"), PlanDocument)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **{key: schema[key] for key in sorted(schema, key=lambda key: (key == "$defs", key))},
    }
