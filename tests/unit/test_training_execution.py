"""How ``fit`` executes a model: its layout, precision, compilation and repeatability."""

from __future__ import annotations

import copy
import inspect
import os
import pickle
import re
import subprocess
import sys
from collections import namedtuple
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812 - the field's name for it
from torch.utils.data import DataLoader, TensorDataset

from course_lib import data, training
from course_lib.training.execution import Way, channels_last, executed, repeatable

needs_gpu = pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU is here")
CPU = torch.device("cpu")
BF16 = Way(precision="bfloat16")


def mlp(*, dtype: torch.dtype = torch.float32) -> nn.Sequential:
    training.set_seed(0)
    return nn.Sequential(nn.Linear(64, 16), nn.Tanh(), nn.Linear(16, 10)).to(dtype)


def images(channels: int = 1, rows: int = 100) -> tuple[torch.Tensor, torch.Tensor]:
    X, y = data.digits().train
    return X[:rows].reshape(rows, 1, 8, 8).repeat(1, channels, 1, 1), y[:rows]


class Spy(nn.Module):
    """Notes how what passes through it in training (True) and eval mode (False) is laid out."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: dict[bool, set[str]] = {True: set(), False: set()}

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if len(x) > 2:  # no trial
            last = x.is_contiguous(memory_format=torch.channels_last)
            self.seen[self.training].add("last" if last else "first")
        return x


def cnn(channels: int = 1, *, spy: nn.Module | None = None) -> nn.Sequential:
    training.set_seed(0)
    return nn.Sequential(
        nn.Conv2d(channels, 6, 3, padding=1, bias=False),  # batch norm takes it away again
        spy or nn.Identity(),
        nn.BatchNorm2d(6),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(6, 12, 3, padding=1, groups=2),
        nn.ReLU(),
        nn.ConvTranspose2d(12, 4, 2, 2),
        spy or nn.Identity(),
        nn.Flatten(),
        nn.Dropout(0.2),
        nn.Linear(256, 10),
    )


def by_hand(model: nn.Module, X: torch.Tensor, y: torch.Tensor, epochs: int) -> list[float]:
    """Train as ``fit`` does by default, in a loop that knows of nothing but Adam."""
    order = torch.Generator().manual_seed(0)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, fused=True)
    torch.manual_seed(0)
    curve = []
    for _ in range(epochs):
        model.train()
        losses = []
        rows = torch.randperm(len(X), generator=order)
        for some in rows.split(32):
            value = F.cross_entropy(model(X[some]), y[some])
            optimizer.zero_grad()
            value.backward()
            optimizer.step()
            losses.append((value.item(), len(some)))
        curve.append(sum(value * n for value, n in losses) / sum(n for _, n in losses))
    model.eval()
    return curve


def test_with_defaults_an_mlp_is_trained_to_the_last_bit_as_by_hand() -> None:
    X, y = data.digits().train
    model, reference = mlp(), mlp()
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        curve = by_hand(reference, X, y, 3)
    finally:
        torch.set_num_threads(before)
    assert training.fit(model, (X, y), epochs=3).loss.tolist() == curve
    for name, weights in reference.state_dict().items():
        assert torch.equal(model.state_dict()[name], weights), name


def test_the_loop_knows_of_none_of_this() -> None:
    source = inspect.getsource(training.fit)
    loop = source[source.index("        try:") :]
    assert "task.forward(X)" in loop
    assert not re.search("precision|float16|compile|determinis|autocast|channels|memory", loop)


# Channels-last


@pytest.mark.parametrize("channels", [1, 3])
def test_images_are_trained_channels_last_and_measured_so(channels: int) -> None:
    spy = Spy()
    model, (X, y) = cnn(channels, spy=spy), images(channels)
    part = data.digits()
    split = type(part)(
        **{**vars(part), "train": data.Part(X, y), "validation": data.Part(X[:30], y[:30])}
    )
    training.fit(model, split, epochs=1)
    assert spy.seen == {True: {"last"}, False: {"last"}}
    spy.seen[False].clear()
    training.evaluate(model, (X, y))
    assert spy.seen[False] == {"last"}
    assert X.is_contiguous()


def test_a_loaders_images_are_too() -> None:
    spy = Spy()
    training.fit(cnn(spy=spy), DataLoader(TensorDataset(*images()), batch_size=25), epochs=1)
    assert spy.seen[True] == {"last"}


@pytest.mark.parametrize("channels", [1, 3])
def test_channels_last_changes_nothing_but_rounding(channels: int) -> None:
    """Batch norm's statistics, counted batches and dropout's numbers agree as well."""
    X, y = images(channels)
    model, reference = cnn(channels), cnn(channels)
    curve = by_hand(reference, X, y, 4)
    history = training.fit(model, (X, y), epochs=4)
    np.testing.assert_allclose(history.loss, curve, rtol=1e-4)
    for name, values in reference.state_dict().items():
        torch.testing.assert_close(model.state_dict()[name], values, rtol=1e-3, atol=1e-4)
    X, y = images(channels, rows=200)
    expected = F.cross_entropy(reference(X), y).item()
    assert training.evaluate(model, (X, y))["loss"] == pytest.approx(expected, rel=1e-3)


class View(nn.Module):
    """Flattens in the one way that channels-last forbids: always, or only in one mode."""

    def __init__(self, mode: bool | None = None) -> None:
        super().__init__()
        self.mode = mode

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.view(len(x), -1) if self.mode in (None, self.training) else x.flatten(1)


class ByMemory(nn.Module):
    """Reads its input in the order of memory, which is another answer in channels-last."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.as_strided((len(x), x[0].numel()), (x[0].numel(), 1))


