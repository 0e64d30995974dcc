"""What can go wrong, as a small tree: each class says it in Chinese to whoever must act on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


class ChengbanError(Exception):
    """操作未能完成"""

    code = "error"

    def __init__(self, message: str = "", **details: Any) -> None:
        self.message = message or (type(self).__doc__ or "").strip()
        self.details = details
        super().__init__(self.message)


class NotFound(ChengbanError):
    """没有找到所指的对象"""

    code = "not_found"


class Refused(ChengbanError):
    """此操作现在不允许"""

    code = "refused"


class NotPermitted(Refused):
    """您没有办理此事的权限"""

    code = "not_permitted"


class ItemClosed(Refused):
    """该待办已办结或已取消，不能重复办理"""

    code = "item_closed"


class ItemTaken(Refused):
    """该待办已由他人签收"""

    code = "item_taken"


class CaseClosed(Refused):
    """该办件已经结束"""

    code = "case_closed"


class Stale(Refused):
    """办件已有新的变化，请取得最新情况后再办理"""

    code = "stale"


class Busy(ChengbanError):
    """同一办件正被频繁操作，请稍后重试"""

    code = "busy"


class InvalidInput(ChengbanError):
    """填报内容有误"""

    code = "invalid_input"

    def __init__(self, message: str = "", fields: Mapping[str, Any] | None = None, **details: Any) -> None:
        super().__init__(message, **details)
        self.fields = dict(fields or {})


class JournalBroken(ChengbanError):
    """留痕校验不通过"""

    code = "journal_broken"


class BpmnError(ChengbanError):
    """A business error thrown by a service handler: caught by error events with this code."""

    code = "bpmn_error"

    def __init__(self, error_code: str, message: str = "", values: Mapping[str, Any] | None = None) -> None:
        super().__init__(message or f"业务错误 {error_code}")
        self.error_code = error_code
        self.values = dict(values or {})


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a file: where, and a sentence. `line` counts from 1, 0 where no line is known."""

    file: str
    line: int
    element: str
    code: str
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place} [{self.element}] {self.message}" if self.element else f"{place} {self.message}"


class DeploymentError(ChengbanError):
    """文件未能通过发布检查"""

    code = "deployment"

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults: list[Fault] = list(faults)
        super().__init__("；".join(str(fault) for fault in self.faults) or type(self).__doc__ or "")
