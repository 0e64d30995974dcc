"""What the reader lets through and what it refuses, attribute by attribute (BPMN 2.0.2)."""

from __future__ import annotations

import time

import pytest

from engine.errors import DeploymentError
from engine.model import bpmn, read_bpmn

HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:tool="urn:a-tool" '
    'xmlns:chengban="urn:chengban:bpmn:1" id="d" targetNamespace="urn:test">'
)


def read(body: str, roots: str = "") -> bpmn.Process:
    text = f'{HEAD}{roots}<process id="p" isExecutable="true">{body}</process></definitions>'
    return read_bpmn(text.encode(), "t.bpmn").processes[0]


def node(body: str, roots: str = ""):
    return read(body, roots).body.nodes[0]


def codes(body: str, roots: str = "") -> set[str]:
    with pytest.raises(DeploymentError) as caught:
        read(body, roots)
    assert all(fault.line >= 1 and fault.message for fault in caught.value.faults)
    return {fault.code for fault in caught.value.faults}


def flow(source: str, target: str, condition: str = "", name: str = "") -> str:
    inner = f"<conditionExpression>{condition}</conditionExpression>" if condition else ""
    identity = name or f"{source}_{target}"
    return f'<sequenceFlow id="{identity}" sourceRef="{source}" targetRef="{target}">{inner}</sequenceFlow>'


OPERATION = (
    '<message id="m"/><interface id="i" name="i"><operation id="op" name="op">'
    "<inMessageRef>m</inMessageRef></operation></interface>"
)


@pytest.mark.parametrize(
    ("task", "handler"),
    [
        ('<serviceTask id="s"/>', "s"),
        ('<serviceTask id="s" operationRef="op"/>', "op"),
        ('<serviceTask id="s" operationRef="op" chengban:handler="h"/>', "h"),
        ('<sendTask id="s"/>', "s"),
        ('<sendTask id="s" operationRef="op"/>', "op"),
        ('<sendTask id="s" messageRef="m"/>', None),
    ],
)
def test_a_task_without_handler_is_done_by_its_operation_or_itself(task, handler):
    """§10.3.3: implementation is left open; production checks that somebody is registered under the name."""
    assert node(task, OPERATION).handler == handler


def test_what_other_tools_add_in_their_own_namespace_passes():
    """§8.2.3 extensibility."""
    task = node(
        '<userTask id="u" tool:colour="red"><extensionElements><tool:form/></extensionElements></userTask>'
    )
    assert isinstance(task, bpmn.UserTask)


def test_a_transaction_keeps_its_method_and_its_boundary():
    """§10.3.5 transaction."""
    process = read(
        '<transaction id="t" method="##Compensate"><task id="x"/><endEvent id="e"><cancelEventDefinition/></endEvent>'
        + flow("x", "e")
        + '</transaction><boundaryEvent id="b" attachedToRef="t"><cancelEventDefinition/></boundaryEvent>'
    )
    assert isinstance(process.body.nodes[0], bpmn.Transaction)
    assert process.body.nodes[0].method == "##Compensate"


def test_another_transaction_method_is_refused():
    assert codes('<transaction id="t" method="##Store"><task id="x"/></transaction>') == {
        "transaction_method"
    }


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ("", (False, True)),
        ('ordering="Sequential"', (True, True)),
        ('cancelRemainingInstances="false"', (False, False)),
    ],
)
def test_an_ad_hoc_sub_process_keeps_order_and_cancelling(attributes, expected):
    """§10.3.5 ad-hoc."""
    found = node(
        f'<adHocSubProcess id="s" {attributes}><task id="x"/><completionCondition>done</completionCondition></adHocSubProcess>'
    )
    assert isinstance(found, bpmn.AdHocSubProcess)
    assert (found.sequential, found.cancel_remaining) == expected
    assert found.completion is not None
    assert found.completion.text == "done"


SIGNAL = '<signal id="sg" name="sg"/><signalEventDefinition id="sd" signalRef="sg"/>'


def test_complex_behaviour_keeps_condition_and_event():
    """§10.3.7, table 10.33."""
    loop = node(
        '<userTask id="a"><multiInstanceLoopCharacteristics behavior="Complex"><loopCardinality>3</loopCardinality>'
        "<complexBehaviorDefinition><condition>n = 1</condition>"
        '<event id="e"><signalEventDefinition signalRef="sg"/></event></complexBehaviorDefinition>'
        "</multiInstanceLoopCharacteristics></userTask>".replace(
            "<condition>", '<condition xsi:type="tFormalExpression">'
        ),
        SIGNAL,
    ).loop
    assert loop.behavior == "Complex"
    assert [each.condition.text for each in loop.complex_behaviors] == ["n = 1"]
    assert isinstance(loop.complex_behaviors[0].event.definitions[0], bpmn.SignalDefinition)


