"""A request for augmentations, in our words or in LayerNext's JSON, to the one value that it means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from setwright.augment.problems import (
    Harsh,
    Malformed,
    NoPicture,
    OutOfRange,
    Path,
    Problem,
    Twice,
    UnknownProperty,
    UnknownType,
)
from setwright.augment.vocabulary import HARSH, VOCABULARY, type_by_id, type_by_word
from setwright.model.dataset import Augmentation, AugmentationWish

if TYPE_CHECKING:
    from setwright.augment.vocabulary import AugmentationType, Property

VERBATIM = "IMAGE_LEVEL"
"""The key under which LayerNext's own JSON lists augmentations."""
KNOBS = ("copies", "fraction", "min_visibility", "min_size", "seed")
MAX_COPIES = 100
"""The most copies of one frame by one property."""
MAX_MIN_SIZE = 10_000
"""The most pixels that a side of a cut object may have to keep: larger than any picture is useful."""
MAX_SEED = 2**53 - 1
"""The largest seed: what JSON can carry without loss."""

_ENTRY_KEYS = ("id", "properties", "isSelected", "description")
_PROPERTY_KEYS = ("id", "values", "isSelected", "description")


def decode(request: object) -> tuple[AugmentationWish, tuple[Problem, ...]]:
    """What `request`, plain values as read from YAML or JSON, asks for, and what is wrong with it.

    A single number n stands for the range [n, n], and the two ends of a range may come in either order. A flag
    without a value is set, so that `flip: {horizontal, vertical}` reads as it looks. Flags that are false, ranges
    that change nothing and entries with `isSelected: false` are left out; a request without any recipe equals none.
    """
    reader = _Reader()
    if not isinstance(request, dict):
        pasted = isinstance(request, list) and any(
            isinstance(each, dict) and "id" in each for each in request
        )
        example = f"{VERBATIM}: [{{id: FLIP_IMAGE, …}}]" if pasted else "flip: {horizontal: true}"
        reader.malformed((), "augmentations", "a mapping", example)
    else:
        reader.read(request)
    return reader.wish(), tuple(reader.problems)


