"""Files, drafts and query codes by the same statements on SQLite and on PostgreSQL."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from bureau_world import World

from engine.errors import InvalidInput, Refused
from engine.history.replay import replay
from engine.store import Store
from engine.store.drafts import KEPT
from engine.store.vault import Vault
from processes import attachments, drafts
from processes.progress import progress
from processes.receipts import receipt

pytestmark = pytest.mark.slow

CLERK = "zhanghui"
MATTER = "temporary-land-use"
PDF = b"%PDF-1.7 and so on"


@pytest.fixture
def world(store: Store) -> World:
    return World(store.address)


def test_a_file_comes_in_goes_and_stays_on_record(world: World, tmp_path: Path) -> None:
    bureau, vault = world.bureau, Vault(tmp_path)
    case_id = world.start()
    item = world.open(case_id)["accept"]
    bureau.claim(CLERK, case_id, item)
    where = (bureau, vault, CLERK, case_id, item)
    first = attachments.attach(*where, "materials-m1", "a.pdf", io.BytesIO(PDF), most=1000)
    assert attachments.attach(*where, "materials-m1", "a.pdf", io.BytesIO(PDF), most=1000) == first
    second = attachments.attach(*where, "materials-m2", "a.pdf", io.BytesIO(PDF), most=1000)
    assert (first, second) == ("a1", "a2")
    attachments.remove(bureau, CLERK, case_id, item, first, "扫描不清")
    with pytest.raises(Refused, match="已经移除"):
        attachments.remove(bureau, CLERK, case_id, item, first, "扫描不清")
    with pytest.raises(InvalidInput):
        attachments.remove(bureau, CLERK, case_id, item, second, " ")
    assert [one.removed_at is None for one in attachments.files(bureau, CLERK, case_id)] == [False, True]
    assert attachments.sweep(bureau, vault) == 0
    assert bureau.verify(case_id) == []
    assert replay(bureau.cases, case_id) is None
    bureau.close()


def test_drafts_replace_each_other_and_the_oldest_go(world: World) -> None:
    bureau = world.bureau
    case_id = world.start()
    item = world.open(case_id)["accept"]
    drafts.save(bureau, CLERK, case_id, item, {"told_on": ["2026-11-02"]})
    world.at(2026, 11, 2, 2)
    drafts.save(bureau, CLERK, case_id, item, {"told_on": ["2026-11-03"], "_key": ["k"]})
    found = drafts.find(bureau, CLERK, case_id, item)
    assert found == drafts.Draft({"told_on": ["2026-11-03"]}, world.now)
    world.at(2027, 3, 2)
    drafts.sweep(bureau)
    assert drafts.find(bureau, CLERK, case_id, item) is None
    assert KEPT > 0
    bureau.close()


def test_number_and_code_open_the_progress(world: World) -> None:
    bureau = world.bureau
    case_id = world.start()
    paper = receipt(bureau, CLERK, case_id)
    found = progress(bureau, paper.number, paper.code)
    assert found is not None
    assert [stage.name for stage in found.stages] == ["受理审查"]
    assert progress(bureau, paper.number, paper.code[:-1]) is None
    bureau.close()
