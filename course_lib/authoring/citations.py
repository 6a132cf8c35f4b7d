"""The bibliography as plain text: citations by author and year, and the list at a page's end."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any

from course_lib.project import ProjectError

_SEVERAL = 3  # authors, from which on only the first is named


class Citations:
    """The entries of a BibTeX file.

    Args:
        path: the file; without it nothing can be cited.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @cached_property
    def _entries(self) -> Any:
        if not self.path.is_file():
            return {}
        try:
            return import_module("pybtex.database").parse_file(str(self.path)).entries
        except import_module("pybtex.exceptions").PybtexError as error:
            raise ProjectError(f"{self.path} cannot be read: {error}") from error

    def _entry(self, key: str) -> Any:
        if key not in self._entries:
            raise ProjectError(f"{self.path} has no entry {key!r}: add it")
        return self._entries[key]

    def cite(self, keys: Sequence[str], *, textual: bool) -> str:
        """Return "(Rumelhart et al., 1986)", or "Rumelhart et al. (1986)" where it is textual."""
        pairs = [(self._names(key), self._year(key)) for key in keys]
        if textual:
            return ", ".join(f"{names} ({year})" for names, year in pairs)
        return f"({'; '.join(f'{names}, {year}' for names, year in pairs)})"

    def entry(self, key: str) -> str:
        """Return one entry as an item of a Markdown list."""
        style = import_module("pybtex.plugin").find_plugin("pybtex.style.formatting", "plain")()
        backend = import_module("pybtex.plugin").find_plugin("pybtex.backends", "markdown")()
        formatted = style.format_entry("", self._entry(key))
        text = re.sub(r"\s+", " ", formatted.text.render(backend))
        return f"- {text}"

    def _year(self, key: str) -> str:
        return str(self._entry(key).fields.get("year", "n.d."))

    def _names(self, key: str) -> str:
        entry = self._entry(key)
        people = entry.persons.get("author") or entry.persons.get("editor") or []
        names = [" ".join([*person.prelast_names, *person.last_names]) for person in people]
        names = [re.sub(r"[{}]", "", name) for name in names]
        if not names:
            return re.sub(r"[{}]", "", entry.fields.get("key") or entry.fields["title"])
        if len(names) >= _SEVERAL:
            return f"{names[0]} et al."
        return " and ".join(names)
