# Two commands are all a newcomer needs: `make run` and `make test`. Each does its own set-up.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STATIC := webapp/static/dist/.built
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help run test test-fast check bench load soak pictures words format lock clean

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

run: $(VENV)/.run $(VENV)/.paper $(STATIC) ## Serve at http://127.0.0.1:8000 on SQLite with demo users
	@$(BIN)/chengban init --demo
	@$(BIN)/chengban run

test: $(VENV)/.dev $(VENV)/.paper $(STATIC) $(VENV)/.browser ## Every test: engine on both databases, web, browser journeys
	$(BIN)/python -m pytest tests -n 2 --dist worksteal

test-fast: $(VENV)/.dev $(VENV)/.paper ## Tests that need no browser and no PostgreSQL, under a minute
	$(BIN)/python -m pytest tests -n 2 --dist worksteal -m "not browser and not postgres and not slow"

check: $(VENV)/.dev ## Format, lint, types, import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.dev ## Print the benchmark table, SQLite and PostgreSQL in one run
	$(BIN)/python -m tests.benchmarks

load: $(VENV)/.dev $(STATIC) ## 200 clerks at work for five minutes on PostgreSQL (LOAD="--seconds 60" for less)
	$(BIN)/python -m tests.load $(LOAD)

soak: $(VENV)/.dev ## Kill servers and workers 2,000 times on each database and try 10,000 random processes (about half an hour)
	CHENGBAN_KILLS=2000 $(BIN)/python -m pytest tests/kills -s
	$(BIN)/python tests/random_models/three_ways.py 10000

pictures: $(VENV)/.dev $(STATIC) $(VENV)/.browser ## Take the pictures of the README anew
	PYTHONPATH=tests/webapp $(BIN)/python -m tests.journeys.readme_pictures

words: $(VENV)/.dev ## Write every text of the pages to webapp/locale/webapp.pot, for translators
	@mkdir -p webapp/locale && $(BIN)/python -m webapp.words > webapp/locale/webapp.pot

format: $(VENV)/.dev ## Write the format and the safe fixes
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: $(VENV)/.dev ## Pin and hash the dependencies anew
	$(BIN)/uv pip compile -q --generate-hashes --universal --python-version 3.11 --no-header requirements.in -o requirements.lock
	$(BIN)/uv pip compile -q --generate-hashes --universal --python-version 3.11 --no-header requirements-dev.in -c requirements.lock -o requirements-dev.lock

clean: ## Remove what these commands made (the database in var/ stays)
	rm -rf $(VENV) webapp/node_modules webapp/static/dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(VENV)/pyvenv.cfg:
	@.ci/need python3-venv -- '$(PYTHON) -c "import ensurepip, venv, sys; assert sys.version_info >= (3, 11)"'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: $(VENV)/pyvenv.cfg requirements.lock setup.cfg
	@test -e $(VENV)/.dev || $(BIN)/pip install -qq --require-hashes -r requirements.lock
	@$(BIN)/pip install -qq --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: $(VENV)/pyvenv.cfg requirements-dev.lock setup.cfg
	$(BIN)/pip install -qq --require-hashes -r requirements-dev.lock
	@$(BIN)/pip install -qq --no-deps --no-build-isolation -e .
	@touch $@ $(VENV)/.run

# What documents are printed with: Pango, and Chinese fonts. 仿宋 and 小标宋 come with texlive-lang-chinese where a
# bureau installs it, or with the bureau's own fonts; without them Noto stands in.
$(VENV)/.paper: $(VENV)/pyvenv.cfg
	@.ci/need libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 -- '$(PYTHON) -c "import ctypes; ctypes.CDLL(\"libpangoft2-1.0.so.0\")"'
	@.ci/need fontconfig fonts-noto-cjk -- 'fc-list :lang=zh | grep -q .'
	@touch $@

$(VENV)/.browser:
	@.ci/need chromium -- 'test -x /usr/bin/chromium'
	@.ci/need fonts-noto-cjk -- 'fc-list :lang=zh | grep -q .'
	@touch $@

$(STATIC): webapp/package-lock.json $(wildcard webapp/frontend/*) $(wildcard webapp/frontend/desk/*)
	@.ci/need nodejs npm -- 'command -v node && command -v npm'
	cd webapp && npm ci --ignore-scripts --no-audit --no-fund --silent && npm run --silent build
	@touch $@
