# Pixel Groove. `make demo` shows it, `make up` keeps it running, `make test` proves it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV_VERSION := 0.13.8
PORT ?= 8080
DATA ?= .groove
PACKAGES := libs/contracts libs/kit libs/providers libs/client services/gateway services/orchestrator services/text-worker services/image-worker services/video-worker services/audio-worker services/face-embedding deploy/local
EDITABLE := $(foreach p,$(PACKAGES),-e $(p))
export UV_PYTHON_DOWNLOADS := never
export UV_NO_PROGRESS := 1

.PHONY: help demo up test chaos bench bench-docs check fix lock install install-dev clean

help: ## What can be done here
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk 'BEGIN {FS = ":.*## "} {printf "  make %-12s %s\n", $$1, $$2}'

demo: install ## Run the main example from nothing and show the results
	@$(BIN)/groove demo

up: install ## Start everything and keep it running (PORT=8080 DATA=.groove)
	@exec $(BIN)/groove up --port "$(PORT)" --data "$(DATA)"

test: install-dev ## All tests, against real servers, two or more at a time (JOBS=1: one; never those that spend money)
	@$(BIN)/python -m pytest -m "not live" --numprocesses $(or $(JOBS),auto) --maxprocesses 4 --dist loadfile --no-loadscope-reorder

chaos: install-dev ## Kill, freeze, cut off everything at random; then one of three NATS servers (SEED= SECONDS=60 RUNS=60)
	@PYTHONPATH=tests $(BIN)/python -m chaos.driver $(if $(SEED),--seed $(SEED)) --seconds $(or $(SECONDS),60) --runs $(or $(RUNS),60)
	@PYTHONPATH=tests $(BIN)/python -m chaos.cluster $(if $(SEED),--seed $(SEED)) --seconds $(or $(SECONDS),60) --runs $(or $(RUNS),60)

bench: install-dev ## What one node costs, beside the floor (ONLY=w1,fold QUICK=1 OUT=bench.jsonl)
	@PYTHONPATH=tests $(BIN)/python -m bench $(if $(QUICK),--quick) $(if $(ONLY),--only $(ONLY)) --out "$(or $(OUT),bench.jsonl)"

bench-docs: install-dev ## Measure everything and refresh docs/performance.md
	@PYTHONPATH=tests $(BIN)/python -m bench --out "$(or $(OUT),bench.jsonl)"
	@PYTHONPATH=tests $(BIN)/python -m bench.report "$(or $(OUT),bench.jsonl)"

check: install-dev ## Style, types and import laws
	@$(BIN)/ruff format --check . && $(BIN)/ruff check . && $(BIN)/mypy && $(BIN)/lint-imports

fix: install-dev ## Let ruff mend what it can
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

lock: $(BIN)/uv ## Resolve again and write the hash-locked requirements
	@$(BIN)/uv lock --upgrade
	@$(BIN)/uv export --quiet --frozen --no-dev --no-emit-workspace --no-header --no-annotate -o requirements.lock
	@$(BIN)/uv export --quiet --frozen --only-group dev --no-emit-workspace --no-header --no-annotate -o requirements-dev.lock

install: $(VENV)/.installed
install-dev: $(VENV)/.installed-dev

$(BIN)/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Pixel Groove needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Set PYTHON=python3.12, say.")'
	@$(PYTHON) -m venv $(VENV) || { echo "Python has no venv module here. On Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	@echo "installing (once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

$(VENV)/.installed: requirements.lock $(PACKAGES:=/pyproject.toml) | $(BIN)/uv
	@VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --require-hashes --no-deps -r requirements.lock
	@VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --no-deps $(EDITABLE)
	@touch $@

$(VENV)/.installed-dev: requirements-dev.lock $(VENV)/.installed
	@VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --require-hashes --no-deps -r requirements-dev.lock
	@touch $@

clean: ## Remove what was installed and what the demo made (never DATA)
	@rm -rf $(VENV) demo-output .groove-demo .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .schemathesis
