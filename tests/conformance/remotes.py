"""What every remote keeps to. A remote's test is a class derived from `RemoteConformance` with one fixture."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from setwright.augment.recipes import recipe_digests
from setwright.formats.protocol import PictureFile
from setwright.model.dataset import (
    Augmentation,
    AugmentationWish,
    CollectionSource,
    DatasetConfig,
    Filter,
    HumanOverMachine,
    LabelClass,
    LakeSource,
    Selection,
)
from setwright.model.errors import LockHeldError, QueryError, RemoteError, StalePlanError
from setwright.model.splits import SplitWish
from setwright.model.statistics import count
from setwright.model.versions import (
    FIRST_VERSION,
    Amendment,
    ChangeSeverity,
    Deletion,
    Publication,
    Version,
    VersionNumber,
)
from setwright.plan.content import desired_content
from setwright.state.document import never_applied

if TYPE_CHECKING:
    from collections.abc import Callable

    from setwright.model.frames import Membership
    from setwright.remotes.protocol import Remote

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
CELLS = DatasetConfig(
    name="Cells",
    source=CollectionSource(name="cells"),
    labels=(LabelClass(name="WBC", sources=("WBC",)), LabelClass(name="RBC", sources=("RBC",))),
    exports=("RAW",),
)


@dataclass(frozen=True, slots=True)
class Filled:
    """A remote, and how to put frames into its lake: collection, then labels by file name.

    `put` puts what people say, by the operation "project"; `run` what a model says, by the operation "model".
    """

    remote: Remote
    put: Callable[[str, dict[str, list[str]]], None]
    run: Callable[[str, dict[str, list[str]]], None]


VARIED = replace(
    CELLS,
    name="Varied cells",
    split=SplitWish(train=100, validation=0, test=0),
    augmentations=AugmentationWish(
        recipes=(
            Augmentation(type="FLIP_IMAGE", property="FLIP_HORIZONTAL"),
            Augmentation(type="HUE", property="HUE_DEGREES", range=(-20, 20)),
        ),
        copies=2,
    ),
)


class RemoteConformance:
    """The suite. The fixture `filled` of a derived class gives an empty remote of its kind."""

    @pytest.fixture
    def filled(self) -> Filled:
        raise NotImplementedError("a remote's test gives its own")

    @pytest.fixture
    def remote(self, filled: Filled) -> Remote:
        """A remote with three frames of cells and one of something else."""
        filled.put("cells", {"a.png": ["WBC", "RBC"], "b.png": ["RBC"], "c.png": []})
        filled.put("signs", {"s.png": ["stop"]})
        return filled.remote

    def needs(self, capability: bool, otherwise: str) -> None:
        """Pass over a test of what the remote says that it cannot do: `otherwise` it does what the rest asks."""
        if not capability:
            pytest.skip(f"this remote {otherwise}")

    def members(self, remote: Remote, config: DatasetConfig = CELLS) -> Membership:
        return remote.membership(Selection.of(config), remote.revision())

    def publish(self, remote: Remote, config: DatasetConfig, key: str) -> Version:
        """The first version of the dataset that `config` asks for."""
        return remote.publish(
            replace(
                self.publication(remote, key, None),
                config=config,
                manifest=desired_content(config, self.members(remote, config), None),
            )
        )

    def published(self, remote: Remote, key: str = "k1", parent: str | None = None) -> Version:
        return remote.publish(self.publication(remote, key, parent))

    def publication(self, remote: Remote, key: str, parent: str | None) -> Publication:
        return Publication(
            key=key,
            config=CELLS,
            parent=parent,
            number=FIRST_VERSION if parent is None else FIRST_VERSION.after(ChangeSeverity.ADDITIVE),
            severity=ChangeSeverity.ADDITIVE,
            manifest=desired_content(CELLS, self.members(remote), None),
            revision=remote.revision(),
            author="test",
            at=NOON,
        )

    def test_a_membership_holds_the_frames_of_the_source_sorted_by_name(self, remote: Remote) -> None:
        frames = self.members(remote).frames
        assert frames.file_name.tolist() == ["a.png", "b.png", "c.png"]
        assert frames.name.tolist() == sorted(frames.name.tolist())
        assert set(frames.collection.tolist()) == {"cells"}

    def test_the_query_decides_which_frames_and_the_labels_which_annotations(self, remote: Remote) -> None:
        only_red = replace(
            CELLS, query="annotation.label=WBC", labels=(LabelClass(name="red", sources=("RBC",)),)
        )
        members = self.members(remote, only_red)
        assert members.frames.file_name.tolist() == ["a.png"]
        self.needs(remote.capabilities.tells_content, "tells nothing of frames but their names")
        assert [members.annotations.labels[label] for label in members.annotations.label.tolist()] == ["RBC"]

    def test_the_whole_lake_can_be_the_source(self, remote: Remote) -> None:
        assert len(self.members(remote, replace(CELLS, source=LakeSource())).frames) == 4

    def test_a_collection_of_which_a_frame_is_selected_comes_in_whole(self, remote: Remote) -> None:
        collections = LakeSource(items="image_collection")
        with_white = replace(CELLS, source=collections, query="annotation.label=WBC")
        assert self.members(remote, with_white).frames.file_name.tolist() == ["a.png", "b.png", "c.png"]
        raw = replace(CELLS, source=collections, filter=Filter(annotation_types=("raw",)))
        assert self.members(remote, raw).frames.file_name.tolist() == ["a.png", "b.png", "c.png"]
        assert not len(self.members(remote, replace(with_white, query="annotation.label=none")).frames)

    def test_a_dataset_of_which_a_frame_is_selected_comes_in_whole_but_never_into_itself(
        self, filled: Filled
    ) -> None:
        remote = filled.remote
        filled.put("cells", {"a.png": ["WBC"], "b.png": ["RBC"], "c.png": []})
        filled.put("signs", {"s.png": ["stop"], "t.png": []})
        signs = replace(CELLS, name="Signs", source=CollectionSource(name="signs"))
        white = replace(CELLS, name="White", query="annotation.label=WBC")
        for key, config in (("k1", CELLS), ("k2", signs), ("k3", white)):
            self.publish(remote, config, key)

        everything = replace(CELLS, name="All", source=LakeSource(items="dataset"))

        def given(query: str, config: DatasetConfig = everything) -> list[str]:
            names: list[str] = self.members(remote, replace(config, query=query)).frames.file_name.tolist()
            return names

        whole = ["a.png", "b.png", "c.png", "s.png", "t.png"]
        assert given("") == whole
        assert given("annotation.label=stop") == ["s.png", "t.png"]
        assert given("annotation.label=RBC") == ["a.png", "b.png", "c.png"]
        assert given("dataset.name=White") == ["a.png"]
        assert given("dataset.name!=Cells") == ["a.png", "s.png", "t.png"]
        assert given("dataset(name=White or name=Signs)") == ["a.png", "s.png", "t.png"]
        assert given("", replace(everything, filter=Filter(annotation_types=("raw",)))) == whole
        assert given("annotation.label=none") == []
        assert given("", replace(everything, name="Cells")) == ["a.png", "s.png", "t.png"]

    def test_frames_are_filtered_by_the_state_of_their_annotations(self, remote: Remote) -> None:
        raw = replace(CELLS, filter=Filter(annotation_types=("raw",)))
        assert self.members(remote, raw).frames.file_name.tolist() == ["c.png"]

    def test_no_operations_means_no_annotations_and_all_the_frames(self, remote: Remote) -> None:
        members = self.members(remote, replace(CELLS, operations=()))
        assert (len(members.frames), len(members.annotations)) == (3, 0)

    def said(self, remote: Remote, config: DatasetConfig) -> set[tuple[str, str, str]]:
        """The annotations as file name, operation and label."""
        members = self.members(remote, config)
        annotations = members.annotations
        return {
            (
                str(members.frames.file_name[frame]),
                annotations.operations[operation],
                annotations.labels[label],
            )
            for frame, operation, label in zip(
                annotations.frame, annotations.operation, annotations.label, strict=True
            )
        }

    def test_where_people_annotated_a_model_may_be_left_out(self, filled: Filled) -> None:
        self.needs(filled.remote.capabilities.tells_content, "tells nothing of frames but their names")
        filled.put(
            "cells", {"both.png": ["WBC"], "other.png": ["stop"], "free.png": [], "people.png": ["RBC"]}
        )
        filled.run("cells", {"both.png": ["RBC"], "other.png": ["RBC"], "free.png": ["RBC"]})
        people = {("both.png", "project", "WBC"), ("people.png", "project", "RBC")}
        free = ("free.png", "model", "RBC")
        behind = {("both.png", "model", "RBC"), ("other.png", "model", "RBC")}
        preferring = replace(CELLS, operations=HumanOverMachine())
        assert self.said(filled.remote, CELLS) == {*people, free, *behind}
        assert self.said(filled.remote, preferring) == {*people, free}
        named = replace(CELLS, operations=HumanOverMachine(take=("model", "project")))
        assert self.said(filled.remote, named) == {*people, free}
        assert len(self.members(filled.remote, preferring).frames) == 4

    def test_only_people_who_are_taken_come_before_a_model(self, filled: Filled) -> None:
        self.needs(filled.remote.capabilities.tells_content, "tells nothing of frames but their names")
        filled.put("cells", {"both.png": ["WBC"]})
        filled.run("cells", {"both.png": ["RBC"]})
        others = replace(CELLS, operations=HumanOverMachine(take=("another project", "model")))
        assert self.said(filled.remote, others) == {("both.png", "model", "RBC")}

    def test_frames_may_be_filtered_by_who_annotated_them(self, filled: Filled) -> None:
        filled.put("cells", {"both.png": ["WBC"], "people.png": ["RBC"], "free.png": []})
        filled.run("cells", {"both.png": ["RBC"], "free.png": ["RBC"]})
        for state, expected in (
            ("human", ["both.png", "people.png"]),
            ("machine", ["both.png", "free.png"]),
            ("raw", []),
        ):
            asked = replace(CELLS, filter=Filter(annotation_types=(state,)))  # type: ignore[arg-type]
            assert self.members(filled.remote, asked).frames.file_name.tolist() == expected

    def test_a_query_asks_for_the_frames_of_a_dataset_as_they_were_at_the_revision(
        self, remote: Remote, filled: Filled
    ) -> None:
        self.needs(remote.capabilities.pins_revisions, "keeps no revisions")
        asked = {
            query: Selection.of(replace(CELLS, source=LakeSource(), query=query))
            for query in (
                f"dataset.name={CELLS.name}",
                f"dataset.name!={CELLS.name}",
                f"dataset(name={CELLS.name} and version=1.0.0)",
                f"dataset(name={CELLS.name} and version=1.1.0)",
            )
        }

        def given(revision: int) -> list[int]:
            return [len(remote.membership(selection, revision).frames) for selection in asked.values()]

        before = remote.revision()
        assert given(before) == [0, 4, 0, 0]
        first = self.published(remote)
        then = remote.revision()
        assert given(then) == [3, 1, 3, 0]
        filled.put("cells", {"new.png": ["RBC"]})
        assert given(remote.revision()) == [3, 2, 3, 0]
        self.published(remote, "k2", first.id)
        assert given(remote.revision()) == [4, 1, 3, 4]
        assert (given(before), given(then)) == ([0, 4, 0, 0], [3, 1, 3, 0])

    def test_what_a_revision_gave_it_gives_for_ever(self, filled: Filled) -> None:
        self.needs(filled.remote.capabilities.pins_revisions, "keeps no revisions")
        filled.put("cells", {"a.png": ["WBC"]})
        revision = filled.remote.revision()
        filled.put("cells", {"a.png": ["RBC"], "b.png": ["RBC"]})
        then = filled.remote.membership(Selection.of(CELLS), revision)
        assert then.frames.file_name.tolist() == ["a.png"]
        assert [then.annotations.labels[label] for label in then.annotations.label.tolist()] == ["WBC"]
        assert len(self.members(filled.remote).frames) == 2

    def test_an_unknown_collection_is_an_error(self, remote: Remote) -> None:
        with pytest.raises(RemoteError, match="cellz"):
            self.members(remote, replace(CELLS, source=CollectionSource(name="cellz")))

    def test_a_query_that_does_not_parse_is_an_error(self, remote: Remote) -> None:
        with pytest.raises(QueryError):
            self.members(remote, replace(CELLS, query="annotation.label="))

    def test_the_vocabulary_names_what_is_in_use(self, remote: Remote) -> None:
        vocabulary = remote.vocabulary()
        assert vocabulary.collections == ("cells", "signs")
        assert vocabulary.labels == ("RBC", "WBC", "stop")

    def test_a_version_is_read_back_as_it_was_published(self, remote: Remote) -> None:
        publication = self.publication(remote, "k1", None)
        version = remote.publish(publication)
        manifest = remote.manifest(version.id)
        assert manifest.digest == publication.manifest.digest == version.manifest_digest
        assert version.statistics == count(manifest)
        observed = remote.observe(["Cells", "Others"])
        assert list(observed) == ["Cells"]
        assert observed["Cells"].config == CELLS
        assert observed["Cells"].version == version

    def test_publishing_a_key_again_makes_nothing_new(self, remote: Remote) -> None:
        first = self.published(remote)
        assert self.published(remote) == first
        assert remote.versions("Cells") == (first,)
        assert remote.made_by("k1") == first
        assert remote.made_by("k2") is None

    def test_versions_follow_each_other_the_newest_first(self, remote: Remote) -> None:
        first = self.published(remote)
        second = self.published(remote, "k2", first.id)
        assert [version.id for version in remote.versions("Cells")] == [second.id, first.id]
        assert second.parent == first.id

    def test_what_follows_a_version_under_another_name_renames_the_dataset(self, remote: Remote) -> None:
        first = self.published(remote)
        renamed = replace(CELLS, name="Blood")
        following = replace(self.publication(remote, "k2", first.id), config=renamed)
        if not remote.capabilities.renames:
            pytest.skip("this remote cannot rename a dataset")
        second = remote.publish(following)
        assert remote.publish(following) == second
        assert remote.observe(["Cells"]) == {}
        assert remote.observe(["Blood"])["Blood"].config == renamed
        assert [version.id for version in remote.versions("Blood")] == [second.id, first.id]
        again = self.published(remote, "k3")
        assert remote.observe(["Cells"])["Cells"].id != remote.observe(["Blood"])["Blood"].id
        # The name is taken, so nobody else gets it.
        with pytest.raises(StalePlanError):
            remote.publish(replace(self.publication(remote, "k4", again.id), config=renamed))

    def test_an_amendment_with_another_name_renames_the_dataset(self, remote: Remote) -> None:
        if not remote.capabilities.renames:
            pytest.skip("this remote cannot rename a dataset")
        first = self.published(remote)
        before = remote.observe(["Cells"])["Cells"]
        amended = remote.amend(
            Amendment(
                key="k2",
                config=replace(CELLS, name="Blood"),
                version=first.id,
                number=first.number,
                severity=ChangeSeverity.METADATA,
                author="test",
                at=NOON,
            )
        )
        after = remote.observe(["Cells", "Blood"])
        assert list(after) == ["Blood"]
        assert (after["Blood"].id, after["Blood"].version) == (before.id, amended)
        assert remote.versions("Cells") == ()
        assert list(remote.export(first.id, "RAW"))

    def test_a_deleted_dataset_frees_its_name_and_its_versions_can_still_be_read(
        self, remote: Remote
    ) -> None:
        if not remote.capabilities.deletes:
            pytest.skip("this remote deletes nothing")
        first = self.published(remote)
        deletion = Deletion(key="k2", name="Cells", version=first.id, author="test", at=NOON)
        before = remote.observe(["Cells"])["Cells"].id
        remote.delete(deletion)
        remote.delete(deletion)
        assert remote.observe(["Cells"]) == {}
        assert remote.versions("Cells") == ()
        assert "Cells" not in (remote.vocabulary().datasets or ())
        assert remote.manifest(first.id).digest == first.manifest_digest
        second = self.published(remote, "k3")
        assert remote.versions("Cells") == (second,)
        assert remote.observe(["Cells"])["Cells"].id != before
        remote.delete(deletion)  # a late repetition takes nothing from the new one
        assert remote.versions("Cells") == (second,)

    def test_a_dataset_that_moved_on_or_is_protected_is_not_deleted(self, remote: Remote) -> None:
        if not remote.capabilities.deletes:
            pytest.skip("this remote deletes nothing")
        first = self.published(remote)
        second = remote.publish(
            replace(self.publication(remote, "k2", first.id), config=replace(CELLS, protect=True))
        )
        old, new = (
            Deletion(key=f"k{version}", name="Cells", version=version, author="test", at=NOON)
            for version in (first.id, second.id)
        )
        with pytest.raises(StalePlanError):
            remote.delete(old)
        with pytest.raises(RemoteError, match="protected"):
            remote.delete(new)
        with pytest.raises(StalePlanError):
            remote.delete(replace(new, name="Nobody"))
        assert remote.versions("Cells")[0] == second

    def test_a_version_whose_parent_is_no_longer_current_is_refused(self, remote: Remote) -> None:
        first = self.published(remote)
        self.published(remote, "k2", first.id)
        with pytest.raises(StalePlanError):
            self.published(remote, "k3", first.id)
        with pytest.raises(StalePlanError):
            self.published(remote, "k4", None)
        assert len(remote.versions("Cells")) == 2

    def test_amending_changes_settings_and_number_and_leaves_the_content(self, remote: Remote) -> None:
        first = self.published(remote)
        amendment = Amendment(
            key="k2",
            config=replace(CELLS, exports=("RAW", "YOLO Darknet")),
            version=first.id,
            number=FIRST_VERSION.after(ChangeSeverity.PACKAGING),
            severity=ChangeSeverity.PACKAGING,
            author="test",
            at=NOON,
        )
        amended = remote.amend(amendment)
        assert remote.amend(amendment) == amended
        assert (amended.id, str(amended.number)) == (first.id, "1.0.1")
        assert amended.manifest_digest == first.manifest_digest
        assert amended.exports == ("RAW", "YOLO Darknet")
        assert remote.observe(["Cells"])["Cells"].config == amendment.config
        assert remote.config(first.id) == amendment.config
        assert remote.made_with(first.id) == CELLS
        assert remote.version(first.id) == amended
        assert remote.version_by_number("Cells", amended.number) == amended
        if remote.capabilities.numbers:  # one that gives its own may not know what it called a version before
            assert remote.version_by_number("Cells", first.number) == amended
        assert remote.version_by_number("Cells", VersionNumber.parse("9.9.9")) is None
        assert remote.version_by_number("Nothing", first.number) is None

    def test_a_state_is_recorded_once_for_each_serial(self, remote: Remote) -> None:
        assert remote.state("party") is None
        first = never_applied("lineage").forget("nothing")
        remote.commit_state("party", first)
        assert remote.state("party") == first
        with pytest.raises(StalePlanError):
            remote.commit_state("party", first)
        with pytest.raises(StalePlanError):
            remote.commit_state("party", replace(first.forget("nothing"), lineage="another"))
        assert remote.state("other project") is None

    def test_a_lock_is_held_by_one_and_names_its_holder(self, remote: Remote) -> None:
        with (
            remote.lease("cells", "ada"),
            pytest.raises(LockHeldError, match="locked"),
            remote.lease("cells", "bob"),
        ):
            pytest.fail("two held one lock")
        with remote.lease("cells", "bob"):
            pass

    def test_the_export_of_a_version_has_the_varied_copies_and_their_pictures(self, remote: Remote) -> None:
        self.needs(remote.capabilities.tells_content, "tells nothing of frames but their names")
        if not remote.capabilities.augments:
            pytest.skip("this remote makes no varied copies")
        content = desired_content(VARIED, self.members(remote), None)
        recipes = [recipe.decode() for recipe in recipe_digests(content.copies, content.frames).tolist()]
        assert len(recipes) == 3 * 3
        assert not remote.made(recipes)
        version = remote.publish(
            replace(self.publication(remote, "k1", None), config=VARIED, manifest=content)
        )
        assert version.statistics.copies == 9
        assert version.manifest_digest == remote.manifest(version.id).digest == content.digest
        assert set(remote.made(recipes)) == set(recipes)
        entries = [entry for entry in remote.export(version.id, "RAW") if isinstance(entry, PictureFile)]
        assert len(entries) == 3 + 9
        for entry in entries:
            with remote.picture(entry.digest) as picture:
                content_of_it = picture.read()
            assert hashlib.sha256(content_of_it).hexdigest() == entry.digest
            assert len(content_of_it) == entry.size

    def test_the_pictures_of_an_export_are_those_of_the_manifest(self, remote: Remote) -> None:
        self.needs(remote.capabilities.tells_content, "tells nothing of frames but their names")
        version = self.published(remote)
        paths = [entry.path for entry in remote.export(version.id, "RAW")]
        assert paths == sorted(paths)
        for digest in remote.manifest(version.id).frames.digest.tolist():
            with remote.picture(digest.decode()) as picture:
                assert hashlib.sha256(picture.read()).hexdigest() == digest.decode()
