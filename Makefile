# Everything runs in one virtual environment, .venv. The first target that needs it makes it (tools/setup.sh), and so
# does the first one after constraints.txt or a pyproject.toml has changed.
VENV     := .venv
PY       := $(VENV)/bin/python
STAMP    := $(VENV)/.installed
PROJECTS := pyproject.toml $(wildcard plugins/*/pyproject.toml)

.DEFAULT_GOAL := help
.PHONY: help train demo test lint types format docs bench bench-full results families fuzz clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-11s%s\n", $$1, $$2 }' Makefile

train: $(STAMP) ## train INR-V on the toy videos into runs/toy, go on with it, or show it when done (OVERWRITE=1: anew)
	@$(VENV)/bin/inrkit train --plugin inrv --out runs/toy $(if $(filter 1,$(OVERWRITE)),--overwrite,--resume)

demo: train ## do every task with the run that `make train` makes, two minutes more, and list the pictures
	@PATH="$(CURDIR)/$(VENV)/bin:$$PATH" sh examples/demo.sh

test: $(STAMP) ## run all tests, two at a time (ARGS="-k words": some of them)
	@OMP_NUM_THREADS=1 $(PY) -m pytest -n 2 --dist worksteal $(ARGS)

lint: $(STAMP) ## look for mistakes and for unformatted files
	@$(PY) -m ruff check
	@$(PY) -m ruff format --check

types: $(STAMP) ## check the types
	@$(PY) -m mypy

format: $(STAMP) ## repair what can be repaired, and format
	@$(PY) -m ruff check --fix --exit-zero
	@$(PY) -m ruff format

docs: $(STAMP) ## build the documentation: docs/_build/index.html
	@$(PY) -m sphinx -q -W --keep-going docs docs/_build
	@echo docs/_build/index.html

bench: $(STAMP) ## measure against baselines, twenty minutes: clips, a training step, and quality after two minutes
	@$(PY) benchmarks/clips.py $(ARGS)
	@$(PY) benchmarks/train_step.py
	@$(PY) benchmarks/time_to_quality.py --small

bench-full: $(STAMP) ## quality after a given time, hours: all sides and seeds (SHAPES=folder, FACES=folder), goes on
	@$(PY) benchmarks/time_to_quality.py $(if $(SHAPES),--shapes "$(SHAPES)") $(if $(FACES),--faces "$(FACES)") $(ARGS)

results: $(STAMP) ## train, do every task, evaluate, write docs/results.md (SHAPES=folder or run, FACES=, TOY=run, COUNT=8)
	@$(PY) benchmarks/results.py $(if $(TOY),--toy "$(TOY)") $(if $(SHAPES),--shapes "$(SHAPES)") \
	    $(if $(FACES),--faces "$(FACES)") $(if $(COUNT),--count $(COUNT)) $(if $(filter 1,$(OVERWRITE)),--overwrite) $(ARGS)

families: $(STAMP) ## every family in equal time, mixes, diverse videos: docs/families.md, results.md (SHAPES= FACES= GRID= ACTIONS= MISC=)
	@$(PY) benchmarks/families.py $(if $(SHAPES),--shapes "$(SHAPES)") $(if $(FACES),--faces "$(FACES)") \
	    $(if $(GRID),--grid "$(GRID)") $(if $(ACTIONS),--actions "$(ACTIONS)") $(if $(MISC),--misc "$(MISC)") \
	    $(if $(filter 1,$(OVERWRITE)),--overwrite) $(ARGS)

fuzz: $(STAMP) ## break real files at random for ten minutes (ARGS="--seconds 60") and look for crashes
	@$(PY) tests/fuzz/fuzzing.py $(ARGS)

clean: ## remove .venv, caches and built packages; runs/ stays (PYTHON=... chooses the Python of the next .venv)
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache build dist plugins/*/build plugins/*/dist
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(STAMP): constraints.txt $(PROJECTS)
	@sh tools/setup.sh $(VENV)

# The stamp holds the folder it was written in: a clone that was moved or copied would run the code of the old place.
ifneq ($(shell cat $(STAMP) 2>/dev/null),$(CURDIR))
.PHONY: $(STAMP)
endif
