"""One random process held against itself three ways: SpiffWorkflow, the replayed journal, and what must always hold.

python tests/random_models/three_ways.py 10000      # seeds 0 … 9999, one line a failure, exit code 1
python tests/random_models/three_ways.py 123 124    # those of one range
"""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from datetime import datetime

from random_process import random_process

from engine import codec
from engine.cases import SYSTEM, Cases
from engine.deployment import Bundle
from engine.deployment.comparable import comparable_part, hindrances
from engine.deployment.exploration import BOUNDS, START, Step, beginnings, enabled, follow
from engine.deployment.second_opinion import compare
from engine.deployment.valuations import Valuations, valuations
from engine.history import replay
from engine.kernel import Net, State, apply, commands, compile_net, effects
from engine.kernel.commands import from_data, to_data
from engine.model import read_bpmn
from engine.store import Store

FILE = "random.bpmn"


class Run:
    """A random walk through one process: its steps and the commands that made them."""

    def __init__(self, net: Net, choices: Valuations, dice: random.Random, moves: int) -> None:
        self.net = net
        self.steps: list[Step] = []
        self.commands: list[commands.Command] = []
        step: Step | None = None
        for _ in range(moves):
            if step is None:
                possible = list(beginnings(net, "p", choices))
            elif step.state.status != "running" or any(
                i.code == "bounds" for i in step.state.incidents.values()
            ):
                break
            else:
                possible = list(enabled(net, step.state, choices))
            dice.shuffle(possible)
            for move, command in possible:
                following = follow(net, step, move, command, choices)
                if following is not None:
                    step = following
                    self.steps.append(step)
                    self.commands.append(command)
                    break
            else:
                break


def check(seed: int, *, moves: int = 24) -> str:
    """What was compared, in a word; raises AssertionError on any difference."""
    xml = random_process(seed)
    net = compile_net([read_bpmn(xml, FILE)])
    choices = valuations(net)
    dice = random.Random(seed)
    compared = "kernel"
    hindered = hindrances(net, "p")
    for number in range(2):
        run = Run(net, choices, dice, moves)
        invariants(run)
        replayed(run)
        if number == 0 and seed % 5 == 0:
            journalled(run, xml)
        if hindered:
            continue
        part, _ = comparable_part(net, run.steps)
        if part:
            difference, _ = compare(net, [(FILE, xml)], part)
            assert difference is None, f"种子 {seed}：{_told(difference)}"
            compared = "both"
    return compared


def _told(difference: object) -> str:
    rows = zip(difference.moves, difference.kernel, difference.spiff, strict=False)  # type: ignore[attr-defined]
    return "\n".join(f"{move}\n   内核 {ours}\n   对照 {theirs}" for move, ours, theirs in rows)


def replayed(run: Run) -> None:
    """Command by command from JSON texts: the same effects, the same state, through JSON and back."""
    state: State | None = None
    for command, step in zip(run.commands, run.steps, strict=True):
        again = from_data(codec.loads(codec.dumps(to_data(command))))
        outcome = apply(
            run.net, State.from_json(state.to_json()) if state else None, again, step.now, bounds=BOUNDS
        )
        assert outcome.effects == step.effects
        assert outcome.state.to_json() == step.state.to_json()
        state = State.from_json(outcome.state.to_json())
        assert state.to_json() == step.state.to_json()


def journalled(run: Run, xml: bytes) -> None:
    """Through the engine's one door: the journal replays to the state that is stored."""
    now = [START]
    store = Store.open("sqlite://")
    store.migrate()
    try:
        cases = Cases(store, clock=lambda: now[0])
        cases.deploy(Bundle({FILE: xml}), SYSTEM)
        case = ""
        for command, step in zip(run.commands, run.steps, strict=True):
            now[0] = step.now
            if isinstance(command, commands.StartCase):
                case = cases.start("p", command.values, actor=SYSTEM).case_id
            else:
                cases.submit(case, command, actor=SYSTEM)
            assert replay(cases, case) is None
        assert cases.view(case, lambda view: view.state.to_json()) == run.steps[-1].state.to_json()
    finally:
        store.close()


