"""How a model is executed: laid out how, in which precision, compiled or not, repeatable or not."""

from __future__ import annotations

import contextlib
import os
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal, get_args

import torch

from course_lib.training.devices import own_randomness
from course_lib.training.inputs import dtype
from course_lib.training.trial import as_found

Precision = Literal["float32", "bfloat16"]

_FASTER = {"cpu", "cuda"}  # where channels-last is at least as fast
_COMPILERS = ("torch._dynamo", "torch._inductor")  # whose errors are the compiler's, not a model's
_CUBLAS = "CUBLAS_WORKSPACE_CONFIG"
_REPEATING = (":4096:8", ":16:8")  # of cuBLAS's settings, those whose sums repeat


@dataclass(frozen=True)
class Way:
    """How a training executes its model.

    Attributes:
        precision: of the forward pass. ``"bfloat16"`` pays where matrices are large, on a processor
            that computes in it, and costs time on small layers. It has the range of float32, so
            that gradients need no scaling; float16, which needs it, is not offered.
        compiled: whether the forward pass goes through ``torch.compile``: once for the first length
            of a batch, once for all others, half a minute or less. It pays in long trainings of
            models with many operations between matrix products, and draws other dropout.
        deterministic: whether only operations that repeat to the last bit are allowed. On a CPU
            those are the usual ones, and it costs nothing to speak of.

    Raises:
        TypeError: ``compiled`` or ``deterministic`` is neither True nor False.
        ValueError: ``precision`` is unknown.
    """

    precision: Precision = "float32"
    compiled: bool = False
    deterministic: bool = False

    def __post_init__(self) -> None:
        if self.precision not in get_args(Precision):
            raise ValueError(
                f"precision={self.precision!r}: give 'float32', or 'bfloat16', the one 16-bit "
                "format whose gradients need no scaling"
            )
        for name in ("compiled", "deterministic"):
            value = getattr(self, name)
            if not isinstance(value, bool):
                raise TypeError(f"{name}={value!r}: give True or False")


@contextmanager
def channels_last(model: torch.nn.Module, X: torch.Tensor, *, training: bool) -> Iterator[None]:
    """Hold the weights of 2-D convolutions channel by channel within the block, if that works.

    The channels of a pixel then lie side by side in memory, in these weights and in all that the
    convolutions return, since that follows the weights; shapes and values stay. On a CPU it was as
    fast or faster for every network measured, and a GPU's tensor cores read it so. The data need
    no change.

    A model may insist on the usual order, as ``x.view(len(x), -1)`` after a convolution does. So
    two rows are tried first: if they raise an error, or their answer changes by more than
    rounding, everything stays as it is. So do weights that are not float32, or laid out by their
    owner already. When the block ends, the weights are back in the memory where they were.

    Args:
        model: the network, on its device.
        X: inputs (n, ...), of which the first two rows are tried.
        training: whether they are tried in training mode too.
    """
    homes = [(weight, weight.data) for weight in _convolutions(model)]
    if not homes:
        yield
        return
    try:
        same = False
        with contextlib.suppress(Exception):  # whatever it is, the usual order raises it or works
            expected = _answer(model, X[:2], training)
            for weight, home in homes:
                weight.data = home.to(memory_format=torch.channels_last)
            same = _close(_answer(model, X[:2], training), expected)
        if not same:
            _put_back(homes)
        yield
    finally:
        _put_back(homes)


def executed(model: torch.nn.Module, way: Way, device: torch.device) -> torch.nn.Module:
    """Return the model's forward pass, executed in that way; the model itself is left as it is.

    In bfloat16 the output is float32 again, also within tuples, lists and dicts.

    Args:
        model: the network, on the device.
        way: how to execute it.
        device: where it is.

    Raises:
        RuntimeError: a compiled pass could not be compiled, when it is first called.
        ValueError: the model's weights or the device are not for bfloat16.
    """
    forward = _Compiled(model) if way.compiled else model
    if way.precision == "float32":
        return forward
    for name, weight in model.named_parameters():
        if weight.is_floating_point() and weight.dtype != torch.float32:
            raise ValueError(
                f"precision='bfloat16' is for a float32 model, and its weight {name!r} is "
                f"{dtype(weight)}: pass model.float() and X.float(), or leave precision out"
            )
    if not _takes_bfloat16(device):
        raise ValueError(
            f"precision='bfloat16' does not run on device={str(device)!r}: leave precision out"
        )
    return _Bfloat16(forward, device)


