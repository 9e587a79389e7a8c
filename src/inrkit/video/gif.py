"""Gifs: 256 colours chosen for the video at hand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from fractions import Fraction
from itertools import chain
from pathlib import Path
from tempfile import SpooledTemporaryFile

import av
import numpy as np
from av.filter import Graph
from av.filter.context import FilterContext

from inrkit.video.fit import Pixels

_IN_MEMORY = 2**27
"""Bytes of frames that are kept in memory until all have been seen; from there on they wait in a file."""


def encode_gif(path: Path, frames: Iterable[Pixels], size: tuple[int, int], rate: Fraction) -> None:
    """Write frames, uint8 (H, W, 3) of one `size`, as a gif that repeats for ever.

    The colours are chosen from all frames before the first is painted.
    """
    with SpooledTemporaryFile(_IN_MEMORY, dir=str(path.parent)) as kept:
        palette = _palette(_keeping(frames, kept), size, 1 / rate)
        kept.seek(0)
        with av.open(str(path.absolute()), "w", options={"loop": "0"}) as container:
            stream = container.add_stream("gif", rate=rate)
            (stream.height, stream.width), stream.pix_fmt = size, "pal8"
            for frame in _painted(_kept(kept, size), palette, size, 1 / rate):
                container.mux(stream.encode(frame))
            container.mux(stream.encode())


def _keeping(frames: Iterable[Pixels], file: SpooledTemporaryFile[bytes]) -> Iterator[Pixels]:
    for frame in frames:
        file.write(np.ascontiguousarray(frame).tobytes())
        yield frame


def _kept(file: SpooledTemporaryFile[bytes], size: tuple[int, int]) -> Iterator[Pixels]:
    while pixels := file.read(size[0] * size[1] * 3):
        yield np.frombuffer(pixels, np.uint8).reshape(*size, 3)


def _palette(frames: Iterable[Pixels], size: tuple[int, int], time_base: Fraction) -> av.VideoFrame:
    """The colours, a picture of 16x16 pixels (FFmpeg's `palettegen`)."""
    graph = Graph()
    source = _source(graph, size, time_base)
    choose, sink = graph.add("palettegen"), graph.add("buffersink")
    source.link_to(choose)
    choose.link_to(sink)
    graph.configure()
    (palette,) = _through(source, sink, _timed(frames, time_base))
    return palette


def _painted(
    frames: Iterable[Pixels], palette: av.VideoFrame, size: tuple[int, int], time_base: Fraction
) -> Iterator[av.VideoFrame]:
    """The frames in these colours (FFmpeg's `paletteuse`)."""
    graph = Graph()
    source, colours = _source(graph, size, time_base), _source(graph, (16, 16), time_base, palette.format.name)
    paint, sink = graph.add("paletteuse"), graph.add("buffersink")
    source.link_to(paint, 0, 0)
    colours.link_to(paint, 0, 1)
    paint.link_to(sink)
    graph.configure()
    palette.pts, palette.time_base = 0, time_base
    colours.push(palette)
    colours.push(None)
    yield from _through(source, sink, _timed(frames, time_base))


def _through(source: FilterContext, sink: FilterContext, frames: Iterable[av.VideoFrame]) -> Iterator[av.VideoFrame]:
    """What comes out of a graph. It works only when asked, so it is asked after each frame: else it keeps them all."""
    for frame in chain(frames, [None]):
        source.push(frame)
        with suppress(BlockingIOError, EOFError):  # it waits for more, or has given all
            while True:
                made = sink.pull()
                assert isinstance(made, av.VideoFrame)
                yield made


def _timed(frames: Iterable[Pixels], time_base: Fraction) -> Iterator[av.VideoFrame]:
    for count, pixels in enumerate(frames):
        frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
        frame.pts, frame.time_base = count, time_base
        yield frame


def _source(graph: Graph, size: tuple[int, int], time_base: Fraction, pix_fmt: str = "rgb24") -> FilterContext:
    height, width = size
    return graph.add_buffer(
        width=width, height=height, format=av.VideoFormat(pix_fmt, width, height), time_base=time_base
    )
