"""Ten ways to make a space of videos, each a few lines as their authors would write them, through one engine."""

import functools
import math
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from inrkit import INR, ClipBatch, Encoder, HyperNetwork, Method, Observation, fit, per_clip, to_float
from inrkit.builtin.codebook import Codebook
from inrkit.builtin.options import CodebookOptions
from inrkit.builtin.table import Table
from inrkit.engine.build import assemble
from inrkit.engine.config import ComponentConfig, DataConfig, RunConfig
from inrkit.engine.data import Clips
from inrkit.engine.fit import find, render_found
from inrkit.engine.fit_options import FitOptions
from inrkit.engine.latents import training_latents
from inrkit.engine.options import DataOptions, TrainOptions
from inrkit.engine.plan import Plan
from inrkit.engine.reporter import Reporter
from inrkit.engine.runs import Run
from inrkit.engine.train import Trainer
from inrkit.engine.watch import Window
from inrkit.interfaces.coordinates import grid
from inrkit.options import NoOptions
from inrkit.testing import check_encoder, check_hypernetwork, check_inr, check_method

SHAPE = (4, 8, 8)
LATENT = 8


def waves(count, seed=0):
    """Smooth moving videos, uint8 (count, *SHAPE, 3)."""
    phase = 4 * torch.rand(count, 1, 1, 1, 3, generator=torch.Generator().manual_seed(seed))
    t, y, x = grid(SHAPE).unbind(-1)
    colours = torch.stack((2 * x + t, y - t, 1.5 * x * y), -1)
    return ((colours + phase).sin().add(1) * 127.5).round().to(torch.uint8)


# What differs per video: all of a small network, shifts, tables, pictures of frames, a volume


class Network(INR):
    """All weights per video."""

    def __init__(self, config, spec):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(9, 12), nn.ReLU(), nn.Linear(12, 12), nn.ReLU(), nn.Linear(12, 3))
        self.per_video("net")

    def forward(self, coords):
        return self.net(torch.cat((coords, (3 * coords).sin(), (3 * coords).cos()), -1))


class Shifted(INR):
    """A SIREN that all videos share; only the shifts of its layers are per video."""

    def __init__(self, config, spec):
        super().__init__()
        self.first, self.second, self.last = nn.Linear(3, 16), nn.Linear(16, 16), nn.Linear(16, 3)
        self.shift = nn.Parameter(torch.zeros(self.shifts(spec), 16))
        self.per_video("shift")

    def shifts(self, spec):
        return 2

    def forward(self, coords):
        hidden = (4 * self.first(coords) + self.shift[0]).sin()
        return self.last((4 * self.second(hidden) + self.shift[1]).sin())


class ShiftedFrames(Shifted):
    """Shifts per frame, joined in between; any number of frames will do."""

    def shifts(self, spec):
        return spec.clip_shape[0]

    def forward(self, coords):
        place = (coords[:, 0] + 1) / 2 * (len(self.shift) - 1)
        low = place.floor().long()
        high = (low + 1).clamp(max=len(self.shift) - 1)
        shift = torch.lerp(self.shift[low], self.shift[high], (place - low)[:, None])
        hidden = (4 * self.first(coords) + shift).sin()
        return self.last((4 * self.second(hidden) + shift).sin())


class Planes(INR):
    """Three feature planes per video, and a decoder that all share."""

    def __init__(self, config, spec):
        super().__init__()
        self.planes = nn.Parameter(0.3 * torch.randn(3, 4, 6, 6))
        self.decoder = nn.Sequential(nn.Linear(12, 16), nn.ReLU(), nn.Linear(16, 3))
        self.per_video("planes")

    def forward(self, coords):
        sides = coords[:, [[2, 1], [2, 0], [1, 0]]].transpose(0, 1).unsqueeze(2)
        features = F.grid_sample(self.planes, sides, align_corners=True)
        return self.decoder(features.squeeze(-1).permute(2, 0, 1).flatten(1))


def painter():
    """(F, 6, 2, 2) -> (F, 3, 8, 8)."""
    return nn.Sequential(
        nn.Conv2d(6, 32, 3, padding=1), nn.PixelShuffle(2), nn.GELU(),
        nn.Conv2d(8, 12, 3, padding=1), nn.PixelShuffle(2),
    )  # fmt: skip


def onto(frames, coords):
    """Frames (F, 3, h, w) at the places of coords (F, H, W, 3)."""
    return F.grid_sample(frames, coords[..., [2, 1]], align_corners=True).permute(0, 2, 3, 1)


