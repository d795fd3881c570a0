# Every command sets up what it needs, once, in .venv.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
SHAPE  := $(BIN)/check-jsonschema --builtin-schema
IMAGE  ?= reachapi-emulator
# Node with npm, where they are new enough for the tools in package.json.
NODE   := $(shell node -e 'const [major, minor] = process.versions.node.split("."); \
            process.exit(major * 100 + +minor < 2019)' 2>&1 && command -v npm)

# The tests start the program over and over: it is compiled once, whatever is set outside.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help run test test-artefacts check check-console format bench dataset \
  campaign screenshots image clean

help: ## list the commands
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 16

run: $(VENV)/.run ## serve on http://127.0.0.1:9010; ARGS="--port 0" passes options on
	@$(BIN)/reachapi-emulator $(ARGS)

# All of the tests measure coverage; a part of them, chosen by ARGS, says nothing.
COVERAGE = $(if $(ARGS),,--cov --cov-report=term)

test: $(VENV)/.dev ## run the tests on all cores; ARGS="-m 'not slow'" runs the quick ones
	$(BIN)/pytest --numprocesses auto --dist loadfile -m "not artefact" $(COVERAGE) $(ARGS)

test-artefacts: $(VENV)/.dev ## run the tests that build artefacts, or measure
	$(BIN)/pytest -m artefact $(ARGS)

check: $(VENV)/.dev check-console ## format, lint, types, imports and .github; changes nothing
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(SHAPE) vendor.github-workflows .github/workflows/*.yml
	$(SHAPE) vendor.github-issue-forms $(filter-out %/config.yml,$(wildcard .github/ISSUE_TEMPLATE/*.yml))
	$(SHAPE) vendor.github-issue-config .github/ISSUE_TEMPLATE/config.yml

ifneq ($(NODE),)
check-console: node_modules/.stamp # types and lint of the console's JavaScript
	npx --no-install tsc --project tsconfig.json
	npx --no-install eslint emulator/reachapi_emulator/web/console tests/console_unit
else ifeq ($(CI),true)
check-console:
	@echo "Node 20.19 or later, with npm, is not installed: the console cannot be checked" >&2; exit 1
else
check-console:
	@echo "The console's checks are left out: Node 20.19 or later, with npm, is not installed"
endif

format: $(VENV)/.dev ## format, and mend what the linter can
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/.dev ## print the table of speed ratios, measured in one run
	$(BIN)/python -m benchmarks $(ARGS)

campaign: $(VENV)/.dev ## run the long campaigns, two hours in all; ARGS="--only kills --kills 50"
	@PYTHONPATH=.:tests $(BIN)/python -m campaign $(ARGS)

dataset: $(VENV)/.dev ## make fixtures/contacts.ndjson anew: the same bytes
	$(BIN)/reachapi-emulator dataset generate --force --out fixtures/contacts.ndjson

screenshots: $(VENV)/.dev ## take the pictures of the console anew
	$(BIN)/python -m screenshots

image: ## build the container image
	docker build --tag $(IMAGE) .

clean: ## remove what the commands made
	rm -rf $(VENV) .coverage .hypothesis .import_linter_cache .mypy_cache \
	  .pytest_cache .ruff_cache build dist node_modules
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or later is needed: make PYTHON=python3.12 ..." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: $(BIN)/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet -c constraints.txt -e .
	@touch $@

$(VENV)/.dev: $(BIN)/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet -c constraints.txt -e '.[dev]'
	@touch $@ $(VENV)/.run

node_modules/.stamp: package.json package-lock.json
	npm ci --ignore-scripts --no-audit --no-fund --silent
	@touch $@
