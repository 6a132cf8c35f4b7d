"""What tests of several rooms share: one browser for the whole run."""

from __future__ import annotations

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
