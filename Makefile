# Two commands are all one needs: make run, make test. Both set up what is missing first.

SHELL := /bin/sh
MAKEFLAGS += --no-print-directory

# Any Python from 3.9 on can run set-up; a name may be a shim that fails, so each candidate is run.
FIND_PYTHON = for p in python3 python3.11 python3.12 /usr/bin/python3 python; do \
	  if "$$p" -c 'import sys; sys.exit(sys.version_info < (3, 9))' 2>/dev/null; then break; fi; p=; done; \
	if [ -z "$$p" ]; then echo "Duet needs Python 3.11 (apt-get install python3.11 python3.11-venv)" >&2; exit 1; fi
PYTHON := .venv/bin/python

.DEFAULT_GOAL := help
.PHONY: help run test lint format quality setup pins clean

help: ## show this
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' Makefile

run: ## set up what is missing, then serve; Ctrl-C stops it
	@$(FIND_PYTHON); "$$p" -m scripts.setup --quick
	@exec $(PYTHON) -m bot run

test: ## set up what is missing, then run every check and test
	@$(FIND_PYTHON); "$$p" -m scripts.setup --quick --with-tests
	@exec $(PYTHON) -m scripts.checks

lint: ## the checks of make test without the tests
	@$(FIND_PYTHON); "$$p" -m scripts.setup --quick --with-tests
	@exec $(PYTHON) -m scripts.checks --only-lint

format: ## let ruff put the code in order
	@$(PYTHON) -m ruff check --fix .
	@$(PYTHON) -m ruff format .

quality: ## measure answers on development sets beside other systems: DATA=FOLDER [OUT=F.md] [PICTURES=FOLDER]
	@$(FIND_PYTHON); "$$p" -m scripts.setup --quick
	@exec $(PYTHON) -m scripts.quality $(if $(DATA),--data "$(DATA)") $(if $(OUT),--out "$(OUT)") \
	  $(if $(PICTURES),--pictures "$(PICTURES)")

setup: ## set up everything, trying again what failed before
	@$(FIND_PYTHON); "$$p" -m scripts.setup

pins: ## write requirements/runtime.txt and dev.txt from the .in files and what is installed
	@$(PYTHON) -m scripts.pin

clean: ## remove environments, models and caches; data in var/ stays
	rm -rf .venv .venv-rasa build dist *.egg-info nlu/rasa_project/models nlu/rasa_project/.rasa nlu/rasa_project/.cache
	rm -rf .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
