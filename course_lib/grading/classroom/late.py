"""Extensions, which nbgrader keeps but has no command for."""

from __future__ import annotations

from datetime import timedelta

from course_lib.project import Project, ProjectError


def extend(project: Project, slug: str, student: str, *, days: float = 0, hours: float = 0) -> str:
    """Give a student more time for an exercise, in nbgrader's gradebook; 0 takes it back.

    An extension replaces an earlier one. Grade again, and the penalty follows.

    Returns:
        a line that says until when.

    Raises:
        ProjectError: the gradebook knows neither, or the exercise has no due date.
    """
    from nbgrader.api import MissingEntry

    from course_lib.grading.coordinator.gradebook import configuration, opened

    if not 0 <= (seconds := 86_400 * days + 3_600 * hours) < 366 * 86_400:
        raise ProjectError("an extension lasts from 0 days to a year")
    with opened(configuration(project)) as gradebook:
        try:
            gradebook.find_student(student)
            due = gradebook.find_assignment(slug).duedate
        except MissingEntry:
            raise ProjectError(
                f"the gradebook has no student {student!r} or no exercise {slug!r}: see "
                "`nbgrader db student list` and `nbgrader db assignment list`"
            ) from None
        if due is None:
            raise ProjectError(
                f"{slug} has no due date: nbgrader db assignment add {slug} "
                '--duedate="2030-01-31 18:00 UTC"'
            )
        gradebook.update_or_create_submission(slug, student)
        gradebook.grant_extension(slug, student, minutes=seconds / 60)
    until = due + timedelta(seconds=seconds)
    return f"{student} has until {until:%Y-%m-%d %H:%M} UTC for {slug}"
