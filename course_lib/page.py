"""What a page and the book tell each other: seed, numbers for the prose, lessons, records."""

from __future__ import annotations

import ast
import inspect
import json
import math
import os
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# MyST-NB keeps outputs of this type out of sight, and its {glue:text} role finds them by name.
_GLUE = "application/papermill.record/"
_DEVICES = ("cpu", "cuda", "mps")
_DOCUMENTED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_REMOVED = "\0"
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


class LessonBroken(AssertionError):
    """The page's own experiment contradicts what the page teaches."""


def seed() -> int:
    """Return the seed of this run: ``COURSE_SEED`` where the build sets it, else 0.

    Raises:
        ValueError: ``COURSE_SEED`` is not a whole number, zero or larger.
    """
    text = os.environ.get("COURSE_SEED", "0")
    if not text.strip().isdecimal():
        raise ValueError(
            f"COURSE_SEED is {text!r}: set it to a whole number such as 0, or unset it"
        )
    return int(text)


def device() -> str:
    """Return the device of this run, such as ``"cpu"``: ``COURSE_DEVICE``, else the CPU.

    Raises:
        ValueError: ``COURSE_DEVICE`` is not ``cpu``, ``cuda`` or ``mps`` (with an index or not).
    """
    text = os.environ.get("COURSE_DEVICE", "cpu").strip()
    kind, _, index = text.partition(":")
    if kind not in _DEVICES or (":" in text and not index.isdecimal()):
        raise ValueError(f"COURSE_DEVICE is {text!r}: set it to cpu, cuda, cuda:1 or mps")
    return text


def watched() -> bool:
    """Say whether a person is likely to watch: in a terminal, or in a notebook opened by hand.

    A build of the book sets ``COURSE_SEED``, and nobody watches that.
    """
    if hasattr(_shell(), "kernel"):
        return "COURSE_SEED" not in os.environ
    return sys.stdout.isatty()


def emit(data: dict[str, Any], metadata: dict[str, Any]) -> None:
    """Show a bundle of representations, keyed by MIME type, with metadata that the build reads.

    In a terminal the bundle's ``text/plain`` is written instead, if it has one.
    """
    shell = _shell()
    if shell is not None:
        shell.display_pub.publish(data=data, metadata=metadata)
    elif "text/plain" in data:
        sys.stdout.write(f"{data['text/plain']}\n")


