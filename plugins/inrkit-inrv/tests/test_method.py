"""INR-V's loss by hand, and its presets."""

import pytest
import torch

from inrkit import Output, Situation
from inrkit.discovery import load_registry
from inrkit_inrv.method import InrV, latent_size
from inrkit_inrv.options import InrVOptions

PRESETS = ("paper", "fast", "toy")
SITUATIONS = [
    Situation(0, None, "cpu"),
    Situation(1, (1, 1, 1), "cpu"),
    Situation(300, (25, 64, 64), "cuda"),
    Situation(5000, (300, 256, 320), "mps"),
]


def terms(rgb, target, **options):
    return InrV(InrVOptions(**{"lpips": 0} | options)).loss(Output(rgb, {}, {}), target)


RGB = torch.tensor([[[1.0, 0.0, -1.0]], [[0.5, 0.5, 0.5]]])
TARGET = torch.tensor([[[0.0, 0.0, 1.0]], [[0.5, 0.0, -1.0]]])


@pytest.mark.parametrize(
    ("loss", "first", "second"),
    [
        ("l1", (1 + 0 + 2) / 3, (0 + 0.5 + 1.5) / 3),
        ("mse", (1 + 0 + 4) / 3, (0 + 0.25 + 2.25) / 3),
        # the official 2 * (0.5 * (target + 1) + 1) * error^2 + 1e-5
        ("weighted-mse", (3 * 1 + 3 * 0 + 4 * 4) / 3 + 1e-5, (3.5 * 0 + 3 * 0.25 + 2 * 2.25) / 3 + 1e-5),
    ],
)
def test_each_error_of_pixels_by_hand(loss, first, second):
    found = terms(RGB, TARGET, loss=loss)
    assert list(found) == ["pixels"]
    assert found["pixels"].tolist() == pytest.approx([first, second])


def test_the_weights_of_the_official_code():
    target = torch.linspace(-1, 1, 30).view(1, 10, 3)
    rgb = torch.rand(1, 10, 3)
    official = (2 * (0.5 * (target + 1) + 1) * (rgb - target) ** 2 + 1e-5).mean()
    torch.testing.assert_close(terms(rgb, target, loss="weighted-mse")["pixels"][0], official)


def test_lpips_is_added_with_its_weight_over_whole_frames(vgg_file, perceptual):
    method = InrV(InrVOptions(lpips=0.7, lpips_weights=vgg_file))
    assert method.unit == "frame"
    torch.manual_seed(0)
    rgb, target = torch.rand(2, 2, 16, 16, 3) * 2 - 1, torch.rand(2, 2, 16, 16, 3) * 2 - 1
    found = method.loss(Output(rgb, {}, {}), target)
    torch.testing.assert_close(found["lpips"], 0.7 * perceptual(rgb, target))
    torch.testing.assert_close(found["pixels"], (rgb - target).abs().flatten(1).mean(1))


def test_without_lpips_points_will_do_and_no_file_is_looked_for(monkeypatch, tmp_path):
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path))
    assert InrV(InrVOptions(lpips=0)).unit == "point"


def test_the_declared_presets_are_those():
    assert tuple(sorted(load_registry().find("method", "inrv").declaration.presets)) == tuple(sorted(PRESETS))


@pytest.mark.parametrize(("clips", "size"), [(0, 64), (1999, 64), (2000, 128), (10**6, 128)])
def test_from_2000_clips_on_a_code_has_128_numbers(clips, size):
    assert latent_size(Situation(clips, None, "cpu")) == size
    for preset in PRESETS:
        assert InrV.preset(preset, Situation(clips, (25, 64, 64), "cpu"))["encoder.size"] == size


def test_the_papers_preset_changes_no_default_of_the_architecture():
    settings = InrV.preset("paper", Situation(100, (25, 100, 100), "cuda"))
    assert {key.partition(".")[0] for key in settings} == {"data", "encoder", "train"}
    assert settings["data.size"] == (100, 100)
    assert settings["train.lr"] == 1e-4
    assert settings["train.points"] == 1.0
    assert settings["train.steps"] == 100 * 50


@pytest.mark.parametrize("preset", ["fast", "toy"])
def test_the_quick_presets_need_no_weights_file(preset):
    assert InrV.preset(preset, SITUATIONS[0])["method.lpips"] == 0


@pytest.mark.parametrize("shape", [(25, 32, 32), (25, 64, 64), (2, 3, 5), (1, 1, 2), (9, 48, 100)])
def test_the_octaves_end_where_the_grid_can_no_longer_follow(shape):
    """The fastest wave moves by half a turn at most from one pixel to the next; one more octave would not."""
    settings = InrV.preset("fast", Situation(100, shape, "cpu"))
    for key, samples in (("inr.time_frequencies", shape[0]), ("inr.frequencies", max(shape[1:]))):
        octaves, apart = settings[key], 2 / max(1, samples - 1)
        assert octaves == 0 or 2 ** (octaves - 1) * apart <= 1
        assert samples < 3 or 2**octaves * apart > 1
