"""The training loop of scikit-learn's multi-layer perceptron, on PyTorch's parts."""

from __future__ import annotations

import copy
import math
from collections.abc import Collection
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.metrics import accuracy_score, r2_score
from sklearn.model_selection import train_test_split
from torch import Tensor, nn

from course_lib.parity.goal import Goal

ACTIVATIONS = {"identity": nn.Identity, "logistic": nn.Sigmoid, "relu": nn.ReLU, "tanh": nn.Tanh}


def make_network(sizes: list[int], activation: str, dtype: torch.dtype) -> nn.Sequential:
    """Return Linear, activation, Linear, ..., Linear: out come logits, or values."""
    modules: list[nn.Module] = []
    for inputs, outputs in pairwise(sizes):
        modules += [nn.Linear(inputs, outputs, dtype=dtype), ACTIVATIONS[activation]()]
    return nn.Sequential(*modules[:-1])


def linear_layers(network: nn.Sequential) -> list[nn.Linear]:
    """Return the layers that have weights."""
    return [module for module in network if isinstance(module, nn.Linear)]


class Training:
    """One training: the network, its optimizer, and all that changes from epoch to epoch."""

    def __init__(
        self,
        estimator: Any,
        goal: Goal,
        inputs: int,
        dtype: torch.dtype,
        device: str,
        forget: Collection[str],
    ) -> None:
        self.settings, self.goal, self.forget = estimator, goal, forget
        self.rng = np.random.RandomState(estimator.random_state)
        hidden = np.atleast_1d(np.asarray(estimator.hidden_layer_sizes, dtype=int)).tolist()
        with torch.random.fork_rng(devices=[]):  # the caller's random numbers stay as they were
            torch.default_generator.manual_seed(estimator.random_state)
            self.network = make_network(
                [inputs, *hidden, goal.outputs], estimator.activation, dtype
            )
        self.draw_weights()
        self.network.to(device)
        self.layers = linear_layers(self.network)
        self.optimizer = self.make_optimizer()
        self.generator = torch.Generator().manual_seed(estimator.random_state)
        self.steps = 0
        self.best, self.waited = math.inf, 0

    def keeps(self, item: str) -> bool:
        """Tell whether an item of the recipe is followed."""
        return item not in self.forget

    def draw_weights(self) -> None:
        """Draw the weights that scikit-learn starts from."""
        factor = 2 if self.settings.activation == "logistic" else 6
        for layer in linear_layers(self.network):
            inputs, outputs = layer.in_features, layer.out_features
            bound = math.sqrt(factor / (inputs + outputs))
            W = self.rng.uniform(-bound, bound, (inputs, outputs))
            b = self.rng.uniform(-bound, bound, outputs)
            # Drawn even if not kept: the order of the batches comes from the same generator.
            if self.keeps("initialisation"):
                layer.weight.data = torch.from_numpy(W.T).to(layer.weight)  # (outputs, inputs)
                layer.bias.data = torch.from_numpy(b).to(layer.bias)

    def make_optimizer(self) -> torch.optim.Optimizer:
        """Return PyTorch's Adam or SGD, with the weights and the biases in a group each."""
        s = self.settings
        decay = 0.0 if self.keeps("weight decay") else s.alpha  # adapt() sets it for the weights
        groups = [
            {"params": [layer.weight for layer in self.layers], "weight_decay": decay},
            {"params": [layer.bias for layer in self.layers], "weight_decay": decay},
        ]
        if s.solver == "adam":
            return torch.optim.Adam(
                groups, lr=s.learning_rate_init, betas=(s.beta_1, s.beta_2), eps=s.epsilon
            )
        return torch.optim.SGD(
            groups,
            lr=s.learning_rate_init,
            momentum=s.momentum,
            nesterov=s.nesterovs_momentum and s.momentum > 0,
        )

    def run(self, X: Tensor, y: Tensor) -> tuple[list[float], list[float] | None]:
        """Train until nothing improves; return the losses, and the scores if rows are held out."""
        s = self.settings
        X, y, X_held, y_held = self.hold_out(X, y)
        order = np.arange(len(X))
        curve: list[float] = []
        scores: list[float] = []
        best = copy.deepcopy(self.network.state_dict())
        for _ in range(s.max_iter):
            order = self.next_order(order)
            curve.append(self.epoch(X, y, torch.from_numpy(order).to(X.device)))
            if not s.early_stopping:
                self.improves(curve[-1])
            else:
                scores.append(self.score(X_held, y_held))
                if self.improves(-scores[-1]):
                    best = copy.deepcopy(self.network.state_dict())
            if not self.goes_on(len(curve) * len(X)):
                break
        if not s.early_stopping:
            return curve, None
        self.network.load_state_dict(best)
        return curve, scores

    def epoch(self, X: Tensor, y: Tensor, order: Tensor) -> float:
        """Train on every row once; return the loss for the curve."""
        size = self.settings.batch_size
        batches = torch.split(order, 200 if size == "auto" else size)
        if not self.keeps("short batch"):
            batches = tuple(batch for batch in batches if len(batch) == len(batches[0]))
        losses = [self.step(X[batch], y[batch]) for batch in batches]
        lengths = [len(batch) for batch in batches] if self.keeps("reported loss") else None
        return float(np.average(losses, weights=lengths))

    def step(self, X: Tensor, y: Tensor) -> float:
        """Take one step on one batch; return its loss before the step."""
        losses = self.goal.losses(self.network(X), y)  # (rows, outputs)
        # Gradients are those of the sum over outputs. The curve shows their mean: see report().
        loss = losses.sum(dim=1).mean() if self.keeps("loss") else losses.mean()
        reported = self.report(losses.detach()) if self.keeps("reported loss") else loss
        self.optimizer.zero_grad()
        loss.backward()
        self.adapt(len(X))
        self.optimizer.step()
        return reported.item()

    def report(self, losses: Tensor) -> Tensor:
        """Return the loss that scikit-learn reports for a batch with losses (rows, outputs)."""
        if self.goal.classes is not None:
            # Probabilities are clipped to eps, 1 - eps before the logarithm.
            eps = torch.finfo(losses.dtype).eps
            losses = losses.clamp(-math.log1p(-eps), -math.log(eps))
        squares = torch.stack([(layer.weight.detach() ** 2).sum() for layer in self.layers]).sum()
        reported: Tensor = losses.mean() + 0.5 * self.settings.alpha * squares / len(losses)
        return reported

    def adapt(self, batch_length: int) -> None:
        """Set what scikit-learn changes from step to step, and PyTorch leaves as it is."""
        self.steps += 1
        s = self.settings
        weights, biases = self.optimizer.param_groups
        if self.keeps("weight decay"):
            # alpha belongs to the sum over the batch, and the loss is a mean.
            weights["weight_decay"] = s.alpha / batch_length
        if self.keeps("epsilon") and s.solver == "adam":
            # PyTorch divides by sqrt(v) / c + eps,
            # scikit-learn by (sqrt(v) + eps) / c.
            c = math.sqrt(1 - s.beta_2**self.steps)
            weights["eps"] = biases["eps"] = s.epsilon / c

    def hold_out(self, X: Tensor, y: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Return X and y to train on, and those held out for early stopping (else none)."""
        rows, held = np.arange(len(X)), np.arange(0)
        if self.settings.early_stopping:
            classes = self.goal.classes
            two = classes is not None and len(classes) == 2  # more are not stratified
            rows, held = train_test_split(
                rows,
                test_size=self.settings.validation_fraction,
                random_state=self.rng,
                stratify=y.flatten().cpu().numpy() if two else None,
            )
            if len(held) < 2:
                raise ValueError(
                    f"validation_fraction={self.settings.validation_fraction!r} of {len(X)} rows "
                    f"holds out {len(held)}: 2 are needed, give more rows or a larger fraction"
                )
        return X[rows], y[rows], X[held], y[held]

    def next_order(self, order: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the rows in the order of the next epoch."""
        if not self.settings.shuffle:
            return order
        if not self.keeps("batch order"):
            return torch.randperm(len(order), generator=self.generator).numpy()
        # Shuffles what the epoch before had shuffled.
        return order[self.rng.permutation(len(order))]

    def score(self, X: Tensor, y: Tensor) -> float:
        """Return the accuracy, or R², that decides on early stopping."""
        with torch.no_grad():
            output = self.network(X)
        if not output.isfinite().all():
            return math.nan
        measure = r2_score if self.goal.classes is None else accuracy_score
        return float(measure(y.squeeze(-1).cpu().numpy(), self.goal.decide(output)))

    def improves(self, loss: float) -> bool:
        """Note a loss, or a negative score; return whether it is the best, by however little."""
        self.waited = self.waited + 1 if loss > self.best - self.settings.tol else 0
        best = loss < self.best
        self.best = loss if best else self.best
        return best

    def goes_on(self, rows_seen: int) -> bool:
        """Change the learning rate where it has a schedule; return whether to train on."""
        s, rate = self.settings, self.optimizer.param_groups[0]["lr"]
        schedule = s.learning_rate if s.solver == "sgd" else "constant"
        if schedule == "invscaling":
            self.set_rate(s.learning_rate_init / (rows_seen + 1) ** s.power_t)
        if self.waited <= s.n_iter_no_change:
            return True
        if schedule == "adaptive" and rate > 1e-6:
            self.set_rate(rate / 5)
            self.waited = 0
            return True
        return False

    def set_rate(self, rate: float) -> None:
        """Change the learning rate of SGD."""
        for group in self.optimizer.param_groups:
            for parameter in group["params"]:
                momentum = self.optimizer.state[parameter].get("momentum_buffer")
                if momentum is not None and self.keeps("velocity"):
                    # scikit-learn's velocity is rate × PyTorch's: keep it when the rate changes.
                    momentum *= group["lr"] / rate
            group["lr"] = rate
