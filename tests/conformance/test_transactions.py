"""Transactions and compensation in company: cancel, siblings, instances, calls, data (BPMN 2.0.2 §10.3.5, §10.7, §13.5.5)."""

from __future__ import annotations

import pytest
from models import (
    ERRORS,
    MESSAGES,
    boundary,
    cancelled,
    chain,
    compensate,
    completed,
    definitions,
    end,
    error,
    event_sub,
    flow,
    gateway,
    message,
    process,
    raw_process,
    script,
    start,
    sub,
    task,
    throw,
    user,
)  # fmt: skip

from engine.errors import DeploymentError

CANCEL = "<cancelEventDefinition/>"
MULTI = '<multiInstanceLoopCharacteristics isSequential="{}"><loopCardinality xsi:type="tFormalExpression">2</loopCardinality></multiInstanceLoopCharacteristics>'


def undo(host: str, text: str | None = None) -> str:
    """A compensation handler for `host` that appends `text` (FEEL) to the log."""
    handler = script(
        f"{host}_undo",
        f"{{log: concatenate(log, [{text or chr(34) + host + chr(34)}])}}",
        'isForCompensation="true"',
    )
    return (
        boundary(f"{host}_comp", host, compensate())
        + handler
        + f'<association id="{host}_a" sourceRef="{host}_comp" targetRef="{host}_undo"/>'
    )


def transaction(*inner: str, node: str = "t") -> str:
    return sub(node, *inner, kind="transaction")


def around(host: str, *more: str, roots: str = "") -> bytes:
    return process(
        start(), host, boundary("cancelled", "t", CANCEL), user("after"), user("gone"), *more,
        chain("begin", "t", "after"), chain("cancelled", "gone"), roots=roots,
    )  # fmt: skip


def test_cancel_ends_running_siblings_and_compensates_what_was_done(box):
    inner = (
        start("ib"), task("a"), undo("a"), task("fork"), user("w"), undo("w"), user("q"), end("x", CANCEL),
        chain("ib", "a", "fork", "w"), chain("fork", "q", "x"),
    )  # fmt: skip
    case = box.begin(around(transaction(*inner)), log=[])
    box.finish(case, "q")
    assert box.open(case) == ["gone"]
    assert box.variables(case)["log"] == ["a"]
    assert "w" in cancelled(box.history(case))


def test_cancel_compensates_in_reverse_what_parallel_branches_did(box):
    inner = (
        start("ib"), task("fork"), user("a"), undo("a"), user("b"), undo("b"), gateway("parallel", "j"), end("x", CANCEL),
        chain("ib", "fork", "a", "j", "x"), chain("fork", "b", "j"),
    )  # fmt: skip
    case = box.begin(around(transaction(*inner)), log=[])
    box.finish(case, "b")
    box.finish(case, "a")
    assert box.variables(case)["log"] == ["a", "b"]


def test_cancel_may_stand_in_a_sub_process_of_the_transaction(box):
    deep = sub(
        "deep", start("db"), task("d"), undo("d"), user("q"), end("x", CANCEL), chain("db", "d", "q", "x")
    )
    case = box.begin(
        around(
            transaction(
                start("ib"), task("a"), undo("a"), deep, task("never"), chain("ib", "a", "deep", "never")
            )
        ),
        log=[],
    )
    box.finish(case, "q")
    assert box.open(case) == ["gone"]
    assert box.variables(case)["log"] == ["d", "a"]
    assert "never" not in completed(box.history(case))


def test_cancel_undoes_what_a_sibling_sub_process_under_way_had_done(box):
    sibling = sub("s", start("sb"), task("d"), undo("d"), user("w"), chain("sb", "d", "w"))
    inner = (
        start("ib"),
        task("fork"),
        sibling,
        user("q"),
        end("x", CANCEL),
        chain("ib", "fork", "s"),
        chain("fork", "q", "x"),
    )
    case = box.begin(around(transaction(*inner)), log=[])
    box.finish(case, "q")
    assert box.variables(case)["log"] == ["d"]
    assert box.open(case) == ["gone"]


