"""What ``fit`` and ``evaluate`` refuse: before the first epoch, with the cause and the cure."""

# ruff: noqa: E501 - the tables below hold one case a line

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.optim import lr_scheduler
from torch.utils.data import DataLoader, TensorDataset

from course_lib import data, training

N = 40


class Model(nn.Sequential):
    """A classifier of 6 features and 3 classes that counts the batches it was trained on."""

    def __init__(self, *layers: nn.Module) -> None:
        super().__init__(*(layers or (nn.Linear(6, 8), nn.ReLU(), nn.Linear(8, 3))))
        self.trained = 0

    def forward(self, X: Any) -> Any:
        self.trained += self.training
        return super().forward(X)


class Through(nn.Module):
    """Applies a function in place of a layer."""

    def __init__(self, function: Callable[[Any], Any]) -> None:
        super().__init__()
        self.function = function

    def forward(self, X: Any) -> Any:
        return self.function(X)


def rows() -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    return torch.randn(N, 6, generator=generator), torch.arange(N) % 3


X, y = rows()
VALUES = torch.linspace(-1, 1, N)


def hole(value: float) -> torch.Tensor:
    broken = X.clone()
    broken[5, 2] = value
    return broken


def label(value: int) -> torch.Tensor:
    broken = y.clone()
    broken[7] = value
    return broken


DATA: dict[str, tuple[Any, type[Exception], str]] = {
    "float64": ((X.double(), y), ValueError, "X is float64, but the model's weights are float32: pass X.float()"),
    "int64": ((X.long(), y), ValueError, "X is int64, but the model's weights are float32: pass X.float()"),
    "numpy X": ((X.numpy(), y), TypeError, "X is of type ndarray, not a tensor: pass torch.as_tensor(X)"),
    "numpy y": ((X, y.numpy()), TypeError, "y is of type ndarray, not a tensor: pass torch.as_tensor(y)"),
    "list": ((X.tolist(), y), TypeError, "X is of type list, not a tensor"),
    "nan": ((hole(float("nan")), y), ValueError, "X holds 1 values that are NaN or infinite, the first in row 5, column 2"),
    "infinite": ((hole(float("-inf")), y), ValueError, "X holds 1 values that are NaN or infinite"),
    "nan in y": ((X, VALUES / VALUES.round()), ValueError, "y holds 20 values that are NaN or infinite, the first in row 10"),
    "empty": ((X[:0], y[:0]), ValueError, "X (0, 6) and y (0,) are empty"),
    "no columns": ((X[:, :0], y), ValueError, "X (40, 0) and y (40,) are empty"),
    "lengths": ((X, y[:-1]), ValueError, "X has 40 rows and y has 39: give as many targets as inputs"),
    "scalar": ((X, y[0]), ValueError, "y is a single number"),
    "features": ((X[:, :4], y), ValueError, "X, of shape (n, 4), has 4 features in its last dimension, but the model's first layer takes 6: make it Linear(4, 8)"),
    "not flat": ((X.reshape(N, 2, 3), y), ValueError, "takes 6: make it Linear(3, 8), or pass X.flatten(1)"),
    "int32": ((X, y.int()), TypeError, "y is int32: pass y.long()"),
    "bool": ((X, y == 1), TypeError, "y is bool: pass y.long()"),
    "label too large": ((X, label(3)), ValueError, "y holds the label 3 (first in row 7), but the model has 3 outputs, for the labels 0 to 2: count labels from 0"),
    "label far too large": ((X, label(9)), ValueError, "for the labels 0 to 2: give it one output a class"),
    "label negative": ((X, label(-1)), ValueError, "y holds the label -1 (first in row 7)"),
    "label to ignore": ((X, label(-100)), ValueError, "y holds the label -100"),
    "float labels": ((X, y.float()), ValueError, "the model returns shape (n, 3), but y (float32) has shape (n,): pass y.long()"),
    "values for classes": ((X, VALUES), ValueError, "make the model's last layer return the shape of y"),
    "one-hot int": ((X, nn.functional.one_hot(y)), ValueError, "y, of shape (40, 3), is one-hot: pass the class numbers, y.argmax(1)"),
    "one-hot float": ((X, nn.functional.one_hot(y).float()), ValueError, "is one-hot: pass the class numbers, y.argmax(1) (or loss="),
    "column of labels": ((X, y[:, None]), ValueError, "y has shape (n, 1), but the model's scores have shape (n, 3): give one class number for each 3 scores, y[:, 0]"),
    "dataset": (TensorDataset(X, y), TypeError, "type TensorDataset: wrap it as DataLoader(dataset"),
    "X alone": (X, TypeError, "type Tensor: give a Split, a pair (X, y) of tensors, or a DataLoader"),
    "three": ((X, y, y), TypeError, "type tuple: give a Split, a pair"),
    "empty loader": (DataLoader(TensorDataset(X[:3], y[:3]), batch_size=4, drop_last=True), ValueError, "the DataLoader has no batches"),
    "loader of X": (DataLoader(TensorDataset(X)), TypeError, "the DataLoader yields list, not pairs (X, y)"),
    "loader of float64": (DataLoader(TensorDataset(X.double(), y)), ValueError, "X is float64"),
    "loader of labels": (DataLoader(TensorDataset(X, label(5)), batch_size=N), ValueError, "y holds the label 5"),
    "loader of nan": (DataLoader(TensorDataset(hole(float("nan")), y), batch_size=N), ValueError, "the DataLoader's X holds 1 values that are NaN"),
}  # fmt: skip


