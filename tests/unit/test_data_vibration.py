"""The machine: what shaft and gears do, and flaws that strike at the textbook's frequencies."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch

from course_lib import data

FLAWS = ("outer_race", "inner_race", "ball")
SPEED = 30.0  # Hz
RATE = 12_000  # Hz


def envelope_spectrum(vibration: data.Vibration, low: float, high: float) -> tuple[Any, Any]:
    """Return frequencies in Hz and the mean magnitude of the envelope's spectrum in a band."""
    X = vibration.X.double()
    n = X.shape[1]
    there = torch.fft.rfftfreq(n, 1 / vibration.rate)
    spectrum = torch.fft.rfft(X) * ((there > low) & (there < high))
    analytic = torch.zeros(X.shape, dtype=torch.complex128)
    analytic[:, : spectrum.shape[1]] = 2 * spectrum
    envelope = torch.fft.ifft(analytic).abs()
    magnitude = torch.fft.rfft(envelope - envelope.mean(dim=1, keepdim=True)).abs()
    return there.numpy(), magnitude.mean(dim=0).numpy()


def prominence(frequencies: Any, magnitude: Any, wanted: float) -> float:
    """Return how far the spectrum within 2 % of a frequency stands above its neighbourhood."""
    near = np.abs(frequencies - wanted) <= 0.02 * wanted
    around = (np.abs(frequencies - wanted) <= 0.2 * wanted) & ~near
    return float(magnitude[near].max() / np.median(magnitude[around]))


def steady(normal: int = 0, **flaw: int) -> data.Vibration:
    return data.vibration(normal, **flaw, speed=SPEED, samples=12_000, severity=5.0)


# What a flaw does


@pytest.mark.parametrize(("flaw", "times"), [("outer_race", 1), ("inner_race", 1), ("ball", 2)])
def test_the_envelope_peaks_where_the_flaw_strikes(flaw: str, times: int) -> None:
    frequencies, magnitude = envelope_spectrum(steady(**{flaw: 20}), 2700, 3700)
    known = data.bearing_frequencies(SPEED)
    strikes = times * getattr(known, flaw)
    found = prominence(frequencies, magnitude, strikes)
    assert found > 5
    others = {known.outer_race, known.inner_race, 2 * known.ball} - {strikes}
    assert found > max(prominence(frequencies, magnitude, other) for other in others)


def test_a_normal_window_peaks_nowhere() -> None:
    frequencies, magnitude = envelope_spectrum(steady(normal=20), 2700, 3700)
    known = data.bearing_frequencies(SPEED)
    for wanted in (known.outer_race, known.inner_race, known.ball, 2 * known.ball):
        assert prominence(frequencies, magnitude, wanted) < 2


@pytest.mark.parametrize(("flaw", "times"), [("inner_race", 1), ("ball", 2)])
def test_what_turns_through_the_load_comes_and_goes(flaw: str, times: int) -> None:
    known = data.bearing_frequencies(SPEED)
    passing = {"inner_race": SPEED, "ball": known.cage}[flaw]
    frequencies, magnitude = envelope_spectrum(steady(**{flaw: 20}), 2700, 3700)
    strikes = times * getattr(known, flaw)
    at = [
        magnitude[np.abs(frequencies - f).argmin()] for f in (strikes - passing, strikes + passing)
    ]
    assert min(at) > 0.3 * magnitude[np.abs(frequencies - strikes).argmin()]
    assert prominence(frequencies, magnitude, passing) > 5


def test_a_ball_strikes_one_race_harder_than_the_other() -> None:
    frequencies, magnitude = envelope_spectrum(steady(ball=20), 2700, 3700)
    assert prominence(frequencies, magnitude, data.bearing_frequencies(SPEED).ball) > 3


def test_the_outer_race_strikes_evenly() -> None:
    frequencies, magnitude = envelope_spectrum(steady(outer_race=20), 2700, 3700)
    assert prominence(frequencies, magnitude, SPEED) < 3


def ringing(**more: Any) -> torch.Tensor:
    """Return the windows of a flaw without noise, less what the machine does without one."""
    some = {"speed": SPEED, "noise": 0.0, "samples": 12_000} | more
    with_flaw = data.vibration(0, **some).X
    return with_flaw - data.vibration(0, **(some | {"severity": 0.0})).X


def test_severity_and_load_scale_the_ringing_and_nothing_else() -> None:
    one = ringing(outer_race=4, severity=1.0)
    assert torch.allclose(ringing(outer_race=4, severity=3.0), 3 * one, atol=1e-4)
    assert torch.allclose(ringing(outer_race=4, severity=1.0, load=2.0), 2 * one, atol=1e-4)
    # The housing rings with amplitude 1, the frame's two with 0.3; peaks need not coincide.
    assert 0.8 < one.abs().max() < 1.6
    assert not ringing(outer_race=4, severity=0.0).any()


