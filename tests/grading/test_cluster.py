"""Grading on other machines: who is given what, who is refused, and what a lost machine costs."""

from __future__ import annotations

import json
import threading
import time
from concurrent.futures import Future

import pytest
from dask_cluster import wait_until

from course_lib.grading.coordinator import cluster as cluster_module
from course_lib.grading.coordinator.cluster import Cluster
from course_lib.grading.coordinator.process import WorkerLostError
from course_lib.grading.coordinator.scheduler import ClusterError, Scheduler
from course_lib.grading.scoring.bundle import grader, versions
from course_lib.grading.scoring.member import fault, grade_alike
from course_lib.grading.scoring.worker import grade_task

SAME = {"grader": grader(), "versions": versions(), "problem": ""}


class Machines:
    """A scheduler whose machines the test plays; each has two slots."""

    address = "tcp://here:1"

    def __init__(self, **introductions: dict) -> None:
        self.introductions = introductions
        self.status = dict.fromkeys(introductions, "running")
        self.asked: list[tuple[str, str, object]] = []
        self.dropped: list[object] = []
        self.gone, self.closed = False, False

    def there(self) -> dict[str, dict]:
        if self.gone:
            raise ClusterError("the scheduler is gone")
        return {
            address: {"name": address, "nthreads": 2, "status": self.status[address]}
            for address in list(self.introductions)
        }

    def ask(self, address, verb, text, then):
        if verb == "introduce":
            then("done", json.dumps(self.introductions[address]))
            return None
        expected, task = json.loads(text)
        assert expected == grader()
        self.asked.append((address, task, then))
        return task

    def drop(self, sent) -> None:
        self.dropped += sent

    def close(self) -> None:
        self.closed = True

    def join(self, address: str) -> None:
        self.status[address] = "running"
        self.introductions[address] = SAME

    def leave(self, address: str) -> None:
        del self.introductions[address]

    def given(self, number: int) -> list[tuple[str, str]]:
        """Wait until so many were sent out; return (machine, submission) of each."""
        wait_until(lambda: len(self.asked) >= number)
        time.sleep(0.05)  # nor more than those
        assert len(self.asked) == number
        return [(address, task) for address, task, _ in self.asked]

    def answer(self, number: int, kind: str = "done", changed: str = "") -> None:
        address, task, then = self.asked[number]
        then(kind, json.dumps([f"{task} by {address}", changed]) if kind == "done" else kind)


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(cluster_module, "_LOOK", 0.02)


@pytest.fixture
def said() -> list[str]:
    return []


def started(machines: Machines, said: list[str], **how) -> Cluster:
    return Cluster(machines, "none", said.append, **how)


def submit(cluster: Cluster, number: int) -> list[Future]:
    return [cluster.submit(grade_task, f"s{index}") for index in range(number)]


def test_each_is_sent_as_many_as_it_grades_and_one_to_have_ready(said):
    machines = Machines(a=SAME, b=SAME)
    with started(machines, said) as cluster:
        wait_until(lambda: cluster.slots == 4)
        futures = submit(cluster, 9)
        given = [address for address, _ in machines.given(6)]
        assert sorted(given[:2]) == ["a", "b"], "whoever has less to do is next"
        assert sorted(given) == ["a"] * 3 + ["b"] * 3
        for number in range(6):
            machines.answer(number)
        machines.given(9)
        for number in range(6, 9):
            machines.answer(number)
        assert sorted(future.result(5)[:2] for future in futures) == [f"s{n}" for n in range(9)]
    assert machines.closed
    assert said == []


def test_what_a_lost_machine_had_is_graded_elsewhere(said):
    machines = Machines(a=SAME)
    with started(machines, said) as cluster:
        futures = submit(cluster, 4)
        machines.given(3)
        machines.join("b")
        machines.leave("a")
        assert machines.given(6)[3:] == [("b", "s2"), ("b", "s1"), ("b", "s0")]
        assert sorted(machines.dropped) == ["s0", "s1", "s2"]
        machines.answer(0)  # it comes all the same, and late
        for number in range(3, 6):
            machines.answer(number)
        machines.given(7)
        machines.answer(6)
        assert [future.result(5) for future in futures] == [f"s{n} by b" for n in range(4)]
    assert said == ["a was lost: 3 submissions it had are graded elsewhere"]


def test_a_submission_that_costs_three_machines_is_the_suspect(said):
    machines = Machines(a=SAME)
    with started(machines, said) as cluster:
        (future,) = submit(cluster, 1)
        machines.given(1)
        machines.answer(0, "gone")
        machines.given(2)
        machines.leave("a")
        machines.join("b")
        machines.given(3)
        machines.answer(2, "gone")
        with pytest.raises(WorkerLostError, match=r"3 machines were lost .*, the last: b: gone"):
            future.result(5)


def test_a_process_that_died_twice_over_there_asks_a_person(said):
    machines = Machines(a=SAME)
    with started(machines, said) as cluster:
        (future,) = submit(cluster, 1)
        machines.given(1)
        machines.answer(0, "lost")
        with pytest.raises(WorkerLostError, match="lost"):
            future.result(5)


