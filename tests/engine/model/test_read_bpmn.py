"""The BPMN reader: hardening, schema, structure; positive and negative, by section of BPMN 2.0.2."""

from __future__ import annotations

import pytest

from engine.errors import DeploymentError
from engine.model import bpmn, descriptor, read_bpmn

HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:chengban="urn:chengban:bpmn:1" '
    'id="d" targetNamespace="urn:test">'
)


def read(body: str, roots: str = "") -> bpmn.Process:
    text = f'{HEAD}{roots}<process id="p" isExecutable="true">{body}</process></definitions>'
    return read_bpmn(text.encode(), "t.bpmn").processes[0]


def codes(body: str, roots: str = "") -> set[str]:
    with pytest.raises(DeploymentError) as caught:
        read(body, roots)
    assert all(fault.file == "t.bpmn" and fault.line >= 1 and fault.message for fault in caught.value.faults)
    return {fault.code for fault in caught.value.faults}


def flow(source: str, target: str, condition: str = "") -> str:
    inner = f"<conditionExpression>{condition}</conditionExpression>" if condition else ""
    return f'<sequenceFlow id="{source}_{target}" sourceRef="{source}" targetRef="{target}">{inner}</sequenceFlow>'


@pytest.mark.parametrize(
    ("xml", "code"),
    [
        (b"<a><b></a>", "xml_malformed"),
        (b"", "xml_malformed"),
        (b"<!DOCTYPE a><a/>", "xml_doctype"),
        (b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', "xml_doctype"),
        (b'<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;&x;">]><a>&y;</a>', "xml_doctype"),
        (b"<a>" + b"x" * (10 * 1024 * 1024) + b"</a>", "xml_size"),
        (b"<a>" * 300 + b"</a>" * 300, "xml_depth"),
        (b"<a>" + b"<b/>" * 500_001 + b"</a>", "xml_nodes"),
        (b"<a/>", "not_bpmn"),
        (b'<?xml version="1.0" encoding="GB18030"?><a/>', "xml_malformed"),
    ],
)
def test_hostile_or_broken_xml_is_refused_with_one_sentence(xml, code):
    with pytest.raises(DeploymentError) as caught:
        read_bpmn(xml)
    assert [fault.code for fault in caught.value.faults] == [code]
    assert "passwd" not in str(caught.value)


def test_malformed_xml_names_its_line():
    with pytest.raises(DeploymentError) as caught:
        read_bpmn(b"<a>\n<b>\n</a>")
    assert caught.value.faults[0].line == 3


def test_a_user_task_carries_our_attributes_and_the_lane_as_post():
    process = read(
        '<laneSet id="ls"><lane id="l" name="窗口"><flowNodeRef>u</flowNodeRef></lane></laneSet>'
        '<userTask id="u" chengban:form="f" chengban:allow="return transfer" chengban:documents="甲 乙"/>'
    )
    task = process.body.nodes[0]
    assert isinstance(task, bpmn.UserTask)
    assert (task.form, task.allow, task.documents, task.lane) == (
        "f",
        ("return", "transfer"),
        ("甲", "乙"),
        "窗口",
    )


def test_every_attribute_in_the_descriptor_belongs_to_a_named_element():
    assert descriptor.attributes()["globalUserTask"].keys() == descriptor.attributes()["userTask"].keys()
    assert set(descriptor.attributes()["timerEventDefinition"]) == {"limit"}


@pytest.mark.parametrize(
    "task", ['<task id="t" chengban:form="f"/>', '<userTask id="t" chengban:nosuch="f"/>']
)
def test_an_attribute_of_ours_in_the_wrong_place_or_unknown_is_refused(task):
    assert codes(task) == {"unknown_attribute"}


def test_a_leading_equals_sign_before_an_expression_is_dropped():
    process = read('<task id="a"/><task id="b"/>' + flow("a", "b", "= x &gt; 1"))
    assert process.body.flows[0].condition is not None
    assert process.body.flows[0].condition.text == "x > 1"


def test_event_definitions_by_reference_are_resolved():
    process = read(
        '<intermediateCatchEvent id="w"><eventDefinitionRef>td</eventDefinitionRef></intermediateCatchEvent>',
        '<timerEventDefinition id="td"><timeDuration>PT1H</timeDuration></timerEventDefinition>',
    )
    event = process.body.nodes[0]
    assert isinstance(event, bpmn.IntermediateCatchEvent)
    assert isinstance(event.definitions[0], bpmn.TimerDefinition)


def test_a_global_task_becomes_a_process_around_one_task():
    xml = f'{HEAD}<globalScriptTask id="g"><script>{{a: 1}}</script></globalScriptTask></definitions>'
    process = read_bpmn(xml.encode()).processes[0]
    assert [type(node) for node in process.body.nodes] == [bpmn.StartEvent, bpmn.ScriptTask, bpmn.EndEvent]


def test_processes_that_only_describe_are_left_out():
    xml = (
        f'{HEAD}<process id="a" isExecutable="false"/><process id="b"><task id="t"/></process></definitions>'
    )
    assert [process.id for process in read_bpmn(xml.encode()).processes] == ["b"]


def test_a_hundred_and_twenty_nested_scopes_are_read_without_recursion():
    body = '<task id="t"/>'
    for depth in range(120):
        body = f'<subProcess id="s{depth}">{body}</subProcess>'
    assert sum(1 for _ in bpmn.nodes_within(read(body).body)) == 121


def test_all_faults_of_a_file_come_together():
    assert codes('<task id="a"/><task id="a"/><task id="b" startQuantity="0"/>' + flow("a", "nix")) == {
        "duplicate_id", "quantity", "missing_reference",
    }  # fmt: skip


A_B = '<task id="a"/><task id="b"/>'
NEGATIVE = [
    ("§8.4.13 crossing", '<task id="a"/><subProcess id="s"><task id="b"/></subProcess>' + flow("a", "b"), "flow_crosses_scope"),
    ("§10.5.2", '<startEvent id="s"/><task id="a"/>' + flow("a", "s"), "start_incoming"),
    ("§10.5.3", '<endEvent id="e"/><task id="a"/>' + flow("e", "a"), "end_outgoing"),
    ("§10.6.4", '<parallelGateway id="g"/><task id="a"/>' + flow("g", "a", "true"), "condition_place"),
    ("§8.4.13 default", '<task id="a" default="a_b"/><task id="b"/>' + flow("a", "b", "true"), "default_condition"),
    ("§8.4.13 default flow", '<task id="a" default="b"/><task id="b"/>' + flow("a", "b"), "default_not_outgoing"),
    ("§10.3.7 maximum", '<task id="a"><standardLoopCharacteristics loopMaximum="-1"/></task>', "loop_maximum"),
    ("§10.3.7 cardinality", '<task id="a"><multiInstanceLoopCharacteristics><loopCardinality>-2</loopCardinality></multiInstanceLoopCharacteristics></task>', "cardinality"),
    ("§10.3.7 nothing", '<task id="a"><multiInstanceLoopCharacteristics/></task>', "multi_instance"),
    ("§10.3 quantity", '<task id="a" completionQuantity="-1"/>', "quantity"),
    ("§10.5.5 timer", '<intermediateCatchEvent id="w"><timerEventDefinition/></intermediateCatchEvent>', "timer_kind"),
    ("§10.5.5 message", '<intermediateCatchEvent id="w"><messageEventDefinition/></intermediateCatchEvent>', "trigger_name"),
    ("§10.5.5 link", '<task id="a"/><intermediateThrowEvent id="w"><linkEventDefinition name="x"/></intermediateThrowEvent>', "link"),
    ("§10.5.4 host", '<boundaryEvent id="b" attachedToRef="nix"><cancelEventDefinition/></boundaryEvent><task id="a"/>', "missing_reference"),
    ("§10.5.4 definition", '<boundaryEvent id="b" attachedToRef="a"/><task id="a"/>', "boundary_definition"),
    ("§10.5.4 cancel", '<boundaryEvent id="b" attachedToRef="a"><cancelEventDefinition/></boundaryEvent><task id="a"/>', "cancel_place"),
    ("§10.5.4 error", '<boundaryEvent id="b" attachedToRef="a" cancelActivity="false"><errorEventDefinition/></boundaryEvent><task id="a"/>', "non_interrupting"),
    ("§10.3.5 none start", '<task id="a"/><subProcess id="s" triggeredByEvent="true"><startEvent id="x"/></subProcess>', "event_sub_process"),
    ("§10.7.2", '<task id="a"/><task id="c" isForCompensation="true"/>', "compensation_handler"),
    ("§13.2 no start", A_B + flow("a", "b") + flow("b", "a"), "no_start"),
    ("§10.3.3 call", '<callActivity id="c"/>', "called_element"),
    ("§10.3.3 roles", '<userTask id="u"><potentialOwner id="o"/></userTask>', "unsupported"),
    ("§10.6.6", '<eventBasedGateway id="g"/><task id="a"/><task id="b"/>' + flow("g", "a") + flow("g", "b"), "event_gateway"),
    ("schema", "<nonsense/>", "schema"),
    ("§10.3.3 script", '<scriptTask id="s" scriptFormat="python"><script>1</script></scriptTask>', "script_format"),
    ("expression language", A_B + '<sequenceFlow id="f" sourceRef="a" targetRef="b"><conditionExpression xsi:type="tFormalExpression" language="python">1</conditionExpression></sequenceFlow>', "expression_language"),
]  # fmt: skip


@pytest.mark.parametrize(("section", "body", "code"), NEGATIVE, ids=[each[0] for each in NEGATIVE])
def test_a_wrong_structure_is_refused(section, body, code):
    assert code in codes(body)
