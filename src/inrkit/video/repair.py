"""Frames that pixels cannot simply be taken from: interlaced, see-through, of high dynamic range, or to be cut."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

import av.error
from av import VideoFormat, VideoFrame
from av.filter import Graph
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc

from inrkit.errors import BadInput
from inrkit.video.fit import Box
from inrkit.video.orientation import orientation_of

_UNKNOWN = 2  # the number of "unspecified" for matrix, transfer and primaries alike (H.273)
_HDR = {ColorTrc.SMPTE2084, ColorTrc.ARIB_STD_B67}


class _Kind(NamedTuple):
    """What a graph of filters is built for. It is built anew when a frame is of another kind."""

    width: int
    height: int
    format: str
    matrix: int
    range: int
    steps: tuple[str, ...]


def repaired(frames: Iterable[VideoFrame], box: Box | None, name: str) -> Iterator[VideoFrame]:
    """The same frames, progressive, opaque (over black), of ordinary dynamic range, and cut to `box`.

    Frames that need nothing pass untouched.

    Raises:
        BadInput: if `box` does not fit into a frame.
    """
    kind: _Kind | None = None
    graph: Graph | None = None
    for frame in frames:
        _settle_matrix(frame)
        new = _kind_of(frame, box, name, kind)
        if new != kind:
            yield from _drain(graph)
            kind, graph = new, _build(new, frame) if new.steps else None
        if graph is None:
            yield frame
        else:
            graph.push(frame)
            yield from _ready(graph)
    yield from _drain(graph)


def _settle_matrix(frame: VideoFrame) -> None:
    """Where a file does not say by which matrix its colours were made, as players do: BT.709 if it is HD, or BT.601."""
    if not frame.format.is_rgb and frame.colorspace in (0, _UNKNOWN, 3):
        hd = frame.width >= 1280 or frame.height > 576
        frame.colorspace = Colorspace.ITU709 if hd else Colorspace.ITU601


def _kind_of(frame: VideoFrame, box: Box | None, name: str, before: _Kind | None) -> _Kind:
    steps = []
    if frame.interlaced_frame or (before is not None and any("bwdif" in step for step in before.steps)):
        steps.append("bwdif=mode=send_frame:deint=interlaced")  # from the first on: it looks at neighbours
    if box:
        steps.append(_cut(frame, box, name))
    if _has_alpha(frame.format.name):
        steps += ["format=pix_fmts=gbrap", "premultiply=inplace=1", "format=pix_fmts=gbrp"]
    if frame.color_trc in _HDR or frame.color_primaries == ColorPrimaries.BT2020:
        steps += ["scale=out_primaries=bt709:out_transfer=bt709:intent=perceptual", "format=pix_fmts=gbrp"]
    if not steps:
        return _Kind(0, 0, "", 0, 0, ())
    full = frame.color_range == ColorRange.JPEG or frame.format.is_rgb
    shades = ColorRange.JPEG if full else ColorRange.MPEG
    return _Kind(frame.width, frame.height, frame.format.name, int(frame.colorspace), int(shades), tuple(steps))


@cache
def _has_alpha(pixel_format: str) -> bool:
    """Whether pixels may be see-through; as the entries of a palette may."""
    known = VideoFormat(pixel_format)
    return known.has_palette or any(component.is_alpha for component in known.components)


def _cut(frame: VideoFrame, box: Box, name: str) -> str:
    """The box in the frame as it is stored, which may lie on its side."""
    orientation = orientation_of(frame)
    shown = orientation.size(frame.height, frame.width)
    if box.top + box.height > shown[0] or box.left + box.width > shown[1]:
        raise BadInput(
            f"{name} has frames of {shown[0]}x{shown[1]}, in which the box {box} does not lie",
            "Give --box HEIGHTxWIDTH+TOP+LEFT within the frame.",
        )
    height, width, top, left = orientation.stored(box, shown)
    return f"crop=w={width}:h={height}:x={left}:y={top}:exact=1"


def _build(kind: _Kind, frame: VideoFrame) -> Graph:
    time_base = frame.time_base or "1/25"
    graph = Graph()
    node = graph.add(
        "buffer",
        f"video_size={kind.width}x{kind.height}:pix_fmt={kind.format}:time_base={time_base}:pixel_aspect=1/1"
        f":colorspace={kind.matrix}:range={kind.range}",
    )
    for step in kind.steps:
        filter_name, _, arguments = step.partition("=")
        following = graph.add(filter_name, arguments)
        node.link_to(following)
        node = following
    node.link_to(graph.add("buffersink"))
    graph.configure()
    return graph


def _ready(graph: Graph) -> Iterator[VideoFrame]:
    while True:
        try:
            yield graph.vpull()
        except (av.error.BlockingIOError, av.error.EOFError):
            return


def _drain(graph: Graph | None) -> Iterator[VideoFrame]:
    if graph is not None:
        graph.push(None)
        yield from _ready(graph)
