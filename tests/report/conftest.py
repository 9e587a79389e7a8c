"""The page of a tiny run, made once, and what is in it."""

import hashlib
import re
import shutil
from base64 import b64encode
from html.parser import HTMLParser

import pytest

from inrkit.engine.reporter import Reporter
from inrkit.report.page.page import Wanted, write_report
from inrkit.testing.tiny import PLUGIN, plugins_off, trained_run

FEW = Wanted(clips=3, measured=4, samples=1)


class Page(HTMLParser):
    """What a browser would make of a page: its elements, the text of the body, and its styles.

    Attributes:
        elements: (name, attributes) in order.
        seen: The text that is shown.
    """

    def __init__(self, source):
        super().__init__()
        self.source, self.elements, self.seen, self.style, self._open = source, [], "", "", []
        self.feed(source)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in {"meta", "link", "img", "input"}:
            self._open.append(tag)

    def handle_endtag(self, tag):
        assert self._open.pop() == tag, f"</{tag}> closes another element"

    def handle_data(self, data):
        if "style" in self._open:
            self.style += data
        elif "body" in self._open:
            self.seen += data

    def close(self):
        super().close()
        assert not self._open, f"never closed: {self._open}"

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def headings(self):
        return [int(name[1]) for name, _ in self.elements if re.fullmatch("h[1-6]", name)]

    @property
    def policy(self):
        (policy,) = (each["content"] for each in self.all("meta") if "http-equiv" in each)
        return dict(part.strip().split(" ", 1) for part in policy.split(";"))

    @property
    def style_hash(self):
        return b64encode(hashlib.sha256(self.style.encode()).digest()).decode()


@pytest.fixture(scope="session")
def report(tmp_path_factory):
    """``report(spoil)`` gives the facts and the page of a tiny run, after `spoil(folder)` changed it."""

    def make(spoil=None, wanted=FEW):
        folder = shutil.copytree(trained_run(), tmp_path_factory.mktemp("report") / "run")
        if spoil:
            spoil(folder)
        with plugins_off(PLUGIN), pytest.MonkeyPatch.context() as patch:
            patch.setenv("INRKIT_CACHE", str(folder.parent / "cache"))
            facts = write_report(folder, folder / "report.html", wanted, Reporter())
        page = Page((folder / "report.html").read_text("utf-8"))
        page.close()
        return facts, page

    return make


@pytest.fixture(scope="session")
def tiny(report):
    """The facts and the page of the tiny run as it is."""
    return report()
