# The two commands that a newcomer needs: `make grade` and `make test`. Both set up .venv first, once.
PYTHON ?= python3
NOTEBOOK ?= exercises
ROUNDS ?= 3
BIN := .venv/bin
export PYTHON

.PHONY: grade test test-all book lint bench release picture vocabulary clean

grade: .venv/learner
	@$(BIN)/checker grade "$(NOTEBOOK)" || [ $$? -eq 1 ]  # 1 is a verdict, not an error

test: .venv/developer
	@$(BIN)/pytest -n 2 -m "not long"

test-all: test
	@$(BIN)/pytest -n 2 -m long --dist loadgroup

book: .venv/developer
	@$(BIN)/python -m scripts.book

lint: .venv/developer
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

bench: .venv/developer
	@$(BIN)/python -m benchmarks --rounds $(ROUNDS)

release: .venv/developer
	@$(BIN)/checker author release

picture: .venv/developer
	@$(BIN)/python scripts/picture.py
	@$(BIN)/python -m scripts.run_tree
	@$(BIN)/python -m scripts.compare_runs

vocabulary: .venv/developer
	@$(BIN)/python scripts/vocabulary.py

.venv/learner: requirements.lock pyproject.toml
	@scripts/setup requirements.lock
	@touch $@

.venv/developer: requirements-dev.lock .venv/learner
	@scripts/setup requirements-dev.lock
	@touch $@

clean:
	rm -rf .venv _build .checker
