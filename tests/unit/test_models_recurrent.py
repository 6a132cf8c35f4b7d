"""The recurrent models and the n-gram: against PyTorch's cells, formulas and slow counting."""

from __future__ import annotations

import math
import re
from collections import Counter
from typing import Any

import pytest
import torch
from torch import nn

from course_lib.models import (
    CharacterModel,
    NGram,
    SequenceModel,
    lstm_gates,
    parameters,
    remember,
    set_forget_bias,
)

KINDS: Any = ("RNN", "GRU", "LSTM")
CELLS = {"RNN": nn.RNNCell, "GRU": nn.GRUCell, "LSTM": nn.LSTMCell}


def noise(*shape: int) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(1))


def stepwise(layer: nn.Module, kind: str, X: torch.Tensor) -> torch.Tensor:
    """Return the states (n, steps, hidden) of PyTorch's cell with the layer's weights."""
    cell = CELLS[kind](layer.input_size, layer.hidden_size)
    cell.load_state_dict({k.removesuffix("_l0"): w for k, w in layer.state_dict().items()})
    state, states = None, []
    for x in X.unbind(1):
        state = cell(x, state)
        states.append(state[0] if kind == "LSTM" else state)
    return torch.stack(states, 1)


@pytest.mark.parametrize("kind", KINDS)
def test_answers_are_those_of_the_cell_applied_step_by_step(kind: Any) -> None:
    torch.manual_seed(0)
    last, every = SequenceModel(kind, 3, 5, 2), SequenceModel(kind, 3, 5, 2, every_step=True)
    every.load_state_dict(last.state_dict())
    for steps in (1, 7):
        X = noise(4, steps, 3)
        answers = last.answer(stepwise(last.recurrent, kind, X))
        assert torch.allclose(every(X), answers, atol=1e-6)
        assert torch.allclose(last(X), answers[:, -1], atol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_gradients_are_those_of_the_cell_applied_step_by_step(kind: Any) -> None:
    torch.manual_seed(0)
    model = SequenceModel(kind, 3, 5, 2)
    X = noise(4, 6, 3).requires_grad_()
    whole, by_step = (
        torch.autograd.grad(answers.square().sum(), X)[0]
        for answers in (model(X), model.answer(stepwise(model.recurrent, kind, X)[:, -1]))
    )
    assert torch.allclose(whole, by_step, atol=1e-6)


@pytest.mark.parametrize(("kind", "gates"), [("RNN", 1), ("GRU", 3), ("LSTM", 4)])
def test_parameters_are_counted_by_the_formula(kind: Any, gates: int) -> None:
    inside = gates * (8 * 16 + 16 * 16 + 2 * 16)  # two biases, as PyTorch has them
    assert parameters(SequenceModel(kind, 8, 16, 10)) == inside + 16 * 10 + 10
    inside = gates * (32 * 16 + 16 * 16 + 2 * 16)
    assert parameters(CharacterModel(96, 16, kind=kind)) == 96 * 32 + inside + 16 * 96 + 96


def test_one_row_does_not_see_another() -> None:
    model = SequenceModel("LSTM", 3, 5, 2)
    X = noise(4, 6, 3)
    changed = X.clone()
    changed[0] += 1
    assert torch.equal(model(X)[1:], model(changed)[1:])
    assert not torch.allclose(model(X)[0], model(changed)[0])


def forget_gate(layer: nn.LSTM) -> torch.Tensor:
    """Return how open the forget gates are where input and state are zero, (hidden,)."""
    H = layer.hidden_size
    return (layer.bias_ih_l0 + layer.bias_hh_l0)[H : 2 * H].sigmoid()


def test_a_forget_bias_is_that_of_the_gate_as_it_acts() -> None:
    layer = nn.LSTM(1, 4)
    others = layer.bias_ih_l0[[0, 8, 12]].clone()
    set_forget_bias(layer, 1.0)
    assert torch.allclose(forget_gate(layer), torch.tensor(1 / (1 + math.exp(-1))))
    assert torch.equal(layer.bias_ih_l0[[0, 8, 12]], others)
    with torch.no_grad():  # a state of 1, nothing coming in: what is left is the forget gate
        for matrix in (layer.weight_ih_l0, layer.weight_hh_l0):
            matrix.zero_()
        layer.bias_ih_l0[8:12], layer.bias_hh_l0[8:12] = 0, 0
        state = torch.zeros(1, 1, 4), torch.ones(1, 1, 4)
        _, (_, left) = layer(torch.zeros(1, 1, 1), state)
    assert torch.allclose(left.flatten(), forget_gate(layer))


@pytest.mark.parametrize("kind", ["GRU", "LSTM"])
def test_a_long_memory_lasts_as_many_steps_as_it_says(kind: Any) -> None:
    torch.manual_seed(0)
    layer = SequenceModel(kind, 1, 400, 1).recurrent
    remember(layer, 50)
    gate = (layer.bias_ih_l0 + layer.bias_hh_l0)[400:800].detach().sigmoid()
    lasts = gate / (1 - gate)  # u, where the bias is log u
    assert 0.99 < lasts.min() < 2
    assert 48 < lasts.max() < 50.1
    assert abs(lasts.mean() - 25.5) < 3
    if kind == "LSTM":
        let_in = (layer.bias_ih_l0 + layer.bias_hh_l0)[:400].detach().sigmoid()
        assert torch.allclose(let_in, 1 - gate, atol=1e-6)
    with torch.no_grad():  # nothing coming in: a state fades by the gate at each step
        for name, weight in layer.named_parameters():
            if "weight" in name:
                weight.zero_()
        for bias in (layer.bias_ih_l0, layer.bias_hh_l0):
            bias[800:1200] = 0  # the proposal
        state = torch.ones(1, 1, 400)
        given = (torch.zeros_like(state), state) if kind == "LSTM" else state
        _, after = layer(torch.zeros(1, 9, 1), given)
        left = (after[1] if kind == "LSTM" else after).flatten()
    assert torch.allclose(left, gate**9, atol=1e-5)


def test_a_plain_network_remembers_by_rotation() -> None:
    layer = SequenceModel("RNN", 1, 12, 1).recurrent
    remember(layer, 50)
    U = layer.weight_hh_l0.detach()
    assert torch.allclose(U @ U.T, torch.eye(12), atol=1e-5)


def test_a_model_begins_as_it_is_told() -> None:
    opened = SequenceModel("LSTM", 1, 6, 1, forget_bias=1.0).recurrent
    assert torch.allclose(forget_gate(opened), torch.tensor(1.0).sigmoid())
    torch.manual_seed(0)
    lasting = SequenceModel("LSTM", 1, 6, 1, memory=1000).recurrent
    assert forget_gate(lasting).median() > 0.99
    with pytest.raises(ValueError, match="a GRU has no forget gates"):
        SequenceModel("GRU", 1, 6, 1, forget_bias=1.0)


def test_gates_and_state_are_those_that_make_the_answer() -> None:
    torch.manual_seed(0)
    layer = SequenceModel("LSTM", 3, 5, 2, memory=8).recurrent
    X = noise(4, 6, 3)
    i, f, o, c = lstm_gates(layer, X)
    states, (_, last) = layer(X)
    assert torch.allclose(o * c.tanh(), states, atol=1e-6)
    assert torch.allclose(c[:, -1], last[0], atol=1e-6)
    # What is not kept of the old state was let in, and a proposal is between -1 and 1.
    assert ((c[:, 1:] - f[:, 1:] * c[:, :-1]).abs() <= i[:, 1:] + 1e-6).all()
    with torch.no_grad():
        W, _, b, v = layer.parameters()
        at_rest = (W @ X[0, 0] + b + v)[:10].sigmoid()
    assert torch.allclose(torch.cat([i[0, 0], f[0, 0]]), at_rest, atol=1e-6)


def test_no_memory_is_no_long_memory() -> None:
    with pytest.raises(ValueError, match="steps=1: give the longest lag"):
        remember(nn.GRU(1, 2), 1)


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: SequenceModel("CNN", 1, 2, 3), "kind='CNN'"),  # type: ignore[arg-type]
        (lambda: SequenceModel("RNN", 0, 2, 3), "features=0"),
        (lambda: SequenceModel("RNN", 1, 0, 3), "hidden_size=0"),
        (lambda: SequenceModel("RNN", 1, 2, 0), "outputs=0"),
        (lambda: CharacterModel(0, 2), "symbols=0"),
        (lambda: CharacterModel(9, 2, embedding=0), "embedding=0"),
    ],
)
def test_what_cannot_be_built_is_refused(make: Any, told: str) -> None:
    with pytest.raises(ValueError, match=re.escape(told)):
        make()


