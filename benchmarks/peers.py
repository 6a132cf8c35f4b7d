"""The libraries that a student would reach for, each as its documentation shows it.

All get the network, the data, the batch size and Adam with the same settings. What an opponent
does beyond that is its own default, but for progress bars drawn on a screen: there is none.
"""

from __future__ import annotations

import tempfile
from functools import partial
from typing import Any

import torch
from torch import nn

from benchmarks.cases import BETAS, EPSILON, RATE, Case
from benchmarks.loops import Trial, forward


def by_skorch(case: Case, model: nn.Module, X: torch.Tensor, y: torch.Tensor) -> Trial:
    """A scikit-learn estimator around the network, by skorch, without a validation part."""
    import skorch

    net = skorch.NeuralNet(
        model,
        criterion=type(case.loss()),
        optimizer=torch.optim.Adam,
        lr=RATE,
        max_epochs=case.epochs,
        batch_size=case.batch_size,
        iterator_train__shuffle=True,
        train_split=None,
        verbose=0,
    )
    net.initialize()  # a network that is an object already keeps its weights
    return Trial(lambda: net.partial_fit(X, y), forward(net.module_))


def _lightning(case: Case, model: nn.Module, X: torch.Tensor, y: torch.Tensor, **off: Any) -> Trial:
    import lightning

    loss_function = case.loss()

    class Module(lightning.LightningModule):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def training_step(self, batch: Any, _number: int) -> torch.Tensor:
            X_batch, y_batch = batch
            loss: torch.Tensor = loss_function(self.model(X_batch), y_batch)
            return loss

        def configure_optimizers(self) -> torch.optim.Optimizer:
            return torch.optim.Adam(self.parameters(), lr=RATE)

    rows = torch.utils.data.TensorDataset(X, y)
    loader = torch.utils.data.DataLoader(rows, batch_size=case.batch_size, shuffle=True)
    module = Module()

    def train() -> None:
        with tempfile.TemporaryDirectory() as folder:
            lightning.Trainer(
                max_epochs=case.epochs, accelerator="cpu", default_root_dir=folder, **off
            ).fit(module, loader)

    return Trial(train, forward(model))


def by_lightning(case: Case, model: nn.Module, X: torch.Tensor, y: torch.Tensor) -> Trial:
    """Lightning as it comes: logger, checkpoints, progress bar and summary."""
    return _lightning(case, model, X, y)


def by_bare_lightning(case: Case, model: nn.Module, X: torch.Tensor, y: torch.Tensor) -> Trial:
    """Lightning with everything off that can be."""
    return _lightning(case, model, X, y, barebones=True)


def by_fastai(case: Case, model: nn.Module, X: torch.Tensor, y: torch.Tensor) -> Trial:
    """The Learner of fastai with its own Adam, no weight decay, and a constant rate."""
    from fastai.data.core import DataLoaders
    from fastai.data.load import DataLoader
    from fastai.learner import Learner
    from fastai.optimizer import Adam

    rows = torch.utils.data.TensorDataset(X, y)
    loader = DataLoader(rows, bs=case.batch_size, shuffle=True, num_workers=0)
    # An epoch of fastai's ends with validation, which nobody else has here: it gets one row.
    one = DataLoader(torch.utils.data.TensorDataset(X[:1], y[:1]), bs=1, num_workers=0)
    adam = partial(Adam, mom=BETAS[0], sqr_mom=BETAS[1], eps=EPSILON, wd=0.0)
    with tempfile.TemporaryDirectory() as folder:
        learner = Learner(
            DataLoaders(loader, one), model, loss_func=case.loss(), opt_func=adam, path=folder
        )

    def train() -> None:
        with learner.no_logging():
            learner.fit(case.epochs, lr=RATE)

    return Trial(train, forward(model))
