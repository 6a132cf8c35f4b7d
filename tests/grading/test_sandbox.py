"""The walls around a submission, each tried from the inside."""

# What runs inside is as plain as what a hostile notebook would do.
# ruff: noqa: PTH110, PTH118, PTH123, PTH208, S108, SIM105

from __future__ import annotations

import inspect
import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from course_lib.grading.isolation import bubblewrap, cures
from course_lib.grading.isolation import sandbox as sandbox_module
from course_lib.grading.isolation.leash import message_of
from course_lib.grading.isolation.probe import ask
from course_lib.grading.isolation.sandbox import Guest, Limits, Sandbox, SandboxError, require
from course_lib.grading.isolation.selftest import require_sandbox, self_test

MB = 1 << 20
PACKAGE = Path(inspect.getfile(bubblewrap)).parent
LIMITS = Limits(memory=128 * MB, cpu=30, processes=16, file_size=4 * MB, disk=8 * MB)
PROBE = "course_lib.grading.isolation.probe:serve"


@pytest.fixture(scope="module", autouse=True)
def possible() -> None:
    """Skip only where bubblewrap itself can't work: a wall of ours that is missing is a failure."""
    try:
        require()
    except SandboxError as error:
        pytest.skip(str(error))
    plain = ["bwrap", "--unshare-all", "--ro-bind", "/", "/", "true"]
    run = subprocess.run(plain, capture_output=True, text=True, check=False)
    if run.returncode:
        pytest.skip(f"{run.stderr.strip()}: {cures.cure(run.stderr)}")


def light(**options: Any) -> Sandbox:
    return Sandbox(**{"limits": LIMITS, "entry": PROBE, "modules": ("numpy",), **options})


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with light() as opened:
        yield opened


@pytest.fixture
def guest(sandbox: Sandbox) -> Iterator[Guest]:
    with opened(sandbox) as one:
        yield one


@contextmanager
def opened(sandbox: Sandbox) -> Iterator[Guest]:
    one = sandbox.open()
    try:
        yield one
    finally:
        one.kill()


def settled(expected: int, seconds: float = 5.0) -> bool:
    """Tell whether no more processes than that are left of our sandboxes, in that time."""
    deadline = time.monotonic() + seconds
    while len(processes()) > expected and time.monotonic() < deadline:
        time.sleep(0.02)
    return len(processes()) <= expected


@pytest.fixture(autouse=True)
def nothing_is_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """Whatever a test does, its processes are gone when its guests and sandboxes are."""
    if "sandbox" in request.fixturenames:
        request.getfixturevalue("sandbox").open().kill()  # so that the shared one is warm
    before = len(processes())
    yield
    assert settled(before)


