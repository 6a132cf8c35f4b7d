"""A student's way in a real browser: open, answer, Validate, submit; then collect and grade."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from runner import ROOT
from small_course import RIGHT, SLUG, Course, isolation

from course_lib.authoring.lab import prepare
from course_lib.grading.coordinator.batch import grade

TOKEN = secrets.token_hex()
PATIENCE = 120_000
"""Milliseconds; a busy machine takes its time to start a kernel."""


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Course:
    return Course(tmp_path_factory.mktemp("lab") / "course")


@pytest.fixture(scope="module")
def environment(tmp_path_factory) -> dict[str, str]:
    """A fresh HOME; containers run the tests as root, which Jupyter wants to be told."""
    home = tmp_path_factory.mktemp("home")
    (home / "jupyter_server_config.py").write_text("c.ServerApp.allow_root = True\n")
    scripts = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    own = {"HOME": str(home), "JUPYTER_CONFIG_DIR": str(home), "JUPYTER_TOKEN": TOKEN}
    return os.environ | own | {"PATH": scripts}


@pytest.fixture(scope="module")
def lab(course, environment, tmp_path_factory):
    """JupyterLab as `course lab` starts it; yields its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = tmp_path_factory.mktemp("log") / "lab.log"
    command = [sys.executable, "-m", "course_lib.cli", "lab", "--no-browser", "--port", str(port)]
    with log.open("wb") as sink:
        process = subprocess.Popen(
            command,
            cwd=course.project.root,
            env=environment,
            stdout=sink,
            stderr=sink,
            start_new_session=True,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + PATIENCE / 1000
        while not answers(f"{address}/api?token={TOKEN}"):
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.5)
        yield address
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as reply:  # noqa: S310 - our own server
            return reply.status == 200
    except OSError:
        return False


@pytest.fixture
def page(browser):
    page = browser.new_page(viewport={"width": 1400, "height": 1000})
    page.set_default_timeout(PATIENCE)
    yield page
    page.close()


def fill(page, name: str, source: str) -> None:
    """Scroll to the answer cell that defines ``name`` and replace what it says."""
    cell = page.locator(".jp-CodeCell", has_text=f"def {name}(").first
    page.locator(".jp-WindowedPanel-outer").first.hover()
    for _ in range(60):
        if cell.count() and cell.is_visible():
            break
        page.mouse.wheel(0, 300)
        page.wait_for_timeout(100)
    cell.scroll_into_view_if_needed()
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(source)


def validate(page) -> str:
    page.get_by_text("Validate", exact=True).first.click()
    dialog = page.locator(".jp-Dialog", has_text="Validation Results")
    dialog.wait_for()
    text = dialog.inner_text()
    dialog.get_by_role("button", name="Ok").click()
    return text


@pytest.mark.browser
@pytest.mark.slow
def test_answer_validate_submit_collect_grade(course, environment, lab, page):
    page.goto(f"{lab}/lab/tree/exercises/{SLUG}/{SLUG}.ipynb?token={TOKEN}")
    page.wait_for_selector(".jp-Notebook .jp-CodeCell")
    told = validate(page)
    assert "○ not attempted yet: replace the line `raise NotAttempted`" in told
    assert "✗ negative numbers have a largest\n  got 0, which is not what" in told
    assert "Traceback" not in told
    noisy = RIGHT["mean"].replace("return", "import warnings; warnings.warn('mind'); return")
    fill(page, "mean", noisy)
    fill(page, "largest", "def largest(numbers):\n    return max(numbers)")
    told = validate(page)
    assert "✗" not in told
    assert "mind" not in told, "a warning is no failure"
    assert "Your answer here.\nYou did not provide a response." in told, "the written answer"

    page.goto(f"{lab}/lab?reset&token={TOKEN}")
    page.get_by_role("menuitem", name="Nbgrader").click()
    page.get_by_role("menuitem", name="Assignment List").click()
    page.get_by_text("Submit", exact=True).first.click()
    page.get_by_text("Fetch Feedback").wait_for()

    nbgrader = [sys.executable, "-m", "nbgrader", "collect", SLUG]
    subprocess.run(nbgrader, cwd=course.project.root, env=environment, check=True)
    [row] = grade(course.project, isolation=isolation(), workers=1).rows
    assert (row.score, row.reason) == (16, "not attempted: mislead")


@pytest.mark.browser
@pytest.mark.slow
def test_formgrader_lists_the_assignment(lab, page):
    page.goto(f"{lab}/formgrader?token={TOKEN}")
    row = page.locator("tr", has_text=SLUG).first
    row.wait_for()
    assert "released" in row.inner_text()


@pytest.mark.slow
def test_preparing_twice_releases_once_and_a_new_version_again(tmp_path):
    course = Course(tmp_path / "course")
    root = course.project.root
    assert prepare(course.project) == [SLUG]
    assert prepare(course.project) == []
    assert (root / "exchange").stat().st_mode & 0o777 == 0o777
    course.handed_out.write_text(course.handed_out.read_text().replace("NotAttempted  #", "1  #"))
    assert prepare(course.project) == [], "a student's work is no new version"
    released = root / "exchange" / "shallow-to-deep" / "outbound" / SLUG / f"{SLUG}.ipynb"
    released.write_text(released.read_text().replace('"content": "', '"content": "0'))
    assert prepare(course.project) == [SLUG]


def test_submitting_works_from_the_folder_of_exercises(environment):
    """JupyterLab's Assignment List reads the configuration there, and must find the same."""
    code = (
        "from nbgrader.apps import NbGrader\n"
        "app = NbGrader(); app.load_config_file(); print(app.config.Exchange.root)"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(
        command, cwd=ROOT / "exercises", env=environment, capture_output=True, text=True
    )
    assert done.stdout.strip() == str(ROOT / "exchange"), done.stderr
