"""Overlapping windows, and the video blended from them again."""

from itertools import pairwise

import pytest
import torch

from inrkit.engine.windows import blended, window_starts
from inrkit.interfaces.pixels import to_float, to_uint8

CASES = [(25, 25), (26, 25), (60, 25), (61, 25), (200, 16), (7, 2), (5, 1), (9, 4), (3, 8)]


def stitched(render, starts, length, moments, shown=None):
    """The whole video, of windows that are each made at once by ``render(window, frames)``."""
    frames = blended(lambda window, frames, which: iter(render(window, frames)[which]), starts, length, moments, shown)
    return torch.stack(list(frames))


@pytest.mark.parametrize(("total", "length"), CASES)
def test_windows_reach_from_the_first_frame_to_the_last_and_overlap_by_a_quarter(total, length):
    starts = window_starts(total, length)
    assert starts[0] == 0 and starts == sorted(set(starts))
    if total > length:
        assert starts[-1] + length == total
        shared = [one + length - other for one, other in pairwise(starts)]
        assert min(shared) >= (length // 4 if length > 1 else 0)
    else:
        assert len(starts) == 1


@pytest.mark.parametrize(("total", "length"), CASES)
@pytest.mark.parametrize("moments", [1, 7, 40])
def test_windows_count_1_in_sum_at_every_moment(total, length, moments):
    positions = torch.linspace(0, total - 1, moments, dtype=torch.float64)
    white = stitched(
        lambda window, frames: torch.ones(frames, 1, 1, 3), window_starts(total, length), length, positions
    )
    torch.testing.assert_close(white, torch.ones(moments, 1, 1, 3))


def test_one_window_hands_over_to_the_next_smoothly():
    shown = stitched(lambda window, frames: torch.full((frames, 1, 1, 3), float(window)), [0, 15], 25, torch.arange(40))
    second = shown[:, 0, 0, 0]
    assert (second[:15] == 0).all() and (second[25:] == 1).all()
    fading = second[14:26]
    assert (fading.diff() > 0).all() and (fading.diff() < 0.2).all()


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

    frames = blended(frames_of, [0, 6, 12], 8, torch.arange(20))
    assert asked == [] and next(frames).mean() == 0 and asked == [(0, 0)]
    for _ in range(12):
        next(frames)
    assert running == {1, 2}


def test_some_moments_are_those_of_the_whole():
    def shades(window, frames):  # each frame of its own brightness
        return (10.0 * window + torch.linspace(0, 1, frames)).view(-1, 1, 1, 1).expand(-1, 2, 2, 3)

    moments = torch.linspace(0, 19, 77, dtype=torch.float64)
    shown = torch.tensor([0, 10, 40, 76])
    few, all_ = (stitched(shades, [0, 6, 12], 8, moments, only) for only in (shown, None))
    torch.testing.assert_close(few, all_[shown])


@pytest.mark.parametrize(("total", "length"), [case for case in CASES if case[0] >= case[1]])
def test_windows_that_show_the_video_give_it_back_to_the_bit(total, length):
    video = torch.randint(0, 256, (total, 3, 4, 3), dtype=torch.uint8)
    starts = window_starts(total, length)

    def render(window, frames):
        assert frames == length
        return to_float(video[starts[window] : starts[window] + length])

    assert torch.equal(to_uint8(stitched(render, starts, length, torch.arange(total))), video)


@pytest.mark.parametrize("rate", [0.5, 2, 3, 1.7])
def test_at_another_rate_each_frame_shows_its_own_moment(rate):
    starts, length = window_starts(20, 8), 8

    def render(window, frames):  # a video whose brightness is the time
        moments = starts[window] + torch.linspace(0, length - 1, frames)
        return moments.view(-1, 1, 1, 1).expand(-1, 2, 2, 3)

    positions = torch.arange(0, 19.01, 1 / rate, dtype=torch.float64)
    shown = stitched(render, starts, length, positions)[:, 0, 0, 0]
    assert (shown - positions).abs().max() <= 0.5 / rate + 1e-4
    assert len(shown) == len(positions)


def test_a_single_moment_needs_only_the_windows_that_show_it():
    asked = []

    def render(window, frames):
        asked.append(window)
        return torch.full((frames, 1, 1, 3), float(window))

    assert stitched(render, [0, 6, 12], 8, torch.tensor([13.5])).tolist() == [[[[2.0] * 3]]]
    assert asked == [2]
