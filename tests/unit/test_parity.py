"""The twin in PyTorch trains as scikit-learn does, and no longer once an item is forgotten.

Tolerances: both compute the same in another order, so that rounding sets them apart, by 1e-16 to
1e-14 here. In float32 a ReLU now and then falls on the other side of zero by rounding, and the
curves part, by 1e-2 in a deep network; tanh has no such edge, so the float32 tests use it.
"""

from __future__ import annotations

import warnings
from functools import cache
from typing import Any

import numpy as np
import pytest
import torch
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier, MLPRegressor

from course_lib import data, parity

ADAM: dict[str, Any] = {"solver": "adam"}
SGD: dict[str, Any] = {"solver": "sgd", "learning_rate_init": 0.05}  # Nesterov's momentum 0.9
SETS = {
    "digits": data.digits,
    "wine": data.wine,
    "breast cancer": data.breast_cancer,
    "diabetes": data.diabetes,
    "two moons": data.two_moons,
}


@cache
def rows(name: str) -> tuple[np.ndarray, np.ndarray]:
    """Return a set's training rows in float64, tables and values scaled."""
    X, y = SETS[name]().numpy().train
    X = X.astype(np.float64)
    if name in ("wine", "breast cancer", "diabetes"):
        X = (X - X.mean(axis=0)) / X.std(axis=0)
    if name == "diabetes":
        y = y.astype(np.float64)
        y = (y - y.mean()) / y.std()
    return X, y


def make(name: str, **settings: Any) -> Any:
    kind = MLPRegressor if name == "diabetes" else MLPClassifier
    common = {"hidden_layer_sizes": (16, 16), "max_iter": 25, "batch_size": 64, "random_state": 0}
    return kind(**(common | settings))


