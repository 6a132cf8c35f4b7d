"""A submission's process: started, asked, ended, started anew, and charged for its time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from course_lib.grading.boundary.session import Guests, Interrupted, Session
from course_lib.grading.scoring.results import Budgets

_RESTARTS = 30


class Students:
    """What a student's cells define, whatever it takes to keep a process that has it.

    Attributes:
        restarts: how often the process was started anew.
        stopped: why a cell does not run again, by its id.
    """

    def __init__(
        self,
        guests: Guests,
        budgets: Budgets,
        modules: Sequence[str] = (),
        stopped: Mapping[str, Interrupted] | None = None,
    ) -> None:
        """Prepare; nothing is started yet.

        Args:
            guests: where a process comes from.
            budgets: of time.
            modules: what a process imports before it is charged for anything.
            stopped: cells that are known to end a process.
        """
        self.guests, self.budgets = guests, budgets
        self.restarts = 0
        self.stopped = dict(stopped or {})
        self._modules = tuple(modules)
        self._session: Session | None = None
        self._spent = 0.0
        self._history: list[tuple[str, str]] = []

    @property
    def left(self) -> float:
        """Seconds that are left for the whole submission."""
        return self.budgets.submission - self._spent

    @property
    def asked(self) -> int:
        """Requests to the present process."""
        return self._session.asked if self._session else 0

    def close(self) -> None:
        """End the process."""
        if self._session:
            self._session.close()

    @contextmanager
    def granted(self, session: Session, seconds: float) -> Iterator[None]:
        """Let the process take so many seconds, and charge what it took."""
        session.left = granted = max(0.0, min(seconds, self.left))
        try:
            yield
        finally:
            self._spent += granted - max(0.0, session.left)

    def live(self) -> Session:
        """Return a session in which all cells so far have run, but those that ended a process.

        Raises:
            Interrupted: it cannot be started, or dies whenever it is.
        """
        session = self._session
        while session is None or session.interrupted:
            if session is not None:
                session.close()
                self.restarts += 1
            if self.restarts > _RESTARTS:
                raise Interrupted("died", "it took Python down again and again")
            self._session = session = self._open()
            self._replay(session)
        return session

    def run(self, cell: str, code: str) -> Any:
        """Run a cell, now and whenever the process is started anew; return its result.

        Raises:
            Interrupted: the process had to be ended; the cell does not run again.
        """
        if cell in self.stopped:
            raise self.stopped[cell]
        try:
            session = self.live()
            with self.granted(session, self.budgets.cell):
                found = session.demand("run", code)
        except Interrupted as end:
            self.stopped[cell] = end
            raise
        self._history.append((cell, code))
        return found

    def find(self, name: str) -> Any:
        """Return what the process has under a name.

        Raises:
            KeyError: it has none.
        """
        if self._session is None:
            raise KeyError(name)
        try:
            return self._session.ask("get", name)
        except NameError:
            raise KeyError(name) from None

    def anew(self) -> Students:
        """Return the same for another pass, in what time is left and without what never ends."""
        budgets = replace(self.budgets, submission=self.left)
        return Students(self.guests, budgets, self._modules, self.stopped)

    def _open(self) -> Session:
        session = Session(self.guests.open())
        session.left = self.budgets.start
        session.demand("load", self._modules)  # its start is not charged
        return session

    def _replay(self, session: Session) -> None:
        for cell, code in list(self._history):
            try:
                with self.granted(session, self.budgets.cell):
                    session.demand("run", code)
            except Interrupted as end:
                self._history.remove((cell, code))
                self.stopped[cell] = end
                return
