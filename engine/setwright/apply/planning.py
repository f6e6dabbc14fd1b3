"""From a project and its remote to a plan: everything is read once, nothing is changed."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from setwright.apply.surveying import survey
from setwright.model.dataset import Selection
from setwright.model.diagnostics import Severity, in_reading_order
from setwright.model.errors import FindingsError, StalePlanError
from setwright.model.events import silence
from setwright.model.extras import require
from setwright.model.values import dataclass
from setwright.plan.afterthoughts import (
    afterthoughts,
    apart_from_official,
    nothing_official,
    on_groups,
    without_split,
)
from setwright.plan.changes import Adopt, Amend, Create, Follow, Keep
from setwright.plan.document import LossLine
from setwright.plan.identity import plan_digest
from setwright.plan.pin_findings import on_pins
from setwright.plan.plan import Plan, plan
from setwright.plan.preflight import on_remarks, preflight
from setwright.plan.saved import configs, previous_addresses, saved_pins
from setwright.plan.staleness import changed_since
from setwright.plan.take_over_findings import on_take_overs
from setwright.state.document import never_applied

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    import numpy as np
    from numpy.typing import NDArray

    from setwright.apply.proofs import Proofs
    from setwright.model.diagnostics import Diagnostic
    from setwright.model.events import Listener
    from setwright.model.frames import Texts
    from setwright.plan.changes import Change
    from setwright.plan.checks import Verdict
    from setwright.plan.document import PlanDocument
    from setwright.plan.survey import Survey
    from setwright.remotes.protocol import RemoteReader
    from setwright.spec.pin import Pin
    from setwright.spec.project import Project, Spec
    from setwright.state.document import State


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Planned:
    """A plan, with what is worth knowing beside it.

    `state` is what it was made from. `findings` are warnings, in reading order. `losses` are, by address and export,
    what its format cannot hold of the content that would be made, `verdicts`, by address, what its checks say. `varied`
    counts, by address, the pictures of varied copies that apply would make, and those that are there already.
    `left_out` are the addresses that were not chosen.
    """

    plan: Plan
    state: State
    findings: tuple[Diagnostic, ...]
    losses: Mapping[str, Mapping[str, tuple[LossLine, ...]]]
    varied: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()
    verdicts: Mapping[str, tuple[Verdict, ...]] = field(default_factory=dict)


def make_plan(
    remote: RemoteReader,
    project: Project,
    *,
    lineage: str,
    pins: Mapping[str, Pin] | None = None,
    choose: Callable[[Collection[str]], Collection[str]] | None = None,
    prune: bool = False,
    proofs: Proofs | None = None,
    listener: Listener = silence,
) -> Planned:
    """The plan for the specs of `project`. `lineage` is for the state of a project that was never applied.

    `pins` are what the lock file holds addresses to, None where there is no such file. `choose` gives the addresses to
    plan for, None all of them; it is told those that the state knows and no spec has. With `prune` the datasets of the
    latter are to be deleted. `proofs` are of pins that were compared with the lake before.

    Raises:
        FindingsError: a spec names what the remote does not know, or asks for what it does not offer.
        MissingExtraError: a spec asks for varied copies, and what makes them is not installed.
        SetwrightError: the remote cannot be read.
    """
    state = remote.state(project.name) or never_applied(lineage)
    addresses = {spec.address for spec in project.specs}
    gone = state.datasets.keys() - addresses
    within = addresses | gone if choose is None else frozenset(choose(gone))
    specs = [spec for spec in project.specs if spec.address in within]
    offers = remote.capabilities
    found = list(
        preflight(
            specs,
            remote.vocabulary(),
            augments=offers.augments,
            composes=offers.reads_membership,
            in_place=offers.in_place,
        )
    )
    for spec in specs:
        found += on_remarks(spec, remote.unfit(spec.config), ())
    if any(finding.severity is Severity.ERROR for finding in found):
        raise FindingsError(in_reading_order(found))
    for spec in specs:
        found += on_remarks(spec, (), remote.doubts(Selection.of(spec.config)))
    desired = {spec.address: spec.config for spec in specs}
    if offers.tells_content and any(config.augmentations.recipes for config in desired.values()):
        # Now, not after a plan that cannot be applied; a remote that makes them elsewhere needs nothing here.
        require("images", "make varied copies", "cv2", "shapely")
    previously = {spec.address: spec.previously for spec in specs if spec.previously is not None}
    surveyed = survey(
        remote, state, desired, pins=pins or {}, previously=previously, proofs=proofs, listener=listener
    )
    refused = list(without_split(specs, surveyed.memberships))
    if refused:
        raise FindingsError(in_reading_order([*found, *refused]))
    made = plan(desired, surveyed, within=within, prune=prune)
    moved = {change.moved_from for change in made.changes if isinstance(change, Follow | Amend | Adopt)}
    # A label that no annotation has makes a class without annotations; to say it once is enough.
    said = {finding.source for finding in found}
    if pins is not None:
        found += on_pins(specs, pins, made.pinned)
    found += on_take_overs(specs, made.changes, project.name)
    found += on_groups(specs, surveyed.memberships)
    found += nothing_official(specs, surveyed.memberships)
    found += apart_from_official(specs, surveyed.memberships, _contents(made, surveyed))
    found += [each for each in afterthoughts(specs, made.changes) if each.source not in said]
    return Planned(
        plan=made,
        state=state,
        findings=in_reading_order(found),
        losses={change.address: _losses(change, remote) for change in made.changes},
        varied={
            change.address: _varied(change, remote)
            for change in made.changes
            if isinstance(change, Create | Follow)
        },
        left_out=tuple(sorted((addresses | gone) - within - moved)),
        verdicts=_verdicts(made, specs, remote),
    )


def _contents(made: Plan, surveyed: Survey) -> dict[str, tuple[Texts, NDArray[np.int8]]]:
    """The names of the frames and their splits, by address, where these are known."""
    contents = {}
    for change in made.changes:
        match change:
            case Create(content=content) | Follow(content=content):
                contents[change.address] = content.frames.name, content.split
            case Amend(observed=observed) | Adopt(observed=observed) | Keep(observed=observed):
                kept = surveyed.contents.get(observed.version.id)
                if kept is not None:
                    contents[change.address] = kept.frames.name, kept.split
            case _:
                pass
    return contents


def replan(remote: RemoteReader, saved: PlanDocument, listener: Listener = silence) -> Planned:
    """The plan that was saved, made again from what it was made from.

    A saved plan says what it asks for, at which revision, and the digest of what it would do. Frames of a revision
    never change, so what is made of them again is the same or the remote has moved on.

    Raises:
        StalePlanError: it would no longer do what it did; nothing was changed.
    """
    desired = configs(saved)
    if told := since(remote, saved):
        raise StalePlanError(
            "The saved plan is stale", "\n".join([*told, "Nothing was changed."]), "plan again"
        )
    state = remote.state(saved.project) or never_applied(saved.lineage)
    surveyed = survey(
        remote,
        state,
        desired,
        pins=saved_pins(saved),
        previously=previous_addresses(saved),
        revision=saved.revision,
        ahead=False,
        listener=listener,
    )
    made = plan(
        desired,
        surveyed,
        within={change.address for change in saved.changes},
        prune=any(change.actions == ("delete",) for change in saved.changes),
    )
    if plan_digest(made) != saved.digest:
        raise StalePlanError(
            "The saved plan is stale",
            "Made again from the same revision it would do something else, so datasets were changed since. Nothing "
            "was changed.",
            "plan again, and look at what is different",
        )
    return Planned(plan=made, state=state, findings=(), losses={}, left_out=saved.left_out)


def since(remote: RemoteReader, saved: PlanDocument) -> tuple[str, ...]:
    """Why the plan that was saved can no longer be applied, in sentences; none where it can."""
    observed = remote.observe([change.previous_name or change.name for change in saved.changes])
    return changed_since(saved, remote.state(saved.project), observed)


def _verdicts(made: Plan, specs: Collection[Spec], remote: RemoteReader) -> Mapping[str, tuple[Verdict, ...]]:
    if not any(spec.all_checks for spec in specs):
        return {}
    from setwright.apply.checking import verdicts

    return verdicts(made, {spec.address: spec.all_checks for spec in specs}, remote)


def _varied(change: Create | Follow, remote: RemoteReader) -> tuple[int, int]:
    """Pictures of varied copies that are still to be made, and those that are there; equal ones count once."""
    from setwright.augment.recipes import recipe_digests

    content = change.content
    recipes = {recipe.decode() for recipe in recipe_digests(content.copies, content.frames).tolist()}
    there = len(remote.made(sorted(recipes))) if recipes else 0
    return len(recipes) - there, there


def _losses(change: Change, remote: RemoteReader) -> dict[str, tuple[LossLine, ...]]:
    """What the formats of exports that are made anew cannot hold, by export, of frames and of their varied copies."""
    match change:
        case Create(config=config, content=content) | Follow(config=config, content=content):
            exports, manifest = config.exports, content
        case Amend(config=config, observed=observed) if set(config.exports) - set(observed.version.exports):
            exports = tuple(sorted(set(config.exports) - set(observed.version.exports)))
            manifest = remote.manifest(observed.version.id)
        case _:
            return {}
    if not exports:
        return {}
    from setwright.augment.objects import vary_in_parts
    from setwright.formats.writing.losses import added, some
    from setwright.formats.writing.registry import find

    formats = {export: find(export) for export in exports}
    losses = {export: format.losses(manifest.annotations) for export, format in formats.items()}
    for part in vary_in_parts(manifest.annotations, manifest.frames, manifest.copies, outlines=False):
        for export, format in formats.items():
            losses[export] = added(losses[export], format.losses(part.annotations))
    return {
        export: tuple(LossLine(what=loss.what, count=loss.count) for loss in some(losses[export]))
        for export in exports
    }