def test_the_ringing_is_that_of_the_three_resonances() -> None:
    power = torch.fft.rfft(ringing(outer_race=8, severity=1.0)).abs().square().mean(dim=0)
    frequencies = torch.fft.rfftfreq(12_000, 1 / RATE)
    for resonance, damping in ((420, 0.04), (950, 0.04), (3200, 0.02)):
        # What rings at f with a fraction d of critical damping has half its power within f ± d f.
        wide = (frequencies - resonance).abs() < 6 * damping * resonance
        centre = (frequencies * power)[wide].sum() / power[wide].sum()
        assert float(centre) == pytest.approx(resonance, rel=0.05)
    assert power[(frequencies - 3200).abs() < 300].sum() > 0.5 * power.sum()


def test_strikes_ring_on_from_before_the_window() -> None:
    early, late = ringing(outer_race=200, severity=1.0, samples=600).abs().mean(dim=0).split(300)
    assert float(early.mean()) == pytest.approx(float(late.mean()), rel=0.05)


def test_energy_is_what_one_ringing_holds_times_how_often_it_is_struck() -> None:
    # ∫ (A e^(-d w t) sin(w t))² dt = A² / (4 d w) for small d, w = 2π f.
    once = sum(
        amplitude**2 / (4 * damping * 2 * math.pi * f)
        for f, damping, amplitude in ((420, 0.04, 0.3), (950, 0.04, 0.3), (3200, 0.02, 1.0))
    )
    slow = 6.0  # Hz, at which one ringing has died away before the next
    expected = once * data.bearing_frequencies(slow).outer_race
    found = ringing(outer_race=20, severity=2.0, speed=slow).double().square().mean() / 2.0**2
    assert float(found) == pytest.approx(expected, rel=0.05)


# What the machine does


def lines(speed: float, **more: Any) -> tuple[Any, Any]:
    """Return frequencies in Hz and amplitudes in m/s² of a window of one second without noise."""
    X = data.vibration(1, speed=speed, noise=0.0, rate=RATE, samples=RATE, **more).X[0].double()
    return torch.fft.rfftfreq(RATE, 1 / RATE).numpy(), torch.fft.rfft(X).abs().numpy() * 2 / RATE


def test_all_the_machine_does_is_at_multiples_of_the_shaft() -> None:
    frequencies, amplitude = lines(30.0)
    there = set(frequencies[amplitude > 1e-4] / 30)
    assert there == {1, 2, 3, 4, 5, 6, 8, *range(21, 26), *range(44, 49)}


def test_the_shaft_grows_with_the_square_of_the_speed_and_the_rest_with_the_load() -> None:
    _, one = lines(30.0)
    _, loaded = lines(30.0, load=2.0)
    assert loaded[30] == pytest.approx(one[30], rel=1e-4)
    for order in (2, 3, 8, 22, 23, 24, 46):
        assert loaded[30 * order] == pytest.approx(2 * one[30 * order], rel=1e-4)
    _, slow = lines(15.0)
    assert slow[15] == pytest.approx(0.6 / 4, rel=0.02), "far below the resonances, as it is"


def test_the_frame_amplifies_where_it_resonates_whatever_the_speed() -> None:
    def second_order(f: int) -> float:
        return float(lines(f / 2)[1][f])

    assert second_order(420) > 3 * max(second_order(320), second_order(520))
    at = {speed: lines(speed)[1] for speed in (20.0, 30.0)}
    # Order 21 at 20 Hz and order 14 at 30 Hz are both at 420 Hz; only order 21 is there.
    assert at[20.0][420] > 2 * at[30.0][21 * 30]


def test_nothing_is_heard_above_half_the_rate() -> None:
    some = {"speed": 39.0, "noise": 0.0, "severity": 5.0}
    slow = data.vibration(2, outer_race=2, rate=1500, **some)
    fast = data.vibration(2, outer_race=2, rate=12_000, samples=2048 * 8, **some)
    assert slow.X[:2].std() < fast.X[:2].std()
    # The lines of the shaft are the same, sample for sample.
    heard = [order * 39 for order in (1, 2, 3, 4, 5, 6, 8)]
    n = len(fast.X[0])
    power = torch.fft.rfft(fast.X[0].double())
    f = torch.fft.rfftfreq(n, 1 / 12_000)
    assert max(heard) < 750 < 21 * 39
    kept = torch.fft.irfft(torch.where(f < 560, power, 0), n)[::8]
    assert torch.allclose(kept[200:-200], slow.X[0].double()[200:-200], atol=0.05)


def test_noise_is_a_standard_deviation() -> None:
    still, noisy = (data.vibration(50, noise=noise, speed=SPEED) for noise in (0.0, 0.7))
    added = noisy.X - still.X
    assert float(added.std()) == pytest.approx(0.7, rel=0.02)
    assert float(added.mean()) == pytest.approx(0, abs=0.01)


# What comes back


