"""``evaluate``, metrics, seeds, devices, threads and the progress bar."""

from __future__ import annotations

import contextlib
import io
import random
import subprocess
import sys
import time
from typing import Any

import numpy as np
import pytest
import torch
from sklearn import metrics as sklearn_metrics
from torch import nn
from torch.nn import functional as F  # noqa: N812 - the field's name for it
from torch.utils.data import DataLoader, TensorDataset

from course_lib import data, training
from course_lib.training import progress

needs_gpu = pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU is here")


def network(*, inputs: int = 64, outputs: int = 10) -> nn.Sequential:
    training.set_seed(0)
    return nn.Sequential(nn.Linear(inputs, 32), nn.ReLU(), nn.Linear(32, outputs))


def macro_f1(output: torch.Tensor, y: torch.Tensor) -> float:
    return float(sklearn_metrics.f1_score(y.cpu(), output.argmax(1).cpu(), average="macro"))


@pytest.mark.parametrize("batch_size", [1, 7, 64, 359, 5000])
def test_evaluate_measures_all_rows_whatever_the_batches(batch_size: int) -> None:
    split, model = data.digits(), network()
    training.fit(model, split, epochs=3)
    X, y = split.test
    found = training.evaluate(
        model,
        split.test,
        metrics={"accuracy": training.accuracy, "f1": macro_f1},
        batch_size=batch_size,
    )
    with torch.no_grad():
        output = model(X)
    answers = output.argmax(1)
    assert list(found) == ["loss", "accuracy", "f1"]
    assert found["loss"] == pytest.approx(F.cross_entropy(output, y).item(), rel=1e-5)
    assert found["accuracy"] == pytest.approx(sklearn_metrics.accuracy_score(y, answers), abs=1e-6)
    assert found["f1"] == sklearn_metrics.f1_score(y, answers, average="macro")


def test_the_default_metrics() -> None:
    X, y = data.digits().test
    assert list(training.evaluate(network(), (X, y))) == ["loss", "accuracy"]
    assert list(training.evaluate(network(outputs=1), (X, y.float()[:, None]))) == ["loss"]
    assert list(training.evaluate(network(), (X, y), metrics={})) == ["loss"]


def test_r2_is_scikit_learns() -> None:
    generator = torch.Generator().manual_seed(0)
    y = torch.randn(50, 3, generator=generator, dtype=torch.float64)
    output = y + 0.3 * torch.randn(50, 3, generator=generator, dtype=torch.float64)
    for columns in (slice(0, 1), slice(0, 3)):
        expected = sklearn_metrics.r2_score(y[:, columns], output[:, columns])
        assert float(training.r2(output[:, columns], y[:, columns])) == pytest.approx(expected)
    one = sklearn_metrics.r2_score(y[:, 0], output[:, 0])
    assert float(training.r2(output[:, 0], y[:, 0])) == pytest.approx(one)
    with pytest.raises(ValueError, match=r"output \(50, 1\) and y \(50,\): give both one shape"):
        training.r2(output[:, :1], y[:, 0])


def test_r2_of_an_epoch_is_no_mean_over_batches() -> None:
    X, y = data.diabetes().train
    part = (X, y[:, None] / 100)
    found = training.evaluate(
        network(inputs=10, outputs=1), part, metrics={"r2": training.r2}, batch_size=16
    )
    variance = part[1].var(correction=0).item()
    assert found["r2"] == pytest.approx(1 - found["loss"] / variance, rel=1e-5)


def test_accuracy_takes_several_answers_a_row() -> None:
    output = torch.tensor([[[9.0, 0.0, 0.0], [0.0, 9.0, 9.0]], [[9.0, 9.0, 9.0], [0.0, 0.0, 0.0]]])
    y = torch.tensor([[0, 1, 0], [0, 0, 0]])
    assert float(training.accuracy(output, y)) == pytest.approx(5 / 6)


