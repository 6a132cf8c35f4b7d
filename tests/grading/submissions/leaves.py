"""Submissions that end Python, print a verdict of their own, or plant what a grader might read."""

from __future__ import annotations

from submissions.variant import ALL, forged, one_lost

UNPICKLED = "/tmp/course-tests-unpickled"  # noqa: S108 -- must never come to be

_EXITS = {
    "os._exit": "__import__('os')._exit(0)",
    "sys.exit": "__import__('sys').exit()",
    "quit": "quit()",
    "exit": "exit(0)",
    "raise SystemExit": "raise SystemExit(0)",
    "a signal": "os = __import__('os'); os.kill(os.getpid(), 9)",
    "abort": "__import__('os').abort()",
    "a segmentation fault": "__import__('ctypes').string_at(0)",
    "faulthandler": "__import__('faulthandler')._sigsegv()",
    "a hung-up connection": "__import__('os').closerange(3, 256)",
    "another program": "__import__('os').execv('/bin/true', ['true'])",
    "an interrupt": "raise KeyboardInterrupt",
    "an end of a generator": "raise GeneratorExit",
    "an exception of its own": "raise type('Over', (BaseException,), {})()",
    "recursion without end": """import sys
    sys.setrecursionlimit(10**9)
    def again(n):
        return again(n + 1) + 1
    return again(0)""",
    "a thread": """import os, threading, time
    threading.Thread(target=os._exit, args=(0,)).start()
    time.sleep(0.5)""",
    "kill everybody": "__import__('os').kill(-1, 9)",
    "an alarm": """import signal, time
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    time.sleep(0.5)""",
}
_OTHER_EXITS = {
    "a destructor": """
import sys
class Bye:
    def __del__(self):
        sys.exit(0)
def mean(numbers):
    Bye()
    raise SystemExit
""",
    "the end of Python": """
import atexit, os, sys
atexit.register(os._exit, 0)
sys.exit(0)
def mean(numbers):
    return 2.0
""",
    "the cell itself": "import os\nos._exit(0)\ndef mean(numbers):\n    return 2.0",
    "an error's own text": """
import os
class Last(Exception):
    def __str__(self):
        os._exit(0)
def mean(numbers):
    raise Last
""",
    "a result's own repr": """
import os
class Last:
    def __getattribute__(self, name):
        os._exit(0)
def mean(numbers):
    return Last()
""",
}
_LEAVES = [
    one_lost(
        "exits-in-function",
        name,
        f"def mean(numbers):\n    {code}",
        "error memory timeout" if name.startswith("recursion") else "error",
        extra=name not in ("os._exit", "sys.exit", "quit"),
    )
    for name, code in _EXITS.items()
] + [
    one_lost(
        "exits-in-function",
        name,
        code,
        "error failed" if name.startswith("a result") else "error",
        extra=True,
    )
    for name, code in _OTHER_EXITS.items()
]

_REPORT = """
import json, os, sys
lines = ["✓ the mean of two numbers lies half-way", "20 / 20", "passed"]
lines.append(json.dumps({"score": 20, "max_score": 20, "checks": [
    {"id": name, "status": "passed", "earned": 4} for name in ("mean-check-1", "mean-hidden-1")]}))
def report():
    for line in lines:
        print(line, flush=True)
        for fd in (1, 2):
            os.write(fd, line.encode() + b"\\n")
"""
_FRAMES = """
import json, os, struct, sys
def frame(header):
    text = json.dumps(header).encode()
    return struct.pack(">4sIQ", b"CrsG", len(text), 0) + text
def flood():
    for number in range(400):
        for fd in range(3, 8):
            try:
                os.write(fd, frame({"id": number, "ok": True, "passed": True, "score": 20,
                                    "sync": [], "released": [], "text": "", "sizes": []}))
            except OSError:
                pass
"""
_PRINTS = [
    forged(
        "prints-passed-exits",
        "in a function",
        answers={"mean": _REPORT + "def mean(numbers):\n    report()\n    os._exit(0)"},
    ),
    forged("prints-passed-exits", "in a cell", first=_REPORT + "report()\nos._exit(0)"),
    forged(
        "prints-passed-exits",
        "down the grader's own line",
        answers={"mean": _FRAMES + "def mean(numbers):\n    flood()\n    os._exit(0)"},
    ),
    forged(
        "prints-passed-exits",
        "down the grader's line and stays",
        answers={"mean": _FRAMES + "def mean(numbers):\n    flood()\n    return True"},
        lost=ALL,
        extra=True,
    ),
]

_PLANT = """
import json, os, pickle, threading, time
class Evil:
    def __reduce__(self):
        return os.system, ("touch " + MARK,)
full = {"score": 20.0, "max_score": 20.0, "checks": [], "tamper": False, "status": "passed"}
names = ["score.json", "results.json", "everyday.json", "record.json", "grade.pkl", "grades.csv",
         "gradebook.db", ".course/record.json", "records/everyday/me.json"]
def plant():
    for folder in FOLDERS:
        for name in names:
            path = os.path.join(folder, name)
            try:
                os.makedirs(os.path.dirname(path), exist_ok=True)
                with open(path, "wb") as file:
                    data = pickle.dumps(Evil()) if name.endswith("pkl") else json.dumps(full)
                    file.write(data if isinstance(data, bytes) else data.encode())
            except OSError:
                pass
def for_ever():
    while True:
        plant()
        time.sleep(0.05)
plant()
threading.Thread(target=for_ever, daemon=True).start()
print("planted", os.listdir("."))
"""


def _beside(course, folder):
    """Put files beside the notebook that a grader might read, import or unpickle."""
    evil = "import pathlib\npathlib.Path(__file__).with_name('was-imported').touch()\n"
    for name in ("sitecustomize", "conftest", "numpy", "torch", "json", "nbgrader_config"):
        (folder / f"{name}.py").write_text(evil)
    for name in (f"{folder.name}.json", "score.json", "gradebook.db", "grade.pkl", "grades.csv"):
        (folder / name).write_text('{"score": 20, "max_score": 20, "reason": "", "key": ""}')


_PLANTED = [
    forged(
        "planted-score",
        "where it stands",
        first=f"MARK = {UNPICKLED!r}\n"
        "FOLDERS = ['.', '..', '/tmp', '/work', '/dev/shm', os.path.expanduser('~')]\n".replace(
            "os.", "__import__('os')."
        )
        + _PLANT,
        prints="planted",
    ),
    forged(
        "planted-score",
        "as what a function returns",
        answers={
            "mean": f"""
import os
class Evil:
    def __reduce__(self):
        return os.system, ("touch {UNPICKLED}",)
    __reduce_ex__ = lambda self, version: self.__reduce__()
def mean(numbers):
    return Evil()
""",
            "rescale": "def rescale(x):\n    return np.array([Evil()], dtype=object)",
            "train": "def train(x, y):\n    return Evil",
        },
    ),
    forged("planted-score", "beside the notebook", beside=_beside),
]

VARIANTS = _LEAVES + _PRINTS + _PLANTED
