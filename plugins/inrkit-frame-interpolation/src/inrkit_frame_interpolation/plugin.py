"""What this distribution offers; imported at start, so nothing heavy."""

from __future__ import annotations

from inrkit import declare, hookimpl


@hookimpl
def inrkit_tasks() -> list[declare.Task]:
    """The task."""
    return [
        declare.Task(
            name="interpolate-frames",
            target="inrkit_frame_interpolation.task:FrameInterpolation",
            options="inrkit_frame_interpolation.options:InterpolationOptions",
            summary="Recover the frames of a clip that lie between a few seen ones",
        )
    ]
