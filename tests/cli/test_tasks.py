"""Tasks as commands: how they are listed, what they take, and what they say when they cannot."""

import json
import textwrap

import pytest
import torch

import inrkit
from inrkit import discovery
from inrkit.video import write_png

PLUGIN = """
    import torch
    from pydantic import BaseModel, Field
    from typing import Literal
    from inrkit import BadInput, Observation, ObservationTask, Task, TaskResult, declare, hookimpl

    class Options(BaseModel):
        rows: int = Field(4, ge=1, description="rows that are seen")
        side: Literal["top", "bottom"] = "top"
        only: bool = False
        weights: list[float] = [1.0]

    class Half(ObservationTask):
        baseline_name = "grey"
        def observe(self, clip_shape, options, generator):
            if options.rows > clip_shape[1]:
                raise BadInput(f"{options.rows} rows are more than a clip has", "Ask for fewer.")
            mask = torch.zeros(clip_shape, dtype=torch.bool)
            mask[:, : options.rows] = True
            return Observation(mask if options.side == "top" else mask.flip(1))
        def paper(self, clip_shape, options):
            return options.model_copy(update={"rows": clip_shape[1] // 2})

    class Keen(Half):
        fit_defaults = {"prior": 0.125, "restarts": 2}

    class Wrong(Half):
        fit_defaults = {"prior": -1, "stepz": 3}

    class Say(Task):
        def run(self, model, options):
            return TaskResult({"model": model is not None, "options": options.model_dump(mode="json")})

    class Clash(BaseModel):
        seed: int = 0

    @hookimpl
    def inrkit_tasks():
        made = dict(options="halves:Options", summary="Half of it")
        return [
            declare.Task(name="half", target="halves:Half", **made),
            declare.Task(name="keen", target="halves:Keen", **made),
            declare.Task(name="wrong", target="halves:Wrong", **made),
            declare.Task(name="say", target="halves:Say", needs_run=False, **made),
            declare.Task(name="train", target="halves:Say", needs_run=False, **made),
            declare.Task(name="gone", target="halves:Missing", **made),
            declare.Task(name="clash", target="halves:Half", options="halves:Clash", summary="Clash"),
            declare.Task(name="old", target="halves:Half", summary="Of another time", api=99),
        ]
"""


@pytest.fixture
def halves(clean, tmp_path, monkeypatch):
    """A one-file plugin of tasks, good and bad, next to the installed ones."""
    (tmp_path / "halves.py").write_text(textwrap.dedent(PLUGIN))
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("INRKIT_PLUGIN_MODULES", "halves")
    discovery.reset()


@pytest.fixture
def half(halves, cli, run):
    """``half("film", "--rows", 3)`` on the tiny run."""
    return lambda *words: cli("half", *words, "--run", run, "--steps", "2", "--device", "cpu")


def film(folder, frames=5, height=8, width=8, seed=0):
    pixels = torch.randint(0, 256, (frames, height, width, 3), generator=torch.Generator().manual_seed(seed))
    for index, frame in enumerate(pixels.to(torch.uint8)):
        write_png(folder / f"{index:03d}.png", frame)
    return folder


def test_tasks_are_listed_by_what_is_declared(halves, cli):
    outcome = cli("--help")
    assert outcome.exit_code == 0
    for name in ("invert", "predict", "sparse-inpaint", "half", "say", "gone", "old", "/train"):
        assert name in outcome.stdout
    assert "does not work" in outcome.stdout


def test_help_shows_the_options_of_the_task_and_those_of_all(halves, cli):
    outcome = cli("half", "--help")
    assert outcome.exit_code == 0, outcome.output
    for words in ("--rows", "Rows that are seen.", "[default: (4)]", "top|bottom", "--no-only", "--restarts", "--run"):
        assert words in outcome.stdout, words
    assert "default: all of the video" in outcome.stdout and "default 0." in cli("predict", "--help").stdout
    assert "--direct" in outcome.stdout and "--direct" not in cli("say", "--help").stdout
    assert "--restarts" not in cli("say", "--help").stdout


