"""The encoder with video-CLIP, with a tiny CLIP of random weights that is read as a real one is."""

import json
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import nn

import inrkit
from inrkit import BadInput, ClipBatch, Spec
from inrkit.engine.fit import find
from inrkit.engine.fit_options import FitOptions
from inrkit.engine.reporter import Reporter
from inrkit.testing import check_encoder, tiny_videos
from inrkit_inrv.options import VideoClipOptions
from inrkit_inrv.video_clip import VideoClip

open_clip = pytest.importorskip("open_clip")

TINY = {
    "embed_dim": 6,
    "vision_cfg": {"image_size": 32, "layers": 1, "width": 32, "head_width": 16, "patch_size": 16},
    "text_cfg": {"context_length": 77, "vocab_size": 100, "width": 32, "heads": 2, "layers": 1},
}
SMALL = {"size": 5, "code": 4, "features": 6, "units": 3, "layers": 2, "merge": 7}


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """Options of a tiny CLIP, whose name open_clip knows until the tests of this file are done."""
    folder = tmp_path_factory.mktemp("models")
    paths = list(open_clip.factory._MODEL_CONFIG_PATHS)
    (folder / "inrkit-tiny-video.json").write_text(json.dumps(TINY))
    open_clip.add_model_config(folder)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        network = open_clip.CLIP(**open_clip.get_model_config("inrkit-tiny-video")).eval()
    save_file(network.state_dict(), folder / "tiny.safetensors")
    yield SMALL | {"model": "inrkit-tiny-video", "weights": folder / "tiny.safetensors"}
    open_clip.factory._MODEL_CONFIG_PATHS[:] = paths
    open_clip.factory._rescan_model_configs()


def made(options, **more):
    torch.manual_seed(0)
    return VideoClip(VideoClipOptions(**options | more), Spec((3, 8, 8))).eval()


