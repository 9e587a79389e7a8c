"""Gifs: 256 colours chosen for the video at hand."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import av
from av.filter import Graph

from inrkit.video.fit import Pixels


def encode_gif(path: Path, frames: Iterable[Pixels], size: tuple[int, int], rate: Fraction) -> None:
    """Write frames, uint8 (H, W, 3) of one `size`, as a gif that repeats for ever."""
    height, width = size
    graph = _palette_graph(width, height, 1 / rate)
    count = 0
    for count, pixels in enumerate(frames, start=1):
        frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
        frame.pts, frame.time_base = count - 1, 1 / rate
        graph.push(frame)
    graph.push(None)
    with av.open(str(path.absolute()), "w", options={"loop": "0"}) as container:
        stream = container.add_stream("gif", rate=rate)
        stream.width, stream.height, stream.pix_fmt = width, height, "pal8"
        for _ in range(count):
            container.mux(stream.encode(graph.vpull()))
        container.mux(stream.encode())


def _palette_graph(width: int, height: int, time_base: Fraction) -> Graph:
    """All frames go to `palettegen`, which chooses the colours, and then to `paletteuse`, which paints with them."""
    graph = Graph()
    source = graph.add_buffer(
        width=width, height=height, format=av.VideoFormat("rgb24", width, height), time_base=time_base
    )
    split, choose, paint, sink = (graph.add(name) for name in ("split", "palettegen", "paletteuse", "buffersink"))
    source.link_to(split)
    split.link_to(paint, 0, 0)
    split.link_to(choose, 1, 0)
    choose.link_to(paint, 0, 1)
    paint.link_to(sink)
    graph.configure()
    return graph
