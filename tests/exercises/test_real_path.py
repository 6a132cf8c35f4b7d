"""Each exercise the whole way: handed in, graded in the sandbox, by our command and nbgrader's."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from runner import HERE, ROOT, SOURCES, Bench, read_answers
from small_course import isolation

from course_lib.authoring.exercises import source_notebooks
from course_lib.exercise import grade_id
from course_lib.grading.coordinator.batch import grade
from course_lib.grading.scoring import record
from course_lib.project import Project

AGAIN = "wrong"
"""Whose submission nbgrader's own commands grade once more."""
BUTTON = """
import sys
from nbgrader.apps import NbGrader
from nbgrader.apps.api import NbGraderAPI
app = NbGrader()
app.load_config_file()
found = NbGraderAPI(config=app.config).autograde(*sys.argv[1:])
sys.exit(0 if found["success"] else found["log"])
"""


def checkout(root: Path, slug: str) -> Project:
    """Make a project that holds one of the exercises."""
    for name in ("_config.yml", "book/_toc.yml", "nbgrader_config.py", f"solutions/{slug}.md"):
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_bytes((ROOT / name).read_bytes())
    with (root / "nbgrader_config.py").open("a") as config:
        config.write(f"c.GradeSubmission.isolation = {isolation()!r}\n")
    return Project(root)


def hand_in(root: Path, bench: Bench, student: str, answers: dict[str, str]) -> None:
    folder = root / "submitted" / student / bench.slug
    folder.mkdir(parents=True)
    path = ROOT / "exercises" / bench.slug / f"{bench.slug}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        cell.source = answers.get(grade_id(cell), cell.source)
    nbformat.write(notebook, folder / path.name)


def first(bench: Bench, kind: str) -> dict[str, str]:
    """Return the first right or wrong answer to every task."""
    return {
        task: next(
            a.source for a in read_answers(HERE / bench.slug / f"{task}.py") if a.kind == kind
        )
        for task in bench.code_tasks
    }


@pytest.fixture(params=[path.stem for path in SOURCES])
def graded(request, benches, tmp_path):
    """An exercise's bench, the project, answers by student, and what `course grade` says."""
    bench = benches[request.param]
    project = checkout(tmp_path, bench.slug)
    students = {"reference": bench.reference, "untouched": {}}
    students |= {kind: first(bench, kind) for kind in ("right", "wrong")}
    for student, answers in students.items():
        hand_in(tmp_path, bench, student, answers)
    source_notebooks(project)
    return bench, project, students, grade(project, isolation=isolation(), workers=1)


def nbgrader(root: Path, *words: str) -> None:
    """Run one of nbgrader's commands, or ``-c`` and a program, in a project."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    command = [sys.executable, *([] if words[0] == "-c" else ["-m", "nbgrader"]), *words]
    done = subprocess.run(
        command, cwd=root, env=os.environ | {"PATH": path}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_the_same_verdicts_and_scores_every_way(graded):
    bench, project, students, summary = graded
    scores = {row.student: row.score for row in summary.rows}
    checks = {check.id for check in bench.exercise.checks}
    for student, answers in students.items():
        found = record.find(project, bench.slug, student)
        ended = {check.id: check.status for check in found.checks if not check.manual}
        if student == "untouched":
            assert set(ended.values()) == {"not_attempted"}
            continue
        quick = {v.id: v.status for v in bench.whole(bench.stubs | answers) if v.id in checks}
        assert ended == quick, student
    automatic = sum(check.points for check in bench.exercise.checks if not check.manual)
    assert scores["reference"] == scores["right"] == automatic
    assert scores["untouched"] == 0 < automatic - scores["wrong"]

    root, who = project.root, f"--student={AGAIN}"
    page = root / "feedback" / AGAIN / bench.slug / f"{bench.slug}.html"
    before = page.read_text("utf-8")
    ways = {
        "autograde": ("autograde", bench.slug, who, "--force"),
        "formgrader's button": ("-c", BUTTON, bench.slug, AGAIN),
    }
    for way, words in ways.items():
        shutil.rmtree(root / "autograded" / AGAIN)
        record.place(project, bench.slug, AGAIN).unlink()
        nbgrader(root, *words)
        assert (root / "autograded" / AGAIN).is_dir(), way
        assert exported(root) == scores, way
    page.unlink()
    nbgrader(root, "generate_feedback", bench.slug, who, "--force")
    assert page.read_text("utf-8") == before
    assert grade(project, isolation=isolation(), workers=1).rows == summary.rows


def exported(root: Path) -> dict[str, float]:
    """Return the scores that ``nbgrader export`` writes, by student."""
    nbgrader(root, "export")
    with (root / "nbgrader-export.csv").open(newline="") as lines:
        return {line["student_id"]: float(line["score"]) for line in csv.DictReader(lines)}
