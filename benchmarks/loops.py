"""The opponents that need nothing but what the course installs anyway."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import nn

from benchmarks.cases import BETAS, EPSILON, RATE, Case, error
from course_lib import training


@dataclass
class Trial:
    """One training that is ready to be timed.

    Attributes:
        train: does it, all epochs.
        outputs: the network's outputs for inputs, before or after.
        losses: the mean loss of each epoch, where the opponent's is kept.
    """

    train: Callable[[], object]
    outputs: Callable[[torch.Tensor], torch.Tensor]
    losses: list[float] = field(default_factory=list)


def forward(model: nn.Module) -> Callable[[torch.Tensor], torch.Tensor]:
    """Return a function that gives the network's outputs in eval mode, some rows at a time."""

    def outputs(X: torch.Tensor) -> torch.Tensor:
        model.eval()
        with torch.no_grad():
            return torch.cat([model(rows) for rows in torch.split(X, 400)])

    return outputs


def by_hand(case: Case, model: nn.Module, X: torch.Tensor, y: torch.Tensor) -> Trial:
    """The loop that one writes first: the measure of everything else."""
    losses: list[float] = []

    def train() -> None:
        model.train()
        optimizer = torch.optim.Adam(model.parameters(), lr=RATE)
        loss_function = case.loss()
        order = torch.Generator().manual_seed(0)  # as fit draws it: the curves must be equal
        for _ in range(case.epochs):
            rows = torch.randperm(len(X), generator=order)
            total = 0.0
            for start in range(0, len(X), case.batch_size):
                batch = rows[start : start + case.batch_size]
                optimizer.zero_grad()
                loss = loss_function(model(X[batch]), y[batch])
                loss.backward()
                optimizer.step()
                total += loss.item() * len(batch)
            losses.append(total / len(X))

    return Trial(train, forward(model), losses)


def by_loader(case: Case, model: nn.Module, X: torch.Tensor, y: torch.Tensor) -> Trial:
    """The same loop over a DataLoader."""
    losses: list[float] = []

    def train() -> None:
        model.train()
        rows = torch.utils.data.TensorDataset(X, y)
        loader = torch.utils.data.DataLoader(rows, batch_size=case.batch_size, shuffle=True)
        optimizer = torch.optim.Adam(model.parameters(), lr=RATE)
        loss_function = case.loss()
        for _ in range(case.epochs):
            total = 0.0
            for X_batch, y_batch in loader:
                optimizer.zero_grad()
                loss = loss_function(model(X_batch), y_batch)
                loss.backward()
                optimizer.step()
                total += loss.item() * len(X_batch)
            losses.append(total / len(X))

    return Trial(train, forward(model), losses)


def by_fit(case: Case, model: nn.Module, X: torch.Tensor, y: torch.Tensor) -> Trial:
    """The course's own function: all its checks, the history, and a metric of each epoch."""
    losses: list[float] = []

    def train() -> None:
        history = training.fit(
            model,
            (X, y),
            epochs=case.epochs,
            batch_size=case.batch_size,
            metrics={"accuracy": training.accuracy} if case.classes else {"error": error},
        )
        losses.extend(history.loss)

    return Trial(train, forward(model), losses)


def by_sklearn(case: Case, model: nn.Module, X: torch.Tensor, y: torch.Tensor) -> Trial:
    """scikit-learn's MLPClassifier, from the same first weights."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier

    layers = [layer for layer in model.modules() if isinstance(layer, nn.Linear)]
    net = MLPClassifier(
        [layer.out_features for layer in layers[:-1]],
        alpha=0.0,
        batch_size=case.batch_size,
        learning_rate_init=RATE,
        beta_1=BETAS[0],
        beta_2=BETAS[1],
        epsilon=EPSILON,
        max_iter=1,
        tol=0.0,
        n_iter_no_change=case.epochs + 1,
        random_state=0,
        warm_start=True,  # else it would draw its own weights
    )
    inputs, answers = X.numpy(), y.numpy()

    def train() -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            net.fit(inputs, answers)

    def outputs(X: torch.Tensor) -> torch.Tensor:
        likely = net.predict_proba(X.numpy())
        return torch.from_numpy(np.log(np.maximum(likely, np.finfo(likely.dtype).tiny)))

    train()
    net.set_params(max_iter=case.epochs)
    net.coefs_ = [layer.weight.detach().numpy().T.copy() for layer in layers]
    net.intercepts_ = [layer.bias.detach().numpy().copy() for layer in layers]
    return Trial(train, outputs)