def test_cancel_undoes_completed_sub_processes_within(box):
    deep = sub("deep", start("db"), task("d1"), undo("d1"), task("d2"), undo("d2"), chain("db", "d1", "d2"))
    inner = (start("ib"), task("a"), undo("a"), deep, end("x", CANCEL), chain("ib", "a", "deep", "x"))
    case = box.begin(around(transaction(*inner)), log=[])
    assert box.variables(case)["log"] == ["d2", "d1", "a"]
    assert box.open(case) == ["gone"]


def test_cancel_in_an_event_sub_process_of_the_transaction(box):
    es = event_sub("es", start("eb", message("m_stop")), end("x", CANCEL), chain("eb", "x"))
    case = box.begin(
        around(
            transaction(start("ib"), task("a"), undo("a"), user("w"), chain("ib", "a", "w"), es),
            roots=MESSAGES,
        ),
        log=[],
    )
    box.deliver("stop")
    assert box.open(case) == ["gone"]
    assert box.variables(case)["log"] == ["a"]


@pytest.mark.parametrize("sequential", ["true", "false"])
def test_cancel_of_one_instance_leaves_by_the_boundary_of_all(box, sequential):
    inner = (
        MULTI.format(sequential),
        start("ib"),
        task("a"),
        undo("a"),
        user("q"),
        end("x", CANCEL),
        chain("ib", "a", "q", "x"),
    )
    case = box.begin(around(transaction(*inner)), log=[])
    box.finish(case, "q")
    assert box.open(case) == ["gone"]
    assert box.variables(case)["log"] == ["a"]
    box.finish(case, "gone")
    assert box.status(case) == "completed"


def test_cancel_in_a_loop_of_transactions(box):
    inner = (
        '<standardLoopCharacteristics loopMaximum="3"/>',
        start("ib"),
        user("q"),
        end("x", CANCEL),
        chain("ib", "q", "x"),
    )
    case = box.begin(around(transaction(*inner)), log=[])
    box.finish(case, "q")
    assert box.open(case) == ["gone"]


def test_a_transaction_that_completed_can_be_compensated_later(box):
    inner = (start("ib"), task("a"), undo("a"), chain("ib", "a"))
    case = box.begin(
        process(
            start(), transaction(*inner), throw("c", compensate()), user("x"), chain("begin", "t", "c", "x")
        ),
        log=[],
    )
    assert box.variables(case)["log"] == ["a"]
    assert box.open(case) == ["x"]


def test_cancel_waits_for_handlers_that_people_carry_out(box):
    handler = user("a_undo", attributes='isForCompensation="true"')
    inner = (
        start("ib"), task("a"), boundary("a_comp", "a", compensate()), handler, '<association id="as" sourceRef="a_comp" targetRef="a_undo"/>',
        end("x", CANCEL), chain("ib", "a", "x"),
    )  # fmt: skip
    case = box.begin(around(transaction(*inner)))
    assert box.open(case) == ["a_undo"]
    box.finish(case, "a_undo")
    assert box.open(case) == ["gone"]


def test_an_error_in_a_handler_of_a_cancelled_transaction_is_caught_outside(box):
    handler = sub(
        "a_undo",
        start("hb"),
        end("he", error("e_bad")),
        chain("hb", "he"),
        attributes='isForCompensation="true"',
    )
    inner = (
        start("ib"), task("a"), boundary("a_comp", "a", compensate()), handler, '<association id="as" sourceRef="a_comp" targetRef="a_undo"/>',
        end("x", CANCEL), chain("ib", "a", "x"),
    )  # fmt: skip
    hazard = boundary("hazard", "t", error("e_bad")) + user("bad") + chain("hazard", "bad")
    case = box.begin(around(transaction(*inner), hazard, roots=ERRORS))
    assert box.open(case) == ["bad"]


