"""Submissions that claim points they did not earn, by reaching into what runs the checks."""

from __future__ import annotations

from submissions.course import WRONG, cell
from submissions.variant import ALL, Variant, forged, one_lost


def _tag(*tags):
    def change(notebook):
        for one in notebook["cells"]:
            if "check" in one["id"] or "hidden" in one["id"]:
                one["metadata"]["tags"] = list(tags)

    return change


def _turn(kind):
    def change(notebook):
        for one in notebook["cells"]:
            if "check" in one["id"] or "hidden" in one["id"]:
                one["cell_type"] = kind
                one.pop("outputs")
                one.pop("execution_count")

    return change


_SKIPS = [
    forged("skip-execution-tag", "checks", change=_tag("skip-execution")),
    forged(
        "skip-execution-tag",
        "with every other tag",
        change=_tag("raises-exception", "skip-execution", "remove-cell", "nbgrader-skip"),
    ),
    forged("skip-execution-tag", "checks made raw", change=_turn("raw"), extra=True),
    forged("skip-execution-tag", "checks made text", change=_turn("markdown"), extra=True),
]

_TRANSFORMERS = {
    "of lines": """
from IPython import get_ipython
def blank(lines):
    return ["pass\\n"] if any("check(" in line for line in lines) else lines
get_ipython().input_transformers_cleanup.append(blank)
get_ipython().input_transformers_post.append(blank)
""",
    "of the tree": """
import ast
from IPython import get_ipython
class Blank(ast.NodeTransformer):
    def visit_Expr(self, node):
        return ast.Pass() if "check" in ast.dump(node) else node
get_ipython().ast_transformers.append(Blank())
""",
    "of imports": """
import sys, types
class Always:
    def __getattr__(self, name):
        return lambda *args, **kwargs: None
class Hook:
    def find_spec(self, name, path=None, target=None):
        if name == "course_lib.checks":
            sys.modules[name] = fake
fake = types.ModuleType("course_lib.checks")
fake.NotAttempted, fake.check = NotImplementedError, lambda name: Always()
sys.meta_path.insert(0, Hook())
sys.modules["course_lib.checks"] = fake
""",
    "of compile and exec": """
import builtins
held = builtins.compile
def compile_nothing(source, *args, **kwargs):
    return held("pass" if "check" in str(source) else source, *args, **kwargs)
builtins.compile = compile_nothing
builtins.exec = lambda *args, **kwargs: None
""",
    "of the shell": """
from IPython import get_ipython
from IPython.core.interactiveshell import InteractiveShell, ExecutionResult, ExecutionInfo
shell = get_ipython()
shell.events.register("pre_run_cell", lambda info: setattr(info, "raw_cell", "pass"))
held = InteractiveShell.run_cell
def run_cell(self, raw_cell, *args, **kwargs):
    return held(self, "pass" if "check" in raw_cell else raw_cell, *args, **kwargs)
InteractiveShell.run_cell = run_cell
""",
}
_TRANSFORMS = [
    forged(
        "input-transformer",
        name,
        first=code,
        tamper=True,
        extra=name in ("of compile and exec", "of the shell"),
    )
    for name, code in _TRANSFORMERS.items()
]

_PUBLISHED = {
    "by the display hook": "get_ipython().displayhook({0})",
    "by the publisher": "get_ipython().display_pub.publish({{'text/plain': '{0}'}})",
    "by sys.displayhook": "__import__('sys').displayhook({0})",
    "by the kernel's message": """
    shell = get_ipython()
    content = {{"execution_count": 1, "data": {{"text/plain": "{0}"}}, "metadata": {{}}}}
    try:
        shell.kernel.session.send(shell.kernel.iopub_socket, "execute_result", content)
    except AttributeError:
        print('{{"msg_type": "execute_result", "content": {{"data": {{"text/plain": "{0}"}}}}}}')
    """.strip(),
}


def _publishing(how: str, score: int) -> str:
    line = how.format(score)
    return f"from IPython import get_ipython\ndef mean(numbers):\n    {line}\n    return -1.0"


_RESULTS = [
    forged(
        "forged-result",
        name,
        answers={"mean": _publishing(how, 5)},
        tamper=True,
        extra=name == "by sys.displayhook",
    )
    for name, how in _PUBLISHED.items()
] + [
    one_lost("forged-above-maximum", name, _publishing(how, 99), "failed")
    for name, how in list(_PUBLISHED.items())[:3]
]

