"""Compensation of sub-processes, calls, instances; from event sub-processes: BPMN 2.0.2 §10.7, §13.5.5."""

from story import Case, body, boundary, compensate, end, net, process, script, start, sub, throw, user, x

from engine.kernel import Net
from engine.model import bpmn

APPEND = '{log: append(log, "%s")}'


def undoing(name: str) -> bpmn.ScriptTask:
    return script(f"u{name}", APPEND % name, for_compensation=True)


def pairs(*names: str) -> tuple[bpmn.Compensation, ...]:
    return tuple(bpmn.Compensation(f"c{name}", f"u{name}") for name in names)


def booked(name: str, text: str = "{k: 1}", **more: object) -> list[bpmn.Node]:
    return [script(name, text, **more), boundary(f"c{name}", name, compensate()), undoing(name)]


def test_a_completed_sub_process_is_compensated_by_what_happened_within_in_reverse() -> None:
    inner = body([start("s2"), *booked("a"), *booked("b"), end("e2")], "s2 > a > b > e2")
    nodes = [start(), sub("x", inner), *booked("d"), throw("t", compensate()), user("u"), end()]
    of = net(process("p", body(nodes, "s > x > d > t > u > e"), compensations=pairs("a", "b", "d")))
    case = Case(of).start(log=[])
    assert case.variables["log"] == ["d", "b", "a"]
    assert case.open == ["u"]
    assert case.complete("u").status == "completed"


def test_one_activity_can_be_meant_alone() -> None:
    nodes = [start(), *booked("a"), *booked("b"), throw("t", compensate("a")), user("u")]
    case = Case(net(process("p", body(nodes, "s > a > b > t > u"), compensations=pairs("a", "b")))).start(
        log=[]
    )
    assert case.variables["log"] == ["a"]


def test_each_instance_is_compensated_with_its_own_data() -> None:
    undo = script("ua", "{log: append(log, loopCounter)}", for_compensation=True)
    many = script("a", "{k: loopCounter}", loop=bpmn.MultiInstance(cardinality=x("3")))
    nodes = [start(), many, boundary("ca", "a", compensate()), undo, end("e", compensate())]
    case = Case(net(process("p", body(nodes, "s > a > e"), compensations=pairs("a")))).start(log=[])
    assert case.variables["log"] == [3, 2, 1]
    assert case.status == "completed"


def with_handler() -> Net:
    handler = bpmn.SubProcess(
        "h",
        body=body(
            [
                start("hs", compensate()),
                script("ha", "{log: append(log, note)}"),
                throw("ht", compensate()),
                end("he"),
            ],
            "hs > ha > ht > he",
        ),
        triggered_by_event=True,
    )
    inner = body(
        [start("s2"), script("n", '{note: "then"}'), *booked("a"), end("e2"), handler],
        "s2 > n > a > e2",
        data=("note",),
    )
    nodes = [start(), sub("x", inner), script("later", '{note: "now"}'), throw("t", compensate()), user("u")]
    return net(process("p", body(nodes, "s > x > later > t > u"), compensations=pairs("a")))


def test_a_compensation_event_sub_process_runs_instead_with_the_data_of_its_sub_process() -> None:
    case = Case(with_handler()).start(log=[])
    assert case.variables["log"] == ["then", "a"]
    assert case.open == ["u"]


def test_a_called_process_is_compensated_within() -> None:
    called = process(
        "q",
        body(
            [
                start("qs"),
                script("a", "{k: 7}"),
                boundary("ca", "a", compensate()),
                user("ua", for_compensation=True),
                end("qe"),
            ],
            "qs > a > qe",
        ),
        compensations=pairs("a"),
    )
    nodes = [start(), bpmn.CallActivity("c", called_element="q"), throw("t", compensate()), user("u")]
    case = Case(net(process("p", body(nodes, "s > c > t > u")), called)).start()
    assert case.open == ["ua"]
    assert case.here.variables_at(case.item("ua"))["k"] == 7
    assert case.complete("ua").open == ["u"]


def test_a_throw_that_does_not_wait_goes_on_at_once() -> None:
    nodes = [
        start(), script("a", "{k: 1}"), boundary("ca", "a", compensate()), user("ua", for_compensation=True),
        throw("t", compensate(wait=False)), user("u"),
    ]  # fmt: skip
    case = Case(net(process("p", body(nodes, "s > a > t > u"), compensations=pairs("a")))).start()
    assert case.open == ["u", "ua"]
    assert case.complete("u").status == "running"
    assert case.complete("ua").status == "completed"


def test_nothing_to_compensate_is_no_obstacle() -> None:
    nodes = [start(), throw("t", compensate()), user("u")]
    assert Case(net(process("p", body(nodes, "s > t > u")))).start().open == ["u"]
