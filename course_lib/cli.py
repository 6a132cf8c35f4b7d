"""The ``course`` command: every part of the project from one place."""

from __future__ import annotations

import argparse
import contextlib
import errno
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from course_lib.grading.classroom import commands as classroom
from course_lib.project import Project, ProjectError

Command = Callable[[Project, argparse.Namespace], int]
_IN_A_RELEASE = ("check", "submit", "doctor")


def book(project: Project, options: argparse.Namespace) -> int:
    """Execute every page and render the book to _build/html."""
    from course_lib.authoring.build import build_book

    print(build_book(project, device=options.device, clean=options.clean))
    return 0


def test(project: Project, options: argparse.Namespace) -> int:
    """Check style, types and exercises, build the book, run the whole test suite."""
    from course_lib.authoring.suite import run_suite

    return run_suite(project, options.pytest)


def lab(project: Project, options: argparse.Namespace) -> int:
    """Open JupyterLab on the book's notebooks and the exercises, nbgrader enabled."""
    from course_lib.authoring.lab import start

    return start(project, browser=not options.no_browser, port=options.port)


def exercises(project: Project, options: argparse.Namespace) -> int:
    """Make exercises/ again from solutions/ (--check: only say whether it is in sync)."""
    from course_lib.authoring.exercises import generate

    print(generate(project, check=options.check))
    return 0


def check(project: Project, options: argparse.Namespace) -> int:
    """Run an exercise's checks on your notebook, here in the terminal."""
    from course_lib.grading.classroom.student import check_notebook, render

    result = check_notebook(project, options.slug)
    colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    print(render(result, hints=options.hint, colour=colour))
    return 0 if result.complete else 1


def grade(project: Project, options: argparse.Namespace) -> int:
    """Grade submitted/ into gradebook.db, grades.csv, autograded/ and feedback/."""
    from tqdm import tqdm

    from course_lib.authoring.exercises import source_notebooks
    from course_lib.authoring.system import require_bubblewrap
    from course_lib.grading.classroom import changes
    from course_lib.grading.coordinator.batch import grade as grade_all
    from course_lib.grading.coordinator.batch import render

    if options.isolation != "none" and not options.cluster:
        require_bubblewrap()
    source_notebooks(project)
    before = changes.snapshot(project, options.slug)
    with tqdm(disable=None, unit="submission") as bar, _machines(options) as machines:

        def progress(done: int, total: int) -> None:  # where nobody watches, there is no bar
            bar.total = total
            bar.update(done - bar.n)

        summary = grade_all(
            project,
            slugs=options.slug,
            students=options.student,
            again=options.again,
            isolation=options.isolation,
            progress=progress,
            **machines,
        )
    print(render(summary))
    found = changes.changes(before, changes.snapshot(project, options.slug))
    if found.worth_showing:
        print(f"since the last grading:\n{changes.render(found)}")
    return 1 if summary.grader_errors else 0


