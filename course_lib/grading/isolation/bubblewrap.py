"""What a submission's world is made of: the command line of bubblewrap."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

from course_lib.grading.isolation.confine import UID, WORK, WRITABLE

PROGRAM = "bwrap"
COURSE = "/course"
"""Where a submission finds course_lib."""
DATA = "/data"
"""Where it finds the data sets that were fetched before."""

_SYSTEM = (
    *("bin", "sbin", "lib", "lib32", "lib64", "libexec", "share"),
    *("local/bin", "local/lib", "local/lib64", "local/share"),
)
_ENVIRONMENT = ("bin", "lib", "lib64", "share", "pyvenv.cfg")
_ETC = ("ld.so.cache", "ld.so.conf", "ld.so.conf.d", "alternatives", "fonts", "localtime")
# Of the grader, only what runs inside; of the rest, not the parts that make the book.
_INSIDE = {
    "": ("__init__",),
    "boundary": (
        *("__init__", "codec", "decoders", "guest", "guestcodec", "mirrors", "models", "names"),
        *("shell", "wire"),
    ),
    "isolation": ("__init__", "confine", "keeper", "probe", "zygote"),
}
_OUTSIDE = ("authoring", "grading", "cli.py", "__pycache__")


def command(
    *, root: bool, size: int, readable: Sequence[Path] = (), unsafe: Sequence[str] = ()
) -> list[str]:
    """Return the words that start a program in the sandbox; the program's own follow.

    Args:
        root: whether we are root, who makes the namespaces without a user namespace and leaves
            the program the power to become somebody else; everybody else needs one.
        size: bytes of each writable folder.
        readable: further files and folders to show, read-only, at the same place.
        unsafe: further words for bubblewrap, with which the tests open holes.
    """
    kinds = ("pid", "net", "ipc", "uts", "cgroup-try")
    words = [PROGRAM, *(f"--unshare-{kind}" for kind in kinds), "--cap-drop", "ALL"]
    if root:
        for power in ("SETUID", "SETGID", "SETPCAP"):
            words += ["--cap-add", f"CAP_{power}"]
    else:
        words += ["--unshare-user", "--uid", str(UID), "--gid", str(UID)]
    words += ["--die-with-parent", "--new-session", "--hostname", "grading", "--clearenv"]
    pairs = list(shown(readable))
    # Where Python itself lies in a folder that others write in, that folder can't be writable.
    busy = any(target.is_relative_to(WRITABLE[0]) for _, target in pairs)
    for name, value in {**environment(), **({"TMPDIR": WORK} if busy else {})}.items():
        words += ["--setenv", name, value]
    words += ["--proc", "/proc", "--dev", "/dev"]
    for place in WRITABLE[:2]:
        words += ["--size", str(size)] if _knows("--size") else []  # the keeper counts as well
        words += ["--perms", "1777", "--tmpfs", place]
    for folder in _parents([target for _, target in pairs]):
        words += ["--dir", str(folder)]  # else nobody but root may pass through
    for source, target in pairs:
        words += ["--ro-bind", str(source), str(target)]
    for link in ("bin", "sbin", "lib", "lib32", "lib64"):
        path = Path("/", link)
        if path.is_symlink():
            words += ["--symlink", str(path.readlink()), str(path)]
        elif path.is_dir():
            words += ["--ro-bind", str(path), str(path)]
    words += ["--remount-ro", WRITABLE[0]] if busy else []
    words += ["--remount-ro", "/dev", "--remount-ro", "/", "--chdir", WORK, *unsafe]
    return [*words, "--"]


def is_root() -> bool:
    """Tell whether we may make namespaces as root; in a container root often may not."""
    whole = ["0", "0", "4294967295"]  # else there is nobody else here to become
    if os.geteuid() != 0 or Path("/proc/self/uid_map").read_text("ascii").split() != whole:
        return False
    status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    powers = re.search(r"^CapEff:\s*([0-9a-f]+)", status, re.M)
    return bool(powers and int(powers[1], 16) >> 21 & 1)  # CAP_SYS_ADMIN


@cache
def _knows(option: str) -> bool:
    """Tell whether the installed bubblewrap has an option; Ubuntu 22.04's is older than some."""
    run = subprocess.run([PROGRAM, "--help"], capture_output=True, text=True, check=False)
    return option in run.stdout + run.stderr


