# `make` lists the targets. Each sets up what it needs; nothing but Python 3.11+, make and git.

SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
HOME_OF_DEMO ?= demo
PEOPLE ?= 20000
REFERENCE ?=
# Imports are two to three times slower when Python may not keep its compiled files.
unexport PYTHONDONTWRITEBYTECODE
# Hospital and council networks put a certificate of their own before the outside.
export UV_SYSTEM_CERTS = 1

.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | sed -E 's/^([a-z-]+):.*## (.*)/  make \1|\2/' | column -t -s '|'

.venv/tool: requirements/tool.txt
	@$(PYTHON) -c 'import sys; sys.exit("widebridge needs Python 3.11 to 3.13: make PYTHON=python3.12 ...") if not (3, 11) <= sys.version_info[:2] <= (3, 13) else None'
	@echo "Setting up a virtual environment ..."
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/tool.txt
	@touch $@

# The lists are nested (base, airflow, dev), so a larger one serves for a smaller.
.venv/base: .venv/tool requirements/base.txt
	@test -e .venv/dev || test -e .venv/airflow || $(MAKE) --no-print-directory install LIST=base
	@touch $@

.venv/airflow: .venv/tool requirements/airflow.txt
	@test -e .venv/dev || $(MAKE) --no-print-directory install LIST=airflow
	@touch $@

.venv/dev: .venv/tool requirements/dev.txt
	@$(MAKE) --no-print-directory install LIST=dev
	@touch $@

.PHONY: install
install:
	@VIRTUAL_ENV=.venv $(BIN)/uv pip install --quiet --require-hashes -r requirements/$(LIST).txt
	@VIRTUAL_ENV=.venv $(BIN)/uv pip install --quiet --no-deps --no-build-isolation --editable .

.PHONY: demo
demo: .venv/base ## Run both lines on synthetic deliveries: REFERENCE=folder for real tables, PEOPLE=n
	@$(BIN)/widebridge --home $(HOME_OF_DEMO) $(if $(REFERENCE),--reference $(REFERENCE)) demo --people $(PEOPLE)

.PHONY: airflow
airflow: .venv/airflow ## Start Airflow for one person: prints the address and the login
	@docker/airflow-here.sh

.PHONY: test
test: .venv/dev ## Run every test: two cores, and one worker more for those that wait
	@$(BIN)/python -m pytest -n 3 --dist loadfile

.PHONY: check
check: .venv/dev ## Format, lint, types, import rules, docs
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python docs/make_reference.py --check

.PHONY: fix
fix: .venv/dev ## Format, mend what the linter can, write the generated docs anew
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(BIN)/python docs/make_reference.py

.PHONY: benchmarks
benchmarks: .venv/dev ## Measure what is claimed about speed, as ratios side by side
	@$(BIN)/python -m benchmarks.row_rules
	@$(BIN)/python -m benchmarks.distinct_identifiers
	@$(BIN)/python -m benchmarks.dictionary_attack

.PHONY: linkage
linkage: .venv/dev ## Compare linkage with Splink, anonlink and carduus, and with the truth of the demo
	@$(BIN)/python -m benchmarks.linkage
	@$(BIN)/python -m benchmarks.linkage_on_demo

.PHONY: disclosure
disclosure: .venv/dev ## Attack disclosure control: real geography, other rules, solvers, withdrawals, linkability
	@$(BIN)/python -m benchmarks.disclosure
	@$(BIN)/python -m benchmarks.disclosure_solvers
	@$(BIN)/python -m benchmarks.successive_releases
	@$(BIN)/python -m benchmarks.linkability
	@$(BIN)/python -m benchmarks.oracle_tauargus --small

.PHONY: statistics
statistics: .venv/dev ## Hold statistics against published vectors and known effects; what datasets cost
	@$(BIN)/python -m benchmarks.statistics
	@$(BIN)/python -m benchmarks.evaluation
	@$(BIN)/python -m benchmarks.datasets

.PHONY: look
look: ## Open a release's pages in chromium: axe-core, three widths, print. Needs RELEASE=folder and npm
	@mkdir -p build/look && cd benchmarks/look && npm install --silent --no-audit && \
	    node look.cjs $(abspath build/look) $(abspath $(RELEASE))/report.html \
	    $(abspath $(RELEASE))/governance/papers.html

.PHONY: kills
kills: .venv/dev ## Kill 500 publications at random moments, with readers throughout
	@$(BIN)/python -m benchmarks.kills --kills 500

.PHONY: devenv
devenv: .venv/dev ## Set up everything for development

.PHONY: lock
lock: .venv/tool ## Write the locked requirements anew
	@lock() { $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	    --no-annotate --no-header requirements/$$1.in -o requirements/$$1.txt "$${@:2}"; }; \
	lock tool && lock dev && lock airflow -c requirements/dev.txt && lock base -c requirements/dev.txt; \
	for list in requirements/beside/*.in; do lock beside/$$(basename $$list .in); done

.PHONY: clean
clean: ## Remove the demo and everything that was set up
	rm -rf .venv .venv-* $(HOME_OF_DEMO) airflow-home