@pytest.mark.parametrize("name", DATA)
@pytest.mark.parametrize("function", [training.fit, training.evaluate])
def test_data_that_do_not_fit(name: str, function: Callable[..., Any]) -> None:
    given, kind, message = DATA[name]
    model = Model()
    with pytest.raises(kind) as caught:
        function(model, given)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    assert model.trained == 0
    assert all(module.training for module in model.modules())


SMALL = nn.Linear(6, 3)


def flatten_all(X: torch.Tensor) -> torch.Tensor:
    return X.reshape(1, -1)[:, :3]


MODELS: dict[str, tuple[Any, Any, type[Exception], str]] = {
    "no module": (lambda X: X, y, TypeError, "model is of type function: give a torch.nn.Module"),
    "class": (nn.Linear, y, TypeError, "model is of type type: give a torch.nn.Module"),
    "no parameters": (Model(nn.ReLU()), y, ValueError, "the model has no trainable parameters"),
    "frozen": (nn.Linear(6, 3).requires_grad_(False), y, ValueError, "the model has no trainable parameters"),
    "softmax": (Model(SMALL, nn.Softmax(1)), y, ValueError, "the model's outputs are probabilities already (not negative, sum 1)"),
    "one output": (nn.Linear(6, 1), y, ValueError, "the model has 1 output, and cross-entropy of one class is always 0"),
    "column against row": (nn.Linear(6, 1), VALUES, ValueError, "the model returns shape (n, 1), but y (float32) has shape (n,): pass y[:, None]"),
    "row against column": (Model(nn.Linear(6, 1), nn.Flatten(0)), VALUES[:, None], ValueError, "pass y[:, 0]"),
    "no classes": (Model(nn.Linear(6, 1), nn.Flatten(0)), y, ValueError, "make it return a score for each class, of shape (n, classes)"),
    "rows lost": (Model(SMALL, Through(flatten_all)), y, ValueError, "the model returns shape (1, 3) for 2 rows of X: make it return one row"),
    "two outputs": (Model(SMALL, Through(lambda X: (X, X))), y, TypeError, "the model returns tuple, not one tensor: pass loss="),
    "inner layer": (Model(nn.Linear(6, 8), nn.ReLU(), nn.Linear(9, 3)), y, ValueError, "X, of shape (n, 6), does not fit the model, whose layer '2', Linear(in_features=9, out_features=3, bias=True), was given shape (n, 8)"),
    "convolution": (Model(nn.Conv2d(3, 4, 3), nn.Flatten()), y, ValueError, "whose layer '0', Conv2d(3, 4"),
    "embedding": (Model(nn.Embedding(5, 3)), y, ValueError, "takes whole numbers (int64) from 0 to 4: X is float32"),
    "detached": (Model(SMALL, Through(torch.Tensor.detach)), y, ValueError, "the model's output has no gradient"),
    "raises": (Model(SMALL, Through(lambda X: {}["a"])), y, ValueError, "does not fit the model, whose layer '1', Through("),
    "float64 model": (Model().double(), y, ValueError, "X is float32, but the model's weights are float64: pass X.double()"),
}  # fmt: skip


