"""What this distribution offers; imported at start, so nothing heavy."""

from __future__ import annotations

from inrkit import declare, hookimpl


@hookimpl
def inrkit_tasks() -> list[declare.Task]:
    """The task."""
    return [
        declare.Task(
            name="colourise",
            target="inrkit_colourise.task:Colourising",
            summary="Find the colours of grey videos: only their luminance is seen",
        )
    ]
