"""The n-gram: a next character from counts of what followed the same few characters before."""

from __future__ import annotations

from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray

Smoothing = Literal["kneser-ney", "add-one"]
Codes = NDArray[np.int64]

_DISCOUNT = 0.75  # taken off each count and given to what was never seen


class NGram:
    """The chance of each character after the ``order - 1`` before it, from counts in a text.

    ``"add-one"`` counts everything once more than it was seen. ``"kneser-ney"`` takes a discount
    off each count and gives it to the order below, which in turn counts not how often a group of
    characters occurred but after how many different ones: interpolated Kneser-Ney.

    Source: R. Kneser and H. Ney, ICASSP 1995; S. Chen and J. Goodman, Computer Speech and Language
    13, 1999.

    Args:
        codes: the text to learn from (characters,), whole numbers from 0.
        order: how many characters a group has, the guessed one included; 1 takes no notice of
            those before.
        symbols: how many characters there are; ``symbols ** order`` must stay below 2 ** 63.
        smoothing: what is done about groups that never occurred.

    Raises:
        ValueError: the text is empty, the order out of range, or the smoothing unknown.
    """

    def __init__(
        self,
        codes: torch.Tensor,
        order: int,
        *,
        symbols: int,
        smoothing: Smoothing = "kneser-ney",
    ) -> None:
        if not len(codes) or order < 1 or symbols**order >= 2**63:
            raise ValueError(
                f"{len(codes)} characters, order={order!r}, symbols={symbols!r}: give a text, and "
                "an order from 1 up to where symbols ** order stays below 2 ** 63"
            )
        if smoothing not in ("kneser-ney", "add-one"):
            raise ValueError(f"smoothing={smoothing!r}: give 'kneser-ney' or 'add-one'")
        self.order, self.symbols, self.smoothing = order, symbols, smoothing
        found, counts = np.unique(self._groups(codes), return_counts=True)
        self._levels = [_Level(found, counts, symbols)]
        while len(self._levels) < order and smoothing == "kneser-ney":
            # Of the order below: in how many different groups of this one it is the end.
            shorter = found % symbols ** (order - len(self._levels))
            found, counts = np.unique(shorter, return_counts=True)
            self._levels.append(_Level(found, counts, symbols))

    def probabilities(self, codes: torch.Tensor) -> NDArray[np.float64]:
        """Return the chance (characters,) of each character of a text, given those before it."""
        groups = self._groups(codes)
        if self.smoothing == "add-one":
            count, total, _ = self._levels[0].look_up(groups)
            added: NDArray[np.float64] = (count + 1) / (total + self.symbols)
            return added
        chance = np.full(len(groups), 1 / self.symbols)
        for m, level in enumerate(reversed(self._levels), start=1):
            count, total, kinds = level.look_up(groups % self.symbols**m)
            seen = np.maximum(total, 1)  # where a context never occurred, the order below decides
            left = np.where(total > 0, _DISCOUNT * kinds / seen, 1.0)
            chance = np.maximum(count - _DISCOUNT, 0) / seen + left * chance
        return chance

    def bits(self, codes: torch.Tensor) -> float:
        """Return the mean bits for each character of a text."""
        return float(-np.log2(self.probabilities(codes)).mean())

    def _groups(self, codes: torch.Tensor) -> Codes:
        """Return each character with those before it as one number; code 0 stands before a text."""
        text = np.concatenate([np.zeros(self.order - 1, np.int64), codes.cpu().numpy()])
        groups = np.zeros(len(codes), np.int64)
        for k in range(self.order):
            groups = groups * self.symbols + text[k : k + len(codes)]
        return groups


class _Level:
    """Counts of one order: of groups, and of the contexts that they share but for their end."""

    def __init__(self, found: Codes, counts: NDArray[np.int64], symbols: int) -> None:
        self.symbols, self.found, self.counts = symbols, found, counts
        self.contexts, first, self.kinds = np.unique(
            found // symbols, return_index=True, return_counts=True
        )
        self.totals = np.add.reduceat(counts, first)  # groups of a context stand side by side

    def look_up(self, groups: Codes) -> tuple[Codes, Codes, Codes]:
        """Return each group's count, and its context's count and number of different ends."""
        contexts = groups // self.symbols
        return (
            _at(self.found, self.counts, groups),
            _at(self.contexts, self.totals, contexts),
            _at(self.contexts, self.kinds, contexts),
        )


def _at(keys: Codes, values: NDArray[np.int64], wanted: Codes) -> Codes:
    """Return the value of each wanted key, 0 where there is none; the keys are in order."""
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[place] == wanted, values[place], 0)
