# Six words for everyone, `make golden` for the SQL on file and `make baselines` for pictures of pages, `make nightly` and `make faults` for slow proofs. Each does its own set-up: a Python of 3.11 or newer with venv is all that must be there.

PYTHON ?= $(firstword $(foreach name,python3.11 python3.12 python3.13 python3,$(shell command -v $(name) 2>/dev/null)))
BIN := .venv/bin
# Spark is 400 MB and useless without Java, so it is installed only where Java is; its tests are skipped elsewhere.
comma := ,
EXTRAS := dev,postgres$(if $(shell command -v java 2>/dev/null),$(comma)spark)

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-web golden baselines nightly faults check bench serve fix docs vendor clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1|/' | awk -F'|' '{printf "  make %-8s %s\n", $$1, $$2}'

setup: .venv/developer ## everything that work on the project needs, in .venv

demo: .venv/user ## from order files to tiers on a shipped data set, in about a minute
	$(BIN)/fenji demo --workspace demo

test: .venv/developer ## every test
	OMP_NUM_THREADS=1 $(BIN)/pytest -n 2 --dist loadgroup

golden: .venv/developer ## the SQL of the steps on file written anew, for review (tests/golden)
	PYTHONPATH=tests $(BIN)/python -m golden.steps

test-web: .venv/developer ## the pages in a real browser (Debian: apt-get install chromium npm)
	if command -v npm >/dev/null; then npm --prefix tests/web/axe install --no-package-lock --no-save --ignore-scripts --no-audit --no-fund; fi
	$(BIN)/pytest -m "proof or not proof" tests/web

baselines: .venv/developer ## the eight pictures of pages that make test-web compares taken anew, for review (tests/web/baselines)
	PYTHONPATH=tests $(BIN)/python -m web.views

nightly: .venv/developer ## every law with 1,000 examples; hours
	HYPOTHESIS_PROFILE=nightly $(BIN)/pytest -n 2 --dist loadgroup tests/property

faults: .venv/developer ## slow proofs: every company of ../shared/door, every small input that once failed, killed runs, broken files, real data on both engines
	$(BIN)/pytest -n 2 -m "door or proof"
	$(BIN)/python bench/faults/fuzz_files.py --count 90 --map-every 6 --run-every 30
	$(BIN)/python bench/faults/kill.py --count 12
	$(BIN)/python bench/faults/kill_work.py --count 8
	$(BIN)/python bench/faults/kill_server.py --count 10

check: .venv/developer ## what CI checks besides the tests
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/pytest tests/house
	$(BIN)/deptry src
	$(BIN)/codespell

bench: .venv/developer ## time and memory beside plain SQL, Polars, pandas and the libraries of the field
	$(BIN)/python bench/run.py
	$(BIN)/python bench/value.py
	$(BIN)/python bench/coverage.py
	$(BIN)/python bench/rules.py
	$(BIN)/python bench/segments.py
	$(BIN)/python bench/churn.py
	$(BIN)/python bench/latency.py
	$(BIN)/python bench/reports.py
	$(BIN)/python bench/customers.py
	$(BIN)/python bench/api.py
	$(BIN)/python bench/pages.py

serve: .venv/user ## the REST API over the demo; the first time a link lets an administrator in
	test -f demo/fenji.toml || $(BIN)/fenji demo --workspace demo
	$(BIN)/fenji serve --workspace demo --first-admin admin

fix: .venv/developer ## what a tool can mend by itself
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

docs: .venv/developer ## the generated pages of docs/reference
	$(BIN)/python docs/generate.py

vendor: ## rebuilds the chart library that pages load from the versions of vendor/package.json; needs npm
	npm --prefix vendor install --no-package-lock --no-save --ignore-scripts --no-audit --no-fund
	vendor/node_modules/.bin/esbuild vendor/echarts.js --bundle --minify --format=esm --target=es2022 --legal-comments=inline --outfile=src/fenji/web/static/echarts.fenji.js
	sha256sum src/fenji/web/static/echarts.fenji.js

clean: ## removes what can be made again
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist demo

# Installs again only when what is to be installed has changed.
.venv/user: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e . -c constraints.txt
	touch $@

.venv/developer: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[$(EXTRAS)]' -c constraints.txt
	touch $@ .venv/user
