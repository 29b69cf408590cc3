# The commands of the project. `make help` lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON := .venv/bin/python
# Many images set it for their own layers; here each of hundreds of processes would compile the same modules again.
export PYTHONDONTWRITEBYTECODE :=
PYTEST := $(PYTHON) -m pytest
STAGE ?= dev
NAME ?=
ARGS ?=
TIER ?=
ONE ?=
FOLLOW ?= 1
LINES ?=
# The file of a stage's values; `values=` does as well.
VALUES ?= $(values)
# What the system trusts, a proxy's certificate included; requests has a list of its own.
AUTHORITIES := $(if $(REQUESTS_CA_BUNDLE),,$(patsubst %,REQUESTS_CA_BUNDLE=%,$(wildcard /etc/ssl/certs/ca-certificates.crt)))

.PHONY: help setup demo up down status logs env reset token inbox transfer service deploy test test-unit lint type audit scan format synth diff preflight operate rotate bench lock

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Install the Python and Node packages into the project (instant when they are there)
	@scripts/setup.sh

demo: setup ## Start everything, deploy the stage local, walk one user's journey over HTTP
	@$(PYTHON) -m local demo

.PHONY: show
show: setup ## Start everything and show an account's life, the console in a browser, a wallet's portfolio to its exit, what gas costs, what security says, or taxes in eight countries (NAME=accounts|console|gas|portfolio|security|tax)
	@$(PYTHON) -m local show $(or $(NAME),accounts)

.PHONY: screenshots
screenshots: setup ## Start everything and draw every page of the console, both themes, three widths, into dist/screenshots
	@$(PYTHON) -m local screenshots

up: setup ## Start PostgreSQL, Redis, the AWS emulator, the EVM node, deploy, start the workers
	@$(PYTHON) -m local up

down: ## Stop what `make up` started; the data stay
	@if [ -x $(PYTHON) ]; then $(PYTHON) -m local down; else echo "Nothing was set up here."; fi

status: setup ## Show each process, its port, its health, and the queues
	@$(PYTHON) -m local status

logs: setup ## Follow the logs: all, or NAME=postgres|workers|functions|…; FOLLOW=0 LINES=200 prints the last ones and ends
	@$(PYTHON) -m local logs $(NAME) $(if $(filter 0 no,$(FOLLOW)),--once) $(if $(LINES),--lines $(LINES))

env: ## Print what leads a shell to the local stage, and away from AWS: eval "$(make env)"
	@$(MAKE) -s setup >&2
	@$(PYTHON) -m local env

reset: setup ## Stop everything and delete the data of the local stage
	@$(PYTHON) -m local reset

# Without a word of it the stage is this machine's, not dev.
ON_AWS = $(if $(filter file,$(origin STAGE)),,$(filter-out local,$(STAGE)))
token: ## Print a JWT of the local stage, or of STAGE: make token, or NAME=somebody TIER=enterprise
	@$(MAKE) -s setup >&2
	@$(PYTHON) -m $(if $(ON_AWS),cdk_app.account.token $(ON_AWS),local token) $(NAME) $(if $(TIER),--tier $(TIER)) $(if $(ON_AWS),$(ARGS))

inbox: setup ## Show the e-mail, push, Telegram, Slack, Discord and SMS messages that the local stage would have sent
	@$(PYTHON) -m local inbox

transfer: setup ## Send on the local chain, for whale rules to see: TOKEN=USDL AMOUNT=150000 (12.5 ETH by default), FROM=0x… TO=0x…
	@$(PYTHON) -m local transfer $(if $(FROM),--from $(FROM)) $(if $(TO),--to $(TO)) -- $(or $(TOKEN),ETH) $(or $(AMOUNT),12.5)

service: setup ## Lay a new service into the tree: make service NAME=watchlists ONE=watchlist
	@$(PYTHON) scripts/new_service.py $(NAME) $(ONE)
	@.venv/bin/ruff format --quiet premium handlers tests; .venv/bin/ruff check --fix --quiet premium handlers tests
	@.venv/bin/ruff format --quiet premium handlers tests

