"""Decoding: files, folders of images and videos in memory, all to PyAV's frames, one at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
import av.error
import torch
from av.container import InputContainer
from av.video.stream import VideoStream

from inrkit.errors import BadInput
from inrkit.video.sources import frame_files
from inrkit.video.types import Video

FOLDER_FPS = 25.0  # a folder of frames does not say how fast they follow each other
LEAVE_OUT = "Leave it out, or copy or convert it again."


@contextmanager
def decode_file(path: Path, threads: int) -> Iterator[tuple[float, Iterator[av.VideoFrame]]]:
    """Frames a second of a video file, and its frames. `threads` 0: as many as FFmpeg likes.

    Raises:
        BadInput: if it is missing, empty or no video, or when the frame is reached that cannot be decoded.
    """
    try:
        with _open(path) as container:
            stream = _video_stream(container, path)
            stream.thread_type = "AUTO"
            stream.codec_context.thread_count = threads
            yield _frame_rate(stream), _frames(container, stream, path)
    except av.error.FFmpegError as error:
        raise BadInput(f"{path} cannot be decoded: {error.strerror}", LEAVE_OUT) from error


def decode_folder(folder: Path) -> Iterator[av.VideoFrame]:
    """The images of a folder, as frames.

    Raises:
        BadInput: if there is none, or when one is reached that cannot be decoded.
    """
    files = frame_files(folder)
    if not files:
        raise BadInput(f"{folder} holds no frames", "A folder of frames has jpg or png files directly in it.")
    for path in files:
        with decode_file(path, threads=1) as (_, frames):
            yield next(frames)


def decode_memory(video: Video) -> Iterator[av.VideoFrame]:
    """The frames of a video in memory.

    Raises:
        BadInput: if they are not uint8 (T, H, W, 3).
    """
    frames = video.frames
    if frames.dtype != torch.uint8 or frames.ndim != 4 or frames.shape[-1] != 3:
        found = f"{str(frames.dtype).removeprefix('torch.')} {tuple(frames.shape)}"
        raise BadInput(f"frames of video {video.name!r} are {found}", "They have to be uint8 (T, H, W, 3).")
    for frame in frames.contiguous().cpu().numpy():
        yield av.VideoFrame.from_ndarray(frame, format="rgb24")


def _open(path: Path) -> InputContainer:
    if not path.exists():
        raise BadInput(f"{path} does not exist", "Give a video file, or a folder of frames.")
    if path.is_file() and path.stat().st_size == 0:
        raise BadInput(f"{path} is empty", LEAVE_OUT)
    # An absolute path, or a name like `concat:a|b` would be taken for a protocol. A video may not fetch others.
    return av.open(str(path.absolute()), options={"protocol_whitelist": "file"})


def _video_stream(container: InputContainer, path: Path) -> VideoStream:
    stream = container.streams.best("video")
    if not isinstance(stream, VideoStream):
        raise BadInput(f"{path} holds no video stream", "Give a video file, or a folder of frames.")
    return stream


def _frame_rate(stream: VideoStream) -> float:
    """Frames a second. PyAV has None, and from 19 on a zero, where a rate is not known; both are false."""
    rate = stream.average_rate or stream.guessed_rate
    return float(rate) if rate else FOLDER_FPS


def _frames(container: InputContainer, stream: VideoStream, path: Path) -> Iterator[av.VideoFrame]:
    """All frames; FFmpeg itself meets the end of a cut mkv without an error."""
    frame_length = 1 / _frame_rate(stream)
    end: float | None = None
    for frame in container.decode(stream):
        end = (frame.time or 0.0) + frame_length
        yield frame
    if end is None:
        raise BadInput(f"{path} holds no frame that can be decoded", LEAVE_OUT)
    announced = _announced_end(container, stream)
    if announced - end > max(4 * frame_length, 0.02 * announced):  # some formats only estimate it
        raise BadInput(f"{path} is damaged: it ends after {end:.2f} of {announced:.2f} seconds", LEAVE_OUT)


def _announced_end(container: InputContainer, stream: VideoStream) -> float:
    """When the last frame should end, in seconds; 0 if that is not known."""
    if stream.duration is not None and stream.time_base:
        return float((stream.start_time or 0) + stream.duration) * float(stream.time_base)
    if container.duration is not None and len(container.streams) == 1:
        return ((container.start_time or 0) + container.duration) / av.time_base
    return 0.0
