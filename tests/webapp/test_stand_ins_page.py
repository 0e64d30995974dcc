"""代理、AB 角: entered, ended and refused on the page; both names in the history of what a deputy does."""

from __future__ import annotations

import html
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from applications import CLERK, key_in, token_in
from flask.testing import FlaskClient

from engine.store import organisation
from processes import ledger, stand_in
from processes.bureau import Bureau

pytestmark = pytest.mark.slow

CHIEF, COLLEAGUE, STRANGER, LEADER = "sunlei", "lixiaoyan", "liufang", "huanghe"
AWAY = {
    "starts": "2026-09-25T14:00", "ends": "2026-09-28T09:00", "deputy": COLLEAGUE, "_reason": "年休假",
}  # fmt: skip


def send(client: FlaskClient, command: str, **data: Any) -> tuple[int, str]:
    page = client.get("/stand-ins").get_data(as_text=True)
    given = {"csrf_token": token_in(page), "_key": key_in(page), "_command": command, **data}
    answer = client.post("/stand-ins", data=given)
    return answer.status_code, html.unescape(answer.get_data(as_text=True))


def test_an_absence_is_entered_acts_to_the_hour_and_is_ended_early(
    signed: Callable[[str], FlaskClient], bureau: Bureau, clock: Any, case_id: str
) -> None:
    clerk, colleague = signed(CLERK), signed(COLLEAGUE)
    assert send(clerk, "declare", **AWAY, scope=["temporary-land-use"])[0] == 303
    page = html.unescape(clerk.get("/stand-ins").get_data(as_text=True))
    assert "2026-09-25 14:00" in page
    assert "未开始" in page
    clock.now = datetime(2026, 9, 25, 5, 59, tzinfo=UTC)
    assert stand_in.principals(bureau, COLLEAGUE) == {}
    clock.now = datetime(2026, 9, 25, 6, 0, tzinfo=UTC)
    assert stand_in.principals(bureau, COLLEAGUE) == {CLERK: frozenset({"temporary-land-use"})}
    page = html.unescape(colleague.get("/stand-ins").get_data(as_text=True))
    assert "代 张慧" in page
    item = bureau.cases.view(case_id, lambda view: next(iter(view.state.items)))
    bureau.claim(CLERK, case_id, item, key="mine")
    bureau.release(COLLEAGUE, case_id, item, key="for-her")
    assert "李晓燕（代张慧）" in colleague.get(f"/cases/{case_id}").get_data(as_text=True)
    (one,) = stand_in.absences(bureau, CLERK)
    name = f"{CLERK}|2026-09-25T06:00:00.000000Z"
    assert send(colleague, "end", absence=name)[0] == 403
    for _ in range(2):  # pressed twice
        assert send(clerk, "end", absence=name)[0] == 303
    assert stand_in.principals(bureau, COLLEAGUE) == {}
    assert "已结束" in clerk.get("/stand-ins").get_data(as_text=True)
    assert send(clerk, "end", absence=f"{CLERK}|never")[0] == 404
    assert one.by == CLERK


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"ends": "2026-09-25T14:00"}, "须晚于"),
        ({"starts": "2026-09-24T14:00"}, "不能早于今天"),
        ({"starts": "2026-09-25T08:00", "ends": "2026-09-25T09:00"}, "已经过去"),
        ({"starts": "soon"}, "2026-09-25 14:00"),
        ({"deputy": CLERK}, "不能是本人"),
        ({"deputy": ""}, "须指定代理人"),
        ({"_reason": " "}, "事由"),
    ],
    ids=["ends-first", "yesterday", "past", "no-date", "himself", "nobody", "no-reason"],
)
def test_what_cannot_be_is_said_beside_its_field_and_nothing_typed_is_lost(
    signed: Callable[[str], FlaskClient], bureau: Bureau, change: dict[str, str], said: str
) -> None:
    status, page = send(signed(CLERK), "declare", **{**AWAY, **change})
    assert (status, said in page) == (422, True)
    assert f'value="{ {**AWAY, **change}["ends"] }"' in page
    assert stand_in.absences(bureau, CLERK) == []


