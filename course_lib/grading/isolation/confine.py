"""What a process gives up before it runs a student's code. Linux only; nothing here is undone.

Called between fork and the first line of a submission, in a process with one thread, so plain
system calls through ctypes do. Only the standard library, for it runs inside the sandbox.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

UID = 1000
"""Who a submission is, to itself; outside it is a user who owns nothing."""
WORK = "/work"
WRITABLE = ("/tmp", WORK, "/dev/shm")  # noqa: S108 -- inside the sandbox only

_CLONE = {
    "NEWNS": 0x00020000,
    "NEWCGROUP": 0x02000000,
    "NEWUTS": 0x04000000,
    "NEWIPC": 0x08000000,
    "NEWUSER": 0x10000000,
    "NEWPID": 0x20000000,
    "NEWNET": 0x40000000,
}
_MS_RDONLY, _MS_NOSUID, _MS_NODEV, _MS_REMOUNT = 1, 2, 4, 32
_MS_REC, _MS_PRIVATE = 1 << 14, 1 << 18
_PR_SET_DUMPABLE, _PR_SET_SECCOMP, _PR_CAPBSET_DROP = 4, 22, 24
_PR_SET_NO_NEW_PRIVS, _PR_CAP_AMBIENT, _AMBIENT_CLEAR_ALL = 38, 47, 4
_CAPABILITY_VERSION_3 = 0x20080522

# What no notebook needs and a hostile one might use against the kernel, its watcher or its limits.
_REFUSED = (
    *("ptrace", "process_vm_readv", "process_vm_writev", "process_madvise", "kcmp"),
    *("pidfd_getfd", "perf_event_open", "bpf", "userfaultfd", "lookup_dcookie"),
    *("mount", "umount2", "pivot_root", "chroot", "move_mount", "open_tree", "fsopen", "fsmount"),
    *("fsconfig", "fspick", "mount_setattr", "unshare", "setns", "open_by_handle_at"),
    *("add_key", "request_key", "keyctl", "syslog", "acct", "quotactl", "swapon", "swapoff"),
    *("reboot", "kexec_load", "kexec_file_load", "init_module", "finit_module", "delete_module"),
    *("settimeofday", "clock_settime", "adjtimex", "clock_adjtime", "personality", "vhangup"),
    *("shmget", "shmat", "msgget", "semget", "mq_open", "fanotify_init", "name_to_handle_at"),
    *("mbind", "set_mempolicy", "migrate_pages", "move_pages"),
)
# These answer "no such call", for which libraries have another way.
_MISSING = ("clone3", "io_uring_setup", "io_uring_enter", "io_uring_register")
# Memory that no limit counts: files without a name, without a process that maps them.
_UNCOUNTED = ("memfd_create", "memfd_secret")


class ConfineError(OSError):
    """The kernel refused a step of the confinement; the message names it."""


@dataclass(frozen=True)
class Limits:
    """What one submission may use at a time; sizes in bytes.

    Attributes:
        memory: of all its processes together, on top of what importing the libraries took.
        cpu: seconds of all its processes together, over its whole life.
        processes: processes and threads.
        files: open files of one process.
        file_size: length of one file.
        disk: what it may leave in each writable folder, which is memory too.
    """

    memory: int = 1 << 30
    cpu: float = 900.0
    processes: int = 48
    files: int = 256
    file_size: int = 64 << 20
    disk: int = 64 << 20


_libc = ctypes.CDLL(None, use_errno=True)


def _call(what: str, result: int) -> None:
    if result != 0:
        code = ctypes.get_errno()
        raise ConfineError(code, f"{what}: {os.strerror(code)}")


def _prctl(what: str, *args: int) -> None:
    values = [ctypes.c_ulong(value) for value in (*args, 0, 0, 0, 0)[:5]]
    _call(what, _libc.prctl(*values))


def _mount(target: str, flags: int, data: str = "", kind: bytes | None = b"tmpfs") -> None:
    result = _libc.mount(kind, target.encode(), kind, ctypes.c_ulong(flags), data.encode() or None)
    _call(f"mount on {target}", result)


def become(uid: int) -> None:
    """Turn from root into a user and group that own nothing, for good."""
    _bound()
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    _prctl("dumpable", _PR_SET_DUMPABLE, 1)  # else our own /proc/self belongs to root


def enter_namespaces(disk: int) -> None:
    """Leave everything that other processes share: the next child is process 1 of its own world.

    ``/tmp``, ``/work`` and ``/dev/shm`` are new and empty, at most ``disk`` bytes each; ``/proc``
    holds nothing but two files about the machine, for the libraries that ask how many processors
    there are, and an empty list of libraries, for scikit-learn, which sets the threads of those
    that it finds there.

    Raises:
        ConfineError: the kernel or its security module refuses.
    """
    uid, gid = os.getuid(), os.getgid()
    flags = sum(_CLONE.values())
    _call("unshare", _libc.unshare(flags))
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"{UID} {uid} 1")
    _write("/proc/self/gid_map", f"{UID} {gid} 1")
    _mount("/", _MS_REC | _MS_PRIVATE, kind=None)
    about = {name: _read(f"/proc/{name}") for name in ("cpuinfo", "meminfo")} | {"self/maps": ""}
    options = _MS_NOSUID | _MS_NODEV
    for folder in WRITABLE:
        if os.statvfs(folder).f_flag & os.ST_RDONLY and folder != "/dev/shm":  # noqa: S108
            continue  # it holds what Python needs
        _mount(folder, options, f"size={disk},nr_inodes=20000,mode=700")
    # Terminals too are a way from one submission to another.
    _mount("/dev/pts", _MS_NOSUID, "newinstance,ptmxmode=0666,mode=620,max=16", b"devpts")
    _mount("/proc", options, "size=4m,nr_inodes=16,mode=755")
    Path("/proc/self").mkdir()
    for name, text in about.items():
        _write(f"/proc/{name}", text)
    _mount("/proc", options | _MS_REMOUNT | _MS_RDONLY)


def _write(path: str, text: str) -> None:
    try:
        Path(path).write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfineError(error.errno, f"writing {path}: {error.strerror}") from None


def _read(path: str) -> str:
    return Path(path).read_text(encoding="utf-8", errors="replace")


class _CapHeader(ctypes.Structure):
    _fields_ = [("version", ctypes.c_uint32), ("pid", ctypes.c_int)]


def _bound() -> None:
    """Empty the set of capabilities that a program could ever gain."""
    with suppress(ConfineError):  # past the last one, or without the power: then it has none
        for capability in range(64):
            _prctl("bounding set", _PR_CAPBSET_DROP, capability)


def drop_privileges() -> None:
    """Give up every capability, and every way to one; become opaque to processes like us."""
    _prctl("no new privileges", _PR_SET_NO_NEW_PRIVS, 1)
    _bound()
    _prctl("ambient set", _PR_CAP_AMBIENT, _AMBIENT_CLEAR_ALL)
    header = _CapHeader(_CAPABILITY_VERSION_3, 0)
    _call("capset", _libc.capset(ctypes.byref(header), (ctypes.c_uint32 * 6)()))
    _prctl("dumpable", _PR_SET_DUMPABLE, 0)


def close_all_but(keep: dict[int, int]) -> None:
    """Move descriptors to the numbers given, put /dev/null below, and close everything else.

    Args:
        keep: {descriptor: its new number}, the numbers being 3, 4, … without a gap.
    """
    high = [os.dup(fd) for fd in keep]
    safe = max([*high, *keep.values(), 2]) + 1
    moved = [os.dup2(fd, safe + place, inheritable=False) for place, fd in enumerate(high)]
    null = os.open("/dev/null", os.O_RDWR)
    for number in range(3):
        os.dup2(null, number)
    for fd, number in zip(moved, keep.values(), strict=True):
        os.dup2(fd, number, inheritable=False)
    os.closerange(3 + len(keep), 1 << 30)


def limit(limits: Limits, data: int) -> None:
    """Set what the kernel enforces of the limits on this process and all it starts.

    The total of all processes is the keeper's to watch; here stands what one process may have at
    most, wide enough that the keeper sees a slow growth first.

    Args:
        limits: of the submission.
        data: bytes of private memory that this process has already.
    """
    cpu = int(limits.cpu) + 5
    hard = {
        "DATA": data + 2 * limits.memory,
        "NPROC": limits.processes + 1,  # process 1 counts
        "NOFILE": limits.files,
        "FSIZE": limits.file_size,
        "CPU": cpu,
        "CORE": 0,
        "MEMLOCK": 0,
        "MSGQUEUE": 0,
        "SIGPENDING": 512,
        "NICE": 0,
        "RTPRIO": 0,
    }
    for name, value in hard.items():
        which = getattr(resource, f"RLIMIT_{name}")
        highest = resource.getrlimit(which)[1]
        value = value if highest == resource.RLIM_INFINITY else min(value, highest)
        resource.setrlimit(which, (value, value))
    os.nice(5)
    with suppress(OSError):
        signal.pthread_sigmask(signal.SIG_SETMASK, set())


class _Comparison(ctypes.Structure):
    _fields_ = [
        ("arg", ctypes.c_uint),
        ("op", ctypes.c_int),
        ("a", ctypes.c_uint64),
        ("b", ctypes.c_uint64),
    ]


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_char_p)]


def syscall_filter() -> bytes:
    """Return the program that refuses what no notebook needs, for :func:`filter_syscalls`.

    Made by libseccomp, which knows the numbers on every processor.

    Raises:
        ConfineError: there is no libseccomp, or it fails.
    """
    try:
        lib = ctypes.CDLL("libseccomp.so.2", use_errno=True)
    except OSError:
        raise ConfineError(2, "libseccomp.so.2 is not installed") from None
    lib.seccomp_init.restype = ctypes.c_void_p
    context = ctypes.c_void_p(lib.seccomp_init(0x7FFF0000))  # allow what no rule names

    def refuse(name: str, code: int, *comparisons: _Comparison) -> None:
        number = lib.seccomp_syscall_resolve_name(name.encode())
        if number == -1:
            return  # newer than this library, or not on this processor
        array = (_Comparison * len(comparisons))(*comparisons)
        lib.seccomp_rule_add_array(
            context, ctypes.c_uint32(0x00050000 | code), number, len(comparisons), array
        )

    for name in _REFUSED:
        refuse(name, 1)  # EPERM
    for name in (*_MISSING, *_UNCOUNTED):
        refuse(name, 38)  # ENOSYS
    for flag in _CLONE.values():
        refuse("clone", 1, _Comparison(0, 7, flag, flag))  # masked: another namespace
    # The keeper has the same user: nobody may slow it down.
    for name in ("sched_setscheduler", "sched_setattr", "sched_setparam", "sched_setaffinity"):
        refuse(name, 1, _Comparison(0, 1, 0, 0))  # where the first argument is not 0, oneself
    refuse("prlimit64", 1, _Comparison(0, 1, 0, 0))
    refuse("setpriority", 1, _Comparison(0, 1, 0, 0))  # of a group or a user
    refuse("setpriority", 1, _Comparison(1, 1, 0, 0))  # of another process
    refuse("ioprio_set", 1)
    refuse("socket", 13, _Comparison(0, 1, 1, 0))  # EACCES for all families but AF_UNIX
    with open(os.memfd_create("filter"), "w+b") as file:  # noqa: PTH123
        code = lib.seccomp_export_bpf(context, file.fileno())
        lib.seccomp_release(context)
        if code != 0:
            raise ConfineError(-code, f"libseccomp: {os.strerror(-code)}")
        file.seek(0)
        return file.read()


def filter_syscalls(program: bytes) -> None:
    """Put the filter in force, for this process and all it starts; it needs no privilege."""
    code = _Program(len(program) // 8, program)
    _call("seccomp", _libc.prctl(_PR_SET_SECCOMP, 2, ctypes.byref(code), 0, 0))
