"""Every chapter that stands, held to what a chapter is: shape, rhythm, facts."""

from __future__ import annotations

import ast
import re
import statistics
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any

import jupytext
import pytest
import yaml

from course_lib import claims

BOOK = Path(__file__).parents[2] / "book"
SYLLABUS = yaml.safe_load(files("course_lib").joinpath("syllabus.yml").read_text("utf-8"))
PLOTS = {"bars", "confusion", "decision_regions", "image_grid", "intervals", "loss_curves"}
PLOTS |= {"show", "weights"}

CELLS, MEDIAN, LONGEST, WIDTH = (10, 22), 5, 30, 76
WORDS, FIGURES, VERBS, QUESTIONS = (1200, 2500), (3, 7), (3, 5), (2, 4)

_FENCE = re.compile(r"^\s*(?P<fence>`{3,}|:{3,})(?P<info>.*)$")
_ROLE = re.compile(r"\{(?P<role>[\w:-]+)\}`(?P<text>[^`]+)`")
# A result that somebody typed: a share or a time with its unit, or a number with decimals.
_TYPED = re.compile(
    r"(?<![\w.])(?:\d+(?:[.,]\d+)?\s*(?:%|per ?cent\b|points?\b|m?s\b|seconds?\b|minutes?\b)"
    r"|\d*\.\d+)"
)
# What an interval covers is a convention, and a difference worth having is the author's choice.
_CONVENTIONS = re.compile(r"95 % (?=interval)|(?<=We say )[\d.]+(?=:)")
_BANNED = re.compile(r"let['’]s dive|dive in\b|without further ado|[\U0001f300-\U0001faff]", re.I)


@dataclass(frozen=True)
class Chapter:
    """A chapter's source, taken apart."""

    slug: str
    text: str

    @cached_property
    def cells(self) -> list[Any]:
        notebook = jupytext.reads(
            self.text, {"extension": ".md", "format_name": "myst"}, as_version=4
        )
        return list(notebook.cells)

    @cached_property
    def code(self) -> list[Any]:
        return [cell for cell in self.cells if cell.cell_type == "code"]

    @cached_property
    def markdown(self) -> str:
        return "\n\n".join(cell.source for cell in self.cells if cell.cell_type == "markdown")

    @cached_property
    def prose(self) -> str:
        """The words a reader reads: no code, formulas or marks; each glued value is one word."""
        kept, code = [], False
        for line in self.markdown.splitlines():
            fence = _FENCE.match(line)
            if fence and not code:
                info = fence["info"].strip()
                code = bool(info) and not info.startswith("{")
                # A titled admonition's title is read too.
                kept.append(re.sub(r"^\{[\w-]+\}", "", info) if info.startswith("{") else "")
            elif fence:
                code = False
            elif not code and not re.match(r"^:\w+:", line):
                kept.append(line)
        text = re.sub(r"\$\$.+?\$\$|\$[^$\n]+\$", " ", "\n".join(kept), flags=re.S)
        text = _ROLE.sub(_read_aloud, text)
        return re.sub(r"`[^`]*`", " code ", text)

    @cached_property
    def calls(self) -> list[tuple[Any, str, ast.Call]]:
        """Every call in the code: its cell, the name it is called by, and the call."""
        return [
            (cell, ast.unparse(node.func), node)
            for cell in self.code
            for node in ast.walk(ast.parse(cell.source))
            if isinstance(node, ast.Call)
        ]


def _read_aloud(found: re.Match[str]) -> str:
    if found["role"].startswith("cite"):
        return ""
    if found["role"].startswith("glue"):
        return "glued"
    return found["text"].partition("<")[0]


def _tags(cell: Any) -> list[str]:
    return list(cell.metadata.get("tags", []))


def _within(what: str, number: float, bounds: tuple[int, int]) -> Iterator[str]:
    low, high = bounds
    if not low <= number <= high:
        yield f"{number:g} {what}, wanted {low} to {high}"


