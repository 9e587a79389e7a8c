"""What a command imports before it does anything, seen from a fresh interpreter."""

import subprocess
import sys

import pytest

HEAVY = ("torch", "numpy", "av", "accelerate", "torchvision", "lpips")


@pytest.mark.parametrize("words", [["--help"], ["plugins", "--json"], ["train", "--help"]])
def test_looking_around_imports_nothing_heavy(words):
    """With the installed plugins, so this is also their test."""
    code = f"""
import sys
from inrkit.cli import main
sys.argv[1:] = {words!r}
try:
    main()
finally:
    loaded = [name for name in {HEAVY!r} if name in sys.modules]
    assert not loaded, loaded
    assert {words!r} != ["--help"] or "pydantic" not in sys.modules
"""
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert "AssertionError" not in result.stderr, result.stderr
    assert result.returncode in (0, 2), result.stderr


def test_importing_inrkit_is_light():
    code = f"import sys, inrkit; assert not [name for name in {HEAVY!r} if name in sys.modules]"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
