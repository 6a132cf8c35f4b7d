"""What is graded: the instructor's notebook with the student's answers in it.

Rebuilt, not repaired: metadata, tags, points, checks, kernelspec and ids are the instructor's;
only the sources of answers and of cells that the student added come from the submission.
"""

from __future__ import annotations

import copy
from collections import defaultdict
from typing import Any

from course_lib.exercise import RUNS_LATER, grade_id, metadata, role

Notebook = Any
Cell = Any


def rebuild(source: Notebook, submitted: Notebook, stubs: dict[str, str]) -> Notebook:
    """Return the notebook to execute; ``metadata.course.notes`` says what was set right.

    Args:
        source: the instructor's notebook, hidden checks included.
        submitted: what the student handed in.
        stubs: what each answer cell said as handed out, by grade_id.
    """
    ours = {name: cell for cell in source.cells if (name := grade_id(cell))}
    written, extra, notes = _sort(source, submitted, ours, stubs)
    rebuilt = copy.deepcopy(source)
    cells: list[Cell] = _code(extra[""], "start")
    for cell in rebuilt.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
        cells.append(cell)
        if role(cell) in ("answer", "written"):
            parts = written.get(grade_id(cell), [])
            separate = cell.cell_type == "code"  # an error in one must not stop the other
            cell.source = (parts[:1] or [""])[0] if separate else "\n\n".join(parts)
            cells += _code(parts[1:] if separate else [], grade_id(cell))
        cells += _code(extra[cell.id], f"{cell.id}-own")
    rebuilt.cells = cells
    rebuilt.metadata["course"] = {"notes": notes}
    return rebuilt


def _sort(
    source: Notebook, submitted: Notebook, ours: dict[str, Cell], stubs: dict[str, str]
) -> tuple[dict[str, list[str]], dict[str, list[str]], list[str]]:
    """Sort a submission's cells.

    Returns:
        the sources of each answer, by grade_id; the sources of added code, by the id of the
        instructor's cell that they follow ("" for the start); notes.
    """
    by_id = {cell.id: cell for cell in source.cells}
    by_text = {(cell.cell_type, cell.source.strip()): cell for cell in source.cells}
    copies: dict[str, list[str]] = defaultdict(list)
    seen: dict[str, int] = defaultdict(int)
    extra: dict[str, list[str]] = defaultdict(list)
    turned: dict[str, list[Cell]] = defaultdict(list)  # answers saved as another kind of cell
    loose: dict[str, list[str]] = {"": []}  # added text, as added code in `extra`
    notes: list[str] = list(submitted.metadata.get("notes", ()))
    anchor = ""
    for cell in submitted.cells:
        name = grade_id(cell)
        mine = ours.get(name) or by_id.get(cell.get("id", ""))
        if mine is None or mine.cell_type != cell.cell_type:
            same = by_text.get((cell.cell_type, cell.source.strip()))
            if same is None and mine is not None and role(mine) in ("answer", "written"):
                turned[grade_id(mine)].append(cell)
            mine = same
        if mine is None:
            if cell.cell_type == "code" and cell.source.strip():
                extra[anchor].append(cell.source)
            elif cell.source.strip():
                loose[anchor].append(cell.source)
            continue
        anchor, what = mine.id, role(mine)
        loose.setdefault(anchor, [])
        if name := grade_id(mine):
            seen[name] += 1
        if what in ("answer", "written"):
            copies[name].append(cell.source)
        elif what == "check":
            if seen[name] == 1 and _differs(cell.source, mine.source) and not _as_given(cell):
                notes.append(f"check {name} was edited: the original was used")
        elif cell.cell_type == "code" and _differs(cell.source, mine.source):
            extra[anchor].append(cell.source)  # an import added to the set-up cell
    for name in [name for name in turned if name not in copies]:
        seen[name], kind = len(turned[name]), turned[name][0].cell_type
        copies[name] = [cell.source for cell in turned[name]]
        notes.append(f"cell {name} was saved as {kind}: it was read as {ours[name].cell_type}")
    for name, texts in _by_place(source, copies, loose).items():
        seen[name], copies[name] = 1, texts
        notes.append(f"cell {name} had lost its name: it was found by its place")
    notes += [f"cell {name} was pasted {n} times" for name, n in seen.items() if n > 1]
    for name, mine in ours.items():
        if name not in seen and role(mine) != "other":
            notes.append(f"cell {name} was missing: it was restored")
    return {name: _own(texts, stubs.get(name)) for name, texts in copies.items()}, extra, notes


def _by_place(
    source: Notebook, found: dict[str, list[str]], loose: dict[str, list[str]]
) -> dict[str, list[str]]:
    """Return answers in words that nothing names: the text that follows what stands before them.

    Code needs no place; as an added cell it runs there, and its names are found.

    Args:
        source: the instructor's notebook.
        found: the answers that were found, by grade_id.
        loose: added text by the id of the instructor's cell that it follows, an entry for each
            that was found and "" for the start.
    """
    answers, before = {}, ""
    for cell in source.cells:
        if cell.id in loose:
            before = cell.id
        elif role(cell) == "written" and grade_id(cell) not in found and loose[before]:
            answers[grade_id(cell)] = loose.pop(before)
            loose[before] = []
    return answers


def _differs(theirs: str, ours: str) -> bool:
    """Tell whether a given cell was edited; a hidden check as handed out is no edit."""
    return theirs.strip() != ours.strip() and not theirs.startswith(RUNS_LATER)


def _as_given(cell: Cell) -> bool:
    """Tell whether a check says what was handed out, by the checksum that nbgrader left in it.

    Only a note hangs on it: where the instructor mended a check since, nobody edited it.
    """
    from nbgrader.utils import compute_checksum

    try:
        return bool(metadata(cell).get("checksum") == compute_checksum(cell))
    except (LookupError, TypeError, ValueError):
        return False


def _own(texts: list[str], stub: str | None) -> list[str]:
    """Leave out copies of the stub and repeats, unless there is nothing else."""
    own = list(dict.fromkeys(text for text in texts if text != stub))
    return own or texts[:1]


def _code(sources: list[str], name: str) -> list[Cell]:
    from nbformat.v4 import new_code_cell

    return [
        new_code_cell(text, id=f"{name[:50]}-{n}")  # type: ignore[no-untyped-call]
        for n, text in enumerate(sources, 1)
    ]
