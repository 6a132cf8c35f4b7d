"""The files that greet a class: what to install, what to open, how to hand in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

CONFIG = '''"""nbgrader's configuration for students: Validate and submit read it in this folder."""

from pathlib import Path

c = get_config()  # noqa: F821
root = Path(__file__).resolve().parent

c.CourseDirectory.course_id = "{course}"
c.CourseDirectory.root = str(root)
c.Exchange.assignment_dir = str(root / "exercises")
c.Execute.timeout = 60
c.Execute.extra_arguments = [
    "--IPKernelApp.exec_lines=import sys; sys.stderr = sys.stdout",
    "--IPKernelApp.log_level=ERROR",
]
'''

_README = """# Shallow to Deep

The book is in `book/`: open `book/index.html` in a browser. Its chapters as notebooks are in
`book/notebooks/`, what you hand in is in `exercises/`.

## Once

You need Python 3.11 or newer. In this folder, on Linux and macOS:

    python3 -m venv .venv
    .venv/bin/pip install -c constraints.txt {wheel}

On Windows:

    py -m venv .venv
    .venv\\Scripts\\pip install -c constraints.txt {wheel}

That is about 2 GB. Without a GPU, add `--extra-index-url https://download.pytorch.org/whl/cpu`
for a much smaller PyTorch. On Windows, write `.venv\\Scripts\\` for `.venv/bin/` below.

## Each time

    .venv/bin/jupyter lab                    # open exercises/, answer in the notebook
    .venv/bin/course check {first}     # what the checks say, here; --hint 1 helps
    .venv/bin/course submit {first}    # hand in, or make the zip to hand in

A cell that begins `# runs when you submit` holds a check that only the grader sees. It asks for
nothing that the task does not say.

## Exercises

{exercises}
"""


def readme(titles: Mapping[str, str], wheel: str, solutions: Sequence[str]) -> str:
    """Return the README of a release.

    Args:
        titles: of the exercises, by slug.
        wheel: the library's file name.
        solutions: slugs of the exercises whose solutions are in ``solutions/``.
    """
    lines = [
        f"- [{title}](exercises/{slug}/{slug}.ipynb)"
        + (f", [solution](solutions/{slug}.ipynb)" if slug in solutions else "")
        for slug, title in titles.items()
    ]
    first = next(iter(titles), "<exercise>")
    return _README.format(wheel=wheel, first=first, exercises="\n".join(lines))
