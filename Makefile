# Every target does its own set-up. `make` alone lists them.
PYTHON ?= python3
PORT ?=
BIN := .venv/bin

.PHONY: help setup lock

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16

setup: ## make .venv, fetch fonts and page files (quick when nothing changed)
	@$(PYTHON) build_backend/ready.py