def test_a_cancel_without_its_boundary_is_refused(box):
    with pytest.raises(DeploymentError, match="取消"):
        box.deploy(
            process(
                start(), transaction(start("ib"), end("x", CANCEL), chain("ib", "x")), chain("begin", "t")
            )
        )


def test_a_cancel_outside_any_transaction_is_refused(box):
    with pytest.raises(DeploymentError, match="取消"):
        box.deploy(
            process(start(), sub("t", start("ib"), end("x", CANCEL), chain("ib", "x")), chain("begin", "t"))
        )


# ------------------------------------------------------------------ compensation


def test_every_instance_of_a_task_is_compensated_with_its_own_counter(box):
    a = f'<task id="a">{MULTI.format("true")}</task>'
    case = box.begin(
        process(
            start(),
            a,
            undo("a", "loopCounter"),
            throw("c", compensate()),
            user("x"),
            chain("begin", "a", "c", "x"),
        ),
        log=[],
    )
    assert box.variables(case)["log"] == [2, 1]


def test_every_round_of_a_loop_is_compensated(box):
    a = '<task id="a"><standardLoopCharacteristics loopMaximum="3"/></task>'
    case = box.begin(
        process(
            start(),
            a,
            undo("a", "loopCounter"),
            throw("c", compensate("a")),
            user("x"),
            chain("begin", "a", "c", "x"),
        ),
        log=[],
    )
    assert box.variables(case)["log"] == [3, 2, 1]


@pytest.mark.parametrize("sequential", ["true", "false"])
def test_instances_of_a_sub_process_are_compensated_within(box, sequential):
    inner = (
        MULTI.format(sequential),
        start("ib"),
        task("a"),
        undo("a", "loopCounter * 10"),
        task("b"),
        undo("b", "loopCounter"),
        chain("ib", "a", "b"),
    )
    case = box.begin(
        process(
            start(), sub("s", *inner), throw("c", compensate("s")), user("x"), chain("begin", "s", "c", "x")
        ),
        log=[],
    )
    assert box.open(case) == ["x"]
    assert box.variables(case)["log"] == [2, 20, 1, 10]


def test_an_activity_is_compensated_once_only(box):
    case = box.begin(
        process(
            start(),
            task("a"),
            undo("a"),
            throw("c1", compensate()),
            throw("c2", compensate("a")),
            user("x"),
            chain("begin", "a", "c1", "c2", "x"),
        ),
        log=[],
    )
    assert box.variables(case)["log"] == ["a"]


def test_an_activity_done_twice_is_compensated_twice(box):
    case = box.begin(
        process(
            start(), task("a"), undo("a", "n"), script("s", "{n: n + 1}"), gateway("exclusive", "g", 'default="g_c"'), gateway("exclusive", "m"),
            throw("c", compensate()), user("x"), chain("begin", "m", "s", "a", "g"), flow("g", "m", "n < 2"), chain("g", "c", "x"),
        ),
        log=[], n=0,
    )  # fmt: skip
    assert box.variables(case)["log"] == [2, 1]


def test_a_compensation_end_event_waits_and_ends(box):
    case = box.begin(
        process(start(), task("a"), undo("a"), end("c", compensate()), chain("begin", "a", "c")), log=[]
    )
    assert box.variables(case)["log"] == ["a"]
    assert box.status(case) == "completed"


@pytest.mark.parametrize("wait", ["true", "false"])
def test_a_throw_waits_for_its_handlers_unless_it_says_not_to(box, wait):
    handler = user("a_undo", attributes='isForCompensation="true"')
    case = box.begin(
        process(
            start(), task("a"), boundary("a_comp", "a", compensate()), handler, '<association id="as" sourceRef="a_comp" targetRef="a_undo"/>',
            throw("c", f'<compensateEventDefinition waitForCompletion="{wait}"/>'), user("x"), chain("begin", "a", "c", "x"),
        )
    )  # fmt: skip
    assert box.open(case) == (["a_undo"] if wait == "true" else ["a_undo", "x"])
    if wait == "false":
        box.finish(case, "x")
        assert box.status(case) == "running"
    box.finish(case, "a_undo")
    assert box.status(case) == ("running" if wait == "true" else "completed")


