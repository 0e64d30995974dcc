"""Returns and withdrawals through the one door (退回、撤回): out of branches, instances and sub-processes."""

from __future__ import annotations

import pytest
from models import (
    MESSAGES,
    boundary,
    chain,
    end,
    expression,
    flow,
    gateway,
    message,
    process,
    script,
    start,
    sub,
    throw,
    user,
)  # fmt: skip

from engine.cases import SYSTEM
from engine.errors import Refused
from engine.kernel.commands import ClaimItem, ReturnTo, WithdrawItem


def back(box, case: str, here: str, target: str) -> None:
    item = next(each["id"] for each in box.work_items(case) if each["element"] == here)
    box.engine.submit(case, ReturnTo(item.rpartition("/")[2], target, "材料不全"), actor=SYSTEM)


def take_back(box, case: str, item: str) -> None:
    box.engine.submit(case, WithdrawItem(item.rpartition("/")[2]), actor=SYSTEM)


def finish(box, case: str, element: str, /, **values: object) -> str:
    item = next(each["id"] for each in box.work_items(case) if each["element"] == element)
    box.complete(item, values)
    return item


def instances(sequential: str = "false", count: str = "3") -> str:
    return f'<multiInstanceLoopCharacteristics isSequential="{sequential}">{expression("loopCardinality", count)}</multiInstanceLoopCharacteristics>'


KINDS = ["parallel", "inclusive", "complex"]


def forked(kind: str) -> bytes:
    inner = expression("activationCondition", "activationCount >= 2") if kind == "complex" else ""
    split = "parallel" if kind == "complex" else kind
    return process(
        start(), user("u"), gateway(split, "f"), user("a"), user("a2"), user("b"), gateway(kind, "j", inner=inner), user("c"), end(),
        chain("begin", "u", "f"), flow("f", "a", "true" if split == "inclusive" else None), flow("f", "b", "true" if split == "inclusive" else None),
        chain("a", "a2", "j", "c", "done"), chain("b", "j"),
    )  # fmt: skip


def walk(box, case: str, *elements: str) -> None:
    for element in elements:
        finish(box, case, element)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("done", [[], ["b"], ["a"], ["a", "b"], ["b", "a"]])
def test_a_return_before_the_fork_begins_both_branches_again(box, kind, done):
    case = box.begin(forked(kind))
    walk(box, case, "u", *done)
    here = "a2" if "a" in done else "a"
    back(box, case, here, "u")
    assert box.open(case) == ["u"]
    walk(box, case, "u")
    assert box.open(case) == ["a", "b"]
    walk(box, case, "a", "a2", "b")
    assert box.open(case) == ["c"]
    walk(box, case, "c")
    assert box.status(case) == "completed"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("sibling_done", [True, False])
def test_a_return_within_a_branch_does_not_touch_its_sibling(box, kind, sibling_done):
    case = box.begin(forked(kind))
    walk(box, case, "u", "a", *(["b"] if sibling_done else []))
    back(box, case, "a2", "a")
    assert box.open(case) == (["a"] if sibling_done else ["a", "b"])
    walk(box, case, "a", "a2", *([] if sibling_done else ["b"]))
    assert box.open(case) == ["c"]
    walk(box, case, "c")
    assert box.status(case) == "completed"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("target", ["a", "a2", "b"])
def test_a_return_from_behind_the_join_into_one_branch(box, kind, target):
    case = box.begin(forked(kind))
    walk(box, case, "u", "a", "a2", "b")
    back(box, case, "c", target)
    assert box.open(case) == [target]
    walk(box, case, *{"a": ["a", "a2"], "a2": ["a2"], "b": ["b"]}[target])
    assert box.open(case) == ["c"]
    back(box, case, "c", "u")
    walk(box, case, "u", "b", "a", "a2", "c")
    assert box.status(case) == "completed"


