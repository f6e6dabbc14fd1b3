"""What the fields of a spec mean together: from a file model to the one value that all its spellings stand for."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from setwright.augment.decode import decode as decode_augmentations
from setwright.model.dataset import (
    AugmentationWish,
    CollectionSource,
    DatasetConfig,
    DatasetsSource,
    Filter,
    HumanOverMachine,
    LabelClass,
    LakeSource,
    Operations,
    Source,
)
from setwright.model.splits import SPLITS, USUAL_VALUES, OfficialSplits, Split, SplitWish
from setwright.model.suggestions import did_you_mean
from setwright.spec import findings
from setwright.spec.augmentation_findings import finding_of
from setwright.spec.dataset_models import OperationsFile
from setwright.spec.days import day
from setwright.spec.exports import KNOWN_EXPORTS, exact_name, has_words, offered_by
from setwright.spec.file_types import RESERVED_METADATA
from setwright.spec.findings import MAX_FINDINGS
from setwright.spec.look_alikes import first_other, shape
from setwright.spec.queries import canonical_query
from setwright.spec.shortening import short

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    from setwright.model.diagnostics import Diagnostic
    from setwright.spec.dataset_models import DatasetFile, OfficialFile, SplitFile
    from setwright.spec.lists import Lists
    from setwright.spec.plain_values import Path, Places
    from setwright.spec.project import RemoteSettings

_PARTS = ("train", "validation", "test")
_USUAL = {"train": 80.0, "validation": 10.0, "test": 10.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a spec's meaning depends on beside its own text: the environment's names, the remote, lists, other exports.

    `lists` are the project's files of frames. `other_exports` gives the names of exports that installed packages add;
    it is asked only when a spec names one.
    """

    remote: RemoteSettings
    lists: Lists
    prefix: str = ""
    suffix: str = ""
    other_exports: Callable[[], Sequence[str]] = tuple


def decode(
    spec: DatasetFile,
    places: Places,
    broken: frozenset[Path],
    surroundings: Surroundings,
    tell: Callable[[Diagnostic], None],
) -> DatasetConfig | None:
    """The configuration that `spec` means, and findings on what its fields mean together.

    `broken` are the paths that were left out of `spec` because they do not fit; nothing is said of them again. The
    result is None where an address, a source or a label is missing; it is of no use where an error was told.
    """
    decoder = _Decoder(spec, places, broken, surroundings, tell)
    source = decoder.source()
    labels = decoder.labels()
    rest = {
        "query": decoder.query(),
        "filter": decoder.filter(),
        "operations": decoder.operations(),
        "split": decoder.split(),
        "augmentations": decoder.augmentations(),
        "exports": decoder.exports(),
        "owners": decoder.distinct(("owners",), spec.owners),
        "tags": decoder.distinct(("tags",), spec.tags),
    }
    if source is None or not labels or spec.dataset is None:
        return None
    name = spec.name or spec.dataset
    return DatasetConfig(
        name=f"{surroundings.prefix}{name}{surroundings.suffix}",
        source=source,
        labels=labels,
        background=spec.background or "keep",
        versioning=spec.versioning or "auto",
        description=(spec.description or "").strip(),
        protect=bool(spec.protect),
        **rest,  # type: ignore[arg-type]
    )


