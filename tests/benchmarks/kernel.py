"""The kernel alone: element moves a second, the cost of a late round, the size of a state."""

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


def measure() -> dict[str, str]:
    chain = "".join(f'<scriptTask id="n{n}"><script>{{x: 1}}</script></scriptTask>' for n in range(CHAIN))
    plain = "".join(f'<task id="n{n}"/>' for n in range(CHAIN))
    path = flows("s " + " ".join(f"n{n}" for n in range(CHAIN)) + " e")
    found: dict[str, str] = {}
    for name, nodes in (("tasks", plain), ("scripts", chain)):
        net = executable_of(bundle(model(f'<startEvent id="s"/>{nodes}<endEvent id="e"/>{path}'))).net
        moves, begun = 0, time.perf_counter()
        for _ in range(20):
            outcome = apply(net, None, StartCase("permit"), NOW)
            moves += sum(type(effect) is ElementCompleted for effect in outcome.effects)
        found[f"kernel, element moves ({name})"] = f"{moves / (time.perf_counter() - begun):,.0f}/s"
    net = executable_of(bundle(ENDLESS)).net
    state: State = apply(net, None, StartCase("permit"), NOW).state
    costs: list[float] = []
    for number in range(1, 1021):
        begun = time.perf_counter()
        state = apply(net, state, CompleteItem(f"i{number}", {"round": number, "意见": "同意"}), NOW).state
        costs.append(time.perf_counter() - begun)
        if number == 8:
            found["state at the eighth step"] = f"{len(state.to_json().encode()):,} bytes"
    late, early = median(costs[980:1020]), median(costs[5:45])
    found["step at round 1,000 against round 10"] = f"{late / early:.2f}"
    return found