def processes() -> list[int]:
    """Return the processes on this machine that are forks of a zygote of this test."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                line = (folder / "cmdline").read_bytes()
                state = (folder / "stat").read_text().rpartition(")")[2].split()[0]
            except OSError:
                continue
            mine = f'"uid": {0x70000000 + os.getpid()}'.encode()
            if b"course_lib.grading.isolation.zygote" in line and mine in line and state != "Z":
                found.append(int(folder.name))
    return found


def returned(guest: Guest, function: Callable[..., Any], **values: Any) -> Any:
    """Run a function of this file in a guest, with these values as its arguments."""
    source = f"{inspect.getsource(function)}\nresult = {function.__name__}(**{values!r})"
    return ask(guest.socket, source)


# What the disk shows


def walk(names: list[str]) -> list[str]:
    import os

    system = {"/usr", "/proc", "/dev", "/lib", "/lib64"}
    found = []
    for folder, folders, files in os.walk("/"):
        folders[:] = [f for f in folders if os.path.join(folder, f) not in system]
        if "/python3." in folder:
            folders.clear()
        found += [os.path.join(folder, f) for f in (*folders, *files) if f in names]
    return found


def test_no_file_of_the_grader_is_there(guest: Guest, tmp_path: Path) -> None:
    (tmp_path / "planted-secret.txt").write_text("secret")
    names = ["planted-secret.txt", "gradebook.db", "submitted", "solutions", "_build", ".ssh"]
    names += ["sandbox.py", "checker.py", "batch.py", "rebuild.py", "worker.py", "authoring"]
    names += ["session.py", "exports.py", "scoring", "coordinator", "classroom"]
    assert returned(guest, walk, names=names) == []
    assert returned(guest, walk, names=["checks.py"]) == ["/course/course_lib/checks.py"]


def contents(folder: str) -> list[str]:
    from pathlib import Path

    return [p.read_text("utf-8") for p in Path(folder).rglob("*") if p.suffix in (".py", ".yml")]


def test_what_is_shown_of_the_course_holds_no_hidden_check(guest: Guest) -> None:
    text = "\n".join(returned(guest, contents, folder="/course"))
    assert "def check(" in text
    root = PACKAGE.parents[1]
    for source in (root / "solutions").glob("*.md"):
        hidden = source.read_text("utf-8").split("### BEGIN HIDDEN TESTS")[1:]
        for part in hidden:
            for line in part.split("### END HIDDEN TESTS")[0].splitlines():
                assert not line.strip().startswith("check(") or line.strip() not in text


def writable() -> list[str]:
    import os

    found = []
    for folder, folders, _ in os.walk("/"):
        if folder.count("/") > 3:
            folders.clear()
        if os.access(folder, os.W_OK):
            found.append(folder)
            folders.clear()
    return sorted(found)


def test_only_the_working_folders_can_be_written(guest: Guest) -> None:
    tmp = [] if Path(sys.prefix).is_relative_to("/tmp") else ["/tmp"]
    assert returned(guest, writable) == sorted(["/dev/shm", "/work", *tmp])


def test_proc_tells_of_the_machine_only(guest: Guest) -> None:
    source = "import os; result = sorted(os.listdir('/proc')), os.path.exists('/sys')"
    assert ask(guest.socket, source) == [["cpuinfo", "meminfo", "self"], False]
    source = "import os; result = os.listdir('/proc/self'), open('/proc/self/maps').read()"
    assert ask(guest.socket, source) == [["maps"], ""]


def variables() -> dict[str, str]:
    import os

    return dict(os.environ)


def test_the_environment_is_not_the_workers(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COURSE_TERM", "the term's secret")
    with light() as mine, opened(mine) as guest:
        found = returned(guest, variables)
    assert "COURSE_TERM" not in found
    assert "the term's secret" not in str(found)
    expected = bubblewrap.environment()
    assert {name: found[name] for name in expected if name != "TMPDIR"} == {
        name: value for name, value in expected.items() if name != "TMPDIR"
    }


# The network


def connects(port: int, name: str) -> list[str]:
    import socket
    import time

    said = []
    targets = [(2, ("127.0.0.1", port)), (2, ("1.1.1.1", 443)), (10, ("::1", port)), (1, name)]
    for family, address in targets:
        try:
            socket.socket(family).connect(address)
            said.append(f"reached {address}")
        except OSError:
            pass
    begin = time.perf_counter()
    try:
        said.append(str(socket.getaddrinfo("pypi.org", 443)))
    except OSError:
        pass
    if time.perf_counter() - begin > 1:
        said.append(f"a name took {time.perf_counter() - begin:.1f} s")
    for family in (16, 17, 38, 40):  # netlink, packet, kernel crypto, virtual machine
        try:
            socket.socket(family, socket.SOCK_RAW if family < 20 else socket.SOCK_STREAM)
            said.append(f"family {family}")
        except OSError:
            pass
    return said


def test_there_is_no_network(guest: Guest) -> None:
    name = f"\0course-{os.getpid()}"
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket(socket.AF_UNIX) as local:
        local.bind(name)
        local.listen()
        assert returned(guest, connects, port=server.getsockname()[1], name=name) == []


# Other processes


def attacks() -> list[str]:
    import ctypes
    import os
    import signal

    libc = ctypes.CDLL(None, use_errno=True)
    said, me = [], os.getpid()
    if os.getppid() != 1 or me != 2:
        said.append(f"process {me} of parent {os.getppid()}")
    for pid in (1, *range(3, 40000)):
        try:
            os.kill(pid, signal.SIGKILL if pid == 1 else 0)
            said += [] if pid == 1 else [f"sees {pid}"]
        except OSError:
            pass
    for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGSTOP, signal.SIGQUIT):
        os.kill(1, signum)
    try:
        os.kill(-1, signal.SIGKILL)
    except ProcessLookupError:
        pass
    for call, number in (("attach", 16), ("seize", 16902)):
        if libc.ptrace(number, 1, 0, 0) == 0:
            said.append(f"ptrace {call}")
    buffer = ctypes.create_string_buffer(8)
    vector = (ctypes.c_void_p * 2)(ctypes.addressof(buffer), 8)
    remote = (ctypes.c_void_p * 2)(id(me), 8)
    if libc.process_vm_readv(1, vector, 1, remote, 1, 0) > 0:
        said.append("read the keeper's memory")
    for path in ("/proc/1/mem", "/proc/1/environ", "/proc/self/mem", "/proc/1/root"):
        if os.path.exists(path):
            said.append(path)
    try:
        os.setpriority(os.PRIO_PROCESS, 1, 19)
        said.append("slowed the keeper")
    except OSError:
        pass
    try:
        os.setpriority(os.PRIO_USER, 0, 19)
        said.append("slowed the user")
    except OSError:
        pass
    try:
        os.sched_setscheduler(1, os.SCHED_IDLE, os.sched_param(0))
        said.append("idled the keeper")
    except OSError:
        pass
    return said


def test_no_process_reaches_another(sandbox: Sandbox) -> None:
    with opened(sandbox) as sibling, opened(sandbox) as attacker:
        assert returned(attacker, attacks) == []
        assert ask(attacker.socket, "result = 1") == 1
        assert ask(sibling.socket, "result = 2") == 2
        with opened(sandbox) as third:
            assert ask(third.socket, "result = 3") == 3


def powers() -> list[str]:
    import ctypes
    import os

    libc = ctypes.CDLL(None, use_errno=True)
    said = []
    header, data = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
    libc.capget(header, data)
    if any(data):
        said.append(f"capabilities {list(data)}")
    if libc.prctl(39, 0, 0, 0, 0) != 1:
        said.append("new privileges")
    if any(libc.prctl(23, number, 0, 0, 0) == 1 for number in range(41)):
        said.append("a bounding set")
    if libc.prctl(3, 0, 0, 0, 0) != 0:
        said.append("dumpable")
    for what, result in (
        ("root", libc.setuid(0)),
        ("mount", libc.mount(b"tmpfs", b"/work", b"tmpfs", 0, None)),
        ("umount", libc.umount2(b"/proc", 2)),
        ("namespaces", libc.unshare(0x10000000)),
        ("chroot", libc.chroot(b"/work")),
        ("ptrace", libc.ptrace(0, 0, 0, 0)),
        ("a kernel trace", libc.syscall(298, 0, 0, 0, 0, 0)),
        ("memory without a name", libc.memfd_create(b"x", 0)),
    ):
        if result != -1:
            said.append(what)
    return said + [f"descriptor {n}" for n in range(4, 256) if os.path.exists(f"/dev/fd/{n}")]


def test_no_power_is_left(guest: Guest) -> None:
    assert returned(guest, powers) == []


def descriptors() -> list[int]:
    import os

    found = []
    for number in range(4096):
        try:
            os.fstat(number)
            found.append(number)
        except OSError:
            pass
    return found


def test_no_descriptor_is_inherited(guest: Guest) -> None:
    assert returned(guest, descriptors) == [0, 1, 2, 3]


# One after another


def leave_traces() -> list[str]:
    import builtins
    import ctypes
    import os
    import socket
    from multiprocessing.shared_memory import SharedMemory

    import numpy

    numpy.allclose = lambda *_: True
    builtins.print = None
    os.environ["TRACE"] = "1"
    for folder in ("/work", "/dev/shm", "/tmp"):
        if os.access(folder, os.W_OK):
            open(f"{folder}/trace", "w").close()
    SharedMemory("shared", create=True, size=10)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind("\0trace")
    listener.listen()
    globals()["kept"] = listener, os.openpty()
    ctypes.CDLL(None).shmget(4711, 100, 0o1666)
    return [f for folder in ("/work", "/dev/shm", "/tmp") for f in os.listdir(folder)]


def traces() -> list[str]:
    import builtins
    import ctypes
    import os
    import socket

    import numpy

    said = [f for folder in ("/work", "/dev/shm") for f in os.listdir(folder)]
    said += [f for f in os.listdir("/tmp") if f == "trace"]
    if builtins.print is None or numpy.allclose(1, 2) or "TRACE" in os.environ:
        said.append("something patched")
    try:
        socket.socket(socket.AF_UNIX).connect("\0trace")
        said.append("a socket")
    except OSError:
        pass
    said += [f"terminal {name}" for name in os.listdir("/dev/pts") if name != "ptmx"]
    if ctypes.CDLL(None).shmget(4711, 100, 0) != -1:
        said.append("shared memory")
    return said


def test_the_next_submission_sees_nothing_of_the_last(sandbox: Sandbox) -> None:
    with opened(sandbox) as first:
        assert "trace" in returned(first, leave_traces)
        with opened(sandbox) as second:  # the first one is still there
            assert returned(second, traces) == []
    with opened(sandbox) as third:
        assert returned(third, traces) == []


def test_every_submission_draws_the_same_numbers(sandbox: Sandbox) -> None:
    source = "import random, numpy; result = random.random(), numpy.random.rand(), hash('text')"
    drawn = []
    for _ in range(2):
        with opened(sandbox) as one:
            drawn.append(ask(one.socket, source))
    with light(warm=False) as fresh, opened(fresh) as one:
        drawn.append(ask(one.socket, source))
    assert drawn[0] == drawn[1] == drawn[2]


# Starving the grader


def test_memory_without_end_ends_as_memory(sandbox: Sandbox) -> None:
    with opened(sandbox) as sibling, opened(sandbox) as guest:
        with pytest.raises(EOFError):
            ask(guest.socket, "kept = []\nwhile True: kept.append(bytes(range(256)) * 256)")
        assert guest.died() == "memory"
        assert 100 * MB < guest.usage()[1] < 600 * MB
        assert ask(sibling.socket, "result = 1") == 1
        assert sibling.died() is None


def test_a_terabyte_is_refused_and_life_goes_on(guest: Guest) -> None:
    with pytest.raises(RuntimeError, match="MemoryError"):
        ask(guest.socket, "import numpy; kept = numpy.ones(1 << 37)")
    assert ask(guest.socket, "result = len(numpy.ones(1 << 20))") == 1 << 20
    assert guest.died() is None


def test_where_the_machine_runs_out_a_submission_goes_first(guest: Guest) -> None:
    assert ask(guest.socket, "result = 1") == 1
    # bubblewrap's own two processes are of a few hundred kB
    scores = [int(Path(f"/proc/{pid}/oom_score_adj").read_text()) for pid in processes()]
    assert scores.count(1000) >= 3


@pytest.mark.parametrize("kind", ["processes", "shared", "files"])
def test_memory_is_counted_over_all_processes(kind: str) -> None:
    grow = {
        "processes": "kept = os.urandom(40 << 20)",
        "shared": "kept = mmap.mmap(-1, 40 << 20); [kept.write(bytes(4096)) for _ in range(10240)]",
        "files": "open(f'/work/{os.getpid()}', 'wb').write(bytes(7 << 20))",
    }[kind]
    source = f"""
