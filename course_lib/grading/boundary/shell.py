"""IPython without a kernel: runs cells, and keeps what they show up to a limit."""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

MAX_TEXT = 200_000
"""Characters kept of what a cell shows, images included."""
MAX_OUTPUTS = 1_000
_DROPPED = "\n[more output was dropped]\n"

Output = dict[str, Any]


class Outputs:
    """What a cell has shown so far; beyond the limit everything is dropped as it comes."""

    def __init__(self) -> None:
        self.start(0)

    def start(self, limit: int = MAX_TEXT) -> None:
        """Begin anew with room for so many characters; 0 keeps nothing."""
        self.found: list[Output] = []
        self._left = self._limit = limit

    def take(self) -> list[Output]:
        """Return what was shown, and keep nothing from now on."""
        found = self.found
        self.start(0)
        for output in found:
            if "parts" in output:
                output["text"] = "".join(output.pop("parts"))
        return found

    def write(self, name: str, text: str) -> None:
        """Keep text of a stream."""
        last = self.found[-1] if self.found else {}
        if not (kept := self._room(text)):
            return
        if last.get("name") == name and "parts" in last:
            last["parts"].append(kept)
        else:
            self.found.append({"output_type": "stream", "name": name, "parts": [kept]})

    def show(self, kind: str, data: dict[str, Any]) -> None:
        """Keep a display, whole or not at all."""
        data = {
            str(key): value if isinstance(value, str) else str(value) for key, value in data.items()
        }
        size = sum(map(len, data.values()))
        if size > self._left or len(self.found) >= MAX_OUTPUTS:
            self._full()
            return
        self._left -= size + 1
        self.found.append({"output_type": kind, "data": data, "metadata": {}})

    def _room(self, text: str) -> str:
        if len(text) <= self._left and len(self.found) < MAX_OUTPUTS:
            self._left -= len(text)
            return text
        kept = text[: max(0, self._left)]
        if self._left > 0 and len(self.found) < MAX_OUTPUTS:
            self._left = 0
            return kept + _DROPPED
        self._full()
        return ""

    def _full(self) -> None:
        if self._limit > 0 and self._left > 0:
            self.found.append({"output_type": "stream", "name": "stdout", "text": _DROPPED})
        self._left = 0


class Stream(io.TextIOBase):
    """A standard stream of the student's: what is written to it becomes an output."""

    encoding = "utf-8"
    errors = "replace"

    def __init__(self, name: str, outputs: Outputs, descriptor: int) -> None:
        self.name, self._outputs, self._descriptor = name, outputs, descriptor

    def write(self, text: str) -> int:
        """Take text."""
        if not isinstance(text, str):
            raise TypeError(f"write() takes text, not {type(text).__name__}")
        self._outputs.write(self.name.strip("<>"), text)
        return len(text)

    def writable(self) -> bool:
        """Say yes."""
        return True

    def fileno(self) -> int:
        """Return the process's own stream, for what writes to it directly."""
        return self._descriptor


class Shell:
    """An IPython shell of its own in this process; there can be one."""

    def __init__(self) -> None:
        config = Config()
        config.HistoryManager.enabled = False
        config.InteractiveShell.colors = "nocolor"
        config.InteractiveShell.xmode = "Plain"
        config.InteractiveShell.banner1 = ""
        self.outputs = outputs = Outputs()
        self.silent = False
        shell = self

        class Hook(DisplayHook):
            """Keeps the value of a cell's last line."""

            def __call__(self, result: Any = None) -> None:
                if result is None:
                    return
                shell.ip.user_ns["_"] = result
                if shell.silent:
                    return
                data, _ = shell.ip.display_formatter.format(result)
                outputs.show("execute_result", data)

        class Publisher(DisplayPublisher):
            """Keeps what ``display`` is given."""

            def publish(self, data: Any, *_: Any, **__: Any) -> None:
                outputs.show("display_data", dict(data))

            def clear_output(self, wait: bool = False) -> None:
                """Keep what there is."""

        class Quiet(InteractiveShell):
            """Shows nothing by itself."""

            displayhook_class = Hook
            display_pub_class = Publisher

            def enable_gui(self, gui: Any = None) -> None:
                """Have no windows."""

            def _showtraceback(self, etype: Any, evalue: Any, stb: Any) -> None:
                """Leave it to whoever runs the cell."""

            def init_sys_modules(self) -> None:
                """Make the student's names those of ``__main__``, as in a kernel."""
                self._main_mod_cache = {}
                sys.modules["__main__"] = self.user_module

        Quiet.clear_instance()
        self.ip: Any = Quiet.instance(config=config)
        for name in ("quit", "exit"):
            self.ip.user_ns[name] = _leave(name)  # IPython's own ends nothing without a kernel

    @contextmanager
    def streams(self) -> Iterator[None]:
        """Have standard streams that lead to the outputs."""
        held = sys.stdout, sys.stderr
        sys.stdout = Stream("<stdout>", self.outputs, 1)
        sys.stderr = Stream("<stderr>", self.outputs, 2)
        try:
            yield
        finally:
            sys.stdout, sys.stderr = held

    def run(self, source: str) -> dict[str, Any]:
        """Run a cell.

        Returns:
            ``outputs``; ``error``, None or its class's name, its message and a traceback;
            ``seconds``.
        """
        began = time.perf_counter()
        self.outputs.start()
        self.silent = source.rstrip().endswith(";")
        with self.streams():
            result = self.ip.run_cell(source, store_history=False)
        error = result.error_before_exec or result.error_in_exec
        found: dict[str, Any] = {"seconds": time.perf_counter() - began, "error": None}
        if error is not None:
            name, text = type(error).__name__, said(error)
            found["error"] = [name, text, self._traceback(error)]
        del result, error
        return found | {"outputs": self.outputs.take()}

    def _traceback(self, error: BaseException) -> str:
        try:
            if isinstance(error, SyntaxError):
                parts = self.ip.SyntaxTB.structured_traceback(type(error), error, None)
            else:
                parts = self.ip.InteractiveTB.structured_traceback(
                    type(error), error, error.__traceback__, tb_offset=1
                )
            return "\n".join(parts)[-20_000:]
        except BaseException:
            return ""  # an exception whose own methods fail


def said(error: BaseException, most: int = 10_000) -> str:
    """Return what an exception says, whatever its own methods do."""
    try:
        if isinstance(error, SyntaxError) and error.lineno:
            return f"{error.msg} (line {error.lineno})"[:most]  # of a cell: its file has no name
        return str(error)[:most]
    except BaseException:
        return ""


def _leave(name: str) -> Callable[..., None]:
    def leave(_code: Any = None) -> None:
        raise SystemExit(f"{name}() was called")

    return leave
