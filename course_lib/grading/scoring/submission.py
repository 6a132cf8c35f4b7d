"""From a submission's bytes to its record; nothing else goes in, and nothing is written."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from course_lib.exercise import Cell, grade_id, role
from course_lib.grading.boundary.names import defined, names_in
from course_lib.grading.boundary.session import Guests, Interrupted
from course_lib.grading.scoring.bundle import Bundle
from course_lib.grading.scoring.checker import run_checks
from course_lib.grading.scoring.handed import Handed
from course_lib.grading.scoring.notebook import loads, missing
from course_lib.grading.scoring.reaches import parsed, reaches
from course_lib.grading.scoring.rebuild import rebuild
from course_lib.grading.scoring.record import CellRecord, CheckRecord, Record, reason
from course_lib.grading.scoring.results import Budgets, CellResult, CheckResult, Graded
from course_lib.grading.scoring.verdict import FAILED
from course_lib.project import ProjectError

MANUAL = "a person reads this one"
_ADDRESS = re.compile(r"(?<= at )0x[0-9a-f]{6,}")


def grade_submission(content: bytes | None, bundle: Bundle, guests: Guests) -> Record:
    """Grade a notebook's bytes, None for no notebook; see :func:`grade_handed`."""
    problem = missing(f"{bundle.slug}.ipynb") if content is None else ""
    return grade_handed(Handed(content, problem), bundle, guests)


def grade_handed(handed: Handed, bundle: Bundle, guests: Guests) -> Record:
    """Grade a submission.

    What goes wrong on the grader's side becomes checks that ended as grader_error, for a person.

    Args:
        handed: the submission.
        bundle: all else that decides.
        guests: where the student's process comes from.
    """
    try:
        if handed.content is None:
            return reject(handed, bundle, handed.problem, guests)
        submitted = loads(f"{bundle.slug}.ipynb", handed.content)
    except ProjectError as problem:
        return reject(handed, bundle, str(problem), guests)
    except Exception as error:
        return failed(handed, bundle, error, guests)
    try:
        rebuilt = rebuild(bundle.notebook, submitted, dict(bundle.stubs))
        pristine = untouched_answers(bundle, rebuilt.cells)
        untouched = pristine & {task.name for task in bundle.exercise.tasks}
        budgets = Budgets(**bundle.budgets)
        graded = run_checks(
            bundle.exercise, rebuilt.cells, guests, budgets=budgets, untouched=untouched
        )
        graded = replace(graded, checks=tuple(_read(c, pristine) for c in graded.checks))
        return _record(handed, bundle, rebuilt, graded, guests)
    except (Exception, Interrupted) as error:
        return failed(handed, bundle, error, guests)


def reject(handed: Handed, bundle: Bundle, why: str, guests: object = None) -> Record:
    """Return the record of what cannot be graded at all: zero, with the reason."""
    checks = [
        CheckRecord(c.id, c.task, c.name, c.points, 0.0, c.hidden, c.manual, "not_run", why, why)
        for c in bundle.exercise.checks
    ]
    return _complete(handed, bundle, guests, checks, rejected=why, notes=handed.notes)


def failed(
    handed: Handed, bundle: Bundle, error: BaseException | str, guests: object = None
) -> Record:
    """Return the record of a submission at which the grader failed: every check asks a person."""
    why = error if isinstance(error, str) else f"{type(error).__name__}: {error}"
    said = ("grader_error", " ".join(why.split())[:500], FAILED)
    checks = [
        CheckRecord(c.id, c.task, c.name, c.points, None, c.hidden, c.manual, *said)  # type: ignore[arg-type]
        for c in bundle.exercise.checks
    ]
    return _complete(handed, bundle, guests, checks, notes=handed.notes)


def untouched_answers(bundle: Bundle, rebuilt: Sequence[Cell]) -> set[str]:
    """Return the answers, by grade_id, that are as handed out and not written elsewhere either.

    A code answer's grade_id is its task's name; a task may have a written one besides.
    """
    ours = {cell.id: cell for cell in bundle.notebook.cells}
    pristine: dict[str, frozenset[str]] = {}
    theirs: set[str] = set()
    for cell in rebuilt:
        mine = ours.get(cell.id)
        if mine is not None and role(mine) == "other":
            continue
        name = grade_id(mine) if mine is not None else ""
        text = cell.source.strip()
        if mine is not None and role(mine) in ("answer", "written"):
            if text in ("", bundle.stubs.get(name, "").strip()):
                pristine[name] = defined(mine.source) if role(mine) == "answer" else frozenset()
                continue
        elif mine is not None:
            continue
        theirs |= _defined(cell)
    return {name for name, names in pristine.items() if not names & theirs}


def _read(check: CheckResult, pristine: set[str]) -> CheckResult:
    """Return a written answer's result: a person reads it, unless it is as handed out."""
    if not check.manual or check.status == "grader_error":
        return check
    if check.id in pristine:
        return replace(check, status="not_attempted", message="", shown="")
    return replace(check, status="manual", message=MANUAL, shown=MANUAL)


def _defined(cell: Cell) -> frozenset[str]:
    found = parsed(cell.source) if cell.cell_type == "code" else None
    return names_in(found) if found else frozenset()


