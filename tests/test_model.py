"""The three components put together."""

import pytest
import torch
from torch import nn

from inrkit import INR, ClipBatch, Encoder, HyperNetwork, VideoModel, grid

SHAPE = (3, 4, 5)


class Tell(INR):
    """Shows where it is asked, shifted per video, and keeps the shapes it was given."""

    def __init__(self, unit="point"):
        super().__init__()
        self.unit = unit
        self.shift = nn.Parameter(torch.zeros(3))
        self.per_video("shift")
        self.asked = []

    def forward(self, coords):
        return coords + self.shift

    def evaluate(self, coords, weights):
        self.asked.append(tuple(coords.shape))
        return super().evaluate(coords, weights)


class Half(HyperNetwork):
    """One learned number times the latent."""

    def __init__(self):
        super().__init__()
        self.gain = nn.Parameter(torch.tensor(0.5))
        self.calls = 0

    def forward(self, latents):
        self.calls += 1
        return {"shift": self.gain * latents["z"]}


class Book(Encoder):
    def __init__(self):
        super().__init__()
        self.latents = self.codes = {"z": (3,)}


def model_of(unit="point"):
    return VideoModel(Book(), Half(), Tell(unit))


Z = torch.tensor([[2.0, 0.0, -2.0], [0.0, 4.0, 0.0]])
UNITS = ("point", "frame", "clip")


@pytest.mark.parametrize("unit", UNITS)
def test_decoding_whole_frames(unit):
    rgb = model_of(unit).decode({"z": Z}, grid(SHAPE))
    assert rgb.shape == (2, *SHAPE, 3)
    torch.testing.assert_close(rgb, grid(SHAPE) + (Z / 2)[:, None, None, None])


def test_a_point_inr_is_given_points_and_a_frame_inr_frames():
    for unit, shape in (("point", (1, 60, 3)), ("frame", (1, *SHAPE, 3)), ("clip", (1, *SHAPE, 3))):
        model = model_of(unit)
        model.decode({"z": Z}, grid(SHAPE))
        assert model.inr.asked == [shape]


def test_decoding_points_of_each_clip():
    coords = torch.rand(2, 7, 3)
    torch.testing.assert_close(model_of().decode({"z": Z}, coords), coords + (Z / 2)[:, None])


@pytest.mark.parametrize("each", [False, True], ids=["shared points", "points of each clip"])
def test_on_a_cpu_points_are_computed_some_at_a_time(monkeypatch, each):
    monkeypatch.setattr("inrkit.model.CACHED", 2 * 3 * 25)  # videos, numbers of the widest weight, points
    model, coords = model_of(), grid(SHAPE).flatten(1, -2)
    coords = torch.cat([coords, -coords]) if each else coords
    torch.testing.assert_close(model.decode({"z": Z}, coords), coords + (Z / 2)[:, None])
    assert [shape[1] for shape in model.inr.asked] == [25, 25, 10]


def test_a_flat_weight_is_no_wide_layer():
    model, asked = model_of(), []
    model.inr.evaluate = lambda coords, weights: asked.append(coords.shape[1]) or coords + weights["shift"][:, None]
    model.evaluate(grid(SHAPE), {"shift": Z, "flat": torch.zeros(2, 2**18)})
    assert asked == [60]


def test_no_latents_are_no_videos():
    assert model_of().render({"z": torch.zeros(0, 3)}, SHAPE).shape == (0, *SHAPE, 3)


def test_decoding_can_be_differentiated():
    model, z = model_of(), Z.clone().requires_grad_()
    model.decode({"z": z}, grid(SHAPE)).sum().backward()
    torch.testing.assert_close(z.grad, torch.full((2, 3), 60 * 0.5))
    assert model.hypernetwork.gain.grad is not None


def test_forward_goes_from_clips_to_all_a_loss_may_want():
    model = model_of()
    out = model(ClipBatch(torch.zeros(2, *SHAPE, 3), codes={"z": Z}), grid(SHAPE))
    assert torch.equal(out.latents["z"], Z)
    assert torch.equal(out.weights["shift"], (Z / 2))
    torch.testing.assert_close(out.rgb, model.decode({"z": Z}, grid(SHAPE)))


