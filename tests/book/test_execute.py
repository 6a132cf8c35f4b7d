"""Executing pages: what they run in, what is kept, and how each way of failing is told."""

from __future__ import annotations

import errno
import json
import multiprocessing
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

import psutil
import pytest
from tiny import FRONT, course, notebook, page, write

from course_lib.authoring import execute, kernel
from course_lib.authoring import pages as pages_module
from course_lib.authoring.execute import Execution, ExecutionError, Run, execute_pages, read
from course_lib.authoring.pages import book_pages, code_cells, page_at
from course_lib.project import Project, ProjectError

ASK = """
import json, os
import sys
names = ["COURSE_SEED", "COURSE_DEVICE", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS",
         "MKL_NUM_THREADS", "CUDA_VISIBLE_DEVICES", "PYTHONHASHSEED", "PYTHONWARNINGS"]
print(json.dumps({name: os.environ.get(name) for name in names}
                 | {"cwd": os.getcwd(), "python": sys.executable}))
""".strip()


def run(project: Project, **options) -> list[Execution]:
    return execute_pages(project, book_pages(project), progress=False, **options)


def refuse_to_run(*_arguments, **_options):
    raise AssertionError("nothing should run here")


def stdout(execution: Execution) -> str:
    outputs = [o for cell in code_cells(read(execution.notebook)) for o in cell.outputs]
    return "".join(o.text for o in outputs if o.output_type == "stream")


@pytest.fixture
def own_temporary(monkeypatch):
    """A folder for what a killed process leaves; pytest's own is too long a path for a socket."""
    with tempfile.TemporaryDirectory(prefix="t-", ignore_cleanup_errors=True) as folder:
        monkeypatch.setenv("TMPDIR", folder)
        yield


@pytest.fixture(scope="module")
def good(tmp_path_factory) -> tuple[Project, list[Execution]]:
    """A course that ran once, with a kernel registered by a user that must not be taken."""
    root = tmp_path_factory.mktemp("good")
    project = course(
        root,
        {
            "one/ask": page(ASK, title="Ask"),
            "one/prose": "# Prose\n",
            "two/raise": page("print('before')", "1 / 0", tags="raises-exception"),
        },
    )
    spec = {"argv": ["false"], "display_name": "not ours", "language": "python"}
    write(root / "jupyter" / "kernels" / "python3" / "kernel.json", json.dumps(spec))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JUPYTER_PATH", str(root / "jupyter"))
        patch.setenv("PYTHONWARNINGS", "ignore")
        executions = run(project, seed=3)
    return project, executions


def test_pages_with_code_run_in_order(good):
    _, executions = good
    assert [execution.page.slug for execution in executions] == ["one/ask", "two/raise"]
    assert not any(execution.cached for execution in executions)
    assert all(0.1 < execution.seconds < 100 for execution in executions)


def test_a_page_runs_in_its_folder_with_seed_device_and_one_thread(good):
    project, executions = good
    told = json.loads(stdout(executions[0]))
    assert told.pop("cwd") == str(project.book / "one")
    assert told.pop("python") == sys.executable
    assert told == {
        "COURSE_SEED": "3",
        "COURSE_DEVICE": "cpu",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "CUDA_VISIBLE_DEVICES": "-1",
        "PYTHONHASHSEED": "0",
        "PYTHONWARNINGS": None,
    }


def test_an_executed_notebook_says_what_it_ran_on(good):
    project, executions = good
    path = executions[0].notebook
    assert path.parent == project.executed
    assert path.name.startswith("one__ask-")
    assert len(path.stem) == len("one__ask-") + 16
    course = read(path).metadata["course"]
    assert course["seed"] == 3
    assert course["device"] == "cpu"
    assert course["seconds"] == executions[0].seconds
    assert course["hardware"]["cores"] >= 1
    assert course["hardware"]["processor"]
    assert course["hardware"]["gpu"] is None
    assert course["versions"]["python"].startswith("3.")
    assert time.strptime(course["date"], "%Y-%m-%d")
    assert not list(project.executed.glob("*.part"))


def test_an_executed_notebook_is_the_same_each_time(good):
    """Ids follow from slug and position, and no timestamp is kept in a cell."""
    cells = read(good[1][0].notebook).cells
    assert [cell.id for cell in cells] == ["one-ask-0", "one-ask-1"]
    assert "execution" not in cells[1].metadata


def test_a_tagged_cell_may_raise(good):
    last = code_cells(read(good[1][1].notebook))[-1]
    assert last.outputs[0].ename == "ZeroDivisionError"


