"""The commands of a class: hand in, collect, give more time, export grades."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from course_lib.project import Project

Add = Callable[[Callable[[Project, argparse.Namespace], int]], argparse.ArgumentParser]


def submit(project: Project, options: argparse.Namespace) -> int:
    """Hand in your notebook: through the class's exchange, else as a zip to upload."""
    from course_lib.grading.classroom.handin import submit as hand_in

    name, check = options.name, not options.no_check
    print(hand_in(project, options.slug, name=name, as_zip=options.zip, check=check))
    return 0


def collect(project: Project, options: argparse.Namespace) -> int:
    """Put what Canvas or Moodle let you download into submitted/, one folder a student."""
    from course_lib.grading.classroom.collect import collect as collect_from
    from course_lib.grading.classroom.roster import read_roster

    roster = read_roster(project, options.roster)
    found = collect_from(
        project, options.download, roster, slug=options.exercise, file_times=options.file_times
    )
    print(found)
    return 1 if found.unmatched or found.refused or found.late or found.undated else 0


def extend(project: Project, options: argparse.Namespace) -> int:
    """Give a student more time for an exercise, in nbgrader's gradebook."""
    from course_lib.grading.classroom.late import extend as give_more_time

    days, hours = options.days, options.hours
    print(give_more_time(project, options.slug, options.student, days=days, hours=hours))
    return 0


def export(project: Project, options: argparse.Namespace) -> int:
    """Write grades.csv as Canvas, Moodle or a spreadsheet takes it."""
    from course_lib.grading.classroom.lms import export as export_to

    given, lists = options.gradebook, options.roster
    print(export_to(project, options.to, options.slug, gradebook=given, lists=lists))
    return 0


def register(add: Add) -> None:
    """Add these commands to the command line.

    Args:
        add: makes a parser for a command from its function.
    """
    roster = "who is in the class, besides the gradebook; may be repeated"
    sub = add(submit)
    sub.add_argument("slug", help="the exercise, for example scikit-learn-mlp")
    sub.add_argument("--name", default="", help="for the zip (your login name)")
    sub.add_argument("--zip", action="store_true", help="a zip even where there is an exchange")
    sub.add_argument("--no-check", action="store_true", help="do not run the checks first")
    sub = add(collect)
    sub.add_argument("download", type=Path, help="the zip, or a folder")
    sub.add_argument("--exercise", default="", metavar="SLUG", help="where names do not tell")
    sub.add_argument("--roster", type=Path, action="append", default=[], metavar="CSV", help=roster)
    sub.add_argument("--file-times", action="store_true", help="files' times: of handing in")
    sub = add(extend)
    sub.add_argument("slug", help="the exercise")
    sub.add_argument("student", help="as the gradebook names them")
    sub.add_argument("--days", type=float, default=0, help="after the due date")
    sub.add_argument("--hours", type=float, default=0, help="and so many hours")
    sub = add(export)
    sub.add_argument("slug", nargs="*", help="only these exercises")
    sub.add_argument("--to", choices=("canvas", "moodle", "csv"), required=True)
    given = "Canvas's gradebook export or Moodle's grading worksheet"
    sub.add_argument("--gradebook", type=Path, metavar="CSV", help=given)
    sub.add_argument("--roster", type=Path, action="append", default=[], metavar="CSV", help=roster)
