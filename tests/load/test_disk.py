"""A full disk stops grading with one line; once there is room it goes on where it was.

python tests/load/test_disk.py FOLDER    what runs where FOLDER is a small file system
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NUMBER = 4  # nobody hostile yet: this one runs without isolation
SIZE = 40 << 20
# Root makes a mount of its own; anybody else is root in a namespace of their own.
MOUNT = ["unshare", "--mount", *(() if os.geteuid() == 0 else ("--user", "--map-root-user"))]
INSIDE = 'mount -t tmpfs -o size="$1" tmpfs "$2" && exec "$3" "$4" "$2"'


def alone(*words: str) -> list[str]:
    """Return a command in a mount namespace of its own."""
    return [*MOUNT, "sh", "-ec", INSIDE, "sh", str(SIZE), *words]


@pytest.mark.slow
def test_a_full_disk_costs_nobody_a_mark(tmp_path):
    probe = alone(str(tmp_path), "true", "")
    if not shutil.which("unshare") or subprocess.run(probe, capture_output=True).returncode:
        pytest.skip("no file system can be mounted here")
    done = subprocess.run(
        alone(str(tmp_path), sys.executable, __file__),
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("free some space") >= 2, done.stdout


def main(folder: Path) -> None:
    """Grade while less and less is free, then with room, and compare with a class in peace."""
    sys.path += [str(ROOT / "tests" / "grading"), str(ROOT / "tests" / "load")]
    from klass import hand_in
    from small_course import Course
    from test_load import no_leftovers, state

    quiet, full = Course(folder / "quiet"), Course(folder / "full")
    for course in (quiet, full):
        students = hand_in(course, NUMBER)
    assert grade(quiet)[0] == 0
    ballast, said = folder / "ballast", []
    for free in (0, 200_000, 500_000):
        fill(ballast, free)
        status, trouble = grade(full)
        said.append(f"{free}: {status} {trouble}")
        ballast.unlink()
        if status:
            assert trouble.count("\n") == 1, trouble
            assert "free some space" in trouble, trouble
    sys.stdout.write("\n".join(said))
    assert grade(full) == (0, "")
    no_leftovers(full, students)
    assert state(full) == state(quiet)
    assert not [*folder.rglob("*.part")]


def grade(course) -> tuple[int, str]:
    """Run the command; return its status and what it says on stderr."""
    command = [sys.executable, "-m", "course_lib.cli", "grade", "--isolation", "none"]
    done = subprocess.run(
        [*command, "--workers", "1"], cwd=course.project.root, capture_output=True, text=True
    )
    return done.returncode, done.stderr


def fill(path: Path, free: int) -> None:
    """Write a file that leaves so many bytes of its file system."""
    room = os.statvfs(path.parent)
    with path.open("wb") as file:
        file.write(b"x" * max(0, room.f_bavail * room.f_frsize - free))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
