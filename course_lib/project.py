"""Where everything in a checkout of the course lives."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

RELEASE = "release.json"
"""The file that marks a folder as what a class is given, made by ``course release``."""


class ProjectError(Exception):
    """Something outside the code is wrong; its message is one line that names it and the cure."""


@dataclass(frozen=True)
class Project:
    """The folders of one checkout, all below ``root``."""

    root: Path

    @classmethod
    def find(cls, start: Path | None = None) -> Project:
        """Return the project that holds ``start`` (default: the current folder).

        Raises:
            ProjectError: no parent folder has both ``_config.yml`` and ``book/_toc.yml``, or is
                what a class was given.
        """
        start = (start or Path.cwd()).resolve()
        for folder in (start, *start.parents):
            if (folder / "_config.yml").is_file() and (folder / "book" / "_toc.yml").is_file():
                return cls(folder)
            if (folder / RELEASE).is_file():
                return cls(folder)
        raise ProjectError(f"no course found in {start} or above: change into your clone and retry")

    @property
    def is_release(self) -> bool:
        """Whether this is what a class was given: no sources, no solutions."""
        return (self.root / RELEASE).is_file() and not (self.root / "_config.yml").is_file()

    @property
    def book(self) -> Path:
        """Chapters and pages, MyST-Markdown."""
        return self.root / "book"

    @property
    def records(self) -> Path:
        """Committed records of every lesson over ten seeds, and of other devices."""
        return self.book / "records"

    @property
    def solutions(self) -> Path:
        """One source file an exercise."""
        return self.root / "solutions"

    @property
    def exercises(self) -> Path:
        """What students open."""
        return self.root / "exercises"

    @property
    def build(self) -> Path:
        """Everything that can be made again."""
        return self.root / "_build"

    @property
    def html(self) -> Path:
        """The rendered book."""
        return self.build / "html"

    @property
    def executed(self) -> Path:
        """Executed notebooks, kept by the hash of what they depend on."""
        return self.build / "executed"
