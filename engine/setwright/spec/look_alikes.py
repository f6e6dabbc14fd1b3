"""Names that an eye cannot tell apart though they are written with other characters."""

from __future__ import annotations

_LATIN = str.maketrans(
    # Cyrillic, then Greek; only what most typefaces draw with the very same shape.
    "АВЕЅІЈКМНОРСТУХаеѕіјорсух" + "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧο",  # noqa: RUF001 - the very letters that are mistaken
    "ABESIJKMHOPCTYXaesijopcyx" + "ABEZHIKMNOPTYXo",
)


def shape(name: str) -> str:
    """What `name` looks like: equal for names that only their characters' numbers tell apart."""
    if name.isascii():
        return name
    from unicodedata import normalize

    return normalize("NFKC", name).translate(_LATIN)


def first_other(name: str, other: str) -> str:
    """The first character of `name` that `other` does not have at its place, in words, as in `U+0410`."""
    for number, character in enumerate(name):
        if other[number : number + 1] != character:
            return f"U+{ord(character):04X}"
    return f"U+{ord(other[len(name)]):04X}"
