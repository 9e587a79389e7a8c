"""The built-in data set: generated videos of shapes that bounce off the walls. Nothing to download."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from inrkit.errors import BadInput
from inrkit.video.fit import Pixels
from inrkit.video.toy_draw import BACKGROUNDS, BRIGHT, SHAPES, TEXTURES, Array, paint_background, paint_object
from inrkit.video.types import Video

FPS = 12.5


def toy_videos(
    count: int = 64,
    frames: int = 25,
    size: tuple[int, int] = (32, 32),
    seed: int = 0,
    held_out: bool = False,
) -> list[Video]:
    """Videos of one to three coloured shapes that bounce off the walls before a slowly changing background.

    Scenes are formulas of continuous place and time: more frames show more of the same scene, a larger size (height,
    width) shows it sharper. Video i does not depend on how many there are.

    Args:
        count: How many.
        frames: Length of each, at 12.5 frames a second.
        size: (height, width) in pixels.
        seed: Another seed is another data set.
        held_out: Video i shows the shapes of video i of the data set in a motion that is not in it.

    Returns:
        Videos named `toy-0000` or `toy-held-out-0000` and so on, frames uint8 (frames, height, width, 3).

    Raises:
        BadInput: if a number is too small.
    """
    for name, number, least in (("count", count, 1), ("frames", frames, 1), ("size", min(size), 1), ("seed", seed, 0)):
        if number < least:
            raise BadInput(f"toy videos: {name} is {number}", f"It has to be {least} or more.")
    kind, motion = ("toy-held-out", "held-out motion") if held_out else ("toy", "motion")
    videos = []
    for i in range(count):
        scene = _Scene.draw(_generator(seed, "look", i), _generator(seed, motion, i))
        videos.append(Video(torch.from_numpy(scene.render(frames, size)), FPS, f"{kind}-{i:04d}"))
    return videos


def _generator(seed: int, purpose: str, i: int) -> np.random.Generator:
    return np.random.default_rng([seed, i, *purpose.encode()])


@dataclass(frozen=True)
class _Object:
    """A shape and its course. Lengths are in units of the shorter side of the frame, times in seconds."""

    shape: str
    texture: str
    colours: Array  # (2, 3), 0 to 1
    radius: float
    start: Array  # (y, x), in units of the way that is free
    speed: Array  # (y, x) a second
    angle: float
    spin: float

    def courses(self, time: Array, extent: Array) -> tuple[Array, Array]:
        """Centre (T, 2) as (y, x), and angle (T,), at each time. Straight lines, folded back at the walls."""
        free = extent - 2 * self.radius
        way = self.start + time[:, None] * self.speed / free
        centre = self.radius + free * (1 - np.abs(1 - way % 2))
        sways = SHAPES[self.shape].upright
        turned = 0.3 * np.sin(self.angle + 2 * self.spin * time) if sways else self.angle + self.spin * time
        return centre, turned


@dataclass(frozen=True)
class _Scene:
    background: Array  # (2, 3) colours, 0 to 1
    waves: Array  # (2, 3): cycles per side in y and x, and phase in turns, of the two waves that mix the colours
    drift: Array  # (2,): turns a second of the two waves
    objects: list[_Object]

    @staticmethod
    def draw(look: np.random.Generator, motion: np.random.Generator) -> _Scene:
        count = look.choice([1, 2, 3], p=[0.35, 0.45, 0.2])
        colours = BRIGHT[look.permutation(len(BRIGHT))]
        objects = []
        for i in range(count):
            heading = motion.uniform(0, 2 * np.pi)
            objects.append(
                _Object(
                    shape=str(look.choice(list(SHAPES))),
                    texture=str(look.choice(list(TEXTURES))),
                    colours=colours[2 * i : 2 * i + 2],
                    radius=look.uniform(0.2, 0.29) if count == 1 else look.uniform(0.15, 0.22),
                    start=motion.uniform(0, 2, 2),
                    speed=motion.uniform(0.2, 0.5) * np.array([np.sin(heading), np.cos(heading)]),
                    angle=motion.uniform(0, 2 * np.pi),
                    spin=motion.choice([-1.0, 1.0]) * motion.uniform(0.6, 1.6),
                )
            )
        waves = np.stack([look.uniform(-0.6, 0.6, 2), look.uniform(-0.6, 0.6, 2), look.uniform(0, 1, 2)], axis=1)
        return _Scene(BACKGROUNDS[look.integers(len(BACKGROUNDS))], waves, motion.uniform(-0.2, 0.2, 2), objects)

    def render(self, frames: int, size: tuple[int, int]) -> Pixels:
        """uint8 (T, H, W, 3)."""
        height, width = size
        pixel = 1 / min(size)
        time = np.arange(frames, dtype=np.float32) / FPS
        y = ((np.arange(height, dtype=np.float32) + 0.5) * pixel)[None, :, None]
        x = ((np.arange(width, dtype=np.float32) + 0.5) * pixel)[None, None, :]
        canvas = paint_background(y, x, time[:, None, None], self.background, self.waves, self.drift)
        for each in self.objects:
            centre, angle = each.courses(time, np.array(size) * pixel)
            paint_object(canvas, y, x, centre, angle, each.radius, pixel, each.shape, each.texture, each.colours)
        return np.round(canvas.clip(0, 1) * 255).astype(np.uint8)
