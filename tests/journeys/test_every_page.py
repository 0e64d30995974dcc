"""Every page that the desk has, found from its routes, at a desk and on a phone: looked over by machine, kept as pictures.

A page without a sample below fails the first test. Pictures go to the folder that `CHENGBAN_PICTURES` names.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from applications import CLERK
from playwright.sync_api import Browser, BrowserContext, Page

from engine.store.vault import Vault
from tests.journeys.conftest import PASSWORD, Clock, running
from tests.journeys.furnished import ADMIN, CHIEF, HANDLER, KEEPER, LEADER, TEMPORARY, Furnished, furnish
from webapp import create_app
from webapp.settings import Settings

if TYPE_CHECKING:
    from tests.journeys.conftest import Desk

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NOBODY = ""
# Endpoint, who looks, address. Names in braces are of tests/journeys/furnished.py. One line a sample.
SAMPLES = (
    ("signin.sign_in", NOBODY, "/signin"),
    ("inbox.show", HANDLER, "/inbox"),
    ("inbox.show", CLERK, "/inbox?box=claimable"),
    ("inbox.show", HANDLER, "/inbox?box=done"),
    ("inbox.show", CLERK, "/inbox?box=started"),
    ("inbox.show", HANDLER, "/inbox?q=没有这样的项目"),
    ("searching.show", HANDLER, "/search?q=铁路"),
    ("searching.show", HANDLER, "/search?q=没有这样的项目"),
    ("step.show", HANDLER, "/cases/{case}/items/{item}"),
    ("step.show", CLERK, "/cases/{received}/items/{accept_item}"),
    ("step.show", CLERK, "/cases/{unclaimed}/items/{unclaimed_item}"),
    ("step.show", CHIEF, "/cases/{reviewing}/items/{review_item}"),
    ("step.show", HANDLER, "/cases/{asked}/items/{asked_item}"),
    ("step_operations.show", CHIEF, "/cases/{case}/items/{item}/operations"),
    ("case.show", HANDLER, "/cases/{case}"),
    ("case.show", CLERK, "/cases/{finished}"),
    ("case.show", LEADER, "/cases/{asked}"),
    ("case_operations.show", CHIEF, "/cases/{overdue}/operations"),
    ("timing.show", HANDLER, "/cases/{case}/clocks/{limit}"),
    ("timing.show", HANDLER, "/cases/{suspended}/clocks/{limit}"),
    ("timing.show", LEADER, "/cases/{overdue}/clocks/{limit}"),
    ("documents.show", CLERK, "/cases/{finished}/documents"),
    ("documents.prepare", CLERK, "/cases/{received}/documents/new/补正告知书"),
    ("counter.matters", CLERK, "/counter"),
    ("counter.apply", CLERK, "/counter/temporary-land-use"),
    ("counter.apply", HANDLER, "/counter/batch-conversion"),
    ("counter.apply", CLERK, "/counter/mining-right-registration"),
    ("receipt.show", CLERK, "/cases/{received}/receipt"),
    ("supervision.show", LEADER, "/supervision"),
    ("supervision.show", LEADER, "/supervision?show=10"),
    ("messages.show", HANDLER, "/messages"),
    ("messages.show", LEADER, "/messages?show=copies"),
    ("stand_ins.show", HANDLER, "/stand-ins"),
    ("stand_ins.show", CHIEF, "/stand-ins"),
    ("handing_over.show", CHIEF, "/hand-overs"),
    ("handing_over.show", CHIEF, "/hand-overs?person=wangjian"),
    ("handing_over.watch", CHIEF, "/hand-overs/{hand_over}"),
    ("workdays.show", KEEPER, "/calendar"),
    ("workdays.version", KEEPER, "/calendar/versions/{calendar}"),
    ("progress.ask", NOBODY, "/progress"),
    ("api_tokens.show", HANDLER, "/settings/tokens"),
    ("webhooks.show", ADMIN, "/settings/webhooks"),
    ("webhooks.deliveries", ADMIN, "/settings/webhooks/{webhook}"),
    ("own_account.password", HANDLER, "/settings/password"),
    ("own_account.show", HANDLER, "/settings/sessions"),
    ("admin.show", ADMIN, "/admin/people"),
    ("admin.ask_file", ADMIN, "/admin/people/import"),
    ("admin.person", ADMIN, "/admin/people/wangjian"),
    ("admin.lines", ADMIN, "/admin/ledger"),
    ("admin_sections.show", ADMIN, "/admin/sections"),
    ("admin_sections.section", ADMIN, "/admin/sections/land_use_control"),
    ("oidc.gone", NOBODY, "/signedout"),
    ("api_document.show", HANDLER, "/api/v1/"),
)  # fmt: skip
# What answers a GET with something else than a page of its own.
NO_PAGES = {
    "static", "home", "admin.home", "oidc.begin", "oidc.finish", "health.health", "health.metrics", "case.diagram", "clocks.sheet", "files.fetch",
    "documents.fetch", "inbox.news", "messages.follow", "step.draft", "counter.draft", "api_document.openapi",
}  # fmt: skip
SIZES = (("desk", 1366, 768), ("phone", 390, 844))
NARROWEST = 320  # CSS pixels, WCAG 2.1 success criterion 1.4.10
TALLEST = 6000  # pixels of a picture
PICTURES = os.environ.get("CHENGBAN_PICTURES", "")
LOOK = """() => ({
  title: document.title.trim(),
  firsts: document.querySelectorAll("h1").length,
  levels: [...document.querySelectorAll("h1,h2,h3,h4,h5,h6")].map(one => Number(one.tagName[1])),
  mains: document.querySelectorAll("main").length,
  wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
  sticking: [...document.querySelectorAll("body *")].filter(one => {
    const box = one.getBoundingClientRect();
    for (let at = one.parentElement; at !== document.body; at = at.parentElement) {
      if (getComputedStyle(at).overflowX !== "visible") return false;
    }
    return box.right > document.documentElement.clientWidth + 1 && box.width;
  }).slice(0, 3).map(one => one.outerHTML.slice(0, 120)),
  twice: [...document.querySelectorAll("[id]")].map(one => one.id).filter((id, at, all) => all.indexOf(id) !== at),
  untied: [...document.querySelectorAll("[aria-describedby]")].flatMap(one => one.getAttribute("aria-describedby").split(" ")).filter(id => id && !document.getElementById(id)),
  cells: [...document.querySelectorAll("table:not([role]) th:not([scope])")].map(one => one.outerHTML.slice(0, 80)),
})"""


@dataclass
class Visitor:
    """Opens pages as anybody, keeping one signed-in browser a person and size, and notes what goes wrong on the way."""

    desk: Desk
    made: Furnished
    contexts: dict[tuple[str, int], BrowserContext] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def page(self, user: str, width: int, height: int) -> Page:
        context = self.contexts.get((user, width))
        if context is None:
            context = self.contexts[user, width] = self.desk.context(width, height)
            if user:
                self.sign_in(context.new_page(), user)
        page = context.new_page()
        page.on("response", self.answered)
        page.on("requestfailed", lambda one: self.wrong.append(f"{one.url}: {one.failure}"))
        return page

    def sign_in(self, page: Page, user: str) -> None:
        page.goto(f"{self.desk.url}/signin")
        page.fill("#user", user)
        page.fill("#password", PASSWORD)
        page.press("#password", "Enter")
        page.wait_for_url("**/inbox")
        page.close()

    def answered(self, response: Any) -> None:
        if response.status >= 400 and not response.request.is_navigation_request():
            self.wrong.append(f"{response.status} {response.url}")

    def address(self, sample: str) -> str:
        return self.desk.url + sample.format_map(self.made.names)

    def troubles(self) -> list[str]:
        """What was noted since this was asked last; a page that answers 4xx complains of itself in the console."""
        said = [*self.wrong, *self.desk.elsewhere]
        said += [one for one in self.desk.complaints if "the server responded with a status of 4" not in one]
        for noted in (self.wrong, self.desk.elsewhere, self.desk.complaints):
            noted.clear()
        return said


@pytest.fixture(scope="module")
def visitor(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitor]:
    folder, clock = tmp_path_factory.mktemp("furnished"), Clock()
    with running(browser, folder, f"sqlite:///{folder / 'chengban.db'}", clock) as desk:
        opened = Visitor(desk, furnish(desk.bureau, Vault(folder / "files"), clock))
        yield opened
        for context in opened.contexts.values():
            context.close()


def settled(page: Page) -> None:
    page.wait_for_load_state("load")
    if page.locator(".diagram[data-source]").count():
        page.wait_for_selector(".diagram[data-ready], .diagram.is-missing")


def looked_over(page: Page, accessible: Callable[[Page], None]) -> None:
    seen = page.evaluate(LOOK)
    assert seen["wide"] <= 0, f"scrolls sideways: {seen['sticking']}"
    assert seen["firsts"] == 1, "a page has one h1"
    assert seen["mains"] == 1
    assert seen["title"].strip(" ·") not in ("", "承办")
    assert seen["twice"] == [], "an id names one element"
    assert seen["untied"] == [], "aria-describedby names what is there"
    assert seen["cells"] == [], "heads of tables have a scope"
    levels = seen["levels"]
    assert all(b - a <= 1 for a, b in itertools.pairwise(levels)), f"headings leave out a level: {levels}"
    accessible(page)


def kept(page: Page, name: str) -> None:
    if PICTURES:
        Path(PICTURES).mkdir(parents=True, exist_ok=True)
        size = page.viewport_size
        assert size
        whole = page.evaluate(
            "document.documentElement.scrollHeight"
        )  # nothing that sticks to an edge covers the rest
        page.set_viewport_size({"width": size["width"], "height": min(max(size["height"], whole), TALLEST)})
        page.screenshot(path=Path(PICTURES) / f"{name}.png")
        page.set_viewport_size(size)


def test_every_page_has_a_sample(tmp_path: Path) -> None:
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'c.db'}", folder=tmp_path, secret_key="k" * 40)
    rules = list(create_app(settings).url_map.iter_rules())
    assert {"inbox.show", "step.show"} <= {rule.endpoint for rule in rules}
    sampled = {endpoint for endpoint, _user, _address in SAMPLES} | NO_PAGES
    missing = [
        f"{rule.endpoint} {rule.rule}"
        for rule in rules
        if "GET" in (rule.methods or ()) and rule.endpoint not in sampled
        and (not rule.rule.startswith("/api/v1/") or rule.endpoint.startswith("api_document."))
    ]  # fmt: skip
    assert missing == [], "give each a line in SAMPLES, or name it in NO_PAGES"


@pytest.mark.parametrize(
    ("number", "endpoint", "user", "address"),
    [pytest.param(n, *one, id=f"{n:02}-{one[0]}") for n, one in enumerate(SAMPLES)],
)
def test_a_page_is_accessible_fits_and_asks_for_nothing_elsewhere(
    visitor: Visitor, accessible: Callable[[Page], None], number: int, endpoint: str, user: str, address: str
) -> None:
    visitor.troubles()
    for size, width, height in SIZES:
        page = visitor.page(user, width, height)
        answer = page.goto(visitor.address(address))
        assert answer is not None
        assert answer.status == 200
        settled(page)
        name = f"{number:02}-{endpoint}-{size}"
        kept(page, name)
        looked_over(page, accessible)
        if page.evaluate("[...document.querySelectorAll('details')].map(one => one.open = true).length"):
            kept(page, f"{name}-opened")
            looked_over(page, accessible)
        page.set_viewport_size(
            {"width": NARROWEST, "height": height} if size == "phone" else {"width": width, "height": height}
        )
        assert page.evaluate(LOOK)["wide"] <= 0, page.evaluate(LOOK)["sticking"]
        page.close()
        assert visitor.troubles() == []


def nowhere(page: Page, url: Callable[[str], str]) -> None:
    page.goto(url("/nowhere"))


def forbidden(page: Page, url: Callable[[str], str]) -> None:
    answer = page.goto(url("/cases/{case}"))
    assert answer
    assert answer.status == 403


def empty_step(page: Page, url: Callable[[str], str]) -> None:
    page.goto(url("/cases/{received}/items/{accept_item}"))
    page.fill("#f-told_on", "")
    page.locator(".outcome").first.click()


def empty_application(page: Page, url: Callable[[str], str]) -> None:
    page.goto(url("/counter/mining-right-registration"))
    page.locator(".actions .primary").click()


def unreasoned_suspension(page: Page, url: Callable[[str], str]) -> None:
    page.goto(url("/cases/{case}/clocks/{limit}"))
    page.locator("#suspend button").click()


def session_over(page: Page, url: Callable[[str], str]) -> None:
    """The session is over while somebody types: asked to sign in again."""
    page.goto(url("/cases/{reviewing}/items/{review_item}"))
    page.context.clear_cookies()
    page.locator(".outcome").first.click()
    page.wait_for_url("**/signin**")


def no_notice(page: Page, url: Callable[[str], str]) -> None:
    page.goto(url("/calendar"))
    page.locator("#notice button").first.click()


def no_scope(page: Page, url: Callable[[str], str]) -> None:
    page.goto(url("/settings/tokens"))
    page.locator("#token-name").fill("甲")
    for box in page.locator("[name=scope]:checked").all():
        box.uncheck()
    page.locator("button[value=create]").click()


def wrong_code(page: Page, url: Callable[[str], str]) -> None:
    page.goto(url("/progress"))
    page.fill("#number", "LSYD-2026-0001")
    page.fill("#code", "AAAAAAAA")
    page.locator("main button").first.click()


def many_at_once(page: Page, url: Callable[[str], str]) -> None:
    """The page that asks what to do with what was ticked."""
    page.goto(url("/inbox"))
    for box in page.locator("tbody input[type=checkbox]").all()[:2]:
        box.check()
    page.click("text=批量办理所选")
    page.wait_for_url("**/batch**")


def wrong_own_password(page: Page, url: Callable[[str], str]) -> None:
    page.goto(url("/settings/password"))
    page.locator("main form button").last.click()


def wrong_password(page: Page, url: Callable[[str], str]) -> None:
    page.goto(url("/signin"))
    page.fill("#user", "nobody")
    page.fill("#password", "wrong")
    page.press("#password", "Enter")
    page.wait_for_selector("#wrong")


TROUBLES: tuple[tuple[str, Callable[[Page, Callable[[str], str]], None]], ...] = (
    (HANDLER, nowhere), ("songping", forbidden), (CLERK, empty_step), (CLERK, empty_application),
    (HANDLER, unreasoned_suspension), (KEEPER, no_notice), (HANDLER, no_scope), (NOBODY, wrong_code),
    (HANDLER, many_at_once), (HANDLER, wrong_own_password), (NOBODY, wrong_password), (CHIEF, session_over),
)  # fmt: skip


@pytest.mark.parametrize(
    ("user", "leads"), [pytest.param(user, leads, id=leads.__name__) for user, leads in TROUBLES]
)
def test_a_page_that_refuses_is_accessible_and_fits(
    visitor: Visitor, accessible: Callable[[Page], None], user: str, leads: Callable[..., None]
) -> None:
    visitor.troubles()
    for size, width, height in SIZES:
        page = visitor.page(user, width, height)
        leads(page, visitor.address)
        settled(page)
        kept(page, f"x-{leads.__name__}-{size}")
        looked_over(page, accessible)
        page.close()
        assert visitor.troubles() == []


EMPTY = (
    "/inbox", "/inbox?box=claimable", "/inbox?box=done", "/inbox?box=started", "/inbox?q=甲", "/messages", "/supervision",
    "/settings/tokens", "/counter",
)  # fmt: skip


def test_a_page_with_nothing_on_it_says_so(desk: Desk, accessible: Callable[[Page], None]) -> None:
    for size, width, height in SIZES:
        with desk.signed_in(LEADER, width=width, height=height) as page:
            for number, address in enumerate(EMPTY):
                page.goto(desk.url + address)
                kept(page, f"empty-{number}-{size}")
                looked_over(page, accessible)
                assert page.locator("main .empty, main .quiet").count(), address
    assert desk.complaints == []
    assert desk.elsewhere == []


PRINTED = (
    (CLERK, "/cases/{received}/receipt", "#main .receipt"),
    (HANDLER, "/cases/{case}", "#main .story"),
    (HANDLER, "/cases/{suspended}/clocks/{limit}", "#main .days"),
)
ON_SCREEN_ONLY = ".bar, .skip, .side, .actions, .diagram-tools, main form, main button"


@pytest.mark.parametrize(("user", "address", "shown"), PRINTED, ids=["receipt", "case", "clock"])
def test_on_paper_stands_what_is_said_and_nothing_to_press(
    visitor: Visitor, user: str, address: str, shown: str
) -> None:
    page = visitor.page(user, *SIZES[0][1:])
    page.goto(visitor.address(address))
    settled(page)
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 720, "height": 1000})  # A4 between its margins
    kept(page, f"print-{address.rpartition('/')[2].strip('{}')}")
    assert page.locator(shown).first.is_visible()
    assert [
        one.get_attribute("class") for one in page.locator(ON_SCREEN_ONLY).all() if one.is_visible()
    ] == []
    assert page.evaluate(LOOK)["wide"] <= 0
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    page.close()


def test_a_form_that_is_under_way_cannot_be_sent_twice(visitor: Visitor) -> None:
    """The browser is kept from leaving: the button says that it works, and what a second press would send is stopped."""
    page = visitor.page(CLERK, *SIZES[0][1:])
    page.goto(visitor.address(f"/counter/{TEMPORARY}"))
    page.evaluate(
        """() => {
          window.stopped = [];
          window.addEventListener("submit", event => { window.stopped.push(event.defaultPrevented); event.preventDefault(); });
        }"""
    )
    button = page.locator(".actions .primary")
    button.click()
    assert page.locator("#announced").text_content() == "正在提交…"
    assert button.text_content() == "正在提交…"
    assert button.get_attribute("aria-disabled") == "true"
    page.keyboard.press("Enter")
    button.evaluate("one => one.click()")
    assert page.evaluate("window.stopped") == [False, True, True]
    page.close()
