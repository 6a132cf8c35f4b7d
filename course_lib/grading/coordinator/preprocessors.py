"""The same grading inside nbgrader's own commands; ``nbgrader_config.py`` wires it.

``nbgrader autograde`` reads a submission (:class:`Submitted`), grades it
(:class:`GradeSubmission`) and enters its record (:class:`SaveRecord`); ``nbgrader
generate_feedback`` writes the course's own page (:class:`Feedback`).
"""

from __future__ import annotations

import atexit
import json
import threading
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import HTMLExporter, NotebookExporter
from nbconvert.exporters.exporter import ResourcesDict
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Enum

from course_lib.exercise import read
from course_lib.grading.coordinator import feedback, gradebook
from course_lib.grading.coordinator.process import WorkerLostError, Workers
from course_lib.grading.scoring import handed, record
from course_lib.grading.scoring.bundle import Bundle, make_bundle
from course_lib.grading.scoring.handed import Handed
from course_lib.grading.scoring.record import Record
from course_lib.grading.scoring.submission import failed, graded_notebook
from course_lib.grading.scoring.worker import grade_task, task_text
from course_lib.project import Project, ProjectError

_IDLE = 60.0
"""Seconds after which a worker is ended: formgrader's server lives on for days."""


class Submitted(NotebookExporter):
    """Leaves the reading of what was handed in to :class:`GradeSubmission`.

    nbgrader's own reading stops at a notebook that is none, and follows links.
    """

    def from_filename(self, filename: str, resources: Any = None, **_: Any) -> tuple[Any, Any]:
        """Pass on where the notebook is, and a notebook only where it is one that we wrote."""
        path = Path(filename)
        resources = ResourcesDict() if resources is None else resources
        resources["metadata"] = ResourcesDict(name=path.stem, path=str(path.parent))
        notebook = nbformat.v4.new_notebook()  # type: ignore[no-untyped-call]
        if any(type(one) is SaveRecord for one in self._preprocessors):
            notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
        made: tuple[Any, Any] = self.from_notebook_node(notebook, resources)  # type: ignore[no-untyped-call]
        return made


class GradeSubmission(NbGraderPreprocessor):  # type: ignore[misc]
    """Grades what was handed in, unless its record is there already."""

    isolation = Enum(
        ["bubblewrap", "fresh", "none"],
        "bubblewrap",
        help="What submissions run in; none runs them with your rights",
    ).tag(config=True)

    def preprocess(self, _nb: Any, resources: Any) -> tuple[Any, Any]:
        """Return the graded notebook in place of the one handed in."""
        project, slug, student = _about(resources)
        given = handed.read(project.root / "submitted" / student / slug, slug)
        with Gradebook(resources["nbgrader"]["db_url"]) as book:
            stubs = gradebook.stubs(book, slug)
        source = project.build / "source" / slug / f"{slug}.ipynb"
        isolation: Any = self.isolation
        bundle = make_bundle(source, stubs, isolation)
        found = record.find(project, slug, student)
        if found is None or found.grader_failed or found.key != given.key(bundle.digest):
            found = _WORKER.grade(given, bundle)
            record.keep(project, student, found)
        return graded_notebook(given, bundle, found), resources


class SaveRecord(NbGraderPreprocessor):  # type: ignore[misc]
    """Enters a submission's record in the gradebook."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Change nothing of the notebook."""
        project, slug, student = _about(resources)
        found = record.find(project, slug, student)
        if found is None:
            raise ProjectError(f"there is no record of {student}'s {slug}: grade it again")
        given = handed.read(project.root / "submitted" / student / slug, slug)
        gradebook.enter_one(self.config, student, found, given.timestamp)
        return nb, resources


class Feedback(HTMLExporter):
    """Writes the course's own page of feedback: nbgrader's would show the hidden checks."""

    def from_filename(self, filename: str, resources: Any = None, **_: Any) -> tuple[Any, Any]:
        """Return the page of a graded notebook, from its record and the gradebook."""
        resources = ResourcesDict() if resources is None else resources
        resources["metadata"] = ResourcesDict(name=Path(filename).stem, path="")
        resources["output_extension"] = ".html"
        project, slug, student = _about(resources)
        found = record.find(project, slug, student)
        with Gradebook(resources["nbgrader"]["db_url"]) as book:
            standing = gradebook.standings(book, slug, student).get(student)
        if found is None or standing is None:
            raise ProjectError(f"there is no record of {student}'s {slug}: grade it again")
        exercise = read(project.build / "source" / slug / f"{slug}.ipynb")
        return feedback.page(found, student, exercise, standing), resources


def _about(resources: Any) -> tuple[Project, str, str]:
    """Return the project, the exercise and the student; nbgrader works in the project's root."""
    about = resources["nbgrader"]
    return Project.find(), about["assignment"], about["student"]


class _Worker:
    """One worker process, ended when it has been idle for a while: formgrader lives for days."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._workers: Workers | None = None
        self._timer: threading.Timer | None = None

    def grade(self, given: Handed, bundle: Bundle) -> Record:
        """Grade a submission; where the worker is lost twice, its checks ask a person."""
        with self._lock:
            if self._timer:
                self._timer.cancel()
            self._workers = self._workers or Workers(1)
            try:
                answer = self._workers.submit(grade_task, task_text(given, bundle)).result()
                return record.loads(json.loads(answer)[0])
            except WorkerLostError as problem:
                return failed(given, bundle, str(problem))
            finally:
                self._timer = threading.Timer(_IDLE, self.close)
                self._timer.daemon = True
                self._timer.start()

    def close(self) -> None:
        """End it."""
        with self._lock:
            if self._workers:
                self._workers.shutdown()
            self._workers = None


_WORKER = _Worker()
atexit.register(_WORKER.close)
