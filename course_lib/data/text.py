"""A text that every Python brings along: its own manual."""

from __future__ import annotations

import platform
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch

_WIDTH = 70  # columns at which the manual's lines were wrapped
_PRINTED = {"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "..."}
_ALPHABET = "\n" + "".join(sorted(set(string.printable) - set(string.whitespace[1:]) | {" "}))


@dataclass(frozen=True, eq=False, repr=False)
class Text:
    """A text as characters, in three parts.

    Attributes:
        alphabet: every character that may occur; character k of it has code k.
        train: codes (characters,) int64 of what a model learns from.
        validation: what choices are made on.
        test: what the final number is computed on, once.
        python: the version of Python whose manual it is.
        source: who wrote it.
        licence: what one may do with it.
    """

    alphabet: str
    train: torch.Tensor
    validation: torch.Tensor
    test: torch.Tensor
    python: str
    source: str
    licence: str

    def encode(self, text: str) -> torch.Tensor:
        """Return the codes (characters,) int64 of a text.

        Raises:
            ValueError: a character is not in the alphabet.
        """
        unknown = sorted(set(text) - set(self.alphabet))
        if unknown:
            raise ValueError(
                f"{unknown[0]!r} is not in the alphabet: leave it out, or write it in the "
                f"{len(self.alphabet)} characters of text.alphabet"
            )
        return torch.tensor(
            [self.alphabet.index(character) for character in text], dtype=torch.int64
        )

    def decode(self, codes: torch.Tensor | Sequence[int]) -> str:
        """Return the text that codes (characters,) stand for.

        Raises:
            ValueError: a code stands for no character.
        """
        numbers = codes.tolist() if isinstance(codes, torch.Tensor) else list(codes)
        last = len(self.alphabet) - 1
        wrong = [code for code in numbers if not 0 <= code <= last]
        if wrong:
            raise ValueError(f"code {wrong[0]!r} stands for no character: give codes 0 to {last}")
        return "".join(self.alphabet[code] for code in numbers)

    def __repr__(self) -> str:
        parts = ("train", "validation", "test")
        return "\n".join(
            [
                f"manual text: the manual of Python {self.python}, character by character",
                *(f"  {part:<12}{len(getattr(self, part)):,} characters" for part in parts),
                f"  {'alphabet':<12}{len(self.alphabet)} characters",
                *(f"  {key:<12}{getattr(self, key)}" for key in ("source", "licence")),
            ]
        )


def manual_text() -> Text:
    """Return the part of Python's manual that Python itself carries, as characters.

    It is what ``help()`` reads from: some 80 topics of the Language Reference in the plain text
    of ``pydoc_data.topics``. The wrapped lines of each paragraph are joined again; tables and
    lines that underline a heading are left out; paragraphs are parted by a blank line, and one that
    was there before is left out, so that none is in two parts. Whole topics, not pages
    of one, are held out: nearly a tenth of the text for the test, nearly as much for validation.
    The alphabet is the new line and the printable ASCII characters, 96 in all, whatever the Python;
    quotes and dashes of the printer become those of the typewriter, and anything else a ``?``.

    The words differ from one version of Python to another: compare models on the same text, and
    expect other digits elsewhere.

    Source: the Python documentation, by its authors; copyright Python Software Foundation. Python
    Software Foundation Licence, version 2.

    Raises:
        ModuleNotFoundError: this Python was installed without the module.
    """
    try:
        from pydoc_data.topics import topics
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            "this Python came without pydoc_data.topics, the text that help() reads: install all "
            "of Python's standard library"
        ) from error
    parts = _held_out(_topics(topics))
    code = {character: k for k, character in enumerate(_ALPHABET)}
    codes = {
        part: torch.tensor([code[character] for character in "\n\n".join(texts)])
        for part, texts in parts.items()
    }
    return Text(
        alphabet=_ALPHABET,
        train=codes["train"],
        validation=codes["validation"],
        test=codes["test"],
        python=platform.python_version(),
        source="the Python documentation, as pydoc_data.topics holds it",
        licence="Python Software Foundation Licence, version 2",
    )


def _topics(topics: Mapping[str, str]) -> list[str]:
    """Return the text of each topic, in alphabetical order, without what an earlier one said."""
    seen: set[str] = set()
    texts = []
    for _, raw in sorted(topics.items()):
        paragraphs = []
        for block in _typed(raw).split("\n\n"):
            paragraph = _unwrapped(block)
            if paragraph and paragraph not in seen:
                seen.add(paragraph)
                paragraphs.append(paragraph)
        if paragraphs:
            texts.append("\n\n".join(paragraphs))
    return texts


def _held_out(texts: list[str]) -> dict[str, list[str]]:
    """Deal out whole texts: to the test where its share stays below a tenth, and so on."""
    parts: dict[str, list[str]] = {"test": [], "validation": [], "train": []}
    passed = 0
    for text in texts:
        passed += len(text)
        free = (p for p in ("test", "validation") if sum(map(len, [*parts[p], text])) < passed / 10)
        parts[next(free, "train")].append(text)
    return parts


def _typed(raw: str) -> str:
    """Return a text in the characters of the alphabet."""
    for printed, typed in _PRINTED.items():
        raw = raw.replace(printed, typed)
    return "".join(character if character in _ALPHABET else "?" for character in raw)


def _unwrapped(block: str) -> str:
    """Return a paragraph without its indent, its lines joined where wrapping had cut them.

    Of a table drawn in characters nothing is left.
    """
    if block.lstrip().startswith("+-"):
        return ""
    lines = [line.rstrip() for line in block.splitlines() if line.strip()]
    indent = min((len(line) - len(line.lstrip()) for line in lines), default=0)
    verbatim = "::=" in block or ">>>" in block  # a grammar, or what was typed at the prompt
    joined, room = "", 0
    for line in (line[indent:] for line in lines):
        if set(line) <= set("*=-~^"):  # underlines a heading
            continue
        word = line.split(maxsplit=1)[0]
        if joined and not verbatim and indent + room + 1 + len(word) > _WIDTH:
            joined += " " + line.lstrip()  # the next word had no room: the line was full
        else:
            joined += "\n" * bool(joined) + line
        room = len(line)
    return joined
