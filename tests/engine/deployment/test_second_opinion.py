"""The second opinion: agreement, difference with both traces, or not comparable and why."""

from dataclasses import replace
from pathlib import Path

import pytest
from drawn import drawn, explored

from engine.deployment.report import report_on
from engine.deployment.second_opinion import compare, second_opinion
from engine.kernel import effects

MODELS = Path(__file__).parents[3] / "bpmn"

PARALLEL = drawn(
    "start:s parallel:g user:a user:b parallel:j user:c end:e",
    "s > g", "g > a", "g > b", "a > j", "b > j", "j > c", "c > e",
)  # fmt: skip


def test_both_engines_agree_on_a_parallel_join() -> None:
    net, found = explored(PARALLEL)
    opinion = second_opinion(net, {"drawn.bpmn": PARALLEL}, found)
    assert opinion.verdict == "agreement"
    assert opinion.compared == len(list(found.paths()))


def test_an_element_called_start_is_no_trouble() -> None:
    xml = drawn("start:Start user:Root end:End", "Start > Root", "Root > End")
    net, found = explored(xml)
    assert second_opinion(net, {"drawn.bpmn": xml}, found).verdict == "agreement"


def test_a_difference_is_shown_with_both_traces() -> None:
    """A kernel that loses an open step: the path is doctored, the engines then part."""
    net, found = explored(PARALLEL)
    path = next(iter(found.paths()))
    wrong = path[1].state.copy()
    wrong.items.clear()
    path[1].state = wrong
    difference, _ = compare(net, [("drawn.bpmn", PARALLEL)], path)
    assert difference is not None
    assert difference.moves[-1].startswith("办结")
    assert difference.kernel[-1] == "待办：无"
    assert difference.spiff[-1].startswith("待办：p/")
    assert len(difference.moves) == len(difference.kernel) == len(difference.spiff) == 2


def test_what_spiffworkflow_gets_wrong_is_not_compared_and_the_reason_is_given() -> None:
    xml = drawn(
        'start:s <intermediateThrowEvent id="o"><signalEventDefinition signalRef="g"/></intermediateThrowEvent>\nend:e',
        "s > o", "o > e", roots='<signal id="g" name="g"/>',
    )  # fmt: skip
    net, found = explored(xml)
    opinion = second_opinion(net, {"drawn.bpmn": xml}, found)
    assert opinion.verdict == "not-comparable"
    assert opinion.reasons == ("“o”：signal 事件",)


def test_no_python_of_a_diagram_is_run(tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    script = f'<scriptTask id="k"><script>{{x: open("{mark}")}}</script></scriptTask>'
    report = report_on("drawn.bpmn", drawn(f"start:s {script}\nend:e", "s > k", "k > e"))
    assert not report.sound
    assert not mark.exists()


@pytest.mark.parametrize("file", sorted(MODELS.glob("*/*.bpmn")), ids=lambda file: file.stem)
def test_every_model_of_the_bureau_is_sound_and_the_engines_agree(file: Path) -> None:
    folders = (file.parent, MODELS / "common")
    beside = {
        str(path): path.read_bytes() for folder in folders for path in folder.iterdir() if path.is_file()
    }
    report = report_on(str(file), file.read_bytes(), beside, paths=15)
    assert report.sound, [
        str(each) for process in report.processes for each in process.findings
    ] + report.faults
    for process in report.processes:
        assert process.complete
        assert process.opinion is not None
        assert process.opinion.verdict == "agreement", process.opinion.reasons


def test_faults_of_a_file_are_in_the_report() -> None:
    report = report_on("broken.bpmn", b"<definitions/>")
    assert not report.sound
    assert report.faults


def test_effects_of_scripts_are_compared_too() -> None:
    script = '<scriptTask id="k"><script>{n: 1}</script></scriptTask>'
    xml = drawn(f"start:s {script}\nuser:a end:e", "s > k", "k > a", "a > e")
    net, found = explored(xml)
    path = next(iter(found.paths()))
    assert compare(net, [("drawn.bpmn", xml)], path) == (None, "")
    path[0].effects = tuple(
        each for each in path[0].effects if not isinstance(each, effects.ElementCompleted)
    )
    difference, _ = compare(net, [("drawn.bpmn", xml)], path)
    assert difference is not None
    assert replace(difference, moves=()).spiff[0].endswith("自动执行：p/k")
