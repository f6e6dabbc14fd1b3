"""From a plan to its document: counted, sorted, shortened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from setwright import __version__
from setwright.plan import document
from setwright.plan.changes import Keep
from setwright.plan.copies import copy_changes
from setwright.plan.described_dataset import config_field, dataset_change
from setwright.plan.findings import NOT_EVALUATED
from setwright.plan.identity import plan_digest
from setwright.plan.told import finding, place
from setwright.plan.upstream import dependents

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from setwright.model.diagnostics import Diagnostic
    from setwright.plan.checks import Verdict
    from setwright.plan.drift import Drift
    from setwright.plan.plan import Plan
    from setwright.spec.project import Spec
    from setwright.split.division import Division

_GRAVEST_FIRST = ("fail", "warn", "unknown", "pass")

_SAMPLE = 5
"""So many frames of a kind are listed unless all are asked for."""


def describe(
    plan: Plan,
    *,
    project: str,
    specs: Mapping[str, Spec],
    losses: Mapping[str, Mapping[str, tuple[document.LossLine, ...]]],
    all_frames: bool = False,
    findings: Iterable[Diagnostic] = (),
    steps: tuple[document.Step, ...] | None = None,
    pictures: Mapping[str, tuple[document.Picture, ...]] | None = None,
    environment: str | None = None,
    varied: Mapping[str, tuple[int, int]] | None = None,
    left_out: tuple[str, ...] = (),
    verdicts: Mapping[str, tuple[Verdict, ...]] | None = None,
    untold: tuple[str, ...] = (),
    divisions: Mapping[str, Division] | None = None,
) -> document.PlanDocument:
    """The document of `plan`. `specs`, by address, say where things are written.

    `losses` are, by address and export, what the formats cannot hold of the planned content. With `all_frames` every
    frame that changes is listed, else a sample of each kind. `findings` are warnings in reading order, `steps` what
    apply will walk, `pictures`, by address, are of frames that change. `environment` is what was laid over the
    project. `varied` counts, by address, the pictures of copies that apply would make and those that are there.
    `left_out` are addresses that were not planned for, `verdicts`, by address, are of the checks. `untold` is what the
    remote does not tell, in whole sentences. `divisions`, by address, are of contents that were divided after another
    version than the one that they are compared with.
    """
    shown, copies = pictures or {}, varied or {}
    configs = {spec.address: spec.config for spec in specs.values() if spec.config.source.kind == "datasets"}
    limit = None if all_frames else _SAMPLE
    stays = {change.address for change in plan.changes if isinstance(change, Keep)}
    changes = tuple(
        dataset_change(
            change,
            specs.get(change.address),
            losses.get(change.address, {}),
            limit,
            copies=copy_changes(change, copies.get(change.address)),
            pictures=shown.get(change.address, ()),
            pinned=plan.pinned.get(change.address),
            dependents=tuple(each for each in dependents(change.address, configs) if each not in stays),
            division=(divisions or {}).get(change.address),
        )
        for change in plan.changes
    )
    checks = sorted(
        (
            _check(address, verdict, specs.get(address), limit)
            for address, found in sorted((verdicts or {}).items())
            for verdict in found
        ),
        key=lambda check: _GRAVEST_FIRST.index(check.status),
    )
    return document.PlanDocument(
        format_version=document.FORMAT_VERSION,
        setwright_version=__version__,
        project=project,
        environment=environment,
        remote=plan.location,
        revision=plan.revision,
        lineage=plan.lineage,
        serial=plan.serial,
        digest=plan_digest(plan),
        complete=not left_out,
        left_out=left_out,
        pins_left_out=tuple(
            document.PinLeftOut(address=address, revision=revision)
            for address, revision in sorted(plan.pins_left_out.items())
        ),
        applyable=plan.applyable and not any(check.status == "fail" for check in checks),
        errored=False,
        changes=changes,
        checks=tuple(checks),
        findings=tuple(map(finding, findings)),
        drift=tuple(map(_drift, plan.drift)),
        untold=untold,
        steps=steps or (),
        summary=_summary(changes, steps),
    )


def _check(address: str, verdict: Verdict, spec: Spec | None, limit: int | None) -> document.Check:
    from setwright.plan.checks import KIND_OF

    kind = NOT_EVALUATED if verdict.status == "unknown" else KIND_OF[type(verdict.check)]
    written = None if spec is None else spec.all_checks.get(verdict.check)
    return document.Check(
        address=address,
        check=verdict.check.kind,
        code=kind.code,
        summary=kind.summary,
        level=verdict.check.level,
        status=verdict.status,
        message=verdict.message,
        frames=document.FrameSample(count=len(verdict.frames), listed=tuple(verdict.frames[:limit].tolist())),
        place=None if written is None else place(written),
        excerpt="" if written is None else written.excerpt,
    )


def _drift(drift: Drift) -> document.Drift:
    applied, observed = drift.applied, drift.observed
    version = None if observed is None else observed.version
    return document.Drift(
        address=drift.address,
        name=drift.name,
        drift=drift.drift,
        version_before=None if applied is None else applied.number,
        version_after=None if version is None else str(version.number),
        author=None if version is None or drift.drift == "data" else version.author,
        at=None if version is None or drift.drift == "data" else f"{version.created_at:%Y-%m-%d %H:%M:%S}",
        fields=tuple(config_field(field, None) for field in drift.fields),
        entering=drift.entering,
        leaving=drift.leaving,
        relabelled=drift.relabelled,
        repainted=drift.repainted,
    )


def _summary(
    changes: tuple[document.DatasetChange, ...], steps: tuple[document.Step, ...] | None
) -> document.Summary:
    actions = [action for change in changes for action in change.actions]
    frames = [change.frames for change in changes if change.frames is not None]
    return document.Summary(
        add=actions.count("create"),
        change=actions.count("new-version") + actions.count("update"),
        destroy=actions.count("delete"),
        adopt=actions.count("adopt"),
        forget=actions.count("forget"),
        unchanged=actions.count("no-op"),
        entering=sum(change.entering.count for change in frames),
        leaving=sum(change.leaving.count for change in frames),
        moving=sum(change.moving.count for change in frames),
        relabelled=sum(change.relabelled.count for change in frames),
        # A step that changes something at the remote is one call, and its key makes that call repeatable.
        calls=None if steps is None else sum(step.key is not None for step in steps),
    )
