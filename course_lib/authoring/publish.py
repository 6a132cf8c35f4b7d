"""From Sphinx's output to the published folder: light, accessible, nothing from another host."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from course_lib.authoring import assets
from course_lib.authoring.theme import edit
from course_lib.project import ProjectError

# What a page may load: these attributes of these elements, and nothing that has a host.
_LOADED = re.compile(
    r"<(?:script|img|iframe|source|video|audio|embed)\b[^>]*?\s(?:src|srcset)=\"(?P<src>[^\"]*)\""
    r"|<link\b(?=[^>]*\brel=\"(?:stylesheet|preload|icon|modulepreload|preconnect|dns-prefetch|"
    r"shortcut icon)\")[^>]*?\shref=\"(?P<href>[^\"]*)\""
    r"|@import[^;]*?[\"'(](?P<imported>[^\"')]+)|url\(\s*[\"']?(?P<url>[^\"')]+)",
    re.S,
)
_HOST = re.compile(r"^(?:[a-z][a-z0-9+.-]*:)?//|^https?:", re.I)


def publish(source: Path, target: Path, notebooks: Path) -> None:
    """Write the site to ``target``, which must not exist.

    Args:
        source: the folder that Sphinx wrote.
        target: the folder that readers get.
        notebooks: resolved notebooks, which become ``notebooks/`` below ``target``.

    Raises:
        ProjectError: an edit does not apply as it should, a page would load something from
            another host, or refers to a file that is not there.
    """
    making = target.with_name(f"{target.name}.new")
    shutil.rmtree(making, ignore_errors=True)
    found = {path.relative_to(source).as_posix(): path for path in sorted(source.rglob("*.html"))}
    pages = {name: path for name, path in found.items() if not name.startswith("_")}
    edited = {name: edit(path.read_text("utf-8"), name) for name, path in pages.items()}
    bundle = assets.bundle(source, edited)
    for name, html in edited.items():
        depth = name.count("/")
        path = making / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(bundle.link(html, "../" * depth), "utf-8")
    bundle.write(making)
    for name in ("_images", "searchindex.js", "sitemap.xml"):
        _copy(source / name, making / name)
    _copy(notebooks, making / "notebooks")
    check(making)
    making.rename(target)


def check(site: Path) -> None:
    """Refuse a site that loads something from another host, or links to what is not there.

    Raises:
        ProjectError: names the page and the address.
    """
    for path in sorted([*site.rglob("*.html"), *site.rglob("*.css")]):
        name, text = path.relative_to(site).as_posix(), path.read_text("utf-8")
        for address in _loaded(text):
            if _HOST.match(address):
                raise ProjectError(f"{name} would load {address} from another host")
        links = re.findall(r'<a\b[^>]*?\shref="([^"#?]+)', text) if path.suffix == ".html" else []
        for address in [*links, *_loaded(text)]:
            local = address.partition("#")[0].partition("?")[0]
            if not local or re.match(r"[a-z][a-z0-9+.-]*:", local):
                continue
            if not (path.parent / local).exists():
                raise ProjectError(f"{name} refers to {local}, which is not there")


def _loaded(text: str) -> Iterator[str]:
    for found in _LOADED.finditer(text):
        address = next(part for part in found.groups() if part is not None).strip()
        if not address.startswith("#"):  # within the same drawing
            yield address


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target)
    elif source.is_file():
        shutil.copy(source, target)
