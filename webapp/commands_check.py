"""`chengban check FILE`: what stands against publishing a model, with the way that leads there."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from webapp.cli import REFUSED, honest, main, say
from webapp.wording import _


def beside(file: Path) -> dict[str, bytes]:
    """The models in the file's folder and in `common` next to it: there called processes are looked for."""
    folders = [file.parent, file.parent.parent / "common", Path("bpmn/common")]
    found: dict[str, bytes] = {}
    seen: set[Path] = set()
    for folder in folders:
        for path in sorted([*folder.glob("*.bpmn"), *folder.glob("*.dmn")]):
            if path.resolve() not in seen:
                seen.add(path.resolve())
                found[str(path)] = path.read_bytes()
    return found


@main.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--paths",
    default=60,
    show_default=True,
    type=click.IntRange(0, 100_000),
    help=_("与另一引擎比较的路径数"),
)
@honest
def check(file: Path, paths: int, as_json: bool) -> None:
    """检查一个模型文件（BPMN 或 DMN）：格式、编译、健全性，并与另一引擎逐条路径比较。

    有错误或差异即以 1 退出；只有警告时以 0 退出。
    """
    from engine.deployment.report import report_on  # SpiffWorkflow takes a while to load

    report = report_on(str(file), file.read_bytes(), beside(file), paths=paths)
    data = {"file": report.file, "sound": report.sound, "faults": report.faults, "warnings": report.warnings}
    say(as_json, {**data, "processes": report.processes}, *_lines(report))
    if not report.sound:
        sys.exit(REFUSED)


def _lines(report: Any) -> list[str]:
    lines = [_("错误 ") + str(fault) for fault in report.faults]
    lines += [_("警告 ") + str(fault) for fault in report.warnings]
    for process in report.processes:
        scope = _("全部走法") if process.complete else _("部分走法")
        lines.append(
            f"{process.name or process.process}（{process.process}）：{process.states} {_('个状态')}，{scope}"
        )
        for finding in process.findings:
            word = _("错误") if finding.severity == "error" else _("警告")
            lines.append(f"  {word} [{finding.element or finding.process}] {finding.message}")
            lines += [f"    {number}. {move}" for number, move in enumerate(finding.trace, 1)]
        lines += _opinion(process.opinion)
    if report.sound:
        lines.append(_("检查通过。"))
    else:
        lines.append(_("检查未通过。"))
    return lines


def _opinion(opinion: Any) -> list[str]:
    words = {
        "agreement": _("第二意见：一致，比较了 {count} 条路径"),
        "difference": _("第二意见：有差异，比较了 {count} 条路径"),
        "not-comparable": _("第二意见：不能比较"),
    }
    lines = ["  " + words[opinion.verdict].format(count=opinion.compared)]
    lines += [f"    {reason}" for reason in opinion.reasons]
    for difference in opinion.differences[:3]:
        for number, (move, ours, theirs) in enumerate(
            zip(difference.moves, difference.kernel, difference.spiff, strict=False), 1
        ):
            lines.append(f"    {number}. {move}")
            if ours != theirs:
                lines += [f"       {_('本引擎')}：{ours}", f"       SpiffWorkflow：{theirs}"]
    return lines