def test_bits_are_the_loss_over_the_whole_text() -> None:
    torch.manual_seed(0)
    model = CharacterModel(7, 5)
    codes = torch.arange(40) % 7
    chance = model(codes[None])[0].softmax(dim=1).detach()
    wanted = -sum(math.log2(chance[k, codes[k + 1]]) for k in range(39)) / 39
    assert model.bits(codes) == pytest.approx(wanted, rel=1e-5)
    with pytest.raises(ValueError, match="two or more"):
        model.bits(codes[:1])


def test_a_sure_network_writes_what_it_is_sure_of_and_heat_makes_it_unsure() -> None:
    model = CharacterModel(5, 4)
    with torch.no_grad():
        model.answer.weight.zero_()
        model.answer.bias.copy_(torch.tensor([0.0, 0, 8, 0, 0]))
    draws = torch.Generator().manual_seed(0)
    start = torch.tensor([1, 3])
    cold = model.sample(start, 200, temperature=0.5, generator=draws)
    hot = model.sample(start, 200, temperature=100, generator=draws)
    assert cold.tolist() == [1, 3] + 200 * [2]
    assert len(set(hot[2:].tolist())) == 5


def test_a_sample_reads_all_that_was_written_before() -> None:
    torch.manual_seed(0)
    model = CharacterModel(6, 8)
    with torch.no_grad():
        for weight in model.parameters():  # large, so that the state has its say
            nn.init.normal_(weight)
        model.answer.weight.mul_(1e4)  # sure of everything: the next is the likeliest
    text = model.sample(torch.tensor([0, 1, 2]), 60)
    assert torch.equal(model(text[None, :-1])[0].argmax(dim=1)[2:], text[3:])


