"""Setting up from a bare Python: every way it fails is one line with the cure."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import types
from pathlib import Path

import pytest

from course_lib.authoring import bootstrap

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "course_lib" / "authoring" / "bootstrap.py"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A checkout that holds just what the set-up reads."""
    script = tmp_path / "course_lib" / "authoring" / "bootstrap.py"
    script.parent.mkdir(parents=True)
    shutil.copy(SCRIPT, script)
    for name in ("pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def set_up(copy: Path, pip: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the set-up of ``copy`` with a stand-in for pip: the body of a shell script."""
    # `python -m venv` and the environment's `python -m pip` both go through this stand-in.
    fake = copy / "python"
    fake.write_text(
        f'#!/bin/sh\ncase "$2" in\n'
        f'venv) for last; do :; done; mkdir -p "$last/bin"; cp "{fake}" "$last/bin/python" ;;\n'
        f'pip) printf "%s\\n" "$@" > "{copy}/pip-arguments"; {pip} ;;\nesac\n'
    )
    fake.chmod(0o755)
    code = (
        f"import sys; sys.argv = ['bootstrap']; sys.executable = {str(fake)!r}\n"
        f"import runpy; runpy.run_path({str(copy / 'course_lib/authoring/bootstrap.py')!r}, "
        "run_name='__main__')"
    )
    return subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | environment, capture_output=True, text=True,
    )  # fmt: skip


def one_line(done: subprocess.CompletedProcess[str]) -> str:
    """Return the last line of a failed run, which must be the set-up's own."""
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    line = done.stderr.splitlines()[-1]
    assert line.startswith("setup: ")
    return line


def test_installs_once_with_the_pins(copy: Path) -> None:
    assert set_up(copy, "true").returncode == 0
    arguments = (copy / "pip-arguments").read_text().splitlines()
    assert arguments[arguments.index("-c") + 1] == str(copy / "constraints.txt")
    assert f"{copy}[docs,tests]" in arguments
    (copy / "pip-arguments").unlink()
    again = set_up(copy, "exit 1")
    assert again.returncode == 0
    assert not (copy / "pip-arguments").exists()
    assert again.stderr == ""


def test_a_changed_pin_installs_again(copy: Path) -> None:
    assert set_up(copy, "true").returncode == 0
    with (copy / "constraints.txt").open("a") as pins:
        pins.write("# changed\n")
    (copy / "pip-arguments").unlink()
    assert set_up(copy, "true").returncode == 0
    assert (copy / "pip-arguments").exists()


def test_a_failed_install_is_tried_again(copy: Path) -> None:
    assert set_up(copy, "exit 1").returncode == 1
    (copy / "pip-arguments").unlink()
    assert set_up(copy, "true").returncode == 0
    assert (copy / "pip-arguments").exists()


def test_torch_and_newest_versions_by_environment(copy: Path) -> None:
    assert set_up(copy, "true", TORCH="cpu", CONSTRAINTS="").returncode == 0
    arguments = (copy / "pip-arguments").read_text().splitlines()
    assert arguments[-2] == "--extra-index-url"
    assert arguments[-1].endswith("/whl/cpu")
    assert "-c" not in arguments


@pytest.mark.parametrize(
    ("pip_says", "person_reads"),
    [
        ("OSError: [Errno 28] No space left on device", "the disk is full"),
        ("NewConnectionError: Temporary failure in name resolution", "cannot be reached"),
        ("No matching distribution found for torch>=2.6", "no build of torch>=2.6 was found"),
        ("something new", "something new"),
    ],
)
def test_a_failing_pip_is_one_line(copy: Path, pip_says: str, person_reads: str) -> None:
    line = one_line(set_up(copy, f"echo '{pip_says}'; exit 1"))
    assert person_reads in line
    assert "pip.log" in line


def test_a_full_disk_is_said_before_installing(
    copy: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    full = types.SimpleNamespace(free=1024)
    monkeypatch.setattr(bootstrap.shutil, "disk_usage", lambda path: full)
    with pytest.raises(SystemExit):
        bootstrap.set_up(copy)
    assert re.match(r"setup: the disk of .* less than 6 GiB free", capsys.readouterr().err)
    assert not (copy / ".venv").exists()


def test_an_old_python_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bootstrap.sys, "version_info", (3, 8, 18))
    monkeypatch.setattr(bootstrap.shutil, "which", lambda name: None)
    with pytest.raises(SystemExit):
        bootstrap.newest_python()
    assert "Python 3.11 or newer is needed" in capsys.readouterr().err


def test_a_newer_python_beside_an_old_one_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap.sys, "version_info", (3, 8, 18))
    monkeypatch.setattr(bootstrap.shutil, "which", lambda name: f"/opt/{name}")
    dead_shim = "/opt/python3.13"
    monkeypatch.setattr(
        bootstrap.subprocess, "call", lambda command, **_: 127 if command[0] == dead_shim else 0
    )
    assert bootstrap.newest_python() == "/opt/python3.12"


def test_make_without_python_is_one_line() -> None:
    done = subprocess.run(
        ["make", "-C", ROOT, "setup", "PYTHON=python-that-is-not-there"],
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode != 0
    assert "setup: no python-that-is-not-there found" in done.stderr
