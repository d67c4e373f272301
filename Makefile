# `make demo` and `make test` do all the set-up they need, in a virtual environment of their own.
VENV ?= .venv
PYTHON ?= python3
BIN = $(VENV)/bin
ARGS ?=

.PHONY: demo test lint tasks

demo: $(VENV)/installed
	$(BIN)/lmms-robust demo $(ARGS)

test: lint
	$(BIN)/python -m pytest -n 2 --dist worksteal $(ARGS)

lint: $(VENV)/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

tasks: $(VENV)/installed
	$(BIN)/python -m lmms_robust.harness.taskfiles

$(VENV)/installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --upgrade pip
	$(BIN)/python -m pip install --editable '.[dev]'
	touch $@
