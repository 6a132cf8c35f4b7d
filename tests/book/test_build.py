"""Building: all or nothing, once for each change, and what it says when it cannot."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
import time
from pathlib import Path

import psutil
import pytest
from tiny import write

from course_lib.authoring import build
from course_lib.authoring.build import (
    BuildError,
    build_book,
    check_links,
    complaints,
    fingerprint,
    up_to_date,
)
from course_lib.authoring.execute import ExecutionError
from course_lib.authoring.keep import lay_out_notebooks
from course_lib.authoring.pages import book_pages
from course_lib.authoring.status import read_runs
from course_lib.project import Project

CHAPTER = "networks/scikit-learn-mlp"

DEVICES = {
    "devices": {
        "cpu": {"hardware": {"processor": "A processor", "cores": 16}, "date": "2026-01-01"},
        "cuda": {
            "hardware": {"processor": "A processor", "cores": 16, "gpu": "A card"},
            "date": "2026-01-02",
        },
    },
    "pages": {CHAPTER: {"cpu": {"seconds": 7.5}, "cuda": {"seconds": 2.5}}},
}


def change(project: Project, slug: str, old: str, new: str) -> Path:
    path = project.book / f"{slug}.md"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    return path


def processes() -> list[psutil.Process]:
    return list(psutil.process_iter(["cmdline"]))


def html(project: Project, slug: str) -> str:
    return (project.html / f"{slug}.html").read_text("utf-8")


def test_every_page_of_the_contents_is_there_with_its_outputs(built):
    project, said = built
    assert re.match(r"7 pages, 1 of 1 with code executed now, in \d+ s\n", said)
    assert CHAPTER in said
    assert str(project.html / "index.html") in said
    for page in book_pages(project):
        assert page.title in html(project, page.slug)
    chapter = html(project, CHAPTER)
    assert 'aria-label="A curve that falls from 1 to 0.3."' in chapter
    assert "a line" in chapter
    assert '<span class="pasted-text">97.2 %</span>' in chapter
    assert "hidden = 1" not in chapter


def test_mathematics_is_rendered_while_building(built):
    chapter = html(built[0], CHAPTER)
    assert 'class="katex-display"' in chapter
    assert "<math" in chapter
    assert "MathJax" not in chapter


def test_the_map_links_what_stands_and_marks_what_is_planned(built):
    page = html(built[0], "index")
    standing = re.findall(r'<li class="course-map-here">(.*?)</li>', page, re.S)
    planned = re.findall(r'<li class="course-map-ahead">(.*?)</li>', page, re.S)
    assert len(standing) == 6  # every page but the landing page, which is no chapter
    assert all("<a " in entry and "planned" not in entry for entry in standing)
    assert sum("exercise" in entry for entry in standing) == 1
    assert all("planned" in entry and "<a " not in entry for entry in planned)


def test_the_ledger_has_every_claim_and_waits_for_what_is_not_settled(built):
    from course_lib.claims import ledger

    page = html(built[0], "preface/the-claims")
    assert page.count("<tr>") - page.count("<thead") == len(ledger())
    assert page.count("course-badge-planned") == len(ledger())
    assert f'href="../{CHAPTER}.html"' in page


def test_the_status_page_tells_seconds_machine_and_versions(built):
    [run] = read_runs(built[0])
    page = html(built[0], "back/status")
    for told in (f"{run.seconds:.1f}", run.machine, run.date, f"torch {run.versions['torch']}"):
        assert told in page
    assert "No run on a GPU is on record yet" in page


def test_notebooks_are_laid_out_and_offered(built):
    project, _ = built
    published = project.html / "notebooks" / f"{CHAPTER}.ipynb"
    laid_out = project.root / "notebooks" / f"{CHAPTER}.ipynb"
    assert published.read_bytes() == laid_out.read_bytes()
    assert f'href="../notebooks/{CHAPTER}.ipynb" download' in html(project, CHAPTER)
    assert "course-download" not in html(project, "back/glossary")


def test_a_second_build_has_nothing_to_do_and_is_quick(built):
    project, _ = built
    start = time.perf_counter()
    assert build_book(project).startswith("Nothing has changed")
    assert time.perf_counter() - start < 5


def test_a_readers_notebook_is_left_alone_and_kept_when_a_new_version_comes(copy, capsys):
    laid_out = copy.root / "notebooks" / f"{CHAPTER}.ipynb"
    write(laid_out, "my own work")
    build_book(copy)
    assert laid_out.read_text("utf-8") == "my own work"
    published = copy.html / "notebooks" / f"{CHAPTER}.ipynb"
    write(published, published.read_text("utf-8") + "\n")
    lay_out_notebooks(copy)
    assert laid_out.read_bytes() == published.read_bytes()
    [kept] = (copy.build / "kept").iterdir()
    assert kept.read_text("utf-8") == "my own work"
    assert str(kept) in capsys.readouterr().err
    laid_out.unlink()
    lay_out_notebooks(copy)
    assert laid_out.read_bytes() == published.read_bytes()


def test_what_was_published_is_watched(copy):
    assert up_to_date(copy)
    (copy.html / "back" / "glossary.html").unlink()
    assert not up_to_date(copy)


@pytest.mark.parametrize(
    "touch",
    [
        lambda project: change(project, "index", "Words.", "Words!"),
        lambda project: write(project.root / "_config.yml", "title: Other\n"),
        lambda project: write(project.records / "other.json", "{}"),
    ],
)
def test_the_fingerprint_covers_what_a_build_reads(copy, touch):
    before = fingerprint(copy, "cpu")
    touch(copy)
    assert fingerprint(copy, "cpu") != before


def test_the_fingerprint_covers_settings_and_no_droppings(copy, monkeypatch):
    before = fingerprint(copy, "cpu")
    assert fingerprint(copy, "cuda") != before
    write(copy.book / ".ipynb_checkpoints" / "x.md", "")
    assert fingerprint(copy, "cpu") == before
    monkeypatch.setenv("COURSE_URL", "https://example.org")
    assert fingerprint(copy, "cpu") != before


@pytest.mark.slow
def test_new_prose_is_rendered_without_a_run_and_an_address_gives_a_sitemap(copy, monkeypatch):
    temporary = tempfile.mkdtemp(prefix="c")  # short, for a socket's path has to be
    monkeypatch.setenv("TMPDIR", temporary)
    monkeypatch.setenv("COURSE_URL", "https://example.org/book")
    change(copy, CHAPTER, "The score is", "We score")
    write(copy.records / "devices.json", json.dumps(DEVICES))
    assert "0 of 1 with code executed now" in build_book(copy)
    chapter = html(copy, CHAPTER)
    assert "We score" in chapter
    assert f'href="https://example.org/book/{CHAPTER}.html"' in chapter
    assert f"https://example.org/book/{CHAPTER}.html" in (copy.html / "sitemap.xml").read_text()
    status = html(copy, "back/status")
    for told in ("seconds on cuda", "A processor, 16 cores, A card", "2.5", "2026-01-02"):
        assert told in status
    assert "No run on a GPU" not in status
    assert not any(temporary in " ".join(one.info["cmdline"] or []) for one in processes())
    assert list(Path(temporary).glob("katex*")) == []
    shutil.rmtree(temporary)


@pytest.mark.slow
def test_warnings_are_errors_with_page_and_line_each_time(copy):
    path = change(copy, CHAPTER, "The score is", "{doc}`nowhere` $\\frac{1$ {py:func}`no.where`")
    line = 1 + path.read_text("utf-8").split("{doc}`nowhere`")[0].count("\n")
    for _ in range(2):  # Sphinx by itself would not read a broken page a second time
        with pytest.raises(BuildError) as raised:
            build_book(copy)
        told = str(raised.value).splitlines()
        assert len(told) < 8
        assert any(f"{CHAPTER}.md:{line}: " in text and "nowhere" in text for text in told)
        assert any(f"{CHAPTER}.md" in text and "\\frac{1" in text for text in told)
        assert any("no.where" in text for text in told)
        assert not copy.html.exists()
        assert not up_to_date(copy)


@pytest.mark.slow
def test_sphinx_may_not_execute_a_page(copy, monkeypatch):
    change(copy, "index", "Words.", "Words!")
    folder = copy.build / ".jupyter_cache"
    monkeypatch.setattr(build, "_fill_cache", lambda *_: shutil.rmtree(folder))
    with pytest.raises(BuildError, match="executed a page itself"):
        build_book(copy)


def test_a_page_that_does_not_run_leaves_no_book(copy):
    change(copy, CHAPTER, "print('a line')", "1 / 0")
    with pytest.raises(ExecutionError, match="ZeroDivisionError"):
        build_book(copy)
    assert not copy.html.exists()
    assert not up_to_date(copy)


def test_a_page_outside_its_record_leaves_no_book(copy, monkeypatch):
    change(copy, "index", "Words.", "Words!")
    monkeypatch.setattr(build, "check_records", lambda *_: ["one: stale", "two: outside"])
    with pytest.raises(BuildError, match="one: stale\ntwo: outside"):
        build_book(copy)
    assert not copy.html.exists()


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda text: text.replace('class="cell_output', 'class="cell_outpu', 1), "outputs of 1"),
        (None, "not rendered"),
    ],
)
def test_what_was_rendered_is_counted(copy, spoil, told):
    path = copy.html / f"{CHAPTER}.html"
    if spoil:
        write(path, spoil(path.read_text("utf-8")))
    else:
        path.unlink()
    pages = book_pages(copy)
    executions = build.execute_pages(copy, pages, progress=False)
    with pytest.raises(BuildError, match=told):
        build._verify(copy, pages, executions)


def test_complaints_are_short():
    project, log = Project(Path("/c")), Path("sphinx.log")
    lines = [
        "/c/book/a.md:3: WARNING: unknown document: 'x' [ref.doc]",
        "reading sources... [ 50%] a",
        "/c/book/a.md:3: WARNING: unknown document: 'x' [ref.doc]",
        *(f"/c/book/b.md:{n}: ERROR: bad {n}" for n in range(40)),
    ]
    told = complaints(project, lines, log).splitlines()
    assert told[1] == "book/a.md:3: unknown document: 'x' [ref.doc]"
    assert told[-2:] == ["... and 21 more", "(log: sphinx.log)"]
    assert len(told) == 23


def test_a_crash_is_told_by_its_cause():
    lines = ["Traceback ...", "KeyError: 'label'", "RuntimeError:", "==="]
    assert "KeyError: 'label'" in complaints(Project(Path("/c")), lines, Path("x"))
    assert "without a word" in complaints(Project(Path("/c")), [], Path("x"))


def test_links_that_lead_nowhere_are_told_by_page_and_line(built, monkeypatch):
    def sphinx(_project, out, *options):
        assert options == ("--builder", "linkcheck")
        rows = [
            {"filename": "a.md", "lineno": 4, "uri": "https://x", "status": status, "info": "404"}
            for status in statuses
        ]
        write(out / "_build/html/output.json", "\n".join(json.dumps(row) for row in rows))
        return ""

    monkeypatch.setattr(build, "_sphinx", sphinx)
    monkeypatch.setattr(build, "build_book", lambda _project: "built")
    statuses = ["working", "redirected", "unchecked", "local"]
    assert check_links(built[0]) == "All 2 links that leave the book lead somewhere."
    statuses = ["working", "broken"]
    with pytest.raises(BuildError, match=r"book/a\.md:4: https://x: 404"):
        check_links(built[0])
