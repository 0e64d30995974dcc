"""离职交接 on the page: looked at, begun once, worked through by the ticker, watched, with what could not go over."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from applications import APPLICATION, CLERK, HANDED_IN, key_in, token_in
from flask.testing import FlaskClient

from engine import history
from engine.kernel.commands import ClaimItem
from processes import case_operations, handing_over
from processes.bureau import Bureau
from processes.stand_in import Actor

pytestmark = pytest.mark.slow

CHIEF, HEIR, STRANGER, LEADER = "sunlei", "lixiaoyan", "liufang", "huanghe"


@pytest.fixture
def held(bureau: Bureau) -> list[str]:
    """Three applications on the desk of the clerk."""
    cases = []
    for number in range(3):
        data = {**APPLICATION, "materials": HANDED_IN, "project_name": f"便道 {number}"}
        case_id = str(bureau.start(CLERK, "temporary-land-use", data, key=f"r{number}").case_id)
        item = bureau.cases.view(case_id, lambda view: next(iter(view.state.items)))
        bureau.claim(CLERK, case_id, item, key=f"c{number}")
        cases.append(case_id)
    return cases


def begin(client: FlaskClient, **data: Any) -> tuple[int, str, str]:
    page = client.get(f"/hand-overs?person={data.get('person', CLERK)}").get_data(as_text=True)
    key = key_in(page) if 'name="_key"' in page else "a-key-of-a-forger"
    answer = client.post("/hand-overs", data={"csrf_token": token_in(page), "_key": key, **data})
    return (
        answer.status_code,
        html.unescape(answer.get_data(as_text=True)),
        answer.headers.get("Location", ""),
    )


def test_a_desk_is_looked_at_handed_over_in_the_background_and_watched(
    signed: Callable[[str], FlaskClient], bureau: Bureau, held: list[str]
) -> None:
    chief = signed(CHIEF)
    page = html.unescape(chief.get(f"/hand-overs?person={CLERK}").get_data(as_text=True))
    assert re.search(r"受理审查.*?>3</td>", page, re.DOTALL)
    status, _, where = begin(chief, person=CLERK, to=HEIR, _reason="调离")
    assert status == 303
    page = chief.get(where).get_data(as_text=True)
    assert ("进行中" in page, 'http-equiv="refresh"' in page, "hx-trigger" in page) == (True, True, True)
    assert bureau.counts(CLERK)["todo"] == 3
    status, again, _ = begin(chief, person=CLERK, to=HEIR, _reason="调离")
    assert (status, "正在进行" in again) == (409, True)
    bureau.tick()
    page = chief.get(where).get_data(as_text=True)
    assert ("已完成" in page, "refresh" in page, "hx-trigger" in page) == (True, False, False)
    assert (bureau.counts(CLERK)["todo"], bureau.counts(HEIR)["todo"]) == (0, 3)
    entry = list(history.entries(bureau.store, held[0]))[-1]
    assert (entry.command, entry.actor, entry.data["reason"]) == ("TransferItem", CHIEF, "调离")
    assert "张慧 → 李晓燕" in chief.get("/hand-overs").get_data(as_text=True)


def test_who_does_not_direct_a_person_hands_nothing_over_and_sees_nothing(
    signed: Callable[[str], FlaskClient], bureau: Bureau, held: list[str]
) -> None:
    stranger = signed(STRANGER)
    assert stranger.get("/hand-overs").status_code == 403
    assert stranger.get(f"/hand-overs?person={CLERK}").status_code == 403
    token = token_in(stranger.get("/stand-ins").get_data(as_text=True))
    data = {"csrf_token": token, "_key": "a-key-of-a-forger", "person": CLERK, "to": HEIR, "_reason": "x"}
    assert stranger.post("/hand-overs", data=data).status_code == 403
    where = begin(signed(CHIEF), person=CLERK, to=HEIR, _reason="调离")[2]
    assert stranger.get(where).status_code == 403
    assert signed(LEADER).get(where).status_code == 200
    assert signed(CHIEF).get("/hand-overs/nothing").status_code == 404
    assert signed("chenwei").get(f"/hand-overs?person={CLERK}").status_code == 403


def test_what_is_missing_is_said_and_what_was_chosen_stays(
    signed: Callable[[str], FlaskClient], bureau: Bureau, held: list[str]
) -> None:
    chief = signed(CHIEF)
    for data, said in (
        ({"to": HEIR}, "理由"), ({"_reason": "调离"}, "请选择接手人"), ({"to": CLERK, "_reason": "调离"}, "本人"),
        ({"to": "nobody", "_reason": "调离"}, "没有人员"),
    ):  # fmt: skip
        status, page, _ = begin(chief, person=CLERK, **data)
        assert (status, said in page) == (422, True)
        if data.get("to") == HEIR:
            assert f'<option value="{HEIR}" selected>' in page
    assert begin(chief, person="lixiaoyan", to=CLERK, _reason="没有待办")[0] == 409
    assert bureau.counts(CLERK)["todo"] == 3


def test_a_step_may_go_to_another_successor_and_what_nobody_may_take_is_told(
    signed: Callable[[str], FlaskClient], bureau: Bureau, held: list[str]
) -> None:
    chief = signed(CHIEF)
    case_operations.recuse(bureau, CHIEF, held[1], HEIR, "近亲属")
    where = begin(chief, person=CLERK, **{"to-temporary-land-use|accept": HEIR}, _reason="调离")[2]
    bureau.tick()
    page = chief.get(where).get_data(as_text=True)
    assert ("有未成功" in page, f"/cases/{held[1]}" in page, "应当回避" in page) == (True, True, True)
    assert (bureau.counts(CLERK)["todo"], bureau.counts(HEIR)["todo"]) == (1, 2)


def test_a_thousand_items_go_over_slice_by_slice_while_the_page_says_how_far(
    signed: Callable[[str], FlaskClient], bureau: Bureau, case_id: str, item: str
) -> None:
    values = bureau.cases.view(case_id, lambda view: dict(view.variables))
    deployment, actor = bureau.cases.newest("temporary_land_use"), Actor(CLERK)
    for _ in range(999):
        begun = bureau.cases.start(
            "temporary_land_use",
            values,
            actor=actor,
            deployment=deployment,
            header={"matter": "temporary-land-use"},
        )
        bureau.cases.submit(begun.case_id, ClaimItem(item, CLERK), actor=actor)
    chief = signed(CHIEF)
    status, _, where = begin(chief, person=CLERK, to=HEIR, _reason="退休")
    assert status == 303
    told = []
    while not handing_over.progress(bureau, CHIEF, where.rpartition("/")[2]).ended_at:
        assert handing_over.work(bureau) <= handing_over.SLICE
        found = re.search(r'已交接 <b class="nums">([\d,]+)</b>', chief.get(where).get_data(as_text=True))
        assert found
        told.append(int(found[1].replace(",", "")))
    assert told == [min(50 * number, 1000) for number in range(1, 22)]
    assert (bureau.counts(CLERK)["todo"], bureau.counts(HEIR)["todo"]) == (0, 1000)
    assert handing_over.work(bureau) == 0
