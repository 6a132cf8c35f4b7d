"""What a run writes, and nobody else: records, gradebook, graded notebooks, feedback."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from nbgrader.api import Gradebook
from traitlets.config import Config

from course_lib.files import write_whole
from course_lib.grading.coordinator import assignments, feedback, gradebook, journal
from course_lib.grading.coordinator.gradebook import Standing
from course_lib.grading.coordinator.grades import Row
from course_lib.grading.coordinator.spread import graded
from course_lib.grading.scoring import handed, record
from course_lib.grading.scoring.bundle import Bundle, Isolation, make_bundle
from course_lib.grading.scoring.handed import Handed
from course_lib.grading.scoring.record import Record
from course_lib.grading.scoring.worker import notebook_text
from course_lib.project import Project, ProjectError


@dataclass(frozen=True)
class Ledger:
    """A class's books, open; ``bundles`` by exercise."""

    project: Project
    config: Config
    book: Gradebook
    bundles: Mapping[str, Bundle]

    def waiting(
        self, pairs: Sequence[tuple[str, str]], again: bool = False
    ) -> list[tuple[str, str]]:
        """Return what must be graded; of all else, see that the gradebook has what it should.

        Args:
            pairs: (exercise, student) of what was handed in.
            again: grade also what has not changed.
        """
        found = []
        for slug, bundle in self.bundles.items():
            entered = journal.marks(self.book, slug)
            standing = gradebook.standings(self.book, slug)
            for student in (student for name, student in pairs if name == slug):
                given = handed.read(self.project.root / "submitted" / student / slug, slug)
                known = record.find(self.project, slug, student)
                key = given.key(bundle.digest)
                if again or known is None or known.grader_failed or known.key != key:
                    found.append((slug, student))
                elif entered.get(student) != gradebook.mark_of(
                    known, given.timestamp
                ) or not _holds(standing.get(student), known):
                    self._enter(student, given, known, notebook_text(given, bundle, known))
        return found

    def grade(
        self,
        pairs: Sequence[tuple[str, str]],
        executor: Executor,
        window: int,
        progress: Callable[[int, int], None] | None,
    ) -> None:
        """Have submissions graded, so many on their way at a time; enter each as it comes back."""
        if progress:
            progress(0, len(pairs))
        results = graded(self.project, self.bundles, pairs, executor, window)
        for done, one in enumerate(results, 1):
            record.keep(self.project, one.student, one.record)
            self._enter(one.student, one.given, one.record, one.notebook)
            if progress:
                progress(done, len(pairs))

    def _enter(self, student: str, given: Handed, found: Record, notebook: str) -> None:
        """Write the graded notebook, then the gradebook's row: with it all is there."""
        slug = found.exercise
        folder = self.project.root / "autograded" / student / slug
        write_whole(folder / f"{slug}.ipynb", notebook)
        self._slips(student, slug, folder)
        how = {"mark": gradebook.mark_of(found, given.timestamp), "timestamp": given.timestamp}
        act = lambda: gradebook.enter(self.book, student, found, self.config, **how)  # noqa: E731
        gradebook.patiently(self.book, act)

    def close(self, others: Collection[tuple[str, str]] = ()) -> tuple[Row, ...]:
        """Give everybody a row, bring penalties and feedback up to date; return the rows.

        Args:
            others: (exercise, student) of what was handed in and is not to be graded now.
        """
        waits = set(others)
        return tuple(row for slug in self.bundles for row in self._close(slug, waits))

    def _close(self, slug: str, waits: Collection[tuple[str, str]]) -> Iterator[Row]:
        before = gradebook.standings(self.book, slug)
        gradebook.patiently(self.book, lambda: self._complete(slug, before))
        for student, one in sorted(gradebook.standings(self.book, slug).items()):
            found = record.find(self.project, slug, student)
            row = _row(slug, student, one, found)
            if found is None and (slug, student) in waits:
                row = replace(row, score=None, reason="handed in, not graded yet")
            yield row
            if found is not None:
                page = feedback.page(found, student, self.bundles[slug].exercise, one)
                folder = self.project.root / "feedback" / student / slug
                _write_new(folder / f"{slug}.html", page)
                self._slips(student, slug, folder)

    def _slips(self, student: str, slug: str, folder: Path) -> None:
        """Put what the exchange knows a submission by beside what became of it."""
        given = self.project.root / "submitted" / student / slug
        for name, text in handed.slips(given).items():
            _write_new(folder / name, text)

    def _complete(self, slug: str, standing: Mapping[str, Standing]) -> None:
        """Enter who handed in nothing, and the penalties that due dates and extensions make."""
        for student in [one.id for one in self.book.students]:
            if student not in standing:
                gradebook.enter_absent(self.book, slug, student)
        for late in self.book.find_assignment(slug).submissions:
            if late.total_seconds_late > 0 or late.late_submission_penalty:
                gradebook.penalise(self.book, slug, late.student_id, self.config)


@contextmanager
def opened(
    project: Project,
    slugs: Sequence[str],
    isolation: Isolation,
    budgets: Mapping[str, float] | None,
) -> Iterator[Ledger]:
    """Yield the books of a class, with these exercises entered as their sources are now.

    Raises:
        ProjectError: an exercise has no source notebook, or changed its cells after its first
            submission was graded; the gradebook can't be read or written.
    """
    config = gradebook.configuration(project)
    sources = {slug: project.build / "source" / slug / f"{slug}.ipynb" for slug in slugs}
    _enter_exercises(project, config, sources)
    with gradebook.opened(config) as book:
        bundles = {
            slug: make_bundle(source, gradebook.stubs(book, slug), isolation, budgets)
            for slug, source in sources.items()
        }
        yield Ledger(project, config, book, bundles)


def _enter_exercises(project: Project, config: Config, sources: Mapping[str, Path]) -> None:
    """Enter exercises whose source is not the one that the gradebook has."""
    marks = {}
    for slug, source in sources.items():
        if not source.is_file():
            raise ProjectError(f"{slug} has no source notebook yet: run `course exercises`")
        marks[slug] = Handed(source.read_bytes()).key("")
    with gradebook.opened(config) as book:
        old = {slug: journal.marks(book, slug).get(journal.SOURCE) for slug in sources}
    changed = [slug for slug in sources if old[slug] != marks[slug]]
    if not changed:
        return
    assignments.enter(project, changed)
    with gradebook.opened(config) as book:
        for slug in changed:
            gradebook.patiently(book, lambda: journal.enter(book, slug, "", marks[slug]))  # noqa: B023


def _write_new(path: Path, text: str) -> None:
    if not path.is_file() or path.read_text("utf-8") != text:
        write_whole(path, text)


def _holds(standing: Standing | None, found: Record) -> bool:
    """Tell whether the gradebook has of a record what it should."""
    if standing is None:
        return False
    auto = {name: mark.auto for name, mark in standing.marks.items()}
    return auto == {check.id: check.earned for check in found.checks}


def _row(slug: str, student: str, one: Standing, found: Record | None) -> Row:
    score = max(0.0, one.score - one.penalty)
    row = Row(student, slug, score, one.most, one.waits, "nothing was handed in", "")
    if found is None:
        return row
    row = replace(row, reason=found.reason, isolation=found.isolation, tamper=found.tamper)
    row = replace(row, late_penalty=one.penalty, grader_failed=found.grader_failed)
    return row if found.decided else replace(row, score=None)
