"""A class of any size on the exercise averages.md: right, wrong and odd, every tenth hostile."""

from __future__ import annotations

import json
from itertools import count

from small_course import RIGHT, Course

HONEST = {
    "right": RIGHT,
    "sums": RIGHT | {"mean": "def mean(numbers):\n    return sum(numbers)"},
    "half": {"largest": RIGHT["largest"], "mislead": RIGHT["mislead"]},
    "syntax": RIGHT | {"mean": "def mean(numbers:\n    return 1"},
    "raises": RIGHT | {"largest": "def largest(numbers):\n    raise ValueError('later')"},
    "numpy": RIGHT | {"mean": "import numpy as np\n\ndef mean(n):\n    return float(np.mean(n))"},
    "talks": RIGHT | {"mean": "print('x' * 100_000)\n" + RIGHT["mean"]},
    "nothing": {},
}
# What stands at the top of the answer, and what in its function.
_HOSTILE = {
    "exits": ("import os", "os._exit(0)"),
    "kills": ("import os, signal", "os.kill(-1, signal.SIGKILL)"),
    "hangs": ("", "while True: pass"),
    "grows": ("kept = []", "while True: kept.append(bytearray(1 << 26))"),
    "shouts": ("for _ in range(300): print('x' * 100_000)", "return 0.0"),
    "babbles": (
        "import os\n"
        "for number in range(3, 20):\n"
        "    try:\n"
        "        os.write(number, b'\\xff' * 1000)\n"
        "    except OSError:\n"
        "        pass",
        "return 0.0",
    ),
    "fills": ("file = open('/tmp/big', 'wb')", "while True: file.write(b'x' * (1 << 24))"),
    "stays": ("import os, time\nif os.fork() == 0:\n    time.sleep(600)", "return 0.0"),
    "stops": ("import os, signal", "os.kill(os.getpid(), signal.SIGSTOP)"),
    "halves": ("print('\\ud800')", "raise ValueError('\\udc80')"),
}
HOSTILE = {
    name: RIGHT | {"mean": f"{top}\ndef mean(numbers):\n    {body}"}
    for name, (top, body) in _HOSTILE.items()
}


def hand_in(course: Course, number: int) -> list[str]:
    """Hand in so many submissions, no two alike; return the students' names."""
    honest, hostile, students = count(), count(), []
    for at in range(number):
        kinds, turn = (HOSTILE, next(hostile)) if at % 10 == 9 else (HONEST, next(honest))
        name = [*kinds][turn % len(kinds)]
        student = f"s{at:04}-{name}"
        content = json.dumps(course.notebook(kinds[name])).encode()
        if at % 50 == 20:
            content = content[:-9]  # the upload broke off
        course.hand_in(student, content + b"\n" * at)
        students.append(student)
    (course.project.root / "submitted" / students[0] / "notes.txt").touch()
    return students
