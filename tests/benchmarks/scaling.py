"""The kernel on large models: what an element costs when there are ten times as many of them."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from datetime import UTC, datetime

from engine.deployment.checks import executable_of
from engine.kernel import apply
from engine.kernel.commands import StartCase
from engine.kernel.net import Net
from tests.engine.cases.permits import bundle, flows, model

NOW = datetime(2026, 9, 25, 1, 0, tzinfo=UTC)
SIZES = {
    "automatic chain of 10,000 nodes": 10_000,
    "100 nested scopes": 100,
    "1,000-way multi-instance": 1000,
    "loop of 1,000 rounds": 1000,
}


def measure() -> dict[str, tuple[float, float]]:
    """By name: milliseconds of the whole command, and what one element costs against one of a tenth as many."""
    built: dict[str, Callable[[int], bytes]] = dict(
        zip(SIZES, (_chain, _nested, _instances, _loop), strict=True)
    )
    found: dict[str, tuple[float, float]] = {}
    for name, size in SIZES.items():
        whole, tenth = _seconds(built[name](size)), _seconds(built[name](size // 10))
        found[name] = whole * 1000, whole / size / (tenth / (size // 10))
    return found


def _seconds(xml: bytes) -> float:
    """Of the start, which runs to the end; the best of several, without the collector as in `timeit`."""
    net: Net = executable_of(bundle(xml)).net
    best = float("inf")
    gc.collect()
    gc.disable()
    try:
        for _ in range(7):
            begun = time.perf_counter()
            outcome = apply(net, None, StartCase("permit"), NOW)
            best = min(best, time.perf_counter() - begun)
            assert outcome.state.status == "completed", outcome.state.incidents
    finally:
        gc.enable()
    return best


def _chain(size: int) -> bytes:
    tasks = "".join(f'<task id="n{number}"/>' for number in range(size))
    path = flows("s " + " ".join(f"n{number}" for number in range(size)) + " e")
    return model(f'<startEvent id="s"/>{tasks}<endEvent id="e"/>{path}')


def _nested(size: int) -> bytes:
    inner = '<task id="work"/>'
    for number in range(size):
        inner = (
            f'<subProcess id="p{number}"><startEvent id="a{number}"/>{inner}<endEvent id="b{number}"/>'
            + flows(f"a{number} {f'p{number - 1}' if number else 'work'} b{number}")
            + "</subProcess>"
        )
    return model(f'<startEvent id="s"/>{inner}<endEvent id="e"/>' + flows(f"s p{size - 1} e"))


def _instances(size: int) -> bytes:
    task = (
        '<task id="each"><multiInstanceLoopCharacteristics><loopCardinality>'
        f"{size}</loopCardinality></multiInstanceLoopCharacteristics></task>"
    )
    return model(f'<startEvent id="s"/>{task}<endEvent id="e"/>' + flows("s each e"))


def _loop(size: int) -> bytes:
    task = (
        f'<task id="each"><standardLoopCharacteristics testBefore="false"><loopCondition>loopCounter &lt; {size}'
        "</loopCondition></standardLoopCharacteristics></task>"
    )
    return model(f'<startEvent id="s"/>{task}<endEvent id="e"/>' + flows("s each e"))
