"""Sources of cells that are odd in themselves, and names of students that are."""

from __future__ import annotations

from submissions.course import RIGHT, WRONG
from submissions.variant import Variant, one_lost

_SOURCES = {
    "half a surrogate in a comment": "# \ud83d",
    "a null byte": "x = 1\0",
    "a form feed": "x = 1\f\ny = 2",
    "carriage returns": "x = 1\r\ny = 2\r\n",
    "a line separator": "x = '\u2028'",
    "a cell magic of nobody": "%%nobody\nx",
    "an unfinished string": "x = '''",
    "tabs and blanks": "if True:\n\tx = 1\n        y = 2",
    "top-level await": "import asyncio\nawait asyncio.sleep(0)",
    "top-level return": "return 7",
    "a question": "mean?",
    "asks for input": "name = input('name? ')",
    "clears all names": "%reset -f",
    "another working directory": "import os\nos.chdir('/')",
    "closes stdout": "import sys\nsys.stdout.close()\nsys.stdout = None",
    "warnings are errors": "import warnings\nwarnings.simplefilter('error')",
    "double by default": "import torch\ntorch.set_default_dtype(torch.float64)",
    "floating-point errors": "import numpy as np\nnp.seterr(all='raise')",
    "its own print": "print = lambda *args, **kwargs: None",
    "a figure that stays open": "import matplotlib.pyplot as plt\nfigure = plt.figure()",
    "a script in the page": "%%html\n<script>alert(1)</script>",
    "shell and files": "!ls -la > list.txt\n%pwd",
    "a logger": "import logging\nlogging.basicConfig(level=0)\nlogging.info('hello')",
    "recursion limit": "import sys\nsys.setrecursionlimit(60)",
    "threads": "import torch\ntorch.set_num_threads(4)",
    "autoreload": "%load_ext autoreload\n%autoreload 2",
    "exits the cell": "import sys\nsys.exit(0)",
}
VARIANTS = [
    Variant("untidy", name, first=code, extra=True)
    for name, code in _SOURCES.items()
    if name not in ("recursion limit", "double by default")
] + [
    Variant(
        "untidy",
        "double by default",
        first=_SOURCES["double by default"],
        lost={"train": "error passed"},
        extra=True,
    ),
    one_lost(
        "untidy",
        "an answer of half a surrogate",
        "def mean(numbers):\n    return '\ud83d'  # \ud83d",
        "failed error",
        extra=True,
    ),
    Variant(
        "untidy",
        "a written answer that is a script",
        answers={"mislead": "<script>alert('LE' + 'AK')</script> \ud83d {{ 7 * 7 }} $\\badtex$"},
        extra=True,
    ),
    Variant(
        "untidy",
        "an error whose text is a script",
        first="raise ValueError('<script>alert(1)</script>\\x1b[31m \ud83d')",
        extra=True,
    ),
    Variant(
        "untidy",
        "o'neil, ann; =1+1 été",
        extra=True,
    ),
    Variant(
        "untidy",
        "an answer as raw cell",
        change=lambda notebook: (
            [
                one.update(cell_type="raw") or one.pop("outputs") or one.pop("execution_count")
                for one in notebook["cells"]
                if one["id"] == "mean"
            ]
            and None
        ),
        lost={"mean": "not_attempted not_run error failed passed"},
        extra=True,
    ),
    Variant(
        "untidy",
        "right in a cell below a wrong one",
        base=RIGHT,
        answers={"mean": WRONG["mean"]},
        change=lambda notebook: notebook["cells"].insert(
            1 + next(i for i, one in enumerate(notebook["cells"]) if one["id"] == "mean"),
            {
                "cell_type": "code",
                "id": "again",
                "metadata": {},
                "outputs": [],
                "execution_count": None,
                "source": RIGHT["mean"],
            },
        ),
        extra=True,
    ),
]
