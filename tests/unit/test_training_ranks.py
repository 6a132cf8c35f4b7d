"""One script in one process, and the same one in two and four under torchrun.

Each scenario is a function that trains and returns numbers. Pytest calls it here; torchrun starts
this file several times over, and each process writes down what the same function returned there.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812 - the field's name for it
from torch.utils.data import DataLoader, DistributedSampler, TensorDataset

from course_lib import data, training

pytestmark = pytest.mark.xdist_group("ranks")

INDEX, COUNT = (
    int(os.environ.get(name, alone)) for name, alone in (("RANK", 0), ("WORLD_SIZE", 1))
)
SECONDS = 60  # for a run of torchrun, on a busy machine

Found = dict[str, Any]


def network(*layers: nn.Module, dtype: torch.dtype = torch.float64) -> nn.Sequential:
    training.set_seed(INDEX)  # process 0's are the weights that count
    layers = layers or (nn.Linear(6, 8), nn.Tanh(), nn.Linear(8, 3))
    return nn.Sequential(*layers).to(dtype)


def rows(n: int, *, dtype: torch.dtype = torch.float64) -> data.Part[torch.Tensor]:
    generator = torch.Generator().manual_seed(n)
    X = torch.randn(n, 6, generator=generator).to(dtype)
    return data.Part(X, (X[:, 0] > 0).long() + (X[:, 1] > 0.5))


def split(train: int, validation: int) -> data.Split[torch.Tensor]:
    told: dict[str, Any] = dict.fromkeys((field.name for field in fields(data.Split)), "")
    return data.Split(**told | {"train": rows(train), "validation": rows(validation)})


def told(history: training.History, model: nn.Module | None = None) -> Found:
    """Return all numbers of a history but the seconds, and the model's weights."""
    curves = {name: values.tolist() for name, values in history.curves.items() if name != "seconds"}
    tensors = [*model.named_parameters(), *model.named_buffers()] if model else []
    return {
        "curves": curves,
        "stopped": history.stopped,
        "state": {name: values.double().flatten().tolist() for name, values in tensors},
    }


