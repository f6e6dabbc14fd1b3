"""What can be read of a dataset that somebody else made, as far as it goes; what cannot is said."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from setwright.model.counting import counted
from setwright.model.dataset import CollectionSource, DatasetConfig, LabelClass, LakeSource, Selection
from setwright.model.errors import RemoteError
from setwright.model.frames import contained
from setwright.model.splits import SPLITS, SplitWish
from setwright.spec.file_types import MAX_TEXT, TEXT_PATTERN

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from setwright.model.frames import Frames
    from setwright.remotes.layernext.listing import Lister


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A configuration as it was found.

    `notes` say, by field, where its value comes from, `unread` what could not be read.
    """

    config: DatasetConfig
    notes: Mapping[str, str]
    unread: tuple[str, ...]


def found(
    lister: Lister,
    name: str,
    frames: Frames,
    *,
    labels: tuple[str, ...],
    exports: tuple[str, ...],
    lists: Iterable[str],
    varied: int,
) -> Found:
    """The configuration of the dataset called `name` that holds `frames`.

    `labels` are those that occur in it, `lists` the path list of each picture, as in `train`, and `varied` the number
    of pictures beyond its frames.

    Raises:
        RemoteError: no label is told that a spec could name.
    """
    notes = {"exports": "those that LayerNext has"}
    unread = ["who annotated it (`operations`)"]
    source, whole = _source(lister, frames)
    if isinstance(source, CollectionSource):
        notes["source"] = "all its frames are in this collection"
    else:
        notes["source"] = "its frames are in no single collection"
    if not whole:
        unread.append("the query and the filter: the source has more frames, so the next plan would add them")
    split = _split(Counter(lists))
    if split is None:
        unread.append("the split: the spec says what is the default")
    else:
        notes["split"] = "as it came out, rounded; what was asked for cannot be read"
    if labels:
        notes["labels"] = "those that occur in it, by name; there may have been more"
    else:
        unread.append("the labels: no export tells them, so all of the lake are written down")
        labels = lister.client.labels() or ()
    named = tuple(dict.fromkeys(label for label in labels if _can_be_named(label)))
    if not named:
        raise RemoteError(
            "LayerNext tells no label that a spec could name",
            "A dataset has at least one.",
            "write the spec by hand, and adopt the dataset then",
        )
    if unnamed := len(set(labels)) - len(named):
        unread.append(
            f"{counted(unnamed, 'label')} that no spec can name: not a line of text of at most 200 characters"
        )
    if varied:
        unread.append(f"the augmentations: {varied:,} pictures are no frames, and look like varied copies")
    config = DatasetConfig(
        name=name,
        source=source,
        labels=tuple(LabelClass(name=label, sources=(label,)) for label in named),
        split=split or SplitWish(),
        exports=exports,
    )
    return Found(config=config, notes=notes, unread=tuple(unread))


def labels_in(folder: Path) -> tuple[str, ...]:
    """The labels of the annotations in JSON files of LayerNext's form below `folder`, sorted."""
    labels: set[str] = set()
    for file in sorted(folder.rglob("*.json")):
        try:
            document = json.loads(file.read_bytes())
        except (OSError, ValueError, RecursionError):
            continue
        for image in _list(document, "images"):
            labels.update(
                each["label"]
                for each in _list(image, "annotations")
                if isinstance(each, dict) and isinstance(each.get("label"), str)
            )
    return tuple(sorted(labels))


def _list(document: Any, key: str) -> list[Any]:
    value = document.get(key) if isinstance(document, dict) else None
    return value if isinstance(value, list) else []


def _source(lister: Lister, frames: Frames) -> tuple[CollectionSource | LakeSource, bool]:
    """Where all `frames` are, and whether they are all that is there."""
    first = str(frames.name[0]) if len(frames) else ""
    names = (each.name for each in lister.collections() if _can_be_named(each.name))
    # LayerNext makes a frame's unique name of that of its collection, tamed.
    likely = [name for name in names if first.startswith(re.sub(r"[^0-9A-Za-z_ -]", "_", name))]
    for name in sorted(likely, key=len, reverse=True):
        held = lister.names(_selection(CollectionSource(name=name)))
        if bool(contained(frames.name, held).all()):
            return CollectionSource(name=name), len(held) == len(frames)
    whole = lister.client.count(
        collection=None, items="image", query="", filter=_selection(LakeSource()).filter
    )
    return LakeSource(), whole == len(frames)


def _can_be_named(text: str) -> bool:
    """Whether a spec can hold it."""
    return len(text) <= MAX_TEXT and re.search(TEXT_PATTERN, text) is not None and not _HALF.search(text)


_HALF: Final = re.compile(r"[\ud800-\udfff]")


def _selection(source: CollectionSource | LakeSource) -> Selection:
    return Selection.of(DatasetConfig(name="", source=source, labels=()))


def _split(lists: Counter[str]) -> SplitWish | None:
    """Whole percentages that fit the lists of paths, None where there are none of that kind."""
    counts = [lists[split.value] for split in SPLITS]
    total = sum(counts)
    if not total:
        return None
    exact = [100 * count / total for count in counts]
    shares = [int(share) for share in exact]
    by_rest = sorted(range(len(shares)), key=lambda place: shares[place] - exact[place])
    for place in by_rest[: 100 - sum(shares)]:
        shares[place] += 1
    return SplitWish(train=shares[0], validation=shares[1], test=shares[2])
