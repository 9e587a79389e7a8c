"""The Fréchet distance of CLIP features, with a tiny CLIP of random weights, read as a real one is."""

import hashlib
import json
import sys

import pytest
import torch
from safetensors.torch import load_file, save, save_file

from inrkit import BadInput, FeatureStatistics, frechet_distance
from inrkit.discovery import load_registry
from inrkit.metrics.frechet_clip import FrechetClip
from inrkit.metrics.frechet_options import FrechetClipOptions
from inrkit.testing import check_metric

open_clip = pytest.importorskip("open_clip")

TINY = {
    "embed_dim": 6,
    "vision_cfg": {"image_size": 32, "layers": 1, "width": 32, "head_width": 16, "patch_size": 16},
    "text_cfg": {"context_length": 77, "vocab_size": 100, "width": 32, "heads": 2, "layers": 1},
}


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """A name that open_clip knows, until the tests of this file are done."""
    folder = tmp_path_factory.mktemp("models")
    paths = list(open_clip.factory._MODEL_CONFIG_PATHS)
    (folder / "inrkit-tiny.json").write_text(json.dumps(TINY))
    (folder / "inrkit-other.json").write_text(json.dumps(TINY | {"embed_dim": 7}))
    (folder / "inrkit-custom.json").write_text(json.dumps(TINY | {"custom_text": True}))
    open_clip.add_model_config(folder)
    yield "inrkit-tiny"
    open_clip.factory._MODEL_CONFIG_PATHS[:] = paths
    open_clip.factory._rescan_model_configs()


@pytest.fixture(scope="module")
def network(model):
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return open_clip.CLIP(**open_clip.get_model_config(model)).eval()


@pytest.fixture(scope="module")
def weights(network, tmp_path_factory):
    path = tmp_path_factory.mktemp("weights") / "tiny.safetensors"
    save_file(network.state_dict(), path)
    return path


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("INRKIT_CACHE", str(tmp_path / "cache"))


def made(model, weights, **options):
    return FrechetClip(FrechetClipOptions(model=model, weights=weights, **options))


def videos(seed, count=8, frames=3, size=(32, 32)):
    generator = torch.Generator().manual_seed(seed)
    return torch.randint(0, 256, (count, frames, *size, 3), dtype=torch.uint8, generator=generator)


def judged(metric, real, rendered):
    metric.update(None, real)
    metric.update(rendered, None)
    return metric.compute()


def by_open_clip(network, videos):
    """Embeddings after the images' way through open_clip's own preparation, (B, T, D)."""
    images = videos.flatten(0, 1).movedim(-1, 1) / 255
    mean, std = (
        torch.tensor(each)[:, None, None] for each in (open_clip.OPENAI_DATASET_MEAN, open_clip.OPENAI_DATASET_STD)
    )
    with torch.no_grad():
        return network.encode_image((images - mean) / std).unflatten(0, videos.shape[:2])


def test_it_is_the_distance_of_open_clips_features(model, weights, network):
    real, rendered = videos(0), videos(1)
    values = judged(made(model, weights, batch=3), real, rendered)
    one, other = (FeatureStatistics.of(by_open_clip(network, each).mean(1)) for each in (real, rendered))
    expected = frechet_distance(one.mean, one.covariance, other.mean, other.covariance)
    assert values["frechet-clip"].item() == pytest.approx(expected, rel=1e-3)
    assert list(values) == ["frechet-clip"]


def test_it_keeps_the_contract_of_metrics(model, weights):
    check_metric("frechet-clip", {"model": model, "weights": weights})


def test_weights_are_read_once(model, weights):
    assert made(model, weights).encoder is made(model, weights).encoder


def test_frames_are_taken_evenly_and_resized_whole(model, weights):
    metric = made(model, weights, frames=3)
    numbers = torch.arange(9, dtype=torch.uint8)[:, None, None, None].expand(2, 9, 4, 4, 3)
    assert metric.cut(numbers, True)[0, :, 0, 0, 0].tolist() == [0, 4, 8]
    assert metric.cut(numbers[:, :2], False).shape[1] == 2
    edge = torch.zeros(2, 3, 20, 60, 3, dtype=torch.uint8)
    with torch.no_grad():
        before = metric.features(edge)
        edge[:, :, :, :4] = 255
        after = metric.features(edge)
    assert not torch.allclose(before, after)


def test_it_does_not_claim_to_know_of_motion(model, weights):
    forwards = videos(0)
    assert judged(made(model, weights), forwards, forwards.flip(1))["frechet-clip"].item() == pytest.approx(0, abs=1e-6)


