"""Returning to an earlier step and taking one's own completion back (退回、撤回)."""

import pytest
from story import Case, body, boundary, end, net, process, script, start, sub, timer, user

from engine.errors import CaseClosed, ItemClosed, ItemTaken, Refused
from engine.kernel import Net, commands
from engine.model import bpmn


def forked() -> Net:
    nodes = [
        start(), user("u"), bpmn.ParallelGateway("f"), user("a"), user("a2"), user("b"), bpmn.ParallelGateway("j"),
        user("c"), end(),
    ]  # fmt: skip
    return net(process("p", body(nodes, "s > u > f > a > a2 > j > c > e", "f > b > j")))


def back(case: Case, here: str, target: str) -> Case:
    return case.do(commands.ReturnTo(case.item(here), target, "材料不全"))


def test_a_return_out_of_a_parallel_branch_ends_the_other_branch_too() -> None:
    case = back(Case(forked()).start().complete("u").complete("a"), "b", "u")
    assert case.open == ["u"]
    case.complete("u").complete("a").complete("a2").complete("b").complete("c")
    assert case.status == "completed"


def test_a_return_within_a_branch_leaves_the_other_branch_alone() -> None:
    case = Case(forked()).start().complete("u").complete("a").complete("b")
    back(case, "a2", "a")
    assert case.open == ["a"]
    assert case.complete("a").complete("a2").open == ["c"]


def test_a_return_into_a_branch_after_the_join_finds_the_other_branch_done() -> None:
    case = Case(forked()).start().complete("u").complete("a").complete("a2").complete("b")
    back(case, "c", "a2")
    assert case.open == ["a2"]
    assert case.complete("a2").open == ["c"]
    assert case.complete("c").status == "completed"


def test_a_return_from_a_sub_process_to_a_step_before_it() -> None:
    nodes = [start(), user("a"), sub("x", body([start("s2"), user("b")], "s2 > b")), end()]
    case = Case(net(process("p", body(nodes, "s > a > x > e")))).start().complete("a")
    assert back(case, "b", "a").open == ["a"]
    assert case.complete("a").complete("b").status == "completed"


def test_a_return_to_a_step_never_done_or_without_a_reason_is_refused() -> None:
    case = Case(forked()).start().complete("u")
    with pytest.raises(Refused):
        back(case, "a", "c")
    with pytest.raises(Refused):
        case.do(commands.ReturnTo(case.item("a"), "u", " "))


def test_a_completion_is_taken_back_while_nothing_it_opened_was_begun() -> None:
    case = Case(forked()).start()
    first = case.item("u")
    case.complete("u", "甲")
    case.do(commands.WithdrawItem(first, "甲"))
    assert case.open == ["u"]
    assert case.item("u") != first
    again = case.item("u")
    case.complete("u", "甲")
    case.do(commands.ClaimItem(case.item("b"), "乙"))
    with pytest.raises(Refused):
        case.do(commands.WithdrawItem(again, "甲"))


def test_taking_back_undoes_what_scripts_counted_but_keeps_what_the_person_wrote() -> None:
    nodes = [start(), user("u"), script("n", "{n: n + 1}"), user("v")]
    case = Case(net(process("p", body(nodes, "s > u > n > v")))).start(n=0)
    item = case.item("u")
    case.complete("u", 意见="同意")
    case.do(commands.WithdrawItem(item))
    assert case.variables == {"n": 0, "意见": "同意"}


def test_taking_back_from_a_waiting_join_leaves_the_join_sound() -> None:
    case = Case(forked()).start().complete("u")
    item = case.item("b")
    case.complete("b")
    case.do(commands.WithdrawItem(item))
    assert case.open == ["a", "b"]
    assert case.complete("b").complete("a").complete("a2").open == ["c"]


def test_after_a_timer_fired_nothing_is_taken_back() -> None:
    nodes = [
        start(),
        user("u"),
        user("v"),
        boundary("b", "v", timer(duration="PT1H"), interrupting=False),
        user("w"),
    ]
    case = Case(net(process("p", body(nodes, "s > u > v", "b > w")))).start()
    item = case.item("u")
    case.complete("u").fire("b")
    with pytest.raises(Refused):
        case.do(commands.WithdrawItem(item))


def test_claims_are_exclusive_and_closed_items_refuse() -> None:
    case = Case(forked()).start()
    item = case.item("u")
    case.do(commands.ClaimItem(item, "甲"))
    with pytest.raises(ItemTaken):
        case.complete("u", "乙")
    case.do(commands.ReleaseItem(item, "甲")).complete("u", "乙")
    with pytest.raises(ItemClosed):
        case.do(commands.CompleteItem(item))


def test_a_closed_case_refuses_all_but_notes() -> None:
    case = Case(forked()).start().do(commands.CancelCase("申请人撤回"))
    assert case.status == "cancelled"
    with pytest.raises(CaseClosed):
        case.do(commands.SetVariables({"x": 1}))
    case.do(commands.Annotate("存档"))
