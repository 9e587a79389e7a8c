"""Gifs: 256 colours chosen for the video at hand."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import cast

import av
from av.filter import Graph

from inrkit.video.fit import Pixels


def encode_gif(path: Path, frames: Pixels, rate: Fraction) -> None:
    """Write frames, uint8 (T, H, W, 3), as a gif that repeats for ever."""
    height, width = frames.shape[1:3]
    graph = _palette_graph(width, height, 1 / rate)
    for number, pixels in enumerate(frames):
        frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
        frame.pts, frame.time_base = number, 1 / rate
        graph.push(frame)
    graph.push(None)
    with av.open(str(path.absolute()), "w", options={"loop": "0"}) as container:
        stream = container.add_stream("gif", rate=rate)
        stream.width, stream.height, stream.pix_fmt = width, height, "pal8"
        for _ in frames:
            container.mux(stream.encode(cast(av.VideoFrame, graph.pull())))
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
