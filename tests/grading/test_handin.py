"""Handing in: a zip that holds the notebook alone, or nbgrader's exchange where there is one."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from small_course import RIGHT, SLUG, Course, cell, isolation

from course_lib import cli
from course_lib.authoring.lab import prepare
from course_lib.grading.classroom.collect import collect
from course_lib.grading.classroom.handin import exchange_has, submit
from course_lib.grading.classroom.roster import Roster
from course_lib.grading.coordinator.batch import grade
from course_lib.project import ProjectError


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Course:
    return Course(tmp_path_factory.mktemp("handin") / "course")


@pytest.fixture
def answered(course):
    """The notebook with all answers, and what running it left; as handed out again after."""
    clean = course.handed_out.read_bytes()
    notebook = course.notebook(RIGHT)
    one = cell(notebook, "mean")
    one["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "/home/ada/secret"}]
    one["execution_count"] = 3
    notebook["metadata"]["widgets"] = {"state": "/home/ada"}
    course.handed_out.write_text(json.dumps(notebook), "utf-8")
    yield course.project
    course.handed_out.write_bytes(clean)


def test_a_zip_holds_the_notebook_alone(answered):
    receipt = submit(answered, SLUG, name="Ada Lovelace", check=False)
    assert receipt.path == answered.root / "handin" / f"{SLUG}-Ada-Lovelace.zip"
    assert receipt.digest == hashlib.sha256(receipt.path.read_bytes()).hexdigest()
    with zipfile.ZipFile(receipt.path) as archive:
        assert archive.namelist() == [f"{SLUG}.ipynb"]
        text = archive.read(f"{SLUG}.ipynb").decode()
    assert "/home/ada" not in text
    assert cell(json.loads(text), "mean")["source"] == RIGHT["mean"]
    kept = receipt.path.with_suffix(".receipt.txt").read_text("utf-8")
    assert receipt.digest in kept
    assert "your answers to 3 of 3 tasks\n" in kept
    assert "/home/ada/secret" in (answered.exercises / SLUG / f"{SLUG}.ipynb").read_text("utf-8")


def test_the_screen_says_what_passes_now(answered, course):
    notebook = course.notebook(RIGHT | {"mean": "def mean(numbers):\n    return sum(numbers)"})
    course.handed_out.write_text(json.dumps(notebook), "utf-8")
    said = str(submit(answered, SLUG, name="ada")).splitlines()
    assert "1 of 2 checks that run here pass, 4 of their 8 points" in said
    assert "  failed: the mean of two numbers lies half-way" in said
    assert "Not handed in yet" in said[-1]
    assert len(said) < 24


def test_an_untouched_notebook_is_said_to_be_one(course):
    said = str(submit(course.project, SLUG, name="ada", check=False))
    assert "your answers to 0 of 3 tasks: none is written yet" in said


def test_what_was_packed_is_what_is_collected(answered, tmp_path):
    for name in ("ada", "emmy"):
        receipt = submit(answered, SLUG, name=name, check=False)
        (tmp_path / receipt.path.name).write_bytes(receipt.path.read_bytes())
    found = collect(answered, tmp_path, Roster())
    assert found.new == ["ada", "emmy"]
    grader = answered.root / "submitted" / "ada" / SLUG / f"{SLUG}.ipynb"
    assert cell(json.loads(grader.read_text("utf-8")), "mean")["source"] == RIGHT["mean"]


@pytest.mark.skipif(os.name == "nt", reason="nbgrader has no exchange there")
def test_an_exchange_is_used_where_there_is_one(tmp_path, monkeypatch):
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path / "none"))
    project = Course(tmp_path / "course").project
    assert not exchange_has(project, SLUG)
    prepare(project)
    assert exchange_has(project, SLUG)
    assert not exchange_has(project, "quantum")
    receipt = submit(project, SLUG, check=False)
    assert receipt.path is None
    assert "handed in" in str(receipt)
    inbound = project.root / "exchange" / "shallow-to-deep" / "inbound"
    [found] = inbound.glob(f"*/{SLUG}.ipynb")
    assert found.read_bytes() == (project.exercises / SLUG / f"{SLUG}.ipynb").read_bytes()
    assert submit(project, SLUG, name="ada", as_zip=True, check=False).path
    inbound.rename(inbound.with_name("gone"))
    assert not exchange_has(project, SLUG)


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="nbgrader has no exchange there")
def test_feedback_goes_back_through_the_exchange(tmp_path, monkeypatch):
    """Handed in, collected, graded, released, fetched, each by the guide's command."""
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path / "none"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))  # where nbgrader keeps a student's copies
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    course = Course(tmp_path / "course")
    project = course.project
    prepare(project)
    course.handed_out.write_text(json.dumps(course.notebook(RIGHT)), "utf-8")
    submit(project, SLUG, check=False)

    def nbgrader(*arguments):
        command = [sys.executable, "-m", "nbgrader", *arguments, SLUG]
        done = subprocess.run(command, cwd=project.root, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr

    nbgrader("collect")
    grade(project, isolation=isolation())
    [page] = project.root.glob(f"feedback/*/{SLUG}/{SLUG}.html")
    nbgrader("release_feedback")
    nbgrader("fetch_feedback")
    [fetched] = project.exercises.glob(f"{SLUG}/feedback/*/{SLUG}.html")
    assert fetched.read_bytes() == page.read_bytes()
    nbgrader("generate_feedback", "--force")  # as formgrader's button does
    assert page.read_bytes() == fetched.read_bytes()
    assert (page.parent / "submission_secret.txt").is_file(), "it could be released again"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"{", "is not a notebook"),
        (b'{"cells": []}', "has lost its checks"),
        (None, "is missing"),
    ],
)
def test_bad_input_is_one_line(content, says, course, monkeypatch, capsys):
    clean = course.handed_out.read_bytes()
    monkeypatch.chdir(course.project.root)
    course.handed_out.unlink()
    if content is not None:
        course.handed_out.write_bytes(content)
    try:
        assert cli.main(["submit", SLUG]) == 1
    finally:
        course.handed_out.write_bytes(clean)
    error = capsys.readouterr().err
    assert says in error
    assert error.count("\n") == 1


@pytest.mark.parametrize(
    ("slug", "name"), [("quantum", "ada"), ("../submitted", "ada"), (SLUG, "...")]
)
def test_no_name_leads_out_of_the_folder(slug, name, course):
    with pytest.raises(ProjectError, match=r"no exercise|no name"):
        submit(course.project, slug, name=name, check=False)
