"""One style sheet and one script for the whole site, of what its pages use."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tinycss2  # type: ignore[import-untyped]

from course_lib.project import ProjectError

# In the order in which the theme loads them.
STYLES = (
    "basic.css", "styles/pydata-sphinx-theme.css", "pygments.css", "styles/sphinx-book-theme.css",
    "togglebutton.css", "copybutton.css", "mystnb.*.css", "sphinx-design.min.css",
    "katex-math.css", "course.css",
)  # fmt: skip
SCRIPTS = (
    "documentation_options.js", "doctools.js", "sphinx_highlight.js", "clipboard.min.js",
    "copybutton.js", "scripts/sphinx-book-theme.js", "togglebutton.js",
    "scripts/pydata-sphinx-theme.js",
)  # fmt: skip
SEARCH = ("searchtools.js", "language_data.js")
TABS = "design-tabs.js"
KATEX = "katex/katex.min.css"
_AS_THEY_ARE = (KATEX, "katex/LICENSE", "favicon.svg")
# The theme lets people scroll by key what it knows to be wide; formulas and verdicts can be, too.
_WIDE = '".pst-scrollable-table-container"'
_WIDE_HERE = f'{_WIDE},"div.math",".course-verdict > div"'
_UNUSED = ("theme.css", "bootstrap.js", "fontawesome.js", "copybutton_funcs.js")
_TOGGLES = """\
let toggleHintShow = "Show", toggleHintHide = "Hide", toggleOpenOnPrint = "true";
var togglebuttonSelector = ".toggle, .admonition.dropdown";
"""
_LINKED = re.compile(
    r'<link\b[^>]*\brel="stylesheet"[^>]*>\s*|<script\b[^>]*\bsrc="[^"]*_static/[^"]*"[^>]*></script>\s*'
)
_NOTICE = """\
/* Put together from what these bring, under their own licences: Sphinx (BSD-2-Clause);
   pydata-sphinx-theme, sphinx-book-theme and MyST-NB (BSD-3-Clause); Bootstrap, clipboard.js,
   sphinx-copybutton, sphinx-design, sphinx-togglebutton and sphinxcontrib-katex (MIT). */
"""
_WORD = re.compile(r"[A-Za-z_][\w-]*")
# A declaration that would load a file: the pictures of Sphinx's plain theme.
_FETCHING = re.compile(r"[\w-]+\s*:[^;{}]*url\((?!\s*[\"']?(?:data:|#))[^)]*\)[^;]*;?")
_NESTED_AT_RULES = frozenset({"media", "supports", "layer", "container"})
# What would load something, what has a meaning at a file's start only, and what waits for its use.
_DROPPED_AT_RULES = frozenset({"charset", "font-face", "import", "keyframes"})


@dataclass(frozen=True)
class Bundle:
    """What pages load.

    Attributes:
        files: content by path below the site's root.
        folders: copied as they are: path below the root, and where from.
    """

    files: Mapping[str, str]
    folders: Mapping[str, Path]

    def link(self, html: str, root: str) -> str:
        """Return a page that loads the bundle instead of what it loaded; ``root`` is "../..."."""
        styles, scripts = ["_static/book.css"], ["_static/book.js"]
        if 'class="katex' in html:
            styles.append(f"_static/{KATEX}")
        if 'class="sd-tab' in html:
            scripts.append(f"_static/{TABS}")
        if 'id="search-results"' in html:
            scripts += [*(f"_static/{name}" for name in SEARCH), "searchindex.js"]
        links = [f'<link rel="stylesheet" href="{root}{self._dated(name)}">' for name in styles]
        links += [f'<script defer src="{root}{self._dated(name)}"></script>' for name in scripts]
        html, times = _LINKED.subn("", html)
        if not times:
            raise ProjectError("a page loads no styles at all: the theme has changed")
        return html.replace("</head>", "    " + "\n    ".join(links) + "\n  </head>", 1)

    def write(self, site: Path) -> None:
        """Write the bundle below ``site``."""
        for name, text in self.files.items():
            path = site / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        for name, folder in self.folders.items():
            shutil.copytree(folder, site / name)

    def _dated(self, name: str) -> str:
        """Return a file's address, which changes with its content, so that no copy is stale."""
        text = self.files.get(name)
        return f"{name}?v={hashlib.sha256(text.encode()).hexdigest()[:8]}" if text else name


