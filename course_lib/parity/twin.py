"""What a twin is, and how to ask for one."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from numbers import Integral
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.utils.validation import check_X_y
from torch import nn

from course_lib.parity.goal import Goal, make_goal
from course_lib.parity.training import Training, linear_layers

RECIPE = {
    "initialisation": "Weights and biases are drawn by NumPy, uniform in ±sqrt(6 / (in + out)), "
    "or ±sqrt(2 / (in + out)) for the logistic activation; PyTorch draws in ±1 / sqrt(in).",
    "batch order": "Each epoch shuffles the order of the epoch before; "
    "in PyTorch one draws a new torch.randperm.",
    "short batch": "The last, shorter batch of an epoch is trained on; drop_last leaves it out.",
    "loss": "Two classes share one output and binary cross-entropy, and values get half the "
    "squared error; in PyTorch one gives each class an output, and takes MSELoss.",
    "weight decay": "alpha is divided by the length of the batch and spares the biases; "
    "in PyTorch weight_decay is one number for every step and parameter.",
    "epsilon": "Adam adds epsilon before it corrects the bias of its averages, PyTorch after it.",
    "velocity": "The momentum of SGD remembers past steps, learning rate and all, PyTorch's past "
    "gradients; they part where a schedule changes the rate.",
    "reported loss": "The curve shows the loss with its penalty on the weights, probabilities "
    "clipped, rows averaged; in PyTorch one averages the batches' data losses.",
}

_DTYPES = {torch.float32: np.float32, torch.float64: np.float64}


@dataclass(frozen=True, eq=False)
class Twin:
    """A network that PyTorch trained as scikit-learn would have.

    Attributes:
        network: the trained ``Linear`` and activation modules; logits come out for classes.
        loss_curve: one loss for each epoch, as scikit-learn's ``loss_curve_``.
        validation_scores: accuracy or R² after each epoch, as ``validation_scores_``; None
            without ``early_stopping``.
        goal: what it learned; ``goal.classes`` are the labels, as ``classes_``.
    """

    network: nn.Sequential
    loss_curve: list[float]
    validation_scores: list[float] | None
    goal: Goal

    @property
    def weights(self) -> list[NDArray[Any]]:
        """Each layer's weights (inputs, outputs), as ``coefs_``: the transposes of PyTorch's."""
        layers = linear_layers(self.network)
        return [layer.weight.detach().cpu().numpy().T.copy() for layer in layers]

    @property
    def biases(self) -> list[NDArray[Any]]:
        """Each layer's biases (outputs,), as ``intercepts_``."""
        layers = linear_layers(self.network)
        return [layer.bias.detach().cpu().numpy().copy() for layer in layers]

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """Return the label, or the value, that the network gives each row of ``X`` (n, features).

        Returns:
            Labels (n,), or values (n,), or (n, outputs) where there are several.
        """
        like = next(self.network.parameters())
        with torch.no_grad():
            answers = self.goal.decide(self.network(torch.as_tensor(np.asarray(X)).to(like)))
        return answers if self.goal.classes is None else self.goal.classes[answers]


def train_twin(
    estimator: MLPClassifier | MLPRegressor,
    X: ArrayLike,
    y: ArrayLike,
    *,
    dtype: torch.dtype = torch.float64,
    forget: Collection[str] = (),
    device: str = "cpu",
) -> Twin:
    """Train in PyTorch the network that ``estimator.fit(X, y)`` would train.

    In float64 on the CPU the loss curves agree to about 1e-14, relatively, over hundreds of epochs;
    but where two classes are told apart from unscaled columns, scikit-learn's own rounding of
    1 - p shows in its curve, at 1e-4, and not in its weights. In float32 they agree to about 1e-6
    until rounding puts the input of some ReLU on the other side of zero, and part from there, by
    1e-2 in a deep network. scikit-learn computes in the dtype of ``X``: give it the same.

    Args:
        estimator: says how; its solver is ``"adam"`` or ``"sgd"`` and its ``random_state`` a whole
            number. It is neither fitted nor changed, and its ``verbose`` is not heeded.
        X: inputs (n, features).
        y: labels (n,) for a classifier, values (n,) or (n, outputs) for a regressor.
        dtype: what to compute in, ``torch.float64`` or ``torch.float32``.
        forget: items of ``RECIPE`` to leave out, done instead as is customary in PyTorch.
        device: where to train, such as ``"cuda"``.

    Raises:
        TypeError: the estimator is another one.
        ValueError: the estimator, the data or another argument asks for what is not supported, or
            the weights grow beyond all numbers.
    """
    _check(estimator, dtype, forget, device)
    regression = isinstance(estimator, MLPRegressor)
    inputs, answers = check_X_y(X, y, dtype=_DTYPES[dtype], multi_output=True, y_numeric=regression)
    goal, targets = make_goal(estimator, answers, dtype, forget)
    training = Training(estimator, goal, inputs.shape[1], dtype, device, forget)
    curve, scores = training.run(torch.from_numpy(inputs).to(device), targets.to(device))
    if not all(parameter.isfinite().all() for parameter in training.network.parameters()):
        raise ValueError(
            f"the weights grew beyond all numbers with learning_rate_init="
            f"{estimator.learning_rate_init!r}: lower it, or scale the columns of X"
        )
    return Twin(training.network, curve, scores, goal)


def _check(estimator: Any, dtype: torch.dtype, forget: Collection[str], device: str) -> None:
    """Refuse what has no twin."""
    if not isinstance(estimator, MLPClassifier | MLPRegressor):
        raise TypeError(
            f"estimator is a {type(estimator).__name__}: give an MLPClassifier or an MLPRegressor"
        )
    estimator._validate_params()  # scikit-learn's own message where a value is out of range
    for name, supported in (
        ("solver", ("adam", "sgd")),
        ("warm_start", (False,)),
        ("loss", ("log_loss", "squared_error")),
    ):
        value = getattr(estimator, name)
        if value not in supported:
            raise ValueError(
                f"{name}={value!r} has no twin: give {' or '.join(map(repr, supported))}"
            )
    if np.min(estimator.hidden_layer_sizes, initial=1) < 1:
        raise ValueError(
            f"hidden_layer_sizes={estimator.hidden_layer_sizes!r}: give each layer 1 unit or more"
        )
    if not isinstance(estimator.random_state, Integral):
        raise ValueError(
            f"random_state={estimator.random_state!r} can't be drawn from twice: "
            "give a whole number, such as 0"
        )
    if not set(forget) <= set(RECIPE):
        raise ValueError(
            f"forget={forget!r}: give a list of names out of {', '.join(map(repr, RECIPE))}"
        )
    if dtype not in _DTYPES:
        raise ValueError(f"dtype={dtype}: give torch.float64 or torch.float32")
    if torch.device(device).type == "mps" and dtype is torch.float64:
        raise ValueError(f"device={device!r} has no float64: give dtype=torch.float32")
