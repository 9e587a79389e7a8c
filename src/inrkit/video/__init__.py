"""Videos: files to tensors and back, clips, the clip store, and the built-in toy videos."""

from inrkit.video.clips import ClipSettings, cut
from inrkit.video.fit import Box, Fit, parse_box, parse_size, place
from inrkit.video.prepare import Progress, cache_folder, prepare_clips
from inrkit.video.read import open_frames, read_video
from inrkit.video.records import ClipInfo, VideoRecord
from inrkit.video.sources import find_videos
from inrkit.video.store import ClipStore
from inrkit.video.toy import toy_videos
from inrkit.video.types import SkippedVideo, Video
from inrkit.video.write import write_png, write_video

__all__ = [
    "Box",
    "ClipInfo",
    "ClipSettings",
    "ClipStore",
    "Fit",
    "Progress",
    "SkippedVideo",
    "Video",
    "VideoRecord",
    "cache_folder",
    "cut",
    "find_videos",
    "open_frames",
    "parse_box",
    "parse_size",
    "place",
    "prepare_clips",
    "read_video",
    "toy_videos",
    "write_png",
    "write_video",
]
