"""What ``fit`` is to reach, and whether it does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any

from benchmarks.training import BASE, OURS


@dataclass(frozen=True)
class Goal:
    """A bound on the CPU time of ``of`` over that of ``over``, in one case.

    Attributes:
        case: by name.
        of: an opponent.
        over: another one.
        bound: the ratio.
        most: whether the ratio may be at most this; else it is to be at least this.
    """

    case: str
    of: str
    over: str
    bound: float
    most: bool

    def judged(self, cases: Mapping[str, Any]) -> dict[str, Any]:
        """Return the goal with what was measured; ``met`` is None where nothing was.

        Args:
            cases: as in the record.
        """
        runs = cases.get(self.case, {}).get("opponents", {})
        measured = met = None
        if self.of in runs and self.over in runs:
            measured = ratio(runs[self.of]["cpu"]["rounds"], runs[self.over]["cpu"]["rounds"])
            met = measured <= self.bound if self.most else measured >= self.bound
        return {
            "case": self.case,
            "of": self.of,
            "over": self.over,
            "kind": "at most" if self.most else "at least",
            "bound": self.bound,
            "measured": measured,
            "met": met,
        }


def ratio(of: list[float], over: list[float]) -> float:
    """Return the median over the rounds of the ratio within a round."""
    return round(median(a / b for a, b in zip(of, over, strict=True)), 4)


AT_MOST = {
    "mlp": 0.70,
    "deep": 0.70,
    "autoencoder": 0.90,
    "cnn": 0.75,
    "lstm": 1.02,
    "transformer": 1.02,
}
FASTER = {"skorch": 2.5, "lightning": 5.0, "fastai": 4.0, "keras": 5.0}  # on the mlp

GOALS = [
    *(Goal(case, OURS, BASE, bound, most=True) for case, bound in AT_MOST.items()),
    *(Goal("mlp", peer, OURS, bound, most=False) for peer, bound in FASTER.items()),
]
