"""The plan as a document: the public form, from which every view is rendered (`schemas/plan.schema.json`).

It has the shape of Terraform's where that has one: `actions` is an array, `complete`, `applyable`, `errored`, `checks`.
A reader ignores keys that it does not know; a new minor number of the format adds keys, a new major one changes what
a key means.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal, TypeAlias

from setwright.model.values import dataclass
from setwright.plan.bounds import Bounds

FORMAT_VERSION: Final = "1.1"

Action: TypeAlias = Literal["create", "new-version", "update", "adopt", "forget", "delete", "no-op"]
SplitName: TypeAlias = Literal["train", "validation", "test"]

PICTURE_DATA: Final = r"^data:image/(jpeg|webp|png);base64,[A-Za-z0-9+/]+={0,2}$"
"""What a picture in the document looks like. It is written into pages, so it can be nothing else."""

Count: TypeAlias = Annotated[int, Bounds(ge=0)]
Some: TypeAlias = Annotated[int, Bounds(ge=1)]
"""So many, at least one; also the number of a line, and of a column."""
Percent: TypeAlias = Annotated[float, Bounds(ge=0, le=100)]
Actions: TypeAlias = Annotated[tuple[Action, ...], Bounds(min_length=1)]
PictureData: TypeAlias = Annotated[str, Bounds(pattern=PICTURE_DATA)]
Seal: TypeAlias = Annotated[str, Bounds(pattern=r"^(seal-1:[0-9a-f]{64})?$")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a spec says something."""

    file: str
    """From the project's folder."""
    line: Some
    column: Some = 1
    """In characters, from 1."""
    end_line: Some | None = None
    end_column: Some | None = None
    """The end is exclusive, and unknown where it is absent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigField:
    """One field of the resolved configuration that changes."""

    path: str
    """Dotted, as in `split.train`."""
    before: Any
    after: Any
    place: Place | None = None
    """Where the spec says so, absent for a field that took its default."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameLine:
    """One frame that changes. A split is absent where the frame is not in the version, or where it is not known."""

    name: str
    """The lake-wide unique name."""
    collection: str
    file_name: str
    before: SplitName | None = None
    after: SplitName | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameList:
    """Frames to which the same happens: all counted, some or all listed, sorted by name."""

    count: Count
    listed: tuple[FrameLine, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameSample:
    """Frames by lake-wide unique name, sorted: all counted, some or all listed."""

    count: Count
    listed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameCause:
    """So many frames enter and leave because of one thing."""

    cause: str
    """A field of the spec; `lake`, `datasets`: what it selects from changed; `joint`: several, none by itself."""
    entering: Count
    leaving: Count
    place: Place | None = None
    """Where the spec writes the field."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameChanges:
    """What happens to the frames. A frame may be moving, repainted and relabelled at once."""

    before: Count
    after: Count
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
    dropped: Count = 0
    """Frames that are selected, and left out because they are background; 0 too where no frame was looked at again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitChange:
    """One split, in frames."""

    split: SplitName
    target: Percent
    """Percent of the frames, as the spec asks."""
    quota: Count
    """Frames after, as the percentages make them by largest remainder."""
    before: Count
    after: Count
    background: Count
    """Frames after, without any annotation."""
    official: bool = False
    """Whether frames are in the splits that they came with. Then there is no other quota than what these make, and
    `target` is the share of that, unless the spec divides those that came with none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmet:
    """Wishes that pull against each other, so that the splits are not all as asked."""

    why: tuple[Literal["kept", "grow", "together", "official"], ...] = ()
    """What makes sizes differ from the quotas, none where they do not: frames that are `kept` in the splits that they
    had, new frames that go only to the splits of `grow`, frames that stay `together`. `official`, with
    `apart`: frames that belong together are in the different splits that they came with."""
    apart: Count
    """Groups of frames that belong together and are in several splits, as they were before or came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leak:
    """Something that is in several splits at once, so that a model is measured on what it was trained on."""

    kind: Literal["exact", "near", "group"]
    """The same picture, pictures that are nearly the same, or frames of one group."""
    divided: Some
    """So many pictures, clusters of pictures, or groups."""
    frames: FrameSample
    """All frames of these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelCount:
    """Annotations of one class in one split."""

    split: SplitName
    before: Count
    after: Count


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelChange:
    """One class, in annotations. A class that goes has no id after, one that comes none before."""

    label: str
    id_before: int | None = None
    id_after: int | None = None
    splits: tuple[LabelCount, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LossLine:
    """What a format cannot hold."""

    what: str
    count: Some
    """Annotations that lose it, those of varied copies included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportChange:
    """One export of the version."""

    export: str
    action: Literal["add", "rebuild", "remove", "keep"]
    losses: tuple[LossLine, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PropertyCopies:
    """The varied copies that one augmentation makes."""

    augmentation: str
    """As specs call it: `rotate`, `flip.horizontal`."""
    copies: Some


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyChanges:
    """What happens to the varied copies of the train frames."""

    before: Count
    after: Count
    entering: Count = 0
    leaving: Count = 0
    pictures_to_make: Count | None = None
    """Pictures that apply would make; absent where that is not known."""
    pictures_there: Count | None = None
    """Those of the copies that were made before, for this dataset or another."""
    clipped: Count = 0
    """Objects of the copies that an edge cuts."""
    dropped: Count = 0
    """Objects of which too little is left in a copy."""
    background: Count = 0
    """Copies that lose all of their objects and are left out, as the spec leaves background out."""
    augmentations: tuple[PropertyCopies, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ByteChanges:
    """Stored pictures in bytes, a picture counted for each frame that shows it."""

    before: Count
    after: Count


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelFlip:
    """So many annotations of one class are of another now."""

    before: str
    after: str
    count: Some


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnotationChanges:
    """What happens to the annotations; `before + entering - leaving + added - removed` is `after`.

    In frames that stay they are matched by overlap: an annotation that moved, or got another label, is neither added
    nor removed.
    """

    before: Count
    after: Count
    entering: Count
    """With frames that enter."""
    leaving: Count
    """With frames that leave."""
    added: Count
    """To frames that stay; so are the others below."""
    removed: Count
    relabelled: Count
    """Another label, moved or not."""
    moved: Count
    """Another place or shape, with the same label."""
    retouched: Count
    """Another confidence, operation or attribute alone."""
    flips: tuple[LabelFlip, ...] = ()
    """Which labels became which, the most frequent first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PinUpgrade:
    """What the dataset would become beside what is planned, if its pin were moved; in frames."""

    revision: Count
    """That the pin would be moved to."""
    entering: Count
    leaving: Count
    moving: Count
    repainted: Count
    relabelled: Count
    severity: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PinLine:
    """What the lock file holds a spec to."""

    revision: int | None = None
    """Of the lake; absent where it cannot be asked about the past."""
    frames: Count
    selection: str
    membership: str
    outdated: bool = False
    """The spec selects otherwise than it did when it was locked, so only the revision holds it."""
    broken: bool = False
    """The lake gives other frames than those that were locked; apply refuses."""
    upgrade: PinUpgrade | None = None
    """Absent where the lake has nothing else for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionChange:
    """The version's number and content. `before` is absent for a new dataset."""

    before: str | None = None
    after: str
    """`unnumbered` where the remote numbers its versions itself."""
    id_before: str | None = None
    manifest_before: str | None = None
    manifest_after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """One annotation as it is drawn: a rectangle's two corners, or the points of another shape."""

    label: str
    shape: Literal["rectangle", "polygon", "line", "points", "mask"]
    """A mask is drawn as the rectangle around it."""
    points: tuple[tuple[float, float], ...]
    """In pixels of the picture that is shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A frame that changes, small, with its annotations."""

    name: str
    """The lake-wide unique name."""
    happens: Literal["entering", "leaving", "relabelled"]
    split: SplitName
    """After the change, or before it where the frame leaves."""
    width: Some
    height: Some
    """Of what is shown, in pixels."""
    data: PictureData
    """The picture, as a `data:` URI; nothing is fetched to show it."""
    outlines: tuple[Outline, ...] = ()
    """The annotations after the change, or before it where the frame leaves."""
    outlines_before: tuple[Outline, ...] = ()
    """Of a relabelled frame, the annotations before."""
    outlines_left_out: Count = 0
    """So many annotations more are not drawn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetChange:
    """What happens to one dataset. The parts on its content are absent where only the state changes."""

    address: str
    name: str
    """At the remote."""
    previous_address: str | None = None
    """The address that the dataset had before, where it moves."""
    previous_name: str | None = None
    """What it was called at the remote, where it is renamed; its versions stay."""
    actions: Actions
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
    """Absent where the new content is divided as asked, and where the content stays."""
    leakage: tuple[Leak, ...] = ()
    """Between the splits of the planned content, the kinds that there are."""
    labels: tuple[LabelChange, ...] = ()
    exports: tuple[ExportChange, ...] = ()
    dependents: tuple[str, ...] = ()
    """Addresses of datasets that are made of this one, and follow it: those that stay as they are do not."""
    bytes: ByteChanges | None = None
    copies: CopyChanges | None = None
    """Absent where there are none, before and after."""
    pictures: tuple[Picture, ...] = ()
    """Some of the frames that enter, leave or are relabelled, where pictures were asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
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
    entering: Count = 0
    leaving: Count = 0
    """Frames that the same selection gives now and did not give then, and the other way round."""
    relabelled: Count = 0
    repainted: Count = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """The plan, counted: datasets, then frames of all of them."""

    add: Count
    change: Count
    destroy: Count
    adopt: Count
    forget: Count
    unchanged: Count
    entering: Count
    leaving: Count
    moving: Count
    relabelled: Count
    calls: Count | None = None
    """Calls by which apply changes datasets at the remote: one for each that it makes, updates or deletes, none for one
    of which only the state is told. Absent where the steps are not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PinLeftOut:
    """The revision to which a dataset is pinned, and what is made of it with it."""

    address: str
    revision: Count


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanDocument:
    """What `setwright apply` would do, complete: nothing is looked up again when it is applied."""

    format_version: Literal["1.1"]
    setwright_version: str
    project: str
    environment: str | None = None
    """The environment that was laid over the project."""
    remote: str
    """Where the datasets are; holds no credentials."""
    revision: Count
    """Of the lake that was read; a pinned spec selects at its pin's."""
    lineage: str
    """Of the state that the plan was made from."""
    serial: Count
    digest: str
    """Of what would be done: equal for plans that do the same, whenever and in whatever order they were made."""
    complete: bool
    """Whether nothing would be left to plan once this is applied."""
    left_out: tuple[str, ...] = ()
    """Addresses of the project that were not to be planned for, sorted; the plan is then not complete."""
    pins_left_out: tuple[PinLeftOut, ...] = ()
    """Of datasets that were not planned for and others are made of, sorted by address."""
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
    seal: Seal = ""
    """Of all else that stands here, in its canonical spelling, so that no number can be changed unnoticed. Empty before
    the document is written."""

    @property
    def denied(self) -> bool:
        """Whether a check forbids it."""
        return any(check.status == "fail" for check in self.checks)


def plain(value: Any) -> Any:
    """The document, or anything that stands in it, as plain JSON values."""
    kind: Any = type(value)
    if kind in _PLAIN:
        return value
    if kind is tuple or kind is list:
        return [plain(each) for each in value]
    if kind is dict:
        return {key: plain(each) for key, each in value.items()}
    return {name: plain(getattr(value, name)) for name in kind.__slots__}


_PLAIN: Final = frozenset({str, int, float, bool, type(None)})


def plan_schema() -> dict[str, Any]:
    """The JSON Schema of the document, draft 2020-12."""
    from pydantic import TypeAdapter

    from setwright.model.attribute_docs import described

    schema = described(TypeAdapter(PlanDocument).json_schema(mode="serialization"), PlanDocument)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **{key: schema[key] for key in sorted(schema, key=lambda key: (key == "$defs", key))},
    }