@pytest.mark.parametrize(("start", "temperature"), [([], 1.0), ([1], 0.0)])
def test_no_sample_without_start_or_heat(start: list[int], temperature: float) -> None:
    with pytest.raises(ValueError, match="to start from"):
        CharacterModel(5, 4).sample(
            torch.tensor(start, dtype=torch.int64), 3, temperature=temperature
        )


def counted(text: list[int], order: int) -> Counter[tuple[int, ...]]:
    padded = (order - 1) * [0] + text
    return Counter(tuple(padded[k : k + order]) for k in range(len(text)))


def kneser_ney(text: list[int], order: int, symbols: int, group: tuple[int, ...]) -> float:
    """Return the chance of the group's last character, from the formula, counting slowly."""
    seen = counted(text, order)
    chance = 1 / symbols
    for m in range(1, order + 1):
        counts: Counter[tuple[int, ...]] = Counter()
        if m == order:
            counts = seen
        else:  # each group counts once for every different group that ends in it
            for longer in {g[order - m - 1 :] for g in seen}:
                counts[longer[1:]] += 1
        end = group[order - m :]
        same = {g: n for g, n in counts.items() if g[:-1] == end[:-1]}
        if total := sum(same.values()):
            left = 0.75 * len(same) / total
            chance = max(counts[end] - 0.75, 0) / total + left * chance
    return chance


TEXT = [int(c) for c in "0121302112031210120333211201"]


@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_chances_are_those_of_slow_counting(order: int) -> None:
    held_out = [int(c) for c in "1203312100231"]
    padded = (order - 1) * [0] + held_out
    groups = [tuple(padded[k : k + order]) for k in range(len(held_out))]
    seen = counted(TEXT, order)
    for smoothing in ("kneser-ney", "add-one"):
        model = NGram(torch.tensor(TEXT), order, symbols=4, smoothing=smoothing)
        found = model.probabilities(torch.tensor(held_out))
        if smoothing == "add-one":
            contexts: Counter[tuple[int, ...]] = Counter()
            for group, n in seen.items():
                contexts[group[:-1]] += n
            wanted = [(seen[g] + 1) / (contexts[g[:-1]] + 4) for g in groups]
        else:
            wanted = [kneser_ney(TEXT, order, 4, g) for g in groups]
        assert found.tolist() == pytest.approx(wanted)
        bits = -sum(map(math.log2, wanted)) / len(wanted)
        assert model.bits(torch.tensor(held_out)) == pytest.approx(bits)


@pytest.mark.parametrize("smoothing", ["kneser-ney", "add-one"])
@pytest.mark.parametrize("context", [[0, 1, 2], [3, 3, 0], [2, 2, 2]])
def test_chances_of_all_characters_sum_to_one(smoothing: Any, context: list[int]) -> None:
    model = NGram(torch.tensor(TEXT), 4, symbols=5, smoothing=smoothing)
    chances = [model.probabilities(torch.tensor([*context, end]))[-1] for end in range(5)]
    assert sum(chances) == pytest.approx(1)
    assert min(chances) > 0


@pytest.mark.parametrize(
    ("codes", "settings", "told"),
    [
        ([], {}, "0 characters"),
        ([1], {"order": 0}, "order=0"),
        ([1], {"order": 10, "symbols": 96}, "2 ** 63"),
        ([1], {"smoothing": "none"}, "'kneser-ney' or 'add-one'"),
    ],
)
def test_what_cannot_be_counted_is_refused(
    codes: list[int], settings: dict[str, Any], told: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(told)):
        NGram(torch.tensor(codes), **{"order": 2, "symbols": 4, **settings})
