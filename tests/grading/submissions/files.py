"""Folders that hold what is no plain file: links, pipes, devices; the same inside an archive."""

from __future__ import annotations

import io
import json
import os
import socket
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

from submissions.course import SLUG, SOURCE, Everyday
from submissions.variant import Notebook, Variant

NAME = f"{SLUG}.ipynb"


def _text(notebook: Notebook) -> str:
    return json.dumps(notebook, indent=1)


def _secret(course: Everyday) -> Path:
    return course.root / "solutions" / SOURCE.name


def _elsewhere(course: Everyday, notebook: Notebook) -> Path:
    """Write a notebook that is no submission and return its path."""
    path = course.root / "elsewhere" / NAME
    path.parent.mkdir(exist_ok=True)
    path.write_text(_text(notebook))
    return path


def _as_link(course: Everyday, folder: Path, notebook: Notebook) -> None:
    (folder / NAME).symlink_to(_elsewhere(course, notebook))


def _as_near_link(course: Everyday, folder: Path, notebook: Notebook) -> None:
    (folder / "mine.ipynb").write_text(_text(notebook))
    (folder / NAME).symlink_to("mine.ipynb")


def _as_hard_link(course: Everyday, folder: Path, notebook: Notebook) -> None:
    os.link(_elsewhere(course, notebook), folder / NAME)


def _as_pipe(course: Everyday, folder: Path, notebook: Notebook) -> None:
    os.mkfifo(folder / NAME)


def _as_socket(course: Everyday, folder: Path, notebook: Notebook) -> None:
    here = Path.cwd()
    os.chdir(folder)  # the path of a socket has at most 107 characters
    try:
        with socket.socket(socket.AF_UNIX) as link:
            link.bind(NAME)
    finally:
        os.chdir(here)


def _as_device(course: Everyday, folder: Path, notebook: Notebook) -> None:
    try:
        os.mknod(folder / NAME, stat.S_IFCHR | 0o666, os.makedev(1, 5))
    except PermissionError:
        (folder / NAME).symlink_to("/dev/zero")


def _as_folder(course: Everyday, folder: Path, notebook: Notebook) -> None:
    (folder / NAME).mkdir()
    (folder / NAME / NAME).write_text(_text(notebook))


def _in_linked_folder(course: Everyday, folder: Path, notebook: Notebook) -> None:
    folder.rmdir()
    folder.symlink_to(_elsewhere(course, notebook).parent)


def _dangling(course: Everyday, folder: Path, notebook: Notebook) -> None:
    (folder / NAME).symlink_to("nowhere")


_INSTEAD: dict[str, Callable[[Everyday, Path, Notebook], None]] = {
    "the notebook a symlink": _as_link,
    "the notebook a hard link": _as_hard_link,
    "the notebook a pipe": _as_pipe,
    "the notebook a device": _as_device,
    "the notebook a socket": _as_socket,
    "the notebook a folder": _as_folder,
    "the notebook a near symlink": _as_near_link,
    "the notebook a dangling symlink": _dangling,
    "the folder a symlink": _in_linked_folder,
}


def _link_out(course: Everyday, folder: Path) -> None:
    (folder / "secret.md").symlink_to(_secret(course))
    (folder / "up").symlink_to("../../..")
    (folder / "loop").symlink_to("loop")


def _hard_link_out(course: Everyday, folder: Path) -> None:
    os.link(_secret(course), folder / "secret.md")


def _pipe(course: Everyday, folder: Path) -> None:
    os.mkfifo(folder / "pipe.txt")
    os.mkfifo(folder / "data.csv")


def _device(course: Everyday, folder: Path) -> None:
    try:
        os.mknod(folder / "zero.bin", stat.S_IFCHR | 0o666, os.makedev(1, 5))
    except PermissionError:
        (folder / "zero.bin").symlink_to("/dev/zero")


def _odd_names(course: Everyday, folder: Path) -> None:
    for name in ("..\\..\\gradebook.db", "-rf", "a\nb", "=1+1", "\u202egpj.exe", "x" * 200):
        (folder / name).write_text("{}")


