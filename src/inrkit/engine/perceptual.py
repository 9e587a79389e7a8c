"""The run's own loss of whole frames, LPIPS for one, on frames of which all was seen."""

from __future__ import annotations

import torch
from torch import Tensor

from inrkit.engine.objective import Seen, in_pieces
from inrkit.errors import BadInput
from inrkit.interfaces import Method, Output, Sample, Tensors
from inrkit.model import VideoModel


class Perceptual:
    """One whole frame a step, another each time, judged as the method judged it in training.

    Args:
        seen: Of B clips.
        method: Whose loss is of whole frames; None: that of the model's run.

    Raises:
        BadInput: The method has no such loss, no frame was seen whole, or what was seen of it is no picture.
    """

    def __init__(self, seen: Seen, method: Method | None = None) -> None:
        self.model, self.clips, self.method = seen.model, seen.clips, method or _own(seen.model)
        if self.method.unit != "frame":
            raise BadInput(
                "the perceptual term is the run's own loss of whole frames, and it has none", "Leave it out."
            )
        if not _is_picture(self.clips.sample("frame"), self.clips.shape[0]):
            raise BadInput(
                "the perceptual term needs frames of which all was seen, and there are none", "Leave it out."
            )

    def cost(self, latents: Tensors, weights: Tensors) -> Tensor:
        """(B,): the loss on one frame, 0 for clips of which that frame was not seen whole."""
        sample = self._draw()
        whole = _whole(sample, len(self.clips))
        rgb = sample.see(in_pieces(self.model, sample.coords, weights, len(self.clips)))
        out = Output(_coloured(rgb), latents, weights)
        total = sum(self.method.loss(out, _coloured(sample.target)).values(), torch.zeros_like(whole))
        return total * whole

    def _draw(self) -> Sample:
        """A frame that was seen whole, of some clip at least; that there is one was made sure of."""
        one_frame = self.clips.shape[1] * self.clips.shape[2]
        while True:
            sample = self.clips.sample("frame", one_frame)
            if _whole(sample, len(self.clips)).any():
                return sample


def _own(model: VideoModel) -> Method:
    from inrkit.engine.plan import make_method

    if model.config is None:
        raise BadInput("the perceptual term is the run's own loss of whole frames, and this model is of no run")
    return make_method(model.config)


def _shown(sample: Sample, clips: int) -> Tensor:
    """What is seen of white clips: 1 all over where nothing is hidden."""
    return sample.see(torch.ones(clips, *sample.coords.shape[1:], device=sample.coords.device))


def _whole(sample: Sample, clips: int) -> Tensor:
    """(B,) float: 1 where all of the sample was seen."""
    return (_shown(sample, clips) > 0.999).flatten(1).all(1).float()


def _is_picture(sample: Sample, frames: int) -> bool:
    """Whether some frame was seen whole, in colours or grey."""
    white = _shown(sample, len(sample.target))
    if white.ndim != 5 or white.shape[1] != frames or white.shape[-1] not in (1, 3):
        return False
    return bool((white > 0.999).flatten(2).all(2).any())


def _coloured(seen: Tensor) -> Tensor:
    return seen.expand(*seen.shape[:-1], 3)
