"""What this distribution offers; imported at start, so nothing heavy."""

from __future__ import annotations

from inrkit import declare, hookimpl


@hookimpl
def inrkit_tasks() -> list[declare.Task]:
    """The task."""
    return [
        declare.Task(
            name="predict",
            target="inrkit_frame_prediction.task:FramePrediction",
            options="inrkit_frame_prediction.options:PredictionOptions",
            summary="Predict how a clip goes on from its first frames",
        )
    ]