def environment() -> dict[str, str]:
    """Return every variable that a submission sees; none is the worker's own."""
    threads = ("OMP", "MKL", "OPENBLAS", "NUMEXPR")
    return {
        "HOME": WORK,
        "TMPDIR": WRITABLE[0],
        "USER": "student",
        "LOGNAME": "student",
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "PATH": f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin",
        "PYTHONPATH": COURSE,
        "PYTHONHASHSEED": "0",
        "PYTHONNOUSERSITE": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUNBUFFERED": "1",
        "MPLBACKEND": "agg",
        "MPLCONFIGDIR": f"{WORK}/.matplotlib",
        "IPYTHONDIR": f"{WORK}/.ipython",
        "SCIKIT_LEARN_DATA": DATA,
        "MALLOC_ARENA_MAX": "2",
        **{f"{name}_NUM_THREADS": "1" for name in threads},
    }


def shown(readable: Iterable[Path] = ()) -> Iterator[tuple[Path, Path]]:
    """Yield (what, where) of everything on this machine's disk that a submission can read."""
    seen: set[Path] = set()
    pairs = [
        *_parts(Path("/usr"), _SYSTEM),
        *_parts(Path("/etc"), _ETC),
        *_python(),
        *_course(Path(__file__).parents[2]),
        *((path, path) for path in readable),
    ]
    data = Path(os.environ.get("SCIKIT_LEARN_DATA", "~/scikit_learn_data")).expanduser()
    if data.is_dir():
        pairs.append((data.resolve(), Path(DATA)))
    for source, target in pairs:
        if target not in seen:
            seen.add(target)
            yield source, target


def _parents(targets: Sequence[Path]) -> list[Path]:
    """Return the folders on the way to what is shown, outermost first."""
    found = {parent for target in targets for parent in target.parents}
    return sorted(p for p in found if not any(p.is_relative_to(target) for target in targets))[1:]


def _parts(folder: Path, names: Iterable[str]) -> Iterator[tuple[Path, Path]]:
    """Yield what of a folder exists, not the folder: an environment may be a whole checkout."""
    for name in names:
        if (folder / name).exists():
            yield folder / name, folder / name


def _python() -> Iterator[tuple[Path, Path]]:
    usr = Path("/usr")
    roots = [Path(sys.prefix), Path(sys.base_prefix), Path(sys.executable).resolve().parents[1]]
    for root in (*roots, *(root.resolve() for root in roots)):
        if root not in (usr, usr / "local", Path("/")):
            yield from _parts(root, _ENVIRONMENT)
    for entry in map(Path, sys.path):
        packages = entry.name in ("site-packages", "dist-packages") and entry.is_dir()
        if packages and not any(entry.is_relative_to(root) for root in (usr, *roots)):
            yield entry, entry


def _course(package: Path) -> Iterator[tuple[Path, Path]]:
    there = Path(COURSE, package.name)
    for path in sorted(package.iterdir()):
        if path.name not in _OUTSIDE:
            yield path, there / path.name
    for folder, modules in _INSIDE.items():
        for name in modules:
            path = Path("grading", folder, f"{name}.py")
            yield package / path, there / path


def arguments(control: int, task: str) -> list[str]:
    """Return the program that runs inside, given the descriptor it finds its worker at."""
    module = "course_lib.grading.isolation.zygote"
    return [sys.executable, "-P", "-m", module, str(control), task]


def outer_environment() -> Mapping[str, str]:
    """Return what bubblewrap itself is started with."""
    return {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
