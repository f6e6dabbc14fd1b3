"""What the words of a spec on splits mean: shares that make a hundred, or the splits that frames came with."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from setwright.model.splits import SPLITS, USUAL_VALUES, OfficialSplits, Split, SplitWish
from setwright.spec import findings
from setwright.spec.file_types import RESERVED_METADATA

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from setwright.spec.dataset_models import OfficialFile, SplitFile
    from setwright.spec.decoding import Decoding
    from setwright.spec.plain_values import Path

_PARTS = ("train", "validation", "test")
_USUAL = {"train": 80.0, "validation": 10.0, "test": 10.0}


def decode_split(within: Decoding, wanted: SplitFile | None) -> SplitWish:
    """How frames are to be divided; the usual shares where nothing is said."""
    if wanted is None:
        return SplitWish(train=80.0, validation=10.0, test=10.0)
    official = _official(within, wanted.official)
    divides = official is None or official.others == "divide"
    shares = _shares(within, wanted) if divides else _unused(within, wanted)
    return SplitWish(
        **shares,
        seed=wanted.seed or 0,
        group_by=_group(within, wanted.group_by, ("split", "group_by")),
        stratify=bool(wanted.stratify),
        resplit=bool(wanted.resplit),
        grow=_grow(within, wanted.grow, shares),
        official=official,
    )


def _shares(within: Decoding, wanted: SplitFile) -> dict[str, float]:
    given = {part: getattr(wanted, part) for part in _PARTS}
    usual = dict(_USUAL)
    # A share that cannot be read, or one that may hide behind a name that is no field's.
    others = [(name,) for name in type(wanted).model_fields if name not in _PARTS]
    if any(path[:1] == ("split",) and path[1:2] not in others for path in within.broken):
        return usual
    if all(share is None for share in given.values()):
        return usual
    shares = {part: float(share or 0) + 0.0 for part, share in given.items()}
    if sum(shares.values()) == 100 and all(share.is_integer() for share in shares.values()):
        return shares
    total = sum((Decimal(str(share)) for share in shares.values()), Decimal(0))
    if total == 100:
        return shares
    summands = " + ".join(f"{_plain(Decimal(str(share)))}" for share in shares.values())
    within.tell(
        findings.SPLIT_SUM.at(
            within.places.key(("split",)),
            f"train, validation and test make {summands} = {_plain(total)} percent. Every frame goes into one of "
            "them, so it has to be exactly 100.",
            _to_hundred(shares, total),
        )
    )
    return usual


def _unused(within: Decoding, wanted: SplitFile) -> dict[str, float]:
    """The shares of a split that the percentages do not divide; there may be none."""
    for part in _PARTS:
        if getattr(wanted, part) is not None:
            within.tell(
                findings.PERCENT_OF_NOTHING.at(
                    within.places.value(("split", part)),
                    "Every frame goes to the split that it came with, or where `others` says.",
                    "leave the percentages out, or write `others: divide` for frames that came with no split",
                )
            )
            break
    return dict(_USUAL)


def _official(within: Decoding, wanted: str | OfficialFile | None) -> OfficialSplits | None:
    if wanted is None:
        return None
    path: Path = ("split", "official")
    if isinstance(wanted, str):
        return OfficialSplits(field=_group(within, wanted, path) or "")
    field = _group(within, wanted.field, (*path, "field"))
    if field is None:
        within.missing(path, "field")
        return None
    seen: dict[str, Path] = {}
    named = {
        split: _values(within, getattr(wanted, split.value), (*path, split.value), seen) for split in SPLITS
    }
    # A value that is named for one split is no usual one of another.
    values = {
        split.value: tuple(value for value in USUAL_VALUES[split] if value not in seen)
        if some is None
        else some
        for split, some in named.items()
    }
    return OfficialSplits(field=field, **values, others=wanted.others or "refuse")


def _values(
    within: Decoding, wanted: Sequence[str] | None, path: Path, seen: dict[str, Path]
) -> tuple[str, ...] | None:
    """The values named for one split, sorted; one of another split, or that comes twice, is told."""
    if wanted is None:
        return None
    kept = []
    for number, value in enumerate(wanted):
        here, folded = (*path, number), value.casefold()
        if within.once(folded, here, seen, "value"):
            seen[folded] = here
            kept.append(value)
    return tuple(sorted(kept))


def _grow(within: Decoding, wanted: Sequence[str] | None, shares: Mapping[str, float]) -> tuple[Split, ...]:
    path: Path = ("split", "grow")
    named = within.distinct(path, wanted)
    if not named:
        return SPLITS
    if any(shares[name] for name in named):
        return tuple(split for split in SPLITS if split.value in named)
    within.tell(
        findings.SPLIT_CANNOT_GROW.at(
            within.places.value(path),
            f"New frames would go to {' and '.join(named)} alone, whose share is 0 percent.",
            "name a split that has a share as well",
        )
    )
    return SPLITS


def _group(within: Decoding, field: str | None, path: Path) -> str | None:
    if field is None:
        return None
    name = field.removeprefix("metadata.")
    if name.lower() in RESERVED_METADATA:
        within.tell(
            findings.BAD_GROUP_FIELD.at(
                within.places.value(path),
                f"{field} is no field of metadata with one value for each frame: frames have tags and names of "
                "their own.",
                "upload a metadata field, and name that",
            )
        )
    return name


def _plain(number: Decimal) -> str:
    """`number` without an exponent and without zeros at the end."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _to_hundred(shares: Mapping[str, float], total: Decimal) -> str:
    """What to do about shares that make `total` and not 100 percent, as a hint."""
    if total == 1:  # written as parts of one
        percent = {part: _plain(Decimal(str(share)) * 100) for part, share in shares.items() if share}
        return f"write percent: {', '.join(f'{part}: {share}' for part, share in percent.items())}"
    missing = Decimal(100) - total
    if missing > 0:
        return f"{_plain(missing)} percent {'is' if missing == 1 else 'are'} missing"
    return f"{_plain(-missing)} percent {'is' if missing == -1 else 'are'} too many"