@pytest.mark.parametrize(
    ("name", "said"),
    [("gone", "has no 'Missing'"), ("old", "old"), ("clash", "'seed', which is a flag of all tasks")],
)
def test_a_broken_task_explains_itself(halves, cli, name, said):
    outcome = cli(name, "film")
    assert outcome.exit_code == 3, outcome.output
    assert said in outcome.stderr and "Traceback" not in outcome.output


def test_a_plugin_that_fails_at_import_is_named_by_its_command(clean, cli, tmp_path, monkeypatch):
    (tmp_path / "crash.py").write_text("raise RuntimeError('oh dear')")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("INRKIT_PLUGIN_MODULES", "crash")
    discovery.reset()
    outcome = cli("crash", "film")
    assert outcome.exit_code == 3 and "oh dear" in outcome.stderr
    assert cli("clash", "film").exit_code == 2  # there is none of that name


def test_a_task_with_the_name_of_a_command_is_called_in_full(halves, cli):
    (name,) = [word for word in cli("--help").stdout.split() if word.endswith("/train")]
    outcome = cli(name, "--json")
    assert outcome.exit_code == 0 and json.loads(outcome.stdout)["model"] is False


def test_a_task_that_needs_no_run_gets_none_but_its_options(halves, cli, monkeypatch):
    monkeypatch.setenv("INRKIT_TASK__ROWS", "7")
    words = ["--side", "bottom", "--only", "--weights", "[2, 3.5]"]
    facts = json.loads(cli("say", "--json", *words).stdout)
    assert facts["options"] == {"rows": 7, "side": "bottom", "only": True, "weights": [2, 3.5]}
    assert json.loads(cli("say", "--json", "--rows", "2").stdout)["options"]["rows"] == 2
    assert "options: " in cli("say").stdout


def test_a_task_that_names_a_run_gets_its_model(halves, cli, run):
    assert json.loads(cli("say", "--json", "--run", run).stdout)["model"] is True


def test_what_a_task_leaves(half, run):
    outcome = half(film(run.parent / "film", 13, 12, 10), "--rows", "3", "--json", "--lossless", "--seed", "5")
    assert outcome.exit_code == 0, outcome.output
    facts = json.loads(outcome.stdout)
    (record,) = facts["videos"]
    folder = run.parent / "results" / "half" / "film"
    assert record["folder"] == "results/half/film" and facts["run"] == str(run) and facts["failed"] == {}
    files = {"result.mp4", "comparison.mp4", "sheet.png", "latents.safetensors", "record.json", "result"}
    assert {path.name for path in folder.iterdir()} == files
    assert record["options"]["rows"] == 3 and record["fit"]["steps"] == 2 and record["seed"] == 5
    assert record["windows"] == [0, 4, 8] and record["shape"] == [13, 12, 10] and record["numbers_stored"] == 3 * 4
    assert record["share_seen"] == pytest.approx(3 / 8) and record["seconds"] > 0
    assert set(record["scores"]) == {"result", "baseline", "nearest", "static"}
    assert set(record["scores"]["result"]["psnr"]) == {"all", "observed", "hidden"}
    assert "grey (" in record["verdict"] and "the best training latent (" in record["verdict"]
    assert record | {"folder": 0} == json.loads((folder / "record.json").read_text()) | {"folder": 0}
    lossless = inrkit.read_video(folder / "result")
    assert lossless.frames.shape == (13, 12, 10, 3)
    assert (lossless.frames[:, :1] == 128).all() and (lossless.frames[:, 2:10] != 128).any()  # crop: 10x10 of 12x10
    assert any("not recovered, shown grey" in note for note in record["notes"])
    result = inrkit.read_video(folder / "result.mp4")
    assert result.frames.shape == (13, 12, 10, 3) and result.fps == 25
    assert inrkit.read_video(folder / "comparison.mp4").frames.shape == (13, 12, 30, 3)


