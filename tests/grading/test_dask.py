"""Grading through a real Dask scheduler and workers: the same records, whatever is lost."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import dask
import distributed  # noqa: F401 -- its settings must be there before any is changed
import pytest
from dask_cluster import ROOT, DaskCluster, wait_until, without_library
from small_course import RIGHT, SLUG, Course, isolation

from course_lib.authoring.exercises import source_notebooks
from course_lib.cli import main
from course_lib.grading.coordinator.batch import grade
from course_lib.grading.coordinator.cluster import Cluster
from course_lib.grading.coordinator.process import WorkerLostError
from course_lib.grading.coordinator.scheduler import ClusterError, Scheduler
from course_lib.grading.scoring import record
from course_lib.grading.scoring.worker import grade_task
from course_lib.project import Project

STUDENTS = [f"s{number}" for number in range(8)]


@pytest.fixture(scope="module")
def here(tmp_path_factory) -> Project:
    """A class that was graded on this machine."""
    course = Course(tmp_path_factory.mktemp("here") / "course")
    for number, student in enumerate(STUDENTS):
        mean = RIGHT["mean"] if number % 2 else "def mean(numbers):\n    return sum(numbers)"
        answers = RIGHT | {"mean": mean, "mislead": f"Number {number}."}
        course.hand_in(student, course.notebook(answers))
    source_notebooks(course.project)
    grade(course.project, isolation=isolation(), workers=1)
    return course.project


def ungraded(project: Project, folder: Path) -> Project:
    """Return a copy of a class whose records are gone."""
    shutil.copytree(project.root, folder)
    copy = Project(folder)
    shutil.rmtree(record.place(copy, SLUG, "").parent)
    (folder / "grades.csv").unlink()
    return copy


def records(project: Project) -> list[record.Record]:
    found = [record.find(project, SLUG, student) for student in STUDENTS]
    assert None not in found
    return found


def copied_library(folder):
    """Return a place that has the library, as another machine's would."""
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "course_lib", folder / "course_lib", ignore=ignore)
    return folder


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.mark.slow
def test_a_machine_that_is_killed_costs_time_only(here, said, tmp_path):
    project = ungraded(here, tmp_path / "course")
    texts = []

    class Watched(Scheduler):
        def ask(self, address, verb, text, then):
            texts.append(text)
            return super().ask(address, verb, text, then)

    def kill_one(done, total):
        if done == 2:
            machines.kill("alpha")

    with DaskCluster(tmp_path / "dask") as machines:
        machines.worker("alpha", wait=False)
        machines.worker("beta", copied_library(tmp_path / "elsewhere"))
        with Cluster(Watched(machines.address), isolation(), said.append) as cluster:
            wait_until(lambda: cluster.slots == 2, 60)
            how = {"executor": cluster, "workers": cluster.ahead, "progress": kill_one}
            summary = grade(project, isolation=isolation(), **how)
    assert [line.partition(" at ")[0] for line in said] == ["alpha"]
    assert "was lost" in said[0]
    assert summary.graded == len(STUDENTS)
    assert records(project) == records(here)
    table = (project.root / "grades.csv").read_text()
    assert table == (here.root / "grades.csv").read_text()
    assert summary.grader_errors == 0
    assert not [text for text in texts if str(tmp_path) in text], "no machine is told of a file"


@pytest.mark.slow
def test_the_command_names_whom_it_refuses_and_resumes(here, capsys, monkeypatch, tmp_path):
    project = ungraded(here, tmp_path / "course")
    monkeypatch.chdir(project.root)
    changed = copied_library(tmp_path / "changed")
    with (changed / "course_lib" / "checks.py").open("a") as file:
        file.write("# mended\n")
    old = copied_library(tmp_path / "old")
    (old / "torch-1.0.dist-info").mkdir()
    (old / "torch-1.0.dist-info" / "METADATA").write_text("Name: torch\nVersion: 1.0\n")
    bare = without_library(tmp_path / "bare")
    with DaskCluster(tmp_path / "dask") as machines:
        command = ["grade", "--isolation", isolation(), "--cluster", machines.address]
        paths = {"changed": changed, "old": old, "bare": bare}
        for name, path in paths.items():
            machines.worker(name, path, wait=False)
        for name in paths:
            machines.registered(name)
        assert main(command) == 1
        said = capsys.readouterr().err
        assert f"none of the machines of {machines.address} can grade this" in said
        for name, why in (
            ("changed", "its course_lib is not the one here"),
            ("old", "it has torch 1.0, here "),
            ("bare", "the grader fails there (ModuleNotFoundError: No module named 'course_lib"),
        ):
            (line,) = [one for one in said.splitlines() if one.startswith(f"{name} at tcp://")]
            assert f" is not used: {why}" in line
            machines.kill(name)
        assert not record.find(project, SLUG, "s0")
        machines.worker("good")
        assert main(command) == 0
    said = capsys.readouterr()
    assert f"{len(STUDENTS)} graded now" in said.out
    assert "not used" not in said.err
    assert records(project) == records(here)


def certificates(folder) -> tuple[str, ...]:
    """Return Dask's words for certificates, of an authority made for the occasion."""
    folder.mkdir()

    def openssl(*words: str) -> None:
        subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)

    new = ("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=course")
    openssl(*new, "-keyout", "key.pem", "-out", "cert.pem")
    return tuple(
        word
        for option, name in (("ca-file", "cert"), ("cert", "cert"), ("key", "key"))
        for word in (f"--tls-{option}", str(folder / f"{name}.pem"))
    )


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("openssl"), reason="no openssl to make certificates with")
def test_with_tls_only_who_has_a_certificate_is_let_in(said, tmp_path, monkeypatch):
    words = certificates(tmp_path / "ours")
    theirs = certificates(tmp_path / "theirs")

    def settings(words):
        tls = "distributed.comm.tls"
        names = f"{tls}.ca-file", f"{tls}.client.cert", f"{tls}.client.key"
        return dict(zip(names, words[1::2], strict=True))

    with DaskCluster(tmp_path / "dask", "tls", words) as cluster:
        assert cluster.address.startswith("tls://")
        cluster.worker("alpha")
        monkeypatch.setattr("course_lib.grading.coordinator.scheduler._CONNECT", 3.0)
        with pytest.raises(ClusterError, match="no Dask sched"):
            Scheduler(cluster.address)
        with dask.config.set(settings(theirs)), pytest.raises(ClusterError, match="no Dask sched"):
            Scheduler(cluster.address)
        with dask.config.set(settings(words)):
            scheduler = Scheduler(cluster.address)
        executor = Cluster(scheduler, "none", said.append)
        assert executor.slots == 1
        future = executor.submit(grade_task, "no task: its process ends, and takes nobody along")
        with pytest.raises(WorkerLostError, match="the process that graded it ended with 1"):
            future.result(60)
        cluster.kill("scheduler")
        with pytest.raises(ClusterError, match=r"the scheduler tls://.* is gone .* start it"):
            executor.submit(grade_task, "another").result(60)
        executor.shutdown()
    assert said == []
