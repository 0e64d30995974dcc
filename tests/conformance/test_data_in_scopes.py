"""Data in nested scopes: properties, data objects, associations, input sets, global tasks, decisions (BPMN 2.0.2 §10.4)."""

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
    condition,
    definitions,
    end,
    error,
    escalation,
    expression,
    message,
    process,
    raw_process,
    script,
    signal,
    start,
    sub,
    task,
    throw,
    user,
)  # fmt: skip

from engine.cases import SYSTEM
from engine.errors import DeploymentError
from engine.kernel.commands import SetVariables

MULTI = '<multiInstanceLoopCharacteristics isSequential="{}"><loopCardinality xsi:type="tFormalExpression">2</loopCardinality></multiInstanceLoopCharacteristics>'


def data_object(node: str, name: str = "") -> str:
    label = f'name="{name}"' if name else ""
    return f'<dataObject id="{node}" {label}/><dataObjectReference id="{node}_ref" dataObjectRef="{node}"/>'


def io(inputs: str = "", outputs: str = "", optional: str = "", sets: str | None = None) -> str:
    text = "".join(f'<dataInput id="{each}"/>' for each in inputs.split()) + "".join(
        f'<dataOutput id="{each}"/>' for each in outputs.split()
    )
    if sets is None:
        refs = "".join(f"<dataInputRefs>{each}</dataInputRefs>" for each in inputs.split())
        refs += "".join(f"<optionalInputRefs>{each}</optionalInputRefs>" for each in optional.split())
        sets = f"<inputSet>{refs}</inputSet>"
    out = "".join(f"<dataOutputRefs>{each}</dataOutputRefs>" for each in outputs.split())
    return f"<ioSpecification>{text}{sets}<outputSet>{out}</outputSet></ioSpecification>"


def carry(
    direction: str,
    source: str,
    target: str,
    transformation: str = "",
    assignment: tuple[str, str] | None = None,
) -> str:
    inner = f"<sourceRef>{source}</sourceRef>" if source else ""
    inner += f"<targetRef>{target}</targetRef>"
    inner += expression("transformation", transformation) if transformation else ""
    if assignment:
        inner += (
            f"<assignment>{expression('from', assignment[0])}{expression('to', assignment[1])}</assignment>"
        )
    return f"<data{direction}Association>{inner}</data{direction}Association>"


def test_a_data_object_of_a_sub_process_hides_the_one_outside_and_is_gone_with_it(box):
    inner = sub(
        "s", data_object("inner", "d"), start("ib"), script("in", '{seen: d, d: "in"}'), chain("ib", "in")
    )
    case = box.begin(
        process(
            data_object("outer", "d"),
            start(),
            script("out", '{d: "out"}'),
            inner,
            user("x"),
            chain("begin", "out", "s", "x"),
        )
    )
    assert box.variables(case)["d"] == "out"
    assert box.variables(case)["seen"] is None


def test_every_instance_of_a_sub_process_has_its_own_data_object(box):
    inner = sub(
        "s", MULTI.format("false"), data_object("d"), start("ib"), user("w"), user("v"), chain("ib", "w", "v")
    )
    case = box.begin(process(start(), inner, chain("begin", "s")))
    box.finish(case, "w", d="first")
    box.finish(case, "w", d="second")
    items = [each["id"].rpartition("/")[2] for each in box.work_items(case)]
    seen = [
        box.engine.view(case, lambda view, item=item: view.state.variables_at(item)["d"]) for item in items
    ]
    assert seen == ["first", "second"]
    assert "d" not in box.variables(case)


def test_every_round_of_a_loop_begins_with_a_fresh_data_object(box):
    inner = sub(
        "s",
        '<standardLoopCharacteristics loopMaximum="2"/>',
        data_object("d"),
        start("ib"),
        script("w", "{log: concatenate(log, [d]), d: 1}"),
        chain("ib", "w"),
    )
    case = box.begin(process(start(), inner, end(), chain("begin", "s", "done")), log=[])
    assert box.variables(case)["log"] == [None, None]


def test_a_property_of_a_task_lives_as_long_as_the_task(box):
    work = script("w", "{own: 5}", inner='<property id="own"/>')
    case = box.begin(process(start(), work, user("x"), chain("begin", "w", "x")))
    assert "own" not in box.variables(case)


@pytest.mark.parametrize("kind", ["script", "service", "user", "sub", "rule"])
def test_associations_carry_data_into_and_out_of_an_activity(box, kind):
    pass_in = io("i", "o") + carry("Input", "given", "i") + carry("Output", "o", "taken")
    box.handle("h", lambda values: {"o": values["i"] + 1})
    if kind == "rule":
        box.deploy(DECIDE)
    work = {
        "script": script("w", "{o: i + 1}", inner=pass_in),
        "service": f'<serviceTask id="w" chengban:handler="h">{pass_in}</serviceTask>',
        "user": user("w", pass_in),
        "sub": sub("w", pass_in, start("ib"), script("iw", "{o: i + 1}"), chain("ib", "iw")),
        "rule": f'<businessRuleTask id="w" chengban:decision="next" chengban:result="o">{pass_in}</businessRuleTask>',
    }[kind]
    case = box.begin(
        process(
            '<property id="given"/><property id="taken"/>', start(), work, user("x"), chain("begin", "w", "x")
        ),
        given=1,
    )
    if kind == "user":
        box.finish(case, "w", o=2)
    assert box.open(case) == ["x"]
    assert box.variables(case)["taken"] == 2
    assert "i" not in box.variables(case)


