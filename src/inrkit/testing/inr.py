"""The contract of an INR."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.func import functional_call

from inrkit.interfaces import INR, Encoder, HyperNetwork, Shape, Spec, Tensors
from inrkit.interfaces.coordinates import grid
from inrkit.interfaces.types import UNITS
from inrkit.model import VideoModel
from inrkit.testing.compare import apart, expect_equal, expect_tensor, rows_of
from inrkit.testing.contract import BUILT, Options, Subject, seeded, subject_of
from inrkit.testing.modules import HALF, Trial, half_precision, off_by, spread
from inrkit.testing.vmap import broken_rule

CLIP_SHAPE: Shape = (4, 8, 16)
VIDEOS, POINTS = 3, 24
SIZES: tuple[Shape, ...] = ((7, 8, 12), (1, 16, 4), (9, 1, 1))
LARGEST = 20.0
"""Mean absolute rgb of an INR that is untrained: far outside [-1, 1], and far below what is meant as 0 to 255."""

OVERRIDE = "Make evaluate compute what forward does, clip by clip; or delete it: the given one is correct."


def check_inr(inr: type[INR] | str, options: Options = None, *, clip_shape: Shape = CLIP_SHAPE) -> None:
    """An INR keeps what its door promises.

    Shapes, dtypes and units; `evaluate` against `forward` clip by clip in value, gradient and second order, and what
    vmap cannot do; gradients to everything that is learned; determinism; state dict; autocast; other sizes.

    Args:
        inr: The class, or its registered name.
        options: As it is built with; None: the defaults.
        clip_shape: (T, H, W) of the clips it is built for.

    Raises:
        ContractError: It does not.
        InrkitError: It cannot be built: an option is refused, something is not installed.
    """
    subject = subject_of("inr", inr, options)
    with seeded():
        made = built(subject, clip_shape)
        coords, weights = places(made, clip_shape), some_weights(made)
        _computes_one_video(subject, made, coords)
        _pieces_are_the_whole(subject, made, coords)
        _computes_many(subject, made, coords, weights)
        _is_differentiated_as_forward(subject, made, coords, weights)
        _works_in_training(subject, made, coords, weights)
        Trial(subject, lambda: built(subject, clip_shape), lambda one: _run(one, coords, weights)).all()
        _takes_half_weights(subject, made, coords, weights)
        _renders_at_any_size(subject, made, weights, clip_shape)


def built(subject: Subject, clip_shape: Shape) -> INR:
    """The INR as a run builds it, in eval mode, with something to learn.

    Raises:
        ContractError: It cannot be.
    """
    with subject.trying(f"{subject.cls.__name__}(config, spec) to build it", BUILT):
        inr: INR = subject.cls(subject.options, Spec(clip_shape))
        weights = inr.initial_weights()
    subject.expect(inr.unit in UNITS, f"unit to be one of {', '.join(UNITS)}", repr(inr.unit), "Correct its unit.")
    change = 'Say self.per_video("name") in __init__ of what differs per video; nn.Parameters are shared by all.'
    learns = bool(weights) or any(True for _ in inr.parameters())
    subject.expect(learns, "something to learn", "neither weights per video nor Parameters", change)
    return inr.eval()


def places(inr: INR, clip_shape: Shape) -> Tensor:
    """Coordinates as its unit wants them, shared by all clips: (1, N, 3), or (1, F, H, W, 3)."""
    return torch.rand(1, POINTS, 3) * 2 - 1 if inr.unit == "point" else grid(clip_shape)


def some_weights(inr: INR) -> Tensors:
    """Of some videos, around its own initialisation: name to (VIDEOS, *shape)."""
    return {
        name: value + 0.3 * spread(value) * torch.randn(VIDEOS, *value.shape)
        for name, value in inr.initial_weights().items()
    }


def _run(inr: INR, coords: Tensor, weights: Tensors) -> Tensors:
    return {"rgb": inr.evaluate(coords, weights)}


def _computes_one_video(subject: Subject, inr: INR, coords: Tensor) -> None:
    place = "(N, 3)" if inr.unit == "point" else "(F, H, W, 3)"
    change = (
        f"forward takes the coordinates of one video, {place} for unit {inr.unit!r}, and returns rgb of that shape."
    )
    given = coords[0].clone()
    with subject.trying("forward to take the coordinates of one video", change), torch.no_grad():
        rgb = inr(given)
    expect_tensor(subject, "rgb of forward", rgb, tuple(given.shape), change)
    size = float(rgb.abs().mean())
    range_ = "Return rgb in [-1, 1], nominally: -1 is black, 1 the brightest there is."
    subject.expect(size <= LARGEST, "rgb at the start of a size like [-1, 1]", f"{size:.3g} in the mean", range_)
    with torch.no_grad():
        again = inr(coords[0].clone())
    steady = "Draw nothing in eval mode (look at self.training), and keep nothing from one call to the next."
    expect_equal(subject, {"rgb": again}, {"rgb": rgb}, "the same rgb of the same coordinates in eval mode", steady)
    change = "Do not write into the coordinates: a copy first (coords = coords.clone())."
    subject.expect(torch.equal(given, coords[0]), "coordinates that stay as they were", "changed ones", change)


def _pieces_are_the_whole(subject: Subject, inr: INR, coords: Tensor) -> None:
    """Points, or frames, can be computed by themselves, as `unit` says."""
    if inr.unit == "clip":
        return
    change = f"Let no {inr.unit} see others; or say unit = {'frame' if inr.unit == 'point' else 'clip'!r}."
    with subject.trying(f"forward to take any number of {inr.unit}s", change), torch.no_grad():
        whole, piece = inr(coords[0])[1::2], inr(coords[0, 1::2])
    expected = f"every {inr.unit} to be computed by itself, as unit {inr.unit!r} says"
    expect_equal(subject, {"rgb": piece}, {"rgb": whole}, expected, change, 1e-3)


def _computes_many(subject: Subject, inr: INR, coords: Tensor, weights: Tensors) -> None:
    for given in (coords, _differing(coords)):
        rgb = _evaluate(subject, inr, given, weights)
        count = VIDEOS if weights else len(given)
        expect_tensor(subject, "rgb of evaluate", rgb, (count, *given.shape[1:]), OVERRIDE)
        alone = {"rgb": torch.cat([_forward(inr, given, weights, i) for i in range(count)])}
        rows = [_evaluate(subject, inr, given[i % len(given)][None], rows_of(weights, i)) for i in range(count)]
        if apart(torch.cat(rows), alone["rgb"]) > 1e-4:
            expect_equal(subject, {"rgb": torch.cat(rows)}, alone, "evaluate to equal forward", OVERRIDE)
        expected = "evaluate to treat each clip of a batch by itself, as forward would"
        expect_equal(subject, {"rgb": rgb}, alone, expected, OVERRIDE)


def _differing(coords: Tensor) -> Tensor:
    """Other coordinates for each video."""
    return torch.cat([coords * (1 - i / 10) for i in range(VIDEOS)])


@torch.no_grad()
def _evaluate(subject: Subject, inr: INR, coords: Tensor, weights: Tensors) -> Tensor:
    try:
        return inr.evaluate(coords, weights)
    except Exception as error:  # the border: it becomes what was found
        rule = broken_rule(error) if type(inr).evaluate is INR.evaluate else None
        if rule:
            subject.fail("forward to work under torch.func.vmap", *rule)
        with subject.trying("evaluate to take many videos: (B|1, *grid, 3) and name to (B, *shape)", OVERRIDE):
            raise


def _forward(inr: INR, coords: Tensor, weights: Tensors, i: int) -> Tensor:
    """Video `i` alone: (1, *grid, 3)."""
    own = {name: value[i] for name, value in weights.items()}
    rgb: Tensor = functional_call(inr, own, (coords[i % len(coords)],))
    return rgb[None]


def _is_differentiated_as_forward(subject: Subject, inr: INR, coords: Tensor, weights: Tensors) -> None:
    """The first and the second gradient with respect to weights, and the first to what is shared."""
    if not weights:
        return
    leaves = {name: value.clone().requires_grad_() for name, value in weights.items()}
    change = "Compute rgb from the weights with differentiable operations: no detach(), .data, round() or argmax alone."
    with subject.trying("forward to be differentiated", change):
        alone = torch.cat([_forward(inr, coords, leaves, i) for i in range(VIDEOS)])
        wanted = _slopes(alone, leaves)
    for name, slope in wanted.items():
        reached = bool(slope.any())
        change_name = f"Use {name!r} in forward, without detach(); or leave it out of per_video."
        subject.expect(reached, "a gradient for all that differs per video", f"none for {name!r}", change_name)
    with subject.trying("evaluate to be differentiated as forward is", OVERRIDE):
        made = _slopes(inr.evaluate(coords, leaves), leaves)
    expect_equal(subject, made, wanted, "evaluate to equal forward in its gradient", OVERRIDE, 1e-3)
    second = _second(alone, leaves)
    if second is None:  # neither can be differentiated twice: encoders that take gradient steps do not go with it
        return
    again = _second(inr.evaluate(coords, leaves), leaves)
    subject.expect(again is not None, "evaluate to be differentiated twice, as forward is", "an error", OVERRIDE)
    expect_equal(subject, again or {}, second, "evaluate to equal forward in second order", OVERRIDE, 1e-2)


def _slopes(rgb: Tensor, leaves: Tensors, keep: bool = True) -> Tensors:
    loss = (rgb * torch.linspace(-1, 1, rgb.numel()).view(rgb.shape)).sum() + rgb.square().mean()
    found = torch.autograd.grad(loss, list(leaves.values()), create_graph=keep, allow_unused=True)
    pairs = zip(leaves.items(), found, strict=True)
    return {name: torch.zeros_like(value) if slope is None else slope for (name, value), slope in pairs}


def _second(rgb: Tensor, leaves: Tensors) -> Tensors | None:
    """The gradient of the gradient; None if there is none to be had."""
    try:
        first = _slopes(rgb, leaves)
        return _slopes(torch.cat([slope.flatten() for slope in first.values()]), leaves, keep=False)
    except RuntimeError:
        return None


def _works_in_training(subject: Subject, inr: INR, coords: Tensor, weights: Tensors) -> None:
    """Batch norm, for one, fails in training mode alone."""
    state = {name: value.clone() for name, value in inr.state_dict().items()}
    _evaluate(subject, inr.train(), coords, weights)
    inr.eval().load_state_dict(state)


def _takes_half_weights(subject: Subject, inr: INR, coords: Tensor, weights: Tensors) -> None:
    """Under autocast the hypernetwork's weights arrive as bf16."""
    halves = {name: value.bfloat16() for name, value in weights.items()}
    change = "Bring both operands to one dtype where an operation wants that, as in lerp: weight.float()."
    with torch.no_grad():
        wanted = inr.evaluate(coords, {name: value.float() for name, value in halves.items()})
        with subject.trying("weights in bf16 to be taken under torch.autocast", change), half_precision():
            made = inr.evaluate(coords, halves)
    off = off_by(made, wanted)
    change = "Keep coordinates and their encoding in float32; only layers compute in bf16."
    expected = "nearly the same rgb from weights in bf16 under torch.autocast"
    subject.expect(off <= HALF, expected, f"rgb is off by {100 * off:.0f} %", change)


def _renders_at_any_size(subject: Subject, inr: INR, weights: Tensors, clip_shape: Shape) -> None:
    model = VideoModel(Encoder(), HyperNetwork(), inr)
    change = "Compute rgb from the coordinates that are given: their number and spacing differ from training's."
    for shape in (clip_shape, *SIZES):
        with subject.trying(f"to render {shape}, trained on {clip_shape}", change):
            video = model.render_weights(weights, shape)
        count = VIDEOS if weights else 1
        expect_tensor(subject, f"the video rendered at {shape}", video, (count, *shape, 3), change)
