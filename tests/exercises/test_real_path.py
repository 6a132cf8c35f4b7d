"""What the quick runner says of the exercises' answers, nbgrader's own grading says too."""

from __future__ import annotations

import nbformat
import pytest
from runner import HERE, ROOT, SOURCES, Bench, read_answers

from course_lib.exercise import grade_id, parse
from course_lib.grading.batch import grade
from course_lib.grading.outcomes import outcomes
from course_lib.project import Project

slugs = pytest.mark.parametrize("slug", [path.stem for path in SOURCES])


def hand_in(root, bench: Bench, student: str, answers: dict[str, str]) -> None:
    folder = root / "submitted" / student / bench.slug
    folder.mkdir(parents=True)
    path = ROOT / "exercises" / bench.slug / f"{bench.slug}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        cell.source = answers.get(grade_id(cell), cell.source)
    nbformat.write(notebook, folder / path.name)


@pytest.mark.slow
@slugs
def test_nbgrader_gives_the_same_verdicts(benches, slug, tmp_path):
    bench = benches[slug]
    for name in ("_config.yml", "book/_toc.yml", "nbgrader_config.py", f"solutions/{slug}.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    wrong = {
        task: next(a.source for a in read_answers(HERE / slug / f"{task}.py") if a.kind == "wrong")
        for task in bench.code_tasks
    }
    students = {"reference": bench.reference, "untouched": {}, "wrong": wrong}
    for student, answers in students.items():
        hand_in(tmp_path, bench, student, answers)
    rows = {row.student: row for row in grade(Project(tmp_path)).rows}
    checks = {check.id for check in bench.exercise.checks}
    for student, answers in students.items():
        path = tmp_path / "autograded" / student / slug / f"{slug}.ipynb"
        graded = outcomes(parse(slug, nbformat.read(path, as_version=4).cells), set())
        found = {o.id: o.status for o in graded if o.status != "manual"}
        quick = bench.whole(bench.stubs | answers)
        assert found == {v.id: v.status for v in quick if v.id in checks}, student
        assert rows[student].score == bench.points(quick), student
    assert rows["reference"].score == sum(c.points for c in bench.exercise.checks if not c.manual)
    assert rows["untouched"].reason == "not attempted"
    assert rows["wrong"].score < rows["reference"].score
