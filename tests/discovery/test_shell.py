"""The whole thing once, as a user has it: a fresh interpreter, and a plugin that is broken."""

import json
import os
import subprocess
import sys


def test_a_broken_plugin_in_a_fresh_interpreter(site):
    site.install("bad-plugin", "raise SystemExit(5)")
    environ = {**os.environ, "PYTHONPATH": str(site.folder)}
    command = [sys.executable, "-c", "from inrkit.cli import main; main()", "plugins", "--json"]
    result = subprocess.run(command, capture_output=True, text=True, env=environ, timeout=60)
    assert result.returncode == 0
    assert [plugin["state"] for plugin in json.loads(result.stdout) if plugin["name"] == "bad-plugin"] == ["broken"]
    assert result.stderr.count("\n") == 1
