"""Soundness: each kind of fault is found, with the shortest way to it; sound models give no finding."""

from drawn import codes, drawn, judged

DEADLOCK = drawn(
    "start:s user:a exclusive:x=f3 task:b task:c parallel:j end:e",
    "s > a", "a > x", "x > b [go = true]", "x > c", "b > j", "c > j", "j > e",
)  # fmt: skip


def test_a_sound_process_has_no_findings() -> None:
    xml = drawn(
        "start:s parallel:g user:a user:b parallel:j end:e",
        "s > g", "g > a", "g > b", "a > j", "b > j", "j > e",
    )  # fmt: skip
    assert judged(xml) == []


def test_a_parallel_join_after_an_exclusive_split_is_a_deadlock_with_its_way() -> None:
    found = next(each for each in judged(DEADLOCK) if each.code == "deadlock")
    assert found.severity == "error"
    assert found.element == "j"
    assert found.trace == ("办件开始", "办结“a”，go = true")
    assert "死锁" in str(found)
    assert "经过：办件开始；办结“a”" in str(found)


def test_what_stands_behind_a_deadlock_is_dead() -> None:
    assert ("dead-element", "e") in codes(DEADLOCK)


def test_parallel_branches_that_only_merge_reach_the_end_twice() -> None:
    xml = drawn(
        "start:s parallel:g user:a user:b exclusive:m user:c end:e",
        "s > g", "g > a", "g > b", "a > m", "b > m", "m > c", "c > e",
    )  # fmt: skip
    assert codes(xml) == {("improper-end", "e")}
    assert ("unsynchronised", "c") in codes(xml, "warning")


def test_two_branches_with_an_end_each_are_proper() -> None:
    xml = drawn("start:s parallel:g user:a user:b end:e end:z", "s > g", "g > a", "g > b", "a > e", "b > z")
    assert judged(xml) == []


def test_a_branch_that_no_value_opens_is_dead() -> None:
    xml = drawn(
        "start:s user:a exclusive:x=f3 user:b end:e",
        "s > a", "a > x", "x > b [n > 5 and n < 3]", "x > e", "b > e",
    )  # fmt: skip
    assert codes(xml) == {("dead-element", "b")}


def test_what_depends_on_values_that_cannot_be_derived_is_a_warning() -> None:
    xml = drawn(
        "start:s user:a exclusive:x=f3 user:b end:e",
        "s > a", "a > x", 'x > b [starts with(n, "农")]', "x > e", "b > e",
    )  # fmt: skip
    assert codes(xml) == set()
    assert ("dead-element", "b") in codes(xml, "warning")


def test_a_loop_without_a_way_out_never_ends() -> None:
    xml = drawn("start:s exclusive:m user:a", "s > m", "m > a", "a > m")
    assert ("no-end", "a") in codes(xml)


def test_an_automatic_loop_without_end_is_found() -> None:
    xml = drawn("start:s exclusive:m task:a", "s > m", "m > a", "a > m")
    assert {code for code, _ in codes(xml)} >= {"endless-loop"}


def test_a_gateway_without_a_flow_to_take_is_told_with_the_values_that_lead_there() -> None:
    xml = drawn(
        "start:s user:a exclusive:x end:e end:z",
        "s > a", "a > x", 'x > e [o = "甲"]', 'x > z [o = "乙"]',
    )  # fmt: skip
    found = next(each for each in judged(xml) if each.code == "incident")
    assert found.element == "x"
    assert found.trace[-1] == "办结“a”，o = “其他”"


def test_a_token_that_waits_at_a_join_when_the_case_is_terminated_is_told() -> None:
    xml = drawn(
        'start:s parallel:g user:a user:b parallel:j end:e <endEvent id="z"><terminateEventDefinition/></endEvent>\n'
        "exclusive:x=f6",
        "s > g", "g > a", "g > b", "a > j", "b > x", "x > j [ok = true]", "x > z", "j > e",
    )  # fmt: skip
    assert ("lost-token", "j") in codes(xml, "warning")
    assert codes(xml) == set()


def test_an_uncaught_error_end_is_told() -> None:
    xml = drawn(
        'start:s user:a <endEvent id="e"><errorEventDefinition errorRef="bad"/></endEvent>',
        "s > a", "a > e", roots='<error id="bad" name="bad" errorCode="BAD"/>',
    )  # fmt: skip
    assert ("uncaught-error", "e") in codes(xml, "warning")