import mmap, os, time
for _ in range(6):
    if os.fork() == 0:
        {grow}
        time.sleep(60)
time.sleep(60)
"""
    limits = Limits(memory=32 * MB, file_size=8 * MB) if kind == "files" else LIMITS
    with light(limits=limits) as mine, opened(mine) as guest:
        with pytest.raises(EOFError):
            ask(guest.socket, source)
        assert guest.died() == "memory"


FORKS = "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass"
THREADS = """
import threading, time
started = 0
try:
    while True:
        threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
        started += 1
except RuntimeError:
    result = started
"""


def test_a_fork_bomb_is_contained(sandbox: Sandbox) -> None:
    with opened(sandbox) as sibling, opened(sandbox) as bomb:
        with pytest.raises((TimeoutError, EOFError)):
            ask(bomb.socket, FORKS, seconds=1.0)
        assert len(processes()) < LIMITS.processes + 12
        assert ask(sibling.socket, "result = 1") == 1
        with opened(sandbox) as other:
            assert ask(other.socket, "result = 2") == 2
        begin = time.perf_counter()
        bomb.kill()
        assert time.perf_counter() - begin < 2
        assert bomb.usage()[0] > 0.05


def test_a_copy_of_the_guest_does_not_answer_in_its_place(guest: Guest) -> None:
    source = "import os, time\nresult = os.fork() or time.sleep(0.1)"
    assert ask(guest.socket, source) is not None
    time.sleep(0.3)
    assert ask(guest.socket, "result = 'the next answer'") == "the next answer"


def test_threads_are_limited_and_an_honest_few_run(guest: Guest) -> None:
    assert 4 <= ask(guest.socket, THREADS) <= LIMITS.processes


def test_output_without_end_stops_when_nobody_reads(guest: Guest) -> None:
    source = "while True: channel.sendall(b'x' * (1 << 20))"
    guest.socket.sendall(json.dumps(source).encode() + b"\n")
    time.sleep(0.5)
    assert guest.died() is None
    assert guest.usage()[0] < 0.4
    begin = time.perf_counter()
    guest.kill()
    assert time.perf_counter() - begin < 1


DAEMON = """
import os, signal, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        kept = os.dup(3)
        for number in range(1, 65):
            if number not in (9, 19, 32, 33):
                signal.signal(number, signal.SIG_IGN)
        time.sleep(60)
    os._exit(0)
