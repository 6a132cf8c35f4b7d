"""What a page and the book tell each other."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from course_lib import page


@pytest.mark.parametrize(("text", "seed"), [(None, 0), ("0", 0), ("7", 7)])
def test_the_seed_comes_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, text: str | None, seed: int
) -> None:
    monkeypatch.delenv("COURSE_SEED", raising=False)
    if text is not None:
        monkeypatch.setenv("COURSE_SEED", text)
    assert page.seed() == seed


@pytest.mark.parametrize("text", ["", "one", "-1", "1.5"])
def test_a_seed_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("COURSE_SEED", text)
    with pytest.raises(ValueError, match=r"COURSE_SEED is .*: set it to a whole number"):
        page.seed()


@pytest.mark.parametrize(
    ("text", "device"), [(None, "cpu"), ("cpu", "cpu"), ("cuda", "cuda"), ("cuda:1", "cuda:1")]
)
def test_the_device_comes_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, text: str | None, device: str
) -> None:
    monkeypatch.delenv("COURSE_DEVICE", raising=False)
    if text is not None:
        monkeypatch.setenv("COURSE_DEVICE", text)
    assert page.device() == device


@pytest.mark.parametrize("text", ["", "gpu", "cuda:", "cuda:x", "1"])
def test_a_device_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("COURSE_DEVICE", text)
    with pytest.raises(ValueError, match=r"COURSE_DEVICE is .*: set it to cpu, cuda"):
        page.device()


TEXTS = {"accuracy": "0.970", "share": "97\u202f%", "quoted": 'it\'s "ten"', "span": "1\xa0s"}


def test_glued_text_reaches_the_role_as_it_was_given(shown) -> None:
    from myst_nb.core.variables import format_plain_text
    from myst_nb.ext.glue import extract_glue_data_cell
    from nbformat.v4 import new_code_cell, new_output

    page.glue(**TEXTS)
    outputs = [new_output("display_data", data=d, metadata=m) for d, m in shown.outputs]
    cell = new_code_cell(outputs=outputs)
    glued = dict(extract_glue_data_cell(cell))
    texts = {name: out["data"]["text/plain"] for name, out in glued.items()}
    assert {name: format_plain_text(text, "s") for name, text in texts.items()} == TEXTS
    assert cell.outputs == [], "nothing of it is left to be seen on the page"


def test_glue_uses_no_type_that_a_notebook_would_show(shown) -> None:
    page.glue(accuracy="0.97")
    assert all(kind.startswith("application/papermill.record/") for kind in shown.data)


@pytest.mark.parametrize(
    ("value", "error", "message"),
    [
        (0.97, TypeError, r"glue\(accuracy=...\) got float: format it first"),
        (None, TypeError, r"glue\(accuracy=...\) got NoneType"),
        (" ", ValueError, r"glue\(accuracy=...\) got no text"),
    ],
)
def test_glue_refuses_what_is_no_text(shown, value, error, message: str) -> None:
    with pytest.raises(error, match=message):
        page.glue(fine="yes", accuracy=value)
    assert shown.outputs == []


def test_a_lesson_that_holds_tells_its_margin(shown) -> None:
    page.lesson("the CNN is better when the digit moves", larger=0.97, smaller=0.44, by=0.3)
    told = shown.metadata["course"]["lesson"]
    assert told["statement"] == "the CNN is better when the digit moves"
    assert told["margin"] == pytest.approx(0.23)
    assert type(told["margin"]) is float
    assert shown.data["text/plain"].startswith("lesson holds: the CNN")


def test_a_lesson_may_hold_exactly(shown) -> None:
    page.lesson("at least as good", larger=0.5, smaller=0.25, by=0.25)
    assert shown.metadata["course"]["lesson"]["margin"] == 0


@pytest.mark.parametrize(
    ("larger", "smaller", "by"),
    [(0.5, 0.6, 0), (0.7, 0.6, 0.2), (float("nan"), 0.1, 0), (1, float("nan"), 0)],
)
def test_a_lesson_that_breaks_names_itself_and_its_numbers(shown, larger, smaller, by) -> None:
    with pytest.raises(page.LessonBroken, match=r"no longer holds: up is up .*against") as raised:
        page.lesson("up is up", larger=larger, smaller=smaller, by=by)
    assert "\n" not in str(raised.value)
    assert shown.outputs == []


def test_infinite_values_are_no_lesson(shown) -> None:
    with pytest.raises(page.LessonBroken):
        page.lesson("x", larger=float("inf"), smaller=0)


def test_outside_a_notebook_the_plain_text_is_written(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(page, "_shell", lambda: None)
    page.emit({"text/html": "<b>seen</b>", "text/plain": "seen"}, {})
    page.glue(quiet="nothing")
    assert capsys.readouterr().out == "seen\n"


RECORD = {
    "page": "networks/scikit-learn-mlp",
    "hash": "abc",
    "seeds": [1, 2, 3],
    "device": "cpu",
    "hardware": {},
    "versions": {},
    "date": "2026-01-02",
    "seconds": 31.2,
    "verdicts": {
        "simple-is-enough": {
            "outcomes": ["supported"] * 3,
            "evidence": [
                {"what": "wine", "unit": "points", "values": [1.0, 2.0, 3.0]}
                | {"mean": 2.0, "sd": 1.0, "low": -9.0, "high": 13.0},
                {"what": "cancer", "unit": "", "values": [4.0, 4.0, 4.0]}
                | {"mean": 4.0, "sd": 0.0, "low": 3.9, "high": 4.1},
            ],
        }
    },
    "lessons": [],
}


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clone with one record, and a page's folder to stand in."""
    (tmp_path / "book" / "records").mkdir(parents=True)
    (tmp_path / "book" / "networks").mkdir()
    text = json.dumps(RECORD)
    (tmp_path / "book" / "records" / "scikit-learn-mlp.json").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path / "book" / "networks")
    return tmp_path


