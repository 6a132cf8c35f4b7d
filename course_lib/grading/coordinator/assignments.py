"""Exercises in the gradebook: nbgrader enters their cells and points.

python -m course_lib.grading.coordinator.assignments ROOT SLUG...
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from pathlib import Path

from nbgrader.coursedir import CourseDirectory

from course_lib.grading.coordinator.gradebook import configuration
from course_lib.project import Project, ProjectError

_SECONDS = 300


def enter(project: Project, slugs: list[str]) -> None:
    """Have nbgrader enter exercises' cells and points, in a process of its own: it changes folders.

    Raises:
        ProjectError: an exercise changed its cells after submissions were graded.
    """
    module = "course_lib.grading.coordinator.assignments"
    command = [sys.executable, "-m", module, str(project.root), *slugs]
    scripts = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    done = subprocess.run(
        command,
        env=os.environ | {"PATH": scripts},
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    if done.returncode and "submissions associated" in done.stderr:
        raise ProjectError(
            f"one of {', '.join(slugs)} gained or lost cells after its first submission "
            "was graded: move gradebook.db away and grade again"
        )
    if done.returncode and ("is full" in done.stderr or "No space left" in done.stderr):
        raise ProjectError("the disk is full: free some space and grade again")
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise ProjectError(f"nbgrader could not open the gradebook: {last}")


def main(root: str, *slugs: str) -> None:
    """Enter exercises under the project's own configuration."""
    from nbgrader.converters import GenerateAssignment

    logging.basicConfig(level=logging.WARNING)
    config = configuration(Project(Path(root)))
    for slug in slugs:
        directory = CourseDirectory(config=config, assignment_id=slug)
        GenerateAssignment(coursedir=directory, config=config, force=True).start()


if __name__ == "__main__":
    main(*sys.argv[1:])
