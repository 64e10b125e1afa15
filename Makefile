# phresh: `make run` starts the program, `make test` runs the tests. Neither needs a server, Docker or root.

# The newest Python found, from 3.11 on; `make run PYTHON=python3.12` chooses another.
PYTHON ?= $(shell for p in python3.14 python3.13 python3.12 python3.11 python3 python; do \
	if $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then echo $$p; break; fi; done)
PY := .venv/bin/python
# `make test ARGS="-k claim"` hands arguments on to pytest, `make run ARGS="jobs"` to phresh
ARGS ?=
# a new Python of the system leaves an environment behind that does not run: it is made anew
STALE := $(if $(wildcard .venv/installed),$(shell $(PY) -c '' >/dev/null 2>&1 || echo stale-environment))
# one process for each core and two more (tests/conftest.py): each has an embedded PostgreSQL of its own
WORKERS ?= auto

.PHONY: run test slow check format lint types imports coverage bench profile soak looks docs-images clean stale-environment
.DELETE_ON_ERROR:

run: .venv/installed
	@$(PY) -m phresh_tui $(ARGS)

test: .venv/installed-dev
	@$(PY) -m pytest -n $(WORKERS) $(ARGS)

# the tests of the screens with a database whose answers are late, as on a busy machine; they wait more than they work
slow: .venv/installed-dev
	@SLOW=0.2 $(PY) -m pytest -n 6 tests/tui tests/places --ignore tests/tui/test_monkey.py $(ARGS)

check: format-check lint types imports test

format-check: .venv/installed-dev
	@$(PY) -m ruff format --check .

format: .venv/installed-dev
	@$(PY) -m ruff format .
	@$(PY) -m ruff check --fix .

lint: .venv/installed-dev
	@$(PY) -m ruff check .

types: .venv/installed-dev
	@$(PY) -m mypy

imports: .venv/installed-dev
	@.venv/bin/python -c "from importlinter.cli import lint_imports_command as c; c()"

# the same tests as `make test`, with a report of the lines that they reach
coverage: .venv/installed-dev
	@$(PY) -m pytest -n $(WORKERS) --cov --cov-report=term $(ARGS)

# what a person waits for, in a real terminal, beside others; QUICK=1 takes fewer samples of smaller markets
bench: .venv/installed-dev
	@QUICK=$(QUICK) $(PY) -m benchmarks

# where the time of a start and of a page-down goes
profile: .venv/installed-dev
	@$(PY) -m benchmarks.profile

# what takes longer than `make test`, or needs a network: an old server, another major version, a wheel, a fresh
# checkout, other shells and a browser, which are installed where apt-get can; in two processes, for what is timed
# needs some time of its own
soak: .venv/installed-dev
	@SOAK=1 $(PY) -m pytest -n 2 --dist loadgroup -m soak $(ARGS)

# what the tests need holds what the program needs, in one installation
.venv/installed .venv/installed-dev: pyproject.toml constraints.txt $(STALE)
	@test -n "$(PYTHON)" || { echo "phresh needs Python 3.11 or later, and none was found on the PATH." >&2; \
		echo "Install one, or name it: make run PYTHON=/path/to/python3.12" >&2; exit 1; }
	@$(PYTHON) scripts/install.py$(if $(findstring dev,$@), dev)

# takes the pictures anew that the screens are compared with; `git diff` shows what has changed
# `make looks ARGS="-k 'agenda or inbox'"` takes only those; python -m tests.tui.pictures draws them
looks: .venv/installed-dev
	@LOOKS=1 $(PY) -m pytest -n $(WORKERS) -m soak tests/tui/test_looks.py $(ARGS)

# the pictures and the tables of the README and of docs/, from the program as it is now
docs-images: .venv/installed-dev
	@$(PY) -m scripts.docs_images
	@$(PY) -m scripts.docs_tables

clean:
	rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .coverage .coverage.* htmlcov
