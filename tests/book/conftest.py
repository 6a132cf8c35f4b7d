"""Books to look at: a small one, built once for the tests that take it apart."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tiny import page, write

from course_lib.authoring.build import build_book
from course_lib.project import Project

ROOT = Path(__file__).parents[2]
TOC = """\
format: jb-book
root: index
parts:
  - caption: Preface
    chapters: [{file: preface/the-claims}]
  - caption: I Networks
    chapters: [{file: networks/scikit-learn-mlp}]
  - caption: Back matter
    chapters:
      - {file: back/glossary}
      - {file: back/api}
      - {file: back/status}
      - {file: back/bibliography}
"""
CHAPTER = """
from course_lib import figures, page

page.glue(accuracy="97.2 %")
figures.loss_curves(
    {"training": [1.0, 0.5, 0.3]}, title="It falls", alt="A curve that falls from 1 to 0.3."
)
""".strip()
PROSE = """
The score is {glue:text}`accuracy`, {term}`epoch` by epoch {cite}`prince2023`, with $x^2$ in it.

```{math}
:label: square
y = x^2
```

:::{admonition} Answer
:class: dropdown
See {doc}`../back/glossary` and {eq}`square`.
:::
"""


def small_course(root: Path) -> Project:
    """Write a course of a few pages with the real one's configuration and look."""
    project = Project(root)
    write(root / "_config.yml", (ROOT / "_config.yml").read_text("utf-8"))
    shutil.copytree(ROOT / "book" / "_static", project.book / "_static")
    code = [CHAPTER, "print('a line')", "hidden = 1"]
    pages = {
        "index": "# Small\n\nWords.\n\n## The map\n\n```{course-syllabus}\n```\n",
        "preface/the-claims": "# Claims\n\n```{course-claims}\n```\n",
        "networks/scikit-learn-mlp": page(*code, title="Digits", tags="remove-cell").replace(
            "Prose.", PROSE
        ),
        "back/glossary": "# Glossary\n\n```{glossary}\nepoch\n  One pass over the data.\n```\n",
        "back/api": "# API\n\n```{eval-rst}\n.. automodule:: course_lib.page\n   :members:\n```\n",
        "back/status": "# Status\n\n```{course-status}\n```\n",
        "back/bibliography": "# Bibliography\n\n```{bibliography}\n```\n",
    }
    for slug, text in pages.items():
        write(project.book / f"{slug}.md", text)
    write(project.book / "_toc.yml", TOC)
    write(
        project.book / "references.bib",
        "@book{prince2023, author={Prince, S.}, title={Deep Learning}, year={2023}, publisher={P}}",
    )
    return project


@pytest.fixture(scope="session")
def built(tmp_path_factory) -> tuple[Project, str]:
    """The small course, built, and what the build said."""
    project = small_course(tmp_path_factory.mktemp("small"))
    return project, build_book(project)


@pytest.fixture
def copy(built, tmp_path) -> Project:
    """A copy of the built small course, to be changed."""
    project = Project(tmp_path / "copy")
    shutil.copytree(built[0].root, project.root)
    return project
