"""One pass over a notebook: cells in the student's process, checks in this one, in order."""

from __future__ import annotations

import random
import sys
import time
import warnings
from collections.abc import Iterable, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import replace

import numpy as np

from course_lib.checks import passing
from course_lib.exercise import Cell, Check, Exercise, grade_id, role
from course_lib.grading.boundary.names import (
    Namespace,
    compiled,
    defined,
    definitions,
    imported,
    imports,
    load,
)
from course_lib.grading.boundary.session import Interrupted, Session
from course_lib.grading.boundary.shell import Outputs, Stream
from course_lib.grading.scoring.results import CellResult, CheckResult, cell_result
from course_lib.grading.scoring.students import Students
from course_lib.grading.scoring.verdict import (
    FAILED,
    Status,
    ended,
    is_memory,
    line,
    shown,
    stopped,
)

DEMONSTRATION = "raises-exception"
"""The tag of a given cell that only shows something: nothing may depend on what may fail."""


class Run:
    """One submission on its way.

    From the first call that a hidden check makes, student code may repeat what it was given. Of
    what it says after that, a result holds only words that it cannot have chosen.

    Attributes:
        checks: what became of the checks that ran, by id.
        cells: what each of the student's cells showed, by id.
        troubles: what failed on the grader's side.
        late: tasks in which a check has run out of time.
        after: cells that showed something after student code had met a hidden check.
        tainted: visible checks that were to show something after that.
    """

    def __init__(
        self,
        source: Exercise,
        students: Students,
        untouched: Iterable[str],
        late: Iterable[str] = (),
    ) -> None:
        self.source, self.students, self.untouched = source, students, frozenset(untouched)
        self.checks: dict[str, CheckResult] = {}
        self.cells: dict[str, CellResult] = {}
        self.troubles: list[str] = []
        self.names = Namespace(students.find)
        self.late, self.after, self.tainted = set(late), set[str](), set[str]()
        self._known = {check.id: check for check in source.checks}
        self._answers: dict[str, str] = {}  # the id of a task's answer cell, once it ran
        self._told = False  # whether student code has met a hidden check's inputs
        # Whichever worker this is, and whatever it graded before, the same libraries have a
        # generator of random numbers, and each begins alike.
        load(imported(cell.source for cell in source.cells if cell.cell_type == "code"))
        _seed()

    def all(self, rebuilt: Sequence[Cell]) -> None:
        """Run every cell, in order."""
        ours = {cell.id: cell for cell in self.source.cells if cell.cell_type == "code"}
        checks = {name for name, cell in ours.items() if role(cell) == "check"}
        for cell in rebuilt:
            if cell.cell_type != "code":
                continue
            mine = ours.pop(cell.id, None)  # whatever the cell claims, this is what runs here
            if mine is None and cell.id in checks:
                continue  # its source may be a hidden check's, which is not to leave this process
            if mine is None:
                self._run_theirs(cell.id, cell.source)
            elif role(mine) == "answer":
                self._answers[grade_id(mine)] = cell.id
                self._run_theirs(cell.id, cell.source)
                self._execute(imports(mine.source), cell.id)
                self.names.hand_over(set(defined(mine.source)))
            elif role(mine) == "check":
                check = self._known[grade_id(mine)]
                self._check(check, mine.source)
                if not check.hidden:
                    self._run_theirs(cell.id, definitions(mine.source), keep=False)
            else:
                self._given(mine, cell.source)

    def _given(self, mine: Cell, theirs: str) -> None:
        code = mine.source
        shows = DEMONSTRATION in mine.metadata.get("tags", [])
        if shows:
            code, theirs = definitions(code), definitions(theirs)
        self._run_theirs(mine.id, theirs, keep=not shows)
        try:
            session = self.students.live()
        except Interrupted:
            return
        asked = session.asked
        with self.students.granted(session, self.students.budgets.check):
            error = self._execute(code, mine.id)
        if error is not None and session.asked == asked:
            self.troubles.append(f"given cell {mine.id} fails: {line(error)}")

    def _execute(
        self, code: str, name: str, outputs: Outputs | None = None
    ) -> BaseException | None:
        """Run a cell of the instructor's here; return what it raised."""
        out = Stream("stdout", outputs or Outputs(), 1)
        try:
            with (
                redirect_stdout(out),
                redirect_stderr(Stream("stderr", Outputs(), 2)),
                warnings.catch_warnings(),
            ):
                warnings.simplefilter("default")  # whatever this process makes of them
                exec(compiled(code, name), self.names)  # noqa: S102
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            return error
        return None

    def _run_theirs(self, cell: str, code: str, keep: bool = True) -> None:
        """Run a cell in the student's process.

        Args:
            cell: its id.
            code: its source.
            keep: whether what it shows is the student's to see.
        """
        if not code.strip() or self.students.left <= 0:
            return
        try:
            found = cell_result(cell, self.students.run(cell, code))
        except Interrupted as end:
            status, text = stopped(end)
            found = CellResult(cell, (), (status, text, ""), 0.0)
        if keep:
            self.cells[cell] = found
            if self._told and (found.outputs or found.error):
                self.after.add(cell)

    def _fault(self, task: str) -> tuple[Status, str]:
        """Return what is wrong with a task's answer before any check: a status and why."""
        cell = self._answers.get(task, "")
        if end := self.students.stopped.get(cell):
            status, text = stopped(end)
            return status, f"its answer: {text}"
        found = self.cells.get(cell)
        if found is not None and found.error:
            name, text, _ = found.error
            if is_memory(name, text):
                return "memory", "its answer: it ran out of memory"
            return "error", f"its answer stops with {name}: {text}".strip()
        return "passed", ""

    def _check(self, check: Check, code: str) -> None:
        result = self.checks[check.id] = self.result(check)
        if check.task in self.untouched:
            return
        status: Status
        if self.troubles:
            status, text = "grader_error", self.troubles[0]
        else:
            status, text = self._fault(check.task)
            ended_it = self._answers.get(check.task, "") in self.students.stopped
            if not ended_it and self.students.left > 0:
                try:
                    session = self.students.live()
                except Interrupted as end:
                    status, text = stopped(end)
                else:
                    self._run_check(result, code, session)
                    return
            elif not ended_it:
                status, text = "not_run", "the time for the whole notebook was used up before"
        said = FAILED if status == "grader_error" else text
        self.checks[check.id] = replace(result, status=status, message=text, shown=said)

    def _run_check(self, result: CheckResult, code: str, session: Session) -> None:
        outputs, began, budgets = Outputs(), time.perf_counter(), self.students.budgets
        session.reset()
        outputs.start()
        asked = session.asked
        seconds = budgets.again if result.task in self.late else budgets.check
        with self.students.granted(session, seconds):
            error = self._execute(code, result.id, outputs)
        theirs = error is not None and self._can_be_theirs(error, session, asked)
        status, text = ended(error, result.name, theirs=theirs)
        output = "".join(part.get("text", "") for part in outputs.take())
        good = f"{passing(result.name)}\n"
        if self._told and not result.hidden:
            if status in ("failed", "error") or output not in ("", good):
                self.tainted.add(result.id)
            output = good if status == "passed" else ""
        said = text
        if result.hidden or result.id in self.tainted:
            said = shown(status, text, error, theirs=error in session.caught)
        if status == "error" and (fault := self._fault(result.task))[1]:
            status, text = fault
            late = self._answers.get(result.task) in self.after
            said = text.partition(" with ")[0] if late else text
        if status == "grader_error":
            said = FAILED
        if status == "timeout":
            self.late.add(result.task)
        self._told |= result.hidden and session.asked > asked
        self.checks[result.id] = replace(
            result,
            status=status,
            message=text,
            shown=said,
            seconds=time.perf_counter() - began,
            output="" if result.hidden else output,
            changed=session.changed,
        )

    def _can_be_theirs(self, error: BaseException, session: Session, asked: int) -> bool:
        """Tell whether an error in a check can have come of what the student's code did."""
        if error in session.caught:
            return True
        if isinstance(error, NameError):
            lost = any(one.status not in ("passed", "not_run") for one in self.checks.values())
            return error.name in self.names.theirs or lost
        return session.asked > asked and not isinstance(error, ImportError | SyntaxError)

    def result(self, check: Check) -> CheckResult:
        """Return what is known of a check so far."""
        if found := self.checks.get(check.id):
            return found
        status: Status = "manual" if check.manual else "not_run"
        text = "a person reads this one" if check.manual else ""
        if check.task in self.untouched:
            status, text = "not_attempted", ""
        told = (check.id, check.task, check.name, check.points, check.hidden, check.manual)
        return CheckResult(*told, status, text, text)


def _seed() -> None:
    """Begin each submission alike, so that the same bytes get the same record."""
    random.seed(0)
    np.random.seed(0)
    if torch := sys.modules.get("torch"):
        torch.manual_seed(0)
