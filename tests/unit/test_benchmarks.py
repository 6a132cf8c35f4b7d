"""The benchmarks: a fair race, told whole, and judged by its goals."""

from __future__ import annotations

import argparse
import io
import json
import math
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from sphinx.application import Sphinx

from benchmarks import __main__ as command
from benchmarks import accuracy, goals, loops, record, startup, training
from benchmarks.cases import CASES, Case
from course_lib import cli, data
from course_lib.authoring import bench, bench_record, bootstrap
from course_lib.authoring.sphinx_ext import HtmlElement, _depart, _visit
from course_lib.project import Project, ProjectError

ROOT = Path(__file__).parents[2]
OURS_TO_RUN = [
    name for name, one in training.OPPONENTS.items() if one.library in {"torch", "sklearn"}
]


def small(name: str, batches: int = 3, epochs: int = 2) -> Case:
    """Return a case of a few steps."""
    whole = CASES[name]
    X, y = whole.data()
    rows = slice(batches * whole.batch_size)
    return replace(whole, data=lambda: (X[rows], y[rows]), epochs=epochs)


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


# ── the race ──


@pytest.mark.parametrize("name", CASES)
def test_fit_has_the_hand_written_loops_curve_in_every_case(name: str) -> None:
    case = small(name)
    assert training.curve_gap(case, torch.float64) < 1e-12
    assert training.curve_gap(case) < 1e-4


def test_a_curve_of_other_steps_is_no_rounding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loops, "RATE", 1.001e-3)
    assert training.curve_gap(small("mlp"), torch.float64) > 1e-9


@pytest.mark.parametrize("name", CASES)
def test_every_case_trains_and_is_measured_afterwards(name: str) -> None:
    case = small(name, batches=2, epochs=1)
    assert case.steps == 2
    found = training.measure("fit", case)
    assert set(found) == {"cpu", "wall", "loss", "metric"}
    assert all(math.isfinite(value) and value > 0 for value in found.values())


def test_all_who_need_no_other_library_learn_the_same() -> None:
    case = small("mlp", batches=20, epochs=8)
    losses = {name: training.measure(name, case)["loss"] for name in OURS_TO_RUN}
    assert len(losses) == 4
    X, y = case.data()
    untrained = case.loss()(case.model()(X), y).item()
    assert max(losses.values()) < 0.7 * untrained
    assert max(losses.values()) - min(losses.values()) < 0.1


def test_whoever_starts_from_other_weights_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def elsewhere(case: Case, _model: Any, X: torch.Tensor, y: torch.Tensor) -> loops.Trial:
        torch.manual_seed(1)  # the common first weights are of seed 0
        return loops.by_hand(case, case.network(), X, y)

    monkeypatch.setattr(training, "maker", lambda name: elsewhere)
    with pytest.raises(RuntimeError, match="loader does not start from the common first weights"):
        training.make_trial("loader", small("mlp"))


class Here:
    """An arena without processes."""

    def __init__(self, *names: str, missing: dict[str, str] | None = None) -> None:
        self.names, self.missing = list(names), missing or {}


def numbers(cpu: float) -> dict[str, float]:
    return {"cpu": cpu, "wall": 2 * cpu, "loss": 0.5, "metric": 0.9}


def test_rounds_interleave_rotate_and_warm_up() -> None:
    ran: list[str] = []

    def run(name: str, _case: str) -> dict[str, float]:
        ran.append(name)
        return numbers(len(ran))

    arena = Here("loop", "fit", "skorch", "keras", missing={"skorch": "not there"})
    told = list(training.rounds(arena, "cnn", 3, run))
    assert ran == [
        *("loop", "fit", "keras"),  # warms up
        *("fit", "keras", "loop"),
        *("keras", "loop", "fit"),
        *("loop", "fit", "keras"),
    ]
    assert [name for name, _ in told] == ran[3:]
    assert told[0] == ("fit", numbers(4))


def test_only_networks_of_linear_layers_are_scikit_learns() -> None:
    arena = Here("loop", "sklearn")
    for case, runs in (("mlp", {"loop", "sklearn"}), ("lstm", {"loop"})):
        told = training.rounds(arena, case, 1, lambda name, case: numbers(1))
        assert {name for name, _ in told} == runs


