"""How a training ends: early, on a schedule, interrupted, or in numbers that are none."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.optim import lr_scheduler

from course_lib import data, training
from course_lib.training.stopping import Watch

EarlyStopping = training.EarlyStopping


def network(seed: int = 0) -> nn.Module:
    training.set_seed(seed)
    return nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))


class At:
    """A metric that acts in its k-th call."""

    def __init__(self, call: int, error: type[BaseException]) -> None:
        self.left, self.error = call, error

    def __call__(self, output: torch.Tensor, y: torch.Tensor) -> float:
        self.left -= 1
        if self.left == 0:
            raise self.error
        return 0.0


@pytest.mark.parametrize(
    ("losses", "rule", "last", "best"),
    [
        ([5, 4, 3, 2, 1], EarlyStopping(patience=1), None, 4),
        ([3, 2, 4, 4, 4, 4], EarlyStopping(patience=3), 4, 1),
        ([3, 2, 2, 2], EarlyStopping(patience=2), 3, 1),  # equal is no improvement
        ([3, 2, 4, 1, 4, 4, 4], EarlyStopping(patience=2), 5, 3),  # counts from the last one
        # Each falls by less than min_delta: patience runs out, and the lowest is still the best.
        ([3.0, 2.9, 2.8, 2.7], EarlyStopping(patience=2, min_delta=0.5), 2, 2),
        # Two small steps together are one that counts.
        ([3.0, 2.7, 2.4, 2.1, 1.8], EarlyStopping(patience=2, min_delta=0.5), None, 4),
    ],
)
def test_patience_and_min_delta(
    losses: list[float], rule: training.EarlyStopping, last: int | None, best: int
) -> None:
    model = nn.Linear(1, 1)
    watch = Watch(rule, model, (torch.zeros(1), torch.zeros(1)))
    for epoch, loss in enumerate(losses):
        nn.init.constant_(model.weight, epoch)
        watch.note(loss)
        if watch.over:
            assert epoch == last
            break
    else:
        assert last is None
    watch.restore()
    assert model.weight.item() == best


def overfitting() -> tuple[Any, nn.Module]:
    split = data.digits()
    few = data.Part(split.train.X[:60], split.train.y[:60])
    return replace(split, train=few), network()


def test_early_stopping_ends_a_training_and_restores_the_best_weights() -> None:
    few, model = overfitting()
    rule = EarlyStopping(patience=5)
    history = training.fit(model, few, epochs=300, learning_rate=0.03, early_stopping=rule)
    assert history.stopped == "early"
    assert len(history) == history.best_epoch + 5
    found = training.evaluate(model, few.validation)
    assert history.validation_loss is not None
    assert found["loss"] == pytest.approx(history.validation_loss.min(), rel=1e-6)
    best = history["validation_accuracy"][history.best_epoch - 1]
    assert found["accuracy"] == pytest.approx(best, abs=1e-12)


def test_without_restore_the_last_weights_stay() -> None:
    few, model = overfitting()
    rule = EarlyStopping(patience=5, restore=False)
    history = training.fit(model, few, epochs=300, learning_rate=0.03, early_stopping=rule)
    assert history.stopped == "early"
    assert history.validation_loss is not None
    found = training.evaluate(model, few.validation)["loss"]
    assert found == pytest.approx(history.validation_loss[-1], rel=1e-6)
    assert found > history.validation_loss.min()


def test_the_best_weights_also_come_back_when_all_epochs_ran() -> None:
    few, model = overfitting()
    rule = EarlyStopping(patience=1000)
    history = training.fit(model, few, epochs=60, learning_rate=0.03, early_stopping=rule)
    assert history.stopped == "finished"
    assert history.best_epoch < len(history) == 60
    assert history.validation_loss is not None
    found = training.evaluate(model, few.validation)["loss"]
    assert found == pytest.approx(history.validation_loss.min(), rel=1e-6)


def test_batch_norms_statistics_are_restored_too() -> None:
    few, _ = overfitting()
    model = nn.Sequential(nn.Linear(64, 32), nn.BatchNorm1d(32), nn.ReLU(), nn.Linear(32, 10))
    rule = EarlyStopping(patience=4)
    history = training.fit(model, few, epochs=300, learning_rate=0.03, early_stopping=rule)
    assert history.stopped == "early"
    assert history.validation_loss is not None
    found = training.evaluate(model, few.validation)["loss"]
    assert found == pytest.approx(history.validation_loss.min(), rel=1e-6)


def test_a_schedule_steps_once_an_epoch() -> None:
    halve = partial(lr_scheduler.StepLR, step_size=2, gamma=0.5)
    history = training.fit(network(), data.digits(), epochs=5, learning_rate=0.01, schedule=halve)
    np.testing.assert_allclose(history.learning_rate, [0.01, 0.01, 0.005, 0.005, 0.0025])


def test_a_schedule_over_all_epochs_does_not_run_over_its_end() -> None:
    once = partial(lr_scheduler.OneCycleLR, max_lr=0.1, total_steps=6)
    history = training.fit(network(), data.digits(), epochs=6, optimizer="sgd", schedule=once)
    assert history.learning_rate.max() == pytest.approx(0.1, rel=0.1)
    assert history.learning_rate[-1] < 0.01


def test_the_schedule_changes_what_is_learnt() -> None:
    stop = partial(lr_scheduler.LambdaLR, lr_lambda=lambda epoch: float(epoch == 0))
    model = network()
    history = training.fit(model, data.digits(), epochs=3, schedule=stop)
    assert history.validation_loss is not None
    assert len(set(history.validation_loss)) == 1  # the rate was 0 from the second epoch on


def test_reduce_on_plateau_gets_the_validation_loss() -> None:
    few, model = overfitting()
    reduce = partial(lr_scheduler.ReduceLROnPlateau, patience=2, factor=0.1)
    history = training.fit(model, few, epochs=40, learning_rate=0.03, schedule=reduce)
    first = int(np.argmax(history.learning_rate < 0.03))  # the first epoch at a lower rate
    assert first > 0
    assert history.validation_loss is not None
    before = history.validation_loss[:first]
    assert len(before) - 1 - int(before.argmin()) == 3  # more than two epochs without a new low


def test_an_interrupted_training_returns_what_it_has() -> None:
    model = network()
    whole = training.fit(network(), data.digits(), epochs=3)
    # Each epoch calls it for training and for validation rows: the fifth call is in epoch 3.
    metrics = {"accuracy": training.accuracy, "stop": At(5, KeyboardInterrupt)}
    history = training.fit(model, data.digits(), epochs=9, metrics=metrics)
    assert history.stopped == "interrupted"
    assert len(history) == 2
    np.testing.assert_array_equal(history.loss, whole.loss[:2])
    assert not model.training
    assert "interrupted" in repr(history)


def test_an_interruption_before_the_first_epoch_ends_leaves_an_empty_history() -> None:
    metrics = {"stop": At(1, KeyboardInterrupt)}
    history = training.fit(network(), data.digits(), metrics=metrics)
    assert (history.stopped, len(history), history.best_epoch) == ("interrupted", 0, 0)
    assert repr(history) == "0 epochs in 0.0 s, interrupted"
    with pytest.raises(ValueError, match="nothing to plot"):
        history.plot()


def test_an_interrupted_training_restores_its_best_weights() -> None:
    few, model = overfitting()
    metrics = {"stop": At(2 * 60, KeyboardInterrupt)}
    history = training.fit(
        model,
        few,
        epochs=100,
        learning_rate=0.03,
        metrics=metrics,
        early_stopping=EarlyStopping(patience=1000),
    )
    assert history.stopped == "interrupted"
    assert history.best_epoch < len(history) == 59
    assert history.validation_loss is not None
    found = training.evaluate(model, few.validation)["loss"]
    assert found == pytest.approx(history.validation_loss.min(), rel=1e-6)


@pytest.mark.parametrize("error", [KeyboardInterrupt, ZeroDivisionError])
def test_however_it_ends_generators_and_threads_are_put_back(error: type[BaseException]) -> None:
    model = network()
    state, threads = torch.get_rng_state(), torch.get_num_threads()
    with suppress(ZeroDivisionError):
        training.fit(model, data.digits(), metrics={"stop": At(3, error)})
    assert torch.get_num_threads() == threads
    assert torch.equal(torch.get_rng_state(), state)
    assert not model.training


def test_an_error_in_a_metric_is_not_swallowed() -> None:
    with pytest.raises(ZeroDivisionError):
        training.fit(network(), data.digits(), metrics={"bad": At(3, ZeroDivisionError)})


def test_a_loss_that_is_no_number_stops_with_epoch_rate_and_history() -> None:
    calls = 0

    def loss(output: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        nonlocal calls
        calls += 1
        value = nn.functional.cross_entropy(output, y)
        return value * float("nan") if calls == 1 + 2 * 5 + 3 else value  # 1 trial, 5 an epoch

    X, y = data.digits().train
    settings: dict[str, Any] = {"optimizer": "sgd", "learning_rate": 0.5, "loss": loss}
    with pytest.raises(
        training.Diverged, match=r"in epoch 3, at learning rate 0\.5: try"
    ) as caught:
        training.fit(network(), (X[:160], y[:160]), epochs=9, **settings)
    assert len(caught.value.history) == 2
    assert caught.value.history.stopped == "diverged"


def test_a_training_that_explodes_is_stopped() -> None:
    X, y = data.diabetes().train
    with pytest.raises(training.Diverged, match="scale the columns of X"):
        training.fit(
            nn.Linear(10, 1),
            (X * 1000, y[:, None] * 1000),
            epochs=200,
            optimizer="sgd",
            learning_rate=1.0,
        )


def test_a_validation_loss_that_is_no_number_is_named() -> None:
    class Fragile(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer, self.measured = nn.Linear(64, 10), 0

        def forward(self, X: torch.Tensor) -> torch.Tensor:
            self.measured += not self.training and len(X) > 2
            return self.layer(X) * (float("inf") if self.measured == 2 else 1.0)

    with pytest.raises(training.Diverged, match=r"the validation loss is no .* in epoch 2"):
        training.fit(Fragile(), data.digits())
