"""What long work says of itself. This base says nothing; the command line has one for terminals and one for logs."""

from __future__ import annotations

from typing import Any


class Reporter:
    """Told of progress; decides what to show."""

    def note(self, text: str) -> None:
        """One line worth knowing."""

    def warn(self, text: str) -> None:
        """One line of warning."""

    def preparing(self, done: int, total: int, clips: int) -> None:
        """Videos cut into clips so far."""

    def training(self, step: int, steps: int, record: dict[str, Any]) -> None:
        """A logged step: loss, psnr, clips_per_second, …"""

    def fitting(self, what: str, done: int, total: int) -> None:
        """Steps taken so far of the search for latents, or for weights."""

    def measuring(self, what: str, done: int, total: int) -> None:
        """Clips fitted or rendered so far."""
