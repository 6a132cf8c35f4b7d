"""What the book adds to Sphinx: the map, the ledger, the status of its pages, downloads."""

from __future__ import annotations

import os
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml
from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from course_lib.authoring.status import PageRun, describe, read_devices, read_runs
from course_lib.claims import Claim, ledger, voices
from course_lib.project import Project

ADDRESS = "COURSE_URL"  # where the book will be published; without it there is no sitemap


class HtmlElement(nodes.General, nodes.TextElement):  # type: ignore[misc]
    """An element of HTML that docutils has no node for: ``tag``, and its attributes."""


def _visit(translator: Any, node: HtmlElement) -> None:
    translator.body.append(translator.starttag(node, node["tag"], "", **node["attributes"]))


def _depart(translator: Any, node: HtmlElement) -> None:
    translator.body.append(f"</{node['tag']}>\n")


def element(tag: str, *children: nodes.Node | str, css: str = "", **attributes: str) -> HtmlElement:
    """Return ``<tag class=css ...>`` around children; a child that is text becomes a text node."""
    node = HtmlElement("", tag=tag, attributes=attributes, classes=css.split())
    for child in children:
        node.append(nodes.Text(child) if isinstance(child, str) else child)
    return node


def badge(text: str, kind: str) -> HtmlElement:
    """Return a small label, coloured by its kind."""
    return element("span", text, css=f"course-badge course-badge-{kind}")


def syllabus() -> dict[str, Any]:
    """Return the syllabus as the package holds it; every part under ``sections``, in order."""
    text = files("course_lib").joinpath("syllabus.yml").read_text(encoding="utf-8")
    plan: dict[str, Any] = yaml.safe_load(text)
    plan["sections"] = [plan["preface"], *plan["parts"], plan["back"]]
    return plan


class CourseDirective(SphinxDirective):
    """A directive without content, which draws on the project and on what ran."""

    @property
    def course(self) -> Project:
        """The project that holds the book."""
        return Project.find(Path(self.env.srcdir))

    def runs(self) -> list[PageRun]:
        """Return what ran, and read this page again whenever that changes."""
        self.env.note_reread()
        return read_runs(self.course)

    def link(self, slug: str, text: str) -> nodes.Node | None:
        """Return a link to a page, or None where the page does not stand yet."""
        if slug not in self.env.found_docs:
            return None
        return addnodes.pending_xref(
            "",
            nodes.inline(text, text),
            refdomain="std",
            reftype="doc",
            reftarget=f"/{slug}",
            refexplicit=True,
            refwarn=True,
            refdoc=self.env.docname,
        )

    def table(
        self, head: Iterable[str], rows: Iterable[Iterable[nodes.Node | str]], css: str,
        caption: str = "",
    ) -> HtmlElement:  # fmt: skip
        """Return a table whose cells repeat their column's name, for narrow screens."""
        head = list(head)
        body = []
        for first, *rest in rows:
            body.append(
                element(
                    "tr",
                    element("th", first, scope="row"),
                    *(element("td", cell, **{"data-label": name})
                      for name, cell in zip(head[1:], rest, strict=True)),
                )
            )  # fmt: skip
        top = element("thead", element("tr", *(element("th", name, scope="col") for name in head)))
        parts = [element("caption", caption)] if caption else []
        return element("table", *parts, top, element("tbody", *body), css=css)


class Syllabus(CourseDirective):
    """``{course-syllabus}``: every part and chapter, with "planned" on what does not stand."""

    def run(self) -> list[nodes.Node]:
        """Return the map."""
        parts = [self.part(section) for section in syllabus()["sections"]]
        return [element("div", *parts, css="course-map")]

    def part(self, section: dict[str, Any]) -> nodes.Node:
        """Return one part: its heading and its chapters."""
        number = section.get("number", "")
        heading = element(
            "h3",
            *([element("span", number, css="course-map-number"), " "] if number else []),
            section["title"],
            css="course-map-title",
        )
        chapters = (self.chapter(section["folder"], entry) for entry in section["chapters"])
        kind = "course-map-part" if number else "course-map-part course-map-aside"
        return element("section", heading, element("ol", *chapters), css=kind)

    def chapter(self, folder: str, entry: dict[str, Any]) -> nodes.Node:
        """Return one chapter: title, what it gives, and whether it stands."""
        link = self.link(f"{folder}/{entry['slug']}", entry["title"])
        badges = []
        if entry["exercise"] and link:
            badges.append(badge("exercise", "exercise"))
        if not link:
            badges.append(badge("planned", "planned"))
        name = element(
            "p",
            link or entry["title"],
            *(piece for label in badges for piece in (" ", label)),
            css="course-map-name",
        )
        line = element("p", entry["line"], css="course-map-line")
        return element("li", name, line, css="course-map-here" if link else "course-map-ahead")


