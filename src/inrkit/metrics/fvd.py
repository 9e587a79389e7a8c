"""Fréchet video distance (Unterthiner et al., 2018), as StyleGAN-V measures it (Skorokhodov et al., CVPR 2022)."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from inrkit.metrics.frechet_metric import FrechetMetric
from inrkit.metrics.frechet_options import FvdOptions
from inrkit.metrics.fvd_protocol import Protocol
from inrkit.metrics.torchscript import load_detector


class FVD(FrechetMetric):
    """The Fréchet distance between features of a video network, by default after the protocol fvd2048_16f.

    Of a real clip 16 consecutive frames are seen, from a place drawn at random, the same in every evaluation; of a
    rendered clip the first 16. The first 2048 clips of each set count. The detector resizes frames itself. With other
    counts the number has another name: fvd64_16f of 64 clips of each set, fvd64_16f_real48 of 48 real ones.
    """

    def __init__(self, config: FvdOptions | None = None) -> None:
        options = config or FvdOptions()
        super().__init__(options)
        self.protocol = Protocol.named(options.protocol)
        self.most, self.batch, self.seed = self.protocol.clips, options.batch, options.seed
        self.detector = load_detector(options.detector, options.allow_torchscript)
        self._generator = torch.Generator().manual_seed(options.seed)

    def cut(self, videos: Tensor, real: bool) -> Tensor:
        """Of real videos frames from a random place on, of rendered ones the first."""
        places = self.protocol.offsets(videos.shape[1])
        if not real:
            return self.protocol.cut(videos, [0] * len(videos))
        drawn = [int(torch.randint(places, (), generator=self._generator)) for _ in videos]
        return self.protocol.cut(videos, drawn)

    def features(self, videos: Tensor) -> Tensor:
        """uint8 (B, T, H, W, 3) -> (B, 400), with I3D."""
        return self.detector(videos.movedim(-1, 1).contiguous().float())

    def depends(self) -> dict[str, Any]:
        """Which detector, and which frames."""
        return {
            "frames": self.protocol.frames,
            "frame_step": self.protocol.step,
            "real_frames": f"from a random frame on, seed {self.seed}",
            "rendered_frames": "from the first frame on",
            "detector_sha256": self.detector.sha256,
            "detector_call": "rescale=True, resize=True, return_features=True",
        }

    def name(self) -> str:
        """The protocol's name where it was kept in full, and otherwise that of what was done."""
        return self.protocol.name(self.real.count, self.rendered.count)

    def about(self) -> dict[str, Any]:
        """The protocol by its true name, the detector and what is known of it, and what departs from what was asked."""
        about = super().about()
        which = f"{self.detector.verified}: {self.detector.file}, sha256 {self.detector.sha256}"
        about["notes"] = [which, *self._departures(), *about["notes"]]
        detector = {"detector": self.detector.file, "verified": self.detector.verified}
        return {"protocol": self.name(), **detector, **about}

    def _departures(self) -> list[str]:
        asked = self.protocol.name(self.protocol.clips, self.protocol.clips)
        if self.name() == asked:
            return []
        counts = f"{self.real.count} real and {self.rendered.count} rendered clips"
        return [f"{counts}: this is not {asked}, and does not compare with figures of it"]