def test_colours_are_single_precision_whatever_the_weights():
    class Coarse(Half):
        def forward(self, latents):
            return {"shift": latents["z"].bfloat16()}

    class Low(Tell):
        def forward(self, coords):
            return coords.bfloat16() + self.shift

    assert VideoModel(Book(), Coarse(), Low()).decode({"z": Z}, grid(SHAPE)).dtype == torch.float32


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("piece", [1, 7, 40, 119, 120, 10_000])
def test_rendering_in_pieces_of_any_size(monkeypatch, unit, piece):
    monkeypatch.setattr("inrkit.model.PIECE", piece)
    model = model_of(unit)
    rgb = model.render({"z": Z}, SHAPE)
    torch.testing.assert_close(rgb, model.decode({"z": Z}, grid(SHAPE)).detach())
    assert not rgb.requires_grad


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("piece", [7, 40, 90, 10_000])
def test_streaming_gives_whole_frames_in_order_and_those_alone_that_are_wanted(monkeypatch, unit, piece):
    monkeypatch.setattr("inrkit.model.PIECE", piece)
    model = model_of(unit)
    whole = model.render({"z": Z}, SHAPE)
    groups = list(model.stream({"z": Z}, SHAPE))
    torch.testing.assert_close(torch.cat(groups, 1), whole)
    assert len(groups) == {7: 3, 40: 3, 90: 2, 10_000: 1}[piece] or unit == "clip"
    some = torch.tensor([2, 0, 2])
    torch.testing.assert_close(torch.cat(list(model.stream({"z": Z}, SHAPE, some)), 1), whole[:, some])


def test_streaming_computes_no_frame_before_it_is_asked_for():
    model = model_of()
    frames = model.stream({"z": Z}, (10**6, 300, 300))
    assert model.inr.asked == [] and next(frames).shape == (2, 1, 300, 300, 3)
    assert sum(shape[1] for shape in model.inr.asked) == 300 * 300 and not next(frames).requires_grad


def test_pieces_are_bounded_over_all_clips(monkeypatch):
    monkeypatch.setattr("inrkit.model.PIECE", 24)
    model = model_of()
    model.render({"z": Z}, SHAPE)
    assert max(shape[1] for shape in model.inr.asked) == 12
    assert sum(shape[1] for shape in model.inr.asked) == 60


def test_a_frame_is_never_cut_and_a_clip_neither(monkeypatch):
    monkeypatch.setattr("inrkit.model.PIECE", 50)
    model = model_of("frame")
    model.render({"z": Z}, SHAPE)
    assert model.inr.asked == [(1, 1, 4, 5, 3)] * 3
    monkeypatch.setattr("inrkit.model.PIECE", 2 * 45)
    model.inr.asked.clear()
    model.render({"z": Z}, SHAPE)
    assert model.inr.asked == [(1, 2, 4, 5, 3), (1, 1, 4, 5, 3)]
    model = model_of("clip")
    model.render({"z": Z}, SHAPE)
    assert model.inr.asked == [(1, *SHAPE, 3)]


def test_the_weights_are_made_once_however_many_pieces(monkeypatch):
    monkeypatch.setattr("inrkit.model.PIECE", 2)
    model = model_of()
    model.render({"z": Z}, SHAPE)
    assert model.hypernetwork.calls == 1
    assert len(model.inr.asked) == 60


@pytest.mark.parametrize("shape", [(1, 1, 1), (9, 2, 3), (2, 30, 1)])
def test_any_size_and_rate(shape):
    torch.testing.assert_close(model_of().render({"z": Z * 0}, shape)[0], grid(shape)[0])


def test_with_nothing_per_video_all_clips_look_alike():
    class Same(INR):
        def forward(self, coords):
            return coords

    model = VideoModel(Encoder(), HyperNetwork(), Same())
    assert model.render({}, SHAPE).shape == (1, *SHAPE, 3)
    out = model(ClipBatch(torch.zeros(4, *SHAPE, 3)), grid(SHAPE))
    assert out.rgb.shape == (4, *SHAPE, 3)
    assert out.latents == out.weights == {}


def test_only_parameters_and_saved_buffers_are_in_its_state():
    assert set(model_of().state_dict()) == {"hypernetwork.gain"}


def test_its_device():
    assert model_of().device.type == "cpu"
    assert model_of().to("meta").device.type == "meta"
    assert VideoModel(Encoder(), HyperNetwork(), Tell()).device.type == "cpu"