DECIDE = (
    b'<definitions xmlns="https://www.omg.org/spec/DMN/20211108/MODEL/" id="d" name="d" namespace="urn:d">'
    b'<inputData id="ii" name="i"><variable name="i"/></inputData>'
    b'<decision id="next_id" name="next"><variable name="next"/><informationRequirement><requiredInput href="#ii"/></informationRequirement>'
    b"<literalExpression><text>i + 1</text></literalExpression></decision>"
    b'<decisionService id="svc" name="the service"><variable name="the service"/><outputDecision href="#next_id"/><inputData href="#ii"/></decisionService>'
    b"</definitions>"
)


@pytest.mark.parametrize("name", ["next", "next_id", "the service", "svc"])
def test_a_business_rule_task_calls_a_decision_or_a_decision_service(box, name):
    box.deploy(DECIDE)
    case = box.begin(
        process(
            start(),
            f'<businessRuleTask id="w" chengban:decision="{name}" chengban:result="r"/>',
            user("x"),
            chain("begin", "w", "x"),
        ),
        i=1,
    )
    assert box.variables(case)["r"] == 2


def test_transformation_and_assignment_compute_what_passes(box):
    work = script(
        "w", "{o: i + j}",
        inner=io("i j", "o") + carry("Input", "n", "i", "n * 10") + carry("Input", "", "j", assignment=("n + 1", "j")) + carry("Output", "o", "n", "o * 2"),
    )  # fmt: skip
    case = box.begin(process('<property id="n"/>', start(), work, user("x"), chain("begin", "w", "x")), n=1)
    assert box.variables(case)["n"] == 24


def test_work_waits_for_its_required_input(box):
    work = user("w", io("i") + carry("Input", "given", "i"))
    case = box.begin(
        process(
            '<property id="given"/>',
            start(),
            work,
            user("a"),
            user("x"),
            chain("begin", "w", "x"),
            chain("begin", "a"),
        )
    )
    assert box.open(case) == ["a"]
    box.finish(case, "a", given="there")
    assert box.open(case) == ["w"]
    box.finish(case, "w")
    assert box.open(case) == ["x"]


def test_an_optional_input_is_not_waited_for(box):
    work = user("w", io("i", optional="i") + carry("Input", "given", "i"))
    case = box.begin(process('<property id="given"/>', start(), work, chain("begin", "w")))
    assert box.open(case) == ["w"]


def test_one_complete_input_set_is_enough(box):
    sets = "<inputSet><dataInputRefs>i</dataInputRefs></inputSet><inputSet><dataInputRefs>j</dataInputRefs></inputSet>"
    work = user("w", io("i j", sets=sets) + carry("Input", "one", "i") + carry("Input", "two", "j"))
    case = box.begin(
        process('<property id="one"/><property id="two"/>', start(), work, chain("begin", "w")), two=2
    )
    assert box.open(case) == ["w"]


def test_work_that_waits_for_data_can_be_interrupted(box):
    work = user("w", io("i") + carry("Input", "given", "i"))
    case = box.begin(
        process(
            '<property id="given"/>',
            start(),
            work,
            boundary("b", "w", message("m_stop")),
            user("x"),
            chain("begin", "w"),
            chain("b", "x"),
            roots=MESSAGES,
        )
    )
    box.deliver("stop")
    assert box.open(case) == ["x"]
    box.engine.submit(case, SetVariables({"given": 1}), actor=SYSTEM)
    assert box.open(case) == ["x"]


def test_instances_wait_for_their_data_too(box):
    work = user("w", io("i") + carry("Input", "given", "i") + MULTI.format("false"))
    case = box.begin(
        process('<property id="given"/>', start(), work, user("a"), chain("begin", "w"), chain("begin", "a"))
    )
    box.finish(case, "a", given=1)
    assert box.open(case) == ["w", "w"]


@pytest.mark.parametrize(
    ("thrown", "caught", "roots"),
    [
        (error("e_bad"), error("e_bad"), ERRORS),
        (escalation("c_late"), escalation("c_late"), ESCALATIONS),
        (signal("s_alarm"), signal("s_alarm"), SIGNALS),
    ],
)
def test_a_throwing_end_event_passes_its_data_to_the_catcher(box, thrown, caught, roots):
    payload = (
        '<dataInput id="pi" name="why"/>'
        + carry("Input", "reason", "pi")
        + "<inputSet><dataInputRefs>pi</dataInputRefs></inputSet>"
    )
    taking = (
        '<dataOutput id="po" name="why"/>'
        + carry("Output", "po", "cause")
        + "<outputSet><dataOutputRefs>po</dataOutputRefs></outputSet>"
    )
    inner = sub(
        "s",
        data_object("reason"),
        start("ib"),
        script("r", '{reason: "late"}'),
        end("ie", payload + thrown),
        chain("ib", "r", "ie"),
    )
    payload_source = inner.replace("<sourceRef>reason</sourceRef>", "<sourceRef>reason_ref</sourceRef>")
    case = box.begin(
        process(
            '<property id="cause"/>',
            start(),
            payload_source,
            boundary("b", "s", taking + caught),
            user("x"),
            chain("begin", "s"),
            chain("b", "x"),
            roots=roots,
        )
    )
    assert box.open(case) == ["x"]
    assert box.variables(case)["cause"] == "late"
    assert "why" not in box.variables(case)


