#!/bin/sh
# Makes the virtual environment VENV with inrkit, every plugin and the tools of development in it: `setup.sh VENV`.
# Whatever is missing is said in one line, before anything is made.
set -eu

venv=$1
stamp=$venv/.installed
clone_gb=${CLONE_GB:-10}
tmp_gb=${TMP_GB:-4}

say() { echo "inrkit: $*" >&2; }
die() { say "$*"; exit 1; }

# --- a Python: the first that runs and is new enough

version_of() { "$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null || true; }

new_enough() {
    case $1 in
        3.1[1-9] | 3.[2-9][0-9] | [4-9].*) ;;
        *) return 1 ;;
    esac
}

find_python() {
    old=
    for python in ${PYTHON:+"$PYTHON"} python3.13 python3.12 python3.11 python3; do
        version=$(version_of "$python")
        if new_enough "$version"; then return; fi
        if [ -n "$version" ]; then old="$old; $python is $version"; fi
        if [ "$python" = "${PYTHON:-}" ]; then
            say "PYTHON=$python ${version:+is only }${version:-does not run}: looking for another"
        fi
    done
    die "needs Python 3.11 or newer and finds none$old: install python3.11 or name one, as in 'make test PYTHON=/path/to/python'"
}

# --- room on the disk

free_gb() { df -Pk "$1" 2>/dev/null | awk 'NR == 2 { print int($4 / 1048576) }'; }

need() { # GB FOLDER HINT
    free=$(free_gb "$2")
    case $free in "" | *[!0-9]*) return ;; esac # df does not know
    [ "$free" -ge "$1" ] || die "needs about $1 GB of free disk in $2, which has $free GB: $3"
}

check_disk() {
    taken=0
    if [ -d "$venv" ]; then # of an install that was interrupted
        taken=$(du -sk "$venv/" | awk '{ print int($1 / 1048576) }')
    fi
    need $((clone_gb - taken)) "$PWD" "free some, or move the clone"
    need "$tmp_gb" "${TMPDIR:-/tmp}" "free some, or set TMPDIR to a folder with more"
}

# --- the virtual environment, and a pip that installs into it: its own, or one from outside (where ensurepip is missing)

run_pip() {
    case $pip in
        own) "$venv/bin/python" -m pip "$@" ;;
        python) "$python" -m pip --python "$venv/bin/python" "$@" ;;
        *) "$pip" --python "$venv/bin/python" "$@" ;;
    esac
}

find_pip() {
    for pip in "$@"; do
        if run_pip --version >/dev/null 2>&1; then return; fi
    done
    return 1
}

no_pip() {
    die "finds no pip for $venv: install the package python$version-venv (Debian, Ubuntu), or pip 22.3 or newer"
}

make_venv() {
    if "$python" -m venv "$venv" >/dev/null 2>&1 && find_pip own; then return; fi
    rm -rf "$venv"
    if "$python" -m venv --without-pip "$venv" >/dev/null 2>&1 && find_pip python pip3 pip; then return; fi
    rm -rf "$venv"
    no_pip
}

find_pip_again() {
    if find_pip own; then return; fi
    find_python
    find_pip python pip3 pip || no_pip
}

remove_broken_venv() {
    if [ ! -e "$venv" ] && [ ! -L "$venv" ]; then return; fi
    if [ ! -f "$venv/pyvenv.cfg" ] && ! rmdir "$venv" 2>/dev/null; then
        die "$venv is in the way and is no virtual environment: move it away"
    fi
    rm -rf "$venv"
}

# --- the packages, in one pip command

install_all() {
    set -- -e ".[metrics,clip,tensorboard,test,docs,dev]"
    for project in plugins/*/pyproject.toml; do
        if [ -f "$project" ]; then set -- "$@" -e "${project%/pyproject.toml}"; fi
    done
    run_pip install -qq --disable-pip-version-check -c constraints.txt "$@" ||
        die "pip failed, for the reason above; when that is mended, run make again and it goes on"
}

check_torch() {
    "$venv/bin/python" - <<'END' || crashed $?
import sys
from importlib.metadata import PackageNotFoundError, version


def installed(name):
    try:
        return f"{name} {version(name)}"
    except PackageNotFoundError:
        return f"no {name}"


try:
    import torchvision.ops
except Exception as error:
    reason = (str(error).strip() or type(error).__name__).splitlines()[0]
    pair = f"{installed('torch')} and {installed('torchvision')}"
    sys.exit(f"inrkit: {pair} do not work together ({reason}): name a pair that does in constraints.txt")
END
}

crashed() {
    [ "$1" -eq 1 ] || say "importing torchvision.ops crashed: torch and torchvision do not work together"
    exit 1
}

version=$(version_of "$venv/bin/python")
new_enough "$version" && kept=yes || kept=no
if [ $kept = no ]; then
    find_python
    remove_broken_venv
fi
if [ -f "$stamp" ]; then
    news="bringing $venv up to date"
else
    check_disk
    news="installing into $venv with Python $version: about 3 GB to download, 6 GB on disk, a few minutes"
fi
if [ $kept = yes ]; then find_pip_again; else make_venv; fi
say "$news"
rm -f "$stamp"
pwd -P >"$venv/.installing" # as old as what is installed: a project file that changes from here on is newer
install_all
check_torch
mv "$venv/.installing" "$stamp"
