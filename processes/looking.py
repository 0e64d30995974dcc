"""From what the engine keeps to what the desk shows. Reads only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from engine.calendar.lights import Light
from engine.calendar.lights import light as light_of
from engine.calendar.period import day_of
from engine.calendar.working import WorkingCalendar
from engine.cases.actor import CaseView as Looking
from engine.cases.projection import FAR
from engine.codec import moment_of
from engine.history.entries import Entry, entries
from engine.model.bpmn import UserTask, nodes_within
from engine.worklist import Row as Listed
from forms.definition import HELD, STATES
from forms.display import shown
from processes import stand_in
from processes.accounts import Account
from processes.authority import USER, directs
from processes.case_powers import powers
from processes.clocks import clock_views, due_on
from processes.corrections import prefilled
from processes.desk import START, Desk
from processes.following import following
from processes.narrative import Line, story, who_did
from processes.settled import filled_in
from processes.standing import ADVICE, standing_of
from processes.step_state import KINDS, StepState, step_state
from processes.trail import trail
from processes.views import (
    CaseView,
    Choice,
    Drawn,
    Fact,
    ItemView,
    MaterialView,
    Open,
    Opinion,
    Place,
    Row,
)

if TYPE_CHECKING:
    from processes.bureau import Bureau

LIGHTS = {"收": "green", "核": "green", "补": "yellow", "缺": "red"}


def inbox_row(
    found: Listed,
    now: datetime,
    calendar: WorkingCalendar,
    names: Mapping[str, str],
    matter_name: str,
    light: Light,
) -> Row:
    """A line of a list: `light` is that of the limit due first; what is left is told in working days."""
    last, left, provisional = urgency(found.due, now, calendar)
    return Row(
        case_id=found.case_id,
        item=found.item,
        element=found.element,
        number=found.number,
        matter=found.matter,
        matter_name=matter_name,
        title=found.title,
        applicant=found.applicant,
        step=found.name,
        status=found.state,
        opened_at=found.opened_at,
        claimed_by=found.claimed_by,
        claimed_name=names.get(found.claimed_by or "", found.claimed_by or ""),
        due=last,
        days_left=left,
        light=light,
        provisional=provisional,
    )


def urgency(
    due: datetime | None, now: datetime, calendar: WorkingCalendar
) -> tuple[date | None, int | None, bool]:
    """Last day, working days left (0 today, negative overdue), whether an unpublished year is in it."""
    if due is None:
        return None, None, False
    last, today = due_on(due), day_of(now)
    left = (
        calendar.working_days_between(today, last)
        if last >= today
        else -max(calendar.working_days_between(last, today), 1)
    )
    return last, left, calendar.provisional(last.year)


def item_view(
    view: Looking, row: Mapping[str, Any], account: Account, desk: Desk, bureau: Bureau
) -> ItemView:
    """The step's page for one who may see it."""
    element, item = row["element"], row["item"]
    journal = list(entries(bureau.store, view.case_id))
    own = stand_in.holders(bureau, account, row)
    told, parts = step_state(bureau, view, row, account, desk, journal, own)
    advises = told.kind in ADVICE
    values = {**view.variables, **view.variables_at(item)}
    settled = filled_in(bureau, view, desk, row)
    values |= {name: value for name, value in settled.items() if values.get(name) is None}
    values |= parts.proposed
    step, net = desk.form.step(element), bureau.cases.executable(view.deployment).net
    may = _may(view, row, own, told) | ({"cancel"} if bureau.may_cancel(account, view) else set())
    targets = _return_targets(view, item, desk) if "return" in may else []
    if not targets:
        may.discard("return")
    shown_step = {name for name, mode in step.modes.items() if mode != "hide"}
    facts = [Fact(label, text) for label, text in _signed(desk, element, parts.signed)] if advises else []
    return ItemView(
        row=_row(view, row, desk, bureau, journal),
        form=None if advises else desk.form,
        step=element,
        values={} if advises else prefilled(
            desk.form,
            element,
            {name: value for name, value in values.items() if name in shown_step or name == "materials"},
        ),
        outcomes=[] if advises else [
            Choice(
                step.outcome_name,
                each.value,
                each.label,
                following(view, item, each.value, desk, net, bureau.cases.calendar),
            )
            for each in step.outcomes
        ],
        materials=_materials(desk, values) if step.materials != "hide" else [],
        clocks=clock_views(desk.limits, view.clocks, view.now, bureau.cases.calendar),
        opinions=_opinions(journal, desk, shown_step, bureau.accounts.names()),
        history=_story(journal, desk, bureau.accounts.names()),
        may=frozenset(may),
        return_targets=targets,
        trail=trail(view, desk, journal, bureau.accounts.names()),
        post=row["post"] or "",
        state=told,
        facts=facts + _facts(desk, view.variables) if advises else (),
    )  # fmt: skip


