# Every target that needs .venv makes it first: see tools/setup.py, which is quick when there is nothing to do.
# A path holds no space here (all are relative), so the checkout folder may have them.

BOOK ?= sample##        the book to read: a name (sample, online-retail-ii) or a path
AS_OF ?=##              the last day that counts, YYYY-MM-DD (default: the book's own)
JOBS ?=##               notebooks at once (default: kam decides)
ARGS ?=##               anything else for the command behind the target
PYTHON ?=##             the Python to make .venv with (default: python3, else a newer one on the PATH)

BIN := .venv/bin
ANY_PYTHON = $(or $(PYTHON),$(shell command -v python3 || command -v python3.13 || command -v python3.12 || command -v python3.11))

.DEFAULT_GOAL := help
.PHONY: help setup report check fetch lab test acceptance mutants test-spark test-ibis lint lock browser clean

help: ## this list
	@echo "make <target> [NAME=value ...]"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-11s %s\n", $$1, $$2}' Makefile
	@awk -F ' *[?]=.*## *' '/^[A-Z_]+ [?]=.*## / {printf "  %-11s %s\n", $$1, $$2}' Makefile

setup: ## make .venv, or bring it up to date (every other target does so by itself)
	@command -v "$(ANY_PYTHON)" >/dev/null || { echo "kamlib needs Python 3.11 or newer, and $(or $(PYTHON),python3) is not there: install it, or name one:  make setup PYTHON=/path/to/python3" >&2; exit 1; }
	@"$(ANY_PYTHON)" tools/setup.py $(if $(PYTHON),--this-python)

report: setup ## the report of BOOK, in reports/: one folder of offline pages
	@$(BIN)/kam report "$(BOOK)" $(if $(AS_OF),--as-of "$(AS_OF)") $(if $(JOBS),--jobs "$(JOBS)") $(ARGS)

check: setup ## read BOOK and say what is wrong with it, and which notebooks it can feed
	@$(BIN)/kam check "$(BOOK)" $(ARGS)

fetch: setup ## download the public data sets
	@$(BIN)/kam fetch $(ARGS)

lab: setup ## open the notebooks in JupyterLab
	@$(BIN)/jupyter-lab $(ARGS) notebooks

# Each process has one thread of its own: the threads of several would wait for one another.
test: setup ## every test but acceptance (library, docstring examples, notebooks), then lint
	@status=0; \
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python -m pytest -m "not acceptance" -n auto --dist loadfile $(ARGS) || status=1; \
	$(MAKE) --no-print-directory -s lint ARGS= || status=1; \
	exit $$status

# Hypothesis marks its tests itself: properties are tried here on examples that nobody has seen.
acceptance: setup ## hundreds of ledgers and of real headers, read one by one, and properties on new examples
	@OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python -m pytest -m "acceptance or hypothesis" --hypothesis-profile new -n auto tests $(ARGS)

mutants: setup ## small errors put into changed modules, one by one: which do the tests not notice? (ARGS="MODULE --number 50")
	@$(BIN)/python tools/mutate.py $(ARGS)

test-spark: setup ## the panel on a local Spark: installs PySpark into .venv, needs Java 17 or newer
	@command -v java >/dev/null || { echo "Spark needs Java 17 or newer, and there is no java on the PATH." >&2; exit 1; }
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements-spark.lock || \
	uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements-spark.lock
	@$(BIN)/python -m pytest tests/test_spark.py $(ARGS)

test-ibis: setup ## the panel in a warehouse, by Ibis (SQLite stands in for it): installs Ibis into .venv
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements-ibis.lock || \
	uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements-ibis.lock
	@$(BIN)/python -m pytest tests/test_ibis.py $(ARGS)

lint: setup ## ruff, and import-linter: who may import whom
	@status=0; \
	$(BIN)/ruff check --quiet --output-format concise . || status=1; \
	contracts=$$($(BIN)/lint-imports --no-cache --no-logo 2>&1) || { echo "$$contracts"; status=1; }; \
	[ $$status = 0 ] && echo "Lint: ruff and the import contracts hold"

lock: setup ## solve requirements.lock and environment.yml anew, with uv (ARGS=--upgrade for newer versions)
	@$(BIN)/python tools/lock.py $(ARGS)

browser: ## install Chromium, its driver and axe-core, with which some tests look at the pages (Debian or Ubuntu, as root)
	@bash tools/browser.sh

clean: ## remove reports and caches (not .venv, not downloaded data)
	@find reports -mindepth 1 -maxdepth 1 ! -name README.md -exec rm -rf {} +
	@rm -rf .cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis .coverage
	@find kamlib tests tools notebooks benchmarks -name __pycache__ -o -name .ipynb_checkpoints 2>/dev/null | while read -r folder; do rm -rf "$$folder"; done
