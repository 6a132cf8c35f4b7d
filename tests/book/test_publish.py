"""Publishing: every edit is held to, nothing comes from another host, nothing is dead weight."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tiny import write

from course_lib.authoring import assets, icons
from course_lib.authoring.publish import check, publish
from course_lib.authoring.theme import EDITS, edit
from course_lib.project import Project, ProjectError

CHAPTER = "networks/scikit-learn-mlp.html"


@pytest.fixture(scope="session")
def raw(built) -> Path:
    """What Sphinx wrote for the small course."""
    return built[0].build / "sphinx" / "_build" / "html"


@pytest.fixture(scope="session")
def pages(raw) -> dict[str, str]:
    return {
        path.relative_to(raw).as_posix(): path.read_text("utf-8")
        for path in raw.rglob("*.html")
        if not path.relative_to(raw).as_posix().startswith("_")
    }


def otherwise(found: re.Match[str]) -> str:
    """Return what was found as another version of the theme might write it."""
    return found[0].replace("<", "<x-") if "<" in found[0] else found[0].swapcase()


@pytest.mark.parametrize("step", EDITS, ids=lambda step: step.name)
def test_an_edit_that_no_longer_applies_is_an_error_by_its_name(pages, step):
    """Each page in which the theme wrote that piece otherwise is refused."""
    tried = 0
    for name, html in pages.items():
        before = html
        for earlier in EDITS[: EDITS.index(step)]:
            before = earlier.apply(before, name)
        other = re.sub(step.pattern, otherwise, before, flags=re.S)
        if step.only not in other or not re.search(step.pattern, before, re.S):
            continue
        tried += 1
        with pytest.raises(
            ProjectError, match=re.escape(f"publishing {name}: the edit '{step.name}'")
        ):
            step.apply(other, name)
    conditional = {"corner of a table", "entries of the bibliography as its list wants them",
                   "what folded code is called"}  # fmt: skip
    assert tried or step.name in conditional


def test_an_edit_that_applies_too_often_is_an_error(pages):
    html = pages[CHAPTER]
    doubled = html.replace("<header id=", '<header id="pst-header" class="x"></header><header id=')
    with pytest.raises(ProjectError, match=r"second header.*applied 2 times"):
        edit(doubled, CHAPTER)


def test_an_icon_without_a_drawing_is_an_error(pages):
    html = pages[CHAPTER].replace("fa-bars", "fa-hippo")
    with pytest.raises(ProjectError, match="fa-hippo"):
        edit(html, CHAPTER)


def test_pages_are_left_with_no_trace_of_what_was_dropped(built):
    for path in built[0].html.rglob("*.html"):
        html = path.read_text("utf-8")
        for trace in (
            "fontawesome",
            "thebe",
            "mathjax.js",
            "bootstrap.js",
            'class="fa',
            "ethical-ad",
        ):
            assert trace not in html, (path, trace)
        assert html.count('name="viewport"') == 1
        assert html.count("search-button-field") == 1


def test_search_scripts_load_on_the_search_page_alone(built):
    for path in built[0].html.rglob("*.html"):
        assert ("searchindex.js" in path.read_text("utf-8")) == (path.name == "search.html")


def test_katex_styles_load_where_there_is_mathematics_alone(built):
    site = built[0].html
    assert "katex.min.css" in (site / CHAPTER).read_text("utf-8")
    assert "katex.min.css" not in (site / "back/glossary.html").read_text("utf-8")


def test_every_icon_is_drawn_and_silent():
    for name in icons.ICONS:
        assert 'aria-hidden="true"' in icons.svg(name)


@pytest.mark.parametrize(
    "piece",
    [
        '<script src="https://cdn.example.org/x.js"></script>',
        '<script defer type="module" src="//cdn.example.org/x.js"></script>',
        '<link rel="stylesheet" href="https://cdn.example.org/x.css">',
        '<link href="https://cdn.example.org/x.css" rel="stylesheet">',
        '<link rel="preconnect" href="https://cdn.example.org">',
        '<img alt="" src="http://example.org/x.png">',
        '<iframe src="https://example.org"></iframe>',
        "<style>@import 'https://example.org/x.css';</style>",
        "<style>p { background: url(https://example.org/x.png) }</style>",
        '<style>@font-face { src: url("//example.org/x.woff2") }</style>',
    ],
)
def test_nothing_loads_from_another_host(tmp_path, piece):
    write(tmp_path / "part" / "page.html", f"<html>{piece}</html>")
    with pytest.raises(ProjectError, match=r"part/page\.html would load .* another host"):
        check(tmp_path)


@pytest.mark.parametrize(
    "piece",
    [
        '<img alt="" src="none.png">',
        '<a href="none.html#there">x</a>',
        '<a href="../x.ipynb">x</a>',
    ],
)
def test_nothing_refers_to_what_is_not_there(tmp_path, piece):
    write(tmp_path / "part" / "page.html", piece)
    with pytest.raises(ProjectError, match="not there"):
        check(tmp_path)


def test_links_to_elsewhere_and_data_are_fine(tmp_path):
    write(
        tmp_path / "page.html",
        '<a href="https://example.org">x</a> <a href="mailto:a@b">x</a> <a href="#here">x</a>'
        '<img alt="" src="data:image/png;base64,x"><link rel="canonical" href="https://x.org">'
        '<svg><use href="#a"/><path style="fill: url(#p)"/></svg>',
    )
    check(tmp_path)


def test_rules_that_match_nothing_go_and_others_stay():
    css = """
    @charset "utf-8"; @font-face { font-family: Icons; src: url(icons.woff2) }
    p, .used a { color: red } .unused { color: blue } .used .unused { color: blue }
    .used:not(.unused) { top: 0 } #gone, .used#here::before { content: "x" }
    ul.used { background: url(file.png); left: 0 }
    @media print { .unused { top: 0 } .used { top: 1px } } @media screen { .unused { top: 0 } }
    @keyframes spin { from { top: 0 } } @keyframes idle { from { top: 0 } }
    .used { animation: spin 1s } .used::after { font-family: "Font Awesome 6 Free" }
    """
    kept = assets.prune(css, frozenset({"used", "here"}))
    assert re.sub(r"\s+", "", kept) == re.sub(
        r"\s+",
        "",
        """p,.used a{color: red} .used:not(.unused){top: 0} .used#here::before{content: "x"}
        ul.used{left: 0} @media print{.used{top: 1px}} .used{animation: spin 1s}
        @keyframes spin{from{top:0}}""",
    )


def test_styles_keep_what_pages_use(built):
    styles = (built[0].html / "_static/book.css").read_text("utf-8")
    for rule in (".course-map", ".admonition", ".katex-display", "@media print", "data-theme=dark"):
        assert rule in styles
    assert "Font Awesome" not in styles
    assert len(styles) < 150_000


def test_a_style_sheet_that_nobody_listed_is_an_error(raw, pages, built, tmp_path):
    name = "back/glossary.html"
    other = pages | {name: pages[name].replace("basic.css", "new.css")}
    other[name] = other[name].replace("</head>", '<link href="../_static/new.css"></head>')
    with pytest.raises(ProjectError, match=r"new\.css"):
        assets.bundle(raw, other)


def test_a_failed_publication_leaves_nothing_where_readers_look(raw, built, tmp_path):
    broken = tmp_path / "broken"
    for path in raw.rglob("*"):
        if path.is_file():
            target = broken / path.relative_to(raw)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    write(broken / "index.html", "<html></html>")
    with pytest.raises(ProjectError):
        publish(broken, tmp_path / "html", tmp_path / "none")
    assert not (tmp_path / "html").exists()


def test_the_small_course_is_published_whole(built):
    project: Project = built[0]
    check(project.html)
    loaded = sum(path.stat().st_size for path in (project.html / "_static").glob("book.*"))
    assert loaded < 250_000
