"""What can be wrong with a form or with what was filled in, said in Chinese to whoever must act on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass


class FormError(Exception):
    """表单处理未能完成"""

    code = "form"

    def __init__(self, message: str = "") -> None:
        self.message = message or (type(self).__doc__ or "").strip()
        super().__init__(self.message)


class UnknownStep(FormError):
    """表单没有定义这个环节"""

    code = "unknown_step"


class InvalidForm(FormError):
    """填报内容有误"""

    code = "invalid_form"

    def __init__(self, errors: Mapping[str, Sequence[str]], message: str = "") -> None:
        self.errors: dict[str, list[str]] = {name: list(messages) for name, messages in errors.items()}
        super().__init__(message or "；".join(text for texts in self.errors.values() for text in texts))


@dataclass(frozen=True, slots=True)
class DefinitionFault:
    """One thing wrong with a definition. `path` is the way in the YAML; `line` from 1, 0 where unknown."""

    file: str
    path: str
    line: int
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place} [{self.path}] {self.message}" if self.path else f"{place} {self.message}"


class DefinitionError(FormError):
    """表单定义有误"""

    code = "form_definition"

    def __init__(self, faults: Iterable[DefinitionFault]) -> None:
        self.faults = list(faults)
        super().__init__("；".join(str(fault) for fault in self.faults))
