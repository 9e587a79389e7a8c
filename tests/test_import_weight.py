"""What a command imports before it does anything, seen from a fresh interpreter."""

import subprocess
import sys

import pytest

HEAVY = ("torch", "numpy", "av", "accelerate", "torchvision", "lpips")


@pytest.mark.parametrize("words", [["--help"], ["plugins", "--json"], ["train", "--help"]])
def test_looking_around_imports_nothing_heavy(imported, words):
    """With the installed plugins, so this is also their test."""
    heavy = (*HEAVY, "pydantic") if words == ["--help"] else HEAVY
    assert imported(words, heavy) == []


def test_importing_inrkit_is_light():
    code = f"import sys, inrkit; assert not [name for name in {HEAVY!r} if name in sys.modules]"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
