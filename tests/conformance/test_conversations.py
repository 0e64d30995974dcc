"""Messages that belong together: correlation by context and by key (BPMN 2.0.2 §8.4.2)."""

from __future__ import annotations

from models import (
    catch,
    chain,
    definitions,
    end,
    event_sub,
    flow,
    gateway,
    message,
    raw_process,
    script,
    start,
    throw,
    user,
)

MESSAGES = (
    '<message id="m_ask" name="ask"/><message id="m_answer" name="answer"/><message id="m_more" name="more"/>'
)


def prop(node: str, name: str, **paths: str) -> str:
    inner = "".join(
        f'<correlationPropertyRetrievalExpression messageRef="m_{key}"><messagePath>{path}</messagePath></correlationPropertyRetrievalExpression>'
        for key, path in paths.items()
    )
    return f'<correlationProperty id="{node}" name="{name}">{inner}</correlationProperty>'


def collaboration(*keys: str, processes: tuple[str, ...] = ("p",)) -> str:
    participants = "".join(f'<participant id="pa_{each}" processRef="{each}"/>' for each in processes)
    inner = "".join(
        f'<correlationKey id="ck{n}" name="k{n}">'
        + "".join(f"<correlationPropertyRef>{each}</correlationPropertyRef>" for each in key.split())
        + "</correlationKey>"
        for n, key in enumerate(keys)
    )
    return f'<collaboration id="col">{participants}{inner}</collaboration>'


ORDER = MESSAGES + prop("cp", "order", ask="order", answer="reference", more="order")
SEND = throw("ask", message("m_ask"))
ASKER = start() + SEND + catch("w", message("m_answer")) + user("x") + chain("begin", "ask", "w", "x")


def test_the_first_message_sent_sets_the_key_and_answers_must_match(box):
    box.deploy(definitions(ORDER, collaboration("cp"), raw_process(ASKER)))
    first, second = box.start("p", {"order": "A"}), box.start("p", {"order": "B"})
    box.deliver("answer", {}, {"reference": "B"})
    assert box.open(first) == []
    assert box.open(second) == ["x"]
    box.deliver("answer", {"order": "C"})
    assert box.open(first) == []
    box.deliver("answer", {"order": "A"})
    assert box.open(first) == ["x"]


def test_a_key_stands_although_the_variable_changes_later(box):
    body = start() + SEND + script("s", '{order: "changed"}') + catch("w", message("m_answer")) + user("x")
    box.deploy(
        definitions(ORDER, collaboration("cp"), raw_process(body + chain("begin", "ask", "s", "w", "x")))
    )
    case = box.start("p", {"order": "A"})
    box.deliver("answer", {"order": "changed"})
    assert box.open(case) == []
    box.deliver("answer", {"order": "A"})
    assert box.open(case) == ["x"]


def test_the_message_that_began_the_case_sets_the_key(box):
    body = (
        start("begin", message("m_ask"))
        + catch("w", message("m_answer"))
        + user("x")
        + chain("begin", "w", "x")
    )
    box.deploy(definitions(ORDER, collaboration("cp"), raw_process(body)))
    box.deliver("ask", {}, {"order": "A"})
    box.deliver("ask", {"order": "B"}, {})
    first, second = box.cases()
    box.deliver("answer", {}, {"reference": "B"})
    assert (box.open(first), box.open(second)) == ([], ["x"])


def test_the_first_message_received_sets_the_key(box):
    body = (
        start()
        + catch("one", message("m_ask"))
        + catch("two", message("m_answer"))
        + user("x")
        + chain("begin", "one", "two", "x")
    )
    box.deploy(definitions(ORDER, collaboration("cp"), raw_process(body)))
    case = box.start("p")
    box.deliver("ask", {"order": "A"})
    box.deliver("answer", {"order": "B"})
    assert box.open(case) == []
    box.deliver("answer", {"order": "A"})
    assert box.open(case) == ["x"]


def test_a_listener_that_stood_before_the_key_was_set_asks_for_it_from_then_on(box):
    listening = event_sub(
        "es", start("eb", message("m_more"), 'isInterrupting="false"'), user("handle"), chain("eb", "handle")
    )
    body = start() + user("a") + SEND + user("x") + chain("begin", "a", "ask", "x") + listening
    box.deploy(definitions(ORDER, collaboration("cp"), raw_process(body)))
    first, second = box.start("p", {"order": "A"}), box.start("p", {"order": "B"})
    for case in (first, second):
        box.finish(case, "a")
    box.deliver("more", {"order": "B"})
    assert (box.open(first), box.open(second)) == (["x"], ["handle", "x"])


