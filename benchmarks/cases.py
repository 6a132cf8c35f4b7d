"""What is trained in the benchmarks: six networks, from tiny to small, with their data.

Nothing is downloaded: the images are scikit-learn's digits, the text is what scikit-learn tells
about its data sets.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812 - the field's name for it

Pair = tuple[torch.Tensor, torch.Tensor]

RATE, BETAS, EPSILON = 1e-3, (0.9, 0.999), 1e-8  # everybody's Adam
WINDOW, WIDTH, HEADS, BLOCKS = 64, 64, 4, 2  # of the transformer
SIDE = 28  # pixels of an image's edge


@dataclass(frozen=True)
class Case:
    """One network with its data and how long it is trained.

    Attributes:
        name: as on the command line.
        title: as in a table's head.
        about: what is trained on what.
        data: makes inputs X (n, ...) and targets y.
        network: makes the network; its first weights are drawn from a fixed seed.
        batch_size: rows to a step; it divides the number of rows.
        epochs: how often a timed run goes through the rows.
    """

    name: str
    title: str
    about: str
    data: Callable[[], Pair]
    network: Callable[[], nn.Module]
    batch_size: int
    epochs: int

    @property
    def steps(self) -> int:
        """Steps of a timed run."""
        return len(self.data()[0]) // self.batch_size * self.epochs

    @property
    def classes(self) -> bool:
        """Whether the targets are class numbers."""
        return not self.data()[1].is_floating_point()

    @property
    def metric(self) -> str:
        """What is told of the trained network beside its loss."""
        return "accuracy" if self.classes else "error"

    def model(self) -> nn.Module:
        """Return the network with its first weights, the same at every call."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            return self.network()

    def loss(self) -> nn.Module:
        """Return the loss, the mean over the rows."""
        return nn.CrossEntropyLoss() if self.classes else nn.MSELoss()


