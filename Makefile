# `make demo` and `make test` do all the set-up they need, in a virtual environment of their own.
VENV ?= .venv
NEWEST ?= .venv-newest
PYTHON ?= python3
BIN = $(VENV)/bin
ARGS ?=
UV = $(BIN)/uv pip
RUNS = tests/report/test_demo.py tests/harness/test_lm_eval.py
OURS = --no-deps --no-build-isolation --editable .

.PHONY: demo test test-newest lint lock tasks

demo: $(VENV)/installed
	$(BIN)/lmms-robust demo $(ARGS)

# The tests start some hundred processes on two cores: each computes in one thread, and what they import is compiled once,
# also in a container that says otherwise.
test: export PYTHONDONTWRITEBYTECODE =
test: export OMP_NUM_THREADS = 1
test: lint
	$(BIN)/python -m pytest -n 2 --dist worksteal $(ARGS)

# A few real runs with the newest release of everything: tells in minutes when one breaks us. ARGS=tests runs all of them.
test-newest: $(BIN)/uv
	$(BIN)/uv venv --clear --python $(BIN)/python $(NEWEST)
	$(UV) install --python $(NEWEST) --upgrade --editable '.[dev]'
	$(NEWEST)/bin/lmms-robust doctor
	$(NEWEST)/bin/python -m pytest -n 2 --dist worksteal -m harness --maxfail 1 $(or $(ARGS),$(RUNS))

lint: $(VENV)/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

tasks: $(VENV)/installed
	$(BIN)/python -m lmms_robust.harness.taskfiles

# Renews the pins; `make demo` and `make test` install them.
lock: $(BIN)/uv
	$(UV) compile pyproject.toml --extra dev --universal --python-version 3.11 --no-header --upgrade --output-file requirements.txt

$(VENV)/installed: $(BIN)/uv pyproject.toml requirements.txt
	$(UV) install --python $(BIN)/python --requirement requirements.txt
	$(UV) install --python $(BIN)/python $(OURS)
	touch $@

$(BIN)/uv:
	@$(PYTHON) -c "import sys; sys.exit(None if (3, 11) <= sys.version_info < (3, 14) else \
		'$(PYTHON) is Python ' + sys.version.split()[0] + '; allowed: 3.11 to 3.13, e.g. make PYTHON=python3.12 $(MAKECMDGOALS)')"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --constraint requirements.txt uv
