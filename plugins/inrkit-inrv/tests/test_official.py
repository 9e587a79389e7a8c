"""Checkpoints of the official code, written by an independent model, become runs that render the same."""

import os
import shutil

import pytest
import torch
from safetensors.torch import load_file

import inrkit
from inrkit import BadInput
from inrkit.cli.info import describe_run
from inrkit.engine.checkpoint import load_codes, load_optimizer
from inrkit.engine.convert import convert
from inrkit.engine.runs import Run
from inrkit.engine.state import read_state

STEPS = 5
GRIDS = [(3, 4, 5), (1, 7, 2)]


@pytest.fixture(scope="module")
def plain(official):
    """The independent model of four clips, a little trained, and its optimiser."""
    torch.manual_seed(0)
    model = official(4)
    return model, model.train_a_little(STEPS)


@pytest.fixture(scope="module")
def checkpoint(plain, tmp_path_factory):
    """The same in a file, with learned latents that are not the codes."""
    model, optimizer = plain
    path = tmp_path_factory.mktemp("official") / "checkpoint.pth"
    learned = {2: torch.randn(model.latent), 0: torch.randn(1, model.latent)}
    torch.save(model.checkpoint(optimizer, learned), path)
    return path


@pytest.fixture(scope="module")
def run(checkpoint, tmp_path_factory):
    return convert(checkpoint, tmp_path_factory.mktemp("runs") / "imported")


@pytest.fixture(scope="module")
def merged(official, tmp_path_factory):
    """The variant with the video-CLIP branch: (model, learned latents, file), without an optimiser."""
    torch.manual_seed(1)
    model = official(5, video_clip=True)
    learned = {i: torch.randn(model.latent) for i in (0, 1, 4)}
    path = tmp_path_factory.mktemp("official") / "merged.pth"
    torch.save(model.checkpoint(None, learned), path)
    return model, learned, path


def tensors_of(run):
    """Every tensor in the files of a run's only checkpoint."""
    found = []
    for path in run.newest_checkpoint().glob("*.safetensors"):
        found += load_file(path).values()
    return found


def flat(content):
    """Every tensor in plain containers."""
    if isinstance(content, torch.Tensor):
        return [content]
    children = content.values() if isinstance(content, dict) else content if isinstance(content, list) else []
    return [tensor for child in children for tensor in flat(child)]


def is_in(tensor, haystack):
    """Whether the values of a tensor are a row, or all, of one of the others."""
    wanted = tensor.float().flatten()
    for other in haystack:
        if other.numel() % max(1, wanted.numel()) == 0 and other.numel():
            rows = other.float().reshape(-1, wanted.numel())
            if (rows == wanted).all(1).any():
                return True
    return False


@pytest.mark.parametrize("shape", GRIDS)
def test_codes_render_what_the_independent_model_renders(run, plain, shape):
    model = inrkit.load(run.path)
    codes = plain[0].latent_codes.weight.detach()
    assert torch.equal(model.latents["z"], codes)
    for i, video in enumerate(model.render(model.latents, shape)):
        torch.testing.assert_close(video, plain[0].render(codes[i], shape), atol=1e-5, rtol=0)


@pytest.mark.parametrize("shape", GRIDS)
def test_any_latent_renders_what_the_independent_model_renders(run, plain, shape):
    z = torch.randn(2, plain[0].latent)
    for i, video in enumerate(inrkit.load(run.path).render({"z": z}, shape)):
        torch.testing.assert_close(video, plain[0].render(z[i], shape), atol=1e-5, rtol=0)


def test_the_weights_are_those_of_the_independent_model(run, plain):
    z = torch.randn(3, plain[0].latent)
    found = inrkit.load(run.path).hypernetwork({"z": z})
    for i in range(3):
        expected = plain[0].weights(z[i])
        assert len(expected) == len(found)
        for ours, theirs in zip(found.values(), expected.values(), strict=True):
            torch.testing.assert_close(ours[i], theirs, atol=1e-6, rtol=1e-5)