@pytest.mark.parametrize("where", [".", "book", "book/networks", "notebooks/networks"])
def test_a_record_is_found_from_below(
    clone: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    (clone / where).mkdir(parents=True, exist_ok=True)
    monkeypatch.chdir(clone / where)
    record = page.record("scikit-learn-mlp")
    assert record is not None
    assert record.page == "networks/scikit-learn-mlp"
    assert record.seeds == (1, 2, 3)
    assert (record.device, record.date) == ("cpu", "2026-01-02")


def test_a_notebook_downloaded_alone_has_no_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert page.record("scikit-learn-mlp") is None


@pytest.mark.parametrize(("what", "mean"), [(0, 2.0), (1, 4.0), ("wine", 2.0), ("cancer", 4.0)])
def test_evidence_is_found_by_words_or_position(clone: Path, what, mean: float) -> None:
    found = page.record("scikit-learn-mlp").evidence("simple-is-enough", what)
    assert found.mean == mean
    assert len(found.values) == 3
    assert found.low <= found.mean <= found.high


@pytest.mark.parametrize(
    ("claim", "what", "message"),
    [
        ("depth", 0, "no verdict on 'depth', but on simple-is-enough: run `course lessons`"),
        ("simple-is-enough", "iris", "no evidence 'iris' on simple-is-enough, but: wine; cancer"),
        ("simple-is-enough", 2, "no evidence 2 on simple-is-enough"),
    ],
)
def test_what_a_record_lacks_is_named(clone: Path, claim: str, what, message: str) -> None:
    with pytest.raises(LookupError, match=message):
        page.record("scikit-learn-mlp").evidence(claim, what)


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"page": "x"}'])
def test_a_broken_record_is_named(clone: Path, text: str) -> None:
    path = clone / "book" / "records" / "scikit-learn-mlp.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match="is no record: run `course lessons scikit-learn-mlp`"):
        page.record("scikit-learn-mlp")


class Documented:
    """Nobody reads this line."""

    size: int = 3

    def double(self) -> int:
        """Neither this,

        nor that.
        """
        return 2 * self.size  # a reason


def test_source_shows_the_code_that_runs_without_its_docstrings(shown) -> None:
    page.source(Documented, Documented.double)
    ((data, _),) = shown.outputs
    assert data["text/plain"] == (
        "class Documented:\n    size: int = 3\n\n    def double(self) -> int:\n"
        "        return 2 * self.size  # a reason\n\n"
        "def double(self) -> int:\n    return 2 * self.size  # a reason"
    )
    assert data["text/markdown"] == f"```python\n{data['text/plain']}\n```"


def test_a_value_has_no_source() -> None:
    with pytest.raises(TypeError):
        page.source(3)


@pytest.mark.parametrize(("build", "expected"), [(True, False), (False, True)])
def test_a_notebook_is_watched_unless_the_book_is_built(
    build: bool, expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    kernel = SimpleNamespace(get_ipython=lambda: SimpleNamespace(kernel=object()))
    monkeypatch.setitem(sys.modules, "IPython", kernel)
    monkeypatch.delenv("COURSE_SEED", raising=False)
    if build:
        monkeypatch.setenv("COURSE_SEED", "0")
    assert page.watched() is expected


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [(4.44e-16, 1, "4.4 × 10⁻¹⁶"), (5.1e-11, 0, "5 × 10⁻¹¹"), (-2e20, 1, "-2.0 × 10²⁰")],
)
def test_a_power_of_ten_is_written_as_in_prose(value: float, decimals: int, text: str) -> None:
    assert page.power_of_ten(value, decimals) == text
