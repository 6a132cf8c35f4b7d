"""A training that was cut off, at any point, goes on to the history it would have had."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.optim import lr_scheduler
from torch.utils.data import DataLoader, Dataset, DistributedSampler, TensorDataset

from course_lib import data, files, training
from course_lib.training import checkpoints, identity, optimizers

Split = data.Split[torch.Tensor]


def rows(n: int = 160, seed: int = 0) -> data.Part[torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    X = torch.randn(n, 8, generator=generator)
    return data.Part(X, (X[:, 0] + torch.randn(n, generator=generator) > 0).long())


def some(seed: int = 0) -> Split:
    told: dict[str, Any] = dict.fromkeys((field.name for field in fields(data.Split)), "")
    return data.Split(**told | {"train": rows(160, seed), "validation": rows(80, seed + 1)})


def network(width: int = 16, drop: float = 0.3) -> nn.Module:
    training.set_seed(0)
    return nn.Sequential(
        nn.Linear(8, width), nn.BatchNorm1d(width), nn.ReLU(), nn.Dropout(drop), nn.Linear(width, 2)
    )


class Noisy(Dataset[Any]):
    """Rows that are never twice the same."""

    def __len__(self) -> int:
        return 160

    def __getitem__(self, k: int) -> tuple[torch.Tensor, int]:
        return torch.randn(8) + k % 2, k % 2


def train(kind: str, path: Path | None, epochs: int = 200) -> tuple[training.History, nn.Module]:
    model = network()
    settings: dict[str, Any] = {"learning_rate": 0.03, "checkpoint": path}
    if kind in ("early", "long"):
        plateau = partial(lr_scheduler.ReduceLROnPlateau, patience=2, factor=0.5)
        rule = training.EarlyStopping(patience=12)
        settings |= {
            "epochs": epochs,
            "learning_rate": 0.003 if kind == "early" else 0.001,
            "schedule": plateau,
            "early_stopping": rule,
        }
        return training.fit(model, some(), **settings), model
    own = torch.Generator().manual_seed(5) if kind == "seeded" else None
    workers = 1 if kind == "workers" else 0
    loader = DataLoader(
        Noisy(),
        32,
        shuffle=True,
        generator=own,
        num_workers=workers,
        multiprocessing_context="fork" if workers else None,
    )
    step = partial(lr_scheduler.StepLR, step_size=2, gamma=0.7)
    epochs = min(epochs, 3 if workers else 12)
    return training.fit(model, loader, epochs=epochs, schedule=step, **settings), model


def numbers(history: training.History) -> dict[str, list[float]]:
    curves = {name: curve.tolist() for name, curve in history.curves.items() if name != "seconds"}
    return curves | {"stopped": history.stopped}


def weights(model: nn.Module) -> dict[str, torch.Tensor]:
    return {name: tensor.clone() for name, tensor in model.state_dict().items()}


def assert_same(found: tuple[Any, Any], expected: tuple[Any, Any]) -> None:
    assert numbers(found[0]) == numbers(expected[0])  # every bit of every number
    for name, tensor in expected[1].state_dict().items():
        assert torch.equal(found[1].state_dict()[name], tensor), name


def kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def kill_at_line(n: int) -> None:
    """Die before the n-th line that is executed of what reads and writes checkpoints."""
    left = n
    watched = {checkpoints.__file__, files.__file__}

    def trace(frame: Any, event: str, _: Any) -> Any:
        nonlocal left
        if frame.f_code.co_filename not in watched:
            return None
        if event == "line":
            left -= 1
            if left == 0:
                kill()
        return trace

    sys.settrace(trace)


def kill_in_writing(n: int) -> None:
    """Die in the n-th writing, when half of the file is there."""
    left, save = n, torch.save

    def half(state: Any, file: Any) -> None:
        nonlocal left
        save(state, file)
        if not isinstance(getattr(file, "name", None), str):
            return  # not the file that will be the checkpoint
        left -= 1
        if left == 0:
            file.flush()
            file.truncate(file.tell() // 2)
            kill()

    torch.save = half


def inode(path: Path) -> int:
    return path.stat().st_ino if path.exists() else 0


def exited(pid: int) -> bool:
    status = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    return status is not None


def forks(orders: Connection) -> None:
    """Carry out orders: train in a forked process, and tell how that ended.

    With a delay in seconds it is killed, so long after the first epoch that it wrote.

    It is a clean process, which has PyTorch and runs no threads, so that a fork takes no time.
    """
    torch.set_num_threads(1)
    for kind, path, end, delay in iter(orders.recv, None):
        before = inode(path)
        pid = os.fork()
        if pid == 0:
            if end:
                end()
            history, model = train(kind, path)
            torch.save([numbers(history), weights(model)], f"{path}.out")
            os._exit(0)
        if delay is not None:
            while inode(path) == before and not exited(pid):
                time.sleep(0.0002)
            time.sleep(delay)
            os.kill(pid, signal.SIGKILL)
        orders.send(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))


@pytest.fixture(scope="module")
def ended() -> Iterator[Callable[..., bool]]:
    """Trains in a process of its own; says whether that came to its end, or was killed."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=forks, args=(there,))
    process.start()

    def ended(
        kind: str, path: Path, end: Callable[[], None] | None = None, delay: float | None = None
    ) -> bool:
        here.send((kind, path, end, delay))
        assert here.poll(60)
        code = here.recv()
        assert code in (0, -signal.SIGKILL)
        return bool(code == 0)

    yield ended
    here.send(None)
    process.join(60)


