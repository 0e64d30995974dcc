"""Every conformance test drives a sandbox that begins on Monday 2026-01-05 at 09:00 in Shanghai."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from engine.sandbox import Sandbox

sys.path.insert(0, str(Path(__file__).parent))


class Driver(Sandbox):
    """A sandbox with the three moves that stories repeat: begin, open items by element, finish by element."""

    def begin(self, xml: bytes, pid: str = "p", /, **variables: object) -> str:
        self.deploy(xml)
        return self.start(pid, variables)

    def open(self, case_id: str) -> list[str]:
        return sorted(item["element"] for item in self.work_items(case_id))

    def finish(self, case_id: str, element: str, /, **values: object) -> None:
        item = next(item for item in self.work_items(case_id) if item["element"] == element)
        self.complete(item["id"], values)


@pytest.fixture
def box() -> Driver:
    return Driver(start=datetime(2026, 1, 5, 9, tzinfo=ZoneInfo("Asia/Shanghai")))