class Claims(CourseDirective):
    """``{course-claims}``: the ledger, part by part, with the verdicts that stand."""

    def run(self) -> list[nodes.Node]:
        """Return one table a part."""
        settled = {id_: told for run in self.runs() for id_, told in run.verdicts.items()}
        head = ("claim", "voices", "chapter", "verdict")
        tables: list[nodes.Node] = []
        for part in syllabus()["parts"]:
            rows = [
                (claim.says, str(voices(claim)), self.where(part, chapter), self.verdict(
                    claim, settled))
                for chapter in part["chapters"]
                for claim in ledger()
                if claim.chapter == chapter["slug"]
            ]  # fmt: skip
            caption = f"{part['number']} {part['title']}"
            if rows:
                tables.append(self.table(head, rows, "course-claims", caption))
        return tables

    def where(self, part: dict[str, Any], chapter: dict[str, Any]) -> nodes.Node | str:
        """Return a link to the chapter, or its title where it does not stand."""
        return self.link(f"{part['folder']}/{chapter['slug']}", chapter["title"]) or str(
            chapter["title"]
        )

    def verdict(self, claim: Claim, settled: dict[str, dict[str, Any]]) -> nodes.Node:
        """Return the verdict's badge, or that the claim waits for its chapter."""
        if claim.id not in settled:
            return badge("planned", "planned")
        holds = settled[claim.id]["holds"]
        return badge(holds, holds)


class Status(CourseDirective):
    """``{course-status}``: seconds, machine and date of each page's run; the GPU's record."""

    def run(self) -> list[nodes.Node]:
        """Return the table of pages, what they ran with, and the comparison of devices."""
        runs = self.runs()
        if not runs:
            return [nodes.paragraph("", "No page has run yet.")]
        rows = [
            (
                self.link(run.slug, run.title) or run.title,
                f"{run.seconds:.1f}",
                run.device,
                run.machine,
                run.date,
            )
            for run in runs
        ]
        total = sum(run.seconds for run in runs)
        head = ("page", "seconds", "device", "machine", "when")
        summary = f"{len(runs)} pages with code, {total:.0f} seconds of computing in all."
        return [
            nodes.paragraph("", summary),
            self.table(head, rows, "course-status"),
            *(nodes.paragraph("", text) for text in self.versions(runs)),
            *self.devices(),
        ]

    @staticmethod
    def versions(runs: list[PageRun]) -> list[str]:
        """Return a sentence for each set of versions, naming its pages where there are several."""
        sets: dict[str, list[str]] = {}
        for run in runs:
            told = ", ".join(f"{name} {number}" for name, number in run.versions.items())
            sets.setdefault(told, []).append(run.title)
        if len(sets) == 1:
            return [f"All ran with {told}." for told in sets]
        return [f"Ran with {told}: {'; '.join(titles)}." for told, titles in sets.items()]

    def devices(self) -> list[nodes.Node]:
        """Return the committed comparison of devices, or a sentence that there is none."""
        self.env.note_dependency(str(self.course.records / "devices.json"))
        kept = read_devices(self.course)
        if kept is None:
            command = nodes.literal("make gpu", "make gpu")
            told = [nodes.Text("No run on a GPU is on record yet. Where there is a GPU, "), command]
            return [nodes.paragraph("", "", *told, nodes.Text(" makes one."))]
        names = list(kept["devices"])
        machines = "; ".join(
            f"{name}: {describe(device['hardware'])}, {device['date']}"
            for name, device in kept["devices"].items()
        )
        rows = [
            (page, *(f"{devices[name]['seconds']:.1f}" if name in devices else "–"
                     for name in names))
            for page, devices in kept["pages"].items()
        ]  # fmt: skip
        text = f"Everything ran on these devices, with the same verdicts on each. {machines}."
        head = ("notebook", *(f"seconds on {name}" for name in names))
        return [nodes.paragraph("", text), self.table(head, rows, "course-status")]


def offer_notebook(
    app: Sphinx, pagename: str, _template: str, context: dict[str, Any], _doctree: Any
) -> None:
    """Put the button that downloads the page's notebook among the theme's buttons."""
    if any(run.slug == pagename for run in read_runs(Project.find(Path(app.srcdir)))):
        context["header_buttons"].append(
            {
                "type": "link",
                "url": f"{context['pathto']('notebooks', 1)}/{pagename}.ipynb",
                "tooltip": "Download this page as a notebook",
                "icon": "fas fa-download",
                "classes": "course-download",
            }
        )


def setup(app: Sphinx) -> dict[str, Any]:
    """Register directives, mathematics and, where the book's address is known, its sitemap."""
    app.setup_extension("course_lib.authoring.formulas")
    app.add_node(HtmlElement, html=(_visit, _depart))
    app.add_directive("course-syllabus", Syllabus)
    app.add_directive("course-claims", Claims)
    app.add_directive("course-status", Status)
    app.setup_extension("course_lib.authoring.bench_page")
    app.setup_extension("course_lib.authoring.submissions_page")
    app.setup_extension("course_lib.authoring.matrix_page")
    app.add_config_value("comments_config", {}, "html")  # Jupyter Book sets it, used or not
    app.connect("html-page-context", offer_notebook, priority=502)  # after the theme's own
    if address := os.environ.get(ADDRESS):
        app.config.html_baseurl = app.config.ogp_site_url = f"{address.rstrip('/')}/"
        app.setup_extension("sphinx_sitemap")
        app.config.sitemap_url_scheme, app.config.sitemap_excludes = "{link}", ["search.html"]
    return {"parallel_read_safe": True, "parallel_write_safe": False}
