"""The page: what it comes to, the datasets one by one, then checks, findings, drift, steps and where it is from."""

from __future__ import annotations

import base64
import hashlib
from importlib.resources import files
from typing import TYPE_CHECKING

from setwright.model.counting import counted
from setwright.views import plan_words as words
from setwright.views.markup import Child, Markup, joined, tag
from setwright.views.plan_page.datasets import badge, dataset, pin, severity
from setwright.views.plan_page.tables import folded, placed, table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from setwright.plan.document import Check, DatasetChange, Drift, Finding, FrameList, PlanDocument


def render(document: PlanDocument) -> str:
    """The plan as one file of HTML. It fetches nothing and runs nothing, and its policy forbids both."""
    return whole(f"{_title(document)} · {document.project}", _parts(document))


def whole(title: str, parts: Iterable[Markup]) -> str:
    """A page by itself, in light and dark, around `parts`."""
    style = files("setwright.views.plan_page").joinpath("plan.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=policy),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("meta", name="referrer", content="no-referrer"),
        # Else a browser asks the server for /favicon.ico.
        tag("link", rel="icon", href="data:,"),
        tag("title", title),
        tag("style", Markup(style)),
    )
    body = tag("body", tag("main", *parts))
    return f"<!doctype html>\n{tag('html', head, body, lang='en')}\n"


def _parts(document: PlanDocument) -> Iterator[Markup]:
    changing = [change for change in document.changes if change.actions != ("no-op",)]
    still = [change for change in document.changes if change.actions == ("no-op",)]
    yield _top(document)
    if len(changing) > 1:
        yield _contents(changing)
    yield from _checks(document)
    yield from _findings(document)
    for number, change in enumerate(changing, start=1):
        yield dataset(change, f"dataset-{number}")
    yield from _still(still)
    yield from _untold(document)
    yield from _drift(document)
    yield from _steps(document)
    yield _about(document)


def _title(document: PlanDocument) -> str:
    if document.errored:
        return "No plan: mistakes in the specs"
    if all(change.actions == ("no-op",) for change in document.changes):
        return "No changes"
    counts = document.summary
    told = [
        (counts.add, "add"),
        (counts.change, "change"),
        (counts.destroy, "destroy"),
        (counts.adopt, "adopt"),
        (counts.forget, "forget"),
    ]
    parts = [(count, what) for count, what in told if count]
    if len(parts) == 1:
        return f"{counted(parts[0][0], 'dataset')} to {parts[0][1]}"
    return ", ".join(f"{count:,} to {what}" for count, what in parts)


def _top(document: PlanDocument) -> Markup:
    counts = document.summary
    tiles = [
        (f"+{counts.entering:,}" if counts.entering else "0", "frames entering", "entering", counts.entering),
        (f"-{counts.leaving:,}" if counts.leaving else "0", "frames leaving", "leaving", counts.leaving),
        (f"{counts.moving:,}", "moving between splits", "moving", counts.moving),
        (f"{counts.relabelled:,}", "relabelled", "relabelled", counts.relabelled),
    ]
    told = tag("p", f"{refused}.", class_="alarm") if (refused := words.refusal(document)) else None
    lines = [] if document.errored else [words.summary(document), words.data_summary(document)]
    return tag(
        "header",
        tag("p", "setwright plan", tag("span", document.project), document.environment, class_="brand"),
        tag("h1", _title(document)),
        *(tag("p", line, class_="summary") for line in lines),
        told,
        tag("p", words.left_out(document), class_="warn") if document.left_out else None,
        None
        if document.errored
        else tag(
            "ul",
            *(
                tag("li", tag("b", number), tag("span", what), class_=kind if count else f"{kind} none")
                for number, what, kind, count in tiles
            ),
            class_="tiles",
        ),
    )


def _contents(changing: list[DatasetChange]) -> Markup:
    kinds = [
        (word, sign, [_count(change, word) for change in changing])
        for word, sign in (("entering", "+"), ("leaving", "-"), ("moving", ""), ("relabelled", ""))
    ]
    shown = [kind for kind in kinds if any(kind[2])]
    return tag(
        "nav",
        table(
            ["dataset", "version", "means", *(word for word, _, _ in shown)],
            [
                [
                    joined(badge(change), tag("a", change.address, href=f"#dataset-{row + 1}")),
                    _versions(change),
                    severity(change),
                    *(f"{sign}{counts[row]:,}" if counts[row] else None for _, sign, counts in shown),
                ]
                for row, change in enumerate(changing)
            ],
        ),
        aria_label="Datasets",
    )


def _count(change: DatasetChange, kind: str) -> int:
    found: FrameList | None = None if change.frames is None else getattr(change.frames, kind)
    return 0 if found is None else found.count


def _versions(change: DatasetChange) -> str | None:
    if change.version is None:
        return None
    before, after = change.version.before, words.number(change.version.after)
    return after if before in (None, after) else f"{before} → {after}"


def _checks(document: PlanDocument) -> Iterator[Markup]:
    """Those that do not hold, or could not be evaluated, for everybody to see; those that hold for who asks."""
    if document.checks:
        held = [check for check in document.checks if check.status == "pass"]
        others = [check for check in document.checks if check.status != "pass"]
        told = f"{len(held):,} of {counted(len(document.checks), 'check')} hold{'s' * (len(held) == 1)}"
        yield tag(
            "section",
            tag("h2", "Checks"),
            _check_table(others) if others else None,
            folded(told, _check_table(held)) if held else None,
        )


