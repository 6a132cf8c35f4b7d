"""Records of lessons over seeds: how they are made, when stale, and what they hold a run to."""

from __future__ import annotations

import json
import math
import statistics
from pathlib import Path

import pytest
from tiny import course, executed, lesson, page, verdict, write

from course_lib.authoring import records
from course_lib.authoring.execute import Execution
from course_lib.authoring.experiment import experiment_hash, normalise, teaches
from course_lib.authoring.findings import band, findings, make_record
from course_lib.authoring.pages import Page, book_pages, cache_key
from course_lib.authoring.records import check_records, majority, run_lessons, try_seeds
from course_lib.page import record as record_on_a_page
from course_lib.project import Project, ProjectError

GAP = {"what": "gap", "value": 0.5}


def only(project: Project) -> Page:
    (found,) = [page for page in book_pages(project) if page.has_code]
    return found


def ran(project: Project, *told: dict, seed: int = 0) -> Execution:
    path = executed(project.executed / f"{seed}.ipynb", *told, seed=seed)
    return Execution(only(project), path, 1.0 + seed, False, seed)


def told_by(value: float, holds: str = "depends", **more) -> list[dict]:
    return [verdict(holds, GAP | {"value": value} | more), lesson("A beats B", value / 10)]


@pytest.fixture
def project(tmp_path) -> Project:
    return course(tmp_path, {"part/tiny": page("verdict(1)")})


def recorded(project: Project, runs: list[Execution]) -> dict:
    record = make_record(only(project), runs)
    write(project.records / "tiny.json", json.dumps(record))
    return record


VALUES = [0.5, 0.52, 0.48, 0.51, 0.49, 0.5, 0.53, 0.47, 0.5, 0.5]


@pytest.fixture
def kept(project) -> dict:
    """A record of ten seeds, eight of which say "depends"."""
    runs = [
        ran(project, *told_by(value, "depends" if seed > 2 else "refuted"), seed=seed)
        for seed, value in enumerate(VALUES, 1)
    ]
    return recorded(project, runs)


# --- what a record holds


def test_the_band_is_the_textbook_prediction_interval():
    """t(0.9995, 9) = 4.7809 from any table of Student's t."""
    low, high = band(VALUES)
    half = 4.7809 * statistics.stdev(VALUES) * math.sqrt(1.1)
    assert (low + high) / 2 == pytest.approx(0.5)
    assert (high - low) / 2 == pytest.approx(half, rel=1e-4)


def test_a_value_that_never_moved_has_room_for_rounding():
    low, high = band([0.97] * 10)
    assert low < 0.97 * 0.9995
    assert 0.97 * 1.0005 < high < 0.97 * 1.002
    assert band([0.0, 0.0])[0] < 0 < band([0.0, 0.0])[1]


def test_a_record_has_values_margins_and_the_worst_seed(project, kept):
    assert kept["page"] == "part/tiny"
    assert kept["seeds"] == list(range(1, 11))
    assert kept["date"] == "2026-01-11"
    assert kept["seconds"] == 6.5
    assert kept["device"] == "cpu"
    assert kept["versions"] == {"python": "3.11.7"}
    told = kept["verdicts"]["simple-is-enough"]
    assert told["outcomes"] == ["refuted"] * 2 + ["depends"] * 8
    (row,) = told["evidence"]
    assert row["values"] == VALUES
    assert row["mean"] == 0.5
    assert row["sd"] == pytest.approx(statistics.stdev(VALUES), rel=1e-5)
    assert (row["low"], row["high"]) == pytest.approx(band(VALUES), rel=1e-5)
    (told,) = kept["lessons"]
    assert told["least"] == 0.047
    assert told["worst_seed"] == 8
    assert told["margins"] == [pytest.approx(value / 10) for value in VALUES]


def test_a_page_reads_its_record(project, kept, monkeypatch):
    monkeypatch.chdir(project.book / "part")
    found = record_on_a_page("tiny")
    assert found is not None
    assert found.evidence("simple-is-enough", "gap").values == tuple(VALUES)


def test_of_a_lesson_told_twice_the_smaller_margin_counts(project):
    execution = ran(project, lesson("A beats B", 0.3), lesson("A beats B", 0.1))
    assert findings(execution).lessons == {"A beats B": 0.1}


def test_a_claim_is_settled_once_a_page(project):
    with pytest.raises(ProjectError, match="settles simple-is-enough twice"):
        findings(ran(project, *told_by(1.0), *told_by(1.0)))


