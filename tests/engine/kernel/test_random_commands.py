"""Any commands in any order: the state survives JSON, the run is reproducible, nothing is lost or left over."""

import random

import pytest
from story import (
    NOW,
    Case,
    body,
    boundary,
    catch,
    compensate,
    condition,
    end,
    error,
    message,
    net,
    process,
    script,
    signal,
    start,
    sub,
    throw,
    timer,
    user,
    x,
)  # fmt: skip

from engine.errors import ChengbanError
from engine.kernel import Net, State, apply, commands
from engine.model import bpmn


def wide() -> Net:
    """One process with most of the elements."""
    inner = body(
        [
            start("s2"), user("k"), boundary("kc", "k", compensate()), script("uk", "{undone: true}", for_compensation=True),
            bpmn.InclusiveGateway("i1"), user("l"), bpmn.ServiceTask("w", handler="f"), bpmn.InclusiveGateway("i2"),
            end("e2"),
        ],
        "s2 > k > i1 > l > i2 > e2", "i1 > w > i2",
    )  # fmt: skip
    handler = bpmn.SubProcess(
        "h",
        body=body([start("hs", signal("x"), interrupting=False), user("ha")], "hs > ha"),
        triggered_by_event=True,
    )
    nodes = [
        start(), bpmn.ParallelGateway("f"), sub("x", inner), boundary("bt", "x", timer(duration="PT1H")),
        boundary("be", "x", error("E")), user("m", loop=bpmn.MultiInstance(cardinality=x("3"))),
        boundary("bm", "m", message("催办"), interrupting=False), script("n", "{n: if n = null then 1 else n + 1}"),
        bpmn.ParallelGateway("j"), throw("c", compensate()), user("z", default="z_e"), catch("q", condition("n > 2")), end(), handler,
    ]  # fmt: skip
    flows = (
        "s > f > x > j > c > z > e",
        "f > m > j",
        "f > q",
        "bt > j",
        "be > j",
        "bm > n",
        "z > f [again = true]",
    )
    return net(process("p", body(nodes, *flows), compensations=(bpmn.Compensation("kc", "uk"),)))


def possible(state: State, dice: random.Random) -> commands.Command:
    choices: list[commands.Command] = [
        commands.SetVariables({"v": dice.randint(0, 9)}),
        commands.DeliverSignal("x"),
    ]
    for item in state.items.values():
        choices += [
            commands.CompleteItem(item.item, {"again": dice.random() < 0.3}),
            commands.ClaimItem(item.item, "甲"),
        ]
        done = [element for scope in state.scopes.values() for element in scope.done]
        if done:
            choices.append(commands.ReturnTo(item.item, dice.choice(done), "重办"))
    choices += [commands.FireTimer(each) for each in state.timers]
    choices += [commands.WithdrawItem(each) for each in state.undo]
    for job in state.jobs:
        choices += [
            commands.FinishJob(job, {"r": 1}),
            commands.FailJob(job, "坏"),
            commands.ThrowJobError(job, "E"),
        ]
    choices += [commands.ResolveIncident(each, dice.choice(["retry", "skip"])) for each in state.incidents]
    choices += [
        commands.DeliverMessage(each.subscription, each.name)
        for each in state.subscriptions.values()
        if each.kind == "message"
    ]
    return dice.choice(choices)


@pytest.mark.parametrize("seed", range(60))
def test_random_commands_keep_the_state_whole_and_reproducible(seed: int) -> None:
    dice = random.Random(seed)
    of = wide()
    case = Case(of).start()
    done: list[commands.Command] = []
    for _ in range(40):
        if case.status != "running":
            break
        command = possible(case.here, dice)
        try:
            case.do(command)
        except ChengbanError:
            continue
        done.append(command)
    state = apply(of, None, commands.StartCase("p"), NOW).state
    for command in done:
        state = apply(of, state, command, NOW).state
    assert state == case.here