def error(output: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """Return the root of the mean squared error, in the units of ``y``."""
    return F.mse_loss(output, y).sqrt()


@cache
def digits(rows: int) -> Pair:
    """Return ``rows`` digits, X (rows, 64) from 0 to 1 and y (rows,): drawn, some noise added.

    The noise makes more of the 1,797 digits, so that an epoch is not over before it began.
    """
    from sklearn.datasets import load_digits

    bunch = load_digits()
    draw = torch.Generator().manual_seed(0)
    chosen = torch.randperm(4 * len(bunch.target), generator=draw)[:rows] % len(bunch.target)
    X = torch.from_numpy(bunch.data / 16).float()[chosen]
    return X + 0.1 * torch.randn(X.shape, generator=draw), torch.from_numpy(bunch.target)[chosen]


@cache
def images(rows: int) -> Pair:
    """Return the digits enlarged to X (rows, 1, 28, 28), and y (rows,)."""
    X, y = digits(rows)
    return F.interpolate(X.view(-1, 1, 8, 8), size=(SIDE, SIDE), mode="bilinear"), y


@cache
def flat_images(rows: int) -> Pair:
    """Return the enlarged digits as X (rows, 784), which are their own targets."""
    X = images(rows)[0].flatten(1)
    return X, X


@cache
def lines(rows: int) -> Pair:
    """Return the enlarged digits as sequences of their lines, X (rows, 28, 28), and y (rows,)."""
    X, y = images(rows)
    return X[:, 0].contiguous(), y


@cache
def text() -> tuple[torch.Tensor, int]:
    """Return a text as numbers of characters (length,), and how many characters there are."""
    from sklearn import datasets

    names = ("iris", "digits", "wine", "breast_cancer", "diabetes", "linnerud")
    told = "".join(getattr(datasets, f"load_{name}")().DESCR for name in names)
    alphabet = sorted(set(told))
    return torch.tensor([alphabet.index(letter) for letter in told]), len(alphabet)


@cache
def windows(rows: int) -> Pair:
    """Return pieces of the text X (rows, 64) and each character's successor y (rows, 64)."""
    letters, _ = text()
    draw = torch.Generator().manual_seed(0)
    starts = torch.randint(len(letters) - WINDOW, (rows, 1), generator=draw)
    X = letters[starts + torch.arange(WINDOW)]
    return X, letters[starts + torch.arange(WINDOW) + 1]


def perceptron(*sizes: int) -> nn.Sequential:
    """Return linear layers of these sizes with ReLU between them."""
    layers: list[nn.Module] = []
    for inputs, outputs in pairwise(sizes):
        layers += [nn.Linear(inputs, outputs), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def convolutional() -> nn.Sequential:
    """Return two convolutions, each halved by pooling, and a linear layer."""
    return nn.Sequential(
        *(nn.Conv2d(1, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Linear(64 * 7 * 7, 10)),
    )


class Recurrent(nn.Module):
    """An LSTM that reads an image line by line and names the digit after the last one."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(SIDE, 64, batch_first=True)
        self.head = nn.Linear(64, 10)

    def forward(self, X: torch.Tensor) -> torch.Tensor:
        """Return scores (n, 10) for images X (n, 28, 28)."""
        scores: torch.Tensor = self.head(self.lstm(X)[0][:, -1])
        return scores


class Block(nn.Module):
    """Attention to what came before, then a layer at each place, both added to what there was."""

    def __init__(self) -> None:
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.project = nn.Linear(WIDTH, 3 * WIDTH)
        self.join = nn.Linear(WIDTH, WIDTH)
        self.wide, self.narrow = nn.Linear(WIDTH, 4 * WIDTH), nn.Linear(4 * WIDTH, WIDTH)

    def forward(self, X: torch.Tensor) -> torch.Tensor:
        """Return what became of X (n, places, width)."""
        n, places, width = X.shape
        heads = self.project(self.norm1(X)).view(n, places, 3, HEADS, width // HEADS)
        query, key, value = heads.permute(2, 0, 3, 1, 4)
        seen = F.scaled_dot_product_attention(query, key, value, is_causal=True)
        X = X + self.join(seen.transpose(1, 2).reshape(n, places, width))
        more: torch.Tensor = self.narrow(F.gelu(self.wide(self.norm2(X))))
        return X + more


class Transformer(nn.Module):
    """A transformer that guesses each next character of a text."""

    def __init__(self) -> None:
        super().__init__()
        alphabet = text()[1]
        self.letters, self.places = nn.Embedding(alphabet, WIDTH), nn.Embedding(WINDOW, WIDTH)
        self.blocks = nn.Sequential(*(Block() for _ in range(BLOCKS)))
        self.norm, self.head = nn.LayerNorm(WIDTH), nn.Linear(WIDTH, alphabet)

    def forward(self, X: torch.Tensor) -> torch.Tensor:
        """Return scores (n, alphabet, places) for characters X (n, places)."""
        places = self.places(torch.arange(X.shape[1], device=X.device))
        scores: torch.Tensor = self.head(self.norm(self.blocks(self.letters(X) + places)))
        return scores.transpose(1, 2)  # classes come second, as PyTorch's loss wants them


def _mlp(batch_size: int, epochs: int, name: str = "mlp") -> Case:
    return Case(
        name,
        f"mlp, batch {batch_size}",
        "64-64-10 on digits",
        lambda: digits(6400),
        lambda: perceptron(64, 64, 10),
        batch_size,
        epochs,
    )


def _deep(batch_size: int, epochs: int, name: str = "deep") -> Case:
    return Case(
        name,
        f"deep, batch {batch_size}",
        "six hidden layers of 128 on digits",
        lambda: digits(6400),
        lambda: perceptron(64, *[128] * 6, 10),
        batch_size,
        epochs,
    )


CASES = {
    case.name: case
    for case in (
        _mlp(64, 20),
        _mlp(32, 10, "mlp-32"),
        _deep(64, 8),
        _deep(32, 4, "deep-32"),
        Case(
            "autoencoder",
            "autoencoder",
            "784-256-64-256-784 on enlarged digits",
            lambda: flat_images(6400),
            lambda: perceptron(SIDE * SIDE, 256, 64, 256, SIDE * SIDE),
            64,
            4,
        ),
        Case(
            "cnn",
            "cnn",
            "two convolutions (32 and 64 channels) on digits enlarged to 28 × 28",
            lambda: images(1600),
            convolutional,
            64,
            3,
        ),
        Case(
            "lstm",
            "lstm",
            "an LSTM of 64 units that reads enlarged digits line by line",
            lambda: lines(3200),
            Recurrent,
            64,
            4,
        ),
        Case(
            "transformer",
            "transformer",
            "two blocks of width 64 with four heads, on windows of 64 characters",
            lambda: windows(640),
            Transformer,
            32,
            3,
        ),
    )
}
