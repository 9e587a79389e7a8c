"""The stand-ins: a trained model, videos, and the fixtures of the pytest plugin."""

import os
import subprocess
import sys

import torch

import inrkit
from inrkit import discovery, read_video
from inrkit.testing import tiny_model, tiny_videos


def test_the_tiny_model_is_trained_and_whole():
    model = tiny_model()
    assert model.latents["z"].shape == (4, 8)
    assert model.config.data.clip_shape == (6, 16, 16)
    video = model.render(model.latents, (6, 16, 16))
    assert not torch.allclose(video[0], video[1], atol=0.1)
    assert not model.training


def test_a_spoilt_copy_spoils_no_other():
    first = tiny_model()
    first.latents["z"].zero_()
    with torch.no_grad():
        for value in first.parameters():
            value.zero_()
    again = tiny_model()
    assert again.latents["z"].any()
    assert all(value.any() for value in again.parameters())


def test_training_it_leaves_the_environment_alone(monkeypatch):
    monkeypatch.setenv("INRKIT_NO_PLUGINS", "1")
    before = dict(os.environ)
    assert tiny_model((2, 8, 8), clips=2, steps=2).latents["z"].shape == (2, 8)
    assert dict(os.environ) == before


def test_tiny_videos_are_files(tmp_path):
    paths = tiny_videos(tmp_path / "new", count=3, frames=5, size=(16, 24))
    assert len(paths) == 3
    assert read_video(paths[0]).frames.shape == (5, 16, 24, 3)


# The fixtures


def test_only_plugins_shuts_the_others_out(only_plugins):
    only_plugins("inrkit-inversion")
    assert [each.name for each in discovery.load_registry().records if each.state == "ok"] == ["inrkit", "invert"]
    only_plugins()
    assert [each.name for each in discovery.load_registry().records if each.state == "ok"] == ["inrkit"]
    only_plugins(modules=["inrkit.testing.tiny_plugin"])
    assert discovery.load_registry().names("inr") == ["tiny"]


def test_a_tiny_run_can_be_loaded_and_written_to(tiny_run, tmp_path):
    assert tiny_run.is_relative_to(tmp_path)
    (tiny_run / "result.json").unlink()
    assert inrkit.load(tiny_run).config.method.name == "tiny"


def test_the_tiny_run_is_a_copy_for_each_test(tiny_run, tiny_videos):
    assert (tiny_run / "result.json").is_file()
    assert all(path.is_file() for path in tiny_videos)


def test_the_plugin_costs_other_test_suites_nothing(tmp_path):
    """Neither it nor what it offers is imported for tests that do not use it."""
    (tmp_path / "test_other.py").write_text(
        "import sys\n\ndef test_light():\n    assert 'inrkit.testing.pytest_plugin' in sys.modules\n"
        "    heavy = ('torch', 'numpy', 'av', 'pydantic', 'rich', 'inrkit.discovery')\n"
        "    assert not [name for name in heavy if name in sys.modules]\n"
    )
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(tmp_path), "."]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
