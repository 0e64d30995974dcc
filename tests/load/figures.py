"""What was measured: times by kind of request, errors with the first words of each, CPU by kind of process."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

BOUND = 0.3  # seconds that 95 of 100 answers of each kind keep
TICKS = os.sysconf("SC_CLK_TCK")
LISTED = 10  # errors told in full
FEW = 100  # of a kind, below which its own 95th of a hundred says little


@dataclass
class Figures:
    """Seconds by kind. Ramp-up is counted under kinds of its own, which the bound does not concern."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: Counter[str] = field(default_factory=Counter)
    conflicts: Counter[str] = field(default_factory=Counter)
    told: list[str] = field(default_factory=list)

    def add(self, kind: str, seconds: float) -> None:
        self.seconds[kind].append(seconds)

    def wrong(self, kind: str, what: str) -> None:
        self.errors[kind] += 1
        if len(self.told) < LISTED:
            self.told.append(f"{kind}: {what}")

    def conflict(self, why: str) -> None:
        self.conflicts[why] += 1

    @property
    def everything(self) -> list[float]:
        return [one for times in self.seconds.values() for one in times]

    def missed(self) -> list[str]:
        """Bounds that do not hold, in words."""
        found = [f"{sum(self.errors.values())} errors"] if self.errors else []
        kinds = {"all": self.everything} | {
            kind: times for kind, times in self.seconds.items() if len(times) >= FEW
        }
        found += [
            f"p95 of {kind}: {of(times, 95) * 1000:.0f} ms"
            for kind, times in kinds.items()
            if of(times, 95) > BOUND
        ]
        return found

    def lines(self, span: float, apart: Collection[Figures] = ()) -> Iterator[str]:
        yield f"{'':12}{'requests':>10}{'a second':>10}{'p50 ms':>9}{'p95 ms':>9}{'p99 ms':>9}{'max ms':>9}{'errors':>8}"
        for kind, times in sorted(self.seconds.items(), key=lambda one: -len(one[1])):
            yield self._line(kind, times, self.errors[kind], span)
        yield self._line("all", self.everything, sum(self.errors.values()), span)
        for other in apart:
            for kind, times in other.seconds.items():
                yield self._line(kind, times, other.errors[kind], 0)
        yield from (f"  error  {line}" for line in (*self.told, *(line for o in apart for line in o.told)))
        yield from (f"  conflict  {why}: {count}" for why, count in self.conflicts.items())

    @staticmethod
    def _line(kind: str, times: list[float], errors: int, span: float) -> str:
        cells = [f"{of(times, part) * 1000:>9.1f}" for part in (50, 95, 99, 100)]
        rate = f"{len(times) / span:>10.1f}" if span else f"{'':10}"
        return f"{kind:12}{len(times):>10,}{rate}{''.join(cells)}{errors:>8}"


def of(times: list[float], percent: int) -> float:
    """The time that `percent` of a hundred keep; 0 where there are none."""
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)] if ordered else 0.0


def cpu(root: int) -> float:
    """Seconds of CPU that a process and all that descend from it have used, of those alive."""
    children: dict[int, list[int]] = defaultdict(list)
    used: dict[int, float] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                cells = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            pid = int(entry.name)
            children[int(cells[1])].append(pid)
            used[pid] = (int(cells[11]) + int(cells[12])) / TICKS
    total, waiting = 0.0, [root]
    while waiting:
        pid = waiting.pop()
        total += used.get(pid, 0.0)
        waiting += children[pid]
    return total
