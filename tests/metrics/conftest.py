"""Videos of noise."""

import pytest
import torch


@pytest.fixture
def noise():
    """``noise(seed)``: two clips, uint8; ``noise(seed, shape)``: of that shape."""

    def make(seed, shape=(2, 3, 16, 16, 3)):
        return torch.randint(0, 256, shape, dtype=torch.uint8, generator=torch.Generator().manual_seed(seed))

    return make


@pytest.fixture
def smooth():
    """``smooth(seed)``: two clips as videos are, of slow changes; ``smooth(seed, shape)``: of that shape."""

    def make(seed, shape=(2, 3, 16, 16, 3)):
        generator = torch.Generator().manual_seed(seed)
        small = torch.rand(shape[0], 3, 2, 4, 4, generator=generator)
        large = torch.nn.functional.interpolate(small, shape[1:4], mode="trilinear")
        return (large.movedim(1, -1) * 255).round().to(torch.uint8)

    return make
