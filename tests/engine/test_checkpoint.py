"""Checkpoints: there whole or not at all."""

import errno
import hashlib
import json
import os

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import nn

from inrkit import BadInput, Encoder, InrkitError
from inrkit.engine import checkpoint
from inrkit.engine.checkpoint import load_codes, load_model, load_optimizer, optimizer_tensors, save_checkpoint
from inrkit.engine.codes import CodeTable
from inrkit.engine.state import list_checkpoints, read_state
from inrkit.engine.tensor_file import read_tensors


class Book(Encoder):
    def __init__(self):
        super().__init__()
        self.codes = self.latents = {"z": (4,)}


def network(width=3, seed=0):
    torch.manual_seed(seed)
    return nn.Sequential(nn.Linear(2, width), nn.Linear(width, 1))


def trained(seed=0):
    model = network(seed=seed)
    optimizer = torch.optim.Adam(model.parameters(), 0.1, fused=True)
    for _ in range(3):
        optimizer.zero_grad()
        model(torch.ones(4, 2)).square().sum().backward()
        optimizer.step()
    return model, optimizer


def save(folder, step, keep=None, **state):
    model, optimizer = trained()
    codes = CodeTable()
    codes.grow(3, Book(), 0)
    files = {
        "model": model.state_dict(),
        "codes": codes.state_dict(),
        "optimizer": optimizer_tensors(model, optimizer),
    }
    return save_checkpoint(folder, step, files, state, keep)


