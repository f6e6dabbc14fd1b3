"""What a plan's parts are called by those who read them, in every form alike: text only, escaped by who shows it."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any, assert_never

from setwright.augment.vocabulary import property_ids, word_of
from setwright.model.counting import counted
from setwright.model.splits import USUAL_VALUES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from setwright.plan.document import (
        Action,
        AnnotationChanges,
        CopyChanges,
        DatasetChange,
        Drift,
        FrameCause,
        FrameChanges,
        LabelChange,
        LabelFlip,
        Leak,
        LossLine,
        PinLine,
        PinUpgrade,
        PlanDocument,
        SplitChange,
        Step,
    )

SIGNS: dict[Action, str] = {
    "create": "+",
    "new-version": "^",
    "update": "~",
    "adopt": "<",
    "forget": ".",
    "delete": "-",
    "no-op": " ",
}
"""The sign of an action, which tells it without colour."""

SEVERITIES = {
    "metadata": "only what describes it changes",
    "packaging": "only its exports change",
    "additive": "train and validation only gain",
    "relabel": "annotations change",
    "removal": "frames or varied copies leave train or validation",
    "schema": "classes are removed, are called otherwise or get other ids",
    "eval": "the test split changes, so results before and after cannot be compared",
}
"""What a severity means for those who train."""

_AT_WORST = {
    "eval": "the remote divides the frames, so the test split may change and results may not compare",
    "schema": "classes are removed, are called otherwise or get other ids, and frames may change their splits",
    "removal": "the remote divides the frames, so they may change between train and validation",
}
"""The same, where the remote does not tell what becomes of the frames that stay."""

_UNEVEN = {
    "kept": "frames stay in the splits that they had",
    "grow": "new frames go only to the splits of `grow`",
    "together": "frames that belong together are not divided",
}

_REASONS = {
    "not_at_remote": "it does not exist there yet",
    "deleted_at_remote": "it was applied, but does not exist there any more",
    "spec_changed": "its spec changed",
    "data_changed": "the frames or annotations that its spec selects changed",
    "changed_at_remote": "somebody else changed it there",
    "not_in_state": "this project has not applied it before",
    "taken_over": "it is there already, and this project's state does not know it",
    "adopted": "this project only took it in: another may keep it",
    "versioning_always": "its spec asks for a new version whatever changes",
    "not_in_specs": "no spec describes it any more",
    "moved": "its address changed",
    "cannot_rename": "this remote cannot rename a dataset, so the one of the old name stays as it is",
    "name_taken": "its new name is that of another dataset, which it goes on with, and the one of the old name stays",
    "protected": "it is protected",
    "upstream": "a dataset that it is made of changes",
    "cannot_delete": "this remote cannot delete a dataset",
}


NUMBERED_THERE = "unnumbered"
"""What stands for the number of a version that its remote is yet to give."""

HIDDEN = "splits, labels and annotations are not told by this remote"
"""What is said in place of the parts on a content of which only the frames' names are known."""


UNSEEN = "What was changed by hand at this remote does not show, unless it changed frames."
"""What is to be known of a plan without changes beside a remote that leaves something untold."""


def has_revisions(document: PlanDocument) -> bool:
    """Whether the remote counts revisions: one that does not is at none, and leaves more untold."""
    return document.revision > 0 or not document.untold


def number(text: str) -> str:
    """A version's number; "next" for one that the remote is yet to give."""
    return "next" if text == NUMBERED_THERE else text


def meaning(change: DatasetChange) -> str:
    """What the severity of `change` means for those who train; empty where it has none that is known."""
    told = SEVERITIES.get(change.severity or "", "")
    return _AT_WORST.get(change.severity or "", told) if change.content == "frames" else told


def lost(loss: LossLine, change: DatasetChange) -> str:
    """How many annotations of `change` lose something in a format."""
    with_copies = ", with those of the copies" if change.copies is not None and change.copies.after else ""
    return f"{counted(loss.count, 'annotation')}{with_copies}"


