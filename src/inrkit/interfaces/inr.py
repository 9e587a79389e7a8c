"""The INR door: coordinates and one video's weights to colours."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.func import functional_call, vmap

from inrkit.interfaces.types import Spec, Tensors, Unit


class INR(nn.Module):
    """A video as a function of (t, y, x): an ordinary module, plus one line saying what differs per video.

    A run builds it as ``Cls(config, spec)``: `config` holds the validated options, `spec.clip_shape` is known.

    Example::

        class Siren(INR):
            def __init__(self, config, spec):
                super().__init__()
                self.first, self.last = nn.Linear(3, 64), nn.Linear(64, 3)
                self.per_video("first")               # its weights come from the hypernetwork
                self.per_video("last")

            def forward(self, coords):                # one video: (N, 3) -> (N, 3)
                return self.last((30 * self.first(coords)).sin())

    Attributes:
        unit: What `forward` computes by itself: "point" (N, 3) -> (N, 3); "frame" and "clip"
            (F, H, W, 3) -> (F, H, W, 3).
    """

    unit: Unit = "point"

    def __init__(self, config: object = None, spec: Spec | None = None) -> None:
        super().__init__()
        self._per_video: list[str] = []

    def per_video(self, name: str) -> None:
        """Say in ``__init__`` that a submodule's, or one parameter's, values differ per video.

        They become buffers that are not saved: they hold this INR's own initialisation, which is what
        `spec.weights` offers to encoders and hypernetworks. What stays a Parameter is shared by all videos and trained
        with the space. ``--direct`` learns only what differs per video: let an option put all under it, if it should
        work on a single video without a space.

        Raises:
            ValueError: There is no parameter under `name`.
        """
        found = [n for n, _ in self.named_parameters() if n == name or n.startswith(name + ".")]
        if not found:
            raise ValueError(f"per_video({name!r}): {type(self).__name__} has no parameter of that name or under it")
        for full in found:
            path, _, leaf = full.rpartition(".")
            owner = self.get_submodule(path)
            value = owner._parameters.pop(leaf)
            assert value is not None
            owner.register_buffer(leaf, value.detach(), persistent=False)
            self._per_video.append(full)

    def initial_weights(self) -> Tensors:
        """One good set of what differs per video: name to tensor, no batch axis."""
        return {name: self.get_buffer(name) for name in self._per_video}

    def forward(self, coords: Tensor) -> Tensor:
        """ONE video, at `coords` in [-1, 1]; rgb nominally in [-1, 1]. Shapes as `unit` says."""
        raise NotImplementedError

    def evaluate(self, coords: Tensor, weights: Tensors) -> Tensor:
        """Many videos at once.

        Given: ``vmap`` of `forward`. Override it to be faster, or where `forward` does what vmap cannot (batch norm
        with running statistics, GRU or LSTM, ``.item()``, shapes or branches that depend on data). Under autocast an
        override may be given weights in bf16; `forward` always sees them in their own dtype.

        Args:
            coords: (B|1, N, 3), or (B|1, F, H, W, 3) for units "frame" and "clip"; 1 when all clips share them.
            weights: Name to (B, *shape); exactly the names given to `per_video`. float32, or under autocast bf16.

        Returns:
            (B, *grid, 3); equal to `forward` clip by clip. With nothing per video: (B|1, *grid, 3), as `coords`.
        """
        if not weights:
            return torch.stack([self(one) for one in coords])

        def one_video(coords: Tensor, weights: Tensors) -> Tensor:
            return functional_call(self, weights, (coords,))  # type: ignore[no-any-return]

        # Some of vmap's rules go past autocast (convolution's does), so an ordinary module must not meet two dtypes.
        weights = {name: value.to(self.get_buffer(name).dtype) for name, value in weights.items()}
        shared = len(coords) == 1
        many = vmap(one_video, in_dims=(None if shared else 0, 0), randomness="different")
        return many(coords[0] if shared else coords, weights)
