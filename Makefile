# One door per task. `make help` lists them; CI calls the same ones.

PYTHON ?= python3
BIN := .venv/bin
# Tests wait more than they compute, so there are more workers than cores.
WORKERS ?= 4

.DEFAULT_GOAL := help
.PHONY: help setup demo test lint format prove bench zoo clean

help: ## List the tasks.
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: .venv/ready ## Make .venv with everything; nothing needs to be installed by hand.

.venv/ready: pyproject.toml constraints.txt scripts/setup
	@PYTHON=$(PYTHON) scripts/setup

demo: setup ## Judge the reference client and the official SDK, then an outage under load; writes out/.
	@$(BIN)/pawa-scenarios demo --out out
	@$(BIN)/pawa-load demo --out out/load

test: setup ## Run every test.
	@$(BIN)/pytest -n $(WORKERS) --dist worksteal -q

lint: setup ## Lint, format check and strict types.
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

format: setup ## Rewrite the files as the linter wants them.
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

zoo: setup ## Run every defect of the zoo against its rows.
	@$(BIN)/pawa-scenarios zoo

prove: setup ## The long proofs: stability of judgement, soak, HTTP clients, speed (an hour).
	@$(BIN)/python scripts/prove.py
	@$(BIN)/python -m scripts.soak
	@$(BIN)/python -m scripts.http_clients
	@$(BIN)/python -m scripts.bench
	@$(BIN)/pawa-load zoo --only M19 --repeat 10
	@$(BIN)/python -m scripts.load_rates

bench: setup ## The mock's speed and memory beside a bare aiohttp server.
	@$(BIN)/python -m scripts.bench

clean: ## Remove what the tasks made.
	@rm -rf .venv out .mypy_cache .pytest_cache .ruff_cache .hypothesis