def headline(change: DatasetChange) -> str:
    """What happens to a dataset, in a sentence without a stop."""
    address, version, action = change.address, change.version, change.actions[0]
    match action:
        case "create" if version is not None and version.after == NUMBERED_THERE:
            return f"{address} will be created; the remote gives the number"
        case "create" if version is not None:
            return f"{address} will be created, version {version.after}"
        case "new-version" | "update" if version is not None:
            in_place = action == "update" or (change.config or {}).get("versioning") == "in_place"
            how = "be updated in place" if in_place else "get a new version"
            if version.after == NUMBERED_THERE:
                return f"{address} {_moved(change)}will {how} after {version.before}; the remote gives the number"
            number = (
                f"stays {version.after}"
                if version.before == version.after
                else f"{version.before} -> {version.after}"
            )
            return f"{address} {_moved(change)}will {how}: {number}"
        case "adopt" if change.previous_address is not None:
            return f"{change.previous_address} has moved to {address}; the dataset stays as it is"
        case "delete":
            return f"{address} will be deleted, all its versions with it"
        case "adopt":
            return f"{address} is as its spec asks, and the state will know it"
        case "forget":
            return f"{address} will be forgotten; the dataset stays as it is"
        case _:
            return address


def _moved(change: DatasetChange) -> str:
    """Where the dataset was until now, as what follows its address."""
    parts = [
        f"has moved from {change.previous_address}" if change.previous_address is not None else "",
        f'was named "{change.previous_name}"' if change.previous_name is not None else "",
    ]
    told = ", ".join(filter(None, parts))
    return f"{told}, and " if told else ""


def because(change: DatasetChange) -> str:
    """Why, as what follows a "because"; empty where it goes without saying."""
    if change.reasons == ("not_at_remote",):
        return ""
    return ", and ".join(_REASONS.get(reason, reason) for reason in change.reasons)


def value(of_field: Any, path: str = "") -> str:
    """A value of a configuration, that of the field at `path`, as short as it can be read."""
    match of_field:
        case None if path == "operations":
            return "all"
        case None | "" | []:
            return "none"
        case str():
            return of_field
        case float():
            return f"{of_field:g}"
        case {"name": str(name), "sources": [*sources]}:
            return name if sources == [name] else f"{name} ({', '.join(map(str, sources))})"
        case {"type": str(type_), "property": str(property), "range": range_}:
            return _augmentation(f"{type_}.{property}", range_)
        case {"take": take, "prefer": str(preferred)}:
            return f"{'all' if take is None else value(take)}, prefer {preferred}"
        case {"field": str(field), "others": str(others), **values}:
            usual = {split.value: [*some] for split, some in USUAL_VALUES.items()}
            named = [
                f"{split} {value(some)}" for split, some in values.items() if some != usual.get(str(split))
            ]
            return "; ".join([f"metadata.{field}", *named, f"others {others}"])
        case {"kind": "datasets", "addresses": [*addresses]}:
            return f"datasets {', '.join(map(str, addresses))}"
        case {"kind": str(), **rest}:
            told = [f"{key} {value(each)}" for key, each in rest.items() if each is not None]
            return " ".join(told)
        case list():
            return ", ".join(map(value, of_field))
        case _:
            return json.dumps(of_field, ensure_ascii=False)


_FEW = 3
"""Augmentations that stay, from which on they are counted and not named."""


def sides(before: Any, after: Any, path: str) -> tuple[str, str]:
    """A field before and after. Of many augmentations only those are named that come, go or change."""
    if path == "augmentations.recipes" and before and after:
        stays = [recipe for recipe in after if recipe in before]
        if len(stays) >= _FEW:
            gone, new = ([each for each in recipes if each not in stays] for recipes in (before, after))
            were = f"{value(gone)} and {len(stays)} others" if gone else f"{len(stays)} augmentations"
            return were, f"{value(new)} and the same {len(stays)}" if new else f"the same {len(stays)}"
    return value(before, path), value(after, path)


def _augmentation(property: str, range_: Any) -> str:
    """What specs call it, and between what it is drawn: `flip.horizontal`, `rotate -15 to 15`, `blur 3`."""
    known = word_of(property) if property in property_ids() else property
    if not range_:
        return known
    return " ".join([known, " to ".join(dict.fromkeys(f"{end:g}" for end in range_))])