@pytest.mark.parametrize("sequential", ["true", "false"])
@pytest.mark.parametrize("finished", [0, 1, 2])
def test_one_of_several_sends_the_case_back_and_all_are_asked_again(box, sequential, finished):
    case = box.begin(
        process(
            start(), user("u"), user("w", instances(sequential)), user("c"), chain("begin", "u", "w", "c")
        )
    )
    walk(box, case, "u", *["w"] * finished)
    back(box, case, "w", "u")
    assert box.open(case) == ["u"]
    walk(box, case, "u", "w", "w", "w")
    assert box.open(case) == ["c"]


@pytest.mark.parametrize("sequential", ["true", "false"])
def test_a_return_to_a_step_that_several_did_together_asks_all_again(box, sequential):
    case = box.begin(
        process(start(), user("w", instances(sequential)), user("c"), end(), chain("begin", "w", "c", "done"))
    )
    walk(box, case, "w", "w", "w")
    back(box, case, "c", "w")
    assert box.open(case) == (["w"] if sequential == "true" else ["w"] * 3)
    walk(box, case, "w", "w", "w", "c")
    assert box.status(case) == "completed"


@pytest.mark.parametrize("loop", ["", instances("true", "2"), instances("false", "2")])
def test_a_return_out_of_a_sub_process_ends_it_with_all_its_instances(box, loop):
    inner = sub("s", loop, start("ib"), user("a"), user("b"), chain("ib", "a", "b"))
    case = box.begin(process(start(), user("u"), inner, user("c"), chain("begin", "u", "s", "c")))
    walk(box, case, "u", "a")
    back(box, case, "b", "u")
    assert box.open(case) == ["u"]
    walk(box, case, "u")
    assert set(box.open(case)) == {"a"}


def test_a_return_inside_a_sub_process_stays_inside(box):
    inner = sub("s", instances("false", "2"), start("ib"), user("a"), user("b"), chain("ib", "a", "b"))
    case = box.begin(process(start(), user("u"), inner, user("c"), chain("begin", "u", "s", "c")))
    walk(box, case, "u", "a", "a")
    back(box, case, "b", "a")
    assert box.open(case) == ["a", "b"]
    walk(box, case, "a", "b", "b")
    assert box.open(case) == ["c"]


def test_a_return_over_a_boundary_event_drops_what_it_began(box):
    case = box.begin(
        process(
            start(), user("u"), user("w"), boundary("b", "w", message("m_stop"), False), user("aside"), user("c"),
            chain("begin", "u", "w", "c"), chain("b", "aside"), roots=MESSAGES,
        )
    )  # fmt: skip
    walk(box, case, "u")
    box.deliver("stop")
    back(box, case, "w", "u")
    assert box.open(case) == ["u"]


def test_a_return_in_a_loop_of_steps(box):
    case = box.begin(
        process(
            start(), gateway("exclusive", "m"), user("a"), user("b"), gateway("exclusive", "g", 'default="g_c"'), user("c"),
            chain("begin", "m", "a", "b", "g", "c"), flow("g", "m", "again"),
        )
    )  # fmt: skip
    walk(box, case, "a")
    finish(box, case, "b", again=True)
    assert box.open(case) == ["a"]
    back(box, case, "a", "b")
    assert box.open(case) == ["b"]
    finish(box, case, "b", again=False)
    assert box.open(case) == ["c"]


def test_a_step_that_does_not_allow_a_return_refuses_it(box):
    case = box.begin(
        process(
            start(), user("a"), user("b", attributes='chengban:allow="withdraw"'), chain("begin", "a", "b")
        )
    )
    walk(box, case, "a")
    with pytest.raises(Refused, match="不允许退回"):
        back(box, case, "b", "a")


def test_a_step_that_does_not_allow_taking_back_refuses_it(box):
    case = box.begin(
        process(start(), user("a", attributes='chengban:allow="return"'), user("b"), chain("begin", "a", "b"))
    )
    with pytest.raises(Refused, match="不允许撤回"):
        take_back(box, case, finish(box, case, "a"))


# ------------------------------------------------------------------ withdrawals