def test_without_a_change_nothing_runs_and_prose_follows_the_page(good, monkeypatch):
    project, executions = good
    monkeypatch.setattr(execute, "_outcomes", refuse_to_run)
    again = run(project, seed=3)
    assert [one.notebook for one in again] == [one.notebook for one in executions]
    assert all(one.cached for one in again)
    assert [one.seconds for one in again] == [one.seconds for one in executions]

    source = executions[0].page.path
    text = source.read_text()
    outputs = stdout(again[0])
    source.write_text(text.replace("Prose.", "Better prose.\n\n+++\n\nAnd more of it."))
    (reworded, _) = run(project, seed=3)
    assert reworded.cached
    cells = read(reworded.notebook).cells
    assert "Better prose." in cells[0].source
    assert [cell.id for cell in cells] == ["one-ask-0", "one-ask-1", "one-ask-2"]
    assert stdout(reworded) == outputs
    source.write_text(text)


def test_a_change_prunes_the_same_page_seed_and_device_alone(tmp_path):
    project = course(tmp_path, {"a": page("1")})
    (first,) = run(project)
    others = {
        "a-" + "1" * 16: {"seed": 1},
        "a-" + "2" * 16: {"device": "cuda"},
        "a-b-" + "3" * 16: {},
    }
    for name, difference in others.items():
        other = read(first.notebook)
        other.metadata["course"].update(difference)
        kernel.write_notebook(other, project.executed / f"{name}.ipynb")
    write(project.book / "a.md", page("1 + 1"))
    (changed,) = run(project)
    assert not changed.cached
    assert {path.stem for path in project.executed.iterdir()} == {*others, changed.notebook.stem}


def test_half_a_notebook_left_by_a_crash_is_no_earlier_run(tmp_path):
    project = course(tmp_path, {"a": page("1")})
    (first,) = run(project)
    first.notebook.write_text(first.notebook.read_text()[:100])
    (again,) = run(project)
    assert not again.cached
    assert len(code_cells(read(again.notebook))) == 1


@pytest.fixture(scope="module")
def bad(tmp_path_factory) -> tuple[Project, ExecutionError, str]:
    """A course in which all goes wrong but one page."""
    project = course(
        tmp_path_factory.mktemp("bad"),
        {
            "part/error": page("x = 1", "def fail():\n    raise ValueError('no way')\n", "fail()"),
            "part/warns": page("import warnings\nwarnings.warn('old')", "x = 1"),
            "part/slow": page("import time", "time.sleep(60)", mystnb={"execution_timeout": 1}),
            "part/killed": page("import os", "os.kill(os.getpid(), 9)"),
            "part/crashed": page("import faulthandler", "faulthandler._sigsegv()"),
            "part/full": page("import errno", "raise OSError(errno.ENOSPC, os.strerror(28))"
                              .replace("os.strerror(28)", "'No space left on device'")),
            "part/fine": page("1"),
        },
    )  # fmt: skip
    start = time.perf_counter()
    with pytest.raises(ExecutionError) as raised:
        run(project)
    assert time.perf_counter() - start < 60  # the limit of 1 s holds, not the sleep
    return project, raised.value, str(raised.value)


def failure_of(error: ExecutionError, slug: str) -> execute.Failure:
    (found,) = [one for one in error.failures if one.run.page.slug == slug]
    return found


def test_all_failures_are_told_together(bad):
    _, error, text = bad
    assert text.startswith("6 pages failed\n")
    assert [one.run.page.slug for one in error.failures] == [
        f"part/{name}" for name in ("error", "warns", "slow", "killed", "crashed", "full")
    ]
    assert isinstance(error, ProjectError)


def test_an_error_shows_page_cell_source_and_traceback(bad):
    failure = failure_of(bad[1], "part/error")
    assert failure.cell == 3
    assert failure.kind == "ValueError"
    text = str(failure)
    assert text.startswith("part/error, code cell 3: ValueError: no way\n    | fail()\n")
    assert "raise ValueError('no way')" in text
    assert "\x1b" not in text
    cells = code_cells(read(failure.notebook))
    assert cells[-1].outputs[0].ename == "ValueError"


def test_a_warning_is_an_error(bad):
    failure = failure_of(bad[1], "part/warns")
    assert failure.cell == 1
    assert "stderr" in failure.message
    assert "UserWarning: old" in failure.traceback
    # The page ran on, so that one build shows every warning.
    assert code_cells(read(failure.notebook))[1].execution_count == 2


def test_a_cell_past_its_limit_names_the_limit(bad):
    failure = failure_of(bad[1], "part/slow")
    assert failure.cell == 2
    assert "limit of 1 s" in failure.message
    assert "execution_timeout" in failure.message
    assert not failure.traceback


