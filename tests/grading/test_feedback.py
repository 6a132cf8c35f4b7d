"""Feedback pages: all that a student may know, nothing of a hidden check, and sound HTML."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from course_lib.authoring.exercises import source_notebook
from course_lib.exercise import parse
from course_lib.grading.coordinator import feedback
from course_lib.grading.coordinator.gradebook import Mark, Standing
from course_lib.grading.scoring.bundle import Bundle
from course_lib.grading.scoring.handed import Handed
from course_lib.grading.scoring.record import CellRecord, CheckRecord, Record
from course_lib.grading.scoring.submission import grade_handed

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAA"
VOID = {"meta", "img", "link", "br"}


@pytest.fixture(scope="module")
def exercise():
    source = Path(__file__).with_name("averages.md")
    return parse("averages", source_notebook(source).cells)


def check(name, status="passed", earned=4.0, shown="", **how):
    hidden = "hidden" in name
    task = name.partition("-")[0]
    manual = name == "mislead"
    told = (name, task, f"name of {name}", 4.0, earned, hidden, manual, status)
    return CheckRecord(*told, **{"message": "ALL OF IT", "shown": shown, **how})


def made(*checks, cells=(), **how) -> Record:
    known = {one.id: one for one in checks}
    names = "mean-check-1", "mean-hidden-1", "largest-check-1", "largest-hidden-1"
    found = [known.get(name) or check(name) for name in names]
    found.append(known.get("mislead") or check("mislead", "manual", None))
    score = sum(one.earned or 0 for one in found)
    record = Record("averages", "k", "none", "", (), False, score, 20, True, "", tuple(found))
    return replace(record, cells=tuple(cells), **how)


def page(exercise, record, penalty=0.0, **marks):
    found = {
        one.id: Mark(one.earned or 0.0, one.earned, False, one.earned is None)
        for one in record.checks
    } | {name.replace("_", "-"): mark for name, mark in marks.items()}
    total = sum(mark.score for mark in found.values())
    waits = any(mark.waits for mark in found.values())
    text = feedback.page(record, "ann", exercise, Standing(total, 20, penalty, waits, found))
    Sound(text)
    return text


class Sound(HTMLParser):
    """Demands that tags nest, pictures have words and what scrolls takes the keyboard."""

    def __init__(self, text):
        super().__init__()
        self.stack, self.headings = [], []
        self.feed(text)
        assert not self.stack
        assert self.headings == sorted(self.headings)
        assert text.count('<html lang="en">') == text.count("<h1>") == text.count("<main>") == 1

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        assert tag not in ("script", "iframe", "link")
        assert not any(name.startswith("on") for name in found)
        if tag == "img":
            assert found["alt"]
            assert found["src"].startswith("data:image/png;base64,")
        if tag == "pre":
            assert found["tabindex"] == "0"
            assert found["aria-label"]
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(tag)
        if tag not in VOID:
            self.stack.append(tag)

    def handle_endtag(self, tag):
        assert self.stack.pop() == tag


def test_each_check_has_name_points_status_and_message(exercise):
    text = page(
        exercise,
        made(
            check("mean-check-1", "failed", 0.0, "got 4\nLikely cause: the sum"),
            check("mean-hidden-1", "timeout", 0.0, "it ran out of time"),
            check("largest-check-1", "not_attempted", 0.0),
        ),
    )
    assert "4 of 20 points</strong> for ann; a person has still to look at it" in text
    assert "got 4\nLikely cause: the sum" in text
    for words in ("</span> failed", "ran out of time", "not attempted", "read by a person"):
        assert words in text
    assert text.count("<td>name of ") == 5
    assert '<td class="points">– of 4</td>' in text
    assert 'The mean <span class="quiet">(0 of 8)' in text


def test_what_was_lost_and_why_stands_first(exercise):
    failed = check("mean-check-1", "failed", 0.0, "got 4\nLikely cause: the sum")
    late = check("mean-hidden-1", "timeout", 0.0, "it ran out of time")
    text = page(exercise, made(failed, late))
    first = re.sub(r"<[^>]+>|\s+", " ", text.partition("</style>")[2].partition("<section")[0])
    first = re.sub(r" +", " ", first)
    assert (
        "The mean 0 of 8 ✗ failed : name of mean-check-1 and 1 more Likely cause: the sum" in first
    )
    assert "A bug to mend 8 of 8 " in first
    assert first.count("✗") == 1
    assert "got 4" not in first
    for task in re.findall(r'href="#([\w-]+)"', text):
        assert f'id="{task}"' in text
    assert "mean-check-1 and" not in page(exercise, made(failed))
    rejected = page(exercise, made(failed, late, rejected="it is empty"))
    assert "Likely cause" not in rejected.partition("<section")[0], "the reason is said once, above"


def test_a_cell_that_was_ended_says_why(exercise):
    cells = [
        CellRecord("mean", (), ("timeout", "it ran out of time", "")),
        CellRecord("largest", (), ("error", "unpack requires 4 bytes", "struct.error: unpack")),
    ]
    text = page(exercise, made(cells=cells))
    assert ">it ran out of time</pre>" in text
    assert ">struct.error: unpack</pre>" in text


def test_hints_stand_where_something_was_lost(exercise):
    text = page(exercise, made(check("mean-hidden-1", "failed", 0.0, "Hint: length")))
    assert "<summary>Hint 3</summary>" in text
    assert "Then divide." in text
    assert "Try negative numbers." not in text, "that task is complete"
    assert "<summary>" not in page(exercise, made())


def test_nothing_but_what_may_be_shown(exercise):
    record = made(
        check("mean-hidden-1", "failed", 0.0, "Hint: length", output="THE INPUTS"),
        check("mean-check-1", "error", 0.0, "ZeroDivisionError", output="what I printed"),
        notes=("the code has _exit: worth a look", "mean was pasted 2 times"),
    )
    text = page(exercise, record)
    assert "ALL OF IT" not in text
    assert "THE INPUTS" not in text
    assert "what I printed" in text
    assert "worth a look" not in text
    assert "mean was pasted 2 times" in text


def test_a_persons_words_and_marks(exercise):
    by_hand = Mark(2.5, None, True, False, "Which <numbers>?")
    text = page(exercise, made(), penalty=1.5, mislead=by_hand)
    assert "17 of 20 points</strong> for ann, 1.5 taken off for being late." in text
    assert "Which &lt;numbers&gt;?" in text
    assert "2.5 of 4" in text
    assert "marked by a person" in text


def test_output_is_shown_as_text_and_pictures(exercise):
    nasty = "<script>alert(1)</script>\x1b[31mred\x1b[0m\x00"
    cells = [
        CellRecord(
            "mean",
            (
                {"output_type": "stream", "name": "stdout", "text": nasty},
                {
                    "output_type": "display_data",
                    "data": {"image/png": PIXEL + "\n"},
                    "metadata": {},
                },
                {
                    "output_type": "display_data",
                    "data": {"image/png": '" onerror="x', "text/plain": "<Figure>"},
                    "metadata": {},
                },
                {"output_type": "execute_result", "data": {"text/html": "<b>x"}, "metadata": {}},
            ),
        ),
        CellRecord("largest-own-1", (), ("ValueError", "bad", "Traceback\nValueError: bad")),
        CellRecord("averages-1-own-1", ({"output_type": "stream", "name": "s", "text": "mine"},)),
    ]
    text = page(exercise, made(cells=cells))
    assert "&lt;script&gt;alert(1)&lt;/script&gt;red" in text
    assert f'base64,{PIXEL}"' in text
    assert "&lt;Figure&gt;" in text
    assert "onerror" not in text
    assert "Traceback\nValueError: bad" in text
    assert text.index("mine") > text.index("Cells that you added")
    assert text.index("Traceback") < text.index("Cells that you added")


def test_too_much_is_cut(exercise):
    loud = {"output_type": "stream", "name": "stdout", "text": "x" * 300_000}
    text = page(exercise, made(cells=[CellRecord("mean", (loud,))]))
    assert len(text) < 40_000
    assert "[more was left out]" in text


def test_what_was_not_graded_says_why(exercise):
    lost = [
        check(name, "not_run", 0.0, "it is empty")
        for name in ("mean-check-1", "mean-hidden-1", "largest-check-1", "largest-hidden-1")
    ]
    record = made(*lost, check("mislead", "not_run", 0.0), rejected="it is empty")
    text = page(exercise, record)
    assert "Nothing could be graded: it is empty." in text
    assert "Hint" not in text


SPY = """
class Spy(list):
    pass
seen = []
def mean(numbers):
    print("given", numbers)
    seen.append(list(numbers))
    raise ValueError(f"I was given {numbers}")
"""


def test_a_submission_that_prints_its_inputs_learns_nothing(exercise, forked):
    import nbformat

    source = source_notebook(Path(__file__).with_name("averages.md"))
    text = nbformat.writes(source)
    answers = {
        "mean": SPY,
        "largest": "print('so far', seen)\ndef largest(n):\n    raise ValueError(str(seen))",
    }
    for cell in source.cells:
        cell.source = answers.get(cell.id, cell.source)
    bundle = Bundle("averages", text, {}, "none", "", "")
    found = grade_handed(Handed(nbformat.writes(source).encode()), bundle, forked)
    shown = page(exercise, found).partition("</style>")[2]
    assert found.checks[1].status == "error"
    assert "I was given [1.0, 3.0]" in shown, "that check is visible"
    for secret in ("8.0", "0.5", "1.5", "10 / 3", "BEGIN HIDDEN", "-7.5"):
        assert secret not in shown
    assert "it raises ValueError" in shown