def fit(estimator: Any, X: Any, y: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # 25 epochs are enough to compare
        return estimator.fit(X, y)


def apart(fitted: Any, twin: parity.Twin) -> float:
    """Return the largest relative distance of the two loss curves over the epochs both have."""
    pairs = zip(twin.loss_curve, fitted.loss_curve_, strict=False)
    return max(abs(ours / theirs - 1) for ours, theirs in pairs)


def assert_twins(fitted: Any, twin: parity.Twin, tolerance: float = 1e-12) -> None:
    assert len(twin.loss_curve) == fitted.n_iter_
    assert apart(fitted, twin) < tolerance
    for ours, theirs in (
        *zip(twin.weights, fitted.coefs_, strict=True),
        *zip(twin.biases, fitted.intercepts_, strict=True),
    ):
        assert ours.shape == theirs.shape
        assert ours.dtype == theirs.dtype
        assert np.abs(ours - theirs).max() < tolerance


@pytest.mark.parametrize("solver", [ADAM, SGD], ids=["adam", "sgd"])
@pytest.mark.parametrize("name", SETS)
def test_curve_and_weights_agree_in_float64(name: str, solver: dict[str, Any]) -> None:
    X, y = rows(name)
    fitted, twin = fit(make(name, **solver), X, y), parity.train_twin(make(name, **solver), X, y)
    assert fitted.n_iter_ >= 20
    assert_twins(fitted, twin)
    assert np.allclose(twin.predict(X), fitted.predict(X), rtol=0, atol=1e-12)


@pytest.mark.parametrize("solver", [ADAM, SGD], ids=["adam", "sgd"])
@pytest.mark.parametrize("name", SETS)
def test_curve_and_weights_agree_in_float32(name: str, solver: dict[str, Any]) -> None:
    """scikit-learn keeps the float32 of X, so that both compute in it from beginning to end."""
    X, y = (a.astype(np.float32) if a.dtype == np.float64 else a for a in rows(name))
    settings = solver | {"activation": "tanh"}
    twin = parity.train_twin(make(name, **settings), X, y, dtype=torch.float32)
    assert_twins(fit(make(name, **settings), X, y), twin, tolerance=1e-5)


@pytest.mark.parametrize("activation", ["identity", "logistic", "relu", "tanh"])
@pytest.mark.parametrize("name", ["digits", "diabetes"])
def test_every_activation(name: str, activation: str) -> None:
    X, y = rows(name)
    made = make(name, activation=activation, max_iter=10)
    assert_twins(
        fit(make(name, activation=activation, max_iter=10), X, y), parity.train_twin(made, X, y)
    )


@pytest.mark.parametrize(
    "settings",
    [
        SGD | {"momentum": 0},
        SGD | {"nesterovs_momentum": False},
        ADAM | {"shuffle": False},
        ADAM | {"beta_1": 0.5, "beta_2": 0.9, "epsilon": 1e-3},
        ADAM | {"alpha": 0},
        SGD | {"alpha": 3.0},
        ADAM | {"batch_size": "auto"},
        ADAM | {"batch_size": 1, "max_iter": 5},
        ADAM | {"hidden_layer_sizes": ()},
        ADAM | {"hidden_layer_sizes": 7},
        ADAM | {"hidden_layer_sizes": [8] * 6},
        ADAM | {"random_state": 2**32 - 1},
        ADAM | {"early_stopping": True, "tol": 0, "n_iter_no_change": 2, "max_iter": 60},
    ],
    ids=lambda settings: " ".join(f"{key}={value}" for key, value in settings.items()),
)
def test_settings(settings: dict[str, Any]) -> None:
    X, y = rows("wine")
    fitted = fit(make("wine", **settings), X, y)
    assert_twins(fitted, parity.train_twin(make("wine", **settings), X, y))


def test_a_batch_longer_than_the_data_is_all_of_it() -> None:
    X, y = rows("wine")
    with pytest.warns(UserWarning, match="larger than sample size"):
        fitted = fit(make("wine", batch_size=1000), X, y)
    assert_twins(fitted, parity.train_twin(make("wine", batch_size=1000), X, y))


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("wine", ADAM | {"tol": 0.01, "n_iter_no_change": 2}),
        ("diabetes", SGD | {"tol": 0.01, "n_iter_no_change": 2}),
        ("digits", ADAM | {"early_stopping": True, "n_iter_no_change": 2}),
        ("breast cancer", ADAM | {"early_stopping": True, "n_iter_no_change": 3}),
        ("diabetes", SGD | {"early_stopping": True, "validation_fraction": 0.3}),
        ("wine", SGD | {"learning_rate": "adaptive", "tol": 0.02, "n_iter_no_change": 1}),
    ],
)
def test_training_stops_in_the_same_epoch(name: str, settings: dict[str, Any]) -> None:
    X, y = rows(name)
    settings = settings | {"max_iter": 200}
    fitted = fit(make(name, **settings), X, y)
    twin = parity.train_twin(make(name, **settings), X, y)
    assert fitted.n_iter_ < 200, "this case is meant to stop"
    assert_twins(fitted, twin)
    assert twin.validation_scores == fitted.validation_scores_ or np.allclose(
        twin.validation_scores, fitted.validation_scores_, rtol=0, atol=1e-12
    )


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # scikit-learn's overflows, which are meant
def test_training_that_explodes_goes_back_to_its_best_epoch() -> None:
    X, y = rows("diabetes")
    settings = SGD | {"learning_rate_init": 10, "activation": "identity", "n_iter_no_change": 100}
    settings["early_stopping"] = True
    fitted = fit(make("diabetes", **settings), X, y)
    twin = parity.train_twin(make("diabetes", **settings), X, y)
    assert np.isnan(fitted.validation_scores_[-1])
    assert np.array_equal(np.isnan(twin.validation_scores), np.isnan(fitted.validation_scores_))
    for ours, theirs in zip(twin.weights, fitted.coefs_, strict=True):
        assert np.allclose(ours, theirs, rtol=1e-9, atol=0)


SCHEDULES = [
    SGD | {"learning_rate": "invscaling", "power_t": 0.3},
    SGD | {"learning_rate": "adaptive", "tol": 0.02, "n_iter_no_change": 1, "max_iter": 60},
]


@pytest.mark.parametrize("nesterov", [True, False])
@pytest.mark.parametrize("settings", SCHEDULES, ids=["invscaling", "adaptive"])
def test_learning_rate_schedules(settings: dict[str, Any], nesterov: bool) -> None:
    X, y = rows("wine")
    settings = settings | {"nesterovs_momentum": nesterov}
    fitted = fit(make("wine", **settings), X, y)
    assert fitted._optimizer.learning_rate < settings["learning_rate_init"] / 4
    assert_twins(fitted, parity.train_twin(make("wine", **settings), X, y))


@pytest.mark.parametrize("name", ["wine", "breast cancer"])
def test_labels_may_be_words(name: str) -> None:
    X, y = rows(name)
    words = np.array(["zebra", "ant", "mole"])[y]  # their order is not that of the numbers
    fitted, twin = fit(make(name), X, words), parity.train_twin(make(name), X, words)
    assert_twins(fitted, twin)
    assert np.array_equal(twin.predict(X), fitted.predict(X))


