"""A clerk at work: looks at lists and cases, takes a step, fills in its form, which saves itself, and completes it."""

from __future__ import annotations

import asyncio
import html
import json
import random
import re
from collections.abc import Awaitable
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import quote

from lxml.html import fromstring

from processes.organisation import Person
from tests.load.browser import Answer, Browser, Failed
from tests.load.figures import Figures
from tests.load.town import PASSWORD, Town, over

STEP = re.compile(r'href="(/cases/([^/"]+)/items/([^/"]+))"')
CLOCK = re.compile(r'href="(/cases/[^/"]+/clocks/[^/".]+)"')
DIAGRAM = re.compile(r'data-source="([^"]+)"')
NEWS = re.compile(r'id="news" hx-get="([^"]+)"')
NEXT = re.compile(r'rel="next" href="([^"]+)"')
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
OUTCOME = re.compile(r'name="(\w+)_outcome"')

# After each page a clerk reads or types for a time drawn from an exponential distribution; then, by chance:
SHARES = {"step": 40, "filter": 12, "claimable": 12, "case": 12, "search": 12, "inbox": 8, "next page": 4}
READ_WHOLE = 0.25  # of the steps opened, those whose case is looked at before they are completed
CLOCKS = 0.4  # of the cases looked at, those whose clocks are
SAVES = (1, 2, 3)  # how often a form saves itself before it is sent
CHECKS_DRAFT = 0.2  # of the forms, those opened anew before they are sent, to find what was typed
WATCHES = 30.0  # seconds after which the inbox asks for news by itself
SEEN = 50  # cases that a clerk remembers
TWICE = 0.02  # of the forms, those sent twice at once, as by a double click
SAVED = json.dumps("自动保存")[1:-1]
WORDS = ("太行高速", "清河县", "石灰岩", "第12号", "-2026-", "没有这样的项目")


@dataclass
class Done:
    """What clerks were told is done: (case, item) to who did it and the words that they wrote, with their field."""

    by: dict[tuple[str, str], tuple[str, str, str]] = field(default_factory=dict)


class Evening(Exception):
    """The day is over."""


