"""The shapes of the lake's own API, for both sides: its documents, and where each call is.

Frames travel as columns (`model.membership_file`, `model.manifest_file`), never as one document a frame. Names of
datasets, projects and locks stand in queries and bodies, where any text fits, and not in paths.
"""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - pydantic reads the annotations
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, Self

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    TypeAdapter,
    WrapValidator,
)

from setwright.model.dataset import DatasetConfig, Selection
from setwright.model.documents import to_document
from setwright.model.statistics import Statistics  # noqa: TC001 - the same
from setwright.model.versions import (
    Amendment,
    ChangeSeverity,
    Deletion,
    ObservedDataset,
    Publication,
    Version,
    VersionNumber,
)
from setwright.model.vocabulary import Vocabulary
from setwright.remotes.protocol import Capabilities

if TYPE_CHECKING:
    from setwright.model.manifest import Manifest

ROOT: Final = "/lake/v1"
"""Below it lie all calls of this version of the API."""

VERSION: Final = 1
COLUMNS: Final = "application/vnd.setwright.columns"
PARCELS: Final = "application/vnd.setwright.parcels"
PROBLEM: Final = "application/problem+json"

MOST_NAMES: Final = 1000
"""Names, pictures or memberships that one request may ask for."""

MOST_RECIPES: Final = 10_000
MOST_MEMBERSHIPS: Final = 64

NO_ZERO: Final = r"^[^\x00]*$"
_DIGEST: Final = r"^[0-9a-f]{64}$"

Name = Annotated[str, Field(min_length=1, max_length=512, pattern=NO_ZERO, examples=["Balloons"])]
VersionId = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[0-9A-Za-z_-]+$")]
Text = Annotated[str, Field(max_length=512, pattern=NO_ZERO)]
Key = Annotated[str, Field(min_length=1, max_length=128, pattern=r"^[0-9A-Za-z_.:-]+$", examples=["k-1"])]
Id = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[0-9A-Za-z_-]+$")]
Token = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
Digest = Annotated[str, Field(pattern=_DIGEST)]
RevisionNumber = Annotated[int, Field(strict=True, ge=0, le=2**53)]
Number = Annotated[str, Field(pattern=r"^\d{1,9}\.\d{1,9}\.\d{1,9}$", examples=["1.2.0"])]


def _exact(value: Any, handler: Any) -> Any:
    """Nothing that was said is passed over or taken for something else: who is newer than us may mean it otherwise."""
    made = handler(value)
    if isinstance(value, dict):
        kind: Any = type(made)
        _require_exact(value, TypeAdapter(kind).dump_python(made, mode="json"), "")
    return made


def _require_exact(said: Any, understood: Any, path: str) -> None:
    if isinstance(said, dict) and isinstance(understood, dict):
        for name, value in said.items():
            if name not in understood:
                raise ValueError(f"there is no {path}{name} that this server knows")
            _require_exact(value, understood[name], f"{path}{name}.")
    elif isinstance(said, list) and isinstance(understood, list) and len(said) == len(understood):
        for one, other in zip(said, understood, strict=True):
            _require_exact(one, other, path)
    elif said != understood or isinstance(said, bool) != isinstance(understood, bool):
        raise ValueError(f"{path.removesuffix('.')} is spelled otherwise than it should be")


# Sent as documents are kept: without fields that came later and are as they always were, so an older server knows all.
Config = Annotated[DatasetConfig, WrapValidator(_exact), PlainSerializer(to_document)]
Selected = Annotated[Selection, WrapValidator(_exact), PlainSerializer(to_document)]


class _Said(BaseModel):
    """What a client sends: nothing that is not known."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class _Told(BaseModel):
    """What the server sends; a client passes over what it does not know."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)


class CapabilitiesDocument(_Told):
    """What the lake can do."""

    exports: tuple[str, ...]
    augments: bool
    reads_config: bool
    reads_membership: bool
    pins_revisions: bool
    renames: bool
    deletes: bool


class About(_Told):
    """The server and its lake: `api` is the version of this API, `lease_life` in seconds."""

    api: int
    server: str
    lake: str
    revision: int
    lease_life: float
    capabilities: CapabilitiesDocument

    def as_capabilities(self) -> Capabilities:
        return Capabilities(**self.capabilities.model_dump(exclude={"exports"}))


