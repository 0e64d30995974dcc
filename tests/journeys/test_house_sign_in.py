"""Signing in and out by the provider of the house, as a browser goes through it under the desk's own policy."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from house_provider import CLIENT, SECRET, HouseProvider
from playwright.sync_api import Page
from werkzeug.serving import make_server

from webapp import create_app
from webapp.settings import Provider, Settings

if TYPE_CHECKING:
    from tests.journeys.conftest import Desk

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("size", "width", "height"), [("", 1366, 768), ("-phone", 390, 844)])
def test_the_browser_goes_to_the_house_and_back_and_out_of_both(
    desk: Desk, accessible: Callable[[Page], None], tmp_path: Path, size: str, width: int, height: int
) -> None:
    with HouseProvider().serving() as house:
        settings = Settings(
            database_url="", folder=tmp_path / "house", secret_key="k" * 40, sign_ins="1000 per minute",
            oidc=Provider(house.issuer, CLIENT, SECRET),
        )  # fmt: skip
        server = make_server("127.0.0.1", 0, create_app(settings, desk.bureau), threaded=True)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        url = f"http://127.0.0.1:{server.server_port}"
        context = desk.context(width, height)
        page = context.new_page()
        page.goto(f"{url}/messages")
        page.wait_for_url("**/signin**")
        accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        desk.picture(page, f"51-house{size}")
        page.click("text=用统一身份认证登录")
        page.wait_for_url("**/messages")
        page.click("button:has-text('退出')")
        page.wait_for_url(f"{url}/signin**")
        assert len(house.ended) == 1
        page.goto(f"{url}/inbox")
        page.wait_for_url("**/signin**")
        house.user = "nobody-here"
        page.click("text=用统一身份认证登录")
        page.wait_for_selector("text=承办系统中没有“nobody-here”的账号")
        accessible(page)
        desk.picture(page, f"52-house-refused{size}")
        context.close()
        server.shutdown()
        thread.join()
