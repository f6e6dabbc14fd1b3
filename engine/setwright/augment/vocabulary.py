"""The eleven types of augmentation and their fifteen properties: LayerNext's ids, our words, units and ranges."""

from __future__ import annotations

from setwright.model.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Property:
    """One property of a type, which makes copies of its own.

    `id` is LayerNext's. `word` names it in a spec; it is empty where the type has one property only, whose value
    then follows the type's word. `range` holds the least and the greatest value in `unit`; None for a flag.
    """

    id: str
    word: str
    meaning: str
    unit: str = ""
    range: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AugmentationType:
    """One type of augmentation: LayerNext's `id`, the `word` for it in a spec, and its properties."""

    id: str
    word: str
    meaning: str
    properties: tuple[Property, ...]


def _flags(id: str, word: str, meaning: str, *flags: Property) -> AugmentationType:
    return AugmentationType(id=id, word=word, meaning=meaning, properties=flags)


def _range(
    id: str, word: str, meaning: str, property: str, unit: str, range: tuple[int, int]
) -> AugmentationType:
    only = Property(id=property, word="", meaning=meaning, unit=unit, range=range)
    return AugmentationType(id=id, word=word, meaning=meaning, properties=(only,))


VOCABULARY: tuple[AugmentationType, ...] = (
    _flags(
        "FLIP_IMAGE",
        "flip",
        "Mirrored pictures, one for each direction",
        Property(id="FLIP_HORIZONTAL", word="horizontal", meaning="left becomes right"),
        Property(id="FLIP_VERTICAL", word="vertical", meaning="top becomes bottom"),
    ),
    _range(
        "IMAGE_ROTATION",
        "rotate",
        "Pictures turned about their centre, counter-clockwise for positive angles",
        "PERCENTAGE_SCALE",
        "degrees",
        (-360, 360),
    ),
    _range("IMAGE_BLUR", "blur", "Blurred pictures, by a Gaussian of that radius", "BLUR", "pixels", (0, 15)),
    _flags(
        "NINETY_ROTATION",
        "rotate_90",
        "Pictures turned by quarters, one for each way",
        Property(id="CLOCKWISE", word="clockwise", meaning="a quarter turn to the right"),
        Property(id="COUNTER_CLOCKWISE", word="counter_clockwise", meaning="a quarter turn to the left"),
        Property(id="UPSIDE_DOWN", word="upside_down", meaning="half a turn"),
    ),
    _range(
        "GRAYSCALE",
        "grayscale",
        "Pictures with less colour; 100 leaves none",
        "GRAYSCALE_PERCENTAGE",
        "percent",
        (0, 100),
    ),
    _range("HUE", "hue", "Colours shifted round the colour wheel", "HUE_DEGREES", "degrees", (-50, 50)),
    _range(
        "SATURATION",
        "saturation",
        "Colours made stronger, or weaker below 0",
        "SATURATION_DEGREES",
        "percent",
        (-50, 50),
    ),
    _range(
        "BRIGHTNESS",
        "brightness",
        "Pictures made brighter, or darker below 0",
        "BRIGHTNESS_DEGREES",
        "percent",
        (-50, 50),
    ),
    _range(
        "NOISE",
        "noise",
        "Pictures of which that share of pixels is turned black or white",
        "NOISE_PERCENTAGE",
        "percent",
        (0, 100),
    ),
    AugmentationType(
        id="SHEAR",
        word="shear",
        meaning="Slanted pictures, one for each axis",
        properties=(
            Property(
                id="SHEAR_HORIZONTAL",
                word="horizontal",
                meaning="slanted along the rows",
                unit="degrees",
                range=(-40, 40),
            ),
            Property(
                id="SHEAR_VERTICAL",
                word="vertical",
                meaning="slanted along the columns",
                unit="degrees",
                range=(-40, 40),
            ),
        ),
    ),
    _range(
        "CROP",
        "crop",
        "Pictures of which that share of the area is cut away",
        "CROP_PERCENTAGE",
        "percent",
        (0, 100),
    ),
)

HARSH: dict[str, tuple[int, str]] = {
    "NOISE": (25, "Of a picture with more than a quarter of its pixels lost, little can be learned"),
    "CROP": (95, "A picture cut down by more than 95 percent of its area shows next to nothing"),
}
"""By type id: the greatest value that makes sense, and why."""

_BY_ID = {type_.id: type_ for type_ in VOCABULARY}
_BY_WORD = {type_.word: type_ for type_ in VOCABULARY}


def type_by_id(id: str) -> AugmentationType | None:
    """The type that LayerNext calls `id`."""
    return _BY_ID.get(id)


def type_by_word(word: str) -> AugmentationType | None:
    """The type that specs call `word`."""
    return _BY_WORD.get(word)


def property_ids() -> tuple[str, ...]:
    """All fifteen, as `TYPE.PROPERTY`, in the vocabulary's order."""
    return tuple(f"{type_.id}.{property.id}" for type_ in VOCABULARY for property in type_.properties)


def word_of(id: str) -> str:
    """What specs call the property with the id `TYPE.PROPERTY`: `rotate`, or `flip.horizontal`."""
    return _WORDS[id]


def unit_of(id: str) -> str:
    """The unit of the property with the id `TYPE.PROPERTY`, empty for a flag."""
    return _UNITS[id]


_UNITS = {f"{type_.id}.{property.id}": property.unit for type_ in VOCABULARY for property in type_.properties}
_WORDS = {
    f"{type_.id}.{property.id}": f"{type_.word}.{property.word}" if property.word else type_.word
    for type_ in VOCABULARY
    for property in type_.properties
}
