"""What is learned for each training clip: rows, each with its own Adam, so that clips not in the batch do not move."""

from __future__ import annotations

import torch
from torch import Tensor

from inrkit.interfaces import Encoder, Tensors
from inrkit.interfaces.seeds import seed_of

BETAS = (0.9, 0.999)
EPS = 1e-8


class CodeTable:
    """The codes of the training clips and their optimiser (Adam, Kingma & Ba, ICLR 2015), row by row.

    A dense Adam moves the rows of clips that are not in the batch by their momentum. Here such rows stay, and each
    row's bias correction counts its own visits.

    Attributes:
        rows, exp_avg, exp_avg_sq: Name to (N, *shape).
        visits: (N,) int64, how often each clip was trained on.
    """

    def __init__(self) -> None:
        self.rows: Tensors = {}
        self.exp_avg: Tensors = {}
        self.exp_avg_sq: Tensors = {}
        self.visits = torch.zeros(0, dtype=torch.long)

    def __len__(self) -> int:
        return len(self.visits)

    def grow(self, count: int, encoder: Encoder, seed: int) -> None:
        """Append the initial codes of new clips until there are `count` rows. Row i depends on `seed` and i alone."""
        new = range(len(self), count)
        if not new:
            return
        for name, rows in _initial(new, encoder, seed).items():
            for table, values in (
                (self.rows, rows),
                (self.exp_avg, torch.zeros_like(rows)),
                (self.exp_avg_sq, torch.zeros_like(rows)),
            ):
                table[name] = torch.cat((table[name], values.to(table[name]))) if name in table else values
        self.visits = torch.cat((self.visits, self.visits.new_zeros(len(new))))

    def to(self, device: torch.device) -> CodeTable:
        """Move everything to `device`."""
        for table in (self.rows, self.exp_avg, self.exp_avg_sq):
            for name, values in table.items():
                table[name] = values.to(device)
        self.visits = self.visits.to(device)
        return self

    def take(self, index: Tensor) -> Tensors:
        """Copies of the rows `index` (B,) that gather gradients."""
        return {name: rows[index].requires_grad_() for name, rows in self.rows.items()}

    @torch.no_grad()
    def step(self, index: Tensor, gradients: Tensors, lr: float) -> None:
        """One step of Adam on the rows `index`, all different, by :func:`gradients_of` what :meth:`take` gave."""
        whole = len(index) == len(self)
        rows: slice | Tensor = slice(None) if whole else index  # all of them: in place, which takes a tenth of the time
        self.visits[rows] += 1
        correct, correct_sq = (1 - beta ** self.visits[rows].float() for beta in BETAS)
        for name, gradient in gradients.items():
            gradient = gradient[index.argsort()] if whole and len(self) > 1 else gradient
            each = (-1, *[1] * (gradient.ndim - 1))
            mean, square = self.exp_avg[name][rows], self.exp_avg_sq[name][rows]
            mean.lerp_(gradient, 1 - BETAS[0])
            square.lerp_(gradient.square(), 1 - BETAS[1])  # where that overflows again, it is not a number: it is seen
            if not whole:
                self.exp_avg[name][index], self.exp_avg_sq[name][index] = mean, square
            spread = (square / correct_sq.view(each)).sqrt_().add_(EPS)
            self.rows[name][rows] -= mean.mul(lr / correct.view(each)).div_(spread)

    def state_dict(self) -> Tensors:
        """Flat name to tensor, to be saved."""
        state = {"visits": self.visits}
        for prefix, table in self._tables():
            state |= {f"{prefix}.{name}": values.contiguous() for name, values in table.items()}
        return state

    def load_state_dict(self, state: Tensors) -> None:
        """Take what :meth:`state_dict` gave; without any moments, they are 0.

        Raises:
            ValueError: Tensors are missing, unknown, or differ in length.
        """
        rest = dict(state)
        if "visits" not in rest:
            raise ValueError("codes come without their visits")
        self.visits = rest.pop("visits")
        if self.visits.ndim != 1 or int(self.visits.min() if len(self.visits) else 0) < 0:
            raise ValueError("visits are one count for each clip")
        for prefix, table in self._tables():
            table.clear()
            for key in [key for key in rest if key.startswith(prefix + ".")]:
                table[key.removeprefix(prefix + ".")] = rest.pop(key)
        if not self.exp_avg and not self.exp_avg_sq:  # of an exported space: nobody will go on from there
            for name, rows in self.rows.items():
                self.exp_avg[name], self.exp_avg_sq[name] = torch.zeros_like(rows), torch.zeros_like(rows)
        tables = [table for _, table in self._tables()]
        shapes = [{name: tuple(values.shape) for name, values in table.items()} for table in tables]
        if rest or any(other != shapes[0] for other in shapes):
            raise ValueError("codes and their moments do not belong together")
        if any(shape[:1] != (len(self),) for shape in shapes[0].values()):
            raise ValueError("codes differ in number from their visits")

    def _tables(self) -> tuple[tuple[str, Tensors], ...]:
        return ("codes", self.rows), ("exp_avg", self.exp_avg), ("exp_avg_sq", self.exp_avg_sq)


@torch.no_grad()
def _initial(new: range, encoder: Encoder, seed: int) -> Tensors:
    """Name to (len(new), *shape) float32: filled row by row, so that a million clips are not a million tensors."""
    rows: Tensors = {}
    with torch.random.fork_rng(devices=[]):
        for row, clip in enumerate(new):
            torch.default_generator.manual_seed(seed_of(seed, "code", clip))  # torch.manual_seed is 90 times slower
            for name, code in encoder.initial_codes().items():
                if row == 0:
                    rows[name] = torch.empty(len(new), *code.shape)
                rows[name][row] = code
    return {name: rows[name] for name in encoder.codes}


def gradients_of(taken: Tensors) -> Tensors:
    """Name to (B, *shape): of those of some rows that have any."""
    return {name: code.grad for name, code in taken.items() if code.grad is not None}
