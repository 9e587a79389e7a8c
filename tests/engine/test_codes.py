"""Rows of codes, each with its own Adam."""

import pytest
import torch

from inrkit import Encoder
from inrkit.engine.codes import CodeTable, gradients_of


class Two(Encoder):
    """Two kinds of codes, one of them per frame."""

    def __init__(self):
        super().__init__()
        self.codes = self.latents = {"z": (4,), "frames": (None, 2)}
        self.clip_frames = 3


class Amplified(Two):
    """Its initial codes come from torch's own generator, as an author would write them."""

    def initial_codes(self):
        return {"z": 5 * torch.randn(4), "frames": torch.rand(3, 2)}


def table(count=6, seed=0, encoder=None):
    codes = CodeTable()
    codes.grow(count, encoder or Two(), seed)
    return codes


def loss(taken, index):
    """A function of the rows whose curvature differs from row to row."""
    scale = (index + 1).float()
    return (scale * (taken["z"] - 0.1).square().sum(1) + scale.sqrt() * taken["frames"].sin().sum((1, 2))).sum()


def advance(codes, batches, lr=0.05):
    for batch in batches:
        index = torch.tensor(batch)
        taken = codes.take(index)
        loss(taken, index).backward()
        codes.step(index, gradients_of(taken), lr)


BATCHES = [[0, 1, 2], [2, 4], [4, 0, 3, 1], [2], [0, 4], [2, 4, 1]]


def snapshot(codes):
    return {name: value.clone() for name, value in codes.state_dict().items()}


@pytest.mark.parametrize(("count", "batches"), [(6, BATCHES), (3, [[2, 0, 1], [1], [0, 1, 2]]), (1, [[0], [0]])])
def test_each_row_moves_as_by_torchs_adam_on_that_row_alone(count, batches):
    codes, start = table(count), table(count)
    advance(codes, batches)
    for row in range(min(5, count)):
        index = torch.tensor([row])
        alone = start.take(index)
        optimizer = torch.optim.Adam(alone.values(), 0.05)
        for _ in range(sum(row in batch for batch in batches)):
            optimizer.zero_grad()
            loss(alone, index).backward()
            optimizer.step()
        for name, value in alone.items():
            torch.testing.assert_close(codes.rows[name][index], value.detach(), rtol=1e-5, atol=1e-7)
            torch.testing.assert_close(codes.exp_avg[name][index], optimizer.state[value]["exp_avg"])
            torch.testing.assert_close(codes.exp_avg_sq[name][index], optimizer.state[value]["exp_avg_sq"])


def test_visits_are_counted():
    codes = table()
    advance(codes, BATCHES)
    assert codes.visits.tolist() == [3, 3, 4, 1, 4, 0]


def test_rows_that_are_not_in_the_batch_do_not_move_by_a_bit():
    codes = table()
    advance(codes, BATCHES)
    before = snapshot(codes)
    advance(codes, [[1, 3]])
    for name, value in codes.state_dict().items():
        for row in (0, 2, 4, 5):
            assert torch.equal(value[row], before[name][row]), name
        for row in (1, 3):
            assert not torch.equal(value[row], before[name][row]), name


def test_a_code_that_the_loss_does_not_use_stays():
    codes = table()
    before = snapshot(codes)
    index = torch.tensor([1])
    taken = codes.take(index)
    taken["z"].sum().backward()
    codes.step(index, gradients_of(taken), 0.1)
    assert torch.equal(codes.rows["frames"], before["codes.frames"])
    assert not torch.equal(codes.rows["z"], before["codes.z"])


def test_what_is_taken_is_a_copy():
    codes = table()
    taken = codes.take(torch.tensor([0, 2]))
    assert taken["z"].is_leaf
    assert taken["z"].requires_grad
    with torch.no_grad():
        taken["z"].zero_()
    assert codes.rows["z"][0].any()


def test_none_in_a_shape_is_one_entry_per_frame():
    assert table().rows["frames"].shape == (6, 3, 2)


def test_a_row_depends_on_the_seed_and_its_number_alone():
    for encoder in (Two(), Amplified()):
        whole, grown = table(6, encoder=encoder), table(1, encoder=encoder)
        torch.rand(7)
        grown.grow(4, encoder, 0)
        grown.grow(6, encoder, 0)
        for name, rows in whole.rows.items():
            assert torch.equal(rows, grown.rows[name])
            assert len(rows.unique(dim=0)) == 6
            assert not torch.equal(rows, table(6, 1, encoder).rows[name])


def test_the_given_initial_codes_are_small():
    rows = table(400).rows["z"]
    assert rows.std().item() == pytest.approx(0.01, rel=0.1)
    assert rows.mean().item() == pytest.approx(0, abs=0.002)


def test_growing_leaves_the_global_generator_alone():
    before = torch.get_rng_state()
    table()
    assert torch.equal(torch.get_rng_state(), before)


def test_growing_appends_fresh_rows_and_touches_no_old_one():
    codes = table(4)
    advance(codes, [[0, 1], [1, 3]])
    before = snapshot(codes)
    codes.grow(6, Two(), 0)
    assert len(codes) == 6
    for name, value in codes.state_dict().items():
        assert torch.equal(value[:4], before[name]), name
        if not name.startswith("codes."):
            assert not value[4:].any()
    codes.grow(3, Two(), 0)
    assert len(codes) == 6


def test_an_encoder_without_codes_still_has_its_clips_counted():
    codes = table(3, encoder=Encoder())
    advanced = codes.take(torch.tensor([0, 2]))
    codes.step(torch.tensor([0, 2]), gradients_of(advanced), 0.1)
    assert advanced == {}
    assert codes.visits.tolist() == [1, 0, 1]


def test_the_state_comes_back_and_training_goes_on_alike():
    codes, other = table(), CodeTable()
    advance(codes, BATCHES[:3])
    other.load_state_dict(snapshot(codes))
    advance(codes, BATCHES[3:])
    advance(other, BATCHES[3:])
    assert codes.state_dict().keys() == other.state_dict().keys()
    for name, value in codes.state_dict().items():
        assert torch.equal(value, other.state_dict()[name]), name


def test_moving_keeps_everything():
    codes = table().to(torch.device("meta"))
    assert {value.device.type for value in codes.state_dict().values()} == {"meta"}


def without(name):
    return lambda state: {key: value for key, value in state.items() if key != name}


@pytest.mark.parametrize(
    "damage",
    [
        without("visits"),
        without("exp_avg.z"),
        without("codes.z"),
        lambda state: state | {"momentum.z": torch.zeros(6)},
        lambda state: state | {"exp_avg_sq.z": torch.zeros(6, 5)},
        lambda state: state | {"visits": torch.zeros(5, dtype=torch.long)},
    ],
)
def test_a_state_that_is_none_is_refused(damage):
    with pytest.raises(ValueError, match="codes"):
        CodeTable().load_state_dict(damage(table().state_dict()))
