"""Breaks real files at random and gives them to the commands: `python tests/video/fuzzing.py --seconds 600`.

A case is wrong if a command ends with a traceback, with a code that is not documented, by a signal (a crash, or after
20 seconds), or if it takes more than a gigabyte. Every case is a function of its number, so a failure can be repeated:
`--first 1234 --cases 1`.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
import warnings
import zipfile
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from PIL import Image
from typer.testing import CliRunner

from inrkit.cli.app import app
from inrkit.video import toy_videos

SECONDS = 20
MEGABYTES = 1024
BATCH = 25
CODES = {0, 1, 2, 3}

PREPARE = ("data", "prepare", "{}", "--frames", "2", "--size", "8", "--limit", "3")
TINY = ["count=4", "held_out=2", "inr.width=8", "hypernetwork.width=8", "encoder.size=4", "train.batch=2"]
TRAIN = ["train", "--plugin", "inrv", *(word for each in TINY for word in ("-o", each)), "--size", "8", "--frames", "5"]


class Seed:
    """A real file, in a folder with all it needs, and the commands that read it. `{}` stands for `subject`."""

    def __init__(self, folder: Path, file: str, subject: str, *commands: tuple[str, ...]) -> None:
        self.folder, self.file, self.subject, self.commands = folder, file, subject, commands


def make_seeds(folder: Path) -> list[Seed]:
    """Files of every kind, small ones."""
    frames = toy_videos(1, 12, (24, 32))[0].frames.numpy()
    seeds = []
    for name, codec, pix_fmt in (
        ("a.mp4", "libx264", "yuv420p"),
        ("a.mov", "png", "rgba"),
        ("a.mkv", "ffv1", "bgr0"),
        ("a.webm", "libvpx-vp9", "yuv420p"),
        ("a.avi", "mpeg4", "yuv420p"),
        ("b.avi", "mjpeg", "yuvj420p"),
        ("a.mpg", "mpeg2video", "yuv420p"),
        ("a.ts", "libx264", "yuv420p"),
        ("b.mp4", "libx265", "yuv420p10le"),
        ("a.gif", "gif", "rgb8"),
        ("a.apng", "apng", "rgba"),
    ):
        place = folder / name.replace(".", "-")
        place.mkdir()
        _write(place / name, frames, codec, pix_fmt)
        seeds.append(Seed(place, name, name, PREPARE, (*PREPARE, "--fps", "10")))
    for suffix in ("png", "jpg"):
        place = folder / f"frames-{suffix}"
        (place / "film").mkdir(parents=True)
        for i, frame in enumerate(frames[:4]):
            Image.fromarray(frame).save(place / "film" / f"{i}.{suffix}")
        seeds.append(Seed(place, f"film/1.{suffix}", "film", PREPARE, (*PREPARE, "--skip-bad")))
    place = folder / "zip"
    place.mkdir()
    with zipfile.ZipFile(place / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for i, frame in enumerate(frames[:4]):
            data = io.BytesIO()
            Image.fromarray(frame).save(data, "PNG")
            archive.writestr(f"film/{i}.png", data.getvalue())
    seeds.append(Seed(place, "a.zip", "a.zip", PREPARE))
    place = folder / "list"
    shutil.copytree(folder / "a-mkv", place)
    (place / "l.txt").write_text("# a list\na.mkv\n\n./a.mkv\na.mkv\n")
    seeds.append(Seed(place, "l.txt", "l.txt", PREPARE, (*PREPARE, "--skip-bad")))
    return seeds + _run_seeds(folder)


def _run_seeds(folder: Path) -> list[Seed]:
    place = folder / "run"
    place.mkdir()
    outcome = CliRunner().invoke(app, [*TRAIN, "--device", "cpu", "--steps", "3", "--out", str(place / "run")])
    assert outcome.exit_code == 0, outcome.output
    looks = (("info", "{}"), ("render", "{}", "--clip", "0", "--out", "x.png", "--device", "cpu"))
    files = [path.relative_to(place) for path in sorted((place / "run").rglob("*")) if path.is_file()]
    chosen = [str(path) for path in files if path.suffix in (".safetensors", ".json")]
    seeds = [Seed(place, name, "run", *looks) for name in chosen]
    options = folder / "toml"
    options.mkdir()
    text = 'plugin = "inrv"\npreset = "tiny"\n[train]\nsteps = 3\nlr = 1e-3\n[data]\nsize = [8, 8]\nframes = 5\n'
    (options / "o.toml").write_text(text)
    seeds.append(Seed(options, "o.toml", "o.toml", (*TRAIN, "--config", "{}", "--device", "cpu", "--dry-run")))
    return seeds


def _write(path: Path, frames: np.ndarray, codec: str, pix_fmt: str) -> None:
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=Fraction(25), options={"g": "4"} if codec.startswith("lib") else {})
        stream.height, stream.width, stream.pix_fmt = *frames.shape[1:3], pix_fmt
        for frame in frames:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24").reformat(format=pix_fmt)))
        container.mux(stream.encode())


def broken(data: bytes, random: np.random.Generator) -> bytes:
    """The same bytes with one to eight things done to them."""
    for _ in range(int(random.choice([1, 1, 2, 4, 8]))):
        data = _WAYS[random.integers(len(_WAYS))](data, random)
    return data


def _at(data: bytes, random: np.random.Generator) -> int:
    """A place, half of the time near the beginning, where headers are."""
    return int(random.integers(max(1, min(len(data), 200) if random.random() < 0.5 else len(data))))


def _put(data: bytes, random: np.random.Generator, new: bytes) -> bytes:
    at = _at(data, random)
    return data[:at] + new + data[at + len(new) :]


def _flip(data: bytes, random: np.random.Generator) -> bytes:
    return _put(data, random, bytes([int(random.integers(256))]))


def _number(data: bytes, random: np.random.Generator) -> bytes:
    value = int(random.choice([0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 10**12]))
    size = int(random.choice([2, 4, 8]))
    order = "big" if random.random() < 0.5 else "little"
    return _put(data, random, (value % 256**size).to_bytes(size, order))  # type: ignore[arg-type]


def _cut(data: bytes, random: np.random.Generator) -> bytes:
    return data[: _at(data, random)]


def _lose(data: bytes, random: np.random.Generator) -> bytes:
    at = _at(data, random)
    return data[:at] + data[at + int(random.integers(1, 64)) :]


def _twice(data: bytes, random: np.random.Generator) -> bytes:
    at, length = _at(data, random), int(random.integers(1, 500))
    return data[: at + length] + data[at : at + length] + data[at + length :]


def _zeros(data: bytes, random: np.random.Generator) -> bytes:
    return _put(data, random, bytes(int(random.integers(1, 100))))


def _text(data: bytes, random: np.random.Generator) -> bytes:
    words = [
        b"-1",
        b"1e999",
        b"NaN",
        b"null",
        b"{}",
        b"[]",
        b'"',
        b"../",
        b"\n",
        b"\0",
        b"\xff",
        b"1" * 400,
        b"[" * 3000,
    ]
    return _put(data, random, words[random.integers(len(words))])


_WAYS: list[Callable[[bytes, np.random.Generator], bytes]] = [_flip, _flip, _number, _number, _cut, _lose, _twice, _zeros, _text]  # fmt: skip  # noqa: E501


def run_case(number: int, seeds: list[Seed], place: Path) -> str:
    """Run a case in `place`, an empty folder; say what was wrong, or nothing."""
    random = np.random.default_rng(number)
    seed = seeds[number % len(seeds)]
    folder = place / "files"
    shutil.copytree(seed.folder, folder)
    (folder / seed.file).write_bytes(broken((folder / seed.file).read_bytes(), random))
    command = seed.commands[random.integers(len(seed.commands))]
    words = [str(folder / seed.subject) if word == "{}" else word for word in command]
    os.environ["INRKIT_CACHE"] = str(place / "cache")
    os.chdir(place)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        outcome = CliRunner().invoke(app, words)
    raised = outcome.exception
    if raised is not None and not isinstance(raised, SystemExit):
        assert outcome.exc_info is not None
        return "".join(traceback.format_exception(*outcome.exc_info)[-6:])
    if outcome.exit_code not in CODES or "Traceback" in outcome.output:
        return f"code {outcome.exit_code}: {outcome.output[-500:]}"
    if outcome.exit_code and "error: " not in outcome.stderr:
        return f"code {outcome.exit_code} without a message: {outcome.output[-500:]}"
    return ""


def run_batch(numbers: range, seeds: list[Seed], place: Path) -> list[tuple[int, str]]:
    """Run some cases in a copy of this process; the number and the trouble of those that went wrong."""
    log = place / "log.jsonl"
    log.write_text("")
    child = os.fork()
    if not child:
        try:
            _run_all(numbers, seeds, place, log)
        finally:
            os._exit(0)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    wrong = [(line["case"], line["wrong"]) for line in lines if line.get("wrong")]
    if status:
        died = lines[-1]["case"] if lines else numbers[0]
        what = f"took more than {SECONDS} seconds" if status == -signal.SIGALRM else f"ended with {status}"
        wrong.append((died, what))
        wrong += run_batch(range(died + 1, numbers.stop), seeds, place) if died + 1 < numbers.stop else []
    return wrong


def _run_all(numbers: range, seeds: list[Seed], place: Path, log: Path) -> None:
    for stream in (1, 2):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    with log.open("a", buffering=1) as file:
        for number in numbers:
            file.write(json.dumps({"case": number}) + "\n")
            here = Path(tempfile.mkdtemp(dir=place))
            signal.alarm(SECONDS)
            try:
                wrong = run_case(number, seeds, here)
            except Exception:  # noqa: BLE001 - this is where it is shown
                wrong = traceback.format_exc()
            signal.alarm(0)
            taken = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024 - before
            if taken > MEGABYTES:
                wrong, before = wrong or f"took {taken} MB", before + taken
            file.write(json.dumps({"case": number, "wrong": wrong}) + "\n")
            shutil.rmtree(here, ignore_errors=True)


def fuzz(first: int, cases: int, seconds: float, place: Path) -> tuple[int, list[tuple[int, str]]]:
    """Run cases until there are enough or the time is over: how many, and those that went wrong."""
    os.environ["CI"] = "1"
    (place / "seeds").mkdir()
    os.environ["INRKIT_CACHE"] = str(place / "cache")
    seeds = make_seeds(place / "seeds")
    end = time.monotonic() + seconds
    wrong: list[tuple[int, str]] = []
    done = 0
    while done < cases and time.monotonic() < end:
        numbers = range(first + done, first + min(cases, done + BATCH))
        wrong += run_batch(numbers, seeds, place)
        done += len(numbers)
    return done, wrong


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--first", type=int, default=int(time.time()) % 10**6 * 1000)
    parser.add_argument("--cases", type=int, default=10**9)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        count, failures = fuzz(chosen.first, chosen.cases, chosen.seconds, Path(folder))
    for number, what in failures:
        print(f"case {number}: {what}\n")
    print(f"{count} cases from {chosen.first}, {len(failures)} went wrong")
    sys.exit(1 if failures else 0)