@pytest.mark.parametrize(
    ("outcome", "says"),
    [(RuntimeError("no such kernel\nmore"), "RuntimeError: no such kernel"), (math.nan, "finite")],
)
def test_one_who_fails_is_told_and_the_others_go_on(outcome: Any, says: str) -> None:
    def run(name: str, _case: str) -> dict[str, float]:
        if name == "keras" and isinstance(outcome, Exception):
            raise outcome
        return numbers(outcome if name == "keras" else 1.0)

    told = list(training.rounds(Here("loop", "keras"), "cnn", 2, run))
    assert [name for name, _ in told] == ["keras", "loop", "loop"]
    assert says in told[0][1]
    assert "more" not in told[0][1]


def test_a_peer_that_is_not_installed_is_missing_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    absent = replace(training.OPPONENTS["skorch"], library="no_such_library")
    monkeypatch.setitem(training.OPPONENTS, "skorch", absent)
    with training.Arena(["skorch"]) as arena:
        assert arena.missing == {"skorch": "ModuleNotFoundError: No module named 'no_such_library'"}


# ── goals ──


def cases_of(**medians: float) -> dict[str, Any]:
    """Return a record's cases in which opponents took these times in the mlp."""
    runs = {name: [numbers(value)] * 5 for name, value in medians.items()}
    return {"mlp": record.case_record("mlp", runs, {}, {"float32": 1e-7, "float64": 1e-16})}


@pytest.mark.parametrize(
    ("most", "fit", "met"),
    [(True, 70, True), (True, 71, False), (False, 40, True), (False, 41, False)],
)
def test_a_goal_is_met_up_to_its_bound_and_missed_beyond(most: bool, fit: float, met: bool) -> None:
    goal = (
        goals.Goal("mlp", "fit", "loop", 0.7, most=True)
        if most
        else goals.Goal("mlp", "skorch", "fit", 2.5, most=False)
    )
    judged = goal.judged(cases_of(loop=100, fit=fit, skorch=100))
    assert judged["met"] is met


def test_a_goal_without_figures_is_neither() -> None:
    judged = goals.Goal("mlp", "keras", "fit", 5, most=False).judged(cases_of(loop=100, fit=50))
    assert judged["measured"] is None
    assert judged["met"] is None


def test_ratios_are_taken_within_a_round() -> None:
    # The machine was slow in the second round, and during half of the third.
    assert goals.ratio([50, 500, 60], [100, 1000, 1000]) == 0.5


def test_the_goals_are_the_ones_that_were_set() -> None:
    most = {goal.case: goal.bound for goal in goals.GOALS if goal.most}
    assert most == {
        "mlp": 0.70, "deep": 0.70, "autoencoder": 0.90, "cnn": 0.75, "lstm": 1.02,
        "transformer": 1.02,
    }  # fmt: skip
    least = {goal.of: goal.bound for goal in goals.GOALS if not goal.most}
    assert least == {"skorch": 2.5, "lightning": 5, "fastai": 4, "keras": 5}


# ── the record ──


def whole_record(**changes: Any) -> dict[str, Any]:
    """Return a record of one case, as it is read again."""
    cases = cases_of(loop=100.0, fit=60.0, skorch=200.0)
    cases["mlp"]["failed"] = {"fastai": "RuntimeError: no"}
    reached = {
        "levels": [0.97, 0.985],
        "seeds": [0, 1, 2],
        "batch_size": 32,
        "rows": {"train": 1079, "validation": 359},
        "tried": {"rates": [0.001], "splits": 2},
        "contenders": {
            "mlp": {
                "label": "MLP by fit",
                "epochs": 300,
                "setting": {"width": 64, "unit": "hidden units", "learning_rate": 0.003},
                "best": [0.97, 0.98, 0.99],
                "seconds": {
                    "0.97": accuracy.reached([0.5, 0.25, 1.0]),
                    "0.985": accuracy.reached([math.inf, 2.0, math.inf]),
                },
            }
        },
    }
    made = record.assemble(
        cases, ["loop", "fit", "skorch", "fastai", "keras"], 5, 0.1,
        {"torch": "2.13.0", "skorch": "1.4.0"},
        {"keras": "ModuleNotFoundError: No module named 'keras'"}, reached,
    )  # fmt: skip
    return json.loads(json.dumps(made | changes))


