"""What follows a button: the step that a case as it stands would come to, tried out and thrown away.

The interpreter itself answers, so that a step inside a called process is followed into the matter that called it.
What the form would still say is not known yet: conditions that read it count as not fulfilled.
"""

from __future__ import annotations

from engine.calendar.period import SHANGHAI
from engine.calendar.working import WorkingCalendar
from engine.cases.actor import CaseView as Looking
from engine.errors import ChengbanError
from engine.feel import Environment
from engine.kernel import apply
from engine.kernel.commands import CompleteItem
from engine.kernel.effects import ElementCompleted, ElementEntered, IncidentRaised, ItemOpened
from engine.kernel.net import Net
from processes.desk import Desk


def following(view: Looking, item: str, outcome: str, desk: Desk, net: Net, calendar: WorkingCalendar) -> str:
    """The names of the steps that open, `办结：…` with the end, or what is waited for; the matter's own words where
    the form decides."""
    element = view.state.items[item].element
    told = desk.next_of(element, outcome)
    name = desk.form.step(element).outcome_name
    environment = Environment(now=view.now.astimezone(SHANGHAI), working_calendar=calendar)
    try:
        tried = apply(net, view.state, CompleteItem(item, {name: outcome}), view.now, environment=environment)
    except ChengbanError:
        return told
    effects = tried.effects
    part = view.state.parts.get(item)
    if part is not None and part.kind == "delegate":
        return "交还委派人确认"
    if item in tried.state.rounds:
        return "后加签人员签署"
    if part is not None and part.of in tried.state.signings:
        return "其余人员签署"
    if any(isinstance(effect, IncidentRaised) for effect in effects):
        return told
    opened = [effect.name for effect in effects if isinstance(effect, ItemOpened)]
    if opened:
        return "、".join(dict.fromkeys(opened))
    if tried.state.status != "running":
        ends = [effect for effect in effects if isinstance(effect, ElementCompleted)]
        return f"办结：{desk.name_of(ends[-1].process, ends[-1].element)}" if ends else told
    entered = [
        desk.name_of(each.process, each.element) for each in effects if isinstance(each, ElementEntered)
    ]
    return f"等待：{entered[-1]}" if entered and entered[-1] else told