def test_the_metrics_of_training_are_those_of_the_outputs_that_were_trained_on() -> None:
    """At a rate next to nothing the weights stand still: an epoch measures the model as it is."""
    X, y = data.digits().train
    model = network()
    metrics = {"accuracy": training.accuracy, "f1": macro_f1}
    expected = training.evaluate(model, (X, y), metrics=metrics)
    history = training.fit(model, (X, y), epochs=1, learning_rate=1e-12, metrics=metrics)
    assert history.loss[0] == pytest.approx(expected["loss"], rel=1e-5)
    assert history["accuracy"][0] == pytest.approx(expected["accuracy"], abs=1e-6)
    assert history["f1"][0] == pytest.approx(expected["f1"], abs=1e-12)


@pytest.mark.parametrize("training_mode", [True, False])
def test_evaluate_leaves_everything_as_it_was(training_mode: bool) -> None:
    split = data.digits()
    model = nn.Sequential(nn.Linear(64, 32), nn.BatchNorm1d(32), nn.Dropout(), nn.Linear(32, 10))
    model.train(training_mode)
    model[1].eval()  # one module stands apart
    before = {name: values.clone() for name, values in model.state_dict().items()}
    modes = [module.training for module in model.modules()]
    state = torch.get_rng_state()
    first, second = (training.evaluate(model, split.test) for _ in range(2))
    assert first == second
    assert [module.training for module in model.modules()] == modes
    assert torch.equal(torch.get_rng_state(), state)
    assert all(torch.equal(before[name], now) for name, now in model.state_dict().items())
    assert all(weights.grad is None for weights in model.parameters())
    assert torch.is_grad_enabled()


def test_gradients_are_taken_where_they_are_needed_and_nowhere_else() -> None:
    taken = {False: set(), True: set()}  # by whether the model trains
    model = network()

    def loss(output: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        if len(y) > 2:  # no trial
            taken[model.training].add(output.requires_grad)
        return F.cross_entropy(output, y)

    training.fit(model, data.digits(), epochs=1, loss=loss)
    assert taken == {False: {False}, True: {True}}


def test_evaluate_puts_the_modes_back_after_an_error() -> None:
    model = network()
    with pytest.raises(ZeroDivisionError):
        training.evaluate(model, data.digits().test, metrics={"bad": lambda output, y: 1 / 0})
    assert all(module.training for module in model.modules())


def test_evaluate_takes_a_loader_and_losses_without_gradient() -> None:
    X, y = data.digits().test
    model = network()

    def zero_one(output: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        return (output.argmax(1) != y).float().mean()

    found = training.evaluate(model, (X, y), loss=zero_one)
    assert found["loss"] == pytest.approx(1 - found["accuracy"], abs=1e-6)
    loader = DataLoader(TensorDataset(X, y), batch_size=50, shuffle=True)
    loaded = training.evaluate(model, loader, loss=zero_one)
    assert loaded == pytest.approx(found, abs=1e-6)


def test_no_value_is_read_off_the_device_within_an_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    read = 0
    item = torch.Tensor.item

    def count(tensor: torch.Tensor) -> Any:
        nonlocal read
        read += 1
        return item(tensor)

    monkeypatch.setattr(torch.Tensor, "item", count)
    monkeypatch.setattr(torch.Tensor, "__float__", count)
    X, y = data.digits().train
    training.fit(network(), (X, y), epochs=1, batch_size=1)
    assert read < 10


def test_set_seed_seeds_all_three() -> None:
    drawn = []
    for seed in (1, 1, 2):
        training.set_seed(seed)
        drawn.append((random.random(), float(np.random.rand()), float(torch.rand(1))))
    assert drawn[0] == drawn[1]
    assert all(one != other for one, other in zip(drawn[1], drawn[2], strict=True))


class Threads(nn.Sequential):
    """Notes how many threads its batches of training ran on."""

    def forward(self, X: torch.Tensor) -> torch.Tensor:
        if self.training:
            self.seen = torch.get_num_threads()
        return super().forward(X)


@pytest.mark.parametrize(
    ("model", "shape", "expected"),
    [
        (Threads(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10)), (64,), 1),
        (Threads(nn.Linear(64, 3000), nn.ReLU(), nn.Linear(3000, 10)), (64,), 2),
        (Threads(nn.Conv2d(1, 4, 3), nn.Flatten(), nn.Linear(144, 10)), (1, 8, 8), 1),
    ],
    ids=["small", "large", "images"],
)
def test_small_models_run_on_one_thread_and_others_as_set(
    model: Threads, shape: tuple[int, ...], expected: int
) -> None:
    X, y = data.digits().train
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        training.fit(model, (X[:64].reshape(64, *shape), y[:64]), epochs=1)
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)
    assert model.seen == expected


