"""What else a clever student tries: on the values that cross, on the line, on the machine."""

from __future__ import annotations

from submissions.course import code_cell
from submissions.variant import ALL, Variant, forged, one_lost

_IDENTITY = """
class Fake:
    __class__ = property(lambda self: float)
    __float__ = lambda self: 2.0
    __index__ = lambda self: 2
    __eq__ = lambda self, other: True
    __hash__ = lambda self: hash(2.0)
    __reduce_ex__ = lambda self, version: (float, (2.0,))
"""
_VALUES = {
    "another class, it says": _IDENTITY + "lie = Fake",
    "text": "lie = lambda: '2.0'",
    "bytes": "import numpy as np\nlie = lambda: np.array(2.0).tobytes()",
    "a record array": "import numpy as np\nlie = lambda: np.array([(2.0,)], dtype=[('x', 'f8')])",
    "a date": "import numpy as np\nlie = lambda: np.datetime64('2020-01-01')",
    "the type itself": "lie = lambda: float",
    "not implemented": "lie = lambda: NotImplemented",
    "every number at once": "import numpy as np\nlie = lambda: np.linspace(-9, 9, 10**6)",
    "an exception": "lie = lambda: StopIteration(2.0)",
    "a mock": "from unittest.mock import MagicMock\nlie = MagicMock",
    "a weak reference": "import weakref\nlie = lambda: weakref.proxy(MARK := type('M', (), {})())",
    "a quantised tensor": "import torch\n"
    "lie = lambda: torch.quantize_per_tensor(torch.ones(1), 0.1, 0, torch.quint8)",
    "a sparse tensor": "import torch\nlie = lambda: torch.eye(2).to_sparse()",
    "a tensor without data": "import torch\nlie = lambda: torch.ones(2, device='meta')",
    "a negative infinity": "lie = lambda: float('-inf')",
}
_LIES = [
    forged(
        "strange-values",
        name,
        answers={
            "mean": f"{code}\ndef mean(numbers):\n    return lie()",
            "rescale": "def rescale(x):\n    return lie()",
            "train": "def train(x, y):\n    return lambda x: lie()",
            "largest": "def largest(numbers):\n    return lie()",
        },
        extra=True,
    )
    for name, code in _VALUES.items()
]

# The guest's own modules lie within reach of a student's code; what they say is not believed.
_TURNCOAT = """
import sys
guest = [m for name, m in list(sys.modules.items()) if name.startswith("course_lib.grading")]
def everywhere(names, value):
    for module in guest:
        for holder in [module, *[v for v in vars(module).values() if isinstance(v, type)]]:
            for name in names:
                if name in vars(holder):
                    try:
                        setattr(holder, name, value)
                    except (AttributeError, TypeError):
                        pass
"""
_LINE = {
    "encodes what it likes": _TURNCOAT
    + "everywhere(('encode', 'pack', 'dump'), lambda *a, **k: (2.0, []))",
    "sends nothing": _TURNCOAT + "everywhere(('send', 'write', 'reply'), lambda *a, **k: None)",
    "sends all twice": _TURNCOAT
    + """
import socket
held = socket.socket.sendall
socket.socket.sendall = lambda self, data, *a: (held(self, data, *a), held(self, data, *a))
""",
    "an endless frame": """
import os, socket, stat
for fd in range(3, 64):
    try:
        if stat.S_ISSOCK(os.fstat(fd).st_mode):
            os.write(fd, b"CrsG" + b"\\xff" * 12 + b"x" * 4096)
    except OSError:
        pass
""",
    "a slow frame": """
import os, stat, threading, time
def drip():
    for number in range(10**6):
        for fd in range(3, 64):
            try:
                if stat.S_ISSOCK(os.fstat(fd).st_mode):
                    os.write(fd, b"C")
            except OSError:
                pass
        time.sleep(0.2)
threading.Thread(target=drip, daemon=True).start()
""",
}
_TALKS = [
    forged("turns-the-guest", name, first=code, lost=dict.fromkeys(ALL, "failed error timeout"),
           extra=True)
    for name, code in _LINE.items()
]  # fmt: skip

