"""A student reads the same of a check in the notebook, from Validate and in the terminal."""

from __future__ import annotations

import html
import re
from itertools import cycle
from pathlib import Path

import nbformat
import pytest
from nbgrader.validator import Validator
from runner import HERE, ROOT, SOURCES, read_answers
from traitlets.config.loader import PyFileConfigLoader

from course_lib.authoring.welcome import CONFIG
from course_lib.exercise import grade_id
from course_lib.grading.classroom.student import check_notebook, render
from course_lib.project import Project

BROKEN = "def answer(:\n    pass"
NOTHING_WRITTEN = "You did not provide a response."


def mixed(bench) -> dict[str, str]:
    """Return an answer to each task: wrong, none, broken, right, and so on in turn."""
    found = {}
    for task, kind in zip(bench.code_tasks, cycle(("wrong", "", "broken", "right")), strict=False):
        answers = read_answers(HERE / bench.slug / f"{task}.py")
        found[task] = {
            "wrong": next(one.source for one in answers if one.kind == "wrong"),
            "": bench.stubs[task],
            "broken": BROKEN,
            "right": bench.reference[task],
        }[kind]
    return found


def validated(path: Path) -> dict[str, str]:
    """Return what Validate's button says of each check that does not pass, as a notebook shows it.

    It runs the notebook in a kernel, so this is what the cells themselves show.
    """
    (path.parent / "nbgrader_config.py").write_text(CONFIG.format(course="c"), "utf-8")
    config = PyFileConfigLoader("nbgrader_config.py", path=str(path.parent)).load_config()
    names = {cell.source.strip(): grade_id(cell) for cell in nbformat.read(path, 4).cells}
    found = Validator(config=config).validate(str(path)).get("failed", [])
    return {names[one["source"].strip()]: plain(one["error"]) for one in found}


def plain(text: str) -> str:
    """Return what a browser shows of the button's HTML."""
    return html.unescape(re.sub(r"<[^>]+>", "", text)).strip()


def read_off(told: str | None, name: str) -> tuple[str, str]:
    """Return the status and the message that a notebook's words amount to."""
    if told is None:
        return "passed", ""
    first, *rest = [line.strip() for line in told.splitlines()]
    if first == f"✗ {name}":
        return "failed", "\n".join(rest)
    if first.startswith("○ not attempted") or first == NOTHING_WRITTEN:
        return "not_attempted", ""
    assert first.startswith("-----"), "an error, with its traceback"
    return "error", told


@pytest.mark.slow
@pytest.mark.parametrize("slug", [path.stem for path in SOURCES])
def test_notebook_validate_and_terminal_say_the_same(slug, benches, tmp_path):
    bench = benches[slug]
    answers = mixed(bench)
    notebook = nbformat.read(ROOT / "exercises" / slug / f"{slug}.ipynb", 4)
    for cell in notebook.cells:
        cell.source = answers.get(grade_id(cell), cell.source)
    path = tmp_path / "exercises" / slug / f"{slug}.ipynb"
    path.parent.mkdir(parents=True)
    nbformat.write(notebook, path)
    said = validated(path)
    report = check_notebook(Project(tmp_path), slug)
    here = [one for one in report.outcomes if one.status != "later"]
    assert {one.id for one in here} >= set(said), "Validate runs no check that is not run here"
    for one in here:
        status, message = read_off(said.get(one.id), one.name)
        stub = bench.stubs.get(one.task, "NotAttempted")
        if one.status == "not_attempted" and "NotAttempted" not in stub:
            continue  # the notebook runs a planted bug, whoever planted it
        assert one.status == status, f"{one.id}: {said.get(one.id)}"
        # Where an answer stops, the notebook says so below the answer, and here the check does.
        if status == "error" and answers[one.task] == BROKEN:
            assert one.message.startswith("its answer stops with SyntaxError: ")
        elif status == "error":
            assert one.message in message.splitlines(), one.id
        else:
            assert one.message == message, one.id
    assert {"passed", "failed", "error", "not_attempted"} <= {one.status for one in here}
    screen = render(report, colour=False)
    assert all(line.strip() in screen for one in here for line in one.message.splitlines())
    assert len(screen.splitlines()) <= 40, "what was lost and why is one screen"
