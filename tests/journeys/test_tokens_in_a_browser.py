"""访问令牌 and the page of the API, as a browser shows them at a desk and on a phone."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page

from processes import tokens

if TYPE_CHECKING:
    from tests.journeys.conftest import Desk

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("name", "width", "height"), [("", 1366, 768), ("-phone", 390, 844)])
def test_a_token_is_made_copied_and_revoked(
    desk: Desk, accessible: Callable[[Page], None], name: str, width: int, height: int
) -> None:
    with desk.signed_in("caixia", width=width, height=height) as page:
        page.click(".who a")
        page.click("text=访问令牌")
        page.wait_for_url("**/settings/tokens")
        accessible(page)
        page.fill("#token-name", "夜间报表")
        page.click("button:has-text('新建')")
        secret = page.inner_text("#secret")
        assert tokens.identify(desk.bureau, secret) is not None
        accessible(page)
        desk.picture(page, f"31-tokens{name}", whole=True)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.click("button:has-text('吊销')")
        page.wait_for_selector("text=已吊销")
        assert tokens.identify(desk.bureau, secret) is None
        page.click("text=接口说明")
        page.wait_for_url("**/api/v1/")
        accessible(page)
        desk.picture(page, f"32-api{name}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert desk.elsewhere == []
    assert desk.complaints == []
