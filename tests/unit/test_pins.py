"""constraints.txt pins everything that is installed, and pyproject.toml's ranges admit the pins."""

from __future__ import annotations

import importlib.metadata
import os
import sysconfig
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PINS = {
    canonicalize_name(requirement.name): requirement
    for line in (ROOT / "constraints.txt").read_text().splitlines()
    if line and not line.startswith("#")
    for requirement in [Requirement(line)]
}
NOT_OURS = {"course-lib", "pip", "setuptools", "wheel"}


@pytest.mark.skipif(os.environ.get("CONSTRAINTS") == "", reason="newest versions on purpose")
def test_every_installed_package_is_pinned_at_its_version() -> None:
    installed = {
        canonicalize_name(found.name): found.version.partition("+")[0]
        # Not all of sys.path: setuptools puts packages of its own there once it is imported.
        for found in importlib.metadata.distributions(path=[sysconfig.get_path("purelib")])
    }
    astray = {
        name: version
        for name, version in installed.items()
        if name not in NOT_OURS and (name not in PINS or version not in PINS[name].specifier)
    }
    assert not astray


def test_pins_lie_within_the_declared_ranges() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    for text in [*project["dependencies"], *(text for extra in extras.values() for text in extra)]:
        declared = Requirement(text)
        (pin,) = PINS[canonicalize_name(declared.name)].specifier
        assert pin.operator == "=="
        assert pin.version in declared.specifier, f"{declared} does not admit {pin.version}"
