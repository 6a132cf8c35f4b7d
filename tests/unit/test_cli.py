"""The command line: every command is there, and what goes wrong outside the code is one line."""

from __future__ import annotations

import errno
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from course_lib import cli
from course_lib.authoring import system
from course_lib.grading.isolation import selftest
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
    names = set(cli.parser()._subparsers._group_actions[0].choices)  # type: ignore[union-attr]
    assert names >= {"book", "test", "lab", "exercises", "lessons", "bench", "gpu", "doctor"}
    assert names >= {"check", "submit", "collect", "grade", "extend", "export", "release"}
    for name in names:
        assert re.search(rf"^ +{name}\s+\S", text, re.MULTILINE), f"{name} has no words"


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


@pytest.mark.parametrize("required", [True, False])
def test_doctor_shows_the_sandboxs_walls_and_their_cures(
    required: bool,
    project: Project,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    secret: list[Path] = []

    def tried(paths: list[Path]) -> list[selftest.Finding]:
        secret.extend(paths)
        bad = selftest.Finding("there is no network", False, "1.1.1.1: so: do this", required)
        return [selftest.Finding("submissions run in bubblewrap", True), bad]

    monkeypatch.setattr(selftest, "self_test", tried)
    monkeypatch.setattr(system, "diagnose", lambda _project: [])
    assert cli.main(["doctor"]) == (1 if required else 0)
    text = capsys.readouterr().out
    assert "ok    submissions run in bubblewrap\n" in text
    assert "lack  there is no network: 1.1.1.1: so: do this\n" in text
    assert project.solutions in secret


def test_a_student_is_not_asked_for_a_sandbox(
    project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Project, "is_release", True)
    monkeypatch.setattr(system, "diagnose", lambda _project: [])
    assert cli.main(["doctor"]) == 0
    assert "sandbox" not in capsys.readouterr().out


def test_a_missing_browser_says_what_to_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSE_BROWSER", "/nowhere/chromium")
    monkeypatch.setattr(system.os, "geteuid", lambda: 1000)
    with pytest.raises(ProjectError, match="apt-get install chromium"):
        system.require_browser()


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """A Linux without bubblewrap whose programs are stand-ins; returns where they note calls."""

    def make(user: int, *programs: str, sudo: str = "exit 1") -> Path:
        log, folder = tmp_path / "log", tmp_path / "bin"
        folder.mkdir()
        log.touch()
        works = f'case "$*" in *install*) : > {folder}/bwrap; /bin/chmod +x {folder}/bwrap;; esac'
        for name in programs:
            body = works if name != "sudo" else sudo.format(folder=folder)
            path = folder / name
            path.write_text(f'#!/bin/sh\necho "{name} $*" >> {log}\n{body}\n')
            path.chmod(0o755)
        monkeypatch.setenv("PATH", str(folder))
        monkeypatch.setattr(system.sys, "platform", "linux")
        monkeypatch.setattr(system.os, "geteuid", lambda: user)
        return log

    return make


ASKED = ["apt-get update", "apt-get install --yes bubblewrap"]


def test_bubblewrap_is_installed_by_root(machine: Callable[..., Path]) -> None:
    log = machine(0, "apt-get")
    system.require_bubblewrap()
    assert log.read_text().splitlines() == ASKED
    system.require_bubblewrap()
    assert len(log.read_text().splitlines()) == 2, "it is there now"


def test_bubblewrap_is_installed_where_sudo_asks_nothing(machine: Callable[..., Path]) -> None:
    log = machine(1000, "apt-get", "sudo", sudo='shift; PATH={folder} "$@"; exit 0')
    system.require_bubblewrap()
    assert [line for line in log.read_text().splitlines() if line.startswith("apt")] == ASKED


@pytest.mark.parametrize(
    ("user", "programs", "says"),
    [
        (1000, ("apt-get", "sudo"), "sudo apt-get install bubblewrap"),
        (1000, ("apt-get",), "sudo apt-get install bubblewrap"),
        (1000, ("dnf", "sudo"), "sudo dnf install bubblewrap"),
        (0, (), "sudo apt-get install bubblewrap"),
    ],
)
def test_where_it_may_not_be_installed_the_line_is_said(
    user: int, programs: tuple[str, ...], says: str, machine: Callable[..., Path]
) -> None:
    log = machine(user, *programs)
    with pytest.raises(ProjectError, match=f"run `{says}`") as caught:
        system.require_bubblewrap()
    assert "\n" not in str(caught.value)
    assert "install" not in log.read_text(), "nobody was asked for a password"


def test_elsewhere_nothing_is_installed(
    machine: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    log = machine(0, "apt-get")
    monkeypatch.setattr(system.sys, "platform", "darwin")
    system.require_bubblewrap()
    assert log.read_text() == ""


def test_a_reader_that_leaves_early_is_no_error() -> None:
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-m", "course_lib.cli", "help"]
    done = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, text=True)
    os.close(write)
    assert (done.returncode, done.stderr) == (1, "")