os.wait()
"""


def test_a_daemon_is_reaped_with_the_guest(sandbox: Sandbox) -> None:
    before = len(processes())
    with opened(sandbox) as guest:
        ask(guest.socket, DAEMON)
        assert len(processes()) > before + 2
        with pytest.raises(EOFError):
            ask(guest.socket, "os._exit(3)", seconds=5)
        assert guest.died() == "exit 3"
        assert settled(before)


ENDS = {
    "exit": ("import os; os._exit(7)", "exit 7"),
    "sys.exit": ("import sys; sys.exit(4)", "exit 4"),
    "segmentation fault": ("import ctypes; ctypes.string_at(0)", "killed"),
    "kills itself": ("import os; os.kill(os.getpid(), 9)", "killed"),
    "closes its socket": ("import os, time; os.close(3); time.sleep(60)", "killed"),
}


@pytest.mark.parametrize("name", ENDS)
def test_how_it_ended_is_told(sandbox: Sandbox, name: str) -> None:
    source, reason = ENDS[name]
    with opened(sandbox) as guest:
        assert guest.died() is None
        with pytest.raises(EOFError):
            ask(guest.socket, source, seconds=5)
        assert guest.died() == reason
        guest.kill()
        assert guest.died() == reason


def test_processor_time_is_limited_over_all_processes() -> None:
    source = "import os\nos.fork()\nos.fork()\nwhile True: pass"
    limits = Limits(memory=128 * MB, cpu=1.0)
    with light(limits=limits) as mine, opened(mine) as guest:
        with pytest.raises(EOFError):
            ask(guest.socket, source)
        assert guest.died() == "cpu"
        assert 0.9 < guest.usage()[0] < 4


def test_files_are_limited(guest: Guest) -> None:
    with pytest.raises(RuntimeError, match="File too large"):
        ask(guest.socket, "open('/work/one', 'wb').write(bytes(5 << 20))")
    source = "for n in range(9): open(f'/work/{n}', 'wb').write(bytes(2 << 20))"
    with pytest.raises(RuntimeError, match="No space left"):
        ask(guest.socket, source)
    with pytest.raises(RuntimeError, match="Too many open files"):
        ask(guest.socket, "kept = [open('/dev/null') for _ in range(1000)]")


# What a notebook does must work


def honest() -> list[Any]:
    import subprocess
    import warnings

    import matplotlib.pyplot as plt
    import torch
    from IPython.core.interactiveshell import InteractiveShell
    from sklearn.cluster import KMeans
    from sklearn.datasets import load_digits
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.neighbors import NearestNeighbors
    from torch.utils.data import DataLoader, TensorDataset

    warnings.simplefilter("error")
    x = torch.randn(8, 1, 12, 12)
    model = torch.nn.Sequential(
        torch.nn.Conv2d(1, 2, 3), torch.nn.Flatten(), torch.nn.Linear(200, 1)
    )
    optimizer = torch.optim.Adam(model.parameters())
    for (batch,) in DataLoader(TensorDataset(x), batch_size=4, num_workers=1):
        model(batch).square().mean().backward()
        optimizer.step()
    digits = load_digits()
    score = LogisticRegression(max_iter=10, tol=1).fit(digits.data[:200], digits.target[:200])
    few = digits.data[:50]  # these three set the threads of the libraries that they call
    NearestNeighbors(n_neighbors=2).fit(few).kneighbors(few)
    KMeans(3, n_init=1).fit(few)
    HistGradientBoostingClassifier(max_iter=2).fit(few, digits.target[:50])
    figure, axes = plt.subplots()
    axes.plot([1, 2])
    figure.savefig("/work/figure.png")
    shell = InteractiveShell.instance()
    ran = shell.run_cell("x = 6 * 7\nx").result
    echo = subprocess.run(["echo", "hello"], capture_output=True, text=True, check=True).stdout
    return [ran, echo, score.score(digits.data[:200], digits.target[:200]) > 0.5]


@pytest.mark.parametrize(
    "warm", [True, pytest.param(False, marks=pytest.mark.slow)], ids=["warm", "fresh"]
)
def test_an_honest_notebook_finds_what_it_needs(warm: bool) -> None:
    modules = ("torch", "torch._dynamo", "sklearn.linear_model", "matplotlib.pyplot")
    limits = Limits(memory=1 << 30)
    with light(limits=limits, modules=modules, warm=warm) as mine, opened(mine) as guest:
        source = f"{inspect.getsource(honest)}\nresult = honest()"
        source = f"from typing import Any\n{source}"
        assert ask(guest.socket, source, seconds=60) == [42, "hello\n", True]
        assert guest.died() is None


# Harm to the machinery itself


def zygote_of(sandbox: Sandbox) -> int:
    """Return the process inside bubblewrap: the one that is a child of a child of ours."""
    outer = sandbox._zygote._process.pid
    parents = {}
    for pid in processes():
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        parents[pid] = int(fields[1])
    inner = next(pid for pid, parent in parents.items() if parent == outer)
    return next(pid for pid, parent in parents.items() if parent == inner)


@pytest.mark.parametrize("signum", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "hung"])
def test_a_harmed_zygote_is_replaced(signum: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox_module, "_OPEN", 1.0)
    with light() as mine:
        with opened(mine) as guest:
            assert ask(guest.socket, "result = 1") == 1
        os.kill(zygote_of(mine), signum)
        with opened(mine) as guest:
            assert ask(guest.socket, "result = 2") == 2
        assert mine.isolation == "bubblewrap, warm"


def test_a_keeper_that_hangs_is_killed_from_outside(tmp_path: Path) -> None:
    hole = [("keeper", "while self.reason is None:", "while time.sleep(60) or True:")]
    with light(unsafe=holed(tmp_path, hole)) as mine, opened(mine) as guest:
        assert ask(guest.socket, "result = 1") == 1
        before = len(processes())
        begin = time.perf_counter()
        guest.kill()
        assert time.perf_counter() - begin < 3
        assert settled(before - 2)
        assert guest.died() == "killed"


def test_the_keepers_last_word_is_heard_though_ours_was_not_read() -> None:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours:
        ours.send(b"usage")
        theirs.send(b'{"reason": "memory", "cpu": 1, "peak": 2}')
        theirs.close()
        assert message_of(ours)["reason"] == "memory"
        assert message_of(ours) == {}


WORKER = """
import sys, time
from course_lib.grading.isolation.probe import ask
from course_lib.grading.isolation.sandbox import Limits, Sandbox
entry = "course_lib.grading.isolation.probe:serve"
sandbox = Sandbox(Limits(), entry=entry, modules=()).__enter__()
guest = sandbox.open()
ask(guest.socket, "import os; os.fork() or __import__('time').sleep(60)")
print("ready", flush=True)
time.sleep(60)
"""


def test_nothing_survives_a_worker_that_is_killed() -> None:
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE.parents[1])}
    command = [sys.executable, "-c", WORKER]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as worker:
        assert worker.stdout is not None
        assert worker.stdout.readline() == b"ready\n"
        mine = f'"uid": {0x70000000 + worker.pid}'.encode()
        worker.kill()
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        left = [p for p in Path("/proc").glob("[0-9]*/cmdline") if mine in _bytes(p)]
        if not left:
            return
        time.sleep(0.02)
    pytest.fail(f"{len(left)} processes are left")


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def test_opening_is_quick(sandbox: Sandbox) -> None:
    seconds = []
    for _ in range(7):
        begin = time.perf_counter()
        with opened(sandbox) as guest:
            ask(guest.socket, "result = 1")
            seconds.append(time.perf_counter() - begin)
    assert statistics.median(seconds) < 0.4  # 0.02 on an idle machine


# Where it can't be had


def holed(tmp_path: Path, holes: list[tuple[str, str, str]]) -> tuple[str, ...]:
    """Return words for bubblewrap that put changed files in the place of the sandbox's own."""
    changed: dict[str, str] = {}
    for module, old, new in holes:
        text = changed.get(module) or (PACKAGE / f"{module}.py").read_text("utf-8")
        assert text.count(old) == 1, f"{module}: {old}"
        changed[module] = text.replace(old, new)
    words = []
    for module, text in changed.items():
        path = tmp_path / f"{module}.py"
        path.write_text(text, encoding="utf-8")
        path.chmod(0o644)
        words += ["--ro-bind", str(path), f"/course/course_lib/grading/isolation/{module}.py"]
    tmp_path.chmod(0o755)
    return tuple(words)


