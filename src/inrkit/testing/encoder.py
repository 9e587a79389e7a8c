"""The contract of an encoder."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from inrkit.interfaces import ClipBatch, Decode, Encoder, HyperNetwork, Observation, Shape, Spec, Tensors
from inrkit.model import VideoModel
from inrkit.testing.compare import apart, expect_equal, expect_tensors, rows_of
from inrkit.testing.contract import BUILT, Options, Subject, seeded, subject_of
from inrkit.testing.modules import Trial, weighted_sum
from inrkit.testing.parts import TinyHeads, TinyINR, lengths

CLIP_SHAPE: Shape = (4, 16, 16)
CLIPS = 3


def check_encoder(encoder: type[Encoder] | str, options: Options = None, *, clip_shape: Shape = CLIP_SHAPE) -> None:
    """An encoder keeps what its door promises.

    Latents, codes and features of the shapes it says; a batch is its rows; gradients to its parameters and codes, none
    to frozen features; clips of which only a part was seen; determinism; state dict; autocast.

    Args:
        encoder: The class, or its registered name.
        options: As it is built with; None: the defaults.
        clip_shape: (T, H, W) of the clips it is built for.

    Raises:
        ContractError: It does not.
        InrkitError: It cannot be built: an option is refused, something is not installed.
    """
    subject = subject_of("encoder", encoder, options)
    with seeded():
        inr = TinyINR()
        video = torch.randint(0, 256, (CLIPS, *clip_shape, 3), dtype=torch.uint8)
        trial = _Encoding(subject, inr, clip_shape, video)
        made = trial.encoder()
        _says_shapes(subject, made)
        _gives_codes(subject, made, clip_shape)
        _sees_features(subject, made, video)
        trial.returns_what_it_said()
        Trial(subject, trial.encoder, trial.latents).all()
        trial.treats_clips_by_themselves()
        trial.sends_gradients_to_codes()
        trial.takes_unseen_clips()
        _leaves_the_inr_alone(subject, inr, trial)


class _Encoding:
    """An encoder at work: its clips, their codes, and a model to decode with."""

    def __init__(self, subject: Subject, inr: TinyINR, clip_shape: Shape, video: Tensor) -> None:
        self.subject, self.clip_shape, self.video = subject, clip_shape, video
        self.spec = Spec(clip_shape, inr.initial_weights())
        self.inr = inr
        with seeded():
            codes = self.encoder().codes
            shapes = lengths(codes, clip_shape[0])
            self.codes = {name: 0.3 * torch.randn(CLIPS, *shape) for name, shape in shapes.items()}

    def encoder(self) -> Any:
        """As a run builds it, in eval mode.

        Raises:
            ContractError: It cannot be.
        """
        with self.subject.trying(f"{self.subject.cls.__name__}(config, spec) to build it", BUILT):
            made = self.subject.cls(self.subject.options, self.spec)
        made.clip_frames = self.clip_shape[0]
        return made.eval()

    def decode(self, encoder: Encoder) -> Decode:
        """From latents to rgb, by the smallest model that takes them."""
        if not encoder.latents:
            return VideoModel(encoder, HyperNetwork(), self.inr).decode
        with seeded():
            heads = TinyHeads(None, Spec(self.clip_shape, self.spec.weights, encoder.latents))
        return VideoModel(encoder, heads, self.inr).decode

    def clips(self, encoder: Encoder, rows: list[int] | None = None, codes: Tensors | None = None) -> ClipBatch:
        """Some of the training clips."""
        index = torch.tensor(list(range(CLIPS)) if rows is None else rows)
        with torch.no_grad():
            features = encoder.features(self.video[index].float() / 127.5 - 1)
        own = {name: value[index] for name, value in (codes or self.codes).items()}
        return ClipBatch(self.video, rows=index, index=index, codes=own, features=features, seed=5)

    def latents(self, encoder: Encoder, rows: list[int] | None = None, codes: Tensors | None = None) -> Tensors:
        """What it makes of them."""
        return encoder(self.clips(encoder, rows, codes), self.decode(encoder))  # type: ignore[no-any-return]

    def returns_what_it_said(self) -> None:
        encoder = self.encoder()
        change = "Return one entry for each name of self.latents, (B, *shape); None in a shape is the number of frames."
        hint = change + " Gradient steps need `with torch.enable_grad():`, for fitting calls it without."
        with self.subject.trying("forward(clips, decode) to work without gradients", hint), torch.no_grad():
            made = self.latents(encoder)
        shapes = lengths(encoder.latents, self.clip_shape[0])
        expect_tensors(self.subject, "latents", made, {name: (CLIPS, *shape) for name, shape in shapes.items()}, change)
        same = bool(made) and all(apart(value[:1], value[1:2]) < 1e-6 for value in made.values())
        change = "Make them of clips.frames, clips.codes or clips.features."
        self.subject.expect(not same, "different latents of different clips", "the same ones", change)

    def treats_clips_by_themselves(self) -> None:
        encoder = self.encoder()
        change = "Let no clip see the others of its batch: no batch norm, no mean over axis 0."
        with torch.no_grad():
            whole = self.latents(encoder)
            for i in range(CLIPS):
                alone = self.latents(encoder, [i])
                expect_equal(self.subject, alone, rows_of(whole, i), "a batch to be its rows", change, 1e-3)

    def sends_gradients_to_codes(self) -> None:
        encoder = self.encoder().train()
        codes = {name: value.clone().requires_grad_() for name, value in self.codes.items()}
        if not codes:
            return
        loss = weighted_sum(self.latents(encoder, codes=codes))
        slopes = torch.autograd.grad(loss, list(codes.values()), allow_unused=True) if loss.requires_grad else [None]
        for name, slope in zip(codes, slopes, strict=False):
            reached = slope is not None and bool(slope.flatten(1).any(1).all())
            change = f"Use clips.codes[{name!r}] in forward, without detach(); or leave it out of self.codes."
            self.subject.expect(reached, "a gradient for every code", f"none for {name!r}", change)

    def takes_unseen_clips(self) -> None:
        """Clips never trained on, of which a part is hidden."""
        encoder = self.encoder()
        mask = torch.rand(self.clip_shape) < 0.5
        hidden = torch.where(mask[..., None], self.video.float() / 127.5 - 1, torch.nan)
        clips = ClipBatch(hidden, observation=Observation(mask), codes=self.codes, seed=5)
        change = "Look at clips through clips.frames and clips.sample; clips.index is None for new ones."
        with self.subject.trying("to take clips never trained on, of which a part is seen", change), torch.no_grad():
            clips.features = encoder.features(clips.frames)
            made = encoder(clips, self.decode(encoder))
        finite = all(bool(value.isfinite().all()) for value in made.values())
        self.subject.expect(finite, "finite latents of clips partly seen", "NaN or infinity", change)


def _says_shapes(subject: Subject, encoder: Encoder) -> None:
    for what in ("latents", "codes"):
        shapes = getattr(encoder, what)
        change = f'Set self.{what} in __init__, as {{"z": (64,)}}; None in a shape is one entry per frame.'
        try:
            right = all(
                isinstance(name, str) and all(n is None or (isinstance(n, int) and n > 0) for n in shape)
                for name, shape in shapes.items()
            )
        except (AttributeError, TypeError):
            right = False
        subject.expect(right, f"{what} to be names to shapes", repr(shapes), change)


def _gives_codes(subject: Subject, encoder: Encoder, clip_shape: Shape) -> None:
    change = "initial_codes returns one tensor for each name of self.codes, without a batch axis."
    found = []
    for _ in range(2):
        with seeded(3), subject.trying("initial_codes() to give the codes of one clip", change):
            found.append(encoder.initial_codes())
    expect_tensors(subject, "initial codes", found[0], lengths(encoder.codes, clip_shape[0]), change)
    change = "Draw them with torch's own functions alone; the core seeds its generator."
    expect_equal(subject, found[1], found[0], "the same initial codes from the same seed", change, 0.0)


def _sees_features(subject: Subject, encoder: Encoder, video: Tensor) -> None:
    frames = video.float() / 127.5 - 1
    change = "features returns a dictionary, name to (B, ...), of frames (B, T, H, W, 3) in [-1, 1]."
    with subject.trying("features(frames) to work", change):
        whole = encoder.features(frames)
        rows = [encoder.features(frames[i : i + 1]) for i in range(CLIPS)]
    subject.expect(isinstance(whole, dict), "features to be a dictionary", type(whole).__name__, change)
    for name, value in whole.items():
        right = isinstance(value, Tensor) and len(value) == CLIPS
        subject.expect(right, f"features {name!r} to have a row for each clip", getattr(value, "shape", value), change)
        frozen = "Compute them under torch.no_grad(), by a network with requires_grad_(False): they are kept as data."
        subject.expect(not value.requires_grad, "frozen features", f"{name!r} asks for gradients", frozen)
    for i, row in enumerate(rows):
        expect_equal(subject, row, rows_of(whole, i), "features of a batch to be those of its rows", change, 1e-3)


def _leaves_the_inr_alone(subject: Subject, inr: TinyINR, trial: _Encoding) -> None:
    """Its parameters are copies of spec.weights, not the INR's own memory."""
    before = {name: value.clone() for name, value in inr.initial_weights().items()}
    encoder = trial.encoder()
    with torch.no_grad():
        for value in [*encoder.parameters(), *encoder.initial_codes().values()]:
            value.add_(1)
    change = "Copy it: spec.weights[name].clone()."
    expect_equal(subject, inr.initial_weights(), before, "spec.weights to stay as they are", change, 0.0)
