"""The smallest space of videos there is: its latents are its weights, a colour and how it changes along x."""

import torch
from torch import nn

from inrkit import INR, ClipBatch, Encoder, HyperNetwork, Observation, VideoModel, grid

SHAPE = (3, 6, 6)


class Paint(INR):
    """A colour per video, and how it changes along x."""

    def __init__(self):
        super().__init__()
        self.colour = nn.Parameter(torch.zeros(2, 3))
        self.per_video("colour")

    def forward(self, coords):
        return self.colour[0] + coords[..., 2:] * self.colour[1]


class Book(Encoder):
    def __init__(self):
        super().__init__()
        self.latents = self.codes = {"colour": (2, 3)}


class Mean(Book):
    """Its answer is the mean colour of what it sees; it has no codes."""

    def __init__(self):
        super().__init__()
        self.codes = {}

    def forward(self, clips, decode):
        mean = clips.frames.mean((1, 2, 3))
        return {"colour": torch.stack((mean, torch.zeros_like(mean)), 1)}


class Looking(Book):
    """Adds what it sees to the codes, and drops some of it while training."""

    def __init__(self):
        super().__init__()
        self.dropout = nn.Dropout(0.5)

    def features(self, frames):
        return {"mean": frames.mean((1, 2, 3))}

    def forward(self, clips, decode):
        mean = self.dropout(clips.features["mean"])
        return {"colour": clips.codes["colour"] + torch.stack((mean, torch.zeros_like(mean)), 1)}


class Flat(HyperNetwork):
    """Forgets the slope: what no latents can show, only weights can."""

    def forward(self, latents):
        return {"colour": latents["colour"] * torch.tensor([[1.0], [0.0]])}


def rows(count=6, spread=0.3):
    """(count, 2, 3): latents of training clips."""
    return spread * torch.randn(count, 2, 3, generator=torch.Generator().manual_seed(0))


def model_of(encoder=None, hypernetwork=None, known=None):
    """Whose latents are the weights."""
    model = VideoModel(encoder or Book(), hypernetwork or HyperNetwork(), Paint()).eval()
    known = rows() if known is None else known
    model.latents = {"colour": known}
    model.codes = {"colour": known} if model.encoder.codes else {}
    return model


def painted(*weights):
    """(B, *SHAPE, 3): clips that the model can show, of weights (2, 3) each."""
    return torch.stack([colour + grid(SHAPE)[0][..., 2:] * slope for colour, slope in weights])


TRUE = torch.tensor([[[0.5, -0.5, 0.0], [0.3] * 3], [[-0.8, 0.1, 0.6], [-0.2] * 3]])
CLIPS = painted(*TRUE)


def corner():
    """A mask by which half of the first frame is seen."""
    mask = torch.zeros(SHAPE, dtype=torch.bool)
    mask[0, :2] = True
    return mask


def hidden(clips, mask):
    """Clips whose hidden pixels are NaN, as an observation has them."""
    return ClipBatch(torch.where(mask[..., None], clips, torch.nan), observation=Observation(mask))