REFUSED = [("zygote", "refused = can_nest(limits)", "refused = 'unshare: not here'")]


def visible() -> list[int]:
    import os

    found = []
    for pid in range(1, 40000):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            continue
        except PermissionError:
            pass
        found.append(pid)
    return found


def test_where_namespaces_do_not_nest_each_submission_starts_afresh(tmp_path: Path) -> None:
    with light(unsafe=holed(tmp_path, REFUSED)) as mine:
        with opened(mine) as guest:
            assert mine.isolation == "bubblewrap, fresh"
            assert len(returned(guest, visible)) <= 3  # bubblewrap, its keeper and itself
            assert returned(guest, connects, port=1, name="\0none") == []
            assert returned(guest, descriptors) == [0, 1, 2, 3]
            assert returned(guest, powers) == []
        with opened(mine) as guest:
            with pytest.raises(EOFError):
                ask(guest.socket, "kept = []\nwhile True: kept.append(bytes(range(256)) * 256)")
            assert guest.died() == "memory"
        with opened(mine) as guest:
            ask(guest.socket, DAEMON)
            with pytest.raises(EOFError):
                ask(guest.socket, "os._exit(3)", seconds=5)
            assert guest.died() == "exit 3"


def test_a_real_refusal_to_nest_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    if not bubblewrap._knows("--disable-userns"):
        pytest.skip("this bubblewrap can't forbid it")
    monkeypatch.setattr(bubblewrap, "is_root", lambda: False)
    with light(unsafe=("--disable-userns",)) as mine:
        for _ in range(2):
            with opened(mine) as guest:
                assert ask(guest.socket, "open('/work/x', 'x'); result = 1") == 1
        assert mine.isolation == "bubblewrap, fresh"