def test_beside_the_number_stands_what_it_depends_on(model, weights):
    metric = made(model, weights)
    judged(metric, videos(0), videos(1))
    about = metric.about()
    assert json.loads(json.dumps(about)) == about
    assert (about["model"], about["weights"]) == (model, "tiny.safetensors")
    assert about["weights_sha256"] == hashlib.sha256(weights.read_bytes()).hexdigest()
    assert not any("fvd" in str(each).lower() for each in (metric.name(), *about.items()))


def test_a_file_in_half_precision_or_of_the_image_network_alone(model, weights, tmp_path):
    tensors = {name: value.half() for name, value in load_file(weights).items() if name.startswith("visual.")}
    save_file(tensors, tmp_path / "half.safetensors")
    half = judged(made(model, tmp_path / "half.safetensors"), videos(0), videos(1))["frechet-clip"]
    whole = judged(made(model, weights), videos(0), videos(1))["frechet-clip"]
    assert half.item() == pytest.approx(whole.item(), rel=0.05)


def test_weights_from_the_cache_of_hugging_face(model, weights, monkeypatch):
    asked = []
    monkeypatch.setattr(open_clip, "get_pretrained_cfg", lambda *names: asked.append(names) or {"hf_hub": "some/clip/"})
    monkeypatch.setattr("huggingface_hub.try_to_load_from_cache", lambda *names: asked.append(names) or str(weights))
    assert made(model, None).encoder.file == "tiny.safetensors"
    assert asked == [(model, "openai"), ("some/clip", "open_clip_model.safetensors")]


def test_weights_that_are_not_on_this_machine(monkeypatch):
    monkeypatch.setattr("huggingface_hub.try_to_load_from_cache", lambda *names: None)
    with pytest.raises(BadInput, match="weights of ViT-B-32-quickgelu, which are not on this machine") as caught:
        FrechetClip()
    assert "https://huggingface.co/timm/vit_base_patch32_clip_224.openai" in caught.value.hint
    with pytest.raises(BadInput, match="no weights of OpenAI's for ViT-B-32"):  # they were not trained with its GELU
        made("ViT-B-32", None)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda tensors: tensors.pop("visual.proj"), r"1 tensors differ, proj is missing, and should be \(32, 6\)"),
        (lambda tensors: tensors.update({"visual.more": torch.zeros(2)}), r"more is \(2,\), and should be none"),
        (lambda tensors: tensors.update({"visual.proj": torch.zeros(32, 5)}), r"proj is \(32, 5\)"),
        (lambda tensors: tensors.clear(), "tensors differ"),
    ],
)
def test_no_weight_stays_random_in_silence(change, says, model, weights, tmp_path):
    tensors = load_file(weights)
    change(tensors)
    (tmp_path / "some.safetensors").write_bytes(save(tensors))
    with pytest.raises(BadInput, match=says):
        made(model, tmp_path / "some.safetensors")


def test_files_that_are_none(model, weights, tmp_path):
    with pytest.raises(BadInput, match=r"none\.safetensors cannot be read"):
        made(model, tmp_path / "none.safetensors")
    (tmp_path / "some.safetensors").write_bytes(weights.read_bytes()[:-20])
    with pytest.raises(BadInput, match="no safetensors file"):
        made(model, tmp_path / "some.safetensors")
    torch.save({"visual.proj": torch.zeros(3)}, tmp_path / "some.pt")
    with pytest.raises(BadInput, match="no safetensors file"):
        made(model, tmp_path / "some.pt")


def test_weights_of_another_model(model, weights):
    with pytest.raises(BadInput, match="not the weights of inrkit-other") as caught:
        made("inrkit-other", weights)
    assert "frechet-clip.model" in caught.value.hint


def test_models_that_are_none(model, weights):
    with pytest.raises(BadInput, match="no model 'ViT-B-33'"):
        made("ViT-B-33", weights)
    for name in ("inrkit-custom", "xlm-roberta-base-ViT-B-32"):
        with pytest.raises(BadInput, match=f"{name} is no plain CLIP model"):
            made(name, weights)


def test_weights_that_are_no_numbers(model, weights, tmp_path):
    tensors = load_file(weights)
    tensors["visual.proj"][:] = float("nan")
    save_file(tensors, tmp_path / "some.safetensors")
    with pytest.raises(BadInput, match="no finite numbers"):
        made(model, tmp_path / "some.safetensors").update(None, videos(0))


def test_without_its_extra_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "open_clip", None)
    with pytest.raises(BadInput, match="open_clip") as caught:
        FrechetClip()
    assert caught.value.hint == "pip install 'inrkit[clip]'"


def test_it_is_registered_under_its_name():
    registry = load_registry()
    assert registry.get("metric", "frechet-clip") is FrechetClip
    assert registry.options("metric", "frechet-clip") is FrechetClipOptions
