"""Real files of every kind, small ones, each with the commands that read it."""

from __future__ import annotations

import io
import shutil
import zipfile
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from PIL import Image
from typer.testing import CliRunner

from inrkit.cli.app import app
from inrkit.video import toy_videos

Words = tuple[str, ...]

PREPARE = ("data", "prepare", "{}", "--frames", "2", "--size", "8", "--limit", "3")
TINY = ["count=4", "held_out=2", "inr.width=8", "hypernetwork.width=8", "encoder.size=4", "train.batch=2"]
TRAIN = ("train", "--plugin", "inrv", *(word for each in TINY for word in ("-o", each)), "--size", "8", "--frames", "5")
TRAIN += ("--device", "cpu")
RENDER = ("render", "{}", "--out", "x.png", "--device", "cpu")
INVERT = ("invert", "film.mkv", "--run", "{}", "--steps", "2", "--out", "found", "--device", "cpu")
RESUME = ("train", "--resume", "--out", "{}", "--plugin", "inrv", "--device", "cpu")
FILMS = (
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
)
OPTIONS = """\
preset = "toy"
seed = 3
[train]
steps = 3
lr = 1e-3
[data]
size = [8, 8]
frames = 5
"""


class Seed:
    """A file in a folder with all it needs, and the commands that read it. `{}` stands for `subject`."""

    def __init__(self, folder: Path, file: str, subject: str, *commands: Words) -> None:
        self.folder, self.file, self.subject, self.commands = folder, file, subject, commands


def make_seeds(folder: Path) -> dict[str, Seed]:
    """Name to seed."""
    frames = toy_videos(1, 12, (24, 32))[0].frames.numpy()
    seeds = [*_films(folder, frames), *_pictures(folder, frames), *_run(folder, frames), _config(folder)]
    return {seed.file: seed for seed in seeds}


def _place(folder: Path, name: str) -> Path:
    place = folder / name
    place.mkdir(parents=True)
    return place


def _films(folder: Path, frames: np.ndarray) -> list[Seed]:
    seeds = []
    for name, codec, pix_fmt in FILMS:
        place = _place(folder, name.replace(".", "-"))
        _write(place / name, frames, codec, pix_fmt)
        seeds.append(Seed(place, name, name, PREPARE, (*PREPARE, "--fps", "10")))
    place = _place(folder, "b-mkv")
    _write_with_sound(place / "b.mkv", frames)
    seeds.append(Seed(place, "b.mkv", "b.mkv", PREPARE))
    place = _place(folder, "list")
    shutil.copy(folder / "a-mkv" / "a.mkv", place)
    (place / "l.txt").write_text("# a list\na.mkv\n\n./a.mkv\na.mkv\n")
    return [*seeds, Seed(place, "l.txt", "l.txt", PREPARE, (*PREPARE, "--skip-bad"))]


def _write(path: Path, frames: np.ndarray, codec: str, pix_fmt: str) -> None:
    options = {"x265-params": "log-level=none"} if codec == "libx265" else {}
    if codec.startswith("lib"):
        options["g"] = "4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=Fraction(25), options=options)
        stream.height, stream.width, stream.pix_fmt = *frames.shape[1:3], pix_fmt
        for frame in frames:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24").reformat(format=pix_fmt)))
        container.mux(stream.encode())


def _write_with_sound(path: Path, frames: np.ndarray) -> None:
    """As mkvmerge does, without the tags that say how long each of the two is."""
    with av.open(str(path), "w") as container:
        video, sound = container.add_stream("ffv1", rate=25), container.add_stream("pcm_s16le", rate=8000)
        video.height, video.width, video.pix_fmt = *frames.shape[1:3], "bgr0"
        for number, pixels in enumerate(frames):
            picture = av.VideoFrame.from_ndarray(pixels, format="rgb24").reformat(format="bgr0")
            silence = av.AudioFrame.from_ndarray(np.zeros((1, 320), np.int16), format="s16", layout="mono")
            silence.sample_rate, silence.pts, picture.pts = 8000, 320 * number, number
            container.mux([*sound.encode(silence), *video.encode(picture)])
        container.mux([*sound.encode(), *video.encode()])
    path.write_bytes(path.read_bytes().replace(b"DURATION", b"NOTHING!"))


def _pictures(folder: Path, frames: np.ndarray) -> list[Seed]:
    """Folders of images, and a zip of such a folder."""
    seeds = []
    for suffix in ("png", "jpg"):
        place = _place(folder, suffix)
        (place / "film").mkdir()
        for i, frame in enumerate(frames[:4]):
            Image.fromarray(frame).save(place / "film" / f"{i}.{suffix}")
        seeds.append(Seed(place, f"film/1.{suffix}", "film", PREPARE, (*PREPARE, "--skip-bad")))
    place = _place(folder, "zip")
    with zipfile.ZipFile(place / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for i, frame in enumerate(frames[:4]):
            data = io.BytesIO()
            Image.fromarray(frame).save(data, "PNG")
            archive.writestr(f"film/{i}.png", data.getvalue())
    return [*seeds, Seed(place, "a.zip", "a.zip", PREPARE)]


def _run(folder: Path, frames: np.ndarray) -> list[Seed]:
    """Every file of a run that is finished, latents that were found in it, and every file of a run to be resumed."""
    place = _place(folder, "run")
    _write(place / "film.mkv", frames, "ffv1", "bgr0")
    _call(*TRAIN, "--steps", "3", "--out", str(place / "run"))
    real = {"{}": place / "run", "film.mkv": place / "film.mkv", "found": place / "found"}
    _call(*(str(real.get(word, word)) for word in INVERT))
    (place / "found" / "film" / "latents.safetensors").rename(place / "latents.safetensors")
    half = _place(folder, "half")
    shutil.copytree(place / "run", half / "half")
    for path in (place / "found", place / "run" / "samples", *place.glob("run/*/step-00000002")):
        shutil.rmtree(path)
    (half / "half" / "result.json").unlink()
    shutil.rmtree(*half.glob("half/*/step-00000003"))
    looks = ("info", "{}"), (*RENDER, "--clip", "0"), INVERT
    seeds = [Seed(place, name, "run", *looks) for name in _files(place, "run")]
    for name in _files(half, "half"):  # a configuration may well ask for a training that never ends
        seeds.append(Seed(half, name, "half", (*RESUME, "--dry-run") if "config" in name else RESUME))
    return [*seeds, Seed(place, "latents.safetensors", "run", (*RENDER, "--latents", "latents.safetensors"))]


def _files(place: Path, name: str) -> list[str]:
    found = sorted((place / name).rglob("*"))
    return [str(path.relative_to(place)) for path in found if path.suffix in (".json", ".jsonl", ".safetensors")]


def _call(*words: str) -> None:
    outcome = CliRunner().invoke(app, list(words))
    if outcome.exit_code:
        raise RuntimeError(outcome.output) from outcome.exception


def _config(folder: Path) -> Seed:
    place = _place(folder, "toml")
    (place / "o.toml").write_text(OPTIONS)
    return Seed(place, "o.toml", "o.toml", (*TRAIN, "--config", "{}", "--dry-run"))
