"""转办、委派、加签、会签、抄送、催办、挂起 through the one door: lists, journal, keys, races. On both databases."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from engine import history, notices, worklist
from engine.cases import Actor, Cases
from engine.errors import CaseClosed, InvalidInput, Refused
from engine.kernel.commands import (
    AddSigners,
    AnswerSupervision,
    CancelCase,
    ClaimItem,
    CloseSupervision,
    Command,
    CompleteItem,
    CopyCase,
    DelegateItem,
    RecusePerson,
    RemoveSigner,
    ResumeCase,
    ReturnTo,
    SuperviseCase,
    SuspendCase,
    TransferItem,
    UrgeItem,
    WithdrawItem,
)
from engine.store import Store
from tests.engine.cases import permits
from tests.engine.cases.permits import CLERK, Clock

SIGNED = permits.model(
    '<startEvent id="s"/>'
    '<userTask id="v" name="会签" chengban:sign="weight:0.6" chengban:post="= [{post: &quot;甲科/科长&quot;, weight: 3}, '
    '{user: &quot;li&quot;, weight: 2}, {post: &quot;丙科/科长&quot;}]"/>'
    '<userTask id="review" name="审核" chengban:post="审核科/经办人"/>'
    '<endEvent id="e"/>' + permits.flows("s v review e")
)


@pytest.fixture
def cases(store: Store) -> Cases:
    return Cases(store, clock=Clock())


def begun(cases: Cases, xml: bytes = permits.TWO_STEPS) -> str:
    cases.deploy(permits.bundle(xml), CLERK)
    return cases.start("permit", {}, actor=CLERK).case_id


def todo(cases: Cases, user: str) -> list[str]:
    return [row.item for row in worklist.inbox(cases.store, user).rows]


def claimable(cases: Cases, post: str) -> list[str]:
    return [row.item for row in worklist.inbox(cases.store, "x", [post], "claimable").rows]


def sound(cases: Cases, case_id: str) -> None:
    assert history.verify(cases.store) == []
    assert history.replay(cases, case_id) is None


def test_a_transferred_item_moves_from_one_list_to_another(cases: Cases) -> None:
    case_id = begun(cases)
    cases.submit(case_id, ClaimItem("i1", "zhang"), actor=CLERK)
    cases.submit(case_id, TransferItem("i1", "user:li", "出差", "zhang"), actor=CLERK)
    assert (todo(cases, "zhang"), todo(cases, "li"), claimable(cases, "窗口/经办人")) == ([], ["i1"], [])
    cases.submit(case_id, TransferItem("i1", "窗口/负责人", "分工", "li"), actor=Actor("li"))
    assert (todo(cases, "li"), claimable(cases, "窗口/经办人"), claimable(cases, "窗口/负责人")) == (
        [],
        [],
        ["i1"],
    )
    cases.submit(case_id, ClaimItem("i1", "wang"), actor=Actor("wang"))
    assert (todo(cases, "wang"), claimable(cases, "窗口/负责人")) == (["i1"], [])
    sound(cases, case_id)


def test_a_delegated_item_leaves_the_desk_and_comes_back(cases: Cases) -> None:
    case_id = begun(cases)
    cases.submit(case_id, DelegateItem("i1", "user:li", "请代拟", "zhang"), actor=CLERK)
    assert (todo(cases, "zhang"), todo(cases, "li"), claimable(cases, "窗口/经办人")) == ([], ["i2"], [])
    cases.submit(case_id, CompleteItem("i2", {"意见": "可以"}, "li"), actor=Actor("li"))
    assert (todo(cases, "zhang"), todo(cases, "li")) == (["i1"], [])
    assert [row.item for row in worklist.inbox(cases.store, "li", box="done").rows] == ["i2"]
    cases.submit(case_id, CompleteItem("i1", {}, "zhang"), actor=CLERK)
    assert claimable(cases, "审核科/经办人") == ["i3"]
    sound(cases, case_id)


def test_signers_before_and_after_have_their_own_rows(cases: Cases) -> None:
    case_id = begun(cases)
    cases.submit(case_id, AddSigners("i1", ("窗口/负责人",), "before", "先核", "zhang"), actor=CLERK)
    cases.submit(case_id, AddSigners("i2", ("user:li",), "before", "再核", "qian"), actor=Actor("qian"))
    assert (claimable(cases, "窗口/负责人"), todo(cases, "qian"), todo(cases, "li")) == ([], [], ["i3"])
    cases.submit(case_id, CompleteItem("i3", {}, "li"), actor=Actor("li"))
    assert todo(cases, "qian") == ["i2"]
    cases.submit(case_id, CompleteItem("i2", {}, "qian"), actor=Actor("qian"))
    cases.submit(case_id, AddSigners("i1", ("user:wang",), "after", "报批", "zhang"), actor=CLERK)
    cases.submit(case_id, CompleteItem("i1", {"意见": "拟准予"}, "zhang"), actor=CLERK)
    assert (todo(cases, "zhang"), todo(cases, "wang")) == ([], ["i4"])
    cases.submit(case_id, RemoveSigner("i4", "不必", "zhang"), actor=CLERK)
    assert (todo(cases, "wang"), claimable(cases, "审核科/经办人")) == ([], ["i5"])
    assert cases.view(case_id, lambda view: view.variables)["意见"] == "拟准予"
    sound(cases, case_id)


def test_a_vote_by_weight_is_decided_by_the_last_and_is_in_the_journal(cases: Cases) -> None:
    case_id = begun(cases, SIGNED)
    assert (claimable(cases, "甲科/科长"), todo(cases, "li"), claimable(cases, "丙科/科长")) == (
        ["i1"],
        ["i2"],
        ["i3"],
    )
    for item, user, vote in (("i3", "bing", "不同意"), ("i1", "jia", "同意")):
        cases.submit(case_id, CompleteItem(item, {"v_outcome": vote}, user), actor=Actor(user))
    assert todo(cases, "li") == ["i2"]
    cases.submit(case_id, CompleteItem("i2", {"v_outcome": "同意"}, "li"), actor=Actor("li"))
    assert cases.view(case_id, lambda view: view.variables)["v_outcome"] == "同意"
    sound(cases, case_id)


def test_whoever_is_told_finds_it_among_the_messages(cases: Cases) -> None:
    case_id = begun(cases)
    cases.submit(case_id, CopyCase(("user:li", "窗口/经办人"), "供参阅", "zhang"), actor=CLERK)
    cases.submit(case_id, UrgeItem("i1", "窗口/经办人", "请尽快", "li"), actor=Actor("li"))
    cases.submit(case_id, UrgeItem("i1", "窗口/经办人", "请尽快", "li"), actor=Actor("li"))
    cases.submit(case_id, SuperviseCase(("user:li",), "限期办结", "zhang"), actor=CLERK)
    assert [one.warning for one in notices.page(cases.store, "li", []).notices] == ["supervise", "copy"]
    assert [one.warning for one in notices.page(cases.store, "x", ["窗口/经办人"]).notices] == [
        "urge",
        "copy",
    ]
    sound(cases, case_id)


def test_an_order_of_supervision_is_kept_with_its_answer_until_it_is_closed(cases: Cases) -> None:
    case_id = begun(cases)

    def orders() -> list[tuple[int, str | None, bool]]:
        rows = cases.view(case_id, lambda view: view.orders())
        return [(row["seq"], row["answer"], row["closed_at"] is not None) for row in rows]

    cases.submit(case_id, SuperviseCase(("user:li",), "限期办结", "zhang", date(2026, 3, 9)), actor=CLERK)
    cases.submit(case_id, SuperviseCase(("user:li",), "再报一次", "zhang"), actor=CLERK)
    with pytest.raises(InvalidInput, match="理由"):
        cases.submit(case_id, AnswerSupervision(2, "zhang", " ", "li"), actor=Actor("li"))
    cases.submit(case_id, AnswerSupervision(2, "zhang", "明日办结", "li"), actor=Actor("li"))
    assert orders() == [(2, "明日办结", False), (3, None, False)]
    assert [one.warning for one in notices.page(cases.store, "zhang", []).notices] == ["answer"]
    cases.submit(case_id, CancelCase("撤回申请"), actor=CLERK)
    with pytest.raises(CaseClosed):
        cases.submit(case_id, AnswerSupervision(3, "zhang", "晚了", "li"), actor=Actor("li"))
    cases.submit(case_id, CloseSupervision(2, "可", "zhang"), actor=CLERK)
    assert orders() == [(2, "明日办结", True), (3, None, False)]
    sound(cases, case_id)


def test_a_suspended_case_refuses_steps_until_it_goes_on(cases: Cases) -> None:
    case_id = begun(cases)
    cases.submit(case_id, SuspendCase("等待诉讼"), actor=CLERK)
    with pytest.raises(Refused, match="挂起"):
        cases.submit(case_id, ClaimItem("i1", "zhang"), actor=CLERK)
    cases.submit(case_id, ResumeCase("判决生效"), actor=CLERK)
    cases.submit(case_id, ClaimItem("i1", "zhang"), actor=CLERK)
    cases.submit(case_id, RecusePerson("zhang", "利害关系"), actor=CLERK)
    assert (todo(cases, "zhang"), claimable(cases, "窗口/经办人")) == ([], ["i1"])
    sound(cases, case_id)


def test_a_direct_return_and_a_withdrawal_keep_lists_and_journal_whole(cases: Cases) -> None:
    case_id = begun(cases)
    cases.submit(case_id, CompleteItem("i1", {}, "zhang"), actor=CLERK)
    cases.submit(case_id, WithdrawItem("i1", "zhang", "填错"), actor=CLERK)  # i2 opened, not begun
    assert (claimable(cases, "审核科/经办人"), claimable(cases, "窗口/经办人")) == ([], ["i3"])
    cases.submit(case_id, CompleteItem("i3", {}, "zhang"), actor=CLERK)
    cases.submit(case_id, ReturnTo("i4", "accept", "缺件", mode="direct"), actor=Actor("li"))
    assert claimable(cases, "窗口/经办人") == ["i5"]
    cases.submit(case_id, CompleteItem("i5", {}, "zhang"), actor=CLERK)
    assert claimable(cases, "审核科/经办人") == ["i6"]
    sound(cases, case_id)


COMMANDS: list[Callable[[], Command]] = [
    lambda: TransferItem("i1", "user:li", "出差", "zhang"),
    lambda: DelegateItem("i1", "user:li", "请代拟", "zhang"),
    lambda: AddSigners("i1", ("user:li", "user:wang"), "before", "先核", "zhang"),
    lambda: AddSigners("i1", ("user:li",), "after", "报批", "zhang"),
    lambda: CopyCase(("user:li",), "供参阅", "zhang"),
    lambda: UrgeItem("i1", "user:zhang", "请尽快", "li"),
    lambda: SuperviseCase(("user:li",), "限期办结", "zhang"),
    lambda: AnswerSupervision(1, "zhang", "已办", "li"),
    lambda: CloseSupervision(1, "", "zhang"),
    lambda: SuspendCase("等待诉讼"),
    lambda: RecusePerson("wang", "利害关系"),
]


@pytest.mark.parametrize("made", COMMANDS, ids=lambda made: type(made()).__name__)
def test_a_key_used_by_many_at_once_has_one_effect(cases: Cases, made: Callable[[], Command]) -> None:
    case_id = begun(cases)
    cases.submit(case_id, ClaimItem("i1", "zhang"), actor=CLERK)
    together = threading.Barrier(3)

    def once(_: int) -> bool:
        together.wait()
        return cases.submit(case_id, made(), actor=CLERK, key="k").replayed

    with ThreadPoolExecutor(3) as pool:
        assert sorted(pool.map(once, range(3))) == [False, True, True]
    assert len(list(history.entries(cases.store, case_id))) == 3
    sound(cases, case_id)


def test_of_several_who_take_one_item_further_at_once_one_wins(cases: Cases) -> None:
    case_id = begun(cases)
    cases.submit(case_id, ClaimItem("i1", "zhang"), actor=CLERK)
    rivals: list[Command] = [
        TransferItem("i1", "user:li", "出差", "zhang"),
        DelegateItem("i1", "user:wang", "请代拟", "zhang"),
        CompleteItem("i1", {}, "zhang"),
    ]
    together = threading.Barrier(3)

    def go(command: Command) -> str:
        together.wait()
        try:
            cases.submit(case_id, command, actor=CLERK)
        except Refused as refused:
            return refused.code
        return "done"

    with ThreadPoolExecutor(3) as pool:
        outcomes = list(pool.map(go, rivals))
    # A delegated item may still be handed to another holder; nothing else is possible twice.
    assert outcomes.count("done") == 1 or (outcomes[:2] == ["done", "done"] and outcomes[2] != "done")
    sound(cases, case_id)
