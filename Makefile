# Every target is one line over the `course` command, which .venv/bin/course runs without make.
PYTHON ?= python3
COURSE := .venv/$(if $(filter Windows_NT,$(OS)),Scripts,bin)/course
.DEFAULT_GOAL := help
.PHONY: setup book test lab exercises grade lessons bench gpu release help

setup:
	@command -v $(PYTHON) >/dev/null || { echo "setup: no $(PYTHON) found: install Python 3.11 or newer" >&2; exit 1; }
	@$(PYTHON) course_lib/authoring/bootstrap.py

book test lab exercises grade lessons bench gpu release help: setup
	@$(COURSE) $@
