"""Every page, README and CONTRIBUTING, read for links, words, names and typed numbers."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml

from course_lib import claims
from course_lib.cli import parser
from course_lib.project import Project

PROJECT = Project.find(Path(__file__).parent)
ROOT, BOOK = PROJECT.root, PROJECT.book
PAGES = sorted(BOOK.rglob("*.md"))
BESIDE = [ROOT / "README.md", ROOT / "CONTRIBUTING.md"]
EVERYTHING = PAGES + BESIDE
SYLLABUS = yaml.safe_load((ROOT / "course_lib" / "syllabus.yml").read_text("utf-8"))
GLOSSARY = (BOOK / "back" / "glossary.md").read_text("utf-8")
KEYS = re.findall(r"^@\w+\{([^,\s]+),", (BOOK / "references.bib").read_text("utf-8"), re.MULTILINE)
TOC = yaml.safe_load((BOOK / "_toc.yml").read_text("utf-8"))

_FENCE = re.compile(r"^\s*(`{3,}|:{3,})(?:\{([a-z-]+)\})?\s*(.*)$")
_VERBATIM = {"code-cell", "eval-rst", "math"}  # directives whose body is not Markdown
_FRONT = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_OPTION = re.compile(r"^:[a-z-]+:.*$", re.MULTILINE)
_MATH = re.compile(r"\$\$.*?\$\$|\$[^$\n]+\$", re.DOTALL)
_SPAN = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")  # `code`, once roles are gone
_ROLE = re.compile(r"\{([a-z:-]+)\}`([^`]+)`")
_TARGET = re.compile(r"^(?:[^<]*<)?([^<>]+?)>?$", re.DOTALL)  # of `key` and of `words <key>`

PHRASES = re.compile(
    r"dive (in|into|deep)|deep dive|\bdelv|in today's|ever-evolving|game.chang|\bunlock|"
    r"in conclusion|important to note|worth noting|buckle|\bleverag|cutting.edge|"
    r"\bjourney|as we all know|needless to say|\bseamless|\bpowerful\b|\bsimply\b",
    re.IGNORECASE,
)
AMERICAN = re.compile(
    r"\b(colou?rize|colors?|colored|neighbors?|behaviors?|favor(s|ite)?|centers?|centered|gray|"
    r"labeled|unlabeled|modeling|analyze[sd]?|"
    r"(optimi|generali|normali|regulari|initiali|standardi|visuali|minimi|maximi|memori|organi|"
    r"reali|recogni|summari|vectori|randomi|emphasi|penali)z\w+)\b",
    re.IGNORECASE,
)
EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u26ff\u2705\u2728\u274c\u2753-\u2757\ufe0f]")
# 95 % is what an interval covers; every other result is computed and glued in.
TYPED = re.compile(
    r"(?<![\d.\w])(?!95 %)\d+(?:\.\d+)?\s?%|(?<![\w.])0\.\d{2,}|"
    r"(?<![\w.])\d+(?:\.\d+)? ?(?:s|ms|µs|seconds?)\b(?!\w)"
)
SHARED = {  # what Jupyter Book 1 and 2 both read
    "admonition", "code-cell", "figure", "glossary", "important", "math", "note", "tip", "warning",
}  # fmt: skip
ROLES = {"cite", "cite:t", "doc", "glue:text", "math", "ref", "term"}
OWN = {  # page (or folder) to the further directives it may use
    "index.md": {"course-syllabus"},
    "preface/the-claims.md": {"course-claims"},
    "back/status.md": {"course-status"},
    "back/benchmarks.md": {"course-benchmarks"},
    "back/how-grading-works.md": {"course-submissions"},
    "back/confusion-matrix.md": {"course-matrix"},
    "back/api.md": {"eval-rst"},
    "back/bibliography.md": {"bibliography"},
}


@dataclass
class Block:
    """A fenced block: a directive's name, or None for plain code; what its first line says."""

    directive: str | None
    title: str
    lines: list[str] = field(default_factory=list)


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def pages(*paths: Path) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("path", paths, ids=name_of)


