"""`--devices 2` as users type it: stopped, killed, and gone on with by another number of processes."""

import json
import os
import re
import signal
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

import inrkit
from inrkit.cli.app import app
from inrkit.engine.runs import Run

TINY = (
    "--device cpu --size 8x8 --frames 5 --holdout 0 -o count=4 -o inr.width=8 -o hypernetwork.width=8 -o encoder.size=4"
)
LONG = "-o train.batch=3 -o log_every=100 --checkpoint-every 100 --steps 8000"
TRAIN = ["inrkit", "train", "-p", "inrv", *TINY.split(), *LONG.split()]
"""Long enough to be met in the middle."""


@pytest.fixture
def here(monkeypatch, cache):
    """A command in this process."""
    monkeypatch.setenv("INRKIT_CACHE", str(cache))
    return lambda *words: CliRunner().invoke(app, list(map(str, words)), env={"COLUMNS": "150", "CI": "1"})


def children(process):
    """Of a launcher, in the order in which they were started: processes 0 and 1."""
    found = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    return list(map(int, found))


def until(exists, process):
    deadline = time.monotonic() + 90
    while not exists() and process.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert process.poll() is None, process.communicate()


@pytest.mark.slow
def test_killed_then_stopped_then_gone_on_with_by_one(tmp_path, start, here):
    run = tmp_path / "run"
    process = start(tmp_path, *TRAIN, "--devices", "2", "--out", "run")
    until((run / "checkpoints" / "step-00000100" / "state.json").exists, process)
    workers = children(process)
    os.kill(workers[1], signal.SIGKILL)
    begun = time.monotonic()
    out, err = process.communicate(timeout=30)
    assert time.monotonic() - begun < 15
    assert (process.returncode, out) == (1, "")
    assert err.splitlines()[-2] == "error: process 1 of 2 was killed by SIGKILL, so all were ended"
    assert "Traceback" not in err
    assert not any(Path(f"/proc/{worker}").exists() for worker in workers)

    saved = step_of(run)
    process = start(tmp_path, *TRAIN, "--devices", "2", "--out", "run", "--resume")
    until((run / "checkpoints" / f"step-{saved + 100:08d}" / "state.json").exists, process)
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (143, "")
    assert f"Resuming run after step {saved} of 8000" in err
    assert len(re.findall("stopped after step", err)) == 1
    assert err.splitlines()[-1] == "  Go on: inrkit train --resume --out run"
    saved = step_of(run)
    assert f"stopped after step {saved} of 8000" in err
    assert saved % 100 and not (run / "result.json").exists()

    # one process goes on, to an end that is near
    config = json.loads((run / "config.json").read_text())
    config["train"]["steps"] = saved + 3
    (run / "config.json").write_text(json.dumps(config))
    outcome = here("train", "-p", "inrv", "--resume", "--out", run)
    assert outcome.exit_code == 0, outcome.output
    assert step_of(run) == saved + 3


def step_of(run):
    return json.loads((Run(run).newest_checkpoint() / "state.json").read_text())["step"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--devices", "0"], "--devices should be a whole number, 1 or more, not 0"),
        (["--config", "of.toml"], "--devices should be a whole number, 1 or more, not 'two'"),
    ],
)
def test_what_is_no_number_of_processes(tmp_path, command, words, message):
    (tmp_path / "of.toml").write_text('devices = "two"\n')
    code, out, err = command(tmp_path, *TRAIN, *words, "--out", "run")
    assert (code, out) == (2, "")
    assert err.count("error: ") == 1 and message in err
    assert not (tmp_path / "run").exists()


@pytest.mark.slow
def test_videos_are_shared_and_what_is_done_is_not_done_again(
    tmp_path, start, command, here, cache, options, monkeypatch
):
    monkeypatch.setenv("INRKIT_CACHE", str(cache))
    inrkit.train(plugin="inrv", device="cpu", options=options | {"train.steps": 3}, out=tmp_path / "run")
    videos = tmp_path / "videos"
    videos.mkdir()
    for index, video in enumerate(inrkit.toy_videos(4, 25, (8, 8))):
        inrkit.write_video(videos / f"v{index}.mkv", video.frames, fps=5)
    invert = ["inrkit", "invert", "videos", "--run", "run", "--device", "cpu", "--out", "out"]

    # one process is killed when the first video is done
    process = start(tmp_path, *invert, "--devices", "2", "--steps", "200", "--patience", "0")
    until(lambda: list((tmp_path / "out").glob("*/record.json")), process)
    os.kill(children(process)[1], signal.SIGKILL)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 1 and "process 1 of 2 was killed by SIGKILL" in err
    done = {path: path.stat().st_mtime_ns for path in (tmp_path / "out").glob("*/record.json")}
    assert done
    for path in done:
        assert {"result.mp4", "latents.safetensors"} <= {each.name for each in path.parent.iterdir()}

    # the next call does the rest, and shows all
    code, out, err = command(
        tmp_path, *invert, "--devices", "2", "--steps", "200", "--patience", "0", "--resume", "--json"
    )
    assert code == 0, err
    records = {path: path.stat().st_mtime_ns for path in (tmp_path / "out").glob("*/record.json")}
    assert len(records) == 4 and records.items() >= done.items()
    assert [Path(record["folder"]).name for record in json.loads(out)["videos"]] == [f"v{i}" for i in range(4)]

    # with other settings nothing is done already
    monkeypatch.chdir(tmp_path)
    outcome = here(*invert[1:], "--steps", "3", "--resume")
    assert outcome.exit_code == 0 and "were done before" not in outcome.stderr
    outcome = here(*invert[1:], "--steps", "3", "--resume")
    assert "4 of 4 were done before" in outcome.stderr
