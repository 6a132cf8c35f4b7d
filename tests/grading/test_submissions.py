"""The acceptance table: every row of submissions.yml, handed in and graded as a student's is.

One student a variant, all in one run, so that neighbours are neighbours. With SUBMISSIONS=all in
the environment, or a pattern, also what the table does not name (all: some minutes more). The
table with what was found is part of what pytest reports. The page "How grading works" shows the
same from book/records/submissions.json; SUBMISSIONS=record writes it anew.
"""

from __future__ import annotations

import csv
import hashlib
import os
import re
import socket
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from submissions import CHECKS, POINTS, SECRETS, SLUG, VARIANTS, Everyday, Variant
from submissions.course import ROOT
from submissions.files import hostile_download
from submissions.judge import problems
from submissions.leaves import UNPICKLED
from submissions.table import KINDS, ROWS, entry, for_the_book, lines, stale, write

from course_lib.authoring.exercises import source_notebooks
from course_lib.authoring.submissions_page import read_table, table_path
from course_lib.grading.classroom.collect import collect
from course_lib.grading.classroom.roster import Roster, Student
from course_lib.grading.coordinator.batch import grade
from course_lib.grading.coordinator.gradebook import configuration, opened, standings
from course_lib.grading.coordinator.process import Workers
from course_lib.grading.isolation.sandbox import SandboxError, require
from course_lib.project import Project

pytestmark = pytest.mark.slow
ASKED = os.environ.get("SUBMISSIONS", "")
MORE = {"": "(?!)", "record": "(?!)", "all": "."}.get(ASKED, ASKED)
HANDED_IN = [one for one in VARIANTS if not one.extra or re.search(MORE, one.student)]
CONTROLS = ("aaa-control", "mmm-control", "zzz-control")
ZIPPED = ("zipped-ann", "zipped-bob")
ABSENT = "never-came"
BUDGETS = {"check": 8.0, "cell": 10.0, "again": 1.0, "submission": 30.0}
TERM = "spring"
"""The term's secret; no submission may see it."""
EXTRA = ("_build", "autograded", "feedback", "exercises", "source", "release")
"""What grading itself writes in a checkout."""


@dataclass
class Graded:
    """What came of it all."""

    course: Everyday
    server: socket.socket
    before: dict[str, str]
    after: dict[str, str]
    rows: dict
    records: dict[str, dict]
    again: dict[str, dict]
    left: list[str]
    refused: list[str]
    to_refuse: dict[str, str]
    workers: Workers

    def anew(self, students: list[str]) -> dict[str, dict]:
        """Grade submissions once more, in other processes; return their records."""
        for student in students:
            (self.course.project.build / "grading/records" / SLUG / f"{student}.json").unlink()
        summary = grade(self.course.project, budgets=BUDGETS, executor=self.workers)
        assert summary.graded == len(students)
        return {student: self.course.record(student) for student in students}


def tree(root: Path) -> dict[str, str]:
    """Return what stands in a checkout, but for what grading writes: a digest of each file."""
    found = {}
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if name.partition("/")[0] in (*EXTRA, "gradebook.db", "grades.csv"):
            continue
        if path.is_symlink() or not path.is_file() or path.stat().st_size > 10**8:
            found[name] = str(path.lstat().st_mode)
        else:
            found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def without_time(record: dict, clock: bool = False) -> dict:
    """Return a record without the time it took, and without what showed a clock."""
    left = {name: value for name, value in record.items() if name != "timing"}
    if clock:
        left["checks"] = [check | {"output": ""} for check in record["checks"]]
        left["cells"] = []
    return left


