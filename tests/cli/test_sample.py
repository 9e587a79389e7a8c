"""`inrkit sample`: videos that never existed, and how near each is to a training clip."""

import json
import textwrap
from pathlib import Path

import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

import inrkit
from inrkit import discovery
from inrkit.samplers.options import SlerpOptions
from inrkit.samplers.slerp import Slerp


@pytest.fixture
def sample(cli, run):
    """``sample("-n", 5)`` on the tiny run of 4 clips of 5x8x8."""
    return lambda *words: cli("sample", "--run", run, "--device", "cpu", *words)


def record(folder="results/sample"):
    return json.loads(Path(folder, "record.json").read_text())


def latents(folder):
    return load_file(f"{folder}/latents.safetensors")["latents.z"]


@pytest.mark.parametrize("sampler", ["slerp", "gaussian", "gmm"])
def test_files_and_shapes(sample, sampler):
    outcome = sample("-n", "5", "--sampler", sampler, "--out", "new", "--json")
    assert outcome.exit_code == 0, outcome.output
    facts = json.loads(outcome.stdout)
    assert facts["files"] == [
        f"new/{n}" for n in ("sheet.png", "tiles.mp4", "tiles.gif", "latents.safetensors", "record.json")
    ]
    for suffix in ("mp4", "gif"):
        assert inrkit.read_video(f"new/tiles.{suffix}").frames.shape == (5, 16, 24, 3)  # two rows of three
    assert latents("new").shape == (5, 4)
    assert facts["sampler"] == sampler and len(facts["samples"]) == 5
    assert record("new") == {key: value for key, value in facts.items() if key != "files"}


def test_the_seed_decides_and_nothing_else(sample):
    for folder, seed in (("a", 3), ("b", 3), ("c", 4)):
        torch.manual_seed(ord(folder))
        assert sample("-n", "3", "--seed", seed, "--sampler", "gaussian", "--out", folder).exit_code == 0
    assert torch.equal(latents("a"), latents("b")) and not torch.equal(latents("a"), latents("c"))
    assert Path("a/tiles.gif").read_bytes() == Path("b/tiles.gif").read_bytes()


def test_the_files_of_latents_are_rendered_as_any(sample, cli, run):
    assert sample("-n", "3", "--each").exit_code == 0
    model = inrkit.load(run)
    drawn = latents("results/sample")
    for words, shape, rows in (([], (15, 8, 8), drawn), (["--size", "16", "--frames", "45"], (45, 16, 16), None)):
        assert (
            cli("render", run, "--latents", "results/sample/latents.safetensors", "--out", "all.apng", *words).exit_code
            == 0
        )
        frames = inrkit.read_video("all.apng").frames
        assert frames.shape == (*shape, 3)
        if rows is not None:  # all, one after another
            assert torch.equal(frames, inrkit.to_uint8(model.render({"z": rows}, (5, 8, 8))).flatten(0, 1))
    one = "results/sample/each/2.safetensors"
    assert cli("render", run, "--latents", one, "--out", "one.apng").exit_code == 0
    assert torch.equal(
        inrkit.read_video("one.apng").frames, inrkit.to_uint8(model.render({"z": drawn[2:]}, (5, 8, 8)))[0]
    )
    assert inrkit.read_video("results/sample/each/2.mp4").frames.shape == (5, 8, 8, 3)


def test_a_training_clip_is_known_again(sample, cli, run, monkeypatch):
    known = inrkit.load(run).latents["z"]
    monkeypatch.setattr(Slerp, "sample", lambda self, n, generator: {"z": self._latents["z"][torch.tensor([2, 0])]})
    outcome = sample("-n", "2")
    assert outcome.exit_code == 0 and "toy-0002@0" in outcome.stdout
    rows = record()["samples"]
    assert [(row["nearest_clip"], row["its_name"]) for row in rows] == [(2, "toy-0002@0"), (0, "toy-0000@0")]
    assert all(row["psnr_to_it"] is None for row in rows)  # no difference at all
    assert len(known) == 4


