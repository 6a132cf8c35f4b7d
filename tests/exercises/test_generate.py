"""From one source to the student notebook: the same every time, and nothing given away."""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from runner import ROOT, SOURCES
from small_course import small_project

from course_lib.authoring.exercises import dumps, generate, source_notebook, source_notebooks
from course_lib.authoring.stubs import ClearSolutionsForStarters
from course_lib.project import Project, ProjectError

AVERAGES = (ROOT / "tests" / "grading" / "averages.md").read_text("utf-8")


@pytest.fixture
def project(tmp_path) -> Project:
    return Project(small_project(tmp_path / "course"))


def student(project: Project) -> Path:
    return project.exercises / "averages" / "averages.ipynb"


def cells(path: Path) -> dict:
    return {cell.id: cell for cell in nbformat.read(path, as_version=4).cells}


def test_the_student_notebook(project):
    done = generate(project)
    assert done.written == [student(project)]
    found = cells(student(project))
    assert found["mean"].source.endswith(
        "    raise NotAttempted  # replace this line with your answer"
    )
    assert "    best = 0.0\n    for number" in found["largest"].source
    assert found["mean-hidden-1"].source == "# runs when you submit: longer lists have their mean"
    assert found["mislead"].source == "Your answer here."
    checks = [cell for cell in found.values() if cell.metadata.get("nbgrader", {}).get("points")]
    assert sum(cell.metadata.nbgrader.points for cell in checks) == 20
    for cell in checks:
        if cell.cell_type == "code":
            assert cell.metadata.tags == ["raises-exception"]
            assert not cell.metadata.editable


def test_the_same_source_gives_the_same_bytes(project):
    generate(project)
    first = student(project).read_bytes()
    shutil.rmtree(project.build)
    student(project).unlink()
    generate(project)
    assert student(project).read_bytes() == first
    assert generate(project).unchanged == [student(project)]
    nbformat.validate(nbformat.read(student(project), as_version=4))


def test_check_names_what_differs_and_writes_nothing(project):
    generate(project)
    generate(project, check=True)
    notebook = json.loads(student(project).read_text("utf-8"))
    notebook["cells"][0]["source"] = "# Other"
    student(project).write_text(dumps(notebook), encoding="utf-8")
    (project.exercises / "gone").mkdir()
    (project.exercises / "gone" / "gone.ipynb").touch()
    before = student(project).read_bytes()
    with pytest.raises(ProjectError) as caught:
        generate(project, check=True)
    assert "exercises/averages/averages.ipynb differs" in str(caught.value)
    assert "exercises/gone has no source" in str(caught.value)
    assert student(project).read_bytes() == before


def test_a_students_work_is_kept_and_an_old_version_is_not(project):
    generate(project)
    source = project.solutions / "averages.md"
    change(source, "That is all.", "That is really all.")
    assert generate(project).kept == []
    notebook = nbformat.read(student(project), as_version=4)
    next(cell for cell in notebook.cells if cell.id == "mean").source = "mean = 'my work'"
    nbformat.write(notebook, student(project))
    done = generate(project)
    [(path, copy)] = done.kept
    assert path == student(project)
    assert cells(copy)["mean"].source == "mean = 'my work'"
    assert "NotAttempted" in cells(student(project))["mean"].source
    assert str(copy) in str(done)


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert text.count(old) == 1, old
    path.write_text(text.replace(old, new), encoding="utf-8")
    stamp = path.stat().st_mtime_ns + 10**9  # a coarse clock must not hide the change
    os.utime(path, ns=(stamp, stamp))


def test_source_notebooks_are_written_when_the_source_changes(project):
    [path] = source_notebooks(project)
    before = path.stat().st_mtime_ns
    source_notebooks(project)
    assert path.stat().st_mtime_ns == before
    (project.build / "source" / "gone").mkdir()
    change(project.solutions / "averages.md", "That is all.", "That was all.")
    source_notebooks(project)
    assert "That was all." in path.read_text("utf-8")
    assert [folder.name for folder in (project.build / "source").iterdir()] == ["averages"]