def test_a_throw_in_a_sub_process_reaches_only_what_was_done_within_it(box):
    inner = (start("ib"), task("b"), undo("b"), throw("c", compensate()), chain("ib", "b", "c"))
    case = box.begin(
        process(start(), task("a"), undo("a"), sub("s", *inner), user("x"), chain("begin", "a", "s", "x")),
        log=[],
    )
    assert box.variables(case)["log"] == ["b"]


def test_a_targeted_throw_in_a_sub_process_reaches_an_activity_outside_it(box):
    inner = (start("ib"), throw("c", compensate("a")), chain("ib", "c"))
    case = box.begin(
        process(start(), task("a"), undo("a"), sub("s", *inner), user("x"), chain("begin", "a", "s", "x")),
        log=[],
    )
    assert box.variables(case)["log"] == ["a"]


def test_a_throw_in_an_event_sub_process_reaches_what_its_parent_did(box):
    es = event_sub("es", start("eb", error("e_bad")), throw("c", compensate()), chain("eb", "c"))
    inner = (start("ib"), task("a"), undo("a"), end("ie", error("e_bad")), chain("ib", "a", "ie"), es)
    case = box.begin(
        process(start(), sub("s", *inner), user("x"), chain("begin", "s", "x"), roots=ERRORS), log=[]
    )
    assert box.variables(case)["log"] == ["a"]
    assert box.open(case) == ["x"]


def test_a_compensation_event_sub_process_may_ask_for_the_default_within(box):
    es = event_sub(
        "es",
        start("eb", compensate()),
        script("first", '{log: concatenate(log, ["es"])}'),
        throw("c", compensate()),
        chain("eb", "first", "c"),
    )
    inner = (start("ib"), task("a"), undo("a"), chain("ib", "a"), es)
    case = box.begin(
        process(
            start(), sub("s", *inner), throw("out", compensate()), user("x"), chain("begin", "s", "out", "x")
        ),
        log=[],
    )
    assert box.variables(case)["log"] == ["es", "a"]
    assert box.open(case) == ["x"]


def test_a_handler_on_the_sub_process_itself_goes_before_what_is_within(box):
    inner = (start("ib"), task("a"), undo("a"), chain("ib", "a"))
    case = box.begin(
        process(
            start(),
            sub("s", *inner),
            undo("s"),
            throw("c", compensate()),
            user("x"),
            chain("begin", "s", "c", "x"),
        ),
        log=[],
    )
    assert box.variables(case)["log"] == ["s"]


def test_a_called_process_is_compensated_with_its_own_data(box):
    called = raw_process(
        '<property id="log"/>',
        start("qb"),
        script("set", '{log: [], secret: "q"}'),
        task("a"),
        user_undo("a"),
        chain("qb", "set", "a"),
        pid="q",
    )
    main = raw_process(
        start(),
        '<callActivity id="call" calledElement="q"/>',
        throw("c", compensate()),
        user("x"),
        chain("begin", "call", "c", "x"),
    )
    case = box.begin(definitions(main, called), secret="p")
    assert box.open(case) == ["a_undo"]
    item = box.work_items(case)[0]["id"].rpartition("/")[2]
    assert box.engine.view(case, lambda view: view.state.variables_at(item))["secret"] == "q"
    box.finish(case, "a_undo")
    assert box.open(case) == ["x"]


def user_undo(host: str) -> str:
    handler = user(f"{host}_undo", attributes='isForCompensation="true"')
    return (
        boundary(f"{host}_comp", host, compensate())
        + handler
        + f'<association id="{host}_a" sourceRef="{host}_comp" targetRef="{host}_undo"/>'
    )


