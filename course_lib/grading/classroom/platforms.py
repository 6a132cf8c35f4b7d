"""What a learning platform's download says of a file by the names on the way to it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_CANVAS = re.compile(
    # lovelaceada_LATE_1234_56789_slug-1.ipynb; anonymous: anon_a1B2c_56789_slug.ipynb
    r"(?:(?P<name>\w+?)_)??(?P<late>LATE_)?(?P<user>anon_\w+?|\d+)_(?P<file>\d+)_(?P<rest>.+)"
)
_MOODLE = re.compile(
    # Ada Lovelace_1234_assignsubmission_file_, a folder, or the beginning of a file's name
    r"(?P<name>.*)_(?P<user>\d+)_assignsubmission_file(?:_(?P<rest>.*))?"
)
_MOODLE_OTHER = re.compile(r".*_\d+_assignsubmission_[a-z]+(?:_.*)?")


@dataclass(frozen=True)
class Origin:
    """Where a notebook in a download comes from.

    Attributes:
        kind: canvas, moodle or plain.
        file: the name that the student gave it, in its zip where it was in one.
        names: what may name the student, the likeliest first.
        lms: the platform's number of the student, where the name has it.
        participant: the number within the assignment that Moodle gave the student.
        late: whether the platform marked it as late.
        attempt: greater for what was handed in later, as far as the name tells.
    """

    kind: str
    file: str
    names: tuple[str, ...]
    lms: str = ""
    participant: str = ""
    late: bool = False
    attempt: tuple[int, ...] = ()


def origin(parts: Sequence[str], slugs: Sequence[str]) -> Origin | None:
    """Read the names on the way to a file; None where it is text typed into a form.

    Args:
        parts: folders and zips, and the file's own name.
        slugs: the exercises that there are.
    """
    for at, part in enumerate(parts):
        if found := _MOODLE.fullmatch(part):
            file = parts[-1] if at < len(parts) - 1 else found["rest"] or parts[-1]
            words = found["name"].split("-")  # a group's name may stand before the student's
            names = tuple("-".join(words[at:]) for at in range(len(words)))
            return Origin("moodle", file, names, participant=found["user"], attempt=_copy(file))
        if _MOODLE_OTHER.fullmatch(part):
            return None
        if found := _CANVAS.fullmatch(part):
            file = parts[-1] if at < len(parts) - 1 else found["rest"]
            number = found["user"] if found["user"].isdigit() else ""
            attempt = (int(found["file"]), *_copy(found["rest"]))
            name = (found["name"],) if found["name"] else ()
            return Origin("canvas", file, name, number, "", bool(found["late"]), attempt)
    named = [_owner(part, slugs) for part in parts]
    return Origin("plain", parts[-1], tuple(filter(None, named)), attempt=_copy(parts[-1]))


def exercise_of(file: str, slugs: Sequence[str]) -> str:
    """Return the exercise that a notebook's name begins with, else an empty text."""
    name = re.sub(r"^(copy of|kopie von)\s+", "", file.strip(), flags=re.IGNORECASE).lower()
    fitting = [s for s in slugs if re.match(re.escape(s.lower()) + r"(?![a-z0-9])", name)]
    return max(fitting, key=len, default="")


def _owner(part: str, slugs: Sequence[str]) -> str:
    """Return what a folder or a zip may say of its owner: ada of backpropagation-ada.zip."""
    stem = re.sub(r"\.(zip|ipynb)$", "", part, flags=re.IGNORECASE)
    if slug := exercise_of(part, slugs):
        stem = re.sub(r"[ _-]?\(?\d*\)?$", "", stem[len(slug) :]).strip("-_ ")
    return stem


def _copy(file: str) -> tuple[int, ...]:
    """Return the number that a second file of the same name gets: slug-1.ipynb, slug (1).ipynb."""
    found = re.search(r"(?:-|\s\()(\d{1,4})\)?\.\w+$", file)
    return (int(found[1]),) if found else (0,)
