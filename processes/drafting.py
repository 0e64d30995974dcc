"""Draft a matter from the catalogue: its YAML and a BPMN skeleton, for a designer to finish.

    python -m processes.drafting CATALOGUE.yaml MATTER-ID FOLDER

What a draft cannot know is left for a person and faulted by the loader until it is there: which variables start and
end a limit (`starts`, `ends`), posts that the organisation does not map.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import yaml

from engine.errors import DeploymentError, Fault, NotFound
from processes.layout import drawn
from processes.organisation import Organisation, organisation
from processes.sources import Source

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"


def draft_matter(matter: Mapping[str, Any], section: str, org: Organisation | None = None) -> str:
    """The YAML of `processes/<section>/<matter>.yaml`, from one matter of a catalogue file."""
    org = org or organisation()
    draft = {key: matter[key] for key in ("id", "name_zh", "name_en", "kind") if key in matter}
    draft |= {
        "section": org.section(section).name,
        "duties": matter["duties"],
        "process": process_id(matter),
        "title": str(matter["fields"][0]["name"]),
        "applicant": str(matter["fields"][0]["name"]),
        "number": "".join(word[0] for word in str(matter["id"]).split("-")).upper(),
        "initiator": {**matter["initiator"], "posts": ["行政审批科/窗口"]},
    }
    for key in ("basis", "materials"):
        if matter.get(key):
            draft[key] = matter[key]
    draft["steps"] = list(_steps(matter, section, org))
    draft["limits"] = [_limit(limit) for limit in matter["limits"]]
    for key in ("suspensions", "documents", "outcomes", "notes"):
        if matter.get(key):
            draft[key] = matter[key]
    text: str = yaml.safe_dump(
        draft, allow_unicode=True, sort_keys=False, width=10_000, default_flow_style=None
    )
    return text


def draft_diagram(matter: Mapping[str, Any], section: str, org: Organisation | None = None) -> str:
    """A BPMN skeleton: a user task a step, gateways where a step has several outcomes, its ends; without drawing.

    Steps that run in parallel are drawn one after the other: joining them is the designer's decision.
    """
    org = org or organisation()
    nodes: list[str] = []
    flows: list[str] = []
    steps = matter["steps"]

    def flow(source: str, target: str, name: str = "", condition: str = "") -> None:
        head = f'    <sequenceFlow id="f{len(flows) + 1}" sourceRef="{source}" targetRef="{target}"'
        if name:
            head += f" name={quoteattr(name)}"
        flows.append(
            f"{head}>\n      <conditionExpression>{escape(condition)}</conditionExpression>\n    </sequenceFlow>"
            if condition
            else f"{head}/>"
        )

    named = {str(step["id"]) for step in steps}
    start = "start" if "start" not in named else "case_start"
    nodes.append(f'    <startEvent id="{start}" name="收到申请"/>')
    flow(start, steps[0]["id"])
    for step in steps:
        name = step["id"]
        post = org.post_for(str(step["role"]), org.section(section).name) or str(step["role"])
        nodes.append(
            f"    <userTask id={quoteattr(name)} name={quoteattr(step['name_zh'])} chengban:post={quoteattr(post)}/>"
        )
        outcomes = step.get("outcomes") or []
        if len(outcomes) == 1:
            flow(name, _target(outcomes[0], named))
            continue
        last = f"f{len(flows) + 1 + len(outcomes)}"
        nodes.append(f'    <exclusiveGateway id="after_{name}" default="{last}"/>')
        flow(name, f"after_{name}")
        for outcome in outcomes[:-1]:
            flow(
                f"after_{name}", _target(outcome, named), outcome["if"], f'{name}_outcome = "{outcome["if"]}"'
            )
        flow(f"after_{name}", _target(outcomes[-1], named), outcomes[-1]["if"])
    nodes += [
        f"    <endEvent id={quoteattr(_end(end, named))} name={quoteattr(end)}/>"
        for end in matter["outcomes"]
    ]
    process = process_id(matter)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<definitions xmlns="{BPMN}" xmlns:chengban="urn:chengban:bpmn:1"'
        f' id="{process}_definitions" targetNamespace="urn:chengban:{process}">\n'
        f'  <process id="{process}" name={quoteattr(matter["name_zh"])} isExecutable="true"'
        f' chengban:matter="{matter["id"]}">\n'
        + "\n".join(nodes + flows)
        + "\n  </process>\n</definitions>\n"
    )


def process_id(matter: Mapping[str, Any]) -> str:
    return str(matter["id"]).replace("-", "_")


def _target(outcome: Mapping[str, str], steps: set[str]) -> str:
    to = str(outcome["to"])
    return _end(to[4:], steps) if to.startswith("end:") else to


def _end(name: str, steps: set[str]) -> str:
    """An end may bear the name of a step in the catalogue, but not in a diagram."""
    return f"end_{name}" if name in steps else name


def _steps(matter: Mapping[str, Any], section: str, org: Organisation) -> Iterator[dict[str, Any]]:
    for step in matter["steps"]:
        role = str(step["role"])
        kept = {
            key: step[key] for key in ("parallel_with", "waits_for", "documents", "outcomes") if key in step
        }
        post = org.post_for(role, org.section(section).name) or role
        yield {"id": step["id"], "name_zh": step["name_zh"], "post": post, **kept}


def _limit(limit: Mapping[str, Any]) -> dict[str, Any]:
    drafted = {
        "id": limit["id"],
        "name_zh": limit["name_zh"],
        "amount": limit["amount"],
        "unit": limit["unit"],
    }
    drafted |= {"starts_zh": limit["starts"]}
    kept = ("direction", "covers", "step", "extension", "on_expiry", "min", "source")
    return drafted | {key: limit[key] for key in kept if key in limit}


def main(arguments: list[str]) -> int:
    """Write the two files of one matter below a folder; says what a person must still do."""
    if len(arguments) != 3:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    catalogue, wanted, folder = Path(arguments[0]), arguments[1], Path(arguments[2])
    try:
        data = Source(catalogue.read_bytes(), catalogue.name).data
        matter = next((each for each in data["matters"] if each["id"] == wanted), None)
        if matter is None:
            raise DeploymentError([Fault(catalogue.name, 0, wanted, "missing", f"目录里没有事项“{wanted}”")])
        section = re.split("[(（]", str(data["name_zh"]))[0]
        slug = organisation().section(section).slug
        name = process_id(matter)
        files = {
            folder / "processes" / slug / f"{name}.yaml": draft_matter(matter, section),
            folder / "bpmn" / slug / f"{name}.bpmn": drawn(draft_diagram(matter, section)),
        }
    except (DeploymentError, NotFound, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        sys.stdout.write(f"{path}\n")
    sys.stdout.write("待补：各期限的 starts、ends，表单，并联环节的汇合。\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
