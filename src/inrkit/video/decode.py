"""Decoding: files, folders of images and videos in memory, all to PyAV's frames, one at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import av
import av.error
import torch
from av.container import InputContainer
from av.video.stream import VideoStream

from inrkit.errors import BadInput
from inrkit.video.container import GIVE, LEAVE_OUT, MAX_PIXELS, check_pixels, open_container, open_image, open_local
from inrkit.video.exif import exif_orientation
from inrkit.video.orientation import set_orientation, settle_orientation
from inrkit.video.sources import frame_files
from inrkit.video.types import Video
from inrkit.video.zips import Picture

FOLDER_FPS = 25.0  # a folder of frames does not say how fast they follow each other
MAX_IMAGE_BYTES = 2**28
_ASPECTS = (0.1, 10.0)  # of a pixel; beyond them the file is wrong


@dataclass
class Decoded:
    """A video being decoded.

    Attributes:
        fps: Frames a second, on average.
        frames: Decoded as they are asked for.
        aspect: Width of a pixel over its height.
        expected: Frames that there should be, as far as the file says; else 0.
        beside: When what else the file holds, such as sound, ends so far, in seconds.
        notes: Filled once the frames are used up: what was wrong, a line each.
    """

    fps: float
    frames: Iterator[av.VideoFrame]
    aspect: float = 1.0
    expected: int = 0
    beside: float = 0.0
    notes: list[str] = field(default_factory=list)


@contextmanager
def decode_file(path: Path, threads: int) -> Iterator[Decoded]:
    """A video file. `threads` 0: as many as FFmpeg likes. Of a damaged file, what can be decoded.

    Raises:
        BadInput: if it is missing, empty or no video, or when all is decoded and there was no frame.
    """
    with open_local(path) as file, _named(path), open_container(file, path.suffix) as container:
        stream = _video_stream(container, path)
        stream.thread_type = "AUTO"
        stream.codec_context.thread_count = threads
        decoded = Decoded(_frame_rate(stream), iter(()), _aspect(stream))
        decoded.expected = stream.frames or round(_announced_end(container, stream)[0] * decoded.fps)
        decoded.frames = _checked(container, stream, path, decoded)
        yield decoded


def decode_folder(folder: Path) -> Decoded:
    """The images of a folder, as frames.

    Raises:
        BadInput: if there is none, or when one is reached that cannot be decoded.
    """
    files = frame_files(folder)
    if not files:
        raise BadInput(f"{folder} holds no frames", "A folder of frames has jpg or png files directly in it.")
    return decode_pictures([Picture(str(path), _reader(path)) for path in files])


def decode_pictures(pictures: list[Picture]) -> Decoded:
    """Images as frames, each read when it is reached.

    Raises:
        BadInput: when one is reached that cannot be decoded.
    """
    return Decoded(FOLDER_FPS, map(_decode_picture, pictures), expected=len(pictures))


def decode_memory(video: Video) -> Decoded:
    """The frames of a video in memory.

    Raises:
        BadInput: if they are not uint8 (T, H, W, 3), or their rate is no positive number.
    """
    frames = video.frames
    if frames.dtype != torch.uint8 or frames.ndim != 4 or frames.shape[-1] != 3:
        found = f"{str(frames.dtype).removeprefix('torch.')} {tuple(frames.shape)}"
        raise BadInput(f"frames of video {video.name!r} are {found}", "They have to be uint8 (T, H, W, 3).")
    if not 0 < video.fps < 1e6:
        raise BadInput(f"video {video.name!r} has {video.fps} frames a second", "Give a number such as 25.")
    pixels = frames.contiguous().cpu().numpy()
    return Decoded(
        video.fps,
        (av.VideoFrame.from_ndarray(frame, format="rgb24") for frame in pixels),
        expected=len(pixels),
    )


@contextmanager
def _named(name: Path | str) -> Iterator[None]:
    """What PyAV raises, as a message with the name of the file."""
    try:
        yield
    except (av.error.FFmpegError, UnicodeDecodeError, OverflowError) as error:
        reason = error.strerror if isinstance(error, av.error.FFmpegError) else "its header makes no sense"
        if isinstance(error, av.error.ArgumentError):
            reason = "it is a playlist or of a kind that is not read"
        if isinstance(error, av.error.EOFError):
            reason = "it ends too early"
        raise BadInput(f"{name} cannot be decoded: {reason}", LEAVE_OUT) from error


def _reader(path: Path) -> Callable[[], bytes]:
    def read() -> bytes:
        with open_local(path) as file:
            return file.read(MAX_IMAGE_BYTES + 1)

    return read


def _decode_picture(picture: Picture) -> av.VideoFrame:
    data = picture.read()
    if len(data) > MAX_IMAGE_BYTES:
        raise BadInput(f"{picture.name} has more than {MAX_IMAGE_BYTES >> 20} MB", "A frame should be a jpg or a png.")
    with _named(picture.name):
        container, exif = open_image(data, picture.name)
        with container:
            decoded = Decoded(FOLDER_FPS, iter(()))
            for frame in _checked(container, _video_stream(container, picture.name), picture.name, decoded):
                if held := exif_orientation(exif):
                    set_orientation(frame, held)
                frame.pts = None  # each file begins at 0, which is no time in the video
                return frame
    raise AssertionError("unreachable: no frame is an error")


def _video_stream(container: InputContainer, path: Path | str) -> VideoStream:
    if not any(each.type in ("video", "audio", "subtitle") for each in container.streams):
        raise BadInput(f"{path} holds nothing that can be decoded: it may be cut short", LEAVE_OUT)
    stream = container.streams.best("video")
    if not isinstance(stream, VideoStream):
        raise BadInput(f"{path} holds no video stream", GIVE)
    if stream.codec_context is None:
        raise BadInput(f"{path} cannot be decoded: its codec is not known", LEAVE_OUT)
    check_pixels(stream.codec_context.height, stream.codec_context.width, str(path))
    stream.codec_context.options = {"max_pixels": str(MAX_PIXELS)}  # frames may grow later on
    return stream


def _frame_rate(stream: VideoStream) -> float:
    """Frames a second. PyAV has None, and from 19 on a zero, where a rate is not known; both are false."""
    rate = float(stream.average_rate or stream.guessed_rate or 0)
    return rate if 1e-3 < rate < 1e4 else FOLDER_FPS


def _aspect(stream: VideoStream) -> float:
    ratio = float(stream.sample_aspect_ratio or 1)
    return ratio if _ASPECTS[0] <= ratio <= _ASPECTS[1] else 1.0


def _checked(
    container: InputContainer, stream: VideoStream, path: Path | str, decoded: Decoded
) -> Iterator[av.VideoFrame]:
    """All frames that can be decoded; at the end, their number is held against what the file announces."""
    found, time, broken = 0, 0.0, 0
    usual = 1 / decoded.fps
    last: av.VideoFrame | None = None
    for frame in _salvaged(_packets(container, stream, decoded), stream):
        if frame is None:
            broken += 1
            continue
        time = frame.time if frame.time is not None else time + usual * (found > 0)
        found += 1
        last = frame
        settle_orientation(frame, stream.codec_context.name)
        yield frame
    if last is None:
        raise BadInput(f"{path} holds no frame that can be decoded", LEAVE_OUT)
    end = max(time + _length(last, usual), decoded.beside)
    announced, exact = _announced_end(container, stream)
    doubt = 1.5 / decoded.fps if exact else max(4 / decoded.fps, 0.02 * end)
    if broken or announced - end > doubt:
        of = f" of about {decoded.expected}" if decoded.expected > found else ""
        decoded.notes.append(f"{path} is damaged: {found}{of} frames could be decoded")


def _packets(container: InputContainer, stream: VideoStream, decoded: Decoded) -> Iterator[av.Packet[Any]]:
    """Those of the video. Where the file announces one length of all it holds, the end of the others is noted too."""
    if not _says_of_all_together(container, stream):
        yield from container.demux(stream)
        return
    for packet in container.demux():
        if packet.stream_index == stream.index:
            yield packet
        elif packet.pts is not None and packet.time_base:
            decoded.beside = max(decoded.beside, float((packet.pts + (packet.duration or 0)) * packet.time_base))


def _salvaged(packets: Iterator[av.Packet[Any]], stream: VideoStream) -> Iterator[av.VideoFrame | None]:
    """Frames, and None for each piece that cannot be decoded. A broken packet does not spoil those after it."""
    flushed = False
    while not flushed:
        try:
            packet = next(packets, None)
        except av.error.FFmpegError:
            yield None
            packet = None  # the file ends here; what the decoder still holds comes out below
        flushed = packet is None
        try:
            frames: Iterable[av.VideoFrame] = stream.decode(packet)
        except av.error.EOFError:
            continue
        except av.error.FFmpegError:
            yield None
            continue
        yield from frames


def _length(frame: av.VideoFrame, usual: float) -> float:
    """Seconds for which a frame is shown."""
    return float(frame.duration * frame.time_base) if frame.duration and frame.time_base else usual


def _announced_end(container: InputContainer, stream: VideoStream) -> tuple[float, bool]:
    """When the last frame should end, in seconds, or 0; and whether that is written in the file, not an estimate."""
    if stream.duration is not None and stream.time_base:
        end = float((stream.start_time or 0) + stream.duration) * float(stream.time_base)
        return end, bool(stream.frames)
    if (tagged := _seconds(stream.metadata.get("DURATION", ""))) > 0:
        return tagged, True
    alone = len(container.streams) == 1
    if container.duration is not None and (alone or _says_of_all_together(container, stream)):
        return ((container.start_time or 0) + container.duration) / av.time_base, False
    return 0.0, False


def _says_of_all_together(container: InputContainer, stream: VideoStream) -> bool:
    """Whether a file of several streams announces when the last of them ends, and not when each does.

    So does Matroska where the program that wrote it did not put a tag beside each stream.
    """
    of_its_own = stream.duration is not None or _seconds(stream.metadata.get("DURATION", "")) > 0
    return "matroska" in container.format.name and len(container.streams) > 1 and not of_its_own


def _seconds(clock: str) -> float:
    """Seconds in `01:02:03.5`, as Matroska has it for each stream; 0 for anything else."""
    try:
        hours, minutes, seconds = clock.split(":")
        return int(hours) * 3600 + int(minutes) * 60 + float(seconds)
    except ValueError:
        return 0.0