@contextmanager
def repeatable(way: Way, device: torch.device) -> Iterator[None]:
    """Allow only operations that repeat to the last bit within the block, if that is asked for.

    PyTorch's settings are afterwards as they were.

    Raises:
        RuntimeError: an operation within the block does not repeat, and there is no other.
        ValueError: cuBLAS, which multiplies matrices on the GPU, is not set to repeat.
    """
    if not way.deterministic:
        yield
        return
    if device.type == "cuda" and os.environ.get(_CUBLAS) not in _REPEATING:
        raise ValueError(
            f"deterministic=True on a GPU needs the environment variable {_CUBLAS}=:4096:8 before "
            f"its first use: begin the program with os.environ[{_CUBLAS!r}] = ':4096:8'"
        )
    cudnn: Any = torch.backends.cudnn
    before = torch.are_deterministic_algorithms_enabled()
    warned = torch.is_deterministic_algorithms_warn_only_enabled()
    searched = cudnn.benchmark
    try:
        torch.use_deterministic_algorithms(True)
        cudnn.benchmark = False  # the search for the fastest algorithm may end elsewhere each time
        yield
    except Exception as error:
        if (operation := _not_repeatable(error)) is None:
            raise
        raise RuntimeError(
            f"deterministic=True: {operation}: pass deterministic=False, or take another operation"
        ) from error
    finally:
        torch.use_deterministic_algorithms(before, warn_only=warned)
        cudnn.benchmark = searched


class _Compiled(torch.nn.Module):
    """A model through torch.compile, whose errors name the cure."""

    def __init__(self, model: torch.nn.Module) -> None:
        super().__init__()
        torch.compiler.reset()  # else the ninth network of a program would be left uncompiled
        self._compiled: Any = torch.compile(model)

    def forward(self, X: torch.Tensor) -> Any:
        try:
            return self._compiled(X)
        except Exception as error:
            if not type(error).__module__.startswith(_COMPILERS):
                raise  # the model's own
            raise RuntimeError(
                f"compiled=True: {str(error).splitlines()[0]}: "
                "leave it out, or install a C++ compiler (g++ or clang++) if there is none"
            ) from error


class _Bfloat16(torch.nn.Module):
    """A model computed in bfloat16 where PyTorch holds that to be safe; its output is float32."""

    def __init__(self, model: torch.nn.Module, device: torch.device) -> None:
        super().__init__()
        self._model = model
        self._device = device.type

    def forward(self, X: torch.Tensor) -> Any:
        with torch.autocast(self._device, torch.bfloat16):
            output = self._model(X)
        return _each(output, lambda one: one.float() if one.dtype == torch.bfloat16 else one)


def _convolutions(model: torch.nn.Module) -> list[torch.nn.Parameter]:
    """Return the weights of 2-D convolutions, none if one is not as PyTorch makes it."""
    kinds = (torch.nn.Conv2d, torch.nn.ConvTranspose2d)
    layers = [module for module in model.modules() if isinstance(module, kinds)]
    found = [w for layer in layers for w in layer.parameters(recurse=False) if w.ndim == 4]
    usual = all(
        w.dtype == torch.float32 and w.is_contiguous() and w.device.type in _FASTER for w in found
    )
    return found if usual else []


def _put_back(homes: list[tuple[torch.nn.Parameter, torch.Tensor]]) -> None:
    for weight, home in homes:
        weight.data = home.copy_(weight.data)
        if weight.grad is not None:
            weight.grad = weight.grad.contiguous()


def _answer(model: torch.nn.Module, X: torch.Tensor, training: bool) -> list[torch.Tensor]:
    """Return what the model answers in eval mode; neither its buffers nor any generator moves."""
    places = [(m, name, b) for m in model.modules() for name, b in m.named_buffers(recurse=False)]
    before = [buffer.clone() for _, _, buffer in places]
    found: list[torch.Tensor] = []
    with own_randomness(0, X.device), as_found(model), torch.no_grad():
        try:
            if training:
                model.train()
                model(X)
                model.eval()
        finally:
            for (module, name, buffer), values in zip(places, before, strict=True):
                setattr(module, name, buffer.copy_(values))
        _each(model(X), found.append)
    return found


def _close(found: list[torch.Tensor], expected: list[torch.Tensor]) -> bool:
    """Say whether there are answers, and all but rounding is the same (in TF32, too)."""
    return bool(found) and all(
        bool((one - other).abs().max() <= 0.01 * other.abs().max())
        for one, other in zip(found, expected, strict=True)
    )


def _each(output: Any, function: Callable[[torch.Tensor], Any]) -> Any:
    """Return the output with the function applied to each tensor in it."""
    if isinstance(output, torch.Tensor):
        return function(output)
    if isinstance(output, Mapping):
        return type(output)((key, _each(one, function)) for key, one in output.items())  # type: ignore[call-arg]
    if isinstance(output, tuple) and hasattr(output, "_fields"):
        return type(output)(*(_each(one, function) for one in output))
    if isinstance(output, list | tuple):
        return type(output)(_each(one, function) for one in output)
    return output


def _takes_bfloat16(device: torch.device) -> bool:
    try:
        with warnings.catch_warnings(action="error"), torch.autocast(device.type, torch.bfloat16):
            ones = torch.ones(2, 2, device=device)
            return (ones @ ones).dtype == torch.bfloat16
    except Exception:  # as the backend pleases
        return False


def _not_repeatable(error: Exception) -> str | None:
    """Return what PyTorch says of an operation that does not repeat, if that is the error."""
    text = str(error.__cause__ or error)  # the trial's errors stand for their cause
    found = "does not have a deterministic implementation" in text
    return text.split(", but")[0] if found else None