class Frames(INR):
    """Frame-wise, as HNeRV: a small embedding of each frame per video, and a painter that all share."""

    unit = "frame"

    def __init__(self, config, spec):
        super().__init__()
        self.embedding = nn.Parameter(torch.zeros(spec.clip_shape[0], 6, 2, 2))
        self.painter = painter()
        self.per_video("embedding")

    def forward(self, coords):
        place = (coords[:, 0, 0, 0] + 1) / 2 * (len(self.embedding) - 1)
        low = place.floor().long()
        high = (low + 1).clamp(max=len(self.embedding) - 1)
        between = torch.lerp(self.embedding[low], self.embedding[high], (place - low)[:, None, None, None])
        return onto(self.painter(between), coords)


class OneVideo(INR):
    """Frame-wise, as NeRV: one video and nothing per video."""

    unit = "frame"

    def __init__(self, config, spec):
        super().__init__()
        self.stem = nn.Linear(3, 24)
        self.painter = painter()

    def forward(self, coords):
        t = coords[:, 0, 0, :1]
        embedding = self.stem(torch.cat((t, (3 * t).sin(), (3 * t).cos()), -1)).view(-1, 6, 2, 2)
        return onto(self.painter(embedding), coords)


class Volume(INR):
    """Clip-wise: a convolution over time as well, so no frame can be had by itself."""

    unit = "clip"

    def __init__(self, config, spec):
        super().__init__()
        self.volume = nn.Parameter(torch.zeros(4, 2, 4, 4))
        self.net = nn.Sequential(nn.Conv3d(7, 8, 3, padding=1), nn.GELU(), nn.Conv3d(8, 3, 1))
        self.per_video("volume")

    def forward(self, coords):
        large = F.interpolate(self.volume[None], coords.shape[:3], mode="trilinear", align_corners=True)[0]
        whole = torch.cat((large, coords.permute(3, 0, 1, 2)))
        return self.net(whole[None])[0].permute(1, 2, 3, 0)


# What the weights are made of


class Heads(HyperNetwork):
    """All latents, flattened, to every tensor; it begins at the INR's own initialisation."""

    def __init__(self, config, spec):
        super().__init__()
        size = sum(math.prod(shape) for shape in spec.latents.values())
        self.shapes = {name: weight.shape for name, weight in spec.weights.items()}
        self.heads = nn.ModuleList(nn.Linear(size, weight.numel()) for weight in spec.weights.values())
        for head, weight in zip(self.heads, spec.weights.values(), strict=True):
            nn.init.normal_(head.weight, std=0.1)
            head.bias.data.copy_(weight.flatten())

    def forward(self, latents):
        z = torch.cat([value.flatten(1) for value in latents.values()], 1)
        return {
            name: head(z).view(-1, *shape) for head, (name, shape) in zip(self.heads, self.shapes.items(), strict=True)
        }


class FrameHeads(HyperNetwork):
    """What the clip has and what each frame has, added up: one shift per frame."""

    def __init__(self, config, spec):
        super().__init__()
        self.clip, self.frame = nn.Linear(LATENT, 16), nn.Linear(3, 16)

    def forward(self, latents):
        return {"shift": self.clip(latents["clip"])[:, None] + self.frame(latents["frames"])}


# Where the latents come from


class Book(Codebook):
    def __init__(self, config, spec):
        super().__init__(CodebookOptions(size=LATENT), spec)


class Nothing(Encoder):
    """No latents: all videos are one."""


class PerFrame(Encoder):
    """A code for the clip and one for each of its frames."""

    def __init__(self, config, spec):
        super().__init__()
        self.latents = self.codes = {"clip": (LATENT,), "frames": (None, 3)}


class Look(Encoder):
    """Amortised: an embedding of each frame from its pixels."""

    def __init__(self, config, spec):
        super().__init__()
        self.latents = {"embedding": (None, 6, 2, 2)}
        self.net = nn.Sequential(nn.Conv2d(3, 8, 4, 4), nn.GELU(), nn.Conv2d(8, 6, 1))

    def forward(self, clips, decode):
        embedded = self.net(clips.frames.flatten(0, 1).permute(0, 3, 1, 2))
        return {"embedding": embedded.unflatten(0, (len(clips), -1))}


