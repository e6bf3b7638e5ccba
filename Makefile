# Every target does its own set-up: a machine with python3 (3.11 or later) and make is enough. `make` alone lists them.
PYTHON ?= python3
PORT ?=
ARGS ?=
BIN := .venv/bin

.PHONY: help setup demo demo-new test fast browser-tools check lint types imports docs docs-fresh guide golden format bench soak whole lock wheel clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16

setup: ## make .venv, fetch fonts and page files (quick when nothing changed)
	@$(PYTHON) build_backend/ready.py

demo: setup ## the demonstration world, in the foreground until Ctrl-C; PORT=8010 chooses the port
	@exec $(BIN)/fordran demo $(if $(PORT),--port $(PORT))

demo-new: setup ## the same, begun anew
	@exec $(BIN)/fordran demo --new $(if $(PORT),--port $(PORT))

test: setup browser-tools ## all tests, in as many processes as there are cores; ARGS="-k words" narrows them
	@$(BIN)/python -m pytest -n auto --dist loadgroup $(ARGS)

fast: setup ## tests that need neither database nor browser
	@$(BIN)/python -m pytest -q -m "not database and not browser and not slow" $(ARGS)

browser-tools: ## as root on Debian: a headless browser and PDF tools for the tests; else nothing
	@$(PYTHON) build_backend/browser_tools.py

check: lint types imports docs-fresh test ## everything that must hold before a change is offered

lint: setup
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet . || { echo "make format puts this right"; exit 1; }

types: setup
	@$(BIN)/mypy

imports: setup
	@$(BIN)/lint-imports --no-logo 2>/dev/null || $(BIN)/lint-imports

docs: setup ## print the law book, the procedure and the tables into docs/generated
	@$(BIN)/python build_backend/generated_docs.py

docs-fresh: setup
	@$(BIN)/python build_backend/generated_docs.py --check

guide: setup browser-tools ## walk the set-up in a browser, and write docs/guide with the pictures it takes
	@FORDRAN_PICTURES=build/guide $(BIN)/python -m pytest -q -n 0 tests/web/walk/test_walk.py
	@$(BIN)/python build_backend/guide.py build/guide

golden: setup ## rewrite the golden files; the difference is the review
	@FORDRAN_GOLDEN=write $(BIN)/python -m pytest -q $(ARGS)

format: setup ## put the code into ruff's form
	@$(BIN)/ruff check --quiet --fix . ; $(BIN)/ruff format --quiet .

bench: setup ## the day against the limit of the database; ARGS="advance --size full" chooses what and how large
	@$(BIN)/python -m bench $(ARGS)

soak: setup ## two years of three invented companies with all trouble; at most 40 minutes on two cores
	@$(BIN)/fordran live --from 2024-07-01 --to 2026-06-30 --size 2 --faults all --report soak.html $(ARGS)

whole: setup ## tests that take a slice of many alike, such as a kill at each commit, with all of it
	@FORDRAN_WHOLE=1 $(BIN)/python -m pytest -q -n auto --dist loadgroup tests/vouchers tests/erp tests/day tests/payouts tests/cases $(ARGS)

lock: setup ## compile requirements/*.txt and package-lock.json anew from pyproject.toml and package.json
	@$(PYTHON) build_backend/lock.py

wheel: setup ## the installable file, fonts and page files inside, in dist/
	@$(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation --wheel-dir dist .
	@ls dist/*.whl

clean: ## remove what was built and fetched; var/ (your data) stays
	rm -rf .venv .cache node_modules build dist *.egg-info fordran/static/vendor fordran/letters/fonts tests/vendor