deploy: setup ## Deploy the stage local again to the emulator that runs
	@$(PYTHON) -m local deploy

test: setup ## Run the whole test suite
	@$(PYTEST) -q -n 3 $(ARGS)

test-unit: setup ## Run the tests that open no socket
	@$(PYTEST) -q -m unit $(ARGS)

lint: setup ## Check style, formatting and the import rules
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check --quiet .
	@.venv/bin/lint-imports
	@cd console && npx --no-install eslint .

.PHONY: console console-types
console: setup ## Bring the built console to a stage on AWS: make console STAGE=prod
	@$(PYTHON) -m cdk_app.account.console $(STAGE)

console-types: setup ## Write the console's types from the API's document
	@$(PYTHON) -m handlers.runtime.documents | node console/scripts/types.mjs

.PHONY: lint-infra cost
lint-infra: setup ## Have cfn-lint and checkov read the templates of all stages
	@scripts/lint_infra.sh

cost: setup ## Price a stage from its templates: STAGE=prod, USAGE=file, AGAINST=git-ref, JSON=1
	@scripts/synth.sh $(STAGE) $(VALUES) >&2
	@$(PYTHON) -m cdk_app.cost --stage $(STAGE) --templates cdk.out/$(STAGE) $(if $(USAGE),--usage $(USAGE)) \
	    $(if $(AGAINST),--against $(AGAINST)) $(if $(JSON),--json)

format: setup ## Format the code
	@.venv/bin/ruff check --fix --quiet . ; .venv/bin/ruff format .

type: setup ## Check the types (mypy, strict)
	@.venv/bin/mypy
	@cd console && npx --no-install tsc --noEmit

audit: setup ## Look the pinned packages up among the known vulnerabilities (needs an index with that data)
	@$(AUTHORITIES) .venv/bin/pip-audit --strict --progress-spinner off --require-hashes --disable-pip -r requirements/dev.txt

scan: setup ## Look for weak code, secrets and unsafe workflows (ARGS=--accept: what was found is harmless)
	@$(PYTHON) -m scripts.scan $(ARGS)

synth: setup ## Synthesize the templates of a stage: make synth STAGE=prod VALUES=prod.json
	@scripts/synth.sh $(STAGE) $(VALUES)

diff: setup ## Say what a deployment of a stage would change: make diff STAGE=dev VALUES=dev.json
	@scripts/diff.sh $(STAGE) $(VALUES)

preflight: setup ## Say what an account lacks for a stage: make preflight STAGE=prod VALUES=prod.json
	@scripts/preflight.sh $(STAGE) $(VALUES)

operate: export PREMIUM_ARGUMENTS = $(value ARGS)
operate: setup ## Run `premium` as a task of a stage on AWS: make operate STAGE=dev ARGS="queues failed"
	@$(PYTHON) -m cdk_app.account.operate '$(STAGE)'

rotate: setup ## Rotate a stage's own passwords in its task: make rotate STAGE=prod, ARGS=--status to look
	@$(PYTHON) -m cdk_app.account.rotate $(STAGE) $(ARGS)

DRILLS := restore=tests/integration/timescale_host/test_boot.py rotate=tests/integration/rotation \
          schema=tests/integration/migrations/test_runner.py destroy=tests/infra/test_destroy.py
.PHONY: drill
drill: setup ## Run a drill of docs/operate.md on this machine: NAME=restore, rotate, schema or destroy
	@path="$(patsubst $(NAME)=%,%,$(filter $(NAME)=%,$(DRILLS)))"; \
	    [ -n "$$path" ] || { echo "There is no drill '$(NAME)'. Known: restore, rotate, schema, destroy."; exit 1; }; \
	    $(PYTEST) $$path -q --durations=3 $(ARGS)

bench: setup ## Run the benchmarks: all, or NAME=http, NAME=tax, …
	@$(PYTHON) -m benchmarks $(NAME)

lock: setup ## Write the hashed pins from pyproject.toml (ARGS=--upgrade for the newest)
	@scripts/lock.sh $(ARGS)
