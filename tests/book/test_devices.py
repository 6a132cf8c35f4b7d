"""Everything on one device or on both: what runs, what is reported, where two devices disagree."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from tiny import course, notebook, page, verdict, write

from course_lib.authoring import devices, execute, exercises, machine
from course_lib.authoring.devices import compare, gpu, read_report, render_report, run_everything
from course_lib.authoring.reports import Entry, Report
from course_lib.project import Project, ProjectError

CHECK = {"tags": ["raises-exception"], "nbgrader": {"grade": True}}
HANDED_OUT = "class NotAttempted(Exception): ...\nraise NotAttempted"
SETTLES = """
import os
from course_lib import claims
holds = "depends" if os.environ["COURSE_DEVICE"] == "cpu" else "OTHER"
row = claims.Evidence("gap", value=0.5, low=0.0, high=1.0, n=5, unit="")
claims.verdict("simple-is-enough", holds=holds, right="Much.", because="So.", evidence=[row])
""".strip()


def whole_course(
    root: Path, monkeypatch, *, solution: str = "1", other: str = "depends"
) -> Project:
    """Return a course of one chapter and one exercise, whose student notebook is untouched."""
    project = course(root, {"part/tiny": page(SETTLES.replace("OTHER", other)), "prose": "# P\n"})
    source = notebook(
        project.build / "source/tiny/tiny.ipynb", {"source": solution, "metadata": CHECK}
    )
    notebook(project.exercises / "tiny/tiny.ipynb", {"source": HANDED_OUT, "metadata": CHECK})
    write(project.exercises / ".ipynb_checkpoints/tiny-checkpoint.ipynb", "left by JupyterLab")
    monkeypatch.setattr(exercises, "source_notebooks", lambda project: [source])
    return project


def entry(page: str = "a", **more) -> Entry:
    return Entry(page, "page", "passed", 1.0, **more)


def told(holds: str, *evidence: dict) -> dict:
    one = verdict(holds, *evidence)["verdict"]
    return {one["id"]: one}


def reports(one: list[Entry], other: list[Entry]) -> tuple[Report, Report]:
    hardware = {"processor": "a processor", "cores": 2, "gpu": None}
    first = Report("cpu", hardware, {"python": "3.11.7"}, "2026-01-01", one)
    return first, replace(first, device="cuda", entries=other)


# --- one device


def test_chapters_solutions_and_student_notebooks_run_and_are_reported(tmp_path, monkeypatch):
    project = whole_course(tmp_path / "course", monkeypatch)
    folder = tmp_path / "report"
    report = run_everything(project, "cpu", folder, progress=False)
    assert report.passed
    assert [(one.page, one.kind, one.status) for one in report.entries] == [
        ("part/tiny", "page", "passed"),
        ("solutions/tiny", "solution", "passed"),
        ("exercises/tiny", "student", "passed"),
    ]
    assert report.entries[0].verdicts["simple-is-enough"]["holds"] == "depends"
    assert all(one.seconds for one in report.entries)
    assert report.hardware["processor"]
    assert report.versions["python"].startswith("3.")
    assert read_report(folder) == report
    assert sorted(path.name for path in folder.iterdir()) == ["report.json"]
    text = render_report(report)
    assert "3 of 3 passed on cpu" in text
    assert "exercises/tiny  student   passed" in text


def test_a_failure_is_reported_with_its_notebook(tmp_path, monkeypatch):
    project = whole_course(tmp_path / "course", monkeypatch, solution="assert 1 + 1 == 3")
    folder = tmp_path / "report"
    write(folder / "from_an_earlier_report.ipynb", "{}")
    report = run_everything(project, "cpu", folder, progress=False)
    assert not report.passed
    failed = report.entries[1]
    assert (failed.status, failed.seconds) == ("failed", None)
    assert "solutions/tiny, code cell 1: AssertionError" in failed.error
    assert sorted(path.name for path in folder.iterdir()) == [
        "report.json",
        "solutions__tiny.ipynb",
    ]
    assert "assert 1 + 1 == 3" in (folder / "solutions__tiny.ipynb").read_text()
    text = render_report(report)
    assert failed.error in text
    assert "2 of 3 passed" in text


def test_an_exercise_without_its_student_notebook_is_told(tmp_path, monkeypatch):
    project = whole_course(tmp_path, monkeypatch)
    (project.exercises / "tiny/tiny.ipynb").unlink()
    with pytest.raises(ProjectError, match="differ on tiny: run `course exercises`"):
        run_everything(project, "cpu", tmp_path / "report")


def test_nothing_to_run_is_no_success(tmp_path, monkeypatch):
    project = course(tmp_path, {})
    monkeypatch.setattr(exercises, "source_notebooks", lambda project: [])
    with pytest.raises(ProjectError, match="nothing to run"):
        run_everything(project, "cpu", tmp_path / "report")
    assert not reports([], [])[0].passed


def test_no_such_device_is_one_clear_line_and_no_report(tmp_path, monkeypatch):
    project = whole_course(tmp_path / "course", monkeypatch)
    monkeypatch.setattr(execute, "accelerator", lambda device: None)
    for device in ("cuda", "mps", "tpu"):
        with pytest.raises(ProjectError, match=f"no device {device}"):
            run_everything(project, device, tmp_path / "report")
    assert not (tmp_path / "report").exists()


@pytest.mark.parametrize("text", ["{", "[]", '{"device": "cpu"}', '{"entries": [{}]}'])
def test_what_is_no_report_is_one_clear_line(tmp_path, text):
    with pytest.raises(ProjectError, match="no report in"):
        read_report(tmp_path)
    write(tmp_path / "report.json", text)
    with pytest.raises(ProjectError, match="is not a report") as raised:
        read_report(tmp_path)
    assert "\n" not in str(raised.value)


# --- two devices


def test_two_reports_that_agree_have_no_differences():
    row = {"what": "gap", "value": 0.5, "low": 0.4, "high": 0.6}
    comparison = compare(
        *reports(
            [entry(verdicts=told("depends", row))],
            [entry(verdicts=told("depends", row | {"value": 0.55}))],
        )
    )
    assert comparison.differences == []
    assert comparison.table.splitlines() == [
        "notebook  cpu, s  cuda, s  verdicts, cpu              verdicts, cuda",
        "────────  ──────  ───────  ─────────────────────────  ─────────────────────────",
        "a         1.0     1.0      simple-is-enough: depends  simple-is-enough: depends",
    ]


ROW = {"what": "gap", "value": 0.5, "low": 0.4, "high": 0.6}


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ([], "a: did not run on cuda"),
        ([replace(entry(), status="failed")], "a: failed on cuda"),
        ([entry()], "a: simple-is-enough is settled on cpu alone"),
        (
            [entry(verdicts=told("refuted", ROW))],
            "a: simple-is-enough comes out as depends on cpu, refuted on cuda",
        ),
        (
            [entry(verdicts=told("depends", ROW | {"value": 0.7, "low": 0.4, "high": 0.8}))],
            "a: simple-is-enough: gap is 0.7 on cuda, outside 0.4 to 0.6 on cpu",
        ),
        (
            [entry(verdicts=told("depends", ROW | {"value": 0.55, "low": 0.52}))],
            "a: simple-is-enough: gap is 0.5 on cpu, outside 0.52 to 0.6 on cuda",
        ),
        (
            [entry(verdicts=told("depends", ROW, ROW | {"what": "other"}))],
            "a: simple-is-enough: other is told on cuda alone",
        ),
        ([entry(verdicts=told("depends", ROW)), entry("b")], "b: did not run on cpu"),
    ],
)
def test_each_way_to_differ_is_told(other, said):
    comparison = compare(*reports([entry(verdicts=told("depends", ROW))], other))
    assert comparison.differences == [said]
    assert str(comparison).endswith(said)


def test_times_are_shown_and_not_compared():
    row = {"what": "training", "value": 9.0, "low": 8.0, "high": 10.0, "unit": "s"}
    fast = row | {"value": 0.9, "low": 0.8, "high": 1.0}
    pair = reports([entry(verdicts=told("depends", row))], [entry(verdicts=told("depends", fast))])
    assert compare(*pair).differences == []


def test_reports_are_compared_by_their_folders_too(tmp_path, monkeypatch):
    project = whole_course(tmp_path / "course", monkeypatch)
    for name in ("one", "two"):
        run_everything(project, "cpu", tmp_path / name, progress=False)
    path = tmp_path / "two" / "report.json"
    path.write_text(path.read_text().replace('"holds": "depends"', '"holds": "refuted"'))
    comparison = compare(tmp_path / "one", tmp_path / "two")
    assert len(comparison.differences) == 1
    assert "comes out as depends on cpu, refuted on cpu" in comparison.differences[0]


# --- make gpu


def test_no_gpu_is_no_success_and_says_what_did_not_run(tmp_path, monkeypatch):
    project = whole_course(tmp_path, monkeypatch)
    monkeypatch.setattr(devices, "accelerator", lambda device: None)
    with pytest.raises(ProjectError) as raised:
        gpu(project)
    assert str(raised.value) == (
        "no GPU found that PyTorch can use (see `course doctor`), so not run on one: "
        "1 pages, 1 solutions, 1 student notebooks"
    )
    assert not project.executed.exists()
    assert not (project.records / "devices.json").exists()


@pytest.fixture
def pretended_gpu(monkeypatch):
    """Pages here use no torch: what is tested is that both runs are made and compared."""
    for module in (devices, execute):
        monkeypatch.setattr(module, "accelerator", lambda device: "Pretended GPU")


def test_both_devices_run_and_the_record_is_for_the_status_page(
    tmp_path, monkeypatch, pretended_gpu
):
    project = whole_course(tmp_path, monkeypatch)
    comparison = gpu(project, progress=False)
    assert comparison.differences == []
    record = json.loads((project.records / "devices.json").read_text())
    assert record["pages"].keys() == {"part/tiny", "solutions/tiny", "exercises/tiny"}
    ran = record["pages"]["part/tiny"]
    assert ran["cpu"]["verdicts"] == ran["cuda"]["verdicts"] == {"simple-is-enough": "depends"}
    assert ran["cuda"]["seconds"] > 0
    assert record["devices"].keys() == {"cpu", "cuda"}
    assert record["devices"]["cuda"].keys() == {"hardware", "versions", "date"}


def test_devices_that_disagree_fail_and_leave_no_record(tmp_path, monkeypatch, pretended_gpu):
    project = whole_course(tmp_path, monkeypatch, other="refuted")
    with pytest.raises(ProjectError) as raised:
        gpu(project, progress=False)
    text = str(raised.value)
    assert text.startswith("CPU and GPU disagree, so no record was written\n\nnotebook ")
    assert "part/tiny: simple-is-enough comes out as depends on cpu, refuted on cuda" in text
    assert not (project.records / "devices.json").exists()


@pytest.mark.parametrize(
    ("printed", "name"), [("NVIDIA T4\n", "NVIDIA T4"), ("\n", None), ("", None)]
)
def test_the_gpu_is_asked_of_pytorch_in_another_process(monkeypatch, printed, name):
    asked = []

    def answer(command, **_options):
        asked.append(command[-1])
        return SimpleNamespace(stdout=printed)

    monkeypatch.setattr(machine.subprocess, "run", answer)
    ask = machine.accelerator.__wrapped__
    assert ask("cuda:0") == name
    assert "torch.cuda.is_available()" in asked[0]
    assert ask("cpu") is ask("tpu") is None
    assert len(asked) == 1