def _zip(folder: Path, entries: dict[str, str | None], name: str = "work.zip") -> None:
    with zipfile.ZipFile(folder / name, "w") as archive:
        for path, link in entries.items():
            archive.writestr(path if link is None else _link(path), link or "LEAK")


def _zip_up(course: Everyday, folder: Path) -> None:
    _zip(folder, {"../../../gradebook.db": None, "../../victim/everyday/everyday.ipynb": None})


def _zip_absolute(course: Everyday, folder: Path) -> None:
    _zip(folder, {f"{course.root}/planted-by-zip": None, "C:\\planted": None})


def _zip_links(course: Everyday, folder: Path) -> None:
    _zip(folder, {"out": str(course.root), "out/planted-by-zip": None, NAME: "/etc/passwd"})


def _zip_bomb(course: Everyday, folder: Path) -> None:
    with (
        zipfile.ZipFile(folder / f"{SLUG}.zip", "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open(NAME, "w", force_zip64=True) as file,
    ):
        for _ in range(200):
            file.write(bytes(1 << 20))


_BESIDE: dict[str, tuple[Callable[[Everyday, Path], None], str]] = {
    "symlinks beside it": (_link_out, "secret.md"),
    "a hard link beside it": (_hard_link_out, "secret.md"),
    "pipes beside it": (_pipe, "pipe.txt"),
    "a device beside it": (_device, "zero.bin"),
    "a zip with ../ names": (_zip_up, ""),
    "a zip with absolute names": (_zip_absolute, ""),
    "a zip with links": (_zip_links, ""),
    "odd names beside it": (_odd_names, ""),
}


def _only(pack: Callable[[Everyday, Path], None]) -> Callable[[Everyday, Path, Notebook], None]:
    return lambda course, folder, notebook: pack(course, folder)


def hostile_download(course: Everyday, right: Notebook, path: Path) -> dict[str, str]:
    """Write a learning platform's download that two students handed in soundly, in among traps.

    Returns:
        what must be refused, each with a word of why.
    """
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr(NAME, _text(right))
        archive.writestr("../../../planted-by-zip.ipynb", _text(right))
        archive.writestr(_link("up.ipynb"), "../../../solutions/everyday.md")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"zipped-ann/{NAME}", _text(right))
        archive.writestr("zipped-bob/work.zip", inner.getvalue())
        archive.writestr(f"../zipped-cy/{NAME}", _text(right))
        archive.writestr(f"{course.root}/planted-by-zip.ipynb", _text(right))
        archive.writestr(_link(f"zipped-dee/{NAME}"), str(_secret(course)))
        archive.writestr(_link(f"zipped-eve/{NAME}", stat.S_IFIFO), "")
    return {
        "work.zip/../../../planted-by-zip.ipynb": "leads out",
        "work.zip/up.ipynb": "a link",
        "../zipped-cy": "leads out",
        f"{course.root}/planted-by-zip.ipynb": "root of a disk",
        "zipped-dee": "a link",
        "zipped-eve": "a pipe",
    }


def _link(name: str, kind: int = stat.S_IFLNK) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)
    entry.external_attr = (kind | 0o777) << 16
    return entry


_NOTHING = dict.fromkeys(("mean", "rescale", "train", "largest"), "not_run")

VARIANTS = (
    [
        Variant("links-out", name, write=write, rejected=SLUG, lost=_NOTHING, extra=number > 3)
        for number, (name, write) in enumerate(_INSTEAD.items())
    ]
    + [
        Variant("links-out", name, beside=beside, notes=notes, extra=name.startswith("odd"))
        for name, (beside, notes) in _BESIDE.items()
    ]
    + [
        Variant(
            "links-out",
            name,
            write=_only(pack),
            rejected=NAME,
            lost=_NOTHING,
            extra=True,
        )
        for name, pack in {
            "only a zip with links": _zip_links,
            "only a zip with ../ names": _zip_up,
        }.items()
    ]
    + [
        Variant("notebook-bomb", "a zip bomb", write=_only(_zip_bomb), rejected="", lost=_NOTHING),
        Variant("notebook-bomb", "a zip bomb beside it", beside=_zip_bomb),
    ]
)