_SEEN = """
import builtins, sys
def look(where, values):
    for value in values:
        text = repr(value)[:10**6]
        if "only-graders" + "-read-this" in text or "never-shown" + "-to-anyone" in text:
            print("LEAK", where, text[:200])
"""
_LOOKS = {
    "its history": (
        "look('In', In + _ih)\nlook('hist', get_ipython().history_manager.input_hist_raw)"
    ),
    "all globals": "look('globals', list(globals().values()))\n"
    "look('main', [vars(sys.modules['__main__'])])",
    "sources of functions": "import inspect, linecache\n"
    "look('check', [inspect.getsource(inspect.getmodule(check))])\n"
    "look('cache', [linecache.cache])",
    "its profile": "!cat ~/.ipython/profile_default/history.sqlite\n%hist -g -l 50",
    "core dumps": "import glob\nlook('core', glob.glob('/core*') + glob.glob('/var/crash/*'))",
    "terminals": """
import fcntl, os, termios
for name in ("/dev/tty", "/dev/console", "/dev/pts/0", "/dev/tty0"):
    try:
        fcntl.ioctl(os.open(name, os.O_RDWR), termios.TIOCSTI, b"x")
        print("LEAK", name)
    except OSError:
        pass
for fd in (0, 1, 2):
    try:
        fcntl.ioctl(fd, termios.TIOCSTI, b"x")
        print("LEAK", fd)
    except OSError:
        pass
""",
    "what outlives it": """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
shared = libc.shmget(0x4711, 64, 0o666)
if shared >= 0:
    print("LEAK shared memory of another")
libc.shmget(0x4711, 64, 0o1666)
if libc.msgget(0x4711, 0o666) >= 0:
    print("LEAK a queue of another")
libc.msgget(0x4711, 0o1666)
""",
    "what outlives it, again": "",
    "privileged calls": """
import ctypes, os, time
libc = ctypes.CDLL(None, use_errno=True)
try:
    time.clock_settime(time.CLOCK_REALTIME, time.time())
    print("LEAK the clock")
except OSError:
    pass
try:
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(50))
    print("LEAK real time")
except OSError:
    pass
buffer = ctypes.create_string_buffer(128)
for number, name in ((321, "bpf"), (175, "init_module"), (246, "kexec"), (167, "swapon")):
    if libc.syscall(number, 0, buffer, 72) >= 0:
        print("LEAK", name)
""",
}
_LOOKS["what outlives it, again"] = _LOOKS["what outlives it"]
_READS = [
    Variant("looks-further", name, first=_SEEN, last=f"{code}\nprint('looked')",
            prints="looked", extra=True)
    for name, code in _LOOKS.items()
]  # fmt: skip

_LATER = {
    "an iterator that waits": "import time\n    return (time.sleep(60) for _ in range(3))",
    "a dictionary of a million": "return dict.fromkeys(range(10**6), 'x' * 20)",
    "a deep tuple": "x = ()\n    for _ in range(10**5):\n        x = (x,)\n    return x",
    "an error of 100 MB": "raise ValueError('x' * 10**8)",
    "an error of a long name": "raise type('E' * 10**7, (ValueError,), {})('x')",
    "an error without text": "raise type('E', (ValueError,), {'__str__': lambda s: 1 / 0})",
    "errors in errors": "try:\n        mean(numbers)\n    except RecursionError as e:\n"
    "        raise ValueError('x') from e",
    "a group of errors": "raise ExceptionGroup('g', [ValueError(1)] * 10000)",
    "a sum of nothing": "return sum([])",
    "a division by zero": "return 1 / 0",
}
_RESULTS = [
    one_lost("strange-ends", name, f"def mean(numbers):\n    {code}", "failed error timeout memory",
             extra=True)
    for name, code in _LATER.items()
]  # fmt: skip
_BUSY = {
    "a thread that computes": "import threading\ndef spin():\n    while True:\n        pass\n"
    "threading.Thread(target=spin, daemon=True).start()",
    "a thread that prints": "import threading, time\ndef talk():\n    while True:\n"
    "        print('x' * 1000)\n        time.sleep(0.001)\n"
    "threading.Thread(target=talk, daemon=True).start()",
    "300 MB kept": "kept = bytearray(b'x') * (300 << 20)",
    "warnings without end": "import warnings\nwarnings.simplefilter('always')\n"
    "for n in range(20_000):\n    warnings.warn(f'look {n}')",
    "a great figure": "import matplotlib.pyplot as plt\n"
    "plt.figure(figsize=(60, 60), dpi=100)\nplt.plot([1, 2])\nplt.show()",
    "an exit": "import os\nos._exit(0)",
    "an exit when it ends": "import atexit, time\natexit.register(time.sleep, 1000)",
    "children that end": "import os\nfor _ in range(100):\n    if os.fork() == 0:\n"
    "        os._exit(0)",
    "stdout elsewhere": "import os, sys\nos.close(1)\nos.close(2)\nsys.stdin.close()",
    "a limit of its own": "import resource\nresource.setrlimit(resource.RLIMIT_NOFILE, (40, 40))",
    "a trap for signals": "import signal\nfor n in (1, 2, 3, 14, 15):\n"
    "    signal.signal(n, signal.SIG_IGN)",
    "no garbage collection": "import gc\ngc.disable()\ngc.set_threshold(0)",
    "its modules forgotten": "import sys\nfor name in list(sys.modules):\n"
    "    if name.startswith(('numpy', 'course_lib', 'IPython')):\n        del sys.modules[name]",
}


def _cells(number: int, source: str):

    def change(notebook):
        notebook["cells"][1:1] = [code_cell(f"{source}  # {n}", f"own-{n}") for n in range(number)]

    return change


_ALIVE = [
    Variant("burdens", name, first=code, extra=True, clock="thread that prints" in name)
    for name, code in _BUSY.items()
    if name != "its modules forgotten"
] + [
    Variant("burdens", "its modules forgotten", first=_BUSY["its modules forgotten"], extra=True,
            lost=dict.fromkeys(ALL, "passed failed error")),
    Variant("burdens", "twelve cells that exit", change=_cells(12, "__import__('os')._exit(0)"),
            extra=True, lost=dict.fromkeys(ALL, "passed error not_run")),
    Variant("burdens", "300 cells that print", change=_cells(300, "print('x' * 10000)"),
            extra=True),
]  # fmt: skip

VARIANTS = _LIES + _TALKS + _READS + _RESULTS + _ALIVE