class RevisionDocument(_Told):
    """A revision, and the newest one up to it that touched frames."""

    revision: int
    frames_revision: int


class VocabularyDocument(_Told):
    """The names in use, each sorted."""

    collections: tuple[str, ...] | None
    labels: tuple[str, ...] | None
    operations: tuple[str, ...] | None
    datasets: tuple[str, ...] | None
    versions: dict[str, tuple[str, ...]] | None

    @classmethod
    def of(cls, vocabulary: Vocabulary) -> VocabularyDocument:
        return cls(
            collections=vocabulary.collections,
            labels=vocabulary.labels,
            operations=vocabulary.operations,
            datasets=vocabulary.datasets,
            versions=None if vocabulary.versions is None else dict(vocabulary.versions),
        )

    def as_vocabulary(self) -> Vocabulary:
        return Vocabulary(
            collections=self.collections,
            labels=self.labels,
            operations=self.operations,
            datasets=self.datasets,
            versions=self.versions,
        )


class VersionDocument(_Told):
    """One version of a dataset."""

    id: str
    dataset: str
    number: str
    parent: str | None
    revision: int
    manifest_digest: str
    exports: tuple[str, ...]
    statistics: Statistics
    created_at: datetime
    author: str

    @classmethod
    def of(cls, version: Version) -> VersionDocument:
        return cls(
            id=version.id,
            dataset=version.dataset,
            number=str(version.number),
            parent=version.parent,
            revision=version.revision,
            manifest_digest=version.manifest_digest,
            exports=version.exports,
            statistics=version.statistics,
            created_at=version.created_at,
            author=version.author,
        )

    def as_version(self) -> Version:
        return Version(
            id=self.id,
            dataset=self.dataset,
            number=VersionNumber.parse(self.number),
            parent=self.parent,
            revision=self.revision,
            manifest_digest=self.manifest_digest,
            exports=self.exports,
            statistics=self.statistics,
            created_at=self.created_at,
            author=self.author,
        )


class VersionsDocument(_Told):
    """All versions of a dataset, the newest first."""

    versions: tuple[VersionDocument, ...]


class ObservedDocument(_Told):
    """A dataset as it is now."""

    id: str
    name: str
    config: DatasetConfig | None
    version: VersionDocument

    @classmethod
    def of(cls, observed: ObservedDataset) -> ObservedDocument:
        return cls(
            id=observed.id,
            name=observed.name,
            config=observed.config,
            version=VersionDocument.of(observed.version),
        )

    def as_observed(self) -> ObservedDataset:
        return ObservedDataset(
            id=self.id, name=self.name, config=self.config, version=self.version.as_version()
        )


class ObservedDocuments(_Told):
    """Those of the datasets that exist."""

    datasets: tuple[ObservedDocument, ...]


class ConfigDocument(_Told):
    """A dataset's configuration."""

    config: DatasetConfig


class Names(_Said):
    """Names of datasets."""

    names: Annotated[tuple[Name, ...], Field(max_length=MOST_NAMES)]


class MembershipWish(_Said):
    """One selection at one revision."""

    selection: Selected
    revision: RevisionNumber


class MembershipsWish(_Said):
    """Selections, whose memberships come as parcels, in the same order."""

    asked: Annotated[tuple[MembershipWish, ...], Field(min_length=1, max_length=MOST_MEMBERSHIPS)]


class VersionIds(_Said):
    """Versions, whose contents come as parcels, in the same order."""

    versions: Annotated[tuple[VersionId, ...], Field(min_length=1, max_length=MOST_MEMBERSHIPS)]


class Digests(_Said):
    """Pictures by the SHA-256 of their bytes."""

    digests: Annotated[tuple[Digest, ...], Field(min_length=1, max_length=MOST_NAMES)]


class Recipes(_Said):
    """Recipes of varied copies, by digest."""

    recipes: Annotated[tuple[Digest, ...], Field(max_length=MOST_RECIPES)]


class RecipesDocument(_Told):
    """Those recipes of which the picture is there."""

    recipes: tuple[str, ...]


