"""What tests of several folders share."""

import ast
import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest


@pytest.fixture
def stranger(tmp_path):
    """Python in an environment of its own, where everything that is installed here can be imported.

    ``stranger("-c", "…", cwd=folder)`` returns what it prints. It has no ``INRKIT_`` variables, and a cache of
    its own.
    """
    home = tmp_path / "environment"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", home], check=True)
    scheme = sysconfig.get_preferred_scheme("prefix")
    packages = sysconfig.get_path("purelib", scheme, {"base": str(home), "platbase": str(home)})
    Path(packages, "here.pth").write_text(f"import site; site.addsitedir({sysconfig.get_path('purelib')!r})\n")
    environ = {name: value for name, value in os.environ.items() if not name.startswith("INRKIT_")}
    environ |= {"INRKIT_CACHE": str(tmp_path / "cache"), "OMP_NUM_THREADS": "1"}

    def python(*words, cwd=tmp_path):
        command = [home / "bin/python", *map(str, words)]
        done = subprocess.run(command, cwd=cwd, env=environ, capture_output=True, text=True)
        assert done.returncode == 0, f"{' '.join(map(str, words))}\n{done.stdout}{done.stderr}"
        return done.stdout

    return python


@pytest.fixture
def imported():
    """Which of some modules a command imports: ``imported(words, names)``, seen from a fresh interpreter."""

    def names_of(words, names):
        code = f"""
import sys
from inrkit.cli import main
sys.argv[1:] = {[*map(str, words)]!r}
try:
    main()
finally:
    print([name for name in {names!r} if name in sys.modules])
"""
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
        assert done.returncode in (0, 2), done.stderr
        return ast.literal_eval(done.stdout.splitlines()[-1])

    return names_of