@pytest.mark.parametrize("name", MODELS)
def test_models_that_do_not_fit(name: str) -> None:
    model, targets, kind, message = MODELS[name]
    with pytest.raises(kind) as caught:
        training.fit(model, (X, targets))
    assert message in str(caught.value)
    assert getattr(model, "trained", 0) == 0


def mean_square(output: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    return ((output - y) ** 2).mean()


COLUMN = nn.Linear(6, 1)

LOSSES: dict[str, tuple[Any, Any, Any, type[Exception], str]] = {
    "name": (Model(), y, "mse", TypeError, "loss is of type str: give a callable (output, y)"),
    "mse broadcast": (COLUMN, VALUES, nn.MSELoss(), ValueError, "the loss cannot take output shape (2, 1) and y shape (2,) float32: Using a target size"),
    "own broadcast": (COLUMN, VALUES, mean_square, ValueError, "the loss compares each row with every other, since output shape (2, 1) and y shape (2,)"),
    "own broadcast back": (Model(COLUMN, nn.Flatten(0)), VALUES[:, None], mean_square, ValueError, "the loss compares each row"),
    "whole numbers": (COLUMN, y[:, None], nn.HuberLoss(), ValueError, "Found dtype Long but expected Float; pass y.float() if it holds values"),
    "binary of a row": (COLUMN, (y > 0).float(), nn.BCEWithLogitsLoss(), ValueError, "the loss cannot take output shape (2, 1)"),
    "rows": (Model(), y, nn.CrossEntropyLoss(reduction="none"), ValueError, "the loss returned shape (2,): return one number"),
    "number": (Model(), y, lambda output, y: 0.5, ValueError, "the loss returned a float: return one number as a tensor"),
    "detached": (Model(), y, lambda output, y: (output.argmax(1) != y).float().mean(), ValueError, "the loss has no gradient"),
    "labels": (Model(), label(4), nn.CrossEntropyLoss(), ValueError, "y holds the label 4"),
    "float labels": (Model(), y.float(), nn.functional.cross_entropy, ValueError, "y is float32 of shape (n,), and cross-entropy needs class numbers: pass y.long()"),
}  # fmt: skip


@pytest.mark.parametrize("name", LOSSES)
def test_losses_that_do_not_fit(name: str) -> None:
    model, targets, loss, kind, message = LOSSES[name]
    with pytest.raises(kind) as caught:
        training.fit(model, (X, targets), loss=loss)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("model", "targets", "loss"),
    [
        (Model(SMALL, nn.Softmax(1)), y, nn.CrossEntropyLoss()),
        (Model(), label(-100), nn.CrossEntropyLoss()),
        (Model(), label(-1), nn.CrossEntropyLoss(ignore_index=-1)),
        (Model(), nn.functional.one_hot(y).float(), nn.CrossEntropyLoss()),
        (Model(), nn.functional.one_hot(y).float(), nn.MSELoss()),
        (Model(SMALL, nn.LogSoftmax(1)), y, nn.NLLLoss()),
        (Model(SMALL, nn.LogSoftmax(1)), y, None),
        (COLUMN, (y > 0).float()[:, None], nn.BCEWithLogitsLoss()),
        (COLUMN, VALUES, lambda output, y: mean_square(output[:, 0], y)),
        (Model(COLUMN, nn.Flatten(0)), VALUES, None),
        (COLUMN, VALUES[:, None], nn.functional.l1_loss),
        (Model(nn.Linear(6, 2)), VALUES, lambda output, y: mean_square(output.mean(1), y)),
    ],
)
def test_what_is_unusual_but_right_is_let_through(model: Any, targets: Any, loss: Any) -> None:
    assert len(training.fit(model, (X, targets), epochs=1, loss=loss)) == 1


