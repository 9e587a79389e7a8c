"""The whole page: its sections put into the template, closed to the network."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any

from inrkit.engine.reporter import Reporter
from inrkit.errors import BadInput
from inrkit.report.page.curves import curves
from inrkit.report.page.drawn import SAMPLERS, has_space, novel
from inrkit.report.page.evaluation import evaluation
from inrkit.report.page.html import Html, joined, tag, text
from inrkit.report.page.overview import overview
from inrkit.report.page.pictures import Pictures
from inrkit.report.page.reconstructions import reconstructions
from inrkit.report.page.scores import Scores, mean, measure
from inrkit.report.page.settings import settings
from inrkit.report.page.space import space
from inrkit.report.page.subject import Subject, open_subject
from inrkit.report.page.ways import pairs, ways
from inrkit.video.atomic import replacing

ROOM = 12 * 10**6
"""Bytes of all moving pictures; with everything else a page stays below 20 MB."""


@dataclass(frozen=True)
class Wanted:
    """What a page shows.

    Attributes:
        clips: Training clips with pictures.
        measured: Training clips with figures, at most.
        samples: Videos drawn by each sampler.
    """

    clips: int = 24
    measured: int = 1000
    samples: int = 8


def write_report(
    run: Path, out: Path, wanted: Wanted, reporter: Reporter, *, checkpoint: int | None = None, device: str = "cpu"
) -> dict[str, Any]:
    """Write the page of a run.

    Returns:
        Facts about it, for programs.

    Raises:
        BadInput: It is no run, has no checkpoint, or `out` is a folder.
        PluginError: A plugin it was made with does not work.
        InrkitError: The page cannot be written; an old one stays.
    """
    if out.is_dir():
        raise BadInput(f"{out} is a folder", "Name a file, such as report.html.")
    subject = open_subject(run, checkpoint, device, reporter)
    if subject.gone:
        reporter.note(f"The training clips are not at hand, so there is nothing to compare with: {subject.gone}.")
    scores = measure(subject, wanted.measured, reporter)
    content = page(subject, scores, wanted, reporter).encode()
    with replacing(out) as unfinished:
        unfinished.write_bytes(content)
    return {
        "file": str(out),
        "bytes": len(content),
        "step": subject.step,
        "clips": len(scores.rows) if scores else 0,
        "psnr": round(mean(scores.psnr), 2) if scores else None,
        "static_floor": round(mean(scores.floor), 2) if scores else None,
        "missing": subject.gone,
    }


def page(subject: Subject, scores: Scores | None, wanted: Wanted, reporter: Reporter) -> Html:
    """The page of what was measured."""
    pictures = Pictures(ROOM, _how_many(subject, wanted), reporter)
    sections = [
        overview(subject, scores, pictures),
        curves(subject, scores),
        reconstructions(subject, scores, wanted.clips, pictures),
        novel(subject, wanted.samples, pictures),
        ways(subject, pictures),
        space(subject, scores, wanted.measured),
        *evaluation(subject),
        settings(subject),
    ]
    return assembled(subject.title, _about(subject), [each for each in sections if each is not None])


def _how_many(subject: Subject, wanted: Wanted) -> int:
    """Moving pictures of a page."""
    if not subject.model.latents:
        return 0
    count = len(subject.names)
    drawn = len(SAMPLERS) * wanted.samples + len(pairs(count)) if has_space(subject) else 0
    return 1 + min(wanted.clips, count) + drawn


def assembled(title: str, about: str, sections: Sequence[Html]) -> Html:
    """Sections in the template, with a list of contents and a policy that lets nothing in."""
    style = (files(__package__) / "page.css").read_text("utf-8")
    digest = b64encode(sha256(style.encode()).digest()).decode()
    closed = "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'"
    words = {
        "policy": f"{closed}; style-src 'sha256-{digest}'",
        "title": text(title),
        "style": style,
        "about": text(about),
        "contents": contents(sections),
        "sections": joined(sections),
        "version": text(version("inrkit")),
    }
    return Html(Template((files(__package__) / "page.html").read_text("utf-8")).substitute(words))


def contents(sections: Sequence[Html]) -> Html:
    """Links to the sections, by their headings."""
    found = [re.search(r'<h2 id="([a-z]+)-title">(.*?)</h2>', each) for each in sections]
    return joined(tag("a", Html(match[2]), href=f"#{match[1]}") for match in found if match)


def _about(subject: Subject) -> str:
    config = subject.run.config
    preset = f", preset {config.preset}" if config.preset else ""
    return f"{config.method.name}{preset}: {config.encoder.name}, {config.hypernetwork.name}, {config.inr.name}"
