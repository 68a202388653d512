#!/usr/bin/env bash
# PrairieLearn's entrypoint: grades /grade/student into /grade/results/results.json.
set -euo pipefail
root=${GRADE_ROOT:-/grade}
cd "$root/tests/kit"
PYTHONPATH="$root/tests/kit" exec "${GRADER_PYTHON:-python3}" -m autograder.lms.platforms prairielearn "@stage@" "$root/student" "$root/results/results.json"
