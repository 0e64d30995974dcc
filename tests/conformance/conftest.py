"""Every conformance test drives a sandbox that begins on Monday 2026-01-05 at 09:00 in Shanghai."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from driver import Driver


@pytest.fixture
def box() -> Driver:
    return Driver(start=datetime(2026, 1, 5, 9, tzinfo=ZoneInfo("Asia/Shanghai")))