def test_latents_are_rendered_later(half, cli, run, monkeypatch):
    assert half(film(run.parent / "film", 13), "--refine", "2", "--lossless").exit_code == 0
    folder = run.parent / "results" / "half" / "film"
    written = []
    monkeypatch.setattr(
        inrkit, "write_video", lambda path, frames, fps: written.append((path, torch.cat(list(frames)), fps))
    )
    outcome = cli("render", run, "--latents", folder / "latents.safetensors", "--out", "x.mp4")
    assert outcome.stdout == "x.mp4: latents of film, 13x8x8 at 25 fps\n", outcome.output
    assert torch.equal(written[0][1], inrkit.read_video(folder / "result").frames) and written[0][2] == 25
    words = ("--size", "16x12", "--frames", "20", "--json")
    facts = json.loads(cli("render", run, "--latents", folder / "latents.safetensors", "--out", "y.mp4", *words).stdout)
    assert written[1][1].shape == (20, 16, 12, 3) and facts["fps"] == pytest.approx(25 * 20 / 13)


def test_latents_of_another_run_are_refused(half, cli, train, run):
    assert half(film(run.parent / "film")).exit_code == 0
    assert train("--out", "other", "--seed", "1").exit_code == 0
    outcome = cli("render", "other", "--latents", "results/half/film/latents.safetensors", "--out", "x.mp4")
    assert outcome.exit_code == 2 and "another run" in outcome.stderr
    assert not (run.parent / "x.mp4").exists()
    assert cli("render", run, "--out", "x.mp4").exit_code == 2
    both = ("--clip", "0", "--latents", "results/half/film/latents.safetensors")
    assert cli("render", run, "--out", "x.mp4", *both).exit_code == 2


def test_one_bad_file_does_not_stop_the_others(half, run):
    folder = run.parent / "films"
    film(folder / "a")
    film(folder / "b", frames=7, seed=1)
    film(folder / "short", frames=2)
    (folder / "c.mp4").write_text("no video")
    outcome = half(folder)
    assert outcome.exit_code == 1, outcome.output
    assert "c.mp4" in outcome.stderr and "short has 2 frames" in outcome.stderr
    assert "results/half/a: " in outcome.stdout and "results/half/b: " in outcome.stdout
    done = {path.name for path in (run.parent / "results" / "half").iterdir()}
    assert done == {"a", "b"}


def test_videos_of_one_name_do_not_overwrite_each_other(half, run):
    one, two = film(run.parent / "x" / "film"), film(run.parent / "y" / "film", seed=1)
    assert half(one, two).exit_code == 0
    assert {path.name for path in (run.parent / "results" / "half").iterdir()} == {"film", "film-2"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["film", "--rows", "9"], "9 rows are more than a clip has"),
        (["film", "--rows", "0"], "task.rows"),
        (["film", "--steps", "-1"], "fit.steps"),
        (["film", "--lr", "nan"], "fit.lr"),
        (["short"], "--loop"),
        (["short", "--loop", "--hold"], "exclude each other"),
        (["nowhere"], "does not exist"),
        (["text.mp4"], "text.mp4"),
        (["film", "--run", "nowhere"], "nowhere"),
        (["film", "--device", "tpu"], "tpu"),
        (["film", "--out", "text.mp4"], "text.mp4 is no folder"),
        ([], "VIDEO"),
    ],
)
def test_bad_input_is_one_message_and_nothing_is_written(halves, cli, run, words, said):
    here = run.parent
    film(here / "film")
    film(here / "short", frames=2)
    (here / "text.mp4").write_text("no video")
    before = set(here.iterdir())
    outcome = cli("half", "--run", run, "--steps", "1", *words)
    assert outcome.exit_code == 2, outcome.output
    assert said in outcome.stderr and outcome.stderr.count("error: ") <= 1 and "Traceback" not in outcome.output
    assert set(here.iterdir()) == before