@pytest.mark.parametrize(
    "flatten",
    [View(), View(True), View(False), ByMemory()],
    ids=["view", "train", "eval", "memory"],
)
def test_a_model_that_needs_the_usual_order_keeps_it(flatten: nn.Module) -> None:
    spy = Spy()
    training.set_seed(0)
    model = nn.Sequential(nn.Conv2d(1, 4, 3), spy, flatten, nn.Linear(144, 10))
    reference = copy.deepcopy(model)
    X, y = images()
    curve = by_hand(reference, X, y, 2)
    np.testing.assert_allclose(training.fit(model, (X, y), epochs=2).loss, curve, rtol=1e-6)
    assert spy.seen[True] == {"first"}
    training.evaluate(model, (X, y))


@pytest.mark.parametrize(("side", "expected"), [(8, 1), (28, 2)])
def test_small_images_run_on_one_thread_and_others_as_set(side: int, expected: int) -> None:
    X, y = torch.rand(64, 1, side, side), torch.arange(64) % 3
    seen = set()

    def metric(output: torch.Tensor, y: torch.Tensor) -> float:
        seen.add(torch.get_num_threads())
        return training.accuracy(output, y).item()

    model = nn.Sequential(nn.Conv2d(1, 16, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten())
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        training.fit(model, (X, y), epochs=1, batch_size=64, metrics={"seen": metric})
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)
    assert seen == {expected}


@pytest.mark.parametrize("channels", [1, 3])
def test_a_checkpoint_of_a_cnn_goes_on_to_the_last_bit(channels: int, tmp_path: Path) -> None:
    """The optimizer's fused kernel goes by memory: its state must lie as the weights do."""
    X, y = images(channels)
    whole, parts = cnn(channels), cnn(channels)
    expected = training.fit(whole, (X, y), epochs=4)
    for epochs in (2, 4):
        history = training.fit(parts, (X, y), epochs=epochs, checkpoint=tmp_path / "run.pt")
    np.testing.assert_array_equal(history.loss, expected.loss)
    for name, values in whole.state_dict().items():
        assert torch.equal(parts.state_dict()[name], values), name


def layout(model: nn.Module) -> list[tuple[int, tuple[int, ...]]]:
    return [(weights.data_ptr(), weights.stride()) for weights in model.parameters()]


@pytest.mark.parametrize("end", ["finished", "diverged", "interrupted", "evaluated"])
def test_the_weights_end_in_the_memory_where_they_were(end: str) -> None:
    def metric(output: torch.Tensor, y: torch.Tensor) -> float:
        if end == "interrupted":
            raise KeyboardInterrupt
        return 1.0

    model, (X, y) = cnn(3), images(3)
    before, values = layout(model), model[0].weight.detach()  # looks at the same memory
    first = values.clone()
    if end == "evaluated":
        training.evaluate(model, (X, y))
        assert torch.equal(values, first)
    elif end == "diverged":
        with pytest.raises(training.Diverged):
            training.fit(model, (X, y), learning_rate=1e30)
    else:
        history = training.fit(model, (X, y), epochs=1, metrics={"one": metric})
        assert history.stopped == end
        assert not torch.equal(values, first)
    assert layout(model) == before
    assert values.equal(model[0].weight) or end == "diverged"
    for weights in model.parameters():
        assert weights.is_contiguous()
        assert weights.grad is None or weights.grad.stride() == weights.stride()