@pytest.mark.parametrize(
    ("second", "said"),
    [
        ([verdict("depends", GAP | {"what": "gap of 3"})], "'gap'"),
        ([verdict("depends", GAP), lesson("A beats B by 3", 1)], "'A beats B by 3'"),
        ([verdict("depends", GAP, claim="like-a-brain")], "'like-a-brain'"),
        ([verdict("depends", GAP | {"value": math.nan})], "seed 2: gap is not a finite number"),
    ],
)
def test_what_cannot_be_compared_over_seeds_is_refused(project, second, said):
    runs = [ran(project, verdict("depends", GAP), seed=1), ran(project, *second, seed=2)]
    with pytest.raises(ProjectError, match=said):
        make_record(only(project), runs)


# --- what a record holds a run to


def test_a_run_like_the_recorded_ones_passes(project, kept):
    assert check_records(project, [ran(project, *told_by(0.51))]) == []


def test_the_back_matters_lessons_are_about_the_machine_and_need_no_record(tmp_path):
    project = course(tmp_path, {"back/a": page("1")})
    assert check_records(project, [ran(project, lesson("A is faster here", 0.1))]) == []
    with pytest.raises(ProjectError, match="no page a has code to run"):
        run_lessons(project, ["a"])


def test_a_page_that_settles_nothing_needs_no_record(project):
    assert check_records(project, [ran(project)]) == []


@pytest.mark.parametrize("told", [verdict("depends", GAP), lesson("A beats B", 1.0)])
def test_a_page_that_settles_something_needs_one(project, told):
    (problem,) = check_records(project, [ran(project, told)])
    assert problem.startswith("part/tiny: no record")
    assert problem.endswith("run `course lessons tiny`")


def test_a_stale_record_is_told(project, kept):
    write(project.book / "part" / "tiny.md", page("verdict(2)"))
    (problem,) = check_records(project, [ran(project, *told_by(0.5))])
    assert "record is stale" in problem


def test_another_outcome_than_most_seeds_gave_is_told(project, kept):
    (problem,) = check_records(project, [ran(project, *told_by(0.5, "refuted"))])
    assert problem == "part/tiny: simple-is-enough comes out as refuted, its record says depends"


@pytest.mark.parametrize("value", [0.3, 0.7, math.nan])
def test_evidence_outside_the_band_is_told(project, kept, value):
    (problem,) = check_records(project, [ran(project, *told_by(value))])
    assert problem.startswith(f"part/tiny: simple-is-enough: gap is {value}, outside 0.4")


def test_seconds_are_the_machines_own(project):
    runs = [ran(project, *told_by(value, unit="s"), seed=s) for s, value in enumerate(VALUES, 1)]
    recorded(project, runs)
    assert check_records(project, [ran(project, *told_by(90.0, unit="s"))]) == []


def test_what_is_in_page_or_record_alone_is_told(project, kept):
    other = [verdict("depends", GAP | {"what": "other"}), lesson("B beats A", 1.0)]
    problems = check_records(project, [ran(project, *other)])
    assert ["'A beats B' is not" in problems[0], "'B beats A' is not" in problems[1]] == [True] * 2
    assert "no 'other' in the record" in problems[2]


def test_a_record_that_is_no_json_is_one_clear_line(project):
    write(project.records / "tiny.json", "{")
    with pytest.raises(ProjectError, match="delete it and run `course lessons tiny`"):
        check_records(project, [ran(project, *told_by(0.5))])


def test_a_tie_has_two_usual_outcomes():
    assert majority(["a", "b", "a", "b", "c"]) == {"a", "b"}
    assert majority(["a", "b", "a"]) == {"a"}


# --- what makes a record stale


SOURCE = '''
def fit(x, *, rate=0.1):
    """Fit."""
    return f"{x!r:>{rate}} and {x}", [rate, 'a']
'''


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"""Fit."""', '"""Fit it, better said."""'),
        ("'a'", '"a"'),
        ("[rate, 'a']", "[  # why\n        rate,\n        'a',\n    ]"),
        ("(x, *, rate=0.1)", "(\n    x,\n    *,\n    rate=0.1,\n)"),
    ],
)
def test_comments_docstrings_and_layout_are_not_the_experiment(old, new):
    assert old in SOURCE
    assert normalise(SOURCE.replace(old, new)) == normalise(SOURCE)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("0.1", "0.2"),
        ("x!r", "x!s"),
        (">{rate}", "<{rate}"),
        (" and ", " or "),
        ("*, ", ""),
        ("'a'", "b'a'"),
        ("'a'", "None"),
        ("return", "yield"),
    ],
)
def test_a_change_of_meaning_is(old, new):
    assert old in SOURCE
    assert normalise(SOURCE.replace(old, new)) != normalise(SOURCE)


