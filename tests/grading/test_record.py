"""One submission's record: pure, the same for the same bytes, and never a silent zero."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace

import pytest
from small_course import RIGHT, SLUG, Course, cell

from course_lib.authoring.exercises import source_notebook
from course_lib.grading.scoring import record, worker
from course_lib.grading.scoring.bundle import APART, Bundle, grader, make_bundle
from course_lib.grading.scoring.handed import Handed
from course_lib.grading.scoring.record import CheckRecord, reason
from course_lib.grading.scoring.submission import failed, grade_submission, graded_notebook
from course_lib.grading.scoring.worker import grade_task, task_text

CODE = 16.0


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Course:
    return Course(tmp_path_factory.mktemp("record") / "course")


@pytest.fixture(scope="module")
def bundle(course) -> Bundle:
    handed_out = course.notebook()
    stubs = {one["id"]: "".join(one["source"]) for one in handed_out["cells"]}
    source = course.project.build / "source" / SLUG / f"{SLUG}.ipynb"
    return make_bundle(source, stubs, "none", {"check": 2.0, "cell": 2.0})


@pytest.fixture
def grade(course, bundle, forked):
    def run(content=None, **answers):
        if content is None:
            content = json.dumps(course.notebook(RIGHT | answers)).encode()
        return grade_submission(content, bundle, forked)

    return run


def statuses(found):
    return [check.status for check in found.checks]


def test_a_right_submission(grade):
    found = grade()
    assert statuses(found) == ["passed"] * 4 + ["manual"]
    assert [check.earned for check in found.checks] == [4, 4, 4, 4, None]
    assert (found.score, found.max_score, found.needs_person) == (CODE, 20, True)
    assert (found.reason, found.rejected, found.tamper) == ("", "", False)
    assert found.timing["seconds"] > 0
    assert set(found.timing["checks"]) == {check.id for check in found.checks}


ADDRESS = "class A: pass\nprint(A())\nA()\n" + RIGHT["mean"]


def test_the_same_bytes_give_the_same_record_and_it_survives_its_file(grade, tmp_path):
    first, again = grade(mean=ADDRESS), grade(mean=ADDRESS)
    assert first == again
    assert first.timing != again.timing, "two runs"
    assert "A object at 0x…" in str(first.cells)
    found = record.loads(record.dumps(first))
    assert found == first
    assert found.timing == first.timing


def test_what_decides_is_in_the_key(course, bundle):
    content = json.dumps(course.notebook(RIGHT)).encode()
    base = Handed(content).key(bundle.digest)
    others = {
        Handed(content + b" ").key(bundle.digest),
        Handed(content, notes=("a link",)).key(bundle.digest),
        Handed(None, "missing").key(bundle.digest),
        *(
            Handed(content).key(replace(bundle, **change).digest)
            for change in (
                {"source": bundle.source + " "},
                {"stubs": {}},
                {"isolation": "bubblewrap"},
                {"term": "secret"},
                {"grader": "another"},
                {"budgets": {}},
            )
        ),
    }
    assert len(others) == 9
    assert base not in others
    assert Handed(content, timestamp="2030").key(bundle.digest) == base
    assert "secret" not in replace(bundle, term="secret").digest


def test_no_worker_imports_what_is_said_to_decide_nothing():
    code = (
        "import sys, course_lib.grading.scoring.worker, course_lib.grading.isolation.plain\n"
        "import course_lib.grading.isolation.sandbox\n"
        "import course_lib.grading.boundary.guest, course_lib.grading.isolation.zygote\n"
        "import course_lib.grading.isolation.keeper\n"
        "print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "course_lib.grading.scoring.checker" in loaded
    parts = tuple(f"course_lib.{part.removesuffix('.py').replace('/', '.')}" for part in APART)
    assert not [name for name in loaded if name.startswith(parts)]
    slow = {name for name in loaded if name.partition(".")[0] in ("nbgrader", "sqlalchemy")}
    assert not slow
    assert len(grader()) == 64


def test_the_grader_failing_asks_a_person(bundle):
    class NoGuests:
        isolation = "none"

        def open(self):
            raise OSError("no more processes")

    source = json.loads(bundle.source)
    for one in source["cells"]:
        if one["id"] in RIGHT:
            one["source"] = RIGHT[one["id"]]
    found = grade_submission(json.dumps(source).encode(), bundle, NoGuests())
    assert set(statuses(found)) == {"grader_error"}
    assert (found.score, found.needs_person, found.grader_failed) == (0, True, True)
    assert {check.earned for check in found.checks} == {None}
    assert "OSError: no more processes" in found.reason
    assert "no more processes" not in {check.shown for check in found.checks}


def test_a_check_that_fails_by_itself_asks_a_person(course, bundle, forked):
    told = replace(bundle, source=bundle.source.replace("10 / 3", "10 / three"))
    found = grade_submission(json.dumps(course.notebook(RIGHT)).encode(), told, forked)
    assert statuses(found)[:3] == ["passed", "grader_error", "passed"]
    assert found.checks[1].earned is None
    assert (found.score, found.needs_person, found.grader_failed) == (12, True, True)
    assert "name 'three' is not defined" in found.reason


BAD = {
    b"": "is empty",
    b"[" * 100_000: "nested too deeply",
    b'{"cells": ' + b'[{"a": ' * 5000: "nested too deeply",
    b'"' + b'\\"' * 300_000: "is no JSON",
    json.dumps({"cells": [{"cell_type": "code"}] * 100_000}).encode(): "100,000 cells",
    b" " * 20_000_001: "is over 20 MB",
    b'{"cells": [{"cell_type": "code", "source": ' + b"9" * 5000 + b"}]}": "number without end",
}


@pytest.mark.parametrize("content", BAD, ids=BAD.values())
def test_what_is_no_notebook_is_refused_with_a_reason(grade, content):
    found = grade(content)
    assert BAD[content] in found.rejected
    assert found.reason == found.rejected
    assert set(statuses(found)) == {"not_run"}
    assert {check.shown for check in found.checks} == {found.rejected}
    assert (found.score, found.needs_person) == (0, False)


def test_no_notebook_at_all(bundle, forked):
    found = grade_submission(None, bundle, forked)
    assert found.rejected == "averages.ipynb is missing: put your notebook there under that name"


def test_half_characters_and_strange_ids_are_set_right(course, grade):
    notebook = course.notebook(RIGHT | {"mean": RIGHT["mean"] + '\nx = "\ud800"'})
    cell(notebook, "averages-1")["id"] = ["a", "list"]
    cell(notebook, "mean-check-1")["metadata"] = {"nbgrader": {"grade_id": {"a": 1}}}
    found = grade(json.dumps(notebook).encode())
    assert found.score == CODE, found.reason


def test_an_answer_in_a_cell_of_its_own_counts(course, grade):
    notebook = course.notebook()
    at = notebook["cells"].index(cell(notebook, "mean"))
    own = {"cell_type": "code", "id": "own", "metadata": {}, "source": RIGHT["mean"]}
    notebook["cells"].insert(at + 1, own)
    found = grade(json.dumps(notebook).encode())
    assert statuses(found) == [
        "passed",
        "passed",
        "not_attempted",
        "not_attempted",
        "not_attempted",
    ]
    assert [cell.id for cell in found.cells] == ["mean", "mean-own-1", "largest"]


def test_code_and_words_of_one_task_are_apart(bundle, course, forked):
    """A task may have a written answer besides its code; either may be left as handed out."""

    def renamed(text):
        return text.replace('"mislead"', '"mean-written-1"')

    told = replace(
        bundle,
        source=renamed(bundle.source),
        stubs={renamed(f'"{k}"').strip('"'): v for k, v in bundle.stubs.items()},
    )

    def run(**answers):
        content = renamed(json.dumps(course.notebook(answers))).encode()
        found = {c.id: c.status for c in grade_submission(content, told, forked).checks}
        return found["mean-check-1"], found["mean-written-1"]

    assert run(mean=RIGHT["mean"]) == ("passed", "not_attempted")
    assert run(mislead=RIGHT["mislead"]) == ("not_attempted", "manual")
    assert run() == ("not_attempted", "not_attempted")


def test_what_reaches_for_the_grader_is_worth_a_look(grade):
    odd = "from IPython import get_ipython\nget_ipython().input_transformers_cleanup.append(len)\n"
    found = grade(mean=odd + RIGHT["mean"])
    assert found.tamper
    assert "the code has input_transformers_cleanup: worth a look" in found.notes
    assert not grade(mean="# quits?\n" + RIGHT["mean"]).tamper


def test_the_worker_sees_the_terms_secret_and_the_student_does_not(bundle, course):
    peeks = "import os\nprint('term', os.environ.get('COURSE_TERM'))\n" + RIGHT["mean"]
    handed = Handed(json.dumps(course.notebook(RIGHT | {"mean": peeks})).encode())
    told = task_text(handed, replace(bundle, term="secret"))
    text, notebook = json.loads(grade_task(told))
    found = record.loads(text)
    assert found.cells[0].outputs[0]["text"] == "term None\n"
    assert found.key == handed.key(replace(bundle, term="secret").digest)
    assert found.isolation == "none"
    shown = {one["id"]: one.get("outputs") for one in json.loads(notebook)["cells"]}
    assert shown["mean"][0]["text"] == "term None\n"
    assert "secret" not in text


@pytest.mark.parametrize("losses", [1, 2])
def test_what_is_killed_from_outside_is_graded_again_then_asks_a_person(
    bundle, course, forked, monkeypatch, losses
):
    class Losing:
        isolation = "none"
        told = iter([True] * losses + [False])

        def open(self):
            return forked.open()

        def lost(self):
            return next(self.told)

    monkeypatch.setattr(worker, "guests", lambda isolation: Losing())
    handed = Handed(json.dumps(course.notebook(RIGHT)).encode())
    found = record.loads(json.loads(grade_task(task_text(handed, bundle)))[0])
    assert found.grader_failed == (losses == 2)
    assert found.score == (CODE if losses == 1 else 0)
    assert losses == 1 or "killed from outside, twice" in found.reason


def test_the_graded_notebook_is_sound(bundle, course, forked):
    import nbformat

    answers = RIGHT | {"mean": "1\ndef mean(n):\n    return 0", "largest": "1/0"}
    handed = Handed(json.dumps(course.notebook(answers)).encode())
    found = grade_submission(handed.content, bundle, forked)
    notebook = graded_notebook(handed, bundle, found)
    nbformat.validate(notebook)
    shown = {one.id: one.get("outputs") for one in notebook.cells}
    assert shown["largest"][0].ename == "ZeroDivisionError"
    assert shown["mean-check-1"][0].ename == "failed"
    source = source_notebook(course.project.solutions / f"{SLUG}.md")
    assert [c.source for c in notebook.cells if "check" in c.id or "hidden" in c.id] == [
        c.source for c in source.cells if "check" in c.id or "hidden" in c.id
    ]
    nothing = graded_notebook(Handed(None, "x"), bundle, failed(Handed(None, "x"), bundle, "no"))
    nbformat.validate(nothing)


def check(name, status, message=""):
    return CheckRecord(name, "", name, 2.0, 0.0, False, False, status, message)


def test_the_reason_names_a_task_where_all_of_it_was_lost():
    checks = [
        check("a-check-1", "failed"),
        check("a-hidden-1", "failed"),
        check("b-check-1", "passed"),
        check("b-hidden-1", "failed"),
        check("c-check-1", "timeout"),
        check("d-check-1", "grader_error", "the disk\nis full"),
        check("e", "manual"),
    ]
    assert reason(checks, "", ["a note"]) == (
        "failed: a, b-hidden-1; timeout: c; "
        "the grader failed, a person must look: the disk is full: d; a note"
    )
    assert reason(checks, "it is empty", []) == "it is empty"
    assert reason([check("a", "not_attempted"), check("e", "manual")], "", []) == "not attempted"
