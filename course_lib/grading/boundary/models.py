"""PyTorch's tensors and modules as they cross: what they hold, and how it is brought up to date."""

from __future__ import annotations

import hashlib
import json
import sys
from typing import Any

from course_lib.grading.boundary.codec import Codec, NotPlainError
from course_lib.grading.boundary.wire import WireError

_KEPT = 1 << 25  # bytes that are remembered as they are, not by their hash: twice as fast


def is_tensor(value: Any) -> bool:
    """Tell whether this is a PyTorch tensor, without an import of PyTorch."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.Tensor)


def is_module(value: Any) -> bool:
    """Tell whether this is a PyTorch module, without an import of PyTorch."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.nn.Module)


def digest(value: Any) -> Any:
    """Return what differs where two plain values do; b"" for what is not plain."""
    codec = Codec()
    try:
        text = json.dumps(codec.encode(value))
    except (NotPlainError, WireError):
        return b""
    if sum(map(len, codec.buffers)) <= _KEPT:
        return text, codec.buffers
    return text, [hashlib.blake2b(data).digest() for data in codec.buffers]


def state(module: Any) -> dict[str, Any]:
    """Return what a module holds, by ``path|kind|name``: p(arameter), b(uffer), a(ttribute)."""
    found: dict[str, Any] = {}
    for path, part in module.named_modules():
        found |= {f"{path}|p|{name}": value for name, value in part._parameters.items()}
        found |= {f"{path}|b|{name}": value for name, value in part._buffers.items()}
        found |= {f"{path}|a|{k}": v for k, v in vars(part).items() if not k.startswith("_")}
    return found


def fill(x: Any, found: Any) -> None:
    """Bring a tensor up to date in place.

    Raises:
        WireError: it changed its shape.
    """
    import torch

    if not is_tensor(found) or found.shape != x.shape:
        raise WireError("a tensor that changed its shape")
    with torch.no_grad():
        if found.dtype == x.dtype:
            x.detach().copy_(found)
        else:
            x.data = found.detach()
    if x.is_leaf and x.requires_grad != found.requires_grad:
        x.requires_grad_(found.requires_grad)


def put(module: Any, key: str, found: Any) -> None:
    """Set one entry of a module's state.

    Raises:
        WireError: it has no such entry, or one of another shape.
    """
    path, _, rest = key.partition("|")
    kind, _, name = rest.partition("|")
    part = dict(module.named_modules()).get(path)
    if part is None:
        raise WireError("a part of a module that is not there")
    tensors = {"p": part._parameters, "b": part._buffers}.get(kind)
    if tensors is not None:
        if name not in tensors or tensors[name] is None:
            raise WireError("a tensor of a module that is not there")
        fill(tensors[name], found)
    elif kind == "a" and name in vars(part) and not name.startswith("_"):
        if name == "training" and type(found) is not bool:
            raise WireError("a module in no mode")
        part.__dict__[name] = found
    else:
        raise WireError("an attribute of a module that is not there")
