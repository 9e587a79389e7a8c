"""The contract of a hypernetwork."""

from __future__ import annotations

from typing import Any

import torch

from inrkit.interfaces import HyperNetwork, Shape, Shapes, Spec, Tensors
from inrkit.testing.compare import expect_equal, expect_tensors, rows_of
from inrkit.testing.contract import BUILT, Options, Subject, seeded, subject_of
from inrkit.testing.modules import Trial, stir, weighted_sum
from inrkit.testing.parts import TinyINR, lengths

CLIP_SHAPE: Shape = (4, 8, 16)
CLIPS = 3


def check_hypernetwork(
    hypernetwork: type[HyperNetwork] | str,
    options: Options = None,
    *,
    latents: Shapes | None = None,
    weights: Tensors | None = None,
    clip_shape: Shape = CLIP_SHAPE,
) -> None:
    """A hypernetwork keeps what its door promises.

    Exactly the weights it is asked for; a batch is its rows; gradients to latents and parameters; no memory shared
    with `spec.weights`, which are not saved; determinism; state dict; autocast.

    Args:
        hypernetwork: The class, or its registered name.
        options: As it is built with; None: the defaults.
        latents: Name to shape, for one that takes special ones. None: {"z": (8,)}; where `forward` is the given one,
            the weights themselves.
        weights: Name to tensor, for one that makes special ones. None: those of a small MLP.
        clip_shape: (T, H, W) of the clips it is built for.

    Raises:
        ContractError: It does not.
        InrkitError: It cannot be built: an option is refused, something is not installed.
    """
    subject = subject_of("hypernetwork", hypernetwork, options)
    with seeded():
        weights = TinyINR().initial_weights() if weights is None else weights
        if latents is None:
            given = subject.cls.forward is HyperNetwork.forward
            latents = {name: tuple(value.shape) for name, value in weights.items()} if given else {"z": (8,)}
        trial = _Making(subject, Spec(clip_shape, weights, latents))
        trial.returns_the_weights()
        Trial(subject, trial.built, trial.weights).all()
        trial.treats_clips_by_themselves()
        trial.sends_gradients_to_latents()
        trial.keeps_what_it_began_with()
        trial.leaves_the_inr_alone()


class _Making:
    """A hypernetwork at work."""

    def __init__(self, subject: Subject, spec: Spec) -> None:
        self.subject, self.spec = subject, spec
        shapes = lengths(spec.latents, spec.clip_shape[0])
        self.latents = {name: torch.randn(CLIPS, *shape) for name, shape in shapes.items()}

    def built(self, spec: Spec | None = None) -> Any:
        """As a run builds it, in eval mode.

        Raises:
            ContractError: It cannot be.
        """
        change = f"{BUILT} One for special latents or weights is checked with latents=... and weights=..."
        with self.subject.trying(f"{self.subject.cls.__name__}(config, spec) to build it", change):
            return self.subject.cls(self.subject.options, spec or self.spec).eval()

    def weights(self, module: HyperNetwork) -> Tensors:
        """What it makes of the latents."""
        return module(self.latents)  # type: ignore[no-any-return]

    def returns_the_weights(self) -> None:
        change = "Return exactly the names of spec.weights, each (B, *shape of the spec's)."
        with self.subject.trying("forward(latents) to work", change), torch.no_grad():
            made = self.weights(self.built())
        shapes = {name: (CLIPS, *value.shape) for name, value in self.spec.weights.items()}
        expect_tensors(self.subject, "weights", made, shapes, change)

    def treats_clips_by_themselves(self) -> None:
        module = self.built()
        change = "Let no clip see the others of its batch: no batch norm, no mean over axis 0."
        with torch.no_grad():
            whole = self.weights(module)
            for i in range(CLIPS):
                alone = module(rows_of(self.latents, i))
                expect_equal(self.subject, alone, rows_of(whole, i), "a batch to be its rows", change)

    def sends_gradients_to_latents(self) -> None:
        with seeded():
            module = self.built().train()
            stir(module)
        latents = {name: value.clone().requires_grad_() for name, value in self.latents.items()}
        loss = weighted_sum(module(latents))
        found = torch.autograd.grad(loss, list(latents.values()), allow_unused=True) if loss.requires_grad else [None]
        for name, slope in zip(latents, found, strict=False):
            reached = slope is not None and bool(slope.flatten(1).any(1).all())
            change = "Make the weights of all latents, without detach()."
            self.subject.expect(reached, "a gradient for the latents of every clip", f"none for {name!r}", change)

    def keeps_what_it_began_with(self) -> None:
        """The spec is not saved: built with another one, its state dict makes it what it was."""
        with seeded():
            module = self.built()
        other = {name: value + 1 for name, value in self.spec.weights.items()}
        again = self.built(Spec(self.spec.clip_shape, other, self.spec.latents))
        change = "Copy spec.weights into a Parameter or buffer: a loaded run is built from another initialisation."
        with self.subject.trying("its state_dict to be loaded", change), torch.no_grad():
            again.load_state_dict(module.state_dict())
            made, wanted = self.weights(again), self.weights(module)
        expect_equal(self.subject, made, wanted, "the same weights after loading, whatever the spec holds", change)

    def leaves_the_inr_alone(self) -> None:
        before = {name: value.clone() for name, value in self.spec.weights.items()}
        with torch.no_grad():
            for value in self.built().parameters():
                value.add_(1)
        change = "Copy it: spec.weights[name].clone()."
        expect_equal(self.subject, self.spec.weights, before, "spec.weights to stay as they are", change, 0.0)
