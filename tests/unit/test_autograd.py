"""The engine's specification: the same expression in PyTorch, the same values and gradients."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from course_lib import page
from course_lib.autograd import Value, in_order, unbroadcast

Expression = Callable[..., Any]


def close(got: Any, expected: torch.Tensor) -> None:
    assert isinstance(got, np.ndarray)
    assert got.dtype == np.float64
    assert got.shape == tuple(expected.shape)
    np.testing.assert_allclose(got, expected.detach().numpy(), rtol=1e-12, atol=1e-12)


def same_as_pytorch(expression: Expression, *leaves: np.ndarray) -> None:
    ours = [Value(leaf) for leaf in leaves]
    theirs = [torch.tensor(leaf, dtype=torch.float64, requires_grad=True) for leaf in leaves]
    result, expected = expression(*ours), expression(*theirs)
    close(result.data, expected)
    result.sum().backward()
    expected.sum().backward()
    for mine, leaf in zip(ours, theirs, strict=True):
        # PyTorch leaves None where nothing depends on a leaf, and so do we.
        if leaf.grad is None:
            assert mine.gradient is None
        else:
            close(mine.gradient, leaf.grad)


def draw(*shapes: tuple[int, ...], seed: int = 0) -> list[np.ndarray]:
    rng = np.random.default_rng(seed)
    return [np.asarray(rng.standard_normal(shape)) for shape in shapes]


def reused(a: Any, b: Any) -> Any:
    c = a * b + a
    return c * c * a - c


def diamond(a: Any, b: Any) -> Any:
    left, right = (a + b).relu(), a * b
    return left * right + (left - right) * (left + right)


def uneven_diamond(a: Any, b: Any) -> Any:
    """One way from ``a`` to the result is much longer than the other."""
    long = a
    for _ in range(5):
        long = long * b + 1.5
    return long * a


def two_layers(X: Any, W1: Any, b1: Any, W2: Any, b2: Any) -> Any:
    error = ((X @ W1 + b1).relu() @ W2 + b2) - 0.3
    return (error * error).sum() * 0.25


EXPRESSIONS: dict[str, tuple[Expression, list[tuple[int, ...]]]] = {
    "sum of two": (operator.add, [(3,), (3,)]),
    "difference": (operator.sub, [(3,), (3,)]),
    "product": (operator.mul, [(2, 3), (2, 3)]),
    "matrix product": (operator.matmul, [(2, 3), (3, 4)]),
    "negation": (operator.neg, [(3,)]),
    "numbers": (lambda a, b: (a * b - a) * 3.0 + b, [(), ()]),
    "relu": (lambda a: a.relu(), [(4, 5)]),
    "sum": (lambda a: a.sum() * a, [(2, 3)]),
    "sum of one number": (lambda a: a.sum() * a, [()]),
    "number on the left": (lambda a: 2.0 - 3.0 * a + (1.0 + a), [(3,)]),
    "number on the right": (lambda a: (a - 2.0) * 3.0 + 1, [(3,)]),
    "added to itself": (lambda a: a + a, [(3,)]),
    "taken from itself": (lambda a: a - a, [(3,)]),
    "squared": (lambda a: a * a, [(3,)]),
    "squared matrix": (lambda a: a @ a, [(3, 3)]),
    "reused": (reused, [(2, 3), (2, 3)]),
    "diamond": (diamond, [(3,), (3,)]),
    "uneven diamond": (uneven_diamond, [(3,), (3,)]),
    "a leaf that is not used": (lambda a, b: a * 2.0, [(3,), (3,)]),
    "a row to each row": (operator.add, [(4, 3), (3,)]),
    "a row on the left": (operator.sub, [(3,), (4, 3)]),
    "a column": (operator.mul, [(4, 1), (4, 3)]),
    "column times row": (operator.mul, [(4, 1), (1, 3)]),
    "column minus vector": (operator.sub, [(4, 1), (3,)]),
    "number times matrix": (operator.mul, [(), (4, 3)]),
    "three axes": (lambda a, b, c: (a * b + c).relu(), [(2, 1, 3), (4, 1), (3,)]),
    "axes of length one": (operator.mul, [(1, 1), (1,)]),
    "no rows": (operator.mul, [(0, 3), (3,)]),
    "two layers": (two_layers, [(5, 4), (4, 3), (3,), (3, 2), (2,)]),
    "two layers, one unit": (two_layers, [(5, 4), (4, 1), (1,), (1, 1), (1,)]),
}


@pytest.mark.parametrize(("expression", "shapes"), EXPRESSIONS.values(), ids=EXPRESSIONS)
@pytest.mark.parametrize("seed", [0, 1])
def test_same_expression_in_pytorch(
    expression: Expression, shapes: list[tuple[int, ...]], seed: int
) -> None:
    same_as_pytorch(expression, *draw(*shapes, seed=seed))


def test_relu_has_slope_zero_at_zero() -> None:
    same_as_pytorch(lambda a: a.relu(), np.array([-1.0, -0.0, 0.0, 1.0]))


def random_expression(seed: int) -> Expression:
    """Return a function of three values, drawn by the seed: twenty steps, each using any earlier.

    Pairs that do not broadcast, or do not multiply as matrices, are drawn again.
    """

    def expression(*leaves: Any) -> Any:
        rng = np.random.default_rng(seed)
        values = list(leaves)
        total = leaves[0].sum()
        while len(values) < 20:
            kind = rng.choice(["+", "-", "*", "@", "relu", "sum", "number"])
            a, b = (values[k] for k in rng.integers(len(values), size=2))
            first, second = (tuple(x.data.shape) for x in (a, b))
            if kind == "@" and (len(first) != 2 or len(second) != 2 or first[1] != second[0]):
                continue
            if kind in "+-*" and not fits(first, second):
                continue
            number = float(rng.standard_normal())
            new = {
                "+": lambda a=a, b=b: a + b,
                "-": lambda a=a, b=b: a - b,
                "*": lambda a=a, b=b: a * b * 0.5,
                "@": lambda a=a, b=b: a @ b * 0.2,
                "relu": lambda a=a: a.relu(),
                "sum": lambda a=a: a.sum() * 0.1,
                "number": lambda a=a, n=number: n * a + (n - a),
            }[str(kind)]()
            values.append(new)
            total = total + new.sum()
        return total

    return expression


def fits(first: tuple[int, ...], second: tuple[int, ...]) -> bool:
    try:
        np.broadcast_shapes(first, second)
    except ValueError:
        return False
    return True


SHAPES = [(), (1,), (3,), (3, 1), (1, 3), (3, 3), (2, 3), (2, 1, 3)]


@pytest.mark.parametrize("seed", range(60))
def test_random_expressions_agree_with_pytorch(seed: int) -> None:
    rng = np.random.default_rng(1000 + seed)
    shapes = [SHAPES[k] for k in rng.integers(len(SHAPES), size=3)]
    same_as_pytorch(random_expression(seed), *draw(*shapes, seed=seed))


def test_what_lies_between_has_a_gradient_too() -> None:
    leaf = draw((3, 2))[0]
    a, x = Value(leaf), torch.tensor(leaf, requires_grad=True)
    inner, between = a * 3.0, x * 3.0
    between.retain_grad()
    outer = (inner.relu() * inner).sum()
    outer.backward()
    (between.relu() * between).sum().backward()
    close(inner.gradient, between.grad)
    close(a.gradient, x.grad)
    close(outer.gradient, torch.ones((), dtype=torch.float64))


def test_calling_backward_twice_adds_once_more() -> None:
    leaf = draw((3,))[0]
    a, x = Value(leaf), torch.tensor(leaf, requires_grad=True)
    ours, theirs = (a * a * 2.0 + a).sum(), (x * x * 2.0 + x).sum()
    ours.backward()
    once = a.gradient
    ours.backward()
    theirs.backward(retain_graph=True)
    theirs.backward()
    close(a.gradient, x.grad)
    np.testing.assert_array_equal(a.gradient, 2 * once)  # and `once` has not moved


def test_two_losses_add_up_in_a_shared_value() -> None:
    leaf = draw((3,))[0]
    a, x = Value(leaf), torch.tensor(leaf, requires_grad=True)
    for value in (a, x):
        (value * value).sum().backward()
        (value * 3.0).relu().sum().backward()
    close(a.gradient, x.grad)


def test_the_gradients_start_afresh_from_none() -> None:
    a = Value(2.0)
    (a * a).backward()
    a.gradient = None
    (a * 3).backward()
    assert a.gradient == 3.0


def test_an_array_may_stand_on_either_side() -> None:
    array, other = draw((3, 3), (3, 3))
    for act in (operator.add, operator.sub, operator.mul, operator.matmul):
        for left in (True, False):

            def sided(x: Any, act: Expression = act, left: bool = left) -> Any:
                fixed = array if isinstance(x, Value) else torch.tensor(array)
                return act(fixed, x) if left else act(x, fixed)

            same_as_pytorch(sided, other)
    assert isinstance(array + Value(other), Value)
    assert isinstance(np.float64(2) * Value(other), Value)


def test_a_chain_of_ten_thousand() -> None:
    a = Value(1.0)
    last = a
    for _ in range(10_000):
        last = last * 1.0001
    last.backward()
    assert a.gradient == pytest.approx(1.0001**10_000, rel=1e-9)


def test_each_value_is_visited_once() -> None:
    calls = []

    def doubled(a: Value) -> Value:
        def pullback(g: np.ndarray) -> np.ndarray:
            calls.append(1)
            return g

        return Value(2 * a.data, [(a, pullback), (a, pullback)])

    last = first = Value(1.0)
    for _ in range(40):  # 2**40 ways lead from the last to the first
        last = doubled(last)
    last.backward()
    assert len(calls) == 80
    assert first.gradient == 2.0**40


def test_a_value_comes_after_all_that_use_it_and_parents_in_the_order_given() -> None:
    a, b = Value(1.0), Value(2.0)
    c = a * b
    d = c + a
    assert in_order(d * c)[1:] == [d, c, a, b]


def test_an_operation_of_ones_own() -> None:
    def sin(x: Any) -> Any:
        if isinstance(x, torch.Tensor):
            return torch.sin(x)
        return Value(np.sin(x.data), [(x, lambda g: g * np.cos(x.data))])

    same_as_pytorch(lambda a, b: sin(a * b) * b, *draw((4, 1), (3,)))


def test_an_operation_may_leave_the_broadcasting_to_the_engine() -> None:
    def scaled(a: Any, b: Any) -> Any:
        if isinstance(a, torch.Tensor):
            return a * b
        return Value(a.data * b.data, [(a, lambda g: g * b.data), (b, lambda g: g * a.data)])

    same_as_pytorch(scaled, *draw((2, 1), (5, 1, 3)))


@pytest.mark.parametrize("data", [3, [1, 2], True, np.float32(0.5), np.arange(3), torch.ones(2)])
def test_numbers_of_any_kind_become_float64(data: Any) -> None:
    value = Value(data)
    assert isinstance(value.data, np.ndarray)
    assert value.data.dtype == np.float64
    assert value.gradient is None
    assert value.parents == ()


def test_the_data_are_a_copy() -> None:
    array = np.zeros(2)
    Value(array).data += 1
    assert array.tolist() == [0, 0]


def test_a_gradient_does_not_notice_a_later_change_of_the_data() -> None:
    a, b = Value(2.0), Value(3.0)
    product = a * b
    b.data = np.asarray(100.0)  # as a training step would
    product.backward()
    assert a.gradient == 3.0


def test_it_shows_its_numbers() -> None:
    assert repr(Value([1, 2.5])) == "Value([1. , 2.5])"


@pytest.mark.parametrize(
    ("data", "named"), [("a", "str"), ([1, "b"], "list"), (1j, "complex"), (Value(1.0), "Value")]
)
def test_what_is_no_number_is_refused(data: Any, named: str) -> None:
    with pytest.raises(TypeError, match=f"data is {named} .*: give real numbers"):
        Value(data)


@pytest.mark.parametrize("shape", [(3,), (1,), (2, 2)])
def test_backward_starts_from_one_number(shape: tuple[int, ...]) -> None:
    value = Value(np.ones(shape))
    with pytest.raises(ValueError, match="one number") as caught:
        value.backward()
    assert str(shape) in str(caught.value)
    assert value.gradient is None


@pytest.mark.parametrize(
    ("first", "second"), [((2, 3), (2, 3)), ((3,), (3, 2)), ((2, 3), (3,)), ((2, 2, 3), (3, 2))]
)
def test_a_matrix_product_names_shapes_that_do_not_fit(
    first: tuple[int, ...], second: tuple[int, ...]
) -> None:
    with pytest.raises(ValueError, match="@ takes") as caught:
        Value(np.ones(first)) @ Value(np.ones(second))
    assert str(first) in str(caught.value)
    assert str(second) in str(caught.value)


@pytest.mark.parametrize("shape", [(3,), (), (2, 3), (1, 4)])
def test_a_pullback_with_a_wrong_shape_is_named(shape: tuple[int, ...]) -> None:
    a = Value(np.ones((2, 2)))
    total = Value(4.0, [(a, lambda g: np.ones(shape))])
    with pytest.raises(ValueError, match="pullback") as caught:
        total.backward()
    assert str(shape) in str(caught.value)
    assert "(2, 2)" in str(caught.value)


@pytest.mark.parametrize("parents", [Value(1.0), [Value(1.0)]])
def test_parents_come_with_their_pullbacks(parents: Any) -> None:
    with pytest.raises(TypeError):
        Value(1.0, parents)


def test_summing_undoes_broadcasting() -> None:
    g = np.ones((4, 2, 3))
    assert unbroadcast(g, (2, 1)).tolist() == [[12.0], [12.0]]
    assert unbroadcast(g, ()).tolist() == 24.0
    assert unbroadcast(g, (4, 2, 3)).shape == (4, 2, 3)


def test_what_a_page_shows_of_the_engine_fits_its_width(capsys: pytest.CaptureFixture[str]) -> None:
    page.source(Value.__init__, Value.__mul__, Value.__matmul__, Value.backward)
    page.source(in_order, unbroadcast)
    assert max(map(len, capsys.readouterr().out.splitlines())) <= 76