SETTINGS: list[tuple[dict[str, Any], type[Exception], str]] = [
    ({"epochs": 0}, ValueError, "epochs=0: give a whole number from 1"),
    ({"epochs": 2.5}, ValueError, "epochs=2.5: give a whole number from 1"),
    ({"epochs": True}, ValueError, "epochs=True: give a whole number"),
    ({"batch_size": 0}, ValueError, "batch_size=0: give a whole number from 1"),
    ({"batch_size": "32"}, ValueError, "batch_size='32': give a whole number from 1"),
    ({"learning_rate": 0}, ValueError, "learning_rate=0: give a number above 0"),
    ({"learning_rate": -1e-3}, ValueError, "learning_rate=-0.001: give a number above 0"),
    ({"learning_rate": float("nan")}, ValueError, "learning_rate=nan: give a number above 0"),
    ({"weight_decay": -0.1}, ValueError, "weight_decay=-0.1: give a number from 0"),
    ({"weight_decay": None}, ValueError, "weight_decay=None: give a number from 0"),
    ({"seed": -1}, ValueError, "seed=-1: give a whole number from 0"),
    ({"seed": 0.5}, ValueError, "seed=0.5: give a whole number from 0"),
    ({"optimizer": "adamw"}, ValueError, "optimizer='adamw' is unknown: take 'adam' or 'sgd', or a"),
    ({"optimizer": 3}, TypeError, "optimizer is of type int: give a name or what makes one"),
    ({"optimizer": torch.optim.Adam(SMALL.parameters())}, TypeError, "optimizer is of type Adam"),
    ({"optimizer": list}, TypeError, "optimizer returned list, not a torch.optim.Optimizer"),
    ({"optimizer": torch.optim.AdamW, "learning_rate": 0.1}, ValueError, "learning_rate=0.1 does not reach an optimizer that you make yourself"),
    ({"optimizer": torch.optim.AdamW, "weight_decay": 0.1}, ValueError, "weight_decay=0.1 does not reach"),
    ({"schedule": "cosine"}, TypeError, "schedule is of type str: give a callable that makes one"),
    ({"schedule": lambda optimizer: None}, TypeError, "schedule returned NoneType, not a scheduler"),
    ({"schedule": lambda _: lr_scheduler.StepLR(torch.optim.Adam(SMALL.parameters()), 1)}, ValueError, "schedule returned a scheduler of another optimizer"),
    ({"schedule": lr_scheduler.ReduceLROnPlateau}, ValueError, "schedule is a ReduceLROnPlateau, which watches the validation loss: pass a Split"),
    ({"early_stopping": training.EarlyStopping()}, ValueError, "early_stopping watches the validation loss, and there are no validation data"),
    ({"early_stopping": 5}, TypeError, "early_stopping is of type int: give training.EarlyStopping(patience=10)"),
    ({"metrics": ["accuracy"]}, TypeError, "metrics is of type list: give a mapping"),
    ({"metrics": {"accuracy": 0.5}}, TypeError, "metrics['accuracy'] is of type float: give a callable"),
    ({"metrics": {"loss": training.accuracy}}, ValueError, "metrics has the name 'loss', which the history needs"),
    ({"metrics": {"validation_f1": training.accuracy}}, ValueError, "metrics has the name 'validation_f1'"),
    ({"device": "tpu"}, ValueError, "device='tpu' is not available here"),
    ({"device": 1.5}, ValueError, "device=1.5 is not available here"),
]  # fmt: skip


@pytest.mark.parametrize(("settings", "kind", "message"), SETTINGS)
def test_settings_out_of_range(
    settings: dict[str, Any], kind: type[Exception], message: str
) -> None:
    model = Model()
    with pytest.raises(kind) as caught:
        training.fit(model, (X, y), **settings)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    assert model.trained == 0
    assert model.training


