"""Rebuilding: the instructor's notebook, the student's answers, and nothing lost on the way."""

from __future__ import annotations

import copy

import nbformat
import pytest
from nbformat.v4 import new_code_cell
from nbgrader.utils import compute_checksum
from small_course import ROOT

from course_lib.authoring.exercises import source_notebook
from course_lib.exercise import grade_id
from course_lib.grading.scoring.rebuild import rebuild

STUB = "raise NotAttempted"


@pytest.fixture(scope="module")
def source():
    return source_notebook(ROOT / "tests" / "grading" / "averages.md")


@pytest.fixture
def submitted(source):
    """What a student hands in: hidden checks are one line, answers are a comment."""
    notebook = copy.deepcopy(source)
    for cell in notebook.cells:
        if "-hidden-" in grade_id(cell):
            cell.source = "# runs when you submit: its name"
        elif grade_id(cell) in ("mean", "largest", "mislead"):
            cell.source = f"mine: {grade_id(cell)}"
    return notebook


def rebuilt(source, submitted):
    stubs = dict.fromkeys(("mean", "largest", "mislead"), STUB)
    notebook = rebuild(source, submitted, stubs)
    nbformat.validate(nbformat.from_dict(notebook))
    return notebook


def position(notebook, name):
    return next(i for i, cell in enumerate(notebook.cells) if grade_id(cell) == name)


def sources(notebook):
    return [cell.source for cell in notebook.cells]


def test_answers_are_the_students_and_all_else_is_ours(source, submitted):
    for cell in submitted.cells:
        cell.metadata["tags"] = ["skip-execution"]
        if meta := cell.metadata.get("nbgrader"):
            meta |= {"points": 500, "schema_version": None, "locked": "perhaps"}
    submitted.metadata = {}
    found = rebuilt(source, submitted)
    assert [c.metadata for c in found.cells] == [c.metadata for c in source.cells]
    assert found.metadata["kernelspec"] == source.metadata["kernelspec"]
    assert found.metadata["course"] == {"notes": []}
    for ours, theirs in zip(source.cells, found.cells, strict=True):
        mine = grade_id(ours) in ("mean", "largest", "mislead")
        assert theirs.source == (f"mine: {grade_id(ours)}" if mine else ours.source)


def test_both_halves_of_a_split_answer_run_before_its_checks(source, submitted):
    at = position(submitted, "mean")
    submitted.cells.insert(at + 1, copy.deepcopy(submitted.cells[at]))
    submitted.cells[at + 1].source = "second half"
    found = rebuilt(source, submitted)
    at = position(found, "mean")
    assert sources(found)[at : at + 2] == ["mine: mean", "second half"]
    assert at + 1 < position(found, "mean-check-1")
    assert found.metadata["course"]["notes"] == ["cell mean was pasted 2 times"]


@pytest.mark.parametrize("stub_first", [True, False])
def test_a_pasted_stub_does_not_undo_the_answer(source, submitted, stub_first):
    at = position(submitted, "mean")
    stub = copy.deepcopy(submitted.cells[at])
    stub.source = STUB
    submitted.cells.insert(at if stub_first else at + 3, stub)
    found = rebuilt(source, submitted)
    assert sources(found)[position(found, "mean")] == "mine: mean"
    assert STUB not in sources(found)


def test_an_untouched_stub_stays(source, submitted):
    submitted.cells[position(submitted, "mean")].source = STUB
    found = rebuilt(source, submitted)
    assert sources(found)[position(found, "mean")] == STUB


def test_own_cells_keep_their_place(source, submitted):
    submitted.cells.insert(0, new_code_cell("first of all"))
    submitted.cells.insert(position(submitted, "mean"), new_code_cell("before the answer"))
    submitted.cells.insert(position(submitted, "mean-check-1"), new_code_cell("after it"))
    found = rebuilt(source, submitted)
    order = [sources(found).index(text) for text in ("first of all", "before the answer")]
    assert order[0] == 0
    assert order[1] == position(found, "mean") - 1
    assert sources(found).index("after it") == position(found, "mean-check-1") - 1


def test_an_edited_set_up_cell_runs_after_ours(source, submitted):
    at = next(i for i, c in enumerate(submitted.cells) if c.source.startswith("import warnings"))
    ours = submitted.cells[at].source
    submitted.cells[at].source = "import math"
    found = rebuilt(source, submitted)
    assert sources(found)[at : at + 2] == [ours, "import math"]


