"""Problems of an augmentation request as findings, with their places."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from setwright.augment.problems import (
    Harsh,
    Malformed,
    NoPicture,
    OutOfRange,
    Problem,
    Twice,
    UnknownProperty,
    UnknownType,
)
from setwright.model.suggestions import did_you_mean
from setwright.spec import findings
from setwright.spec.shortening import short

if TYPE_CHECKING:
    from setwright.model.diagnostics import Diagnostic
    from setwright.spec.plain_values import Places


def finding_of(problem: Problem, places: Places) -> Diagnostic:
    """`problem`, whose path begins below `augmentations`, as a finding at its place."""
    path = ("augmentations", *problem.path)
    match problem:
        case UnknownType(_, name, known):
            place = places.value(path) if path[-1] == "id" else places.key(path)
            return findings.UNKNOWN_AUGMENTATION.at(
                place,
                f'There is no augmentation "{short(name)}". There are {", ".join(known)}.',
                did_you_mean(name, known),
            )
        case UnknownProperty(_, type_, name, known):
            place = places.value(path) if path[-1] == "id" else places.key(path)
            return findings.UNKNOWN_PROPERTY.at(
                place,
                f'"{type_}" has no "{short(name)}". It knows {", ".join(known)}.',
                did_you_mean(name, known),
            )
        case OutOfRange(_, what, value, allowed):
            return findings.AUGMENTATION_OUT_OF_RANGE.at(
                places.value(path), f"`{what}` takes {allowed}; {value:g} lies outside."
            )
        case Malformed(_, what, wanted, example):
            called = what.capitalize() if " " in what else f"`{what}`"
            return findings.MALFORMED_AUGMENTATION.at(
                places.value(path), f"{called} takes {wanted}.", f"write it as in {example}"
            )
        case NoPicture(_, what, why):
            return findings.NO_PICTURE.at(
                places.key(path), f"`{what}` asks for no copy: {why}.", "leave it out, or say what to make"
            )
        case Twice(_, first, property):
            before = places.key(("augmentations", *first))
            return findings.AUGMENTATION_TWICE.at(
                places.key(path),
                f"{property.id} is asked for at line {before.line}, column {before.column} already, and only one "
                "of the two can count.",
                "keep one of them",
            )
        case Harsh(_, value, most, why):
            return findings.HARSH_AUGMENTATION.at(
                places.value(path), f"{why}; {value:g} is asked for.", f"stay at or below {most}"
            )
        case _:
            assert_never(problem)
