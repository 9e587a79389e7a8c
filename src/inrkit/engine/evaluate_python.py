"""`inrkit.evaluate`: an evaluation asked for from Python."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

from inrkit.engine.evaluate import evaluate as evaluate_run
from inrkit.engine.evaluate import save
from inrkit.engine.evaluate_options import EvaluateOptions
from inrkit.engine.reporter import Reporter
from inrkit.engine.runs import Run
from inrkit.options import resolve


def evaluate(
    run: str | Path,
    *,
    checkpoint: int | None = None,
    all_checkpoints: bool = False,
    device: str = "auto",
    reporter: Reporter | None = None,
    **choices: Any,
) -> dict[str, Any]:
    """Measure a run; the same as ``inrkit evaluate``, evaluation.json included.

    Args:
        run: The folder of a run.
        checkpoint: Its step; the newest if None.
        all_checkpoints: Measure each; the last one's parts are those of the run.
        device: "auto", "cpu", "cuda", "cuda:i" or "mps".
        reporter: Told of progress.
        choices: ``metrics``, ``samplers`` and ``tasks``, lists of names; ``samples``, ``clips``, ``batch`` and
            ``seed``, numbers; ``size``, (height, width); ``held_out``, ``real`` and ``detector``, paths; ``paper`` and
            ``allow_torchscript``; ``metrics_device``; ``set``, ``"section.key"`` to value. What is left out is as with
            the command.

    Returns:
        The content of evaluation.json: of each of ``parts`` its ``scores``, and what belongs beside them.

    Raises:
        InrkitError: Of the kind that says what to do, see :mod:`inrkit.errors`.
    """
    options = cast(EvaluateOptions, resolve({"evaluate": EvaluateOptions}, choices)["evaluate"])
    document = evaluate_run(
        Path(run), options, checkpoint=checkpoint, all_checkpoints=all_checkpoints, device=device, reporter=reporter
    )
    save(document, Run(Path(run)).evaluation_file)
    return document
