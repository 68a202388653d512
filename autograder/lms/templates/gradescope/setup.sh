#!/usr/bin/env bash
# Prepares Gradescope's image: Python, bubblewrap, and an environment with the pinned libraries.
set -euo pipefail
source_folder=$(cd "$(dirname "$0")" && pwd)
export DEBIAN_FRONTEND=noninteractive
apt-get update
apt-get install -y bubblewrap util-linux
python=
for version in 3.13 3.12 3.11; do
    if command -v "python$version" >/dev/null; then python="python$version"; break; fi
done
if [ -z "$python" ]; then
    apt-get install -y python3.12 python3.12-venv && python=python3.12 \
        || { apt-get install -y python3.11 python3.11-venv && python=python3.11; }
else
    apt-get install -y "$python-venv" || true
fi
"$python" -m venv "$source_folder/.venv"
"$source_folder/.venv/bin/python" -m pip install --quiet --disable-pip-version-check \
    -c "$source_folder/constraints.txt" -r "$source_folder/requirements.txt"
# What a student's program must not read, should there be no sandbox.
chmod -R go-rwx "$source_folder/autograder/stages" "$source_folder/solutions"
