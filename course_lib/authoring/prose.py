"""MyST Markdown to plain Markdown: for readers that know neither roles nor directives."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePosixPath

from course_lib.authoring import myst
from course_lib.authoring.citations import Citations
from course_lib.authoring.pages import Page, book_pages
from course_lib.project import Project, ProjectError

ADMONITIONS = {
    "attention": "Attention", "caution": "Caution", "danger": "Danger", "error": "Error",
    "hint": "Hint", "important": "Important", "note": "Note", "seealso": "See also", "tip": "Tip",
    "warning": "Warning", "admonition": "", "topic": "", "dropdown": "", "margin": "",
}  # fmt: skip
_TITLED = frozenset({"admonition", "topic", "dropdown"})
_CODE_ROLES = frozenset({"py", "func", "class", "meth", "mod", "attr", "kbd", "file", "code"})


@dataclass(frozen=True)
class Book:
    """What prose can refer to.

    Attributes:
        pages: by slug.
        labels: of ``(label)=`` anywhere in the book, with its page's slug and the heading below.
        citations: the bibliography.
    """

    pages: Mapping[str, Page]
    labels: Mapping[str, tuple[str, str]]
    citations: Citations

    @classmethod
    def read(cls, project: Project) -> Book:
        """Read every page's labels, and the bibliography."""
        pages = {page.slug: page for page in book_pages(project)}
        labels = {
            label: (slug, heading)
            for slug, page in pages.items()
            for label, heading in _labels(page)
        }
        return cls(pages, labels, Citations(project.book / "references.bib"))


def _labels(page: Page) -> Iterator[tuple[str, str]]:
    waiting = []
    for line in page.path.read_text("utf-8").splitlines():
        if found := myst.LABEL.match(line):
            waiting.append(found[1])
        elif waiting and line.strip():
            heading = line.lstrip("#").strip() if line.startswith("#") else page.title
            yield from ((label, heading) for label in waiting)
            waiting = []