@pytest.mark.parametrize("settings", [ADAM, SGD, ADAM | {"early_stopping": True}])
def test_several_values_for_each_row(settings: dict[str, Any]) -> None:
    """scikit-learn steps along the gradient of their sum, and reports their mean."""
    X, y = rows("diabetes")
    Y = np.stack([y, X[:, 2] ** 2, X[:, 3] - X[:, 0]], axis=1)
    fitted = fit(make("diabetes", **settings), X, Y)
    twin = parity.train_twin(make("diabetes", **settings), X, Y)
    assert_twins(fitted, twin)
    assert np.allclose(twin.predict(X), fitted.predict(X), rtol=0, atol=1e-12)


def test_a_loss_beyond_measure_is_reported_as_scikit_learn_clips_it() -> None:
    X, y = rows("wine")
    fitted = fit(make("wine"), X * 1000, y)
    assert fitted.loss_curve_[0] > 5, "the case is meant to have probabilities of zero"
    assert_twins(fitted, parity.train_twin(make("wine"), X * 1000, y))


def test_tensors_are_taken_as_arrays_are() -> None:
    X, y = rows("wine")
    twin = parity.train_twin(make("wine"), torch.from_numpy(X), torch.from_numpy(y))
    assert_twins(fit(make("wine"), X, y), twin)
    assert np.array_equal(twin.predict(torch.from_numpy(X)), twin.predict(X))


@pytest.mark.parametrize("name", ["wine", "breast cancer", "diabetes"])
def test_targets_may_stand_in_a_column(name: str) -> None:
    X, y = rows(name)
    twin = parity.train_twin(make(name), X, y[:, None])
    assert_twins(fit(make(name), X, y), twin)
    assert twin.predict(X).shape == y.shape


def test_the_network_is_an_ordinary_one() -> None:
    X, y = rows("digits")
    network = parity.train_twin(make("digits", max_iter=1), X, y).network
    kinds = [type(module).__name__ for module in network]
    assert kinds == ["Linear", "ReLU", "Linear", "ReLU", "Linear"]
    assert network(torch.from_numpy(X)).shape == (len(X), 10)


def test_weights_and_biases_are_copies() -> None:
    X, y = rows("wine")
    twin = parity.train_twin(make("wine", max_iter=1), X, y)
    before = twin.predict(X)
    for array in (*twin.weights, *twin.biases):
        array[:] = 0
    assert np.array_equal(twin.predict(X), before)


def test_nothing_of_the_callers_is_changed() -> None:
    X, y = rows("wine")
    estimator, state = make("wine"), torch.get_rng_state()
    X_before, y_before = X.copy(), y.copy()
    parity.train_twin(estimator, X, y, forget=list(parity.RECIPE))
    assert torch.equal(torch.get_rng_state(), state)
    assert np.array_equal(X, X_before)
    assert np.array_equal(y, y_before)
    assert not hasattr(estimator, "coefs_")


# An item and a training in which it shows.
FORGOTTEN = [
    ("initialisation", "digits", ADAM),
    ("batch order", "digits", ADAM),
    ("short batch", "digits", ADAM),
    ("loss", "breast cancer", ADAM),
    ("loss", "diabetes", SGD),
    ("weight decay", "digits", ADAM),
    ("epsilon", "digits", ADAM),
    ("velocity", "wine", SCHEDULES[1]),
    ("reported loss", "digits", ADAM),
]


def test_each_item_of_the_recipe_is_forgotten_below() -> None:
    assert {item for item, _, _ in FORGOTTEN} == set(parity.RECIPE)


@pytest.mark.parametrize(("item", "name", "settings"), FORGOTTEN)
def test_without_the_item_the_curve_leaves(item: str, name: str, settings: dict[str, Any]) -> None:
    X, y = rows(name)
    fitted = fit(make(name, **settings), X, y)
    twin = parity.train_twin(make(name, **settings), X, y, forget=[item])
    assert apart(fitted, twin) > 1e-6
    if name != "diabetes":  # which accuracy would hardly have shown
        assert abs(np.mean(twin.predict(X) == y) - fitted.score(X, y)) < 0.05