def left_over() -> list[str]:
    """Return the processes that submissions left behind.

    Such a one stays for longer than we wait; one that a test beside us is still grading does not.
    """
    found = {}
    for process in psutil.process_iter(["name", "cmdline"]):
        text = f"{process.info['name']} {' '.join(process.info['cmdline'] or ())}"
        if "course-left" in text:
            found[process] = text
    _, alive = psutil.wait_procs(list(found), timeout=60)
    return [found[process] for process in alive]


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    try:
        require()
    except SandboxError as problem:
        pytest.skip(str(problem))
    course = Everyday(tmp_path_factory.mktemp("submissions") / "course")
    with pytest.MonkeyPatch.context() as patch, socket.create_server(("127.0.0.1", 0)) as server:
        patch.setenv("COURSE_TERM", TERM)
        course.tokens["@PORT@"] = str(server.getsockname()[1])
        for one in HANDED_IN:
            one.hand_in(course)
        for name in CONTROLS:
            control(name).hand_in(course)
            course.folder(f"control-{name}").parent.rename(course.folder(name).parent)
        download = course.root.with_name("download.zip")
        to_refuse = hostile_download(course, control("zip").notebook(course), download)
        roster = Roster([Student(name) for name in ZIPPED])
        refused = collect(course.project, download, roster).refused
        with opened(configuration(course.project)) as gradebook:
            gradebook.add_student(ABSENT)
        before = tree(course.root)
        source_notebooks(course.project)
        summary = grade(course.project, isolation="bubblewrap", budgets=BUDGETS)
        left = left_over()
        students = [*(one.student for one in HANDED_IN), *CONTROLS, *ZIPPED]
        records = {student: course.record(student) for student in students}
        rows = {row.student: row for row in summary.rows}
        with Workers(os.cpu_count() or 1) as workers:
            told = (course, server, before, {}, rows, records, {}, left, refused, to_refuse)
            found = Graded(*told, workers)
            found.again = found.anew(students)
            found.after = tree(course.root)
            yield found


def control(name: str) -> Variant:
    return Variant("control", name)


def judged(graded, variant: Variant) -> dict:
    """Return what was found of one submission, and what is wrong with it."""
    record, row = graded.records[variant.student], graded.rows[variant.student]
    kind = KINDS.get(variant.row, "extra")
    wrong = problems(variant, record, honest=kind in ("honest", "malformed"))
    if record["timing"].get("seconds", 0.0) > variant.most:
        wrong.append(f"it took {record['timing']['seconds']:.0f} s")
    if (row.score, row.max_score) != (record["score"], 20.0):
        wrong.append(f"its row says {row.score} of {row.max_score}")
    if row.isolation != record["isolation"] or record["reason"] not in row.reason:
        wrong.append(f"its row says {row}")
    now = without_time(record, variant.clock)
    again = without_time(graded.again[variant.student], variant.clock)
    wrong += [f"graded again, {name} differs" for name in now if now[name] != again[name]]
    return entry(variant, record, wrong)


@pytest.mark.parametrize("variant", HANDED_IN, ids=lambda one: one.student)
def test_row(graded, variant, record_property):
    found = judged(graded, variant)
    record_property("submission", found)
    assert found["wrong"] == []


def test_every_row_of_the_table_is_handed_in():
    named = [one for one in VARIANTS if not one.extra]
    assert {one.row for one in named} == set(ROWS)
    for row, kind in KINDS.items():
        if kind in ("forge", "read"):
            assert sum(one.row == row for one in named) >= 2, row
    students = [one.student for one in VARIANTS]
    assert len(students) == len(set(students))
    assert sum(POINTS.values()) == 20
    assert len(CHECKS) == 7


def test_neighbours_of_all_that_get_what_they_earned(graded):
    found = [without_time(graded.records[name]) for name in (*CONTROLS, *ZIPPED)]
    assert problems(control("any"), found[0], honest=True) == []
    assert all(one == found[0] for one in found)
    again = [without_time(graded.again[name]) for name in (*CONTROLS, *ZIPPED)]
    assert again == found


def test_a_download_with_traps_is_collected_all_the_same(graded):
    assert len(graded.refused) == len(graded.to_refuse)
    for name, why in graded.to_refuse.items():
        assert any(name in line and why in line for line in graded.refused), graded.refused
    there = {path.parent.name for path in graded.course.root.glob("submitted/zipped-*/*")}
    assert there == set(ZIPPED)


