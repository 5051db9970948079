# `make demo` and `make test` each do all of their own set-up: Python 3.11 or later and make are enough.

VENV := .venv
BIN := $(VENV)/bin
# One `-q` would still print a warning for each package of each mirror; errors are printed all the same.
PIP := $(BIN)/python -m pip -qq --disable-pip-version-check --no-input
# Stamps inside .venv: libraries are installed again only when a lock or pyproject.toml is newer.
# The path is part of the name, so that a copied or moved folder installs itself and not its origin.
PLACE := $(shell pwd | cksum | cut -d ' ' -f 1)
RUN := $(VENV)/.installed-run-$(PLACE)
DEV := $(VENV)/.installed-dev-$(PLACE)
# A desk's own mirrors must not get into the locks: hashes and names come from the public index alone.
LOCK := build/lock
COMPILE := env -u PIP_EXTRA_INDEX_URL -u PIP_FIND_LINKS PIP_CONFIG_FILE=/dev/null \
	CUSTOM_COMPILE_COMMAND="make lock" $(LOCK)/bin/python -W ignore -m piptools compile --quiet \
	--generate-hashes --allow-unsafe --strip-extras --no-emit-index-url --no-emit-find-links \
	--no-emit-trusted-host $(UPGRADE)

SECONDS := 60
# Each has servers of its own and takes whole files, in their order.
WORKERS := 2

.DEFAULT_GOAL := help
.PHONY: help setup demo test check fmt bench contracts lock faults

help: ## This list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(DEV) ## Create .venv and install the locked libraries (demo and test do it by themselves)

demo: $(RUN) ## Play five real directives, then leave the console open until Ctrl-C
	@$(BIN)/liennganh demo $(ARGS)

test: $(DEV) ## Run every test against real servers; ARGS="-k words" for some, WORKERS=0 in one process
	@$(BIN)/python -m tests.browser.ensure_chromium
	@$(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder $(ARGS)

check: $(DEV) ## Formatting, lint, types; changes nothing
	@$(BIN)/python -m ruff format --check --quiet .
	@$(BIN)/python -m ruff check --quiet .
	@$(BIN)/python -m mypy

fmt: $(DEV) ## Format and repair what can be repaired
	@$(BIN)/python -m ruff format .
	@$(BIN)/python -m ruff check --fix .

bench: $(DEV) ## Measure; figures go to build/bench
	@test -d benchmarks || { echo "There are no benchmarks yet, so no figures either."; exit 1; }
	@$(BIN)/python -m benchmarks $(ARGS)

faults: $(DEV) ## Kill, pause and cut off the real servers for SECONDS=60 under load; then check everything
	@$(BIN)/python -m tests.faults --seconds $(SECONDS) $(ARGS)

contracts: $(RUN) ## Write OpenAPI, AsyncAPI and the schemas of all events to docs/contracts
	@$(BIN)/liennganh contracts $(ARGS)

lock: $(DEV) ## Write the locks anew after a change in pyproject.toml; UPGRADE=--upgrade for newer versions
	@$(BIN)/python -m venv $(LOCK) && $(LOCK)/bin/python -m pip install -qq 'pip==26.3' 'pip-tools==7.6.2'
	@$(COMPILE) --all-build-deps --output-file constraints.txt pyproject.toml
	@$(BIN)/python -c 'import tomllib; project = tomllib.load(open("pyproject.toml", "rb"))["project"]; \
		print(*project["optional-dependencies"]["dev"], sep="\n")' > $(LOCK)/dev.in
	@$(COMPILE) --constraint constraints.txt --output-file constraints-dev.txt $(LOCK)/dev.in
	@rm -r $(LOCK)

$(RUN): pyproject.toml constraints.txt $(BIN)/python
	@$(create_venv)
	@echo "Installing the locked libraries into $(VENV) ..."
	@$(PIP) install --require-hashes -r constraints.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

# Missing, or pointing to a Python that is no longer there: then everything is made anew.
$(BIN)/python: ;

$(DEV): $(RUN) constraints-dev.txt
	@echo "Installing the locked libraries of tests and checks ..."
	@$(PIP) install --require-hashes -r constraints-dev.txt
	@touch $@

# Some systems split Python: then pip comes from the system's own, from virtualenv, or, as root, by apt.
define create_venv
new_enough='import sys; sys.exit(sys.version_info < (3, 11))'; found=; \
$(BIN)/python -c "import pip; $$new_enough" 2>/dev/null && exit 0; \
create() { \
	"$$1" -m venv --clear $(VENV) >/dev/null 2>&1 \
	|| "$$1" -m virtualenv --quiet --clear $(VENV) >/dev/null 2>&1 \
	|| { "$$1" -m venv --clear --without-pip $(VENV) >/dev/null 2>&1 \
		&& "$$1" -m pip --python $(BIN)/python install -qq pip >/dev/null 2>&1; }; \
}; \
for python in $(PYTHON) python3.13 python3.12 python3.11 python3; do \
	"$$python" -c "$$new_enough" 2>/dev/null || continue; \
	found=$$python; create "$$python" && exit 0; \
done; \
if [ -z "$$found" ]; then \
	echo "Python 3.11 or later is needed; this machine has: $$(python3 --version 2>/dev/null || echo none)." >&2; \
	echo "Install one (Debian, Ubuntu: apt install python3 python3-venv; Fedora: dnf install python3;" >&2; \
	echo "macOS: brew install python), or name one: make PYTHON=/path/to/python3" >&2; exit 1; \
fi; \
if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	echo "$$found cannot create a virtual environment; installing python3-venv by apt ..."; \
	{ apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y python3-venv; } >/dev/null \
	&& create "$$found" && exit 0; \
fi; \
echo "$$found has no working venv module. Install it (Debian, Ubuntu: apt install python3-venv)" >&2; \
echo "or name another Python: make PYTHON=/path/to/python3" >&2; exit 1
endef
