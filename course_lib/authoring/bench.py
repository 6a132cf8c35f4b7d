"""``course bench``: an environment that holds the peers, and the benchmarks run in it."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

from course_lib.authoring import bootstrap
from course_lib.project import Project

ROUNDS = 5
PEERS = "benchmarks/requirements.txt"
# A second thread gains nothing on networks as small as these, and on a busy machine it costs.
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what ``course bench`` can be told."""
    parser.add_argument("what", nargs="?", choices=("training", "startup", "grading"),
                        help="only the training loop, a notebook's start, or graders")  # fmt: skip
    parser.add_argument("--rounds", type=int, default=ROUNDS, metavar="N")
    parser.add_argument("--cases", metavar="mlp,cnn", help="only these networks")
    parser.add_argument("--peers", metavar="fit,skorch",
                        help="only these opponents, of the loop or of the grader")  # fmt: skip
    parser.add_argument("--record", action="store_true",
                        help="write the record although only a part was measured")  # fmt: skip


def run_benchmarks(project: Project, options: argparse.Namespace) -> int:
    """Set up the environment if need be, and run the benchmarks in it.

    Returns:
        The exit status of the benchmarks.
    """
    python = set_up_peers(project.root)
    command = [python, "-m", "benchmarks", *([options.what] if options.what else [])]
    command.append(f"--rounds={options.rounds}")
    command += [f"--{name}={value}" for name in ("cases", "peers")
                if (value := getattr(options, name))]  # fmt: skip
    command += ["--record"] if options.record else []
    environment = os.environ | ONE_THREAD
    return subprocess.run(command, cwd=project.root, env=environment).returncode


def set_up_peers(root: Path) -> str:
    """Make or renew ``.venv-benchmarks``; return the path of its Python.

    The course is installed with its pins, then every peer at its version. A peer that has no
    build for this Python is left out and named; the benchmarks tell that it is missing. Whatever
    else goes wrong (no network, a full disk) ends the command with one line.
    """
    venv = root / ".venv-benchmarks"
    wanted = bootstrap.fingerprint(root, bootstrap.newest_python(), PEERS)
    logs = bootstrap.begin(root, venv, wanted, "the benchmarks' peers")
    if logs is None:
        return bootstrap.python_of(venv)
    pip = bootstrap.pip_install(venv)
    bootstrap.run(pip + bootstrap.project(root), logs / "pip-benchmarks.log")
    peers = [*pip, "--no-deps"]
    log = logs / "pip-peers.log"
    problem = bootstrap.attempt([*peers, "-r", str(root / PEERS)], log)
    if problem and not problem.startswith(bootstrap.NO_BUILD):
        bootstrap.stop(problem)
    if problem:  # one of them: try each alone
        for line in (root / PEERS).read_text("utf-8").splitlines():
            if line and not line.startswith("#"):
                problem = bootstrap.attempt([*peers, line], log)
                if problem and not problem.startswith(bootstrap.NO_BUILD):
                    bootstrap.stop(problem)
                if problem:
                    sys.stderr.write(f"setup: {problem}\n")
    (venv / "made-from").write_text(wanted)
    return bootstrap.python_of(venv)