@pytest.mark.parametrize(
    ("attributes", "inner"),
    [
        ('behavior="Complex"', ""),
        ('behavior="None" oneBehaviorEventRef="sd"', ""),
        ('noneBehaviorEventRef="sd"', ""),
    ],
)
def test_an_event_that_goes_with_another_behaviour_is_refused(attributes, inner):
    task = (
        f'<task id="a"><multiInstanceLoopCharacteristics {attributes}><loopCardinality>2</loopCardinality>{inner}'
        "</multiInstanceLoopCharacteristics></task>"
    )
    assert codes(task, SIGNAL) == {"behavior_event"}


OWN_DATA = (
    '<ioSpecification><dataInput id="di" name="list" isCollection="true"/><dataOutput id="dq" name="res"/>'
    "<inputSet><dataInputRefs>di</dataInputRefs></inputSet><outputSet><dataOutputRefs>dq</dataOutputRefs></outputSet>"
    "</ioSpecification>"
    "<dataInputAssociation><sourceRef>dr</sourceRef><targetRef>di</targetRef>{transformation}</dataInputAssociation>"
    "<dataOutputAssociation><sourceRef>dq</sourceRef><targetRef>dr</targetRef></dataOutputAssociation>"
)
LOOP = (
    "<multiInstanceLoopCharacteristics><loopDataInputRef>{source}</loopDataInputRef>"
    "<loopDataOutputRef>{target}</loopDataOutputRef>"
    '<inputDataItem id="it" name="item"/><outputDataItem id="ot" name="out"/></multiInstanceLoopCharacteristics>'
)
OBJECT = (
    '<dataObject id="do" name="items" isCollection="true"/><dataObjectReference id="dr" dataObjectRef="do"/>'
)


@pytest.mark.parametrize(
    ("source", "target", "own"),
    [("di", "dq", OWN_DATA.format(transformation="")), ("dr", "dr", ""), ("do", "do", "")],
)
def test_a_collection_is_found_through_own_data_or_directly(source, target, own):
    """§10.3.7: `loopDataInputRef` names the activity's own input, or data of the scope."""
    task = node(f'{OBJECT}<userTask id="a">{own}{LOOP.format(source=source, target=target)}</userTask>')
    assert (task.loop.collection, task.loop.output_collection) == ("items", "items")
    assert (task.loop.item, task.loop.output_item) == ("item", "out")
    assert task.input_associations == ()


def test_a_collection_that_is_transformed_on_its_way_in_keeps_its_association():
    own = OWN_DATA.format(transformation="<transformation>items[item &gt; 1]</transformation>")
    task = node(f'{OBJECT}<userTask id="a">{own}{LOOP.format(source="di", target="dq")}</userTask>')
    assert task.loop.collection == "list"
    assert [each.target for each in task.input_associations] == ["list"]


def test_a_correlation_subscription_keeps_its_bindings():
    """§8.4.2."""
    text = (
        f'{HEAD}<message id="m" name="m"/><correlationProperty id="cp" name="cp">'
        '<correlationPropertyRetrievalExpression messageRef="m"><messagePath>id</messagePath>'
        "</correlationPropertyRetrievalExpression></correlationProperty>"
        '<collaboration id="c"><participant id="pa" processRef="p"/><conversation id="cv"><participantRef>pa'
        '</participantRef><correlationKey id="ck"><correlationPropertyRef>cp</correlationPropertyRef>'
        '</correlationKey></conversation></collaboration><process id="p" isExecutable="true">'
        '<receiveTask id="r" messageRef="m"/><correlationSubscription id="cs" correlationKeyRef="ck">'
        '<correlationPropertyBinding correlationPropertyRef="cp"><dataPath>number</dataPath>'
        "</correlationPropertyBinding></correlationSubscription></process></definitions>"
    )
    text = text.replace("<messagePath>", '<messagePath xsi:type="tFormalExpression">')
    text = text.replace("<dataPath>", '<dataPath xsi:type="tFormalExpression">')
    process = read_bpmn(text.encode()).processes[0]
    assert process.correlation_subscriptions[0].bindings["cp"].text == "number"


