# Every target is a thin call of `python -m autograder <verb>`; .venv is set up on first use.

PYTHON ?= python3
VENV   := .venv
RUN    := VIA_MAKE=yes $(VENV)/bin/python -m autograder

# Words a command line may set, passed on only when they are. Those that may hold spaces or marks of the shell's own reach the
# recipe as variables of the shell.
export FROM ZIP MAP CSV COURSE STUDENT
stage     = $(if $(STAGE),--stage "$(STAGE)")
student   = $(if $(STUDENT),--student "$$STUDENT")
jobs      = $(if $(JOBS),--jobs "$(JOBS)")
cluster   = $(if $(CLUSTER),--cluster "$(CLUSTER)")
course    = $(if $(COURSE),--course "$$COURSE")
isolation = $(if $(ISOLATION),--isolation "$(ISOLATION)")
retrain   = $(if $(RETRAIN),--retrain)

.DEFAULT_GOAL := help
.PHONY: environment help doctor demo test grade collect roster clean-class formgrader feedback export report release verify try solutions stage figures lite pictures gradescope package bench datasets baselines lint words marking return

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: environment  ## build a sample class, grade it with the real pipeline, show the table  [STAGE= COURSE= ISOLATION=wasm|process TORCH=no WASM=yes]
	@$(RUN) demo $(course) $(stage) $(jobs) $(isolation)

test: environment  ## the kit's own tests
	@$(VENV)/bin/python -m pytest -n auto --dist loadfile $(ARGS)

doctor: environment  ## what grading needs of this machine and of a course folder, each with its remedy  [COURSE=]
	@$(RUN) doctor $(course)

grade: environment  ## TA: grade submitted/<student>/<stage>/  [STAGE= STUDENT= JOBS= CLUSTER= COURSE= ISOLATION= RETRAIN=1 ALL=1]
	@$(RUN) grade $(course) $(stage) $(student) $(jobs) $(cluster) $(isolation) $(retrain) $(if $(ALL),--all)

collect: environment  ## TA: downloads of an LMS, or folders, into submitted/  FROM=download.zip [STAGE= MAP= COURSE=]
	@FROM="$${FROM:-$$ZIP}" && $(RUN) collect $(course) $(stage) $(if $(MAP),--map "$$MAP") --from "$$FROM"

roster: environment  ## TA: the LMS's list of people into roster.csv  CSV=list.csv [STAGE= COURSE=]
	@$(RUN) roster $(course) $(stage) "$$CSV"

clean-class: environment  ## TA: remove all of a class, after asking  [YES=1 COURSE=]
	@$(RUN) clean-class $(course) $(if $(YES),--yes)

formgrader: environment  ## TA: nbgrader's web page for what is graded by hand  [COURSE=]
	@$(RUN) formgrader $(course)

marking: environment  ## TA: what is left to read by hand; split it, bring marks together  [SHARE=2/3 IMPORT=list.csv|gradebook.db|folder STAGE= COURSE=]
	@$(RUN) marking $(course) $(stage) $(if $(SHARE),--share "$(SHARE)") $(if $(IMPORT),--import "$(IMPORT)")

feedback: environment  ## TA: make the students' pages again, with marks and comments given by hand  [STAGE= COURSE=]
	@$(RUN) feedback $(course) $(stage) $(student)

export: environment  ## TA: marks for the LMS  [FORMAT=canvas|moodle|csv|gradescope STAGE= PARTIAL=1 COMMENTS=1 COURSE=]
	@$(RUN) export $(course) $(stage) $(if $(FORMAT),--format "$(FORMAT)") $(if $(PARTIAL),--partial) $(if $(COMMENTS),--comments)

return: environment  ## TA: the students' pages, packed as the LMS takes them back  [FORMAT=canvas|moodle|gradescope|folders STAGE= COURSE=]
	@$(RUN) return $(course) $(stage) $(if $(FORMAT),--format "$(FORMAT)")

report: environment  ## TA: the class report  [COURSE=]
	@$(RUN) report $(course)

