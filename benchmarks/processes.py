"""One process and two, the same training: steps a second, and the bytes that go between them, beside what is foretold.

python benchmarks/processes.py [--steps 200] [--processes 1 2] [-- OPTIONS OF inrkit train]

Bytes are those of the loopback (/proc/net/dev), so leave nothing else at work that uses it. The first steps, in which
processes find each other, are those of a short run, which is taken off.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from inrkit.engine.loading import load

SHORT = 20


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--processes", type=int, nargs="*", default=[1, 2])
    parser.add_argument("words", nargs="*")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as nowhere:
        print("| processes | steps/s | MB a step | foretold |\n| --- | ---: | ---: | ---: |")
        for count in wanted.processes:
            runs = [train(Path(nowhere), count, steps, wanted.words) for steps in (SHORT, SHORT + wanted.steps)]
            seconds = runs[1][0] - runs[0][0]
            sent = (runs[1][1] - runs[0][1]) / wanted.steps
            expected = foretold(Path(nowhere) / "run", count)
            print(f"| {count} | {wanted.steps / seconds:.2f} | {sent / 1e6:.3f} | {expected / 1e6:.3f} |", flush=True)


def train(folder: Path, count: int, steps: int, words: list[str]) -> tuple[float, int]:
    """Seconds of training, and bytes that went over the loopback."""
    command = [sys.executable, "-m", "inrkit", "train", "-p", "inrv", "--holdout", "0", "--device", "cpu", "-q"]
    command += ["--steps", str(steps), "--overwrite", "--out", str(folder / "run"), "--devices", str(count), *words]
    command += [
        "-o",
        f"train.log_every={steps}",
        "--checkpoint-every",
        str(steps),
        "-o",
        f"train.sheet_every={steps + 1}",
    ]
    before = sent_so_far()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=os.environ | {"OMP_NUM_THREADS": "1"})
    last = (folder / "run" / "metrics.jsonl").read_text().splitlines()[-1]
    return json.loads(last)["seconds"], sent_so_far() - before


def foretold(run: Path, count: int) -> int:
    """An all-reduce sends each number 2 (n - 1) times in all: gradients of the model, and of the codes of a step."""
    model = load(run)
    assert model.config is not None
    batch = min(model.config.train.batch, len(model.config.data.clips))
    numbers = sum(parameter.numel() for parameter in model.parameters())
    numbers += batch * sum(rows[0].numel() for rows in model.codes.values())
    return 4 * numbers * 2 * (count - 1)


def sent_so_far() -> int:
    """Bytes that the loopback has carried."""
    lines = Path("/proc/net/dev").read_text().splitlines()
    return int(next(line for line in lines if line.strip().startswith("lo:")).split(":")[1].split()[0])


if __name__ == "__main__":
    main()
