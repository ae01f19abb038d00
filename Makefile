# For people who work on Pellucid; BIN says where the tools of the environment lie.
BIN ?= .venv/bin
.PHONY: lint types size bench docs

lint:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types:
	$(BIN)/mypy

size:
	@$(BIN)/python tools/size.py
	@$(BIN)/python tools/counts.py --brief

bench:
	@$(BIN)/pellucid bench

docs:
	@$(BIN)/python tools/docs.py
	@NO_COLOR=1 $(BIN)/zensical build --clean --strict