def test_the_cpu_by_name() -> None:
    first = training.fit(network(), data.digits(), epochs=2)
    for device in ("cpu", torch.device("cpu")):
        again = training.fit(network(), data.digits(), epochs=2, device=device)
        np.testing.assert_array_equal(first.loss, again.loss)
    assert training.best_device() in {"cpu", "cuda", "mps"}


@needs_gpu
def test_a_gpu_sees_the_same_rows_and_leaves_its_generator_alone() -> None:
    split = data.digits()
    on_cpu = training.fit(network(), split, epochs=5)
    model = network()
    state = torch.cuda.get_rng_state()
    loss = nn.CrossEntropyLoss(weight=torch.ones(10))  # its weights must move, too
    on_gpu = training.fit(model, split, epochs=5, device="cuda", loss=loss)
    assert torch.equal(torch.cuda.get_rng_state(), state)
    np.testing.assert_allclose(on_gpu.loss, on_cpu.loss, rtol=1e-3)
    assert all(weights.is_cuda for weights in model.parameters())
    assert split.train.X.device.type == "cpu"
    assert training.evaluate(model, split.test)["accuracy"] > 0.5
    dropped = nn.Sequential(network(), nn.Dropout()).cuda()
    before = {name: values.clone() for name, values in dropped.state_dict().items()}
    curves = []
    for _ in range(2):
        dropped.load_state_dict(before)
        curves.append(training.fit(dropped, split, epochs=2).loss)
    np.testing.assert_array_equal(*curves)


@needs_gpu
def test_early_stopping_keeps_its_weights_on_the_gpu() -> None:
    model, split = network(), data.digits()
    rule = training.EarlyStopping(patience=1)
    history = training.fit(model, split, epochs=40, device="cuda", early_stopping=rule)
    assert history.validation_loss is not None
    found = training.evaluate(model, split.validation)["loss"]
    assert found == pytest.approx(history.validation_loss.min(), rel=1e-5)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def shown_by_fit(*, progress: bool | None = None) -> str:
    """Return what a fit of two epochs writes to a terminal."""
    with contextlib.redirect_stdout(Terminal()) as terminal:
        training.fit(network(), data.digits(), epochs=2, progress=progress)
    return terminal.getvalue()


def test_no_bar_where_nobody_watches(capfd: pytest.CaptureFixture[str]) -> None:
    training.fit(network(), data.digits(), epochs=2)
    assert capfd.readouterr() == ("", "")


def test_a_bar_in_a_terminal_once_it_takes_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "IPython", raising=False)
    assert shown_by_fit() == ""  # over before anyone looks
    monkeypatch.setattr(progress, "_DELAY", 0.0)
    assert "0/2 [" in shown_by_fit()


def test_a_bar_can_be_forced_and_forbidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "IPython", raising=False)
    monkeypatch.setattr(progress, "_DELAY", 0.0)
    assert shown_by_fit(progress=False) == ""
    monkeypatch.setattr(progress, "watched", lambda: False)
    assert shown_by_fit() == ""
    assert "0/2 [" in shown_by_fit(progress=True)


def test_the_bar_says_how_far_it_is_and_goes_in_the_end() -> None:
    rows: list[dict[str, float]] = []
    with contextlib.redirect_stdout(Terminal()) as terminal:
        with progress.progress_bar(True, 3) as show:
            for epoch in range(2):
                time.sleep(0.15)  # the bar moves ten times a second at most
                rows.append({"loss": 0.5, "validation_loss": 0.25 + epoch, "seconds": 1.0})
                show(rows)
        assert "2/3" in terminal.getvalue()
        assert "loss=0.5, validation_loss=1.25" in terminal.getvalue()
        assert terminal.getvalue().split("\r")[-2].strip() == ""


def test_importing_and_fitting_load_no_plotting() -> None:
    code = (
        "import sys, torch; from course_lib import training; "
        "X = torch.randn(9, 2); training.fit(torch.nn.Linear(2, 2), (X, X), epochs=1); "
        "print(*({'matplotlib', 'IPython', 'sklearn'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == ""
