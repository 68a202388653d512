#!/usr/bin/env bash
# Prepares Gradescope's image: Python, bubblewrap, and an environment with the pinned libraries.
set -euo pipefail
source_folder=$(cd "$(dirname "$0")" && pwd)
export DEBIAN_FRONTEND=noninteractive
apt-get update
apt-get install -y --no-install-recommends bubblewrap util-linux ca-certificates
# The system's own Python where it will do (Ubuntu 24.04: 3.12, Debian 12: 3.11), else one of apt's, else uv's (Ubuntu 22.04, whose
# python3.11 is a release candidate).
usable() {
    command -v "$1" >/dev/null && "$1" -c 'import sys; v = sys.version_info
sys.exit(not ((3, 11) <= v[:2] <= (3, 13) and v.releaselevel == "final"))'
}
python=
for candidate in python3 python3.13 python3.12 python3.11; do
    if usable "$candidate"; then python=$candidate; break; fi
done
if [ -z "$python" ]; then
    for candidate in python3.12 python3.11; do
        apt-get install -y --no-install-recommends "$candidate" || continue
        if usable "$candidate"; then python=$candidate; break; fi
    done
fi
folder="$source_folder/.venv"
if [ -n "$python" ] && ! "$python" -m venv "$folder"; then
    rm -rf "$folder"  # Debian and Ubuntu have venv in a package of its own
    name=$("$python" -c 'import sys; print("python%d.%d" % sys.version_info[:2])')
    apt-get install -y --no-install-recommends "$name-venv" && "$python" -m venv "$folder" || { rm -rf "$folder"; python=; }
fi
if [ -z "$python" ]; then
    command -v pip3 >/dev/null || apt-get install -y --no-install-recommends python3-pip
    pip3 install uv || pip3 install --break-system-packages uv
    uv venv --seed --python 3.12 "$folder"
fi
"$folder/bin/python" -m pip install --quiet --disable-pip-version-check \
    -c "$source_folder/constraints.txt" -r "$source_folder/requirements.txt"
# What a student's program must not read, should there be no sandbox.
chmod -R go-rwx "$source_folder/autograder/stages" "$source_folder/solutions"
