"""A simulated machine: the vibration of a shaft, its gears and a rolling bearing with a flaw."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from course_lib.data.bearing import bearing_frequencies
from course_lib.data.generated import LICENCE, SOURCE
from course_lib.data.split import check_noise, check_seed, check_whole

Span = float | tuple[float, float]

# Resonances that do not move with the speed: two of the frame, one of the bearing's housing.
_RESONANCES = np.array([420.0, 950.0, 3200.0])  # Hz
_DAMPING = np.array([0.04, 0.04, 0.02])  # as a fraction of critical damping
_RINGING = np.array([0.3, 0.3, 1.0])  # how strongly a strike sets each one ringing

_NOMINAL = 30.0  # Hz, the speed at which the shaft's own amplitudes hold
_SHAFT = {1: 0.6, 2: 0.4, 3: 0.3, 4: 0.2, 5: 0.2, 6: 0.2, 8: 0.1}  # order: m/s²
_TEETH = 23
_MESH = {-2: 0.1, -1: 0.2, 0: 0.5, 1: 0.2, 2: 0.1}  # sideband, in orders from the mesh: m/s²
_HARMONICS = {1: 1.0, 2: 0.5}  # of the mesh: as a fraction of these amplitudes

_SLIP = 0.01  # the balls slide a little: relative standard deviation of the time between strikes
_INNER_STRIKE = 0.6  # of a ball's flaw on the inner race, as a fraction of that on the outer
_BEFORE = 0.1  # s: what struck this long before a window still rings in it
_AT_ONCE = 256  # windows in memory at a time
_CONDITIONS = ("normal", "outer race", "inner race", "ball")


@dataclass(frozen=True, eq=False, repr=False)
class Vibration:
    """Windows of a machine's vibration, with what is true of each.

    Attributes:
        X: acceleration (windows, samples) float32 in m/s².
        y: condition (windows,) int64: 0 normal, else the part of the bearing that has a flaw.
        class_names: the name of each condition.
        severity: amplitude of a strike's ringing (windows,) float32 in m/s², 0 where normal.
        speed: of the shaft (windows,) float32 in Hz.
        load: (windows,) float32, 1 is nominal.
        rate: samples a second, in Hz.
        source: where the numbers come from.
        licence: what one may do with them.
    """

    X: torch.Tensor
    y: torch.Tensor
    class_names: tuple[str, ...]
    severity: torch.Tensor
    speed: torch.Tensor
    load: torch.Tensor
    rate: int
    source: str
    licence: str

    def __repr__(self) -> str:
        n, samples = self.X.shape
        counts = torch.bincount(self.y, minlength=len(self.class_names)).tolist()
        conditions = zip(self.class_names, counts, strict=True)
        return "\n".join(
            [
                "vibration: acceleration of a simulated machine, in m/s²",
                f"  windows     {n} of {samples} samples at {self.rate} Hz",
                f"  classes     {', '.join(f'{name} {count}' for name, count in conditions)}",
                f"  speed       {self.speed.min():.1f} to {self.speed.max():.1f} Hz",
                f"  load        {self.load.min():.2f} to {self.load.max():.2f} of the nominal",
                f"  source      {self.source}",
                f"  licence     {self.licence}",
            ]
        )


def vibration(
    normal: int,
    *,
    outer_race: int = 0,
    inner_race: int = 0,
    ball: int = 0,
    severity: Span = 1.0,
    speed: Span = (29.0, 31.0),
    load: Span = 1.0,
    noise: float = 1.0,
    rate: int = 12_000,
    samples: int = 2048,
    seed: int = 0,
) -> Vibration:
    """Return windows of a machine's vibration, with and without a flaw in its bearing.

    The truth, all accelerations in m/s²: the shaft turns at a speed that is constant within a
    window. It excites its orders 1 to 6 and 8, the first growing with the square of the speed
    (imbalance), the others with the load. Gears of 23 teeth excite the mesh frequency and its
    double, each with two sidebands on either side, with the load. All this reaches the sensor
    through the frame, which amplifies near its resonances of 420 and 950 Hz, whatever the speed
    (4 % damping).

    A flaw in the bearing (9 balls of 7.94 mm on a circle of 39.04 mm, no contact angle) strikes at
    its frequency of :func:`bearing_frequencies`, the times between strikes 1 % irregular by slip.
    Each strike sets the housing's resonance of 3,200 Hz (2 % damping) ringing with amplitude
    severity · load, and those of the frame with 0.3 of that. The load presses on one half of the
    bearing. A flaw on the outer race lies there and strikes evenly; one on the inner race passes
    through it with the shaft; one on a ball passes through it with the cage, and strikes at twice
    the ball's frequency, the inner race with 0.6 of the amplitude on the outer. The sensor adds
    white noise, and its filter passes nothing above half the rate.

    A steady machine is the default; the speed and load of a varied one are spans, such as
    ``speed=(21.0, 39.0), load=(0.5, 1.5), rate=4_000, noise=0.3``. The windows come condition by
    condition, normal first; those of one condition do not change with how many are asked of others.

    Args:
        normal: windows without a flaw.
        outer_race: windows with a flaw on the outer race.
        inner_race: windows with a flaw on the inner race.
        ball: windows with a flaw on a ball.
        severity: of a flaw, in m/s², 0 or more: a number, or (low, high) to draw evenly from.
        speed: of the shaft in Hz, above 0: likewise.
        load: 1 is nominal, 0 or more: likewise.
        noise: standard deviation of the sensor's noise, in m/s².
        rate: samples a second.
        samples: of each window, 2 or more.
        seed: draws severity, speed, load, the angles at the start, slip and noise.

    Raises:
        ValueError: an argument is out of range.
    """
    check_seed(seed)
    check_noise(noise)
    check_whole("rate", rate, "samples a second", least=1)
    check_whole("samples", samples, "samples", least=2)
    counts = normal, outer_race, inner_race, ball
    for name, count in zip(_CONDITIONS, counts, strict=True):
        check_whole(name.replace(" ", "_"), count, "windows", least=0)
    if sum(counts) == 0:
        raise ValueError("normal=0 and no flaws: ask for at least one window")
    spans = (
        _span("severity", severity),
        _span("speed", speed, above=True),
        _span("load", load),
    )
    truths, windows = [], []
    for condition, count in enumerate(counts):
        random = np.random.RandomState([seed, condition])
        truth = np.column_stack([random.uniform(*span, size=count) for span in spans])
        if condition == 0:
            truth[:, 0] = 0
        truths.append(truth)
        for start in range(0, count, _AT_ONCE):
            some = truth[start : start + _AT_ONCE]
            signal = _machine(random, some, rate, samples)
            if condition:
                signal += _flaw(random, condition, some, rate, samples)
            signal += noise * random.standard_normal(signal.shape)
            windows.append(signal.astype(np.float32))
    about = torch.from_numpy(np.concatenate(truths).astype(np.float32).T.copy())
    return Vibration(
        X=torch.from_numpy(np.concatenate(windows)),
        y=torch.from_numpy(np.repeat(np.arange(len(counts)), counts)),
        class_names=_CONDITIONS,
        severity=about[0],
        speed=about[1],
        load=about[2],
        rate=rate,
        source=SOURCE,
        licence=LICENCE,
    )


def _span(argument: str, value: Span, *, above: bool = False) -> tuple[float, float]:
    """Return (low, high) of what is a number or such a pair."""
    low, high = value if isinstance(value, tuple) else (value, value)
    if not (0 <= low <= high < math.inf) or (above and low == 0):
        least = "above 0" if above else "0 or more"
        raise ValueError(f"{argument}={value!r}: give a number {least}, or (low, high) of such")
    return low, high


def _lines(
    speed: NDArray[np.float64], load: NDArray[np.float64]
) -> Iterator[tuple[int, NDArray[np.float64]]]:
    """Yield the order of each line of the spectrum and its amplitudes (n,) before the frame."""
    for order, amplitude in _SHAFT.items():
        yield order, amplitude * ((speed / _NOMINAL) ** 2 if order == 1 else load)
    for harmonic, share in _HARMONICS.items():
        for sideband, amplitude in _MESH.items():
            yield harmonic * _TEETH + sideband, share * amplitude * load


def _machine(
    random: np.random.RandomState, truth: NDArray[np.float64], rate: int, samples: int
) -> NDArray[np.float64]:
    """Return what shaft and gears do (n, samples), from severity, speed and load (n, 3)."""
    _, speed, load = truth.T
    start = random.uniform(0, 2 * np.pi, size=len(truth))
    turn = np.exp(1j * (start[:, None] + 2 * np.pi * speed[:, None] * np.arange(samples) / rate))
    frame = slice(0, 2)
    signal = np.zeros(turn.shape)
    for order, amplitude in _lines(speed, load):
        heard = order * speed < rate / 2
        ratio = order * speed[:, None] / _RESONANCES[frame]
        # A force of this frequency, amplified by an oscillator: 1 far below its resonance.
        gain = (1 / (1 - ratio**2 + 2j * _DAMPING[frame] * ratio)).mean(axis=1)
        # The phase grows with the order squared, lest all lines peak at the same moment.
        line = heard * amplitude * gain * np.exp(1j * order**2)
        signal += (line[:, None] * turn**order).real
    return signal


def _flaw(
    random: np.random.RandomState,
    condition: int,
    truth: NDArray[np.float64],
    rate: int,
    samples: int,
) -> NDArray[np.float64]:
    """Return the ringing of a flaw's strikes (n, samples), from severity, speed and load (n, 3)."""
    heard = rate / 2 > _RESONANCES
    natural = 2 * np.pi * _RESONANCES[heard]
    pole = natural * (-_DAMPING[heard] + 1j * np.sqrt(1 - _DAMPING[heard] ** 2))  # 1/s
    times, strength = _strikes(random, condition, truth, samples / rate)
    # Each strike enters at the sample after it, with what its ringing has come to by then.
    sample = np.ceil(times * rate).astype(np.int64)
    late = sample / rate - times
    rung = strength[..., None] * _RINGING[heard] * np.exp(pole * late[..., None])
    first = -round(_BEFORE * rate)
    row, strike = np.nonzero((sample >= first) & (sample < samples))
    ringing = np.zeros((samples - first, len(truth), len(pole)), complex)
    np.add.at(ringing, (sample[row, strike] - first, row), rung[row, strike])
    one_sample = np.exp(pole / rate)
    for t in range(1, len(ringing)):
        ringing[t] += one_sample * ringing[t - 1]
    signal: NDArray[np.float64] = ringing[-first:].imag.sum(axis=-1).T
    return signal


