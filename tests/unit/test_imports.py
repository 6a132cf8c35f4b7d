"""`import course_lib` is free, each module imports what it needs, and data flows one way."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import course_lib

PACKAGE = Path(course_lib.__file__).parent
HEAVY = {"IPython", "matplotlib", "numpy", "pandas", "scipy", "sklearn", "torch", "yaml"}

# Seconds that an import adds to what a first lesson needs anyway, on one core: torch and figures.
SECONDS = {
    "sklearn": 0.8,
    "torch._dynamo": 0.8,
    "torch.distributed.fsdp": 0.7,
    "scipy": 0.5,
    "pandas": 0.2,
    "sympy": 0.2,
}


def loaded_by(code: str) -> set[str]:
    """Return what running some lines loads beside course_lib, in a fresh Python."""
    # -S leaves out site and with it what .pth files import; the path is handed over instead.
    paths = [str(PACKAGE.parent), *(path for path in sys.path if "site-packages" in path)]
    before = f"import sys; sys.path += {paths}; old = set(sys.modules)"
    command = [sys.executable, "-S", "-c", f"{before}\n{code}\nprint(*set(sys.modules) - old)"]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    loaded = run.stdout.splitlines()[-1].split()
    return {name for name in loaded if not name.startswith("course_lib")}


def test_importing_the_package_loads_nothing() -> None:
    assert loaded_by("import course_lib") == set()


@pytest.mark.parametrize(
    ("module", "needs"),
    [
        ("page", set()),
        ("claims", {"yaml"}),
        ("figures", {"matplotlib", "numpy"}),
        ("data", {"numpy", "torch"}),
        ("training", {"numpy", "torch"}),
        ("autograd", {"numpy"}),
        ("files", set()),
    ],
)
def test_a_module_loads_what_it_needs_and_no_more(module: str, needs: set[str]) -> None:
    loaded = loaded_by(f"import course_lib.{module}")
    assert {name.split(".")[0] for name in loaded} & HEAVY == needs
    assert "matplotlib.pyplot" not in loaded


@pytest.mark.parametrize(
    "settings",
    [
        "",
        "optimizer='sgd'",
        "early_stopping=training.EarlyStopping()",
        "schedule=lambda optimizer: torch.optim.lr_scheduler.StepLR(optimizer, 1)",
    ],
)
def test_a_notebook_that_fits_and_plots_waits_for_nothing_slow(settings: str) -> None:
    loaded = loaded_by(
        f"""
import dataclasses
import torch
from course_lib import data, training
model, rows = torch.nn.Linear(4, 3), data.Part(torch.randn(90, 4), torch.arange(90) % 3)
parts = dict.fromkeys(("train", "validation", "test"), rows)
about = dict.fromkeys(field.name for field in dataclasses.fields(data.Split))
split = data.Split(**(about | parts | {{"name": "numbers"}}))
history = training.fit(model, split, epochs=2, {settings})
training.evaluate(model, split.test)
history.plot()"""
    )
    slow = {name: seconds for name, seconds in SECONDS.items() if name in loaded}
    assert not slow, f"{sum(slow.values()):.1f} s more to wait"
    assert {"torch", "matplotlib.figure"} <= loaded, "the notebook did not run"
    assert "matplotlib.pyplot" not in loaded


# What a part of course_lib may import of the others. Parts not named here are free.
MAY_IMPORT = {
    "page": set(),
    "claims": {"page"},
    "figures": {"page"},
    "data": {"files", "page"},
    "models": {"data"},
    "training": {"data", "models", "figures", "files", "page"},  # a history plots itself
    "parity": set(),
    "autograd": set(),
    "files": set(),
    "checks": {"compare"},
}
APART = {"data", "models", "autograd", "training", "parity", "figures"}


def imports_of(part: str) -> set[str]:
    """Return the parts of course_lib that a part names in an import, also inside functions."""
    folder = PACKAGE / part
    files = sorted(folder.rglob("*.py")) if folder.is_dir() else [PACKAGE / f"{part}.py"]
    names = set()
    for file in files:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{file}: import by full name"
                names |= {f"{node.module}.{alias.name}" for alias in node.names}
    inside = {name.split(".")[1] for name in names if name.startswith("course_lib.")}
    return inside - {part}


def parts() -> list[str]:
    return sorted(
        path.stem
        for path in PACKAGE.iterdir()
        if path.suffix == ".py" or (path.is_dir() and any(path.glob("*.py")))
    )


@pytest.mark.parametrize("part", sorted(set(MAY_IMPORT) & set(parts())))
def test_data_flows_one_way(part: str) -> None:
    assert imports_of(part) <= MAY_IMPORT[part]


@pytest.mark.parametrize("part", ["authoring", "grading"])
def test_authoring_and_grading_stand_apart(part: str) -> None:
    other = {"authoring": "grading", "grading": "authoring"}[part]
    assert imports_of(part) & (APART | {other}) == set()


GRADER = ("boundary", "isolation", "scoring", "coordinator", "classroom")


@pytest.mark.parametrize("folder", GRADER)
def test_the_graders_folders_import_one_way(folder: str) -> None:
    named = {
        match[1]
        for file in (PACKAGE / "grading" / folder).glob("*.py")
        for match in re.finditer(r"course_lib\.grading\.(\w+)", file.read_text("utf-8"))
    }
    assert named <= set(GRADER[: GRADER.index(folder) + 1])
