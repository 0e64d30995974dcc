from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from bureau_world import World


@pytest.fixture
def world() -> Iterator[World]:
    made = World()
    yield made
    made.bureau.close()