def scan(text: str) -> tuple[str, list[Block]]:
    """Split a page into its Markdown, directives' titles and bodies included, and the rest."""
    markdown, found, open_ = [], [], []
    verbatim: Block | None = None
    for line in _FRONT.sub("", text).splitlines():
        fence = _FENCE.match(line)
        if fence and fence[2] is None and not fence[3] and open_ and fence[1].startswith(open_[-1]):
            open_.pop()
            verbatim = None
        elif verbatim:
            verbatim.lines.append(line)
        elif fence:
            open_.append(fence[1])
            block = Block(fence[2], fence[3])
            found.append(block)
            if block.directive is None or block.directive in _VERBATIM:
                verbatim = block
            else:
                markdown.append(f"\n{fence[3]}\n")
        else:
            markdown.append(line)
    assert not open_, "a fence is left open"
    return "\n".join(markdown), found


def prose(text: str) -> str:
    """Return what a person reads: no code, formulas, comments or options."""
    text = _ROLE.sub(lambda role: role[2].partition("<")[0], scan(text)[0])
    for pattern in (_MATH, _SPAN, _COMMENT, _OPTION):
        text = pattern.sub(" ", text)
    return text


def links(text: str) -> Iterator[str]:
    """Yield the targets of Markdown links and images, and of HTML's."""
    visible, _ = scan(text)
    for match in re.finditer(
        r"\]\(<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\)", _SPAN.sub(" ", _ROLE.sub(" ", visible))
    ):
        yield match[1]
    yield from re.findall(r"(?:src|href)=\"([^\"]+)\"", visible)


def broken_links(path: Path, text: str) -> list[str]:
    found = []
    for target in links(text):
        file = target.partition("#")[0]
        if re.match(r"[a-z]+:", target):
            if not target.startswith(("https://", "mailto:")):
                found.append(f"{target}: not over https")
        elif file and not (path.parent / file).exists():
            found.append(f"{target}: no such file")
    for target in role_targets(text, "doc"):
        base = BOOK if target.startswith("/") else path.parent
        if not (base / f"{target.lstrip('/')}.md").is_file():
            found.append(f"{{doc}} {target}: no such page")
    return found


def external_images(text: str) -> list[str]:
    return re.findall(
        r"!\[[^\]]*\]\((?:https?:)?//[^)]*\)|<img[^>]+src=\"(?:https?:)?//[^\"]*\"|"
        r"\{(?:figure|image)\}\s+(?:https?:)?//\S+",
        text,
    )


def role_targets(text: str, role: str) -> list[str]:
    return [
        _TARGET.sub(r"\1", content).strip()
        for name, content in _ROLE.findall(scan(text)[0])
        if name == role
    ]


def commands(text: str) -> Iterator[str]:
    """Yield the lines of shell that code blocks and code spans hold."""
    markdown, found = scan(text)
    for block in found:
        if block.directive is None and block.title in ("", "bash", "text"):
            yield from (line.strip() for line in block.lines)
    yield from re.findall(r"^ {4}(\S.*)$", markdown, re.MULTILINE)
    yield from (span.strip() for span in _SPAN.findall(_ROLE.sub(" ", markdown)))


def unknown_commands(text: str, targets: set[str]) -> list[str]:
    """Return the commands that make or `course` would refuse."""
    found = []
    for line in commands(text):
        words = shlex.split(
            re.sub(r"<[^>]+>|…", "PLACEHOLDER", line.partition(" #")[0]), posix=False
        )
        while words and re.fullmatch(r"[A-Z_]+=\S*", words[0]):
            words.pop(0)  # COURSE_SEED=7 make lab
        if words[:1] == ["make"] and len(words) > 1:
            named = [word for word in words[1:] if "=" not in word and word != "PLACEHOLDER"]
            found += [f"make {word}" for word in named if word not in targets]
        elif words and re.fullmatch(r"(?:\.venv[/\\](?:bin|Scripts)[/\\])?course", words[0]):
            arguments = words[1:]
            if len(arguments) == 1:
                arguments.append("--help")  # the command's name alone, as prose mentions it
            try:
                parser().parse_args(arguments)
            except SystemExit as stop:
                if stop.code:
                    found.append(line)
    return found


def make_targets() -> set[str]:
    text = (ROOT / "Makefile").read_text("utf-8")
    heads = re.findall(r"^([a-z][a-z -]*):(?!=)", text, re.MULTILINE)
    return {word for head in heads for word in head.split()}


