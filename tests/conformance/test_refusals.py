"""Wrong models are refused, each with a sentence, and all faults at once (BPMN 2.0.2 §2.1.1, chapters 8, 10, 13)."""

from __future__ import annotations

import pytest
from models import (
    ERRORS,
    ESCALATIONS,
    MESSAGES,
    SIGNALS,
    boundary,
    catch,
    chain,
    compensate,
    condition,
    end,
    error,
    event_sub,
    expression,
    flow,
    gateway,
    message,
    process,
    script,
    signal,
    start,
    sub,
    task,
    throw,
    timer,
    user,
)  # fmt: skip

from engine.errors import DeploymentError

ROOTS = MESSAGES + SIGNALS + ERRORS + ESCALATIONS
LINK = '<linkEventDefinition name="l"/>'


def multi(inner: str, attributes: str = "") -> str:
    return f"<multiInstanceLoopCharacteristics {attributes}>{inner}</multiInstanceLoopCharacteristics>"


WRONG = {
    "flow to nothing": task("a") + chain("begin", "a", "nowhere"),
    "flow into a start": task("a") + chain("begin", "a", "begin"),
    "flow out of an end": end() + task("a") + chain("begin", "done", "a"),
    "flow across scopes": sub("s", start("ib"), task("i"), chain("ib", "i")) + chain("begin", "s") + chain("begin", "i"),
    "flow into a boundary": user("a") + boundary("b", "a", message("m_pay")) + chain("begin", "a") + chain("begin", "b"),
    "condition out of a parallel gateway": gateway("parallel", "g") + task("a") + task("b") + chain("begin", "g", "a") + flow("g", "b", "x"),
    "condition out of a start": task("a") + flow("begin", "a", "x"),
    "default with a condition": gateway("exclusive", "g", 'default="g_a"') + task("a") + task("b") + chain("begin", "g", "b") + flow("g", "a", "x"),
    "default of another": gateway("exclusive", "g", 'default="a_b"') + task("a") + task("b") + chain("begin", "g", "a", "b"),
    "boundary on a gateway": gateway("exclusive", "g") + task("a") + boundary("b", "g", message("m_pay")) + chain("begin", "g", "a"),
    "boundary on nothing": task("a") + boundary("b", "nothing", message("m_pay")) + chain("begin", "a"),
    "boundary without definition": user("a") + boundary("b", "a", "") + chain("begin", "a"),
    "non-interrupting error": user("a") + boundary("b", "a", error("e_bad"), False) + chain("begin", "a"),
    "link on a boundary": user("a") + boundary("b", "a", LINK) + chain("begin", "a"),
    "terminate on a boundary": user("a") + boundary("b", "a", "<terminateEventDefinition/>") + chain("begin", "a"),
    "cancel on a plain sub-process": sub("s", start("ib"), task("i"), chain("ib", "i")) + boundary("b", "s", "<cancelEventDefinition/>") + chain("begin", "s"),
    "catching an error": catch("c", error("e_bad")) + chain("begin", "c"),
    "catching nothing": catch("c", "") + chain("begin", "c"),
    "throwing a timer": throw("t", timer("timeDuration", "PT1H")) + chain("begin", "t"),
    "throwing an error in the middle": throw("t", error("e_bad")) + task("a") + chain("begin", "t", "a"),
    "ending by a condition": end("e", condition("x")) + chain("begin", "e"),
    "error without a code": end("e", error("e_none")) + chain("begin", "e"),
    "message without a name": catch("c", "<messageEventDefinition/>") + chain("begin", "c"),
    "signal without a name": catch("c", "<signalEventDefinition/>") + chain("begin", "c"),
    "unknown message": catch("c", message("m_unknown")) + chain("begin", "c"),
    "unknown error": end("e", error("e_unknown")) + chain("begin", "e"),
    "timer without time": catch("c", "<timerEventDefinition/>") + chain("begin", "c"),
    "timer with two times": catch("c", "<timerEventDefinition>" + expression("timeDate", "2026-01-01") + expression("timeDuration", "P1D") + "</timerEventDefinition>") + chain("begin", "c"),
    "timer that is no duration": catch("c", timer("timeDuration", "P1X")) + chain("begin", "c"),
    "link without catch": throw("t", LINK) + chain("begin", "t"),
    "two catches of one link": throw("t", LINK) + catch("c", LINK) + catch("d", LINK) + task("a") + chain("begin", "t") + chain("c", "a") + chain("d", "a"),
    "event sub-process in the flow": event_sub("es", start("eb", message("m_pay")), task("i"), chain("eb", "i")) + chain("begin", "es"),
    "event sub-process without trigger": event_sub("es", start("eb"), task("i"), chain("eb", "i")) + task("a") + chain("begin", "a"),
    "event sub-process with two starts": event_sub("es", start("eb", message("m_pay")), start("ec", signal("s_alarm")), task("i"), chain("eb", "i"), chain("ec", "i")) + task("a") + chain("begin", "a"),
    "non-interrupting error start": event_sub("es", start("eb", error("e_bad"), 'isInterrupting="false"'), task("i"), chain("eb", "i")) + task("a") + chain("begin", "a"),
    "error start of a process": start("other", error("e_bad")) + task("a") + chain("begin", "a") + chain("other", "a"),
    "triggered start of a sub-process": sub("s", start("ib", message("m_pay")), task("i"), chain("ib", "i")) + chain("begin", "s"),
    "event gateway before a task": gateway("eventBased", "g") + task("a") + catch("c", message("m_pay")) + chain("begin", "g", "a") + chain("g", "c"),
    "event gateway with one way": gateway("eventBased", "g") + catch("c", message("m_pay")) + chain("begin", "g", "c"),
    "parallel event gateway that begins nothing": gateway("eventBased", "g", 'eventGatewayType="Parallel"') + catch("c", message("m_pay")) + catch("d", signal("s_alarm")) + chain("begin", "g", "c") + chain("g", "d"),
    "instances without number": user("a", multi("")) + chain("begin", "a"),
    "negative instances": user("a", multi(expression("loopCardinality", "-2"))) + chain("begin", "a"),
    "complex behavior without definition": user("a", multi(expression("loopCardinality", "2"), 'behavior="Complex"')) + chain("begin", "a"),
    "a behavior event that is not asked for": user("a", multi(expression("loopCardinality", "2"), 'behavior="All" oneBehaviorEventRef="d_signal"')) + chain("begin", "a"),
    "negative loop": user("a", '<standardLoopCharacteristics loopMaximum="-1"/>') + chain("begin", "a"),
    "loop without end": user("a", "<standardLoopCharacteristics/>") + chain("begin", "a"),
    "zero start quantity": task("a", 'startQuantity="0"') + chain("begin", "a"),
    "zero completion quantity": task("a", 'completionQuantity="0"') + chain("begin", "a"),
    "negative quantity": task("a", 'startQuantity="-1"') + chain("begin", "a"),
    "compensation of nothing": task("a") + throw("t", compensate("nothing")) + chain("begin", "a", "t"),
    "compensation boundary without handler": task("a") + boundary("b", "a", compensate()) + chain("begin", "a"),
    "handler in the flow": task("a") + boundary("b", "a", compensate()) + task("h", 'isForCompensation="true"') + '<association id="as" sourceRef="b" targetRef="h"/>' + chain("begin", "a", "h"),
    "call of nothing": '<callActivity id="c" calledElement="nothing"/>' + chain("begin", "c"),
    "call without name": '<callActivity id="c"/>' + chain("begin", "c"),
    "script in another language": f'<scriptTask id="s" scriptFormat="javascript"><script>1</script></scriptTask>{chain("begin", "s")}',
    "script that is no FEEL": script("s", "{a: }") + chain("begin", "s"),
    "script without text": '<scriptTask id="s"/>' + chain("begin", "s"),
    "unknown function": script("s", "{a: frobnicate(1)}") + chain("begin", "s"),
    "unknown decision": '<businessRuleTask id="r" chengban:decision="nothing" chengban:result="x"/>' + chain("begin", "r"),
    "rule task without decision": '<businessRuleTask id="r"/>' + chain("begin", "r"),
    "receive task without message": '<receiveTask id="s"/>' + chain("begin", "s"),
    "another transaction method": sub("s", start("ib"), task("i"), chain("ib", "i"), attributes='method="##Store"', kind="transaction") + chain("begin", "s"),
    "gateway that leads nowhere": gateway("exclusive", "g") + chain("begin", "g"),
    "converging gateway that splits": gateway("exclusive", "g", 'gatewayDirection="Converging"') + task("a") + task("b") + chain("begin", "g", "a") + flow("g", "b", "x"),
    "association without source": user("a", '<ioSpecification><dataInput id="i"/><inputSet><dataInputRefs>i</dataInputRefs></inputSet><outputSet/></ioSpecification><dataInputAssociation><targetRef>i</targetRef></dataInputAssociation>') + chain("begin", "a"),
    "sign that nothing executes": user("a", attributes='chengban:sign="all"') + chain("begin", "a"),
    "duplicate id": task("a") + task("a") + chain("begin", "a"),
}  # fmt: skip


@pytest.mark.parametrize("kind", WRONG)
def test_it_is_refused_with_a_sentence(box, kind):
    roots = (
        ROOTS + '<error id="e_none" name="none"/><signalEventDefinition id="d_signal" signalRef="s_alarm"/>'
    )
    with pytest.raises(DeploymentError) as refused:
        box.deploy(process(start(), WRONG[kind], roots=roots))
    assert refused.value.faults
    for fault in refused.value.faults:
        assert len(fault.message) > 5