@pytest.mark.skipif(torch.cuda.is_available(), reason="a GPU is here: cuda is no error")
def test_a_gpu_that_is_not_there() -> None:
    with pytest.raises(ValueError, match="device='cuda' is not available here: take device='"):
        training.fit(Model(), (X, y), device="cuda")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"patience": 0}, "patience=0: give a whole number from 1"),
        ({"patience": 1.0}, "patience=1.0: give a whole number from 1"),
        ({"min_delta": -1}, "min_delta=-1: give a number from 0"),
        ({"restore": "best"}, "restore='best': give True or False"),
    ],
)
def test_early_stopping_out_of_range(settings: dict[str, Any], message: str) -> None:
    with pytest.raises((TypeError, ValueError)) as caught:
        training.EarlyStopping(**settings)
    assert str(caught.value) == message


def test_a_loader_has_a_batch_size_of_its_own() -> None:
    loader = DataLoader(TensorDataset(X, y))
    with pytest.raises(ValueError, match="batch_size=8 does not reach a DataLoader"):
        training.fit(Model(), loader, batch_size=8)


def test_a_last_batch_of_one_row_under_batch_norm() -> None:
    normed = Model(nn.Linear(6, 8), nn.BatchNorm1d(8), nn.Linear(8, 3))
    with pytest.raises(ValueError, match="a last batch of one row, of which batch norm"):
        training.fit(normed, (X, y), batch_size=13)
    assert normed.trained == 0
    training.fit(normed, (X, y), batch_size=14, epochs=1)
    pixels = nn.Sequential(nn.BatchNorm2d(1), nn.Flatten(), nn.Linear(6, 3))
    training.fit(pixels, (X.reshape(N, 1, 2, 3), y), batch_size=13, epochs=1)


def test_both_parts_of_a_split_are_looked_at() -> None:
    split = data.wine()
    split.validation.X[3, 4] = float("nan")
    with pytest.raises(ValueError, match=r"wine's validation X holds 1 .* row 3, column 4"):
        training.fit(nn.Linear(13, 3), split)
    split = data.wine()
    split.validation.y[3] = 3
    with pytest.raises(ValueError, match="y holds the label 3"):
        training.fit(nn.Linear(13, 3), split)


def test_arrays_of_numpy_in_a_split() -> None:
    with pytest.raises(TypeError, match="wine's training X is of type ndarray, not a tensor"):
        training.fit(nn.Linear(13, 3), data.wine().numpy())  # type: ignore[arg-type]


def test_evaluate_wants_one_part() -> None:
    with pytest.raises(TypeError, match=r"type Split: give one of its parts, such as split\.val"):
        training.evaluate(nn.Linear(13, 3), data.wine())  # type: ignore[arg-type]


@pytest.mark.parametrize("value", [torch.zeros(3), "high", None])
def test_a_metric_must_return_a_number(value: Any) -> None:
    with pytest.raises(TypeError, match=r"metrics\['odd'\] returned .*: return one number"):
        training.evaluate(Model(), (X, y), metrics={"odd": lambda output, y: value})


@pytest.mark.parametrize("seed", [-1, 2**32, 1.5, True, "0"])
def test_set_seed_refuses_what_numpy_cannot_take(seed: Any) -> None:
    with pytest.raises(ValueError, match="give a whole number from 0 to 4294967295"):
        training.set_seed(seed)


def test_numbers_of_numpy_are_numbers() -> None:
    settings = {"epochs": np.int64(1), "learning_rate": np.float32(0.01), "seed": np.int64(3)}
    assert len(training.fit(Model(), (X, y), batch_size=np.int64(32), **settings)) == 1
    assert training.evaluate(Model(), (X, y), batch_size=np.int64(32))["loss"] > 0
    made = partial(torch.optim.AdamW, lr=0.1)
    assert len(training.fit(Model(), (X, y), epochs=1, optimizer=made)) == 1
