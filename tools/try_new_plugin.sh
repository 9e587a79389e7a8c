#!/usr/bin/env bash
# A new plugin as its author meets it, from wheels alone: `try_new_plugin.sh VENV` writes one, builds and installs it,
# checks it and runs its tests; then it holds new plugins of every kind to the rules of inrkit's own code. VENV has the
# dependencies and the tools. Nothing is downloaded, and nothing in VENV is changed.
set -euo pipefail
venv=$(cd "$1" && pwd)
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset PYTHONPATH "${!INRKIT_@}"

tool() { "$venv/bin/python" -m "$@"; }

wheel() { # FOLDER
    tool pip wheel -q --disable-pip-version-check --no-deps --no-index --no-build-isolation -w "$work/wheels" "$1"
}

install_wheels() { # WHEEL...
    tool pip --python "$work/venv/bin/python" install -q --disable-pip-version-check --no-deps --no-index "$@"
}

# The packages of VENV are found after those installed here, and what is editable there is not found at all: what is
# missing in a wheel is missing.
tool venv --without-pip "$work/venv"
site='import sysconfig; print(sysconfig.get_path("purelib"))'
"$venv/bin/python" -c "$site" >"$("$work/venv/bin/python" -c "$site")/of_another_venv.pth"
for project in "$root" "$root"/plugins/*/; do wheel "$project"; done
install_wheels "$work"/wheels/*.whl
cd "$work"
inrkit=$work/venv/bin/inrkit

"$inrkit" plugins new inrkit-tried --kind inr
wheel ./inrkit-tried
install_wheels wheels/inrkit_tried-*.whl
"$inrkit" plugins check tried
(cd inrkit-tried && "$work/venv/bin/python" -m pytest -q)

mkdir every && cd every
for kind in $("$work/venv/bin/python" -c 'from inrkit.templates.kinds import KINDS; print(*KINDS)'); do
    "$inrkit" plugins new "a-$kind" --kind "$kind" >/dev/null
    "$inrkit" plugins new "one-$kind" --kind "$kind" --one-file >/dev/null
done
cp a-inr/pyproject.toml . # its settings, for the single files too
tool ruff check -q .
tool ruff format -q --check .
tool mypy --config-file pyproject.toml a-*/src ./*.py
