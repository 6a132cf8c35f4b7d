"""Files that should have been notebooks: each is one line, with the place and the cure."""

from __future__ import annotations

import json

import pytest

from course_lib.grading.scoring import notebook
from course_lib.grading.scoring.notebook import load
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
    "deep metadata": (
        json.dumps({"cells": [CELL | {"metadata": DEEP}]}).encode(),
        "nested too deeply",
    ),
}


def test_a_notebook_is_read(tmp_path):
    path = tmp_path / "a.ipynb"
    path.write_text(GOOD)
    assert load(path).cells[0].source == "x = 1\ny"


def test_only_cells_count_as_cells(tmp_path):
    path = tmp_path / "a.ipynb"
    odd = {"cells": [{"cell_type": "code"}] * 3000, "x": '"cell_type": "code", "cells": [{'}
    metadata = CELL | {"metadata": odd, "source": '"cell_type"' * 3000}
    path.write_text(json.dumps({"metadata": odd | {"a": [{}] * 3000}, "cells": [metadata] * 3}))
    assert len(load(path).cells) == 3


def read(cells, **whole):
    return notebook.loads("a.ipynb", json.dumps({"cells": cells} | whole).encode())


def test_what_is_no_cell_is_left_out_and_named():
    found = read([CELL, 1, CELL | {"source": 3}, None, CELL | {"source": [7]}, CELL])
    assert [cell.source for cell in found.cells] == ["x = 1\ny", "x = 1\ny"]
    assert found.metadata.notes == ["what stands as cell 2, 3, 4, 5 is no cell: it was left out"]


@pytest.mark.parametrize("odd", [{"metadata": None}, {"metadata": []}, {"metadata": {"tags": {}}}])
def test_odd_metadata_costs_nothing(odd):
    assert read([CELL | odd]).cells == read([CELL]).cells


def test_a_cell_of_another_kind_keeps_its_text():
    (found,) = read([CELL | {"cell_type": "heading"}]).cells
    assert (found.cell_type, found.source) == ("raw", "x = 1\ny")
    assert read([CELL | {"source": None}]).cells[0].source == ""


def test_lines_without_their_ends_are_lines():
    assert read([CELL | {"source": ["x = 1", "y"]}]).cells[0].source == "x = 1\ny"


def test_version_3_is_read():
    old = {"cell_type": "code", "language": "python", "input": ["x = 1\n", "y"], "outputs": []}
    sheets = [{"cells": [old]}, {"cells": [CELL]}, "none"]
    found = notebook.loads("a.ipynb", json.dumps({"worksheets": sheets, "nbformat": 3}).encode())
    assert [(cell.cell_type, cell.source) for cell in found.cells] == [("code", "x = 1\ny")] * 2


@pytest.mark.parametrize("tags", [["raises-exception"], [], None, "raises-exception", [1]])
def test_tags_are_kept_where_they_are_tags(tmp_path, tags):
    path = tmp_path / "a.ipynb"
    path.write_text(json.dumps({"cells": [CELL | {"metadata": {"tags": tags}}]}))
    found = load(path).cells[0].metadata
    assert found == ({"tags": tags} if tags == ["raises-exception"] else {})


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
