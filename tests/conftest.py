"""What the whole run shares: one browser, and a summary of how the exercises' checks judged."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from course_lib.authoring.system import require_browser

FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The one browser: Playwright can't be started twice in a process."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=require_browser(), args=FLAGS)
        yield started
        started.close()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Say which tests a run over several processes keeps together: a file's, or an exercise's.

    What a file's tests share, such as the built book, is made once. The exercises' answers stand
    in one file for all exercises, and nothing is shared between two of these; within one, a task's
    tests follow one another, as the process that has run what precedes the task serves them all.
    """
    items.sort(key=_exercise_and_task)
    for item in items:
        slug, _ = _exercise_and_task(item)
        item.add_marker(pytest.mark.xdist_group(f"{item.path.stem}-{slug}"))


def _exercise_and_task(item: pytest.Item) -> tuple[str, str]:
    """Return the exercise and the task whose answers a test is about; empty for all other tests."""
    if item.path.stem != "test_answers" or not hasattr(item, "callspec"):
        return "", ""
    told = item.callspec.params
    return told["slug"], told.get("task") or getattr(told.get("answer"), "task", "")


def pytest_terminal_summary(terminalreporter):
    """Print what became of the submissions, and how the exercises' checks judged answers.

    It stands here because a run over several processes reads only this file before it starts.
    """
    told: dict[str, list] = {"submission": [], "matrix": []}
    for reports in terminalreporter.stats.values():
        for report in reports:
            if getattr(report, "when", "") == "call":
                for name, value in report.user_properties:
                    told.get(name, []).append(value)
    if told["submission"]:
        sys.path.append(str(Path(__file__).parent / "grading"))
        from submissions.table import lines

        terminalreporter.section("submissions that a grader meets")
        for line in lines(told["submission"]):
            terminalreporter.write_line(line)
    if told["matrix"]:
        terminalreporter.section("the exercises' checks: answers accepted | rejected")
        for line in matrix_lines(dict(told["matrix"])):
            terminalreporter.write_line(line)


def matrix_lines(rows: dict[str, dict]) -> list[str]:
    """Return the confusion matrix as text, a line an exercise."""
    kinds = ("right", "wrong", "constant", "hard-coded", "mutants")
    lines = [f"{'':20}" + "".join(f"{kind:>14}" for kind in kinds) + "    change nothing"]
    for slug, row in sorted(rows.items()):
        cells = "".join(f"{f'{row[kind][0]} | {row[kind][1]}':>14}" for kind in kinds)
        lines.append(f"{slug:20}{cells}{row['equivalent']:>18}")
    return lines