def _shell() -> Any:
    """Return the IPython that runs this code; None in a plain script, which need not load it."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython else None


def power_of_ten(value: float, decimals: int = 1) -> str:
    """Return a number as prose writes it, such as 4.4 × 10⁻¹⁶ for 4.4e-16.

    Args:
        value: the number.
        decimals: digits of the factor behind its point.
    """
    mantissa, exponent = f"{value:.{decimals}e}".split("e")
    return f"{mantissa} × 10{str(int(exponent)).translate(_RAISED)}"


def glue(**values: str) -> None:
    """Hand finished text to the page's prose, where ``{glue:text}`name``` puts it.

    Nothing is shown where this is called. A number is formatted first, so that the author and
    not the renderer decides its digits: ``glue(accuracy=f"{accuracy:.1%}")``.

    Raises:
        TypeError: a value is not text.
        ValueError: a value is empty.
    """
    for name, value in values.items():
        if not isinstance(value, str):
            raise TypeError(
                f"glue({name}=...) got {type(value).__name__}: format it first, "
                f"as in glue({name}=f'{{{name}:.3f}}')"
            )
        if not value.strip():
            raise ValueError(f"glue({name}=...) got no text: the sentence would have a hole")
    for name, value in values.items():
        # The role evaluates the text as a Python literal: quoted, "0.970" keeps its last digit.
        emit(
            {f"{_GLUE}text/plain": repr(value)},
            {"scrapbook": {"name": name, "mime_prefix": _GLUE}},
        )


def source(*things: Any) -> None:
    """Show the source of functions, classes or methods, as it runs, without the docstrings.

    Raises:
        TypeError: something else is given, such as a value.
    """
    texts = []
    for thing in things:
        lines = textwrap.dedent(inspect.getsource(thing)).splitlines()
        for node in ast.walk(ast.parse("\n".join(lines))):
            if isinstance(node, _DOCUMENTED) and ast.get_docstring(node) is not None:
                last = node.body[0].end_lineno or node.body[0].lineno
                blank = lines[last : last + 1] == [""]  # what set a class's docstring apart
                for k in range(node.body[0].lineno - 1, last + blank):
                    lines[k] = _REMOVED
        texts.append("\n".join(line for line in lines if line is not _REMOVED).strip())
    text = "\n\n".join(texts)
    emit({"text/markdown": f"```python\n{text}\n```", "text/plain": text}, {})


def lesson(statement: str, *, larger: float, smaller: float, by: float = 0.0) -> None:
    """Assert what the page teaches: ``larger`` is at least ``by`` above ``smaller``.

    Args:
        statement: the lesson in words, as a sentence that can be false.
        larger: the value that should be above.
        smaller: the value that should be below, in the same unit.
        by: the least distance between them, in the same unit.

    Raises:
        LessonBroken: it is not, or one of the numbers is not finite.
    """
    larger, smaller, by = float(larger), float(smaller), float(by)
    margin = larger - smaller - by
    numbers = f"{larger:.6g} against {smaller:.6g}, wanted apart by {by:.6g}"
    if not (math.isfinite(margin) and margin >= 0):
        raise LessonBroken(f"the lesson no longer holds: {statement} ({numbers})")
    emit(
        {"text/plain": f"lesson holds: {statement} ({numbers})"},
        {"course": {"lesson": {"statement": statement, "margin": margin}}},
    )


@dataclass(frozen=True)
class Recorded:
    """One piece of a verdict's evidence over the seeds of a record.

    Attributes:
        what: the effect in words, as the verdict on the page has it.
        unit: unit of the numbers.
        values: one for each seed, in the order of ``Record.seeds``.
        mean: their mean.
        low: lower end of the band that holds one more run with 99.9 % probability.
        high: its upper end.
    """

    what: str
    unit: str
    values: tuple[float, ...]
    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class Record:
    """A page's verdicts over the seeds of ``make lessons``.

    Attributes:
        page: the page they belong to.
        device: where they ran, such as ``cpu``.
        date: when, year first.
        seeds: which seeds.
        verdicts: claim id to outcomes and evidence, as ``make lessons`` wrote them.
    """

    page: str
    device: str
    date: str
    seeds: tuple[int, ...]
    verdicts: dict[str, Any]

    def evidence(self, claim: str, what: str | int = 0) -> Recorded:
        """Return one piece of evidence of a verdict.

        Args:
            claim: the claim's id.
            what: the evidence's words, or its position in the verdict, counted from 0.

        Raises:
            LookupError: the record has no such claim or evidence.
        """
        if claim not in self.verdicts:
            raise LookupError(
                f"the record of {self.page} has no verdict on {claim!r}, "
                f"but on {', '.join(self.verdicts) or 'nothing'}: run `course lessons`"
            )
        rows = self.verdicts[claim]["evidence"]
        found = [row for k, row in enumerate(rows) if what in (k, row["what"])]
        if not found:
            known = "; ".join(row["what"] for row in rows)
            raise LookupError(
                f"the record of {self.page} has no evidence {what!r} on {claim}, "
                f"but: {known}; run `course lessons` if it is new"
            )
        row = found[0]
        return Recorded(
            row["what"], row["unit"], tuple(row["values"]), row["mean"], row["low"], row["high"]
        )


def record(slug: str) -> Record | None:
    """Return the committed record of a page, or None where there is none.

    It is looked for in ``book/records`` of the current folder and of those above, so that a
    notebook which was downloaded alone finds None and says less.

    Args:
        slug: the page's name, such as ``scikit-learn-mlp``.

    Raises:
        ValueError: the file is not a record.
    """
    here = Path.cwd()
    for folder in (here, *here.parents):
        path = folder / "book" / "records" / f"{slug}.json"
        if not path.is_file():
            continue
        try:
            kept = json.loads(path.read_text(encoding="utf-8"))
            fields = {name: kept[name] for name in ("page", "device", "date", "verdicts")}
            return Record(seeds=tuple(kept["seeds"]), **fields)
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"{path} is no record: run `course lessons {slug}`") from error
    return None
