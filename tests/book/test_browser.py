"""The real book in a real browser: whole, quiet, legible, reachable, light, and at home."""

from __future__ import annotations

import functools
import gzip
import http.server
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from course_lib.authoring import myst
from course_lib.authoring.build import build_book, up_to_date
from course_lib.authoring.pages import book_pages
from course_lib.authoring.status import read_runs
from course_lib.project import Project

pytestmark = pytest.mark.browser

DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
CHAPTER = "networks/scikit-learn-mlp"
# What one page takes over the wire, compressed, fonts and pictures as they are.
MOST_BYTES = 210_000
PROJECT = Project.find(Path(__file__))
SLUGS = [page.slug for page in book_pages(PROJECT)]
CODE_SLUGS = [page.slug for page in book_pages(PROJECT) if page.has_code]
TEXT = (".html", ".css", ".js", ".svg", ".json", ".xml", ".ipynb")


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves a folder without a word, compressed as a real server would."""

    def log_message(self, *_: object) -> None:
        pass


@dataclass
class Visit:
    """A page in the browser, and what it asked for and complained of.

    Attributes:
        page: the page.
        base: address of the book.
        complaints: errors and warnings of the console, failed requests.
        asked: every address that was asked for.
    """

    page: Page
    base: str
    complaints: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("requestfailed", lambda request: self.complaints.append(request.url))

    def _heard(self, message: object) -> None:
        if message.type in ("error", "warning"):  # type: ignore[attr-defined]
            self.complaints.append(message.text)  # type: ignore[attr-defined]

    def open(self, slug: str) -> Page:
        self.page.goto(f"{self.base}{slug}.html")
        self.page.wait_for_load_state("networkidle")
        return self.page


@pytest.fixture(scope="session")
def site() -> Iterator[str]:
    """The address of the real book, built if it is not up to date, served on this machine."""
    if not up_to_date(PROJECT):
        build_book(PROJECT)
    handler = functools.partial(Quiet, directory=str(PROJECT.html))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


@pytest.fixture
def visit(browser, site) -> Iterator[Callable[..., Visit]]:
    """Open fresh contexts: ``visit(viewport, scheme)``."""
    contexts = []

    def fresh(viewport: dict[str, int] = DESKTOP, scheme: str = "light") -> Visit:
        contexts.append(
            browser.new_context(
                viewport=viewport,
                color_scheme=scheme,
                reduced_motion="reduce",
                accept_downloads=True,
            )
        )
        return Visit(contexts[-1].new_page(), site)

    yield fresh
    for context in contexts:
        context.close()


@pytest.mark.parametrize("slug", [*SLUGS, "search"])
def test_a_page_is_quiet_at_home_and_fits_a_phone(visit, slug):
    """One load for three promises: no complaint, no other host, no sideways scroll."""
    phone = visit(PHONE)
    page = phone.open(slug)
    assert phone.complaints == []
    assert {urlsplit(url).netloc for url in phone.asked} == {urlsplit(phone.base).netloc}
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert page.locator("h1:visible").count() == 1


# The formulas that begin left of their box, where no scrolling reaches.
LOST_BEGINNINGS = """all => all.filter(formula => {
    const edge = formula.getBoundingClientRect().left - 1;
    const parts = [...formula.querySelectorAll(".katex-html .base")];
    return parts.some(part => part.getBoundingClientRect().left < edge);
}).map(formula => formula.textContent.slice(0, 60))"""


@pytest.mark.parametrize("slug", SLUGS)
def test_on_a_phone_every_formula_can_be_read_from_its_beginning(visit, slug):
    page = visit(PHONE).open(slug)
    assert page.locator("div.math").evaluate_all(LOST_BEGINNINGS) == []


@pytest.mark.parametrize("slug", [*SLUGS, "search"])
@pytest.mark.parametrize(("viewport", "scheme"), [(DESKTOP, "light"), (PHONE, "dark")])
def test_axe_finds_nothing(visit, slug, viewport, scheme):
    page = visit(viewport, scheme).open(slug)
    for closed in page.locator(".admonition.toggle-hidden > .admonition-title").all():
        if closed.is_visible():
            closed.click()
    found = Axe().run(page).response["violations"]
    told = [f"{one['id']}: {node['html'][:200]}" for one in found for node in one["nodes"]]
    assert told == []


@pytest.mark.parametrize("slug", SLUGS)
def test_every_picture_has_words(visit, slug):
    page = visit().open(slug)
    for picture in page.locator("article img").all():
        alt = picture.get_attribute("alt") or ""
        assert len(alt) > 10
        assert "_images/" not in alt
        assert not re.search(r"\.(png|svg|jpe?g)$", alt)
    drawings = page.locator("article .course-figure svg")
    for label in drawings.evaluate_all("all => all.map(one => one.getAttribute('aria-label'))"):
        assert label
        assert len(label) > 24
        assert "_images/" not in label
    assert drawings.count() == page.locator("article .course-figure svg[role=img]").count()


def test_the_chapter_has_figures_and_a_verdict(visit):
    page = visit().open(CHAPTER)
    assert page.locator("article .course-figure svg").count() >= 3
    assert page.locator("article .course-verdict").count() == 1


def test_search_finds_a_word_and_leads_to_it(visit):
    reader = visit()
    page = reader.open(CHAPTER)
    page.keyboard.press("Control+k")
    page.keyboard.type("baseline")
    page.keyboard.press("Enter")
    page.wait_for_selector("#search-results li")
    page.wait_for_selector("#search-results li p.context")
    titles = page.locator("#search-results li > a").all_inner_texts()
    assert any("Glossary" in title for title in titles)
    page.locator("#search-results li > a").first.click()
    page.wait_for_load_state("networkidle")
    assert "baseline" in page.locator("article").inner_text().lower()
    assert reader.complaints == []


def test_search_by_button_on_a_phone(visit):
    page = visit(PHONE).open(CHAPTER)
    page.locator(".bd-header-article .search-button").click()
    assert page.locator("#pst-search-dialog input").is_visible()


def ink(page: Page) -> tuple[str, str]:
    """Return the colours of a figure's text and of the page behind it."""
    return (
        page.locator(".course-figure svg").first.evaluate("one => getComputedStyle(one).color"),
        page.evaluate("getComputedStyle(document.body).backgroundColor"),
    )


