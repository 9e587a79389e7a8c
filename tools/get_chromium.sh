#!/bin/sh
# Installs the system's Chromium, in which a test looks at the page of a run, where that takes no questions: as root,
# with apt. Without it that test is skipped, so nothing here is an error.
for name in chromium chromium-browser google-chrome; do
    if command -v "$name" >/dev/null; then exit 0; fi
done
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "inrkit: no Chromium, and no way to install it here: the page of a run is not looked at in a browser" >&2
    exit 0
fi
export DEBIAN_FRONTEND=noninteractive
{ timeout 120 apt-get update && timeout 300 apt-get install -y --no-install-recommends chromium fonts-dejavu-core; } >/dev/null 2>&1 ||
    echo "inrkit: apt-get cannot install chromium: the page of a run is not looked at in a browser" >&2
exit 0
