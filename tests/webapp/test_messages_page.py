from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from applications import CLERK, token_in
from flask.testing import FlaskClient

from processes import case_operations
from processes.bureau import Bureau

pytestmark = pytest.mark.slow

OTHER = "liufang"


@pytest.fixture
def warned(bureau: Bureau, case_id: str, clock: Callable[[], datetime]) -> str:
    """The correction notice falls due on 9 October; it is the morning of that day, and nobody has moved."""
    bureau.tick()
    clock.now = datetime(2026, 10, 9, 1, tzinfo=UTC)  # type: ignore[attr-defined]
    bureau.tick()
    return case_id


def badge(client: FlaskClient) -> str:
    page = client.get("/inbox").get_data(as_text=True)
    found = re.search(r'class="badge">(.*?)</span>(\d+\+?)', page, re.DOTALL)
    return found[2] if found else ""


def ids(page: str) -> list[str]:
    return sorted(set(re.findall(r'name="notice" value="([^"]+)"', page)))


def test_a_warning_is_counted_in_the_bar_until_it_is_read(
    signed: Callable[[str], FlaskClient], warned: str
) -> None:
    clerk = signed(CLERK)
    assert badge(clerk) == "1"
    page = clerk.get("/messages").get_data(as_text=True)
    assert "一次告知补正" in page
    assert "行政许可法第三十二条" in page
    (notice,) = ids(page)
    assert f'href="/messages/{notice}"' in page
    answer = clerk.post(
        "/messages", data={"csrf_token": token_in(page), "_command": "read", "notice": notice}
    )
    assert answer.status_code == 303
    assert badge(clerk) == ""
    assert ids(clerk.get("/messages").get_data(as_text=True)) == []


def test_reading_is_each_persons_own_where_a_post_was_told(
    signed: Callable[[str], FlaskClient], warned: str
) -> None:
    first, second = signed(CLERK), signed("lixiaoyan")
    page = first.get("/messages").get_data(as_text=True)
    first.post("/messages", data={"csrf_token": token_in(page), "_command": "read", "notice": ids(page)})
    assert (badge(first), badge(second)) == ("", "1")


def test_nobody_reads_what_was_told_to_somebody_else(
    signed: Callable[[str], FlaskClient], warned: str
) -> None:
    (notice,) = ids(signed(CLERK).get("/messages").get_data(as_text=True))
    stranger = signed(OTHER)
    page = stranger.get("/messages").get_data(as_text=True)
    assert ids(page) == []
    data = {"csrf_token": token_in(page), "_command": "read", "notice": notice}
    assert stranger.post("/messages", data=data).status_code == 403
    data["notice"] = "nope"
    assert stranger.post("/messages", data=data).status_code == 404
    assert stranger.post("/messages", data={**data, "_command": "burn"}).status_code == 400


@pytest.mark.parametrize("after", ["x", "|", "a|b", "%00"])
def test_an_odd_place_never_breaks_the_list(signed: Callable[[str], FlaskClient], after: str) -> None:
    assert signed(CLERK).get(f"/messages?after={after}").status_code in (200, 400)


def test_a_message_leads_to_what_it_is_about_and_is_read_then(
    signed: Callable[[str], FlaskClient], bureau: Bureau, warned: str
) -> None:
    clerk, colleague = signed(CLERK), signed("lixiaoyan")
    (notice,) = ids(clerk.get("/messages").get_data(as_text=True))
    assert signed(OTHER).get(f"/messages/{notice}").status_code == 403
    assert clerk.get("/messages/nothing").status_code == 404
    answer = clerk.get(f"/messages/{notice}")
    assert answer.headers["Location"] == f"/cases/{warned}/clocks/correct-notice"
    assert badge(clerk) == ""
    case_operations.copy(bureau, CLERK, warned, ["lixiaoyan", "行政审批科/科长"], "请知悉")
    case_operations.urge(
        bureau,
        CLERK,
        warned,
        bureau.cases.view(warned, lambda view: next(iter(view.state.items))),
        "今天须答复",
    )
    page = colleague.get("/messages").get_data(as_text=True)
    for said in ("催办", "抄送", "请知悉", "今天须答复", "张慧"):
        assert said in page
    copies = colleague.get("/messages?show=copies").get_data(as_text=True)
    assert ("请知悉" in copies, "今天须答复" in copies, len(ids(copies))) == (True, False, 1)
    (copied,) = ids(copies)
    assert colleague.get(f"/messages/{copied}").headers["Location"] == f"/cases/{warned}"
    assert ids(colleague.get("/messages?show=copies").get_data(as_text=True)) == []
    chief = signed("sunlei").get("/messages?show=copies").get_data(as_text=True)
    assert "发给岗位 行政审批科/科长" in chief
    assert colleague.get("/messages?show=burnt").status_code == 404
