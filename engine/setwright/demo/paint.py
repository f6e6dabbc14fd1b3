"""A scene as a picture: painted at twice its size and made smaller, so that edges are smooth."""

from __future__ import annotations

from math import sin
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from setwright.demo.scene import COLOURS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from setwright.demo.scene import Balloon, Bird, Colour, Kite, Point, Scene

_SCALE = 2
# Pillow fills every pixel that an edge touches, so an outline is filled finer still, to be where it says.
_FINER = 4
_STRING = (90, 90, 96)
BIRD_REACH = 1.5
"""How far a bird's strokes go beyond their middle line, in pixels."""


def paint(scene: Scene) -> Image.Image:
    """The picture, RGB, of the scene's width and height."""
    picture = _sky(scene)
    draw = ImageDraw.Draw(picture)
    _hills(draw, scene)
    for balloon in scene.balloons:
        _string(draw, balloon.knot, scene.height * 0.2, balloon.sway)
    for bird in scene.birds:
        _bird(draw, bird)
    for kite in scene.kites:
        _kite(draw, kite)
    for balloon in scene.balloons:
        _balloon(picture, balloon)
    return picture.resize((scene.width, scene.height), Image.Resampling.BOX)


def _sky(scene: Scene) -> Image.Image:
    """A gradient with soft clouds in it."""
    rows = np.linspace(0, 1, scene.height * _SCALE)[:, None] ** 0.8
    column = np.asarray(scene.sky.zenith) * (1 - rows) + np.asarray(scene.sky.horizon) * rows
    gradient = np.broadcast_to(
        column[:, None, :].round().astype(np.uint8), (scene.height * _SCALE, scene.width * _SCALE, 3)
    )
    picture = Image.fromarray(np.ascontiguousarray(gradient))
    # Soft things need few pixels: painted at a quarter of the size, blurred there, and enlarged.
    small = Image.new("L", (scene.width // 4, scene.height // 4))
    draw = ImageDraw.Draw(small)
    for x, y, radius in scene.clouds:
        draw.ellipse(
            ((x - 1.8 * radius) / 4, (y - 0.5 * radius) / 4, (x + 1.8 * radius) / 4, (y + 0.5 * radius) / 4),
            fill=150,
        )
    mask = small.filter(ImageFilter.GaussianBlur(4)).resize(picture.size, Image.Resampling.BICUBIC)
    light = tuple(min(255, channel + 40) for channel in scene.sky.horizon)
    picture.paste(light, (0, 0), mask)
    return picture


def _hills(draw: ImageDraw.ImageDraw, scene: Scene) -> None:
    height, far, near = scene.hills
    xs = range(0, scene.width + 8, 8)
    for base, phase, wave, colour in (
        (height, far, 0.025, scene.sky.far),
        (height + 0.06, near, 0.016, scene.sky.near),
    ):
        ridge = [(x, scene.height * (base + 0.03 * sin(phase + x * wave))) for x in xs]
        draw.polygon(_scaled([(0, scene.height), *ridge, (scene.width + 8, scene.height)]), fill=colour)


def _balloon(picture: Image.Image, balloon: Balloon) -> None:
    """The outline filled with its colour, lit from the upper left."""
    colour = np.asarray(COLOURS[balloon.colour], np.float64)
    left, top, right, bottom = _hull(balloon.outline)
    corner = (int(left * _SCALE) - 1, int(top * _SCALE) - 1)
    size = (int(right * _SCALE) + 3 - corner[0], int(bottom * _SCALE) + 3 - corner[1])
    mask = Image.new("L", (size[0] * _FINER, size[1] * _FINER))
    fine = _SCALE * _FINER
    ImageDraw.Draw(mask).polygon(
        [
            (x * fine - corner[0] * _FINER - 0.5, y * fine - corner[1] * _FINER - 0.5)
            for x, y in balloon.outline
        ],
        fill=255,
    )
    mask = mask.resize(size, Image.Resampling.BOX)
    y, x = np.mgrid[: size[1], : size[0]].astype(np.float64)
    x = (x + corner[0]) / _SCALE - balloon.centre[0]
    y = (y + corner[1]) / _SCALE - balloon.centre[1]
    radius = balloon.radius
    shade = 1.08 - 0.42 * np.clip(np.hypot(x + 0.3 * radius, y + 0.4 * radius) / (1.7 * radius), 0, 1) ** 1.5
    shine = np.exp(
        -(((x + 0.36 * radius) / (0.17 * radius)) ** 2) - ((y + 0.5 * radius) / (0.26 * radius)) ** 2
    )
    lit = colour * shade[..., None] + (255 - colour * shade[..., None]) * (0.75 * shine[..., None])
    picture.paste(Image.fromarray(lit.clip(0, 255).round().astype(np.uint8)), corner, mask)
    x0, y0 = balloon.knot
    knot = [(x0, y0 - 2), (x0 - 3, y0 + 3), (x0 + 3, y0 + 3)]
    dark = tuple((colour * 0.75).astype(int).tolist())
    ImageDraw.Draw(picture).polygon(_scaled(knot), fill=dark)


def _string(draw: ImageDraw.ImageDraw, knot: Point, length: float, sway: float) -> None:
    line = [
        (knot[0] + sway * sin(step / 20 * 5) * step / 20, knot[1] + length * step / 20) for step in range(21)
    ]
    draw.line(_scaled(line), fill=_STRING, width=_SCALE)


def _kite(draw: ImageDraw.ImageDraw, kite: Kite) -> None:
    top, right, bottom, left = kite.corners
    one, two = (COLOURS[name] for name in kite.colours)
    draw.polygon(_scaled([top, right, bottom]), fill=one)
    draw.polygon(_scaled([top, left, bottom]), fill=two)
    tail = [
        (bottom[0] + kite.sway * step * 1.5 + 3 * sin(step * 0.9), bottom[1] + step * 2.5)
        for step in range(16)
    ]
    draw.line(_scaled(tail), fill=_STRING, width=_SCALE)
    for x, y in tail[4::5]:
        draw.polygon(_scaled([(x - 4, y - 2), (x + 4, y + 2), (x + 4, y - 2), (x - 4, y + 2)]), fill=two)


def _bird(draw: ImageDraw.ImageDraw, bird: Bird) -> None:
    dark: Colour = (40, 42, 50)
    for tip in (bird.left, bird.right):
        middle = ((tip[0] + bird.body[0]) / 2, min(tip[1], bird.body[1]))
        draw.line(_scaled([tip, middle, bird.body]), fill=dark, width=_SCALE * 2, joint="curve")


def _hull(points: Sequence[Point]) -> tuple[float, float, float, float]:
    xs, ys = zip(*points, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def _scaled(points: Sequence[Point]) -> list[Point]:
    """In the pixels of the larger picture. Pillow counts from the middle of a pixel, we from its corner."""
    return [(x * _SCALE - 0.5, y * _SCALE - 0.5) for x, y in points]
