"""What stands against publishing a bundle that reads and compiles."""

from __future__ import annotations

from models import chain, end, flow, gateway, process, start, user

from engine.deployment import Bundle
from engine.deployment.report import objections


def test_a_sound_bundle_meets_no_objection():
    sound = process(start(), user("a"), end(), chain("begin", "a", "done"))
    assert objections(Bundle({"p.bpmn": sound})) == []


def test_a_join_that_never_gets_its_tokens_is_objected_with_the_way_there():
    stuck = process(
        start(), user("a"), gateway("exclusive", "fork", 'default="fork_c"'), user("b"), user("c"),
        gateway("parallel", "join"), end(), chain("begin", "a", "fork", "c", "join", "done"),
        flow("fork", "b", "a_outcome = 1"), flow("b", "join"),
    )  # fmt: skip
    faults = objections(Bundle({"p.bpmn": stuck}))
    assert {fault.code for fault in faults} & {"deadlock", "no-end"}
    assert {fault.file for fault in faults} == {"p.bpmn"}
    assert any("经过" in fault.message for fault in faults)
