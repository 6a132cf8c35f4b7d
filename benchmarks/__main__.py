"""The command behind ``course bench``, run by the Python of the benchmarks' own environment."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from benchmarks import accuracy, record
from benchmarks.cases import CASES
from benchmarks.training import BASE, OPPONENTS, OURS, Arena, curve_gaps, rounds
from course_lib.authoring.bench import ONE_THREAD, ROUNDS, add_options
from course_lib.authoring.bench_record import record_path
from course_lib.files import write_whole
from course_lib.project import Project, ProjectError

BUSY = 0.5  # how many other programs were running on average, in the minute before


def say(line: str) -> None:
    """Tell whoever waits how far it is."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def named(text: str | None, known: Iterable[str], what: str) -> list[str]:
    """Return the names in a list with commas, or all where there is no list.

    Raises:
        ProjectError: one is unknown.
    """
    known = list(known)
    if text is None:
        return known
    names = [name.strip() for name in text.split(",")]
    for name in names:
        if name not in known:
            raise ProjectError(f"no {what} {name!r}: take some of {','.join(known)}")
    return names


def run_training(options: argparse.Namespace) -> dict[str, Any]:
    """Run every case against every opponent that was asked for; return the record."""
    asked = named(options.peers, OPPONENTS, "peer")
    names = [name for name in OPPONENTS if name == BASE or name in asked]
    cases = named(options.cases, CASES, "case")
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    if load is not None and load > BUSY:
        say(f"the machine is busy (load {load:.1f}): the figures of a quiet one are worth more")
    measured = {}
    os.environ.update(ONE_THREAD)  # the libraries read it where they are loaded, in each process
    with Arena(names) as arena:
        for name, why in arena.missing.items():
            say(f"missing: {OPPONENTS[name].label} ({why})")
        for case in cases:
            runs: dict[str, list[dict[str, float]]] = {}
            failed: dict[str, str] = {}
            for name, told in rounds(arena, case, options.rounds):
                if isinstance(told, str):
                    failed[name] = told
                else:
                    runs.setdefault(name, []).append(told)
            ours = OURS in runs and OURS not in failed
            curve = arena.call(BASE, curve_gaps, case) if ours else None
            measured[case] = record.case_record(case, runs, failed, curve)
            say(f"{case}: done")
    # A quick look at some cases or peers is not about the digits.
    partial = options.cases or options.peers
    reached = None if partial else accuracy.measure(say=say)
    return record.assemble(
        measured, names, options.rounds, load, arena.versions, arena.missing, reached
    )


def main() -> int:
    """Run what was asked for, print it, and write the records of whole runs."""
    parser = argparse.ArgumentParser(prog="course bench")
    add_options(parser)
    options = parser.parse_args()
    try:
        if options.rounds < 1:
            raise ProjectError(f"--rounds {options.rounds}: give a whole number, 1 or more")
        run(Project.find(Path(__file__).parent), options)
    except ProjectError as error:
        say(f"course bench: {error}")
        return 1
    except KeyboardInterrupt:
        say("course bench: stopped, and the record is as it was")
        return 130
    return 0


def run(project: Project, options: argparse.Namespace) -> None:
    """Run the benchmarks that were asked for."""
    partial = options.rounds < ROUNDS or options.cases or options.peers
    whole = not partial or options.record
    if options.what in (None, "training"):
        found = run_training(options)
        sys.stdout.write(f"{record.render(found)}\n")
        keep(record_path(project, "training"), found, whole=whole)
    if options.what in (None, "startup"):
        from benchmarks import startup

        started = startup.measure()
        sys.stdout.write(f"{startup.render(started)}\n")
        keep(record_path(project, "startup"), started, whole=whole)
    if options.what == "grading" or (options.what is None and whole and sys.platform == "linux"):
        from benchmarks import graders, grading

        asked = options.peers if options.what else None
        names = named(asked, graders.OPPONENTS, "grader")
        graded = grading.measure(project.root, names, options.rounds, say)
        sys.stdout.write(f"{grading.render(graded)}\n")
        keep(record_path(project, "grading"), graded, whole=whole)


def keep(path: Path, found: dict[str, Any], *, whole: bool) -> None:
    """Write a record, unless it is that of a part."""
    if whole:
        write_whole(path, json.dumps(found, indent=1, ensure_ascii=False) + "\n")
        say(f"written to {path}")
    else:
        say("a part only: the record is left as it was (--record overwrites it)")


if __name__ == "__main__":
    raise SystemExit(main())