def test_a_string_that_only_stands_first_is_no_docstring():
    assert normalise("if a:\n    'x'\n    b") != normalise("if a:\n    b")


def test_ipythons_own_syntax_counts_too():
    assert normalise("%time x = 1") == normalise("%time x = 1  ")
    assert normalise("%time x = 1") != normalise("%time x = 2")
    assert normalise("x = (") != normalise("x = [")


def library(folder: Path, **changed: str) -> Path:
    files = {
        "data/__init__": "from course_lib.data.digits import digits",
        "data/digits": "digits = 1",
        "training": "import course_lib.models.mlp",
        "models/mlp": "mlp = 1",
        "parity": "parity = 1",
        "figures": "figures = 1",
    }
    for name, text in (files | changed).items():
        write(folder / f"{name}.py", text)
    return folder


@pytest.mark.parametrize(
    ("code", "name", "counts"),
    [
        ("from course_lib import data", "data/digits", True),
        ("import course_lib.data", "data/digits", True),
        ("from course_lib.data import digits", "data/__init__", True),
        ("from course_lib.training import fit", "models/mlp", True),  # imported by training
        ("from course_lib import data", "parity", False),
        ("from course_lib import data, figures", "figures", False),
        ("import data", "data/digits", False),
    ],
)
def test_the_library_counts_as_far_as_the_page_uses_it(tmp_path, code, name, counts):
    before, after, spaced = (
        library(tmp_path / "before"),
        library(tmp_path / "after", **{name: "changed = 1"}),
        library(tmp_path / "spaced", **{"data/digits": "# why\ndigits  =  1"}),
    )
    found = only(course(tmp_path / "course", {"a": page(code)}))
    assert (experiment_hash(found, before) != experiment_hash(found, after)) is counts
    assert experiment_hash(found, before) == experiment_hash(found, spaced)


@pytest.mark.parametrize(
    ("code", "answer"),
    [
        ("from course_lib.page import lesson\nlesson('x', larger=1, smaller=0)", True),
        ("from course_lib import claims\nclaims.verdict('x')", True),
        ("print('verdict(')  # lesson(1)", False),
    ],
)
def test_a_page_teaches_if_its_code_says_so(tmp_path, code, answer):
    assert teaches(only(course(tmp_path, {"a": page(code)}))) is answer


# --- the whole way, with real kernels


TEACHES = """
from course_lib import claims, page
seed = page.seed()
page.lesson("the large is larger", larger=1.0 + seed / 10, smaller=SMALLER, by=0.5)
row = claims.Evidence("gap", value=1.0 + seed / 10, low=0.0, high=2.0, n=5, unit="")
claims.verdict("simple-is-enough", holds="depends", right="Much.", because="So.", evidence=[row])
kept = page.record("tiny")
print(kept.evidence("simple-is-enough", "gap").mean if kept else "no record")
""".strip()


def test_lessons_are_run_recorded_skipped_when_up_to_date_and_hold_later_runs(tmp_path):
    project = course(
        tmp_path, {"part/tiny": page(TEACHES.replace("SMALLER", "0.2")), "other": page("1")}
    )
    said = run_lessons(project, seeds=[1, 2], progress=False)
    assert said == "part/tiny: recorded over 2 seeds"
    path = project.records / "tiny.json"
    text = path.read_text()
    record = json.loads(text)
    assert record["verdicts"]["simple-is-enough"]["evidence"][0]["values"] == [1.1, 1.2]
    assert record["lessons"][0]["worst_seed"] == 1
    assert record["lessons"][0]["least"] == pytest.approx(0.4)
    assert text == json.dumps(record, indent=1, sort_keys=True, ensure_ascii=False) + "\n"

    assert run_lessons(project, ["tiny"], progress=False) == "part/tiny: record is up to date"
    assert path.read_text() == text

    held = try_seeds(project, [3], progress=False)
    assert held == "every lesson and verdict of 1 pages held for 1 new seeds"

    # The page now asks its record for what the old one lacks: it must not stumble over that.
    source = project.book / "part" / "tiny.md"
    source.write_text(source.read_text().replace('"gap"', '"distance"'))
    run_lessons(project, seeds=[1, 2], progress=False)
    assert json.loads(path.read_text())["verdicts"]["simple-is-enough"]["evidence"][0]["what"] == (
        "distance"
    )