class Clerk:
    """Signs in once, then works."""

    def __init__(
        self, person: Person, town: Town, browser: Browser, figures: Figures, done: Done, *, think: float, seed: int
    ) -> None:  # fmt: skip
        self._person, self._town, self._browser, self._figures, self._done = (
            person,
            town,
            browser,
            figures,
            done,
        )
        self._think, self._chance = think, random.Random(seed)
        self._marks, self._until = 0, 0.0
        self._seen: list[
            str
        ] = []  # cases of the lists looked at: others may be none of this clerk's business

    async def sign_in(self, figures: Figures) -> bool:
        """What ramping up costs goes into figures of its own."""
        working, self._figures = self._figures, figures
        try:
            page = await self._page("sign-in page", self._browser.get("/signin"), 200, "")
            if page is None:
                return False
            fields = [("csrf_token", TOKEN.findall(page.text)[0]), ("user", self._person.user), ("password", PASSWORD)]  # fmt: skip
            told = await self._page("sign in", self._browser.post("/signin", fields), 303, "")
            inbox = await self._inbox("first inbox") if told else None
            self._first = inbox.text if inbox else ""
            return inbox is not None
        finally:
            self._figures = working

    async def work(self, until: float) -> None:
        """Until that moment of the loop's clock; what is under way then is answered, and nothing more begun."""
        self._until = until
        watching = asyncio.create_task(self._watch())
        with suppress(Evening):
            await self._go_on()
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching

    async def _watch(self) -> None:
        """The inbox in a tab of its own, which asks for news by itself."""
        news = html.unescape(NEWS.findall(self._first)[0])
        other, tag = self._browser.twin(), ""
        try:
            await asyncio.sleep(self._chance.uniform(0, WATCHES))
            while True:
                headers = {"HX-Request": "true"} | ({"If-None-Match": tag} if tag else {})
                answer = await self._page("news", other.get(news, headers), 200, 'id="news"', (), named=False, same=304)  # fmt: skip
                tag = answer.headers.get("etag", "") if answer else tag
                await asyncio.sleep(WATCHES)
        finally:
            other.close()

    async def _go_on(self) -> None:
        page = None
        while True:
            await self._pause()
            does = self._chance.choices(list(SHARES), list(SHARES.values()))[0]
            match does:
                case "step":
                    await self._step(page)
                    page = None
                case "filter":
                    matter = self._chance.choice(list(self._town.matters))
                    page = await self._list("filter", f"/inbox?box=claimable&matter={matter}")
                case "claimable":
                    page = await self._list("claimable", "/inbox?box=claimable")
                case "search":
                    word = self._chance.choice(WORDS)
                    await self._page("search", self._browser.get(f"/search?q={quote(word)}"), 200, word)
                case "case":
                    if self._seen:
                        await self._case(self._chance.choice(self._seen))
                case "next page":
                    onward = NEXT.findall(page.text) if page else []
                    page = await self._list("next page", html.unescape(onward[0])) if onward else page
                case _:
                    page = await self._inbox("inbox")

    # -- a step ----------------------------------------------------------------------------------------------------

    async def _step(self, page: Answer | None) -> None:
        """Opens one of what is listed, claims it where it is nobody's, types, and completes."""
        page = page or await self._inbox("inbox")
        found = STEP.findall(page.text) if page else []
        if not found:
            page = await self._list("claimable", "/inbox?box=claimable")
            found = STEP.findall(page.text) if page else []
        if not found:
            return
        path, case, item = self._chance.choice(found)
        await self._pause()
        opened = await self._page("step", self._browser.get(path), 200, 'id="work"', (409, 403, 404))  # fmt: skip
        if opened is None:
            return
        if f'data-draft="{path}/draft"' not in opened.text:
            self._figures.conflict("step without its form: a colleague has it meanwhile")
            return
        if 'value="claim"' in opened.text:
            await self._pause()
            sent = [("csrf_token", self._token_of(opened)), ("_key", self._key_of(opened, "-claim")), ("_command", "claim")]  # fmt: skip
            if await self._page("claim", self._browser.post(path, sent), 303, "", (409,)) is None:
                return
            opened = await self._page("step", self._browser.get(path), 200, "已签收", (409,))
            if opened is None:
                return
        if self._chance.random() < READ_WHOLE:
            await self._pause()
            await self._case(case)
        await self._fill(path, case, item, opened)

    async def _fill(self, path: str, case: str, item: str, opened: Answer) -> None:
        matter = self._town.cases.get(case, "")
        element = OUTCOME.findall(opened.text)
        sheet = self._town.sheets.get((matter, element[0] if element else ""))
        if sheet is None:
            return
        self._marks += 1
        mark = f"{self._person.name}第{self._marks}次所写：情况属实。"
        held = [one for one in held_by(opened.text, "work") if one[0] != "_key"]
        typed = over(held, sheet.fields(mark))
        for _ in range(self._chance.choice(SAVES)):
            await self._pause()
            saved = await self._page("autosave", self._browser.post(f"{path}/draft", typed), 200, SAVED, (409,))  # fmt: skip
            if saved is None:
                return
        key = ("_key", self._key_of(opened, ""))
        if self._chance.random() < CHECKS_DRAFT:
            await self._pause()
            if (again := await self._page("step again", self._browser.get(path), 200, mark if sheet.remark else "已恢复", (409,))) is None:  # fmt: skip
                return
            key = ("_key", self._key_of(again, ""))
        await self._pause()
        await self._send(path, (case, item), [*typed, key], sheet.remark, mark)

    async def _send(
        self, path: str, step: tuple[str, str], fields: list[tuple[str, str]], remark: str, mark: str
    ) -> None:
        told = self._page("complete", self._browser.post(path, fields, files=True), 303, "", (409,))
        if self._chance.random() < TWICE:
            answers = await asyncio.gather(told, self._second(path, fields))
            answer = answers[0]
        else:
            answer = await told
        if answer is not None:
            if step in self._done.by:
                self._figures.wrong("complete", f"{step} was completed twice")
            self._done.by[step] = self._person.user, remark, mark
            await self._inbox("inbox", "已提交")

    async def _second(self, path: str, fields: list[tuple[str, str]]) -> None:
        """The same click again, on a connection of its own."""
        other = self._browser.twin()
        try:
            await self._page("sent twice", other.post(path, fields, files=True), 303, "", (409,))
        finally:
            other.close()

    # -- looking ---------------------------------------------------------------------------------------------------

    async def _case(self, case: str) -> None:
        page = await self._page("case", self._browser.get(f"/cases/{case}"), 200, f"/cases/{case}/diagrams/")
        if page is None:
            return
        for source in DIAGRAM.findall(page.text):
            await self._page("diagram", self._browser.get(html.unescape(source)), 200, "<", named=False)
        clocks = CLOCK.findall(page.text)
        if clocks and self._chance.random() < CLOCKS:
            await self._pause()
            await self._page("clock", self._browser.get(self._chance.choice(clocks)), 200, "<table")

    async def _inbox(self, kind: str, holds: str = "") -> Answer | None:
        return await self._list(kind, "/inbox", holds)

    async def _list(self, kind: str, path: str, holds: str = "") -> Answer | None:
        page = await self._page(kind, self._browser.get(path), 200, holds or 'id="list"')
        found = [case for _, case, _ in STEP.findall(page.text)] if page else []
        self._seen = list(dict.fromkeys([*found, *self._seen]))[:SEEN]
        return page

    async def _page(
        self,
        kind: str,
        asked: Awaitable[Answer],
        status: int,
        holds: str,
        conflicts: tuple[int, ...] = (),
        *,
        named: bool = True,
        same: int = 0,
    ) -> Answer | None:
        """One request, counted. None where it did not end in `status` (or `same`: as before), or is not this clerk's page."""
        try:
            answer = await asked
        except Failed as failed:
            self._figures.wrong(kind, str(failed))
            return None
        self._figures.add(kind, answer.seconds)
        if answer.status in conflicts:
            self._figures.conflict(_why(kind, answer))
            return None
        if same and answer.status == same:
            return answer
        if answer.status != status:
            self._figures.wrong(kind, f"{answer.status} instead of {status}: {_said(answer.text)}")
            return None
        if status == 200:
            text = answer.text
            mine = (
                not named or kind in ("sign-in page", "autosave") or f"<strong>{self._person.name}<" in text
            )
            if holds not in text or not mine:
                self._figures.wrong(kind, f"without {holds if mine else self._person.name}: {_said(text)}")
                return None
            for asset in self._browser.assets(text) if named else ():
                await self._asset(asset)
        return answer

    async def _asset(self, path: str) -> None:
        try:
            answer = await self._browser.fetch(path)
        except Failed as failed:
            self._figures.wrong("static", str(failed))
            return
        self._figures.add("static", answer.seconds)
        if answer.status not in (200, 304):
            self._figures.wrong("static", f"{answer.status} {path}")

    async def _pause(self) -> None:
        pause, left = (
            self._chance.expovariate(1 / self._think),
            self._until - asyncio.get_running_loop().time(),
        )
        await asyncio.sleep(max(0.0, min(pause, left)))
        if pause > left:
            raise Evening

    @staticmethod
    def _token_of(page: Answer) -> str:
        return TOKEN.findall(page.text)[0]

    @staticmethod
    def _key_of(page: Answer, suffix: str) -> str:
        keys = re.findall(rf'name="_key" value="([\w-]+?{suffix})"', page.text)
        return next(key for key in keys if suffix or not re.search(r"-(claim|return|release)$", key))


