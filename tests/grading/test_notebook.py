"""Files that should have been notebooks: each is one line, with the place and the cure."""

from __future__ import annotations

import json

import pytest

from course_lib.grading import notebook
from course_lib.grading.notebook import load
from course_lib.project import ProjectError

CELL = {"cell_type": "code", "id": "a", "metadata": {}, "source": ["x = 1\n", "y"], "outputs": []}
GOOD = json.dumps({"cells": [CELL], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1)
DEEP: dict = {}
for _ in range(100):
    DEEP = {"a": DEEP}

BAD = {
    "empty": (b"", "is empty"),
    "blank": (b" \n ", "is empty"),
    "utf-16": (GOOD.encode("utf-16"), "UTF-16 from its first line on: save it as UTF-8"),
    "latin-1": (GOOD.replace("y", "é").encode("latin-1"), "not UTF-8 in line 4"),
    "bom": (b"\xef\xbb\xbf" + GOOD.encode(), "begins, in line 1, with a byte order mark"),
    "conflict": (
        GOOD.replace('\n "cells"', '\n<<<<<<< HEAD\n "cells"').encode(),
        "merge-conflict markers, the first in line 2",
    ),
    "cut off": (GOOD[:60].encode(), "is no JSON"),
    "not json": (b"import numpy", "line 1 is no JSON"),
    "nested": (b"[" * 200_000, "nested too deeply"),
    "a list": (b"[]", "no list of cells"),
    "version 3": (b'{"worksheets": [], "nbformat": 3}', "no list of cells"),
    "a cell that is none": (b'{"cells": [1], "metadata": {}}', "cell 1 is malformed"),
    "a source that is none": (
        json.dumps({"cells": [CELL, CELL | {"source": 3}]}).encode(),
        "cell 2 is malformed",
    ),
    "deep metadata": (
        json.dumps({"cells": [CELL | {"metadata": DEEP}]}).encode(),
        "cell 1 is malformed",
    ),
}


def test_a_notebook_is_read(tmp_path):
    path = tmp_path / "a.ipynb"
    path.write_text(GOOD)
    assert load(path).cells[0].source == "x = 1\ny"


@pytest.mark.parametrize("fault", BAD)
def test_what_cannot_be_read_is_said_in_one_line(tmp_path, fault):
    content, says = BAD[fault]
    path = tmp_path / "a.ipynb"
    path.write_bytes(content)
    with pytest.raises(ProjectError) as caught:
        load(path)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "a.ipynb" in str(caught.value)


def test_a_huge_file_is_refused_before_it_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(notebook, "MAX_BYTES", 10)
    path = tmp_path / "a.ipynb"
    path.write_text(GOOD)
    with pytest.raises(ProjectError, match="clear its outputs"):
        load(path)


def test_a_missing_file(tmp_path):
    with pytest.raises(ProjectError, match=r"a\.ipynb is missing"):
        load(tmp_path / "a.ipynb")
