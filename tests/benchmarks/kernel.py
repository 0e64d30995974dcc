"""The kernel alone: element moves a second, the cost of a late round."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from statistics import median

from engine.deployment.checks import executable_of
from engine.kernel import State, apply
from engine.kernel.commands import CompleteItem, StartCase
from engine.kernel.effects import ElementCompleted
from tests.engine.cases.permits import ENDLESS, bundle, flows, model

NOW = datetime(2026, 9, 25, 1, 0, tzinfo=UTC)
CHAIN = 1000


def measure() -> tuple[float, float, float]:
    """Element moves a second (plain tasks; script tasks), and what round 1,000 of a loop costs against round 10."""
    tasks = _moves("".join(f'<task id="n{n}"/>' for n in range(CHAIN)))
    scripts = _moves(
        "".join(f'<scriptTask id="n{n}"><script>{{x: 1}}</script></scriptTask>' for n in range(CHAIN))
    )
    return tasks, scripts, median(_late() for _ in range(3))


def _moves(nodes: str) -> float:
    """Tokens through elements a second, the median of twenty runs."""
    path = flows("s " + " ".join(f"n{n}" for n in range(CHAIN)) + " e")
    net = executable_of(bundle(model(f'<startEvent id="s"/>{nodes}<endEvent id="e"/>{path}'))).net
    rates: list[float] = []
    for _ in range(20):
        begun = time.perf_counter()
        outcome = apply(net, None, StartCase("permit"), NOW)
        spent = time.perf_counter() - begun
        rates.append(sum(type(effect) is ElementCompleted for effect in outcome.effects) / spent)
    return median(rates)


def _late() -> float:
    net = executable_of(bundle(ENDLESS)).net
    state: State = apply(net, None, StartCase("permit"), NOW).state
    costs: list[float] = []
    for number in range(1, 1021):
        begun = time.perf_counter()
        state = apply(net, state, CompleteItem(f"i{number}", {"round": number, "意见": "同意"}), NOW).state
        costs.append(time.perf_counter() - begun)
    return median(costs[980:]) / median(costs[5:45])
