"""What every trained component promises: to be built, saved, trained and run in half precision."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from inrkit.interfaces import Tensors
from inrkit.testing.compare import expect_equal
from inrkit.testing.contract import Subject, seeded

HALF = 0.1
"""How far half precision may be off, as a share of the values' own size. An encoding in bf16 is off by all of it."""


@dataclass(frozen=True)
class Trial:
    """A component, and what it is run on.

    Attributes:
        build: Makes it, drawing from torch's generator.
        run: What it makes of always the same inputs.
    """

    subject: Subject
    build: Callable[[], Any]
    run: Callable[[Any], Tensors]

    def all(self) -> None:
        """Every promise that follows.

        Raises:
            ContractError: One is broken.
        """
        self.is_built_from_the_seed()
        self.holds_no_loose_tensor()
        self.gives_the_same_again()
        self.is_saved_whole()
        self.every_parameter_learns()
        self.works_in_half_precision()

    def made(self, seed: int = 0) -> Any:
        """It, in eval mode, and away from where it started: a weight that begins at 0 hides what comes before it."""
        with seeded(seed):
            module = self.build()
            stir(module)
        return module.eval()

    def is_built_from_the_seed(self) -> None:
        """The same seed makes the same component."""
        found = []
        for _ in range(2):
            with seeded(7):
                module = self.build()
            found.append(dict(module.named_parameters()) | dict(module.named_buffers()))
        change = "Draw every initial value with torch's own functions: no numpy, random, time or other generator."
        expect_equal(self.subject, found[1], found[0], "the same initial values from the same seed", change, 0.0)

    def holds_no_loose_tensor(self) -> None:
        """What is neither a Parameter nor a buffer stays behind when a model moves to another device."""
        for place, module in self.made().named_modules():
            for name in (name for name, value in vars(module).items() if isinstance(value, Tensor)):
                found = f"a plain tensor {f'{place}.{name}'.lstrip('.')!r}"
                change = f"Say self.register_buffer({name!r}, ..., persistent=False) of what is computed once."
                self.subject.fail("Parameters and buffers, which move to a GPU with it", found, change)

    def gives_the_same_again(self) -> None:
        """In eval mode nothing is random, and nothing is kept from one call to the next."""
        module, found = self.made(), []
        for seed in range(2):
            with seeded(seed), torch.no_grad():
                found.append(self.run(module))
        change = "Draw nothing in eval mode (look at self.training), and keep nothing from one call to the next."
        expect_equal(self.subject, found[1], found[0], "the same result from the same inputs in eval mode", change)

    def is_saved_whole(self) -> None:
        """What its state dict holds makes it what it was."""
        trained, again = self.made(), self.made(1)
        change = (
            "Make what it was built with a Parameter or a buffer (register_buffer): "
            "a plain attribute is not saved, and differs when a run is loaded."
        )
        with self.subject.trying("its state_dict to be loaded by another one built alike", change):
            again.load_state_dict(trained.state_dict())
        with torch.no_grad():
            expected = "the same result after its state_dict is loaded into another one"
            expect_equal(self.subject, self.run(again), self.run(trained), expected, change)

    def every_parameter_learns(self) -> None:
        """A loss moves each of its parameters."""
        module = self.made().train()
        names = [name for name, value in module.named_parameters() if value.requires_grad]
        if not names:
            return
        values = [value for value in module.parameters() if value.requires_grad]
        failing = "Look at what it does where self.training is True, and write into no tensor that gradients need."
        with self.subject.trying("to work in training mode", failing), seeded():
            loss = weighted_sum(self.run(module))
        change = "Use it in forward, without detach() or .data; or make it a buffer, or requires_grad_(False)."
        self.subject.expect(loss.requires_grad, "a result that can be differentiated", "one without gradients", change)
        with self.subject.trying("to be differentiated in training mode", failing):
            slopes = torch.autograd.grad(loss, values, allow_unused=True)
        for name, slope in zip(names, slopes, strict=True):
            reached = slope is not None and bool(slope.any())
            self.subject.expect(reached, "a gradient for every parameter", f"none for {name!r}", change)

    def works_in_half_precision(self) -> None:
        """Under autocast it gives nearly what it gives without."""
        module = self.made()
        change = (
            "Under autocast layers give bf16: keep coordinates, their encoding and angles in float32 (.float()), and "
            " bring both operands to one dtype where an operation wants that."
        )
        with torch.no_grad():
            wanted = self.run(module)
            with self.subject.trying("to work under torch.autocast (bf16)", change), half_precision():
                made = self.run(module)
        for name, value in wanted.items():
            off = off_by(made[name], value)
            found = f"{name!r} is off by {100 * off:.0f} %"
            self.subject.expect(off <= HALF, "nearly the same result under torch.autocast (bf16)", found, change)


def off_by(made: Tensor, wanted: Tensor) -> float:
    """The root mean square of their difference, as a share of that of `wanted`."""
    made, wanted = made.detach().float(), wanted.detach().float()
    return float((made - wanted).square().mean().sqrt() / wanted.square().mean().sqrt().clamp_min(1e-6))


@contextmanager
def half_precision() -> Iterator[None]:
    """Autocast to bf16 on the CPU."""
    with torch.autocast("cpu", dtype=torch.bfloat16):
        yield


@torch.no_grad()
def stir(module: nn.Module, amount: float = 0.2) -> None:
    """Move every parameter a little, in proportion to its own spread."""
    for value in module.parameters():
        value.add_(amount * spread(value) * torch.randn_like(value))


def spread(value: Tensor) -> float:
    """The standard deviation of its numbers; where they are all equal, 0.1."""
    found = float(value.detach().float().std(correction=0)) if value.numel() > 1 else 0.0
    return found or 0.1


def weighted_sum(tensors: Tensors) -> Tensor:
    """A number to differentiate, in which every value counts differently."""
    return torch.stack([(value * torch.randn(value.shape)).sum() for value in tensors.values()]).sum()
