"""What narrows and orders a list, the ways forward and back, what is done for others, lights: on both databases."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from engine import warning_chain, worklist
from engine.cases import Cases
from engine.errors import InvalidInput
from engine.kernel.commands import ClaimItem, CompleteItem, UrgeItem
from engine.store import Store
from engine.worklist import Filters, Source
from tests.engine.cases import permits
from tests.engine.cases.permits import CLERK, Clock

WINDOW = "窗口/经办人"
FREE, HELD = Source("free", WINDOW), Source("held", "zhang")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def cases(store: Store, clock: Clock) -> Cases:
    cases = Cases(store, clock=clock)
    cases.deploy(permits.bundle(permits.TWO_STEPS), CLERK)
    return cases


def begin(cases: Cases, number: int, *, claim: str = "", **header: str) -> str:
    told = {
        "number": f"N-{number:03d}",
        "matter": "m1",
        "title": f"便道{number}",
        "applicant": "甲公司",
        **header,
    }
    case_id = cases.start("permit", {}, actor=CLERK, header=told).case_id
    if claim:
        cases.submit(case_id, ClaimItem("i1", claim), actor=CLERK)
    return case_id


def numbers(cases: Cases, *sources: Source, filters: Filters = worklist.NONE, **more: object) -> list[str]:
    page = worklist.page(cases.store, sources, filters=filters, limit=50, **more)  # type: ignore[arg-type]
    return [row.number for row in page.rows]


def test_filters_combine(cases: Cases, clock: Clock) -> None:
    begin(cases, 1, matter="m1", title="跨河大桥")
    begin(cases, 2, matter="m2", title="跨河大桥")
    clock.now += timedelta(days=1)
    noon = clock.now
    begin(cases, 3, matter="m1", title="跨河大桥")
    begin(cases, 4, matter="m1", applicant="100%公司")
    for filters, wanted in (
        (Filters(matter="m1"), ["N-001", "N-003", "N-004"]),
        (Filters(matter="m1", words="大桥"), ["N-001", "N-003"]),
        (Filters(matter="m1", words="大桥", since=noon), ["N-003"]),
        (Filters(until=noon), ["N-001", "N-002"]),
        (Filters(since=noon, until=noon + timedelta(seconds=1)), ["N-003", "N-004"]),
        (Filters(element="accept"), ["N-001", "N-002", "N-003", "N-004"]),
        (Filters(element="review"), []),
        (Filters(words="%"), ["N-004"]),
        (Filters(words="n-00"), ["N-001", "N-002", "N-003", "N-004"]),
        (Filters(fresh=noon - timedelta(hours=1)), ["N-003", "N-004"]),
        (Filters(due_until=noon), []),
    ):
        assert numbers(cases, FREE, filters=filters) == wanted, filters
        assert worklist.count(cases.store, [FREE], filters=filters) == len(wanted), filters


@pytest.mark.parametrize("order", ["due", "received", "number"])
def test_pages_lead_back_the_way_they_came(cases: Cases, clock: Clock, order: worklist.Order) -> None:
    for number in (5, 3, 9, 1, 7, 2, 8, 4, 6, 0):
        clock.now += timedelta(minutes=number % 3)
        begin(cases, number, claim="zhang" if number % 2 else "")
    sources = [HELD, FREE]
    whole = [row.number for row in worklist.page(cases.store, sources, limit=50, order=order).rows]
    assert sorted(whole) == [f"N-{number:03d}" for number in range(10)]
    if order == "number":
        assert whole == sorted(whole)
    if order == "received":
        moments = [row.opened_at for row in worklist.page(cases.store, sources, limit=50, order=order).rows]
        assert moments == sorted(moments, reverse=True)
    forward, page = [], worklist.page(cases.store, sources, limit=3, order=order)
    assert page.before is None
    while True:
        forward.append([row.number for row in page.rows])
        if page.after is None:
            break
        page = worklist.page(cases.store, sources, page.after, 3, order=order)
    assert [number for rows in forward for number in rows] == whole
    backward = [forward[-1]]
    while page.before is not None:
        page = worklist.page(cases.store, sources, page.before, 3, order=order, back=True)
        backward.append([row.number for row in page.rows])
    assert backward == forward[::-1]


@pytest.mark.parametrize("box", ["done", "started"])
def test_what_is_past_leads_back_as_well(cases: Cases, clock: Clock, box: worklist.Box) -> None:
    for number in range(5):
        clock.now += timedelta(minutes=1)
        case_id = begin(cases, number, claim="zhang")
        cases.submit(case_id, CompleteItem("i1", {}, "zhang"), actor=CLERK)
    first = worklist.inbox(cases.store, "zhang", box=box, limit=2)
    second = worklist.inbox(cases.store, "zhang", box=box, after=first.after, limit=2)
    back = worklist.inbox(cases.store, "zhang", box=box, after=second.before, limit=2, back=True)
    assert [row.number for row in first.rows + second.rows] == ["N-004", "N-003", "N-002", "N-001"]
    assert [row.number for row in back.rows] == ["N-004", "N-003"]
    assert (back.before, back.after is not None) == (None, True)
    since = Filters(since=clock.now - timedelta(minutes=1, seconds=30))
    narrowed = worklist.inbox(cases.store, "zhang", box=box, filters=since).rows
    assert [row.number for row in narrowed] == ["N-004", "N-003"]


def test_whoever_stands_in_sees_what_was_lent_and_no_more(cases: Cases) -> None:
    begin(cases, 1, claim="li", matter="m1")
    begin(cases, 2, claim="li", matter="m2")
    begin(cases, 3, matter="m1")
    begin(cases, 4, matter="m2")
    begin(cases, 5, claim="wang", matter="m1")
    assert numbers(cases, HELD, Source("held", "li")) == ["N-001", "N-002"]
    assert numbers(cases, HELD, Source("held", "li", ("m2", "m3"))) == ["N-002"]
    assert numbers(cases, HELD, Source("held", "li", (), ("审核科/经办人",))) == []
    assert numbers(cases, Source("free", WINDOW, ("m1",))) == ["N-003"]
    assert numbers(cases, FREE, Source("held", "li", ("m1",)), order="number") == ["N-001", "N-003", "N-004"]


def test_urging_makes_an_item_urgent_for_whom_it_was_addressed_to(cases: Cases, clock: Clock) -> None:
    quiet, urged = begin(cases, 1, claim="zhang"), begin(cases, 2, claim="zhang")
    clock.now += timedelta(minutes=1)
    cases.submit(urged, UrgeItem("i1", "user:zhang", "请抓紧", "chen"), actor=CLERK)
    assert numbers(cases, HELD, filters=Filters(addressees=("user:zhang", WINDOW))) == ["N-002"]
    assert numbers(cases, HELD, filters=Filters(addressees=("user:li",))) == []
    rows = {row.case_id: row.urged for row in worklist.page(cases.store, [HELD]).rows}
    assert rows == {quiet: None, urged: "urge"}


def test_a_row_says_who_had_it_before(cases: Cases) -> None:
    case_id = begin(cases, 1)
    row = worklist.page(cases.store, [FREE]).rows[0]
    assert (row.before_by, row.begun_by) == (None, "zhang")
    cases.submit(case_id, ClaimItem("i1", "li"), actor=CLERK)
    cases.submit(case_id, CompleteItem("i1", {}, "li"), actor=CLERK)
    row = worklist.page(cases.store, [Source("free", "审核科/经办人")]).rows[0]
    assert (row.before_by, row.before_step, row.name) == ("li", "受理", "审核")


def test_lights_narrow_as_the_worker_has_noted_them(store: Store) -> None:
    clock = Clock()
    cases = Cases(store, clock=clock)
    cases.deploy(permits.bundle(permits.LIMITED, permits.CORRECTION), CLERK)
    for place, day in enumerate((date(2026, 9, 25), date(2026, 9, 1), None)):
        cases.start("permit", {"received_on": day}, actor=CLERK, header={"number": f"N-{place}"})
    warning_chain.give(cases, lambda role, told, holders: [])
    found = {
        light: numbers(cases, FREE, filters=Filters(light=light), now=clock.now)
        for light in ("red", "yellow", "green", "grey")
    }
    assert found == {"red": ["N-1"], "yellow": [], "green": ["N-0"], "grey": ["N-2"]}
    counted = worklist.lights(store, [FREE], clock.now)
    assert counted == {light: len(rows) for light, rows in found.items()}
    later = datetime(2026, 12, 31, tzinfo=UTC)
    assert numbers(cases, FREE, filters=Filters(light="red"), now=later) == ["N-1", "N-0"]


def test_a_light_without_a_moment_and_a_place_that_is_none_are_refused(cases: Cases) -> None:
    with pytest.raises(InvalidInput):
        worklist.page(cases.store, [FREE], filters=Filters(light="red"))
    with pytest.raises(InvalidInput):
        worklist.page(cases.store, [FREE], ["x"])
    with pytest.raises(InvalidInput):
        worklist.page(cases.store, [FREE], ["\x00", "", ""])
    assert numbers(cases, FREE, filters=Filters(matter="\x00x", words="\x00x")) == []


def test_a_page_of_no_list_is_empty(cases: Cases) -> None:
    assert worklist.page(cases.store, []) == worklist.Page([], None)
    assert worklist.count(cases.store, []) == 0
