"""What MyST adds to Markdown, found in text: directives, roles, labels, and what is left raw."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

LABEL = re.compile(r"^\(([\w:.-]+)\)=\s*$")
_FENCE = re.compile(r"^ {0,3}(?P<fence>`{3,}(?=[^`]*$)|~{3,}|:{3,})(?P<info>.*)$")
_DIRECTIVE = re.compile(r"^\{(?P<name>[\w:.+-]+)\}\s*(?P<argument>.*)$")
_OPTION = re.compile(r"^:(?P<name>[\w-]+):\s*(?P<value>.*)$")
# A role; code, which is left alone; a link or a picture.
SPAN = re.compile(
    r"\{(?P<role>[\w:.+-]+)\}(?P<tick>`+)(?P<text>.+?)(?<!`)(?P=tick)(?!`)"
    r"|(?P<code>(?P<ticks>`+)(?!`).+?(?<!`)(?P=ticks)(?!`))"
    r"|(?P<image>!?)\[(?P<words>[^\]\[]*)\]\((?P<target>[^)\s]+)\)",
    re.DOTALL,
)
TITLED = re.compile(r"^(?P<title>.*?)\s*<(?P<target>[^<>]+)>$", re.DOTALL)
DISPLAY = re.compile(r"^\$\$(?P<tex>.+?)\$\$[ \t]*\((?P<label>[\w:.-]+)\)[ \t]*$", re.S | re.M)
DEFINITION = re.compile(r"^(?P<term>\S[^\n]*)\n+:[ \t]+(?P<text>\S)", re.M)
_RAW_LINE = re.compile(
    r"^ {0,3}[`~:]{3,}\s*\{[\w:.+-]+\}|^ {0,3}:{3,}\s*$|^\([\w:.-]+\)=\s*$|^%.*$|^\+\+\+.*$", re.M
)
_RAW_ROLE = re.compile(r"\{[\w:.+-]+\}`[^`]")
_CODE = re.compile(r"^ {0,3}(?P<fence>`{3,}|~{3,})(?!\s*\{).*?^\s*(?P=fence)[`~]*\s*$", re.S | re.M)
_CODE_SPAN = re.compile(r"(?<![`}])(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.S)


@dataclass(frozen=True)
class Block:
    """A piece of a text.

    Attributes:
        kind: ``text``, ``code`` (a fence that is no directive), ``div`` or ``directive``.
        lines: the text, the whole fence, or what stands inside.
        name: the directive's.
        argument: what follows the directive's name.
    """

    kind: str
    lines: list[str]
    name: str = ""
    argument: str = ""


def blocks(lines: list[str]) -> Iterator[Block]:
    """Yield a text's fences and directives, and the text between them, in order."""
    text: list[str] = []
    at = 0
    while at < len(lines):
        opening = _FENCE.match(lines[at])
        if not opening:
            text.append(lines[at])
            at += 1
            continue
        yield Block("text", text)
        text = []
        end = _closing(lines, at, opening["fence"])
        directive = _DIRECTIVE.match(opening["info"].strip())
        inside = lines[at + 1 : end]
        if directive:
            yield Block("directive", inside, directive["name"], directive["argument"])
        elif opening["fence"].startswith(":"):
            yield Block("div", inside)
        else:
            yield Block("code", lines[at : end + 1])
        at = end + 1
    yield Block("text", text)


def options(lines: list[str]) -> tuple[dict[str, str], list[str]]:
    """Return a directive's options (``:name: value``, or YAML between dashes) and its body."""
    found: dict[str, str] = {}
    body = list(lines)
    if body and body[0].strip() == "---":
        end = body.index("---", 1) if "---" in body[1:] else len(body)
        for line in body[1:end]:
            name, _, value = line.partition(":")
            found[name.strip()] = value.strip()
        return found, body[end + 1 :]
    while body and (option := _OPTION.match(body[0])):
        found[option["name"]] = option["value"]
        body.pop(0)
    return found, body


def lint(markdown: str) -> str | None:
    """Return the first role, directive, label or comment that is left raw, or None."""
    prose = _CODE.sub("", markdown)
    # A role's name stands before its code span, so spans go only where no name does.
    found = _RAW_LINE.search(prose) or _RAW_ROLE.search(_CODE_SPAN.sub("", prose))
    return found[0].strip() if found else None


def _closing(lines: list[str], at: int, fence: str) -> int:
    """Return the index of the line that closes the fence opened at ``at``."""
    close = re.compile(rf"^\s*{re.escape(fence[0])}{{{len(fence)},}}\s*$")
    following = range(at + 1, len(lines))
    return next((index for index in following if close.match(lines[index])), len(lines))
