"""What this distribution offers; imported at start, so nothing heavy."""

from __future__ import annotations

from inrkit import declare, hookimpl


@hookimpl
def inrkit_tasks() -> list[declare.Task]:
    """The tasks."""
    return [
        declare.Task(
            name="invert",
            target="inrkit_inversion.task:Inversion",
            summary="Find videos in the space of a run: everything is seen, and shown as the run can show it",
        ),
        declare.Task(
            name="fit-single",
            target="inrkit_inversion.single:FitSingle",
            options="inrkit_inversion.options:SingleOptions",
            summary="Fit a network of its own to every clip, many at once, as a run without a space",
            needs_run=False,
        ),
    ]
