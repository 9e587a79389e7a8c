"""The network of LPIPS: its weights come from a file, whole and harmless, or not at all."""

import os
import shutil
from pathlib import Path

import pytest
import torch
import torchvision

import inrkit
from inrkit import BadInput
from inrkit.metrics.lpips import LPIPS
from inrkit.metrics.lpips_network import BACKBONES, lpips_network


@pytest.mark.parametrize(("net", "name"), [("alex", "alexnet"), ("vgg", "vgg16")])
def test_without_the_file_it_says_where_from_and_what_to_do(monkeypatch, tmp_path, net, name):
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path))
    with pytest.raises(BadInput) as caught:
        lpips_network(net, how="wave")
    url = torchvision.models.get_model_weights(name).IMAGENET1K_V1.url
    file = url.rpartition("/")[2]
    assert caught.value.exit_code == 2
    assert file in caught.value.message
    assert f"there is no file {tmp_path / 'checkpoints' / file}" in caught.value.message
    assert caught.value.hint == f"Get it from {url} and put it there, or wave."


def test_the_metric_says_how_to_name_it(monkeypatch, tmp_path):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    with pytest.raises(BadInput, match="alexnet-owt") as caught:
        LPIPS()
    assert str(tmp_path / "hub" / "checkpoints") in caught.value.message
    assert "-o lpips.backbone=FILE" in caught.value.hint


def test_a_named_file_that_is_missing_is_named(tmp_path):
    with pytest.raises(BadInput, match=r"there is no file .*here\.pth"):
        lpips_network("alex", tmp_path / "here.pth")


def test_the_cache_of_torch_is_looked_into(monkeypatch, tmp_path, backbones):
    (tmp_path / "checkpoints").mkdir()
    (tmp_path / "checkpoints" / BACKBONES["alex"].file).symlink_to(backbones["alex"])
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path))
    lpips_network("alex")


class Code:
    """What runs a command when it is unpickled."""

    def __init__(self, command):
        self.command = command

    def __reduce__(self):
        return os.system, (self.command,)


@pytest.mark.parametrize(
    "damage", ["short", "text", "code", "list", "numbers", "missing layer", "another layer", "other shape"]
)
def test_any_other_file_is_refused(tmp_path, backbones, alex_state, damage):
    path, trace = tmp_path / "weights.pth", tmp_path / "run"
    if damage == "short":
        path.write_bytes(backbones["alex"].read_bytes()[:100_000])
    elif damage == "text":
        path.write_text("<html>404</html>")
    else:
        content = {
            "code": {"features.0.weight": Code(f"touch {trace}")},
            "list": [torch.zeros(2)],
            "numbers": {"features.0.weight": 3},
            "missing layer": {k: v for k, v in alex_state.items() if k != "features.10.bias"},
            "another layer": alex_state | {"features.12.bias": torch.zeros(3)},
            "other shape": alex_state | {"features.0.weight": torch.zeros(64, 1, 3, 3)},
        }
        torch.save(content[damage], path)
    with pytest.raises(BadInput, match=r"weights\.pth") as caught:
        lpips_network("alex", path)
    assert caught.value.exit_code == 2
    assert not trace.exists()
    if damage == "missing layer":
        assert "is not AlexNet: features.10.bias should be (256,), found nothing" in caught.value.message
    if damage == "another layer":
        assert "is not AlexNet: it has no features.12.bias" in caught.value.message


def test_a_file_of_the_other_network_is_refused(backbones):
    with pytest.raises(BadInput, match=r"is not AlexNet: features\.0\.weight should be"):
        lpips_network("alex", backbones["vgg"])


def test_every_number_is_the_files_or_of_the_trained_heads(backbones, alex_state, tmp_path):
    one = lpips_network("alex", backbones["alex"])
    taken = set()
    for name, parameter in one.net.named_parameters():
        _, layer, leaf = name.split(".")
        taken.add(f"features.{layer}.{leaf}")
        assert torch.equal(parameter, alex_state[f"features.{layer}.{leaf}"].float())
    assert taken == {name for name in alex_state if name.startswith("features.")}
    other = lpips_network("alex", Path(shutil.copy(backbones["alex"], tmp_path)))
    assert other is not one
    assert all(torch.equal(value, other.state_dict()[name]) for name, value in one.state_dict().items())
    assert not one.training
    assert not any(parameter.requires_grad for parameter in one.parameters())


def test_a_file_is_read_once_unless_it_changes_and_nothing_is_drawn_for_it(tmp_path, alex_state):
    path = tmp_path / "alex.pth"
    torch.save(alex_state, path)
    torch.manual_seed(5)
    one = lpips_network("alex", path)
    assert torch.equal(torch.rand(2), torch.rand(2, generator=torch.Generator().manual_seed(5)))
    assert lpips_network("alex", path) is one
    torch.save({name: value + 1 for name, value in alex_state.items()}, path)
    os.utime(path, ns=(0, 0))
    other = lpips_network("alex", path)
    assert torch.equal(other.net.slice1[0].bias, (alex_state["features.0.bias"] + 1).float())


def test_it_is_public_for_methods_to_train_with():
    assert inrkit.lpips_network is lpips_network
