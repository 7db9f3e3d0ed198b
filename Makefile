# make demo: from nothing to tonight's page.  make test: from nothing to all tests passed.
PYTHON ?= python3
BIN    := .venv/bin
WORKERS ?= 2

.PHONY: setup demo demo-real test lint types imports bench contenders docs lock wheel clean

setup: .venv/core-installed            ## the environment in .venv

.venv/core-installed: requirements/core.txt pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/core.txt
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/build.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

.venv/dev-installed: requirements/dev.txt .venv/core-installed
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/dev.txt
	@touch $@

demo: setup                            ## the whole chain on the embedded marketplace
	$(BIN)/demand quickstart quickstart
	@echo "the guides say \`demand\`: put it on the PATH with   source $(BIN)/activate"

demo-real: setup                       ## the whole chain on five real industries (DEMAND_DATA names the data's folder)
	DEMAND_DATA="$$($(BIN)/python examples/real/locate_data.py)" && export DEMAND_DATA && \
	    $(BIN)/demand quickstart examples/real

test: .venv/dev-installed lint types imports   ## everything that must hold before a commit lands
	$(BIN)/python -m pytest -n $(WORKERS)

lint: .venv/dev-installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/dev-installed
	$(BIN)/mypy

imports: .venv/dev-installed
	$(BIN)/lint-imports

bench: .venv/dev-installed             ## small benchmarks, JSON on the last line
	$(BIN)/python -m experiments.benchmarks nightly --size small --json

contenders: .venv-contenders/installed ## other tools for the benchmarks, in an environment of their own

.venv-contenders/installed: requirements/contenders.txt
	$(PYTHON) -m venv .venv-contenders
	.venv-contenders/bin/python -m pip install --quiet --require-hashes -r requirements/contenders.txt
	@touch $@

docs: .venv/dev-installed              ## docs/commands.md, docs/catalogue.md, docs/texts.md and MLproject, which commands write
	$(BIN)/python -m docs.commands
	$(BIN)/python -m docs.catalogue
	$(BIN)/python -m docs.texts
	$(BIN)/python -m docs.mlproject

lock:                                  ## new exact versions with hashes, one file per extra (needs uv)
	uv export --quiet --no-emit-index-url --no-header --no-annotate --no-emit-project -o requirements/core.txt
	uv export --quiet --no-emit-index-url --no-header --no-annotate --no-emit-project --only-group build -o requirements/build.txt
	uv export --quiet --no-emit-index-url --no-header --no-annotate --no-emit-project --extra dev -o requirements/dev.txt

wheel: .venv/dev-installed
	$(BIN)/python -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .

clean:
	rm -rf .venv .venv-contenders dist quickstart