def test_without_a_run_it_says_how_to_get_one(halves, cli, tmp_path):
    film(tmp_path / "film")
    outcome = cli("half", "film")
    assert outcome.exit_code == 2 and "inrkit train" in outcome.stderr and "--direct" in outcome.stderr


def test_the_newest_run_is_taken_and_named(halves, train, cli, tmp_path):
    film(tmp_path / "film")
    assert train("--out", "runs/mine").exit_code == 0
    outcome = cli("half", "film", "--steps", "1")
    assert outcome.exit_code == 0 and "runs/mine" in outcome.stderr


def test_a_task_has_defaults_of_the_fit_which_flags_still_change(halves, cli, run):
    film(run.parent / "film")

    def fit_of(*words):
        outcome = cli("keen", "film", "--run", run, "--steps", "1", "--json", *words)
        return json.loads(outcome.stdout)["videos"][0]["fit"]

    assert fit_of() | {"prior": 0.125, "restarts": 2, "steps": 1} == fit_of()
    assert fit_of("--prior", "0.5") == fit_of() | {"prior": 0.5}
    for name, shown in (("keen", "0.125"), ("half", "0.0")):
        assert f"[default: ({shown})]" in " ".join(cli(name, "--help").stdout.split("--prior")[1].split()[:12])


def test_defaults_of_the_fit_that_are_refused_are_the_fault_of_the_task(halves, cli, run):
    film(run.parent / "film")
    before = set(run.parent.iterdir())
    outcome = cli("wrong", "film", "--run", run)
    assert outcome.exit_code == 3 and "prior, stepz" in outcome.stderr, outcome.output
    assert set(run.parent.iterdir()) == before


def test_a_long_fit_says_how_far_it_is(halves, cli, run, monkeypatch):
    monkeypatch.setattr("inrkit.cli.progress.PLAIN_SECONDS", 0)
    words = ("half", film(run.parent / "film"), "--run", run, "--steps", "3", "--patience", "0")
    lines = [line for line in cli(*words).stderr.splitlines() if line.startswith("fitting film: ")]
    assert lines == [f"fitting film: step {step} of 3, 0:00 left" for step in (1, 2)]
    assert "fitting" not in cli(*words, "-q").stderr


def test_short_videos_come_back_at_their_own_length(half, run):
    assert half(film(run.parent / "film", frames=3), "--hold", "--lossless").exit_code == 0
    assert inrkit.read_video(run.parent / "results/half/film/result").frames.shape == (3, 8, 8, 3)


def test_the_paper_has_settings_that_flags_still_change(halves, cli, run):
    film(run.parent / "film")
    words = ("--run", run, "--json", "--paper", "--rows", "1")
    (record,) = json.loads(cli("half", "film", *words, "--steps", "1").stdout)["videos"]
    assert record["options"]["rows"] == 4
    assert record["fit"] | {"start": "random", "lr": 1e-4, "points": 1, "steps": 1, "restarts": 1} == record["fit"]
    assert record["start"] == ["random"]
    assert record["also_fit"] == record["fit"] | {"lr": 1e-2} and "does not say" in record["paper"]
    assert set(record["scores"]["also"]["psnr"]) == {"all", "observed", "hidden"}
    other = record["scores"]["also"]["psnr"]["hidden"]
    assert f"with a learning rate of 0.01, not 0.0001: {other:.1f} dB on hidden" in record["verdict"]
    assert record["paper"] in record["notes"]
    (record,) = json.loads(cli("half", "film", *words, "--steps", "1", "--lr", "0.5").stdout)["videos"]
    assert record["fit"]["lr"] == 0.5 and "also" not in record["scores"]


def test_bad_results_are_called_bad(half, run):
    outcome = half(film(run.parent / "film"))
    assert "below a still picture" in outcome.stdout and "--refine" in outcome.stderr
    assert "--direct" in outcome.stderr