def test_a_key_of_two_properties_needs_both(box):
    roots = (
        MESSAGES
        + prop("c1", "order", ask="order", answer="order")
        + prop("c2", "year", ask="year", answer="year")
    )
    box.deploy(definitions(roots, collaboration("c1 c2"), raw_process(ASKER)))
    case = box.start("p", {"order": "A", "year": 2026})
    box.deliver("answer", {"order": "A", "year": 2025})
    assert box.open(case) == []
    box.deliver("answer", {}, {"order": "A", "year": 2026})
    assert box.open(case) == ["x"]


def test_a_message_without_a_path_for_the_key_is_not_bound_by_it(box):
    roots = MESSAGES + prop("cp", "order", ask="order")
    box.deploy(definitions(roots, collaboration("cp"), raw_process(ASKER)))
    case = box.start("p", {"order": "A"})
    box.deliver("answer", {}, {"n": 1})
    assert box.open(case) == ["x"]


def test_two_processes_converse_by_key(box):
    asked = raw_process(
        start("qb", message("m_ask"))
        + user("think")
        + throw("reply", message("m_answer"))
        + chain("qb", "think", "reply"),
        pid="q",
    )
    body = (
        start()
        + throw(
            "ask",
            '<dataInput id="ti" name="order"/><dataInputAssociation><sourceRef>no</sourceRef><targetRef>ti</targetRef></dataInputAssociation>'
            "<inputSet><dataInputRefs>ti</dataInputRefs></inputSet>" + message("m_ask"),
        )
        + catch("w", message("m_answer"))
        + user("x")
        + chain("begin", "ask", "w", "x")
    )
    roots = MESSAGES + prop("cp", "order", ask="order", answer="order")
    main = raw_process('<property id="no"/>' + body)
    box.deploy(definitions(roots, collaboration("cp", processes=("p", "q")), main, asked))
    first, second = box.start("p", {"no": "A"}), box.start("p", {"no": "B"})
    theirs = [case for case in box.cases() if case not in (first, second)]
    assert len(theirs) == 2
    box.finish(theirs[1], "think")
    assert (box.open(first), box.open(second)) == ([], ["x"])
    box.finish(theirs[0], "think")
    assert box.open(first) == ["x"]


def test_an_early_message_with_the_right_key_is_found_when_its_listener_comes(box):
    body = (
        start()
        + user("a")
        + SEND
        + catch("w", message("m_answer"))
        + user("x")
        + chain("begin", "a", "ask", "w", "x")
    )
    box.deploy(definitions(ORDER, collaboration("cp"), raw_process(body)))
    first, second = box.start("p", {"order": "A"}), box.start("p", {"order": "B"})
    box.deliver("answer", {"order": "B"})
    box.finish(first, "a")
    assert box.open(first) == []
    box.finish(second, "a")
    assert box.open(second) == ["x"]


def test_a_key_counts_behind_an_event_gateway_and_at_a_receive_task(box):
    body = (
        start() + SEND + gateway("eventBased", "g") + catch("w", message("m_answer")) + catch("v", message("m_more")) + user("x") + user("y")
        + chain("begin", "ask", "g", "w", "x") + flow("g", "v") + flow("v", "y")
    )  # fmt: skip
    box.deploy(definitions(ORDER, collaboration("cp"), raw_process(body)))
    case = box.start("p", {"order": "A"})
    box.deliver("more", {"order": "B"})
    assert box.open(case) == []
    box.deliver("more", {"order": "A"})
    assert box.open(case) == ["y"]


def test_a_send_task_sets_the_key_too(box):
    body = (
        start() + '<sendTask id="ask" messageRef="m_ask"/><receiveTask id="w" messageRef="m_answer"/>' + user("x") + end()
        + chain("begin", "ask", "w", "x", "done")
    )  # fmt: skip
    box.deploy(definitions(ORDER, collaboration("cp"), raw_process(body)))
    case = box.start("p", {"order": "A"})
    box.deliver("answer", {"order": "B"})
    assert box.open(case) == []
    box.deliver("answer", {"order": "A"})
    assert box.open(case) == ["x"]


def test_a_called_process_belongs_to_the_same_conversation(box):
    called = raw_process(
        start("qb") + catch("w", message("m_answer")) + end("qe") + chain("qb", "w", "qe"), pid="q"
    )
    body = (
        start()
        + SEND
        + '<callActivity id="c" calledElement="q"/>'
        + user("x")
        + chain("begin", "ask", "c", "x")
    )
    box.deploy(definitions(ORDER, collaboration("cp"), raw_process(body), called))
    case = box.start("p", {"order": "A"})
    box.deliver("answer", {"order": "B"})
    assert box.open(case) == []
    box.deliver("answer", {"order": "A"})
    assert box.open(case) == ["x"]
