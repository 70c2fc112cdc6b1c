# Two commands do everything: `make run` and `make test`. Each brings its own set-up, and repeats
# of it only what changed. What they need beforehand: Python 3.11 or newer, make, a C compiler.

PYTHON_ENV := .venv/bin/python
STAMPS := .venv/stamps
REQUIREMENTS := requirements.txt requirements-ml.txt requirements-embedded.txt
MODULES := frontend/node_modules/.package-lock.json
BUNDLE := frontend/dist/index.html
SOURCES := $(shell find frontend/src frontend/public frontend/index.html frontend/vite.config.ts \
	frontend/tsconfig.json 2>/dev/null)

export PATH := $(CURDIR)/.venv/bin:$(PATH)

.DELETE_ON_ERROR:
.PHONY: run test test-slow bench setup setup-tests

run: setup
	@exec $(PYTHON_ENV) manage.py serve

test: setup-tests
	@exec $(PYTHON_ENV) scripts/check.py

test-slow: setup-tests
	@exec $(PYTHON_ENV) scripts/check.py "slow tests"

# NAME=loop runs one of them; ARGS=--quick is passed on.
bench: setup-tests
	@exec $(PYTHON_ENV) -m bench $(NAME) $(ARGS)

setup: $(STAMPS)/app $(BUNDLE)

setup-tests: setup $(STAMPS)/tests

$(PYTHON_ENV):
	@sh scripts/python.sh

$(STAMPS)/app: $(REQUIREMENTS) constraints.txt | $(PYTHON_ENV)
	@$(PYTHON_ENV) scripts/install.py $(REQUIREMENTS)
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/tests: requirements-dev.txt $(STAMPS)/app
	@$(PYTHON_ENV) scripts/install.py requirements-dev.txt
	@touch $@

$(MODULES): frontend/package.json frontend/package-lock.json | $(STAMPS)/app
	@echo "── JavaScript packages: npm ci in frontend/"
	@cd frontend && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

$(BUNDLE): $(MODULES) $(SOURCES)
	@echo "── browser bundle: vite build in frontend/"
	@cd frontend && npm run --silent build -- --logLevel warn
	@touch $@
