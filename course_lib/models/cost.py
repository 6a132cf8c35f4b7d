"""What a network costs, counted: its parameters, and the multiplications of one forward pass."""

from __future__ import annotations

from copy import deepcopy

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode


def parameters(model: nn.Module) -> int:
    """Return how many numbers training adjusts; a weight that two layers share counts once.

    Running means and variances, as of batch normalisation, are no parameters.
    """
    return sum(weight.numel() for weight in model.parameters() if weight.requires_grad)


def flops(model: nn.Module, X: torch.Tensor) -> int:
    """Return how many multiplications of the forward pass one input takes.

    Counted are those of matrix products and convolutions, each with an addition at its side, so
    that in the other common count, which takes both, the number would be twice this. What is done
    number by number (biases, activations, normalisation, pooling) is left out. A step of training
    takes about three times as many: forwards, and backwards for the inputs and for the weights.

    The model is left as it was, mode and running means included.

    Args:
        model: the network, which takes ``X``.
        X: inputs (n, ...), one row or more; the count is that of all, divided by n.

    Raises:
        ValueError: ``X`` has no rows, or their count does not divide what was counted.
    """
    if not len(X):
        raise ValueError("flops got no rows: pass one input or more, such as X[:1]")
    counter = FlopCounterMode(display=False)
    looked_at = deepcopy(model).eval()
    with torch.no_grad(), counter:
        looked_at(X)
    # PyTorch's counter gives two for each pair of a multiplication and an addition.
    each, rest = divmod(counter.get_total_flops(), 2 * len(X))
    if rest:
        raise ValueError("the model does not do the same for each row: pass one row, X[:1]")
    return each
