"""A sandbox with the three moves that stories repeat: begin, open items by element, finish by element."""

from __future__ import annotations

from engine.sandbox import Sandbox


class Driver(Sandbox):
    def begin(self, xml: bytes, pid: str = "p", /, **variables: object) -> str:
        self.deploy(xml)
        return self.start(pid, variables)

    def open(self, case_id: str) -> list[str]:
        return sorted(item["element"] for item in self.work_items(case_id))

    def finish(self, case_id: str, element: str, /, **values: object) -> None:
        item = next(item for item in self.work_items(case_id) if item["element"] == element)
        self.complete(item["id"], values)
