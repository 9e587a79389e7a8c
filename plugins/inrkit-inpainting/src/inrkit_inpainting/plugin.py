"""What this distribution offers; imported at start, so nothing heavy."""

from __future__ import annotations

from inrkit import declare, hookimpl


@hookimpl
def inrkit_tasks() -> list[declare.Task]:
    """The task."""
    return [
        declare.Task(
            name="inpaint",
            target="inrkit_inpainting.task:Inpainting",
            options="inrkit_inpainting.options:InpaintingOptions",
            summary="Recover the part of a video that a half, a box or a mask hides",
        )
    ]
