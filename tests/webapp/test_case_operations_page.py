"""What is done with a whole case on its page: offered to whom it is allowed, refused to everybody else by the server."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import pytest
from applications import CLERK, key_in, token_in
from flask.testing import FlaskClient

from engine import history
from processes import messages
from processes.bureau import Bureau

pytestmark = pytest.mark.slow

HANDLER, CHIEF, LEADER, STRANGER = "wangjian", "chenwei", "huanghe", "songping"
ACCEPTED = {
    "accept_outcome": "齐全且属本级权限", "told_on": "2026-09-25", "acceptance_doc_no": "受理〔2026〕1号",
}  # fmt: skip


@pytest.fixture
def accepted(bureau: Bureau, case_id: str, item: str) -> str:
    """A case whose next step waits at the post of the handlers."""
    bureau.complete(CLERK, case_id, item, ACCEPTED, key="accepted")
    return case_id


def operations_on(page: str) -> set[str]:
    return set(re.findall(r'name="_command" value="([a-z]+)"', page))


def send(client: FlaskClient, case_id: str, command: str, **data: str | list[str]) -> tuple[int, str]:
    page = client.get(f"/cases/{case_id}").get_data(as_text=True)
    key = key_in(page) if 'name="_key"' in page else "a-key-of-a-forger"
    token = token_in(page if "csrf_token" in page else client.get("/inbox").get_data(as_text=True))
    given = {"csrf_token": token, "_key": f"{key}-x", "_command": command, **data}
    answer = client.post(f"/cases/{case_id}/operations", data=given)
    return answer.status_code, html.unescape(answer.get_data(as_text=True))


def told(bureau: Bureau, user: str) -> list[tuple[str, str, str]]:
    return [(one.warning, one.by, one.text) for one in messages.messages(bureau, user)[0]]


def first_item(bureau: Bureau, case_id: str) -> str:
    return bureau.cases.view(case_id, lambda view: next(iter(view.state.items)))


def test_the_page_offers_each_person_what_that_person_may_do(
    signed: Callable[[str], FlaskClient], accepted: str
) -> None:
    offered = {
        user: operations_on(signed(user).get(f"/cases/{accepted}").get_data(as_text=True))
        & {"annotate", "copy", "urge", "supervise", "suspend", "resume", "recuse", "cancel", "withdraw"}
        for user in (CLERK, HANDLER, CHIEF, LEADER, STRANGER)
    }
    assert offered == {
        CLERK: {"annotate", "copy", "urge", "recuse", "cancel"},
        HANDLER: {"annotate", "copy", "urge", "recuse"},
        CHIEF: {"annotate", "copy", "urge", "recuse", "suspend"},
        LEADER: {"annotate", "copy", "urge", "recuse", "suspend", "supervise"},
        STRANGER: set(),
    }


@pytest.mark.parametrize("command", ["copy", "urge", "supervise", "suspend", "resume", "recuse"])
def test_who_has_nothing_to_do_with_the_case_is_refused_and_nothing_is_written(
    signed: Callable[[str], FlaskClient], bureau: Bureau, accepted: str, command: str
) -> None:
    before = len(list(history.entries(bureau.store, accepted)))
    data = {"to": ["caixia"], "item": first_item(bureau, accepted), "person": HANDLER, "_reason": "试试"}
    assert send(signed(STRANGER), accepted, command, **data)[0] == 403
    assert len(list(history.entries(bureau.store, accepted))) == before


def test_a_case_is_copied_to_people_and_posts_and_stands_in_their_list(
    signed: Callable[[str], FlaskClient], bureau: Bureau, accepted: str
) -> None:
    handler = signed(HANDLER)
    status, page = send(handler, accepted, "copy", _reason="请阅知")
    assert (status, "请选择抄送给谁" in page, ">请阅知</textarea>" in page) == (422, True, True)
    assert send(handler, accepted, "copy", to=["caixia", "耕地保护监督科/科长"], _reason="请阅知")[0] == 303
    for reader in ("caixia", "gaopeng"):
        (one,) = messages.copies(bureau, reader)[0]
        assert (one.case_id, one.by, one.text) == (accepted, HANDLER, "请阅知")
    assert "抄送蔡霞、耕地保护监督科/科长" in handler.get(f"/cases/{accepted}").get_data(as_text=True)


def test_an_open_step_is_urged_and_its_post_hears_of_it(
    signed: Callable[[str], FlaskClient], bureau: Bureau, accepted: str
) -> None:
    clerk, item = signed(CLERK), first_item(bureau, accepted)
    assert send(clerk, accepted, "urge", _reason="请尽快")[0] == 422
    assert send(clerk, accepted, "urge", item=item)[0] == 422
    assert send(clerk, accepted, "urge", item=item, _reason="请尽快")[0] == 303
    assert ("urge", CLERK) in [one[:2] for one in told(bureau, HANDLER)]
    bureau.claim(HANDLER, accepted, item, key="mine")
    status, page = send(signed(HANDLER), accepted, "urge", item=item, _reason="自己")
    assert (status, "本人" in page) == (409, True)


def test_a_supervision_is_ordered_answered_and_closed(
    signed: Callable[[str], FlaskClient], bureau: Bureau, accepted: str
) -> None:
    leader, handler = signed(LEADER), signed(HANDLER)
    status, page = send(leader, accepted, "supervise", _reason="限期办结", until="2026-09-24")
    assert (status, "不能早于今天" in page, 'value="2026-09-24"' in page) == (422, True, True)
    assert send(leader, accepted, "supervise", _reason="限期办结", until="2026-09-30")[0] == 303
    (order,) = bureau.case(LEADER, accepted).powers.orders
    number = str(order.seq)
    assert "answer" in operations_on(handler.get(f"/cases/{accepted}").get_data(as_text=True))
    assert send(signed(STRANGER), accepted, "answer", order=number, _reason="代答")[0] == 403
    assert send(handler, accepted, "answer", order=number)[0] == 422
    assert send(handler, accepted, "answer", order=number, _reason="本周踏勘")[0] == 303
    assert ("answer", HANDLER, "督办反馈：本周踏勘") in told(bureau, LEADER)
    assert send(handler, accepted, "close", order=number)[0] == 403
    assert send(leader, accepted, "close", order="99")[0] == 404
    assert send(leader, accepted, "close", order=number, _reason="可")[0] == 303
    assert send(handler, accepted, "answer", order=number, _reason="晚了")[0] == 409
    page = handler.get(f"/cases/{accepted}").get_data(as_text=True)
    assert "已办结" in page
    assert "本周踏勘" in page
    assert history.replay(bureau.cases, accepted) is None


def test_a_suspended_case_says_that_its_clocks_run_on_and_stops_those_that_the_law_lets_stop(
    signed: Callable[[str], FlaskClient], bureau: Bureau, accepted: str
) -> None:
    chief = signed(CHIEF)
    assert send(chief, accepted, "suspend")[0] == 422
    wrong = {"_reason": "等待评审", "ground-decide": "专家评审", "on": "2026-09-25"}
    status, page = send(chief, accepted, "suspend", **wrong)
    assert (status, "告知申请人的文书文号" in page) == (422, True)
    assert "办件已挂起" not in page
    assert send(chief, accepted, "suspend", **wrong, **{"notice-decide": "告知〔2026〕3号"})[0] == 303
    assert send(chief, accepted, "suspend", _reason="再来")[0] == 409
    page = chief.get(f"/cases/{accepted}").get_data(as_text=True)
    assert "办件已挂起" in page
    clocks = bureau.cases.view(accepted, lambda view: view.clocks["decide"].state)
    assert clocks == "suspended"
    again = {"_reason": "评审结束", "ground-decide": "专家评审", "on": "2026-09-25"}
    assert send(signed(HANDLER), accepted, "resume", **again)[0] == 403
    assert send(chief, accepted, "resume", **again)[0] == 303
    assert bureau.cases.view(accepted, lambda view: view.clocks["decide"].state) == "running"
    assert "办件已挂起" not in chief.get(f"/cases/{accepted}").get_data(as_text=True)


def test_a_suspension_alone_names_the_clocks_that_go_on(
    signed: Callable[[str], FlaskClient], accepted: str
) -> None:
    chief = signed(CHIEF)
    assert send(chief, accepted, "suspend", _reason="等待诉讼")[0] == 303
    page = chief.get(f"/cases/{accepted}").get_data(as_text=True)
    assert re.search(
        r"挂起不停止法定期限：[^<]*作出决定[^<]*照常计算|挂起不停止法定期限：[^<]+照常计算", page
    )


def test_who_is_recused_does_no_more_and_the_page_says_so(
    signed: Callable[[str], FlaskClient], bureau: Bureau, accepted: str
) -> None:
    chief, item = signed(CHIEF), first_item(bureau, accepted)
    bureau.claim(HANDLER, accepted, item, key="mine")
    assert send(chief, accepted, "recuse", _reason="近亲属")[0] == 422
    assert send(chief, accepted, "recuse", person="caixia", _reason="近亲属")[0] == 403
    assert send(chief, accepted, "recuse", person=HANDLER, _reason="近亲属")[0] == 303
    page = signed(HANDLER).get(f"/cases/{accepted}").get_data(as_text=True)
    assert "王建国 已回避：近亲属" in page
    assert "办理：" not in page
    assert bureau.cases.view(accepted, lambda view: view.item(item))["claimed_by"] is None


SEEN = {
    "survey_on": "2026-09-25", "surveyor_1": "甲", "surveyor_2": "乙", "site_opinion": "一致", "survey_outcome": "完成踏勘",
}  # fmt: skip


def test_a_completion_is_offered_for_withdrawal_until_somebody_signs_for_what_followed(
    signed: Callable[[str], FlaskClient], bureau: Bureau, accepted: str
) -> None:
    bureau.complete(HANDLER, accepted, first_item(bureau, accepted), SEEN, key="seen")
    handler = signed(HANDLER)
    page = html.unescape(handler.get(f"/cases/{accepted}").get_data(as_text=True))
    assert re.search(r"在“[^”]+”（[^）]+）.*签收之前可以撤回", page)
    assert "withdraw" not in operations_on(signed("zhaomin").get(f"/cases/{accepted}").get_data(as_text=True))
    for item, held in bureau.cases.view(accepted, lambda view: dict(view.state.items)).items():
        post = bureau.cases.view(accepted, lambda view, item=item: view.item(item))["post"]
        assert held.user is None
        next_one = next(one for one in bureau.accounts.names() if post in bureau.person(one).may_act_as)
        bureau.claim(next_one, accepted, item, key=f"claim-{item}")
    assert "withdraw" not in operations_on(handler.get(f"/cases/{accepted}").get_data(as_text=True))


def test_the_same_key_copies_once(
    signed: Callable[[str], FlaskClient], bureau: Bureau, accepted: str
) -> None:
    handler = signed(HANDLER)
    page = handler.get(f"/cases/{accepted}").get_data(as_text=True)
    data = {"csrf_token": token_in(page), "_key": "one-key-for-both", "_command": "copy", "to": ["caixia"]}
    for _ in range(2):
        assert handler.post(f"/cases/{accepted}/operations", data=data).status_code == 303
    assert len(messages.copies(bureau, "caixia")[0]) == 1
    assert handler.post(f"/cases/{accepted}/operations", data={**data, "_command": "burn"}).status_code == 400


def test_an_ended_case_is_copied_and_annotated_but_nothing_else(
    signed: Callable[[str], FlaskClient], bureau: Bureau, accepted: str
) -> None:
    bureau.cancel(CLERK, accepted, "申请人撤回", key="cancelled")
    leader = signed(LEADER)
    offered = operations_on(leader.get(f"/cases/{accepted}").get_data(as_text=True))
    assert offered & {"annotate", "copy", "urge", "supervise", "suspend", "recuse"} == {"annotate", "copy"}
    assert send(leader, accepted, "supervise", _reason="太晚")[0] == 409
    assert send(leader, accepted, "copy", to=["caixia"])[0] == 303
