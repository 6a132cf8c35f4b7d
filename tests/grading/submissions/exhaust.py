"""Submissions that starve the grader of time, memory, processes or disk."""

from __future__ import annotations

import json
from pathlib import Path

from submissions.course import RIGHT, SLUG, Everyday, code_cell
from submissions.variant import Notebook, Variant, one_lost

_LOOPS = {
    "while True": "while True:\n        pass",
    "in C": "return sum(__import__('itertools').repeat(0))",
    "asleep": "__import__('time').sleep(10**6)",
    "deaf": """import signal
    for number in signal.valid_signals():
        try:
            signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError):
            pass
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass""",
    "a deadlock": """import threading
    lock = threading.Lock()
    lock.acquire()
    lock.acquire()""",
    "a regular expression": "return __import__('re').match(r'(a+)+$', 'a' * 60 + 'b')",
    "a great power": "return 10 ** 10 ** 10",
    "waits for input": "return __import__('os').read(__import__('os').pipe()[0], 1)",
    "a busy child": """import os
    for _ in range(3):
        if os.fork() == 0:
            while True:
                pass
    os.wait()""",
}
_TIMES = [
    one_lost(
        "infinite-loop",
        name,
        f"def mean(numbers):\n    {code}",
        "timeout memory error" if name == "a great power" else "timeout",
        extra=number > 0,
    )
    for number, (name, code) in enumerate(_LOOPS.items())
] + [
    one_lost("infinite-loop", "in its cell", "while True:\n    pass", "timeout", extra=True),
    one_lost(
        "infinite-loop",
        "in a result",
        "class Slow:\n    def __len__(self):\n        while True: pass\n    __array__ = __len__\n"
        "    __iter__ = __len__\n"
        "class List(list):\n    def __iter__(self):\n        while True: yield 1.0\n"
        "def mean(numbers):\n    return List([1.0] * 100)",
        "timeout failed error memory",
        extra=True,
    ),
    Variant(
        "infinite-loop",
        "a cell of its own at the start",
        first="while True:\n    pass",
        extra=True,
    ),
    Variant(
        "infinite-loop",
        "everywhere",
        answers={
            name: f"def {name}(*args):\n    while True:\n        pass"
            for name in ("mean", "rescale", "train", "largest")
        },
        lost=dict.fromkeys(("mean", "rescale", "train", "largest"), "timeout not_run"),
        extra=True,
    ),
]

_MEMORY = {
    "a list": "kept = [0.0] * (1 << 20)\n    while True:\n        kept += kept",
    "a tensor of 1 TB": "import torch\n    return torch.ones(1 << 38).mean().item()",
    "an array of 1 TB": "import numpy as np\n    return np.ones(1 << 37).mean()",
    "slowly": "kept = []\n    while True:\n        kept.append(bytearray(10**7))",
    "anonymous maps": """import mmap
    kept = []
    while True:
        kept.append(mmap.mmap(-1, 10**8))
        kept[-1].write(b"x" * 10**8)""",
    "children": """import os, time
    for _ in range(12):
        if os.fork() == 0:
            kept = bytearray(b"x") * (200 << 20)
            time.sleep(100)
    time.sleep(100)""",
    "nested lists": "kept = None\n    while True:\n        kept = [kept]",
    "text": "kept = 'x'\n    while True:\n        kept += kept",
    "shared memory": """import os
    with open('/dev/shm/big', 'wb') as file:
        while True:
            file.write(bytes(10**7))""",
}
_BOMBS = [
    one_lost(
        "memory-bomb",
        name,
        f"def mean(numbers):\n    {code}",
        {"shared memory": "memory error", "nested lists": "memory timeout"}.get(name, "memory"),
        extra=number > 1,
    )
    for number, (name, code) in enumerate(_MEMORY.items())
]

# A broken sandbox must not take the machine down: these stop by themselves.
_FORKS = {
    "processes": """import os, time
    for _ in range(500):
        if os.fork() == 0:
            time.sleep(5)
            os._exit(0)
    return 2.0""",
    "threads": """import threading, time
    for _ in range(2000):
        threading.Thread(target=time.sleep, args=(5,), daemon=True).start()
    return 2.0""",
    "both and quietly": """import os, time
    for _ in range(300):
        try:
            if os.fork() == 0:
                time.sleep(5)
                os._exit(0)
        except OSError:
            time.sleep(0.01)
    return -1.0""",
    "descriptors": """import os
    kept = [os.open('/dev/null', os.O_RDONLY) for _ in range(5000)]
    return 2.0""",
    "files": """import os
    for number in range(10**5):
        open(f'/tmp/{number}', 'w').close()
    return 2.0""",
    "programs": """import subprocess
    kept = [subprocess.Popen(['sleep', '5']) for _ in range(300)]
    return 2.0""",
}
_FORKED = [
    one_lost(
        "fork-bomb",
        name,
        f"def mean(numbers):\n    {code}",
        "failed timeout error" if "quietly" in name else "error memory timeout",
        extra=number > 1,
    )
    for number, (name, code) in enumerate(_FORKS.items())
]

