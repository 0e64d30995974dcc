"""The inbox page: what the address says, views, news by tag, many at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from applications import APPLICATION, CLERK, HANDED_IN, key_in, token_in
from flask.testing import FlaskClient

from engine.codec import moment_text
from processes import saved_views
from processes.bureau import Bureau

pytestmark = pytest.mark.slow  # `make test-fast` goes without

HANDLER = "wangjian"
ACCEPTED = {"told_on": "2026-09-25", "acceptance_doc_no": "受理〔2026〕1号"}


@pytest.fixture
def items(bureau: Bureau) -> list[str]:
    """Three applications at the counter, as a list ticks them."""
    for number in range(3):
        data = {**APPLICATION, "project_name": f"便道{number}", "materials": HANDED_IN}
        bureau.start(CLERK, "temporary-land-use", data, key=f"start-{number}")
    return [f"{row.case_id}|{row.item}" for row in bureau.inbox(CLERK, "claimable").rows]


def page_of(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.get_data(as_text=True)


def batch(client: FlaskClient, items: list[str], **more: str) -> tuple[int, str]:
    token = token_in(page_of(client, "/inbox?box=claimable"))
    answer = client.post(
        "/inbox/batch", data={"csrf_token": token, "item": items, "box": "claimable", **more}
    )
    return answer.status_code, answer.get_data(as_text=True)


def test_an_address_that_says_nonsense_narrows_nothing(clerk: FlaskClient, items: list[str]) -> None:
    page = page_of(
        clerk,
        "/inbox?box=claimable&light=blue&due=99&since=yesterday&until=2026-13-45&urgent=no&order=x&size=7&claimed=maybe",
    )
    assert page.count('name="item"') == 3
    assert clerk.get("/inbox?box=nothing").status_code == 404
    assert clerk.get("/inbox?after=x").status_code in (400, 422)


def test_words_in_the_address_are_escaped(clerk: FlaskClient) -> None:
    for address in (
        "/inbox?q=<script>",
        "/search?q=<script>",
        "/inbox?matter=<script>",
        "/inbox?behalf=<script>",
    ):
        page = page_of(clerk, address)
        assert "<script>" not in page.replace('<script type="module"', "")


def test_a_view_that_opens_with_the_inbox_is_the_inbox(clerk: FlaskClient, bureau: Bureau) -> None:
    saved_views.keep(bureau, CLERK, "待领", "claimable", "matter=temporary-land-use")
    saved_views.open_with(bureau, CLERK, "待领")
    answer = clerk.get("/inbox")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/inbox?box=claimable&matter=temporary-land-use"
    assert "<h1>待领</h1>" in page_of(clerk, answer.headers["Location"])
    assert "<h1>待办</h1>" in page_of(clerk, "/inbox?box=todo")


def test_a_view_is_kept_only_by_a_form_of_ours(clerk: FlaskClient, bureau: Bureau) -> None:
    clerk.post("/inbox/views", data={"_command": "keep", "name": "x", "box": "todo"})
    assert saved_views.views(bureau, CLERK) == []
    token = token_in(page_of(clerk, "/inbox?light=red"))
    sent = {
        "csrf_token": token,
        "_command": "keep",
        "name": "红灯",
        "box": "todo",
        "filters": "light=red&x=y",
    }
    assert clerk.post("/inbox/views", data=sent).status_code == 303
    assert [view.filters for view in saved_views.views(bureau, CLERK)] == ["light=red"]
    assert clerk.post("/inbox/views", data={**sent, "_command": "nothing"}).status_code == 400


def test_news_are_told_once_and_after_that_by_their_tag(
    clerk: FlaskClient, bureau: Bureau, items: list[str], clock: Callable[[], object]
) -> None:
    now = moment_text(bureau.cases.clock() + timedelta(seconds=1))
    address = f"/inbox/news?box=claimable&now={now}"
    first = clerk.get(address)
    assert "新待办" not in first.get_data(as_text=True)
    assert clerk.get(address, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    clock.now += timedelta(minutes=5)  # type: ignore[attr-defined]
    bureau.start(CLERK, "temporary-land-use", {**APPLICATION, "materials": HANDED_IN}, key="late")
    later = clerk.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert later.status_code == 200
    assert "1 条新待办，点击刷新" in later.get_data(as_text=True)
    assert 'id="count-claimable" hx-swap-oob="true">4<' in later.get_data(as_text=True)
    assert clerk.get("/inbox/news?box=todo&now=x").status_code == 400
    assert clerk.get("/inbox/news?box=x&now=" + now).status_code == 404


def test_news_are_for_nobody_who_is_not_signed_in(client: FlaskClient) -> None:
    assert client.get("/inbox/news?box=todo&now=2026-09-25T00:00:00.000000Z").status_code in (302, 303, 401)
    assert client.get("/search?q=x").status_code in (302, 303, 401)


def test_many_are_done_alike_and_what_fails_keeps_what_was_typed(
    clerk: FlaskClient, bureau: Bureau, items: list[str]
) -> None:
    status, page = batch(clerk, items)
    assert status == 200
    assert "齐全且属本级权限" in page
    gone = items[0].partition("|")
    bureau.complete(CLERK, gone[0], gone[2], {"accept_outcome": "齐全且属本级权限", **ACCEPTED}, key="before")
    status, page = batch(
        clerk, items, _key=key_in(page), accept_outcome="需补正", told_on="2026-09-25", correction_items=""
    )
    assert status == 200
    assert "未能办理 2 件" in page.replace("  ", " ")
    assert 'value="2026-09-25"' in page
    assert page.count(gone[0]) == 0
    status, page = batch(clerk, items[1:], _key=key_in(page), accept_outcome="齐全且属本级权限", **ACCEPTED)
    assert "已办理 2 件" in page
    assert len(bureau.inbox(CLERK, "done").rows) == 3


def test_the_same_form_sent_twice_does_it_once(clerk: FlaskClient, bureau: Bureau, items: list[str]) -> None:
    _, page = batch(clerk, items)
    key = key_in(page)
    for _ in range(2):
        status, _page = batch(clerk, items, _key=key, _command="claim")
        assert status == 200
    assert len(bureau.inbox(CLERK, "todo").rows) == 3


def test_nobody_takes_part_in_what_is_not_his(
    signed: Callable[[str], FlaskClient], bureau: Bureau, items: list[str]
) -> None:
    stranger = signed("guofeng" if "guofeng" in bureau.accounts.names() else HANDLER)
    status, page = batch(stranger, items, _key="12345678", _command="claim")
    assert status == 200
    assert "LSYD" not in page
    assert len(bureau.inbox(CLERK, "claimable").rows) == 3


def test_too_many_or_none_at_all_are_sent_back(clerk: FlaskClient) -> None:
    token = token_in(page_of(clerk, "/inbox?box=claimable"))
    for items in ([], ["x|y"] * 1 + [f"{n}|i1" for n in range(101)]):
        answer = clerk.post("/inbox/batch", data={"csrf_token": token, "item": items})
        assert answer.status_code == 303