def _strikes(
    random: np.random.RandomState, condition: int, truth: NDArray[np.float64], seconds: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return when a flaw strikes, in s from the window's start, and how hard, both (n, strikes)."""
    severity, speed, load = truth.T
    frequencies = bearing_frequencies(speed)
    often = {
        1: frequencies.outer_race,
        2: frequencies.inner_race,
        3: 2 * frequencies.ball,
    }[condition]
    # A tenth more than expected, for those that slip makes quicker.
    most = int(1.1 * (_BEFORE + seconds) * often.max()) + 10
    gaps = 1 + _SLIP * random.standard_normal((len(truth), most))
    begin = random.uniform(size=(len(truth), 1))
    times = (np.cumsum(gaps, axis=1) - begin) / often[:, None] - _BEFORE
    start = random.uniform(0, 2 * np.pi, size=(len(truth), 1))
    strength = np.broadcast_to((severity * load)[:, None], times.shape).copy()
    if condition > 1:
        turning = speed if condition == 2 else frequencies.cage
        pressed = np.cos(start + 2 * np.pi * turning[:, None] * times).clip(min=0)
        strength *= pressed**1.5  # Hertz: how the load is shared over the half that it presses on
    if condition == 3:
        strength[:, 1::2] *= _INNER_STRIKE
    return times, strength
