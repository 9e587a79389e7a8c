"""What `inrkit data` prints of clip stores."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

from rich.table import Table

from inrkit.errors import BadInput
from inrkit.video import ClipSettings, ClipStore, VideoRecord, write_png
from inrkit.video.prepare import clips_folder

_MANY = 20  # videos listed one by one before a table is cut short
_SHEET_ROWS = 12


def list_stores() -> list[ClipStore]:
    """All whole stores in the cache, the newest last. What cannot be opened is left out."""
    stores = []
    folder = clips_folder()
    for path in folder.iterdir() if folder.is_dir() else ():
        if not path.name.startswith("."):
            try:
                stores.append(ClipStore.open(path))
            except BadInput:
                continue  # `inrkit data clean` removes it
    return sorted(stores, key=lambda store: store.index.made)


def find_store(name: str) -> ClipStore:
    """The store in a folder, or the one in the cache whose name begins with `name`.

    Raises:
        BadInput: if there is none, or more than one.
    """
    if (Path(name) / "index.json").is_file():
        return ClipStore.open(name)
    found = [path for path in _named(clips_folder()) if name and path.name.startswith(name)]
    if len(found) != 1:
        known = ", ".join(path.name[:12] for path in _named(clips_folder())) or "none"
        what = f"{len(found)} stores begin with {name!r}" if found else f"there is no store {name!r}"
        raise BadInput(what, f"Kept are: {known}. Prepare one with `inrkit data prepare SOURCE`.")
    return ClipStore.open(found[0])


def _named(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if not path.name.startswith(".")) if folder.is_dir() else []


def facts_of(store: ClipStore) -> dict[str, Any]:
    """The manifest, for programs."""
    manifest = store.index.model_dump(mode="json")
    return {"folder": str(store.folder), "clips": len(store), "bytes": size_of(store.folder)} | manifest


def store_table(store: ClipStore, every_video: bool = False) -> Table:
    """A store and its videos, for people."""
    index, videos = store.index, store.index.videos
    used = [video for video in videos if video.starts]
    table = Table(box=None, show_header=False)
    table.add_column()
    table.add_column(overflow="fold")
    table.add_row("store", str(store.folder))
    table.add_row("clips", f"{len(store):,} of {'x'.join(map(str, store.clip_shape[:3]))} from {len(used)} videos")
    table.add_row("on disk", bytes_for_people(size_of(store.folder)))
    table.add_row("cut", _settings(store.settings))
    table.add_row("made", index.made)
    if index.licence:
        table.add_row("licence", index.licence)
    shown = videos if every_video or len(videos) <= _MANY else videos[: _MANY - 1]
    for video in shown:
        table.add_row(f"  {video.name}", _video(video))
    if len(shown) < len(videos):
        table.add_row("  …", f"{len(videos) - len(shown)} more: inrkit data info {store.key[:12]}")
    return table


def stores_table(stores: list[ClipStore]) -> Table:
    """A line for each store."""
    table = Table("store", "clips", "of", "videos", "on disk", "made", "first video", box=None)
    for store in stores:
        videos = store.index.videos
        shape = "x".join(map(str, store.clip_shape[:3]))
        size = bytes_for_people(size_of(store.folder))
        first = videos[0].path or videos[0].name
        table.add_row(store.key[:12], f"{len(store):,}", shape, f"{len(videos):,}", size, store.index.made[:16], first)
    return table


def draw_sheet(store: ClipStore, path: Path) -> None:
    """Clips from all over the store, a row each."""
    from inrkit.report.sheets import contact_sheet

    count = min(_SHEET_ROWS, len(store))
    rows = [i * len(store) // count for i in range(count)]
    labels = [f"{store.clips[row].video[-24:]}\nfrom {store.clips[row].start}" for row in rows]
    write_png(path, contact_sheet(list(zip(labels, store.read(rows), strict=True))))


def command_to_train(source: str, store: ClipStore) -> str:
    """The command that finds the same clips."""
    settings = store.settings
    height, width = settings.size
    words = ["inrkit", "train", source, "--frames", settings.frames, "--size", f"{height}x{width}"]
    for name in ("stride", "fps", "limit"):
        if (value := getattr(settings, name)) is not None:
            words += [f"--{name}", f"{value:g}"]
    words += ["--fit", settings.fit] if settings.fit != "crop" else []
    words += ["-o", f"data.box={settings.box}"] if settings.box else []
    words += ["-o", "data.avoid_cuts=true"] if settings.avoid_cuts else []
    words += ["--skip-bad"] if any(video.bad for video in store.index.videos) else []
    return shlex.join(map(str, words))


def size_of(folder: Path) -> int:
    """Bytes of the files in a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else 0


def bytes_for_people(count: int) -> str:
    """`12.3 MB`."""
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.1f} MB"


def _settings(settings: ClipSettings) -> str:
    parts = [f"every {settings.stride or settings.frames} frames", settings.fit]
    parts += [f"at {settings.fps:g} frames a second"] if settings.fps else []
    parts += [f"box {settings.box}"] if settings.box else []
    parts += ["avoiding cuts"] if settings.avoid_cuts else []
    parts += [f"the first {settings.limit}"] if settings.limit else []
    return ", ".join(parts)


def _video(video: VideoRecord) -> str:
    if video.rejected:
        return f"left out: {video.rejected}"
    height, width = video.size
    clips = f"{len(video.starts):,} clips" if len(video.starts) != 1 else "1 clip"
    return f"{clips} of {video.frames:,} frames, {height}x{width}, {video.fps:.4g} fps"
