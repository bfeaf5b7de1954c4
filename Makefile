# Thin on purpose: the logic is in `manage.py` commands.
ifndef PYTHON
RECENT = import sys; sys.exit(sys.version_info < (3, 11) or print(sys.executable))
PYTHON := $(shell for name in python3.11 python3 python3.12 python3.13; do $$name -c '$(RECENT)' 2>/dev/null && break; done)
endif
PORT ?=
BIN = .venv/bin
# The locks name everything: nothing is looked up, and what they do not name is not installed.
PIP = $(BIN)/python -m pip --disable-pip-version-check --quiet install --require-hashes --no-deps
at_port = $(if $(PORT),--port $(PORT))

.DEFAULT_GOAL := help
.PHONY: help demo serve test lint bench clean frontend advisories

SOURCES = $(filter-out %/dist %/node_modules,$(wildcard workspace/frontend/* workspace/frontend/src/* workspace/frontend/src/*/*))
BUILT = workspace/frontend/dist/.vite/manifest.json

help: ## Show this list
	@sed -nE 's/^([a-z%-]+):.*## (.*)/  make \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 20

demo: .venv/.runtime $(BUILT) ## Set everything up, run the main job, print the scorecard, leave it running (PORT=8000)
	@$(BIN)/python manage.py demo $(at_port)

serve: .venv/.runtime $(BUILT) ## Start the whole stack and stay (PORT=8000)
	@$(BIN)/python manage.py serve $(at_port)

test: .venv/.dev $(BUILT) ## Run all tests, in parallel, on databases of their own
	@$(BIN)/python -m config.frontend test
	@$(BIN)/python -m pytest -n 2

lint: export SECRET_KEY = lint
lint: .venv/.dev $(BUILT) ## Style, types, import directions, missing migrations
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/python -m config.frontend check
	@$(BIN)/lint-imports
	@$(BIN)/python manage.py makemigrations --check --dry-run

advisories: .audit/.done .venv/.dev ## Ask which weaknesses are known of what the lock files name
	@$(BIN)/python -m config.advisories

bench: .venv/.dev $(BUILT) ## Run every benchmark
	@$(BIN)/python manage.py bench

bench-%: .venv/.dev $(BUILT) ## Run one of them, for example make bench-listings
	@$(BIN)/python manage.py bench $*

frontend: $(BUILT) ## Build the scripts and styles of the pages

clean: ## Forget the embedded databases, the files and the virtual environment
	@$(PYTHON) -m config.stack clean
	@rm -rf workspace/frontend/dist workspace/frontend/node_modules benchmarks/lighthouse/node_modules .venv .audit .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11"; exit 1; }
	@echo "Making a virtual environment with $(PYTHON)"
	@$(PYTHON) -m venv .venv

# Apart from the others, so that what looks at them is not among them.
.audit/.done: requirements/audit.txt
	@$(PYTHON) -m venv .audit
	@.audit/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes --no-deps -r requirements/audit.txt
	@touch $@

.venv/.runtime: requirements/runtime.txt | .venv/bin/python
	@echo "Installing what Tandem needs to run (a minute or so, the first time)"
	@$(PIP) -r requirements/runtime.txt
	@touch $@

.venv/.dev: requirements/dev.txt | .venv/bin/python
	@echo "Installing what its tests need as well"
	@$(PIP) -r requirements/dev.txt
	@touch $@ .venv/.runtime

.venv/.frontend: requirements/frontend.txt | .venv/bin/python
	@echo "Installing Node"
	@$(PIP) -r requirements/frontend.txt
	@touch $@

$(BUILT): $(SOURCES) | .venv/.frontend
	@echo "Building the pages"
	@$(BIN)/python -m config.frontend build