def test_the_sizes_are_read_from_the_shapes(run):
    config = run.config
    assert config.encoder.options == {"size": 6}
    assert config.hypernetwork.options == {"width": 8, "layers": 1, "init": "official"}
    assert config.inr.options == {"width": 5, "layers": 1, "frequencies": 2, "time_frequencies": 2}
    assert config.data.clip_shape == (25, 100, 100)
    assert config.method.name == "inrv"


@pytest.mark.parametrize("sizes", [{"inr_layers": 0}, {"layers": 0}, {"inr_layers": 3, "octaves": 0}, {"latent": 1}])
def test_other_sizes(official, tmp_path, sizes):
    torch.manual_seed(2)
    model = official(2, **sizes)
    torch.save(model.checkpoint(), tmp_path / "other.pth")
    loaded = inrkit.load(convert(tmp_path / "other.pth", tmp_path / "run").path)
    for z, video in zip(model.latent_codes.weight.detach(), loaded.render(loaded.latents, (2, 3, 3)), strict=True):
        torch.testing.assert_close(video, model.render(z, (2, 3, 3)), atol=1e-5, rtol=0)


def test_every_number_of_the_file_is_in_the_run_and_counted(run, checkpoint):
    content = torch.load(checkpoint, weights_only=True)
    tensors, kept = flat(content), tensors_of(run)
    assert len(tensors) > 60
    for tensor in tensors:
        assert is_in(tensor, kept), tuple(tensor.shape)
    assert describe_run(run)["imported"]["tensors"] == len(tensors)


def test_every_number_of_the_video_clip_variant_as_well(merged, tmp_path):
    run = convert(merged[2], tmp_path / "run")
    tensors, kept = flat(torch.load(merged[2], weights_only=True)), tensors_of(run)
    assert all(is_in(tensor, kept) for tensor in tensors)
    assert describe_run(run)["imported"]["tensors"] == len(tensors)


def test_the_moments_of_the_codes_become_their_rows(run, plain):
    model, optimizer = plain
    codes = load_codes(run.newest_checkpoint() / "codes.safetensors")
    state = optimizer.state[model.latent_codes.weight]
    assert codes.visits.tolist() == [STEPS] * 4
    assert torch.equal(codes.exp_avg["z"], state["exp_avg"])
    assert torch.equal(codes.exp_avg_sq["z"], state["exp_avg_sq"])
    assert read_state(run.newest_checkpoint())["step"] == STEPS


def test_the_moments_of_the_heads_become_the_optimisers(run, plain):
    model, optimizer = plain
    ours = inrkit.load(run.path)
    adam = torch.optim.Adam(ours.parameters(), 1e-3)
    load_optimizer(ours, adam, run.newest_checkpoint() / "optimizer.safetensors")
    for name, parameter in ours.named_parameters():
        state = adam.state[parameter]
        assert set(state) == {"exp_avg", "exp_avg_sq", "step"}, name
        assert state["step"].item() == STEPS
    for slot in ("exp_avg", "exp_avg_sq"):
        for head, net in enumerate(model.hyper_net.nets):
            hidden = adam.state[ours.hypernetwork.hidden[1].weight][slot][head]
            assert torch.equal(hidden, optimizer.state[net.net[1][0].weight][slot])
            last = adam.state[ours.hypernetwork.last[head].bias][slot]
            assert torch.equal(last, optimizer.state[net.net[-1][0].bias][slot])


def test_old_files_count_their_steps_in_plain_numbers(official, plain, tmp_path):
    """torch before 1.12, which the official code was written for."""
    model, optimizer = plain
    content = model.checkpoint(optimizer)
    for state in content["optim"]["state"].values():
        state["step"] = int(state["step"])
    torch.save(content, tmp_path / "old.pth")
    run = convert(tmp_path / "old.pth", tmp_path / "run")
    assert load_codes(run.newest_checkpoint() / "codes.safetensors").visits.tolist() == [STEPS] * 4
    ours = inrkit.load(run.path)
    adam = torch.optim.Adam(ours.parameters(), 1e-3)
    load_optimizer(ours, adam, run.newest_checkpoint() / "optimizer.safetensors")
    assert {state["step"].item() for state in adam.state.values()} == {STEPS}
    numbers = len(content["optim"]["state"])
    assert describe_run(run)["imported"]["tensors"] == len(flat(content)) + numbers


