"""What the tests of the grader share."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from forked import ForkedGuests

sys.path.append(str(Path(__file__).parents[1] / "exercises"))


@pytest.fixture(scope="session")
def forked():
    """Guests without isolation that start in milliseconds."""
    found = ForkedGuests()
    yield found
    found.close()
