"""One confined process per submission, ready in some hundredths of a second.

    with Sandbox(Limits(memory=1 << 30)) as sandbox:
        guest = sandbox.open()
        guest.socket           # to what serves in there
        guest.died()           # None, "memory", "cpu", "killed" or "exit 3"
        guest.kill()

bubblewrap makes the walls; inside stands one warm process, the zygote, of which each guest is a
fork in namespaces of its own.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any, Self

from course_lib.grading.isolation import bubblewrap
from course_lib.grading.isolation.confine import Limits
from course_lib.grading.isolation.cures import INSTALL, cure
from course_lib.grading.isolation.leash import Guest, message_of, ready
from course_lib.project import ProjectError

__all__ = ["Guest", "Limits", "Sandbox", "SandboxError"]

SERVE = "course_lib.grading.boundary.guest:serve"
BASIC = ("numpy", "IPython.core.interactiveshell")
"""What a fresh process imports before its submission: what it needs itself, and to draw numbers."""
MODULES = (
    *BASIC,
    *("torch", "torch.utils.data", "torch._dynamo"),  # the first optimizer imports the last
    *("sklearn.datasets", "sklearn.ensemble", "sklearn.feature_selection", "sklearn.metrics"),
    *("sklearn.linear_model", "sklearn.model_selection", "sklearn.neighbors", "sklearn.pipeline"),
    *("sklearn.neural_network", "sklearn.preprocessing", "scipy.optimize", "scipy.stats"),
    *("matplotlib.pyplot", "matplotlib_inline.backend_inline", "tqdm.auto"),
    *(f"course_lib.{name}" for name in ("autograd", "checks", "claims", "data", "figures")),
    *(f"course_lib.{name}" for name in ("models", "parity", "training")),
)
"""What a warm process imports, once; what is not installed is left out."""

_START = 120.0  # seconds for the imports, on a slow disk
_OPEN = 10.0  # seconds for a fork


class SandboxError(ProjectError):
    """No submission can be run in isolation here; the message says what cures it."""


class _Zygote:
    """One bubblewrap with one Python in it."""

    def __init__(self, task: dict[str, Any], words: Sequence[str], user: int) -> None:
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 -- closed in stop()
        self.ready: dict[str, Any] = {}
        text = json.dumps({**task, "uid": user})
        with theirs:
            self._process = subprocess.Popen(
                [*words, *bubblewrap.arguments(theirs.fileno(), text)],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._said,
                env=bubblewrap.outer_environment(),
            )

    def wait(self) -> None:
        """Wait until it is ready.

        Raises:
            SandboxError: it does not start; the message is bubblewrap's own or Python's.
        """
        if self.ready:
            return
        if ready(self._control, _START):
            self.ready = message_of(self._control)
        if "base" not in self.ready:
            self._end()
            said = self.ready.get("error") or self._last_words()
            self._said.close()
            raise SandboxError(f"no sandbox here ({said}): {cure(said)}")

    def request(self, last: bool) -> Guest:
        """Ask for a guest; OSError or SandboxError where the process is no longer sound."""
        with ExitStack() as mine, ExitStack() as theirs:
            ours, guest = map(mine.enter_context, socket.socketpair())
            leash, keeper = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            mine.enter_context(leash)
            theirs.enter_context(guest)
            theirs.enter_context(keeper)
            word = b"last" if last else b"open"
            socket.send_fds(self._control, [word], [guest.fileno(), keeper.fileno()])
            theirs.close()
            leash.settimeout(_OPEN)
            data, descriptors, _, _ = socket.recv_fds(leash, 4096, 1)
            if len(descriptors) != 1:
                said = json.loads(data).get("error") if data else "it ended"
                raise SandboxError(f"the sandbox could not confine a process: {said}")
            leash.settimeout(None)
            mine.pop_all()
            return Guest(ours, leash, descriptors[0])

    def stop(self) -> None:
        """End it and every guest of it."""
        self._end()
        self._said.close()

    def _end(self) -> None:
        self._control.close()
        with suppress(ProcessLookupError):
            self._process.kill()
        self._process.wait()

    def _last_words(self) -> str:
        self._said.seek(0)
        lines = self._said.read().decode("utf-8", "replace").strip().splitlines()
        return lines[-1] if lines else "it ended without a word"


class Sandbox:
    """Opens guests, one at a time; a worker has one of its own.

    Close guests before you open the next: what they use adds up. Open it in the thread that lasts
    longest, for bubblewrap ends with the thread that started it.
    """

    def __init__(
        self,
        limits: Limits | None = None,
        *,
        warm: bool = True,
        entry: str = SERVE,
        modules: Sequence[str] = MODULES,
        readable: Sequence[Path] = (),
        unsafe: Sequence[str] = (),
    ) -> None:
        """Prepare; nothing is started yet.

        Args:
            limits: what each guest may use.
            warm: fork guests of one process; False starts each from nothing.
            entry: "module:function" that serves a guest's socket.
            modules: what the warm process imports.
            readable: further files and folders that guests see, at the same place.
            unsafe: further words for bubblewrap, for tests.
        """
        self.limits = limits or Limits()
        self.warm = warm
        self._task = {"limits": asdict(self.limits), "entry": entry}
        self._modules = tuple(modules)
        self._readable, self._unsafe = tuple(readable), tuple(unsafe)
        self._zygote: _Zygote | None = None
        self._opened: list[Guest] = []
        self._lock = threading.Lock()

    @property
    def isolation(self) -> str:
        """What a record says; settled by the first guest."""
        return f"bubblewrap, {'warm' if self.warm else 'fresh'}"

    def __enter__(self) -> Self:
        """Begin the imports, so that the first guest waits less."""
        if self.warm:
            with self._lock:
                self._zygote = self._start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End everything."""
        with self._lock:
            if self._zygote:
                self._zygote.stop()
            self._zygote = None

    def open(self) -> Guest:
        """Return a new guest, confined and about to serve.

        Raises:
            SandboxError: this machine can't isolate it.
        """
        with self._lock:
            guest = (self._warm() or self._warm() if self.warm else None) or self._fresh()
            self._opened.append(guest)
            return guest

    def lost(self) -> bool:
        """Tell whether this machine lost a guest since this was last asked."""
        opened, self._opened = self._opened, []
        return any(guest.lost for guest in opened)

    def _warm(self) -> Guest | None:
        """Return a fork of the warm process; None where it proved unsound or unfit."""
        self._zygote = self._zygote or self._start()
        self._zygote.wait()
        if self._zygote.ready["refused"] or self._zygote.ready["threads"] != 1:
            self.warm = False
        else:
            with suppress(OSError, ValueError, SandboxError):
                return self._zygote.request(last=False)
        self._zygote.stop()
        self._zygote = None
        return None

    def _fresh(self) -> Guest:
        zygote = self._start()
        try:
            zygote.wait()
            guest = zygote.request(last=bool(zygote.ready["refused"]))
        except (OSError, ValueError) as error:
            zygote.stop()
            raise SandboxError(f"the sandbox ended at its first guest: {error}") from None
        guest.along(zygote.stop)
        return guest

    def _start(self) -> _Zygote:
        require()
        words = bubblewrap.command(
            root=bubblewrap.is_root(),
            size=self.limits.disk,
            readable=self._readable,
            unsafe=self._unsafe,
        )
        modules = self._modules if self.warm else BASIC
        # Root becomes a user of whom no other process is, so that limits per user hold.
        return _Zygote({**self._task, "modules": modules}, words, 0x70000000 + os.getpid())


def require() -> None:
    """Demand Linux and bubblewrap.

    Raises:
        SandboxError: with the cure.
    """
    if sys.platform != "linux":
        raise SandboxError(
            "submissions are isolated on Linux only: grade there, or in a virtual machine; "
            "`--isolation none` runs them with your rights"
        )
    if not shutil.which(bubblewrap.PROGRAM):
        raise SandboxError(f"bubblewrap is missing: {INSTALL}")
