"""Many small trainings at once: every split of the data with every learning rate."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.func import functional_call, stack_module_state, vmap
from torch.nn import functional as F  # noqa: N812 - the field's name for it

from course_lib.training.devices import set_seed


def tuned_accuracy(
    make: Callable[[], nn.Module],
    splits: Sequence[Any],
    rates: Sequence[float],
    *,
    epochs: int,
    batch_size: int = 50,
    seed: int = 0,
    device: str = "cpu",
) -> NDArray[np.float64]:
    """Return each split's test accuracy, at the learning rate that its validation data chose.

    A network is made for each pair of split and rate, and all are trained together, as one stack:
    for networks too small to keep a processor busy, that takes little longer than one of them.
    They do not mix. Each is trained by Adam, whose rate falls to zero along half a cosine, step by
    step. All splits go through their rows in the same order. Of two rates that do equally well
    on the validation data the earlier one counts.

    Args:
        make: makes a network for classes, drawing its first weights: X (n, ...) to (n, classes).
        splits: such as ``data.Split``, with parts ``train``, ``validation`` and ``test`` of X
            and y, all of the same shapes.
        rates: the learning rates to choose from.
        epochs: how many times to go through the training rows.
        batch_size: rows to a step; the last batch holds what is left.
        seed: draws first weights and the order of the rows, both on the CPU.
        device: where to train.

    Returns:
        Accuracies (splits,), between 0 and 1.

    Raises:
        ValueError: there is no split or no rate.
    """
    if not splits or not rates:
        raise ValueError(f"{len(splits)} splits, {len(rates)} rates: give one or more of each")
    set_seed(seed)
    pairs = [(split, rate) for split in splits for rate in rates]
    nets = [make() for _ in pairs]
    template = nets[0]
    shapes = {name: weight.shape for name, weight in template.named_parameters()}
    lengths = [shape.numel() for shape in shapes.values()]
    # One row a network: a step of Adam is then one operation, however many layers there are.
    first = [nn.utils.parameters_to_vector(net.parameters()) for net in nets]
    theta = torch.stack(first).detach().to(device).requires_grad_()
    buffers = {name: b.to(device) for name, b in stack_module_state(nets)[1].items()}

    def one(theta: torch.Tensor, buffers: dict[str, torch.Tensor], X: torch.Tensor) -> Any:
        parts = zip(shapes.items(), torch.split(theta, lengths), strict=True)
        weights = {name: part.view(shape) for (name, shape), part in parts}
        return functional_call(template, (weights, buffers), (X,))

    run = vmap(one, randomness="different")

    def rows(part: str) -> tuple[torch.Tensor, torch.Tensor]:
        each = [getattr(split, part) for split, _ in pairs]
        X, y = torch.stack([p.X for p in each]), torch.stack([p.y for p in each])
        return X.to(device), y.to(device)  # (networks, n, ...), (networks, n)

    X, y = rows("train")
    rate = torch.tensor([[rate] for _, rate in pairs], device=device)
    adam = torch.optim.Adam([theta], lr=1.0)
    steps = epochs * -(-X.shape[1] // batch_size)
    falling = torch.optim.lr_scheduler.CosineAnnealingLR(adam, steps)
    order = torch.Generator().manual_seed(seed)
    template.train()
    for _ in range(epochs):
        for batch in torch.split(torch.randperm(X.shape[1], generator=order), batch_size):
            logits = run(theta, buffers, X[:, batch])
            # A sum over networks of means over rows: each gets its own gradient.
            loss: Any = len(pairs) * F.cross_entropy(logits.flatten(0, 1), y[:, batch].flatten())
            adam.zero_grad()
            loss.backward()
            before = theta.detach().clone()
            adam.step()  # at rate 1, for all
            falling.step()
            with torch.no_grad():
                theta.copy_(torch.lerp(before, theta, rate))
    template.eval()

    def accuracy(part: str) -> NDArray[np.float64]:
        X, y = rows(part)
        with torch.no_grad():
            right = run(theta, buffers, X).argmax(dim=2) == y  # (networks, n)
        shares = right.double().mean(dim=1).view(len(splits), len(rates))
        return np.asarray(shares.cpu())

    best = accuracy("validation").argmax(axis=1)
    return np.take_along_axis(accuracy("test"), best[:, None], axis=1)[:, 0]
