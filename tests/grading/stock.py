"""What stock nbgrader gives for the same bytes: on request, for it takes many seconds each.

    python tests/grading/stock.py [PATTERN...]

Each submission is graded by ``nbgrader autograde`` under stock configuration, in a course of its
own in which a neighbour was graded before it, and inside bubblewrap, for stock nbgrader has no
sandbox. What can't be seen under such conditions is left out (``UNSEEN``). The results go to
``book/records/stock.json``, which the page "How grading works" shows; with patterns, only those of
the submissions that match are replaced.
"""

from __future__ import annotations

import json
import platform
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
OUT = ROOT / "book" / "records" / "stock.json"
SECONDS = 300
UNSEEN = r"^network-|^notebook-bomb-2-GB"
"""Students whose work shows nothing here: no network to reach; two gigabytes to copy."""
NEIGHBOUR = "a-neighbour"
_EACH = 2
_VERSIONS = ("nbgrader", "nbconvert", "nbclient", "ipykernel")
_SCORE = """
select sum(coalesce(grade.manual_score, grade.auto_score, 0) + coalesce(grade.extra_credit, 0))
from grade join submitted_notebook on grade.notebook_id = submitted_notebook.id
join submitted_assignment on submitted_notebook.assignment_id = submitted_assignment.id
where submitted_assignment.student_id = ? and grade.auto_score is not null
"""


