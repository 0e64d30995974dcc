"""What is kept so that a completion can be taken back (撤回): little, and only while it is possible."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.kernel import commands
from engine.kernel import effects as done
from engine.kernel.run import Run
from engine.kernel.state import State, Undo


def variables_in_sight(run: Run, number: int) -> dict[str, dict[str, Any]]:
    """By scope, as they are before the completion writes."""
    found: dict[str, dict[str, Any]] = {}
    while number:
        scope = run.state.scopes[run.state.tokens[number].scope]
        found[str(scope.id)] = scope.variables.copy()
        number = 0 if scope.kind in ("process", "call") else scope.token
    return found


def lineage(state: State, number: int) -> list[int]:
    """A token and the tokens that it lives within, innermost first."""
    found = [number]
    while number in state.tokens:
        number = state.scopes[state.tokens[number].scope].token
        found.append(number)
    return found


IRREVOCABLE = (
    done.MessageThrown, done.SignalThrown, done.ErrorThrown, done.EscalationThrown, done.IncidentRaised,
    done.JobFinished, done.TimerCancelled, done.JobCancelled, done.ItemCancelled,
)  # fmt: skip


def keep_undo(
    run: Run, command: commands.CompleteItem, element: str, scope: int, number: int, before: Mapping[str, Any]
) -> None:
    """Only where taking back is possible: all that came of it waits in the same scope, nothing left the case."""
    if any(isinstance(effect, IRREVOCABLE) for effect in run.effects):
        return
    tokens = tuple(each for each in sorted(run.touched | {number}) if each in run.state.tokens)
    own = tuple(each for each in tokens if run.state.tokens[each].scope == scope)
    if not own or any(run.state.tokens[each].scope < scope for each in tokens):
        return
    given = set(command.values)
    changed: dict[str, dict[str, Any]] = {}
    for effect in run.effects:
        if (
            isinstance(effect, done.VariablesWritten)
            and effect.element != element
            and str(effect.scope) in before
        ):
            for name in effect.values:
                if name not in given and name in before[str(effect.scope)]:
                    changed.setdefault(str(effect.scope), {})[name] = before[str(effect.scope)][name]
    run.state.undo[command.item] = Undo(command.item, element, scope, command.user, own, changed)


def forget_undo(run: Run, command: commands.Command) -> None:
    """A completion can be taken back only while what came of it has not moved."""
    mine = command.item if isinstance(command, commands.CompleteItem) else None
    moved = {above for number in run.touched | run.hosts for above in lineage(run.state, number)}
    for number, undo in list(run.state.undo.items()):
        if number != mine and (moved & set(undo.tokens) or undo.scope not in run.state.scopes):
            del run.state.undo[number]