@pytest.fixture
def trained(tiny, tmp_path, monkeypatch):
    """``trained("run", seed=1)``: two steps on three videos, each time from the same folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("INRKIT_CACHE", str(tmp_path / "cache"))
    tiny_videos("videos", 4, 6)
    options = {f"encoder.{key}": value for key, value in tiny.items()} | {"data.size": 8, "data.frames": 3}
    options |= {"inr.width": 8, "hypernetwork.width": 8, "train.batch": 2, "data.holdout": 1, "data.per_video": 1}

    def train(out, change=None, **more):
        words = {"plugin": "inrv", "encoder": "videoclip", "device": "cpu", "steps": 2}
        return inrkit.train("videos", out=out, options=options | (change or {}), **words | more)

    return train


def test_it_keeps_the_contract(tiny):
    check_encoder("videoclip", tiny)


def test_the_papers_sizes():
    encoder = VideoClip(VideoClipOptions(size=128), Spec((25, 100, 100)))
    assert sum(value.numel() for value in encoder.gru.parameters()) == 3_548_160
    assert sum(value.numel() for value in encoder.merge.parameters()) == 590_464
    assert encoder.codes == {"code": (512,)} and encoder.latents == {"z": (128,)}


def test_features_are_what_clip_sees_of_each_frame(tiny):
    frames = torch.rand(2, 3, 8, 8, 3) * 2 - 1
    found = made(tiny).features(frames)["clip"]
    network = open_clip.CLIP(**open_clip.get_model_config("inrkit-tiny-video")).eval()
    network.load_state_dict(load_file(tiny["weights"]))
    images = nn.functional.interpolate(
        (frames[1, 2].movedim(-1, 0)[None] + 1) / 2, (32, 32), mode="bicubic", antialias=True
    )
    mean, std = (
        torch.tensor(each)[:, None, None] for each in (open_clip.OPENAI_DATASET_MEAN, open_clip.OPENAI_DATASET_STD)
    )
    with torch.no_grad():
        torch.testing.assert_close(
            found[1, 2], network.encode_image((images.clamp(0, 1) - mean) / std)[0], atol=1e-5, rtol=1e-4
        )
        plain = made(tiny, normalise=False).features(frames)["clip"]
        torch.testing.assert_close(plain[1, 2], network.encode_image(images.clamp(0, 1))[0], atol=1e-5, rtol=1e-4)


def test_the_latent_depends_on_video_and_code_and_dropout_only_trains(tiny):
    encoder = made(tiny)
    video = torch.zeros(2, 3, 8, 8, 3, dtype=torch.uint8)

    def encoded(code, seen):
        return encoder(ClipBatch(video, codes={"code": code}, features={"clip": seen}), None)["z"]

    code, seen = torch.randn(2, 4), torch.randn(2, 3, 6)
    z = encoded(code, seen)
    assert not torch.allclose(z, encoded(code + 1, seen)) and not torch.allclose(z, encoded(code, seen + 1))
    assert not torch.allclose(z, encoded(code, seen.flip(1))), "the GRU knows the order of frames"
    assert torch.equal(z, encoded(code, seen))
    encoder.train()
    assert not torch.equal(encoded(code, seen), encoded(code, seen))


def test_a_training_sees_clip_once_and_the_next_one_not_at_all(trained, monkeypatch):
    calls = []
    features = VideoClip.features
    monkeypatch.setattr(VideoClip, "features", lambda self, frames: calls.append(len(frames)) or features(self, frames))
    trained("one")
    assert calls.count(3) == 1, "of the three training clips; and of the held-out one, when it is fitted"
    told = []
    reporter = Reporter()
    reporter.measuring = lambda *words: told.append(words)
    trained("two", seed=1, reporter=reporter)
    assert calls.count(3) == 1 and not any("frozen" in words[0] for words in told)
    (kept,) = Path("cache/clips").rglob("features-*.safetensors")
    assert load_file(kept)["clip"].shape == (3, 3, 6)
    kept.write_bytes(b"damaged")
    trained("three", reporter=reporter)
    assert ("clips seen by frozen networks", 3, 3) in told
    assert calls.count(3) == 2 and load_file(kept)["clip"].shape == (3, 3, 6)
    trained("four", {"encoder.normalise": False})
    assert calls.count(3) == 3 and len(list(Path("cache/clips").rglob("features-*.safetensors"))) == 2
    trained("five", {"data.holdout": 2})
    assert calls.count(2) == 2, "two training clips, and at the end two held-out ones"


def test_clip_is_in_no_checkpoint_and_rendering_needs_none(trained, monkeypatch):
    trained("run")
    monkeypatch.setitem(sys.modules, "open_clip", None)
    model = inrkit.load("run")
    assert not any("visual" in name or "clip" in name for name in model.state_dict())
    assert model.render(model.latents, (2, 4, 4)).isfinite().all() and model.latents["z"].shape == (3, 5)
    clips = ClipBatch(torch.zeros(1, 3, 8, 8, 3, dtype=torch.uint8))
    with pytest.raises(BadInput, match="videoclip needs open_clip") as caught:
        inrkit.fit(model, clips, steps=1)
    assert caught.value.hint.endswith("Or begin the search elsewhere: --start mean.")
    assert find(model, clips, FitOptions(start="mean", steps=1)).latents["z"].shape == (1, 5)


def test_a_resumed_run_goes_where_an_uninterrupted_one_would_have_gone(trained):
    trained("whole", steps=4)
    trained("cut", steps=4, change={"train.checkpoint_every": 2})
    latest = Path("cut/checkpoints/step-00000004")
    for path in [*latest.iterdir(), latest, Path("cut/result.json")]:
        path.rmdir() if path.is_dir() else path.unlink()
    trained("cut", steps=4, change={"train.checkpoint_every": 2}, resume=True)
    for name in ("model", "codes", "latents"):
        one, other = (load_file(f"{run}/checkpoints/step-00000004/{name}.safetensors") for run in ("whole", "cut"))
        assert all(torch.equal(value, other[key]) for key, value in one.items()), name


@pytest.mark.parametrize(
    ("change", "text", "hint"),
    [
        ({"encoder.weights": "gone.safetensors"}, "gone.safetensors cannot be read", "path of the file"),
        ({"encoder.model": "ViT-B-32-quickgelu"}, "not the weights of ViT-B-32-quickgelu", "-o encoder.model=NAME"),
        ({"encoder.features": 512}, "gives 6 numbers of a frame, and this encoder takes 512", "-o encoder.features=6"),
    ],
)
def test_what_is_no_clip_is_refused_before_anything_is_written(trained, change, text, hint):
    with pytest.raises(BadInput, match=text) as caught:
        trained("run", change)
    assert hint in caught.value.hint and not Path("run").exists()


def test_without_weights_or_open_clip_it_says_what_to_do(trained, monkeypatch):
    monkeypatch.setattr("huggingface_hub.try_to_load_from_cache", lambda *names: None)
    with pytest.raises(BadInput, match="videoclip needs the weights of ViT-B-32-quickgelu") as caught:
        trained("run", {"encoder.weights": None, "encoder.model": "ViT-B-32-quickgelu"})
    assert "-o encoder.weights=FILE" in caught.value.hint and "INRKIT_CLIP_WEIGHTS=FILE" in caught.value.hint
    monkeypatch.setitem(sys.modules, "open_clip", None)
    with pytest.raises(BadInput, match="videoclip needs open_clip") as caught:
        trained("run")
    assert caught.value.hint == "pip install 'inrkit[clip]'" and not Path("run").exists()


def test_the_environment_may_name_the_weights(tiny, monkeypatch):
    monkeypatch.setenv("INRKIT_CLIP_WEIGHTS", str(tiny["weights"]))
    made(tiny, weights=None).check()


def test_an_imported_checkpoint_encodes_and_continues(trained, tiny, official, tmp_path):
    """The official code's own video-CLIP branch, of the width that the tiny CLIP has."""
    from inrkit.engine.convert import convert

    torch.manual_seed(1)
    model = official(3, video_clip=True, seen=6)
    torch.save(model.checkpoint(None, {i: torch.randn(model.latent) for i in range(3)}), "official.pth")
    convert(Path("official.pth"), Path("imported"))
    options = json.loads(Path("imported/config.json").read_text())["encoder"]["options"]
    same = {f"encoder.{key}": value for key, value in options.items() if value is not None}
    same |= {"encoder.model": tiny["model"], "encoder.weights": tiny["weights"], "train.lr": 1e-9}
    same |= {"hypernetwork.width": 8, "hypernetwork.layers": 1, "hypernetwork.init": "official", "inr.width": 5}
    same |= {"inr.layers": 1, "inr.frequencies": 2, "inr.time_frequencies": 2}
    out = trained("on", same, init_from="imported", steps=1)
    before, after = inrkit.load("imported").state_dict(), inrkit.load(out).state_dict()
    assert all(torch.allclose(value, before[name], atol=1e-6) for name, value in after.items())
    assert inrkit.load(out).latents["z"].shape == (3, 6)
    codes = inrkit.load(out).codes["code"]
    torch.testing.assert_close(codes, model.latent_codes.weight.detach(), atol=1e-5, rtol=0)  # by their order
