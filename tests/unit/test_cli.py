"""The command line: every command is there, and what goes wrong outside the code is one line."""

from __future__ import annotations

import errno
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from course_lib import cli
from course_lib.authoring import system
from course_lib.project import Project, ProjectError


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """An empty course, and the current folder below it."""
    (tmp_path / "_config.yml").touch()
    (tmp_path / "book" / "networks").mkdir(parents=True)
    (tmp_path / "book" / "_toc.yml").touch()
    monkeypatch.chdir(tmp_path / "book" / "networks")
    return Project(tmp_path)


def test_the_project_is_found_from_below(project: Project) -> None:
    assert Project.find() == project


def test_outside_a_clone_the_cure_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.main(["doctor"]) == 1
    assert "change into your clone" in capsys.readouterr().err


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["help"]) == 0
    text = capsys.readouterr().out
    for name in ("book", "test", "lab", "exercises", "check", "grade", "lessons", "bench", "gpu"):
        assert re.search(rf"^ +{name}\s", text, re.MULTILINE)


@pytest.mark.parametrize(
    ("error", "status", "says"),
    [
        (ProjectError("no such exercise: try neuron"), 1, "course doctor: no such exercise"),
        (OSError(errno.ENOSPC, "No space left on device"), 1, "the disk is full"),
        (KeyboardInterrupt(), 130, "stopped"),
    ],
)
def test_failures_are_one_line(
    error: BaseException,
    status: int,
    says: str,
    project: Project,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail(_project: Project) -> list[system.Finding]:
        raise error

    monkeypatch.setattr(system, "diagnose", fail)
    assert cli.main(["doctor"]) == status
    captured = capsys.readouterr().err
    assert says in captured
    assert len(captured.strip().splitlines()) == 1


def test_doctor_shows_what_is_lacking(
    project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(system, "find_browser", lambda: None)
    monkeypatch.setattr(system, "_devices", lambda: system.Finding("PyTorch", True, "CPU only"))
    assert cli.main(["doctor"]) == 1
    text = capsys.readouterr().out
    assert "lack  browser" in text
    assert "apt-get install chromium" in text
    assert "ok    Python" in text


def test_a_missing_browser_says_what_to_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSE_BROWSER", "/nowhere/chromium")
    monkeypatch.setattr(system.os, "geteuid", lambda: 1000)
    with pytest.raises(ProjectError, match="apt-get install chromium"):
        system.require_browser()


def test_a_reader_that_leaves_early_is_no_error() -> None:
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-m", "course_lib.cli", "help"]
    done = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, text=True)
    os.close(write)
    assert (done.returncode, done.stderr) == (1, "")