def _check_table(checks: list[Check]) -> Markup:
    return table(["dataset", "check", "result", "found"], [_check(check) for check in checks], class_="words")


def _check(check: Check) -> list[Child]:
    sample = check.frames
    named = f" Frames ({sample.count:,}): {', '.join(sample.listed)}" if sample.listed else ""
    more = f" and {sample.count - len(sample.listed):,} more" if sample.count > len(sample.listed) else ""
    return [
        check.address,
        tag("span", check.check, title=f"{check.code}, {check.level}: {check.summary}"),
        tag("span", check.status, class_=f"status {check.status}"),
        joined(
            f"{check.message}{named}{more}",
            tag(
                "div",
                placed(check.place),
                " ",
                tag("code", check.excerpt, class_="excerpt") if check.excerpt.strip(" \t") else None,
            ),
        ),
    ]


def _findings(document: PlanDocument) -> Iterator[Markup]:
    if document.findings:
        yield tag(
            "section",
            tag("h2", "Findings in the specs"),
            tag(
                "ul",
                *(tag("li", *_finding(finding), class_=finding.severity) for finding in document.findings),
            ),
            class_="findings",
        )


def _finding(finding: Finding) -> Iterator[Markup]:
    yield tag(
        "p",
        tag("b", f"{finding.severity} {finding.code}", class_="code"),
        f" {finding.summary} ",
        placed(finding.place),
    )
    yield tag("p", finding.detail)
    if finding.excerpt.strip(" \t"):
        yield tag("pre", finding.excerpt)
    if finding.hint:
        yield tag("p", "Hint: ", finding.hint, class_="hint")


def _still(still: list[DatasetChange]) -> Iterator[Markup]:
    if still:
        yield tag(
            "section",
            tag("h2", "Unchanged"),
            table(
                ["dataset", "version", "frames"],
                [
                    [change.address, _versions(change), f"{change.frames.after:,}" if change.frames else None]
                    for change in still
                ],
            ),
            *(part for change in still for part in pin(change)),
        )


def _untold(document: PlanDocument) -> Iterator[Markup]:
    if document.untold:
        yield tag(
            "section",
            tag("h2", "What this remote does not tell"),
            tag("ul", *(tag("li", sentence) for sentence in document.untold)),
        )


def _drift(document: PlanDocument) -> Iterator[Markup]:
    if document.drift:
        yield tag(
            "section",
            tag("h2", "Changed by others since it was applied"),
            table(
                ["dataset", "what", "applied", "now", "by", "when (UTC)"],
                [
                    [
                        tag("span", found.address, title=found.name),
                        _drifted(found),
                        found.version_before,
                        found.version_after,
                        found.author,
                        found.at,
                    ]
                    for found in document.drift
                ],
                class_="words",
            ),
        )


def _drifted(found: Drift) -> Markup:
    counts = [
        (found.entering, "entering"),
        (found.leaving, "leaving"),
        (found.relabelled, "relabelled"),
        (found.repainted, "with another picture"),
    ]
    fields = [
        tag(
            "div",
            tag("code", field.path),
            " ",
            tag("del", before),
            " ",
            tag("ins", after),
            " ",
            placed(field.place),
        )
        for field in found.fields
        for before, after in [words.sides(field.before, field.after, field.path)]
    ]
    told = [tag("div", f"{count:,} {what}") for count, what in counts if count]
    return joined(found.drift, *told, *fields)


def _steps(document: PlanDocument) -> Iterator[Markup]:
    if document.steps:
        yield tag(
            "section",
            folded(
                words.steps_title(document),
                tag(
                    "ol",
                    *(
                        tag(
                            "li",
                            words.step(step),
                            tag("div", f"{step.step} {step.name}", class_="faint"),
                            tag("code", step.key, class_="faint") if step.key else None,
                        )
                        for step in document.steps
                    ),
                ),
                tag("p", f"{told}.") if (told := words.calls(document)) else None,
            ),
        )


def _about(document: PlanDocument) -> Markup:
    yes = {True: "yes", False: "no"}
    facts: list[tuple[str, Child]] = [
        (
            "Remote",
            f"{document.remote}, revision {document.revision:,}"
            if words.has_revisions(document)
            else document.remote,
        ),
        *(
            ("Not planned for, and pinned", f"{pin.address}, to revision {pin.revision:,}")
            for pin in document.pins_left_out
        ),
        ("State", f"serial {document.serial:,}, lineage {document.lineage}"),
        ("Digest", tag("code", document.digest)),
        ("Datasets that stay as they are", f"{document.summary.unchanged:,}"),
        ("Can be applied", yes[document.applyable]),
        ("Nothing left to plan after it", yes[document.complete]),
        ("Could not be made", yes[document.errored]),
        ("Written by", f"setwright {document.setwright_version}, format {document.format_version}"),
    ]
    return tag(
        "footer",
        tag("dl", *(joined(tag("dt", name), tag("dd", value)) for name, value in facts), class_="facts"),
    )