def _record(handed: Handed, bundle: Bundle, rebuilt: Any, graded: Graded, guests: object) -> Record:
    given = {cell.id for cell in bundle.notebook.cells if role(cell) not in ("answer", "written")}
    code = [cell for cell in rebuilt.cells if cell.cell_type == "code"]
    own = [cell.source for cell in code if cell.id not in given]
    notes = [*handed.notes, *rebuilt.metadata["course"]["notes"]]
    if reached := reaches(own, beside=[cell.source for cell in code if cell.id in given]):
        notes.append(f"the code has {', '.join(reached)}: worth a look")
    timing = {
        "seconds": graded.seconds,
        "checks": {check.id: check.seconds for check in graded.checks},
        "cells": {cell.id: cell.seconds for cell in graded.cells},
        "restarts": graded.restarts,
    }
    found = _complete(
        handed,
        bundle,
        guests,
        [_check(check) for check in graded.checks],
        notes=tuple(notes),
        tamper=bool(reached),
        cells=tuple(_cell(cell) for cell in graded.cells if cell.id not in given or cell.error),
    )
    return replace(found, timing=timing)


def _complete(
    handed: Handed,
    bundle: Bundle,
    guests: object,
    checks: list[CheckRecord],
    *,
    rejected: str = "",
    notes: tuple[str, ...] = (),
    tamper: bool = False,
    cells: tuple[CellRecord, ...] = (),
) -> Record:
    return Record(
        exercise=bundle.slug,
        key=handed.key(bundle.digest),
        isolation=str(getattr(guests, "isolation", bundle.isolation)),
        rejected=rejected,
        notes=notes,
        tamper=tamper,
        score=sum(check.earned or 0.0 for check in checks),
        max_score=sum(check.points for check in checks),
        needs_person=any(check.earned is None for check in checks),
        reason=reason(checks, rejected, notes),
        checks=tuple(checks),
        cells=cells,
    )


def _check(found: CheckResult) -> CheckRecord:
    earned: float | None = found.points if found.status == "passed" else 0.0
    if found.status in ("manual", "grader_error"):
        earned = None
    told = (found.id, found.task, found.name, found.points, earned, found.hidden, found.manual)
    said = (found.message, found.shown, found.output)
    return CheckRecord(*told, found.status, *map(_settled, said))


def _cell(found: CellResult) -> CellRecord:
    outputs = []
    for output in found.outputs:
        if output["output_type"] == "stream":
            kept: dict[str, Any] = {"name": str(output["name"]), "text": _settled(output["text"])}
        else:
            data = {k: _settled(v) if k == "text/plain" else v for k, v in output["data"].items()}
            kept = {"data": data, "metadata": {}}
        outputs.append({"output_type": output["output_type"], **kept})
    error = tuple(_settled(text) for text in found.error or ())
    return CellRecord(found.id, tuple(outputs), error)


def _settled(text: str) -> str:
    """Leave out where in memory things happened to lie: grading again must find the same."""
    return _ADDRESS.sub("0x…", text)


def graded_notebook(handed: Handed, bundle: Bundle, record: Record) -> Any:
    """Return the notebook that was graded, with what its cells showed, for formgrader.

    It holds the hidden checks: it is the instructor's, as everything in ``autograded/`` is.
    """
    import nbformat

    try:
        submitted = loads(f"{bundle.slug}.ipynb", handed.content or b"")
    except ProjectError:
        submitted = nbformat.from_dict({"cells": [], "metadata": {}})  # type: ignore[no-untyped-call]
    notebook = rebuild(bundle.notebook, submitted, dict(bundle.stubs))
    cells = {cell.id: cell for cell in record.cells}
    checks = {check.id: check for check in record.checks}
    for cell in notebook.cells:
        if cell.cell_type == "code":
            shown = _shown_check(checks.get(grade_id(cell))) or _shown_cell(cells.get(cell.id))
            cell.outputs = [nbformat.from_dict(output) for output in shown]  # type: ignore[no-untyped-call]
    notebook.metadata["course"] = {"notes": list(record.notes), "rejected": record.rejected}
    return notebook


def _shown_check(check: CheckRecord | None) -> list[dict[str, Any]]:
    if check is None:
        return []
    if check.status == "passed":
        text = check.output or f"✓ {check.name}\n"
        return [{"output_type": "stream", "name": "stdout", "text": text}]
    lines = [f"{check.status.replace('_', ' ')}: {check.name}", *check.message.splitlines()]
    said = {"ename": check.status, "evalue": check.message, "traceback": lines}
    return [{"output_type": "error", **said}]


def _shown_cell(cell: CellRecord | None) -> list[dict[str, Any]]:
    if cell is None:
        return []
    counted = {"execution_count": None}
    outputs = [o | (counted if o["output_type"] == "execute_result" else {}) for o in cell.outputs]
    if cell.error:
        name, text, trace = (*cell.error, "", "")[:3]
        lines = trace.splitlines() or [f"{name}: {text}"]
        outputs.append({"output_type": "error", "ename": name, "evalue": text, "traceback": lines})
    return outputs