def test_early_stopping_gives_back_the_best_weights_in_their_order() -> None:
    X, y = images(3)
    part = data.digits()
    parts = {"train": data.Part(X, y), "validation": data.Part(X[:50], y[:50].flip(0))}
    split = type(part)(**{**vars(part), **parts})
    model = cnn(3)
    rule = training.EarlyStopping(patience=1)
    history = training.fit(
        model, split, epochs=30, learning_rate=0.01, early_stopping=rule, batch_size=16
    )
    assert history.validation_loss is not None
    assert history.stopped == "early"
    found = training.evaluate(model, split.validation)["loss"]
    assert found == pytest.approx(history.validation_loss.min(), rel=1e-4)


def test_what_is_laid_out_by_its_owner_or_is_no_float32_stays() -> None:
    X, _ = images(3)
    own = cnn(3).to(memory_format=torch.channels_last)
    for model, given in ((own, X), (cnn(3).double(), X.double()), (mlp(), X)):
        before = layout(model)
        with channels_last(model, given, training=True):
            assert layout(model) == before
        assert layout(model) == before


def test_the_trial_moves_neither_statistics_nor_generators() -> None:
    X, _ = images(3)
    model = cnn(3)
    before = {name: values.clone() for name, values in model.state_dict().items()}
    state = torch.get_rng_state()
    with channels_last(model, X, training=True):
        assert not model[0].weight.is_contiguous()
        for name, values in model.state_dict().items():
            assert torch.equal(values, before[name]), name
        assert torch.equal(torch.get_rng_state(), state)
        assert all(module.training for module in model.modules())


# bfloat16