def test_how_near_the_nearest_clip_is(sample, run):
    assert sample("-n", "6", "--sampler", "gaussian").exit_code == 0
    model = inrkit.load(run)
    clips = inrkit.to_uint8(model.render(model.latents, (5, 8, 8))).double()
    new = inrkit.to_uint8(model.render({"z": latents("results/sample")}, (5, 8, 8))).double()
    error = (clips[None] - new[:, None]).square().flatten(2).mean(2) / 255**2
    for row, each in zip(record()["samples"], error, strict=True):
        assert row["nearest_clip"] == int(each.argmin())
        assert row["psnr_to_it"] == pytest.approx(float(-10 * each.min().log10()), abs=0.01)


def test_the_paper_draws_end_points_as_well(sample):
    known = torch.eye(2)

    def inner(ends):
        sampler = Slerp(SlerpOptions(ends=ends))
        sampler.fit({"z": known})
        return (sampler.sample(2000, torch.Generator().manual_seed(0))["z"] > 1e-6).all(1)

    assert inner(False).all()
    assert 0.02 < 1 - inner(True).float().mean() < 0.06  # 2 of 50 points
    assert sample("--paper").exit_code == 0 and record()["options"] == {"ends": True}
    assert sample().exit_code == 0 and record()["options"] == {"ends": False}


def test_many_are_shown_by_their_middle_frames(sample):
    assert sample("-n", "40").exit_code == 0
    assert inrkit.read_video("results/sample/tiles.gif").frames.shape == (5, 48, 56, 3)
    with Image.open("results/sample/sheet.png") as sheet:
        assert sheet.size == (7 * 64, 6 * 64)


PLUGIN = """
    from inrkit import Sampler, declare, hookimpl
    from pydantic import BaseModel

    class Options(BaseModel):
        factor: float = 1.0
        what: str = "good"

    class Scaled(Sampler):
        def __init__(self, config):
            self.config = config
        def fit(self, latents):
            self.known = latents
        def sample(self, n, generator):
            if self.config.what == "shape":
                return {"z": self.known["z"][:1]}
            factor = float("nan") if self.config.what == "number" else self.config.factor
            return {name: factor * value[:1].expand(n, *value.shape[1:]) for name, value in self.known.items()}

    @hookimpl
    def inrkit_samplers():
        return [declare.Sampler(name="scaled", target="scaled:Scaled", options="scaled:Options", summary="Scaled")]
"""


@pytest.fixture
def scaled(clean, tmp_path, monkeypatch):
    (tmp_path / "scaled.py").write_text(textwrap.dedent(PLUGIN))
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("INRKIT_PLUGIN_MODULES", "scaled")
    discovery.reset()


def test_a_plugins_sampler_is_used_by_its_name_and_options(scaled, sample, run):
    assert sample("--sampler", "scaled", "-o", "factor=0.5", "-n", "2").exit_code == 0
    torch.testing.assert_close(latents("results/sample"), 0.5 * inrkit.load(run).latents["z"][:1].expand(2, -1))
    for what in ("shape", "number"):
        outcome = sample("--sampler", "scaled", "-o", f"what={what}", "--out", "bad", "-n", "3")
        assert outcome.exit_code == 3 and "'scaled' gives" in outcome.stderr, outcome.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--sampler", "slrp"], "Did you mean 'slerp'?"),
        (["--sampler", "gmm", "-o", "component=2"], "Did you mean 'components'?"),
        (["--sampler", "gmm", "-o", "components=5"], "5 components are more than the 4 training clips"),
        (["-n", "0"], "task.n"),
        (["--paper", "--sampler", "gmm"], "leaves nothing open"),
        (["--out", "file"], "file is no folder"),
        (["--seed", "-1"], "task.seed"),
    ],
)
def test_bad_input(sample, tmp_path, words, said):
    (tmp_path / "file").write_text("")
    outcome = sample(*words)
    assert outcome.exit_code == 2, outcome.output
    assert said in outcome.stderr and outcome.stderr.count("error: ") == 1
    assert not (tmp_path / "results").exists()


def test_more_than_can_be_shown_are_refused(sample, monkeypatch):
    monkeypatch.setattr("inrkit.engine.gallery.MOST", 1000)
    outcome = sample("-n", "16")
    assert outcome.exit_code == 2 and "16 videos of 8x8 side by side are too large" in outcome.stderr
    assert "At most 15 fit" in outcome.stderr
