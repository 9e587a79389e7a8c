"""What was found, frame by frame."""

import pytest
import torch

from inrkit.engine.frames import blended_frames
from inrkit.engine.windows import stitch, window_starts


def shades(window, frames):
    """Window `window` as grey frames, each of its own brightness."""
    return (10.0 * window + torch.linspace(0, 1, frames)).view(-1, 1, 1, 1).expand(-1, 2, 2, 3)


@pytest.mark.parametrize(("total", "length"), [(25, 25), (60, 25), (61, 25), (200, 16), (7, 2), (5, 1), (3, 8)])
@pytest.mark.parametrize("rate", [1, 2, 3.7])
def test_windows_are_blended_as_all_at_once(total, length, rate):
    starts = window_starts(total, length)
    moments = torch.linspace(0, total - 1, round(total * rate), dtype=torch.float64)
    frames = list(
        blended_frames(lambda window, frames, which: iter(shades(window, frames)[which]), starts, length, moments)
    )
    torch.testing.assert_close(torch.stack(frames), stitch(shades, starts, length, moments))


def test_no_frame_is_rendered_before_it_is_asked_for_and_windows_that_are_over_are_let_go():
    asked, running = [], set()

    def frames_of(window, frames, which):
        running.add(window)
        try:
            for index in which.tolist():
                asked.append((window, index))
                yield torch.full((1, 1, 3), float(window))
        finally:
            running.discard(window)

    frames = blended_frames(frames_of, [0, 6, 12], 8, torch.arange(20))
    assert asked == [] and next(frames).mean() == 0 and asked == [(0, 0)]
    for _ in range(12):
        next(frames)
    assert running == {1, 2}


def test_some_moments_are_those_of_the_whole():
    moments = torch.linspace(0, 19, 77, dtype=torch.float64)
    shown = torch.tensor([0, 10, 40, 76])
    few, all_ = (
        torch.stack(list(blended_frames(lambda w, n, which: iter(shades(w, n)[which]), [0, 6, 12], 8, moments, only)))
        for only in (shown, None)
    )
    torch.testing.assert_close(few, all_[shown])
