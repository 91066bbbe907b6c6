# `make demo` and `make test` are all there is to type; both set everything up first.

export PIP_DISABLE_PIP_VERSION_CHECK = 1
export PYTHONDONTWRITEBYTECODE = 1

BIN := .venv/bin

.PHONY: help setup demo test test-all lint models datasheets reliability networks schematics references lock bench-peers clean

help:
	@echo 'make demo      characterize cells in ngspice, classify digits with them, write demo-output/'
	@echo 'make test      lint, type check and every test that is not slow'
	@echo 'make test-all  the slow tests as well'
	@echo 'make models    make the committed models of circuits/ anew'
	@echo 'make datasheets  write the datasheet of every committed result to build/datasheets'
	@echo 'make reliability  run the fault tests and write docs/reliability.md'
	@echo 'make networks [NAMES="small recurrent feed_forward"]  prove arrays on networks of transistors'
	@echo 'make schematics  draw netlists/*.svg anew'
	@echo 'make references REASON="why" [NAMES="cell … mismatch"]  record tests/reference/ anew'
	@echo 'make bench-peers  install the simulators that benchmarks/ compares with, 5 GB'
	@echo 'make lint      ruff, mypy, import-linter'
	@echo 'make clean     remove all that these targets made'

setup:
	@bash tools/setup.sh

demo: setup
	$(BIN)/neuromix demo -o demo-output

lint: setup
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

test: lint
	$(BIN)/pytest -n auto --maxprocesses=4 --dist loadfile -m 'not slow'

test-all: lint
	$(BIN)/pytest -n auto --maxprocesses=4 --dist loadfile

models: setup
	$(BIN)/python tools/models.py

# docs/cells.md as well, which compares the cells with published figures.
datasheets: setup
	$(BIN)/python tools/datasheets.py
	$(BIN)/python tools/cells_page.py

# docs/reliability.md: what the fault tests have measured.
reliability: setup
	$(BIN)/python tools/reliability.py

# tests/reference/network/ and docs/network-proof.md: transistor-level networks against the array.
networks: setup
	$(BIN)/python tools/network_proof.py $(NAMES)

schematics: setup
	$(BIN)/python tools/schematics.py

references: setup
	$(BIN)/python tools/references.py --reason "$$REASON" $(NAMES)

# The newest versions that pyproject.toml allows, from a clean environment.
lock:
	bash tools/lock.sh

# An environment of their own, whose versions benchmarks/peers/requirements.txt pins.
bench-peers:
	@bash tools/peers.sh

clean:
	rm -rf .venv .venv-peers build dist demo-output *.egg-info .mypy_cache .ruff_cache .pytest_cache \
	  .hypothesis .import_linter_cache
	find neuromix circuits tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +
