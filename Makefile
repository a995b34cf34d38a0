# The newsroom's commands. `make run` and `make test` need Python 3.11 or newer and nothing else.
PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
MANAGE := $(BIN)/python manage.py
# A database, cache or storage server named in the environment needs its driver.
REQUIREMENTS := requirements/$(if $(strip $(DATABASE_URL)$(REDIS_URL)$(S3_BUCKET)),services,base).txt

.PHONY: run dev test bench bench-pages bench-growth screenshots lint ci assets messages requirements

run: .venv/installed-$(notdir $(REQUIREMENTS))
	@$(MANAGE) run --port $(PORT)

dev: .venv/installed-dev.txt
	@DEBUG=true $(MANAGE) migrate --verbosity 0
	@DEBUG=true $(MANAGE) demo --if-empty
	@DEBUG=true $(MANAGE) runserver 127.0.0.1:$(PORT)

test: .venv/installed-dev.txt
	$(BIN)/pytest -n auto

# Needs Debian's wrk and nginx-light, and PostgreSQL on this machine. Magazines of all sizes are made the first time, which takes
# hours and 40 GB in FOLDER and PostgreSQL; SIZES="5000 50000" DATABASES=sqlite for minutes. What is found goes into docs/performance.md.
FOLDER ?= var/bench
bench: bench-pages bench-growth
	@$(BIN)/python bench/pictures.py
	@$(BIN)/python bench/screening.py
	@$(BIN)/python bench/comments.py
	@$(BIN)/python bench/desk.py

# Pages beside nginx and a WSGI function that does nothing, in minutes. ARTICLES=50000 for more of them.
bench-pages: .venv/installed-dev.txt
	@$(BIN)/python bench/pages.py --articles $(or $(ARTICLES),5000) --write docs/performance.md

bench-growth: .venv/installed-dev.txt
	@$(BIN)/python bench/growth.py --sizes $(or $(SIZES),5000 50000 1000000) --databases $(or $(DATABASES),sqlite postgresql) \
		--folder $(FOLDER) --write docs/performance.md

# Pictures of every kind of page into var/screenshots, with an index.html to look through.
screenshots: .venv/installed-dev.txt
	@$(BIN)/python tests/screenshots.py

lint: .venv/installed-dev.txt
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/djlint templates --lint --quiet

ci:
	bash .ci/run

# For whoever changes the styles: the only command that needs Node. `npm run fonts` cuts the fonts anew.
assets:
	npm install --no-audit --no-fund
	npm run build

# For whoever changes the words that readers see: brings the catalogues of locale/ up to date. Needs GNU gettext.
# The desk speaks English, and Django translates its own words.
messages: .venv/installed-dev.txt
	@$(MANAGE) makemessages --all --no-wrap --no-obsolete --add-location=file --ignore=node_modules --ignore=static \
		--ignore=tests --ignore=bench --ignore=docs --ignore=var --ignore='*/admin/*' --ignore=templates/desk
	@for catalogue in locale/*/LC_MESSAGES/django.po; do \
		sed -i '/^"POT-Creation-Date/d' $$catalogue && msgfmt --check --no-hash -o $${catalogue%.po}.mo $$catalogue || exit 1; \
	done

# Writes the pinned requirements anew from pyproject.toml.
requirements: .venv/installed-dev.txt
	$(BIN)/pip install --quiet uv
	for set in base: "services:--extra postgres --extra redis --extra s3" \
		"dev:--extra postgres --extra redis --extra s3 --extra dev"; do \
		$(BIN)/uv pip compile pyproject.toml $${set#*:} --output-file requirements/$${set%%:*}.txt --upgrade --universal \
			--python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --quiet || exit 1; \
	done

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "The newsroom needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Name another with PYTHON=python3.12.")'
	@echo "Making the environment in .venv ..."
	@$(PYTHON) -m venv .venv

.venv/installed-%.txt: requirements/%.txt | .venv/bin/python
	@echo "Installing requirements/$*.txt ..."
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/$*.txt
	@touch $@