_PRINTED = {
    "one line of 1 GB": (
        "import sys\npart = 'x' * 10**6\nfor _ in range(1000):\n    sys.stdout.write(part)"
    ),
    "displays by the hundred thousand": """
from IPython.display import publish_display_data
for number in range(3 * 10**5):
    publish_display_data({"text/plain": "x"})
""",
    "below Python": "import os\nfor _ in range(1000):\n    os.write(1, b'x' * 10**6)",
    "figures": """
from IPython.display import display
for _ in range(100):
    display({"image/png": "x" * 10**6}, raw=True)
""",
    "carriage returns": "for number in range(10**5):\n    print(f'\\r{number}', end='')",
    "a long value": "'x' * 10**8",
    "a long error": "raise ValueError('x' * 10**8)",
    "a deep error": """
def again(n):
    raise ValueError(n) if n == 0 else again(n - 1)
again(900)
""",
}
_TALK = RIGHT["mean"].replace(
    "    return", "    for _ in range(10**5):\n        print('x' * 80)\n    return"
)
_PRINTS = [
    one_lost(
        "infinite-print",
        "for ever",
        "def mean(numbers):\n    while True:\n        print('for ever')",
        "timeout",
    ),
    Variant("infinite-print", "much, and right", answers={"mean": _TALK}),
    *(
        Variant("infinite-print", name, first=code, extra=number > 1)
        for number, (name, code) in enumerate(_PRINTED.items())
    ),
]


def _raw(make):
    def write(course: Everyday, folder: Path, notebook: Notebook) -> None:
        make(folder / f"{SLUG}.ipynb", notebook)

    return write


def _sparse(path: Path, notebook: Notebook) -> None:
    with path.open("wb") as file:
        file.write(json.dumps(notebook).encode())
        file.truncate(2 << 30)


def _many_cells(path: Path, notebook: Notebook) -> None:
    notebook["cells"] += [
        {"cell_type": "markdown", "id": f"c{n}", "metadata": {}, "source": "x"}
        for n in range(100_000)
    ]
    path.write_text(json.dumps(notebook))


def _deep(where: str):
    def make(path: Path, notebook: Notebook) -> None:
        nest = "[" * 10_000 + "]" * 10_000
        if where == "metadata":
            notebook["metadata"] = {"nest": "@@"}
            text = json.dumps(notebook).replace('"@@"', nest)
        else:
            text = nest if where == "alone" else f'{{"cells": {nest}}}'
        path.write_text(text)

    return make


def _long_number(path: Path, notebook: Notebook) -> None:
    notebook["nbformat_minor"] = "@@"
    path.write_text(json.dumps(notebook).replace('"@@"', "1" * 10**6))


def _many_code_cells(path: Path, notebook: Notebook) -> None:
    notebook["cells"] += [code_cell("x = 1", f"c{n}") for n in range(20_000)]
    path.write_text(json.dumps(notebook))


def _long_cell(path: Path, notebook: Notebook) -> None:
    notebook["cells"].append(code_cell("(" * 10**5 + "1" + ")" * 10**5, "long"))
    notebook["cells"].append(code_cell("# " + "x" * 10**6, "comment"))
    path.write_text(json.dumps(notebook))


def _many_copies(path: Path, notebook: Notebook) -> None:
    mean = next(one for one in notebook["cells"] if one["id"] == "mean")
    notebook["cells"] += [
        mean | {"id": f"copy{n}", "source": f"{mean['source']}  # {n}"} for n in range(800)
    ]
    path.write_text(json.dumps(notebook))


def _great_outputs(path: Path, notebook: Notebook) -> None:
    image = {"image/png": "x" * 10**6}
    shown = {"output_type": "display_data", "data": image, "metadata": {}}
    for one in notebook["cells"]:
        if one["cell_type"] == "code":
            one["outputs"] = [shown]
    path.write_text(json.dumps(notebook))


_NOTHING = dict.fromkeys(("mean", "rescale", "train", "largest"), "not_run")
_NOTEBOOKS = [
    Variant(
        "notebook-bomb",
        name,
        write=_raw(make),
        rejected=said,
        lost=_NOTHING,
        most=20,
        extra=number > 3,
    )
    for number, (name, make, said) in enumerate(
        [
            ("2 GB", _sparse, "MB"),
            ("100,000 cells", _many_cells, "cells"),
            ("10,000 deep", _deep("alone"), "deep"),
            ("10,000 deep in cells", _deep("cells"), ""),
            ("10,000 deep in metadata", _deep("metadata"), "deep"),
            ("20,000 cells of code", _many_code_cells, "cells"),
        ]
    )
] + [
    Variant("notebook-bomb", name, write=_raw(make), extra=True, most=40, **more)
    for name, make, more in [
        ("a number of a million digits", _long_number, {"rejected": "", "lost": _NOTHING}),
        ("a cell of 100,000 brackets", _long_cell, {}),
        ("800 copies of an answer", _many_copies, {"lost": {"mean": "passed not_run"}}),
        ("12 MB of its own outputs", _great_outputs, {}),
    ]
]

VARIANTS = _TIMES + _BOMBS + _FORKED + _PRINTS + _NOTEBOOKS