def test_fresh_guests_come_from_a_zygote_of_one_use() -> None:
    before = len(processes())
    with light(warm=False) as mine:
        assert mine.isolation == "bubblewrap, fresh"
        with opened(mine) as first, opened(mine) as second:
            assert returned(first, attacks) == []
            assert ask(second.socket, "result = 1") == 1
        assert settled(before)


def test_the_self_test_finds_nothing_amiss_here() -> None:
    found = self_test([PACKAGE.parents[1] / "solutions"])
    assert [finding.name for finding in found if not finding.good] == []
    assert len(found) == 10
    assert not any(finding.cure for finding in found)


HOLES = {
    "there is no network": [
        ("confine", '    "NEWNET": 0x40000000,\n', ""),
        ("confine", 'refuse("socket", 13', 'refuse("no such call", 13'),
    ],
    "other processes are out of reach": [("confine", '    "NEWPID": 0x20000000,\n', "")],
    "system calls are filtered": [
        ("confine", "_libc.prctl(_PR_SET_SECCOMP, 2, ctypes.byref(code), 0, 0)", "0")
    ],
    "files are limited": [("confine", "size={disk},", "")],
    "processes are limited": [("confine", "limits.processes + 1", "4096")],
    "memory is limited": [("keeper", "if memory > self.limits.memory", "if False")],
    "the system is read-only": [],
    "your files are absent": [],
}


