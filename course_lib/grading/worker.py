"""nbgrader's side of grading, a process for each step, since it changes the working directory.

    python -m course_lib.grading.worker ROOT STEP TASK RESULT

TASK is JSON. A step writes what it found as JSON to the file RESULT, never to stdout, where a
student's code may print.
"""

from __future__ import annotations

import glob
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook
from nbgrader.converters import Autograde, GenerateAssignment
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from course_lib.exercise import parse, task_of
from course_lib.grading.notebook import load
from course_lib.grading.outcomes import outcomes, untouched_by_checksum


def begin(config: Config, task: dict[str, list[str]]) -> dict[str, Any]:
    """Enter ``task["changed"]`` exercises in the gradebook; return the scores of all."""
    for slug in task["changed"]:
        directory = CourseDirectory(config=config, assignment_id=slug)
        GenerateAssignment(coursedir=directory, config=config, force=True).start()
    with _gradebook(config) as gradebook:
        return _scores(gradebook, task["exercises"])


def autograde(config: Config, task: dict[str, str]) -> dict[str, Any]:
    """Grade the submission of ``task["exercise"]`` by ``task["student"]``.

    Returns:
        ``checks``: id and status of each; ``notes``: what was set right.
    """
    slug, student = task["exercise"], task["student"]
    directory = CourseDirectory(
        config=config, assignment_id=slug, student_id=glob.escape(student), notebook_id=slug
    )
    Autograde(coursedir=directory, config=config, force=True).start()
    folder = directory.format_path(directory.autograded_directory, student, slug)
    notebook = load(Path(folder) / f"{slug}.ipynb")
    untouched = {task_of(name) for name in untouched_by_checksum(notebook.cells)}
    found = outcomes(parse(slug, notebook.cells), untouched)
    return {
        "checks": [[o.id, o.status] for o in found],
        "notes": notebook.metadata.get("course", {}).get("notes", []),
    }


def end(config: Config, task: dict[str, list[Any]]) -> dict[str, Any]:
    """Give 0 in every check to ``task["zeros"]`` ([slug, student]...) and to who is absent.

    Returns:
        the scores, in which now everybody who is enrolled has a row.
    """
    with _gradebook(config) as gradebook:
        for slug, student in task["zeros"]:
            _zero(gradebook, slug, student)
        for slug, students in _scores(gradebook, task["exercises"]).items():
            for student in gradebook.students:
                if student.id not in students:
                    _zero(gradebook, slug, student.id)
        return _scores(gradebook, task["exercises"])


def _zero(gradebook: Gradebook, slug: str, student: str) -> None:
    gradebook.update_or_create_student(student)
    for notebook in gradebook.update_or_create_submission(slug, student).notebooks:
        for grade in notebook.grades:
            grade.auto_score, grade.needs_manual_grade = 0.0, False
    gradebook.db.commit()


def _scores(gradebook: Gradebook, slugs: list[str]) -> dict[str, Any]:
    """Return {slug: {student: [score, most, needs a person]}}."""
    return {
        slug: {
            one.student_id: [one.score, one.max_score, bool(one.needs_manual_grade)]
            for one in gradebook.find_assignment(slug).submissions
        }
        for slug in slugs
    }


def _gradebook(config: Config) -> Gradebook:
    directory = CourseDirectory(config=config)
    return Gradebook(directory.db_url, directory.course_id)


STEPS: dict[str, Callable[[Config, Any], Any]] = {s.__name__: s for s in (begin, autograde, end)}


def main(root: str, step: str, task: str, result: str) -> None:
    """Take one step under the project's own configuration."""
    config = PyFileConfigLoader("nbgrader_config.py", path=root).load_config()
    found = STEPS[step](config, json.loads(task))
    Path(result).write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
