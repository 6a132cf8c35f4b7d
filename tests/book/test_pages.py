"""The book's pages: their order, what they are, and when an earlier run of one still holds."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tiny import course, page, write

from course_lib.authoring import pages as pages_module
from course_lib.authoring.pages import (
    book_pages,
    cache_key,
    library_digest,
    read_notebook,
    record_path,
    versions,
)
from course_lib.project import Project, ProjectError

PLAIN = page("x = 1", "print(x)")


def key(project: Project, *, seed: int = 0, device: str = "cpu") -> str:
    (only,) = [page for page in book_pages(project) if page.has_code]
    return cache_key(project, only, seed=seed, device=device)


def test_pages_come_in_reading_order(tmp_path):
    project = course(tmp_path, {})
    write(
        project.book / "_toc.yml",
        """
        format: jb-book
        root: index
        parts:
          - caption: One
            chapters:
              - file: one/first
                sections:
                  - file: one/inner
              - url: https://example.org
                title: Elsewhere
              - file: one/second.md
          - caption: Two
            chapters:
              - file: two/last
        """,
    )
    for slug in ("one/first", "one/inner", "one/second", "two/last"):
        write(project.book / f"{slug}.md", f"# {slug}\n")
    slugs = [page.slug for page in book_pages(project)]
    assert slugs == ["index", "one/first", "one/inner", "one/second", "two/last"]


def test_a_page_knows_its_title_and_whether_it_has_code(tmp_path):
    project = course(
        tmp_path,
        {
            "part/code": page("1", title="Read *digits* in `ten` lines"),
            "part/prose": "```python\n# not a title\n```\n\n# Prose\n\n## Below\n",
            "part/front": page(title="Notebook without code"),
            # Without front matter MyST-NB takes the page for prose, and so do we.
            "part/fence": "# Fence\n\n```{code-cell} python3\n1\n```\n",
        },
    )
    found = {page.slug: (page.title, page.has_code) for page in book_pages(project)}
    assert found == {
        "index": ("Home", False),
        "part/code": ("Read digits in ten lines", True),
        "part/prose": ("Prose", False),
        "part/front": ("Notebook without code", False),
        "part/fence": ("Fence", False),
    }


@pytest.mark.parametrize(
    ("toc", "said"),
    [
        ("format: jb-book\nroot: index\nchapters:\n- file: gone\n", "names gone"),
        ("format: jb-book\nchapters: []\n", "cannot be read"),
        ("root: [\n", "cannot be read"),
        ("format: jb-book\nroot: index\nchapters:\n- glob: part/*\n", "has a glob"),
    ],
)
def test_a_broken_table_of_contents_is_one_clear_line(tmp_path, toc, said):
    project = course(tmp_path, {})
    write(project.book / "_toc.yml", toc)
    with pytest.raises(ProjectError, match=said) as raised:
        book_pages(project)
    assert "\n" not in str(raised.value)


def test_no_table_of_contents_is_one_clear_line(tmp_path):
    with pytest.raises(ProjectError, match="restore"):
        book_pages(Project(tmp_path))


def test_two_pages_cannot_share_a_record(tmp_path):
    project = course(tmp_path, {"one/depth": PLAIN, "two/depth": PLAIN})
    with pytest.raises(ProjectError, match="two pages are called depth"):
        book_pages(project)


def test_a_page_that_cannot_be_read_is_named(tmp_path):
    project = course(tmp_path, {"bad": "---\n{unclosed\n---\n\n# Bad\n"})
    with pytest.raises(ProjectError, match=r"bad\.md cannot be read") as raised:
        book_pages(project)
    assert "\n" not in str(raised.value)


def test_two_conversions_give_the_same_cell_ids(tmp_path):
    project = course(tmp_path, {"part/with.dots-and-a-name-" + "long-" * 15: PLAIN})
    only = book_pages(project)[1]
    first, second = read_notebook(only), read_notebook(only)
    assert first == second
    ids = [cell.id for cell in first.cells]
    assert len(set(ids)) == 3
    assert all(1 <= len(name) <= 64 for name in ids)


@pytest.mark.parametrize(
    "change",
    [
        page("x = 2", "print(x)"),
        page("x = 1", "print(x)", "x"),
        page("x = 1", "print(x)", tags="raises-exception"),
        page("x = 1", "print(x)", mystnb={"execution_timeout": 7}),
    ],
    ids=["code", "cell", "tag", "timeout"],
)
def test_a_change_that_matters_asks_for_a_new_run(tmp_path, change):
    before = key(course(tmp_path / "before", {"a": PLAIN}))
    assert key(course(tmp_path / "after", {"a": change})) != before


@pytest.mark.parametrize(
    "change",
    [
        PLAIN.replace("Prose.", "Better prose."),
        PLAIN.replace("# A page", "# Another title"),
        page("x = 1", "print(x)", tags="remove-input"),
    ],
    ids=["prose", "title", "look"],
)
def test_a_change_of_prose_or_look_does_not(tmp_path, change):
    before = key(course(tmp_path / "before", {"a": PLAIN}))
    assert key(course(tmp_path / "after", {"a": change})) == before


def test_seed_device_record_versions_and_library_are_in_the_key(tmp_path, monkeypatch):
    project = course(tmp_path, {"part/a": PLAIN})
    keys = [key(project), key(project, seed=1), key(project, device="cuda")]
    record = record_path(project, book_pages(project)[1])
    assert record == project.records / "a.json"
    write(record, "{}")
    keys.append(key(project))
    write(record, "{ }")
    keys.append(key(project))
    monkeypatch.setattr(pages_module, "versions", lambda: versions() | {"torch": "99"})
    keys.append(key(project))
    monkeypatch.setattr(pages_module, "library_digest", lambda package: "another")
    keys.append(key(project))
    assert len(set(keys)) == len(keys)


def test_the_library_is_what_a_page_can_use(tmp_path):
    files = ["data/split.py", "claims.yml", "page.py"]
    unused = [
        "authoring/kernel.py",
        "grading/__init__.py",
        "cli.py",
        "data/__pycache__/split.pyc",
    ]
    for name in files + unused:
        write(tmp_path / name, "1")
    before = library_digest(tmp_path)
    for name in unused:
        write(tmp_path / name, "2")
        assert library_digest(tmp_path) == before
    for name in files:
        write(tmp_path / name, "2")
        assert library_digest(tmp_path) != before
        write(tmp_path / name, "1")
    (tmp_path / "page.py").rename(tmp_path / "other.py")
    assert library_digest(tmp_path) != before


def test_a_key_costs_no_heavy_import(tmp_path):
    course(tmp_path, {"a": PLAIN})
    program = (
        "import sys; from pathlib import Path; from course_lib.project import Project\n"
        "from course_lib.authoring.pages import book_pages, cache_key\n"
        f"project = Project(Path({str(tmp_path)!r}))\n"
        "cache_key(project, book_pages(project)[1], seed=0, device='cpu')\n"
        "heavy = {'torch', 'sklearn', 'scipy', 'numpy', 'matplotlib'} & set(sys.modules)\n"
        "sys.exit(str(heavy) if heavy else 0)\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_versions_tell_what_computes():
    told = versions()
    assert told["python"] == ".".join(map(str, sys.version_info[:3]))
    assert {"numpy", "scipy", "scikit-learn", "torch", "matplotlib", "ipykernel"} < told.keys()
    assert all(told.values())


def test_a_notebook_keeps_its_own_ids(tmp_path):
    from tiny import notebook

    path = notebook(Path(tmp_path) / "n.ipynb", {"source": "1", "id": "graded"})
    found = pages_module.page_at(path, "exercises/n", "student")
    assert found.has_code
    assert [cell.id for cell in read_notebook(found).cells] == ["graded"]