def lightness(colour: str) -> float:
    return sum(int(part) for part in re.findall(r"\d+", colour)[:3]) / 3


def test_the_switch_changes_a_figures_ink_and_is_remembered(visit):
    page = visit(DESKTOP, "light").open(CHAPTER)
    light = ink(page)
    assert lightness(light[0]) < 80
    assert lightness(light[1]) > 230
    switch = page.locator(".theme-switch-button")
    for _ in range(3):
        if page.evaluate("document.documentElement.dataset.mode") == "dark":
            break
        switch.click()
    page.wait_for_function("document.documentElement.dataset.theme === 'dark'")
    dark = ink(page)
    assert lightness(dark[0]) > 190
    assert lightness(dark[1]) < 50
    page.reload()
    assert ink(page) == dark


def test_without_a_choice_the_page_follows_the_system_from_the_first_paint(visit):
    page = visit(DESKTOP, "dark").page
    page.add_init_script(
        "addEventListener('DOMContentLoaded', () => {"
        " window.early = document.documentElement.dataset.theme })"
    )
    page.goto(visit().base + f"{CHAPTER}.html")
    assert page.evaluate("window.early") == "dark"


def test_code_of_76_characters_is_not_cut_on_a_desktop(visit):
    page = visit().open(CHAPTER)
    widest = page.evaluate("""() => {
        const block = document.querySelector("article .cell_input pre");
        const probe = document.createElement("span");
        probe.textContent = "0".repeat(76);
        block.append(probe);
        const style = getComputedStyle(block);
        const room = block.clientWidth - parseFloat(style.paddingLeft)
                     - parseFloat(style.paddingRight);
        return [probe.getBoundingClientRect().width, room];
    }""")
    assert widest[0] <= widest[1]