NEGATIVE = [
    ("§10.3 fraction of a token", '<task id="a" startQuantity="1.5"/>', "quantity"),
    ("§10.3 tokens", '<task id="a" completionQuantity="0"/>', "quantity"),
    ("§10.3.7 loop of none", '<task id="a"><standardLoopCharacteristics loopMaximum="0"/></task>', "loop_maximum"),
    ("§10.3.7 endless", '<task id="a"><standardLoopCharacteristics/></task>', "loop_endless"),
    ("§8.4.13 missing target", '<task id="a"/>' + flow("a", "nix"), "missing_reference"),
    ("§8.4.13 default elsewhere", '<exclusiveGateway id="g" default="a_b"/><task id="a"/><task id="b"/>' + flow("g", "a") + flow("a", "b"), "default_not_outgoing"),
    ("§8.4.13 gateway default with condition", '<exclusiveGateway id="g" default="f"/><task id="a"/><task id="b"/>' + flow("g", "a", "x") + flow("g", "b", "y", "f"), "default_condition"),
    ("§8.2.1 repeated flow", '<task id="a"/><task id="b"/>' + flow("a", "b", name="f") + flow("a", "b", name="f"), "duplicate_id"),
    ("§10.5.5 message", '<task id="a"/><receiveTask id="r" messageRef="nix"/>', "missing_reference"),
    ("§10.5.5 error", '<endEvent id="e"><errorEventDefinition errorRef="nix"/></endEvent>', "missing_reference"),
    ("§10.5.5 compensation of nothing", '<task id="a"/><endEvent id="e"><compensateEventDefinition activityRef="nix"/></endEvent>' + flow("a", "e"), "missing_reference"),
    ("§10.5.5 compensation of an event", '<task id="a"/><endEvent id="e"><compensateEventDefinition activityRef="e"/></endEvent>' + flow("a", "e"), "wrong_reference"),
    ("§10.5.4 host in another scope", '<subProcess id="s"><task id="x"/></subProcess><boundaryEvent id="b" attachedToRef="x"><timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition></boundaryEvent>', "boundary_host"),
    ("§10.5.4 host is a gateway", '<exclusiveGateway id="g"/><task id="a"/><boundaryEvent id="b" attachedToRef="g"><timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition></boundaryEvent>' + flow("g", "a"), "boundary_host"),
    ("§10.7.2 another scope", '<task id="a"/><boundaryEvent id="b" attachedToRef="a"><compensateEventDefinition/></boundaryEvent><subProcess id="s"><task id="x"/><task id="h" isForCompensation="true"/></subProcess><association id="as" sourceRef="b" targetRef="h" associationDirection="One"/>', "compensation_handler"),
    ("§10.8 lane of nothing", '<laneSet id="l"><lane id="l1"><flowNodeRef>nix</flowNodeRef></lane></laneSet><task id="a"/>', "missing_reference"),
    ("§10.8 two lanes", '<laneSet id="l"><lane id="l1"><flowNodeRef>a</flowNodeRef></lane><lane id="l2"><flowNodeRef>a</flowNodeRef></lane></laneSet><task id="a"/>', "lane_twice"),
    ("§10.4 data of nothing", '<task id="a"><multiInstanceLoopCharacteristics><loopDataInputRef>nix</loopDataInputRef></multiInstanceLoopCharacteristics></task>', "missing_reference"),
    ("our post on a manual task", '<manualTask id="m" chengban:post="x"/>', "unknown_attribute"),
    ("our element unknown", '<task id="a"><extensionElements><chengban:nosuch/></extensionElements></task>', "unknown_extension"),
]  # fmt: skip


@pytest.mark.parametrize(("section", "body", "code"), NEGATIVE, ids=[each[0] for each in NEGATIVE])
def test_a_wrong_model_is_refused_with_a_sentence(section, body, code):
    assert code in codes(body)


def pools(first: str, second: str) -> str:
    return (
        f'{HEAD}<collaboration id="c"><participant id="pa" processRef="p"/><participant id="pb" processRef="q"/>'
        f'<messageFlow id="mf" sourceRef="{first}" targetRef="{second}"/></collaboration>'
        '<process id="p" isExecutable="true"><task id="a"/><task id="b"/></process>'
        '<process id="q" isExecutable="true"><task id="x"/></process></definitions>'
    )


def test_a_message_flow_runs_between_pools():
    """§9.3."""
    assert len(read_bpmn(pools("a", "x").encode()).processes) == 2
    with pytest.raises(DeploymentError) as caught:
        read_bpmn(pools("a", "b").encode())
    assert {fault.code for fault in caught.value.faults} == {"message_flow_pool"}


def test_an_inner_lane_may_hold_what_its_lane_holds():
    """§10.8: the innermost lane gives the post."""
    task = node(
        '<laneSet id="l"><lane id="l1" name="处"><flowNodeRef>a</flowNodeRef><childLaneSet id="k"><lane id="l2" name="科">'
        '<flowNodeRef>a</flowNodeRef></lane></childLaneSet></lane></laneSet><task id="a"/>'
    )
    assert task.lane == "科"


def test_a_wrong_loop_maximum_is_one_fault():
    """A bad number used to be followed by the false sentence that the loop never ends."""
    assert codes('<task id="a"><standardLoopCharacteristics loopMaximum="-1"/></task>') == {"loop_maximum"}


def test_a_chain_of_ten_thousand_nodes_is_read():
    tasks = "".join(f'<task id="t{number}"/>' for number in range(10_000))
    flows = "".join(flow(f"t{number}", f"t{number + 1}") for number in range(9_999))
    started = time.perf_counter()
    assert len(read(tasks + flows).body.nodes) == 10_000
    assert time.perf_counter() - started < 20
