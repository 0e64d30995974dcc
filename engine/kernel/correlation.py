"""Who belongs to which conversation (BPMN 2.0.2 §8.4.2): keys of messages, by context and by key.

By context: a correlation subscription says what the process knows. By key: the first message of a conversation
that is sent or received gives the values of a correlation key; every later message of the same case must agree.
A key counts for a message when each of its properties has a retrieval expression for that message.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from engine.feel import FeelLimitError
from engine.kernel import effects as done
from engine.kernel.net import Net, ProcessNet, Trigger
from engine.kernel.run import Run
from engine.kernel.state import State
from engine.kernel.variables import evaluate
from engine.model import bpmn

if TYPE_CHECKING:
    from engine.kernel.compile import Compiler


def compile_correlation(
    compiler: Compiler, definitions: bpmn.Definitions, process: bpmn.Process, compiled: ProcessNet
) -> None:
    """Subscriptions, keys and retrieval expressions; a property's run-time name is its `name`, else its id."""
    names = {each.id: each.name or each.id for each in definitions.correlation_properties.values()}
    for subscription in process.correlation_subscriptions:
        for property_id, source in subscription.bindings.items():
            known = definitions.correlation_properties.get(property_id)
            expression = compiler.expression(subscription, source)
            if expression is not None:
                messages = frozenset(known.paths) if known else frozenset()
                compiled.correlations.append((names.get(property_id, property_id), messages, expression))
    for each in definitions.correlation_properties.values():
        for message, source in each.paths.items():
            expression = compiler.expression(each, source)
            if expression is not None:
                compiled.paths.setdefault(message, []).append((names[each.id], expression))
    compiled.keys = {
        key: tuple(names.get(each, each) for each in properties)
        for key, properties in definitions.correlation_keys.items()
        if properties
    }


def expected(run: Run, owner: int, process: ProcessNet, trigger: Trigger) -> dict[str, Any]:
    """The keys with which a message must come, as known now. Raises StuckError."""
    message = _id(trigger.message, trigger.name)
    keys: dict[str, Any] = {}
    for key in process.keys:
        if _counts(process, key, message):
            keys.update(run.state.scopes[1].data.get(f"key:{key}", {}))
    for name, messages, expression in process.correlations:
        if messages and message not in messages:
            continue
        value = evaluate(run, owner, expression, expression.text)
        if value is not None:
            keys[name] = value
    return keys


def sent(
    run: Run,
    owner: int,
    process: ProcessNet,
    message: bpmn.Message | None,
    name: str,
    values: Mapping[str, Any],
) -> dict[str, Any]:
    """The keys of a message that goes out. Raises StuckError."""
    keys: dict[str, Any] = {}
    for key, path in process.paths.get(_id(message, name), ()):
        value = evaluate(run, owner, path, path.text, values)
        if value is not None:
            keys[key] = value
    _establish(run, process, _id(message, name), keys)
    return keys


def received(
    run: Run, process: ProcessNet, trigger: Trigger, keys: Mapping[str, Any], values: Mapping[str, Any]
) -> None:
    """A message has come: with it the conversation may have got its keys."""
    message = _id(trigger.message, trigger.name)
    if process.keys and message in process.paths:
        _establish(run, process, message, _told(process, message, keys, values))


def told(
    net: Net, state: State, subscription: str, keys: Mapping[str, Any], values: Mapping[str, Any]
) -> dict[str, Any]:
    """The keys that came with a message, else what the subscriber's retrieval expressions find in its values."""
    waiting = state.subscriptions[subscription]
    token = state.tokens.get(waiting.owner)
    process = net.processes[state.scopes[token.scope if token is not None else waiting.owner].process]
    trigger = process.nodes[waiting.node].triggers[waiting.which]
    return _told(process, _id(trigger.message, trigger.name), keys, values)


def _told(
    process: ProcessNet, message: str, keys: Mapping[str, Any], values: Mapping[str, Any]
) -> dict[str, Any]:
    found = dict(keys)
    for name, path in process.paths.get(message, ()):
        if name not in found:
            with suppress(FeelLimitError):
                found[name] = path.evaluate(values)
    return found


def _id(message: bpmn.Message | None, name: str) -> str:
    return message.id if message is not None else name


def _counts(process: ProcessNet, key: str, message: str) -> bool:
    known = {name for name, _ in process.paths.get(message, ())}
    return known.issuperset(process.keys[key])


def _establish(run: Run, process: ProcessNet, message: str, keys: Mapping[str, Any]) -> None:
    fresh = False
    for key, names in process.keys.items():
        known = f"key:{key}" in run.state.scopes[1].data
        if not known and _counts(process, key, message) and all(keys.get(name) is not None for name in names):
            run.scope(1).data[f"key:{key}"] = {name: keys[name] for name in names}
            fresh = True
    if fresh:
        _listen_anew(run)


def _listen_anew(run: Run) -> None:
    """Subscriptions that stood before the conversation had its keys now ask for them."""
    for old in [each for each in run.state.subscriptions.values() if each.kind == "message"]:
        token = run.state.tokens.get(old.owner)
        holder = run.token(old.owner) if token is not None else run.scope(old.owner)
        process = run.net.processes[run.state.scopes[token.scope if token is not None else old.owner].process]
        keys = expected(run, old.owner, process, process.nodes[old.node].triggers[old.which])
        if not keys:
            continue
        number = run.number("s")
        del run.state.subscriptions[old.subscription]
        run.state.subscriptions[number] = old._replace(subscription=number)
        holder.waits[holder.waits.index(old.subscription)] = number
        run.emit(done.SubscriptionClosed(old.subscription, old.node))
        run.emit(done.MessageAwaited(number, old.node, old.name, keys))