def invariants(run: Run) -> None:
    """No token lost, one end at most, scopes closed, nothing left over after the end, all accounts even."""
    happened: list[effects.Effect] = []
    for command, step in zip(run.commands, run.steps, strict=True):
        if isinstance(command, commands.ThrowJobError):  # the command itself says that the job is over
            happened.append(effects.JobFinished(command.job, step.move.element))
        happened.extend(step.effects)
        _whole(run.net, step.state)
        _even(step.state, happened)
    ends = [number for number, each in enumerate(happened) if isinstance(each, effects.CaseEnded)]
    if run.steps[-1].state.status == "running":
        assert not ends
    else:
        assert len(ends) == 1
        state = run.steps[-1].state
        for left in (state.tokens, state.items, state.timers, state.jobs, state.subscriptions):
            assert not left
        assert set(state.scopes) <= {1}


def _whole(net: Net, state: State) -> None:
    waits = [wait for holder in (*state.tokens.values(), *state.scopes.values()) for wait in holder.waits]
    known = {*state.items, *state.timers, *state.jobs, *state.subscriptions}
    known |= {key for key, incident in state.incidents.items() if incident.token}
    assert Counter(waits) == Counter(known), "waits and what is waited for"
    hosts = {scope.token for scope in state.scopes.values()}
    for number, token in state.tokens.items():
        assert number in state.scopes[token.scope].tokens
        node = net.processes[state.scopes[token.scope].process].nodes[token.node]
        joins = len(node.incoming) > 1 or getattr(node.model, "start_quantity", 1) > 1
        assert token.waits or number in hosts or joins, f"{token.node} 的令牌什么也不等"
    for number, scope in state.scopes.items():
        assert not scope.token or scope.token in state.tokens
        assert number == 1 or scope.tokens, f"{scope.element} 的范围是空的"


def _even(state: State, happened: list[effects.Effect]) -> None:
    """Opened less closed is what is open: the shell, which sees effects alone, shows the same."""
    opened: dict[str, set[str]] = {"item": set(), "timer": set(), "job": set(), "subscription": set()}
    inside: Counter[int] = Counter()
    for before, each in zip([None, *happened], happened, strict=False):
        if isinstance(each, effects.ErrorThrown) and isinstance(before, effects.ElementFailed):
            inside[before.token] -= 1  # an error leaves its element without another word
        match each:
            case effects.ItemOpened(item=name):
                opened["item"].add(name)
            case effects.ItemCompleted(item=name) | effects.ItemCancelled(item=name):
                opened["item"].remove(name)
            case effects.TimerSet(timer=name):
                opened["timer"].add(name)
            case effects.TimerFired(timer=name) | effects.TimerCancelled(timer=name):
                opened["timer"].remove(name)
            case effects.JobRequested(job=name):
                opened["job"].add(name)
            case effects.JobFinished(job=name) | effects.JobCancelled(job=name):
                opened["job"].remove(name)
            case effects.ElementEntered(token=token):
                inside[token] += 1
            case effects.ElementCompleted(token=token) | effects.ElementCancelled(token=token):
                inside[token] -= 1
            case _:
                pass
    assert opened["item"] == set(state.items)
    assert opened["timer"] == set(state.timers)
    assert opened["job"] == set(state.jobs)
    entered = {number for number, count in inside.items() if count > 0}
    assert all(count in (0, 1) for count in inside.values()), "entered twice or left twice"
    assert entered == {number for number, token in state.tokens.items() if token.phase}


def main(given: list[str]) -> int:
    first, last = (0, int(given[0])) if len(given) == 1 else (int(given[0]), int(given[1]))
    began, failed = time.monotonic(), 0
    counts: Counter[str] = Counter()
    for seed in range(first, last):
        try:
            counts[check(seed)] += 1
        except Exception as wrong:  # every seed is to be tried
            failed += 1
            print(f"种子 {seed} 失败：{type(wrong).__name__} {wrong}", flush=True)
    seconds = time.monotonic() - began
    print(f"种子 {first}–{last - 1}：{dict(counts)}，失败 {failed}，{seconds:.0f} 秒，{datetime.now():%F %T}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
