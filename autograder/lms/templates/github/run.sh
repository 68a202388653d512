#!/usr/bin/env bash
# run.sh <submission> <results.json>: grades a checkout of a student's repository.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
submission=$(cd "$1" && pwd)
results=$(realpath -m "$2")
cd "$here"
PYTHONPATH="$here" exec "${GRADER_PYTHON:-python}" -m autograder.lms.platforms github "@stage@" "$submission" "$results"
