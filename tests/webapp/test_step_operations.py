"""转办、委派、加签、减签、签署、退回、撤回、催办 by the forms of a step's page, with what each is refused for."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from applications import CLERK, sign_in, token_in
from flask.testing import FlaskClient
from lxml import html

from processes import case_operations, operations, stand_in
from processes.bureau import Bureau

pytestmark = pytest.mark.slow

COLLEAGUE, LAWYER, LEADER = "lixiaoyan", "luozheng", "huanghe"
HANDLER, SECOND, CHIEF = "wangjian", "zhaomin", "chenwei"
ACCEPTED = {
    "accept_outcome": "齐全且属本级权限",
    "told_on": "2026-09-25",
    "acceptance_doc_no": "受理〔2026〕1号",
}
SURVEYED = {"survey_outcome": "完成踏勘", "survey_on": "2026-09-25", "surveyor_1": "甲", "surveyor_2": "乙", "site_opinion": "一致"}  # fmt: skip
Signed = Callable[[str], FlaskClient]


def at(case_id: str, item: str) -> str:
    return f"/cases/{case_id}/items/{item}"


def shown(client: FlaskClient, address: str, status: int = 200) -> html.HtmlElement:
    answer = client.get(address)
    assert answer.status_code == status, answer.get_data(as_text=True)[:400]
    return html.fromstring(answer.get_data(as_text=True))


def offered(page: html.HtmlElement) -> set[str]:
    return set(page.xpath("//button[@name='_command']/@value"))


def send(
    client: FlaskClient, address: str, command: str, key: str = "", **data: str
) -> tuple[int, html.HtmlElement | None]:
    """A command as its own form on the page would send it."""
    page = client.get("/messages").get_data(as_text=True)
    hidden = {
        "csrf_token": token_in(page),
        "_key": key or f"key-of-{command}-{len(data)}",
        "_command": command,
    }
    answer = client.post(address, data={**hidden, **data})
    text = answer.get_data(as_text=True)
    return answer.status_code, html.fromstring(text) if text else None


def text(page: html.HtmlElement | None) -> str:
    assert page is not None
    return re.sub(r"\s+", " ", page.text_content())


def beside(page: html.HtmlElement | None, field: str) -> str:
    """What is said to be wrong with a field."""
    assert page is not None
    (control,) = page.xpath(f"//*[@id='{field}']")
    assert control.get("aria-invalid") == "true"
    return " ".join(
        page.get_element_by_id(one).text_content()
        for one in control.get("aria-describedby").split()
        if one.endswith("-error")
    )


def open_items(bureau: Bureau, case_id: str) -> dict[str, str]:
    return bureau.cases.view(
        case_id, lambda view: {item: held.element for item, held in view.state.items.items()}
    )


def surveyed(bureau: Bureau, case_id: str, item: str) -> str:
    """The case at 现场踏勘, claimed by its handler; the work item."""
    bureau.complete(CLERK, case_id, item, ACCEPTED, key="accepted")
    (survey,) = open_items(bureau, case_id)
    bureau.claim(HANDLER, case_id, survey, key="claim-survey")
    return survey


def test_a_step_offers_what_its_matter_allows_and_nothing_else(
    signed: Signed, clerk: FlaskClient, bureau: Bureau, case_id: str, item: str
) -> None:
    page = shown(clerk, at(case_id, item))
    everything = {"transfer", "delegate", "add_before", "add_after", "release"}
    assert everything <= offered(page)
    assert {"return", "add_signer", "remove_signer", "urge", "sign"}.isdisjoint(offered(page))
    assert page.xpath("//datalist[@id='near-list']/option/@value")[0] == "李晓燕（lixiaoyan）"
    assert "王建国（wangjian）" not in page.xpath("//datalist[@id='near-list']/option/@value")
    assert "王建国（wangjian）" in page.xpath("//datalist[@id='far-list']/option/@value")
    survey = surveyed(bureau, case_id, item)
    bureau.complete(HANDLER, case_id, survey, SURVEYED, key="surveyed")
    opinion = next(iter(open_items(bureau, case_id)))
    holder = bureau.cases.view(case_id, lambda view: view.item(opinion))["post"]
    assert {"return"} <= offered(shown(signed(person_of(bureau, holder)), at(case_id, opinion)))


def person_of(bureau: Bureau, post: str) -> str:
    return next(user for user in bureau.organisation.people if post in bureau.person(user).may_act_as)


def test_a_step_is_transferred_by_name_and_gone_from_the_desk(
    clerk: FlaskClient, bureau: Bureau, case_id: str, item: str
) -> None:
    status, _ = send(clerk, at(case_id, item), "transfer", to="李晓燕", _reason="出差")
    assert status == 303
    assert [row.item for row in bureau.inbox(COLLEAGUE).rows] == [item]
    assert bureau.case(CLERK, case_id).history[-1].sentence == "将“受理审查”转办给李晓燕"
    again, _ = send(clerk, at(case_id, item), "transfer", to="李晓燕", _reason="出差")
    assert again == 303  # the same form sent twice


@pytest.mark.parametrize(
    ("to", "reason", "status", "field", "said"),
    [
        ("", "出差", 422, "transfer-to", "请指明人员或者岗位"),
        ("没有此人", "出差", 422, "transfer-to", "没有人员“没有此人”"),
        ("行政审批科/局长", "出差", 422, "transfer-to", "没有岗位“行政审批科/局长”"),
        ("李晓燕", "", 422, "transfer-reason", "请写明理由"),
        ("王建国", "出差", 403, "", "只能交给行政审批科的人员"),
        ("张慧", "出差", 409, "", "不能交给本人"),
    ],
    ids=["nobody", "unknown", "no-post", "no-reason", "elsewhere", "himself"],
)
def test_a_transfer_that_is_refused_says_why_beside_the_field_and_keeps_what_was_typed(
    clerk: FlaskClient, bureau: Bureau, case_id: str, item: str, to: str, reason: str, status: int, field: str, said: str
) -> None:  # fmt: skip
    got, page = send(clerk, at(case_id, item), "transfer", to=to, _reason=reason)
    assert got == status
    assert said in (beside(page, field) if field else text(page))
    assert page is not None
    (fold,) = page.xpath("//details[@id='do-transfer']")
    assert fold.get("open") is not None
    assert fold.xpath(".//input[@name='to']/@value") == ([to] if to else [""])
    assert fold.xpath(".//textarea")[0].text_content().strip() == reason
    assert list(open_items(bureau, case_id)) == [item]


def test_a_draft_survives_a_refused_operation(
    clerk: FlaskClient, bureau: Bureau, case_id: str, item: str
) -> None:
    send(clerk, at(case_id, item), "draft", told_on="2026-09-25", acceptance_doc_no="受理〔2026〕77号")
    _, page = send(clerk, at(case_id, item), "delegate", to="", _reason="")
    assert page is not None
    assert page.xpath("//input[@name='acceptance_doc_no']/@value") == ["受理〔2026〕77号"]
    send(clerk, at(case_id, item), "add_after", to="罗正", _reason="涉法")
    kept = shown(clerk, at(case_id, item))
    assert kept.xpath("//input[@name='acceptance_doc_no']/@value") == ["受理〔2026〕77号"]


def test_a_delegate_hands_in_and_the_delegator_confirms(
    signed: Signed, clerk: FlaskClient, bureau: Bureau, case_id: str, item: str
) -> None:
    status, _ = send(clerk, at(case_id, item), "delegate", to="李晓燕（lixiaoyan）", _reason="请代为核对")
    assert status == 303
    waiting = shown(clerk, at(case_id, item))
    assert "已委派李晓燕办理" in text(waiting)
    assert not waiting.xpath("//button[contains(@class, 'outcome')]")
    assert {"remove_signer", "urge"} <= offered(waiting)
    assert {"delegate", "add_before", "release"}.isdisjoint(offered(waiting))
    refused, _ = send(clerk, at(case_id, item), "delegate", to="李晓燕", _reason="再来", key="again-key-1")
    assert refused == 409
    part = next(one for one in open_items(bureau, case_id) if one != item)
    helper = signed(COLLEAGUE)
    page = shown(helper, at(case_id, part))
    assert "张慧委派您办理，办结后交还：请代为核对" in text(page)
    assert "交还委派人确认" in text(page)
    assert send(helper, at(case_id, part), "complete", **ACCEPTED)[0] == 303
    back = shown(clerk, at(case_id, item))
    assert "受委派人已办完，建议：齐全且属本级权限" in text(back)
    assert back.xpath("//input[@name='acceptance_doc_no']/@value") == ["受理〔2026〕1号"]
    assert send(clerk, at(case_id, item), "complete", **ACCEPTED)[0] == 303
    told = [line.sentence for line in bureau.case(CLERK, case_id).history]
    assert "办完受委派的“受理审查”，交还委派人：齐全且属本级权限" in told


def test_signers_before_give_their_opinions_and_may_be_dropped_again(
    signed: Signed, clerk: FlaskClient, bureau: Bureau, case_id: str, item: str
) -> None:
    got, page = send(clerk, at(case_id, item), "add_before", to="罗正", to_2="谁也不是", _reason="涉法")
    assert (got, "没有人员“谁也不是”" in beside(page, "add_before-to2")) == (422, True)
    status, _ = send(
        clerk, at(case_id, item), "add_before", to="罗正", to_2="政策法规科/经办人", _reason="涉法", key="two-signers"
    )  # fmt: skip
    assert status == 303
    asked = shown(clerk, at(case_id, item))
    assert "正等待前加签人员罗正、政策法规科/经办人出具意见" in text(asked)
    drop = next(
        form
        for form in asked.xpath("//form[.//button[@value='remove_signer']]")
        if "经办人" in form.get("aria-label")
    )
    part = drop.xpath(".//input[@name='_part']/@value")[0]
    assert send(clerk, at(case_id, item), "remove_signer", _part=part, _signer="", _reason="")[0] == 422
    status, _ = send(
        clerk, at(case_id, item), "remove_signer", _part=part, _signer="", _reason="不需要", key="drop-one-1"
    )
    assert status == 303
    assert bureau.case(CLERK, case_id).history[-1].sentence == "对“受理审查”减签：政策法规科/经办人"
    advice = next(one for one in open_items(bureau, case_id) if one != item)
    lawyer = signed(LAWYER)
    page = shown(lawyer, at(case_id, advice))
    assert "sign" in offered(page)
    assert {"return", "complete", "draft"}.isdisjoint(offered(page))
    assert "示例铁路建设有限公司" in text(page)
    assert not page.xpath("//form[@id='work']")
    got, page = send(lawyer, at(case_id, advice), "sign", vote="不同意", opinion="")
    assert (got, "不同意的，请写明意见" in beside(page, "sign-opinion")) == (422, True)
    assert send(lawyer, at(case_id, advice), "return", _target="accept", _mode="step", _reason="退")[0] == 409
    assert (
        send(lawyer, at(case_id, advice), "sign", vote="同意", opinion="程序合法", key="signed-1")[0] == 303
    )
    mine = shown(clerk, at(case_id, item))
    assert "程序合法" in text(mine)
    assert mine.xpath("//button[contains(@class, 'outcome')]")


def test_a_signer_after_is_asked_once_the_holder_is_done_and_may_be_dropped_before(
    clerk: FlaskClient, bureau: Bureau, case_id: str, item: str
) -> None:
    send(clerk, at(case_id, item), "add_after", to="罗正", _reason="涉法")
    page = shown(clerk, at(case_id, item))
    assert "后加签人员签署" in text(page)
    (drop,) = page.xpath("//form[.//button[@value='remove_signer']]")
    signer = drop.xpath(".//input[@name='_signer']/@value")[0]
    assert send(clerk, at(case_id, item), "remove_signer", _part="", _signer=signer, _reason="不必")[0] == 303
    assert bureau.case(CLERK, case_id).history[-1].sentence == "对“受理审查”减签：罗正"
    assert "后加签人员签署" not in text(shown(clerk, at(case_id, item)))


def test_a_step_goes_back_step_by_step_or_straight(
    signed: Signed, bureau: Bureau, case_id: str, item: str
) -> None:
    survey = surveyed(bureau, case_id, item)
    bureau.complete(HANDLER, case_id, survey, SURVEYED, key="surveyed")
    (opinion,) = (
        one for one, element in open_items(bureau, case_id).items() if element == "farmland_opinion"
    )
    officer = signed("liufang")
    page = shown(officer, at(case_id, opinion))
    assert [
        one.get("value") for one in page.xpath("//select[@name='_target']/option") if one.get("value")
    ] == ["survey"]
    for data, field in (
        ({"_target": "", "_mode": "step", "_reason": "缺照片"}, "return-target"),
        ({"_target": "survey", "_mode": "step", "_reason": " "}, "return-reason"),
    ):
        got, page = send(officer, at(case_id, opinion), "return", **data)
        assert got == 422
        assert beside(page, field)
    assert (
        send(officer, at(case_id, opinion), "return", _target="survey", _mode="sideways", _reason="x")[0]
        == 422
    )
    assert (
        send(officer, at(case_id, opinion), "return", _target="decide", _mode="step", _reason="x")[0] == 409
    )
    status, _ = send(
        officer,
        at(case_id, opinion),
        "return",
        _target="survey",
        _mode="direct",
        _reason="缺照片",
        key="directly",
    )
    assert status == 303
    errand = next(one for one, element in open_items(bureau, case_id).items() if element == "survey")
    page = shown(signed(HANDLER), at(case_id, errand))
    assert "刘芳由“耕地和永久基本农田意见”退回：缺照片；办结后直接返回该环节" in text(page)
    bureau.complete(HANDLER, case_id, errand, SURVEYED, key="again")
    assert sorted(open_items(bureau, case_id).values()) == sorted(
        element for element in open_items(bureau, case_id).values()
    )
    back = next(one for one, element in open_items(bureau, case_id).items() if element == "farmland_opinion")
    assert back != opinion
    told = [line.sentence for line in bureau.case(CLERK, case_id).history if "退回" in line.sentence]
    assert told == ["由“耕地和永久基本农田意见”退回到“现场踏勘（两人以上）”，办结后直接返回"]


def test_after_completing_the_way_to_take_it_back_is_told_as_long_as_there_is_one(
    signed: Signed, clerk: FlaskClient, bureau: Bureau, case_id: str, item: str
) -> None:
    send(clerk, at(case_id, item), "complete", **ACCEPTED)
    assert "查看或者撤回" not in clerk.get("/inbox").get_data(as_text=True)  # the called process has ended
    (survey,) = open_items(bureau, case_id)
    handler = signed(HANDLER)
    send(handler, at(case_id, survey), "complete", **SURVEYED)
    page = html.fromstring(handler.get("/inbox").get_data(as_text=True))
    (link,) = page.xpath("//a[text()='查看或者撤回']/@href")
    assert link.startswith(f"/cases/{case_id}")
    case = shown(handler, f"/cases/{case_id}")
    assert "withdraw" in offered(case)
    status, _ = send(handler, f"/cases/{case_id}", "withdraw", item=survey, _item=survey, _reason="漏了一处")
    assert status == 303
    assert list(open_items(bureau, case_id).values()) == ["survey"]
    assert bureau.case(CLERK, case_id).history[-1].sentence == "撤回已办结的“现场踏勘（两人以上）”"


def test_who_waits_urges_whom_he_asked(clerk: FlaskClient, bureau: Bureau, case_id: str, item: str) -> None:
    send(clerk, at(case_id, item), "delegate", to="李晓燕", _reason="请代办")
    part = next(one for one in open_items(bureau, case_id) if one != item)
    got, _ = send(clerk, at(case_id, item), "urge", _part=part, _reason="")
    assert got == 422
    assert send(clerk, at(case_id, item), "urge", _part=part, _reason="今日须办", key="urge-now-1")[0] == 303
    assert bureau.case(CLERK, case_id).history[-1].sentence == "催办“受理审查”：李晓燕"


def test_a_chief_hands_on_what_others_of_his_section_hold(
    signed: Signed, clerk: FlaskClient, bureau: Bureau, case_id: str, item: str
) -> None:
    survey = surveyed(bureau, case_id, item)
    chief = signed(CHIEF)
    place = f"{at(case_id, survey)}/operations"
    assert place in chief.get(f"/cases/{case_id}").get_data(as_text=True)
    assert shown(chief, at(case_id, survey), 403) is not None
    page = shown(chief, place)
    assert "王建国" in text(page)
    got, page = send(chief, place, "transfer", to="没有此人", _reason="调整分工")
    assert (got, "没有人员" in beside(page, "transfer-to")) == (422, True)
    assert send(chief, place, "transfer", to="赵敏", _reason="调整分工", key="handed-on")[0] == 303
    assert [row.item for row in bureau.inbox(SECOND).rows] == [survey]
    assert clerk.get(place).status_code == 403
    assert send(clerk, place, "transfer", to="赵敏", _reason="x", key="not-mine-1")[0] == 403
    assert place not in clerk.get(f"/cases/{case_id}").get_data(as_text=True)


def test_a_stand_in_sees_for_whom_he_acts_types_and_attaches(
    app: object, signed: Signed, bureau: Bureau, case_id: str, item: str
) -> None:
    now = bureau.cases.clock()
    stand_in.declare(
        bureau, CLERK, CLERK, starts=now, ends=now + timedelta(days=2), deputy="caixia", reason="年休假"
    )
    deputy = signed("caixia")
    page = shown(deputy, at(case_id, item))
    assert "您代 张慧 办理" in text(page)
    assert page.xpath("//input[@type='file' and @form='work']")
    assert send(deputy, at(case_id, item), "draft", acceptance_doc_no="受理〔2026〕9号")[0] == 303
    assert shown(deputy, at(case_id, item)).xpath("//input[@name='acceptance_doc_no']/@value") == [
        "受理〔2026〕9号"
    ]
    assert send(deputy, at(case_id, item), "complete", **ACCEPTED)[0] == 303
    case = text(shown(deputy, f"/cases/{case_id}"))
    assert "蔡霞（代张慧）" in case


def test_who_reviewed_is_told_that_he_must_not_decide(
    signed: Signed, bureau: Bureau, case_id: str, item: str
) -> None:
    survey = surveyed(bureau, case_id, item)
    operations.transfer(bureau, CHIEF, case_id, survey, CHIEF, "亲自踏勘", key="own")
    bureau.complete(CHIEF, case_id, survey, SURVEYED, key="surveyed")
    for one, element in open_items(bureau, case_id).items():
        post = bureau.cases.view(case_id, lambda view, one=one: view.item(one))["post"]
        said = {"farmland_opinion_text": "可", "reclaim_opinion_text": "可", "planning_opinion_text": "可"}
        outcomes = {"farmland_opinion": "出具意见", "reclaim_review": "通过", "planning_consent": "同意", "ecology_opinion": "出具意见"}  # fmt: skip
        known = bureau.item(person_of(bureau, post), case_id, one)
        assert known.form is not None
        edited = {name for name, mode in known.form.step(element).modes.items() if mode == "edit"}
        bureau.complete(
            person_of(bureau, post), case_id, one,
            {f"{element}_outcome": outcomes[element], **{k: v for k, v in said.items() if k in edited}},
        )  # fmt: skip
    (review,) = open_items(bureau, case_id)
    page = shown(signed(CHIEF), at(case_id, review))
    assert "办理过“现场踏勘（两人以上）”的人员应当回避" in text(page)
    assert {"claim", "return"}.isdisjoint(offered(page))
    assert not page.xpath("//button[contains(@class, 'outcome')]")
    assert send(signed(CHIEF), at(case_id, review), "complete", review_outcome="拟准予", review_opinion="可")[0] in (409, 422)  # fmt: skip


def test_operations_need_a_session_and_an_unknown_one_is_refused(
    client: FlaskClient, clerk: FlaskClient, case_id: str, item: str
) -> None:
    assert client.get(f"{at(case_id, item)}/operations").status_code in (302, 303)
    assert send(clerk, at(case_id, item), "promote")[0] == 400
    assert send(clerk, at(case_id, item), "transfer", key="x", to="李晓燕", _reason="短钥匙")[0] == 400
    sign_in(client, CLERK)


def test_a_suspended_case_says_so_and_offers_only_to_hand_on(
    clerk: FlaskClient, bureau: Bureau, case_id: str, item: str
) -> None:
    case_operations.suspend(bureau, LEADER, case_id, "等待诉讼结果", key="rest")
    page = shown(clerk, at(case_id, item))
    assert "办件已挂起：等待诉讼结果。恢复后方可办理。" in text(page)
    assert {"transfer", "release"} <= offered(page)
    assert {"claim", "delegate", "add_before", "return", "draft"}.isdisjoint(offered(page))
    assert not page.xpath("//button[contains(@class, 'outcome')]")
    assert send(clerk, at(case_id, item), "complete", **ACCEPTED)[0] == 409
    assert send(clerk, at(case_id, item), "delegate", to="李晓燕", _reason="代办")[0] == 409


def test_a_colleague_sees_who_has_the_step_and_may_do_nothing_with_it(
    signed: Signed, case_id: str, item: str
) -> None:
    colleague = signed(COLLEAGUE)
    page = shown(colleague, at(case_id, item))
    assert "已由张慧签收。" in text(page)
    assert offered(page) <= {"annotate", "cancel"}
    assert not page.xpath("//input[@name='acceptance_doc_no']")
    for command, data in (
        ("transfer", {"to": "李晓燕", "_reason": "我来办"}),
        ("delegate", {"to": "李晓燕", "_reason": "我来办"}),
        ("add_before", {"to": "罗正", "_reason": "我来办"}),
        ("return", {"_target": "accept", "_mode": "step", "_reason": "我来办"}),
        ("sign", {"vote": "同意"}),
    ):
        assert send(colleague, at(case_id, item), command, **data)[0] in (403, 409), command