@pytest.mark.parametrize("name", ["breast cancer", "diabetes"])
def test_with_everything_forgotten_it_is_the_ordinary_loop(name: str) -> None:
    """Written here once more, as PyTorch's tutorials have it."""
    X, y = rows(name)
    twin = parity.train_twin(make(name, alpha=0.1, max_iter=5), X, y, forget=list(parity.RECIPE))

    inputs, targets = torch.from_numpy(X), torch.from_numpy(y)
    outputs, loss_function = 2, torch.nn.CrossEntropyLoss()
    if name == "diabetes":
        targets, outputs, loss_function = targets[:, None], 1, torch.nn.MSELoss()
    with torch.random.fork_rng():
        torch.manual_seed(0)
        network = torch.nn.Sequential(
            torch.nn.Linear(X.shape[1], 16, dtype=torch.float64),
            torch.nn.ReLU(),
            torch.nn.Linear(16, 16, dtype=torch.float64),
            torch.nn.ReLU(),
            torch.nn.Linear(16, outputs, dtype=torch.float64),
        )
    optimizer = torch.optim.Adam(network.parameters(), weight_decay=0.1)
    generator = torch.Generator().manual_seed(0)
    curve = []
    for _ in range(5):
        losses = []
        for batch in torch.randperm(len(X), generator=generator).split(64):
            if len(batch) < 64:
                continue
            loss = loss_function(network(inputs[batch]), targets[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        curve.append(np.mean(losses))
    assert np.allclose(twin.loss_curve, curve, rtol=1e-12, atol=0)


@pytest.mark.parametrize("item", ["epsilon", "reported loss"])
def test_predictions_agree_although_the_curves_do_not(item: str) -> None:
    X, y = rows("breast cancer")
    fitted = fit(make("breast cancer"), X, y)
    twin = parity.train_twin(make("breast cancer"), X, y, forget=[item])
    assert apart(fitted, twin) > 1e-6
    assert np.array_equal(twin.predict(X), fitted.predict(X))


def test_where_an_item_says_nothing_forgetting_it_changes_nothing() -> None:
    X, y = rows("wine")
    whole = parity.train_twin(make("wine"), X, y)
    less = parity.train_twin(make("wine"), X, y, forget=["loss", "velocity"])  # Adam, three classes
    assert less.loss_curve == whole.loss_curve


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"solver": "lbfgs"}, "solver='lbfgs' has no twin: give 'adam' or 'sgd'"),
        ({"warm_start": True}, "warm_start=True has no twin: give False"),
        ({"random_state": None}, "random_state=None can't be drawn from twice: give a whole"),
        ({"random_state": np.random.RandomState(0)}, "can't be drawn from twice"),
        ({"hidden_layer_sizes": (8, 0)}, r"hidden_layer_sizes=\(8, 0\): give each layer 1 unit"),
        ({"activation": "gelu"}, "'activation' parameter"),
        ({"alpha": -1}, "'alpha' parameter"),
        ({"early_stopping": True, "validation_fraction": 0.005}, "holds out 1: 2 are needed"),
        ({"solver": "sgd", "learning_rate_init": 1e6}, "learning_rate_init=1000000.0: lower it"),
    ],
)
def test_what_has_no_twin_is_named(change: dict[str, Any], message: str) -> None:
    X, y = rows("wine")
    with pytest.raises(ValueError, match=message) as raised:
        parity.train_twin(make("wine", **change), X, y)
    assert "\n" not in str(raised.value)


def test_the_poisson_loss_has_no_twin() -> None:
    estimator = make("diabetes")
    estimator.loss = "poisson"  # an argument only since scikit-learn 1.7
    with pytest.raises(ValueError, match="loss='poisson' has no twin"):
        parity.train_twin(estimator, *rows("diabetes"))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"forget": ["eps"]}, r"forget=\['eps'\]: give a list of names out of 'initialisation', "),
        ({"forget": "epsilon"}, "forget='epsilon': give a list of names"),
        ({"dtype": torch.float16}, "dtype=torch.float16: give torch.float64 or torch.float32"),
        ({"device": "mps"}, "device='mps' has no float64: give dtype=torch.float32"),
    ],
)
def test_an_argument_out_of_range_is_named(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parity.train_twin(make("wine"), *rows("wine"), **arguments)


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (np.eye(3, dtype=int)[rows("wine")[1]], "multilabel-indicator"),
        (rows("wine")[0][:, 0], "continuous"),
        (np.zeros(len(rows("wine")[1])), "1 different values"),
        (rows("wine")[1][:-1], "inconsistent numbers of samples"),
    ],
    ids=["several labels", "values", "one class", "too short"],
)
def test_targets_without_a_twin_are_named(y: np.ndarray, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parity.train_twin(make("wine"), rows("wine")[0], y)


def test_another_estimator_has_no_twin() -> None:
    with pytest.raises(TypeError, match="estimator is a LogisticRegression: give an MLPClassifier"):
        parity.train_twin(LogisticRegression(), *rows("wine"))
