"""What many clips cost before any is trained on: the store, the order of an epoch, codes and their checkpoint.

python benchmarks/many_clips.py [--clips 100000] [--per-video 100] [--codes 10000 100000 1000000] [--folder FOLDER]

Each clip is tiny, 4x16x16, so that it is their number that is measured. Reading stands beside a plain copy of as many
bytes in memory. Memory is what a fresh process takes that no file backs (RssAnon), so pages of the store do not count.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch

from inrkit.engine.checkpoint import save_checkpoint
from inrkit.engine.codes import CodeTable
from inrkit.engine.data import Clips, fingerprint
from inrkit.engine.schedule import batch_at
from inrkit.interfaces import Encoder
from inrkit.video import ClipSettings, ClipStore, Video, prepare_clips

FRAMES, SIZE, BATCH, LATENT = 4, 16, 64, 128


class Codebook(Encoder):
    """One code of 128 numbers for each clip, as INR-V has."""

    def __init__(self) -> None:
        super().__init__()
        self.latents = self.codes = {"z": (LATENT,)}


def main() -> None:
    """Print two tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--clips", type=int, default=100_000)
    parser.add_argument("--per-video", type=int, nargs="*", default=[100, 1])
    parser.add_argument("--codes", type=int, nargs="*", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--part", nargs=2)
    wanted = parser.parse_args()
    if wanted.part:
        name, argument = wanted.part
        print(json.dumps({"store": measure_store, "codes": measure_codes}[name](argument)))
        return
    with tempfile.TemporaryDirectory(dir=wanted.folder) as nowhere:
        for per_video in wanted.per_video:
            facts = make_store(Path(nowhere) / str(per_video), wanted.clips, per_video)
            show(facts | in_a_process("store", facts["folder"]))
        for count in wanted.codes:
            show(in_a_process("codes", f"{count} {nowhere}"))


def show(facts: dict[str, Any]) -> None:
    """One column, as the tables of docs/scaling.md have it."""
    print("\n".join(f"| {name} | {value} |" for name, value in facts.items() if name != "folder"), end="\n\n")


def in_a_process(name: str, argument: str) -> dict[str, Any]:
    """A fresh one, so that its memory is what was needed."""
    command = [sys.executable, __file__, "--part", name, argument]
    return dict(json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout))


def make_store(folder: Path, clips: int, per_video: int) -> dict[str, Any]:
    """So many clips, each of its own noise, out of videos in memory."""
    random = np.random.default_rng(0)
    videos = [
        Video(torch.from_numpy(random.integers(0, 256, (per_video * FRAMES, SIZE, SIZE, 3), np.uint8)), 25.0)
        for _ in range(clips // per_video)
    ]
    began = time.perf_counter()
    store = prepare_clips(videos, ClipSettings(FRAMES, (SIZE, SIZE)), cache=folder, workers=1)
    seconds = time.perf_counter() - began
    index = (store.folder / "index.json").stat().st_size
    return {
        "clips": f"{len(store):,} of {len(videos):,} videos",
        "preparing": f"{len(store) / seconds:,.0f} clips/s",
        "index.json": f"{index / 1e6:.1f} MB",
        "folder": str(store.folder),
    }


def measure_store(folder: str) -> dict[str, Any]:
    """Opening, shuffling, reading."""
    before = private_memory()
    store, opened = timed(lambda: ClipStore.open(folder))
    names = [f"{clip.video}@{clip.start}" for clip in store.clips]
    clips = Clips(store, list(range(len(store))), names)
    grown = private_memory() - before
    _, known = timed(lambda: fingerprint(clips))  # every byte of it is in memory from here on
    _, order = timed(lambda: batch_at(len(clips), BATCH, 0, 0))
    _, later = timed(lambda: [batch_at(len(clips), BATCH, 0, step) for step in range(1, 101)])
    batches = torch.randperm(len(store)).split(BATCH)
    plain = np.random.default_rng(0).integers(0, 256, (len(store), *store.clip_shape), np.uint8)
    read = copied = float("inf")
    for _ in range(3):  # in turn, the best counts
        read = min(read, timed(lambda: [clips.read(batch) for batch in batches])[1])
        copied = min(copied, timed(lambda: [plain[batch.numpy()] for batch in batches])[1])
    return {
        "opening": f"{opened:.2f} s",
        "memory of the open store and its names": f"{grown / 1e6:.0f} MB, {grown / len(store):.0f} bytes a clip",
        "knowing it again (sha256 of all pixels)": f"{known:.2f} s",
        "first batch of an epoch, a later one": f"{order * 1e3:.1f} ms, {later / 100 * 1e6:.0f} µs",
        f"reading {BATCH} at random": f"{len(store) / read:,.0f} clips/s",
        "plain copy in memory": f"{len(store) / copied:,.0f} clips/s",
        "share": f"{copied / read:.0%}",
    }


def measure_codes(argument: str) -> dict[str, Any]:
    """Codes of so many clips, with their moments."""
    words = argument.split(maxsplit=1)
    count, before, codes = int(words[0]), private_memory(), CodeTable()
    _, grown = timed(lambda: codes.grow(count, Codebook(), 0))
    memory = private_memory() - before
    index = torch.randperm(count)[:BATCH]

    def step() -> None:
        taken = codes.take(index)
        codes.step(index, {"z": torch.ones_like(taken["z"])}, 1e-3)

    for _ in range(3):
        step()
    _, stepped = timed(lambda: [step() for _ in range(200)])
    files = {"model": {"w": torch.zeros(1)}, "codes": codes.state_dict()}
    path, saved = timed(lambda: save_checkpoint(Path(words[1]), count, files, {}))
    size = sum(file.stat().st_size for file in path.iterdir())
    return {
        "codes": f"{count:,} of {LATENT} numbers",
        "beginning": f"{grown:.2f} s",
        "memory": f"{memory / 1e6:.0f} MB, {memory / count:.0f} bytes a clip",
        f"a step of {BATCH} clips": f"{stepped / 200 * 1e6:.0f} µs",
        "checkpoint": f"{size / 1e6:.0f} MB in {saved:.2f} s",
    }


def timed(do: Callable[[], Any]) -> tuple[Any, float]:
    """What it gives, and how long it took."""
    began = time.perf_counter()
    result = do()
    return result, time.perf_counter() - began


def private_memory() -> int:
    """Bytes that no file backs."""
    status = Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("RssAnon:"))


if __name__ == "__main__":
    main()