@dataclass
class Prose:
    """One page's prose, converted cell by cell.

    Attributes:
        book: what it can refer to.
        page: whose prose it is.
        glued: the values that the page computed, by name.
        equations: labels of displayed formulas, in order.
        cited: keys of what was cited so far, in order.
    """

    book: Book
    page: Page
    glued: Mapping[str, str]
    equations: list[str] = field(default_factory=list)
    cited: dict[str, None] = field(default_factory=dict)

    @cached_property
    def folder(self) -> PurePosixPath:
        """The page's folder, below ``book/``."""
        return PurePosixPath(self.page.slug).parent

    def convert(self, source: str, images: dict[str, Path]) -> str:
        """Return one cell's Markdown in plain form; local pictures are added to ``images``."""
        return "\n\n".join(block for block in self.blocks(source.splitlines(), images) if block)

    def references(self) -> str:
        """Return what the page cited, as a list; "" where it cited nothing."""
        if not self.cited:
            return ""
        return "\n".join(["## References", "", *map(self.book.citations.entry, self.cited)])

    def blocks(self, lines: list[str], images: dict[str, Path]) -> Iterator[str]:
        """Yield the converted blocks of some lines: directives, code, and text between them."""
        for block in myst.blocks(lines):
            if block.kind == "text":
                yield self.text("\n".join(block.lines), images)
            elif block.kind == "directive":
                yield self.directive(block.name, block.argument, block.lines, images)
            elif block.kind == "div":
                yield from self.blocks(block.lines, images)
            else:
                yield "\n".join(block.lines)

    def text(self, text: str, images: dict[str, Path]) -> str:
        """Return text between directives with its roles, links, labels and comments resolved."""
        kept = [
            line
            for line in text.splitlines()
            if not (myst.LABEL.match(line) or line.startswith(("%", "+++")))
        ]
        text = "\n".join(kept).strip("\n")
        text = myst.DISPLAY.sub(lambda found: self.formula(found["tex"], found["label"]), text)
        text = myst.DEFINITION.sub(r"**\g<term>**: \g<text>", text)
        return myst.SPAN.sub(lambda found: self.span(found, images), text)

    def span(self, found: re.Match[str], images: dict[str, Path]) -> str:
        """Return a role, a link or a picture in plain form; code stays as it is."""
        if found["code"]:
            return found["code"]
        if found["role"]:
            return self.role(found["role"], " ".join(found["text"].split())) or found[0]
        if found["image"]:
            return self.image(found["target"], found["words"], images)
        target = found["target"]
        if re.match(r"[a-z]+:|attachment:", target):
            return found[0]
        if target.startswith("#"):
            return self.to_label(target[1:], found["words"])
        slug = _slug(self.folder / target.partition("#")[0])
        return self.to_page(slug, found["words"]) if slug in self.book.pages else found["words"]

    def role(self, name: str, text: str) -> str | None:
        """Return a role in plain form, or None for one that has none."""
        titled = myst.TITLED.match(text)
        title, target = (titled["title"], titled["target"]) if titled else ("", text)
        match name.partition(":"):
            case "glue", _, _:
                return self.value(target)
            case "doc", _, _:
                where = PurePosixPath(target.lstrip("/"))
                where = where if target.startswith("/") else self.folder / target
                return self.to_page(_slug(where), title)
            case "ref", _, _:
                return self.to_label(target, title)
            case "term" | "abbr", _, _:
                return title or target
            case "eq", _, _:
                return f"({self.number(target)})"
            case "math", _, _:
                return f"${text}$"
            case "cite", _, style:
                keys = [key.strip() for key in target.split(",")]
                self.cited.update(dict.fromkeys(keys))
                return self.book.citations.cite(keys, textual=style.startswith("t"))
            case "sub" | "sup", _, _:
                return f"<{name}>{text}</{name}>"
            case domain, _, _ if domain in _CODE_ROLES:
                return f"`{title or target.lstrip('~')}`"
        return None

    def value(self, name: str) -> str:
        """Return a glued value, formatted where the role asks for it (``name:.2f``)."""
        name, _, wanted = name.partition(":")
        if name not in self.glued:
            raise ProjectError(f"{self.page.slug}: nothing is glued under the name {name!r}")
        value = self.glued[name]
        return format(float(value), wanted) if wanted else value

    def to_page(self, slug: str, title: str) -> str:
        """Return a link to a page's notebook, or its title where it is no notebook."""
        if slug not in self.book.pages:
            raise ProjectError(f"{self.page.slug}: refers to {slug}, which is not in the book")
        page = self.book.pages[slug]
        title = title or page.title
        if not page.has_code or slug == self.page.slug:
            return title
        path = os.path.relpath(f"{slug}.ipynb", self.folder)
        return f"[{title}]({Path(path).as_posix()})"

    def to_label(self, label: str, title: str) -> str:
        """Return the heading that a label stands for, linked where it is on another notebook."""
        if label not in self.book.labels:
            return title or f"({self.number(label)})"
        slug, heading = self.book.labels[label]
        return self.to_page(slug, title or heading)

    def number(self, label: str) -> int:
        """Return the number of a displayed formula, counting labels as they are met."""
        if label not in self.equations:
            self.equations.append(label)
        return self.equations.index(label) + 1

    def formula(self, tex: str, label: str = "") -> str:
        """Return a displayed formula, numbered if it has a label."""
        tag = f" \\tag{{{self.number(label)}}}" if label else ""
        return f"$$\n{tex.strip()}{tag}\n$$"

    def image(self, target: str, words: str, images: dict[str, Path]) -> str:
        """Return a picture that travels within the notebook."""
        if re.match(r"[a-z]+:", target):
            return f"![{words}]({target})"
        path = self.page.path.parent / target
        if not path.is_file():
            raise ProjectError(f"{self.page.slug}: there is no picture {target}")
        images[path.name] = path
        return f"![{words}](attachment:{path.name})"

    def directive(self, name: str, argument: str, lines: list[str], images: dict[str, Path]) -> str:
        """Return a directive in plain form; one that has none stays, for the lint to find."""
        options, body = myst.options(lines)
        if name in ADMONITIONS:
            if name not in _TITLED and argument:
                body.insert(0, argument)  # these take no title: it is their first line
                argument = ""
            folded = name == "dropdown" or "dropdown" in options.get("class", "").split()
            title = self.text(argument, images) or ADMONITIONS[name]
            return _admonition(title, self.inside(body, images), folded)
        match name:
            case "math":
                return self.formula("\n".join([argument, *body]), options.get("label", ""))
            case "figure" | "image":
                picture = self.image(argument, options.get("alt", ""), images)
                caption = self.inside(body, images)
                return f"{picture}\n\n*{caption}*" if caption else picture
            case "glossary":
                return self.text(_glossary(body), images)
            case "code-block" | "code" | "sourcecode":
                return "\n".join([f"```{argument}", *body, "```"])
            case "table":
                title = f"**{self.text(argument, images)}**\n\n" if argument else ""
                return f"{title}{self.inside(body, images)}"
            case "course-syllabus" | "course-claims" | "course-status":
                return "*(The table that stands here is on the book's page.)*"
            case "bibliography" | "contents" | "tableofcontents":
                return ""
        return "\n".join([f"```{{{name}}} {argument}", *lines, "```"])

    def inside(self, body: list[str], images: dict[str, Path]) -> str:
        """Return what stands inside a directive, converted."""
        return self.convert("\n".join(body), images)


def _admonition(title: str, text: str, folded: bool) -> str:
    if folded:
        return f"<details>\n<summary><b>{title or 'More'}</b></summary>\n\n{text}\n\n</details>"
    whole = f"**{title}**\n\n{text}" if title else text
    return "\n".join(f"> {line}".rstrip() for line in whole.splitlines())


def _glossary(lines: list[str]) -> str:
    """Return indented definitions as a list."""
    return "\n".join(
        f"  {line.strip()}" if line.startswith(" ") else f"- **{line}**:" if line.strip() else ""
        for line in lines
    )


def _slug(path: PurePosixPath) -> str:
    """Return a path below ``book/`` without its suffix and dots."""
    bare = re.sub(r"\.(md|ipynb)$", "", path.as_posix())
    return Path(os.path.normpath(bare)).as_posix()
