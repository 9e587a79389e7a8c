"""Two processes train as one does: the same model on both, the same curve, one set of files."""

import json
import os
import shutil
from pathlib import Path

import pytest
from safetensors.torch import load_file

import inrkit
from inrkit.engine.runs import Run
from inrkit.video.locks import only_one

FAMILIES = {
    "functa": {"inr.width": 8, "inr.layers": 2, "train.steps": 3, "train.batch": 4, "dataset.held_out": 0},
    "single-inr": {"inr.width": 8, "train.steps": 3, "train.batch": 1, "dataset.count": 2, "dataset.held_out": 0},
}
pytestmark = pytest.mark.slow
TINY = {"data.size": [8, 8], "data.frames": 5, "data.holdout": 0, "dataset.count": 4}


@pytest.fixture(scope="module")
def two(tmp_path_factory, command, options):
    """The folder in which two processes of torchrun were at work, and what each of them says.

    Once, however many workers of pytest-xdist share the tests of it.
    """
    root = tmp_path_factory.getbasetemp()
    folder = (root.parent if "PYTEST_XDIST_WORKER" in os.environ else root) / "two"
    with only_one(folder.with_name(".two.lock"), waiting=lambda: None):
        if not (folder / "rank-1.json").exists():
            folder.mkdir()
            _train_in_two(folder, command, options)
    return folder, [json.loads((folder / f"rank-{rank}.json").read_text()) for rank in range(2)]


def _train_in_two(folder, command, options):
    settings = {"options": options, "families": {name: TINY | own for name, own in FAMILIES.items()}}
    worker = Path(__file__).with_name("worker.py")
    torchrun = ("torch.distributed.run", "--standalone", "--nproc-per-node", "2")
    code, out, err = command(folder, *torchrun, worker, json.dumps(settings))
    assert code == 0, out + err


@pytest.fixture(scope="module")
def one(tmp_path_factory, cache, options):
    """A run by one process."""
    folder = tmp_path_factory.mktemp("one")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INRKIT_CACHE", str(cache))
        return inrkit.train(plugin="inrv", device="cpu", options=options, out=folder / "one")


def lines(run, name="metrics.jsonl"):
    return [json.loads(line) for line in (Path(run) / name).read_text().splitlines()]


def test_replicas_are_the_same_from_the_first_step_to_the_last(two):
    _, (first, second) = two
    for name in ("start", "end", *FAMILIES):
        assert first[name] == second[name], name
    assert first["start"] != first["end"]


def test_each_clip_is_taken_once_an_epoch_over_both(two):
    _, (first, second) = two
    epochs = [first["clips"][i : i + 3] + second["clips"][i : i + 3] for i in range(0, 51, 3)]
    for epoch in epochs:
        assert sorted(clip for step in epoch for clip in step) == list(range(7))
    assert epochs[0] != epochs[1]


def test_the_curve_is_that_of_one_process(one, two):
    pairs = list(zip(lines(one), lines(two[0] / "two"), strict=True))
    for alone, shared in pairs:
        assert alone["step"] == shared["step"]
        assert shared["loss"] == pytest.approx(alone["loss"], rel=1e-4)
        assert shared["psnr"] == pytest.approx(alone["psnr"], abs=1e-2)
    assert pairs[-1][0]["loss"] < 0.9 * pairs[0][0]["loss"]
    for alone, shared in zip(lines(one, "evaluations.jsonl"), lines(two[0] / "two", "evaluations.jsonl"), strict=True):
        assert shared["training"] == pytest.approx(alone["training"], abs=0.02)
        assert shared["held-out"] == pytest.approx(alone["held-out"], abs=0.1)
    alone, shared = Run(one).result, Run(two[0] / "two").result
    assert shared["train"]["psnr"] == pytest.approx(alone["train"]["psnr"], abs=0.02)
    assert shared["held_out"]["psnr"] == pytest.approx(alone["held_out"]["psnr"], abs=0.1)


def test_codes_and_their_moments_are_those_of_one_process(one, two):
    alone, shared = (load_file(Run(run).newest_checkpoint() / "codes.safetensors") for run in (one, two[0] / "two"))
    assert alone["visits"].tolist() == shared["visits"].tolist() == [17] * 7
    for name, value in alone.items():
        assert (value - shared[name]).abs().max() <= 1e-3 * value.abs().max(), name


def test_one_process_goes_on_where_two_would_have_gone(one, two, tmp_path, cache, monkeypatch):
    monkeypatch.setenv("INRKIT_CACHE", str(cache))
    run = Run(shutil.copytree(two[0] / "two", tmp_path / "run"))
    shutil.rmtree(run.newest_checkpoint())
    run.result_file.unlink()
    assert run.newest_checkpoint().name == "step-00000034"
    inrkit.train(plugin="inrv", device="cpu", out=run.path, resume=True)
    alone, gone_on = (load_file(Run(each).newest_checkpoint() / "codes.safetensors") for each in (one, run.path))
    for name, value in alone.items():
        assert (value - gone_on[name]).abs().max() <= 1e-3 * value.abs().max(), name
    assert [line["step"] for line in lines(run.path)] == [line["step"] for line in lines(one)]
    assert lines(run.path)[-1]["loss"] == pytest.approx(lines(one)[-1]["loss"], rel=1e-4)


def test_only_the_first_writes_and_speaks(one, two):
    folder, (first, second) = two
    assert first["told"] == [line["step"] for line in lines(one)]
    assert "told" not in second
    assert {path.name for path in folder.iterdir()} >= {"two", "two-functa"}
    files = [path for run in (one, folder / "two") for path in run.rglob("*")]
    names = [path.name for path in files if "tfevents" not in path.name]
    assert len(names) > 20 and all(names.count(name) % 2 == 0 for name in names)
    assert len(files) - len(names) in (0, 2), "one log of TensorBoard each, where it is installed"


def test_what_a_team_says(two):
    _, (first, second) = two
    assert [first["part"], second["part"]] == [[[0, 0], [0, 1], [0, 3], [0, 4]], [[0, 0], [1, 1], [3, 5], [4, 8]]]
    assert first["rows"] == second["rows"] == [[i, i] for i in range(5)]
    assert first["joined"] == second["joined"] == [0, 1, 2], "one of them had nothing"
    assert first["any"] == second["any"] == [None, 15]
    assert first["everyone"] == second["everyone"] == ["é", "éé"]
    assert first["lead"] == second["lead"] == {"from": 0}
    assert [first["failed"][0], second["failed"][0]] == ["BadInput", "SaidElsewhere"]
    assert first["differing"] == second["differing"]
    assert "1 tensors differ, first b" in first["differing"][1]
    one, shared = first["device"]
    assert one == ["BadInput", "--device cuda:0 is one, and there are 2 processes. Use --device cuda."]
    assert "cannot share an mps device" in shared[1]


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs Linux, which names threads")
def test_no_thread_of_gloo_outlives_python(two):
    """One that does calls abort(), now and then, and torchrun says that the process has failed."""
    for rank in range(2):
        names = json.loads((two[0] / f"threads-{rank}.json").read_text())
        assert names and not any("gloo" in name for name in names)