def in_order(output: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """Return a number that is another one if the rows change places, or output and y do."""
    places = torch.arange(len(y), dtype=output.dtype) + 1
    return (output[:, 0] * places).mean() + (output[:, 1] * y * places.sqrt()).mean()


def uneven() -> Found:
    """31 rows a batch, and 4 in the last one."""
    model = network()
    metrics = {"accuracy": training.accuracy, "in_order": in_order}
    history = training.fit(model, split(97, 50), epochs=3, batch_size=31, metrics=metrics)
    return told(history, model)


def scarce() -> Found:
    """A last batch of 1 row, and fewer validation rows than four processes."""
    model = network()
    metrics = {"in_order": in_order}
    history = training.fit(model, split(33, 3), epochs=3, batch_size=16, metrics=metrics)
    return told(history, model)


def gradients() -> Found:
    """Those of one batch, in float32 as usual, of which a process has 16 rows and another 15."""
    model = network(dtype=torch.float32)
    training.fit(model, rows(31, dtype=torch.float32), epochs=1, batch_size=31)
    return {name: w.grad.flatten().tolist() for name, w in model.named_parameters()}


def values() -> Found:
    """R² and mean squared error, one value a row."""
    model = network(nn.Linear(6, 1))
    X, _ = rows(75)
    y = (X**2).sum(1, keepdim=True)
    metrics = {"r2": training.r2}
    return told(training.fit(model, (X, y), epochs=3, learning_rate=0.1, metrics=metrics), model)


def early() -> Found:
    """Ends by the validation loss, which also sets the rate."""
    model = network()
    history = training.fit(
        model,
        split(40, 21),
        epochs=100,
        optimizer="sgd",
        learning_rate=1.0,
        schedule=partial(torch.optim.lr_scheduler.ReduceLROnPlateau, patience=1),
        early_stopping=training.EarlyStopping(patience=4),
    )
    return told(history, model)


def idle() -> Found:
    """Some weights take no part, others are frozen; more than tensors is kept as the state."""

    class Idle(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.used = network(nn.Linear(6, 4), nn.BatchNorm1d(4), nn.Linear(4, 3))
            self.unused = network(nn.Linear(2, 2))
            self.used[0].weight.requires_grad_(False)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.used(x)

        def get_extra_state(self) -> dict[str, str]:
            return {"written by": "its author"}

        def set_extra_state(self, state: dict[str, str]) -> None:
            pass

    model = Idle()
    return told(training.fit(model, split(64, 20), epochs=2), model)


def dropout() -> Found:
    """How far the outputs of two equal rows are apart, one of each process."""
    apart: list[float] = []

    def note(output: torch.Tensor, _: torch.Tensor) -> float:
        apart.append(float((output[0] - output[1]).abs().max()))
        return apart[-1]

    model = nn.Sequential(nn.Dropout(), nn.Linear(64, 3))
    part = torch.ones(2, 64), torch.zeros(2).long()
    history = training.fit(model, part, epochs=1, batch_size=2, metrics={"apart": note})
    return {"apart": history["apart"].tolist()}


class Together:
    """The batches that COUNT processes draw with a DistributedSampler each, for one process."""

    def __init__(self, dataset: TensorDataset, size: int, count: int) -> None:
        self.samplers = [
            DistributedSampler(dataset, num_replicas=count, rank=k) for k in range(count)
        ]
        self.size, self.epoch = size, 0

    def __iter__(self) -> Iterator[list[int]]:
        for sampler in self.samplers:
            sampler.set_epoch(self.epoch)
        self.epoch += 1
        mixed = [row for drawn in zip(*self.samplers, strict=True) for row in drawn]
        whole = self.size * len(self.samplers)
        yield from (mixed[start : start + whole] for start in range(0, len(mixed), whole))

    def __len__(self) -> int:
        return -(-len(self.samplers[0]) // self.size)


def loader(count: int | None = None) -> Found:
    """Three epochs of a DataLoader; here, of the batches that ``count`` processes draw."""
    model, dataset = network(), TensorDataset(*rows(42))
    if count is None:
        sampler = DistributedSampler(dataset, num_replicas=COUNT, rank=INDEX)
        batches = DataLoader(dataset, batch_size=8, sampler=sampler)
    else:
        batches = DataLoader(dataset, batch_sampler=Together(dataset, 8, count))
    metrics = {"in_order": in_order}
    return told(training.fit(model, batches, epochs=3, metrics=metrics), model)


def refused() -> Found:
    """What each process is told where they do not do the same; then all of them train again."""
    part, other = rows(20), rows(21)
    dataset = TensorDataset(*part)
    calls: dict[str, Callable[[], Any]] = {
        "model": lambda: training.fit(network(nn.Linear(6, 3 + INDEX)), part),
        "layers": lambda: training.fit(
            network(nn.Linear(6, 3), [nn.ReLU(), nn.Tanh()][INDEX]), part
        ),
        "shape": lambda: training.fit(network(), other if INDEX else part),
        "values": lambda: training.fit(network(), (part.X + INDEX, part.y)),
        "rate": lambda: training.fit(network(), part, learning_rate=0.1 / (INDEX + 1)),
        "epochs": lambda: training.fit(network(), part, epochs=1 + INDEX),
        "checkpoint": lambda: training.fit(
            network(), part, checkpoint=None if INDEX else Path(sys.argv[1], "run.pt")
        ),
        "loader": lambda: training.fit(network(), DataLoader(dataset, batch_size=5, shuffle=True)),
        "norm": lambda: training.fit(network(nn.BatchNorm1d(6), nn.Linear(6, 3)), rows(35)),
        "diverged": lambda: training.fit(network(), part, optimizer="sgd", learning_rate=1e308),
    }
    messages = {}
    for name, call in calls.items():
        try:
            call()
        except (ValueError, training.Diverged) as error:
            messages[name] = str(error)
    return messages


def alone() -> Found:
    """Only the first process measures."""
    model, part = network(), rows(11)
    training.fit(model, part, epochs=1)
    found = training.evaluate(model, part) if training.first_process() else {}
    return {"first": training.first_process(), "found": found}


def killed() -> Found:
    """Process 1 dies in the middle of the second epoch."""
    return _end_in_epoch_2(lambda: os.kill(os.getpid(), signal.SIGKILL))


def apart() -> Found:
    """Process 1 comes upon an error of its own as they meet; how that ends in each."""
    try:
        training.fit(network(), rows(20), device="nowhere" if INDEX == 1 else None)
    except (Exception, SystemExit) as error:
        return {"end": repr(error)}
    return {}


def failing() -> Found:
    """Process 1 comes upon an error of its own in the middle of the second epoch."""

    def fail() -> None:
        raise OSError("the disk of process 1 is full")

    return _end_in_epoch_2(fail)


def _end_in_epoch_2(end: Callable[[], None]) -> Found:
    steps = 0

    def loss(output: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        nonlocal steps
        steps += 1
        if INDEX == 1 and steps == 7:
            Path(sys.argv[1], "ended.json").write_text(json.dumps(time.time()))
            end()
        return F.cross_entropy(output, y)

    return told(training.fit(network(), rows(96), batch_size=24, epochs=50, loss=loss))


def torchrun(folder: Path, count: int, *names: str) -> subprocess.CompletedProcess[str]:
    """Let ``count`` processes run these scenarios and write <folder>/<scenario>-<index>.json."""
    options = ["--nproc-per-node", str(count), "--local-addr", "127.0.0.1"]
    command = [
        sys.executable,
        "-m",
        "torch.distributed.run",
        *options,
        __file__,
        str(folder),
        *names,
    ]
    environment = {
        **{name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"},
        "OMP_NUM_THREADS": "1",
    }
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=SECONDS)


SAME = [uneven, scarce, gradients, values, early, loader, alone]


@dataclass
class Run:
    """What each process returned by scenario, and what the person at the terminal saw."""

    found: list[Found]
    code: int
    errors: str
    seconds_after_the_end: float


def run(folder: Path, count: int, *scenarios: Callable[[], Found]) -> Run:
    names = [scenario.__name__ for scenario in scenarios]
    done = torchrun(folder, count, *names)
    ended = folder / "ended.json"
    seconds = time.time() - json.loads(ended.read_text()) if ended.exists() else 0.0
    found = []
    for k in range(count):
        files = [(name, folder / f"{name}-{k}.json") for name in names]
        found.append({name: json.loads(f.read_text()) for name, f in files if f.exists()})
    if not ended.exists():
        assert done.stdout == "process 0 prints\n", done.stderr
    return Run(found, done.returncode, done.stderr, seconds)


@pytest.fixture(scope="module")
def in_two(tmp_path_factory: Any) -> Run:
    return run(tmp_path_factory.mktemp("two"), 2, *SAME, idle, dropout, refused)


@pytest.fixture(scope="module")
def in_four(tmp_path_factory: Any) -> Run:
    return run(tmp_path_factory.mktemp("four"), 4, *SAME, killed)


@pytest.fixture(params=["in_two", "in_four"])
def found(request: pytest.FixtureRequest) -> list[Found]:
    several: Run = request.getfixturevalue(request.param)
    assert set(several.found[0]) >= {scenario.__name__ for scenario in SAME}, several.errors
    return several.found


@pytest.fixture
def two(in_two: Run) -> list[Found]:
    return in_two.found


def assert_close(there: Found, here: Found, tolerance: float) -> None:
    assert there.keys() == here.keys()
    for name, expected in here.items():
        if isinstance(expected, dict):
            assert_close(there[name], expected, tolerance)
        elif isinstance(expected, list):
            np.testing.assert_allclose(there[name], expected, tolerance, tolerance, err_msg=name)
        else:
            assert there[name] == expected


def test_several_processes_have_the_gradients_of_one(found: list[Found]) -> None:
    expected = gradients()
    for process in found:
        assert_close(process["gradients"], expected, 1e-6)


@pytest.mark.parametrize("scenario", [uneven, scarce, values, early])
def test_several_processes_have_the_history_of_one(
    found: list[Found], scenario: Callable[[], Found]
) -> None:
    expected = scenario()
    for process in found:
        assert_close(process[scenario.__name__], expected, 1e-9)
        assert process[scenario.__name__] == found[0][scenario.__name__]  # to the last bit


def test_the_scenarios_show_what_they_are_for() -> None:
    curves = early()["curves"]
    assert early()["stopped"] == "early"
    assert len(set(curves["learning_rate"])) > 1
    assert values()["curves"]["r2"][-1] != values()["curves"]["r2"][0]


def test_a_loader_shares_its_rows_by_a_distributed_sampler(found: list[Found]) -> None:
    expected = loader(len(found))
    for process in found:
        assert_close(process["loader"], expected, 1e-9)


def test_one_process_can_measure_on_its_own(found: list[Found]) -> None:
    assert [process["alone"]["first"] for process in found] == [k == 0 for k in range(len(found))]
    assert_close(found[0]["alone"]["found"], alone()["found"], 1e-9)


def test_all_processes_end_with_one_model(two: list[Found]) -> None:
    assert two[0]["idle"] == two[1]["idle"]
    network()  # whose seed is that of process 0
    assert two[0]["idle"]["state"]["unused.0.weight"] == idle()["state"]["unused.0.weight"]


def test_processes_drop_out_rows_of_their_own(two: list[Found]) -> None:
    assert two[0]["dropout"]["apart"][0] > 1e-3


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "model",
            "the model's 0.weight differs between the processes: float64 (3, 6) in process 0, ",
        ),
        (
            "layers",
            "the model's layer '1' differs between the processes: ReLU() in process 0, Tanh()",
        ),
        ("shape", "training X differs between the processes: float64 (20, 6) in process 0, "),
        ("values", "the digest of training X differs between the processes: "),
        (
            "rate",
            "learning_rate differs between the processes: 0.1 in process 0, 0.05 in process 1; ",
        ),
        ("epochs", "epochs differs between the processes: 1 in process 0, 2 in process 1; "),
        ("checkpoint", "checkpoint differs between the processes: "),
        ("loader", "the DataLoader does not share its rows among the processes: give it sampler="),
        ("norm", "batch_size leaves a last batch of one row, of which batch norm (layer '0')"),
        ("diverged", "the loss is no longer a finite number in epoch 2"),
    ],
)
def test_processes_that_differ_are_refused(two: list[Found], name: str, message: str) -> None:
    for process in two:
        assert process["refused"][name].startswith(message)


def test_several_processes_end_as_quietly_as_one(in_two: Run) -> None:
    assert (in_two.code, in_two.errors) == (0, "")


def test_a_killed_process_takes_the_others_along(in_four: Run) -> None:
    assert in_four.code != 0
    assert in_four.seconds_after_the_end < 20
    assert not any("killed" in process for process in in_four.found)
    assert in_four.errors.count("ended before the training did") == 1
    assert "process 1 (of 0 to 3) ended before the training did" in in_four.errors
    assert "with checkpoint=, training goes on from the last epoch" in in_four.errors
    assert "[rank" not in in_four.errors  # so PyTorch begins each line of a traceback


def test_an_error_of_one_process_is_not_buried_by_the_others(tmp_path: Path) -> None:
    failed = run(tmp_path, 2, apart, failing)
    ends = [process["apart"]["end"] for process in failed.found]
    assert ends[0] == "SystemExit(1)"
    assert ends[1].startswith("ValueError(\"device='nowhere' is not available here: ")
    assert failed.code != 0
    assert failed.seconds_after_the_end < 20
    assert failed.errors.count("[rank1]: Traceback") == 1
    assert "[rank1]: OSError: the disk of process 1 is full" in failed.errors
    assert "[rank0]" not in failed.errors
    assert "ended before the training did" not in failed.errors


if __name__ == "__main__":
    for chosen in sys.argv[2:]:
        numbers = globals()[chosen]()
        Path(sys.argv[1], f"{chosen}-{INDEX}.json").write_text(json.dumps(numbers))
    if training.first_process():
        sys.stdout.write("process 0 prints\n")