def test_the_record_tells_all_and_the_table_shows_it() -> None:
    made = whole_record()
    assert made["cases"]["mlp"]["opponents"]["fit"]["cpu"] == {
        "median": 60.0, "low": 60.0, "high": 60.0, "rounds": [60.0] * 5, "ratio": 0.6,
    }  # fmt: skip
    assert made["hardware"]["processor"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", made["date"])
    text = record.render(made)
    assert re.search(r"^  fit +60 +60 to 60 +120 +0\.60 +0\.9000$", text, re.MULTILINE)
    assert "missing: Keras on PyTorch (ModuleNotFoundError: No module named 'keras')" in text
    assert "fastai                     failed: RuntimeError: no" in text
    assert "met     mlp: fit over hand-written loop at most 0.70: 0.60" in text
    assert "met     mlp: skorch over fit at least 2.50: 3.33" in text
    assert "open    mlp: Keras on PyTorch over fit at least 5.00: not measured" in text
    assert "1.0e-16 in float64" in text
    assert "97 %: 0.50 s (0.25 to 1.00); 98.5 %: no median (from 2.00; 1 of 3 got there)" in text


def test_quartiles_lie_within_the_rounds() -> None:
    told = record.summary([5.0, 1.0, 2.0, 4.0, 3.0])
    assert (told["low"], told["median"], told["high"]) == (2.0, 3.0, 4.0)
    assert record.summary([7.0])["high"] == 7.0


def test_a_part_leaves_the_record_as_it_was(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "records" / "training.json"
    command.keep(path, whole_record(), whole=False)
    assert not path.exists()
    assert "--record overwrites it" in capsys.readouterr().err
    command.keep(path, whole_record(), whole=True)
    assert json.loads(path.read_text("utf-8")) == whole_record()


def test_the_committed_record_is_that_of_a_whole_run() -> None:
    made = bench_record.read_record(Project(ROOT))
    assert set(made["cases"]) == set(CASES)
    assert set(made["opponents"]) == set(training.OPPONENTS)
    assert made["rounds"] >= bench.ROUNDS
    assert made["goals"] == [goal.judged(made["cases"]) for goal in goals.GOALS]
    started = bench_record.read_record(Project(ROOT), "startup")
    assert set(started["notebooks"]) == set(startup.NOTEBOOKS)
    assert all(len(rounds) >= bench.ROUNDS for rounds in started["notebooks"].values())


# ── time to accuracy ──


def test_the_first_epoch_at_a_level_counts() -> None:
    curve = [(0.1, 0.9), (0.2, 0.98), (0.3, 0.96), (0.4, 0.99)]
    assert accuracy.seconds_to(0.97, curve) == 0.2
    assert accuracy.seconds_to(0.995, curve) == math.inf
    told = accuracy.reached([math.inf, 0.25, 0.5])
    assert (told["median"], told["high"], told["reached"]) == (0.5, None, 2)
    assert record.times(accuracy.reached([math.inf]), 1) == "never"


def test_the_setting_that_always_gets_there_is_chosen() -> None:
    def train(_split: Any, width: int, rate: float, _epochs: int, seed: int) -> accuracy.Curve:
        if width == 1:  # quick, but not on every split
            return [(1e-6, 0.99 if seed == accuracy.TUNED_ON[0] else 0.5)]
        return [(rate * width, 0.99)]

    contender = accuracy.Contender("some", train, (1, 2, 3), "units", 5)
    assert accuracy.choose(contender) == (2, 0.001)


def test_the_time_to_accuracy_is_told_for_every_seed() -> None:
    given: list[tuple[Any, ...]] = []

    def train(split: Any, *setting: Any) -> accuracy.Curve:
        given.append((len(split.train.X), *setting))
        return [(0.5, 0.9), (1.0 + setting[-1], 0.98)]

    contender = accuracy.Contender("some", train, (7,), "units", 9)
    told = accuracy.measure((3, 4), {"one": contender})["contenders"]["one"]
    assert given[-1] == (1079, 7, 0.001, 9, 4)
    assert told["setting"] == {"width": 7, "unit": "units", "learning_rate": 0.001}
    assert told["seconds"]["0.97"]["each"] == [4.0, 5.0]
    assert told["seconds"]["0.985"]["reached"] == 0
    assert told["best"] == [0.98, 0.98]


@pytest.mark.parametrize("name", accuracy.CONTENDERS)
def test_every_contender_learns_and_its_seconds_grow(name: str) -> None:
    curve = accuracy.CONTENDERS[name].train(data.digits(), 8, 0.01, 3, 0)
    seconds, right = zip(*curve, strict=True)
    assert len(curve) == 3
    assert 0 < seconds[0] < seconds[1] < seconds[2]
    assert right[-1] > 0.6


# ── the command ──


def test_an_unknown_name_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["benchmarks", "training", "--peers", "fit,scorch"])
    assert command.main() == 1
    last = capsys.readouterr().err.splitlines()[-1]
    assert last.startswith("course bench: no peer 'scorch': take some of loop,loader,fit,skorch")


def test_the_command_passes_its_options_on(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[Any] = []
    monkeypatch.setattr(bench, "set_up_peers", lambda root: "its-python")
    monkeypatch.setattr(
        bench.subprocess, "run",
        lambda line, cwd, env: given.append((line, env)) or argparse.Namespace(returncode=3),
    )  # fmt: skip
    monkeypatch.chdir(ROOT)
    assert cli.main(["bench", "training", "--cases", "mlp,cnn", "--rounds", "2"]) == 3
    line, environment = given[0]
    assert line == [
        *("its-python", "-m", "benchmarks", "training", "--rounds=2", "--cases=mlp,cnn"),
    ]
    assert environment["OMP_NUM_THREADS"] == "1"


PINS = [
    Requirement(line)
    for line in (ROOT / bench.PEERS).read_text("utf-8").splitlines()
    if line and not line.startswith("#")
]


def test_peers_are_pinned_and_agree_with_the_courses_pins() -> None:
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    ours = {
        canonicalize_name(pin.name): pin.specifier
        for pin in map(Requirement, filter(lambda line: not line.startswith("#"), lines))
    }
    for pin in PINS:
        assert str(pin.specifier).startswith("==")
        assert ours.get(canonicalize_name(pin.name), pin.specifier) == pin.specifier
    assert {"skorch", "lightning", "fastai", "keras", "otter-grader"} <= {pin.name for pin in PINS}


@pytest.fixture
def pip(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, str]:
    """Stand in for pip: what it is asked to install alone, and what it says of each."""
    says: dict[str, str] = {}

    def attempt(line: list[str], log: Path) -> str | None:
        return says.get(line[-1])

    monkeypatch.setattr(bootstrap, "attempt", attempt)
    monkeypatch.setattr(bootstrap, "begin", lambda root, venv, wanted, about: tmp_path)
    monkeypatch.setattr(bootstrap, "fingerprint", lambda *parts: "made")
    (tmp_path / ".venv-benchmarks").mkdir()
    (tmp_path / "benchmarks").mkdir()
    (tmp_path / bench.PEERS).write_text("# peers\nskorch==1.4.0\n\nkeras==3.15.1\n")
    return says


def test_a_peer_without_a_build_is_left_out_and_named(
    pip: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    none = "no build of keras==3.15.1 was found for this Python"
    pip |= {str(tmp_path / bench.PEERS): none, "keras==3.15.1": none}
    bench.set_up_peers(tmp_path)
    assert capsys.readouterr().err == f"setup: {none}\n"
    assert (tmp_path / ".venv-benchmarks" / "made-from").read_text() == "made"


def test_without_a_network_setting_up_ends_with_a_line(
    pip: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pip[str(tmp_path / bench.PEERS)] = "the package index cannot be reached"
    with pytest.raises(SystemExit):
        bench.set_up_peers(tmp_path)
    assert capsys.readouterr().err == "setup: the package index cannot be reached\n"
    assert not (tmp_path / ".venv-benchmarks" / "made-from").exists()


# ── the page ──

PARTS = ("machine", "ratios", "goals", "cases", "results", "accuracy", "startup", "grading")
ROUNDS = [{"seconds": seconds, "cpu": 2.0} for seconds in (2.5, 2.0, 3.5)]
STARTED = {"goal": 2.4, "fits": "fits", "notebooks": {"is empty": ROUNDS[1:2] * 2, "fits": ROUNDS}}

GRADED = {
    "date": "2026-01-31", "submissions": 100, "versions": {"otter-grader": "7.0.0"},
    "hardware": {"processor": "one", "cores": 2, "gpu": None}, "load": 1.5,
    "opponents": {"course-2": "course grade, 2 workers", "otter": "otter run"},
    "runs": {
        "course-2": [{"submissions": 100, "seconds": 10.0}],
        "otter": [{"submissions": 20, "seconds": 80.0}] * 2,
    },
    "goal": {"of": "course-2", "bound": 10.0, "measured": 40.0, "met": True},
    "stages": {"once": {"start": 1.25}, "each": {"the checks": 0.0125}},
    "memory": {"2": {"worker": 700.4, "coordinator": 100.0, "all": 1500.0}},
}  # fmt: skip


def rendered(root: Path, made: dict[str, Any] | None) -> tuple[str, str]:
    """Return the HTML of all parts, and what Sphinx complained of."""
    book = root / "book"
    book.mkdir()
    (root / "_config.yml").touch()
    (book / "_toc.yml").touch()
    (book / "index.rst").write_text(
        "Page\n====\n\n" + "\n".join(f".. course-benchmarks:: {part}\n" for part in PARTS)
    )
    if made is not None:
        path = bench_record.record_path(Project(root), "training")
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(made))
        path.with_name("startup.json").write_text(json.dumps(STARTED))
        path.with_name("grading.json").write_text(json.dumps(GRADED))
    complaints = io.StringIO()
    app = Sphinx(
        str(book), None, str(root / "html"), str(root / "trees"), "html", status=None,
        warning=complaints,
        confoverrides={"extensions": ["course_lib.authoring.bench_page"], "html_theme": "basic"},
    )  # fmt: skip
    app.add_node(HtmlElement, html=(_visit, _depart))
    app.build()
    return (root / "html" / "index.html").read_text("utf-8"), complaints.getvalue()


def test_the_page_shows_the_record(tmp_path: Path) -> None:
    html, complaints = rendered(tmp_path, whole_record())
    assert complaints == ""
    assert html.count("<caption>") == 9
    assert html.count("<table") == 9
    assert 'scope="col"' in html
    assert re.search(
        r'<th scope="row">\s*fit\s*</th>\s*<td data-label="mlp, batch 64">\s*0\.60', html
    )
    assert "Missing: Keras on PyTorch (ModuleNotFoundError" in html
    assert "failed" in html
    assert "0.50 (0.25 to 1.00)" in html
    assert "2.00 at best, 1 of 3 seeds" in html
    assert "course-badge-supported" in html
    assert re.search(r"2\.50</td>\s*<td[^>]*>2\.25 to 3\.00", html)
    assert "2.4 seconds were allowed" in html
    assert "took 2.50: missed" in html
    assert "100 submissions. Versions: otter-grader 7.0.0" in html
    assert "kept the machine busy (a load of 1.5 on 2 cores)" in html
    assert "It was 40.0 times as fast: met" in html
    assert re.search(r"otter run\s*</th>\s*<td[^>]*>\s*0\.25", html)
    assert re.search(r"the checks\s*</th>\s*<td[^>]*>\s*–</td>\s*<td[^>]*>\s*12\.5", html)
    assert re.search(r"700</td>\s*<td[^>]*>\s*100</td>\s*<td[^>]*>\s*1,500", html)


def test_a_missing_record_fails_the_build_with_its_cure(tmp_path: Path) -> None:
    _, complaints = rendered(tmp_path, None)
    assert "ERROR" in complaints
    assert "no record of the benchmarks at benchmarks/records/training.json: run `make bench`" in (
        complaints
    )


def test_a_record_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="run `make bench`"):
        bench_record.read_record(Project(tmp_path), "startup")
