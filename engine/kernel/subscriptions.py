"""Waiting for something to happen: timers, messages, signals, conditions (BPMN 2.0.2 §10.5.5).

Errors, escalations, cancels and compensation are not waited for: a throw looks for its catcher.
"""

from __future__ import annotations

from typing import Any

from engine.kernel import effects as done
from engine.kernel import moments
from engine.kernel.correlation import expected
from engine.kernel.net import Node, Trigger
from engine.kernel.run import Run, StuckError
from engine.kernel.state import Subscription, Timer, Token
from engine.kernel.variables import evaluate, holds


def arm(run: Run, waits: list[str], owner: int, node: Node, only: list[int] | None = None) -> None:
    """Subscribe `owner` (token or scope) to what `node` catches; the ids are added to `waits`."""
    for trigger in node.triggers:
        if only is not None and trigger.index not in only:
            continue
        if trigger.kind == "timer":
            waits.append(_set_timer(run, owner, node, trigger))
        elif trigger.kind == "message":
            number = run.number("s")
            keys = expected(run, owner, node.process, trigger)
            run.state.subscriptions[number] = Subscription(
                number, "message", owner, node.id, trigger.index, trigger.name
            )
            waits.append(number)
            run.emit(done.MessageAwaited(number, node.id, trigger.name, keys))
        elif trigger.kind == "signal":
            number = run.number("s")
            run.state.subscriptions[number] = Subscription(
                number, "signal", owner, node.id, trigger.index, trigger.name
            )
            waits.append(number)
            run.emit(done.SignalAwaited(number, node.id, trigger.name))
        elif trigger.kind == "conditional":
            assert trigger.expression is not None
            holds_now = holds(run, owner, trigger.expression, trigger.text)
            number = run.number("s")
            run.state.subscriptions[number] = Subscription(
                number, "condition", owner, node.id, trigger.index, "", holds_now
            )
            waits.append(number)
            if holds_now:
                run.queue.appendleft(("occur", owner, number))


def await_data(run: Run, token: Token, node: Node) -> None:
    """An activity without its data is tried again when one of their sources has been written."""
    number = run.number("s")
    run.state.subscriptions[number] = Subscription(number, "data", token.id, node.id, 0, "")
    token.waits.append(number)


def _set_timer(run: Run, owner: int, node: Node, trigger: Trigger) -> str:
    if trigger.measure == "limit":
        timer = run.number("t")
        run.state.timers[timer] = Timer(timer, owner, node.id, trigger.index, None)
        run.emit(done.TimerSet(timer, node.id, None, trigger.text))
        return timer
    value: Any = trigger.text
    if trigger.expression is not None:
        value = evaluate(run, owner, trigger.expression, trigger.text)
    try:
        if trigger.measure == "date":
            due, text, left = moments.moment(value), None, None
        elif trigger.measure == "duration":
            due, text, left = moments.duration(value).after(run.now), None, None
        else:
            rule = moments.cycle(value)
            due = rule.start or rule.interval.after(run.now)
            text, left = str(value) if isinstance(value, str) else _text(rule.interval), rule.times
    except (ValueError, OverflowError) as wrong:
        raise StuckError("timer", f"计时器“{node.model.name or node.id}”：{wrong}") from wrong
    timer = run.number("t")
    run.state.timers[timer] = Timer(timer, owner, node.id, trigger.index, due, text, left)
    run.emit(done.TimerSet(timer, node.id, due))
    return timer


def _text(interval: moments.Duration) -> str:
    seconds = interval.rest.total_seconds()
    return f"R/P{interval.months}MT{seconds:.6f}S"


def rearm(run: Run, waits: list[str], timer: Timer) -> None:
    """The next occurrence of a cycle, counted from the last due moment, not from when it was served."""
    if timer.cycle is None or timer.due is None:
        return
    left = None if timer.left is None else timer.left - 1
    rule = moments.cycle(timer.cycle)
    due = rule.interval.after(timer.due)
    if left == 0 or (rule.end is not None and due > rule.end):
        return
    number = run.number("t")
    run.state.timers[number] = timer._replace(timer=number, due=due, left=left)
    waits.append(number)
    run.emit(done.TimerSet(number, timer.node, due))


def reconsider(run: Run) -> None:
    """Conditions that read a changed variable are evaluated again; false → true is an occurrence.

    The condition must become false before it can occur again (BPMN 2.0.2 §10.5.2, table 10.84).
    """
    changed, run.changed = run.changed, set()
    for each in [each for each in run.state.subscriptions.values() if each.kind == "data"]:
        token = run.token(each.owner)
        if changed & run.node(token).options["awaited"]:
            del run.state.subscriptions[each.subscription]
            token.waits.remove(each.subscription)
            run.push("begin", token.id)
    waiting = [each for each in run.state.subscriptions.values() if each.kind == "condition"]
    occurred = []
    for subscription in waiting:
        owner = run.state.tokens.get(subscription.owner)
        scope = run.state.scopes[owner.scope if owner else subscription.owner]
        trigger = run.net.processes[scope.process].nodes[subscription.node].triggers[subscription.which]
        assert trigger.expression is not None
        if not changed & trigger.expression.names:
            continue
        try:
            now_true = holds(run, subscription.owner, trigger.expression, trigger.text)
        except StuckError as stuck:
            run.stick(subscription.owner, "reconsider", subscription.subscription, stuck)
            continue
        if now_true != subscription.true:
            run.state.subscriptions[subscription.subscription] = subscription._replace(true=now_true)
            if now_true:
                occurred.append(subscription)
    for subscription in reversed(occurred):
        run.queue.appendleft(("occur", subscription.owner, subscription.subscription))