def test_a_killed_kernel_is_one_clear_line(bad):
    failure = failure_of(bad[1], "part/killed")
    assert failure.cell == 2
    assert "kernel died" in failure.message
    assert str(failure).splitlines()[1:] == ["    | os.kill(os.getpid(), 9)"]


def test_a_kernel_that_crashes_leaves_its_last_words(bad):
    failure = failure_of(bad[1], "part/crashed")
    assert "kernel died" in failure.message
    assert "Segmentation fault" in failure.traceback


def test_a_full_disk_on_a_page_is_one_clear_line(bad):
    failure = failure_of(bad[1], "part/full")
    assert failure.message == kernel.DISK_FULL
    assert not failure.traceback


def test_what_went_well_is_kept(bad, monkeypatch):
    project, error, _ = bad
    assert [one.page.slug for one in error.executions] == ["part/fine"]
    assert [path.name[:11] for path in project.executed.iterdir()] == ["part__fine-"]
    monkeypatch.setattr(execute, "_outcomes", refuse_to_run)
    (fine,) = execute_pages(project, [error.executions[0].page], progress=False)
    assert fine.cached


def test_a_full_disk_while_writing_is_one_clear_line_and_leaves_nothing(tmp_path, monkeypatch):
    project = course(tmp_path, {"a": page("1")})

    def full(self, *_arguments, **_options):
        Path.touch(self)
        raise OSError(errno.ENOSPC, "No space left on device", str(self))

    monkeypatch.setattr(Path, "write_text", full)
    target = project.executed / "a-0.ipynb"
    run_of_a = Run(book_pages(project)[1])
    outcome = kernel.run_page(run_of_a, target, tmp_path / "failed.ipynb", tmp_path, {})
    assert [str(failure) for failure in outcome.failures] == [f"a: {kernel.DISK_FULL}"]
    assert list(project.executed.iterdir()) == []


@pytest.mark.usefixtures("own_temporary")
def test_a_killed_process_fails_the_pages_it_ran_and_no_page_is_forgotten(tmp_path):
    kill = page("import os", "os.kill(os.getppid(), 9)")
    project = course(tmp_path, {"a": kill, "b": kill})
    with pytest.raises(ExecutionError) as raised:
        run(project, workers=1)
    assert [failure.run.page.slug for failure in raised.value.failures] == ["a", "b"]
    assert all("its process stopped" in failure.message for failure in raised.value.failures)


def test_a_page_without_an_outcome_failed(tmp_path, monkeypatch):
    project = course(tmp_path, {"a": page("1")})
    monkeypatch.setattr(execute, "_outcomes", lambda *_: iter(()))
    with pytest.raises(ExecutionError, match="a: did not run"):
        run(project)


def edited_while_it_runs(project, monkeypatch, edit):
    """Let the one page run, and ``edit`` strike before its outcome is noted."""
    make = execute._outcomes

    def outcomes(*arguments):
        for run_and_outcome in list(make(*arguments)):
            edit()
            yield run_and_outcome

    monkeypatch.setattr(execute, "_outcomes", outcomes)


def test_a_page_edited_while_it_runs_is_no_run(tmp_path, monkeypatch):
    project = course(tmp_path, {"a": page("1")})
    with monkeypatch.context() as patch:
        edited_while_it_runs(project, patch, lambda: write(project.book / "a.md", page("2")))
        with pytest.raises(ExecutionError, match="a: the page changed while it ran"):
            run(project)
    assert not list(project.executed.iterdir())


def test_a_library_edited_meanwhile_leaves_a_run_that_counts_once(tmp_path, monkeypatch):
    project = course(tmp_path, {"a": page("1")})
    with monkeypatch.context() as patch:
        edit = partial(patch.setattr, pages_module, "library_digest", lambda package: "edited")
        edited_while_it_runs(project, patch, edit)
        (first,) = run(project)
    assert first.notebook.is_file()
    (second,) = run(project)
    assert not second.cached


def test_the_longest_known_starts_first(tmp_path):
    project = course(tmp_path, {name: page("1") for name in ("short", "long", "unknown")})
    for name, seconds in (("short", 1), ("long", 9)):
        old = {"cells": [], "metadata": {"course": {"seconds": seconds}}, "nbformat": 4,
               "nbformat_minor": 5}  # fmt: skip
        write(project.executed / f"{name}-{'0' * 16}.ipynb", json.dumps(old))
    runs = [Run(page) for page in book_pages(project)[1:]]
    order = [one.page.slug for one in execute._longest_first(project, runs)]
    assert order == ["unknown", "long", "short"]


