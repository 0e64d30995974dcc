"""Service handlers by name: what a service task of a diagram asks for after the commit.

A handler may run more than once for one job (a worker killed between the work and its answer): whatever it does
outside must be keyed by `Context.key`, which is the same each time. It returns the variables to write, and may
raise `engine.errors.BpmnError` for a business error that the diagram catches.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Work = Callable[["Context"], Mapping[str, Any] | None]


@dataclass(frozen=True, slots=True)
class Context:
    """`values` are the variables that the task was given; `key` is the idempotency key of the job."""

    key: str
    values: Mapping[str, Any]


HANDLERS: dict[str, Callable[[dict[str, Any]], Mapping[str, Any] | None]] = {}
"""As the engine calls them: with the variables and `idempotency_key` in one dictionary."""


def handler(name: str) -> Callable[[Work], Work]:
    """Register a function under the name that diagrams use; a name is given once. Raises ValueError."""

    def register(work: Work) -> Work:
        if name in HANDLERS:
            raise ValueError(f"服务“{name}”已经登记")

        def call(values: dict[str, Any]) -> Mapping[str, Any] | None:
            given = dict(values)
            return work(Context(str(given.pop("idempotency_key", "")), given))

        HANDLERS[name] = call
        return work

    return register
