# One line of help each: `make help`.
SHELL := /bin/bash
PORT ?= 8000
export PORT
PY := .venv/bin/python
FLASK := .venv/bin/flask --app wsgi
STAMPS := .stamps
# The suite runs a second time on PostgreSQL where a server answers here.
TEST_POSTGRESQL ?= postgresql://postgres@127.0.0.1:5432/postgres
WORKERS ?= 2

.PHONY: help setup database run test test-scripts test-sqlite test-postgresql lint fuzz bench shots catalogue migration pins clean

help:            ## this help
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/ —/'

setup: $(STAMPS)/system $(STAMPS)/python $(STAMPS)/vendor $(STAMPS)/catalogue ## everything a fresh machine needs

$(STAMPS)/system: scripts/system-packages
	@mkdir -p $(STAMPS)
	@scripts/system-packages run
	@touch $@

# What only checks need: a browser, linters, the test runner.
$(STAMPS)/checks: scripts/system-packages requirements-dev.txt package-lock.json $(STAMPS)/python $(STAMPS)/vendor
	@scripts/system-packages test
	@scripts/python-environment test
	@npm ci --silent --include=dev --include=optional --ignore-scripts
	@touch $@

$(STAMPS)/python: requirements.txt requirements-uv.txt scripts/python-environment
	@mkdir -p $(STAMPS)
	@scripts/python-environment run
	@touch $@

$(STAMPS)/vendor: package-lock.json scripts/vendor.py $(STAMPS)/python $(wildcard static/css/*.css static/js/*.js static/img/*.svg)
	@[ node_modules/.package-lock.json -nt package-lock.json ] || npm ci --silent --omit=dev --omit=optional --ignore-scripts
	@$(PY) scripts/vendor.py
	@$(PY) -m whitenoise.compress --quiet static
	@touch $@

$(STAMPS)/catalogue: $(STAMPS)/python $(wildcard translations/*/LC_MESSAGES/*.po)
	@.venv/bin/pybabel -q compile -d translations
	@touch $@

database: setup  ## the tables, up to date
	@$(FLASK) db upgrade

run: export DEMO ?= 1
run: database    ## the site with demo data: http://127.0.0.1:8000 (PORT, DATABASE_URL, REDIS_URL are honoured)
	@if [ "$$DEMO" = 1 ]; then $(FLASK) demo --if-empty; fi
	@echo "«Ориентир»: http://127.0.0.1:$(PORT)  (Ctrl-C ends it)"
	@exec .venv/bin/honcho --no-colour -f Procfile start  # exec: who ends make ends it, too

test: test-scripts test-sqlite test-postgresql ## the whole suite, on SQLite and, where it answers, on PostgreSQL

test-scripts: setup $(STAMPS)/checks
	@echo "== The scripts of the pages"
	@node --test --test-reporter=dot tests/scripts/

test-sqlite: setup $(STAMPS)/checks
	@echo "== The suite on SQLite"
	@$(PY) -m pytest -q -n auto --dist worksteal

test-postgresql: setup $(STAMPS)/checks
	@if $(PY) scripts/answers.py $(TEST_POSTGRESQL); then \
	  echo "== The suite on PostgreSQL"; \
	  TEST_DATABASE_URL=$(TEST_POSTGRESQL) $(PY) -m pytest -q -n auto --dist worksteal -m "not e2e and not sqlite_alone"; \
	else echo "== PostgreSQL does not answer at $(TEST_POSTGRESQL): the suite ran on SQLite alone"; fi

lint: setup $(STAMPS)/checks      ## ruff, mypy --strict, biome, migrations, translations
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy
	@node_modules/.bin/biome ci --log-level=warn
	@scripts/check-migrations
	@$(PY) scripts/catalogue.py check

fuzz: setup $(STAMPS)/checks      ## 50,000 requests by chance (FUZZ_REQUESTS, FUZZ_SEED): none is answered with 5xx
	@$(PY) -m tests.fuzz

bench: setup $(STAMPS)/checks     ## speed and size beside a bare Flask application, as ratios
	@$(PY) -m bench

shots: setup $(STAMPS)/checks ## screenshots of the main pages into shots/
	@$(PY) scripts/shots.py

catalogue: setup ## collect the texts of the interface into translations/
	@$(PY) scripts/catalogue.py update

migration: setup ## a new migration from the models: make migration MESSAGE="…"
	@$(FLASK) db migrate -m "$(MESSAGE)"

pins: setup      ## compile the lists of packages, with hashes, after a change of an *.in or package.json
	@for list in requirements requirements-dev requirements-uv; do \
	  .venv/bin/uv pip compile --quiet --generate-hashes --universal --python-version 3.11 \
	    --custom-compile-command "make pins" $$list.in -o $$list.txt; done
	@npm install --silent --package-lock-only --ignore-scripts

clean:           ## forget everything that setup made (the database stays)
	@rm -rf .venv node_modules static/vendor $(STAMPS) shots
