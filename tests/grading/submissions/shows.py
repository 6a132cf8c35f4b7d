"""Submissions that pass on what a hidden check gave them, or tell where they run."""

from __future__ import annotations

from submissions.variant import Variant, one_lost

# Whatever reaches the student must not hold the inputs of a hidden check.
_SHOW = {
    "prints": ("print(numbers)", ""),
    "logs and warns": (
        "import logging, sys, warnings; logging.error(numbers); warnings.warn(str(numbers)); "
        "print(numbers, file=sys.stderr); __import__('os').write(1, str(numbers).encode())",
        "",
    ),
    "displays": ("from IPython.display import display; display(numbers, str(numbers))", ""),
    "keeps for a later cell": ("kept.append(str(numbers))", "print('kept', kept)"),
    "keeps in a file": (
        "open('kept.txt', 'a').write(str(numbers))",
        "print('kept', open('kept.txt').read())",
    ),
    "keeps in a module": (
        "import math; math.kept = getattr(math, 'kept', '') + str(numbers)",
        "import math; print('kept', math.kept)",
    ),
    "a thread prints it later": (
        "import threading; threading.Timer(0.2, print, (numbers,)).start()",
        "import time; time.sleep(0.5); print('kept')",
    ),
    "an error of a later cell": ("kept.append(numbers)", "print('kept'); raise ValueError(kept)"),
    "a name of a class": ("kept.append(str(numbers))", "print('kept', type(str(kept), (), {}))"),
}
_SHOWN = [
    Variant(
        "prints-hidden-inputs",
        name,
        first="kept = []",
        answers={"mean": f"def mean(numbers):\n    {code}\n    return sum(numbers) / len(numbers)"},
        last=last,
        prints="kept" if last else "",
        extra=number > 3,
    )
    for number, (name, (code, last)) in enumerate(_SHOW.items())
]
_KEEP = "def mean(numbers):\n    kept.append(str(numbers))\n    return sum(numbers) / len(numbers)"
_RAISES = """
def mean(numbers):
    raise type(f"Error{int(sum(numbers))}", (ValueError,), {})(str(numbers))
"""
_SHOWN += [
    one_lost("prints-hidden-inputs", "raises", _RAISES, "error"),
    one_lost(
        "prints-hidden-inputs",
        "returns it as the answer",
        "def mean(numbers):\n    return str(numbers)",
        "failed error",
        extra=True,
    ),
    Variant(
        "prints-hidden-inputs",
        "a later check's output",
        first="kept = []",
        answers={
            "mean": _KEEP,
            "largest": "def largest(numbers):\n    print('kept', kept)\n    return max(numbers)",
        },
        extra=True,
    ),
    Variant(
        "prints-hidden-inputs",
        "a later check's error",
        first="kept = []",
        answers={
            "mean": _KEEP,
            "largest": "def largest(numbers):\n    raise ValueError(f'kept {kept}')",
        },
        lost={"largest": "error"},
        extra=True,
    ),
    Variant(
        "prints-hidden-inputs",
        "a later check's comparison",
        first="kept = []",
        answers={
            "mean": _KEEP,
            "largest": "def largest(numbers):\n    return str(kept)",
        },
        lost={"largest": "failed error"},
        extra=True,
    ),
    Variant(
        "prints-hidden-inputs",
        "the name of a later check's error",
        first="kept = []",
        answers={
            "mean": _KEEP,
            "largest": "def largest(numbers):\n"
            "    raise type('E' + ''.join(c if c.isalnum() else '_' for c in str(kept)),"
            " (ValueError,), {})('')",
        },
        lost={"largest": "error"},
        extra=True,
    ),
]

_DETECT = """
import os, socket, sys
def graded():
    signs = [
        any(name.startswith(("NBGRADER", "COURSE", "CI")) for name in os.environ),
        any(name.startswith("course_lib.grading") for name in sys.modules),
        "ipykernel" not in sys.modules,
        socket.gethostname() == "grading",
        not os.path.exists("everyday.ipynb"),
        os.getcwd().startswith("/work"),
        len(sys.argv) < 2,
    ]
    return any(signs)
"""
_PROBES = [
    Variant(
        "environment-probe",
        "answers from a table when graded",
        first=_DETECT,
        answers={
            "mean": "def mean(numbers):\n"
            "    return {2: 2.0}.get(len(numbers), 0.0) if graded() else 'at home'"
        },
        lost={"mean-hidden-1": "failed"},
    ),
    Variant(
        "environment-probe",
        "counts its calls",
        answers={
            "mean": "calls = []\ndef mean(numbers):\n"
            "    calls.append(1)\n    return 2.0 if len(calls) == 1 else True"
        },
        lost={"mean-hidden-1": "failed"},
    ),
    Variant(
        "environment-probe",
        "knows a hidden call by who calls",
        answers={
            "mean": """
import sys
def mean(numbers):
    frame, names = sys._getframe(), []
    while frame:
        names += [frame.f_code.co_filename, *map(str, frame.f_locals.values())]
        frame = frame.f_back
    return True if any("hidden" in name for name in names) else sum(numbers) / len(numbers)
"""
        },
        extra=True,
    ),
]

VARIANTS = _SHOWN + _PROBES