def test_shapes_types_and_truth() -> None:
    found = data.vibration(
        5,
        outer_race=2,
        inner_race=3,
        ball=1,
        severity=(0.5, 2.0),
        speed=(21.0, 39.0),
        load=(0.5, 1.5),
        rate=4000,
        samples=256,
    )
    assert found.X.shape == (11, 256)
    assert found.y.tolist() == [0] * 5 + [1] * 2 + [2] * 3 + [3]
    assert found.y.dtype == torch.int64
    assert found.rate == 4000
    assert found.class_names == ("normal", "outer race", "inner race", "ball")
    for name, low, high in (("severity", 0.5, 2), ("speed", 21, 39), ("load", 0.5, 1.5)):
        truth = getattr(found, name)
        assert truth.shape == (11,)
        flawed = truth[5:]
        assert low <= flawed.min() < flawed.max() <= high
    assert not found.severity[:5].any()
    for tensor in (found.X, found.severity, found.speed, found.load):
        assert tensor.dtype == torch.float32
        assert tensor.is_contiguous()


def test_speed_and_load_are_drawn_evenly() -> None:
    found = data.vibration(2000, samples=2, speed=(20.0, 40.0), load=(0.5, 1.5))
    for truth, low, high in ((found.speed, 20, 40), (found.load, 0.5, 1.5)):
        share = torch.histc(truth, 4, low, high) / 2000
        assert (share - 0.25).abs().max() < 0.04
    assert abs(np.corrcoef(found.speed, found.load)[0, 1]) < 0.06


def test_the_truth_is_that_of_each_window() -> None:
    found = data.vibration(300, speed=(25.0, 40.0), noise=0.1, samples=RATE)
    spectrum = torch.fft.rfft(found.X).abs()
    first = spectrum[:, 20:45].argmax(dim=1) + 20
    assert (first - found.speed).abs().max() < 1


def test_windows_do_not_depend_on_how_many_are_asked_of_other_conditions() -> None:
    alone = data.vibration(300, samples=64)
    among = data.vibration(300, outer_race=3, ball=2, samples=64)
    assert torch.equal(alone.X, among.X[:300])
    assert torch.equal(data.vibration(0, ball=2, samples=64).X, among.X[303:])


def test_the_same_seed_draws_the_same_and_another_seed_others() -> None:
    first, again, other = (
        data.vibration(3, inner_race=3, samples=64, seed=seed) for seed in (5, 5, 6)
    )
    assert torch.equal(first.X, again.X)
    assert torch.equal(first.speed, again.speed)
    assert not torch.allclose(first.X, other.X, atol=0.1)
    assert not torch.equal(first.speed, other.speed)
    assert len({x[0].item() for x in first.X}) == 6, "each window is another"


FROZEN = [3.9742, -0.0071, -0.8926, -0.3715, 0.418]
SPEEDS = [29.3307, 29.1721, 29.8357, 30.3713, 30.8422]


def test_the_stream_is_frozen() -> None:
    found = data.vibration(2, outer_race=1, inner_race=1, ball=1, samples=64, severity=4.0)
    assert found.X[:, 10].tolist() == pytest.approx(FROZEN, abs=1e-4)
    assert found.speed.tolist() == pytest.approx(SPEEDS, abs=1e-4)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: data.vibration(-1), "normal=-1: give a whole number of windows, 0 or more"),
        (lambda: data.vibration(2, outer_race=1.5), "outer_race=1.5: give a whole number"),
        (lambda: data.vibration(0), "normal=0 and no flaws: ask for at least one window"),
        (lambda: data.vibration(2, severity=-1.0), r"severity=-1.0: give a number 0 or more, or"),
        (lambda: data.vibration(2, speed=0.0), r"speed=0.0: give a number above 0, or \(low, high"),
        (lambda: data.vibration(2, speed=(31.0, 29.0)), r"speed=\(31.0, 29.0\): give a number"),
        (lambda: data.vibration(2, load=(0.5, math.inf)), r"load=\(0.5, inf\): give a number"),
        (lambda: data.vibration(2, noise=-0.1), "noise=-0.1: give a standard deviation"),
        (lambda: data.vibration(2, rate=0), "rate=0: give a whole number of samples a second"),
        (lambda: data.vibration(2, samples=1), "samples=1: give a whole number of samples, 2"),
        (lambda: data.vibration(2, seed=-1), "seed=-1: give a whole number"),
    ],
)
def test_an_argument_out_of_range_is_named_with_its_cure(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message) as raised:
        call()
    assert "\n" not in str(raised.value)


def test_it_says_where_it_comes_from_and_prints_as_a_table() -> None:
    text = repr(data.vibration(3, outer_race=2, ball=1, samples=128, load=(0.5, 1.5)))
    assert "6 of 128 samples at 12000 Hz" in text
    assert "normal 3, outer race 2, inner race 0, ball 1" in text
    assert "m/s²" in text
    assert "drawn by this course" in text
    assert max(map(len, text.splitlines())) <= 110
