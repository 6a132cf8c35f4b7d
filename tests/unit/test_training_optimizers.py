"""The two named optimizers are PyTorch's own in everything but what they import."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
import torch
from torch.nn import functional as F  # noqa: N812 - the field's name for it

from course_lib import data, training
from course_lib.training.optimizers import NAMED

STOCK: dict[str, Callable[..., torch.optim.Optimizer]] = {
    "adam": torch.optim.Adam,
    "sgd": partial(torch.optim.SGD, momentum=0.9, nesterov=True),
}
SETTINGS: dict[str, Any] = {"lr": 0.01, "weight_decay": 0.001}

both = pytest.mark.parametrize("name", sorted(STOCK))


def network() -> torch.nn.Module:
    training.set_seed(3)
    return torch.nn.Sequential(torch.nn.Linear(64, 16), torch.nn.Tanh(), torch.nn.Linear(16, 10))


def stepped(model: torch.nn.Module, optimizer: torch.optim.Optimizer, steps: int) -> list[Any]:
    """Take some steps on the first digits; return the weights."""
    X, y = data.digits().validation
    for _ in range(steps):
        optimizer.zero_grad()
        F.cross_entropy(model(X), y).backward()
        optimizer.step()
    return [weights.detach().clone() for weights in model.parameters()]


def equal(one: list[Any], other: list[Any]) -> bool:
    return all(torch.equal(a, b) for a, b in zip(one, other, strict=True))


@both
@pytest.mark.parametrize("fused", [True, False])
def test_weights_are_those_of_pytorchs_own_to_the_last_bit(name: str, fused: bool) -> None:
    ends = []
    for make in (NAMED[name], STOCK[name]):
        model = network()
        optimizer = make(model.parameters(), fused=fused, **SETTINGS)
        schedule = torch.optim.lr_scheduler.StepLR(optimizer, step_size=1)
        weights = stepped(model, optimizer, 20)
        schedule.step()
        ends.append(weights + stepped(model, optimizer, 20))
    assert equal(*ends)
    assert NAMED[name] is not STOCK[name]


@both
def test_fit_is_that_of_pytorchs_own_to_the_last_bit(name: str) -> None:
    models = [network(), network()]
    mine = training.fit(models[0], data.digits(), epochs=3, optimizer=name, learning_rate=0.01)
    stock = partial(STOCK[name], lr=0.01, fused=True)
    theirs = training.fit(models[1], data.digits(), epochs=3, optimizer=stock)
    assert mine.loss.tolist() == theirs.loss.tolist()
    assert equal(*([*model.parameters()] for model in models))


@both
def test_it_is_one_of_pytorchs_own_and_says_so(name: str) -> None:
    mine, stock = (make(network().parameters(), **SETTINGS) for make in (NAMED[name], STOCK[name]))
    assert isinstance(mine, type(stock))
    assert repr(mine) == repr(stock)


@both
@pytest.mark.parametrize("direction", ["from PyTorch's own", "to PyTorch's own"])
def test_its_state_goes_to_and_fro(name: str, direction: str) -> None:
    makers = [NAMED[name], STOCK[name]]
    if direction == "from PyTorch's own":
        makers.reverse()
    first, then = makers
    model = network()
    optimizer = first(model.parameters(), **SETTINGS)
    stepped(model, optimizer, 5)
    other_model = copy.deepcopy(model)
    other = then(other_model.parameters(), lr=0.5)
    other.load_state_dict(copy.deepcopy(optimizer.state_dict()))
    assert equal(stepped(model, optimizer, 5), stepped(other_model, other, 5))


@both
@pytest.mark.parametrize("copied", [copy.deepcopy, lambda pair: pickle.loads(pickle.dumps(pair))])  # noqa: S301
def test_a_copy_goes_on_as_it_does(name: str, copied: Callable[[Any], Any]) -> None:
    model = network()
    optimizer = NAMED[name](model.parameters(), **SETTINGS)
    stepped(model, optimizer, 5)
    pair = copied((model, optimizer))
    assert equal(stepped(model, optimizer, 5), stepped(*pair, 5))


@both
def test_gradients_are_dropped_or_set_to_zero(name: str) -> None:
    model = network()
    optimizer = NAMED[name](model.parameters(), **SETTINGS)
    stepped(model, optimizer, 1)
    optimizer.zero_grad(set_to_none=False)
    assert all((weights.grad == 0).all() for weights in model.parameters())
    optimizer.zero_grad()
    assert all(weights.grad is None for weights in model.parameters())


@both
def test_another_group_of_weights_moves_too(name: str) -> None:
    first, second = network(), network()
    optimizer = NAMED[name](first.parameters(), **SETTINGS)
    optimizer.add_param_group({"params": list(second.parameters()), "lr": 0.1})
    start = [weights.detach().clone() for weights in second.parameters()]
    assert not equal(start, stepped(second, optimizer, 1))


@both
def test_hooks_that_would_not_be_called_are_refused(name: str) -> None:
    optimizer = NAMED[name](network().parameters(), **SETTINGS)
    for register in (optimizer.register_step_pre_hook, optimizer.register_step_post_hook):
        with pytest.raises(NotImplementedError, match="give one of PyTorch's own") as raised:
            register(print)
        assert "\n" not in str(raised.value)


def test_pytorchs_own_keep_their_hooks() -> None:
    model = network()
    stepped(model, NAMED["adam"](model.parameters(), **SETTINGS), 1)
    called: list[str] = []
    optimizer = torch.optim.Adam(model.parameters())
    optimizer.register_step_post_hook(lambda *_: called.append("after"))
    stepped(model, optimizer, 1)
    assert called == ["after"]