@pytest.mark.parametrize("name", HOLES)
def test_the_self_test_finds_a_hole(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "file").touch()
    unsafe = holed(tmp_path, HOLES[name])
    readable = [secret] if name == "your files are absent" else []
    whole = bubblewrap.command
    if name in ("the system is read-only", "there is no network"):
        word = "--unshare-net" if "network" in name else "--remount-ro"

        def fewer(**options: Any) -> list[str]:
            words = whole(**options)
            while word in words:
                at = words.index(word)
                del words[at : at + (2 if word == "--remount-ro" else 1)]
            if word == "--remount-ro":
                words[-1:] = ["--perms", "1777", "--tmpfs", "/etc", "--"]
            return words

        monkeypatch.setattr(bubblewrap, "command", fewer)
    found = self_test([secret], unsafe=unsafe, readable=readable)
    bad = [finding for finding in found if not finding.good]
    assert name in [finding.name for finding in bad]
    assert all(finding.cure for finding in bad)


@pytest.mark.parametrize(
    ("setting", "value", "word"),
    [
        ("kernel/apparmor_restrict_unprivileged_userns", "1", "/etc/apparmor.d/bwrap"),
        ("kernel/unprivileged_userns_clone", "0", "kernel.unprivileged_userns_clone=1"),
        ("user/max_user_namespaces", "0", "user.max_user_namespaces"),
    ],
)
def test_a_setting_that_forbids_it_has_its_cure(
    tmp_path: Path, setting: str, value: str, word: str
) -> None:
    path = tmp_path / setting
    path.parent.mkdir(parents=True)
    path.write_text(f"{value}\n")
    assert word in cures.cure("bwrap: setting up uid map: Permission denied", tmp_path)
    path.write_text(f"{1 - int(value)}\n")
    assert word not in cures.cure("", tmp_path)


def test_without_bubblewrap_grading_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert shutil.which("bwrap") is None
    with pytest.raises(SandboxError, match="sudo apt-get install bubblewrap"):
        require_sandbox()
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(SandboxError, match="on Linux only"):
        require()


def test_a_refused_sandbox_says_why_and_what_helps() -> None:
    wrong = ("--ro-bind", "/nowhere", "/nowhere")
    with light(unsafe=wrong) as mine, pytest.raises(SandboxError, match="nowhere"):
        mine.open()


@pytest.mark.parametrize("victim", ["zygote", "keeper"])
def test_a_guest_whose_keeper_is_killed_from_outside_is_lost_and_a_dead_one_is_not(victim):
    with Sandbox(modules=()) as sandbox:
        guest = sandbox.open()
        if victim == "keeper":
            signal.pidfd_send_signal(guest._keeper, signal.SIGKILL)
        else:
            sandbox._zygote._process.kill()
        deadline = time.monotonic() + 20
        while guest.died() is None and time.monotonic() < deadline:
            time.sleep(0.01)
        assert guest.died() == "killed"
        guest.kill()
        assert sandbox.lost()
        assert not sandbox.lost(), "it is told once"
        again = sandbox.open()
        again.kill()
        assert not sandbox.lost()
