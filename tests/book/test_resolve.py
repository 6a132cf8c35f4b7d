"""Resolved notebooks: plain Markdown, nothing raw, nothing that only the build reads."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import nbformat
import pytest
from tiny import course, page, write

from course_lib.authoring import myst
from course_lib.authoring.execute import Execution
from course_lib.authoring.pages import book_pages, read_notebook
from course_lib.authoring.resolve import resolve, write_resolved
from course_lib.project import ProjectError

PNG = base64.b64encode(b"\x89PNG").decode()
SVG = '<svg xmlns="http://www.w3.org/2000/svg"/>'
BIB = """
@article{rumelhart1986, author = {Rumelhart, David E. and Hinton, Geoffrey E. and Williams, R. J.},
  title = {Learning representations}, journal = {Nature}, year = {1986}}
@book{prince2023, author = {Prince, Simon J. D.}, title = {Understanding Deep Learning},
  publisher = {MIT Press}, year = {2023}}
"""


class Chapter:
    """A chapter of given prose and code, "executed" with the outputs given."""

    def __init__(self, root: Path) -> None:
        self.project = course(root, {"part/chapter": page(), "part/other": page("1"), "plain": ""})
        write(self.project.book / "references.bib", BIB)
        write(self.project.book / "plain.md", "# A plain page\n\n(a-label)=\n## A heading\n")
        write(self.project.book / "part" / "other.md", page("1", title="The *other* one"))
        write(self.project.book / "part" / "drawing.svg", SVG)

    def write(self, prose: str, *code: str, tags: str = "") -> None:
        text = page(*code, tags=tags).replace("Prose.", prose)
        write(self.project.book / "part" / "chapter.md", text)

    def executed(self, *outputs: list[Any]) -> Execution:
        chapter = next(page for page in book_pages(self.project) if page.slug == "part/chapter")
        notebook = read_notebook(chapter)
        code = [cell for cell in notebook.cells if cell.cell_type == "code"]
        for cell, told in zip(code, outputs, strict=True):
            cell.outputs = [nbformat.from_dict(output) for output in told]
        path = self.project.executed / "chapter.ipynb"
        write(path, nbformat.writes(notebook))
        return Execution(chapter, path, 1.0, False)

    def resolved(self, *outputs: list[Any]) -> Any:
        notebook = resolve(self.project, self.executed(*outputs))
        nbformat.validate(notebook)
        return notebook

    def prose(self, *outputs: list[Any]) -> str:
        cells = self.resolved(*outputs).cells
        return "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


@pytest.fixture
def chapter(tmp_path) -> Chapter:
    return Chapter(tmp_path)


def display(data: dict[str, str], **metadata: Any) -> dict[str, Any]:
    return {"output_type": "display_data", "data": data, "metadata": metadata}


def glued(name: str, value: str) -> dict[str, Any]:
    kind = "application/papermill.record/"
    return display(
        {f"{kind}text/plain": repr(value)}, scrapbook={"name": name, "mime_prefix": kind}
    )


def test_glued_values_are_put_into_their_sentences(chapter):
    chapter.write("It reads {glue:text}`accuracy`, off by {glue:text}`gap:.2f`.", "1")
    assert "It reads 97.20 %, off by 0.12." in chapter.prose(
        [glued("accuracy", "97.20 %"), glued("gap", "0.1234")]
    )


def test_a_value_that_nothing_glued_is_refused_by_name(chapter):
    chapter.write("It reads {glue:text}`acuracy`.", "1")
    with pytest.raises(ProjectError, match=r"part/chapter.*'acuracy'"):
        chapter.prose([glued("accuracy", "97 %")])


@pytest.mark.parametrize(
    ("source", "plain"),
    [
        ("{doc}`other`", "[The other one](other.ipynb)"),
        ("{doc}`that one </part/other>`", "[that one](other.ipynb)"),
        ("{doc}`../plain`", "A plain page"),
        ("[words](other.md)", "[words](other.ipynb)"),
        ("[words](../plain.md#a-heading)", "words"),
        ("[out](https://example.org)", "[out](https://example.org)"),
        ("{ref}`a-label`", "A heading"),
        ("{ref}`so <a-label>`", "so"),
        ("[so](#a-label)", "so"),
        ("{term}`epochs <epoch>` of a {term}`batch`", "epochs of a batch"),
        ("{cite}`prince2023`", "(Prince, 2023)"),
        ("{cite:p}`prince2023,rumelhart1986`", "(Prince, 2023; Rumelhart et al., 1986)"),
        ("{cite:t}`rumelhart1986`", "Rumelhart et al. (1986)"),
        ("{math}`x^2`, $y_1$ and `{doc}`", "$x^2$, $y_1$ and `{doc}`"),
        ("``a `{doc}`b` c``", "``a `{doc}`b` c``"),
        ("a role {term}`over two\nlines` of text", "a role over two lines of text"),
    ],
)
def test_roles_and_links(chapter, source, plain):
    chapter.write(source, "1")
    assert chapter.prose([]).partition("## References")[0].strip().endswith(plain)


@pytest.mark.parametrize(
    ("source", "plain"),
    [
        ("```{tip}\nTry `it`.\n```", "> **Tip**\n>\n> Try `it`."),
        (":::{note}\n:class: tip\nTwo\n\nparts\n:::", "> **Note**\n>\n> Two\n>\n> parts"),
        (":::{admonition} Predict {term}`it`\nHow?\n:::", "> **Predict it**\n>\n> How?"),
        (
            ":::{admonition} Answer\n:class: dropdown\nNo: $x$.\n:::",
            "<details>\n<summary><b>Answer</b></summary>\n\nNo: $x$.\n\n</details>",
        ),
        (
            "::::{admonition} Which?\n:::{admonition} This\n:class: dropdown\nNo.\n:::\n::::",
            "> **Which?**\n>\n> <details>\n> <summary><b>This</b></summary>\n>\n> No.\n>\n"
            "> </details>",
        ),
        ("```{math}\n:label: eq\nx = 1\n```\nSee {eq}`eq`.",
         "$$\nx = 1 \\tag{1}\n$$\n\nSee (1)."),
        ("$$x = 1$$ (eq)", "$$\nx = 1 \\tag{1}\n$$"),
        ("```{glossary}\nepoch\n  One {term}`pass`.\n```", "- **epoch**:\n  One pass."),
        ("```{code-block} python\nx = {doc}\n```", "```python\nx = {doc}\n```"),
        ("````\n```{tip}\n````", "````\n```{tip}\n````"),
        ("Supported\n: It held.", "**Supported**: It held."),
        ("% a comment\n(here)=\nText", "Text"),
    ],
)  # fmt: skip
def test_blocks(chapter, source, plain):
    chapter.write(source, "1")
    assert chapter.prose([]).endswith(plain)


def test_pictures_travel_inside_the_notebook(chapter):
    chapter.write("```{figure} drawing.svg\n:alt: a drawing\nIts {term}`caption`.\n```", "1")
    cell = chapter.resolved([]).cells[0]
    assert "![a drawing](attachment:drawing.svg)\n\n*Its caption.*" in cell.source
    assert base64.b64decode(cell.attachments["drawing.svg"]["image/svg+xml"]).decode() == SVG


def test_a_missing_picture_is_named(chapter):
    chapter.write("![a drawing](none.svg)", "1")
    with pytest.raises(ProjectError, match=r"part/chapter.*none\.svg"):
        chapter.prose([])


def test_what_was_cited_is_listed_once_at_the_end(chapter):
    chapter.write("{cite}`prince2023`, again {cite:t}`prince2023`.", "1")
    last = chapter.resolved([]).cells[-1].source
    assert last.startswith("## References")
    assert last.count("Understanding Deep Learning") == 1


def test_an_unknown_reference_is_named(chapter):
    chapter.write("{cite}`nobody1900`", "1")
    with pytest.raises(ProjectError, match="nobody1900"):
        chapter.prose([])


@pytest.mark.parametrize(
    "source",
    ["{unknown}`role`", "```{list-table}\n* - a\n```", "{numref}`Figure %s <x>`"],
)
def test_what_has_no_plain_form_is_refused(chapter, source):
    chapter.write(f"Words before.\n\n{source}", "1")
    with pytest.raises(ProjectError, match=r"part/chapter, cell 1.*has no plain form"):
        chapter.prose([])


@pytest.mark.parametrize(
    ("text", "raw"),
    [
        ("a {doc}`b`", "{doc}`b"),
        (":::{tip}\nx\n:::", ":::{tip}"),
        ("text\n(label)=\ntext", "(label)="),
        ("% comment", "% comment"),
        ("`{doc}` and ```` {term}`x` ````", None),
        ("```python\nx = '{doc}`b`'\n% magic\n```", None),
        ("50 % of $x_{i}$", None),
    ],
)
def test_lint_finds_what_is_raw_and_leaves_code_alone(text, raw):
    assert myst.lint(text) == raw


def test_a_figure_keeps_its_picture_and_its_caption(chapter):
    chapter.write("Prose.", "figures.show()")
    bundle = {"text/html": f"<figure>{SVG}</figure>", "image/png": PNG, "text/plain": "Figure"}
    told = {"course": {"figure": {"alt": "a", "caption": "What to see"}}}
    first, second = chapter.resolved([display(bundle, **told)]).cells[-1].outputs
    assert set(first.data) == {"image/png", "text/plain"}
    assert "course" not in first.metadata
    assert second.data == {"text/markdown": "*What to see*"}


def test_a_drawing_without_a_picture_is_refused(chapter):
    chapter.write("Prose.", "show()")
    with pytest.raises(ProjectError, match=r"figures\.show"):
        chapter.resolved([display({"text/html": SVG})])


@pytest.mark.parametrize(
    ("tag", "hidden", "outputs"),
    [
        ("remove-cell", {"source_hidden": True}, 0),
        ("remove-input", {"source_hidden": True}, 1),
        ("hide-input", {"source_hidden": True}, 1),
        ("hide-output", {"outputs_hidden": True}, 1),
        ("hide-cell", {"source_hidden": True, "outputs_hidden": True}, 1),
        ("remove-output", None, 0),
    ],
)
def test_what_the_page_hides_is_folded(chapter, tag, hidden, outputs):
    chapter.write("Prose.", "x = 1\nx", tags=tag)
    cell = chapter.resolved([display({"text/plain": "1"})]).cells[-1]
    assert cell.metadata.get("jupyter") == hidden
    assert len(cell.outputs) == outputs
    assert "tags" not in cell.metadata


@pytest.mark.parametrize(
    ("source", "kept"),
    [
        ("page.glue(a='1')\npage.lesson('x', larger=1, smaller=0)", False),
        ("assert x > 0\nlesson('x', larger=1, smaller=0)", False),
        ("from course_lib import page\npage.glue(a='1')", True),
        ("y = 1\npage.glue(a=str(y))", True),
        ("%matplotlib inline", True),
    ],
)
def test_a_hidden_cell_stays_if_a_later_one_may_need_it(chapter, source, kept):
    chapter.write("Prose.", source, tags="remove-cell")
    cells = chapter.resolved([]).cells
    assert any(cell.cell_type == "code" for cell in cells) == kept


def test_tags_that_change_a_run_stay(chapter):
    chapter.write("Prose.", "1 / 0", tags="raises-exception, remove-input")
    assert chapter.resolved([]).cells[-1].metadata.tags == ["raises-exception"]


def test_only_what_a_kernel_needs_is_left_in_the_metadata(chapter):
    chapter.write("Prose.", "1")
    assert set(chapter.resolved([]).metadata) <= {"kernelspec", "language_info"}


def test_notebooks_are_written_where_their_pages_lie(chapter, tmp_path):
    chapter.write("Prose.", "1")
    written = write_resolved(chapter.project, [chapter.executed([])], tmp_path / "out")
    assert written == [tmp_path / "out" / "part" / "chapter.ipynb"]
    again = nbformat.read(written[0], 4)
    assert again.cells[0].source.startswith("# A page")


def test_two_conversions_give_the_same_file(chapter, tmp_path):
    chapter.write("{cite}`prince2023`", "1")
    texts = [
        write_resolved(chapter.project, [chapter.executed([])], tmp_path / name)[0].read_bytes()
        for name in ("one", "two")
    ]
    assert texts[0] == texts[1]
