"""Coming from INR-V: every command of the page is typed, on small videos and for a step or two."""

import gzip
import json
import re
import shlex
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import nn
from typer.testing import CliRunner

from inrkit import BadInput, discovery
from inrkit.cli.app import app
from inrkit.engine.plan import option_models
from inrkit.engine.runs import Run
from inrkit.options import resolve
from inrkit.testing import tiny_videos

PAGE = (Path(__file__).parents[2] / "docs/coming-from-inrv.md").read_text()
COMMANDS = re.findall(r"^    (inrkit .+)$", PAGE, re.MULTILINE)
FLAGS = {
    *("--dataset_root", "--dataset_size", "--experiment_name", "--logging_root", "--num_frames", "--img_dim"),
    *("--val_img_dim", "--batch_size", "--lr", "--num_epochs", "--sample_frac", "--p_hidden_layers", "--p_hidden_dim"),
    *("--hn_hidden_layers", "--hn_hidden_dim", "--hn_in", "--std", "--useclip", "--gauss_prior", "--loss_fn"),
    *("--checkpoint_path", "--epochs_til_ckpt", "--steps_til_summary", "--steps_til_fvd", "--stage", "--random_data"),
    *("--num_val_samples", "--test", "--real_ds_path", "--val", "--print"),
}
"""All that their arguments.py has."""

TINY = (
    "--frames 3 --size 8 -o inr.width=8 -o inr.layers=1 -o hypernetwork.width=8 -o hypernetwork.layers=1 --device cpu"
)
SMALL = {"train": f"{TINY} -o encoder.size=4 --seed 0", "fit-single": "--steps 2 --size 8 --frames 3"}
"""What a command gets more, so that it takes a second."""

CLIP = {
    "embed_dim": 512,
    "vision_cfg": {"image_size": 32, "layers": 1, "width": 32, "head_width": 16, "patch_size": 16},
    "text_cfg": {"context_length": 77, "vocab_size": 100, "width": 32, "heads": 2, "layers": 1},
}


def words_of(command):
    """What is typed: where it says how long or how large, a little of it."""
    words = shlex.split(command)[1:]
    small = {"--steps": "2", "--samples": "4", "-n": "4", "--checkpoint-every": "1", "--eval-every": "1", "--low": "4"}
    small |= {"--limit": "2", "--frames": "3"} if words[0] == "train" else {}
    words = [small.get(before, word) for before, word in zip(["", *words], words, strict=False)]
    if words[0] == "train":
        resumed = "--resume" in words
        words += shlex.split(SMALL["train"]) + ([] if resumed else ["--steps", "2"])
        words += ["-o", "method.lpips=0"] if "--preset" in words else []
        words += ["-o", "encoder.model=inrkit-page"] if "videoclip" in words else []
        words += ["-o", "dataset.count=3", "-o", "dataset.held_out=1"] if "moving-mnist" in words else []
        words += ["--checkpoint-every", "1", "--eval-every", "1", "--keep", "3"] if resumed else []
        words += ["-o", "sheet_every=500", "-o", "log_every=50"] if resumed else []
    if words[0] in ("invert", "inpaint", "predict", "interpolate-frames", "sparse-inpaint", "superresolve"):
        words += ["--steps", "2"]
        words = [
            "2" if before == "--observed" and word == "4" else word
            for before, word in zip(["", *words], words, strict=False)
        ]
    if words[0] == "evaluate":
        words = ["12" if before == "--size" else word for before, word in zip(["", *words], words, strict=False)]
        words += ["-o", "fit.steps=2"]
    return words + shlex.split(SMALL.get(words[0], "") if words[0] != "train" else "")


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with all that the page names."""
    folder = tmp_path_factory.mktemp("page")
    tiny_videos(folder / "videos", 4, 3)
    tiny_videos(folder / "faces", 3, 3)
    tiny_videos(folder / "one", 1, 3)[0].rename(folder / "video.mp4")
    digits = np.arange(8 * 28 * 28, dtype=np.uint8).reshape(8, 28, 28)
    header = b"\0\0\x08\x03" + np.array(digits.shape, ">i4").tobytes()
    (folder / "train-images-idx3-ubyte.gz").write_bytes(gzip.compress(header + digits.tobytes()))
    (folder / "vgg16-397923af.pth").touch()
    torch.save(official(), folder / "official.pth")
    return folder


def official():
    """The smallest checkpoint of their format: one head for each tensor of a network of two layers."""
    octaves, width = 1, 5
    sizes = [width * (3 + 6 * octaves), width, width * 3, 3]
    state = {"latent_codes.weight": torch.randn(2, 4)}
    for head, size in enumerate(sizes):
        for layer, made in enumerate((nn.Linear(4, 6), nn.Linear(6, 6), nn.Linear(6, size))):
            state[f"hyper_net.nets.{head}.net.{layer}.0.weight"] = made.weight.detach()
            state[f"hyper_net.nets.{head}.net.{layer}.0.bias"] = made.bias.detach()
    return {"model": state}


@pytest.fixture
def clip(place, monkeypatch):
    """A tiny CLIP of random weights, whose name open_clip knows for now."""
    open_clip = pytest.importorskip("open_clip")
    paths = list(open_clip.factory._MODEL_CONFIG_PATHS)
    (place / "models").mkdir()
    (place / "models" / "inrkit-page.json").write_text(json.dumps(CLIP))
    open_clip.add_model_config(place / "models")
    network = open_clip.CLIP(**open_clip.get_model_config("inrkit-page"))
    save_file(network.state_dict(), place / "open_clip_model.safetensors")
    yield
    open_clip.factory._MODEL_CONFIG_PATHS[:] = paths
    open_clip.factory._rescan_model_configs()


@pytest.mark.slow
def test_every_command_of_the_page_works(place, clip, monkeypatch):
    monkeypatch.chdir(place)
    for name in ("INRKIT_CACHE", "CI"):
        monkeypatch.setenv(name, str(place / "cache"))
    discovery.reset()
    mine = CliRunner().invoke(app, words_of("inrkit train --plugin inrv videos/ --out runs/mine"))
    assert mine.exit_code == 0, mine.output
    for command in COMMANDS:
        if "--devices" in command:  # processes of its own: tests/distributed
            continue
        done = CliRunner().invoke(app, words_of(command))
        assert done.exit_code == 0, f"{command}\n{done.output}"
    stages = Run("runs/stages").config.stages
    assert [stage.clips for stage in stages] == [3] and Run("runs/clip").config.encoder.name == "videoclip"


def test_every_flag_of_theirs_is_on_the_page_and_no_other():
    cells = [row.split("|")[1] for row in PAGE.splitlines() if row.startswith("| ")]
    assert {flag for cell in cells for flag in re.findall(r"--\w+", cell)} - {"--case"} == FLAGS


def test_every_option_on_the_page_is_one():
    names = {"method": "inrv", "encoder": "videoclip", "hypernetwork": "mlp-heads", "inr": "nerf-mlp"}
    keys = re.findall(r"`-o ([\w.]+)=", PAGE)
    assert len(keys) > 10
    for key in keys:
        try:
            resolve(option_models(names), {key: 1})
        except BadInput as refused:
            assert "no option" not in refused.message, key