def front(chapter: Chapter) -> Iterator[str]:
    """Title, what one will be able to do, needs, minutes, the claim; in that order."""
    titles = re.findall(r"^# .+$", chapter.markdown, re.M)
    if len(titles) != 1 or not chapter.markdown.startswith(titles[0]):
        yield "wanted one title, as the first line"
    opening = chapter.cells[0].source
    wanted = [
        r"You will be able to",
        r"Needs",
        r"Minutes:\*\* \d+$",
        r"The claim, at its strongest",
    ]
    at = [found.start() if (found := re.search(w, opening, re.M)) else -1 for w in wanted]
    for name, place in zip(wanted, at, strict=True):
        if place < 0:
            yield f"the front lacks an item {name!r}"
    if at != sorted(at):
        yield "the front's items are out of order"
    able = re.search(r"You will be able to\S* (.+)", opening)
    if able:
        yield from _within("things to be able to do", len(able[1].split(";")), VERBS)
    minutes = re.search(r"Minutes:\*\* (\d+)", opening)
    if minutes and int(minutes[1]) >= 60:
        yield "a chapter takes under an hour"


def rhythm(chapter: Chapter) -> Iterator[str]:
    """Cells: how many, how long, how wide; words and figures."""
    lengths = [len(cell.source.splitlines()) for cell in chapter.code]
    yield from _within("code cells", len(lengths), CELLS)
    if statistics.median(lengths) > MEDIAN:
        yield f"a median of {statistics.median(lengths)} lines a cell, wanted {MEDIAN} or fewer"
    for cell in chapter.code:
        lines = cell.source.splitlines()
        if len(lines) > LONGEST:
            yield f"a cell of {len(lines)} lines begins with {lines[0]!r}"
        yield from (f"over {WIDTH} characters: {line!r}" for line in lines if len(line) > WIDTH)
    yield from _within("words", len(re.findall(r"\b[\w'’-]+\b", chapter.prose)), WORDS)
    shown = [name for _, name, _ in chapter.calls if name.removeprefix("figures.") in PLOTS]
    yield from _within("figures", len(shown), FIGURES)


def figures(chapter: Chapter) -> Iterator[str]:
    """Every figure says what it shows, and has a title."""
    for _, name, call in chapter.calls:
        if name.removeprefix("figures.") not in PLOTS:
            continue
        given = {keyword.arg for keyword in call.keywords}
        if "alt" not in given:
            yield f"line {call.lineno} of a cell: {name} has no alt="
        if "title" not in given and not name.endswith("show"):
            yield f"line {call.lineno} of a cell: {name} has no title="


def facts(chapter: Chapter) -> Iterator[str]:
    """No result is typed, the seed comes from the environment, sources exist."""
    body = re.sub(r"^- \*\*Minutes.+$", "", chapter.prose, flags=re.M)
    for paragraph in _CONVENTIONS.sub("", body).splitlines():
        yield from (
            f"typed, not glued: {found[0]!r} in {paragraph[:60]!r}"
            for found in _TYPED.finditer(paragraph)
        )
    if not any(name == "page.seed" for _, name, _ in chapter.calls):
        yield "no page.seed(): the page cannot be run with another seed"
    for _, name, call in chapter.calls:
        for keyword in call.keywords:
            if keyword.arg in ("random_state", "seed") and isinstance(keyword.value, ast.Constant):
                yield f"{name}({keyword.arg}={keyword.value.value}) does not follow the seed"
    if any("warnings" in cell.source for cell in chapter.code):
        yield "warnings are settled, not silenced"
    known = set(re.findall(r"^@\w+\{([^,]+),", (BOOK / "references.bib").read_text("utf-8"), re.M))
    for found in _ROLE.finditer(chapter.markdown):
        if found["role"].startswith("cite"):
            yield from (f"no reference {k}" for k in found["text"].split(",") if k not in known)
    if found := _BANNED.search(chapter.markdown):
        yield f"not in this book: {found[0]!r}"


