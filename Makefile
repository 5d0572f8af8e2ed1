# Each target sets up what it needs by itself; only Python 3.11 or newer and make have to be there.
# All of them are verbs of portal/local: `make help` lists them.

PYTHON ?= $(or $(firstword $(shell for python in python3 python3.11 python3.12 python3.13 python3.14; do \
	command -v $$python >/dev/null && $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python; done; true)),python3)
LOCAL = @cd '$(CURDIR)' && exec $(PYTHON) -m portal.local

export PORT HOST

.DEFAULT_GOAL := help
.PHONY: help run test lint bench shell manage docs screenshots setup reset stop

help: ## This list
	@echo 'make TARGET, where TARGET is'
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  \1\t\2/p' Makefile | expand -t 16
	@echo 'PYTHON=python3.12 names another Python.'

run: ## The portal with demo data at http://localhost:8000 (PORT=8001, HOST=0.0.0.0) until Ctrl-C
	$(LOCAL) run

test: ## Every test that this machine can run, in parallel (ARGS="tests/local -k env" chooses; REQUIRE_ALL=1 lets nothing be left out)
	$(LOCAL) test $(ARGS)

lint: ## Style, types, import layers, templates, migrations, lock files, secrets, known vulnerabilities
	$(LOCAL) lint

bench: ## Load and size benchmarks
	$(LOCAL) bench $(ARGS)

shell: ## Django's shell on the demo's data
	$(LOCAL) shell

manage: ## manage.py on the demo's data: make manage ARGS="verify_ledger"
	$(LOCAL) manage $(ARGS)

docs: ## The generated parts of docs/ anew
	$(LOCAL) docs $(ARGS)

screenshots: ## The pictures in README and docs anew
	$(LOCAL) screenshots $(ARGS)

setup: ## Everything for development, without starting anything
	$(LOCAL) setup

reset: ## Throw away the demo's data; the next `make run` starts over
	$(LOCAL) reset

stop: ## Stop embedded servers that `python -m portal.local env` left running
	$(LOCAL) stop
