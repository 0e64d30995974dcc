"""退回后直接返回: the step gone back to is done again, and then the returner has his step, wherever it lies."""

import pytest
from story import Case, body, boundary, end, net, process, signal, start, sub, user

from engine.errors import Refused
from engine.kernel import Net
from engine.kernel.commands import ReturnTo, WithdrawItem
from engine.model import bpmn


def forked() -> Net:
    nodes = [
        start(), user("u"), bpmn.ParallelGateway("f"), user("a"), user("a2"), user("b"), bpmn.ParallelGateway("j"),
        user("c"), end(),
    ]  # fmt: skip
    return net(process("p", body(nodes, "s > u > f > a > a2 > j > c > e", "f > b > j")))


def many(**more: object) -> Net:
    loop = bpmn.MultiInstance(collection="部门", item="部门名", **more)
    nodes = [start(), user("u"), user("m", loop=loop), user("c"), end()]
    return net(process("p", body(nodes, "s > u > m > c > e")))


def back(case: Case, item: str, target: str, mode: str = "direct") -> Case:
    return case.do(ReturnTo(item, target, "材料不全", mode=mode))


@pytest.mark.parametrize("sibling", ["unfinished", "finished"])
def test_out_of_a_parallel_branch_and_straight_back(sibling: str) -> None:
    case = Case(forked()).start().complete("u").complete("a")
    if sibling == "finished":
        case.complete("b")
    back(case, case.item("a2"), "u")
    assert case.open == (["u"] if sibling == "finished" else ["b", "u"])
    case.complete("u", 面积=3)
    assert "a2" in case.open
    assert case.variables["面积"] == 3
    case.complete("a2")
    if sibling == "unfinished":
        case.complete("b")
    assert case.open == ["c"]
    assert case.complete("c").status == "completed"
    assert case.count("c") == 1


@pytest.mark.parametrize("sibling", ["unfinished", "finished"])
def test_out_of_a_parallel_branch_and_step_by_step(sibling: str) -> None:
    case = Case(forked()).start().complete("u").complete("a")
    if sibling == "finished":
        case.complete("b")
    back(case, case.item("a2"), "u", "step")
    assert case.open == ["u"]
    for step in ("u", "a", "a2", "b", "c"):
        case.complete(step)
    assert (case.status, case.count("c")) == ("completed", 1)


@pytest.mark.parametrize("finished", [0, 2])
@pytest.mark.parametrize("mode", ["direct", "step"])
def test_out_of_one_instance_of_several(finished: int, mode: str) -> None:
    case = Case(many()).start(部门=["甲", "乙", "丙"]).complete("u")
    items = [item.item for item in case.here.items.values()]
    for _ in range(finished):
        case.complete("m")
    back(case, items[-1], "u", mode)
    assert case.open == (["u"] if mode == "step" else sorted(["u", *["m"] * (2 - finished)]))
    case.complete("u")
    assert case.open == ["m"] * (3 if mode == "step" else 3 - finished)
    for _ in list(case.open):
        case.complete("m")
    assert case.open == ["c"]
    assert case.complete("c").status == "completed"


def test_an_instance_has_its_own_item_again_after_a_direct_return() -> None:
    case = Case(many()).start(部门=["甲", "乙"]).complete("u")
    last = list(case.here.items)[-1]
    back(case, last, "u").complete("u")
    again = list(case.here.items)[-1]
    assert again != last
    assert case.here.variables_at(again)["部门名"] == "乙"


def test_an_errand_may_be_sent_on_and_comes_back_the_same_way() -> None:
    case = Case(forked()).start().complete("u").complete("a").complete("a2").complete("b")
    back(case, case.item("c"), "a")
    back(case, case.item("a"), "u")
    assert case.open == ["u"]
    assert case.complete("u").open == ["a"]
    assert case.complete("a").open == ["c"]
    assert case.complete("c").status == "completed"


def test_who_waits_for_an_errand_that_another_took_away_has_his_step_again() -> None:
    case = Case(forked()).start().complete("u").complete("a")
    back(case, case.item("b"), "a")
    assert case.open == ["a", "a2"]
    back(case, case.item("a2"), "a", "step")
    assert case.open == ["a", "b"]
    case.complete("a").complete("a2").complete("b").complete("c")
    assert case.status == "completed"


def test_what_interrupts_the_returner_takes_the_errand_away() -> None:
    nodes = [
        start(), user("u"), sub("x", body([start("s2"), user("b")], "s2 > b")), boundary("w", "x", signal("撤回申请")),
        user("late"), end(),
    ]  # fmt: skip
    case = Case(net(process("p", body(nodes, "s > u > x > e", "w > late")))).start().complete("u")
    back(case, case.item("b"), "u")
    assert case.open == ["u"]
    assert case.signal("撤回申请").open == ["late"]
    assert case.complete("late").status == "completed"


def test_what_stands_on_the_border_of_the_step_does_not_interrupt_an_errand() -> None:
    nodes = [start(), user("u"), boundary("w", "u", signal("撤回申请")), user("b"), user("late"), end()]
    case = Case(net(process("p", body(nodes, "s > u > b > e", "w > late > e")))).start().complete("u")
    back(case, case.item("b"), "u").signal("撤回申请")
    assert case.open == ["u"]
    assert case.complete("u").open == ["b"]


def test_a_completion_is_not_taken_back_while_an_errand_runs() -> None:
    case = Case(forked()).start()
    first = case.item("u")
    case.complete("u", "甲").complete("a")
    back(case, case.item("b"), "u")
    with pytest.raises(Refused):
        case.do(WithdrawItem(first, "甲"))


def test_a_step_of_several_is_gone_back_to_step_by_step_only() -> None:
    case = Case(many()).start(部门=["甲"]).complete("u").complete("m")
    with pytest.raises(Refused, match="逐级"):
        back(case, case.item("c"), "m")
    assert back(case, case.item("c"), "m", "step").open == ["m"]


def test_the_next_step_opened_but_not_begun_is_taken_back() -> None:
    case = Case(forked()).start()
    first = case.item("u")
    case.complete("u", "甲").do(WithdrawItem(first, "甲", "填错"))
    assert case.open == ["u"]
