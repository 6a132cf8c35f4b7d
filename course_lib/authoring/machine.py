"""What a page ran on: processor, cores, GPU. Measurements mean little without it."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from functools import cache
from pathlib import Path

_ASK_TORCH = {
    "cuda": "torch.cuda.get_device_name() if torch.cuda.is_available() else ''",
    "mps": "'Apple GPU (Metal)' if torch.backends.mps.is_available() else ''",
}


def hardware(device: str = "cpu") -> dict[str, str | int | None]:
    """Return processor, number of cores and, where ``device`` is not the CPU, its GPU."""
    return {
        "processor": processor(),
        "cores": os.cpu_count(),
        "gpu": accelerator(device),
    }


def usable_cores() -> int:
    """Return how many cores this process may use, which in a container can be few of many."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@cache
def processor() -> str:
    """Return the processor's model as its maker calls it, as far as the system tells."""
    info = Path("/proc/cpuinfo")
    if info.is_file():
        for line in info.read_text("utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


@cache
def accelerator(device: str) -> str | None:
    """Return the name of the GPU that PyTorch would use for ``device``, or None without one."""
    asked = _ASK_TORCH.get(device.partition(":")[0])
    if asked is None:
        return None
    program = f"import torch; print({asked})"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    return done.stdout.strip() or None
