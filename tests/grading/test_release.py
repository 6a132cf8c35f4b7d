"""What a class is given holds nothing from which a hidden check or a solution could be read."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from small_course import ROOT, SLUG, Course

from course_lib.authoring import handout, leaks
from course_lib.authoring.exercises import sources
from course_lib.authoring.handout import assemble, hand_out, secrets_in
from course_lib.project import RELEASE, Project, ProjectError

SOLUTION = "    return total / len(numbers)"
HIDDEN = 'check("longer lists have their mean").close(mean([0.5, 1.5, 8.0]), 10 / 3, hint="by their length")'  # noqa: E501
INPUT = "average of [0.5,\n  1.5,8.0] is"
REAL = Project(ROOT)


def fake_book(project: Project) -> str:
    """Stand in for a built book: a page, an index, a notebook."""
    (project.html / "notebooks").mkdir(parents=True, exist_ok=True)
    (project.html / "index.html").write_text("<p>A book.</p>")
    (project.html / "searchindex.js").write_text('Search.setIndex({"docnames": ["index"]})')
    notebook = {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (project.html / "notebooks" / "index.ipynb").write_text(json.dumps(notebook))
    return ""


@pytest.fixture(scope="module")
def released(tmp_path_factory) -> tuple[Project, Path]:
    """The small course and its release, once; tests change copies."""
    project = Course(tmp_path_factory.mktemp("small") / "course").project
    fake_book(project)
    made = tmp_path_factory.mktemp("made") / "class"
    assemble(project, made, [SLUG])
    return project, made


@pytest.fixture
def copy(released, tmp_path) -> tuple[Project, Path]:
    project, made = released
    return project, Path(shutil.copytree(made, tmp_path / "class"))


@pytest.fixture
def quick(released, monkeypatch) -> None:
    """Neither book nor library is built again."""
    wheel = next(released[1].glob("*.whl"))
    monkeypatch.setattr(handout, "build_book", fake_book)
    monkeypatch.setattr(handout, "build_library", lambda to: Path(shutil.copy(wheel, to)).name)


def change_notebook(path: Path, change) -> None:
    notebook = json.loads(path.read_text("utf-8"))
    change(notebook)
    path.write_text(json.dumps(notebook), "utf-8")


def into_output(made: Path, secret: str) -> None:
    lines = [f"{line}\n" for line in secret.splitlines()]
    output = {"output_type": "stream", "name": "stdout", "text": lines}
    path = made / "exercises" / SLUG / f"{SLUG}.ipynb"
    change_notebook(path, lambda nb: nb["cells"][1]["outputs"].append(output))


def into_pieces_of_output(made: Path, secret: str) -> None:
    """Split it as a stream may be, in the middle of a line."""
    output = {"output_type": "stream", "name": "stdout", "text": [secret[:9], secret[9:]]}
    path = made / "exercises" / SLUG / f"{SLUG}.ipynb"
    change_notebook(path, lambda nb: nb["cells"][1]["outputs"].append(output))


def into_metadata(made: Path, secret: str) -> None:
    path = made / "book" / "notebooks" / "index.ipynb"
    change_notebook(path, lambda nb: nb["metadata"].update(course={"was": [{"x": secret}]}))


def into_page(made: Path, secret: str) -> None:
    """Write it as a highlighter does, a span a word."""
    words = re.split(r"(\W)", secret)
    marked = "".join(f"<span class='n'>{html.escape(word)}</span>" for word in words)
    (made / "book" / "page.html").write_text(f"<pre>{marked}</pre>")


def into_comment(made: Path, secret: str) -> None:
    (made / "book" / "page.html").write_text(f"<p>a</p><!-- {secret} --><p>b</p>")


def into_index(made: Path, secret: str) -> None:
    text = json.dumps({"titles": [secret]})
    (made / "book" / "searchindex.js").write_text(f"Search.setIndex({text})")


def into_library(made: Path, secret: str) -> None:
    with zipfile.ZipFile(next(made.glob("*.whl")), "a") as wheel:
        wheel.writestr("course_lib/data/notes.yml", secret)


def into_zip_in_a_zip(made: Path, secret: str) -> None:
    inner = made / "inner.zip"
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("a.txt", secret)
    with zipfile.ZipFile(made / "outer.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(inner, "inner.zip")
    inner.unlink()


def into_picture(made: Path, secret: str) -> None:
    (made / "book" / "a.png").write_bytes(b"\x89PNG\x00\xff" + secret.encode() + b"\xff\x00")


PLANTS = (into_output, into_pieces_of_output, into_metadata, into_page, into_comment, into_index,
          into_library, into_zip_in_a_zip, into_picture)  # fmt: skip


def test_a_release_is_clean(released):
    assert secrets_in(*released) == []


@pytest.mark.parametrize("plant", PLANTS)
@pytest.mark.parametrize("secret", [SOLUTION, HIDDEN])
def test_whatever_is_planted_is_found(plant, secret, copy):
    project, made = copy
    plant(made, secret)
    found = secrets_in(project, made)
    assert found
    kind = "solution" if secret == SOLUTION else "hidden check"
    assert all(f": {kind} of {SLUG}, mean" in line for line in found)
    assert any(secret.strip()[:60] in line for line in found)


def test_hidden_inputs_are_found_however_they_are_laid_out(copy):
    project, made = copy
    into_page(made, INPUT)
    [found] = secrets_in(project, made)
    assert "hidden check of averages, mean-hidden-1: [0.5, 1.5, 8.0]" in found


@pytest.mark.parametrize("name", ["a.pyc", "grades.db", "more.tar.gz", "model.pt"])
def test_what_cannot_be_searched_is_refused(name, copy):
    project, made = copy
    (made / name).write_bytes(b"")
    assert secrets_in(project, made) == [f"{name} cannot be searched"]


def test_a_link_is_refused(copy):
    project, made = copy
    (made / "solutions").symlink_to(project.solutions)
    assert secrets_in(project, made) == ["solutions is a link"]


def test_a_solution_in_the_books_own_source_is_no_excuse(copy):
    project, made = copy
    answer = "total = 0.0\nfor number in numbers:\n    total += number\nreturn total / len(numbers)"
    (project.book / "leak.md").write_text(answer)
    (made / "book" / "leak.html").write_text(f"<pre>{answer}</pre>")
    try:
        assert any("leak.html" in line for line in secrets_in(project, made))
    finally:
        (project.book / "leak.md").unlink()


def test_caches_and_stray_files_never_enter_the_library(released):
    with zipfile.ZipFile(next(released[1].glob("*.whl"))) as wheel:
        names = wheel.namelist()
    assert "course_lib/checks.py" in names
    assert "course_lib/claims.yml" in names
    kinds = {Path(name).suffix for name in names if name.startswith("course_lib/")}
    assert kinds <= {".py", ".yml", ".css", ".html", ".typed", ""}
    assert not [name for name in names if "solutions" in name or "tests" in name.split("/")]


def test_nothing_is_written_when_something_leaks(copy, quick, monkeypatch, tmp_path):
    project, _ = copy
    monkeypatch.setattr(handout, "readme", lambda *_: SOLUTION)
    target = tmp_path / "class-repository"
    target.mkdir()
    for to in (None, target):
        with pytest.raises(ProjectError, match=r"README\.md: solution of averages, mean"):
            hand_out(project, to=to)
    assert not (project.root / "dist").exists()
    assert not list(target.iterdir())


def test_folder_and_zip_hold_the_same(copy, quick, monkeypatch, tmp_path):
    project, _ = copy
    said = hand_out(project)
    folder = project.root / "dist" / "shallow-to-deep"
    files = {path.relative_to(folder.parent).as_posix(): path.read_bytes()
             for path in folder.rglob("*") if path.is_file()}  # fmt: skip
    with zipfile.ZipFile(folder.with_suffix(".zip")) as archive:
        zipped = {i.filename: archive.read(i) for i in archive.infolist() if not i.is_dir()}
    assert files == zipped
    assert "averages" in said
    assert "COURSE_TERM is not set" in said
    assert Project.find(folder / "exercises").is_release


def test_a_class_repository_is_brought_up_to_date(copy, quick, monkeypatch, tmp_path):
    project, _ = copy
    target = tmp_path / "class-repository"
    target.mkdir()
    with pytest.raises(ProjectError, match="does not exist"):
        hand_out(project, to=tmp_path / "nowhere")
    (target / "notes.md").write_text("the class's own")
    hand_out(project, to=target, solutions=[SLUG])
    assert (target / "solutions" / f"{SLUG}.ipynb").is_file()
    hand_out(project, to=target)
    assert not (target / "solutions" / f"{SLUG}.ipynb").exists()
    assert (target / "notes.md").read_text() == "the class's own"
    assert (target / RELEASE).is_file()


def test_a_repository_whose_past_holds_solutions_is_refused(copy, tmp_path):
    target = tmp_path / "fork"
    (target / "solutions").mkdir(parents=True)
    (target / "solutions" / "averages.md").write_text("secret")
    git = ["git", "-C", str(target), "-c", "user.name=A", "-c", "user.email=a@b.c"]
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "one"],
                    ["rm", "-q", "-r", "solutions"], ["commit", "-qm", "two"]):  # fmt: skip
        subprocess.run([*git, *command], check=True)
    with pytest.raises(ProjectError, match="a repository of its own"):
        hand_out(copy[0], to=target)


def test_solutions_after_the_deadline_keep_the_hidden_checks(released, quick, tmp_path):
    project, _ = released
    made = tmp_path / "class"
    assemble(project, made, [SLUG], [SLUG])
    text = "\n".join(
        "".join(cell["source"])
        for cell in json.loads((made / f"solutions/{SLUG}.ipynb").read_text("utf-8"))["cells"]
    )
    assert SOLUTION in text
    assert "best = numbers[0]" in text
    assert "# runs when you submit: longer lists have their mean" in text
    for gone in ("### BEGIN", "### END", "best = 0.0", "10 / 3"):
        assert gone not in text
    assert secrets_in(project, made, [SLUG]) == []
    assert secrets_in(project, made)
    with pytest.raises(ProjectError, match="no exercise 'quantum'"):
        hand_out(project, solutions=["quantum"])


def test_every_secret_of_every_exercise_would_be_found(tmp_path):
    hidden = leaks.secrets(sources(REAL))
    public = leaks.public_text(sources(REAL), [REAL.book, ROOT / "course_lib"])
    cells = {one.cell for one in hidden}
    assert {cell.split(",")[0] for cell in cells} == {path.stem for path in sources(REAL)}
    excused = [one for one in hidden if not one.strict and one.key in public]
    assert len(excused) < 0.02 * len(hidden)
    for number, one in enumerate(hidden):
        if one not in excused:
            found = list(leaks._search_file("a.md", f"x {one.text} y".encode(), [one]))
            assert found, (number, one)


def test_every_region_has_a_secret():
    """No hidden check and no answer is so short that the search would not look for it."""
    found = {(one.cell, one.kind) for one in leaks.secrets(sources(REAL))}
    for path in sources(REAL):
        text = path.read_text("utf-8")
        grade_id = ""
        for line in text.splitlines():
            if match := re.search(r'grade_id"?: "?([\w-]+)', line):
                grade_id = match[1]
            if line.strip() == "### BEGIN HIDDEN TESTS":
                assert (f"{path.stem}, {grade_id}", "hidden check") in found
            if line.strip() == "### BEGIN SOLUTION":
                assert (f"{path.stem}, {grade_id}", "solution") in found


@pytest.mark.slow
def test_the_course_itself_gives_nothing_away(tmp_path):
    """The real release: its book built, its library as a wheel, its notebooks; then one leak."""
    target = tmp_path / "class"
    target.mkdir()
    assert "none found" in hand_out(REAL, to=target)
    for slug in (path.stem for path in sources(REAL)):
        assert (target / "exercises" / slug / f"{slug}.ipynb").is_file()
    assert (target / "book" / "index.html").is_file()
    planted = []
    for path in sources(REAL):
        for kind in ("SOLUTION", "HIDDEN TESTS"):
            begin, end = f"### BEGIN {kind}\n", f"### END {kind}"
            planted.append(path.read_text("utf-8").partition(begin)[2].partition(end)[0])
    page = target / "book" / "index.html"
    page.write_bytes(page.read_bytes() + html.escape("\n".join(planted)).encode())
    found = secrets_in(REAL, target)
    assert all(line.startswith("book/index.html: ") for line in found)
    for path in sources(REAL):
        for kind in ("solution", "hidden check"):
            assert any(f": {kind} of {path.stem}, " in line for line in found)


@pytest.mark.slow
def test_a_student_works_in_what_was_given(released, tmp_path):
    """The library alone, unpacked from its wheel, checks and packs in the released folder."""
    place = Path(shutil.copytree(released[1], tmp_path / "class"))
    with zipfile.ZipFile(next(place.glob("*.whl"))) as wheel:
        wheel.extractall(tmp_path / "library")

    def course(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-P", "-m", "course_lib.cli", *arguments],
            cwd=place / "exercises",
            env={"PYTHONPATH": str(tmp_path / "library"), "PATH": "/usr/bin:/bin",
                 "HOME": str(tmp_path)},
            capture_output=True,
            text=True,
        )  # fmt: skip

    checked = course("check", SLUG)
    assert checked.returncode == 1, checked.stderr
    assert "not attempted" in checked.stdout
    handed = course("submit", SLUG, "--name", "ada")
    assert handed.returncode == 0, handed.stderr
    assert zipfile.ZipFile(place / "handin" / f"{SLUG}-ada.zip").namelist() == [f"{SLUG}.ipynb"]
    refused = course("grade")
    assert refused.returncode == 1
    assert "needs the course's sources" in refused.stderr
