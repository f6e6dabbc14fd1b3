"""What the labels of a spec mean: classes, and the labels of the lake that each takes in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from setwright.model.dataset import LabelClass
from setwright.spec import findings
from setwright.spec.look_alikes import first_other, shape
from setwright.spec.shortening import short

if TYPE_CHECKING:
    from collections.abc import Sequence

    from setwright.spec.dataset_models import Labels
    from setwright.spec.decoding import Decoding
    from setwright.spec.plain_values import Path


def decode_labels(within: Decoding, wanted: Labels | None) -> tuple[LabelClass, ...]:
    """The classes, in the order of the spec, which is that of their ids; none where nothing is said."""
    if wanted is None:
        return ()
    classes: list[LabelClass] = []
    named: list[tuple[str, Path]] = []
    seen: dict[str, Path] = {}
    if isinstance(wanted, list):
        for number, label in enumerate(wanted):
            path: Path = ("labels", number)
            if _label(within, label, path, seen):
                classes.append(LabelClass(name=label, sources=(label,)))
                named.append((label, path))
    else:
        for name, sources in wanted.items():
            several = [sources] if isinstance(sources, str) else sources
            kept = [
                label
                for number, label in enumerate(several)
                if _label(
                    within,
                    label,
                    ("labels", name, number) if isinstance(sources, list) else ("labels", name),
                    seen,
                )
            ]
            classes.append(LabelClass(name=name, sources=tuple(sorted(kept))))
            named.append((name, ("labels", name)))
    _alike(within, named)
    return tuple(classes)


def _label(within: Decoding, label: str, path: Path, seen: dict[str, Path]) -> bool:
    if label not in seen:
        seen[label] = path
        return True
    before = within.places.value(seen[label])
    within.tell(
        findings.LABEL_TWICE.at(
            within.places.value(path),
            f'"{short(label)}" stands at line {before.line}, column {before.column} already. Its annotations '
            "can be of one class only.",
            "keep one of them",
        )
    )
    return False


def _alike(within: Decoding, named: Sequence[tuple[str, Path]]) -> None:
    seen: dict[str, str] = {}
    for name, path in named:
        twin = seen.setdefault(shape(name).casefold(), name)
        if twin == name:
            continue
        merged = f"if they are one, merge them: `{short(twin)}: [{short(twin)}, {short(name)}]`"
        if twin.casefold() == name.casefold():
            within.tell(
                findings.LABELS_ALIKE.at(
                    within.places.key(path),
                    f'"{short(name)}" and "{short(twin)}" are two classes, and a model would have to tell them '
                    "apart.",
                    merged,
                )
            )
        else:
            within.tell(
                findings.LABELS_LOOK_ALIKE.at(
                    within.places.key(path),
                    f'"{short(name)}" and "{short(twin)}" are two classes, though nobody sees it: one has '
                    f"{first_other(name, twin)} where the other has {first_other(twin, name)}.",
                    merged,
                )
            )