CHECK = next(line for line in AVERAGES.splitlines() if line.startswith('check("negative'))
HIDDEN = "### BEGIN HIDDEN TESTS\n"
MALFORMED = {
    "grade_id twice": (
        ("grade_id: mean-hidden-1", "grade_id: mean-check-1"),
        "grade_id 'mean-check-1' is used 2 times",
    ),
    "no grade_id": (("grade_id: mean, solution", "solution"), "no grade_id"),
    "a grade_id with a space": (("grade_id: mean,", "grade_id: the mean,"), "letters, digits"),
    "no points": (("mean-check-1, grade: true, points: 4", "mean-check-1, grade: true"), "points"),
    "no points for a check": (
        ("mean-check-1, grade: true, points: 4", "mean-check-1, grade: true, points: 0"),
        "has no points",
    ),
    "an answer without check": (
        ("grade_id: mean, sol", "grade_id: average, sol"),
        "answer 'average' has no check",
    ),
    "a check without answer": (
        ("grade_id: mean, sol", "grade_id: average, sol"),
        "task 'mean' has checks but no answer",
    ),
    "two hints": (
        ("<details><summary>Hint 2</summary>Then divide.</details>\n", ""),
        "task 'mean' has 2 hints",
    ),
    "a hidden region in a statement": (
        ("That is all.", HIDDEN + "### END HIDDEN TESTS"),
        "outside a graded cell",
    ),
    "a hidden region in a visible check": (
        (CHECK, HIDDEN + "### END HIDDEN TESTS\n" + CHECK),
        "holds no hidden tests",
    ),
    "a visible line in a hidden check": (
        (HIDDEN + 'check("one', "x = 1\n" + HIDDEN + 'check("one'),
        "lies wholly between",
    ),
    "a solution in a statement": (
        ("Write `mean(numbers)`.", "### BEGIN SOLUTION\n### END SOLUTION"),
        "outside an answer cell",
    ),
    "an answer without region": (
        ("    ### BEGIN SOLUTION\n    total", "    total"),
        "END SOLUTION without its BEGIN",
    ),
    "an open region": (
        ("numbers)\n    ### END SOLUTION", "numbers)"),
        "BEGIN SOLUTION without its END",
    ),
    "a misspelt region": (
        ("numbers)\n    ### END SOLUTION", "numbers)\n    #### END SOLUTION"),
        "misspelt",
    ),
    "a starter that is not commented": (
        ("    # best = 0.0", "    best = 0.0"),
        "not commented out",
    ),
    "two checks in a cell": ((CHECK, 'check("x").true(True)\n' + CHECK), "makes 2 checks"),
    "no check in a cell": ((CHECK, "largest([1.0])"), "makes 0 checks"),
    "a check that demands nothing": ((CHECK, 'check("x")'), "demands nothing"),
    "a name that cannot be listed": (
        ('check("negative numbers have a largest")', 'check(f"negative")'),
        "one plain string",
    ),
    "a check of another name": (("largest-check-1", "largest-visible-1"), "<task>-check-<n>"),
    "a magic": (("import warnings", "%matplotlib inline"), "is not plain Python"),
    "answer and check in one": (
        (
            "grade_id: mean, solution: true",
            "grade_id: mean, solution: true, grade: true, points: 1",
        ),
        "answer and check in one",
    ),
    "what is right, worked out after the call": (
        (CHECK, "xs = [1.0]\nfound = largest(xs)\n" + 'check("x").equal(found, max(xs))'),
        "cell 'largest-check-1': it gives xs to a student's function, which may change it",
    ),
    "a graded statement": (
        ('"grade": true, "solution": true', '"grade": true, "solution": false'),
        "must be an answer too",
    ),
}


@pytest.mark.parametrize("fault", MALFORMED)
def test_a_malformed_source_is_refused_with_its_cure(tmp_path, fault):
    (old, new), says = MALFORMED[fault]
    path = tmp_path / "averages.md"
    path.write_text(AVERAGES, encoding="utf-8")
    source_notebook(path)
    change(path, old, new)
    with pytest.raises(ProjectError, match=re.escape(says)) as caught:
        source_notebook(path)
    assert all(line.startswith("solutions/averages.md, ") for line in str(caught.value).split("\n"))


def test_points_must_add_up(tmp_path):
    path = tmp_path / "averages.md"
    path.write_text(AVERAGES.replace('"points": 4', '"points": 3'), encoding="utf-8")
    with pytest.raises(ProjectError, match="add up to 19: they must be 20"):
        source_notebook(path)


def test_an_answer_at_top_level_needs_a_starter(tmp_path):
    path = tmp_path / "averages.md"
    begin, end = AVERAGES.index("def mean"), AVERAGES.index("```", AVERAGES.index("def mean"))
    answer = "### BEGIN SOLUTION\nmean = sum\n### END SOLUTION\n"
    path.write_text(AVERAGES[:begin] + answer + AVERAGES[end:], encoding="utf-8")
    with pytest.raises(ProjectError, match="its stub would stop the notebook"):
        source_notebook(path)
    answer += "### BEGIN STARTER\n# mean = ...\n### END STARTER\n"
    path.write_text(AVERAGES[:begin] + answer + AVERAGES[end:], encoding="utf-8")
    source_notebook(path)


