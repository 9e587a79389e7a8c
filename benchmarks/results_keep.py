"""Commands of inrkit, each run as a user would type it; its answer is kept, and none is run twice."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import subprocess
import sys
import sysconfig
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from inrkit import InrkitError


def machine() -> str:
    """What figures were measured on."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    model = platform.processor() or platform.machine()
    if Path("/proc/cpuinfo").exists():
        found = re.search(r"^model name\s*: (.*)", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
        model = found[1] if found else model
    gpu = f", {torch.cuda.get_device_name()}" if torch.cuda.is_available() else ""
    threads = f"{torch.get_num_threads()} thread{'s'[: torch.get_num_threads() - 1]}"
    busy = ", busy with other work, so that all seconds are too many" if os.getloadavg()[1] > 1.5 * (cores or 1) else ""
    some = f"{cores} core{'s' if cores != 1 else ''}"
    return f"{model}, {some}{gpu}; PyTorch {torch.__version__.partition('+')[0]}, {threads}{busy}"


def answer_of(words: Sequence[str], kept: Path, trained: str, lock: int, before: Sequence[str] = ()) -> dict[str, Any]:
    """What `inrkit WORDS --json` says: as it was kept, if the same was asked of the same run, or else now.

    Args:
        kept: The file it is kept in.
        trained: The hash of the run.
        lock: A file descriptor that the command inherits.
        before: What the command is run through, as `nice` would be.

    Raises:
        InrkitError: The command failed.
    """
    question = {"words": list(words), "run": trained}
    if answer := kept_answer(words, kept, trained):
        if answer["code"] != _code():
            print(f"results: {kept} was measured by other code; --overwrite measures anew", file=sys.stderr)
        return answer
    print(f"$ inrkit {' '.join(words)}", file=sys.stderr)
    said, share = _said(words, kept, lock, before)
    answer = {"question": question, "code": _code(), "answer": said, "machine": machine(), "share": share}
    replace_text(kept, json.dumps(answer, indent=1))
    return answer


def kept_answer(words: Sequence[str], kept: Path, trained: str) -> dict[str, Any] | None:
    """As `answer_of` has it, if it was kept."""
    answer: dict[str, Any] | None = json.loads(kept.read_text()) if kept.exists() else None
    return answer if answer and answer["question"] == {"words": list(words), "run": trained} else None


def _said(words: Sequence[str], kept: Path, lock: int, before: Sequence[str]) -> tuple[Any, float]:
    """And what share of the time it has had a processor for itself: the machine may be busy with other work."""
    said = kept.with_suffix(".said")
    said.parent.mkdir(parents=True, exist_ok=True)
    program = Path(sysconfig.get_path("scripts")) / "inrkit"
    started = time.perf_counter()
    with said.open("wb") as out:
        command = subprocess.Popen([*before, program, *words, "--json"], stdout=out, pass_fds=[lock])
        try:
            _, status, used = os.wait4(command.pid, 0)
        except KeyboardInterrupt:
            command.wait()  # it was interrupted as well, and saves what it has
            raise
    code = command.returncode = os.waitstatus_to_exitcode(status)
    if code:
        raise InrkitError(f"`inrkit {words[0]}` failed with exit code {code}; see above")
    answer = json.loads(said.read_text())
    said.unlink()
    return answer, (used.ru_utime + used.ru_stime) / (time.perf_counter() - started)


def replace_text(file: Path, text: str) -> None:
    """Write all of it or nothing."""
    part = file.with_name(f".{file.name}.part")
    part.write_text(text)
    part.replace(file)


def _code() -> str:
    """Of all sources of inrkit and its plugins here, by which figures of other code are known."""
    root, digest = Path(__file__).resolve().parents[1], hashlib.sha256()
    for file in sorted([*root.glob("src/**/*.py"), *root.glob("plugins/*/src/**/*.py")]):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def hash_of(run: Path) -> str:
    """Of the model that a run has trained."""
    newest = max((run / "checkpoints").glob("step-*"), key=lambda path: path.name)
    return hashlib.sha256((newest / "model.safetensors").read_bytes()).hexdigest()
