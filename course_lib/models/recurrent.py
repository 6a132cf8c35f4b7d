"""Recurrent networks: sequences to answers, what they remember to begin with, and text."""

from __future__ import annotations

import math
from typing import Literal

import torch
from torch import nn

Kind = Literal["RNN", "GRU", "LSTM"]
Recurrent = nn.RNN | nn.GRU | nn.LSTM

_MAKERS: dict[str, type[nn.RNN] | type[nn.GRU] | type[nn.LSTM]] = {
    "RNN": nn.RNN,
    "GRU": nn.GRU,
    "LSTM": nn.LSTM,
}


class SequenceModel(nn.Module):
    """A recurrent layer that reads a sequence step by step, and a linear layer that answers.

    In: (n, steps, features), of any number of steps; out: (n, outputs) after the last step, or
    (n, steps, outputs) with ``every_step``. The state begins at zero.

    Args:
        kind: ``"RNN"``, ``"GRU"`` or ``"LSTM"``, the layer of that name in ``torch.nn``.
        features: numbers that come in at each step.
        hidden_size: numbers that are handed from step to step (an LSTM hands on twice as many).
        outputs: numbers that come out, such as one logit a class.
        every_step: whether it answers after every step.
        forget_bias: if given, what an LSTM begins with, see :func:`set_forget_bias`.
        memory: if given, how many steps it is to remember to begin with, see :func:`remember`.

    Raises:
        ValueError: the kind is unknown or has no forget gate, a number is below 1, or ``memory``
            below 2.
    """

    def __init__(
        self,
        kind: Kind,
        features: int,
        hidden_size: int,
        outputs: int,
        *,
        every_step: bool = False,
        forget_bias: float | None = None,
        memory: int | None = None,
    ) -> None:
        super().__init__()
        self.every_step = every_step
        self.recurrent = _layer(kind, features, hidden_size)
        if memory is not None:
            remember(self.recurrent, memory)
        if forget_bias is not None:
            set_forget_bias(self.recurrent, forget_bias)
        self.answer = nn.Linear(hidden_size, _checked("outputs", outputs))

    def forward(self, X: torch.Tensor) -> torch.Tensor:
        """Return the answers (n, outputs), or (n, steps, outputs) with ``every_step``."""
        states, _ = self.recurrent(X)  # (n, steps, hidden_size)
        answers: torch.Tensor = self.answer(states if self.every_step else states[:, -1])
        return answers


class CharacterModel(nn.Module):
    """A network that guesses each next character of a text from all before it.

    In: codes (n, steps) int64; out: logits (n, steps, symbols), at each step those of the
    character after it.

    Args:
        symbols: how many characters there are.
        hidden_size: as for :class:`SequenceModel`.
        kind: as for :class:`SequenceModel`.
        embedding: numbers by which the network knows a character.

    Raises:
        ValueError: the kind is unknown, or a number is below 1.
    """

    def __init__(
        self, symbols: int, hidden_size: int, *, kind: Kind = "LSTM", embedding: int = 32
    ) -> None:
        super().__init__()
        self.embed = nn.Embedding(_checked("symbols", symbols), _checked("embedding", embedding))
        self.recurrent = _layer(kind, embedding, hidden_size)
        self.answer = nn.Linear(hidden_size, symbols)

    def forward(self, codes: torch.Tensor) -> torch.Tensor:
        """Return the logits (n, steps, symbols) of the characters that follow."""
        logits: torch.Tensor = self.answer(self.recurrent(self.embed(codes))[0])
        return logits

    @torch.no_grad()
    def bits(self, codes: torch.Tensor) -> float:
        """Return the mean bits for each character of a text (characters,) but its first.

        The text is read in one go, the state carried along from its beginning.

        Raises:
            ValueError: the text has fewer than two characters.
        """
        if len(codes) < 2:
            raise ValueError(f"a text of {len(codes)} characters: give two or more")
        codes = codes.to(self.answer.weight.device)
        nats = nn.functional.cross_entropy(self(codes[None, :-1])[0], codes[1:])
        return nats.item() / math.log(2)

    @torch.no_grad()
    def sample(
        self,
        start: torch.Tensor,
        n: int,
        *,
        temperature: float = 1.0,
        generator: torch.Generator | None = None,
    ) -> torch.Tensor:
        """Return a text (len(start) + n,) that begins as given and goes on as the network draws.

        Args:
            start: codes (characters,), one or more.
            n: how many characters to draw.
            temperature: divides the logits: below 1 likely characters become likelier, above 1
                all become more alike.
            generator: of random numbers, on the CPU; PyTorch's own by default.

        Raises:
            ValueError: there is no start, or the temperature is not above 0.
        """
        if not len(start) or not temperature > 0:
            raise ValueError(
                f"{len(start)} characters to start from, temperature {temperature}: "
                "give one or more, and a temperature above 0"
            )
        text = start.tolist()
        step, state = start[None].to(self.answer.weight.device), None
        for _ in range(n):
            states, state = self.recurrent(self.embed(step), state)
            chances = (self.answer(states[0, -1]) / temperature).softmax(dim=0).cpu()
            drawn = torch.multinomial(chances, 1, generator=generator)
            text.append(int(drawn))
            step = drawn[None].to(step.device)
        return torch.tensor(text)


