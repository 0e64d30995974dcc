"""Exploration: which values are tried where, and that every way is found once."""

from decimal import Decimal

from drawn import drawn, explored, net_of

from engine.deployment.exploration import Reach, explore, told
from engine.deployment.literals import OTHER, values_wanted
from engine.deployment.valuations import valuations

CHOICE = drawn(
    "start:s user:a exclusive:x=f3 user:b user:c end:e",
    "s > a", "a > x", 'x > b [outcome = "同意"]', "x > c", "b > e", "c > e",
)  # fmt: skip


def test_a_condition_tells_the_values_on_both_sides_of_it() -> None:
    assert values_wanted('outcome = "同意"') == {"outcome": ["同意", OTHER]}
    assert values_wanted("amount > 1000 and ready") == {
        "amount": [Decimal(1000), Decimal(1001), Decimal(999)],
        "ready": [True, False],
    }
    assert values_wanted('kind in ("甲", "乙")') == {"kind": ["甲", OTHER, "乙"]}
    assert values_wanted("note = null") == {"note": [None, OTHER]}
    assert values_wanted("f.g = 1") == {"f": []}


def test_a_step_chooses_what_is_read_after_it() -> None:
    choices = valuations(net_of(CHOICE))
    assert choices.at("p", "a") == [(("outcome", "同意"),), (("outcome", OTHER),)]
    assert choices.at("p", "b") == [()]


def test_a_variable_named_after_a_step_is_chosen_there_alone() -> None:
    xml = drawn(
        "start:s user:a user:b exclusive:x=f4 end:e end:z",
        "s > a", "a > b", "b > x", 'x > e [a_outcome = "是"]', "x > z",
    )  # fmt: skip
    choices = valuations(net_of(xml))
    assert [name for name, _ in choices.at("p", "a")[0]] == ["a_outcome"]
    assert choices.at("p", "b") == [()]


def test_every_element_and_flow_of_a_choice_is_reached() -> None:
    net, found = explored(CHOICE)
    assert found.complete
    assert {name for _, name in found.elements} == set(net.processes["p"].nodes)
    assert len(found.flows) == 6


def test_a_loop_ends_because_states_that_behave_alike_are_visited_once() -> None:
    xml = drawn(
        "start:s exclusive:m user:a exclusive:x=f4 end:e",
        "s > m", "m > a", "a > x", "x > m [again = true]", "x > e",
    )  # fmt: skip
    _, found = explored(xml)
    assert found.complete
    assert sum(step.fresh for step in found.steps) == 2


def test_bounds_are_kept_and_told() -> None:
    xml = drawn(
        "start:s parallel:g user:a user:b user:c user:d parallel:j end:e",
        "s > g", *[f"g > {each}" for each in "abcd"], *[f"{each} > j" for each in "abcd"], "j > e",
    )  # fmt: skip
    net = net_of(xml)
    assert not explore(net, "p", reach=Reach(states=5)).complete
    assert sum(step.fresh for step in explore(net, "p").steps) == 16  # 2⁴ subsets of the branches


def test_timers_fire_in_the_order_in_which_they_are_due() -> None:
    late = '<intermediateCatchEvent id="t9"><timerEventDefinition><timeDuration xsi:type="tFormalExpression">P9D</timeDuration></timerEventDefinition></intermediateCatchEvent>'
    soon = late.replace("t9", "t1").replace("P9D", "P1D")
    xml = drawn(
        f"start:s parallel:g {late}\n{soon}\nparallel:j end:e",
        "s > g", "g > t9", "g > t1", "t9 > j", "t1 > j", "j > e",
    )  # fmt: skip
    net, found = explored(xml)
    (path,) = list(found.paths())
    assert [step.move.element for step in path] == ["", "t1", "t9"]
    assert told(net, path[1].move) == "定时器“t1”到期"
    assert path[-1].state.status == "completed"