@contextlib.contextmanager
def _machines(options: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """Yield what grades: this machine's processes, so many, or a cluster."""
    if not options.cluster:
        yield {"workers": options.workers}
        return
    from tqdm import tqdm

    from course_lib.grading.coordinator.cluster import Cluster
    from course_lib.grading.coordinator.scheduler import Scheduler

    def say(line: str) -> None:
        tqdm.write(line, file=sys.stderr)

    scheduler = Scheduler(options.cluster)
    if scheduler.advice:
        say(scheduler.advice)
    with Cluster(scheduler, options.isolation, say) as cluster:
        yield {"executor": cluster, "workers": cluster.ahead}


def release(project: Project, options: argparse.Namespace) -> int:
    """Write what a class is given to dist/: book, notebooks, library, and no secret."""
    from course_lib.authoring.handout import hand_out

    print(hand_out(project, options.slug, solutions=options.solution, to=options.to))
    return 0


def lessons(project: Project, options: argparse.Namespace) -> int:
    """Run every chapter for ten other seeds and write book/records/."""
    from course_lib.authoring.records import run_lessons, try_seeds

    if options.seeds:
        first, _, last = options.seeds.partition("-")
        print(try_seeds(project, range(int(first), int(last or first) + 1)))
    else:
        print(run_lessons(project, slugs=options.slug, force=options.force))
    return 0


def bench(project: Project, options: argparse.Namespace) -> int:
    """Time the training loop and the grader against others, and the start of a notebook."""
    from course_lib.authoring.bench import run_benchmarks

    return run_benchmarks(project, options)


def run(project: Project, options: argparse.Namespace) -> int:
    """Execute every chapter, solution and student notebook on one device; write a report."""
    from course_lib.authoring.devices import render_report, run_everything

    report = run_everything(project, options.device, options.report)
    print(render_report(report))
    return 0 if report.passed else 1


def compare(_project: Project, options: argparse.Namespace) -> int:
    """Compare two reports of `course run`, page by page."""
    from course_lib.authoring.devices import compare as compare_reports

    comparison = compare_reports(options.first, options.second)
    print(comparison.table)
    for difference in comparison.differences:
        print(difference, file=sys.stderr)
    return 1 if comparison.differences else 0


def gpu(project: Project, _options: argparse.Namespace) -> int:
    """Execute everything on the GPU and on the CPU, compare verdicts, write the record."""
    from course_lib.authoring.devices import gpu as run_on_both

    print(run_on_both(project))
    return 0


def links(project: Project, _options: argparse.Namespace) -> int:
    """Follow every link of the book that leaves it."""
    from course_lib.authoring.build import check_links

    print(check_links(project))
    return 0


def doctor(project: Project, _options: argparse.Namespace) -> int:
    """Show what this machine offers, and the cure for what it lacks."""
    from course_lib.authoring.system import diagnose
    from course_lib.grading.isolation.selftest import self_test

    lines = diagnose(project)
    print("\n".join(str(line) for line in lines))
    good = all(line.good for line in lines)
    if not project.is_release:  # who has a release hands in and grades nothing
        walls = self_test([project.solutions, project.build])
        print("\nto grade, each tried from within a sandbox:")
        print("\n".join(str(wall) for wall in walls))
        good &= all(wall.good for wall in walls if wall.required)
    return 0 if good else 1


def parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    from course_lib.authoring.bench import add_options

    top = argparse.ArgumentParser(
        prog="course", description="Shallow to Deep, from the command line."
    )
    commands = top.add_subparsers(dest="command", metavar="command")

    def add(function: Command) -> argparse.ArgumentParser:
        summary = (function.__doc__ or "").strip()
        sub = commands.add_parser(function.__name__, help=summary, description=summary)
        sub.set_defaults(function=function)
        return sub

    sub = add(book)
    sub.add_argument("--clean", action="store_true", help="execute every page again")
    sub.add_argument("--device", default="cpu", help="cpu (default), cuda or mps")
    sub = add(test)
    sub.add_argument("pytest", nargs=argparse.REMAINDER, help="passed to pytest; alone, no lint")
    sub = add(lab)
    sub.add_argument("--no-browser", action="store_true")
    sub.add_argument("--port", type=int, default=8888)
    sub = add(exercises)
    sub.add_argument("--check", action="store_true", help="fail if exercises/ is out of date")
    sub = add(check)
    sub.add_argument("slug", help="the exercise, for example scikit-learn-mlp")
    sub.add_argument("--hint", type=int, choices=(1, 2, 3), default=0, metavar="1|2|3",
                     help="show the open tasks' hints up to this level")  # fmt: skip
    sub = add(grade)
    sub.add_argument("slug", nargs="*", help="only these exercises")
    sub.add_argument("--student", action="append", default=[], metavar="NAME",
                     help="only what this student handed in; may be repeated")  # fmt: skip
    sub.add_argument("--again", action="store_true", help="also what has not changed")
    sub.add_argument("--isolation", choices=("bubblewrap", "fresh", "none"), default="bubblewrap",
                     help="what submissions run in: bubblewrap forks each from a warm process, "
                     "fresh starts each anew, none runs them with your rights")  # fmt: skip
    where = sub.add_mutually_exclusive_group()
    where.add_argument("--workers", type=int, metavar="N", help="how many at a time (one a core)")
    where.add_argument("--cluster", metavar="ADDRESS", help="grade on the machines of this Dask "
                       "scheduler, such as tls://10.0.0.1:8786")  # fmt: skip
    classroom.register(add)
    sub = add(release)
    sub.add_argument("slug", nargs="*", help="only these exercises")
    also = "give this exercise's solution too; may be repeated"
    sub.add_argument("--solution", action="append", default=[], metavar="SLUG", help=also)
    instead = "a folder, or the class's repository, to bring up to date instead"
    sub.add_argument("--to", type=Path, metavar="FOLDER", help=instead)
    sub = add(lessons)
    sub.add_argument("slug", nargs="*", help="only these chapters")
    sub.add_argument("--force", action="store_true", help="also records that are up to date")
    sub.add_argument("--seeds", metavar="A-B", help="try these seeds against the record instead")
    add_options(add(bench))
    sub = add(run)
    sub.add_argument("--device", default="cpu", help="cpu (default), cuda or mps")
    sub.add_argument("--report", type=Path, default=Path("_build/reports/cpu"), metavar="FOLDER")
    sub = add(compare)
    sub.add_argument("first", type=Path, help="a folder written by course run --report")
    sub.add_argument("second", type=Path)
    for function in (gpu, links, doctor):
        add(function)
    commands.add_parser("help", help="Show this help.")
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; what went wrong outside the code is one line on stderr, exit 1."""
    top = parser()
    options = top.parse_args(arguments)
    try:
        if options.command in (None, "help"):
            print(top.format_help(), end="")
            status = 0
        else:
            project = Project.find()
            if project.is_release and options.command not in _IN_A_RELEASE:
                raise ProjectError("this is what a class is given; it needs the course's sources")
            status = options.function(project, options)
        sys.stdout.flush()
        return status
    except ProjectError as error:
        print(f"course {options.command}: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:  # whoever read our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        print(f"course {options.command}: the disk is full: free some space and retry",
              file=sys.stderr)  # fmt: skip
        return 1
    except KeyboardInterrupt:
        print(f"\ncourse {options.command}: stopped", file=sys.stderr)
        return 130


if __name__ == "__main__":
    raise SystemExit(main())
