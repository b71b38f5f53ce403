# Foundry Monitor: `make` lists what there is to do.

PORT ?= 7071
VENV := .venv
PY := $(VENV)/bin/python
DEPS := $(VENV)/.installed node_modules/.installed

.DEFAULT_GOAL := help
.PHONY: help install serve demo test check infra format bench clean
.DELETE_ON_ERROR:

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: $(DEPS) ## install everything into .venv and node_modules

serve: $(DEPS) ## run the app and Azurite (PORT=7071, DATA=dir to keep data there, MEMORY=1 to keep none)
	@$(PY) -m tools.serve --port $(PORT) $(if $(MEMORY),--memory,$(if $(DATA),--data '$(DATA)'))

demo: $(DEPS) ## show a simulated day and its alerts (TRACE=file replays one, ONCE=1 ends by itself, SEED=n)
	@TRACE='$(TRACE)' ONCE='$(ONCE)' PORT='$(PORT)' $(PY) -m tools.demo

test: $(DEPS) ## run the tests (ARGS=... goes to pytest)
	$(PY) -m pytest -n 2 --dist loadfile $(ARGS)

check: $(DEPS) infra ## lint, format, types, layers, file lengths, infra
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy --strict shared
	$(VENV)/bin/lint-imports
	@find shared tools -name '*.py' -exec awk 'FNR == 251 { print FILENAME ": more than 250 lines"; long = 1 } END { exit long }' {} +

infra: $(DEPS) .checkov/.installed ## check the Bicep files, snapshots, policies, KQL (ARGS=--write renews them)
	@$(PY) -m tools.infra $(ARGS)

format: $(DEPS) ## rewrite the code in the project's format
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .

bench: $(DEPS) ## measure speed, size and memory (ARGS=... names some of it)
	@$(PY) -m tools.bench $(ARGS)

clean: ## remove what was installed and cached; .data stays
	rm -rf $(VENV) .checkov node_modules .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find shared tools tests -name __pycache__ -type d -prune -exec rm -rf {} +

# A python3.13 on PATH may be a pyenv shim that does not run, so each candidate is tried.
$(PY):
	@for python in python3.13 "$$(pyenv root 2>/dev/null)"/versions/3.13*/bin/python; do \
	  "$$python" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 13))' 2>/dev/null || continue; \
	  exec "$$python" -m venv $(VENV); \
	done; \
	echo 'Python 3.13 was not found: install it with "pyenv install 3.13" or your package manager (python3.13 python3.13-venv).' >&2; \
	exit 1

$(VENV)/.installed: requirements.txt requirements-dev.txt | $(PY)
	$(PY) -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

# Where it cannot be had, `make infra` leaves policies out and says so.
.checkov/.installed: requirements-checkov.txt | $(PY)
	@echo 'installing checkov into .checkov ...'
	@if $(PY) -m venv .checkov && .checkov/bin/pip install --quiet --disable-pip-version-check -r $<; \
	then touch $@; else rm -rf .checkov; fi

node_modules/.installed: package.json package-lock.json
	@command -v npm >/dev/null || { echo 'npm was not found: install Node.js 20 or newer (Azurite runs on it).' >&2; exit 1; }
	npm ci --no-audit --no-fund
	@touch $@