def assert_ended_as(path: Path, expected: tuple[Any, Any]) -> None:
    found, tensors = torch.load(f"{path}.out")
    assert found == numbers(expected[0])
    for name, tensor in expected[1].state_dict().items():
        assert torch.equal(tensors[name], tensor), name


def test_killed_at_any_moment_it_ends_in_the_same_history(ended: Any, tmp_path: Path) -> None:
    expected = train("long", None)
    assert expected[0].stopped == "early"
    assert len(set(expected[0].learning_rate)) > 2
    moments = np.random.default_rng(0)
    path, reached = tmp_path / "run.pt", [0]
    while len(reached) <= 7:
        assert not ended("long", path, delay=moments.uniform(0, 0.008))
        reached.append(len(torch.load(path)["rows"]))
    assert reached == sorted(set(reached))  # each went on from the one before
    assert reached[-1] < len(expected[0])
    assert ended("long", path)
    assert_ended_as(path, expected)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["run.pt", "run.pt.out"]


@pytest.mark.parametrize("kind", ["early", "unseeded"])
def test_killed_at_any_line_it_ends_in_the_same_history(
    ended: Any, tmp_path: Path, kind: str
) -> None:
    path = tmp_path / "run.pt"
    for n in np.random.default_rng(1).integers(1, 1500, 5).tolist():
        if ended(kind, path, partial(kill_at_line, n)):
            break
    assert ended(kind, path)
    assert_ended_as(path, train(kind, None))


def test_a_half_written_file_is_none(ended: Any, tmp_path: Path) -> None:
    path = tmp_path / "run.pt"
    for n in (1, 1, 2, 3):
        assert not ended("early", path, partial(kill_in_writing, n))
    assert len(list(tmp_path.glob(".run.pt.*.part"))) == 1  # the earlier ones were cleared away
    assert ended("early", path)
    assert_ended_as(path, train("early", None))
    assert not list(tmp_path.glob(".run.pt.*.part"))


def test_workers_draw_the_same_numbers_again(ended: Any, tmp_path: Path) -> None:
    cut, whole = tmp_path / "cut.pt", tmp_path / "whole.pt"
    assert ended("workers", whole)
    assert not ended("workers", cut, partial(kill_in_writing, 2))
    assert ended("workers", cut)
    one, other = (torch.load(f"{path}.out") for path in (cut, whole))
    assert one[0] == other[0]
    assert all(torch.equal(one[1][name], other[1][name]) for name in one[1])


def fit(path: Path, epochs: int = 3, **settings: Any) -> tuple[training.History, nn.Module]:
    model = settings.pop("model", None) or network()
    split = settings.pop("split", None) or some()
    return training.fit(model, split, epochs=epochs, checkpoint=path, **settings), model


