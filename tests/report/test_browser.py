"""The page in a real browser: it loads without a complaint, asks for nothing, and fits a laptop and a phone."""

import json
import os
import re
import shutil
import subprocess
from html import unescape

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    *("--headless", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-sync", "--disable-component-update", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"),
    *("--allow-file-access-from-files", "--enable-logging=stderr", "--virtual-time-budget=2000"),
    *("--window-size=1400,900", "--dump-dom"),
]

# Two windows in one: a frame is as wide as it says, while a window of Chromium is never narrower than 500 pixels.
WINDOWS = """<!doctype html><html><body>
<iframe width="1280" height="800" src="{page}"></iframe><iframe width="390" height="800" src="{page}"></iframe>
<script>
onload = () => {{
  const sizes = [...document.querySelectorAll("iframe")].map(frame => {{
    const inner = frame.contentDocument;
    const broken = [...inner.images].filter(image => !image.naturalWidth).length;
    const shown = kind => [...inner.querySelectorAll("img." + kind)].filter(image => image.offsetWidth).length;
    const before = shown("moving");
    inner.getElementById("halt").click();
    return {{width: inner.documentElement.scrollWidth, broken, before, moving: shown("moving"), still: shown("still")}};
  }});
  document.body.innerHTML = "<pre>" + JSON.stringify(sizes) + "</pre>";
}};
</script></body></html>"""

pytestmark = pytest.mark.slow


@pytest.fixture
def look(tmp_path):
    """``look(source)`` is what two windows measure of a page, what the console says, and the addresses asked for."""
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        pytest.skip("there is no Chromium on this machine: apt-get install chromium")

    def load(source):
        (tmp_path / "page.html").write_text(source, "utf-8")
        (tmp_path / "windows.html").write_text(WINDOWS.format(page="page.html"))
        log = tmp_path / "net.json"
        root = ["--no-sandbox"] if os.geteuid() == 0 else []
        places = [f"--user-data-dir={tmp_path / 'profile'}", f"--log-net-log={log}"]
        command = [program, *FLAGS, *root, *places, (tmp_path / "windows.html").as_uri()]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        own = '"initiator":"not an origin"'  # Chromium's questions to its maker
        events = [line for line in log.read_text().splitlines() if '"initiator":' in line and own not in line]
        asked = re.findall(r'"url":"((?:https?|wss?)://[^"]*)"', "\n".join(events))
        console = [line for line in done.stderr.splitlines() if ":CONSOLE" in line]
        return json.loads(unescape(re.search("<pre>(.*?)</pre>", done.stdout)[1])), console, asked

    return load


def test_it_loads_in_a_laptop_and_a_phone(look, tiny):
    _, page = tiny
    windows, console, asked = look(page.source)
    assert not console and not asked
    for width, window in zip((1280, 390), windows, strict=True):
        assert window["width"] <= width, "nothing sticks out"
        assert not window["broken"], "every picture can be seen"
        assert window["before"] and not window["moving"] and window["still"] == window["before"], (
            "all can be held still"
        )


def test_what_would_get_in_is_kept_out_and_seen_here(look, tiny):
    """That the test above could fail."""
    _, page = tiny
    guest = '<img src="http://127.0.0.1:9/x.png" alt=""><script>console.log("it runs")</script><p>'
    _, console, asked = look(page.source.replace("<main", guest + "<main", 1))
    assert len([line for line in console if "Content Security Policy" in line]) >= 2 and not asked
    assert not [line for line in console if '"it runs"' in line]
    _, console, asked = look(re.sub("<meta http-equiv.*?>", "", page.source).replace("<main", guest + "<main", 1))
    assert "http://127.0.0.1:9/x.png" in asked and [line for line in console if "it runs" in line]