def content(folder):
    """Every file below a folder, to its bytes."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_everything_comes_back(tmp_path):
    saved = save(tmp_path, 1000, seconds=1.5)
    assert saved.name == "step-00001000"
    model, optimizer = trained()
    again = network(seed=1)
    fresh = torch.optim.Adam(again.parameters(), 0.1, fused=True)
    load_model(again, saved / "model.safetensors")
    load_optimizer(again, fresh, saved / "optimizer.safetensors")
    for one, other in zip(model.parameters(), again.parameters(), strict=True):
        assert torch.equal(one, other)
        for slot, value in optimizer.state[one].items():
            assert torch.equal(value, fresh.state[other][slot]), slot
    codes = CodeTable()
    codes.grow(3, Book(), 0)
    assert torch.equal(load_codes(saved / "codes.safetensors").rows["z"], codes.rows["z"])


def test_after_loading_the_optimiser_takes_the_same_next_step(tmp_path):
    saved = save(tmp_path, 1)
    model, optimizer = trained()
    again = network(seed=1)
    fresh = torch.optim.Adam(again.parameters(), 0.1, fused=True)
    load_model(again, saved / "model.safetensors")
    load_optimizer(again, fresh, saved / "optimizer.safetensors")
    for module, adam in ((model, optimizer), (again, fresh)):
        adam.zero_grad()
        module(torch.ones(4, 2)).square().sum().backward()
        adam.step()
    for one, other in zip(model.parameters(), again.parameters(), strict=True):
        assert torch.equal(one, other)


def test_the_state_names_the_step_and_the_content_of_the_model(tmp_path):
    saved = save(tmp_path, 7, seconds=1.5)
    digest = hashlib.sha256((saved / "model.safetensors").read_bytes()).hexdigest()
    assert read_state(saved) == {"step": 7, "model_sha256": digest, "seconds": 1.5}


def test_it_is_safetensors_and_json_only(tmp_path):
    saved = save(tmp_path, 7)
    names = {path.name for path in saved.iterdir()}
    assert names == {"model.safetensors", "codes.safetensors", "optimizer.safetensors", "state.json"}
    json.loads((saved / "state.json").read_text())
    assert set(load_file(saved / "model.safetensors")) == set(network().state_dict())


def test_tensors_that_share_memory_or_are_not_contiguous_are_saved_all_the_same(tmp_path):
    values = torch.arange(6.0).view(2, 3)
    saved = save_checkpoint(tmp_path, 1, {"model": {"a": values, "b": values.T, "c": values[1:]}}, {})
    found = read_tensors(saved / "model.safetensors")
    assert torch.equal(found["b"], values.T)
    assert torch.equal(found["c"], values[1:])


def test_all_files_may_be_read_by_those_who_may_read_the_state(tmp_path):
    assert len({path.stat().st_mode for path in save(tmp_path, 1).iterdir()}) == 1


def test_the_newest_are_kept_and_earlier_ones_deleted(tmp_path):
    for step in (1, 2, 30, 4000):
        save(tmp_path, step, keep=2)
    assert [path.name for path in list_checkpoints(tmp_path)] == ["step-00000030", "step-00004000"]
    assert {path.name for path in tmp_path.iterdir()} == {"step-00000030", "step-00004000"}


def test_without_a_number_to_keep_all_are_kept(tmp_path):
    for step in (3, 1, 2):
        save(tmp_path, step)
    assert [read_state(path)["step"] for path in list_checkpoints(tmp_path)] == [1, 2, 3]


def test_the_same_step_again_replaces_it(tmp_path):
    save(tmp_path, 5, seconds=1.0)
    save(tmp_path, 5, seconds=2.0)
    assert read_state(*list_checkpoints(tmp_path))["seconds"] == 2.0


@pytest.mark.parametrize("fails_at", ["model", "optimizer"])
def test_a_full_disk_leaves_no_rubbish_and_earlier_checkpoints_intact(tmp_path, monkeypatch, fails_at):
    save(tmp_path, 1, keep=1)
    before = content(tmp_path)

    def full(tensors, path):
        path.write_bytes(b"half")
        if path.stem == fails_at:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(checkpoint, "save_file", full)
    with pytest.raises(InrkitError, match="No space left on device") as caught:
        save(tmp_path, 2, keep=1)
    assert caught.value.exit_code == 1
    assert "step-00000002" in caught.value.message
    assert caught.value.hint == "Earlier ones are intact."
    assert content(tmp_path) == before
    assert [path.name for path in tmp_path.iterdir()] == ["step-00000001"]


def test_a_failed_rename_leaves_no_rubbish(tmp_path, monkeypatch):
    def refuse(self, target):
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(type(tmp_path), "rename", refuse)
    with pytest.raises(InrkitError, match="could not be written"):
        save(tmp_path, 2)
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_process_left_is_no_checkpoint_and_no_obstacle(tmp_path):
    saved = save(tmp_path, 1)
    left = tmp_path / f".step-00000002.{os.getpid()}.tmp"  # in a container the next process may well have its number
    saved.rename(left)
    assert list_checkpoints(tmp_path) == []
    save(tmp_path, 2)
    assert [path.name for path in list_checkpoints(tmp_path)] == ["step-00000002"]
    assert not left.exists()


def test_a_folder_without_its_state_is_no_checkpoint(tmp_path):
    (save(tmp_path, 1) / "state.json").unlink()
    assert list_checkpoints(tmp_path) == []


def test_no_folder_has_no_checkpoints(tmp_path):
    assert list_checkpoints(tmp_path / "none") == []


@pytest.mark.parametrize("name", ["model", "codes", "optimizer"])
@pytest.mark.parametrize("damage", ["short", "empty", "missing", "other"])
def test_a_damaged_file_is_named(tmp_path, name, damage):
    path = save(tmp_path, 1) / f"{name}.safetensors"
    if damage == "missing":
        path.unlink()
    else:
        path.write_bytes({"short": path.read_bytes()[:-5], "empty": b"", "other": b"PK\x03\x04" * 99}[damage])
    model, optimizer = trained()
    with pytest.raises(BadInput, match=f"{name}.safetensors cannot be read") as caught:
        {"model": lambda: load_model(model, path), "codes": lambda: load_codes(path)}.get(
            name, lambda: load_optimizer(model, optimizer, path)
        )()
    assert "damaged" in caught.value.hint


def test_a_model_of_another_shape_is_refused_by_the_name_of_the_tensor(tmp_path):
    path = save(tmp_path, 1) / "model.safetensors"
    with pytest.raises(BadInput, match=r"3 tensors differ, first 0.bias: \(3,\) in the file, \(5,\) in the model"):
        load_model(network(width=5), path)


def test_missing_and_additional_tensors_are_named(tmp_path):
    path = tmp_path / "model.safetensors"
    own = network().state_dict()
    save_file({name: value for name, value in own.items() if name != "1.bias"}, path)
    with pytest.raises(BadInput, match=r"first 1.bias: missing in the file, \(1,\) in the model"):
        load_model(network(), path)
    save_file(own | {"2.weight": torch.zeros(1)}, path)
    with pytest.raises(BadInput, match=r"first 2.weight: \(1,\) in the file, none in the model"):
        load_model(network(), path)


def test_a_refused_file_leaves_the_model_as_it_was(tmp_path):
    path = save(tmp_path, 1) / "model.safetensors"
    model = network(width=5)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    with pytest.raises(BadInput):
        load_model(model, path)
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


def test_moments_of_another_model_are_refused(tmp_path):
    path = save(tmp_path, 1) / "optimizer.safetensors"
    for other in (network(width=5), nn.Linear(2, 3)):
        with pytest.raises(BadInput, match="does not belong to this configuration"):
            load_optimizer(other, torch.optim.Adam(other.parameters()), path)


@pytest.mark.parametrize("lacking", ["exp_avg.1.bias", "step.0.weight"])
def test_moments_that_are_missing_are_named(tmp_path, lacking):
    path = save(tmp_path, 1) / "optimizer.safetensors"
    save_file({name: value for name, value in load_file(path).items() if name != lacking}, path)
    model, optimizer = trained()
    with pytest.raises(BadInput, match=f"1 tensors differ, first {lacking}: missing in the file"):
        load_optimizer(model, optimizer, path)


def test_a_parameter_that_was_not_moved_yet_begins_as_it_would_have(tmp_path):
    model = network()
    optimizer = torch.optim.Adam(model.parameters(), 0.1, fused=True)
    save_file(optimizer_tensors(model, optimizer), tmp_path / "optimizer.safetensors")
    again = network()
    resumed = torch.optim.Adam(again.parameters(), 0.1, fused=True)
    load_optimizer(again, resumed, tmp_path / "optimizer.safetensors")
    for each, adam in ((model, optimizer), (again, resumed)):
        each(torch.ones(4, 2)).square().sum().backward()
        adam.step()
    assert all(torch.equal(a, b) for a, b in zip(model.parameters(), again.parameters(), strict=True))


def header(path, change):
    """Change what a safetensors file says of its tensors, and nothing else."""
    data = path.read_bytes()
    size = int.from_bytes(data[:8], "little")
    said = json.loads(data[8 : 8 + size])
    change(said)
    new = json.dumps(said).encode()
    path.write_bytes(len(new).to_bytes(8, "little") + new + data[8 + size :])


def test_an_immense_tensor_is_refused_before_it_is_read(tmp_path):
    """One that lies about its size, and one that really has it: a file with a hole of two terabytes."""
    path = save(tmp_path, 1) / "model.safetensors"
    header(path, lambda said: said["0.weight"].update(shape=[10**6, 10**6]))
    with pytest.raises(BadInput, match=r"model.safetensors cannot be read"):
        load_model(network(), path)
    said = json.dumps({"0.weight": {"dtype": "F16", "shape": [10**12], "data_offsets": [0, 2 * 10**12]}}).encode()
    with path.open("wb") as file:
        file.write(len(said).to_bytes(8, "little") + said)
        file.truncate(8 + len(said) + 2 * 10**12)
    with pytest.raises(BadInput, match=r"cannot be read|1000000000000,\) in the file, \(3, 2\) in the model"):
        load_model(network(), path)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_is_no_number_is_refused(tmp_path, value):
    path = save(tmp_path, 1) / "model.safetensors"
    save_file(load_file(path) | {"1.bias": torch.tensor([value])}, path)
    with pytest.raises(BadInput, match=r"holds values in 1\.bias that are no numbers"):
        load_model(network(), path)


def test_codes_of_another_kind_are_refused(tmp_path):
    path = save(tmp_path, 1) / "codes.safetensors"
    codes = load_file(path)
    for changed in ({"codes.z": codes["codes.z"].int()}, {"visits": codes["visits"].float()}):
        save_file(codes | changed, path)
        with pytest.raises(BadInput, match="that are no numbers"):
            load_codes(path)
    for visits in (torch.tensor(3), torch.tensor([1, -1, 2])):
        save_file(codes | {"visits": visits}, path)
        with pytest.raises(BadInput, match="one count for each clip"):
            load_codes(path)


def test_what_is_no_table_of_codes_is_refused(tmp_path):
    path = tmp_path / "codes.safetensors"
    half = {"visits": torch.zeros(2).long(), "codes.z": torch.zeros(2, 4), "exp_avg.z": torch.zeros(2, 4)}
    for tensors in (network().state_dict(), half):
        save_file(dict(tensors), path)
        with pytest.raises(BadInput, match="is no table of codes"):
            load_codes(path)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"step": "7"}', '{"step": 7, "model_sha256": 3}', "{}", "\xff"])
def test_a_damaged_state_is_refused(tmp_path, text):
    saved = save(tmp_path, 1)
    (saved / "state.json").write_bytes(text.encode("latin-1"))
    with pytest.raises(BadInput, match="step-00000001 cannot be read"):
        read_state(saved)


def test_nothing_to_optimise_is_nothing_to_save():
    assert optimizer_tensors(network(), None) == {}
