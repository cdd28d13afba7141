# Every target sets up what it needs and does nothing that is done already.
VENV ?= .venv
PYTHON ?=
SECONDS ?= 600
STEPS ?= test run
WORKERS ?= 4
QUIET ?=
FAULTS ?=
export VENV PYTHON
python := $(VENV)/bin/python
setup := @bash scripts/setup.sh

.PHONY: help run test lint bench package test-package screenshots fresh-root campaign-kill campaign-channels fuzz

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-14s %s\n", $$1, $$2}' Makefile

run:  ## server, simulators and desktop; without a display a tour, its pictures in build/tour/ (FAULTS="line=429")
	$(setup) run
	@$(python) -m scripts.run --faults "$(FAULTS)"

test:  ## every test (ARGS="..." for pytest, WORKERS=4: they wait more than they work)
	$(setup) test
	@# a crashed worker is not replaced: pytest-xdist 3.8.0 then waits for ever instead of telling (its issue 1378)
	@$(python) -m pytest -n $(WORKERS) --max-worker-restart 0 --dist loadfile --no-loadscope-reorder $(QUIET) $(ARGS)

lint:  ## ruff, strict types, import contracts, sizes, unused code
	$(setup) lint
	@$(python) -m ruff check $(QUIET) .
	@$(python) -m ruff format --check $(QUIET) .
	@$(python) -m mypy
	@$(VENV)/bin/lint-imports --no-logo > build/imports.log 2>&1 || { cat build/imports.log; exit 1; }
	@tail -n 2 build/imports.log | grep .
	@$(python) -m pytest -q -p no:randomly tests/architecture/test_sizes.py tests/architecture/test_walls.py
	@$(python) -m scripts.unused

bench:  ## one line a bound: name, figure, bound, holds or falls short
	$(setup) test
	@$(python) -m benchmarks $(ARGS)

package:  ## the frozen program, in dist/
	$(setup) test
	@$(python) -m PyInstaller --noconfirm --log-level WARN --distpath dist --workpath build/pyinstaller build.spec

test-package: package  ## the frozen program does the main job over web chat
	@$(python) -m pytest $(QUIET) -m frozen tests/end_to_end

screenshots:  ## docs/screenshots/, made anew
	$(setup) test
	@$(python) -m tests.end_to_end.tour --screenshots docs/screenshots

fresh-root:  ## make test and make run in a new, minimal Debian 12 (as root; STEPS="test run")
	@bash scripts/fresh_root.sh $(STEPS)

campaign-kill:  ## kill -9 of desktop and server at 200 random moments each, then the checker
	$(setup) test
	@$(python) -m omnix_load kill --desktop 200 --server 200 $(ARGS)

campaign-channels:  ## 10,000 messages over all channels with repeats, disorder, faults and 20 kills, then the checker
	$(setup) test
	@$(python) -m tests.campaigns.channels $(ARGS)

fuzz:  ## atheris on every webhook's parser (SECONDS=600 in all)
	$(setup) test
	@$(python) -m tests.fuzz --seconds $(SECONDS) $(ARGS)
