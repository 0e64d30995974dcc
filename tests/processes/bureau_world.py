"""A bureau in memory with a clock that moves only when told, and applications that pass every check."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from processes.bureau import Bureau

APPLICATION: dict[str, Any] = {
    "applicant_name": "太行高速建设有限公司", "credit_code": "91140000MA0GT9L609", "contact_phone": "0351-6020000",
    "project_name": "太行高速第三标段施工便道", "use_purpose": "建设项目施工", "infrastructure": "false",
    "term_months": "24", "area_ha": "1.5", "cultivated_ha": "0.5", "permanent_basic_farmland_ha": "0",
    "forest_ha": "0.2", "ownership": "集体", "in_planning_area": "true", "in_county": "false",
    "boundary": "112.5000 37.8000\n112.5010 37.8000\n112.5010 37.8010\n112.5000 37.8010",
    "compensation_amount": "120000", "reclamation_cost": "80000", "received_on": "2026-11-02", "channel": "窗口",
}  # fmt: skip


class World:
    """`at(...)` sets the clock, in UTC."""

    def __init__(self, url: str = "sqlite://") -> None:
        self.now = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
        self.bureau = Bureau.open(url, clock=lambda: self.now)
        self.bureau.prepare(demo=True, password="demo-only-password")

    def at(self, year: int, month: int, day: int, hour: int = 1, minute: int = 0, second: int = 0) -> None:
        self.now = datetime(year, month, day, hour, minute, second, tzinfo=UTC)

    def start(self, **changes: Any) -> str:
        data = {**APPLICATION, **changes, "materials": self.papers("temporary-land-use")}
        return self.bureau.start("zhanghui", "temporary-land-use", data).case_id

    def papers(self, matter: str) -> dict[str, str]:
        """Every material held."""
        return {material.id: "收" for material in self.bureau.start_form(matter).form.materials}

    def open(self, case_id: str) -> dict[str, str]:
        """Open steps: name of the element to work item."""
        return {
            item.element: name
            for name, item in self.bureau.cases.view(case_id, lambda view: dict(view.state.items)).items()
        }

    def do(self, user: str, case_id: str, element: str, outcome: str, **data: Any) -> None:
        item = self.open(case_id)[element]
        self.bureau.complete(user, case_id, item, {f"{element}_outcome": outcome, **data})
