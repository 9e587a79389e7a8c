"""The Gaussian prior: a divergence that knows of every code and its spread, and codes that use it."""

import json
from pathlib import Path

import pytest
import torch
from torch.distributions import Normal, kl_divergence

import inrkit
from inrkit import ClipBatch, Output, Spec
from inrkit_inrv.method import InrV
from inrkit_inrv.options import GaussianCodebookOptions, InrVOptions
from inrkit_inrv.prior import GaussianCodebook, divergence

RGB = torch.zeros(2, 4, 3)


def made(size=6):
    return GaussianCodebook(GaussianCodebookOptions(size=size), Spec((2, 4, 4)))


def terms(codes, latents, **options):
    method = InrV(InrVOptions(**{"lpips": 0} | options))
    return method.loss(Output(RGB, latents, {}, codes), RGB)


def test_the_divergence_of_gaussian_codes_is_that_of_torch():
    mean, log_var = torch.randn(3, 5), torch.randn(3, 5)
    expected = kl_divergence(Normal(mean, (log_var / 2).exp()), Normal(0.0, 1.0)).mean(1)
    torch.testing.assert_close(divergence({"mean": mean, "log_var": log_var}, {}), expected)


def test_the_divergence_of_plain_codes_is_that_of_unit_deviation_around_them():
    z = torch.randn(3, 5)
    torch.testing.assert_close(divergence({"z": z}, {"z": z}), kl_divergence(Normal(z, 1.0), Normal(0.0, 1.0)).mean(1))


def test_it_is_not_always_zero_as_the_official_one_was():
    """Codes of mean 0 over the table and of any spread: there it was 0."""
    z = torch.tensor([[2.0, -1.0], [-2.0, 1.0]])
    assert (divergence({"z": z}, {"z": z}) > 1).all()
    assert (divergence({"mean": z, "log_var": torch.zeros(2, 2)}, {"z": z}) > 1).all()


def test_which_codes_have_a_prior_and_of_which_weight():
    z = {"z": torch.ones(2, 3)}
    gaussian = {"mean": torch.ones(2, 3), "log_var": torch.zeros(2, 3)}
    assert list(terms(z, z)) == ["pixels"], "plain codes have none"
    assert terms(gaussian, z)["prior"].tolist() == pytest.approx([0.025, 0.025]), "0.05, as the official code"
    assert terms(z, z, prior=2)["prior"].tolist() == [1, 1]
    assert list(terms(gaussian, z, prior=0)) == ["pixels"]
    assert list(terms({}, z)) == ["pixels"] and "prior" in terms({}, z, prior=1)


def test_training_draws_around_the_mean_and_rendering_takes_it():
    encoder = made()
    codes = {"mean": torch.randn(4, 6), "log_var": torch.full((4, 6), -2.0)}
    clips = ClipBatch(torch.zeros(4, 2, 4, 4, 3, dtype=torch.uint8), codes=codes)
    torch.manual_seed(0)
    drawn = torch.stack([encoder.train()(clips, None)["z"] for _ in range(400)])
    torch.testing.assert_close(drawn.mean(0), codes["mean"], atol=0.1, rtol=0)
    torch.testing.assert_close(drawn.std(0), torch.full((4, 6), torch.e**-1), atol=0.1, rtol=0)
    assert torch.equal(encoder.eval()(clips, None)["z"], codes["mean"])


def test_a_space_of_gaussian_codes_trains_resumes_and_samples(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("INRKIT_CACHE", str(tmp_path / "cache"))
    options = {"dataset.count": 3, "dataset.held_out": 1, "data.size": 8, "data.frames": 4, "encoder.size": 4}
    options |= {"inr.width": 8, "hypernetwork.width": 8, "train.log_every": 1, "train.checkpoint_every": 3}
    words = {"plugin": "inrv", "encoder": "gaussian-codebook", "device": "cpu", "steps": 6, "options": options}
    inrkit.train(out="run", **words)
    lines = [json.loads(line) for line in Path("run/metrics.jsonl").read_text().splitlines()]
    assert all(line["loss/prior"] > 0 for line in lines) and lines[-1]["loss/prior"] < lines[0]["loss/prior"]
    model = inrkit.load("run")
    assert torch.equal(model.latents["z"], model.codes["mean"])
    assert Path("run/samples/novel.png").is_file()
