"""The pages on grading: the numbers they type are the code's, and their tables can be shown."""

import json
import re
from pathlib import Path

import pytest

from course_lib.authoring import submissions_page
from course_lib.authoring.submissions_page import (
    KINDS,
    NOT_SEEN,
    Submissions,
    breakable,
    gathered,
    read_stock,
    read_table,
    stock_said,
)
from course_lib.grading.isolation.confine import WRITABLE, Limits
from course_lib.grading.scoring.results import Budgets
from course_lib.grading.scoring.verdict import WORDS
from course_lib.project import Project, ProjectError

PROJECT = Project.find(Path(__file__).parent)
HOW, THREATS = (
    (PROJECT.book / "back" / f"{name}.md").read_text("utf-8")
    for name in ("how-grading-works", "threat-model")
)


def test_the_times_are_the_graders():
    budgets = Budgets()
    rows = re.findall(r"^\| ([^|]+) \| (\d+) seconds \|", HOW, re.MULTILINE)
    assert [float(seconds) for _, seconds in rows] == [
        *(budgets.cell, budgets.check, budgets.again, budgets.submission)
    ]
    assert [name.split()[1] for name, _ in rows] == ["cell,", "check", "further", "whole"]


def test_the_limits_are_the_sandboxs():
    limits = Limits()
    assert f"{limits.memory >> 30} GiB above" in THREATS
    assert f"more than {limits.memory >> 30} GiB beside what the libraries take" in HOW
    assert f"processes and threads ({limits.processes})" in THREATS
    assert f"length of a file ({limits.file_size >> 20} MiB)" in THREATS
    assert f"three folders that can be written to holds ({limits.disk >> 20} MiB)" in THREATS
    assert len(WRITABLE) == 3


def test_every_status_is_explained():
    rows = re.findall(r"^\| ([a-z ]+?)(?: \(`\w+`\))? \|", HOW, re.MULTILINE)
    assert set(rows) >= {words for _, words in WORDS.values()}


def test_every_kind_of_row_is_shown():
    shown = re.findall(r"\{course-submissions\} (\w+)", HOW)
    assert shown == ["run", *KINDS]
    assert {row["kind"] for row in read_table(PROJECT)["rows"]} == set(KINDS)


def test_stock_was_run_on_every_row_that_can_be_shown():
    found = read_stock(PROJECT)["found"]
    unseen = [row["row"] for row in read_table(PROJECT)["rows"] if not {*row["found"]} & {*found}]
    assert unseen == ["network"]


def test_outcomes_are_gathered_with_who_had_them():
    assert gathered("lies", {"lies-a-float": "0/20"}) == ["0/20"]
    same = {"lies-a-float": "0, not graded: x", "lies-an-array": "0, not graded: y"}
    assert gathered("lies", same) == ["0, not graded (2 variants)"]
    three = {"lies-a-float": "0/20", "lies-an-array": "2/20", "lies-often": "0/20"}
    assert gathered("lies", three) == ["0/20 (a float; often)", "2/20 (an array)"]
    assert gathered("lies", {}) == []


def test_what_was_noted_stands_only_where_our_run_cannot_show_it():
    found = {"lies-a-float": "18/20", "infinite-loop-twice": "12/20"}
    assert stock_said("lies", "10/10", ["lies-a-float", "lies-often"], found) == ["18/20"]
    assert stock_said("lies", "10/10", ["lies-often"], found) == []
    assert stock_said("infinite-loop", "30 s a cell", ["infinite-loop-twice"], found) == [
        "12/20",
        "we kept no times; seen elsewhere: 30 s a cell",
    ]
    assert stock_said("infinite-loop", "", [], found) == ["we kept no times"]
    assert {*NOT_SEEN} <= {row["row"] for row in read_table(PROJECT)["rows"]}


def test_long_names_break_where_a_reader_would():
    assert breakable("numpy.testing.assert_allclose") == (
        "numpy.\u200btesting.\u200bassert_\u200ballclose"
    )
    assert breakable("os._exit(0)") == "os.\u200b_exit(0)"
    assert breakable("__eq__, 1.5 times, a zip, ../ names.") == (
        "__eq__, 1.5 times, a zip, ../ names."
    )


def test_a_row_says_what_it_must_get_and_who_got_what():
    row = {"row": "lies", "does": "lies", "expect": "0", "stock": "10/10"}
    found = {"lies-a-float": "0/20, 7 failed", "lies-often": "2/20, 6 failed, flagged"}
    cells = [*Submissions.cells(row | {"found": found}, {"lies-often": "18/20"})]
    parts = [cell if isinstance(cell, str) else [p.astext() for p in cell] for cell in cells]
    assert parts == [
        "lies",
        ["0", "0/20, 7 failed (a float)", "2/20, 6 failed, flagged (often)"],
        "✓",
        ["18/20"],
    ]


def test_the_points_that_explain_the_table_are_the_exercises():
    source = (PROJECT.root / "tests" / "grading" / "submissions" / "everyday.md").read_text("utf-8")
    rows = re.findall(r"^\| (?:the|an?) [^|]+ \| (\d) \| (\d?) ?\|$", HOW, re.MULTILINE)
    told = [points for row in rows for points in row if points]
    assert told == re.findall(r"points\"?: (\d+)", source)
    assert "one small exercise of 20 points" in HOW
    assert sum(map(int, told)) == 20


def test_a_record_that_is_not_there(tmp_path):
    with pytest.raises(ProjectError, match="can't be read"):
        read_table(Project(tmp_path))
    assert read_stock(Project(tmp_path))["found"] == {}


def test_the_run_is_told():
    record = {"date": "2027-01-01", "rows": [{"found": {"ann": "0/20", "bob": "0/20"}}]}
    stock = {"date": "2027-01-02", "versions": {"nbgrader": "1"}, "found": {"ann": "20/20"}}
    assert Submissions.told(record, stock) == (
        "Graded on 2027-01-01: 1 rows, 2 submissions. "
        "Stock nbgrader was run on 1 of them on 2027-01-02, with nbgrader 1."
    )
    assert Submissions.told(record, stock | {"found": {}}).endswith("2 submissions.")


def test_the_record_of_stock_is_of_submissions_that_are_shown():
    shown = {student for row in read_table(PROJECT)["rows"] for student in row["found"]}
    assert set(read_stock(PROJECT)["found"]) <= shown
    assert json.loads(submissions_page.stock_path(PROJECT).read_text("utf-8"))["versions"]
