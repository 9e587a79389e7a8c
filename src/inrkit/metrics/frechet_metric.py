"""A metric that is a Fréchet distance: whoever derives from it says what the features of a video are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from inrkit.errors import BadInput
from inrkit.interfaces import Metric
from inrkit.metrics.feature_statistics import FeatureStatistics
from inrkit.metrics.frechet import frechet_distance
from inrkit.metrics.real_statistics import Size, keep, place_of, recalled

LEAST = 2
"""Clips of each set: one has no spread."""

ANOTHER_FILE = "Is it the right network? A damaged file, or another one than is meant, gives such features."


class FrechetMetric(Metric):
    """The Fréchet distance between features of real and of rendered videos. Write `features`, `depends` and `name`.

    Videos are looked at `batch` at a time; of their features only count, mean and covariance are kept, in float64.
    Those of the real videos are kept in the cache as well, by the content of the videos and by `depends`.

    Attributes:
        batch: Videos given to `features` at once.
        most: Videos of each set that count, the first ones; None: all.

    Example::

        class ColourDistance(FrechetMetric):
            def features(self, videos):
                return videos.float().mean((1, 2, 3)) / 255

            def depends(self):
                return {"features": "mean colour of a clip"}

            def name(self):
                return "frechet-colour"
    """

    paired = False
    batch: int = 16
    most: int | None = None

    def __init__(self, config: object = None) -> None:
        self.real = FeatureStatistics()
        self.rendered = FeatureStatistics()
        self.size: Size | None = None
        self._place: Path | None = None
        self._recalled = False
        self._notes: list[str] = []

    def features(self, videos: Tensor) -> Tensor:
        """Of a few videos, uint8 (B, T, H, W, 3) -> floating point (B, D), on their device; nothing is differentiated.

        Raises:
            BadInput: They are not what it can look at: too short, too small.
        """
        raise NotImplementedError

    def depends(self) -> dict[str, Any]:
        """What features depend on besides the videos, as JSON: which detector, by its hash, which frames.

        Part of `about`. Statistics of real videos are recalled only where all of it is the same.
        """
        raise NotImplementedError

    def name(self) -> str:
        """What `compute` calls the number. The counts of `real` and `rendered` are known then."""
        raise NotImplementedError

    def cut(self, videos: Tensor, real: bool) -> Tensor:
        """The frames that are looked at; all of them, unless overridden. (B, T, H, W, 3) -> (B, fewer, H, W, 3)."""
        return videos

    def update(self, rendered: Tensor | None, truth: Tensor | None, mask: Tensor | None = None) -> None:
        """Take in real videos, (None, truth), and afterwards rendered ones, (rendered, None).

        Real videos that were recalled are not looked at again.

        Raises:
            BadInput: Videos of several sizes, a mask, or features that are no numbers.
        """
        if mask is not None:
            raise BadInput("a Fréchet distance is of whole videos and takes no mask", "Leave out this metric.")
        if (rendered is None) == (truth is None):
            raise ValueError("a Fréchet distance takes real and rendered videos in calls of their own")
        if truth is not None and self.rendered.count:
            raise ValueError("a Fréchet distance takes all real videos first")
        if truth is not None and not self._recalled:
            self._look(truth, self.real, real=True)
        elif rendered is not None:
            self._keep_real()
            self._look(rendered, self.rendered, real=False)

    def recall(self, key: str) -> bool:
        """Whether the statistics of the real videos are in the cache; if not, they will be."""
        self._place = place_of(key, self.depends() | {"most": self.most})
        found = recalled(self._place)
        if found:
            self.real, self.size = found
        self._recalled = found is not None
        return self._recalled

    def compute(self) -> dict[str, Tensor]:
        """`name` to the distance, a single value; 0 where the two sets are the same.

        Raises:
            BadInput: There are fewer than two clips in a set.
        """
        self._keep_real()
        if min(self.real.count, self.rendered.count) < LEAST:
            raise BadInput(
                f"a Fréchet distance needs at least {LEAST} clips of each set, these are {self.real.count} real and "
                f"{self.rendered.count} rendered",
                "Give more clips. Only thousands make figures that compare with others.",
            )
        real, rendered = self.real, self.rendered
        value = frechet_distance(real.mean, real.covariance, rendered.mean, rendered.covariance)
        return {self.name(): torch.tensor(value, dtype=torch.float64)}

    def about(self) -> dict[str, Any]:
        """What was compared: the counts, the size, the features, and what must be known to judge the number."""
        return {
            **self.depends(),
            "real_clips": self.real.count,
            "rendered_clips": self.rendered.count,
            "resolution": "x".join(map(str, self.size or ())),
            "feature_numbers": len(self.real.mean),
            "real_statistics": "from the cache" if self._recalled else "computed",
            "notes": self._notes + self._few(),
        }

    def _look(self, videos: Tensor, statistics: FeatureStatistics, real: bool) -> None:
        self._check_size(videos)
        left = len(videos) if self.most is None else min(len(videos), self.most - statistics.count)
        for first in range(0, left, self.batch):
            few = self.cut(videos[first : min(first + self.batch, left)], real)
            with torch.no_grad():
                features = self.features(few)
            self._check_features(features, len(few))
            statistics.add(features)

    def _check_size(self, videos: Tensor) -> None:
        size = (videos.shape[2], videos.shape[3])
        self.size = self.size or size
        if size != self.size:
            both = " and ".join("x".join(map(str, each)) for each in (self.size, size))
            raise BadInput(
                f"a Fréchet distance compares videos of one size, these are {both}",
                "Bring them to one size first: of several, it would judge how they were resized.",
            )

    def _keep_real(self) -> None:
        """Once all real videos were seen. What cannot be kept is only computed again next time."""
        place, self._place = self._place, None
        if place is None or self._recalled or self.size is None or self.real.count < LEAST:
            return
        try:
            keep(place, self.real, self.size)
        except OSError as error:
            self._notes.append(f"the statistics of the real videos could not be kept in {place.parent}: {error}")

    def _few(self) -> list[str]:
        fewest, numbers = min(self.real.count, self.rendered.count), len(self.real.mean)
        if fewest > numbers:
            return []
        return [f"{fewest} clips for features of {numbers} numbers: too few, so the distance is biased upwards"]

    def _check_features(self, features: Tensor, count: int) -> None:
        numbers = len(self.real.mean) or len(self.rendered.mean) or "D"
        if (
            not isinstance(features, Tensor)
            or features.ndim != 2
            or len(features) != count
            or (features.shape[1] != numbers and numbers != "D")
        ):
            found = tuple(features.shape) if isinstance(features, Tensor) else type(features).__name__
            raise BadInput(f"features of {count} videos must be ({count}, {numbers}), not {found}", ANOTHER_FILE)
        if not features.is_floating_point() or not bool(features.isfinite().all()):
            raise BadInput("features of some videos are no finite numbers", ANOTHER_FILE)
