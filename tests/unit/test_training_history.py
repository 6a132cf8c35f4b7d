"""``History``: arrays that stay, a table, a figure, a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from torch import nn

from course_lib import data, training
from course_lib.training import History


def rows(n: int, **more: float) -> list[dict[str, float]]:
    return [
        {
            "loss": 2.0 / (k + 1),
            "accuracy": k / n,
            "validation_loss": 1.0 + abs(k - 2),
            "validation_accuracy": 0.5,
            "learning_rate": 0.001,
            "seconds": 0.5,
        }
        | more
        for k in range(n)
    ]


def test_arrays_by_attribute_and_by_name() -> None:
    history = History.of(rows(4), "finished")
    assert len(history) == 4
    np.testing.assert_allclose(history.loss, [2, 1, 2 / 3, 0.5])
    assert history.loss.dtype == np.float64
    assert history["loss"] is history.loss
    assert history["validation_loss"] is history.validation_loss
    assert list(history.metrics) == ["accuracy", "validation_accuracy"]
    assert history["accuracy"] is history.metrics["accuracy"]
    assert history["learning_rate"].tolist() == [0.001] * 4
    assert history["seconds"].sum() == 2.0
    with pytest.raises(KeyError, match="no 'acc', but loss, validation_loss, accuracy"):
        history["acc"]


def test_the_best_epoch_counts_from_one() -> None:
    assert History.of(rows(6), "finished").best_epoch == 3
    only = [{"loss": loss, "learning_rate": 1.0, "seconds": 0.0} for loss in (3.0, 1.0, 2.0)]
    assert History.of(only, "finished").best_epoch == 2


def test_the_numbers_cannot_be_changed() -> None:
    history = History.of(rows(4), "finished")
    for curve in history.curves.values():
        with pytest.raises(ValueError, match="read-only"):
            curve[0] = 7
    with pytest.raises(AttributeError):
        history.loss = np.zeros(4)  # type: ignore[misc]


def test_it_prints_as_a_table_of_a_few_epochs() -> None:
    text = repr(History.of(rows(100), "early"))
    lines = text.splitlines()
    assert lines[0].split() == [
        *("epoch", "loss", "validation_loss", "accuracy", "validation_accuracy")
    ]
    assert len({len(line) for line in lines[:-1]}) == 1
    assert [int(line.split()[0]) for line in lines[1:-1]] == [1, 15, 29, 43, 58, 72, 86, 100]
    assert lines[1].split() == ["1", "2", "3", "0", "0.5"]
    assert lines[-1] == "100 epochs in 50.0 s, stopped early; lowest validation loss at epoch 3"
    assert max(map(len, lines)) < 80


def test_a_short_history_prints_whole_and_a_rate_that_moves_is_shown() -> None:
    moving = rows(3)
    moving[2]["learning_rate"] = 0.0005
    lines = repr(History.of(moving, "finished")).splitlines()
    assert len(lines) == 5
    assert lines[0].split()[-1] == "learning_rate"
    assert lines[3].split()[-1] == "0.0005"
    assert repr(History.of(rows(1), "finished")).splitlines()[-1].startswith("1 epoch in")


def test_it_comes_back_from_its_file(tmp_path: Path) -> None:
    split = data.wine()
    model = nn.Sequential(nn.BatchNorm1d(13), nn.Linear(13, 3))
    metrics = {"accuracy": training.accuracy, "nothing": lambda output, y: float("nan")}
    history = training.fit(model, split, epochs=3, metrics=metrics)
    path = tmp_path / "runs" / "first.json"
    history.save(path)
    again = History.load(str(path))
    assert again.stopped == history.stopped
    assert list(again.curves) == list(history.curves)
    for name, curve in history.curves.items():
        np.testing.assert_array_equal(again[name], curve)
    assert repr(again) == repr(history)
    assert list(tmp_path.rglob("*")) == [path.parent, path]
    with pytest.raises(ValueError, match="read-only"):
        again.loss[0] = 1


def test_a_history_without_validation_or_epochs_comes_back(tmp_path: Path) -> None:
    for history in (
        History.of([{"loss": 1.0, "learning_rate": 0.1, "seconds": 2.0}], "finished"),
        History.of([], "interrupted"),
    ):
        history.save(tmp_path / "history.json")
        again = History.load(tmp_path / "history.json")
        assert again.validation_loss is None
        assert (again.stopped, len(again)) == (history.stopped, len(history))


GOOD = {
    "format": "course_lib.training.History",
    "stopped": "finished",
    "curves": {"loss": [1.0], "learning_rate": [0.1], "seconds": [1.0]},
}


@pytest.mark.parametrize(
    "content",
    [
        "",
        "not json",
        "[1, 2]",
        '{"loss": [1, 2]}',
        json.dumps(GOOD | {"format": "another"}),
        json.dumps(GOOD | {"stopped": "bored"}),
        json.dumps(GOOD | {"stopped": ["finished"]}),
        json.dumps(GOOD | {"curves": None}),
        json.dumps(GOOD | {"curves": {"loss": "text"}}),
        json.dumps(GOOD | {"curves": {"loss": [1.0, 2.0], "seconds": [1.0]}}),
        json.dumps(GOOD | {"curves": {"loss": 1.0}}),
        "\x89PNG",
    ],
)
def test_another_file_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "other.json"
    path.write_text(content, encoding="latin-1")
    with pytest.raises(ValueError, match=r"other\.json is no history: load a file that"):
        History.load(path)


def test_a_good_file_is_not_refused(tmp_path: Path) -> None:
    path = tmp_path / "good.json"
    path.write_text(json.dumps(GOOD))
    assert len(History.load(path)) == 1
    with pytest.raises(FileNotFoundError):
        History.load(tmp_path / "missing.json")


def test_plot_shows_both_losses_and_says_in_words_what_they_do(shown: Any) -> None:
    History.of(rows(6), "finished").plot(title="It overfits")
    text = str(shown.outputs)
    assert "It overfits" in text
    assert "training loss goes from 2 to 0.333" in text
    assert "validation loss goes from 3 to 4, between 1 (epoch 3) and 4 (epoch 6)" in text


def test_plot_takes_any_curves_and_words_of_ones_own(shown: Any) -> None:
    History.of(rows(6), "finished").plot(
        "accuracy",
        "validation_accuracy",
        alt="A chart of both accuracies: they rise together over six epochs.",
    )
    text = str(shown.outputs)
    assert "A chart of both accuracies: they rise together over six epochs." in text
    assert "goes from" not in text
    with pytest.raises(KeyError, match="no 'f1'"):
        History.of(rows(6), "finished").plot("f1")