def test_a_finished_run_returns_at_once_and_goes_on_for_more_epochs(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "run.pt"
    first = fit(path)
    written = path.read_bytes()
    again = fit(path)
    assert_same(again, first)
    assert again[0].seconds.tolist() == first[0].seconds.tolist()
    assert path.read_bytes() == written
    assert not again[1].training
    longer = fit(path, epochs=6)
    assert_same(longer, fit(tmp_path / "other.pt", epochs=6))
    with pytest.raises(ValueError, match=r"epochs=5, but .*run\.pt holds 6: give epochs=6 or more"):
        fit(path, epochs=5)


def test_after_early_stopping_the_best_weights_come_back(tmp_path: Path) -> None:
    expected = train("early", None)
    path = tmp_path / "run.pt"
    assert_same(train("early", path), expected)
    best = expected[0].best_epoch
    assert best < len(expected[0])
    written = path.read_bytes()
    assert_same(train("early", path), expected)
    assert path.read_bytes() == written


@pytest.mark.parametrize("kind", ["early", "seeded", "unseeded"])
def test_cut_off_after_any_epoch_it_ends_in_the_same_history(kind: str, tmp_path: Path) -> None:
    expected = train(kind, None)
    for epochs in (1, 6, len(expected[0]) - 1):
        path = tmp_path / f"{epochs}.pt"
        train(kind, path, epochs)
        assert_same(train(kind, path), expected)


def test_a_checkpoint_changes_nothing(tmp_path: Path) -> None:
    before = torch.get_rng_state()
    for kind in ("seeded", "unseeded"):
        assert_same(train(kind, tmp_path / kind), train(kind, None))
    assert torch.equal(torch.get_rng_state(), network() and before)


def test_the_generators_of_a_used_loader_are_set_back_too(tmp_path: Path) -> None:
    own = torch.Generator().manual_seed(1)
    loader = DataLoader(TensorDataset(*rows()), 32, shuffle=True, generator=own)
    first = fit(tmp_path / "run.pt", split=loader)
    own.manual_seed(99)
    longer = fit(tmp_path / "run.pt", 6, split=loader)
    own.manual_seed(1)
    assert_same(longer, fit(tmp_path / "whole.pt", 6, split=loader))
    assert numbers(longer[0])["loss"][:3] == numbers(first[0])["loss"]


def test_a_distributed_sampler_goes_on_with_the_order_of_its_epoch(tmp_path: Path) -> None:
    def loader() -> DataLoader[Any]:
        rows_ = TensorDataset(*rows())
        return DataLoader(rows_, 32, sampler=DistributedSampler(rows_, num_replicas=1, rank=0))

    path = tmp_path / "run.pt"
    fit(path, 3, split=loader())
    expected = fit(tmp_path / "other.pt", 6, split=loader())
    assert_same(fit(path, 6, split=loader()), expected)


def test_an_optimizer_that_was_fused_goes_on_where_there_is_no_such_kernel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "run.pt"
    fit(path, 3)
    assert torch.load(path)["optimizer"]["param_groups"][0]["fused"]
    monkeypatch.setattr(optimizers, "_FUSED_ON", set())
    found = fit(path, 6)
    assert not torch.load(path)["optimizer"]["param_groups"][0]["fused"]
    np.testing.assert_allclose(found[0].loss, fit(tmp_path / "o.pt", 6)[0].loss, rtol=1e-5)


def test_interrupted_it_goes_on(tmp_path: Path) -> None:
    calls = 0

    def accuracy(output: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        nonlocal calls
        calls += 1
        if calls == 6:
            raise KeyboardInterrupt
        return training.accuracy(output, y)

    path, metrics = tmp_path / "run.pt", {"accuracy": accuracy}
    assert fit(path, 5, metrics=metrics)[0].stopped == "interrupted"
    found = fit(path, 5, metrics=metrics)
    assert found[0].stopped == "finished"
    assert_same(found, fit(tmp_path / "other.pt", 5, metrics=metrics))


def test_all_that_is_written_is_numbers_and_tensors(tmp_path: Path) -> None:
    def kinds(value: Any) -> Iterator[type]:
        yield type(value)
        if isinstance(value, dict):
            value = [*value, *value.values()]
        if isinstance(value, list | tuple):
            for held in value:
                yield from kinds(held)

    path = tmp_path / "run.pt"
    train("early", path)
    found = set(kinds(torch.load(path, weights_only=True)))
    mappings = {dict, type(network().state_dict())}
    assert found <= {int, float, bool, str, type(None), list, tuple, torch.Tensor} | mappings
    with zipfile.ZipFile(path) as archive:
        code = archive.read(next(n for n in archive.namelist() if n.endswith("data.pkl")))
    assert b"course_lib.training.stopping" not in code


SGD = partial(torch.optim.SGD, lr=0.01)
STEP = partial(lr_scheduler.StepLR, step_size=2)
RULE = training.EarlyStopping(patience=5)
FROZEN = network()
FROZEN[0].requires_grad_(False)
LOADER = DataLoader(TensorDataset(*rows()), 32, shuffle=True)
OTHERS: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "rate": ({}, {"learning_rate": 0.01}, "with learning_rate=0.001, this call has 0.01"),
    "decay": ({}, {"weight_decay": 0.1}, "with weight_decay=0.0, this call has 0.1"),
    "optimizer": ({}, {"optimizer": "sgd"}, "with optimizer=Adam, this call has SGD"),
    "own rate": (
        {"optimizer": SGD},
        {"optimizer": partial(SGD, lr=0.02)},
        "with learning_rate=0.01, this call has 0.02",
    ),
    "momentum": (
        {"optimizer": SGD},
        {"optimizer": partial(SGD, momentum=0.9)},
        "with momentum=0, this call has 0.9",
    ),
    "schedule": ({}, {"schedule": STEP}, "with schedule=None, this call has StepLR"),
    "steps": (
        {"schedule": STEP},
        {"schedule": partial(STEP, step_size=3)},
        "with schedule's step_size=2, this call has 3",
    ),
    "rule": (
        {"early_stopping": RULE},
        {"early_stopping": replace(RULE, patience=6)},
        "with early_stopping=EarlyStopping(patience=5, min_delta=0.0, restore=True), this call has",
    ),
    "no rule": (
        {"early_stopping": RULE},
        {"early_stopping": None},
        "restore=True), this call has None",
    ),
    "batches": ({}, {"batch_size": 16}, "with batch_size=32, this call has 16"),
    "seed": ({}, {"seed": 1}, "with seed=0, this call has 1"),
    "precision": ({}, {"precision": "bfloat16"}, "with precision=float32, this call has bfloat16"),
    "loss": (
        {},
        {"loss": partial(nn.functional.cross_entropy, label_smoothing=0.1)},
        "with loss=cross_entropy, this call has cross_entropy(label_smoothing=0.1)",
    ),
    "class weights": (
        {"loss": nn.CrossEntropyLoss(torch.tensor([1.0, 2.0]))},
        {"loss": nn.CrossEntropyLoss(torch.tensor([1.0, 3.0]))},
        "with loss=CrossEntropyLoss(), weight ",
    ),
    "weights by name": (
        {"loss": partial(nn.functional.cross_entropy, weight=torch.tensor([1.1, 2.2]))},
        {"loss": partial(nn.functional.cross_entropy, weight=torch.tensor([1.1, 2.20001]))},
        "with loss=cross_entropy(weight=float32 (2,) ",
    ),
    "metrics": ({}, {"metrics": {}}, "with metrics=accuracy (accuracy), this call has none"),
    "width": (
        {},
        {"model": network(17)},
        "with the model's 0.weight=float32 (16, 8), this call has float32 (17, 8)",
    ),
    "layers": (
        {},
        {"model": nn.Linear(8, 2)},
        "without the model's weight, this call has float32 (2, 8)",
    ),
    "dropout": (
        {},
        {"model": network(drop=0.5)},
        "with the model's layer '3'=Dropout(p=0.3, inplace=False), this call has Dropout(p=0.5",
    ),
    "frozen": (
        {},
        {"model": FROZEN},
        "0.weight=float32 (16, 8), this call has float32 (16, 8), not trained",
    ),
    "length": (
        {},
        {"split": replace(some(), train=rows(162))},
        "with training X=float32 (160, 8), this call has float32 (162, 8)",
    ),
    "values": ({}, {"split": some(seed=3)}, "with the digest of training X="),
    "targets": (
        {},
        {"split": replace(some(), train=data.Part(rows().X, 1 - rows().y))},
        "with the digest of training y=",
    ),
    "validation": (
        {},
        {"split": replace(some(), validation=rows(80, seed=9))},
        "with the digest of validation X=",
    ),
    "no validation": ({}, {"split": rows()}, "with validation X=float32 (80, 8), this call has no"),
    "loader": ({}, {"split": LOADER}, "without rows of the DataLoader's X, this call has"),
    "shuffling": (
        {"split": LOADER},
        {"split": DataLoader(TensorDataset(*rows()), 32)},
        "with the DataLoader's sampler=RandomSampler, this call has SequentialSampler",
    ),
    "loader's batches": (
        {"split": LOADER},
        {"split": DataLoader(TensorDataset(*rows()), 16, shuffle=True)},
        "with the DataLoader's batch_size=32, this call has 16",
    ),
    "loader's generator": (
        {"split": LOADER},
        {"split": DataLoader(LOADER.dataset, 32, shuffle=True, generator=torch.Generator())},
        "with the DataLoader's generators=, this call has loader, sampler",
    ),
    "loader's values": (
        {"split": LOADER},
        {"split": DataLoader(TensorDataset(*rows(seed=4)), 32, shuffle=True)},
        "with the digest of the DataLoader's tensor 0=",
    ),
}


@pytest.mark.parametrize("case", OTHERS)
def test_the_file_of_another_training_is_refused(case: str, tmp_path: Path) -> None:
    theirs, ours, text = OTHERS[case]
    path = tmp_path / "run.pt"
    fit(path, 1, **theirs)
    written = path.read_bytes()
    model = ours.get("model") or network()
    before = weights(model)
    with pytest.raises(ValueError, match=r"run\.pt was written ") as caught:
        fit(path, 2, **theirs | ours | {"model": model})
    assert text in str(caught.value)
    assert str(caught.value).endswith(": delete the file, or give another name")
    assert "\n" not in str(caught.value)
    assert path.read_bytes() == written
    assert all(torch.equal(before[name], tensor) for name, tensor in weights(model).items())


def test_the_same_training_is_known_again_in_a_process_that_names_its_objects_anew() -> None:
    named = identity._named
    assert named(partial(lambda y: y, k=2)) == "<lambda>(k=2)"
    assert "0x" not in named(nn.Sequential(nn.ReLU())) + named(object())


@pytest.mark.parametrize("shape", [(5_000_000,), (5_000, 1_000), (2, 3, 3_000_000), (0, 3), ()])
def test_a_digest_sees_values_order_and_large_tensors(shape: tuple[int, ...]) -> None:
    values = torch.arange(max(1, int(np.prod(shape)))).float()[: int(np.prod(shape))].reshape(shape)
    digest = identity._content(values)
    assert digest == identity._content(values.clone())
    if values.numel() > 1:
        assert digest != identity._content(values.flip(0))
        assert digest != identity._content(values + 1)


def test_a_digest_does_not_hang_on_the_layout() -> None:
    images = torch.randn(6, 3, 4, 5)
    last = images.to(memory_format=torch.channels_last)
    assert identity._content(images) == identity._content(last)


class Trap:
    """Runs code where it is unpickled."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> Any:
        return Path.touch, (self.trace,)


def test_pickled_code_is_refused_and_does_not_run(tmp_path: Path) -> None:
    path, trace = tmp_path / "run.pt", tmp_path / "trace"
    fit(path)
    kept = torch.load(path, weights_only=True)
    kept["watch"] = Trap(trace)
    torch.save(kept, path)
    with pytest.raises(ValueError, match=r"run\.pt holds pickled code, which fit does not run"):
        fit(path)
    path.write_bytes(pickle.dumps(Trap(trace)))
    with pytest.raises(ValueError, match=r"run\.pt is damaged, or no checkpoint of fit"):
        fit(path)
    assert not trace.exists()


def test_a_damaged_file_is_refused_wherever_it_was_hit(tmp_path: Path) -> None:
    path = tmp_path / "run.pt"
    fit(path)
    whole = path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        tensor = max(archive.infolist(), key=lambda entry: entry.file_size)
    at = tensor.header_offset + 300  # in the middle of its numbers
    hit = whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]
    cut = [whole[:n] for n in (0, 1, 100, len(whole) // 2, len(whole) - 1)]
    for damaged in [hit, *cut, b"loss,accuracy\n" * 99]:
        path.write_bytes(damaged)
        with pytest.raises(ValueError, match=r"run\.pt is damaged, or no checkpoint of fit"):
            fit(path)
        assert path.read_bytes() == damaged


def test_other_files_and_later_formats_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "run.pt"
    torch.save(network().state_dict(), path)
    with pytest.raises(ValueError, match=r"run\.pt is no checkpoint of fit: give another name"):
        fit(path)
    path.unlink()
    fit(path)
    torch.save(torch.load(path) | {"version": 2}, path)
    with pytest.raises(ValueError, match=r"run\.pt is of format 2, and this course_lib reads 1"):
        fit(path)


def test_a_path_that_cannot_be_written_is_found_before_the_first_epoch(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    model = network()
    before = weights(model)
    for path, error, text in (
        (tmp_path, ValueError, f"checkpoint='{tmp_path}' is a folder: give a file, such as"),
        (file / "run.pt", OSError, "run.pt cannot be written (File exists): make room, or"),
        (7, TypeError, "checkpoint is of type int: give a file's name, such as 'run.pt'"),
    ):
        with pytest.raises(error) as caught:
            training.fit(model, some(), checkpoint=path)  # type: ignore[arg-type]
        assert text in str(caught.value)
    assert all(torch.equal(before[name], tensor) for name, tensor in weights(model).items())


def test_a_full_disk_leaves_the_last_file_and_the_next_call_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, left, sync = tmp_path / "run.pt", 3, os.fsync

    def fsync(number: int) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            raise OSError(28, "No space left on device")
        sync(number)

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", fsync)
        with pytest.raises(OSError, match=r"run\.pt cannot be written \(No space left on device\)"):
            fit(path, 5)
    assert len(torch.load(path)["rows"]) == 2
    assert [p.name for p in tmp_path.iterdir()] == ["run.pt"]
    assert_same(fit(path, 5), fit(tmp_path / "other.pt", 5))


class Warm:
    """A rate that keeps something which no file can hold."""

    def __init__(self) -> None:
        self.trap = Trap(Path("trace"))

    def __call__(self, epoch: int) -> float:
        return 1.0


class Strange(torch.optim.SGD):
    def step(self, closure: Any = None) -> None:  # type: ignore[override]
        super().step(closure)
        for weights in self.param_groups[0]["params"]:
            self.state[weights]["rule"] = lambda x: x


@pytest.mark.parametrize(
    ("settings", "named", "trained"),
    [
        ({"schedule": partial(lr_scheduler.LambdaLR, lr_lambda=Warm())}, "schedule", False),
        ({"optimizer": partial(Strange, lr=0.01)}, "optimizer", True),
    ],
)
def test_a_state_that_only_code_brings_back_is_refused_when_it_is_first_written(
    settings: dict[str, Any], named: str, trained: bool, tmp_path: Path
) -> None:
    model = network()
    before = weights(model)
    with pytest.raises(ValueError, match=f"checkpoint cannot hold the state of the {named}, in"):
        fit(tmp_path / "run.pt", model=model, **settings)
    assert not list(tmp_path.iterdir())
    changed = any(not torch.equal(before[name], tensor) for name, tensor in weights(model).items())
    assert changed == trained


def test_numpys_numbers_in_a_state_become_pythons(tmp_path: Path) -> None:
    fall = partial(lr_scheduler.LambdaLR, lr_lambda=lambda epoch: np.exp(-epoch / 3))
    path = tmp_path / "run.pt"
    fit(path, 2, schedule=fall)
    assert_same(fit(path, 5, schedule=fall), fit(tmp_path / "other.pt", 5, schedule=fall))


def test_workers_that_live_on_are_refused(tmp_path: Path) -> None:
    loader = DataLoader(Noisy(), 32, num_workers=1, persistent_workers=True)
    with pytest.raises(ValueError, match="make it with persistent_workers=False"):
        fit(tmp_path / "run.pt", split=loader)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU")
@pytest.mark.parametrize(("first", "then"), [("cuda", "cpu"), ("cpu", "cuda"), ("cuda", "cuda")])
def test_it_goes_on_on_another_device(first: str, then: str, tmp_path: Path) -> None:
    path, rule = tmp_path / "run.pt", training.EarlyStopping(patience=50)
    settings: dict[str, Any] = {"early_stopping": rule, "model": network(drop=0.0)}
    fit(path, 3, device=first, **settings)
    moved = fit(path, 6, device=then, **settings | {"model": network(drop=0.0)})
    stayed = fit(tmp_path / "o.pt", 6, device=first, **settings | {"model": network(drop=0.0)})
    np.testing.assert_allclose(moved[0].loss, stayed[0].loss, rtol=1e-4)
    if first == then:
        assert_same(moved, stayed)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU")
def test_dropout_on_the_device_goes_on_where_it_was(tmp_path: Path) -> None:
    path = tmp_path / "run.pt"
    fit(path, 3, device="cuda")
    assert_same(fit(path, 6, device="cuda"), fit(tmp_path / "other.pt", 6, device="cuda"))
