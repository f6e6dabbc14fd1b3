"""From a project and its remote to a plan: everything is read once, nothing is changed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from setwright.formats.writing.registry import find
from setwright.model.dataset import Selection
from setwright.model.diagnostics import Severity, in_reading_order
from setwright.model.errors import FindingsError, StalePlanError
from setwright.model.events import Advanced, Finished, Started, silence
from setwright.plan.causes import variants
from setwright.plan.changes import Amend, Create, Follow
from setwright.plan.content import asks_alike
from setwright.plan.describe import plan_digest
from setwright.plan.document import LossLine
from setwright.plan.plan import Plan, plan
from setwright.plan.preflight import afterthoughts, preflight
from setwright.plan.saved import check_state, configs
from setwright.plan.survey import Survey
from setwright.state.document import never_applied

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from setwright.model.dataset import DatasetConfig
    from setwright.model.diagnostics import Diagnostic
    from setwright.model.events import Listener
    from setwright.model.frames import Membership
    from setwright.model.versions import ObservedDataset
    from setwright.plan.changes import Change
    from setwright.plan.document import PlanDocument
    from setwright.remotes.protocol import RemoteReader
    from setwright.spec.project import Project
    from setwright.state.document import State

_TASK = "Selecting frames"


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Planned:
    """A plan, with what is worth knowing beside it.

    `state` is what it was made from. `findings` are warnings, in reading order. `losses` are, by address and export,
    what its format cannot hold of the content that would be made. `left_out` are the addresses that were not chosen.
    """

    plan: Plan
    state: State
    findings: tuple[Diagnostic, ...]
    losses: Mapping[str, Mapping[str, tuple[LossLine, ...]]]
    left_out: tuple[str, ...] = ()


def make_plan(
    remote: RemoteReader,
    project: Project,
    *,
    lineage: str,
    choose: Callable[[Collection[str]], Collection[str]] | None = None,
    listener: Listener = silence,
) -> Planned:
    """The plan for the specs of `project`. `lineage` is for the state of a project that was never applied.

    `choose` gives the addresses to plan for, None all of them; it is told those that the state knows and no spec has.

    Raises:
        FindingsError: a spec names what the remote does not know, or asks for what it does not offer.
        SetwrightError: the remote cannot be read.
    """
    state = remote.state(project.name) or never_applied(lineage)
    addresses = {spec.address for spec in project.specs}
    gone = state.datasets.keys() - addresses
    within = addresses | gone if choose is None else frozenset(choose(gone))
    specs = [spec for spec in project.specs if spec.address in within]
    found = list(preflight(specs, remote.vocabulary(), augments=remote.capabilities.augments))
    if any(finding.severity is Severity.ERROR for finding in found):
        raise FindingsError(in_reading_order(found))
    desired = {spec.address: spec.config for spec in specs}
    surveyed = survey(remote, state, desired, listener=listener)
    made = plan(desired, surveyed, within=within)
    # A label that no annotation has makes a class without annotations; to say it once is enough.
    said = {finding.source for finding in found}
    found += [each for each in afterthoughts(specs, made.changes) if each.source not in said]
    return Planned(
        plan=made,
        state=state,
        findings=in_reading_order(found),
        losses={change.address: _losses(change, remote) for change in made.changes},
        left_out=tuple(sorted((addresses | gone) - within)),
    )


def replan(remote: RemoteReader, saved: PlanDocument, listener: Listener = silence) -> Planned:
    """The plan that was saved, made again from what it was made from.

    A saved plan says what it asks for, at which revision, and the digest of what it would do. Frames of a revision
    never change, so what is made of them again is the same or the remote has moved on.

    Raises:
        StalePlanError: it would no longer do what it did; nothing was changed.
    """
    newest = remote.state(saved.project)
    check_state(saved, newest)
    state = newest or never_applied(saved.lineage)
    desired = configs(saved)
    surveyed = survey(remote, state, desired, revision=saved.revision, listener=listener)
    made = plan(desired, surveyed, within={change.address for change in saved.changes})
    if plan_digest(made) != saved.digest:
        raise StalePlanError(
            "The saved plan is stale",
            "Made again from the same revision it would do something else, so datasets were changed since. Nothing "
            "was changed.",
            "plan again, and look at what is different",
        )
    return Planned(plan=made, state=state, findings=(), losses={}, left_out=saved.left_out)


def survey(
    remote: RemoteReader,
    state: State,
    desired: Mapping[str, DatasetConfig],
    *,
    revision: int | None = None,
    listener: Listener = silence,
) -> Survey:
    """What is found at the remote for the configurations `desired`, by address: now, with the frames of `revision`.

    `state` is the newest of the project. None stands for the newest revision. Frames are asked for only where they can
    differ from those of the current version.
    """
    # The revision first: what is published meanwhile is then newer than the frames, never older.
    newest = remote.revision()
    if revision is None:
        revision = newest
    elif revision > newest:
        raise StalePlanError(
            "The plan was made on another lake",
            f"It is of revision {revision:,}, and the newest at {remote.location} is {newest:,}.",
            "plan again",
        )
    frames_revision = remote.frames_revision(revision)
    observed = remote.observe([config.name for config in desired.values()])
    moved = [address for address, config in desired.items() if _may_differ(config, observed, frames_revision)]
    listener(Started(_TASK, len(moved), "specs"))
    memberships, contents = {}, {}
    for address in moved:
        memberships[address] = remote.membership(Selection.of(desired[address]), revision)
        listener(Advanced(_TASK))
    for address, config in desired.items():
        found = observed.get(config.name)
        always = config.versioning == "always"
        if found is not None and (address in memberships or (always and found.config != config)):
            contents[found.version.id] = remote.manifest(found.version.id)
    frames = sum(len(membership.frames) for membership in memberships.values())
    listener(Finished(_TASK, f"{frames:,} frames at revision {revision:,}"))
    return Survey(
        location=remote.location,
        revision=revision,
        frames_revision=frames_revision,
        state=state,
        observed=observed,
        contents=contents,
        memberships=memberships,
        unmoved=frozenset(desired.keys() - memberships.keys()),
        answers={
            address: _answers(remote, desired[address], observed, frames_revision, revision)
            for address in memberships
        },
    )


def _answers(
    remote: RemoteReader,
    config: DatasetConfig,
    observed: Mapping[str, ObservedDataset],
    frames_revision: int,
    revision: int,
) -> dict[str, Membership]:
    """The memberships that tell apart why frames enter and leave, by cause."""
    found = observed.get(config.name)
    if found is None or found.config is None or not remote.capabilities.pins_revisions:
        return {}
    asked = variants(found.config, config, lake_moved=found.version.revision < frames_revision)
    if len(asked) < 2:
        return {}
    return {
        variant.cause: remote.membership(
            _frames_only(variant.config), revision if variant.now else found.version.revision
        )
        for variant in asked
    }


def _frames_only(config: DatasetConfig) -> Selection:
    """The selection of `config`, without the annotations where they do not decide which frames stay."""
    selection = Selection.of(config)
    return selection if config.background == "drop" else replace(selection, labels=())


def _may_differ(config: DatasetConfig, observed: Mapping[str, ObservedDataset], frames_revision: int) -> bool:
    """Whether the content that `config` asks for may be another than that of the current version."""
    found = observed.get(config.name)
    return (
        found is None
        or found.config is None
        or found.version.revision < frames_revision
        or not asks_alike(config, found.config)
    )


def _losses(change: Change, remote: RemoteReader) -> dict[str, tuple[LossLine, ...]]:
    """What the formats of exports that are made anew cannot hold, by export."""
    match change:
        case Create(config=config, content=content) | Follow(config=config, content=content):
            exports, annotations = config.exports, content.annotations
        case Amend(config=config, observed=observed) if set(config.exports) - set(observed.version.exports):
            exports = tuple(sorted(set(config.exports) - set(observed.version.exports)))
            annotations = remote.manifest(observed.version.id).annotations
        case _:
            return {}
    return {
        export: tuple(LossLine(what=loss.what, count=loss.count) for loss in find(export).losses(annotations))
        for export in exports
    }
