"""Temporary land from the counter to the licence by the keyboard alone: no mouse, no touch, focus seen at every stop."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pytest
from applications import APPLICATION, CLERK
from playwright.sync_api import Page

from tests.journeys.conftest import PASSWORD

if TYPE_CHECKING:
    from tests.journeys.conftest import Desk

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TODAY = "2026-09-21"
FILLED = {
    **APPLICATION, "cultivated_ha": "0.8130", "in_planning_area": "true", "received_on": TODAY,
    **{f"materials-m{number}": "收" for number in range(1, 8)},
}  # fmt: skip
OPINIONS = (
    ("liufang", "耕地和永久基本农田意见", {"farmland_opinion_text": "占用耕地 0.8130 公顷，须落实复垦。"}, "出具意见"),
    ("yangjing", "土地复垦方案审查", {"reclaim_opinion_text": "编制规范，费用已预存。"}, "通过"),
    ("zhouting", "规划意见（规划区内）", {"planning_opinion_text": "不影响近期规划实施。"}, "同意"),
)  # fmt: skip
STOP = """() => {
  const one = document.activeElement, style = getComputedStyle(one), box = one.getBoundingClientRect();
  window.stops ??= [];
  let at = window.stops.indexOf(one);
  if (at < 0) at = window.stops.push(one) - 1;
  const ring = (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== "none";
  return {
    at, tag: one.tagName, id: one.id, name: one.name || "", type: one.type || "", value: one.value || "",
    text: (one.innerText || one.getAttribute("aria-label") || "").trim().slice(0, 80),
    row: one.closest("tr")?.innerText || "", href: one.getAttribute("href") || "", button: one.matches("button, .button"),
    outcome: one.matches(".outcome"), work: !!one.closest("form.work"), field: !!one.closest("form.work fieldset, form.work .materials"),
    ring: ring || one.matches("body, html"), top: box.top + scrollY, left: box.left,
    seen: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
  };
}"""
Stop = dict[str, Any]


class Keyboard:
    """Goes through a page as somebody without a mouse does, and looks at each stop whether it can be seen."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def here(self) -> Stop:
        return dict(self.page.evaluate(STOP))

    def press(self, key: str) -> Stop:
        self.page.keyboard.press(key)
        stop = self.here()
        if stop["tag"] not in ("BODY", "HTML"):
            assert stop["ring"], f"focus is not seen on {stop}"
            assert stop["seen"], f"focus is out of sight on {stop}"
        return stop

    def at(self, name: str) -> Stop:
        """The stop of that id, once the browser has brought the focus there."""
        self.page.locator(f"[id={json.dumps(name)}]:focus").wait_for(state="attached")
        return self.here()

    def stops(self, most: int = 400) -> Iterator[Stop]:
        """Every stop from here to the end of the page; the same one twice is a trap."""
        passed: set[int] = set()
        for _ in range(most):
            stop = self.press("Tab")
            if stop["tag"] in ("BODY", "HTML"):
                return
            assert stop["at"] not in passed, f"the keyboard is caught at {stop}"
            passed.add(stop["at"])
            yield stop
        raise AssertionError("the page has no end")

    def to(self, **wanted: Any) -> Stop:
        """On to the next stop that is so; texts need to be contained only."""
        for stop in self.stops():
            if all(_like(stop[name], value) for name, value in wanted.items()):
                return stop
        raise AssertionError(f"the keyboard never reaches {wanted}")

    def go(self, key: str = "Enter") -> None:
        with self.page.expect_navigation():
            self.page.keyboard.press(key)
        self.page.wait_for_load_state("load")

    def type(self, text: str) -> None:
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)

    def fill(self, values: Mapping[str, str]) -> None:
        """Once through the form, each field as its kind is filled by keys."""
        left, tops = dict(values), []
        for stop in self.stops():
            if stop["field"]:
                tops.append(stop["top"])
            value = left.pop(stop["name"], None)
            if value is not None:
                self.put(stop, value)
            if not left:
                assert all(b > a - 60 for a, b in itertools.pairwise(tops)), "the order jumps up the page"
                return
        raise AssertionError(f"the keyboard never reaches {sorted(left)}")

    def put(self, stop: Stop, value: str) -> None:
        if stop["type"] == "radio":
            self.page.keyboard.press("Space")
            for _ in range(6):
                if self.here()["value"] == value:
                    return
                self.press("ArrowDown")
        elif stop["tag"] == "SELECT":
            self.page.keyboard.press("Home")
            for _ in range(60):
                if self.here()["value"] == value:
                    return
                self.press("ArrowDown")
        else:
            self.type(value)
            return
        raise AssertionError(f"the keys never choose {value} in {stop['name']}")

    def announced(self) -> str:
        """What a screen reader is told once the page has come."""
        said = self.page.locator("#announced:not(:empty)")
        said.wait_for(state="attached")
        assert said.get_attribute("role") == "status"
        return str(said.text_content())


def _like(found: Any, wanted: Any) -> bool:
    return wanted in found if isinstance(wanted, str) and wanted else bool(found == wanted)


def seated(desk: Desk, user: str) -> Keyboard:
    """Signed in without a mouse: the page opens on the first field."""
    page = desk.context().new_page()
    page.goto(f"{desk.url}/signin")
    keys = Keyboard(page)
    keys.at("user")
    keys.type(user)
    assert keys.press("Tab")["id"] == "password"
    keys.type(PASSWORD)
    keys.go()
    return keys