def test_old_files_may_have_moments_of_what_is_only_kept(official, tmp_path):
    torch.manual_seed(3)
    model = official(3, video_clip=True)
    optimizer = torch.optim.Adam(model.parameters())
    sum(parameter.sum() for parameter in model.parameters()).backward()
    optimizer.step()
    content = model.checkpoint(optimizer, {0: torch.randn(6)})
    for state in content["optim"]["state"].values():
        state["step"] = int(state["step"])
    torch.save(content, tmp_path / "old.pth")
    run = convert(tmp_path / "old.pth", tmp_path / "run")
    kept = tensors_of(run)
    assert all(is_in(tensor, kept) for tensor in flat(content))


def test_with_the_video_clip_branch_clips_are_those_with_learned_latents(merged, tmp_path):
    model, learned, path = merged
    run = convert(path, tmp_path / "run", plugin="inrv")
    loaded = inrkit.load(run.path)
    assert run.config.data.clips == ["official clip 0", "official clip 1", "official clip 4"]
    assert torch.equal(loaded.codes["code"], model.latent_codes.weight.detach()[[0, 1, 4]])
    for z, code, video in zip(
        learned.values(), loaded.latents["z"], loaded.render(loaded.latents, (2, 3, 4)), strict=True
    ):
        assert torch.equal(code, z)
        torch.testing.assert_close(video, model.render(z, (2, 3, 4)), atol=1e-5, rtol=0)
    assert any("video-CLIP" in note for note in run.config.data.notes)


def test_the_video_clip_branch_encodes_as_the_independent_model_does(merged, tmp_path):
    model, _, path = merged
    run = convert(path, tmp_path / "run")
    options = run.config.encoder.options
    assert run.config.encoder.name == "videoclip" and options["normalise"] is False, "the official code forgot it"
    assert [options[key] for key in ("size", "code", "features", "units", "layers", "merge")] == [6, 7, 4, 3, 2, 5]
    encoder = inrkit.load(run.path).encoder
    seen, codes = torch.randn(3, 9, 4), model.latent_codes.weight.detach()[:3]
    video = torch.zeros(3, 9, 2, 2, 3, dtype=torch.uint8)
    found = encoder(inrkit.ClipBatch(video, codes={"code": codes}, features={"clip": seen}), None)["z"]
    for row in range(3):
        torch.testing.assert_close(found[row], model.encode(seen[row], codes[row]), atol=1e-6, rtol=1e-5)


def test_the_moments_of_the_video_clip_branch_become_the_optimisers(official, tmp_path):
    torch.manual_seed(3)
    model = official(3, video_clip=True)
    trained = [value for name, value in model.named_parameters() if not name.startswith("clip.model")]
    optimizer = torch.optim.Adam(model.parameters())
    sum(parameter.square().sum() for parameter in trained).backward()
    optimizer.step()
    torch.save(model.checkpoint(optimizer, {1: torch.randn(6), 0: torch.randn(6)}), tmp_path / "trained.pth")
    run = convert(tmp_path / "trained.pth", tmp_path / "run")
    ours = inrkit.load(run.path)
    adam = torch.optim.Adam(ours.parameters(), 1e-3)
    load_optimizer(ours, adam, run.newest_checkpoint() / "optimizer.safetensors")
    expected = optimizer.state[model.clip.gru.weight_hh_l1_reverse]["exp_avg"]
    assert torch.equal(adam.state[ours.encoder.gru.weight_hh_l1_reverse]["exp_avg"], expected)
    codes = load_codes(run.newest_checkpoint() / "codes.safetensors")
    assert torch.equal(codes.exp_avg["code"], optimizer.state[model.latent_codes.weight]["exp_avg"][:2])