def _may(view: Looking, row: Mapping[str, Any], own: Sequence[str], told: StepState) -> set[str]:
    """claim | release | complete | sign (an added signer's opinion) | return | annotate."""
    may = {"annotate"}
    if not own:
        return may
    if row["claimed_by"] is not None:
        part = view.state.parts.get(row["item"])
        named = part is not None and part.signer == f"{USER}{row['claimed_by']}"
        if not named and row["item"] not in view.state.rounds:
            may.add("release")
    if told.waits:
        return may
    if row["claimed_by"] is None:
        may.add("claim")
    may.add("sign" if told.kind in ADVICE else "complete")
    return may | ({"return"} & told.allowed)


def _signed(desk: Desk, element: str, values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What the holder put in before those who sign after him."""
    outcome = values.get(f"{element}_outcome")
    told = [("拟办结果", str(outcome))] if outcome else []
    fields = desk.form.fields
    return told + [
        (fields[name].label, shown(fields[name], value))
        for name, value in values.items()
        if name in fields and value is not None and fields[name].kind not in ("table", "file", "geometry")
    ]


def case_view(
    view: Looking, journal: Sequence[Entry], account: Account, desk: Desk, bureau: Bureau
) -> CaseView:
    """The case's page: nothing of a step's form but what the application itself said."""
    row, applied = view.row(), _application(desk)
    names = bureau.accounts.names()
    now, calendar = view.now, bureau.cases.calendar
    items = []
    for item in view.state.items:
        found = view.item(item)
        mine = bool(set(stand_in.holders(bureau, account, found)) - view.state.recused.keys())
        mine = mine and account.user not in view.state.recused
        items.append(
            Open(
                item, found["name"], found["post"] or "", names.get(found["claimed_by"] or "", ""), mine,
                not mine and directs(account, (found["post"] or "").partition("/")[0])
                and "transfer" in standing_of(bureau, view, account, found, ()).allowed,
            )
        )  # fmt: skip
    found_powers = powers(bureau, account, view)
    return CaseView(
        case_id=view.case_id,
        number=view.header["number"],
        matter=desk.matter.id,
        matter_name=desk.matter.name,
        title=view.header["title"],
        applicant=view.header["applicant"],
        status=row["status"],
        started_at=moment_of(row["started_at"]),
        deployment=view.deployment,
        items=items,
        diagrams=_diagrams(view, desk, journal),
        steps=trail(view, desk, journal, names),
        history=_story(journal, desk, names),
        clocks=clock_views(desk.limits, view.clocks, now, calendar),
        data=_facts(desk, view.variables),
        variables={name: value for name, value in view.variables.items() if name in applied},
        may=found_powers.may,
        withdrawable=found_powers.withdrawable,
        powers=found_powers,
    )


def _row(view: Looking, row: Mapping[str, Any], desk: Desk, bureau: Bureau, journal: Iterable[Entry]) -> Row:
    due = None if row["due"] == FAR else moment_of(row["due"])
    last, left, provisional = urgency(due, view.now, bureau.cases.calendar)
    clocks = {one: view.clocks[one] for one in view.clocks if one in desk.limits}
    light = next(
        (
            light_of(clock, desk.limits[one], view.now, bureau.cases.calendar)
            for one, clock in sorted(clocks.items())
            if due is not None and clock.due == due
        ),
        "grey",
    )
    claimed = row["claimed_by"]
    previous = next((f"{e.actor_name}" for e in reversed(list(journal)) if e.command == "CompleteItem"), "")
    return Row(
        case_id=view.case_id, item=row["item"], element=row["element"], number=row["number"], matter=row["matter"],
        matter_name=desk.matter.name, title=row["title"], applicant=row["applicant"], step=row["name"],
        status=row["state"], opened_at=moment_of(row["opened_at"]), claimed_by=claimed,
        claimed_name=bureau.accounts.names().get(claimed, claimed) if claimed else "", due=last, days_left=left,
        light=light, provisional=provisional, previous=previous,
    )  # fmt: skip


def _return_targets(view: Looking, item: str, desk: Desk) -> list[Place]:
    """Steps done before in the item's scope or in one around it, within the same process; nearest first."""
    state = view.state
    token = state.tokens[state.items[item].token]
    found: dict[str, Place] = {}
    while True:
        scope = state.scopes[token.scope]
        for element in reversed(scope.done):
            if (scope.process, element) in desk.steps and element not in found:
                found[element] = Place(element, desk.name_of(scope.process, element))
        if not scope.token or scope.kind == "call":
            return list(found.values())
        token = state.tokens[scope.token]


def _materials(desk: Desk, values: Mapping[str, Any]) -> list[MaterialView]:
    states = values.get("materials")
    held: Mapping[str, Any] = states if isinstance(states, Mapping) else {}
    found = []
    for material in desk.form.materials:
        condition = material.required_when
        needed = material.required or (condition is not None and condition.holds(values))
        state = held.get(material.id)
        if state is None and not needed:
            found.append(MaterialView(material.name, "不需要", "grey", False))
        else:
            mark = str(state or "缺")
            found.append(MaterialView(material.name, STATES[mark], LIGHTS[mark], mark in HELD))
    return found


def _opinions(
    journal: Iterable[Entry], desk: Desk, shown_step: set[str], names: Mapping[str, str]
) -> list[Opinion]:
    """What earlier steps wrote, as far as this step may read it, and what signers said; the latest word of each."""
    opened: dict[str, tuple[str, str]] = {}
    kinds: dict[str, str] = {}
    found: dict[str, Opinion] = {}
    for entry in journal:
        for effect in entry.effects:
            if effect["event"] == "item_opened":
                opened[effect["item"]] = (effect["process"], effect["element"])
            elif effect["event"] == "part_opened":
                kinds[effect["item"]] = effect["kind"]
        if entry.command != "CompleteItem":
            continue
        process, element = opened.get(entry.data["item"], ("", ""))
        values, kind = entry.data.get("values", {}), kinds.get(entry.data["item"], "")
        if kind == "delegate":
            continue  # handed in to the delegator, whose word it becomes
        if kind in ADVICE:
            text = str(values.get("opinion") or "")
        else:
            text = desk.said(element, {name: value for name, value in values.items() if name in shown_step})
        outcome = str(values.get(f"{element}_outcome") or "")
        if text or kind in ADVICE:
            place = entry.data["item"] if kind else element
            found.pop(place, None)
            step = desk.name_of(process, element) + (f"（{KINDS[kind]}）" if kind else "")
            found[place] = Opinion(step, outcome, text, who_did(entry, names), entry.at)
    return list(found.values())


def _story(journal: Iterable[Entry], desk: Desk, names: Mapping[str, str]) -> list[Line]:
    return story(journal, desk.name_of, lambda element, values: "", names)


def _diagrams(view: Looking, desk: Desk, journal: Iterable[Entry]) -> list[Drawn]:
    visited: dict[str, dict[str, None]] = {}
    taken: dict[str, dict[str, None]] = {}
    for entry in journal:
        for effect in entry.effects:
            if effect["event"] == "element_entered":
                visited.setdefault(effect["process"], {})[effect["element"]] = None
            elif effect["event"] == "flow_taken":
                taken.setdefault(effect["process"], {})[effect["flow"]] = None
    current: dict[str, list[str]] = {}
    for process, element in view.state.positions():
        current.setdefault(process, []).append(element)
    order = sorted(desk.diagrams, key=lambda name: (name != desk.matter.process, name not in current, name))
    return [
        Drawn(
            name,
            desk.diagrams[name][0].name,
            desk.diagrams[name][1],
            tuple(current.get(name, ())),
            tuple(visited.get(name, ())),
            tuple(taken.get(name, ())),
        )
        for name in order
        if name == desk.matter.process or name in visited
    ]


def _application(desk: Desk) -> frozenset[str]:
    return frozenset(name for name, mode in desk.form.step(START).modes.items() if mode == "edit")


def _facts(desk: Desk, values: Mapping[str, Any]) -> list[Fact]:
    mine = _application(desk)
    return [
        Fact(field.label, shown(field, values[field.name]))
        for field in desk.form.fields.values()
        if field.name in mine
        and values.get(field.name) is not None
        and field.kind not in ("table", "file", "geometry")
    ]


def user_tasks(desk: Desk) -> list[UserTask]:
    """Every step of every process of the bundle."""
    return [
        node
        for process, _ in desk.diagrams.values()
        for node in nodes_within(process.body)
        if isinstance(node, UserTask)
    ]