def lessons(chapter: Chapter) -> Iterator[str]:
    """What the page teaches is asserted out of sight; its claims are settled."""
    told = [(cell, call) for cell, name, call in chapter.calls if name == "page.lesson"]
    if not told:
        yield "no page.lesson(...): the page asserts nothing"
    for cell, call in told:
        if "remove-cell" not in _tags(cell):
            yield "a lesson stands in a cell that is not tagged remove-cell"
        if "by" not in {keyword.arg for keyword in call.keywords}:
            yield "a lesson has no margin by="
    settled = {
        call.args[0].value
        for _, name, call in chapter.calls
        if name in ("verdict", "claims.verdict")
        and call.args
        and isinstance(call.args[0], ast.Constant)
    }
    filed = {claim.id for claim in claims.ledger() if claim.chapter == chapter.slug}
    yield from (f"the claim {claim} is not settled" for claim in sorted(filed - settled))
    for _, name, call in chapter.calls:
        given = {keyword.arg: keyword.value for keyword in call.keywords}
        if name.endswith("verdict") and isinstance(given.get("holds"), ast.Constant):
            yield "a verdict's outcome is typed: compute it from the evidence"


def reader(chapter: Chapter) -> Iterator[str]:
    """The reader is asked before a surprise, and after it; and knows where to go."""
    if not re.search(r"\{admonition\} Predict", chapter.markdown):
        yield "nowhere is the reader asked to predict"
    _, _, rest = chapter.markdown.partition("\n## Check yourself\n")
    questions = re.split(r"^:::\{admonition\}", rest.partition("\n## Next\n")[0], flags=re.M)[1:]
    yield from _within("questions under 'Check yourself'", len(questions), QUESTIONS)
    for question in questions:
        answers = re.findall(r"^```\{admonition\}.+\n:class: dropdown\n(.+)", question, re.M)
        if len(answers) < 2:
            yield f"a question offers {len(answers)} answers: {question.strip()[:50]!r}"
        if sum(answer.startswith("Yes") for answer in answers) != 1:
            yield f"one answer begins with 'Yes', not so in {question.strip()[:50]!r}"
    _, _, end = chapter.markdown.partition("\n## Next\n")
    if not end:
        yield "no section 'Next'"
    written = {c["slug"]: c["exercise"] for part in SYLLABUS["parts"] for c in part["chapters"]}
    if written.get(chapter.slug) and f"exercises/{chapter.slug}/{chapter.slug}.ipynb" not in end:
        yield "'Next' does not lead to the exercise"


CLAUSES: list[Callable[[Chapter], Iterator[str]]] = [
    front, rhythm, figures, facts, lessons, reader,
]  # fmt: skip


def standing() -> list[Chapter]:
    paths = [
        BOOK / part["folder"] / f"{chapter['slug']}.md"
        for part in SYLLABUS["parts"]
        for chapter in part["chapters"]
    ]
    return [Chapter(p.stem, p.read_text("utf-8")) for p in paths if p.is_file()]


CHAPTERS = standing()


def test_every_page_in_a_part_is_a_chapter_of_the_syllabus() -> None:
    found = {p.stem for part in SYLLABUS["parts"] for p in (BOOK / part["folder"]).glob("*.md")}
    assert found == {chapter.slug for chapter in CHAPTERS}


@pytest.mark.parametrize("clause", CLAUSES, ids=lambda clause: clause.__name__)
@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.slug)
def test_a_chapter_keeps_its_contract(
    chapter: Chapter, clause: Callable[[Chapter], Iterator[str]]
) -> None:
    assert list(clause(chapter)) == []


def _replaced(pattern: str, by: str) -> Callable[[str], str]:
    def spoil(text: str) -> str:
        spoilt, times = re.subn(pattern, by, text, count=1, flags=re.M | re.S)
        assert times == 1, f"nothing to spoil: {pattern}"
        return spoilt

    return spoil