@pytest.mark.parametrize("kind", KINDS)
def test_a_completion_that_waits_in_a_join_is_taken_back_from_it(box, kind):
    case = box.begin(forked(kind))
    walk(box, case, "u", "a")
    take_back(box, case, finish(box, case, "a2"))
    assert box.open(case) == ["a2", "b"]
    walk(box, case, "a2", "b", "c")
    assert box.status(case) == "completed"


def test_a_completion_that_opened_two_branches_takes_both_back(box):
    case = box.begin(forked("parallel"))
    take_back(box, case, finish(box, case, "u"))
    assert box.open(case) == ["u"]
    walk(box, case, "u", "a", "b", "a2", "c")
    assert box.status(case) == "completed"


def test_after_one_of_two_branches_was_done_nothing_is_taken_back(box):
    case = box.begin(forked("parallel"))
    item = finish(box, case, "u")
    walk(box, case, "b")
    with pytest.raises(Refused):
        take_back(box, case, item)


def test_what_opened_a_sub_process_is_taken_back_with_it(box):
    inner = sub("s", start("ib"), user("w"), chain("ib", "w"))
    case = box.begin(process(start(), user("u"), inner, chain("begin", "u", "s")))
    take_back(box, case, finish(box, case, "u"))
    assert box.open(case) == ["u"]
    walk(box, case, "u", "w")
    assert box.status(case) == "completed"


def test_what_opened_several_instances_is_taken_back_until_one_is_done(box):
    case = box.begin(process(start(), user("u"), user("w", instances()), chain("begin", "u", "w")))
    take_back(box, case, finish(box, case, "u"))
    assert box.open(case) == ["u"]
    item = finish(box, case, "u")
    walk(box, case, "w")
    with pytest.raises(Refused):
        take_back(box, case, item)


def test_after_a_step_in_the_sub_process_that_it_opened_nothing_is_taken_back(box):
    inner = sub("s", start("ib"), user("w"), user("w2"), chain("ib", "w", "w2"))
    case = box.begin(process(start(), user("u"), inner, chain("begin", "u", "s")))
    item = finish(box, case, "u")
    later = finish(box, case, "w")
    with pytest.raises(Refused):
        take_back(box, case, item)
    take_back(box, case, later)
    assert box.open(case) == ["w"]


def test_what_opened_an_instance_that_somebody_has_claimed_is_not_taken_back(box):
    case = box.begin(process(start(), user("u"), user("w", instances()), chain("begin", "u", "w")))
    item = finish(box, case, "u")
    claimed = box.work_items(case)[1]["id"].rpartition("/")[2]
    box.engine.submit(case, ClaimItem(claimed, "li"), actor=SYSTEM)
    with pytest.raises(Refused):
        take_back(box, case, item)


def test_a_sent_message_cannot_be_taken_back(box):
    case = box.begin(
        process(
            start(),
            user("u"),
            throw("t", message("m_pay")),
            user("w"),
            chain("begin", "u", "t", "w"),
            roots=MESSAGES,
        )
    )
    with pytest.raises(Refused):
        take_back(box, case, finish(box, case, "u"))


def test_taking_back_twice_is_refused(box):
    case = box.begin(process(start(), user("u"), user("w"), chain("begin", "u", "w")))
    item = finish(box, case, "u")
    take_back(box, case, item)
    with pytest.raises(Refused):
        take_back(box, case, item)


def test_taking_back_undoes_what_rules_and_scripts_wrote_on_the_way(box):
    case = box.begin(
        process(start(), user("u"), script("s", "{n: n + 1}"), user("w"), chain("begin", "u", "s", "w")), n=0
    )
    take_back(box, case, finish(box, case, "u", opinion="同意"))
    assert box.variables(case) == {"n": 0, "opinion": "同意"}
    walk(box, case, "u")
    assert box.variables(case)["n"] == 1


def test_after_a_return_nothing_of_before_is_taken_back(box):
    case = box.begin(process(start(), user("u"), user("w"), user("x"), chain("begin", "u", "w", "x")))
    first, second = finish(box, case, "u"), finish(box, case, "w")
    back(box, case, "x", "u")
    for item in (first, second):
        with pytest.raises(Refused):
            take_back(box, case, item)
