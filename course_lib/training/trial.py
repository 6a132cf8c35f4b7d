"""A trial pass on two rows: what does not fit is found before the first epoch, and named."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch.nn import functional as F  # noqa: N812 - the field's name for it
from torch.nn.modules.batchnorm import _BatchNorm

from course_lib.training.devices import own_randomness
from course_lib.training.inputs import dtype

Loss = Callable[[Any, torch.Tensor], Any]  # (output, y) to the mean over the rows, a tensor


def default_loss(y: torch.Tensor) -> Loss:
    """Return cross-entropy where ``y`` holds class numbers, mean squared error where values."""
    return F.mse_loss if y.is_floating_point() else F.cross_entropy


@contextmanager
def as_found(model: torch.nn.Module) -> Iterator[None]:
    """Put the model in eval mode within the block; each of its modules is then as it was."""
    modes = {module: module.training for module in model.modules()}
    model.eval()
    try:
        yield
    finally:
        for module, mode in modes.items():
            module.training = mode


def try_out(
    model: torch.nn.Module,
    X: torch.Tensor,
    y: torch.Tensor,
    loss: Loss | None,
    shortest: int | None = None,
) -> Any:
    """Pass two rows through the model and the loss; return the output, or say what does not fit.

    It is done in eval mode and on random numbers of its own: neither batch norm's statistics nor
    any generator moves.

    Args:
        model: the network.
        X: inputs (n, ...), of which the first two rows are used.
        y: targets (n, ...), of which all are compared with the output's classes.
        loss: as given to ``fit``; None for the default.
        shortest: rows of the shortest batch to train on; None where there is no training.

    Raises:
        TypeError: the default loss cannot take what the model returns.
        ValueError: shapes, classes or dtypes do not fit.
    """
    with own_randomness(0, X.device), as_found(model), torch.enable_grad():
        output = _forward(model, X[:2], shortest)
        if loss is None:
            _check_default(output, len(X[:2]), y)
        elif loss is F.cross_entropy or isinstance(loss, torch.nn.CrossEntropyLoss):
            _check_labels(output, y, getattr(loss, "ignore_index", -100))
        _check_loss(loss or default_loss(y), output, y[:2], training=shortest is not None)
    return output


def _forward(model: torch.nn.Module, X: torch.Tensor, shortest: int | None) -> Any:
    """Return the model's output; an error names the layer that raised it."""
    entered: list[tuple[str, torch.nn.Module, Any]] = []
    hooks = [
        module.register_forward_pre_hook(
            lambda module, given, name=name: entered.append((name, module, given))
        )
        for name, module in model.named_modules()
        if not any(module.children())
    ]
    try:
        output = model(X)
    except Exception as error:
        raise ValueError(_misfit(model, X, entered, error)) from error
    finally:
        for hook in hooks:
            hook.remove()
    for name, module, given in entered:
        # Batch norm in training needs two values a channel, over rows and pixels.
        if not isinstance(module, _BatchNorm) or shortest != 1:
            continue
        if len(given[0]) == len(X) and given[0][0, 0].numel() == 1:
            raise ValueError(
                f"batch_size leaves a last batch of one row, of which batch norm (layer {name!r}) "
                "cannot take a mean: choose another batch_size, or drop a row"
            )
    return output


