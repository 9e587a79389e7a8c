"""What the page draws with: pictures of a bounded size, charts, and the map."""

import math
import re
from base64 import b64decode
from io import BytesIO

import pytest
import torch
from PIL import Image

from inrkit.engine.reporter import Reporter
from inrkit.report.page.charts import Axes, Line, chart
from inrkit.report.page.latent_map import THUMB, chosen, places, shades
from inrkit.report.page.pictures import FRAMES, Pictures, shown_size
from inrkit.report.page.projection import project
from inrkit.report.page.ways import pairs


def noise(*shape):
    return torch.randint(0, 256, shape, dtype=torch.uint8, generator=torch.Generator().manual_seed(0))


def opened(html, which):
    source = html.split("<img ")[which].split('src="data:image/webp;base64,')[1].split('"')[0]
    return Image.open(BytesIO(b64decode(source)))


def test_a_moving_picture_and_a_still_one():
    video = torch.zeros(50, 40, 60, 3, dtype=torch.uint8)
    video[25] = 200
    html = Pictures(10**6, 1, Reporter()).moving(video, 25.0, 'a "video"', 2)
    moving, still = opened(html, 1), opened(html, 2)
    assert moving.size == still.size == (60, 40) and moving.n_frames <= FRAMES and moving.info["loop"] == 0
    assert sum(_durations(moving)) == pytest.approx(2000, abs=100)  # as long as the video
    assert 'alt="a &quot;video&quot;"' in html and "of2" in html


def _durations(picture):
    for frame in range(picture.n_frames):
        picture.seek(frame)
        picture.load()
        yield picture.info["duration"]


@pytest.mark.parametrize("most", [200_000, 20_000, 2_000])
def test_noise_takes_no_more_than_its_share(most):
    html = Pictures(2 * most, 2, Reporter()).moving(noise(40, 64, 192, 3), 25.0, "noise")
    moving, still = (len(source.split('"')[0]) for source in html.split('src="')[1:])
    assert moving + still <= most and still < moving


def test_large_videos_are_made_smaller_and_tiny_ones_larger():
    assert shown_size(noise(1, 480, 640, 3)).shape[1:3] == (120, 160)
    assert shown_size(noise(1, 10, 2000, 3)).shape[2] <= 256
    assert shown_size(noise(2, 32, 32, 3)).shape == (2, 64, 64, 3)


def test_a_chart_of_what_there_is():
    line = [(0.0, 1.0), (1.0, math.nan), (2.0, 100.0)]
    html = chart("A", Axes("x", "y", log=True), [Line("one", line), Line("floor", [(0, 10)], "level")], "says")
    assert html.count("<polyline") == 1 and "nan" not in html and "level" in html and "floor" in html
    bottom, top = (float(point.split(",")[1]) for point in html.split('points="')[1].split('"')[0].split())
    assert top < bottom
    middle = float(html.split('class="level c1"')[1].split('y1="')[1].split('"')[0])
    assert middle == pytest.approx((top + bottom) / 2, abs=0.2)  # 10 is halfway from 1 to 100
    assert chart("A", Axes("x", "y"), [Line("none", [])], "") is None
    assert "<circle" in chart("A", Axes("x", "y"), [Line("one", [(1, 1)])], "")


def named(axes, points):
    """The values that stand along the sides of a chart."""
    texts = re.findall("<text (.*?)>(.*?)</text>", chart("A", axes, [Line("one", points)], ""))
    return [text for where, text in texts if "end" in where and "name" not in where], [
        text for where, text in texts if "middle" in where
    ]


def test_round_values_are_named():
    up, across = named(Axes("x", "y"), [(0, -1.3), (4000, 41.2)])
    assert (up, across) == (["0", "20", "40"], ["0", "1k", "2k", "3k", "4k"])
    assert named(Axes("x", "y", steps=(1, 1)), [(1, 0), (3, 2)]) == (["0", "1", "2"], ["1", "2", "3"])
    assert named(Axes("x", "y", log=True), [(0, 0.002), (1, 3)])[0] == ["0.01", "0.1", "1"]
    assert named(Axes("x", "y", log=True), [(0, 0.9), (1, 6)])[0] == ["1", "2", "5"]
    assert named(Axes("x", "y"), [(0, 7.0), (1, 7.0)])[0] == ["6.5", "7", "7.5"]


def test_long_lines_are_thinned():
    line = Line("long", [(float(x), 0.0) for x in range(100_000)])
    assert len(line.points) <= 400 and (line.points[0][0], line.points[-1][0]) == (0, 99_999)


def test_a_plane_in_many_dimensions_is_found_again():
    flat = torch.randn(20, 2, generator=torch.Generator().manual_seed(0)) * torch.tensor([3.0, 1.0])
    turn = torch.linalg.qr(torch.randn(12, 2, generator=torch.Generator().manual_seed(1))).Q
    whole = flat @ turn.T + 5
    found = project({"a": whole[:, :8].reshape(20, 2, 4), "b": whole[:, 8:]})
    assert sum(found.explained) == pytest.approx(1, abs=1e-6) and found.explained[0] > found.explained[1]
    assert torch.allclose(torch.cdist(found.points, found.points).float(), torch.cdist(flat, flat), atol=1e-3)


def test_latents_that_are_all_alike():
    found = project({"z": torch.ones(3, 4)})
    assert found.explained == (0.0, 0.0) and not found.points.any()
    assert all(math.isfinite(x) and math.isfinite(y) for x, y in places(found.points))


def test_pictures_on_the_map_cover_no_other():
    where = places(torch.randn(200, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64))
    some = chosen(where, 30)
    assert 5 < len(some) <= 30 and some[0] == 0
    for index in some:
        for other in some:
            apart = max(abs(a - b) for a, b in zip(where[index], where[other], strict=True))
            assert index == other or apart > THUMB


def test_shades_are_fifths_of_the_clips():
    assert shades([5.0, 1.0, 3.0, 2.0, 4.0]) == [4, 0, 2, 1, 3]
    assert shades([math.inf]) == [0]


def test_ends_of_interpolations_are_different_clips():
    for count in range(2, 40):
        found = pairs(count)
        assert found and all(0 <= first != last < count for first, last in found)
