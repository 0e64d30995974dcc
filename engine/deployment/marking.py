"""A state's canonical form: two states with the same form behave alike from here on.

Ids are counters and tell only how a state was reached; they are replaced by structure. Of the variables those
count that something ahead reads; of a timer what it repeats, not when it is due.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from engine.kernel.state import Scope, State, Token

Live = Mapping[str, Mapping[str, frozenset[str]]]


def canonical(state: State, live: Live) -> str:
    """A digest. `live`: per process and node the names of the variables that matter there."""
    digest = hashlib.sha256(repr(_form(state, live)).encode())
    return digest.hexdigest()


def _form(state: State, live: Live) -> Any:
    """Innermost scopes first, so that nesting needs no recursion."""
    forms: dict[int, Any] = {}
    matter: dict[str, set[str]] = {}
    for token in state.tokens.values():
        process = state.scopes[token.scope].process
        matter.setdefault(process, set()).update(live.get(process, {}).get(token.node, ()))
    depths: dict[int, int] = {}
    for number in state.scopes:
        depth, scope = 0, state.scopes[number]
        while scope.token and scope.token in state.tokens:
            depth += 1
            scope = state.scopes[state.tokens[scope.token].scope]
        depths[number] = depth
    for number in sorted(state.scopes, key=lambda each: -depths[each]):
        scope = state.scopes[number]
        names = matter.get(scope.process, set())
        tokens = sorted(repr(_token(state, state.tokens[each], names, forms)) for each in scope.tokens)
        forms[number] = (
            scope.kind,
            scope.element,
            _values(scope.variables, names),
            _values(scope.snapshot or {}, names),
            _waits(state, scope),
            repr({key: value for key, value in sorted(scope.data.items()) if key != "items"}),
            [record.get("e") for record in scope.records],
            hashlib.sha256(repr(tokens).encode()).hexdigest(),
        )
    roots = [forms[number] for number, scope in state.scopes.items() if not scope.token]
    return state.status, roots


def _token(state: State, token: Token, names: set[str], forms: Mapping[int, Any]) -> Any:
    return (
        token.node,
        token.flow,
        token.phase,
        token.index,
        _values(token.local or {}, names),
        repr(token.data),
        _waits(state, token),
        [forms[child] for child in token.children if child in forms],
    )


def _values(values: Mapping[str, Any], names: set[str]) -> list[tuple[str, str]]:
    return sorted((name, repr(value)) for name, value in values.items() if name in names)


def _waits(state: State, holder: Scope | Token) -> list[str]:
    found = []
    for wait in holder.waits:
        if wait in state.timers:
            timer = state.timers[wait]
            found.append(f"t {timer.node} {timer.which} {timer.left}")
        elif wait in state.subscriptions:
            each = state.subscriptions[wait]
            found.append(f"s {each.node} {each.which} {each.true}")
        elif wait in state.incidents:
            found.append(f"n {state.incidents[wait].code}")
        elif wait in state.signings:
            found.append(f"g {sorted(repr(vote[2:5]) for vote in state.signings[wait].votes)}")
        elif wait in state.parts:
            part = state.parts[wait]
            found.append(f"p {part.kind} {part.weight} {part.veto}")
        else:
            found.append(wait[0])
    return sorted(found)
