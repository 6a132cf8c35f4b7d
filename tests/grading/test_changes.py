"""Mending a check after hand-in: who gained, who lost, and by which check."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from course_lib.grading.classroom.changes import changes, render, snapshot
from course_lib.grading.scoring.record import CheckRecord, Record, dumps, loads
from course_lib.project import Project


def check(name: str, points: float, earned: float | None, **more) -> CheckRecord:
    task = name.partition("-")[0]
    status = "manual" if earned is None else "passed" if earned else "failed"
    about = {"hidden": False, "manual": earned is None, "status": status} | more
    return CheckRecord(name, task, f"{name} holds", points, earned, **about)


def record(*checks: CheckRecord, rejected: str = "", timing: float = 1.0) -> Record:
    score = sum(one.earned or 0 for one in checks)
    most = sum(one.points for one in checks)
    return Record(
        "averages", "key", "none", rejected, (), False, score, most, False, "", checks,
        timing={"seconds": timing},
    )  # fmt: skip


BOTH = record(check("mean-check-1", 4, 4), check("mean-hidden-1", 4, 0))


def test_who_gained_who_lost_and_by_which_check():
    old = {("averages", name): BOTH for name in ("ada", "emmy", "jose")}
    new = {
        ("averages", "ada"): record(check("mean-check-1", 4, 4), check("mean-hidden-1", 4, 4)),
        ("averages", "emmy"): record(check("mean-check-1", 4, 0), check("mean-hidden-1", 4, 0)),
        ("averages", "jose"): replace(BOTH, timing={"seconds": 9.0}),
        ("averages", "carl"): BOTH,
    }
    found = changes(old, new)
    assert [(one.student, one.gained) for one in found.changed] == [("emmy", -4), ("ada", 4)]
    assert [one.id for one in found.changed[1].checks] == ["mean-hidden-1"]
    assert (found.same, found.new) == (1, 1)
    assert render(found).splitlines() == [
        "averages: 1 gained, 1 lost",
        "  emmy        4 → 0  -4  mean-check-1 passed → failed (-4)",
        "  ada         4 → 8  +4  mean-hidden-1 failed → passed (+4)",
        "  by mean-check-1 (mean-check-1 holds): 1 lost -4 in all",
        "  by mean-hidden-1 (mean-hidden-1 holds): 1 gained +4 in all",
        "1 as before, 1 for the first time",
    ]


def test_what_evens_out_is_a_change_too():
    swapped = record(check("mean-check-1", 4, 0), check("mean-hidden-1", 4, 4))
    found = changes({("averages", "ada"): BOTH}, {("averages", "ada"): swapped})
    [one] = found.changed
    assert one.gained == 0
    assert [(c.id, c.gained) for c in one.checks] == [("mean-check-1", -4), ("mean-hidden-1", 4)]
    assert found.worth_showing


def test_other_points_and_a_check_that_is_new_or_gone():
    new = record(check("mean-check-1", 6, 6), check("mean-check-2", 2, 2))
    old = record(check("mean-check-1", 4, 4), check("mean-hidden-1", 4, 4))
    found = changes({("averages", "ada"): old}, {("averages", "ada"): new})
    [one] = found.changed
    assert one.gained == 0
    told = {c.id: (c.before, c.after, c.gained) for c in one.checks}
    assert told == {
        "mean-check-1": ("passed", "passed", 2),
        "mean-check-2": ("no such check", "passed", 2),
        "mean-hidden-1": ("passed", "no such check", -4),
    }
    bigger = record(check("mean-check-1", 10, 0))
    told = changes({("averages", "ada"): BOTH}, {("averages", "ada"): bigger})
    assert told.max_scores == (("averages", 8, 10),)
    assert "now out of 10, before out of 8" in render(told)


def test_a_persons_points_are_not_the_graders():
    old = record(check("mean-check-1", 4, 4), check("say-written-1", 4, None))
    new = record(
        check("mean-check-1", 4, 4), check("say-written-1", 4, None, status="not_attempted")
    )
    assert not changes({("averages", "ada"): old}, {("averages", "ada"): new}).worth_showing
    new = record(check("mean-check-1", 4, 0), new.checks[1])
    [one] = changes({("averages", "ada"): old}, {("averages", "ada"): new}).changed
    assert [c.id for c in one.checks] == ["mean-check-1"]


def test_what_could_not_be_graded_before():
    old = record(rejected="averages.ipynb is missing")
    found = changes({("averages", "ada"): old}, {("averages", "ada"): BOTH})
    assert found.changed[0].gained == 4
    assert "averages.ipynb is missing" in found.changed[0].reason
    assert not found.max_scores


def test_nothing_changed_says_so():
    found = changes({("averages", "ada"): BOTH}, {("averages", "ada"): BOTH})
    assert not found.worth_showing
    assert render(found) == "1 as before"


@pytest.mark.parametrize("read", [loads, json.loads])
def test_records_and_their_json_compare_alike(read):
    gained = record(check("mean-check-1", 4, 4), check("mean-hidden-1", 4, 4))
    found = changes({("averages", "ada"): read(dumps(BOTH))}, {("averages", "ada"): gained})
    assert found.changed[0].gained == 4


def test_a_snapshot_reads_what_is_kept(tmp_path):
    project = Project(tmp_path)
    folder = project.build / "grading" / "records"
    for slug, name, text in (("averages", "ada", dumps(BOTH)), ("neuron", "ada", dumps(BOTH)),
                             ("averages", "emmy", "{half")):  # fmt: skip
        (folder / slug).mkdir(parents=True, exist_ok=True)
        (folder / slug / f"{name}.json").write_text(text, "utf-8")
    assert set(snapshot(project)) == {("averages", "ada"), ("neuron", "ada")}
    assert set(snapshot(project, ["neuron"])) == {("neuron", "ada")}
    assert not changes(snapshot(project), snapshot(project)).worth_showing
