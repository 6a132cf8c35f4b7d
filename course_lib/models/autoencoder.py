"""Autoencoders: networks that restore their own input through a code of a few numbers."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise

import torch
from torch import nn

Activation = Callable[[], nn.Module]


class Autoencoder(nn.Module):
    """An encoder from the input to a code, and a decoder of the same sizes back.

    Trained with its inputs as targets, ``training.fit(model, (X, X))``. There is an activation
    after each hidden layer and none after the output.

    Args:
        sizes: width of the input, of each hidden layer, and of the code: (64, 128, 2) is the
            network 64-128-2-128-64.
        activation: makes what follows each hidden layer.
        code_activation: makes what follows the code; by default nothing does.
        noise: standard deviation of the normal noise that is added to each input, in the input's
            unit and in train mode only; above 0 it is a denoising autoencoder.

    Raises:
        ValueError: a size is no positive whole number, there are less than two, or ``noise`` is
            negative or not finite.

    Source: G. Hinton and R. Salakhutdinov, Science 313, 2006; the noise, P. Vincent and others,
    ICML 2008.
    """

    def __init__(
        self,
        sizes: Sequence[int],
        *,
        activation: Activation = nn.ReLU,
        code_activation: Activation = nn.Identity,
        noise: float = 0.0,
    ) -> None:
        super().__init__()
        _check(sizes, noise)
        self.noise = noise
        self.encoder = _layers(sizes, activation)
        self.encoder.append(code_activation())
        self.decoder = _layers(sizes[::-1], activation)

    def forward(self, X: torch.Tensor) -> torch.Tensor:
        """Return the inputs (n, features) as restored from their codes."""
        if self.training and self.noise:
            X = X + self.noise * torch.randn_like(X)
        restored: torch.Tensor = self.decoder(self.encoder(X))
        return restored

    @torch.no_grad()
    def codes(self, X: torch.Tensor) -> torch.Tensor:
        """Return the codes (n, code) of inputs (n, features), without gradients."""
        found: torch.Tensor = self.encoder(X)
        return found

    @torch.no_grad()
    def errors(self, X: torch.Tensor) -> torch.Tensor:
        """Return each row's mean squared error of restoration (n,), without noise or gradients."""
        restored: torch.Tensor = self.decoder(self.encoder(X))
        return (restored - X).square().mean(dim=1)


class VariationalAutoencoder(nn.Module):
    """An autoencoder whose code is a normal distribution, held close to the standard one.

    The encoder returns mean and log variance of each number of the code. In train mode the decoder
    is given a draw from that distribution, else its mean. The code of a new sample can be drawn
    from the standard normal distribution, see :meth:`sample`.

    Args:
        sizes: as for :class:`Autoencoder`.
        activation: makes what follows each hidden layer.

    Raises:
        ValueError: a size is no positive whole number, or there are less than two.

    Source: D. Kingma and M. Welling, ICLR 2014; the decoder's variance as in O. Rybkin,
    K. Daniilidis and S. Levine, ICML 2021.
    """

    def __init__(self, sizes: Sequence[int], *, activation: Activation = nn.ReLU) -> None:
        super().__init__()
        _check(sizes)
        self.encoder = _layers([*sizes[:-1], 2 * sizes[-1]], activation)
        self.decoder = _layers(sizes[::-1], activation)

    def forward(self, X: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Return restored inputs (n, features), codes' means and log variances (n, code)."""
        mean, log_variance = self.encoder(X).chunk(2, dim=1)
        code = mean
        if self.training:  # a draw that the gradient can pass: the randomness is added
            code = mean + (log_variance / 2).exp() * torch.randn_like(mean)
        return self.decoder(code), mean, log_variance

    @staticmethod
    def loss(
        output: tuple[torch.Tensor, torch.Tensor, torch.Tensor], X: torch.Tensor
    ) -> torch.Tensor:
        """Return the negative evidence lower bound, in nats a row and up to a constant.

        The decoder's own variance is the batch's mean squared error, at which the bound is best,
        so that the two terms need no weight to balance them.

        Args:
            output: what the model returned for ``X``.
            X: inputs (n, features).
        """
        restored, mean, log_variance = output
        error = (restored - X).square().mean()
        divergence = (mean.square() + log_variance.exp() - 1 - log_variance).sum(dim=1) / 2
        return X.shape[1] / 2 * error.log() + divergence.mean()

    @torch.no_grad()
    def codes(self, X: torch.Tensor) -> torch.Tensor:
        """Return the means of the codes (n, code) of inputs (n, features), without gradients."""
        mean: torch.Tensor = self.encoder(X).chunk(2, dim=1)[0]
        return mean

    @torch.no_grad()
    def sample(self, n: int) -> torch.Tensor:
        """Return inputs (n, features) that nobody gave: decoded standard normal draws."""
        first = next(self.decoder.parameters())
        drawn: torch.Tensor = self.decoder(first.new_empty(n, first.shape[1]).normal_())
        return drawn


def _layers(sizes: Sequence[int], activation: Activation) -> nn.Sequential:
    """Return linear layers of these sizes, with an activation between each two."""
    layers: list[nn.Module] = []
    for inside, outside in pairwise(sizes):
        layers += [nn.Linear(inside, outside), activation()]
    return nn.Sequential(*layers[:-1])


def _check(sizes: Sequence[int], noise: float = 0.0) -> None:
    if len(sizes) < 2 or any(isinstance(s, bool) or int(s) != s or s < 1 for s in sizes):
        raise ValueError(
            f"sizes={sizes!r}: give the widths of input, hidden layers and code, as in (64, 128, 2)"
        )
    if not (math.isfinite(noise) and noise >= 0):
        raise ValueError(f"noise={noise!r}: give a standard deviation, 0 or more")