@pytest.mark.parametrize(
    "writer",
    [
        script("w", "{red: true}"),
        script("w", "{o: true}", inner=io("", "o") + carry("Output", "o", "red")),
        sub("w", start("ib"), script("iw", "{red: true}"), chain("ib", "iw")),
        script("w", "{vote: true}", inner=(
            io("", "o") + carry("Output", "o", "votes")
            + '<multiInstanceLoopCharacteristics><loopCardinality xsi:type="tFormalExpression">2</loopCardinality>'
            + '<loopDataOutputRef>o</loopDataOutputRef><outputDataItem id="vote"/></multiInstanceLoopCharacteristics>'
        )),
    ],
)  # fmt: skip
def test_a_condition_is_looked_at_again_whoever_writes(box, writer):
    text = "red or count(votes) = 2"
    case = box.begin(
        process(
            '<property id="red"/><property id="votes"/>', start(), catch("c", condition(text)), user("x"), user("go"), writer,
            chain("begin", "c", "x"), chain("begin", "go", "w"),
        ),
        red=False, votes=[],
    )  # fmt: skip
    assert box.open(case) == ["go"]
    box.finish(case, "go")
    assert box.open(case) == ["x"]


def test_a_condition_in_another_scope_sees_the_variable_it_reads(box):
    inner = sub(
        "s",
        data_object("red"),
        start("ib"),
        catch("c", condition("red")),
        user("x"),
        user("w"),
        chain("ib", "c", "x"),
        chain("ib", "w"),
    )
    case = box.begin(
        process(start(), inner, user("go"), chain("begin", "s"), chain("begin", "go")), red=False
    )
    box.finish(case, "go", red=True)
    assert box.open(case) == ["w"]
    box.finish(case, "w", red=True)
    assert box.open(case) == ["x"]


GLOBALS = {
    "task": '<globalTask id="q"/>',
    "manual": '<globalManualTask id="q"/>',
    "script": '<globalScriptTask id="q"><script>{o: i + 1}</script></globalScriptTask>',
    "user": '<globalUserTask id="q" name="q"/>',
    "rule": '<globalBusinessRuleTask id="q" chengban:decision="next" chengban:result="o"/>',
}


@pytest.mark.parametrize("kind", GLOBALS)
@pytest.mark.parametrize("loop", ["", MULTI.format("true")])
def test_each_kind_of_global_task_is_called(box, kind, loop):
    box.deploy(DECIDE)
    mapping = (
        carry("Input", "", "ci", assignment=("n", "i")) + carry("Output", "co", "n", "o")
        if kind in ("script", "user", "rule")
        else ""
    )
    spec = io("ci", "co") if mapping else ""
    call = f'<callActivity id="c" calledElement="q">{spec}{mapping}{loop}</callActivity>'
    case = box.begin(
        definitions(
            GLOBALS[kind],
            raw_process('<property id="n"/>', start(), call, user("x"), chain("begin", "c", "x")),
        ),
        n=1,
    )
    rounds = 2 if loop else 1
    if kind == "user":
        for value in range(rounds):
            box.finish(case, "q.task", o=2 + value)
    assert box.open(case) == ["x"]
    assert box.variables(case)["n"] == (1 + rounds if mapping else 1)


def test_a_property_of_an_event_is_refused(box):
    with pytest.raises(DeploymentError, match="property"):
        box.deploy(process(start("begin", '<property id="pp"/>'), task("a"), chain("begin", "a")))


def test_a_process_cannot_begin_by_a_condition(box):
    with pytest.raises(DeploymentError, match="条件"):
        box.deploy(process(start("begin", condition("true")), task("a"), chain("begin", "a")))


def test_a_throw_event_carries_its_input_to_a_message(box):
    payload = (
        '<dataInput id="pi" name="amount"/>'
        + carry("Input", "n", "pi", "n * 2")
        + "<inputSet><dataInputRefs>pi</dataInputRefs></inputSet>"
    )
    other = raw_process(start("qb", message("m_pay")), user("qw"), chain("qb", "qw"), pid="q")
    main = raw_process(
        '<property id="n"/>', start(), throw("t", payload + message("m_pay")), chain("begin", "t")
    )
    box.begin(definitions(MESSAGES, main, other), n=4)
    assert box.variables(box.cases()[1]) == {"amount": 8}