release: environment  ## instructor: build assignments/ and dist/ from solutions/ aside, run the gates, then swap; what is due by course.toml  [STAGE= COURSE=]
	@$(RUN) release --prove $(course) $(stage)

solutions: environment  ## instructor: model answers for students, once the deadline has passed  STAGE=1-bptt [COURSE=]
	@$(RUN) solutions $(course) $(stage)

stage: environment  ## instructor: lay out a new stage that passes the gates as it stands  NAME=attention
	@$(RUN) stage "$(NAME)"

try: environment  ## instructor: a change in seconds  STAGE=1-bptt [TASK=1.3 | MISTAKE=id | GATE=words | FILE=answer.py, COURSE=]
	@$(RUN) try $(course) $(stage) $(if $(TASK),--task "$(TASK)") $(if $(MISTAKE),--mistake "$(MISTAKE)") $(if $(GATE),--gate "$(GATE)") $(if $(FILE),--file "$(FILE)")

verify: environment  ## instructor: the gates that show the suites are right  [STAGE= SHORT=1 AGAIN=1 MUTANTS=1 GRADER=1|words SEEDS=10|11-20 COURSE=]
	@$(RUN) verify $(course) $(stage) --verbose $(if $(SHORT),--short) $(if $(AGAIN),--again) $(if $(MUTANTS),--mutants) $(if $(GRADER),--grader "$(filter-out 1 yes,$(GRADER))") $(if $(SEEDS),--seeds "$(SEEDS)")

figures: environment  ## instructor: every figure of the notebooks as SVG and PNG, for a lecture  [STAGE=]
	@$(RUN) figures $(stage)

lite: environment  ## instructor: dist/lite/, a site on which students work in the browser, stages 1 to 3  [STAGE= COURSE=]
	@$(RUN) lite $(course) $(stage)

pictures: environment  ## contributor: the README's pictures again, and the list of what they show
	@$(VENV)/bin/python -m autograder.prove.pictures

gradescope: environment  ## instructor: an autograder zip for Gradescope  STAGE=1-bptt [COURSE=]
	@$(RUN) gradescope $(course) $(stage)

package: environment  ## instructor: an autograder zip for another platform  FOR=gradescope|github|prairielearn|coderunner STAGE=1-bptt [COURSE=]
	@$(RUN) package $(course) $(stage) $(if $(FOR),--for "$(FOR)")

bench: environment  ## contributor: speed and memory, as ratios measured in one run  [STAGE= ONLY=throughput|growth|... SIZE=12 LARGEST=100]
	@$(RUN) bench $(stage) $(if $(ONLY),--only "$(ONLY)") $(if $(SIZE),--size "$(SIZE)") $(if $(LARGEST),--largest "$(LARGEST)")

datasets: environment  ## contributor: make the data sets again, byte for byte
	@$(VENV)/bin/python datasets

baselines: environment  ## contributor: train RNN, LSTM and GRU on both tasks (about 10 minutes)
	@$(VENV)/bin/python datasets baselines

words: environment  ## translator: bring the texts in autograder/locale/ up to date with the code; then fill in what is empty or fuzzy
	@$(VENV)/bin/pybabel -q extract -F autograder/locale/babel.ini --no-default-keywords -k _ -k _n:1,2 -k N_ -k said -k doubt \
	  --add-location=file --no-wrap -o autograder/locale/.new.pot .
	@for file in autograder/locale/*.po; do $(VENV)/bin/pybabel -q update -i autograder/locale/.new.pot -o $$file \
	  -l $$(basename $$file .po) --no-wrap --ignore-pot-creation-date --ignore-obsolete; done; rm autograder/locale/.new.pot

lint: environment  ## contributor: ruff and mypy
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/mypy
	@$(VENV)/bin/lint-imports

# Finds the environment ready, or sets it up: see the file. It runs on the system's own Python.
environment:
	@MAKECMDGOALS="$(MAKECMDGOALS)" $(PYTHON) autograder/environment.py
