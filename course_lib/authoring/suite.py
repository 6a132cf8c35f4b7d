"""The whole test suite, in the order in which a mistake is cheapest to find."""

from __future__ import annotations

import os
import subprocess
import sys
import time

from course_lib.authoring.system import require_browser, require_bubblewrap, scripts_path
from course_lib.project import Project


def run_suite(project: Project, pytest_options: list[str]) -> int:
    """Run style, types and pytest; with ``pytest_options`` pytest alone.

    Returns:
        0 when everything passed, else the first failing command's exit status.
    """
    python = [sys.executable, "-m"]
    commands = [
        [*python, "ruff", "check", "."],
        [*python, "ruff", "format", "--check", "."],
        [*python, "mypy"],
        [*python, "pytest", "-n", "auto", "--dist", "loadgroup"],  # groups: tests/conftest.py
    ]
    if pytest_options:
        commands = [[*python, "pytest", *pytest_options]]
    require_bubblewrap()
    environment = os.environ | {"PATH": scripts_path(), "COURSE_BROWSER": require_browser()}
    start = time.perf_counter()
    for command in commands:
        print_name = " ".join(command[2:])
        sys.stderr.write(f"── {print_name}\n")
        code = subprocess.run(command, cwd=project.root, env=environment).returncode
        if code:
            sys.stderr.write(f"course test: `{print_name}` failed\n")
            return code
    if not pytest_options:
        sys.stderr.write(f"everything passed in {time.perf_counter() - start:.0f} s\n")
    return 0
