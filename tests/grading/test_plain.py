"""Guests without isolation, also where there is nothing of POSIX, as `course check` needs them."""

from __future__ import annotations

import array
import os
import socket
import subprocess
import sys
import threading
from types import SimpleNamespace

import pytest

from course_lib.grading.boundary.session import Session
from course_lib.grading.isolation import plain

# What Windows does: a copy of a socket, made for a process and told to it in bytes.
FROMSHARE = """
import array, socket
def fromshare(data):
    with socket.socket(socket.AF_UNIX) as link:
        link.connect(data.decode())
        _, ancillary, _, _ = link.recvmsg(1, socket.CMSG_SPACE(4))
    return socket.socket(fileno=array.array("i", ancillary[0][2])[0])
socket.fromshare = fromshare
"""


@pytest.fixture
def windows(monkeypatch, tmp_path):
    """Take from plain.py what Windows has not, and give it what it has."""
    place = str(tmp_path / "link")

    def hand_over(link, sock):
        with link, sock:
            connection, _ = link.accept()
            rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [sock.fileno()]))]
            with connection:
                connection.sendmsg([b"s"], rights)

    class Socket(socket.socket):
        def share(self, pid):
            assert pid > 0
            link = socket.socket(socket.AF_UNIX)
            link.bind(place)
            link.listen()
            threading.Thread(target=hand_over, args=(link, self.dup())).start()
            return place.encode()

    def socketpair():
        one, other = socket.socketpair()
        return one, Socket(fileno=other.detach())

    def popen(*words, **how):
        assert not {"pass_fds", "start_new_session", "preexec_fn"} & how.keys()
        return subprocess.Popen(*words, **how)

    (tmp_path / "sitecustomize.py").write_text(FROMSHARE)
    gone = SimpleNamespace(platform="win32", executable=sys.executable)
    monkeypatch.setattr(plain, "sys", gone)
    monkeypatch.setattr(plain, "socket", SimpleNamespace(socketpair=socketpair))
    few = SimpleNamespace(Popen=popen, PIPE=subprocess.PIPE, DEVNULL=subprocess.DEVNULL)
    few.TimeoutExpired = subprocess.TimeoutExpired
    monkeypatch.setattr(plain, "subprocess", few)
    monkeypatch.setattr(plain, "signal", None)
    monkeypatch.delattr(os, "killpg")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))


def greets(guest: plain.PlainGuest) -> None:
    """See that it serves, and is gone afterwards."""
    session = Session(guest)
    session.left = 60.0
    session.demand("run", "answer = 6 * 7")
    assert session.ask("get", "answer") == 42
    assert guest.died() is None
    session.close()
    assert guest.died() is not None


def test_a_guest_serves_and_is_gone():
    greets(plain.PlainGuests().open())


def test_a_guest_serves_where_there_is_nothing_of_posix(windows):
    greets(plain.PlainGuests().open())
