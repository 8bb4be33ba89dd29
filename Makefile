# The project's commands. `make` alone prints them. Only Python 3.11 to 3.13, make and git are needed beforehand.
.DEFAULT_GOAL := help
SHELL := /usr/bin/env bash
.SHELLFLAGS := -eu -o pipefail -c

# Without cached bytecode every Airflow process takes twice as long to start.
unexport PYTHONDONTWRITEBYTECODE

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV_VERSION := 0.13.9
UV_PIP := $(BIN)/uv pip
STATE ?= .demo
PYTEST_ARGS ?=

.PHONY: help
help: ## Print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: demo
demo: $(VENV)/.run ## Sandboxes, real Airflow, a fortnight backfilled, tied out; ends by itself
	@$(BIN)/python -m demo run --state "$(STATE)"

.PHONY: demo-up
demo-up: $(VENV)/.run ## The same, and leave it running to look at
	@$(BIN)/python -m demo up --state "$(STATE)"

.PHONY: demo-down
demo-down: $(VENV)/.run ## Stop what `make demo-up` left running
	@$(BIN)/python -m demo down --state "$(STATE)"

.PHONY: install
install: $(VENV)/.dev ## Virtual environment with all that the product, its tests and checks need

.PHONY: test
test: check ## Checks and all tests, Airflow runs included
	$(BIN)/python -m pytest -n 2 --dist loadfile $(PYTEST_ARGS)

.PHONY: check
check: $(VENV)/.dev ## Lint, format, types, layers, generated files
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

.PHONY: format
format: $(VENV)/.dev ## Format and fix what can be fixed
	$(BIN)/ruff check --fix-only --exit-zero .
	$(BIN)/ruff format .
	$(BIN)/python -m stripe_netsuite.mapping.schema

.PHONY: lock
lock: $(VENV)/.dev ## Resolve requirements*.in into pinned requirements*.txt
	$(UV_PIP) compile --quiet --universal --python-version 3.11 --no-header --no-annotate \
		requirements.in --output-file requirements.txt
	$(UV_PIP) compile --quiet --universal --python-version 3.11 --no-header --no-annotate \
		requirements-dev.in --output-file requirements-dev.txt

.PHONY: clean
clean: ## Remove caches and the demo's state; the virtual environment stays
	rm -rf .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage* htmlcov build
	@if [ -d "$(STATE)" ]; then $(MAKE) --no-print-directory demo-down && rm -rf "$(STATE)"; fi

$(BIN)/uv:
	$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13) and "Python 3.11 to 3.13 is needed: make PYTHON=python3.12 …")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

$(VENV)/.run: $(BIN)/uv requirements.txt pyproject.toml
	@echo "installing the pinned requirements"
	$(UV_PIP) install --quiet --compile-bytecode --python $(BIN)/python --requirement requirements.txt
	$(UV_PIP) install --quiet --python $(BIN)/python --no-deps --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements-dev.txt
	$(UV_PIP) install --quiet --compile-bytecode --python $(BIN)/python --requirement requirements-dev.txt
	@touch $@