def cause(because_of: FrameCause) -> str:
    """Because of what frames enter and leave."""
    told = {
        "lake": "the lake, where frames or annotations changed",
        "datasets": "the datasets that it is made of",
        "joint": "several changes together",
    }
    line = f" (line {because_of.place.line})" if because_of.place else ""
    return told.get(because_of.cause, because_of.cause + line)


def copies_without_objects(copies: CopyChanges) -> str:
    """The varied copies that show nothing and are left out; nothing where there are none."""
    if not copies.background:
        return ""
    are = "is" if copies.background == 1 else "are"
    return f"{counted(copies.background, 'copy', 'copies')} without any object {are} left out, as background"


def dropped(frames: FrameChanges) -> str:
    """Which frames are left out though they are selected, in a sentence without a stop; empty where none is."""
    if not frames.dropped:
        return ""
    are = "is" if frames.dropped == 1 else "are"
    return f"{counted(frames.dropped, 'selected frame')} without an annotation of a class {are} left out, as background"


_ANEW = "`resplit: true` divides anew"
_DRAWN = ("split.seed", "split.stratify")
"""Fields that ask for another division, and for no other sizes."""


def unmet(change: DatasetChange) -> tuple[str, ...]:
    """Why the splits are not as asked, a sentence for each reason; none where they are."""
    said: tuple[str, ...] = ()
    if change.unmet is not None:
        quotas = [split.quota for split in change.splits]
        said = division_words(quotas, change.unmet.why, change.unmet.apart)
    return (said or _for_new_frames(change)) + _moved_by_what_stood_there(change)


def _for_new_frames(change: DatasetChange) -> tuple[str, ...]:
    """That frames which are divided stay so, where the spec asks for another division of the same sizes."""
    asked = [
        f"`{field.path.partition('.')[2]}`" for field in change.fields if field.path in _DRAWN and field.after
    ]
    if not asked or _divides_anew(change):
        return ()
    divide = "divides" if len(asked) == 1 else "divide"
    return (f"{' and '.join(asked)} {divide} new frames alone, as frames stay where they were; {_ANEW}",)


def _divides_anew(change: DatasetChange) -> bool:
    split = (change.config or {}).get("split")  # a document from elsewhere may hold anything there
    return isinstance(split, dict) and bool(split.get("resplit"))


def _moved_by_what_stood_there(change: DatasetChange) -> tuple[str, ...]:
    """That frames move though nobody asks for another division now, where the spec was left to divide anew."""
    if change.frames is None or not change.frames.moving.count or not _divides_anew(change):
        return ()
    if any(field.path.startswith("split.") for field in change.fields):
        return ()
    return (
        "`resplit: true` stands in the spec from before, so frames move; without it they stay where they were",
    )


def asked_for(split: SplitChange) -> str:
    """Which share of the frames a split was to have."""
    return "official" if split.official else f"{split.target:g} %"


def division_words(quotas: Sequence[int], why: Sequence[str], apart: int) -> tuple[str, ...]:
    """What is to be said of a division: `quotas` in frames, the reasons, and how many groups are apart."""
    said = []
    if "official" in why:
        return (f"{counted(apart, 'group')} of frames that belong together in several official splits",)
    if why:
        asked = " / ".join(f"{quota:,}" for quota in quotas)
        anew = f"; {_ANEW}" if "kept" in why else ""
        said.append(f"asked for {asked} frames, but {' and '.join(_UNEVEN[reason] for reason in why)}{anew}")
    if apart:
        said.append(
            f"{counted(apart, 'group')} of frames that belong together in several splits, as frames stay "
            f"where they were; {_ANEW}"
        )
    return tuple(said)