def test_a_broken_lesson_names_seed_statement_and_numbers_and_keeps_the_old_record(tmp_path):
    project = course(tmp_path, {"part/tiny": page(TEACHES.replace("SMALLER", "0.65"))})
    path = project.records / "tiny.json"
    write(path, '{"hash": "old"}')
    with pytest.raises(ProjectError) as raised:
        run_lessons(project, seeds=[1, 2], progress=False)
    head, failure = str(raised.value).split("\n\n")
    assert head == "1 runs failed"
    assert failure == (
        "part/tiny, seed 1: LessonBroken: the lesson no longer holds: the large is larger "
        "(1.1 against 0.65, wanted apart by 0.5)"
    )
    assert path.read_text() == '{"hash": "old"}'


def test_forced_lessons_run_again(project, kept, monkeypatch):
    asked = []

    def note(_project, runs, *, fresh, **_options):
        asked.append(([run.seed for run in runs], fresh))
        return [], []

    monkeypatch.setattr(records, "execute_runs", note)
    run_lessons(project, ["part/tiny"], seeds=[1, 2], force=True)
    run_lessons(project, seeds=[1, 2])
    assert [one for one in asked if one[0]] == [([1, 2], True)]


def test_a_page_that_compares_the_others_runs_once_these_are_recorded(tmp_path, monkeypatch):
    project = course(
        tmp_path,
        {
            "part/all": page("from course_lib import comparison\nverdict(1)"),
            "part/tiny": page("verdict(1)"),
        },
    )
    order = []

    def run(_project, runs, **_options):
        order.extend((one.page.name, (project.records / "tiny.json").is_file()) for one in runs)
        return [
            Execution(
                one.page,
                executed(
                    project.executed / f"{one.page.name}-{one.seed}.ipynb",
                    *told_by(0.5),
                    seed=one.seed,
                ),
                1.0,
                False,
                one.seed,
            )
            for one in runs
        ], []

    monkeypatch.setattr(records, "execute_runs", run)
    run_lessons(project, seeds=[1, 2])
    assert order == [("tiny", False)] * 2 + [("all", True)] * 2


def test_a_page_that_compares_the_others_runs_again_when_a_record_changes(tmp_path):
    code = {"part/all": "from course_lib import comparison", "part/tiny": "1"}
    project = course(tmp_path, {slug: page(text) for slug, text in code.items()})

    def keys():
        return [cache_key(project, one, seed=0, device="cpu") for one in book_pages(project)[1:]]

    before = keys()
    write(project.records / "other.json", "{}")
    assert [now == then for now, then in zip(keys(), before, strict=True)] == [False, True]


def test_an_experiment_edited_while_it_runs_is_not_recorded(project, monkeypatch):
    def edit(_project, runs, **_options):
        write(project.book / "part" / "tiny.md", page("verdict(2)"))
        return [ran(project, *told_by(0.5), seed=run.seed) for run in runs], []

    monkeypatch.setattr(records, "execute_runs", edit)
    with pytest.raises(ProjectError, match="its experiment changed while it ran"):
        run_lessons(project, seeds=[1, 2])
    assert not list(project.records.glob("*"))


def test_new_seeds_may_leave_a_band_but_not_change_a_verdict(project, kept, monkeypatch):
    told = {11: told_by(0.9), 12: told_by(0.5)}

    def pretend(_project, runs, **_options):
        return [ran(project, *told[run.seed], seed=run.seed) for run in runs], []

    monkeypatch.setattr(records, "execute_runs", pretend)
    lines = try_seeds(project, [11, 12]).splitlines()
    assert len(lines) == 2
    assert lines[1].startswith("part/tiny, seed 11: simple-is-enough: gap is 0.9, outside")
    told[12] = told_by(0.5, "supported")
    with pytest.raises(ProjectError, match="seed 12: simple-is-enough comes out as supported"):
        try_seeds(project, [11, 12])


def test_an_unknown_page_and_a_single_seed_are_one_clear_line(project):
    with pytest.raises(ProjectError, match="no page nowhere has code to run; there are: tiny"):
        run_lessons(project, ["nowhere"])
    with pytest.raises(ProjectError, match="two seeds or more"):
        run_lessons(project, seeds=[1])
