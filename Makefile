# Two commands matter: `make demo` and `make test`. Each creates or refreshes .venv by itself.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# durable-rules is built from source; from Python 3.13 on one removed C name has to be mapped (docs/adr/0003).
BUILD_ENV := CPPFLAGS="-DPyEval_CallObject=PyObject_CallObject $(CPPFLAGS)"

.DEFAULT_GOAL := help
.PHONY: help demo test lint check bench fmt docs serve lock clean

help: ## show this help
	@awk -F':.*## ' '/^[a-z]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/.run: requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BUILD_ENV) $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.run
	$(BUILD_ENV) $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

demo: $(VENV)/.run ## run the main job on samples/ with embedded defaults only
	$(BIN)/docgen demo

test: $(VENV)/.dev ## run the whole suite
	$(BIN)/python -m pytest -n auto --dist worksteal --cov --cov-report=term:skip-covered

lint: $(VENV)/.dev ## format, lint, types, imports, generated docs
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/docgen forms lint
	$(BIN)/docgen rules lint
	$(BIN)/python -m service.docs --check

check: lint test ## everything that has to hold before a change lands

bench: $(VENV)/.dev ## run the benchmarks, printing ratios
	$(BIN)/python -m benchmarks

fmt: $(VENV)/.dev ## format and mend what can be mended
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: $(VENV)/.dev ## write the generated documentation anew
	$(BIN)/python -m service.docs

serve: $(VENV)/.run ## run the service on this machine
	$(BIN)/docgen serve

lock: ## resolve the dependencies anew (needs uv)
	uv pip compile --universal --no-strip-extras --generate-hashes --python-version 3.11 --quiet pyproject.toml -o requirements.lock
	uv pip compile --universal --no-strip-extras --generate-hashes --python-version 3.11 --quiet --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock

clean: ## remove what was built
	rm -rf $(VENV) build docgen-data .pytest_cache .mypy_cache .ruff_cache .hypothesis *.egg-info
