"""``fit`` against the loop written by hand: same weights and batches, same losses and weights."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812 - the field's name for it
from torch.utils.data import DataLoader, TensorDataset

from course_lib import data, training

EPOCHS = 4


def network(*, inputs: int = 64, outputs: int = 10, dtype: torch.dtype = torch.float64) -> Any:
    training.set_seed(7)
    return nn.Sequential(nn.Linear(inputs, 16), nn.Tanh(), nn.Linear(16, outputs)).to(dtype)


def digits(rows: int = 300) -> data.Part[torch.Tensor]:
    X, y = data.digits().train
    return data.Part(X[:rows].double(), y[:rows])


def by_hand(
    model: nn.Module,
    part: Any,
    optimizer: torch.optim.Optimizer,
    *,
    batch_size: int,
    loss: Callable[..., torch.Tensor] = F.cross_entropy,
    seed: int = 0,
    step: Callable[[], None] = lambda: None,
) -> list[float]:
    """Train as a beginner writes it down; return the mean loss of each epoch."""
    X, y = part
    generator = torch.Generator().manual_seed(seed)
    curve = []
    for _ in range(EPOCHS):
        model.train()
        order = torch.randperm(len(X), generator=generator)
        total = 0.0
        for start in range(0, len(X), batch_size):
            rows = order[start : start + batch_size]
            value = loss(model(X[rows]), y[rows])
            optimizer.zero_grad()
            value.backward()
            optimizer.step()
            total += value.item() * len(rows)
        curve.append(total / len(X))
        step()
    return curve


def assert_same(history: Any, curve: list[float], model: nn.Module, reference: nn.Module) -> None:
    np.testing.assert_allclose(history.loss, curve, rtol=1e-11)
    theirs = reference.state_dict()
    for name, values in model.state_dict().items():
        torch.testing.assert_close(values, theirs[name], rtol=1e-9, atol=1e-11)


OPTIMIZERS: dict[str, tuple[dict[str, Any], Callable[..., torch.optim.Optimizer]]] = {
    "default": ({}, partial(torch.optim.Adam, lr=1e-3)),
    "adam with decay": (
        {"learning_rate": 0.01, "weight_decay": 0.1},
        partial(torch.optim.Adam, lr=0.01, weight_decay=0.1),
    ),
    "sgd": (
        {"optimizer": "sgd", "learning_rate": 0.05},
        partial(torch.optim.SGD, lr=0.05, momentum=0.9, nesterov=True),
    ),
    "sgd with decay": (
        {"optimizer": "sgd", "learning_rate": 0.05, "weight_decay": 0.01},
        partial(torch.optim.SGD, lr=0.05, momentum=0.9, nesterov=True, weight_decay=0.01),
    ),
    "own": (
        {"optimizer": partial(torch.optim.AdamW, lr=0.02)},
        partial(torch.optim.AdamW, lr=0.02),
    ),
}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_fit_is_the_loop_written_by_hand(name: str) -> None:
    settings, make = OPTIMIZERS[name]
    part = digits()
    model, reference = network(), network()
    curve = by_hand(reference, part, make(reference.parameters()), batch_size=64)
    history = training.fit(model, part, epochs=EPOCHS, batch_size=64, **settings)
    assert_same(history, curve, model, reference)
    assert curve[-1] < curve[0]


def test_the_weights_agree_in_float32_too() -> None:
    X, y = data.digits().train
    model, reference = network(dtype=torch.float32), network(dtype=torch.float32)
    optimizer = torch.optim.Adam(reference.parameters(), lr=1e-3)
    curve = by_hand(reference, (X, y), optimizer, batch_size=32)
    history = training.fit(model, (X, y), epochs=EPOCHS)
    np.testing.assert_allclose(history.loss, curve, rtol=1e-5)


@pytest.mark.parametrize(
    ("rows", "batch_size"), [(33, 32), (31, 32), (32, 32), (7, 3), (5, 1), (5, 1000)]
)
def test_a_short_last_batch_is_trained_on_and_weighs_by_its_rows(
    rows: int, batch_size: int
) -> None:
    part = digits(rows)
    model, reference = network(), network()
    optimizer = torch.optim.Adam(reference.parameters(), lr=1e-3)
    curve = by_hand(reference, part, optimizer, batch_size=batch_size)
    history = training.fit(model, part, epochs=EPOCHS, batch_size=batch_size)
    assert_same(history, curve, model, reference)


def test_regression_is_mean_squared_error() -> None:
    X, y = data.diabetes().train
    part = (X.double() / X.std(0), (y[:, None].double() - 150) / 80)
    model, reference = network(inputs=10, outputs=1), network(inputs=10, outputs=1)
    optimizer = torch.optim.Adam(reference.parameters(), lr=1e-3)
    curve = by_hand(reference, part, optimizer, batch_size=32, loss=F.mse_loss)
    history = training.fit(model, part, epochs=EPOCHS)
    assert_same(history, curve, model, reference)
    assert history.metrics == {}
    assert history.validation_loss is None


def test_a_loss_of_ones_own() -> None:
    weights = torch.linspace(1, 2, 10, dtype=torch.float64)
    loss = nn.CrossEntropyLoss(weight=weights, label_smoothing=0.1)
    part = digits()
    model, reference = network(), network()
    optimizer = torch.optim.Adam(reference.parameters(), lr=1e-3)
    curve = by_hand(reference, part, optimizer, batch_size=32, loss=loss)
    assert_same(training.fit(model, part, epochs=EPOCHS, loss=loss), curve, model, reference)


def test_the_seed_decides_the_order_of_the_rows() -> None:
    part = digits()
    curves = []
    for seed in (3, 3, 4):
        model, reference = network(), network()
        optimizer = torch.optim.Adam(reference.parameters(), lr=1e-3)
        curve = by_hand(reference, part, optimizer, batch_size=32, seed=seed)
        history = training.fit(model, part, epochs=EPOCHS, seed=seed)
        assert_same(history, curve, model, reference)
        curves.append(history.loss.tolist())
    assert curves[0] == curves[1] != curves[2]


def test_dropout_and_batch_norm_train_as_by_hand_and_measure_in_eval_mode() -> None:
    part = digits()

    def regularised() -> nn.Module:
        training.set_seed(7)
        return nn.Sequential(
            nn.Linear(64, 16, bias=False),  # batch norm takes a bias out: its gradient is noise
            nn.BatchNorm1d(16),
            nn.ReLU(),
            nn.Dropout(),
            nn.Linear(16, 10),
        ).double()

    model, reference = regularised(), regularised()
    optimizer = torch.optim.Adam(reference.parameters(), lr=1e-3)
    torch.manual_seed(5)  # of the dropout, which fit draws from its own seed
    curve = by_hand(reference, part, optimizer, batch_size=32, seed=5)
    split = data.digits()
    held_out = data.Part(split.validation.X.double(), split.validation.y)
    split = replace(split, train=part, validation=held_out)
    model.eval()  # as a fit before this one leaves it
    history = training.fit(model, split, epochs=EPOCHS, seed=5)
    assert_same(history, curve, model, reference)
    reference.eval()
    with torch.no_grad():
        expected = F.cross_entropy(reference(held_out.X), held_out.y).item()
    assert history.validation_loss is not None
    assert history.validation_loss[-1] == pytest.approx(expected, rel=1e-10)
    assert not any(module.training for module in model.modules())


def test_the_trial_before_training_draws_nothing_and_leaves_no_hook() -> None:
    class Noisy(nn.Linear):
        """Draws in eval mode as well."""

        def forward(self, X: torch.Tensor) -> torch.Tensor:
            return super().forward(X + torch.randn_like(X))

    part = digits()
    training.set_seed(7)
    model, reference = Noisy(64, 10).double(), Noisy(64, 10).double()
    reference.load_state_dict(model.state_dict())
    optimizer = torch.optim.Adam(reference.parameters(), lr=1e-3)
    torch.manual_seed(5)
    curve = by_hand(reference, part, optimizer, batch_size=32, seed=5)
    assert_same(training.fit(model, part, epochs=EPOCHS, seed=5), curve, model, reference)
    assert not model._forward_pre_hooks


@pytest.mark.parametrize("shuffle", [False, True])
def test_a_loader_brings_its_own_batches(shuffle: bool) -> None:
    X, y = digits()

    def loader() -> DataLoader[Any]:
        generator = torch.Generator().manual_seed(9)
        dataset = TensorDataset(X, y)
        return DataLoader(dataset, batch_size=50, shuffle=shuffle, generator=generator)

    model, reference = network(), network()
    optimizer = torch.optim.Adam(reference.parameters(), lr=1e-3)
    curve, batches = [], loader()
    for _ in range(EPOCHS):
        losses = []
        for inputs, targets in batches:
            value = F.cross_entropy(reference(inputs), targets)
            optimizer.zero_grad()
            value.backward()
            optimizer.step()
            losses.append(value.item())
        curve.append(float(np.mean(losses)))  # 6 batches of 50
    assert_same(training.fit(model, loader(), epochs=EPOCHS), curve, model, reference)


def test_a_shuffling_loader_repeats_with_the_seed() -> None:
    X, y = digits()
    curves = []
    for seed in (1, 1, 2):
        loader = DataLoader(TensorDataset(X, y), batch_size=32, shuffle=True)
        torch.rand(3)  # the global generator stands elsewhere each time
        curves.append(training.fit(network(), loader, epochs=2, seed=seed).loss.tolist())
    assert curves[0] == curves[1] != curves[2]


def test_each_batch_of_a_stream_is_seen_once() -> None:
    class Stream(torch.utils.data.IterableDataset[Any]):
        passes = 0

        def __iter__(self) -> Any:
            self.passes += 1
            return iter(zip(*digits(40), strict=True))

    stream, seen = Stream(), []

    def note(output: torch.Tensor, y: torch.Tensor) -> int:
        seen.append(y)
        return len(y)

    training.fit(network(), DataLoader(stream, batch_size=16), epochs=2, metrics={"rows": note})
    assert stream.passes == 2
    assert all(torch.equal(y, digits(40).y) for y in seen)


def test_nothing_of_the_callers_moves_but_the_model() -> None:
    split = data.digits()
    before = [tensor.clone() for part in (split.train, split.validation) for tensor in part]
    model = nn.Sequential(nn.Linear(64, 16), nn.Dropout(), nn.Linear(16, 10))
    torch.manual_seed(11)
    np.random.seed(11)
    random.seed(11)
    states = (torch.get_rng_state(), np.random.get_state()[1].tolist(), random.getstate())
    threads = torch.get_num_threads()
    training.fit(model, split, epochs=2)
    training.evaluate(model, split.test)
    after = [tensor for part in (split.train, split.validation) for tensor in part]
    assert all(torch.equal(old, new) for old, new in zip(before, after, strict=True))
    assert torch.equal(states[0], torch.get_rng_state())
    assert states[1:] == (np.random.get_state()[1].tolist(), random.getstate())
    assert torch.get_num_threads() == threads
    assert torch.is_grad_enabled()


def test_frozen_weights_stay() -> None:
    model = network()
    model[0].requires_grad_(False)
    frozen, free = model[0].weight.clone(), model[2].weight.clone()
    training.fit(model, digits(), epochs=1)
    assert torch.equal(model[0].weight, frozen)
    assert not torch.equal(model[2].weight, free)


def test_images_and_sequences_pass_too() -> None:
    split = data.digits()
    X, y = split.images(split.train.X)[:, None], split.train.y
    conv = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(144, 10))
    assert training.fit(conv, (X, y), epochs=3).metrics["accuracy"][-1] > 0.5

    class NextToken(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.embedding = nn.Embedding(5, 8)
            self.out = nn.Linear(8, 5)

        def forward(self, X: torch.Tensor) -> torch.Tensor:
            return self.out(self.embedding(X)).movedim(2, 1)  # (n, classes, length)

    X = torch.arange(200).reshape(20, 10) % 5
    history = training.fit(NextToken(), (X, (X + 1) % 5), epochs=30, learning_rate=0.1)
    assert history.metrics["accuracy"][-1] == 1.0


def test_an_autoencoder_learns_its_input() -> None:
    X = data.digits().train.X
    model = nn.Sequential(nn.Linear(64, 8), nn.Linear(8, 64))
    history = training.fit(model, (X, X), epochs=3)
    assert history.loss[-1] < 0.5 * history.loss[0]


def test_a_model_of_several_outputs_with_a_loss_that_knows_them() -> None:
    class Twofold(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.mean, self.spread = nn.Linear(64, 1), nn.Linear(64, 1)

        def forward(self, X: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            return self.mean(X), self.spread(X).exp()

    X, y = data.digits().train

    def loss(output: tuple[torch.Tensor, torch.Tensor], y: torch.Tensor) -> torch.Tensor:
        return F.gaussian_nll_loss(output[0], y, output[1])

    history = training.fit(Twofold(), (X, y.float()[:, None]), epochs=2, loss=loss)
    assert history.loss[1] < history.loss[0]
