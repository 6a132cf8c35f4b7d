"""What a person has written is never overwritten without a copy."""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
from datetime import datetime
from pathlib import Path

from course_lib.project import Project


def keep(project: Project, path: Path) -> Path:
    """Copy ``path`` to ``_build/kept/`` under a name with the time, and return the copy."""
    stamp = datetime.now().astimezone().strftime("%Y-%m-%dT%H-%M-%S")
    copy = project.build / "kept" / f"{path.stem}-{stamp}{path.suffix}"
    number = 1
    while copy.exists():
        copy = copy.with_stem(f"{path.stem}-{stamp}-{number}")
        number += 1
    copy.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(path, copy)
    return copy


def lay_out_notebooks(project: Project) -> None:
    """Copy new versions of the published notebooks to ``notebooks/``, where a reader works."""
    published = project.html / "notebooks"
    listing = project.build / "notebooks.json"  # what was laid out last, by hash
    before = json.loads(listing.read_text("utf-8")) if listing.is_file() else {}
    now = {}
    for source in sorted(published.rglob("*.ipynb")):
        name = source.relative_to(published).as_posix()
        target = project.root / "notebooks" / name
        now[name] = _hash(source)
        if target.is_file() and now[name] in (before.get(name), _hash(target)):
            continue  # nothing new, and whatever a reader made of it is the reader's
        if target.is_file() and before.get(name) != _hash(target):
            copy = keep(project, target)
            sys.stderr.write(f"{target} is new; what you made of it is kept in {copy}\n")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target)
    listing.write_text(json.dumps(now, indent=1), "utf-8")


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