class InnerSteps(Encoder):
    """As functa: a latent found by a few gradient steps of a learned size, through which training differentiates."""

    def __init__(self, config, spec):
        super().__init__()
        self.latents = {"z": (LATENT,)}
        self.rate = nn.Parameter(torch.ones(LATENT))

    def forward(self, clips, decode):
        with torch.enable_grad():
            z = torch.zeros(len(clips), LATENT, requires_grad=True)
            for _ in range(3):
                coords, target, see, share = clips.sample("point", 64)
                error = per_clip((see(decode({"z": z}, coords)) - target).square()) / share
                (slope,) = torch.autograd.grad(error.sum(), z, create_graph=self.training)
                z = z - self.rate * slope
        return {"z": z}


class Frozen(Encoder):
    """Frozen features of the pixels, merged with a learned code."""

    asked = 0

    def __init__(self, config, spec):
        super().__init__()
        self.latents, self.codes = {"z": (LATENT,)}, {"own": (LATENT,)}
        self.register_buffer("frozen", torch.randn(math.prod(spec.clip_shape[1:]) * 3, 5) / 14)
        self.merge = nn.Linear(5 + LATENT, LATENT)

    def features(self, frames):
        Frozen.asked += len(frames)
        return {"look": (frames.flatten(2) @ self.frozen).mean(1)}

    def forward(self, clips, decode):
        return {"z": self.merge(torch.cat((clips.features["look"], clips.codes["own"]), 1))}


# How they train


class L2(Method):
    """The given loss: the mean squared error of points."""


class Structure(Method):
    """A loss that must see whole frames, and the latents."""

    unit = "frame"

    def loss(self, out, target):
        rgb, truth = (F.avg_pool2d(value.flatten(0, 1).permute(0, 3, 1, 2), 4) for value in (out.rgb, target))
        coarse = (rgb - truth).square().unflatten(0, target.shape[:2])
        size = sum(per_clip(z.square()) for z in out.latents.values())
        return {"l1": per_clip((out.rgb - target).abs()), "coarse": per_clip(coarse), "size": 1e-4 * size}


@dataclass(frozen=True)
class Family:
    inr: type
    encoder: type
    hypernetwork: type
    method: type = L2
    lr: float = 5e-3
    clips: int = 6


FAMILIES = {
    "all weights per video": Family(Network, Book, Heads),
    "all weights, a loss of frames": Family(Network, Book, Heads, Structure),
    "only shifts per video": Family(Shifted, Book, Heads, lr=1e-2),
    "planes per video": Family(Planes, Book, Heads, lr=1e-2),
    "frame-wise, amortised": Family(Frames, Look, HyperNetwork, lr=1e-2),
    "frame-wise, one video": Family(OneVideo, Nothing, HyperNetwork, lr=1e-2, clips=1),
    "clip-wise": Family(Volume, Book, Heads, lr=1e-2),
    "per-frame latents": Family(ShiftedFrames, PerFrame, FrameHeads, lr=2e-2),
    "codes as weights": Family(Network, Table, HyperNetwork, lr=2e-2),
    "inner gradient steps": Family(Shifted, InnerSteps, Heads),
    "frozen features": Family(Network, Frozen, Heads),
}
WITH_LATENTS = [name for name, family in FAMILIES.items() if family.encoder is not Nothing]
STEPS = 60


class Store:
    """Clips in memory, in place of a store on disk."""

    def __init__(self, video):
        self.video = video
        self.clip_shape = tuple(video.shape[1:])

    def read(self, rows):
        return self.video[rows]


def build(name):
    family = FAMILIES[name]
    torch.manual_seed(0)
    parts = {"inr": family.inr, "encoder": family.encoder, "hypernetwork": family.hypernetwork}
    return assemble({kind: (cls, NoOptions()) for kind, cls in parts.items()}, SHAPE)


def trainer_of(name):
    """The engine's own trainer of a family, ready for its first step."""
    family = FAMILIES[name]
    own = ComponentConfig(name="own", distribution="own", version="0")
    clips = Clips(Store(waves(family.clips)), list(range(family.clips)), [f"wave {i}" for i in range(family.clips)])
    config = RunConfig(
        inrkit="0",
        preset=None,
        method=own,
        encoder=own,
        hypernetwork=own,
        inr=own,
        data=DataConfig(source="waves", options=DataOptions(frames=SHAPE[0], size=SHAPE[1:]), clip_shape=SHAPE),
        train=TrainOptions(steps=STEPS, batch=4, points=0.5, lr=family.lr, warmup=5),
    )
    with patch("inrkit.engine.train.build_model", lambda *_: build(name)):
        trainer = Trainer(Plan(config, family.method(), clips, clips), Run(Path("unused")), Reporter())
    trainer.prepare()
    return trainer


