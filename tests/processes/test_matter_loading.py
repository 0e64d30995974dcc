"""A matter's file is read with every fault in its place, in Chinese."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from bureau_world import World

from engine.errors import DeploymentError
from processes import matters as loading
from processes.organisation import organisation

ROOT = Path(__file__).parents[2]
FILE = Path(loading.__file__).parent / "land_use_control" / "temporary_land_use.yaml"


def faults(old: str, new: str) -> list[str]:
    text = FILE.read_text(encoding="utf-8")
    assert old in text
    with pytest.raises(DeploymentError) as refused:
        loading.read_matter(text.replace(old, new, 1), "x.yaml")
    return [str(fault) for fault in refused.value.faults]


def line_of(words: str) -> int:
    return next(n for n, line in enumerate(FILE.read_text(encoding="utf-8").splitlines(), 1) if words in line)


def test_an_unknown_post_is_named_with_its_line() -> None:
    found = faults("post: 国土空间用途管制科/科长", "post: 用途管制科/科长")
    assert found == [f"x.yaml:{line_of('id: review')} [steps[9].post] “用途管制科/科长”不是任何科室的岗位"]


def test_an_outcome_that_leads_nowhere_is_named() -> None:
    found = faults("{if: 拟准予, to: decide}", "{if: 拟准予, to: decided}")
    assert found == [f"x.yaml:{line_of('id: review')} [steps[9].outcomes[0].to] 没有环节“decided”"]


def test_a_misspelt_key_is_not_silently_without_effect() -> None:
    assert any(
        "不认识的项“on_expire”" in fault for fault in faults("on_expiry: 逾期不告知", "on_expire: 逾期不告知")
    )


def test_a_time_out_that_approves_without_a_law_is_refused() -> None:
    found = faults("ends: decided_on, yellow: 5", "ends: decided_on, yellow: 5, effect: deemed_approved")
    assert any("所列依据没有这样规定" in fault for fault in found)


def test_all_faults_are_told_at_once() -> None:
    text = (
        FILE.read_text(encoding="utf-8")
        .replace("kind: licence", "kind: licenses")
        .replace("unit: day", "unit: days")
    )
    with pytest.raises(DeploymentError) as refused:
        loading.read_matter(text, "x.yaml")
    assert {fault.code for fault in refused.value.faults} >= {"kind", "unit"}


def test_text_that_is_no_yaml_is_told_with_its_line() -> None:
    with pytest.raises(DeploymentError) as refused:
        loading.read_matter("id: a\nsteps: [\n", "x.yaml")
    assert refused.value.faults[0].line >= 2


def test_the_organisation_has_the_21_sections_and_maps_the_spellings_of_the_catalogue() -> None:
    found = organisation()
    assert [section.number for section in found.sections] == list(range(1, 22))
    assert found.post_for("applicant", "国土空间用途管制科") == "申请人/行政审批科代录"
    assert found.post_for("县级自然资源局", "矿产权管理科") == "县级自然资源局/矿产权管理科代录"
    assert found.post_for("主办科/科长", "土地利用科") == "土地利用科/科长"
    assert found.post_for("没有的科/岗", "土地利用科") is None


def test_a_registrar_acts_for_the_outside_party_and_nobody_else_does() -> None:
    assert "申请人/行政审批科代录" in organisation().posts_of("zhanghui")
    assert "申请人/行政审批科代录" not in organisation().posts_of("wangjian")


def test_a_matter_published_from_another_folder_appears_at_the_counter(world: World, tmp_path: Path) -> None:
    for top in ("bpmn", "forms", "processes"):
        shutil.copytree(ROOT / top / "mining_rights", tmp_path / top / "mining_rights")
    shutil.copytree(ROOT / "bpmn" / "common", tmp_path / "bpmn" / "common")
    for path in tmp_path.glob("*/mining_rights/*.*"):
        text = path.read_text(encoding="utf-8").replace("mining-right-registration", "mining-right-renewal")
        text = text.replace("mining_right_registration", "mining_right_renewal").replace(
            "（新立）", "（延续）"
        )
        path.with_name(path.name.replace("registration", "renewal")).write_text(text, encoding="utf-8")
        path.unlink()
    before = [matter.id for matter in world.bureau.matters()]
    assert "mining-right-renewal" not in before
    world.bureau.deploy(tmp_path, "zhanghui")
    assert [matter.id for matter in world.bureau.matters()] == [*before, "mining-right-renewal"]
    assert "mining-right-renewal" in [matter.id for matter in world.bureau.matters("zhanghui")]
    assert world.bureau.start_form("mining-right-renewal").form.id == "mining-right-renewal"
