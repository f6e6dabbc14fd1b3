"""What is to be seen in a demo picture: drawn by lot from a seed, and known to the tenth of a pixel."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, hypot, pi, sin
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.random import Generator

Point: TypeAlias = tuple[float, float]
Colour: TypeAlias = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Sky:
    """A time of day: its tag, the colours at the top, at the horizon, and of the hills, near and far."""

    tag: str
    zenith: Colour
    horizon: Colour
    far: Colour
    near: Colour


SKIES: tuple[Sky, ...] = (
    Sky("sunny", (64, 132, 214), (196, 226, 246), (126, 168, 140), (92, 148, 78)),
    Sky("cloudy", (138, 152, 168), (212, 216, 218), (132, 148, 142), (98, 126, 92)),
    Sky("sunset", (84, 92, 160), (252, 176, 112), (128, 92, 116), (84, 72, 84)),
    Sky("dusk", (22, 28, 64), (92, 84, 132), (44, 44, 78), (26, 30, 50)),
)
_LIKELY = (0.45, 0.25, 0.18, 0.12)

COLOURS: dict[str, Colour] = {
    "Red": (216, 44, 52),
    "Blue": (40, 96, 200),
    "Yellow": (246, 198, 44),
    "Green": (52, 156, 84),
    "Purple": (138, 68, 168),
    "Orange": (240, 128, 40),
    "Pink": (240, 132, 172),
}
SITES = ("garden", "park", "beach", "schoolyard")
SIZES = ((480, 360), (360, 480))


@dataclass(frozen=True, slots=True)
class Balloon:
    """`outline` is what is painted and what is annotated, in pixels; `knot` where its string begins."""

    outline: tuple[Point, ...]
    centre: Point
    radius: float
    knot: Point
    sway: float
    colour: str


@dataclass(frozen=True, slots=True)
class Kite:
    """A diamond with a tail; its box is that of the `corners`."""

    corners: tuple[Point, Point, Point, Point]
    colours: tuple[str, str]
    sway: float


@dataclass(frozen=True, slots=True)
class Bird:
    """Two wings, each a stroke from a tip to the body."""

    left: Point
    body: Point
    right: Point


@dataclass(frozen=True, slots=True)
class Scene:
    """One picture. `clouds` are x, y and radius; `hills` the height of the horizon and two phases."""

    width: int
    height: int
    sky: Sky
    site: str
    clouds: tuple[tuple[float, float, float], ...]
    hills: tuple[float, float, float]
    balloons: tuple[Balloon, ...]
    kites: tuple[Kite, ...]
    birds: tuple[Bird, ...]


def scene(seed: int, number: int) -> Scene:
    """The picture with that number. It does not depend on how many others there are."""
    lot = np.random.Generator(np.random.PCG64([seed, number]))
    width, height = SIZES[int(lot.random() < 0.3)]
    sky = SKIES[int(lot.choice(len(SKIES), p=_LIKELY))]
    site = SITES[int(lot.integers(len(SITES)))]
    clouds = tuple(
        (float(lot.uniform(0, width)), float(lot.uniform(0, height * 0.5)), float(lot.uniform(14, 40)))
        for _ in range(int(lot.integers(0, 14)) if sky.tag != "cloudy" else 22)
    )
    hills = (float(lot.uniform(0.78, 0.9)), float(lot.uniform(0, 2 * pi)), float(lot.uniform(0, 2 * pi)))
    taken: list[tuple[Point, float]] = []
    # One picture in six has no balloon: a trainer needs to see some.
    balloons = int(lot.integers(1, 7)) if lot.random() > 1 / 6 else 0
    kites = int(lot.choice((0, 1, 2), p=(0.66, 0.26, 0.08)))
    birds = int(lot.choice((0, 1, 2, 3), p=(0.7, 0.14, 0.1, 0.06)))
    return Scene(
        width=width,
        height=height,
        sky=sky,
        site=site,
        clouds=clouds,
        hills=hills,
        balloons=tuple(
            _balloon(lot, centre, radius)
            for _ in range(balloons)
            if (centre := _place(lot, radius := float(lot.uniform(18, 46)), 1.5, width, height, taken))
        ),
        kites=tuple(
            _kite(lot, centre, radius)
            for _ in range(kites)
            if (centre := _place(lot, radius := float(lot.uniform(16, 30)), 1.2, width, height, taken))
        ),
        birds=tuple(
            _bird(lot, centre, radius)
            for _ in range(birds)
            if (centre := _place(lot, radius := float(lot.uniform(7, 13)), 1.1, width, height, taken))
        ),
    )


def _place(
    lot: Generator, radius: float, reach: float, width: int, height: int, taken: list[tuple[Point, float]]
) -> Point | None:
    """A free place above the hills, None where chance finds none. Nothing overlaps, so every outline is whole."""
    room = radius * reach
    for _ in range(40):
        x = float(lot.uniform(room, width - room))
        y = float(lot.uniform(room, height * 0.82 - room))
        if all(hypot(x - other[0], y - other[1]) > room + around for other, around in taken):
            taken.append(((x, y), room))
            return x, y
    return None


def _balloon(lot: Generator, centre: Point, radius: float) -> Balloon:
    """An egg, its thin end down, tilted a little."""
    tall = float(lot.uniform(1.12, 1.3))
    tilt = float(lot.uniform(-0.25, 0.25))

    def at(angle: float, out: float = 1.0) -> Point:
        slim = 1 - 0.2 * ((1 - cos(angle)) / 2) ** 2
        return _turned(centre, radius * sin(angle) * slim * out, -radius * tall * cos(angle) * out, tilt)

    return Balloon(
        outline=tuple(at(2 * pi * step / 40) for step in range(40)),
        centre=centre,
        radius=radius,
        knot=at(pi, 1.04),
        sway=float(lot.uniform(-12, 12)),
        colour=list(COLOURS)[int(lot.integers(len(COLOURS)))],
    )


def _kite(lot: Generator, centre: Point, radius: float) -> Kite:
    tilt = float(lot.uniform(-0.7, 0.7))
    one, two = lot.choice(len(COLOURS), 2, replace=False).tolist()
    points = ((0, -1), (0.62, -0.2), (0, 1), (-0.62, -0.2))
    top, right, bottom, left = (_turned(centre, radius * x, radius * y, tilt) for x, y in points)
    return Kite(
        corners=(top, right, bottom, left),
        colours=(list(COLOURS)[one], list(COLOURS)[two]),
        sway=float(lot.uniform(-1, 1)),
    )


def _bird(lot: Generator, centre: Point, radius: float) -> Bird:
    tilt = float(lot.uniform(-0.3, 0.3))
    lift = float(lot.uniform(0.35, 0.7))
    return Bird(
        left=_turned(centre, -radius, -radius * lift / 2, tilt),
        body=_turned(centre, 0, radius * lift / 2, tilt),
        right=_turned(centre, radius, -radius * lift / 2, tilt),
    )


def _turned(centre: Point, x: float, y: float, angle: float) -> Point:
    """The point at `x`, `y` from the centre, turned about it, to a tenth of a pixel."""
    return (
        round(centre[0] + x * cos(angle) - y * sin(angle), 1),
        round(centre[1] + x * sin(angle) + y * cos(angle), 1),
    )