def test_another_grader_is_named_and_given_nothing(said):
    old = SAME | {"versions": versions() | {"torch": "1.0"}}
    machines = Machines(
        old=old, edited=SAME | {"grader": "x"}, bare=SAME | {"problem": "no walls"}, good=SAME
    )
    with started(machines, said) as cluster:
        wait_until(lambda: len(said) == 3)
        futures = submit(cluster, 3)
        assert {address for address, _ in machines.given(3)} == {"good"}
        for number in range(3):
            machines.answer(number)
        assert all(future.result(5) for future in futures)
    torch = versions()["torch"]
    assert sorted(said) == [
        "bare is not used: no walls",
        "edited is not used: its course_lib is not the one here: "
        "install the same there and start it again",
        f"old is not used: it has torch 1.0, here {torch}: install the same there and start "
        "it again",
    ]
    del machines.introductions["good"]
    with pytest.raises(ClusterError, match="none of the machines of tcp://here:1 can grade"):
        started(machines, said)


def test_what_is_not_installed_is_said():
    without = {name: version for name, version in versions().items() if name != "scipy"}
    assert fault(SAME) == ""
    assert fault(SAME | {"versions": without}).startswith("it has scipy missing, here 1.")


def test_a_grader_that_was_changed_while_it_ran_gets_no_more(said):
    text, changed = json.loads(grade_alike(json.dumps(["another", "not looked at"])))
    assert (text, changed) == ("", "its course_lib was changed while it ran: start it again")
    machines = Machines(a=SAME)
    with started(machines, said) as cluster:
        futures = submit(cluster, 2)
        machines.given(2)
        machines.answer(0, changed=changed)
        machines.join("b")
        assert machines.given(3)[2] == ("b", "s0")
        machines.answer(1)
        machines.answer(2)
        assert [future.result(5) for future in futures] == ["s0 by b", "s1 by a"]
    assert said == [f"a is used no longer: {changed}"]


def test_machines_that_come_late_or_pause(said):
    machines = Machines(a=SAME)
    machines.status["a"] = "paused"
    with started(machines, said) as cluster:
        (future,) = submit(cluster, 1)
        machines.given(0)
        machines.join("b")
        assert machines.given(1) == [("b", "s0")]
        machines.answer(0)
        assert future.result(5) == "s0 by b"


def test_a_run_ends_when_nobody_grades_any_more(said):
    machines = Machines(a=SAME)
    cluster = started(machines, said, patience=0.2)
    futures = submit(cluster, 5)
    machines.given(3)
    machines.leave("a")
    for future in futures:
        with pytest.raises(ClusterError, match="no machine that can grade was at tcp://here:1"):
            future.result(5)
    with pytest.raises(ClusterError, match="what was graded is kept"):
        submit(cluster, 1)
    cluster.shutdown()
    with pytest.raises(ClusterError, match="for 0 s no machine"):
        started(Machines(), said, patience=0.1)


def test_a_run_ends_with_its_scheduler_and_when_it_is_stopped(said):
    machines = Machines(a=SAME)
    cluster = started(machines, said)
    (future,) = submit(cluster, 1)
    machines.given(1)
    machines.gone = True
    with pytest.raises(ClusterError, match="the scheduler is gone"):
        future.result(5)
    cluster.shutdown()
    machines = Machines(a=SAME)
    cluster = started(machines, said)
    futures = submit(cluster, 5)
    machines.given(3)
    stop = threading.Thread(target=cluster.__exit__, args=(KeyboardInterrupt,), daemon=True)
    stop.start()
    stop.join(5)
    assert not stop.is_alive(), "it waits for what nobody wants any more"
    assert sorted(machines.dropped) == ["s0", "s1", "s2"]
    assert machines.closed
    for future in futures:
        with pytest.raises(ClusterError, match="stopped"):
            future.result(5)


def test_it_takes_submissions_only(said):
    with (
        started(Machines(a=SAME), said) as cluster,
        pytest.raises(TypeError, match="a cluster takes grade_task"),
    ):
        cluster.submit(print, "text")


def test_no_scheduler(capsys, monkeypatch, tmp_path):
    monkeypatch.setattr("course_lib.grading.coordinator.scheduler._CONNECT", 0.5)
    with pytest.raises(ClusterError, match=r"answers at tcp://127\.0\.0\.1:9"):
        Scheduler("tcp://127.0.0.1:9")
    with pytest.raises(ClusterError, match="no Dask scheduler answers at nonsense://x"):
        Scheduler("nonsense://x")


def test_a_busy_machine_is_given_a_second_chance_to_start_dask(monkeypatch):
    import distributed

    tried = []

    def client(address, **how):
        tried.append(address)
        if len(tried) < 2 or address == "never":
            raise AssertionError  # as Dask does when its thread is not up in time
        return "client"

    monkeypatch.setattr(distributed, "Client", client)
    assert Scheduler("tcp://127.0.0.1:8786")._client == "client"
    with pytest.raises(ClusterError, match="too busy to start Dask: end something, then run again"):
        Scheduler("never")
    assert tried == ["tcp://127.0.0.1:8786"] * 2 + ["never"] * 2


def test_an_open_address_is_advised_against(monkeypatch):
    for address, advised in (
        ("tcp://10.0.0.1:8786", True),
        ("tcp://127.0.0.1:8786", False),
        ("tcp://localhost:8786", False),
        ("tls://10.0.0.1:8786", False),
    ):
        scheduler = object.__new__(Scheduler)
        scheduler.address = address
        assert bool(scheduler.advice) == advised
