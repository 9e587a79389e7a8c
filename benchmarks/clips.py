"""How fast videos become clips, and clips are read, against the plainest way to do the same: see README.md.

python benchmarks/clips.py [FOLDER OF VIDEOS] [--rounds 20]
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from functools import partial
from pathlib import Path

import av
import numpy as np
import torch

from inrkit.video import ClipSettings, Fit, Video, find_videos, prepare_clips, toy_videos
from inrkit.video.scale import SMALLER

SIZE, FRAMES = 64, 25


def make_videos(folder: Path, count: int = 6, frames: int = 250) -> None:
    """H.264 files of 640x360, as phones and cameras make them, out of toy videos with some noise."""
    noise = np.random.default_rng(0).integers(-6, 7, (8, 360, 640, 3))
    for number, video in enumerate(toy_videos(count, frames // 5, (90, 160))):
        with av.open(str(folder / f"{number}.mp4"), "w") as container:
            stream = container.add_stream("libx264", rate=Fraction(25), options={"preset": "veryfast"})
            stream.height, stream.width, stream.pix_fmt = 360, 640, "yuv420p"
            for index in range(frames):
                small = video.frames[index // 5].numpy()
                frame = small.repeat(4, axis=0).repeat(4, axis=1) + noise[index % 8]
                picture = av.VideoFrame.from_ndarray(frame.clip(0, 255).astype(np.uint8), format="rgb24")
                container.mux(stream.encode(picture))
            container.mux(stream.encode())


def decode_and_scale(videos: list[Path]) -> int:
    """All cores decode with PyAV and reduce with libswscale to 64x64; nothing is kept. The number of frames."""

    def one(path: Path) -> int:
        count = 0
        scale = av.video.reformatter.VideoReformatter()
        with av.open(str(path)) as container:
            stream = container.streams.best("video")
            stream.thread_type, stream.codec_context.thread_count = "AUTO", 1
            for frame in container.decode(stream):
                scale.reformat(frame, SIZE, SIZE, "rgb24", interpolation=SMALLER, threads=1).to_ndarray()
                count += 1
        return count

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return sum(pool.map(one, videos))


class Clock:
    """Seconds of the wall and of all processors, for the same work done several times."""

    def __init__(self) -> None:
        self.wall: list[float] = []
        self.processors: list[float] = []

    def measure(self, work: Callable[[], object]) -> None:
        """Do the work once."""
        began, used = time.perf_counter(), time.process_time()
        work()
        self.wall.append(time.perf_counter() - began)
        self.processors.append(time.process_time() - used)


def measure_preparing(videos: list[Path], rounds: int) -> tuple[dict[str, float], torch.Tensor]:
    """The ways in turn, the best of some rounds of each; and the clips.

    `squash` makes the very size that the plain way makes; `crop`, as usual, a wider picture, and takes its middle.
    """
    ways: dict[Fit, ClipSettings] = {fit: ClipSettings(FRAMES, (SIZE, SIZE), fit=fit) for fit in ("squash", "crop")}
    plain, ours = Clock(), {fit: Clock() for fit in ways}
    frames = decode_and_scale(videos)  # warms the file cache too
    with tempfile.TemporaryDirectory() as cache:
        for _ in range(rounds):
            plain.measure(lambda: decode_and_scale(videos))
            for fit, settings in ways.items():
                shutil.rmtree(Path(cache) / "clips", ignore_errors=True)
                ours[fit].measure(partial(prepare_clips, videos, settings, cache=Path(cache)))
        store = prepare_clips(videos, settings, cache=Path(cache))
        clips = store.read(range(len(store)))
    facts = {"plain frames/s": frames / min(plain.wall)}
    for fit, clock in ours.items():
        facts[f"{fit} frames/s"] = frames / min(clock.wall)
        facts[f"{fit} share"] = min(plain.wall) / min(clock.wall)
        facts[f"{fit} share by processor time"] = min(plain.processors) / min(clock.processors)
    return facts, clips


def measure_reading(clips: torch.Tensor, seconds: float = 2.0) -> dict[str, float]:
    """Random batches of 64 clips of 25x64x64 out of a store of 2048, in the order of milliseconds from warm memory."""
    frames = clips.flatten(0, 1)
    wanted = 2048 * FRAMES
    video = Video(frames.repeat(wanted // len(frames) + 1, 1, 1, 1)[:wanted], 25.0, "all")
    with tempfile.TemporaryDirectory() as cache:
        store = prepare_clips([video], ClipSettings(FRAMES, (SIZE, SIZE)), cache=Path(cache))
        random = torch.Generator().manual_seed(0)
        store.read(range(len(store)))
        read, began = 0, time.perf_counter()
        while (taken := time.perf_counter() - began) < seconds:
            read += len(store.read(torch.randint(len(store), (64,), generator=random)))
        source = torch.randint(0, 255, (64, FRAMES, SIZE, SIZE, 3), dtype=torch.uint8, generator=random)
        copied, began = 0, time.perf_counter()
        while (spent := time.perf_counter() - began) < seconds / 2:
            copied += len(source.clone())
    return {"read clips/s": read / taken, "copied in memory clips/s": copied / spent}


def main() -> None:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", help="of videos; without it, some are made")
    parser.add_argument("--rounds", type=int, default=3, help="of which the best counts")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if not asked.folder:
            make_videos(Path(folder))
        videos = find_videos(asked.folder or folder)
        preparing, clips = measure_preparing(videos, asked.rounds)
        reading = measure_reading(clips)
    facts = {"cores": os.cpu_count(), "videos": len(videos), **preparing, **reading}
    print(json.dumps({name: round(value, 2) for name, value in facts.items()}, indent=1))


if __name__ == "__main__":
    main()