class _Decoder:
    def __init__(
        self,
        spec: DatasetFile,
        places: Places,
        broken: frozenset[Path],
        surroundings: Surroundings,
        tell: Callable[[Diagnostic], None],
    ) -> None:
        self.spec = spec
        self.places = places
        self.broken = broken
        self.surroundings = surroundings
        self.tell = tell

    def source(self) -> Source | None:
        source = self.spec.source
        if source is None:
            return None
        chosen = [
            name for name in ("collection", "datalake", "datasets") if getattr(source, name) is not None
        ]
        if len(chosen) != 1:
            if chosen or not any(path[:1] == ("source",) for path in self.broken):
                self.tell(
                    findings.UNCLEAR_SOURCE.at(
                        self.places.key(("source", chosen[1]) if chosen else ("source",)),
                        f"It names {' and '.join(f'`{name}`' for name in chosen)}, and frames come from one of them."
                        if chosen
                        else "It names none of `collection`, `datalake` and `datasets`.",
                        "keep one; another dataset can take the other's frames, and `datasets` join the two"
                        if chosen
                        else "write `collection: party-photos`, `datalake: image` or `datasets: [other-spec]`",
                    )
                )
            return None
        if source.datasets is not None:
            return DatasetsSource(addresses=self.distinct(("source", "datasets"), source.datasets))
        if source.datalake is not None:
            return LakeSource(items=source.datalake)
        if isinstance(source.collection, str):
            return CollectionSource(name=source.collection)
        assert source.collection is not None
        if source.collection.id is None:
            self._missing(("source", "collection"), "id")
            return None
        return CollectionSource(id=source.collection.id)

    def query(self) -> str:
        if self.spec.query is None:
            return ""
        return canonical_query(
            self.spec.query, self.places.node(("query",)), self.surroundings.remote.kind, self.tell
        )

    def filter(self) -> Filter:
        wanted = self.spec.filter
        if wanted is None:
            return Filter()
        first = self._day("from_date", wanted.from_date)
        last = self._day("to_date", wanted.to_date)
        if first is not None and last is not None and first > last:
            self.tell(
                findings.DATES_CROSSED.at(
                    self.places.value(("filter", "to_date")),
                    f"No frame was uploaded from {first} on and also until {last}, so the dataset would be empty.",
                    "did you swap the two?",
                )
            )
        return Filter(
            annotation_types=self.distinct(("filter", "annotation_types"), wanted.annotation_types),  # type: ignore[arg-type]
            from_date=first,
            to_date=last,
        )

    def operations(self) -> Operations:
        wanted = self.spec.operations
        if not isinstance(wanted, OperationsFile):
            return self._taken(("operations",), wanted)
        take = self._taken(("operations", "take"), wanted.take)
        # One operation alone is people's or a model's, so that there is nothing to prefer it to.
        if wanted.prefer is None or (take is not None and len(take) < 2):
            return take
        if self.surroundings.remote.kind == "layernext":
            self.tell(
                findings.PREFERENCE_NOT_OFFERED.at(
                    self.places.value(("operations", "prefer")),
                    "LayerNext takes the annotations of all operations that it is given, side by side.",
                    "list the annotation projects, or ask a lake",
                )
            )
        return HumanOverMachine(take=take)

    def _taken(self, path: Path, wanted: str | Sequence[str] | None) -> tuple[str, ...] | None:
        if wanted is None or wanted == "all":
            return None
        return () if isinstance(wanted, str) else self.distinct(path, wanted)

    def labels(self) -> tuple[LabelClass, ...]:
        wanted = self.spec.labels
        if wanted is None:
            return ()
        classes: list[LabelClass] = []
        named: list[tuple[str, Path]] = []
        seen: dict[str, Path] = {}
        if isinstance(wanted, list):
            for number, label in enumerate(wanted):
                path: Path = ("labels", number)
                if self._label(label, path, seen):
                    classes.append(LabelClass(name=label, sources=(label,)))
                    named.append((label, path))
        else:
            for name, sources in wanted.items():
                several = [sources] if isinstance(sources, str) else sources
                kept = [
                    label
                    for number, label in enumerate(several)
                    if self._label(
                        label,
                        ("labels", name, number) if isinstance(sources, list) else ("labels", name),
                        seen,
                    )
                ]
                classes.append(LabelClass(name=name, sources=tuple(sorted(kept))))
                named.append((name, ("labels", name)))
        self._alike(named)
        return tuple(classes)

    def split(self) -> SplitWish:
        wanted = self.spec.split
        if wanted is None:
            return SplitWish(train=80.0, validation=10.0, test=10.0)
        official = self._official(wanted.official)
        divides = official is None or official.others == "divide"
        shares = self._shares(wanted) if divides else self._unused(wanted)
        return SplitWish(
            **shares,
            seed=wanted.seed or 0,
            group_by=self._group(wanted.group_by, ("split", "group_by")),
            stratify=bool(wanted.stratify),
            resplit=bool(wanted.resplit),
            grow=self._grow(wanted.grow, shares),
            official=official,
        )

    def exports(self) -> tuple[str, ...]:
        names: dict[str, Path] = {}
        for number, wanted in enumerate(self.spec.exports or ()):
            path: Path = ("exports", number)
            name = self._export(wanted, path)
            if name is not None and self._once(name, path, names, "export"):
                names[name] = path
        return tuple(sorted(names))

    def augmentations(self) -> AugmentationWish:
        if self.spec.augmentations is None:
            return AugmentationWish()
        wish, problems = decode_augmentations(self.spec.augmentations)
        for problem in problems[: MAX_FINDINGS + 1]:
            self.tell(finding_of(problem, self.places))
        return wish

    def distinct(self, path: Path, values: Sequence[str] | None) -> tuple[str, ...]:
        """`values`, whose order means nothing, sorted; one that comes twice is told."""
        if values is None:
            return ()
        if len(several := set(values)) == len(values):
            return tuple(sorted(several))
        seen: dict[str, Path] = {}
        for number, value in enumerate(values):
            here = (*path, number)
            if self._once(value, here, seen, "entry"):
                seen[value] = here
        return tuple(sorted(seen))

    def _once(self, name: str, path: Path, seen: dict[str, Path], what: str) -> bool:
        if name not in seen:
            return True
        before = self.places.value(seen[name])
        self.tell(
            findings.NAMED_TWICE.at(
                self.places.value(path),
                f'The {what} "{short(name)}" stands at line {before.line}, column {before.column} already.',
                "keep one of them",
            )
        )
        return False

    def _label(self, label: str, path: Path, seen: dict[str, Path]) -> bool:
        if label not in seen:
            seen[label] = path
            return True
        before = self.places.value(seen[label])
        self.tell(
            findings.LABEL_TWICE.at(
                self.places.value(path),
                f'"{short(label)}" stands at line {before.line}, column {before.column} already. Its annotations '
                "can be of one class only.",
                "keep one of them",
            )
        )
        return False

    def _alike(self, named: Sequence[tuple[str, Path]]) -> None:
        seen: dict[str, str] = {}
        for name, path in named:
            twin = seen.setdefault(shape(name).casefold(), name)
            if twin == name:
                continue
            merged = f"if they are one, merge them: `{short(twin)}: [{short(twin)}, {short(name)}]`"
            if twin.casefold() == name.casefold():
                self.tell(
                    findings.LABELS_ALIKE.at(
                        self.places.key(path),
                        f'"{short(name)}" and "{short(twin)}" are two classes, and a model would have to tell them '
                        "apart.",
                        merged,
                    )
                )
            else:
                self.tell(
                    findings.LABELS_LOOK_ALIKE.at(
                        self.places.key(path),
                        f'"{short(name)}" and "{short(twin)}" are two classes, though nobody sees it: one has '
                        f"{first_other(name, twin)} where the other has {first_other(twin, name)}.",
                        merged,
                    )
                )

    def _shares(self, wanted: SplitFile) -> dict[str, float]:
        given = {part: getattr(wanted, part) for part in _PARTS}
        usual = dict(_USUAL)
        # A share that cannot be read, or one that may hide behind a name that is no field's.
        others = [(name,) for name in type(wanted).model_fields if name not in _PARTS]
        if any(path[:1] == ("split",) and path[1:2] not in others for path in self.broken):
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
        self.tell(
            findings.SPLIT_SUM.at(
                self.places.key(("split",)),
                f"train, validation and test make {summands} = {_plain(total)} percent. Every frame goes into one of "
                "them, so it has to be exactly 100.",
                _to_hundred(shares, total),
            )
        )
        return usual

    def _unused(self, wanted: SplitFile) -> dict[str, float]:
        """The shares of a split that the percentages do not divide; there may be none."""
        for part in _PARTS:
            if getattr(wanted, part) is not None:
                self.tell(
                    findings.PERCENT_OF_NOTHING.at(
                        self.places.value(("split", part)),
                        "Every frame goes to the split that it came with, or where `others` says.",
                        "leave the percentages out, or write `others: divide` for frames that came with no split",
                    )
                )
                break
        return dict(_USUAL)

    def _official(self, wanted: str | OfficialFile | None) -> OfficialSplits | None:
        if wanted is None:
            return None
        path: Path = ("split", "official")
        if isinstance(wanted, str):
            return OfficialSplits(field=self._group(wanted, path) or "")
        field = self._group(wanted.field, (*path, "field"))
        if field is None:
            self._missing(path, "field")
            return None
        seen: dict[str, Path] = {}
        named = {
            split: self._values(getattr(wanted, split.value), (*path, split.value), seen) for split in SPLITS
        }
        # A value that is named for one split is no usual one of another.
        values = {
            split.value: tuple(value for value in USUAL_VALUES[split] if value not in seen)
            if some is None
            else some
            for split, some in named.items()
        }
        return OfficialSplits(field=field, **values, others=wanted.others or "refuse")

    def _missing(self, path: Path, field: str) -> None:
        """Tell that the mapping at `path` lacks `field`, unless what stands there was told of already."""
        if (*path, field) not in self.broken:
            name = ".".join(map(str, path))
            self.tell(findings.MISSING_FIELD.at(self.places.key(path), f"`{name}` needs `{field}`."))

    def _values(
        self, wanted: Sequence[str] | None, path: Path, seen: dict[str, Path]
    ) -> tuple[str, ...] | None:
        """The values named for one split, sorted; one of another split, or that comes twice, is told."""
        if wanted is None:
            return None
        kept = []
        for number, value in enumerate(wanted):
            here, folded = (*path, number), value.casefold()
            if self._once(folded, here, seen, "value"):
                seen[folded] = here
                kept.append(value)
        return tuple(sorted(kept))

    def _grow(self, wanted: Sequence[str] | None, shares: Mapping[str, float]) -> tuple[Split, ...]:
        path: Path = ("split", "grow")
        named = self.distinct(path, wanted)
        if not named:
            return SPLITS
        if any(shares[name] for name in named):
            return tuple(split for split in SPLITS if split.value in named)
        self.tell(
            findings.SPLIT_CANNOT_GROW.at(
                self.places.value(path),
                f"New frames would go to {' and '.join(named)} alone, whose share is 0 percent.",
                "name a split that has a share as well",
            )
        )
        return SPLITS

    def _group(self, field: str | None, path: Path) -> str | None:
        if field is None:
            return None
        name = field.removeprefix("metadata.")
        if name.lower() in RESERVED_METADATA:
            self.tell(
                findings.BAD_GROUP_FIELD.at(
                    self.places.value(path),
                    f"{field} is no field of metadata with one value for each frame: frames have tags and names of "
                    "their own.",
                    "upload a metadata field, and name that",
                )
            )
        return name

    def _day(self, field: str, text: str | None) -> date | None:
        if text is None:
            return None
        found = day(text)
        if found is None:
            self.tell(
                findings.BAD_DATE.at(
                    self.places.value(("filter", field)),
                    f"The calendar has no {text}.",
                    "write year-month-day, as in 2024-05-31",
                )
            )
        return found

    def _export(self, wanted: str, path: Path) -> str | None:
        name = exact_name(wanted, ())
        others = () if name is not None else self.surroundings.other_exports()
        name = name or exact_name(wanted, others)
        offered = offered_by(self.surroundings.remote.kind)
        if name in offered:
            return name
        known = [each.name for each in KNOWN_EXPORTS]
        if name is None:
            self.tell(
                findings.UNKNOWN_EXPORT.at(
                    self.places.value(path),
                    f'There is no export "{short(wanted)}". {self._remote()} makes '
                    f"{', '.join([*offered, *others])}.",
                    _any_of([each for each in (*offered, *others) if has_words(each, wanted)])
                    or did_you_mean(wanted, [*known, *(each.short for each in KNOWN_EXPORTS), *others]),
                )
            )
            return None
        if name in known and name not in offered:
            self.tell(
                findings.EXPORT_NOT_OFFERED.at(
                    self.places.value(path),
                    f"{self._remote()} does not make {name}. It makes {', '.join(offered)}.",
                    "leave it out",
                )
            )
        return name

    def _remote(self) -> str:
        return "LayerNext" if self.surroundings.remote.kind == "layernext" else "A lake"


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


def _any_of(names: Sequence[str]) -> str | None:
    """`names` as a hint; None where there is none."""
    quoted = [f'"{name}"' for name in names]
    return f"did you mean {' or '.join(quoted)}?" if quoted else None
