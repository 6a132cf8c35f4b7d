"""What raises a suspicion, what does not, and that looking costs little."""

from __future__ import annotations

import time

import pytest

from course_lib.grading.scoring.reaches import parsed, reaches

FLAGGED = {
    "get_ipython().ast_transformers.append(x)": "ast_transformers",
    "ip.input_transformers_post.clear()": "input_transformers_post",
    "getattr(ip, 'input_transformer_manager')": "input_transformer_manager",
    "import sys\nsys.meta_path.insert(0, x)": "meta_path",
    "import sys\nsys.modules['a'] = x": "sys.modules",
    "import sys as s\ndel s.modules['a']": "sys.modules",
    "import sys\nsys.modules.update(a=x)": "sys.modules",
    "from sys import modules": "sys.modules",
    "__import__('sys').modules['a'] = 1": "sys.modules",
    "InteractiveShell.run_cell = f": "run_cell",
    "ip.events.register('pre_run_cell', f)": "events.register",
    "ip.kernel.session.send(ip.kernel.iopub_socket, 'x')": "kernel.iopub_socket, kernel.session",
    "import builtins\nbuiltins.compile = f": "builtins.compile =",
    "import builtins as b\nb.exec = f": "builtins.exec =",
    "import numpy.testing\nnumpy.testing.assert_allclose = f": "numpy.testing.assert_allclose =",
    "import torch\nsetattr(torch, 'allclose', f)": "setattr(torch, …)",
    "from course_lib import checks\nchecks.check = f": "course_lib.checks.check =",
    "import os\nos._exit(0)": "os._exit",
    "from os import _exit": "os._exit",
    "__import__('os')._exit(0)": "os._exit",
    "import nbgrader.api": "nbgrader",
    "from unittest import mock": "unittest.mock",
    "from course_lib.grading.boundary import wire": "course_lib.grading",
    "import sys\nsys._getframe(1)": "_getframe",
    "open('/proc/self/maps')": "/proc/self",
    "exec('get_ipython().ast_transformers.clear()')": "ast_transformers",
    "%time x = 1\nip.showtraceback = f": "showtraceback",
    "def f(:\n    ip.showtraceback": "showtraceback",
    "x = 1\n" * 60_000: "more than 300,000 characters",
}
HARMLESS = [
    "# sys.meta_path and ast_transformers, in a comment",
    "class Door:\n    def _exit(self):\n        self.gradebook = {}\nDoor()._exit()",
    "text = 'the gradebook of nbgrader'",
    "import numpy as np\nnp.int = int\nnp.random.seed(0)",
    "import torch\ntorch.backends.cudnn.deterministic = True\ntorch.set_num_threads(1)",
    "import sys\nprint('google.colab' in sys.modules, sys.modules.get('x'))",
    "self.kernel = torch.ones(3)\nself.kernel.data = x\nmodel.modules()",
    "%matplotlib inline\n!pip list\nfiles = !ls\nlen?\nx = 3",
    "x = (7\n     % 3)\nmodel.eval()\nmodel.session = 1",
    "with open('data.csv') as file:\n    file.__exit__",
    "import logging\nlogging.getLogger().setLevel(10)\nwarnings.warn = print",
]


@pytest.mark.parametrize("source", FLAGGED, ids=lambda text: text[:40])
def test_what_no_answer_needs_is_named(source):
    found = reaches([source])
    assert FLAGGED[source] in ", ".join(found)


@pytest.mark.parametrize("source", HARMLESS, ids=lambda text: text[:40])
def test_what_an_answer_may_hold_raises_no_suspicion(source):
    assert reaches([source]) == []


def test_imports_of_other_cells_hold_too():
    assert reaches(["np.allclose = f"], beside=["import numpy as np"]) == ["numpy.allclose ="]
    assert reaches(["x = 1"], beside=["import nbgrader"]) == []


HOSTILE = {
    "lines for IPython": "!ls\n%x\n?y\n" * 9_000,
    "a chain of names": "a" + ".b" * 40_000,
    "brackets": "(" * 90_000,
    "no Python": "\0" * 50_000,
    "half a character": "x = '\ud800'",
    "a long line": "x = '" + "_getfram" * 100_000 + "'",
    "much code": "f(g(1), h=[2, {3: 4}])\n" * 4_000,
    "minus signs": "-" * 90_000 + "1",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_looking_takes_no_long_time(name):
    began = time.process_time()
    reaches([f"{HOSTILE[name]}{n}" for n in range(3)])
    assert time.process_time() - began < 8


def test_lines_for_ipython_do_not_hide_what_is_defined():
    cell = parsed("%time x = 1\nfiles = !ls\ndef mean(x):\n    %debug\n    return x\nmean?")
    assert [type(node).__name__ for node in cell.body].count("FunctionDef") == 1
    assert parsed("x = 1\n" * 20_000) is None
