"""What can be written anew."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """A kind of component.

    Args:
        about: What it is, in a line.
        title: How a sentence begins with it.
        use: The command in which it is used; ``{name}`` stands for the component's name.
        needs: First-party distributions whose components it is used with.
    """

    about: str
    title: str
    use: str
    needs: tuple[str, ...] = ()


KINDS = {
    "inr": Kind(
        "the network that is a video: colours as a function of (t, y, x)",
        "An INR",
        "inrkit train --plugin inrv --inr {name}",
    ),
    "encoder": Kind("from a clip to its latent", "An encoder", "inrkit train --plugin inrv --encoder {name}"),
    "hypernetwork": Kind(
        "from a latent to the weights of an INR", "A hypernetwork", "inrkit train --plugin inrv --hypernetwork {name}"
    ),
    "method": Kind(
        "a loss, and the components and presets that go with it",
        "A method",
        "inrkit train --plugin {name}",
        needs=("inrkit-inrv",),
    ),
    "task": Kind(
        "something to do with a trained space of videos, as a command",
        "A task",
        "inrkit {name} video.mp4 --run runs/mine",
    ),
    "sampler": Kind("new latents from those of training clips", "A sampler", "inrkit sample --sampler {name}"),
    "metric": Kind("a number that says how good a video is", "A metric", "inrkit evaluate runs/mine --metrics {name}"),
    "dataset": Kind("videos by name", "A dataset", "inrkit train --plugin inrv {name}"),
}
"""Kind to what there is to know about it, in the order in which authors are asked."""
