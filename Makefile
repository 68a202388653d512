# Every target is a thin call of `python -m autograder <verb>`; .venv is set up on first use.

PYTHON ?= python3
VENV   := .venv
RUN    := $(VENV)/bin/python -m autograder

# Words a command line may set, passed on only when they are. Those that may hold spaces or marks of the shell's own reach the
# recipe as variables of the shell.
export FROM ZIP MAP CSV
stage     = $(if $(STAGE),--stage "$(STAGE)")
student   = $(if $(STUDENT),--student "$(STUDENT)")
jobs      = $(if $(JOBS),--jobs "$(JOBS)")
cluster   = $(if $(CLUSTER),--cluster "$(CLUSTER)")
course    = $(if $(COURSE),--course "$(COURSE)")
isolation = $(if $(ISOLATION),--isolation "$(ISOLATION)")
retrain   = $(if $(RETRAIN),--retrain)

.DEFAULT_GOAL := help
.PHONY: help demo test grade collect roster clean-class formgrader feedback export report release verify gradescope bench datasets baselines lint

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(VENV)/.ready  ## build a sample class, grade it with the real pipeline, show the table
	@$(RUN) demo $(course) $(stage) $(jobs)

test: $(VENV)/.ready  ## the kit's own tests
	@$(VENV)/bin/python -m pytest -n auto --dist loadfile $(ARGS)

grade: $(VENV)/.ready  ## TA: grade submitted/<student>/<stage>/  [STAGE= STUDENT= JOBS= CLUSTER= COURSE= ISOLATION= RETRAIN=1]
	@$(RUN) grade $(course) $(stage) $(student) $(jobs) $(cluster) $(isolation) $(retrain)

collect: $(VENV)/.ready  ## TA: downloads of an LMS, or folders, into submitted/  FROM=download.zip [STAGE= MAP= COURSE=]
	@FROM="$${FROM:-$$ZIP}" && $(RUN) collect $(course) $(stage) $(if $(MAP),--map "$$MAP") --from "$$FROM"

roster: $(VENV)/.ready  ## TA: the LMS's list of people into roster.csv  CSV=list.csv [STAGE= COURSE=]
	@$(RUN) roster $(course) $(stage) "$$CSV"

clean-class: $(VENV)/.ready  ## TA: remove all of a class, after asking  [YES=1 COURSE=]
	@$(RUN) clean-class $(course) $(if $(YES),--yes)

formgrader: $(VENV)/.ready  ## TA: nbgrader's web page for what is graded by hand  [COURSE=]
	@$(RUN) formgrader $(course)

feedback: $(VENV)/.ready  ## TA: make the students' pages again, with marks and comments given by hand  [STAGE= COURSE=]
	@$(RUN) feedback $(course) $(stage) $(student)

export: $(VENV)/.ready  ## TA: marks for the LMS  [FORMAT=canvas|moodle|csv|gradescope STAGE= COURSE=]
	@$(RUN) export $(course) $(stage) $(if $(FORMAT),--format "$(FORMAT)")

report: $(VENV)/.ready  ## TA: the class report  [COURSE=]
	@$(RUN) report $(course)

release: $(VENV)/.ready  ## instructor: make assignments/ and dist/ from solutions/, then verify  [STAGE=]
	@$(RUN) release $(stage)
	@$(RUN) verify $(stage)

verify: $(VENV)/.ready  ## instructor: the gates that show the suites are right  [STAGE= MUTANTS=1 SEEDS=100]
	@$(RUN) verify $(stage) --verbose $(if $(MUTANTS),--mutants) $(if $(SEEDS),--seeds "$(SEEDS)")

gradescope: $(VENV)/.ready  ## instructor: an autograder zip for Gradescope  STAGE=1-bptt
	@$(RUN) gradescope $(stage)

bench: $(VENV)/.ready  ## contributor: speed and memory, as ratios measured in one run
	@$(RUN) bench $(stage)

datasets: $(VENV)/.ready  ## contributor: make the data sets again, byte for byte
	@$(VENV)/bin/python -m datasets

baselines: $(VENV)/.ready  ## contributor: train RNN, LSTM and GRU on both tasks (about 10 minutes)
	@$(VENV)/bin/python -m datasets.baselines

lint: $(VENV)/.ready  ## contributor: ruff and mypy
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/mypy

$(VENV)/.ready: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v <= (3, 13) else f"Python 3.11 to 3.13 is needed, this is {v[0]}.{v[1]}. Name another one: make PYTHON=python3.12 $(MAKECMDGOALS)")'
	@echo "Setting up $(VENV) (once; a few minutes, PyTorch is large) ..."
	@$(PYTHON) -m venv $(VENV) || { echo "python -m venv failed: on Debian and Ubuntu install it with  sudo apt-get install python3-venv"; exit 1; }
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[cluster,dev]'
	@command -v bwrap >/dev/null || [ "$$(uname)" != Linux ] || \
	    echo "Note: bubblewrap, which shuts student code in, is missing: sudo apt-get install bubblewrap"
	@touch $@
