"""A file appears whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from course_lib.files import whole, write_whole


def test_the_file_appears_with_its_folders(tmp_path: Path) -> None:
    path = tmp_path / "new" / "deep" / "page.txt"
    write_whole(path, "größer\n")
    assert path.read_text(encoding="utf-8") == "größer\n"
    assert [entry.name for entry in path.parent.iterdir()] == ["page.txt"]


def test_an_error_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "page.txt"
    path.write_text("old")

    def interrupted() -> None:
        with whole(path) as part:
            part.write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        interrupted()
    assert path.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["page.txt"]


def test_until_the_end_the_old_file_stands(tmp_path: Path) -> None:
    path = tmp_path / "page.txt"
    path.write_text("old")
    with whole(path) as part:
        part.write_text("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"


def test_two_writers_do_not_meet(tmp_path: Path) -> None:
    path = tmp_path / "page.txt"
    with whole(path) as first, whole(path) as second:
        assert first != second
        first.write_text("first")
        second.write_text("second")
    assert path.read_text() == "first"  # the block that ends last
