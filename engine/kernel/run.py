"""One command under way: the working copy of the state, the queue of moves, the effects so far.

The queue is served in order of arrival (breadth first), so that a trace is reproducible. An operation is a
name and plain data: one that got stuck is kept in its incident and repeated on retry.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.feel import Environment
from engine.kernel import effects as done
from engine.kernel.net import Body, Net, Node
from engine.kernel.state import Incident, Scope, State, Token

Operation = Callable[["Run", int, Any], None]
OPERATIONS: dict[str, Operation] = {}


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one command may do at most: `moves` of tokens, `instances` of multi-instance activities."""

    moves: int = 100_000
    instances: int = 10_000


class StuckError(Exception):
    """A technical failure: the token stays where it is, an incident says why."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        self.message = message
        super().__init__(message)


class BoundsExceededError(Exception):
    """The command runs without end: it is given up as a whole."""

    def __init__(self, process: str, element: str, message: str) -> None:
        self.process = process
        self.element = element
        self.message = message
        super().__init__(message)


def operation(name: str) -> Callable[[Operation], Operation]:
    """Name a step that can be queued and, when it got stuck, repeated."""

    def register(step: Operation) -> Operation:
        OPERATIONS[name] = step
        return step

    return register


class Run:
    """Guards the working copy: every record is copied before its first write in this command."""

    def __init__(
        self, net: Net, state: State, now: datetime, environment: Environment, bounds: Bounds
    ) -> None:
        self.net = net
        self.state = state
        self.now = now
        self.environment = environment
        self.bounds = bounds
        self.effects: list[done.Effect] = []
        self.queue: deque[tuple[str, int, Any]] = deque()
        self.changed: set[str] = set()
        self.touched: set[int] = set()
        self.hosts: set[int] = set()  # tokens within which one came or went
        self.joins: set[int] = set()  # scopes in which a token waits at an inclusive or complex gateway
        self.moves = 0
        self.instances = 0

    # ---- records

    def token(self, number: int) -> Token:
        """The token, ours to write."""
        token = self.state.tokens[number]
        if token.owner is not self:
            token = self.state.tokens[number] = token.copy(self)
        return token

    def scope(self, number: int) -> Scope:
        """The scope, ours to write."""
        scope = self.state.scopes[number]
        if scope.owner is not self:
            scope = self.state.scopes[number] = scope.copy(self)
        return scope

    def node(self, token: Token) -> Node:
        process = self.net.processes[self.state.scopes[token.scope].process]
        return process.nodes[token.node]

    def body(self, scope: Scope) -> Body:
        process = self.net.processes[scope.process]
        if scope.kind in ("process", "call"):
            return process.body
        inner = process.nodes[scope.element].inner
        return inner if inner is not None else process.nodes[scope.element].body

    def number(self, prefix: str) -> str:
        counters = self.state.counters
        counters[prefix] = count = counters.get(prefix, 0) + 1
        return f"{prefix}{count}"

    def _count(self) -> int:
        counters = self.state.counters
        counters["#"] = count = counters.get("#", 0) + 1
        return count

    def new_token(self, node: str, scope: Scope, flow: str = "") -> Token:
        number = self._count()
        token = self.state.tokens[number] = Token(self, number, node, scope.id, flow)
        scope.tokens[number] = None
        self.touched.add(number)
        self.hosts.add(scope.token)
        return token

    def new_scope(self, kind: str, element: str, process: str, parent: Token | None) -> Scope:
        number = self._count()
        scope = Scope(self, number, kind, element, process, parent.id if parent else 0)
        self.state.scopes[number] = scope
        if parent:
            parent.children.append(number)
        return scope

    # ---- effects

    def emit(self, effect: done.Effect) -> None:
        self.effects.append(effect)

    def entered(self, token: Token, node: Node) -> None:
        token.phase = 1
        self.effects.append(done.ElementEntered(node.process.id, node.id, token.id, token.scope))

    def completed(self, token: Token, node: Node) -> None:
        token.phase = 0
        self.effects.append(done.ElementCompleted(node.process.id, node.id, token.id, token.scope))

    # ---- the end of things

    def close(self, waits: list[str], reason: str) -> None:
        """End what a token or scope waits for: items, signings, errands, timers, jobs, subscriptions, incidents."""
        state = self.state
        for wait in waits:
            kind = wait[0]
            if kind == "i":
                item = state.items.pop(wait, None)
                state.parts.pop(wait, None)
                state.rounds.pop(wait, None)
                if item:
                    self.effects.append(done.ItemCancelled(wait, item.element, reason))
            elif kind == "t":
                timer = state.timers.pop(wait, None)
                if timer:
                    self.effects.append(done.TimerCancelled(wait, timer.node))
            elif kind == "j":
                job = state.jobs.pop(wait, None)
                if job:
                    self.effects.append(done.JobCancelled(wait, job.element))
            elif kind == "s":
                subscription = state.subscriptions.pop(wait, None)
                if subscription and subscription.kind in ("message", "signal"):
                    self.effects.append(done.SubscriptionClosed(wait, subscription.node))
            elif kind == "g":
                state.signings.pop(wait, None)
            elif kind == "r":
                if int(wait[1:]) in state.tokens:
                    self.cancel(int(wait[1:]), reason)
            else:
                incident = state.incidents.pop(wait, None)
                if incident:
                    self.effects.append(done.IncidentResolved(wait, incident.element, "cancelled"))
        waits.clear()

    def remove(self, token: Token) -> Scope:
        """Take a token away without a word; its scope is returned."""
        del self.state.tokens[token.id]
        self.touched.add(token.id)
        scope = self.scope(token.scope)
        self.hosts.add(scope.token)
        del scope.tokens[token.id]
        return scope

    def cancel(self, number: int, reason: str = "interrupted") -> None:
        """End a token and all within it, at once; innermost first. Without recursion: nesting has no bound."""
        tokens = self.state.tokens
        order, pending = [], [number]
        while pending:
            current = pending.pop()
            order.append(current)
            for child in tokens[current].children:
                pending.extend(self.state.scopes[child].tokens)
        for current in reversed(order):
            if current not in tokens:
                continue  # an errand, gone with whoever waited for it
            token = self.token(current)
            for child in token.children:
                self.close(self.scope(child).waits, reason)
                del self.state.scopes[child]
            token.children = []
            self.close(token.waits, reason)
            if token.phase:
                process = self.state.scopes[token.scope].process
                self.effects.append(done.ElementCancelled(process, token.node, current, token.scope))
            self.remove(token)

    def cancel_within(self, scope: Scope, reason: str = "interrupted", *, spare: int = 0) -> None:
        """End every token of a scope, but `spare`, newest first."""
        for number in reversed(list(scope.tokens)):
            if number != spare and number in self.state.tokens:
                self.cancel(number, reason)

    # ---- motion

    def push(self, step: str, number: int, argument: Any = None) -> None:
        self.queue.append((step, number, argument))

    def drain(self, after_change: Callable[[Run], None], settle: Callable[[Run], bool]) -> None:
        """Serve the queue until every token waits. Raises BoundsExceededError."""
        queue, state, limit = self.queue, self.state, self.bounds.moves
        while True:
            if self.changed:
                after_change(self)
            while queue:
                step, number, argument = queue.popleft()
                if number not in state.tokens and number not in state.scopes:
                    continue
                self.moves += 1
                if self.moves > limit:
                    self._exceeded(number)
                try:
                    OPERATIONS[step](self, number, argument)
                except StuckError as stuck:
                    self.stick(number, step, argument, stuck)
                if self.changed:
                    after_change(self)
            if not settle(self):
                return

    def _exceeded(self, number: int) -> None:
        token = self.state.tokens.get(number)
        scope = self.state.scopes[token.scope if token else number]
        element = token.node if token else scope.element
        message = f"一次操作内的流转超过 {self.bounds.moves} 步，疑为不停的循环，操作未执行"
        raise BoundsExceededError(scope.process, element, message)

    def more_instances(self, count: int, node: Node) -> None:
        """Count instances against the bound. Raises BoundsExceededError."""
        self.instances += count
        if self.instances > self.bounds.instances:
            message = f"一次操作内的实例超过 {self.bounds.instances} 个，操作未执行"
            raise BoundsExceededError(node.process.id, node.id, message)

    def stick(self, number: int, step: str, argument: Any, stuck: StuckError) -> None:
        """An incident: the token stays, `step` can be repeated."""
        if number not in self.state.tokens:
            scope = self.state.scopes.get(number)
            number = (scope.token if scope else 0) or next(iter(self.state.tokens), 0)
        incident = self.number("n")
        if number:
            token = self.token(number)
            process, element = self.state.scopes[token.scope].process, token.node
            token.waits.append(incident)
            self.effects.append(
                done.ElementFailed(process, element, number, token.scope, stuck.code, stuck.message)
            )
        else:
            process, element = self.state.process, ""
        self.state.incidents[incident] = Incident(
            incident, number, process, element, stuck.code, stuck.message, step, argument
        )
        self.effects.append(done.IncidentRaised(incident, process, element, stuck.code, stuck.message))
