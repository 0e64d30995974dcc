"""收件凭证: what the counter hands back for the papers it has taken in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from engine.calendar.period import day_of
from engine.cases import reception
from engine.cases.actor import CaseView as Looking
from engine.codec import moment_of
from engine.errors import NotPermitted
from engine.history.entries import entries
from forms.definition import HELD, STATES
from processes.attachments import MATERIALS, File, readable
from processes.clocks import ClockView, clock_views

if TYPE_CHECKING:
    from processes.bureau import Bureau


class Paper(NamedTuple):
    """`state` in words; `files` are those that stand."""

    name: str
    copies: int
    state: str
    held: bool
    files: Sequence[File]


@dataclass(frozen=True)
class Receipt:
    """`received_on` and the clocks' dates are days in Asia/Shanghai; `code` opens the progress page."""

    case_id: str
    number: str
    code: str
    matter: str
    section: str
    applicant: str
    title: str
    received_on: date
    received_by: str
    papers: Sequence[Paper]
    clocks: Sequence[ClockView]


def may_print(bureau: Bureau, user: str, case_id: str) -> bool:
    """Whoever receives the matter, or began the case."""
    return bureau.cases.view(case_id, lambda view: _may_print(bureau, user, view))


def _may_print(bureau: Bureau, user: str, view: Looking) -> bool:
    matter = bureau.desk(view.deployment).matter
    return view.row()["started_by"] == user or not bureau.person(user).may_act_as.isdisjoint(matter.posts)


def receipt(bureau: Bureau, user: str, case_id: str) -> Receipt:
    """For whoever receives the matter, or began the case. Raises NotFound, NotPermitted."""

    def look(view: Looking) -> Receipt:
        desk, row = bureau.desk(view.deployment), view.row()
        if not _may_print(bureau, user, view):
            raise NotPermitted("收件凭证由收件岗位打印")
        first = next(iter(entries(bureau.store, case_id)))
        given = first.data.get("values", {})
        states = given.get("materials")
        held: Mapping[str, str] = states if isinstance(states, Mapping) else {}
        there = [one for one in readable(bureau, user, case_id) if one.removed_at is None]
        papers = []
        for material in desk.form.materials:
            state = held.get(material.id)
            mine = tuple(one for one in there if one.field == MATERIALS + material.id)
            if state is None and not mine and not material.needed(given):
                continue
            told = STATES.get(str(state), "未登记") if state or not mine else "已收"
            papers.append(
                Paper(material.name, material.copies, told, state in HELD or (not state and bool(mine)), mine)
            )
        received = given.get("received_on")
        return Receipt(
            case_id=case_id,
            number=view.header["number"],
            code="",
            matter=desk.matter.name,
            section=desk.matter.section,
            applicant=view.header["applicant"],
            title=view.header["title"],
            received_on=received if isinstance(received, date) else day_of(moment_of(row["started_at"])),
            received_by=first.actor_name or first.actor,
            papers=papers,
            clocks=[
                one
                for one in clock_views(desk.limits, view.clocks, view.now, bureau.cases.calendar)
                if one.status == "running"
            ],
        )

    found = bureau.cases.view(case_id, look)
    code = reception.code_of(bureau.cases, case_id)
    return replace(found, code=f"{code[:4]}-{code[4:]}")
