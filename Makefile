# Pixel Groove. `make demo` shows it, `make up` keeps it running, `make test` proves it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV_VERSION := 0.13.8
PORT ?= 8080
DATA ?= .groove
PACKAGES := libs/contracts libs/kit libs/providers libs/client services/gateway services/orchestrator services/text-worker services/image-worker services/video-worker services/audio-worker services/face-embedding deploy/local
EDITABLE := $(foreach p,$(PACKAGES),-e $(p))
CANVAS := services/canvas
CANVAS_SOURCES := $(shell find $(CANVAS)/src $(CANVAS)/public examples -not -name '*.test.ts') $(addprefix $(CANVAS)/,index.html vite.config.ts packing.ts tsconfig.json)
NPM = cd $(CANVAS) && PATH="$(CURDIR)/$(BIN):$$PATH" npm
export UV_PYTHON_DOWNLOADS := never
export UV_NO_PROGRESS := 1

.PHONY: help demo up test chaos bench bench-docs bench-canvas screenshots check deploy-check compose-keys kubernetes-keys fix lock install install-dev canvas api node chromium clean

help: ## What can be done here
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk 'BEGIN {FS = ":.*## "} {printf "  make %-12s %s\n", $$1, $$2}'

demo: install ## Run the main example from nothing and show the results
	@$(BIN)/groove demo

up: install canvas ## Start everything and keep it running (PORT=8080 DATA=.groove)
	@exec $(BIN)/groove up --port "$(PORT)" --data "$(DATA)"

test: install-dev canvas chromium ## All tests, against real servers, two or more at a time (JOBS=1: one; never those that spend money)
	@$(NPM) test
	@$(BIN)/python -m pytest -m "not live and not deploy" --numprocesses $(or $(JOBS),auto) --maxprocesses 4 --dist loadfile --no-loadscope-reorder

chaos: install-dev ## Kill, freeze, cut off everything at random; then one of three NATS servers (SEED= SECONDS=60 RUNS=60)
	@PYTHONPATH=tests $(BIN)/python -m chaos.driver $(if $(SEED),--seed $(SEED)) --seconds $(or $(SECONDS),60) --runs $(or $(RUNS),60)
	@PYTHONPATH=tests $(BIN)/python -m chaos.cluster $(if $(SEED),--seed $(SEED)) --seconds $(or $(SECONDS),60) --runs $(or $(RUNS),60)

bench: install-dev ## What one node costs, beside the floor (ONLY=w1,fold QUICK=1 OUT=bench.jsonl)
	@PYTHONPATH=tests $(BIN)/python -m bench $(if $(QUICK),--quick) $(if $(ONLY),--only $(ONLY)) --out "$(or $(OUT),bench.jsonl)"

bench-docs: install-dev ## Measure everything and refresh docs/performance.md
	@PYTHONPATH=tests $(BIN)/python -m bench --out "$(or $(OUT),bench.jsonl)"
	@PYTHONPATH=tests $(BIN)/python -m bench.report "$(or $(OUT),bench.jsonl)"

bench-canvas: install-dev canvas chromium ## How a graph of a thousand nodes feels in the browser
	@PYTHONPATH=tests $(BIN)/python -m bench.canvas

screenshots: install-dev canvas chromium ## Take the pictures of the canvas in docs/images again
	@PYTHONPATH=tests $(BIN)/python docs/images/screenshots.py

check: install-dev $(CANVAS)/node_modules/.installed ## Style, types and import laws
	@$(BIN)/ruff format --check . && $(BIN)/ruff check . && $(BIN)/mypy && $(BIN)/lint-imports
	@$(NPM) run --silent types
	@$(NPM) run --silent lint

deploy-check: install-dev canvas .venv-deploy/.installed ## Images, compose file and manifests, without an engine or a cluster
	@$(BIN)/python -m pytest -m deploy tests/deploy
	@deploy/checks/scan.sh

compose-keys: install ## The secrets of deploy/compose.yaml, once
	@$(BIN)/python deploy/keys.py compose >/dev/null && echo "deploy/.env and deploy/compose/nats are there. Now: docker compose -f deploy/compose.yaml up --build --detach"

kubernetes-keys: install ## The secrets of deploy/kubernetes, once, into OUT
	@$(BIN)/python deploy/keys.py kubernetes --out "$(or $(OUT),kubernetes-keys)"

fix: install-dev ## Let ruff mend what it can
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

lock: $(BIN)/uv ## Resolve again and write the hash-locked requirements
	@$(BIN)/uv lock --upgrade
	@$(BIN)/uv export --quiet --frozen --no-dev --no-emit-workspace --no-header --no-annotate -o requirements.lock
	@$(BIN)/uv export --quiet --frozen --only-group dev --no-emit-workspace --no-header --no-annotate -o requirements-dev.lock
	@$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --no-header --no-annotate --generate-hashes deploy/checks/requirements.in -o requirements-deploy.lock
	@UV=$(BIN)/uv deploy/images/lists.sh
	@$(BIN)/uv export --quiet --frozen --only-group node --no-emit-workspace --no-header --no-annotate -o requirements-node.lock

canvas: $(CANVAS)/dist/index.html ## Build the canvas, if it changed

api: install $(CANVAS)/node_modules/.installed ## Generate the canvas' types from the API's description
	@$(BIN)/python -m gateway.describe > $(CANVAS)/openapi.json && $(NPM) run --silent api

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

node: | $(BIN)/uv
	@{ node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)' && command -v npm; } >/dev/null 2>&1 \
	|| test -x $(BIN)/npm || { echo "installing Node (once) ..."; VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --require-hashes --no-deps -r requirements-node.lock; }

$(CANVAS)/node_modules/.installed: $(CANVAS)/package-lock.json $(CANVAS)/.npmrc | node
	@echo "installing what the canvas is built with (once) ..."
	@$(NPM) ci --no-progress --loglevel error
	@touch $@

$(CANVAS)/dist/index.html: $(CANVAS_SOURCES) $(CANVAS)/node_modules/.installed
	@echo "building the canvas ..."
	@$(NPM) run --silent build -- --logLevel warn

chromium:
	@{ command -v chromium || command -v chromium-browser || command -v google-chrome; } >/dev/null || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null \
	&& echo "installing Chromium (once) ..." && apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends chromium fonts-liberation >/dev/null; } \
	|| echo "There is no Chromium here, and it cannot be installed: put one on PATH, or set ALLOW_NO_BROWSER=1 and the tests of the canvas are left out." >&2

.venv-deploy/.installed: requirements-deploy.lock | $(BIN)/uv
	@$(BIN)/uv venv --quiet --clear .venv-deploy
	@VIRTUAL_ENV=.venv-deploy $(BIN)/uv pip install --quiet --require-hashes --no-deps -r requirements-deploy.lock
	@touch $@

clean: ## Remove what was installed and what the demo made (never DATA)
	@rm -rf $(VENV) $(CANVAS)/dist* $(CANVAS)/node_modules demo-output .groove-demo .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .schemathesis
