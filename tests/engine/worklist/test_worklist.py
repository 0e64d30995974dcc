"""Boxes and pages."""

from __future__ import annotations

from datetime import date

import pytest

from engine import worklist
from engine.cases import Cases
from engine.errors import InvalidInput
from engine.kernel.commands import ClaimItem, CompleteItem, ReleaseItem
from engine.store import Store
from tests.engine.cases import permits
from tests.engine.cases.permits import CLERK, Clock

WINDOW = ["窗口/经办人"]


@pytest.fixture
def cases(store: Store) -> Cases:
    cases = Cases(store, clock=Clock())
    cases.deploy(permits.bundle(permits.TWO_STEPS), CLERK)
    return cases


def test_an_item_moves_from_box_to_box(cases: Cases) -> None:
    case_id = cases.start("permit", {}, actor=CLERK, header={"title": "某某用地"}).case_id
    box = lambda name: [row.item for row in worklist.inbox(cases.store, "zhang", WINDOW, name).rows]  # noqa: E731
    assert (box("claimable"), box("todo"), box("done")) == (["i1"], [], [])
    cases.submit(case_id, ClaimItem("i1", "zhang"), actor=CLERK)
    assert (box("claimable"), box("todo"), box("done")) == ([], ["i1"], [])
    cases.submit(case_id, ReleaseItem("i1", "zhang"), actor=CLERK)
    assert (box("claimable"), box("todo"), box("done")) == (["i1"], [], [])
    cases.submit(case_id, CompleteItem("i1", {}, "zhang"), actor=CLERK)
    assert (box("claimable"), box("todo"), box("done")) == ([], [], ["i1"])
    assert worklist.counts(cases.store, "zhang", WINDOW) == {
        "todo": 0,
        "claimable": 0,
        "done": 1,
        "started": 1,
    }
    started = worklist.inbox(cases.store, "zhang", [], "started").rows[0]
    assert (started.case_id, started.name, started.title) == (case_id, "审核", "某某用地")


@pytest.mark.parametrize("box", ["todo", "claimable", "done", "started"])
def test_pages_follow_each_other_without_gap_or_double(cases: Cases, box: worklist.Box) -> None:
    for _ in range(11):
        case_id = cases.start("permit", {}, actor=CLERK).case_id
        if box == "todo":
            cases.submit(case_id, ClaimItem("i1", "zhang"), actor=CLERK)
        if box == "done":
            cases.submit(case_id, CompleteItem("i1", {}, "zhang"), actor=CLERK)
    found: list[str] = []
    after = None
    while True:
        page = worklist.inbox(cases.store, "zhang", [*WINDOW, "审核科/经办人"], box, after, limit=4)
        found += [row.case_id for row in page.rows]
        after = page.after
        if after is None:
            break
    order = sorted(found, reverse=box in ("done", "started"))
    assert found == order
    assert len(set(found)) == 11


def test_what_is_due_first_stands_first(store: Store) -> None:
    cases = Cases(store, clock=Clock())
    cases.deploy(permits.bundle(permits.LIMITED, permits.CORRECTION), CLERK)
    ids = [
        cases.start("permit", {"received_on": day}, actor=CLERK).case_id
        for day in (date(2026, 9, 28), date(2026, 9, 21), None)
    ]
    rows = worklist.inbox(store, "x", WINDOW, "claimable").rows
    assert [row.case_id for row in rows] == [ids[1], ids[0], ids[2]]
    assert rows[2].due is None


def test_an_unknown_box_is_refused(store: Store) -> None:
    with pytest.raises(InvalidInput):
        worklist.inbox(store, "x", [], "nothing")  # type: ignore[arg-type]
