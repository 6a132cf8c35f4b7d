"""`import course_lib` is free, each module imports what it needs, and data flows one way."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import course_lib

PACKAGE = Path(course_lib.__file__).parent
HEAVY = {"IPython", "matplotlib", "numpy", "pandas", "scipy", "sklearn", "torch", "yaml"}


def loaded_by(module: str) -> set[str]:
    """Return what importing a module loads beside course_lib, in a fresh Python."""
    code = f"import sys; old = set(sys.modules); import {module}; print(*set(sys.modules) - old)"
    # -S leaves out site and with it what .pth files import; the path is handed over instead.
    paths = [str(PACKAGE.parent), *(path for path in sys.path if "site-packages" in path)]
    command = [sys.executable, "-S", "-c", f"import sys; sys.path += {paths}; {code}"]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    return {name for name in run.stdout.split() if not name.startswith("course_lib")}


def test_importing_the_package_loads_nothing() -> None:
    assert loaded_by("course_lib") == set()


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
    loaded = loaded_by(f"course_lib.{module}")
    assert {name.split(".")[0] for name in loaded} & HEAVY == needs
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