def confined(folder: Path, command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder with the rest of the machine read-only, and without network.

    Raises:
        subprocess.TimeoutExpired: it did not end; it was ended.
    """
    words = ["bwrap", "--unshare-all", "--die-with-parent", "--new-session", "--ro-bind", "/", "/"]
    words += ["--dev", "/dev", "--proc", "/proc", "--tmpfs", "/tmp"]  # noqa: S108 -- its own
    for shown in {sys.prefix, sys.base_prefix, str(ROOT)}:
        words += ["--ro-bind", shown, shown]
    words += ["--bind", str(folder.parent), str(folder.parent), "--chdir", str(folder)]
    variables = {
        "HOME": str(folder.parent / "home"),
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
        "PYTHONPATH": str(ROOT),
        "OMP_NUM_THREADS": "1",
    }
    for name, value in variables.items():
        words += ["--setenv", name, value]
    limits = ["prlimit", f"--data={3 << 30}", f"--fsize={1 << 30}", "--cpu=200"]
    return subprocess.run(
        [*words, *limits, *command], capture_output=True, timeout=SECONDS, check=False,
        text=True, errors="replace",
    )  # fmt: skip


def nbgrader(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run one of nbgrader's commands."""
    return confined(folder, [sys.executable, "-m", "nbgrader", *words])


def score(folder: Path, student: str) -> float | None:
    """Return what the gradebook of a course holds, None where it holds nothing."""
    with closing(sqlite3.connect(folder / "gradebook.db")) as book:
        found: float | None = book.execute(_SCORE, (student,)).fetchone()[0]
    return found


def graded_whole(folder: Path, student: str, slug: str) -> bool:
    """Tell whether a submission came out at the other end."""
    there = folder / "autograded" / student / slug / f"{slug}.ipynb"
    return there.is_file() and score(folder, student) is not None


def outcome(folder: Path, student: str, slug: str, most: float, kind: str) -> str:
    """Have stock nbgrader grade what a student handed in; return what came of it in words."""
    right = score(folder, NEIGHBOUR)
    try:
        done = nbgrader(folder, "autograde", slug, "--student", student)
    except subprocess.TimeoutExpired:
        return f"still running after {SECONDS} s"
    changed = score(folder, NEIGHBOUR) != right
    if done.returncode or not graded_whole(folder, student, slug):
        told = "submission lost" + ("" if survives(folder, slug) else ", and the class stops there")
    else:
        told = f"{score(folder, student):g}/{most:g}"
        if kind == "read" and tells_secrets(folder, student, slug):
            told += ", and secrets in its output"
    return told + (", and a neighbour's marks changed" if changed else "")


def survives(folder: Path, slug: str) -> bool:
    """Tell whether a student who comes after a lost submission is graded in the same run."""
    (folder / "submitted" / NEIGHBOUR).rename(folder / "submitted" / f"z{NEIGHBOUR}")
    try:
        nbgrader(folder, "autograde", slug)
    except subprocess.TimeoutExpired:
        return False
    return graded_whole(folder, f"z{NEIGHBOUR}", slug)


def tells_secrets(folder: Path, student: str, slug: str) -> bool:
    """Tell whether what a cell printed holds what only graders may know."""
    from submissions import SECRETS

    path = folder / "autograded" / student / slug / f"{slug}.ipynb"
    cells = json.loads(path.read_text("utf-8"))["cells"]
    outputs = (output for cell in cells for output in cell.get("outputs", ()))
    text = json.dumps([one for one in outputs if one["output_type"] != "error"])
    return any(secret in text for secret in ("LEAK", *SECRETS))


def graded(patterns: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield the students whose work was graded, each with stock nbgrader's result."""
    from submissions import POINTS, SLUG, VARIANTS, Everyday
    from submissions.table import KINDS
    from submissions.variant import Variant

    from course_lib.authoring.exercises import source_notebooks

    class There(Everyday):
        """Students hand in to another course than the one that knows the solutions."""

        def folder(self, student: str) -> Path:
            return stock / "submitted" / student / SLUG

    with tempfile.TemporaryDirectory() as scratch:
        ours, fresh, stock = (Path(scratch) / name for name in ("ours", "fresh", "stock"))
        (Path(scratch) / "home").mkdir()
        course = There(ours)
        course.tokens |= {"@PORT@": "9", "@ROOT@": str(stock)}
        (source,) = source_notebooks(course.project)
        (stock / "source" / SLUG).mkdir(parents=True)
        shutil.copy(source, stock / "source" / SLUG / f"{SLUG}.ipynb")
        Variant("right", NEIGHBOUR.removeprefix("right-")).hand_in(course)
        (stock / "submitted" / f"right-{NEIGHBOUR}").rename(stock / "submitted" / NEIGHBOUR)
        for words in (("generate_assignment", SLUG), ("autograde", SLUG)):
            done = nbgrader(stock, *words)
            if done.returncode:
                raise RuntimeError(done.stderr[-2000:])
        stock.rename(fresh)
        for one in chosen(VARIANTS, patterns):
            shutil.copytree(fresh, stock)
            one.hand_in(course)
            kind = KINDS.get(one.row, "")
            yield one.student, outcome(stock, one.student, SLUG, sum(POINTS.values()), kind)
            shutil.rmtree(stock)


def chosen(variants: Sequence[Any], patterns: Sequence[str]) -> list[Any]:
    """Return the submissions that match a pattern; without any, two of each row of the table."""
    if patterns:
        return [one for one in variants if any(re.search(text, one.student) for text in patterns)]
    seen = [one for one in variants if not one.extra and not re.search(UNSEEN, one.student)]
    of_row: dict[str, list[Any]] = {}
    for one in seen:
        of_row.setdefault(one.row, []).append(one)
    return [one for some in of_row.values() for one in some[:_EACH]]


def main(*patterns: str) -> None:
    """Grade, print and keep."""
    found: dict[str, str] = {}
    if patterns and OUT.is_file():
        found = json.loads(OUT.read_text("utf-8"))["found"]
    versions = {"Python": platform.python_version()} | {name: version(name) for name in _VERSIONS}
    for student, told in graded(patterns):
        found[student] = told
        sys.stdout.write(f"{student}: {told}\n")
        sys.stdout.flush()
        date = datetime.now(UTC).date().isoformat()
        record = {"date": date, "versions": versions, "found": dict(sorted(found.items()))}
        OUT.write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    sys.path.append(str(HERE))
    main(*sys.argv[1:])