def held_by(page: str, form: str) -> list[tuple[str, str]]:
    """What a browser would send of a form as it came."""
    found: list[tuple[str, str]] = []
    for one in fromstring(page).xpath("//form[@id=$form]//*[self::input or self::select or self::textarea][@name]", form=form):  # fmt: skip
        name = one.get("name")
        if one.tag == "textarea":
            found.append((name, (one.text or "").removeprefix("\n")))
        elif one.tag == "select":
            chosen = one.xpath(".//option[@selected]") or ([] if "multiple" in one.attrib else one.xpath(".//option")[:1])  # fmt: skip
            found += [(name, option.get("value", option.text or "")) for option in chosen]
        elif one.get("type") in ("radio", "checkbox"):
            if "checked" in one.attrib:
                found.append((name, one.get("value", "on")))
        elif one.get("type") not in ("submit", "file"):
            found.append((name, one.get("value", "")))
    return found


def _why(kind: str, answer: Answer) -> str:
    said = re.search(r'role="alert"[^>]*>\s*(.+?)<', answer.text, re.S)
    return f"{kind} {answer.status}" + (f" {html.unescape(said[1]).strip()[:60]}" if said else "")


def _said(page: str) -> str:
    """The words of a page, for whoever must find out what went wrong."""
    main = page.partition("<main")[2] or page
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main))[:300]