def test_the_heading_is_modest_on_a_phone(visit):
    page = visit(PHONE).open(CHAPTER)
    size = page.locator("article h1").evaluate("one => parseFloat(getComputedStyle(one).fontSize)")
    assert size <= 32


def test_one_header_and_one_search_field_on_a_wide_screen(visit):
    page = visit({"width": 1920, "height": 1080}).open(CHAPTER)
    assert page.locator(".search-button__button:visible").count() == 1
    assert not page.locator("#pst-header").is_visible()


def test_folded_answers_open_by_key(visit):
    page = visit().open(CHAPTER)
    answer = page.locator(".admonition.dropdown").first
    assert "toggle-hidden" in (answer.get_attribute("class") or "")
    answer.locator("button").first.focus()
    page.keyboard.press("Enter")
    assert "toggle-hidden" not in (answer.get_attribute("class") or "")


def test_menus_open_on_a_phone(visit):
    page = visit(PHONE).open(CHAPTER)
    page.locator(".bd-header-article .primary-toggle").click()
    assert page.locator("nav.bd-docs-nav a:visible").count() >= len(SLUGS) - 1
    page.keyboard.press("Escape")
    page.locator(".bd-header-article .secondary-toggle").click()
    assert page.locator("#pst-page-toc-nav a:visible").count() > 3


@pytest.mark.parametrize("slug", CODE_SLUGS)
def test_the_download_is_a_notebook_that_reads_well(visit, slug, tmp_path):
    page = visit().open(slug)
    with page.expect_download() as waiting:
        page.locator("a.course-download").click()
    path = tmp_path / "page.ipynb"
    waiting.value.save_as(path)
    assert waiting.value.suggested_filename == f"{slug.rpartition('/')[2]}.ipynb"
    notebook = nbformat.read(path, 4)
    nbformat.validate(notebook)
    assert notebook.cells[0].source.startswith("# ")
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            assert myst.lint(cell.source) is None
        for output in cell.get("outputs", []):
            assert "<svg" not in "".join(output.get("data", {}).get("text/html", ""))
    assert any(cell.cell_type == "code" and cell.outputs for cell in notebook.cells)


def test_the_map_leads_to_every_page_that_stands(visit):
    page = visit().open("index")
    links = page.locator(".course-map a").evaluate_all("all => all.map(one => one.pathname)")
    assert sorted(links) == sorted(f"/{slug}.html" for slug in SLUGS if slug != "index")
    assert page.locator(".course-map .course-badge-planned").count() > 15


def test_the_ledger_shows_what_the_chapters_settled(visit):
    page = visit().open("preface/the-claims")
    settled = {
        id_: told["holds"] for run in read_runs(PROJECT) for id_, told in run.verdicts.items()
    }
    assert settled
    for outcome in set(settled.values()):
        shown = page.locator(f"table .course-badge-{outcome}").count()
        assert shown == list(settled.values()).count(outcome)


def test_the_status_page_has_a_row_for_every_page_with_code(visit):
    page = visit().open("back/status")
    rows = page.locator("table.course-status").first.locator("tbody tr")
    assert rows.count() == len(CODE_SLUGS)


@pytest.mark.parametrize("slug", SLUGS)
def test_a_page_is_light(visit, slug):
    reader = visit()
    reader.open(slug)
    paths = {urlsplit(url).path.lstrip("/") for url in reader.asked}
    weight = 0
    for name in paths:
        content = (PROJECT.html / name).read_bytes()
        weight += len(gzip.compress(content)) if name.endswith(TEXT) else len(content)
    assert weight < MOST_BYTES, sorted(paths)
