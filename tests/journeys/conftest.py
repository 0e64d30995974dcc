from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Request, sync_playwright
from werkzeug.serving import make_server

from processes.bureau import Bureau
from webapp import create_app
from webapp.settings import Settings

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
PICTURES = Path(__file__).parents[2] / "var" / "screenshots"
PASSWORD = "a password of the tests"
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 9, 21, 1, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


class Desk:
    """One running desk and one browser: signs people in, takes pictures, and watches what the browser asks for."""

    def __init__(self, browser: Browser, url: str, bureau: Bureau, clock: Clock) -> None:
        self.browser, self.url, self.bureau, self.clock = browser, url, bureau, clock
        self.elsewhere: list[str] = []
        self.complaints: list[str] = []

    def context(self, width: int = 1366, height: int = 768, *, scripts: bool = True) -> BrowserContext:
        context = self.browser.new_context(
            viewport={"width": width, "height": height}, java_script_enabled=scripts, locale="zh-CN"
        )
        context.set_default_timeout(20_000)
        context.on("request", self._watch)
        context.on(
            "console", lambda said: self.complaints.append(said.text) if said.type == "error" else None
        )
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        return context

    def _watch(self, request: Request) -> None:
        if urlsplit(request.url).hostname not in (urlsplit(self.url).hostname, None):
            self.elsewhere.append(request.url)

    @contextmanager
    def signed_in(self, user: str, **more: int | bool) -> Iterator[Page]:
        context = self.context(**more)  # type: ignore[arg-type]
        page = context.new_page()
        page.goto(f"{self.url}/signin")
        page.fill("#user", user)
        page.fill("#password", PASSWORD)
        page.click("text=登录 >> nth=-1")
        page.wait_for_url("**/inbox")
        yield page
        context.close()

    def picture(self, page: Page, name: str, *, whole: bool = False) -> None:
        PICTURES.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=PICTURES / f"{name}.png", full_page=whole)

    def holder(self, post: str) -> str:
        people = self.bureau.organisation.people.values()
        return next(person.user for person in people if post in person.posts)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip("needs /usr/bin/chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def running(browser: Browser, folder: Path, url: str, clock: Clock) -> Iterator[Desk]:
    """A desk on the database of that address, served in this process."""
    bureau = Bureau.open(url, clock=clock)
    bureau.prepare(demo=True, password=PASSWORD)
    settings = Settings(
        database_url="",
        folder=folder,
        secret_key="k" * 40,
        sign_ins="1000 per minute",
        progress_queries="1000 per minute",
        demo_password="demo",
    )
    server = make_server("127.0.0.1", 0, create_app(settings, bureau), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Desk(browser, f"http://127.0.0.1:{server.server_port}", bureau, clock)
    server.shutdown()
    thread.join()
    bureau.close()


@pytest.fixture
def desk(browser: Browser, tmp_path: Path) -> Iterator[Desk]:
    with running(browser, tmp_path, f"sqlite:///{tmp_path / 'chengban.db'}", Clock()) as opened:
        yield opened


@pytest.fixture
def either(browser: Browser, tmp_path: Path, database_url: str) -> Iterator[Desk]:
    """A desk on each of the two databases."""
    with running(browser, tmp_path, database_url, Clock()) as opened:
        yield opened


@pytest.fixture(scope="session")
def accessible() -> Callable[[Page], None]:
    """Asserts that axe finds nothing against WCAG 2.1 AA on the page as it stands."""
    axe = Axe()

    def check(page: Page) -> None:
        found = axe.run(page, options=RULES).response["violations"]
        assert [
            f"{one['id']}: {one['help']}: {node['html'][:160]}" for one in found for node in one["nodes"]
        ] == []

    return check