def _misfit(
    model: torch.nn.Module, X: torch.Tensor, entered: list[tuple[str, Any, Any]], error: Exception
) -> str:
    """Return what is wrong with X or the model, as closely as can be told."""
    name, layer, given = entered[-1] if entered else ("", None, ())
    weights = next((w for w in model.parameters() if w.is_floating_point()), None)
    if isinstance(layer, torch.nn.Embedding):
        return (
            f"X does not fit the model's {layer}, which takes whole numbers (int64) from 0 to "
            f"{layer.num_embeddings - 1}: X is {dtype(X)} ({_first_line(error)})"
        )
    if weights is not None and X.dtype != weights.dtype:
        short = {torch.float32: "X.float()", torch.float64: "X.double()"}
        cast = short.get(weights.dtype, f"X.to({weights.dtype})")
        return f"X is {dtype(X)}, but the model's weights are {dtype(weights)}: pass {cast}"
    if layer is None:
        return f"the model cannot take X, of shape {_rows(X)}: {_first_line(error)}"
    width = getattr(layer, "in_features", None)
    if len(entered) == 1 and width is not None:
        flat = "X.flatten(1)" if X[0].numel() == width else "X with as many features"
        return (
            f"X, of shape {_rows(X)}, has {X.shape[-1]} features in its last dimension, but the "
            f"model's first layer takes {width}: make it "
            f"{type(layer).__name__}({X.shape[-1]}, {layer.out_features}), or pass {flat}"
        )
    return (
        f"X, of shape {_rows(X)}, does not fit the model, whose layer {name!r}, {layer}, was given "
        f"shape {_rows(given[0]) if given else '()'}: {_first_line(error)}"
    )


def _check_default(output: Any, rows: int, y: torch.Tensor) -> None:
    """Refuse what the default loss would take the wrong way, or not at all."""
    if not isinstance(output, torch.Tensor):
        raise TypeError(
            f"the model returns {type(output).__name__}, not one tensor: "
            "pass loss=, a callable (output, y) that knows what to do with it"
        )
    if output.ndim == 0 or len(output) != rows:
        raise ValueError(
            f"the model returns shape {tuple(output.shape)} for {rows} rows of X: "
            "make it return one row for each row that it gets"
        )
    if _one_hot(y):
        raise ValueError(
            f"y, of shape {tuple(y.shape)}, is one-hot: pass the class numbers, y.argmax(1) "
            "(or loss= to learn these values)"
        )
    if y.is_floating_point():
        _check_values(output, y)
        return
    _check_labels(output, y, None)
    if bool((output >= 0).all()) and bool(((output.sum(1) - 1).abs() < 1e-4).all()):
        raise ValueError(
            "the model's outputs are probabilities already (not negative, sum 1), and "
            "cross-entropy applies softmax itself: leave the model's last Softmax out "
            "(or pass loss=torch.nn.CrossEntropyLoss() if this is meant)"
        )


def _check_values(output: torch.Tensor, y: torch.Tensor) -> None:
    """Refuse values ``y`` that the output would be broadcast against."""
    if output.shape[1:] == y.shape[1:]:
        return
    if output.shape[1:] == (1,) and y.ndim == 1:
        cure = "pass y[:, None] (left alone, each row would be compared with every other)"
    elif y.shape[1:] == (1,) and output.ndim == 1:
        cure = "pass y[:, 0] (left alone, each row would be compared with every other)"
    elif y.ndim == 1 and bool((y == y.round()).all()):
        cure = "pass y.long() if these are class numbers, or make the model return one value a row"
    else:
        cure = "make the model's last layer return the shape of y"
    raise ValueError(
        f"the model returns shape {_rows(output)}, but y ({dtype(y)}) has shape {_rows(y)}: {cure}"
    )


def _check_labels(output: Any, y: torch.Tensor, ignored: int | None) -> None:
    """Refuse class numbers that the model has no output for."""
    if not isinstance(output, torch.Tensor) or output.ndim < 2:
        raise ValueError(
            f"the model returns {_kind(output)}, and y holds class numbers: "
            "make it return a score for each class, of shape (n, classes)"
        )
    n_classes = output.shape[1]
    if y.is_floating_point():
        if y.shape[1:] == output.shape[1:]:
            return  # a probability for each class
        raise ValueError(
            f"y is {dtype(y)} of shape {_rows(y)}, and cross-entropy needs class numbers: "
            "pass y.long()"
        )
    if _one_hot(y):
        raise ValueError(
            f"y, of shape {tuple(y.shape)}, is one-hot: pass the class numbers, y.argmax(1)"
        )
    if y.shape[1:] != output.shape[2:]:
        raise ValueError(
            f"y has shape {_rows(y)}, but the model's scores have shape {_rows(output)}: give "
            f"one class number for each {n_classes} scores"
            + (", y[:, 0]" if y.shape[1:] == (1,) else "")
        )
    if n_classes == 1:
        raise ValueError(
            "the model has 1 output, and cross-entropy of one class is always 0: give it one "
            "output a class (or pass y.float()[:, None] with loss=torch.nn.BCEWithLogitsLoss())"
        )
    outside = (y < 0) | (y >= n_classes)
    if ignored is not None:
        outside &= y != ignored
    if bool(outside.any()):
        where = outside.nonzero()[0].tolist()
        label = int(y[tuple(where)])
        raise ValueError(
            f"y holds the label {label} (first in row {where[0]}), but the model has "
            f"{n_classes} outputs, for the labels 0 to {n_classes - 1}: "
            + ("count labels from 0" if label == n_classes else "give it one output a class")
        )