def bundle(source: Path, pages: Mapping[str, str]) -> Bundle:
    """Gather styles and scripts of the site that Sphinx wrote to ``source``.

    Args:
        source: that folder.
        pages: the HTML of every page, edited, by its path.

    Raises:
        ProjectError: pages load a style or script that is not known here, or one is missing.
    """
    static = source / "_static"
    _all_known(pages.values())
    scripts = {name: _read(static, name) for name in (*SCRIPTS, *SEARCH, TABS)}
    theme = SCRIPTS[-1]
    if scripts[theme].count(_WIDE) != 1:
        raise ProjectError(
            f"{theme} no longer names what scrolls: see course_lib/authoring/assets.py"
        )
    scripts[theme] = scripts[theme].replace(_WIDE, _WIDE_HERE)
    used = _vocabulary([*pages.values(), *scripts.values(), _TOGGLES])
    styles = "\n".join(prune(_read(static, name), used) for name in STYLES)
    if found := re.search(r"@import|url\((?!\s*[\"']?(?:data:|#))[^)]*\)", styles):
        raise ProjectError(f"the site's styles load {found[0]}: drop it, or vendor it")
    whole = "\n;\n".join([_TOGGLES, *(_bare(scripts[name]) for name in SCRIPTS)])
    files = {"_static/book.css": _NOTICE + styles, "_static/book.js": _NOTICE + whole}
    files |= {f"_static/{name}": scripts[name] for name in (*SEARCH, TABS)}
    files |= {f"_static/{name}": _read(static, name) for name in _AS_THEY_ARE}
    return Bundle(files, {"_static/katex/fonts": static / "katex" / "fonts"})


def prune(css: str, used: frozenset[str]) -> str:
    """Return a style sheet without the rules whose classes and ids no page and no script names.

    Rules on elements stay, and so do all arguments of ``:not()`` and its like. Fonts and pictures
    go: the book uses the reader's own fonts, and KaTeX's have a sheet of their own.
    """
    sheet = tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True)
    rules = "".join(_pruned(sheet, used))
    moves = [rule for rule in sheet if getattr(rule, "at_keyword", "") == "keyframes"]
    names = ((tinycss2.serialize(rule.prelude).strip(), rule) for rule in moves)
    return rules + "".join(f"{rule.serialize()}\n" for name, rule in names if name in rules)


def _pruned(rules: Iterable[Any], used: frozenset[str]) -> Iterable[str]:
    for rule in rules:
        if rule.type == "qualified-rule":
            content = tinycss2.serialize(rule.content).strip()
            kept = [part for part in _selectors(rule.prelude) if _names(part) <= used]
            if kept and "Font Awesome" not in content.replace("\\", ""):
                selectors = ",".join(tinycss2.serialize(part).strip() for part in kept)
                yield f"{selectors}{{{_FETCHING.sub('', content)}}}\n"
        elif rule.type == "at-rule" and rule.at_keyword in _NESTED_AT_RULES and rule.content:
            inner = tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
            if text := "".join(_pruned(inner, used)):
                yield f"@{rule.at_keyword}{tinycss2.serialize(rule.prelude)}{{{text}}}\n"
        elif rule.type == "at-rule" and rule.at_keyword not in _DROPPED_AT_RULES:
            yield f"{rule.serialize()}\n"


def _selectors(prelude: Sequence[Any]) -> Iterable[list[Any]]:
    part: list[Any] = []
    for token in prelude:
        if token.type == "literal" and token.value == ",":
            yield part
            part = []
        else:
            part.append(token)
    yield part


def _names(selector: Sequence[Any]) -> frozenset[str]:
    """Return the classes and ids that an element must have to match."""
    names = set()
    for before, token in zip([None, *selector], selector, strict=False):
        # A token of one sign equals it.
        if token.type == "hash" or (token.type == "ident" and before == "."):
            names.add(token.value)
    return frozenset(names)


def _vocabulary(texts: Iterable[str]) -> frozenset[str]:
    """Return every word of pages and scripts: a class that none of them names matches nothing."""
    return frozenset(word for text in texts for word in _WORD.findall(text))


def _read(static: Path, name: str) -> str:
    found = sorted(static.glob(name))
    if len(found) != 1:
        raise ProjectError(f"Sphinx wrote {len(found)} files _static/{name}, wanted 1")
    return found[0].read_text("utf-8")


def _bare(script: str) -> str:
    """Return a script without the address of its source map."""
    return re.sub(r"^//# sourceMappingURL=.*$", "", script, flags=re.M)


def _all_known(pages: Iterable[str]) -> None:
    known = (*STYLES, *SCRIPTS, *SEARCH, TABS, KATEX, *_UNUSED)
    for html in pages:
        for address in re.findall(r'_static/([^"?]+\.(?:css|js))', html):
            if not any(Path(address).match(name) for name in known):
                raise ProjectError(
                    f"a page loads _static/{address}: list it in course_lib/authoring/assets.py"
                )
