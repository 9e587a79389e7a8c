"""The contract of a method."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch

from inrkit import declare
from inrkit.discovery.registry import Entry
from inrkit.engine.plan import option_models
from inrkit.errors import BadInput, PluginError
from inrkit.interfaces import Method, Output, Situation, Tensors
from inrkit.interfaces.types import UNITS
from inrkit.options import resolve
from inrkit.testing.compare import expect_equal, expect_tensors
from inrkit.testing.contract import Options, Subject, seeded, subject_of

CLIPS, FRAMES, SIDE = 3, 2, 32

FIRST = Situation(0, None, "cpu")
"""What is known when a preset is asked for the data options."""

SITUATIONS = (
    FIRST,
    Situation(1, (1, 1, 1), "cpu"),
    Situation(300, (25, 64, 64), "cuda"),
    Situation(5000, (300, 256, 320), "mps"),
)


def check_method(method: type[Method] | str, options: Options = None) -> None:
    """A method keeps what its door promises.

    Its unit; terms (B,) that are finite and reach rgb; a batch is its rows; determinism. Of one that is installed also
    its declaration: the components exist, and every setting of every preset is one of the options.

    Args:
        method: The class, or its registered name.
        options: As it is built with; None: the defaults.

    Raises:
        ContractError: It does not.
        InrkitError: It cannot be built: an option is refused, something is not installed.
    """
    subject = subject_of("method", method, options)
    if subject.entry:
        check_declaration(subject, subject.entry)
    with seeded():
        with subject.trying("Cls(config) to build it", "Its __init__ takes the options alone."):
            made: Method = subject.cls(subject.options)
        subject.expect(made.unit in UNITS, f"unit to be one of {', '.join(UNITS)}", repr(made.unit), "Correct it.")
        _Judging(subject, made).all()


@dataclass
class _Judging:
    """A method's loss on clips that are somewhat off."""

    subject: Subject
    method: Method

    def all(self) -> None:
        shape = (CLIPS, 40, 3) if self.method.unit == "point" else (CLIPS, FRAMES, SIDE, SIDE, 3)
        self.target = torch.rand(shape) * 2 - 1
        self.rgb = (self.target + 0.3 * torch.randn(shape)).requires_grad_()
        self.latents = {"z": torch.randn(CLIPS, 8, requires_grad=True)}
        self.weights = {"w": torch.randn(CLIPS, 4, 5, requires_grad=True)}
        terms = self.returns_terms()
        self.sends_gradients(terms)
        self.judges_clips_by_themselves(terms)

    def loss(self, rows: slice = slice(None)) -> Tensors:
        """The terms of some of the clips."""
        latents = {name: value[rows] for name, value in self.latents.items()}
        weights = {name: value[rows] for name, value in self.weights.items()}
        return self.method.loss(Output(self.rgb[rows], latents, weights), self.target[rows])

    def returns_terms(self) -> Tensors:
        place = "(B, N, 3)" if self.method.unit == "point" else "(B, F, H, W, 3)"
        change = f"loss(out, target) returns name to (B,): per_clip(...) of rgb {place}; unit is {self.method.unit!r}."
        before = self.target.clone()
        with self.subject.trying("loss(out, target) to work", change):
            terms = self.loss()
        self.subject.expect(isinstance(terms, dict) and bool(terms), "terms of a loss", repr(terms), change)
        expect_tensors(self.subject, "loss", terms, dict.fromkeys(terms, (CLIPS,)), change)
        same = torch.equal(before, self.target)
        self.subject.expect(same, "a target that stays as it was", "a changed one", "Do not write into target.")
        with seeded(1):
            change = "Draw nothing at random in a loss; the core draws the coordinates."
            expect_equal(self.subject, self.loss(), terms, "the same loss of the same clips", change)
        return terms

    def sends_gradients(self, terms: Tensors) -> None:
        loss = torch.stack([term.sum() for term in terms.values()]).sum()
        (slope,) = torch.autograd.grad(loss, self.rgb, allow_unused=True) if loss.requires_grad else (None,)
        reached = slope is not None and bool(slope.flatten(1).any(1).all()) and bool(slope.isfinite().all())
        change = "Compute at least one term from out.rgb with differentiable operations: no detach(), no rounding."
        self.subject.expect(reached, "a finite gradient for the rgb of every clip", "none", change)

    def judges_clips_by_themselves(self, terms: Tensors) -> None:
        change = "Average over the pixels of each clip, not over clips: per_clip(values); the core averages clips."
        with torch.no_grad():
            for i in range(CLIPS):
                wanted = {name: value[i : i + 1].detach() for name, value in terms.items()}
                alone = self.loss(slice(i, i + 1))
                expect_equal(self.subject, alone, wanted, "the loss of a batch to be that of its rows", change, 1e-3)


def check_declaration(subject: Subject, entry: Entry) -> None:
    """What a method's declaration names is there, and its presets set what exists.

    Raises:
        ContractError: It is not, or they do not.
    """
    declared = entry.declaration
    assert isinstance(declared, declare.Method)
    names = {"method": entry.qualified, "inr": declared.inr, "encoder": declared.encoder}
    names["hypernetwork"] = declared.hypernetwork
    try:
        models = option_models(names)
    except (BadInput, PluginError) as error:
        hint = "Correct the name in the declaration, or require the plugin that offers it."
        subject.fail("the components it names to be installed", error.message, f"{error.hint} {hint}".strip())
    for preset in declared.presets:
        for situation in SITUATIONS:
            change = f"preset({preset!r}, situation) returns 'section.key' to value; the clip shape may be unknown yet."
            with subject.trying(f"preset {preset!r} to work in {situation}", change):
                settings = subject.cls.preset(preset, situation)
            found = type(settings).__name__
            subject.expect(isinstance(settings, Mapping), f"preset {preset!r} to be a dictionary", found, change)
            try:
                resolve(models, settings)
            except BadInput as error:
                subject.fail(f"preset {preset!r} to set options that exist", error.message, error.hint or change)


def preset_options(method: type[Method], preset: str) -> dict[str, object]:
    """What a preset sets of the method itself, for short clips."""
    settings = method.preset(preset, Situation(8, (8, 32, 32), "cpu"))
    return {key.partition(".")[2]: value for key, value in settings.items() if key.startswith("method.")}
