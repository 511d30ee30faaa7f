# Every target sets up what it needs; only make and Python 3.11 or later are assumed.

PYTHON ?=
BIN := .venv/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help setup run test check rooms soak bench screenshots frontend record-operations verify-operations

SOAKED = tests/race tests/unit/evidence/test_watched_bounds.py tests/unit/comparing/test_laws.py \
  tests/integration/seams/test_guard_laws.py tests/integration/seams/test_declared_laws.py \
  tests/integration/service_api/test_fuzz.py tests/integration/operator_api/test_fuzz.py \
  tests/unit/simulating tests/integration/simulating tests/integration/console/test_addresses.py \
  tests/acceptance/canary tests/acceptance/test_shadowed_operations.py
SOAKED += tests/integration/rollout/journey tests/replant  # @legacy line
SOAKED += $(CHOOSING)
# Files whose tests choose cases that cover the others, for which make soak has all: tests/selection.py.
CHOOSING = $(shell grep -rlE '^ *(@pytest\.mark\.covering|from tests\.selection import)' --include 'test_*.py' tests)
FRONTEND := $(shell find frontend -name node_modules -prune -o -name dist -prune -o -type f -print)

help:  ## Show this list.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-17s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: .venv/installed frontend  ## Install everything, build the customers' pages, prepare the embedded database, create the operator.
	@if [ -n "$$DATABASE_URL" ]; then \
	  echo "DATABASE_URL is set: its database is left as it is. 'make run' migrates and seeds it."; \
	else \
	  $(BIN)/python manage.py setup --demo; \
	fi

run: .venv/installed frontend  ## Run the service until Ctrl-C. PORT=8000, IGNY8_RUN_DIR=.run, REDIS_URL, DATABASE_URL with IGNY8_ENV=local.
	@$(BIN)/python manage.py run

test: .venv/installed frontend  ## Run the test suite; ARGS go to pytest, which then runs what they name. JUNIT=FOLDER keeps its reports.
ifeq ($(strip $(ARGS)),)
	@$(BIN)/python -m tests.halves $(if $(JUNIT),--junit $(JUNIT))
else
	@$(BIN)/python -m pytest $(ARGS)
endif

check: .venv/installed frontend  ## Check format, style, types, layers, schema migrations, system checks and the frontend.
	@echo "ruff format";        $(BIN)/ruff format --check --quiet .
	@echo "ruff check";         $(BIN)/ruff check --quiet .
	@echo "mypy";               $(BIN)/mypy --no-error-summary
	@echo "lint-imports";       PATH="$(CURDIR)/$(BIN):$$PATH" PYTHONPATH=. $(BIN)/lint-imports --no-logo
	@echo "schema migrations";  $(BIN)/python manage.py makemigrations --check --dry-run
	@echo "system checks";      $(BIN)/python manage.py check --fail-level WARNING
	@echo "frontend";           frontend/npm run --silent check && frontend/npm test --silent

rooms: .venv/installed  ## Draw the rooms of the harness into ARCHITECTURE.md, from the imports of its code.
	@$(BIN)/python -m tests.architecture.rooms

soak: .venv/installed  ## Run the failure and load tests and the simulations in full: 16 processes, 200 flips; prints what it measured.
	@SOAK=1 $(BIN)/python -m pytest $(SOAKED) $(ARGS)

# @legacy begin
.PHONY: rehearse
rehearse: .venv/installed frontend  ## Walk the plan to its end on a copy of this tree, with real traffic; ARGS=--help. What it saw: .run/rehearsal.html.
	@$(BIN)/python -m rehearsal $(ARGS)
# @legacy end

screenshots: .venv/installed frontend  ## Start a demo and take each screen of the console, in three widths, light and dark: .run/screenshots.
	@$(BIN)/python -m tests.browser.screenshots $(ARGS)

record-operations: .venv/installed  ## Do one of each kind of operation and write what it did: data/operations.json.
	@$(BIN)/python manage.py record_operations data/operations.json

verify-operations: .venv/installed  ## Try this revision on the recorded operations, and name every effect that differs.
	@$(BIN)/python manage.py harness operations verify data/operations.json

bench: .venv-bench/installed  ## Measure against what people would use instead.
	@.venv-bench/bin/python -m benchmarks $(ARGS)

frontend: frontend/dist/built  ## Build the customers' pages into frontend/dist, where they have changed.

frontend/dist/built: $(FRONTEND) | .venv/installed
	@echo "Building the frontend."
	@frontend/npm ci --silent
	@frontend/npm run --silent build -- --logLevel warn
	@touch $@

# The stamp is written last, so that an installation that was broken off is done again.
.venv/installed: requirements.lock
	$(call install,.venv,requirements.lock)

.venv-bench/installed: requirements.lock benchmarks/requirements.txt
	$(call install,.venv-bench,requirements.lock)
	@.venv-bench/bin/python -m pip install --quiet -r benchmarks/requirements.txt

# Takes PYTHON, else the first interpreter that is recent enough.
define install
@for candidate in $(PYTHON) $(if $(PYTHON),,python3 python3.14 python3.13 python3.12 python3.11); do \
  if "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then \
    python="$$candidate"; break; \
  fi; \
done; \
if [ -z "$$python" ]; then \
  echo "Python 3.11 or later is needed$(if $(PYTHON),; $(PYTHON) is not). Install it, or name one: make PYTHON=/path/to/python3.11" >&2; \
  exit 1; \
fi; \
echo "Installing $(1) with $$($$python --version)."; \
rm -rf $(1); \
"$$python" -m venv $(1) && $(1)/bin/python -m pip install --quiet --require-hashes -r $(2) && touch $@
endef
