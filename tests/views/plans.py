"""Plans to look at: one of each kind, on two dozen frames."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from setwright.apply.steps import told
from setwright.model.checks import Check, FewestFrames, FrozenSplit, MostLeaving, NoLeakage, in_order
from setwright.model.dataset import DatasetConfig
from setwright.model.diagnostics import Diagnostic, SourceRef
from setwright.model.frames import Membership
from setwright.model.splits import Split, SplitWish
from setwright.plan.changes import Follow
from setwright.plan.check_found import Evidence
from setwright.plan.checks import judge
from setwright.plan.describe import describe
from setwright.plan.document import LossLine, PlanDocument
from setwright.plan.findings import EMPTY_CLASS
from setwright.plan.plan import plan
from setwright.plan.survey import Survey
from setwright.plan.told import refused as refusal
from setwright.spec.findings import BAD_QUERY
from setwright.spec.project import Spec
from tests.contents import membership, named
from tests.plan.test_plan import CELLS, settled, untouched

BLOOD = replace(
    CELLS,
    name="Blood Cells",
    query="annotation.label=WBC",
    split=SplitWish(train=70, validation=20, test=10),
    exports=("RAW", "YOLO Darknet"),
)
FIELDS = ("query", "labels", "exports", "split.train", "split.test", "split.resplit", "description")


def frames(first: int, last: int, labels: tuple[str, ...] = ("WBC", "RBC")) -> dict[str, list[str]]:
    return {f"blood_{number:03}.png": list(labels) for number in range(first, last)}


OLD = membership(frames(0, 24))


def shown(
    wanted: dict[str, DatasetConfig],
    survey: Survey,
    *,
    all_frames: bool = False,
    findings: Sequence[Diagnostic] = (),
    checks: Sequence[Check] = (),
    untold: tuple[str, ...] = (),
) -> PlanDocument:
    """The document of the plan, with places in the specs and what YOLO loses."""
    where = "specs/cells.yaml"
    fields = {path: SourceRef(where, number, 1, number, 9) for number, path in enumerate(FIELDS, start=3)}
    specs = {
        address: Spec(
            address=address,
            config=config,
            where=SourceRef(where, 2, 1, 2, 9),
            fields=fields,
            checks={
                check: SourceRef(where, 20 + number, 3, 20 + number, 9) for number, check in enumerate(checks)
            },
        )
        for address, config in wanted.items()
    }
    lost = {"YOLO Darknet": (LossLine(what="a polygon, reduced to its box", count=7),)}
    made = plan(wanted, survey)
    return describe(
        made,
        project="blood",
        specs=specs,
        losses=dict.fromkeys(wanted, lost),
        all_frames=all_frames,
        findings=findings,
        steps=told(made),
        verdicts={
            change.address: tuple(judge(check, change, Evidence()) for check in in_order(checks))
            for change in made.changes
            if checks and isinstance(change, Follow)
        },
        untold=untold,
    )


def creating() -> PlanDocument:
    return shown({"cells": BLOOD}, untouched(OLD))


def following() -> PlanDocument:
    """Query, split and labels change, and so does the lake."""
    config = replace(
        BLOOD,
        query="annotation.label in (WBC, RBC) and metadata.site=north",
        split=SplitWish(train=60, validation=20, test=20, resplit=True),
    )
    new = membership({**frames(4, 30), **frames(10, 13, ("WBC",)), **frames(28, 30, ())})
    return shown({"cells": config}, replace(settled(BLOOD, OLD), memberships={"cells": new}))


def denied() -> PlanDocument:
    """A frozen split would change, and two other checks do not hold either, or not for sure."""
    new = membership({**frames(4, 30), **frames(10, 13, ("WBC",))})
    checks = (
        FewestFrames(at_least=10),
        NoLeakage(),
        MostLeaving(level="warning", frames=2),
        FrozenSplit(split=Split.TEST),
        FrozenSplit(split=Split.TRAIN),
    )
    return shown({"cells": BLOOD}, replace(settled(BLOOD, OLD), memberships={"cells": new}), checks=checks)


def names_only() -> PlanDocument:
    """A remote that tells of frames what they are called and nothing else, and numbers versions itself."""
    old = replace(settled(BLOOD, named(frames(0, 24))), numbers=False)
    config = replace(BLOOD, query="annotation.label=RBC", split=SplitWish(train=60, validation=20, test=20))
    survey = replace(old, memberships={"cells": named(frames(4, 30))})
    checks = (FewestFrames(at_least=10), NoLeakage(), FrozenSplit(split=Split.TEST))
    untold = ("Of frames this remote tells the names alone.", "It numbers its versions itself.")
    return shown({"cells": config}, survey, checks=checks, untold=untold)


def growing() -> PlanDocument:
    """Frames came to the lake, and all are listed."""
    config = replace(BLOOD, split=SplitWish(train=100, validation=0, test=0))
    new = membership(frames(0, 32))
    survey = replace(settled(config, OLD), memberships={"cells": new}, frames_revision=2)
    return shown({"cells": config}, survey, all_frames=True)


def amending() -> PlanDocument:
    config = replace(BLOOD, exports=("RAW",), description="White ones\x1b[31m")
    return shown({"cells": config}, settled(BLOOD, OLD))


def forgetting() -> PlanDocument:
    return shown({}, settled(BLOOD, OLD))


def deleting() -> PlanDocument:
    """The spec is gone, and the dataset goes too."""
    made = plan({}, settled(BLOOD, OLD), prune=True)
    return describe(made, project="blood", specs={}, losses={})


def deleting_taken_in() -> PlanDocument:
    """The same of a dataset that another project made."""
    survey = settled(BLOOD, OLD)
    cells = replace(survey.state.datasets["cells"], key="")
    made = plan({}, replace(survey, state=replace(survey.state, datasets={"cells": cells})), prune=True)
    return describe(made, project="blood", specs={}, losses={})


def guarding() -> PlanDocument:
    """The spec is gone, and the dataset is protected."""
    made = plan({}, settled(replace(BLOOD, protect=True), OLD), prune=True)
    return describe(made, project="blood", specs={}, losses={})


def moving() -> PlanDocument:
    """Another address, and another name."""
    survey = replace(settled(BLOOD, OLD), previously={"blood": "cells"}, memberships={"blood": OLD})
    return shown({"blood": replace(BLOOD, name="Blood")}, survey)


def keeping() -> PlanDocument:
    return shown({"cells": BLOOD}, settled(BLOOD, OLD))


def emptying() -> PlanDocument:
    """No frame is left, and a class goes."""
    config = replace(BLOOD, labels=BLOOD.labels[1:])
    empty: Membership = membership({})
    survey = replace(settled(BLOOD, OLD), memberships={"cells": empty}, frames_revision=2)
    return shown({"cells": config}, survey)


WARNING = EMPTY_CLASS.at(SourceRef("specs/cells.yaml", 4, 10, 4, 13, "labels: [WBC]"), 'No frame has "WBC".')
MISTAKE = BAD_QUERY.at(
    SourceRef("specs/cells.yaml", 3, 8, 3, 24, "query: annotation.label="),
    "A value is missing after =.",
    "write `annotation.label=WBC`",
)


def drifting() -> PlanDocument:
    """Frames came to the lake, and the spec is worth a warning."""
    survey = replace(settled(BLOOD, OLD), memberships={"cells": membership(frames(0, 32))}, frames_revision=2)
    return shown({"cells": BLOOD}, survey, findings=[WARNING])


def refused() -> PlanDocument:
    """A mistake left nothing to plan."""
    return refusal([MISTAKE, WARNING], project="blood")