class StateDocument(_Told):
    """The newest state of a project, null before the first."""

    state: dict[str, Any] | None


class StateWish(_Said):
    """A state to be recorded, as its document."""

    state: dict[str, Any]


class LeaseWish(_Said):
    """A claim to a lock. The same one again renews it. `token` is the holder's own, and secret."""

    name: Name
    holder: Text
    token: Token
    system: Text
    process: Annotated[int, Field(strict=True, ge=0, le=2**31 - 1)]


class LeaseRenewal(_Said):
    """A lock that is held, to be renewed or released."""

    name: Name
    token: Token


class LeaseDocument(_Told):
    """Whether the lock is held by that token now, and for how many seconds if nobody renews it."""

    held: bool
    life: float


class PublicationWish(_Said):
    """A version to be made, with the idempotency key `key`.

    `manifest` is the SHA-256 of the file that was sent before, `manifest_digest` that of its content.
    """

    key: Key
    config: Config
    parent: Id | None
    number: Number
    severity: ChangeSeverity
    manifest: Digest
    manifest_digest: Annotated[str, Field(max_length=128)]
    revision: RevisionNumber
    author: Text
    at: AwareDatetime

    @classmethod
    def of(cls, publication: Publication, manifest: str) -> Self:
        """The wish for `publication`, whose manifest is sent as the file with that SHA-256."""
        return cls(
            key=publication.key,
            config=publication.config,
            parent=publication.parent,
            number=str(publication.number),
            severity=publication.severity,
            manifest=manifest,
            manifest_digest=publication.manifest.digest,
            revision=publication.revision,
            author=publication.author,
            at=publication.at,
        )

    def as_publication(self, manifest: Manifest) -> Publication:
        """What is wished for, of the manifest that was sent."""
        return Publication(
            key=self.key,
            config=self.config,
            parent=self.parent,
            number=VersionNumber.parse(self.number),
            severity=self.severity,
            manifest=manifest,
            revision=self.revision,
            author=self.author,
            at=self.at,
        )


class Problem(_Told):
    """Why a request was not carried out (RFC 9457). `type` names the kind, for programs."""

    type: str
    title: str
    status: int
    detail: str = ""
    hint: str | None = None
    start: int | None = None
    end: int | None = None


class PublicationDocument(_Told):
    """How far a publication is: `done` of `total` units of `task`, and its version once it is made.

    One that `failed` was refused for the reason that `problem` tells, and may be asked for again. `unknown` is one that
    was never asked for, or that the server was stopped at; it may be asked for again, too.
    """

    status: Literal["unknown", "running", "done", "failed"]
    version: VersionDocument | None = None
    problem: Problem | None = None
    task: str = ""
    unit: str = ""
    done: int = 0
    total: int | None = None


class AmendmentWish(_Said):
    """A change of the current version in place."""

    key: Key
    config: Config
    version: Id
    number: Number
    severity: ChangeSeverity
    author: Text
    at: AwareDatetime

    @classmethod
    def of(cls, amendment: Amendment) -> Self:
        """The wish for `amendment`."""
        return cls(
            key=amendment.key,
            config=amendment.config,
            version=amendment.version,
            number=str(amendment.number),
            severity=amendment.severity,
            author=amendment.author,
            at=amendment.at,
        )

    def as_amendment(self) -> Amendment:
        """What is wished for."""
        return Amendment(
            key=self.key,
            config=self.config,
            version=self.version,
            number=VersionNumber.parse(self.number),
            severity=self.severity,
            author=self.author,
            at=self.at,
        )


class DeletionWish(_Said):
    """A dataset that is to go."""

    key: Key
    name: Name
    version: Id
    author: Text
    at: AwareDatetime

    @classmethod
    def of(cls, deletion: Deletion) -> Self:
        """The wish for `deletion`."""
        return cls(
            key=deletion.key,
            name=deletion.name,
            version=deletion.version,
            author=deletion.author,
            at=deletion.at,
        )

    def as_deletion(self) -> Deletion:
        """What is wished for."""
        return Deletion(key=self.key, name=self.name, version=self.version, author=self.author, at=self.at)
