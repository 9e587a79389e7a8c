"""What this distribution offers; imported at start, so nothing heavy."""

from __future__ import annotations

from inrkit import declare, hookimpl


@hookimpl
def inrkit_tasks() -> list[declare.Task]:
    """The task."""
    return [
        declare.Task(
            name="invert",
            target="inrkit_inversion.task:Inversion",
            summary="Find videos in the space of a run: everything is seen, and shown as the run can show it",
        )
    ]