def drift(found: Drift) -> str:
    """What others changed, in a sentence without a stop."""
    by = f" by {found.author}, {found.at} UTC" if found.author else ""
    match found.drift:
        case "deleted":
            return f"{found.address} {found.version_before} does not exist any more"
        case "version":
            return f"{found.address} is at version {found.version_after}, not {found.version_before}{by}"
        case "configuration":
            changed = ", ".join(
                f"{field.path} {value(field.before)} -> {value(field.after)}" for field in found.fields
            )
            return f"{found.address} has other settings: {changed}"
        case "data":
            counts = [
                f"+{found.entering:,} -{found.leaving:,} frames" if found.entering or found.leaving else "",
                f"{counted(found.relabelled, 'frame')} relabelled" if found.relabelled else "",
                f"{counted(found.repainted, 'frame')} with another picture" if found.repainted else "",
            ]
            return f"{found.address} selects other data: {', '.join(filter(None, counts))}"
        case _:
            assert_never(found.drift)


def step(taken: Step) -> str:
    """What apply does, in a sentence without a stop."""
    made = "a version" if taken.version == NUMBERED_THERE else f"version {taken.version}"
    match taken.step:
        case "publish" if taken.follows is None:
            return f"{taken.address}: make {made}; there must be no dataset of that name yet"
        case "publish":
            return f"{taken.address}: make {made}, if {taken.follows} is still the current one"
        case "amend":
            return f"{taken.address}: change {taken.version} in place, if {taken.follows} is still the current one"
        case "bind":
            return f"{taken.address}: let the state know version {taken.version}; the remote is not touched"
        case "delete":
            return f"{taken.address}: delete it, if {taken.follows} is still the current one"
        case "forget":
            return f"{taken.address}: let the state forget it; the remote is not touched"
        case _:
            assert_never(taken.step)


_REFUSED = 5
"""So many checks are named where they forbid a plan."""


def denial(document: PlanDocument) -> str:
    """Which checks forbid the plan, in a phrase; empty where none does."""
    failed = [f"{check.check} of {check.address}" for check in document.checks if check.status == "fail"]
    names = list(dict.fromkeys(failed))
    if not names:
        return ""
    more = f" and {len(names) - _REFUSED:,} more" if len(names) > _REFUSED else ""
    checks, hold = ("check", "does not hold") if len(names) == 1 else ("checks", "do not hold")
    return f"the {checks} {', '.join(names[:_REFUSED])}{more} {hold}"


def refusal(document: PlanDocument) -> str:
    """Why apply will refuse the plan, in a sentence without a stop; empty where it will not."""
    broken = [change.address for change in document.changes if change.pin is not None and change.pin.broken]
    pins = f"the lake gives other frames than were locked for {', '.join(broken)}" if broken else ""
    why = "; ".join(filter(None, [denial(document), pins]))
    return f"Apply will refuse this plan: {why}" if why else ""


def steps_title(document: PlanDocument) -> str:
    """What stands above the steps."""
    return "What apply would do, did nothing forbid it" if refusal(document) else "What apply will do"


def calls(document: PlanDocument) -> str:
    """How often apply changes something at the remote, in a sentence without a stop; empty where it is not known."""
    count = document.summary.calls
    if count is None:
        return ""
    return f"{counted(count, 'call')} that change{'s' if count == 1 else ''} datasets at the remote"


def summary(document: PlanDocument) -> str:
    """Terraform's line, which other programs look for."""
    counts = document.summary
    parts = f"{counts.add} to add, {counts.change} to change, {counts.destroy} to destroy"
    if counts.forget:
        parts += f", {counts.forget} to forget"
    return f"Plan: {parts}."


def data_summary(document: PlanDocument, shown: Callable[[str], str] = str) -> str:
    """Ours, which follows it; what could be anybody's words is as `shown` has it."""
    counts = document.summary
    # What no spec describes describes no content either, so it says nothing of how much the remote tells of one.
    described = [change.content for change in document.changes if "not_in_specs" not in change.reasons]
    if document.untold and all(content == "frames" for content in described):
        return (
            f"Data: +{counts.entering:,} -{counts.leaving:,} frames; of labels and splits this remote tells nothing."
            f"{shown(_number(document))}"
        )
    return (
        f"Data: +{counts.entering:,} -{counts.leaving:,} frames, {counts.relabelled:,} relabelled, "
        f"{counted(counts.moving, 'split move')}.{shown(_number(document))}"
    )


