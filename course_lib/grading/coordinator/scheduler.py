"""The Dask scheduler, as far as grading needs it: who is there, and a question to one of them."""

from __future__ import annotations

import json
import operator
import pkgutil
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from course_lib.project import ProjectError

Then = Callable[[str, str], None]
"""Told what a question came to: done or lost, and a text; gone, and why, without an answer."""
# It is named and looked up over there: a Dask worker ends at a function that it cannot unpickle.
_ANSWER = "course_lib.grading.coordinator.member:answer"
_CONNECT = 15.0  # seconds for the scheduler to answer
_FETCH = 60.0  # seconds for an answer to arrive
_ADVICE = (
    "tcp:// is neither encrypted nor signed: whoever can reach that network can read submissions "
    "and hidden checks and run code on those machines; use tls://"
)


class ClusterError(ProjectError):
    """No machine grades for us; the message says what cures it."""


class Scheduler:
    """A connection to one."""

    def __init__(self, address: str) -> None:
        """Connect; for tls:// with the certificates that Dask's configuration names.

        Raises:
            ClusterError: there is none, it does not let us in, Dask is not installed, or this
                machine cannot run one more thread.
        """
        self.address = address
        try:
            self._client = _connected(address)
        except ImportError:
            raise ClusterError(
                "Dask is not installed here: pip install 'distributed>=2026.8'"
            ) from None
        except (OSError, ValueError, TypeError) as error:
            raise ClusterError(
                f"no Dask scheduler answers at {address} ({words(error)}): "
                "start one with `dask scheduler`"
            ) from None
        except AssertionError:
            raise ClusterError(
                "this machine is too busy to start Dask: end something, then run again"
            ) from None

    @property
    def advice(self) -> str:
        """What to tell whoever uses this address; may be empty."""
        host = urlsplit(self.address).hostname or ""
        here = host in ("localhost", "::1") or host.startswith("127.")
        return "" if here or not self.address.startswith("tcp:") else _ADVICE

    def there(self) -> dict[str, dict[str, Any]]:
        """Return by address the workers that are there: name, nthreads, status.

        Raises:
            ClusterError: the scheduler is gone.
        """
        try:
            # Not Client.scheduler_info: its cache has now and then been emptied before it returns.
            identity, how = self._client.scheduler.identity, {"callback_timeout": _FETCH}
            return dict(self._client.sync(identity, n_workers=-1, **how)["workers"])
        except OSError as error:
            raise ClusterError(
                f"the scheduler {self.address} is gone ({words(error)}): start it, then run again; "
                "what was graded is kept"
            ) from None

    def ask(self, address: str, verb: str, text: str, then: Then) -> object:
        """Ask a worker, and no other; ``then`` is called in another thread.

        Returns:
            what :meth:`drop` takes.
        """
        import dask

        request = json.dumps([verb, text]).encode()
        there = {"workers": [address], "pure": False}
        with dask.config.set({"distributed.admin.large-graph-warning-threshold": "1GiB"}):
            function = self._client.submit(pkgutil.resolve_name, _ANSWER, **there)
            sent = self._client.submit(operator.call, function, request, **there)
        sent.add_done_callback(lambda done: then(*_read(done)))
        return sent

    def drop(self, sent: Iterable[object]) -> None:
        """Have nothing more come of questions."""
        with suppress(Exception):  # the scheduler may be gone as well
            self._client.cancel(list(sent), force=True)

    def close(self) -> None:
        """Hang up."""
        self._client.close()


def _connected(address: str) -> Any:
    """Return a client of a scheduler; an ImportError says that Dask is not installed."""
    from distributed import Client

    how: dict[str, Any] = {"name": "course-grade", "set_as_default": False, "timeout": _CONNECT}
    try:
        return Client(address, **how)
    except AssertionError:  # Dask's own thread was not up in ten seconds: the machine is busy
        return Client(address, **how)


def _read(sent: Any) -> tuple[str, str]:
    from distributed import CancelledError

    try:
        kind, text = json.loads(sent.result(timeout=_FETCH))
    except (Exception, CancelledError) as error:
        return "gone", words(error)
    return kind, text


def words(error: BaseException) -> str:
    """Return what an error says, in one line."""
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text[:200]}" if text else type(error).__name__
