"""`chengban check`: what it says, and the exit code that a script can rely on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from webapp.cli import main

BPMN = Path(__file__).parents[2] / "bpmn"

DEADLOCK = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="urn:test"
    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
  <process id="p" isExecutable="true">
    <startEvent id="s"/><userTask id="a" name="审查"/><exclusiveGateway id="x" default="f4"/>
    <task id="b"/><task id="c"/><parallelGateway id="j"/><endEvent id="e"/>
    <sequenceFlow id="f1" sourceRef="s" targetRef="a"/><sequenceFlow id="f2" sourceRef="a" targetRef="x"/>
    <sequenceFlow id="f3" sourceRef="x" targetRef="b">
      <conditionExpression xsi:type="tFormalExpression">a_outcome = "同意"</conditionExpression></sequenceFlow>
    <sequenceFlow id="f4" sourceRef="x" targetRef="c"/><sequenceFlow id="f5" sourceRef="b" targetRef="j"/>
    <sequenceFlow id="f6" sourceRef="c" targetRef="j"/><sequenceFlow id="f7" sourceRef="j" targetRef="e"/>
  </process></definitions>"""


def check(*given: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["check", *given])
    return result.exit_code, result.output


def test_a_model_of_the_bureau_passes_and_what_it_calls_is_found() -> None:
    code, said = check(str(BPMN / "mining_rights" / "mining_right_registration.bpmn"))
    assert code == 0, said
    assert "第二意见：一致" in said
    assert "检查通过" in said


def test_a_deadlock_is_shown_with_the_way_to_it_and_ends_in_1(tmp_path: Path) -> None:
    file = tmp_path / "deadlock.bpmn"
    file.write_text(DEADLOCK, encoding="utf-8")
    code, said = check(str(file))
    assert code == 1
    assert "死锁：流程停在“j”" in said
    assert "2. 办结“审查”，a_outcome = “同意”" in said


def test_json_carries_findings_traces_and_the_opinion(tmp_path: Path) -> None:
    file = tmp_path / "deadlock.bpmn"
    file.write_text(DEADLOCK, encoding="utf-8")
    code, said = check(str(file), "--json")
    told = json.loads(said)
    (process,) = told["processes"]
    assert code == 1
    assert told["sound"] is False
    assert process["findings"][0]["code"] == "deadlock"
    assert process["findings"][0]["trace"] == ["办件开始", "办结“审查”，a_outcome = “同意”"]
    assert process["opinion"]["verdict"] == "agreement"


@pytest.mark.parametrize("text", ["", "<x/>", DEADLOCK.replace('targetRef="j"', 'targetRef="nowhere"')])
def test_a_file_that_cannot_be_read_ends_in_1_with_its_faults(tmp_path: Path, text: str) -> None:
    file = tmp_path / "broken.bpmn"
    file.write_text(text, encoding="utf-8")
    code, said = check(str(file))
    assert code == 1
    assert "错误" in said


def test_a_file_that_is_not_there_is_wrong_usage() -> None:
    assert check("nowhere.bpmn")[0] == 2