def annotation_changes(changes: AnnotationChanges) -> str:
    """What happens to annotations in frames that stay; empty where nothing does."""
    parts = [
        f"+{changes.added:,} added" if changes.added else "",
        f"-{changes.removed:,} removed" if changes.removed else "",
        f"{changes.relabelled:,} relabelled" if changes.relabelled else "",
        f"{changes.moved:,} moved" if changes.moved else "",
        f"{changes.retouched:,} retouched" if changes.retouched else "",
    ]
    return ", ".join(filter(None, parts))


def class_id(label: LabelChange) -> str:
    """What becomes of the id of a class, in brackets after its name; empty where it stays, or the class is new."""
    if label.id_after is None:
        return " (no longer a class)"
    moves = label.id_before is not None and label.id_before != label.id_after
    return f" (id {label.id_before} -> {label.id_after})" if moves else ""


def flip(labels: LabelFlip) -> str:
    """One label that became another."""
    return f"{labels.before} -> {labels.after}  {labels.count:,}"


def pin(held: PinLine) -> str:
    """What the lock file holds a dataset to, in a phrase."""
    where = f"to revision {held.revision:,}" if held.revision is not None else "by its digest"
    if held.broken:
        return f"{where}, and the lake gives other frames than the {held.frames:,} that were locked"
    return f"{where}, for another selection than this" if held.outdated else where


def pin_upgrade(address: str, beyond: PinUpgrade) -> str:
    """What an upgrade of the pin would bring beside what is planned, in a sentence without a stop."""
    parts = [
        f"+{beyond.entering:,} -{beyond.leaving:,} frames" if beyond.entering or beyond.leaving else "",
        f"{beyond.relabelled:,} relabelled" if beyond.relabelled else "",
        f"{beyond.repainted:,} with another picture" if beyond.repainted else "",
        counted(beyond.moving, "split move") if beyond.moving else "",
    ]
    told = ", ".join(filter(None, parts))
    return f"`setwright lock --upgrade {address}` would bring {told} ({beyond.severity})"


_LEAKS = {
    "exact": ("picture", "in several splits"),
    "near": ("cluster", "of pictures that are nearly the same in several splits"),
    "group": ("group", "in several splits"),
}


def leak(found: Leak) -> str:
    """What is in several splits at once, in a phrase."""
    thing, where = _LEAKS[found.kind]
    return f"{counted(found.divided, thing)} {where} ({counted(found.frames.count, 'frame')})"


MOST_LEFT_OUT = 20
"""So many addresses that were not chosen are named; the document has them all."""


def left_out(document: PlanDocument) -> str:
    """What the plan says nothing of."""
    named = ", ".join(document.left_out[:MOST_LEFT_OUT])
    more = len(document.left_out) - MOST_LEFT_OUT
    told = f"{named} and {counted(more, 'dataset')} more" if more > 0 else named
    return f"Not planned for, and the plan is not complete: {told}."


def _number(document: PlanDocument) -> str:
    """The version that the only dataset would get."""
    changing = [change for change in document.changes if change.actions != ("no-op",)]
    if len(changing) != 1 or (version := changing[0].version) is None:
        return ""
    if version.after == NUMBERED_THERE:
        return ""
    if version.before is None:
        return f" Version {version.after} (new)."
    if version.before == version.after:
        return ""
    return f" Version {version.before} -> {version.after} ({changing[0].severity})."


def checks(document: PlanDocument) -> str:
    """How many checks hold, and what becomes of the others; empty where there are none."""
    counts = Counter[str](check.status for check in document.checks)
    told = [
        f"{counts['pass']:,} hold{'s' if counts['pass'] == 1 else ''}",
        *(
            counted(counts[status], word)
            for status, word in (("warn", "warning"), ("fail", "error"))
            if counts[status]
        ),
        *([f"{counts['unknown']:,} not evaluated"] if counts["unknown"] else []),
    ]
    return f"Checks: {', '.join(told)}." if counts else ""