def _check_loss(loss: Loss, output: Any, y: torch.Tensor, *, training: bool) -> None:
    """Refuse a loss that cannot be taken, is no single number or pairs rows wrongly."""
    given = f"output {_kind(output)} and y {_kind(y)} {dtype(y)}"
    alone = output.detach().requires_grad_() if isinstance(output, torch.Tensor) else None
    with warnings.catch_warnings():
        # PyTorch's own losses warn where they broadcast, which is never meant.
        warnings.filterwarnings("error", message="Using a target size")
        try:
            value = loss(output if alone is None else alone, y)
        except Exception as error:
            raise ValueError(f"the loss cannot take {given}: {_first_line(error)}") from error
    if not isinstance(value, torch.Tensor) or value.ndim:
        raise ValueError(
            f"the loss returned {_kind(value)}: return one number as a tensor, "
            "such as the mean over the rows"
        )
    if _broadcasts(loss, output, y):
        raise ValueError(
            f"the loss compares each row with every other, since {given} differ in shape: "
            "give both the same shape, such as y[:, None] for an output (n, 1)"
        )
    if not training or alone is None:
        return
    for what, tensor in (("model's output", output), ("loss", value)):
        if not tensor.requires_grad:
            raise ValueError(
                f"the {what} has no gradient: compute it with PyTorch alone, "
                "without .detach(), .item(), argmax, NumPy or torch.no_grad()"
            )
    try:
        torch.autograd.grad(value, alone)  # some losses take whole numbers, but only forwards
    except RuntimeError as error:
        cure = "" if y.is_floating_point() else "; pass y.float() if it holds values"
        text = f"the loss has no gradient for {given}: {_first_line(error)}{cure}"
        raise ValueError(text) from error


def _broadcasts(loss: Loss, output: Any, y: torch.Tensor) -> bool:
    """Say whether a loss pairs all rows with all, which it does if it ignores the order of y."""
    if not isinstance(output, torch.Tensor) or not y.is_floating_point():
        return False
    if {output.shape[1:], y.shape[1:]} != {(), (1,)}:
        return False
    ends = torch.tensor([0.0, 1.0], dtype=output.dtype, device=output.device)
    fake, other = ends.reshape(2, *output.shape[1:]), ends.to(y.dtype).reshape(2, *y.shape[1:])
    try:
        return bool(torch.isclose(loss(fake, other), loss(fake, other.flip(0))))
    except Exception:  # a loss that takes no such numbers: nothing was learnt about it
        return False


def _one_hot(y: torch.Tensor) -> bool:
    """Say whether each of at least two rows is all 0 but for one 1."""
    if y.ndim != 2 or y.shape[1] < 2 or len(y) < 2:
        return False
    return bool(((y == 0) | (y == 1)).all()) and bool((y.sum(1) == 1).all())


def _rows(tensor: torch.Tensor) -> str:
    """Return the shape of any number of such rows: (n, 10)."""
    return f"(n, {', '.join(map(str, tensor.shape[1:]))})" if tensor.ndim > 1 else "(n,)"


def _kind(value: Any) -> str:
    return (
        f"shape {tuple(value.shape)}"
        if isinstance(value, torch.Tensor)
        else f"a {type(value).__name__}"
    )


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
