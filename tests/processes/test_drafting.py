"""A draft made from a catalogue file is a diagram that opens and a matter that says what is still missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import DeploymentError
from engine.model import read_bpmn
from processes.drafting import main
from processes.matters import read_matter

CATALOGUE = """
section: 5
slug: land-utilisation
name_zh: 土地利用科
matters:
- id: price-check
  name_zh: 地价核验
  name_en: Price check
  kind: guidance
  duties: ["05.06"]
  initiator: {who: 申请人, channel: window}
  basis: [{practice: 内部工作要求}]
  fields: [{name: applicant_name, label_zh: 申请单位, type: text, required: true}]
  steps:
  - {id: receive, name_zh: 收件, role: 行政审批科/窗口, outcomes: [{if: 齐全, to: check}, {if: 不齐, to: "end:refused"}]}
  - {id: check, name_zh: 核验, role: 主办科/经办人, outcomes: [{if: 完成, to: "end:checked"}]}
  limits:
  - {id: check, name_zh: 核验, amount: 5, unit: working_day, starts: 收件之日, step: check, source: {practice: 内部时限}}
  outcomes: [refused, checked]
"""


def test_a_draft_opens_as_bpmn_with_a_drawing_and_names_what_a_person_must_add(tmp_path: Path) -> None:
    catalogue = tmp_path / "05.yaml"
    catalogue.write_text(CATALOGUE, encoding="utf-8")
    assert main([str(catalogue), "price-check", str(tmp_path)]) == 0
    diagram = tmp_path / "bpmn" / "land_utilisation" / "price_check.bpmn"
    process = read_bpmn(diagram.read_bytes(), "price_check.bpmn").processes[0]
    assert {node.id for node in process.body.nodes} <= process.drawn
    with pytest.raises(DeploymentError) as refused:
        read_matter((tmp_path / "processes" / "land_utilisation" / "price_check.yaml").read_bytes(), "x.yaml")
    assert {fault.element for fault in refused.value.faults} == {"limits[0].starts"}


TWISTED = """
section: 18
slug: protected-areas-wildlife
name_zh: 自然保护地管理科（湿地及野生动植物保护科）
matters:
- id: rescue
  name_zh: 收容救护
  kind: emergency
  duties: ["18.01"]
  initiator: {who: 发现人, channel: phone}
  basis: [{practice: 内部工作要求}]
  fields: [{name: species, label_zh: 物种, type: text}]
  steps:
  - {id: start, name_zh: 接报, role: 主办科/经办人, outcomes: [{if: 需收容, to: released}, {if: 无需, to: "end:closed"}]}
  - {id: released, name_zh: 放归, role: 主办科/经办人, outcomes: [{if: 未成, to: start}, {if: 已放归, to: "end:released"}]}
  limits: []
  outcomes: [closed, released]
"""


def test_a_section_under_its_full_name_and_steps_named_like_events_are_drafted_too(tmp_path: Path) -> None:
    catalogue = tmp_path / "18.yaml"
    catalogue.write_text(TWISTED, encoding="utf-8")
    assert main([str(catalogue), "rescue", str(tmp_path)]) == 0
    diagram = (tmp_path / "bpmn" / "protected_areas_wildlife" / "rescue.bpmn").read_bytes()
    nodes = {
        node.id: type(node).__name__ for node in read_bpmn(diagram, "rescue.bpmn").processes[0].body.nodes
    }
    assert nodes["case_start"] == "StartEvent"
    assert nodes["start"] == nodes["released"] == "UserTask"
    assert nodes["closed"] == nodes["end_released"] == "EndEvent"
    matter = tmp_path / "processes" / "protected_areas_wildlife" / "rescue.yaml"
    assert read_matter(matter.read_bytes(), "rescue.yaml").section == "自然保护地管理科"


def test_a_matter_that_the_catalogue_does_not_have_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    catalogue = tmp_path / "05.yaml"
    catalogue.write_text(CATALOGUE, encoding="utf-8")
    assert main([str(catalogue), "no-such", str(tmp_path)]) == 1
    assert "没有事项" in capsys.readouterr().err