def cleared(source: str) -> str:
    cell = nbformat.v4.new_code_cell(source, metadata={"nbgrader": {"solution": True}})
    pass_by = ClearSolutionsForStarters(code_stub={"python": "raise NotAttempted"})
    return pass_by.preprocess_cell(cell, {"language": "python"}, 0)[0].source


def test_a_starter_takes_the_place_of_its_solution_only():
    source = (
        "def f():\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION\n\n"
        "def g():\n    ### BEGIN SOLUTION\n    return 2\n    ### END SOLUTION\n"
        "    ### BEGIN STARTER\n    # for i in ():\n    #     # a note\n    #     pass\n"
        "    #\n    # return 3\n    ### END STARTER\nx = 1"
    )
    assert cleared(source) == (
        "def f():\n    raise NotAttempted\n\n"
        "def g():\n    for i in ():\n        # a note\n        pass\n    \n    return 3\nx = 1"
    )


def secrets() -> dict[str, list[str]]:
    """Every line that only the source may hold, by exercise."""
    found = {}
    for path in SOURCES:
        hidden, shown, region = [], "", ""
        for cell in source_notebook(path).cells:
            for line in cell.source.splitlines():
                if mark := re.match(r"\s*### (BEGIN|END) (SOLUTION|HIDDEN TESTS)", line):
                    region = mark[2] if mark[1] == "BEGIN" else ""
                elif region:
                    hidden.append(line.strip())
                else:
                    shown += line.replace("# ", "") + "\n"
        names = re.compile(r'^check\("[^"]*"\)')  # a hidden check's name is no secret
        kept = {names.sub("", line) for line in hidden}
        found[path.stem] = [line for line in kept if len(line) > 8 and line not in shown]
    return found


TELLING = 40  # characters
"""Shorter lines, such as `got, right = {}, {}`, give nothing away of another exercise."""


def leaks(root: Path) -> list[str]:
    """Return the lines that give something away, in whatever students may open."""
    texts = []
    for folder in ("exercises", "_build/release", "feedback", "exchange"):
        for path in (root / folder).rglob("*"):
            if path.is_file() and not {"inbound", ".cache"} & set(path.parts):
                text = path.read_text("utf-8", errors="replace")
                if path.suffix == ".html":  # colours split a line into many elements
                    text = html.unescape(re.sub(r"<[^>]*>", "", text))
                elif path.suffix == ".ipynb":
                    text = "\n".join(cell.source for cell in nbformat.reads(text, 4).cells)
                texts.append((path, text))
    return sorted(
        f"{path}: {line}"
        for slug, lines in secrets().items()
        for line in lines
        for path, text in texts
        if line in text and (slug in path.parts or len(line) >= TELLING)
    )


def test_nothing_that_students_open_holds_a_solution_or_a_hidden_check():
    assert secrets()
    assert all(len(lines) > 10 for lines in secrets().values())
    assert leaks(ROOT) == []


@pytest.mark.parametrize("beside", ["its own", "another"])
def test_a_leak_would_be_found(tmp_path, beside):
    slug, lines = next(iter(secrets().items()))
    copy = tmp_path / "feedback" / "someone" / (slug if beside == "its own" else "other")
    copy.mkdir(parents=True)
    line = max(lines, key=len)
    page = "<pre><span>" + html.escape(line).replace(" ", "</span> <span>") + "</span></pre>"
    (copy / "page.html").write_text(page, encoding="utf-8")
    assert leaks(tmp_path) == [f"{copy / 'page.html'}: {line}"]


def test_what_is_committed_is_what_the_sources_give():
    generate(Project(ROOT), check=True)


@pytest.mark.slow
def test_nbgraders_own_command_makes_the_same_notebook(project):
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    command = [sys.executable, "-m", "nbgrader", "generate_assignment", "averages"]
    subprocess.run(command, cwd=project.root, env=environment, check=True, capture_output=True)
    generate(project)
    released = project.build / "release" / "averages"
    assert [path.name for path in released.iterdir()] == ["averages.ipynb"]
    assert json.loads((released / "averages.ipynb").read_text("utf-8")) == json.loads(
        student(project).read_text("utf-8")
    )
