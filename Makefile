# Every command below sets up what it needs by itself, in .venv, and touches nothing outside this folder.
# Written for GNU make 3.81 and a POSIX shell, which is what a Mac brings.
#
# A variable to know:  make demo PYTHON=/path/to/python3.12      use this Python
#                      make demo PIP_OPTIONS="..."               more words for pip, such as where the CPU
#                                                                build of PyTorch is to be had

PYTHON =
PIP_OPTIONS =
PIP = .venv/bin/python -m pip --disable-pip-version-check
# pip's word for "in the versions of constraints.txt"; our own package is built with the tools installed
# here, so that these are pinned too.
INSTALL = $(PIP) install $(PIP_OPTIONS) -c constraints.txt
WORKERS = 2

.DEFAULT_GOAL := help
.PHONY: help demo test check index prove mutate audit hashes bench format clean

help:  ## this list
	@echo "Cohortbook: weekly prompts, private reflections and cited answers for a cohort."
	@echo
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

demo: .venv/installed  ## live a week of a program in your browser; no accounts, no tokens
	@.venv/bin/cohortbook demo

index: .venv/installed  ## build the search index from knowledge/
	@.venv/bin/cohortbook index

check: .venv/installed  ## read settings, prompts/ and knowledge/ and report every problem
	@.venv/bin/cohortbook check

prove: .venv/installed-dev  ## run the long proofs and print one table; ONLY="crash" runs those of that name
	@.venv/bin/pytest -m prove -n 0 -q -rs $(if $(ONLY),-k "$(ONLY)")

mutate: .venv/installed-dev  ## break each guard on purpose and see that its test notices
	@.venv/bin/python -m tests.mutate

audit: .venv/audit/installed  ## ask whether a pinned package has a known weakness; fails when nobody could say
	@.venv/bin/python -m tests.supply.audit .venv/audit/bin/pip-audit

hashes: .venv/installed-dev  ## write the hash of each pinned package, after a change of constraints.txt
	@grep -v '^torch==' constraints.txt > .venv/pins.txt
	@$(PIP) install -q $(PIP_OPTIONS) --dry-run --ignore-installed --no-deps --report .venv/report.json -r .venv/pins.txt
	@.venv/bin/python -m tests.supply.hashes .venv/report.json > requirements.hashes.txt

bench: .venv/installed-dev  ## time answers in Slack and Discord, and compare the search with others that are installed
	@.venv/bin/python -m bench.slack knowledge
	@.venv/bin/python -m bench.discord knowledge
	@.venv/bin/python -m bench.search knowledge

format: .venv/installed-dev  ## put the code in order
	@.venv/bin/ruff check --fix .
	@.venv/bin/ruff format .

# One shell runs all stages, so that a stage that fails still leaves the table of what ran before it.
test:  ## set up, run the static checks and every test, and print what each took
	@table=''; \
	finish() { printf '\n%-16s %8s\n' stage seconds; printf "$$table"; }; \
	stage() { \
	  name=$$1; shift; printf '\n== %s\n' "$$name"; began=$$(date +%s); \
	  if "$$@"; then state=''; else state='   FAILED'; fi; \
	  table="$$table$$(printf '%-16s %8s%s' "$$name" $$(($$(date +%s) - began)) "$$state")\n"; \
	  if [ -n "$$state" ]; then finish; echo; echo "make test stopped at: $$name"; exit 1; fi; \
	}; \
	stage install  $(MAKE) --no-print-directory .venv/installed-dev; \
	stage lint     .venv/bin/ruff check .; \
	stage format   .venv/bin/ruff format --check .; \
	stage types    .venv/bin/mypy; \
	stage tests    .venv/bin/pytest -n $(WORKERS) --dist loadgroup -rs --durations=10; \
	finish

clean:  ## remove what make and the tools made; your data/ and settings stay
	rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis test-results
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# --- setting up ------------------------------------------------------------------------------------
# Each file below is made when its step is done, so a second start has nothing to do, and a step that was
# interrupted is done again.

.venv/started:
	@if .venv/bin/python -m pip --version >/dev/null 2>&1; then exit 0; fi; \
	found=''; \
	for python in $(PYTHON) python3.13 python3.12 python3.11 python3; do \
	  if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then \
	    found=$$python; break; \
	  fi; \
	done; \
	if [ -z "$$found" ]; then \
	  echo "Cohortbook needs Python 3.11 or newer, and none was found here."; \
	  echo "Install one from your system's packages or from python.org, then run make again."; \
	  exit 1; \
	fi; \
	if ! "$$found" -c 'import ensurepip, venv' >/dev/null 2>&1; then \
	  echo "$$found is here, but the part that makes environments of one's own (venv) is missing."; \
	  echo "On Debian or Ubuntu: sudo apt install python3-venv. Then run make again."; \
	  exit 1; \
	fi; \
	echo "Making an environment in .venv with $$("$$found" --version) ($$found)"; \
	"$$found" -m venv --clear .venv
	@touch $@

# pip's own account of what it fetches, less the small and the already installed. What goes wrong is told in
# full. A pipe keeps only the last command's fate, so pip's is left in a file.
install = rm -f .venv/failed; { $(INSTALL) $(1) || touch .venv/failed; } | \
	awk '/Downloading.*MB\)/ { split($$2, file, "-"); print "  fetching", file[1], file[2], $$3, $$4 } \
	  /^Installing collected/ { print "  unpacking" } { fflush() }'; \
	if [ -f .venv/failed ]; then echo "That step failed; make starts again from here."; exit 1; fi

# PyTorch first and by itself: it is by far the largest, so pip shows its own progress, and what comes after
# takes the build that it finds.
.venv/installed: .venv/started pyproject.toml constraints.txt
	@echo "Installing PyTorch. The first time takes some minutes, most of them to download it."
	@$(INSTALL) torch
	@echo "Installing the search model and the other packages. The first time takes a minute or two."
	@$(call install,hatchling)
	@$(call install,--no-build-isolation --editable .)
	@touch $@

# In an environment of its own: what checks the packages is not one of them.
.venv/audit/installed: .venv/installed
	@.venv/bin/python -m venv --clear .venv/audit
	@.venv/audit/bin/python -m pip --disable-pip-version-check install -q $(PIP_OPTIONS) pip-audit==2.10.1
	@touch $@

.venv/installed-dev: .venv/installed
	@echo "Installing what the checks and tests need. The first time takes about half a minute."
	@$(call install,--no-build-isolation --editable ".[dev]")
	@touch $@