def test_handlers_see_data_objects_of_their_sub_process_as_they_were(box):
    inner = (
        '<dataObject id="d"/>', start("ib"), script("one", '{d: "one"}'), task("a"), undo("a", "d"), script("two", '{d: "two"}'),
        task("b"), undo("b", "d"), chain("ib", "one", "a", "two", "b"),
    )  # fmt: skip
    case = box.begin(
        process(
            start(), sub("s", *inner), throw("c", compensate()), user("x"), chain("begin", "s", "c", "x")
        ),
        log=[],
    )
    assert box.variables(case)["log"] == ["two", "one"]


def test_a_handler_that_adds_to_a_variable_adds_to_what_stands_now_but_reads_the_rest_as_it_was(box):
    case = box.begin(
        process(
            start(), task("a"), undo("a", "n"), script("later", '{log: concatenate(log, ["later"]), n: 2}'), throw("c", compensate()), user("x"),
            chain("begin", "a", "later", "c", "x"),
        ),
        log=[], n=1,
    )  # fmt: skip
    assert box.variables(case)["log"] == ["later", 1]


@pytest.mark.parametrize("sequential", ["true", "false"])
def test_instances_that_compensate_themselves_do_not_undo_each_others_entries(box, sequential):
    inner = (
        MULTI.format(sequential),
        start("ib"),
        task("a"),
        undo("a"),
        throw("c", compensate()),
        chain("ib", "a", "c"),
    )
    case = box.begin(process(start(), sub("s", *inner), user("x"), chain("begin", "s", "x")), log=[])
    assert box.variables(case)["log"] == ["a", "a"]


def test_a_compensation_event_sub_process_adds_to_what_stands_now(box):
    es = event_sub(
        "es", start("eb", compensate()), script("first", "{log: concatenate(log, [n])}"), chain("eb", "first")
    )
    inner = (start("ib"), task("a"), chain("ib", "a"), es)
    later = script("later", '{log: concatenate(log, ["later"]), n: 2}')
    case = box.begin(
        process(
            start(),
            sub("s", *inner),
            later,
            throw("out", compensate()),
            user("x"),
            chain("begin", "s", "later", "out", "x"),
        ),
        log=[],
        n=1,
    )
    assert box.variables(case)["log"] == ["later", 1]


def test_an_interrupted_activity_is_not_compensated(box):
    case = box.begin(
        process(
            start(), user("a"), undo("a"), boundary("b", "a", message("m_stop")), throw("c", compensate()), user("x"), user("y"),
            chain("begin", "a", "y"), chain("b", "c", "x"), roots=MESSAGES,
        ),
        log=[],
    )  # fmt: skip
    box.deliver("stop")
    assert box.open(case) == ["x"]
    assert box.variables(case)["log"] == []


def test_a_multi_instance_handler_runs_all_its_instances(box):
    handler = f'<userTask id="a_undo" isForCompensation="true">{MULTI.format("false")}</userTask>'
    case = box.begin(
        process(
            start(), task("a"), boundary("a_comp", "a", compensate()), handler, '<association id="as" sourceRef="a_comp" targetRef="a_undo"/>',
            throw("c", compensate()), user("x"), chain("begin", "a", "c", "x"),
        )
    )  # fmt: skip
    assert box.open(case) == ["a_undo", "a_undo"]
    box.finish(case, "a_undo")
    box.finish(case, "a_undo")
    assert box.open(case) == ["x"]


def test_a_compensation_under_way_ends_with_its_scope(box):
    inner = (start("ib"), task("a"), user_undo("a"), throw("c", compensate()), chain("ib", "a", "c"))
    case = box.begin(
        process(
            start(),
            sub("s", *inner),
            boundary("b", "s", message("m_stop")),
            user("x"),
            user("y"),
            chain("begin", "s", "x"),
            chain("b", "y"),
            roots=MESSAGES,
        )
    )
    assert box.open(case) == ["a_undo"]
    box.deliver("stop")
    assert box.open(case) == ["y"]