def glossary_terms(text: str) -> list[str]:
    body = text.partition("```{glossary}\n")[2].partition("\n```")[0]
    return [line for line in body.splitlines() if line and not line.startswith((" ", ":"))]


def toc_files() -> list[str]:
    return [TOC["root"]] + [
        chapter["file"] for part in TOC["parts"] for chapter in part["chapters"]
    ]


def parts() -> list[dict]:
    return [SYLLABUS["preface"], *SYLLABUS["parts"], SYLLABUS["back"]]


def headings(text: str) -> list[str]:
    return re.findall(r"^# (.+)$", scan(text)[0], re.MULTILINE)


@pages(*EVERYTHING)
def test_links_resolve_and_nothing_is_fetched_from_elsewhere(path):
    text = path.read_text("utf-8")
    assert broken_links(path, text) == []
    assert external_images(text) == []


@pages(*EVERYTHING)
def test_words_are_ours(path):
    text = prose(path.read_text("utf-8"))
    for rule in (PHRASES, AMERICAN, EMOJI):
        assert [match[0] for match in rule.finditer(text)] == []


@pages(BOOK / "index.md", BOOK / "preface" / "refresher.md")  # chapters: test_chapters.py
def test_no_result_is_typed(path):
    assert [match[0] for match in TYPED.finditer(prose(path.read_text("utf-8")))] == []


@pages(*PAGES)
def test_markup_is_what_both_jupyter_books_read(path):
    markdown, found = scan(path.read_text("utf-8"))
    allowed = SHARED | OWN.get(path.relative_to(BOOK).as_posix(), set())
    assert {block.directive for block in found} - {None} <= allowed
    assert {name for name, _ in _ROLE.findall(markdown)} <= ROLES


@pages(*PAGES)
def test_terms_and_citations_exist(path):
    text = path.read_text("utf-8")
    terms = {term.lower() for term in glossary_terms(GLOSSARY)}
    missing = [term for term in role_targets(text, "term") if term.lower() not in terms]
    cited = role_targets(text, "cite") + role_targets(text, "cite:t")
    assert missing == []
    assert {key.strip() for keys in cited for key in keys.split(",")} <= set(KEYS)


def test_glossary_is_in_order_and_says_something():
    terms = glossary_terms(GLOSSARY)
    assert len(terms) >= 30
    assert terms == sorted(set(terms), key=str.lower)
    for term in terms:
        definition = GLOSSARY.partition(f"\n{term}\n  ")[2].partition("\n")[0]
        assert len(definition) > 30, term
        assert definition.endswith("."), term


def test_references_are_named_once():
    assert len(KEYS) == len(set(KEYS))
    assert set(claims.sources()) <= set(KEYS)


@pages(*BESIDE, BOOK / "preface/how-to-use.md", BOOK / "back/instructors.md")
def test_commands_exist(path):
    text = path.read_text("utf-8")
    assert any("make" in command or "course" in command for command in commands(text))
    assert unknown_commands(text, make_targets()) == []


@pages(*PAGES)
def test_no_backtick_stands_in_a_fences_first_line(path):
    """Markdown would take such a line for text, and show the fence."""
    assert re.findall(r"^`{3,}[^`\n]*`.*", path.read_text("utf-8"), re.MULTILINE) == []


@pages(*PAGES)
def test_every_page_is_in_the_book_with_one_title(path):
    assert path.relative_to(BOOK).with_suffix("").as_posix() in toc_files()
    assert len(headings(path.read_text("utf-8"))) == 1


def test_table_of_contents_follows_the_syllabus():
    planned = {
        f"{part['folder']}/{chapter['slug']}": chapter["title"]
        for part in parts()
        for chapter in part["chapters"]
    }
    files = toc_files()[1:]
    assert [file for file in planned if file in files] == files
    for file in files:
        title = headings((BOOK / f"{file}.md").read_text("utf-8"))[0].replace("`", "")
        assert title == planned[file], file


