"""A space in which every clip has a network of its own: what ``--direct`` fits in place of a run's latents."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import Any

from safetensors.torch import save

from inrkit.discovery import load_registry
from inrkit.engine.build import build_model
from inrkit.engine.checkpoint import save_checkpoint
from inrkit.engine.codes import CodeTable
from inrkit.engine.config import DataConfig, RunConfig
from inrkit.engine.data import videos_in
from inrkit.engine.options import DataOptions, TrainOptions
from inrkit.engine.own_settings import own_settings
from inrkit.engine.plan import component, environment
from inrkit.engine.runs import Run
from inrkit.errors import BadInput
from inrkit.interfaces import Situation
from inrkit.model import VideoModel
from inrkit.options import NoOptions, resolve
from inrkit.video import open_frames, parse_size
from inrkit.video.types import SkippedVideo

INR = "nerf-mlp"
"""What is fitted where no other INR is named."""

FRAMES, PIXELS = 25, 128 * 128
"""Of a clip, at most, where nothing else is asked for."""


def choose_clips(
    sources: Sequence[Path],
    run: RunConfig | None,
    *,
    size: str | None = None,
    frames: int | None = None,
    fps: float | None = None,
) -> DataConfig:
    """How videos are cut: as asked for, else as the run does, else by the first video that can be read.

    Args:
        size: ``HxW``, or ``N`` for a height of N in the proportions of the run or of that video.

    Raises:
        BadInput: A size that is none, or no video can be read.
    """
    if run is not None:
        options, (length, *known) = run.data.options, run.data.clip_shape
    else:
        options = DataOptions(fit="squash")
        length, *known = _first_shape(sources)
    height, width = known
    if size is not None:
        height, width = parse_size(size)
        width = width if "x" in size.lower() else max(1, round(height * known[1] / known[0]))
    elif run is None:
        shrink = min(1.0, (PIXELS / (height * width)) ** 0.5)
        height, width = max(1, round(height * shrink)), max(1, round(width * shrink))
    shape = (frames or length, height, width)
    asked = {"data.frames": shape[0], "data.size": shape[1:], "data.fps": fps or options.fps}
    settled = resolve({"data": DataOptions}, {f"data.{key}": value for key, value in options}, asked)["data"]
    assert isinstance(settled, DataOptions)
    return DataConfig(source=None, options=settled, clip_shape=shape, fps=settled.fps or 25.0)


def direct_model(
    data: DataConfig, run: VideoModel | None, inr: str | None, options: Mapping[str, Any], *, seed: int, device: str
) -> VideoModel:
    """An untrained model whose latents are the weights of one network per clip.

    Args:
        data: How clips are cut.
        run: Whose INR it is, unless another is named; what that shares between videos comes with it.
        inr: The name of an INR; None: the run's, or :data:`INR`.
        options: ``"inr.key"`` or ``"key"`` to value.

    Raises:
        BadInput: There is no such INR, it does not take the options, or nothing of it differs per video.
    """
    known = run.config.inr if run and run.config else None
    name = inr or (known.name if known else INR)
    own = known is not None and (inr is None or inr == known.name)
    before = {f"inr.{key}": value for key, value in known.options.items()} if known and own else {}
    situation = Situation(1, data.clip_shape, device.partition(":")[0])
    model = _inr_options(name)
    settled = resolve({"inr": model}, before or own_settings(name, situation), options)["inr"]
    config = RunConfig(
        inrkit=version("inrkit"),
        preset=None,
        method=component("method", "single-inr", NoOptions()),
        encoder=component("encoder", "table", NoOptions()),
        hypernetwork=component("hypernetwork", "identity", NoOptions()),
        inr=component("inr", name, settled),
        data=data,
        train=TrainOptions(),
        seed=seed,
        device=device,
        environment=environment(),
    )
    made = build_model(config)
    if not made.encoder.latents:
        raise BadInput(f"nothing of the INR {name} differs per video, so it cannot be fitted alone", "Name another.")
    if run and _same_inr(run, config):
        made.inr.load_state_dict(run.inr.state_dict(), strict=False)
    made.config, made.content = config, _hash(made)
    return made.to(device).eval()


def left_untrained(model: VideoModel, run: VideoModel | None) -> int:
    """How many numbers the INR of :func:`direct_model` shares between videos that were not learned with `run`.

    Only what differs per video is fitted, so these stay as they were drawn.
    """
    assert model.config is not None
    return 0 if run and _same_inr(run, model.config) else sum(values.numel() for values in model.inr.parameters())


def _same_inr(run: VideoModel, config: RunConfig) -> bool:
    known = run.config.inr if run.config else None
    return known is not None and (known.name, known.options) == (config.inr.name, config.inr.options)


def _inr_options(name: str) -> Any:
    try:
        return load_registry().options("inr", name)
    except BadInput as error:
        if name != INR:
            raise
        hint = "pip install inrkit-inrv, or add --inr NAME."
        raise BadInput(f"no INR is named, and {INR} is not installed", hint) from error


def _hash(model: VideoModel) -> str:
    """That of :func:`keep_space`'s run, to which its latents belong."""
    state = {name: value.detach().to("cpu", copy=True).contiguous() for name, value in model.state_dict().items()}
    return hashlib.sha256(save(state)).hexdigest()


def keep_space(folder: Path, model: VideoModel) -> None:
    """Write `model` as a run without clips, so that ``inrkit render --latents`` shows what was found in it."""
    assert model.config is not None
    run, codes = Run(folder), CodeTable()
    run.clear()
    codes.grow(1, model.encoder, 0)
    state = {name: value[:0] for name, value in codes.state_dict().items()}
    folder.mkdir(parents=True, exist_ok=True)
    save_checkpoint(run.checkpoints, 0, {"model": model.state_dict(), "codes": state}, {"clips": 0})
    model.config.save(run.config_file)


def _first_shape(sources: Sequence[Path]) -> tuple[int, int, int]:
    """(T, H, W) of the first video that can be read, at its own size; T at most :data:`FRAMES`."""
    problem: BadInput | None = None
    for source in sources:
        skipped: list[SkippedVideo] = []
        try:
            for path in videos_in(str(source), skipped):
                with open_frames(path) as video:
                    count, size = 0, (0, 0)
                    for frame in islice(video.pixels, FRAMES):  # one at a time: they may be large
                        count, size = count + 1, (frame.shape[0], frame.shape[1])
                if count:
                    return count, *size
        except BadInput as error:
            problem = error
    raise problem or BadInput("there is no video to be fitted", "Name one.")