class Dtypes(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.seen: dict[bool, set[torch.dtype]] = {True: set(), False: set()}

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if len(x) > 2:  # no trial
            self.seen[self.training].add(x.dtype)
        return x


def test_bfloat16_is_the_forward_pass_of_training_and_nothing_else() -> None:
    split, spy = data.digits(), Dtypes()
    model = nn.Sequential(nn.Linear(64, 32), spy, nn.ReLU(), nn.Linear(32, 10))
    given = set()

    def loss(output: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        given.add(output.dtype)
        return F.cross_entropy(output, y)

    exact = copy.deepcopy(model)
    history = training.fit(model, split, epochs=5, loss=loss, precision="bfloat16")
    assert spy.seen == {True: {torch.bfloat16}, False: {torch.float32}}
    assert given == {torch.float32}
    assert {weights.dtype for weights in model.parameters()} == {torch.float32}
    assert {w.grad.dtype for w in model.parameters() if w.grad is not None} == {torch.float32}
    reference = training.fit(exact, split, epochs=5, loss=loss)
    assert not np.array_equal(history.loss, reference.loss)
    np.testing.assert_allclose(history.loss, reference.loss, rtol=0.02)
    found = training.evaluate(model, split.validation)["loss"]
    assert history.validation_loss is not None
    assert history.validation_loss[-1] == pytest.approx(found, rel=1e-5)
    assert not torch.is_autocast_enabled("cpu")


Pair = namedtuple("Pair", "one two")


@pytest.mark.parametrize(
    "shape",
    [lambda t: (t, [t]), lambda t: {"one": t, "two": (t,)}, lambda t: Pair(t, t)],
    ids=["tuple", "dict", "namedtuple"],
)
def test_bfloat16_ends_within_outputs_of_any_kind(shape: Any) -> None:
    class Model(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Linear(2, 2)

        def forward(self, x: torch.Tensor) -> Any:
            return shape(self.layer(x))

    model = Model()
    expected, found = model(torch.ones(3, 2)), executed(model, BF16, CPU)(torch.ones(3, 2))
    torch.testing.assert_close(found, expected, rtol=0.02, atol=0.02)  # types and dtypes, too
    assert type(found) is type(expected)


def test_bfloat16_refuses_what_it_is_not_for() -> None:
    split = data.digits()
    with pytest.raises(ValueError, match=r"precision='float16': give 'float32', or 'bfloat16'"):
        training.fit(mlp(), split, precision="float16")  # type: ignore[arg-type]
    X, y = split.train
    double = r"its weight '0.weight' is float64: pass model.float\(\) and X.float\(\)"
    with pytest.raises(ValueError, match=double):
        training.fit(mlp(dtype=torch.float64), (X.double(), y), precision="bfloat16")
    meta = torch.device("meta")
    with pytest.raises(
        ValueError, match="'bfloat16' does not run on device='meta': leave precision out"
    ):
        executed(mlp(), BF16, meta)


@pytest.mark.parametrize("name", ["compiled", "deterministic"])
def test_switches_are_true_or_false(name: str) -> None:
    settings: Any = {name: "yes"}
    with pytest.raises(TypeError, match=f"{name}='yes': give True or False"):
        training.fit(mlp(), data.digits(), **settings)


# torch.compile

COMPILED = """
import os
import pickle
import sys
import torch
from torch import nn
from course_lib import training
torch.manual_seed(0)
X, y = torch.randn(70, 4), torch.arange(70) % 3
curves, models = [], []
threads, state = torch.get_num_threads(), torch.get_rng_state()

def network(width=8):
    training.set_seed(1)
    return nn.Sequential(nn.Linear(4, width), nn.Tanh(), nn.Linear(width, 3))

def refused(call):
    try:
        call()
    except (RuntimeError, ValueError) as error:
        print(type(error).__name__, error)

os.environ["CXX"] = "/nonexistent"
refused(lambda: training.fit(network(), (X, y), compiled=True))
torch._inductor.config.cpp.cxx = (None, "g++")
torch._dynamo.config.recompile_limit = 2  # the lengths of one network
for compiled in (False, True):
    model, path = network(), f"{sys.argv[1]}/{compiled}.pt"
    history = training.fit(model, (X, y), epochs=4, compiled=compiled, checkpoint=path)
    curves.append(history.loss)
    models.append(model)
print(abs(curves[0] / curves[1] - 1).max() < 1e-5, *models[1].state_dict())
pickle.loads(pickle.dumps(models[1]))
print(threads == torch.get_num_threads(), training.evaluate(models[1], (X, y)).keys())
refused(lambda: training.fit(network(), (X, y), epochs=5, checkpoint=path))
training.fit(network(9), (X[:64], y[:64]), epochs=1, compiled=True)
"""


def run(code: str, tmp_path: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a program that has compiled nothing yet."""
    known = {**os.environ, "TORCHINDUCTOR_CACHE_DIR": str(tmp_path), **environment}
    return subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)],
        capture_output=True,
        text=True,
        env=known,
        check=False,
    )


@pytest.mark.slow
def test_compiled_training_is_the_same_and_compiles_twice_at_most(tmp_path: Path) -> None:
    """Once for full batches, once for any other length; the model stays the plain one.

    That holds for every network, however many came before. Without a compiler there is an error.
    """
    done = run(COMPILED, tmp_path, TORCH_LOGS="recompiles")
    assert done.returncode == 0, done.stderr
    no_compiler, same, put_back, other = done.stdout.splitlines()
    assert no_compiler.startswith("RuntimeError compiled=True: InvalidCxxCompiler: No working C++")
    assert no_compiler.endswith(
        "leave it out, or install a C++ compiler (g++ or clang++) if there is none"
    )
    assert same == "True 0.weight 0.bias 2.weight 2.bias"
    assert put_back == "True dict_keys(['loss', 'accuracy'])"
    assert "with compiled=True, this call has False" in other
    assert done.stderr.count("Recompiling function") == 1, done.stderr
    assert "recompile_limit" not in done.stderr


def test_wrapping_leaves_the_model_as_it_is() -> None:
    model = mlp()
    names = list(model.state_dict())
    executed(model, BF16, CPU)
    assert list(model.state_dict()) == names
    pickle.loads(pickle.dumps(model))  # noqa: S301 - our own
    assert executed(model, Way(), CPU) is model


# Repeatability


def settings() -> tuple[bool, ...]:
    return (
        torch.are_deterministic_algorithms_enabled(),
        torch.is_deterministic_algorithms_warn_only_enabled(),
        torch.backends.cudnn.benchmark,
        torch.utils.deterministic.fill_uninitialized_memory,
    )


@pytest.mark.parametrize("before", [(False, False, True), (True, True, False)])
@pytest.mark.parametrize("fails", [False, True])
def test_determinism_is_asked_for_and_put_back(
    before: tuple[bool, bool, bool], fails: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.backends.cudnn, "benchmark", before[2])
    torch.use_deterministic_algorithms(before[0], warn_only=before[1])
    outside, inside = settings(), set()

    def loss(output: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        inside.add(settings()[:3])
        if fails and len(y) > 2:
            raise ZeroDivisionError
        return F.cross_entropy(output, y)

    try:
        if fails:
            with pytest.raises(ZeroDivisionError):
                training.fit(mlp(), data.digits(), loss=loss, deterministic=True)
        else:
            training.fit(mlp(), data.digits(), epochs=1, loss=loss, deterministic=True)
        assert settings() == outside
        assert inside == {(True, False, False)}
        inside.clear()
        with repeatable(Way(), CPU):
            assert settings() == outside
    finally:
        torch.use_deterministic_algorithms(False)


def test_on_a_cpu_it_changes_nothing() -> None:
    split = data.digits()
    first = training.fit(mlp(), split, epochs=3)
    again = training.fit(mlp(), split, epochs=3, deterministic=True)
    np.testing.assert_array_equal(first.loss, again.loss)


class Put(nn.Module):
    """Uses an operation of which PyTorch has no version that repeats."""

    def __init__(self, *, late: bool) -> None:
        super().__init__()
        self.layer = nn.Linear(64, 10)
        self.late = late

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if len(x) > 2 or not self.late:
            x = x.clone().put_(torch.tensor([0]), torch.tensor([1.0]))
        return self.layer(x)


@pytest.mark.parametrize("late", [False, True])
def test_an_operation_that_does_not_repeat_is_named_with_the_cure(late: bool) -> None:
    training.fit(Put(late=late), data.digits(), epochs=1)
    text = (
        r"^deterministic=True: put_ does not have a deterministic implementation: "
        "pass deterministic=False, or take another operation$"
    )
    with pytest.raises(RuntimeError, match=text):
        training.fit(Put(late=late), data.digits(), epochs=1, deterministic=True)
    assert not torch.are_deterministic_algorithms_enabled()


def test_a_gpu_needs_a_setting_that_only_the_program_can_make(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gpu, way = torch.device("cuda"), Way(deterministic=True)
    monkeypatch.delenv("CUBLAS_WORKSPACE_CONFIG", raising=False)
    cure = r"os\.environ\['CUBLAS_WORKSPACE_CONFIG'\] = ':4096:8'"
    with pytest.raises(ValueError, match=cure), repeatable(way, gpu):
        pass
    monkeypatch.setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    with repeatable(way, gpu):
        assert torch.are_deterministic_algorithms_enabled()
    assert not torch.are_deterministic_algorithms_enabled()


# On a GPU


@needs_gpu
def test_a_cnn_on_a_gpu_learns_as_on_the_cpu() -> None:
    X, y = images(3, rows=300)
    model, reference = cnn(3), cnn(3)
    for one in (model, reference):
        one[10] = nn.Identity()  # dropout draws its numbers on the device
    on_cpu = training.fit(reference, (X, y), epochs=5)
    on_gpu = training.fit(model, (X, y), epochs=5, device="cuda")
    np.testing.assert_allclose(on_gpu.loss, on_cpu.loss, rtol=0.01)
    np.testing.assert_allclose(on_gpu["accuracy"], on_cpu["accuracy"], atol=0.02)
    assert all(weights.is_contiguous() for weights in model.parameters())


@needs_gpu
@pytest.mark.parametrize("make", [mlp, lambda: cnn(3)], ids=["mlp", "cnn"])
def test_bfloat16_on_a_gpu(make: Any) -> None:
    X, y = images(3, rows=300)
    if isinstance(make()[0], nn.Linear):
        X = X[:, 0].flatten(1)
    exact = training.fit(make(), (X, y), epochs=5, device="cuda")
    rough = training.fit(make(), (X, y), epochs=5, device="cuda", precision="bfloat16")
    np.testing.assert_allclose(rough.loss, exact.loss, rtol=0.05)


ON_GPU = """
import os
os.environ["CUBLAS_WORKSPACE_CONFIG"] = ":4096:8"
import torch
from torch import nn
from course_lib import training
torch.manual_seed(0)
X, y = torch.randn(300, 3, 8, 8), torch.arange(300) % 3
curves = []
for settings in ({"deterministic": True}, {"deterministic": True}, {"compiled": True}):
    training.set_seed(1)
    model = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.Flatten(), nn.Linear(288, 3))
    curves.append(training.fit(model, (X, y), epochs=4, device="cuda", **settings).loss)
print((curves[0] == curves[1]).all(), abs(curves[0] / curves[2] - 1).max() < 0.01)
"""


@needs_gpu
@pytest.mark.slow
def test_deterministic_and_compiled_on_a_gpu(tmp_path: Path) -> None:
    done = run(ON_GPU, tmp_path)
    assert done.stdout == "True True\n", done.stderr