@torch.no_grad()
def set_forget_bias(layer: Recurrent, bias: float) -> None:
    """Give an LSTM's forget gates this bias to begin with, in place: at 0 they are half open.

    PyTorch adds two biases, of the input's matrix and of the state's: the first is set, and the
    second becomes 0.

    Source: F. Gers, J. Schmidhuber and F. Cummins, Neural Computation 12, 2000; the value 1 after
    R. Jozefowicz, W. Zaremba and I. Sutskever, ICML 2015.

    Raises:
        ValueError: the layer is no LSTM.
    """
    if not isinstance(layer, nn.LSTM):
        raise ValueError(f"a {type(layer).__name__} has no forget gates: give an LSTM")
    H = layer.hidden_size
    _set_bias(layer, slice(H, 2 * H), torch.full((H,), float(bias)))


@torch.no_grad()
def remember(layer: Recurrent, steps: int) -> None:
    """Let a recurrent layer begin with a memory of up to that many steps, in place.

    A gate sigmoid(b) that keeps its state for about u steps has b = log u: u is drawn evenly from
    1 to ``steps``, one for each unit, from PyTorch's generator. An LSTM's forget gates get log u
    and its input gates −log u; a GRU's update gates, which keep where they are open, log u. A
    plain RNN has no gates: its matrix from state to state becomes a random rotation (orthogonal),
    which neither shrinks nor stretches, whatever the number of steps.

    Source: C. Tallec and Y. Ollivier, Can recurrent neural networks warp time?, ICLR 2018, there
    called chrono initialisation; rotations, A. Saxe, J. McClelland and S. Ganguli, ICLR 2014.

    Raises:
        ValueError: ``steps`` is below 2.
    """
    if steps < 2:
        raise ValueError(f"steps={steps!r}: give the longest lag to be remembered, 2 or more")
    H = layer.hidden_size
    if isinstance(layer, nn.RNN):
        nn.init.orthogonal_(layer.get_parameter("weight_hh_l0"))
        return
    u = torch.empty(H).uniform_(1, steps)
    _set_bias(layer, slice(H, 2 * H), u.log())  # the LSTM's forget gates, the GRU's update gates
    if isinstance(layer, nn.LSTM):
        _set_bias(layer, slice(H), -u.log())  # its input gates


@torch.no_grad()
def lstm_gates(
    layer: nn.LSTM, X: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return what an LSTM's gates do with sequences: (n, steps, hidden_size) each.

    Args:
        layer: of one layer, with ``batch_first``.
        X: sequences (n, steps, features), on the layer's device.

    Returns:
        how open the input, the forget and the output gates are, and the state c after each step.
    """
    after, _ = layer(X)
    before = torch.cat([torch.zeros_like(after[:, :1]), after[:, :-1]], dim=1)
    W, U, b, v = layer.parameters()
    i, f, g, o = (X @ W.T + b + before @ U.T + v).chunk(4, dim=2)
    i, f, g, o = i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()
    c, states = torch.zeros_like(after[:, 0]), []
    for t in range(X.shape[1]):
        c = f[:, t] * c + i[:, t] * g[:, t]
        states.append(c)
    return i, f, o, torch.stack(states, dim=1)


def _set_bias(layer: Recurrent, units: slice, bias: torch.Tensor) -> None:
    layer.get_parameter("bias_ih_l0")[units] = bias  # PyTorch's order: input, forget, cell, output
    layer.get_parameter("bias_hh_l0")[units] = 0


def _layer(kind: str, features: int, hidden_size: int) -> Recurrent:
    if kind not in _MAKERS:
        raise ValueError(f"kind={kind!r}: give 'RNN', 'GRU' or 'LSTM'")
    features, hidden_size = _checked("features", features), _checked("hidden_size", hidden_size)
    return _MAKERS[kind](features, hidden_size, batch_first=True)


def _checked(name: str, number: int) -> int:
    if number < 1:
        raise ValueError(f"{name}={number!r}: give a whole number, 1 or more")
    return number
