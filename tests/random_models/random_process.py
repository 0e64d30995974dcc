"""Random valid processes: the same seed gives the same file.

Blocks within blocks (sequences, gateways, loops, sub-processes, events, instances, calls), with jumps between the
exclusive merges of one region, and now and then a join of another kind than its split. `shared` keeps to what
SpiffWorkflow executes rightly; otherwise anything that the kernel executes may come.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from html import escape

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
ROOTS = (
    '<message id="m_go" name="go"/><message id="m_stop" name="stop"/><signal id="s_a" name="alarm"/>'
    '<error id="e_bad" name="bad" errorCode="BAD"/><escalation id="c_late" name="late" escalationCode="LATE"/>'
)
ERROR = '<errorEventDefinition errorRef="e_bad"/>'
ESCALATION = '<escalationEventDefinition escalationRef="c_late"/>'
SIGNAL = '<signalEventDefinition signalRef="s_a"/>'


@dataclass
class Scope:
    """What one process or sub-process contains so far, and the merges to which its region may jump."""

    parts: list[str] = field(default_factory=list)
    artifacts: list[str] = field(default_factory=list)
    merges: list[str] = field(default_factory=list)


class Author:
    """Writes one file."""

    def __init__(self, seed: int, *, shared: bool, size: int = 14) -> None:
        self.dice = random.Random(seed)
        self.shared = shared
        self.left = size
        self.count = 0
        self.messages: list[str] = []
        self.scope = Scope()
        self.calling = False

    def file(self) -> bytes:
        called = ""
        self.left, kept = 3, self.left
        called = self._process("called", empty=self.dice.random() < 0.7)
        self.left, self.calling = kept, True
        main = self._process("p")
        roots = ROOTS + "".join(f'<message id="{name}" name="{name}"/>' for name in self.messages)
        head = (
            f'<definitions xmlns="{BPMN}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
            'xmlns:chengban="urn:chengban:bpmn:1" id="definitions" targetNamespace="urn:test">'
        )
        return (head + roots + called + main + "</definitions>").encode()

    def _process(self, name: str, *, empty: bool = False) -> str:
        inside = self._body(depth=3, blocks=0 if empty else 3)
        return f'<process id="{name}" isExecutable="true">{inside}</process>'

    # -- scraps --------------------------------------------------------------------------------------------------

    def name(self, kind: str) -> str:
        self.count += 1
        return f"{kind}{self.count}"

    def add(self, xml: str) -> None:
        self.scope.parts.append(xml)

    def flow(self, source: str, target: str, condition: str | None = None) -> str:
        name = self.name("f")
        inner = ""
        if condition is not None:
            inner = (
                f'<conditionExpression xsi:type="tFormalExpression">{escape(condition)}</conditionExpression>'
            )
        self.add(
            f'<sequenceFlow id="{name}" sourceRef="{source}" targetRef="{target}">{inner}</sequenceFlow>'
        )
        return name

    def node(self, tag: str, kind: str, inner: str = "", attributes: str = "") -> str:
        name = self.name(kind)
        self.add(f'<{tag} id="{name}" {attributes}>{inner}</{tag}>')
        return name

    def timer(self) -> str:
        seconds = self.dice.randint(60, 100_000)
        text = f"PT{seconds}S"
        return f'<timerEventDefinition><timeDuration xsi:type="tFormalExpression">{text}</timeDuration></timerEventDefinition>'

    def message(self) -> str:
        name = self.name("m")
        self.messages.append(name)
        return f'<messageEventDefinition messageRef="{name}"/>'

    def _body(self, depth: int, blocks: int, throw: str = "") -> str:
        """The contents of a process or sub-process; `throw` is what one of its ends may throw."""
        outer, self.scope = self.scope, Scope()
        start = self.node("startEvent", "start")
        first, last = self.sequence(depth, blocks)
        self.flow(start, first)
        end = self.node("endEvent", "end")
        if throw:
            variable = self.name("v")
            choice = self.node("userTask", "u")
            split = self.name("x")
            bad = self.node("endEvent", "bad", throw)
            self.flow(last, choice)
            self.flow(choice, split)
            self.flow(split, bad, f'{variable} = "坏"')
            default = self.flow(split, end)
            self.add(f'<exclusiveGateway id="{split}" default="{default}"/>')
        else:
            self.flow(last, end)
        text = "".join((*self.scope.parts, *self.scope.artifacts))
        self.scope = outer
        return text

    def sequence(self, depth: int, most: int) -> tuple[str, str]:
        first, last = self.block(depth)
        for _ in range(self.dice.randint(0, most)):
            entry, leaving = self.block(depth)
            self.flow(last, entry)
            last = leaving
        return first, last

    # -- blocks --------------------------------------------------------------------------------------------------

    def block(self, depth: int) -> tuple[str, str]:
        """One block: its entry and its exit."""
        self.left -= 1
        if depth <= 0 or self.left <= 0:
            return self.leaf()
        kinds = [
            self.leaf, self.leaf, self.leaf, self.exclusive, self.parallel, self.inclusive, self.loop, self.subprocess,
            self.events, self.instances, self.guarded, self.jump, self.call,
        ]  # fmt: skip
        if not self.shared:
            kinds += [
                self.standard_loop,
                self.implicit,
                self.complexity,
                self.ad_hoc,
                self.listening,
                self.undoing,
            ]
        chosen = self.dice.choice(kinds)
        return chosen() if chosen == self.leaf else chosen(depth)  # type: ignore[operator]

    def leaf(self) -> tuple[str, str]:
        kind = self.dice.random()
        if kind < 0.45:
            name = self.node("userTask", "u")
        elif kind < 0.6:
            variable = self.name("w")
            name = self.node("scriptTask", "k", f"<script>{{{variable}: 1}}</script>")
        elif kind < 0.7:
            name = self.node("task", "t")
        elif kind < 0.8:
            name = self.node("serviceTask", "j", attributes='chengban:handler="h"')
        elif kind < 0.88:
            name = self.node("intermediateCatchEvent", "c", self.timer())
        elif kind < 0.95 or self.shared:
            name = self.node("intermediateCatchEvent", "c", self.message())
        else:
            definition = self.dice.choice((SIGNAL, ESCALATION))
            name = self.node("intermediateThrowEvent", "o", definition)
        return name, name

    def split(self, tag: str, depth: int, conditions: bool, join: str | None = None) -> tuple[str, str]:
        """A chooser before the split writes what its conditions read."""
        choice = self.node("userTask", "u")
        split, merge = self.name("g"), self.node(f"{join or tag}Gateway", "g")
        self.flow(choice, split)
        branches = self.dice.randint(2, 3)
        default = ""
        merges = self.scope.merges
        if tag != "exclusive":
            self.scope.merges = []
        for number in range(branches):
            condition = f"{self.name('v')} = true" if conditions and number < branches - 1 else None
            if self.dice.random() < 0.15 and number == 0:
                flow = self.flow(split, merge, condition)
            else:
                first, last = self.sequence(depth - 1, 1)
                flow = self.flow(split, first, condition)
                self.flow(last, merge)
            if conditions and condition is None:
                default = f'default="{flow}"'
            if tag != "exclusive":
                self.scope.merges = []
        self.scope.merges = merges
        self.add(f'<{tag}Gateway id="{split}" {default}/>')
        if tag == "exclusive":
            self.scope.merges.append(merge)
        return choice, merge

    def exclusive(self, depth: int) -> tuple[str, str]:
        join = "inclusive" if self.dice.random() < 0.15 else None
        return self.split("exclusive", depth, True, join)

    def parallel(self, depth: int) -> tuple[str, str]:
        chance = self.dice.random()
        join = "exclusive" if chance < 0.06 else "inclusive" if chance < 0.2 else None
        return self.split("parallel", depth, False, join)

    def inclusive(self, depth: int) -> tuple[str, str]:
        return self.split("inclusive", depth, True)

    def loop(self, depth: int) -> tuple[str, str]:
        merge = self.node("exclusiveGateway", "g")
        first, last = self.sequence(depth - 1, 1)
        again, split, after = self.node("userTask", "u"), self.name("g"), self.node("task", "t")
        self.flow(merge, first)
        self.flow(last, again)
        self.flow(again, split)
        self.flow(split, merge, f"{self.name('v')} > 3")
        default = self.flow(split, after)
        self.add(f'<exclusiveGateway id="{split}" default="{default}"/>')
        return merge, after

    def jump(self, depth: int) -> tuple[str, str]:
        """Out of the block, to some merge of the same region."""
        if not self.scope.merges:
            return self.exclusive(depth)
        choice, split, after = self.node("userTask", "u"), self.name("g"), self.node("task", "t")
        self.flow(choice, split)
        self.flow(split, self.dice.choice(self.scope.merges), f"{self.name('v')} = true")
        default = self.flow(split, after)
        self.add(f'<exclusiveGateway id="{split}" default="{default}"/>')
        return choice, after

    def subprocess(self, depth: int) -> tuple[str, str]:
        name = self.name("sub")
        throw = self.dice.choice(("", "", ERROR, "<terminateEventDefinition/>", ESCALATION))
        inside = self._body(depth - 1, 1, throw)
        loop = ""
        if not throw and self.dice.random() < 0.2:
            loop = self.multiple()
        self.add(f'<subProcess id="{name}">{loop}{inside}</subProcess>')
        after = self.node("exclusiveGateway", "g")
        self.flow(name, after)
        if throw in (ERROR, ESCALATION):
            self.boundary(name, throw, after, True)
        if not loop and self.dice.random() < 0.5:
            self.boundary(name, self.timer() if self.dice.random() < 0.5 else self.message(), after)
        return name, after

    def boundary(self, host: str, definition: str, after: str, interrupting: bool | None = None) -> None:
        """An interrupting one rejoins, another one ends by itself."""
        if interrupting is None:
            interrupting = self.dice.random() < 0.6
        event = self.name("b")
        self.add(
            f'<boundaryEvent id="{event}" attachedToRef="{host}" '
            f'cancelActivity="{str(interrupting).lower()}">{definition}</boundaryEvent>'
        )
        work = self.node("userTask", "u")
        self.flow(event, work)
        self.flow(work, after if interrupting else self.node("endEvent", "end"))

    def guarded(self, depth: int) -> tuple[str, str]:
        """A step with boundary events."""
        name = self.node("userTask", "u")
        after = self.node("exclusiveGateway", "g")
        self.flow(name, after)
        for _ in range(self.dice.randint(1, 2)):
            self.boundary(name, self.timer() if self.dice.random() < 0.5 else self.message(), after)
        return name, after

    def events(self, depth: int) -> tuple[str, str]:
        gateway, merge = self.node("eventBasedGateway", "g"), self.node("exclusiveGateway", "g")
        for definition in (
            self.timer(),
            self.message(),
            *([self.message()] if self.dice.random() < 0.4 else []),
        ):
            event = self.node("intermediateCatchEvent", "c", definition)
            self.flow(gateway, event)
            first, last = self.sequence(depth - 1, 0)
            self.flow(event, first)
            self.flow(last, merge)
        return gateway, merge

    def multiple(self) -> str:
        sequential = str(self.dice.random() < 0.5).lower()
        completion = ""
        if self.dice.random() < 0.4:
            completion = '<completionCondition xsi:type="tFormalExpression">numberOfCompletedInstances &gt;= 2</completionCondition>'
        count = self.dice.randint(0 if self.dice.random() < 0.1 else 1, 3)
        return (
            f'<multiInstanceLoopCharacteristics isSequential="{sequential}"><loopCardinality '
            f'xsi:type="tFormalExpression">{count}</loopCardinality>{completion}</multiInstanceLoopCharacteristics>'
        )

    def instances(self, depth: int) -> tuple[str, str]:
        name = self.node("userTask", "u", self.multiple())
        if self.dice.random() < 0.4:
            after = self.node("exclusiveGateway", "g")
            self.flow(name, after)
            self.boundary(name, self.timer(), after)
            return name, after
        return name, name

    def call(self, depth: int) -> tuple[str, str]:
        if not self.calling:
            return self.leaf()
        name = self.node("callActivity", "call", attributes='calledElement="called"')
        return name, name

    # -- what the kernel alone executes --------------------------------------------------------------------------

    def standard_loop(self, depth: int) -> tuple[str, str]:
        inner = '<standardLoopCharacteristics loopMaximum="3"/>'
        name = self.node("userTask", "u", inner)
        return name, name

    def implicit(self, depth: int) -> tuple[str, str]:
        """Several flows out of a step and into one."""
        name, after = self.node("userTask", "u"), self.node("parallelGateway", "g")
        for _ in range(2):
            first, last = self.sequence(depth - 1, 0)
            self.flow(name, first)
            self.flow(last, after)
        return name, after

    def complexity(self, depth: int) -> tuple[str, str]:
        fork = self.node("parallelGateway", "g")
        join = self.name("g")
        self.add(
            f'<complexGateway id="{join}"><activationCondition xsi:type="tFormalExpression">'
            "activationCount &gt;= 2</activationCondition></complexGateway>"
        )
        merges, self.scope.merges = self.scope.merges, []
        for _ in range(3):
            first, last = self.sequence(depth - 1, 0)
            self.flow(fork, first)
            self.flow(last, join)
            self.scope.merges = []
        self.scope.merges = merges
        return fork, join

    def ad_hoc(self, depth: int) -> tuple[str, str]:
        name = self.name("adhoc")
        order = self.dice.choice(("Parallel", "Sequential"))
        tasks = "".join(f'<userTask id="{self.name("u")}"/>' for _ in range(2))
        self.add(f'<adHocSubProcess id="{name}" ordering="{order}">{tasks}</adHocSubProcess>')
        return name, name

    def listening(self, depth: int) -> tuple[str, str]:
        """A sub-process with an event sub-process."""
        name, inner = self.name("sub"), self.name("esub")
        inside = self._body(depth - 1, 1)
        outer, self.scope = self.scope, Scope()
        interrupting = str(self.dice.random() < 0.5).lower()
        definition = self.dice.choice((SIGNAL, self.message(), self.timer(), ESCALATION))
        start = self.node("startEvent", "start", definition, f'isInterrupting="{interrupting}"')
        work, end = self.node("userTask", "u"), self.node("endEvent", "end")
        self.flow(start, work)
        self.flow(work, end)
        event = "".join(self.scope.parts)
        self.scope = outer
        self.add(
            f'<subProcess id="{name}"><subProcess id="{inner}" triggeredByEvent="true">{event}</subProcess>{inside}</subProcess>'
        )
        return name, name

    def undoing(self, depth: int) -> tuple[str, str]:
        """A step that a compensation throw undoes."""
        work, handler = (
            self.node("userTask", "u"),
            self.node("userTask", "u", attributes='isForCompensation="true"'),
        )
        event = self.name("b")
        self.add(
            f'<boundaryEvent id="{event}" attachedToRef="{work}"><compensateEventDefinition/></boundaryEvent>'
        )
        throw = self.node("intermediateThrowEvent", "o", "<compensateEventDefinition/>")
        self.flow(work, throw)
        self.scope.artifacts.append(
            f'<association id="{self.name("a")}" sourceRef="{event}" targetRef="{handler}" associationDirection="One"/>'
        )
        return work, throw


def random_process(seed: int) -> bytes:
    """Two of three are of the shared kind."""
    return Author(seed, shared=seed % 3 != 0, size=8 + seed % 12).file()