def test_times_do_not_overlap_and_a_deputy_is_there_himself(
    signed: Callable[[str], FlaskClient], bureau: Bureau
) -> None:
    clerk, colleague = signed(CLERK), signed(COLLEAGUE)
    for _ in range(2):  # the same again is no harm
        assert send(clerk, "declare", **AWAY)[0] == 303
    assert len(stand_in.absences(bureau, CLERK)) == 1
    status, page = send(
        clerk, "declare", **{**AWAY, "starts": "2026-09-27T09:00", "ends": "2026-09-30T09:00"}
    )
    assert (status, "时间重叠" in page) == (422, True)
    status, page = send(colleague, "declare", **{**AWAY, "deputy": CLERK})
    assert (status, "张慧自己在此期间不在岗" in page) == (422, True)
    assert send(colleague, "declare", **{**AWAY, "deputy": CHIEF})[0] == 303
    assert "须另行安排：张慧" in colleague.get("/stand-ins").get_data(as_text=True)


def test_two_scopes_from_the_same_hour_have_a_deputy_each(
    signed: Callable[[str], FlaskClient], bureau: Bureau
) -> None:
    clerk = signed(CLERK)
    first, second = (matter.id for matter in bureau.matters()[:2])
    assert send(clerk, "declare", **AWAY, scope=[first])[0] == 303
    assert send(clerk, "declare", **{**AWAY, "deputy": CHIEF}, scope=[second])[0] == 303
    assert len(stand_in.absences(bureau, CLERK)) == 2


def test_a_chief_enters_for_his_people_and_nobody_else_does(
    signed: Callable[[str], FlaskClient], bureau: Bureau
) -> None:
    assert send(signed(STRANGER), "declare", **AWAY, person=CLERK)[0] == 403
    chief = signed(CHIEF)
    assert send(chief, "declare", **AWAY, person=CLERK)[0] == 303
    (one,) = stand_in.absences(bureau, CLERK)
    assert (one.by, one.deputy) == (CHIEF, COLLEAGUE)
    assert "所管人员的离岗登记" in chief.get("/stand-ins").get_data(as_text=True)
    assert 'name="person"' not in signed(STRANGER).get("/stand-ins").get_data(as_text=True)


def test_pairs_are_named_by_the_chief_and_stand_in_where_nobody_is_named(
    signed: Callable[[str], FlaskClient], bureau: Bureau, clock: Any
) -> None:
    clerk, chief = signed(CLERK), signed(CHIEF)
    assert send(clerk, "pair", person=CLERK, partner=COLLEAGUE)[0] == 403
    status, page = send(chief, "pair", person=CLERK, partner=CLERK)
    assert (status, "同一人" in page) == (422, True)
    assert send(chief, "pair", person=CLERK, partner="nobody")[0] == 422
    assert send(chief, "pair", person=CLERK, partner=COLLEAGUE)[0] == 303
    assert "李晓燕" in clerk.get("/stand-ins").get_data(as_text=True)
    assert send(clerk, "declare", **{**AWAY, "deputy": ""})[0] == 303
    clock.now = datetime(2026, 9, 25, 7, tzinfo=UTC)
    assert stand_in.principals(bureau, COLLEAGUE) == {CLERK: frozenset()}
    assert send(chief, "pair", person=CLERK, partner="")[0] == 303
    assert stand_in.partners(bureau) == {}


def test_absences_and_pairs_stand_in_the_ledger_of_the_organisation(
    signed: Callable[[str], FlaskClient], bureau: Bureau
) -> None:
    chief = signed(CHIEF)
    for _ in range(2):  # the second changes nothing
        send(chief, "pair", person=CLERK, partner=COLLEAGUE)
    send(chief, "declare", **{**AWAY, "deputy": ""}, person=CLERK)
    send(chief, "end", absence=f"{CLERK}|2026-09-25T06:00:00.000000Z")
    with bureau.store.reading() as transaction:
        rows = transaction.all(
            organisation.entries, {"before_ordinal": ledger.LAST, "of_subject": CLERK, "limit": 9}
        )
    kept = [(row[4], row[2], json.loads(row[7]), json.loads(row[8]), row[9]) for row in rows]
    away = {"开始": "2026-09-25 14:00", "结束": "2026-09-28 09:00", "代理人": "AB 角", "事项": "全部"}
    assert kept == [
        ("absence_ended", CHIEF, away, {**away, "结束": "2026-09-25 10:00"}, "年休假"),
        ("absence_entered", CHIEF, {}, away, "年休假"),
        ("partner_named", CHIEF, {}, {"B 角": "李晓燕"}, ""),
    ]


def test_an_odd_command_is_refused(signed: Callable[[str], FlaskClient]) -> None:
    assert send(signed(CLERK), "burn")[0] == 400
    assert send(signed(CLERK), "end", _key="x")[0] == 400