_PATCHED = {
    "the libraries' own": """
import math, numpy, numpy.testing, torch
for module, names in {
    numpy.testing: ("assert_allclose", "assert_array_equal", "assert_equal"),
    numpy: ("allclose", "array_equal", "isclose"),
    math: ("isclose",),
    torch: ("allclose", "equal"),
}.items():
    for name in names:
        setattr(module, name, lambda *args, **kwargs: True)
torch.testing.assert_close = lambda *args, **kwargs: None
""",
    "the course's": """
import course_lib.checks, course_lib.compare
for name in ("close", "equal", "true", "raises", "at_least", "shape", "_compare", "_fail"):
    setattr(course_lib.checks.Check, name, lambda *args, **kwargs: None)
course_lib.checks.first_difference = lambda *args, **kwargs: None
course_lib.compare.first_difference = lambda *args, **kwargs: None
""",
    "built-in functions": """
import builtins
for name in ("all", "any", "isinstance", "issubclass"):
    held = getattr(builtins, name)
    setattr(builtins, name, lambda *args, _held=held: _held(*args) or "check" in str(args))
builtins.abs = lambda value: 0.0
builtins.float = type("float", (float,), {"__ge__": lambda a, b: True})
""",
    "the names that checks use": """
class Always:
    def __getattr__(self, name):
        return lambda *args, **kwargs: None
def check(name):
    return Always()
""",
    "the engine": """
import numpy as np, torch
held = torch.Tensor.__eq__
torch.Tensor.__eq__ = lambda a, b: torch.ones(100, dtype=torch.bool)
torch.Tensor.mean = lambda *args, **kwargs: torch.tensor(1.0)
torch.randn = lambda *args, **kwargs: torch.zeros(args[:2])
torch.Generator = lambda *args: None
""",
}
_ASSERTIONS = [
    forged(
        "patched-assertions",
        name,
        first=code,
        answers={"mean": code + WRONG["mean"]} if name.startswith("the names") else {},
        extra=name not in ("the libraries' own", "the course's"),
    )
    for name, code in _PATCHED.items()
]

_TRACEBACKS = {
    "showtraceback": """
from IPython import get_ipython
shell = get_ipython()
shell.showtraceback = shell._showtraceback = lambda *args, **kwargs: None
shell.set_custom_exc((Exception,), lambda *args, **kwargs: None)
""",
    "AssertionError": """
import builtins
class Calm(Exception):
    def __new__(cls, *args):
        return None
builtins.AssertionError = Calm
import course_lib.checks
course_lib.checks.CheckFailed = Calm
""",
    "sys.excepthook": """
import sys, threading
sys.excepthook = threading.excepthook = sys.unraisablehook = lambda *args: None
""",
    "every exception's text": """
import traceback
traceback.format_exception = traceback.format_exc = lambda *args, **kwargs: ["passed"]
traceback.print_exc = traceback.TracebackException.format = lambda *args, **kwargs: iter(())
""",
}
_SHOWN = [
    forged("patched-traceback", name, first=code, extra=name.startswith("every"))
    for name, code in _TRACEBACKS.items()
]

_MEMORISED = [
    Variant(
        "memorised-visible",
        "a table",
        answers={"mean": "def mean(numbers):\n    return {(1.0, 3.0): 2.0}.get(tuple(numbers))"},
        lost={"mean-hidden-1": "failed"},
    ),
    Variant(
        "memorised-visible",
        "read off the notebook",
        answers={
            "rescale": "def rescale(x):\n    return np.array([0.0, 0.25, 1.0])",
            "largest": "def largest(numbers):\n    return -1.0",
        },
        lost={"rescale-hidden-1": "failed"},
    ),
]


def _cell_that(source):
    def change(notebook):
        cell(notebook, "mean")["source"] = source
        cell(notebook, "mean-check-1")["source"] = source
        cell(notebook, "mean-hidden-1")["source"] = source

    return change


_ARGUMENTS = [
    forged(
        "changes-its-argument",
        "so that what is computed from it agrees",
        answers={
            "rescale": "def rescale(x):\n    x[...] = -1.5\n    return np.zeros(x.shape)",
            "largest": "def largest(numbers):\n    numbers.clear()\n    return 0.0",
        },
        lost=ALL | {"rescale": "failed error", "rescale-check-1": "failed error"},
        extra=True,
    ),
    forged(
        "changes-its-argument",
        "the labels of a test set",
        answers={
            "train": """
class Zero(torch.nn.Module):
    def forward(self, x):
        held.zero_()
        return torch.zeros(len(x), 1) - 1
def train(x, y):
    global held
    base = y if y._base is None else y._base
    held = base
    return Zero()
"""
        },
        lost=ALL | {"train-check-1": "passed"},
        extra=True,
    ),
    forged(
        "replaces-the-checks",
        "by its own in their place",
        change=_cell_that("check = lambda name: None\nmean = 2.0"),
        lost=ALL,
        extra=True,
    ),
]

VARIANTS = _SKIPS + _TRANSFORMS + _RESULTS + _ASSERTIONS + _SHOWN + _MEMORISED + _ARGUMENTS
