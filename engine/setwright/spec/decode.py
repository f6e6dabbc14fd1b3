"""What the fields of a spec mean together: from a file model to the one value that all its spellings stand for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from setwright.augment.decode import decode as decode_augmentations
from setwright.model.dataset import (
    AugmentationWish,
    CollectionSource,
    DatasetConfig,
    DatasetsSource,
    Filter,
    HumanOverMachine,
    LakeSource,
    Operations,
    Source,
)
from setwright.model.suggestions import any_of, did_you_mean
from setwright.model.values import dataclass
from setwright.spec import findings
from setwright.spec.augmentation_findings import finding_of
from setwright.spec.dataset_models import OperationsFile
from setwright.spec.days import day
from setwright.spec.decode_labels import decode_labels
from setwright.spec.decode_split import decode_split
from setwright.spec.decoding import Decoding
from setwright.spec.exports import KNOWN_EXPORTS, alike, exact_name, offered_by
from setwright.spec.findings import MAX_FINDINGS
from setwright.spec.queries import canonical_query
from setwright.spec.shortening import short

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from setwright.model.diagnostics import Diagnostic
    from setwright.spec.dataset_models import DatasetFile
    from setwright.spec.lists import Lists
    from setwright.spec.plain_values import Path, Places
    from setwright.spec.project import RemoteSettings


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
    decoder = _Decoder(places, broken, tell, spec, surroundings)
    source = decoder.source()
    labels = decode_labels(decoder, spec.labels)
    rest = {
        "query": decoder.query(),
        "filter": decoder.filter(),
        "operations": decoder.operations(),
        "split": decode_split(decoder, spec.split),
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


@dataclass(frozen=True, slots=True)
class _Decoder(Decoding):
    spec: DatasetFile
    surroundings: Surroundings

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
            self.missing(("source", "collection"), "id")
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

    def exports(self) -> tuple[str, ...]:
        names: dict[str, Path] = {}
        for number, wanted in enumerate(self.spec.exports or ()):
            path: Path = ("exports", number)
            name = self._export(wanted, path)
            if name is not None and self.once(name, path, names, "export"):
                names[name] = path
        return tuple(sorted(names))

    def augmentations(self) -> AugmentationWish:
        if self.spec.augmentations is None:
            return AugmentationWish()
        wish, problems = decode_augmentations(self.spec.augmentations)
        for problem in problems[: MAX_FINDINGS + 1]:
            self.tell(finding_of(problem, self.places))
        return wish

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
                    any_of(alike(wanted, (*offered, *others)))
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