@functools.cache
def trained(name):
    """(model with its codes and latents, training clips, loss at the beginning, loss at the end)."""
    trainer = trainer_of(name)
    windows = []
    for step in range(STEPS):
        if step % 12 == 0:
            windows.append(Window())
        trainer.one_step(windows[-1])
    model = trainer.model.eval()
    model.codes = trainer.codes.rows
    model.latents = training_latents(model, trainer.plan.train, trainer.codes, trainer.features)
    return model, trainer, windows[0].summary()["loss"], windows[-1].summary()["loss"]


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    """Networks this small are many times slower on several threads than on one."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(params=FAMILIES)
def family(request):
    return request.param


@pytest.fixture(params=WITH_LATENTS)
def with_latents(request):
    return request.param


def test_each_component_keeps_its_contract(family):
    made, parts = build(family), FAMILIES[family]
    check_inr(parts.inr, NoOptions(), clip_shape=SHAPE)
    check_encoder(parts.encoder, NoOptions(), clip_shape=SHAPE)
    own = {"latents": made.encoder.latents, "weights": made.inr.initial_weights(), "clip_shape": SHAPE}
    if made.encoder.latents:
        check_hypernetwork(parts.hypernetwork, NoOptions(), **own)
    check_method(parts.method)


def test_the_loss_falls(family):
    _, _, before, after = trained(family)
    assert after < 0.8 * before


def test_a_step_moves_everything_that_is_learned_and_only_codes_of_the_batch(family):
    trainer = trainer_of(family)
    parameters = {name: value.detach().clone() for name, value in trainer.model.named_parameters()}
    buffers = {name: value.clone() for name, value in trainer.model.named_buffers()}
    rows = {name: value.clone() for name, value in trainer.codes.rows.items()}
    for _ in range(2):  # where latents begin at nought, what is multiplied by them moves in the second step
        trainer.one_step(Window())
    for name, parameter in trainer.model.named_parameters():
        assert parameter.grad is not None and parameter.grad.isfinite().all(), name
        assert not torch.equal(parameter, parameters[name]), name
    for name, value in trainer.model.named_buffers():
        assert torch.equal(value, buffers[name]), name
    assert set(rows) == set(trainer.model.encoder.codes)
    for name, value in rows.items():
        moved = (trainer.codes.rows[name] != value).flatten(1).any(1)
        assert torch.equal(moved, trainer.codes.visits > 0), name
    assert trainer.codes.visits.sum() == min(6, 2 * FAMILIES[family].clips)


def test_only_what_is_shared_is_saved(family):
    model, *_ = trained(family)
    per_video = {f"inr.{name}" for name in model.inr.initial_weights()}
    assert not per_video & set(model.state_dict())
    assert set(dict(model.named_parameters())) <= set(model.state_dict())


def test_the_encoder_returns_what_it_promised(with_latents):
    model, *_ = trained(with_latents)
    frames = {name: tuple(SHAPE[0] if n is None else n for n in s) for name, s in model.encoder.latents.items()}
    assert {name: tuple(value.shape[1:]) for name, value in model.latents.items()} == frames
    assert all(value.isfinite().all() for value in model.latents.values())


def test_rendering_in_pieces_is_rendering_at_once(family, monkeypatch):
    model, *_ = trained(family)
    whole = model.render(model.latents, SHAPE)
    clips = FAMILIES[family].clips
    assert whole.shape == (clips, *SHAPE, 3)
    for piece in (clips * 7, clips * 65, clips * 130):
        monkeypatch.setattr("inrkit.model.PIECE", piece)
        torch.testing.assert_close(model.render(model.latents, SHAPE), whole, atol=1e-5, rtol=1e-4)


def test_rendering_is_decoding_the_grid(family):
    model, *_ = trained(family)
    with torch.no_grad():
        decoded = model.decode(model.latents, grid(SHAPE))
    torch.testing.assert_close(model.render(model.latents, SHAPE), decoded, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("shape", [(7, 6, 10), (1, 16, 4), (9, 1, 1)])
def test_any_size_and_rate(family, shape):
    model, *_ = trained(family)
    video = model.render(model.latents, shape)
    assert video.shape == (FAMILIES[family].clips, *shape, 3)
    assert video.isfinite().all()


@pytest.mark.parametrize("family", [name for name in FAMILIES if name != "clip-wise"], indirect=True)
def test_twice_the_rate_passes_through_the_same_frames(family):
    model, *_ = trained(family)
    twice = model.render(model.latents, (2 * SHAPE[0] - 1, *SHAPE[1:]))
    torch.testing.assert_close(twice[:, ::2], model.render(model.latents, SHAPE), atol=1e-4, rtol=1e-3)


def test_a_batch_is_its_rows(with_latents):
    model, *_ = trained(with_latents)
    whole = model.render(model.latents, SHAPE)
    for i in range(2):
        alone = model.render({name: value[i : i + 1] for name, value in model.latents.items()}, SHAPE)
        torch.testing.assert_close(alone, whole[i : i + 1], atol=1e-5, rtol=1e-4)
    assert not torch.allclose(whole[0], whole[1], atol=1e-2)


def test_forward_gives_the_loss_all_it_may_want(family):
    model, trainer, *_ = trained(family)
    index = torch.arange(min(2, FAMILIES[family].clips))
    clips = ClipBatch(
        trainer.plan.train.video,
        rows=index,
        codes={name: rows[index] for name, rows in model.codes.items()},
        features={name: values[index] for name, values in trainer.features.items()},
    )
    out = model(clips, grid(SHAPE))
    assert out.rgb.shape == (len(index), *SHAPE, 3)
    assert out.rgb.dtype == torch.float32
    assert set(out.latents) == set(model.encoder.latents)
    assert {name: value.shape[1:] for name, value in out.weights.items()} == {
        name: value.shape for name, value in model.inr.initial_weights().items()
    }
    torch.testing.assert_close(out.rgb.detach(), model.render(model.latents, SHAPE)[index], atol=1e-4, rtol=1e-3)


# New clips, of which only something was seen


class Luminance(Observation):
    def see(self, rgb):
        return rgb @ rgb.new_tensor([0.299, 0.587, 0.114]).unsqueeze(-1)

    def fill(self, seen):
        return seen.expand(*seen.shape[:-1], 3)


class Small(Observation):
    """Every 2 x 2 pixels averaged."""

    unit = "frame"

    def see(self, rgb):
        frames = F.avg_pool2d(rgb.flatten(0, 1).permute(0, 3, 1, 2), 2)
        return frames.permute(0, 2, 3, 1).unflatten(0, rgb.shape[:2])

    def fill(self, seen):
        return seen.repeat_interleave(2, 2).repeat_interleave(2, 3)


def some(seed=0):
    return torch.rand(SHAPE, generator=torch.Generator().manual_seed(seed)) < 0.3


def first_frames():
    mask = torch.zeros(SHAPE, dtype=torch.bool)
    mask[:2] = True
    return mask


OBSERVATIONS = {
    "inversion": lambda: None,
    "sparse": lambda: Observation(some()),
    "sparse, each its own": lambda: Observation(torch.stack([some(1), some(2)])),
    "first frames": lambda: Observation(first_frames()),
    "luminance": Luminance,
    "area average": Small,
    "luminance of some": lambda: Luminance(some()),
}


@pytest.mark.parametrize("observation", OBSERVATIONS)
def test_fitting_explains_what_was_seen_better_than_the_start(with_latents, observation):
    model, *_ = trained(with_latents)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    seen = OBSERVATIONS[observation]()
    video = to_float(waves(2, seed=9))
    if seen is not None and seen.mask is not None:
        video = torch.where(seen.mask[..., None], video, torch.nan)

    def error(steps):
        clips = ClipBatch(video, observation=seen)
        latents = fit(model, clips, steps=steps, lr=0.02)
        assert all(value.isfinite().all() and not value.requires_grad for value in latents.values())
        coords, target, see, share = ClipBatch(video, observation=seen).sample(model.inr.unit)
        with torch.no_grad():
            return per_clip((see(model.decode(latents, coords)) - target).square()) / share

    start, end = error(0), error(12)
    assert start.isfinite().all()
    assert (end < start).all()
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


@pytest.mark.parametrize("observation", OBSERVATIONS)
def test_finding_goes_on_from_the_best_start_to_refined_weights(with_latents, observation, monkeypatch):
    """In pieces so small that most are computed anew for their gradient; hidden pixels are NaN."""
    monkeypatch.setattr("inrkit.model.PIECE", 400)
    model, *_ = trained(with_latents)
    seen = OBSERVATIONS[observation]()
    video = to_float(waves(2, seed=9))
    if seen is not None and seen.mask is not None:
        video = torch.where(seen.mask[..., None], video, torch.nan)

    def found(**options):
        return find(model, ClipBatch(video, observation=seen), FitOptions(points=1, **options))

    start, refined = found(steps=0), found(steps=4, restarts=2, refine=2)
    assert (refined.error < start.error).all()
    assert set(refined.start) <= {"encoder", "mean", "nearest"}
    shown = render_found(model, refined, SHAPE)
    assert shown.isfinite().all()
    _, target, see, share = ClipBatch(video, observation=seen).sample("clip")
    torch.testing.assert_close(per_clip((see(shown) - target).square()) / share, refined.error, atol=1e-5, rtol=1e-3)


def test_without_latents_there_is_nothing_to_fit():
    model, *_ = trained("frame-wise, one video")
    assert fit(model, ClipBatch(waves(1)), steps=3) == {}
    found = find(model, ClipBatch(waves(2)), FitOptions(steps=3, refine=2))
    assert found.latents == {}
    assert render_found(model, found, SHAPE).shape == (2, *SHAPE, 3)
    shown = render_found(model, found, SHAPE)
    torch.testing.assert_close(found.error, per_clip((shown - to_float(waves(2))).square()))


# What is particular to one of them


def test_per_frame_latents_of_another_length_make_a_video_of_it():
    model, *_ = trained("per-frame latents")
    latents = {"clip": torch.zeros(2, LATENT), "frames": torch.zeros(2, 9, 3)}
    assert model.render(latents, (9, 8, 8)).shape == (2, 9, 8, 8, 3)


def test_per_frame_latents_change_their_frame_alone():
    model, *_ = trained("per-frame latents")
    before = model.render(model.latents, SHAPE)
    frames = model.latents["frames"].clone()
    frames[:, 2] += 1
    changed = (model.render(model.latents | {"frames": frames}, SHAPE) - before).abs().flatten(2).max(-1).values
    assert (changed[:, 2] > 1e-3).all()
    assert changed[:, [0, 1, 3]].max() < 1e-6


def test_codes_as_weights_begin_at_the_initialisation_and_part_from_it():
    trainer = trainer_of("codes as weights")
    for name, weight in build("codes as weights").inr.initial_weights().items():
        assert torch.equal(trainer.codes.rows[name], weight.expand(6, *weight.shape))
    model, *_ = trained("codes as weights")
    assert list(model.parameters()) == []
    assert all(len(rows.flatten(1).unique(dim=0)) == 6 for rows in model.codes.values())


def test_training_differentiates_through_the_inner_steps():
    model = trainer_of("inner gradient steps").model
    index = torch.arange(3)

    def gradient(whole):
        clips = ClipBatch(waves(3), index=index)
        latents = model.encoder(clips, model.decode)
        if not whole:
            latents = {name: value.detach() for name, value in latents.items()}
        rgb = model.decode(latents, grid(SHAPE))
        return torch.autograd.grad((rgb - clips.frames).square().mean(), model.inr.first.weight)[0]

    with_steps, without = gradient(True), gradient(False)
    assert not torch.allclose(with_steps, without, rtol=1e-2)
    assert with_steps.isfinite().all()


def test_inner_steps_are_the_same_when_nobody_asks_for_gradients():
    model, *_ = trained("inner gradient steps")
    with torch.no_grad():
        quietly = model.encoder(ClipBatch(waves(2)), model.decode)["z"]
    torch.testing.assert_close(quietly, model.encoder(ClipBatch(waves(2)), model.decode)["z"].detach())
    assert quietly.abs().max() > 0


def test_frozen_features_are_computed_once_per_clip():
    Frozen.asked = 0
    trainer = trainer_of("frozen features")
    for _ in range(5):
        trainer.one_step(Window())
    assert Frozen.asked == 6
    frames = to_float(waves(6))
    torch.testing.assert_close(trainer.features["look"], trainer.model.encoder.features(frames)["look"])


def test_new_clips_come_with_the_mean_of_the_codes_and_features_of_what_was_seen():
    model, *_ = trained("frozen features")
    seen = Observation(some())
    clips = ClipBatch(torch.where(some()[..., None], to_float(waves(2, 9)), torch.nan), observation=seen)
    fit(model, clips, steps=0)
    torch.testing.assert_close(clips.codes["own"], model.codes["own"].mean(0).expand(2, -1))
    torch.testing.assert_close(clips.features["look"], model.encoder.features(clips.frames)["look"])
