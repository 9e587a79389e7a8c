"""Which videos are done already: a call that was killed goes on with the others."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from inrkit.engine.job import Job
from inrkit.errors import BadInput
from inrkit.video.identity import files_of

RECORD = "record.json"
"""Written last, whole or not at all, and removed first: where it lies, all of a video is done."""


def request_of(job: Job, video: Path, how: dict[str, Any]) -> str:
    """The sha256 of everything that decides what becomes of a video.

    Args:
        how: What is asked for beside the job, as plain data.
    """
    settings = {
        "task": job.name,
        "options": _plain(job.options),
        "fit": _plain(job.fit),
        "also": _plain(job.also),
        "seed": job.seed,
        "model": job.model.content,
        "network": job.network,
        "how": how,
        "video": [str(video.resolve()), _files(video)],
    }
    return hashlib.sha256(json.dumps(settings, sort_keys=True, default=str).encode()).hexdigest()


def record_in(folder: Path, request: str) -> dict[str, Any] | None:
    """The record of a video that was done in just the same way; None if it was not, or not wholly."""
    try:
        record = json.loads((folder / RECORD).read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    return record if isinstance(record, dict) and record.get("request") == request else None


def _files(video: Path) -> list[tuple[str, int, int]]:
    try:
        return files_of(video)
    except BadInput:  # which is said when it is to be read
        return []


def _plain(options: object) -> Any:
    return options.model_dump(mode="json") if isinstance(options, BaseModel) else None