class _Reader:
    def __init__(self) -> None:
        self.recipes: dict[tuple[str, str], Augmentation] = {}
        self.seen: dict[tuple[str, str], Path] = {}
        self.problems: list[Problem] = []
        self.knobs: dict[str, Any] = {}

    def wish(self) -> AugmentationWish:
        if not self.recipes:
            return AugmentationWish()
        return AugmentationWish(
            recipes=tuple(self.recipes[key] for key in sorted(self.recipes)), **self.knobs
        )

    def read(self, request: dict[str, Any]) -> None:
        for word, value in request.items():
            if word == VERBATIM:
                self._verbatim(value)
            elif word in KNOBS:
                self._knob(word, value)
            elif (type_ := type_by_word(word)) is not None:
                self._friendly(type_, value)
            else:
                known = (*(each.word for each in VOCABULARY), *KNOBS, VERBATIM)
                self.problems.append(UnknownType((word,), word, known))
        if not self.recipes and not self.problems:
            self.problems.append(NoPicture((), "augmentations", "nothing in it asks for a copy"))

    # Our words

    def _friendly(self, type_: AugmentationType, value: object) -> None:
        path: Path = (type_.word,)
        if not type_.properties[0].word:
            self._range(type_, type_.properties[0], value, path, path)
            return
        words = tuple(property.word for property in type_.properties)
        if not isinstance(value, dict):
            shown = "true" if type_.properties[0].range is None else "[-10, 10]"
            self.malformed(
                path,
                type_.word,
                f"a mapping with {_any_of(words)}",
                f"{type_.word}: {{{words[0]}: {shown}}}",
            )
            return
        before = len(self.recipes), len(self.problems)
        for word, each in value.items():
            property = next((property for property in type_.properties if property.word == word), None)
            here = (*path, word)
            if property is None:
                self.problems.append(UnknownProperty(here, type_.word, word, words))
            elif property.range is None:
                # `{horizontal}` is `{horizontal: null}` to YAML.
                self._flag(type_, property, True if each is None else each, here, here)
            else:
                self._range(type_, property, each, here, here)
        if before == (len(self.recipes), len(self.problems)):
            self.problems.append(NoPicture(path, type_.word, "none of its flags is true"))

    # LayerNext's words

    def _verbatim(self, entries: object) -> None:
        if not isinstance(entries, list):
            self.malformed(
                (VERBATIM,), VERBATIM, "a list of augmentations", f"{VERBATIM}: [{{id: FLIP_IMAGE, …}}]"
            )
            return
        for number, entry in enumerate(entries):
            path: Path = (VERBATIM, number)
            fields = self._fields(entry, path, "an augmentation", _ENTRY_KEYS)
            if fields is None:
                continue
            type_ = type_by_id(fields["id"])
            if type_ is None:
                known = tuple(each.id for each in VOCABULARY)
                self.problems.append(UnknownType((*path, "id"), fields["id"], known))
            else:
                self._entry(type_, fields, path)

    def _entry(self, type_: AugmentationType, fields: dict[str, Any], path: Path) -> None:
        properties = fields.get("properties", [])
        if not isinstance(properties, list):
            self.malformed(
                (*path, "properties"), "properties", "a list", "[{id: FLIP_HORIZONTAL, values: [true]}]"
            )
            return
        before = len(self.recipes), len(self.problems)
        chosen = fields.get("isSelected", True)
        for number, each in enumerate(properties):
            here = (*path, "properties", number)
            inner = self._fields(each, here, "a property", _PROPERTY_KEYS)
            if inner is None:
                continue
            property = next((one for one in type_.properties if one.id == inner["id"]), None)
            if property is None:
                known = tuple(one.id for one in type_.properties)
                self.problems.append(UnknownProperty((*here, "id"), type_.id, inner["id"], known))
            elif chosen and inner.get("isSelected", True):
                self._values(type_, property, inner.get("values"), here)
        if chosen and before == (len(self.recipes), len(self.problems)):
            self.problems.append(NoPicture(path, type_.id, "none of its properties is set"))

    def _values(self, type_: AugmentationType, property: Property, values: object, path: Path) -> None:
        here = (*path, "values")
        if not isinstance(values, list):
            example = "[true]" if property.range is None else "[0, 10]"
            self.malformed(here if values is not None else path, "values", "a list", f"values: {example}")
        elif property.range is not None:
            self._range(type_, property, values, here, path)
        elif len(values) != 1:
            self.malformed(here, property.id, "one true or false", "values: [true]")
        else:
            self._flag(type_, property, values[0], (*here, 0), path)

    def _fields(self, value: object, path: Path, what: str, keys: tuple[str, ...]) -> dict[str, Any] | None:
        """`value` as a mapping with a textual `id` and no keys but `keys`; None where it is none."""
        if not isinstance(value, dict) or not isinstance(value.get("id"), str):
            self.malformed(path, what, "a mapping with an id", "{id: FLIP_IMAGE, …}")
            return None
        for key in value:
            if key not in keys:
                self.problems.append(UnknownProperty((*path, key), value["id"], key, keys))
        if not isinstance(value.get("isSelected", True), bool):
            self.malformed((*path, "isSelected"), "isSelected", "true or false", "isSelected: true")
            return None
        if not isinstance(value.get("description", ""), str):
            self.malformed((*path, "description"), "description", "text", 'description: "…"')
            return None
        return value

    # Values

    def _flag(
        self, type_: AugmentationType, property: Property, value: object, path: Path, owner: Path
    ) -> None:
        if not isinstance(value, bool):
            self.malformed(path, property.word or property.id, "true or false", "true")
        elif self._first(type_, property, owner) and value:
            self._add(type_, property, None)

    def _range(
        self, type_: AugmentationType, property: Property, value: object, path: Path, owner: Path
    ) -> None:
        name = (property.word and f"{type_.word}.{property.word}") or type_.word
        ends = value if isinstance(value, list) else [value]
        whole = [_whole(end) for end in ends]
        assert property.range is not None
        low, high = property.range
        if not 1 <= len(ends) <= 2 or None in whole:
            example = f"[{max(low, -10)}, {min(high, 10)}]"
            self.malformed(path, name, f"two whole numbers, in {property.unit}", example)
            return
        numbers = sorted(number for number in whole if number is not None)
        if not self._first(type_, property, owner):
            return
        outside = [
            (position, number)
            for position, number in enumerate(whole)
            if number is not None and not low <= number <= high
        ]
        for position, number in outside:
            here = (*path, position) if isinstance(value, list) else path
            self.problems.append(OutOfRange(here, name, number, f"{low} to {high} {property.unit}"))
        if outside:
            return
        turns = type_.word == "rotate"
        if numbers[0] == numbers[-1] and numbers[0] in ((-360, 0, 360) if turns else (0,)):
            told = "a whole turn" if numbers[0] else "a range of nothing but 0"
            self.problems.append(NoPicture(path, name, f"{told} changes nothing"))
            return
        most, why = HARSH.get(type_.id, (high, ""))
        if numbers[-1] > most:
            self.problems.append(Harsh(path, numbers[-1], most, why))
        self._add(type_, property, (float(numbers[0]), float(numbers[-1])))

    def _first(self, type_: AugmentationType, property: Property, path: Path) -> bool:
        key = type_.id, property.id
        if key in self.seen:
            self.problems.append(Twice(path, self.seen[key], property))
            return False
        self.seen[key] = path
        return True

    def _add(self, type_: AugmentationType, property: Property, range_: tuple[float, float] | None) -> None:
        self.recipes[type_.id, property.id] = Augmentation(type=type_.id, property=property.id, range=range_)

    def _knob(self, name: str, value: object) -> None:
        path: Path = (name,)
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if name in ("copies", "seed"):
            number = _whole(value)
            least, most = (1, MAX_COPIES) if name == "copies" else (0, MAX_SEED)
            if number is None:
                self.malformed(path, name, "a whole number", f"{name}: 1")
            elif not least <= number <= most:
                self.problems.append(OutOfRange(path, name, number, f"{least} to {most}"))
            else:
                self.knobs[name] = number
        elif not is_number:
            self.malformed(path, name, "a number", f"{name}: 0.5")
        else:
            share = float(value)  # type: ignore[arg-type]
            if name == "min_size":
                if not 0 <= share <= MAX_MIN_SIZE:
                    self.problems.append(OutOfRange(path, name, share, f"0 to {MAX_MIN_SIZE}"))
                else:
                    self.knobs[name] = share
            elif not 0 <= share <= 1 or (name == "fraction" and share == 0):
                allowed = "more than 0, at most 1" if name == "fraction" else "0 to 1"
                self.problems.append(OutOfRange(path, name, share, allowed))
            else:
                self.knobs[name] = share

    def malformed(self, path: Path, what: str, wanted: str, example: str) -> None:
        self.problems.append(Malformed(path, what, wanted, example))


def _whole(value: object) -> int | None:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _any_of(words: tuple[str, ...]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}"
