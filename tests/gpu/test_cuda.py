"""On a GPU: the same training as on the CPU, in float32 and in bfloat16, by one process and by two."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

import inrkit
from inrkit.engine.runs import Run

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device here"),
]

OPTIONS = {
    "dataset.count": 8,
    "dataset.held_out": 2,
    "data.size": (16, 16),
    "data.frames": 8,
    "inr.width": 16,
    "hypernetwork.width": 16,
    "encoder.size": 8,
    "train.batch": 4,
    "train.warmup": 0,
    "train.steps": 40,
    "train.log_every": 4,
}


@pytest.fixture
def train(monkeypatch, tmp_path):
    for name in [name for name in os.environ if name.startswith("INRKIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("INRKIT_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    return lambda out, device, **more: inrkit.train(plugin="inrv", out=out, device=device, options=OPTIONS | more)


def losses(run):
    return [json.loads(line)["loss"] for line in (Path(run) / "metrics.jsonl").read_text().splitlines()]


def test_a_gpu_learns_what_a_cpu_learns(train):
    train("cpu", "cpu")
    train("gpu", "cuda")
    assert losses("gpu")[:3] == pytest.approx(losses("cpu")[:3], rel=1e-3)
    assert losses("gpu")[-1] == pytest.approx(losses("cpu")[-1], rel=0.1)
    assert abs(Run("gpu").result["train"]["psnr"] - Run("cpu").result["train"]["psnr"]) < 0.5


def test_bf16_learns_and_keeps_float32(train):
    train("plain", "cuda")
    train("coarse", "cuda", **{"train.precision": "bf16"})
    assert losses("coarse")[:2] == pytest.approx(losses("plain")[:2], rel=0.05)
    assert losses("coarse")[-1] < 0.7 * losses("coarse")[0]
    model = load_file(Run("coarse").newest_checkpoint() / "model.safetensors")
    assert {value.dtype for value in model.values()} == {torch.float32}


def command(*words):
    process = subprocess.run(
        [sys.executable, "-m", "inrkit", "train", "-p", "inrv", *words], capture_output=True, text=True, timeout=200
    )
    return process.returncode, process.stderr


def words_of(options):
    return [word for name, value in options.items() for word in ("-o", f"{name}={json.dumps(value)}")]


@pytest.mark.skipif(torch.cuda.device_count() < 2, reason="there are not two CUDA devices here")
def test_two_gpus_learn_what_one_learns(train):
    train("one", "cuda")
    code, said = command("--out", "two", "--device", "cuda", "--devices", "2", *words_of(OPTIONS))
    assert code == 0, said
    assert losses("two") == pytest.approx(losses("one"), rel=1e-2)


def test_more_processes_than_gpus_are_refused(train):
    more = torch.cuda.device_count() + 1
    code, said = command("--out", "run", "--device", "cuda", "--devices", str(more), *words_of(OPTIONS))
    assert code == 2 and f"{more} processes need as many CUDA devices" in said
