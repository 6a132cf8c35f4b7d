"""What an exercise is: read from its cells."""

from __future__ import annotations

import nbformat

from course_lib.exercise import parse


def test_a_comment_in_a_fenced_example_is_no_heading() -> None:
    new = nbformat.v4
    statement = "## 1 · Add\n\nTry it:\n\n```python\n# two and two\nadd(2, 2)\n```\n\nThen go on."
    cells = [
        new.new_markdown_cell("```\n# not this\n```\n\n# Sums"),
        new.new_markdown_cell(statement),
        new.new_code_cell(
            "def add(a, b): ...", metadata={"nbgrader": {"grade_id": "add", "solution": True}}
        ),
    ]
    exercise = parse("sums", cells)
    assert exercise.title == "Sums"
    assert [task.title for task in exercise.tasks] == ["1 · Add"]
