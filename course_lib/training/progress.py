"""A progress bar, for those who watch."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from course_lib.page import watched
from course_lib.training.ranks import first_process

_DELAY = 1.0  # seconds; what is over sooner needs no bar


@contextmanager
def progress_bar(
    wanted: bool | None, epochs: int
) -> Iterator[Callable[[Sequence[Mapping[str, float]]], None]]:
    """Yield what to call after each epoch with the numbers of all; the bar goes with the block.

    Args:
        wanted: True or False, or None for a bar where :func:`course_lib.page.watched` says so;
            of several processes, only the first shows one.
        epochs: how many there will be at most.
    """
    if not (first_process() and (watched() if wanted is None else wanted)):
        yield lambda _: None
        return
    from tqdm import tqdm

    delay = _DELAY if wanted is None else 0.0
    with tqdm(total=epochs, unit="epoch", leave=False, delay=delay, file=sys.stdout) as bar:

        def show(rows: Sequence[Mapping[str, float]]) -> None:
            row, shown = rows[-1], ("loss", "validation_loss")
            bar.set_postfix({name: f"{row[name]:.4g}" for name in shown if name in row}, False)
            bar.update(len(rows) - bar.n)

        yield show
