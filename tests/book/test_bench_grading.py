"""The benchmarks' page on graders: its sentences follow the record, whatever it says."""

from __future__ import annotations

from docutils import nodes

from benchmarks import stages
from course_lib.authoring.bench_grading import GROUPS, grading, two_workers, where_the_time_goes


def record(**changes) -> dict:
    runs = {
        "course-1": [{"submissions": 100, "seconds": 50.0}] * 5,
        "course-2": [{"submissions": 100, "seconds": seconds} for seconds in (25, 25, 30, 20, 25)],
    }
    made = {
        "date": "2027-01-02",
        "load": 0.2,
        "hardware": {"processor": "X", "cores": 2},
        "versions": {"python": "3.11"},
        "submissions": 100,
        "opponents": {"course-1": "one", "course-2": "two"},
        "runs": runs,
        "goal": {"of": "course-2", "bound": 10.0, "measured": 12.0, "met": True},
        "stages": {
            "once": {"start Python": 1.0, "start the warm process": 4.0},
            "each": {"open a guest": 0.03, "end the guest": 0.01, "the checks": 0.06},
        },
        "memory": {"1": {"worker": 1.0, "coordinator": 1.0, "all": 2.0}},
    }
    return made | changes


def page(made: dict) -> str:
    """Return what the page says, tables row by row."""

    def table(_head, rows, _css, _caption) -> nodes.Node:
        return nodes.paragraph("", " | ".join(cell for row in rows for cell in row))

    return "\n".join(node.astext() for node in grading(made, table, ""))


def test_quartiles_are_shown_where_they_differ():
    text = page(record())
    assert "one | 2.00 | – | 0.50 | two | 4.00 | " in text
    assert "two | 4.00 | 4.00 to 4.00" not in text
    wide = record()
    wide["runs"]["course-2"] = [{"submissions": 10, "seconds": s} for s in (1, 2, 5)]
    assert "two | 5.00 | 3.50 to 7.50 | 0.20" in page(wide)


def test_the_largest_share_is_worked_out():
    made = record()
    assert "5.0 seconds, 4.0 of them to start the warm process" in where_the_time_goes(made)
    assert "most of it, 60%, goes into running its cells and the checks" in where_the_time_goes(
        made
    )
    assert "class of 40 after 9 seconds" in where_the_time_goes(made)
    made["stages"]["each"] |= {"the checks": 0.03, "gradebook": 0.03}
    assert "its largest part, 40%, goes into making and unmaking" in where_the_time_goes(made)


def test_every_stage_is_in_one_group():
    assert sorted(name for group in GROUPS.values() for name in group) == sorted(stages.EACH)


def test_a_second_worker_is_praised_only_where_it_paid():
    assert two_workers(record()) == "Two workers graded 2.0 times as many a second as one."
    slow = record()
    slow["runs"]["course-2"] = [{"submissions": 100, "seconds": 60.0}]
    assert "0.8 times as many a second as one, so here a second one did not" in two_workers(slow)
    assert two_workers(record(runs={"course-1": slow["runs"]["course-1"]})) == ""


def test_a_busy_machine_is_said():
    assert "busy" not in page(record())
    assert "a load of 8.8 on 2 cores" in page(record(load=8.76))


def test_a_missed_goal_and_one_that_was_not_measured_are_said():
    goal = {"of": "course-2", "bound": 10.0, "measured": 4.99, "met": False}
    assert "5.0 times as fast: missed." in page(record(goal=goal))
    assert "not all were measured." in page(record(goal=goal | {"measured": None, "met": None}))