def test_no_terminal_gets_one_line_a_page(tmp_path, capsys):
    project = course(tmp_path, {"a": page("1"), "b": page("1 / 0")})
    with pytest.raises(ExecutionError):
        execute_pages(project, book_pages(project), seed=2)
    out, err = capsys.readouterr()
    assert out == ""
    lines = sorted(err.splitlines())
    assert len(lines) == 2
    assert lines[0].startswith("a, seed 2 ")
    assert lines[0].endswith(" s")
    assert lines[1].startswith("b, seed 2 ")
    assert "failed after" in lines[1]


@pytest.mark.usefixtures("own_temporary")
def test_an_interruption_leaves_no_process(tmp_path, monkeypatch):
    project = course(tmp_path, {"a": page("import time; time.sleep(110)")})

    def interrupt(_waiting):
        time.sleep(3)  # the kernel is up by now, or starting
        raise KeyboardInterrupt

    monkeypatch.setattr(execute, "as_completed", interrupt)
    before = set(multiprocessing.active_children())
    with pytest.raises(KeyboardInterrupt):
        run(project)
    wait_until(lambda: not set(multiprocessing.active_children()) - before)


@pytest.mark.usefixtures("own_temporary")
def test_workers_end_with_the_process_that_started_them(tmp_path):
    """Killed outright, it could not end them itself."""
    told = tmp_path / "worker"
    cell = f"import os, time\nopen({str(told)!r}, 'w').write(str(os.getppid()))\ntime.sleep(60)"
    project = course(tmp_path, {"a": page(cell)})
    program = tmp_path / "build.py"
    write(
        program,
        f"""
from pathlib import Path
from course_lib.authoring.execute import execute_pages
from course_lib.authoring.pages import book_pages
from course_lib.project import Project
if __name__ == "__main__":
    project = Project(Path({str(project.root)!r}))
    execute_pages(project, book_pages(project), progress=False)
""",
    )
    with subprocess.Popen([sys.executable, program]) as build:
        wait_until(lambda: told.is_file() and told.read_text())
        build.kill()
    worker = int(told.read_text())
    wait_until(lambda: not alive(worker))


def alive(process: int) -> bool:
    try:
        return psutil.Process(process).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def wait_until(condition, seconds: float = 60) -> None:
    deadline = time.perf_counter() + seconds
    while not condition():
        assert time.perf_counter() < deadline, "waited in vain"
        time.sleep(0.1)


def test_a_missing_device_is_one_clear_line_and_nothing_runs(tmp_path, monkeypatch):
    project = course(tmp_path, {"a": page("1")})
    monkeypatch.setattr(execute, "accelerator", lambda device: None)
    monkeypatch.setattr(execute, "_outcomes", refuse_to_run)
    with pytest.raises(ProjectError, match="no device cuda"):
        run(project, device="cuda")


CHECK = {"tags": ["raises-exception"], "nbgrader": {"grade": True}}
OPEN = {"source": "class NotAttempted(Exception): ...\nraise NotAttempted", "metadata": CHECK}
BROKEN = {"source": "missing_name", "metadata": CHECK}
SHOWN = {"source": "1 / 0", "metadata": {"tags": ["raises-exception"]}}
PASSED = {"source": "1", "metadata": CHECK}


def test_checks_of_solutions_pass_and_those_handed_out_are_not_attempted(tmp_path):
    """Both carry the tag that lets a notebook run on, so that the tag alone proves nothing."""
    cells = {"open": OPEN, "broken": BROKEN, "shown": SHOWN, "passed": PASSED}
    project = course(tmp_path, {})
    pages = [
        page_at(notebook(tmp_path / kind / f"{name}.ipynb", cell), f"{kind}s/{name}", kind)
        for kind in ("solution", "student")
        for name, cell in cells.items()
    ]
    with pytest.raises(ExecutionError) as raised:
        execute_pages(project, pages, progress=False)
    failed = [failure.run.page.slug for failure in raised.value.failures]
    assert failed == ["solutions/open", "solutions/broken", "students/broken"]
    assert len(raised.value.executions) == 5


def test_a_notebook_beside_the_book_runs_from_markdown_too(tmp_path):
    project = course(tmp_path, {})
    write(tmp_path / "source" / "a.md", page("import os; print(os.getcwd())"))
    (ran,) = execute_pages(
        project, [page_at(tmp_path / "source" / "a.md", "solutions/a", "solution")], progress=False
    )
    assert stdout(ran).strip() == str(tmp_path / "source")
    assert read(ran.notebook).metadata["kernelspec"]["name"] == FRONT["kernelspec"]["name"]
