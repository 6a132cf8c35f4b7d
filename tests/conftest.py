"""What the whole run shares: one browser, and a summary of how the exercises' checks judged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

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
    in one file for all exercises, and nothing is shared between two of these.
    """
    for item in items:
        group = item.path.stem
        if group == "test_answers" and isinstance(item, pytest.Function):
            group = f"{group}-{item.callspec.params['slug']}"
        item.add_marker(pytest.mark.xdist_group(group))


def pytest_terminal_summary(terminalreporter):
    """Print how answers were judged, and how many mutants the checks caught.

    It stands here because a run over several processes reads only this file before it starts.
    """
    matrix: Counter[tuple[str, bool]] = Counter()
    caught = total = equivalent = 0
    for reports in terminalreporter.stats.values():
        for report in reports:
            if getattr(report, "when", "") != "call":
                continue
            for name, value in report.user_properties:
                if name == "answer":
                    matrix[value[0], value[1]] += 1
                elif name == "mutants":
                    caught, total, equivalent = (
                        caught + value[0],
                        total + value[1],
                        equivalent + value[2],
                    )
    if not matrix and not total:
        return
    write = terminalreporter.write_line
    terminalreporter.section("the exercises' checks")
    write("                 accepted   rejected")
    for kind in ("right", "wrong"):
        write(f"{kind:>6} answers   {matrix[kind, True]:>6}     {matrix[kind, False]:>6}")
    write(f"mutants caught   {caught} of {total}, and {equivalent} that change nothing")