def opened(desk: Desk, user: str, step: str) -> Keyboard:
    """From the sign-in page to the step's page, claimed."""
    keys = seated(desk, user)
    keys.to(href="box=claimable")
    keys.page.keyboard.press("Enter")
    keys.page.wait_for_url("**box=claimable**")
    keys.to(row=step, button=True)
    keys.go()
    keys.to(text="签收", button=True)
    keys.go()
    assert "签收" in keys.announced()
    return keys


def submitted(keys: Keyboard, label: str) -> None:
    keys.to(text=label, outcome=True)
    keys.go()
    assert keys.page.locator(".error-summary li, .note.bad").all_inner_texts() == []
    assert "已提交" in keys.announced()


def test_temporary_land_from_the_counter_to_the_licence_by_keyboard_alone(either: Desk) -> None:
    keys = seated(either, CLERK)
    keys.to(href="/counter", text="收件")
    keys.go()
    keys.to(text="临时用地审批")
    keys.go()
    keys.to(text="收件并提交", button=True)
    keys.go()
    refused_at_the_first_error(keys)
    keys.page.keyboard.press("Control+A")
    keys.page.keyboard.type(FILLED["applicant_name"])
    keys.fill({name: value for name, value in FILLED.items() if name != "applicant_name"})
    keys.to(text="收件并提交", button=True)
    keys.go()
    assert "已收件" in keys.announced()
    case = keys.page.url
    keys.page.wait_for_selector(".diagram[data-ready]")
    assert len(list(keys.stops())) > 20  # through the diagram and out of it
    keys.page.context.close()

    keys = opened(either, CLERK, "受理审查")
    keys.fill({"told_on": TODAY, "acceptance_doc_no": "受理〔2026〕1号"})
    submitted(keys, "齐全且属本级权限")
    keys.page.context.close()

    keys = opened(either, "wangjian", "现场踏勘")
    keys.fill(
        {"survey_on": TODAY, "surveyor_1": "李文", "surveyor_2": "李文", "site_opinion": "与勘测定界一致。"}
    )
    keys.to(text="完成踏勘", outcome=True)
    keys.go()
    refused_at_the_first_error(keys)
    assert keys.here()["name"] in ("surveyor_1", "surveyor_2")
    if keys.here()["name"] == "surveyor_1":
        keys.press("Tab")
    keys.type("赵强")
    submitted(keys, "完成踏勘")
    keys.page.context.close()

    for user, step, values, label in OPINIONS:
        keys = opened(either, user, step)
        keys.fill(values)
        submitted(keys, label)
        keys.page.context.close()

    keys = opened(either, "chenwei", "业务审核")
    keys.fill({"review_opinion": "各科室意见一致，拟准予。"})
    submitted(keys, "拟准予")
    keys.page.context.close()

    keys = opened(either, "huanghe", "审批决定")
    keys.fill({"decided_on": TODAY})
    submitted(keys, "准予")
    keys.page.context.close()

    keys = opened(either, CLERK, "发证送达")
    keys.fill({
        "approval_no": "临地〔2026〕1号", "approval_date": TODAY, "expiry_date": "2028-03-20", "delivered_on": TODAY,
        "tax_notified_on": TODAY, "delivery_mode": "直接送达", "service_record_no": "回证〔2026〕1号",
    })  # fmt: skip
    submitted(keys, "已送达")
    keys.page.goto(case)
    assert "发证送达" in keys.page.inner_text(".story")
    keys.page.context.close()
    assert either.bureau.verify() == []
    assert either.elsewhere == []


def refused_at_the_first_error(keys: Keyboard) -> None:
    """The focus stands on the list of what is wrong, and its first line leads to the first field."""
    keys.at("error-summary")
    first = keys.press("Tab")
    assert first["href"].startswith("#f-")
    keys.page.keyboard.press("Enter")
    stop = keys.at(first["href"].removeprefix("#"))
    field = keys.page.locator(f"[id={json.dumps(stop['id'])}]")
    assert field.get_attribute("aria-invalid") == "true"
    said = keys.page.locator(f"#{(field.get_attribute('aria-describedby') or '').split()[-1]}")
    assert said.is_visible()


def test_the_first_stop_of_every_page_skips_to_what_it_is_about(desk: Desk) -> None:
    keys = seated(desk, CLERK)
    for address in ("/inbox", "/counter", "/messages", "/calendar", "/counter/temporary-land-use"):
        keys.page.goto(desk.url + address)
        first = keys.press("Tab")
        assert first["text"] == "跳到主要内容"
        keys.page.keyboard.press("Enter")
        keys.at("main")
        after = keys.press("Tab")
        assert keys.page.evaluate("document.querySelector('#main').contains(document.activeElement)"), after
    keys.page.context.close()


def test_going_back_stops_where_going_on_did(desk: Desk) -> None:
    keys = seated(desk, CLERK)
    keys.page.goto(f"{desk.url}/counter/temporary-land-use")
    there = [stop["at"] for stop in keys.stops()]
    back = []
    for _ in there:
        back.append(keys.press("Shift+Tab")["at"])
    assert back == there[::-1]
    keys.page.context.close()
