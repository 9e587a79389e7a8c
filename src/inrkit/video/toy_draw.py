"""How the toy videos are drawn: shapes as signed distances, textures as waves, both sharp to the pixel at any size.

Shapes and textures are functions of (y, x) in units of the object's radius, y down. A shape gives the distance to its
edge, negative inside; a texture gives how far a place is inside the second colour, in the same unit.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating[Any]]
Field = Callable[[Array, Array], Array]


class Shape(NamedTuple):
    """A shape, and whether it sways about the upright, as letters do, or turns freely."""

    distance: Field
    upright: bool = False


def _box(y: float, x: float, height: float, width: float) -> Field:
    """A bar around (y, x), given by half its height and half its width."""
    return lambda v, u: np.maximum(np.abs(v - y) - height, np.abs(u - x) - width)


def _union(*parts: Field) -> Field:
    return lambda v, u: np.minimum.reduce([part(v, u) for part in parts])


def _triangle(y: Array, x: Array) -> Array:
    return np.maximum(y, 0.866 * np.abs(x) - 0.5 * y) - 0.5


SHAPES = {
    "ball": Shape(lambda y, x: np.hypot(y, x) - 1),
    "ring": Shape(lambda y, x: np.abs(np.hypot(y, x) - 0.7) - 0.3),
    "square": Shape(_box(0, 0, 0.74, 0.74)),
    "triangle": Shape(_triangle),
    "cross": Shape(_union(_box(0, 0, 0.95, 0.34), _box(0, 0, 0.34, 0.95))),
    "L": Shape(_union(_box(0, -0.38, 0.86, 0.25), _box(0.61, 0, 0.25, 0.63)), upright=True),
    "T": Shape(_union(_box(-0.57, 0, 0.25, 0.8), _box(0, 0, 0.82, 0.25)), upright=True),
    "H": Shape(_union(_box(0, -0.45, 0.82, 0.22), _box(0, 0.45, 0.82, 0.22), _box(0, 0, 0.2, 0.6)), upright=True),
}

TEXTURES: dict[str, Field] = {
    "plain": lambda y, x: np.full_like(y, -1),
    "stripes": lambda y, x: np.sin(5 * x) / 5,
    "checks": lambda y, x: np.sin(4 * x) * np.sin(4 * y) / 4,
    "dots": lambda y, x: (np.cos(6 * x) + np.cos(6 * y) - 0.9) / 6,
    "halves": lambda y, x: y,
}


def _colours(*names: str) -> Array:
    return np.array([[int(name[i : i + 2], 16) / 255 for i in (0, 2, 4)] for name in names], np.float32)


BRIGHT = _colours("ff4d5a", "ffb703", "2ee6a6", "36b5ff", "a66bff", "ff70b8", "c3ec2f", "fff6e0", "ff8a3d")
BACKGROUNDS = np.stack(
    [
        _colours("2c3f93", "7650bb"),
        _colours("12656b", "439f90"),
        _colours("7d2a5a", "c25f83"),
        _colours("225c95", "66a6d4"),
        _colours("94462a", "d0844f"),
        _colours("343a63", "6a73a6"),
    ]
)


def paint_background(y: Array, x: Array, time: Array, colours: Array, waves: Array, drift: Array) -> Array:
    """Two colours (2, 3), mixed by two long waves that drift: (T, H, W, 3), 0 to 1."""
    height = [
        np.sin(2 * np.pi * (cycles_y * y + cycles_x * x + phase + turns * time)).astype(np.float32)
        for (cycles_y, cycles_x, phase), turns in zip(waves, drift, strict=True)
    ]
    mix: Array = (0.5 + 0.25 * (height[0] + height[1]))[..., None]
    canvas: Array = colours[0] + mix * (colours[1] - colours[0])
    return canvas


def paint_object(
    canvas: Array,
    y: Array,
    x: Array,
    centre: Array,
    angle: Array,
    radius: float,
    pixel: float,
    shape: str,
    texture: str,
    colours: Array,
) -> None:
    """Paint an object and its shadow over `canvas` (T, H, W, 3), at `centre` (T, 2) and `angle` (T,) of each frame."""
    distance = SHAPES[shape].distance
    centre = centre.astype(np.float32)[:, :, None, None]
    down, right = np.broadcast_arrays((y - centre[:, 0]) / radius, (x - centre[:, 1]) / radius)
    edge = pixel / radius
    shadow = _inside(distance(*_turned(down - 0.16, right - 0.1, angle)), 0.4)
    canvas *= 1 - 0.45 * shadow[..., None]
    local = _turned(down, right, angle)
    second = _inside(-TEXTURES[texture](*local), edge)[..., None]
    light = (1 - 0.13 * (down + right))[..., None]  # from above, on the left
    colour = ((1 - second) * colours[0] + second * colours[1]) * light
    cover = _inside(distance(*local), edge)[..., None]
    canvas += cover * (colour - canvas)


def _turned(down: Array, right: Array, angle: Array) -> tuple[Array, Array]:
    cosine, sine = (each.astype(np.float32)[:, None, None] for each in (np.cos(angle), np.sin(angle)))
    return cosine * down - sine * right, sine * down + cosine * right


def _inside(distance: Array, edge: float) -> Array:
    """1 inside, 0 outside, and a ramp of width `edge` between them."""
    ramp: Array = np.clip(0.5 - distance / edge, 0, 1).astype(np.float32)
    return ramp