_CELL = "```{code-cell} ipython3\n"
_PADDED = _CELL + "x = 1\n" * 6
SPOILT: list[tuple[Callable[[Chapter], Iterator[str]], str, Callable[[str], str], str]] = [
    (front, "no minutes", _replaced(r"^- \*\*Minutes.+?$", ""), "lacks an item"),
    (front, "two hours", _replaced(r"Minutes:\*\* \d+", "Minutes:** 120"), "under an hour"),
    (front, "one verb", _replaced(r"(able to\S* [^;]+);.+?$", r"\1"), "things to be able to do"),
    (front, "two titles", _replaced(r"^## Next", "# Next"), "one title"),
    (rhythm, "few cells", lambda t: t.replace("{code-cell}", "{code}", 15), "code cells"),
    (rhythm, "long cells", lambda t: t.replace(_CELL, _PADDED), "a median of"),
    (rhythm, "a long cell", _replaced(_CELL, _CELL + "x = 1\n" * 31), "a cell of"),
    (rhythm, "a wide line", _replaced(_CELL, f"{_CELL}x = '{76 * 'x'}'\n"), "over 76 characters"),
    (rhythm, "many words", lambda t: t + "\n" + "word " * 2000, "words"),
    (rhythm, "no figures", lambda t: t.replace("figures.", "fig."), "0 figures"),
    (figures, "no alt", _replaced(r"\balt=", "caption="), "no alt="),
    (figures, "no title", _replaced(r"\btitle=", "label="), "no title="),
    (facts, "a typed share", lambda t: t + "\nIt reads 97 % of them.\n", "'97 %'"),
    (facts, "a typed decimal", lambda t: t + "\nThe score is .97 here.\n", "'.97'"),
    (facts, "a typed time", lambda t: t + "\nIt took 3 seconds.\n", "'3 seconds'"),
    (facts, "no seed", lambda t: t.replace("page.seed()", "0"), "no page.seed()"),
    (facts, "a fixed seed", _replaced("random_state=seed", "random_state=0"), "follow the seed"),
    (facts, "silence", _replaced(r"^import ", "import warnings\nimport "), "silenced"),
    (facts, "no source", lambda t: t + "\nAs shown {cite}`nobody1900`.\n", "nobody1900"),
    (facts, "banter", lambda t: t + "\nLet’s dive in!\n", "not in this book"),
    (lessons, "no lesson", lambda t: t.replace("page.lesson(", "print("), "asserts nothing"),
    (lessons, "seen", lambda t: t.replace("[remove-cell]", "[hide-input]"), "not tagged"),
    (lessons, "no margin", lambda t: t.replace("by=by", "**{}"), "no margin"),
    (lessons, "no verdict", lambda t: re.sub(r"\bverdict\(", "print(", t), "is not settled"),
    (lessons, "a typed verdict", _replaced(r"holds=\w+\(\w+\)", "holds='depends'"), "is typed"),
    (reader, "no guess", lambda t: t.replace("} Predict", "} Note"), "asked to predict"),
    (reader, "no questions", _replaced("^## Check yourself", "## Questions"), "0 questions"),
    (reader, "no right answer", _replaced(r"^Yes\b", "Perhaps"), "begins with 'Yes'"),
    (reader, "no way on", _replaced(r"exercises/[\w/-]+\.ipynb", "it"), "lead to the exercise"),
]


@pytest.mark.parametrize(
    ("clause", "spoil", "told"),
    [pytest.param(clause, spoil, told, id=name) for clause, name, spoil, told in SPOILT],
)
def test_a_spoilt_chapter_is_found_out(
    clause: Callable[[Chapter], Iterator[str]], spoil: Callable[[str], str], told: str
) -> None:
    chapter = next(c for c in CHAPTERS if c.slug == "scikit-learn-mlp")
    spoilt = Chapter(chapter.slug, spoil(chapter.text))
    assert any(told in problem for problem in clause(spoilt)), list(clause(spoilt))