def test_everybody_has_a_row_with_a_reason(graded):
    with (graded.course.root / "grades.csv").open(encoding="utf-8", newline="") as file:
        lines = {line["student"]: line for line in csv.DictReader(file)}
    assert set(lines) == {*graded.records, ABSENT}
    assert [name for name, line in lines.items() if not line["isolation"]] in ([], [ABSENT])
    assert all(line["reason"] for line in lines.values() if float(line["score"]) == 0)
    assert lines[ABSENT]["reason"] == "nothing was handed in"


def test_the_gradebook_holds_what_the_records_say_and_no_more(graded):
    with opened(configuration(graded.course.project)) as gradebook:
        held = standings(gradebook, SLUG)
    assert set(held) == {*graded.records, ABSENT}
    for student, record in graded.records.items():
        assert (held[student].score, held[student].most) == (record["score"], 20.0), student
    assert held[ABSENT].score == 0


def test_nothing_outside_the_sandbox_changed(graded):
    assert graded.after == graded.before
    assert not Path(UNPICKLED).exists()
    assert not list(graded.course.root.rglob("was-imported"))
    assert not list(graded.course.root.parent.rglob("planted-by-zip*"))
    graded.server.setblocking(False)
    with pytest.raises(BlockingIOError):
        graded.server.accept()


def test_no_process_is_left_behind(graded):
    assert graded.left == []


def test_no_page_of_feedback_holds_a_secret_or_a_script(graded):
    pages = list((graded.course.root / "feedback").rglob("*.html"))
    assert len(pages) >= len(graded.records) - 1
    for page in pages:
        text = page.read_text("utf-8")
        assert [secret for secret in SECRETS if secret in text] == [], page
        assert "<script>window.stolen" not in text, page
        assert "<script>alert" not in text, page
        assert "onerror=alert" not in text, page


def test_what_is_near_a_threshold_stays_there(graded):
    near = [one.student for one in HANDED_IN if one.row == "near-threshold"]
    for _ in range(2):  # every submission has been graded again once
        for student, found in graded.anew(near).items():
            assert without_time(found) == without_time(graded.records[student])


def test_the_book_shows_what_was_found(graded):
    table = [judged(graded, one) for one in HANDED_IN]
    if ASKED == "record" and not any(one["wrong"] for one in table):
        write(table_path(Project(ROOT)), for_the_book(table))
    record = read_table(Project(ROOT))
    assert stale(table, record) == [], "SUBMISSIONS=record writes the book's record anew"


def found_of(variant: Variant, **more: object) -> dict:
    record = {"rejected": "", "checks": [], "score": 0.0, "max_score": 20.0, "tamper": True}
    return entry(variant, record | more, [])


def test_the_table_can_be_printed():
    told = found_of(HANDED_IN[0])
    assert "✓ forge     skip-execution-tag: 0/20, flagged   (stock: " in lines([told])[0]
    assert lines([told])[-1].startswith("1 of 1 rows hold, 1 of 1 submissions")
    bad = told | {"wrong": ["so and so"]}
    assert lines([bad])[0].startswith("✗ forge")
    assert lines([bad])[1].endswith("so and so")


def test_a_stale_record_is_found():
    table = [found_of(one) for one in HANDED_IN if not one.extra]
    record = for_the_book(table)
    assert stale(table, record) == []
    assert stale(table, for_the_book(table[1:])) == [f"{table[0]['row']}: other submissions"]
    better = [found_of(HANDED_IN[0], score=18.0), *table[1:]]
    (line,) = stale(better, record)
    assert line.startswith(f"{table[0]['student']}: 18/20")
    record["rows"][0]["expect"] = "full marks"
    assert stale(table, record) == [f"{record['rows'][0]['row']}: other words in the table"]