def test_a_stripped_answer_still_runs_before_its_checks(source, submitted):
    cell = submitted.cells[position(submitted, "mean")]
    cell.metadata, cell.id = nbformat.from_dict({}), "other"
    found = rebuilt(source, submitted)
    assert sources(found)[position(found, "mean")] == ""
    assert sources(found).index("mine: mean") < position(found, "mean-check-1")
    assert "cell mean was missing: it was restored" in found.metadata["course"]["notes"]


def test_a_renamed_answer_is_found_by_its_cell_id(source, submitted):
    submitted.cells[position(submitted, "mean")].metadata["nbgrader"]["grade_id"] = "average"
    found = rebuilt(source, submitted)
    assert sources(found)[position(found, "mean")] == "mine: mean"


def test_checks_are_ours_wherever_theirs_went(source, submitted):
    edited = submitted.cells[position(submitted, "mean-check-1")]
    edited.source = "print('passed')"
    submitted.cells[position(submitted, "mean-hidden-1")].source = "print('passed')"
    del submitted.cells[position(submitted, "largest-check-1")]
    found = rebuilt(source, submitted)
    order = [grade_id(c) for c in found.cells if grade_id(c)]
    assert order == [grade_id(c) for c in source.cells if grade_id(c)]
    assert "print('passed')" not in sources(found)
    assert found.metadata["course"]["notes"] == [
        "check mean-check-1 was edited: the original was used",
        "check mean-hidden-1 was edited: the original was used",
        "cell largest-check-1 was missing: it was restored",
    ]


def test_a_check_that_we_mended_since_was_edited_by_nobody(source, submitted):
    cell = submitted.cells[position(submitted, "mean-check-1")]
    cell.source = "check('as it was handed out').true(True)"
    cell.metadata["nbgrader"]["checksum"] = compute_checksum(cell)
    assert rebuilt(source, submitted).metadata["course"]["notes"] == []
    cell.source += "  # eased"
    [note] = rebuilt(source, submitted).metadata["course"]["notes"]
    assert "mean-check-1 was edited" in note
    cell.metadata["nbgrader"]["points"] = "many"
    assert rebuilt(source, submitted).metadata["course"]["notes"] == [note]


def test_an_answer_of_another_cell_type_is_not_taken_for_one(source, submitted):
    cell = submitted.cells[position(submitted, "mislead")]
    cell.cell_type, cell.outputs, cell.execution_count = "code", [], None
    found = rebuilt(source, submitted)
    assert found.cells[position(found, "mislead")].cell_type == "markdown"


@pytest.mark.parametrize("kind", ["raw", "markdown"])
def test_an_answer_saved_as_another_kind_of_cell_is_read(source, submitted, kind):
    submitted.cells[position(submitted, "mean")].cell_type = kind
    found = rebuilt(source, submitted)
    assert "mine: mean" in sources(found)
    assert found.cells[position(found, "mean")].cell_type == "code"
    assert any("mean was saved as" in note for note in found.metadata["course"]["notes"])


def test_a_note_pasted_from_an_answer_is_no_answer(source, submitted):
    note = copy.deepcopy(submitted.cells[position(submitted, "mean")])
    note |= {"cell_type": "markdown", "id": "note", "source": "I tried this"}
    submitted.cells.insert(0, note)
    found = rebuilt(source, submitted)
    assert "mine: mean" in sources(found)
    assert "I tried this" not in sources(found)


def nameless(notebook):
    """Take every cell's metadata and identifier away, as some converters do."""
    for n, cell in enumerate(notebook.cells):
        cell.metadata, cell.id = nbformat.from_dict({}), f"new-{n}"


def test_an_answer_in_words_without_a_name_is_found_by_its_place(source, submitted):
    nameless(submitted)
    found = rebuilt(source, submitted)
    assert found.cells[position(found, "mislead")].source == "mine: mislead"
    notes = found.metadata["course"]["notes"]
    assert "cell mislead had lost its name: it was found by its place" in notes
    assert "cell mislead was missing: it was restored" not in notes


def test_no_other_text_becomes_an_answer(source, submitted):
    nameless(submitted)
    words = position(source, "mislead")
    del submitted.cells[words]
    submitted.cells.insert(1, nbformat.v4.new_markdown_cell("a note of my own"))
    found = rebuilt(source, submitted)
    assert found.cells[position(found, "mislead")].source == ""
    assert "cell mislead was missing: it was restored" in found.metadata["course"]["notes"]


def test_a_note_beside_an_answer_that_has_its_name_stays_apart(source, submitted):
    note = nbformat.v4.new_markdown_cell("a note of my own")
    submitted.cells.insert(position(submitted, "mislead"), note)
    found = rebuilt(source, submitted)
    assert found.cells[position(found, "mislead")].source == "mine: mislead"
