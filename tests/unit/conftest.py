"""What unit tests share."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from course_lib import page


@dataclass
class Shown:
    """What a notebook would have been given: one (data, metadata) for each output."""

    outputs: list[tuple[dict[str, Any], dict[str, Any]]] = field(default_factory=list)

    def publish(self, data: dict[str, Any], metadata: dict[str, Any]) -> None:
        self.outputs.append((data, metadata))

    @property
    def data(self) -> dict[str, Any]:
        assert len(self.outputs) == 1, "one output was expected"
        return self.outputs[0][0]

    @property
    def metadata(self) -> dict[str, Any]:
        assert len(self.outputs) == 1, "one output was expected"
        return self.outputs[0][1]


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> Shown:
    """Stand in for the notebook that course_lib shows things in."""
    shown = Shown()
    monkeypatch.setattr(page, "_shell", lambda: SimpleNamespace(display_pub=shown))
    return shown