def test_syllabus_is_whole():
    chapters = [chapter for part in SYLLABUS["parts"] for chapter in part["chapters"]]
    slugs = [chapter["slug"] for part in parts() for chapter in part["chapters"]]
    assert len(slugs) == len(set(slugs))
    assert len(chapters) == 25
    assert {claim.chapter for claim in claims.ledger()} <= {chapter["slug"] for chapter in chapters}
    for part in parts():
        for chapter in part["chapters"]:
            assert set(chapter) == {"slug", "title", "line", "exercise"}, chapter
            assert chapter["line"].endswith((".", "?")), chapter["slug"]
            assert not PHRASES.search(chapter["line"]), chapter["slug"]
    exercises = {path.stem for path in PROJECT.solutions.glob("*.md")}
    assert exercises <= {chapter["slug"] for chapter in chapters if chapter["exercise"]}


def test_landing_page_is_honest_about_what_stands():
    numbers = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
    standing = [
        chapter
        for part in SYLLABUS["parts"]
        for chapter in part["chapters"]
        if (BOOK / part["folder"] / f"{chapter['slug']}.md").is_file()
    ]
    exercises = sum(chapter["exercise"] for chapter in standing)
    count = f"{numbers[len(standing)]} chapters"
    for path in (BOOK / "index.md", BOOK.parent / "README.md", BOOK / "back/instructors.md"):
        text = path.read_text("utf-8").lower()
        assert count in text, path
        told = rf"\b{numbers[exercises]} (of them with an exercise|exercises)"
        assert re.search(told, text), path


def test_the_preface_counts_voices_as_the_ledger_does():
    text = (BOOK / "preface/the-claims.md").read_text("utf-8")
    everything = claims.Claim("all", "", tuple(claims.sources()), "", "", "")
    assert len(claims.sources()) == 5
    assert claims.voices(everything) == 4
    assert "**four independent voices**" in text
    for outcome in claims.OUTCOMES:
        assert re.search(rf"^{outcome}\n: ", text, re.MULTILINE | re.IGNORECASE), outcome


@pytest.mark.parametrize(
    ("rule", "bad", "good"),
    [
        (PHRASES, "Let's dive in.", "We dived for pearls."),
        (AMERICAN, "the color of a neighbor", "the colour of a neighbour, realism"),
        (EMOJI, "well done \U0001f389", "✗ × – ′ ✓"),
        (TYPED, "it reads 97 % of them", "a 95 % interval"),
        (TYPED, "an error of 0.031", "between 0 and 1, 0.5 say"),
        (TYPED, "it takes 12 seconds", "two hundred steps, 8 by 8"),
    ],
)
def test_rules_catch_what_they_should_and_no_more(rule, bad, good):
    assert rule.search(prose(bad))
    assert not rule.search(prose(good))


@pytest.mark.parametrize(
    "bad",
    [
        "[gone](nowhere.md)",
        "[plain](http://example.org)",
        "![](pictures/none.png)",
        '<a href="nowhere.html">x</a>',
        "{doc}`nowhere`",
        "{doc}`words <../nowhere>`",
    ],
)
def test_a_broken_link_is_found(bad):
    assert broken_links(BOOK / "index.md", f"Some text, {bad} and more.")


def test_a_working_link_is_left_alone():
    text = (
        "[a](preface/refresher.md#x) {doc}`b <preface/refresher>` [c](https://example.org) [d](#e)"
    )
    assert broken_links(BOOK / "index.md", text) == []


@pytest.mark.parametrize(
    "bad",
    [
        "![a](https://x.org/a.png)",
        '<img alt="" src="//x.org/a.png">',
        "```{figure} https://x.org/a",
    ],
)
def test_an_image_from_elsewhere_is_found(bad):
    assert external_images(bad)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("`make book` and `COURSE_SEED=7 make lab`", False),
        ("`make coffee`", True),
        ("```bash\nmake book\nmake coffee\n```", True),
        ("`course check scikit-learn-mlp --hint 2`", False),
        ("`course check <slug>`, `course check`, `course seedlings`", True),
        ("`course check <slug>`, `course check`", False),
        ("`course chekc scikit-learn-mlp`", True),
        ("`.venv/bin/course check scikit-learn-mlp --hint 9`", True),
        ("```text\n.venv\\Scripts\\course lab\n```", False),
        ("of course nothing, and we make coffee", False),
        ("{doc}`one <index>`, then `make coffee`", True),
    ],
)
def test_unknown_commands_are_found(text, wrong, capsys):
    assert bool(unknown_commands(text, make_targets())) is wrong
