"""What this distribution offers; imported at start, so nothing heavy."""

from __future__ import annotations

from inrkit import declare, hookimpl


@hookimpl
def inrkit_tasks() -> list[declare.Task]:
    """The task."""
    return [
        declare.Task(
            name="sparse-inpaint",
            target="inrkit_sparse_inpainting.task:SparseInpainting",
            options="inrkit_sparse_inpainting.options:SparseOptions",
            summary="Recover whole videos from a few scattered pixels",
        )
    ]