def test_a_video_clip_branch_without_latents_still_encodes(official, tmp_path):
    model = official(2, video_clip=True)
    torch.save(model.checkpoint(), tmp_path / "bare.pth")
    loaded = inrkit.load(convert(tmp_path / "bare.pth", tmp_path / "run").path)
    assert loaded.codes["code"].shape == (2, 7) and not loaded.latents


def one_way(content):
    for key in [key for key in content["model"] if key.endswith("_reverse")]:
        del content["model"][key]


def another_merge(content):
    content["model"]["mergeclipinstance.0.weight"] = torch.zeros(5, 12)


def latent_of_no_code(content):
    content["learned_latents"][9] = content["learned_latents"][0]


@pytest.mark.parametrize("damage", [one_way, another_merge, latent_of_no_code])
def test_a_video_clip_branch_that_is_none_is_refused(merged, tmp_path, damage):
    content = torch.load(merged[2], weights_only=True)
    damage(content)
    torch.save(content, tmp_path / "damaged.pth")
    with pytest.raises(BadInput):
        convert(tmp_path / "damaged.pth", tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_the_run_says_where_it_came_from(run):
    facts = describe_run(run)
    assert facts["imported"]["file"] == "checkpoint.pth"
    assert len(facts["imported"]["sha256"]) == 64
    assert facts["clips"] == 4
    assert facts["steps"]["done"] == STEPS


def test_training_can_begin_from_it(run, tmp_path):
    same = {
        "encoder.size": 6,
        "hypernetwork.width": 8,
        "hypernetwork.layers": 1,
        "inr.width": 5,
        "inr.layers": 1,
        "inr.frequencies": 2,
        "inr.time_frequencies": 2,
        "method.lpips": 0,
        "data.frames": 4,
        "data.size": (8, 8),
        "dataset.count": 2,
        "dataset.held_out": 0,
        "data.holdout": 0,
        "train.lr": 1e-9,
    }
    out = inrkit.train(
        plugin="inrv", preset="toy", steps=1, out=tmp_path / "on", device="cpu", init_from=str(run.path), options=same
    )
    before, after = inrkit.load(run.path), inrkit.load(out)
    for name, value in after.state_dict().items():
        torch.testing.assert_close(value, before.state_dict()[name], atol=1e-6, rtol=0)


class Code:
    """What runs a command when it is unpickled."""

    def __init__(self, command):
        self.command = command

    def __reduce__(self):
        return os.system, (self.command,)


def unknown_key(content):
    content["model"]["discriminator.weight"] = torch.zeros(1)


def unknown_part(content):
    content["scheduler"] = {"step": 3}


def missing_head(content):
    for key in [key for key in content["model"] if ".nets.3." in key]:
        del content["model"][key]


def missing_first_head(content):
    for key in [key for key in content["model"] if ".nets.0." in key]:
        del content["model"][key]


def missing_layer(content):
    del content["model"]["hyper_net.nets.2.net.1.0.bias"]


def missing_codes(content):
    del content["model"]["latent_codes.weight"]


def other_network(content):
    for leaf in ("weight", "bias"):
        key = f"hyper_net.nets.1.net.2.0.{leaf}"
        content["model"][key] = content["model"][key][:-1]


def shallow(content):
    for key in [key for key in content["model"] if key.startswith("hyper_net.") and ".net.0." not in key]:
        del content["model"][key]


def no_width(content):
    for leaf in ("weight", "bias"):
        key = f"hyper_net.nets.1.net.2.0.{leaf}"
        content["model"][key] = content["model"][key][:0]


def wrong_latent(content):
    content["model"]["latent_codes.weight"] = torch.zeros(4, 7)


def half_an_optimiser(content):
    content["optim"]["param_groups"][0]["params"].pop()


def odd_latents(content):
    content["learned_latents"] = {0: [torch.zeros(6), None, torch.zeros(6)]}


def flat_codes(content):
    content["model"]["latent_codes.weight"] = torch.zeros(4)


def other_optimiser(content):
    content["optim"]["state"][0] = {"momentum_buffer": torch.zeros(4, 6)}


def no_model(content):
    content["model"] = torch.zeros(3)


DAMAGES = [
    unknown_key,
    unknown_part,
    missing_head,
    missing_first_head,
    missing_layer,
    missing_codes,
    other_network,
    shallow,
    no_width,
    wrong_latent,
    half_an_optimiser,
    odd_latents,
    flat_codes,
    other_optimiser,
    no_model,
]


CASES = [(damage, True) for damage in DAMAGES]
CASES += [(damage, False) for damage in DAMAGES if damage not in (half_an_optimiser, other_optimiser)]


@pytest.mark.parametrize(("damage", "optim"), CASES)
def test_what_is_no_whole_checkpoint_is_refused_and_nothing_is_written(plain, tmp_path, damage, optim):
    content = plain[0].checkpoint(plain[1])
    damage(content)
    if not optim:
        del content["optim"]
    path = tmp_path / "damaged.pth"
    torch.save(content, path)
    with pytest.raises(BadInput) as caught:
        convert(path, tmp_path / "run")
    assert "\n" not in caught.value.message
    assert not (tmp_path / "run").exists()


def test_an_unknown_key_is_named(plain, tmp_path):
    content = plain[0].checkpoint()
    unknown_key(content)
    torch.save(content, tmp_path / "damaged.pth")
    with pytest.raises(BadInput, match=r"keys that nobody reads: discriminator.weight"):
        convert(tmp_path / "damaged.pth", tmp_path / "run")


@pytest.mark.parametrize("kept", [0, 100, 0.5, -1])
def test_a_file_that_was_cut_short_is_refused(checkpoint, tmp_path, kept):
    content = checkpoint.read_bytes()
    end = int(kept * len(content)) if isinstance(kept, float) else kept
    (tmp_path / "short.pth").write_bytes(content[:end])
    with pytest.raises(BadInput, match=r"short.pth cannot be read"):
        convert(tmp_path / "short.pth", tmp_path / "run")
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("old_format", [False, True])
def test_code_in_a_file_is_not_run(plain, tmp_path, old_format):
    trace = tmp_path / "run it did"
    content = plain[0].checkpoint() | {"learned_latents": Code(f"touch '{trace}'")}
    torch.save(content, tmp_path / "bad.pth", _use_new_zipfile_serialization=not old_format)
    with pytest.raises(BadInput, match="which inrkit never unpickles"):
        convert(tmp_path / "bad.pth", tmp_path / "run")
    assert not trace.exists()
    assert not (tmp_path / "run").exists()


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(BadInput, match=r"there is no file .*none.pth"):
        convert(tmp_path / "none.pth", tmp_path / "run")


def test_a_run_that_is_there_is_not_touched_unless_asked_to(run, checkpoint, tmp_path):
    out = tmp_path / "run"
    shutil.copytree(run.path, out)
    with pytest.raises(BadInput, match="already holds a run"):
        convert(checkpoint, out)


def test_overwriting_leaves_nothing_of_the_run_before(run, merged, tmp_path):
    out = tmp_path / "run"
    shutil.copytree(run.path, out)
    (out / "result.json").write_text("{}")
    (out / "metrics.jsonl").write_text("")
    _, learned, path = merged
    again = convert(path, out, overwrite=True)
    assert {entry.name for entry in out.iterdir()} == {"config.json", "checkpoints"}
    assert torch.equal(inrkit.load(out).latents["z"], torch.stack(list(learned.values())))
    assert not Run(out).finished
    assert len(list(again.checkpoints.iterdir())) == 1


def test_a_damaged_file_does_not_cost_the_run_it_should_replace(run, tmp_path):
    out = tmp_path / "run"
    shutil.copytree(run.path, out)
    (tmp_path / "bad.pth").write_bytes(b"")
    with pytest.raises(BadInput):
        convert(tmp_path / "bad.pth", out, overwrite=True)
    inrkit.load(out)
