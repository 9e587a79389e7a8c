"""What this distribution offers; imported at start, so nothing heavy."""

from __future__ import annotations

from inrkit import declare, hookimpl


@hookimpl
def inrkit_tasks() -> list[declare.Task]:
    """The task."""
    return [
        declare.Task(
            name="superresolve",
            target="inrkit_superresolution.task:Superresolution",
            options="inrkit_superresolution.options:SuperresolutionOptions",
            summary="Recover a video from what a sensor of few pixels sees of it",
        )
    ]
