"""Start-up: how long a notebook takes that imports torch, trains a network and draws its losses.

Each notebook runs in a Python of its own, from starting the kernel until it has ended. The first
round, which reads the libraries from the disk, is not counted.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from typing import Any

import nbformat
from nbclient import NotebookClient

GOAL = 3.0  # seconds

# What a first lesson does, one step a line, in the order in which a reader meets it.
STEPS = {
    "import torch": "import torch",
    "import course_lib": "from torch import nn\nfrom course_lib import data, figures, training",
    "rows of numbers": "X = torch.randn(1078, 64)\nrows = X, (X @ torch.randn(64, 10)).argmax(1)",
    "a network": "model = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))",
    "training.fit, 20 epochs": "history = training.fit(model, rows, epochs=20)",
    "history.plot()": "history.plot()",
}
FITS = "imports torch, fits, plots"
NOTEBOOKS = {
    "is empty": [],
    "imports torch": ["import torch"],
    FITS: list(STEPS.values()),
    # scikit-learn reads these rows and splits them; importing it is the difference.
    "does so with data.digits()": list(
        (STEPS | {"rows of numbers": "rows = data.digits()"}).values()
    ),
}


def measure(rounds: int = 7) -> dict[str, Any]:
    """Run the notebooks in turn, and the steps in plain Python; return what each round took.

    Returns:
        ``goal`` in seconds for the notebook ``fits``; ``notebooks``, name to rounds, each with
        ``seconds`` on the clock and ``cpu`` seconds of the kernel; ``steps``, name to the seconds
        of each round.
    """
    notebooks: dict[str, list[dict[str, float]]] = {name: [] for name in NOTEBOOKS}
    steps: dict[str, list[float]] = {}
    for turn in range(rounds + 1):
        taken = {name: _notebook(cells) for name, cells in NOTEBOOKS.items()}
        in_python = _steps()
        if turn:
            for name, figures in taken.items():
                notebooks[name].append(figures)
            for name, seconds in in_python.items():
                steps.setdefault(name, []).append(seconds)
    return {"goal": GOAL, "fits": FITS, "notebooks": notebooks, "steps": steps}


def _notebook(cells: list[str]) -> dict[str, float]:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    before, start = os.times(), time.perf_counter()
    quiet = ["--IPKernelApp.log_level=ERROR"]  # it warns of its own sockets
    NotebookClient(notebook, kernel_name="python3", extra_arguments=quiet).execute()
    seconds, after = time.perf_counter() - start, os.times()
    used = after.children_user + after.children_system
    return {"seconds": seconds, "cpu": used - before.children_user - before.children_system}


def _steps() -> dict[str, float]:
    """Return the seconds of each step in a plain Python, and of its start and end."""
    lines = [
        "import json, sys, time",
        "steps, last = {}, time.perf_counter()",
        *(
            f"{code}\nsteps[{name!r}] = time.perf_counter() - last; last = time.perf_counter()"
            for name, code in STEPS.items()
        ),
        "sys.stderr.write(json.dumps(steps))",
    ]
    start = time.perf_counter()
    command = [sys.executable, "-c", "\n".join(lines)]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    seconds = time.perf_counter() - start
    steps: dict[str, float] = json.loads(run.stderr.splitlines()[-1])
    return {**steps, "starting and ending Python": seconds - sum(steps.values())}


def render(found: dict[str, Any]) -> str:
    """Return the measurement as a table in Markdown, the goal below it."""
    lines = ["| A notebook that … | seconds | quartiles | of the processor |", "|---|---|---|---|"]
    for name, rounds in found["notebooks"].items():
        seconds = [figures["seconds"] for figures in rounds]
        low, middle, high = statistics.quantiles(seconds, n=4, method="inclusive")
        cpu = statistics.median(figures["cpu"] for figures in rounds)
        lines.append(f"| {name} | {middle:.2f} | {low:.2f} to {high:.2f} | {cpu:.2f} |")
    middle = statistics.median(figures["seconds"] for figures in found["notebooks"][FITS])
    verdict = "met" if middle <= found["goal"] else "missed"
    lines += ["", f"Goal where it {FITS}: {found['goal']:.1f} seconds, {verdict}.", ""]
    lines += ["| Step, in plain Python | seconds |", "|---|---|"]
    for name, seconds in found["steps"].items():
        lines.append(f"| {name} | {statistics.median(seconds):.2f} |")
    return "\n".join(lines)
