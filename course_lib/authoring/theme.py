"""What the book changes in the pages of its theme, edit by edit.

Every edit says how often it must apply on a page. The theme's versions are pinned; a version that
writes its pages otherwise fails here, by name, instead of quietly undoing an edit.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from course_lib.authoring.icons import ICONS, svg
from course_lib.project import ProjectError

_MODE = """\
<script>
    const mode = localStorage.getItem("mode") || "auto";
    const dark = matchMedia("(prefers-color-scheme: dark)").matches;
    document.documentElement.dataset.mode = mode;
    document.documentElement.dataset.theme = mode === "auto" ? (dark ? "dark" : "light") : mode;
  </script>"""


@dataclass(frozen=True)
class Edit:
    """One replacement on every page.

    Attributes:
        name: what it is for; the error names it.
        pattern: a regular expression, matched across lines.
        new: what takes its place, a template of :mod:`re` or a function of the match.
        least: how many times it applies at least.
        most: how many times at most; None if any number will do.
        only: pages that it is for, by a piece of their HTML; "" for all.
    """

    name: str
    pattern: str
    new: str | Callable[[re.Match[str]], str] = ""
    least: int = 1
    most: int | None = 1
    only: str = ""

    def apply(self, html: str, page: str) -> str:
        """Return the page's HTML after the edit.

        Raises:
            ProjectError: it does not apply as often as it should.
        """
        if self.only not in html:
            return html
        edited, times = re.subn(self.pattern, self.new, html, flags=re.S)
        if times < self.least or (self.most is not None and times > self.most):
            most = "more" if self.most is None else self.most
            raise ProjectError(
                f"publishing {page}: the edit '{self.name}' applied {times} times, not {self.least}"
                f" to {most}: the theme writes otherwise now; see course_lib/authoring/theme.py"
            )
        return edited


def _icon(found: re.Match[str]) -> str:
    name, mode = found["name"], re.search(r'data-mode="(\w+)"', found[0])
    if name not in ICONS:
        raise ProjectError(f"no drawing for the icon fa-{name}: add it to authoring/icons.py")
    if mode:  # the theme's script and styles look for these
        return f'<span class="theme-switch" data-mode="{mode[1]}">{svg(name)}</span>'
    return svg(name)


EDITS = (
    Edit(
        "colour scheme before the first paint",
        r"<script data-cfasync=\"false\">.*?</script>",
        _MODE,
    ),
    Edit("light unless a script says otherwise", r"(<html [^>]*?) ?>", r'\1 data-theme="light">'),
    Edit(
        "the default is what the system says",
        r'data-default-mode=""',
        'data-default-mode="auto"',
    ),
    Edit("one viewport", r'(?:<meta name="viewport"[^>]*>\s*)+', "", 1, None),
    Edit(
        "one viewport, back",
        r'(<meta charset="utf-8" ?/?>)',
        r'\1\n    <meta name="viewport" content="width=device-width, initial-scale=1">',
    ),
    Edit("no keys for a search service", r'<meta name="docsearch:[^>]*>\s*', "", 2, 2),
    Edit(
        "Font Awesome's script",
        r"<!-- So that users can add custom icons -->\s*"
        r'<script defer src="[^"]*fontawesome\.js[^"]*"></script>\s*',
    ),
    Edit(
        "preloads of scripts",
        r'<!-- Pre-loaded scripts[^>]*-->\s*(?:<link rel="preload"[^>]*>\s*)+',
    ),
    Edit(
        "scripts at the end",
        r"<!-- Scripts loaded after <body>[^>]*-->\s*(?:<script defer "
        r'src="[^"]*(?:bootstrap|pydata-sphinx-theme)\.js[^"]*"></script>\s*){2}',
    ),
    Edit(
        "search index on every page",
        r'(?:<script src="[^"]*(?:searchtools|language_data|searchindex)\.js[^"]*"'
        r'(?: defer="defer")?></script>\s*)+',
        "",
        1,
        None,
    ),
    Edit(
        "options of unused scripts",
        r"<script>DOCUMENTATION_OPTIONS\.[^<]*</script>\s*",
        "",
        2,
        2,
    ),
    Edit(
        "options of the toggle buttons",
        r"<script>(?:let toggle|var toggle)[^<]*</script>\s*",
        "",
        5,
        5,
    ),
    Edit(
        "second header, second search",
        r'(<header id="pst-header") class="[^"]*">.*?</header>',
        r"\1></header>",
    ),
    Edit(
        "empty header of the sidebar",
        r'<div class="sidebar-header-items sidebar-primary__section">\s*</div>',
    ),
    Edit(
        "place for an advertisement",
        r'<div class="sidebar-primary-items__end sidebar-primary__section">\s*'
        r'<div class="sidebar-primary-item">\s*<div id="ethical-ad-placement".*?</div></div>'
        r"\s*</div>",
    ),
    Edit(
        "banner of old versions",
        r'<div class="pst-async-banner-revealer d-none">.*?</aside>\s*</div>',
    ),
    Edit(
        "contents for print, a second heading",
        r'<div id="jb-print-docs-body" class="onlyprint">.*?\n</div>\s*(?=<div id="searchbox">)',
        only='<div id="searchbox">',
    ),
    Edit(
        "name of the button for the sidebar",
        r'(<button class="sidebar-toggle primary-toggle btn btn-sm") title="[^"]*"',
        r'\1 aria-label="Chapters" title="Chapters"',
    ),
    Edit(
        "name of the button for the contents",
        r'(<button class="sidebar-toggle secondary-toggle [^"]*") title="[^"]*"',
        r'\1 aria-label="On this page" title="On this page"',
        only='<nav id="pst-page-toc-nav"',
    ),
    Edit(
        "name of the button for the colours",
        r'(<button class="[^"]*theme-switch-button[^"]*") aria-label="[^"]*" '
        r'data-bs-title="[^"]*"',
        r'\1 aria-label="Light, dark or as the system" title="Light, dark or as the system"',
    ),
    Edit(
        "tooltips of a script that is gone",
        r' data-bs-(?:placement|toggle)="[^"]*"',
        "",
        1,
        None,
    ),
    Edit(
        "download, not a new window",
        r'<a href="([^"]*\.ipynb)" target="_blank"\s*class="[^"]*course-download"\s*'
        r'title="([^"]*)"\s*>',
        r'<a href="\1" download class="btn btn-sm course-download" aria-label="\2" title="\2">',
        only="course-download",
    ),
    Edit(
        "headings of the sidebar are no headings of the page",
        r'<p aria-level="2" class="caption" role="heading">',
        '<p class="caption">',
        1,
        None,
    ),
    Edit(
        "sidebar as a landmark",
        r'(<div id="pst-primary-sidebar") class',
        r'\1 role="region" aria-label="The book" class',
    ),
    Edit(
        "entries of the bibliography as its list wants them",
        r'role="doc-biblioentry"',
        'role="listitem"',
        1,
        None,
        only='role="doc-biblioentry"',
    ),
    Edit(
        "corner of a table",
        r'<th class="head"><p></p></th>',
        "<td></td>",
        1,
        None,
        only='<th class="head"><p></p></th>',
    ),
    Edit(
        "what folded code is called",
        r'<summary aria-label="[^"]*">\s*<p class="collapsed admonition-title">[^<]*</p>\s*'
        r'<p class="expanded admonition-title">[^<]*</p>\s*</summary>',
        "<summary>Code</summary>",
        1,
        None,
        only='<details class="admonition hide',
    ),
    Edit(
        "Font Awesome's icons",
        r'<(?P<tag>i|span) class="[^"]*?fa[sbr]?(?:-solid)? fa-(?P<name>[a-z-]+)[^"]*"'
        r"[^>]*></(?P=tag)>",
        _icon,
        1,
        None,
    ),
)


def edit(html: str, page: str) -> str:
    """Return a page of the theme's after all edits."""
    for step in EDITS:
        html = step.apply(html, page)
    return html
