"""The workflows are valid, and call only commands that exist."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from course_lib import cli

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
TARGETS = {
    name
    for line in (ROOT / "Makefile").read_text().splitlines()
    if (match := re.match(r"^([a-z ]+):(?!=)", line))
    for name in match[1].split()
}
COMMANDS = set(cli.parser()._subparsers._group_actions[0].choices)  # type: ignore[union-attr]


def steps(workflow: Path) -> list[str]:
    """Return every shell script of a workflow."""
    jobs = yaml.safe_load(workflow.read_text())["jobs"].values()
    return [step["run"] for job in jobs for step in job["steps"] if "run" in step]


def test_the_four_workflows_stand() -> None:
    assert [path.stem for path in WORKFLOWS] == ["ci", "notebooks", "pages", "weekly"]


def test_workflows_match_githubs_schema(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "check_jsonschema"]
    command += ["--builtin-schema", "vendor.github-workflows"]
    done = subprocess.run([*command, *WORKFLOWS], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    broken = tmp_path / "broken.yml"
    broken.write_text(WORKFLOWS[0].read_text().replace("runs-on", "runs_on"))
    assert subprocess.run([*command, broken], capture_output=True).returncode != 0


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_workflows_call_what_exists(workflow: Path) -> None:
    script = "\n".join(steps(workflow))
    made = re.findall(r"\bmake ([a-z]+)", script)
    called = re.findall(r"bin/course ([a-z]+)", script)
    assert made or called
    assert set(made) <= TARGETS
    assert set(called) <= COMMANDS


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_the_sandbox_may_be_made_where_the_tests_run(workflow: Path) -> None:
    """Without it every test of the sandbox would be skipped, and nobody would see."""
    for job in yaml.safe_load(workflow.read_text())["jobs"].values():
        scripts = [step.get("run", "") for step in job["steps"]]
        for at, script in enumerate(scripts):
            if "make test" in script:
                assert (
                    "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0" in scripts[:at]
                )


def test_every_make_target_is_a_command() -> None:
    assert {"book", "test", "lab", "exercises", "grade", "release", "lessons", "help"} <= TARGETS
    assert {"bench", "gpu"} <= TARGETS
    assert TARGETS - {"setup"} <= COMMANDS


def test_the_gpu_runner_is_configurable_and_its_absence_is_said() -> None:
    source = (ROOT / ".github" / "workflows" / "notebooks.yml").read_text()
    assert "vars.GPU_RUNNER" in source
    assert "::notice" in source
    choose = yaml.safe_load(source)["jobs"]["devices"]["steps"][0]["run"]
    for label, devices in (("", ["cpu"]), ("big-gpu", ["cpu", "cuda"])):
        output = subprocess.run(
            ["bash", "-euc", choose],
            env={"GPU_RUNNER": label, "GITHUB_OUTPUT": "/dev/stdout", "PATH": "/usr/bin:/bin"},
            capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip
        matrix = yaml.safe_load(re.search(r"^matrix=(.*)$", output, re.MULTILINE)[1])  # type: ignore[index]
        assert [row["device"] for row in matrix["include"]] == devices
        assert ("::notice" in output) == (not label)
