"""A bureau at work for the tests of the OpenAPI document: a fresh case for each operation, and a call that must succeed."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from applications import APPLICATION, CLERK, HANDED_IN
from papers import PDF

from engine.webhooks import sending
from engine.webhooks.subscriptions import deliveries
from processes import (
    attachments,
    case_operations,
    clock_office,
    documents,
    drafts,
    handing_over,
    messages,
    operations,
    saved_views,
    stand_in,
    tokens,
)
from processes.bureau import Bureau
from webapp import create_app
from webapp.api.stand_ins import name_of
from webapp.context import context
from webapp.settings import Settings

ADMIN, CHIEF, LEADER, SURVEYOR, COLLEAGUE = "caixia", "sunlei", "huanghe", "wangjian", "lixiaoyan"
STRANGER = "songping"  # of another section, without a post over others
MATTER, TODAY = "temporary-land-use", "2026-09-25"
ACCEPTED = {
    "accept_outcome": "齐全且属本级权限", "told_on": TODAY, "acceptance_doc_no": "受〔2026〕1号",
}  # fmt: skip
SURVEYED = {
    "survey_outcome": "完成踏勘", "survey_on": TODAY, "surveyor_1": "王建国", "surveyor_2": "赵敏",
    "site_opinion": "现状与申请一致",
}  # fmt: skip
APPLIED = {"matter": MATTER, "data": {**APPLICATION, "materials": HANDED_IN}}


class World:
    """One application. The clock stands still, but where a seed moves it on and back."""

    def __init__(self, folder: Path, url: str) -> None:
        self.now = datetime(2026, 9, 25, 2, tzinfo=UTC)
        self.bureau = Bureau.open(url, clock=lambda: self.now)
        settings = Settings(url, folder, "k" * 40, api_calls="100000 per minute", webhooks_inside=True)
        self.app = create_app(settings, self.bureau)
        self._secrets: dict[tuple[str, ...], str] = {}

    def headers(self, user: str) -> dict[str, str]:
        scopes = ("read", "work", "admin") if user == ADMIN else ("read", "work")
        if (user,) not in self._secrets:
            self._secrets[(user,)] = tokens.create(self.bureau, user, "schemathesis", scopes)[1]
        return {"Authorization": f"Bearer {self._secrets[(user,)]}"}


class Good(NamedTuple):
    """A call that succeeds: by whom, with what; `path` over what the seeds know."""

    user: str = CLERK
    body: Any = None
    query: Mapping[str, Any] = {}
    path: Mapping[str, str] = {}


class Seeds:
    """What one operation finds: made when first asked for, and of this operation alone."""

    def __init__(self, world: World) -> None:
        self.world, self.bureau = world, world.bureau
        self._made: dict[str, str] = {}

    def __getitem__(self, name: str) -> str:
        if name not in self._made:
            self._made[name] = str(getattr(self, f"_{name}")())
        return self._made[name]

    def known(self, name: str) -> str | None:
        return self[name] if hasattr(self, f"_{name}") else None

    def open(self, user: str, element: str) -> str:
        case_id = self["case_id"]
        rows = self.bureau.inbox(user, "claimable", limit=200).rows
        return next(row.item for row in rows if (row.case_id, row.element) == (case_id, element))

    def _case_id(self) -> str:
        return self.bureau.start(CLERK, MATTER, APPLIED["data"]).case_id

    def _item(self) -> str:
        item = self.open(CLERK, "accept")
        self.bureau.claim(CLERK, self["case_id"], item)
        return item

    def _accepted(self) -> str:
        self.bureau.complete(CLERK, self["case_id"], self["item"], ACCEPTED)
        return self["item"]

    def _surveyed(self) -> str:
        assert self["accepted"]
        item = self.open(SURVEYOR, "survey")
        self.bureau.complete(SURVEYOR, self["case_id"], item, SURVEYED)
        return item

    def _farmland(self) -> str:
        assert self["surveyed"]
        return self.open("liufang", "farmland_opinion")

    def _part(self) -> str:
        operations.add_signers(
            self.bureau, CLERK, self["case_id"], self["item"], [COLLEAGUE], "before", "请先核"
        )
        return operations.standing(self.bureau, CLERK, self["case_id"], self["item"]).parts[0].item

    def _matter(self) -> str:
        return MATTER

    def _process(self) -> str:
        return "temporary_land_use"

    def _limit(self) -> str:
        return self.bureau.case(CLERK, self["case_id"]).clocks[0].id

    def _running(self) -> str:
        assert self["accepted"]
        return "decide"

    def _held(self) -> str:
        given = self.ground()
        clock_office.suspend(self.bureau, SURVEYOR, self["case_id"], self["running"], given)
        return given["ground"]

    def _entered(self) -> str:
        assert self["held"]
        page = clock_office.clock_page(self.bureau, SURVEYOR, self["case_id"], self["running"])
        return page.entered[0].key

    def ground(self) -> dict[str, str]:
        page = clock_office.clock_page(self.bureau, SURVEYOR, self["case_id"], self["running"])
        return {"ground": page.grounds[0], "notice": "告〔2026〕1号", "on": TODAY}

    def _attachment(self) -> str:
        with self.world.app.app_context():
            return attachments.attach(
                self.bureau, context().vault, CLERK, self["case_id"], self["item"], "materials-m1", "申请书.pdf",
                io.BytesIO(PDF), most=1_000_000,
            )  # fmt: skip

    def _document(self) -> str:
        assert self["item"]
        documents.issue(self.bureau, CLERK, self["case_id"], "受理通知书")
        return documents.papers(self.bureau, CLERK, self["case_id"]).issued[0].document

    def _form(self) -> str:
        return "pdf"

    def _order(self) -> str:
        assert self["item"]
        return str(case_operations.supervise(self.bureau, LEADER, self["case_id"], "请按期办结").seq)

    def _suspended(self) -> str:
        assert self["item"]
        return str(case_operations.suspend(self.bureau, LEADER, self["case_id"], "等待诉讼").seq)

    def _draft(self) -> str:
        drafts.save(self.bureau, CLERK, self["case_id"], self["item"], {"told_on": [TODAY]})
        return "kept"

    def _counter_draft(self) -> str:
        drafts.save(self.bureau, CLERK, "", MATTER, {"applicant_name": ["示例"]})
        return "kept"

    def _notice(self) -> str:
        case_operations.copy(self.bureau, LEADER, self["case_id"], [CLERK], "请阅")
        self.bureau.tick()
        return messages.messages(self.bureau, CLERK)[0][0].notice

    def _absence(self) -> str:
        starts = self.world.now + timedelta(days=30)
        for one in stand_in.absences(self.bureau, CLERK):
            if one.ends > self.world.now:
                stand_in.end(self.bureau, CLERK, one)
        made = stand_in.declare(
            self.bureau, CLERK, CLERK, starts=starts, ends=starts + timedelta(days=1), deputy=COLLEAGUE,
            reason="年休假",
        )  # fmt: skip
        return name_of(made)

    def _view(self) -> str:
        for one in saved_views.views(self.bureau, CLERK):  # there may be no more of them
            saved_views.drop(self.bureau, CLERK, one.name)
        name = f"视图 {self['case_id'][-6:]}"
        return saved_views.keep(self.bureau, CLERK, name, "todo", "light=red").name

    def _desk(self) -> str:
        """Something to hand over, and nothing of it under way."""
        while handing_over.work(self.bureau):
            pass
        return self["item"]

    def _hand_over(self) -> str:
        assert self["desk"]
        key = f"hand over {self['case_id']}"
        return handing_over.begin(self.bureau, CHIEF, CLERK, {"": COLLEAGUE}, "调离", key=key)

    def _user(self) -> str:
        return CLERK

    def _webhook(self) -> str:
        body = {"url": "http://127.0.0.1:9/", "events": ["case_annotated"]}
        answer = self.world.app.test_client().post(
            "/api/v1/webhooks", json=body, headers=self.world.headers(ADMIN)
        )
        assert answer.json is not None
        return str(answer.json["webhook"])

    def _event_id(self) -> str:
        webhook, before = self["webhook"], self.world.now
        self.bureau.annotate(CLERK, self["case_id"], "告知")
        self.bureau.tick()
        for _ in range(sending.ATTEMPTS):
            sending.send_due(self.bureau.cases, private=True, limit=50)
            self.world.now += timedelta(hours=13)
        self.world.now = before
        return deliveries(self.bureau.store, webhook, "dead")[0][0].event_id


OF_CLERK = Good()


def of_clerk(body: Any = None, **query: Any) -> Callable[[Seeds], Good]:
    return lambda seeds: Good(body=body, query=query)


def by(user: str, body: Any = None, **query: Any) -> Callable[[Seeds], Good]:
    return lambda seeds: Good(user, body, query)


def with_item(user: str, name: str, body: Any = None) -> Callable[[Seeds], Good]:
    """With another item than the one that the clerk has claimed."""
    return lambda seeds: Good(user, body, {}, {"item": seeds[name]})


def after(name: str, good: Good = OF_CLERK) -> Callable[[Seeds], Good]:
    """Once that seed is there."""

    def made(seeds: Seeds) -> Good:
        assert seeds[name]
        return good

    return made


REASON = {"reason": "工作需要"}
HAND_ON = {"to": COLLEAGUE, **REASON}
FILE = {"field": "materials-m2", "file": ("合同.pdf", PDF)}

GOOD: dict[str, Callable[[Seeds], Good]] = {
    "me": of_clerk(),
    "list_matters": of_clerk(mine="true"),
    "get_matter": of_clerk(),
    "get_start_form": of_clerk(),
    "check_application": of_clerk({"data": APPLIED["data"]}),
    "start_case": of_clerk(APPLIED),
    "list_inbox": after("item", Good(query={"box": "todo"})),
    "count_inbox": of_clerk(),
    "get_item": of_clerk(),
    "get_item_form": of_clerk(),
    "get_standing": after("part"),
    "check_item": of_clerk({"data": ACCEPTED}),
    "propose_correction": of_clerk({"materials": {"m1": "缺"}}),
    "claim_item": lambda seeds: Good(path={"item": seeds.open(CLERK, "accept")}),
    "release_item": of_clerk(),
    "complete_item": of_clerk({"data": ACCEPTED}),
    "return_item": with_item("liufang", "farmland", {"target": "survey", "mode": "direct", **REASON}),
    "withdraw_item": with_item(SURVEYOR, "surveyed", REASON),
    "transfer_item": of_clerk(HAND_ON),
    "delegate_item": of_clerk(HAND_ON),
    "add_signers": of_clerk({"signers": [COLLEAGUE], "where": "after", **REASON}),
    "remove_signer": with_item(CLERK, "part", REASON),
    "sign_item": with_item(COLLEAGUE, "part", {"vote": "同意", "opinion": "无意见"}),
    "urge_item": by(LEADER, {"text": "请尽快"}),
    "do_many": lambda seeds: Good(
        body={"items": [{"case_id": seeds["case_id"], "item": seeds["item"]}], "data": ACCEPTED}
    ),
    "list_files": after("attachment"),
    "get_file": of_clerk(),
    "list_materials": after("attachment"),
    "attach_file": of_clerk(FILE),
    "remove_file": of_clerk(REASON),
    "upload_file": of_clerk(FILE),
    "get_draft": after("draft"),
    "save_draft": of_clerk({"fields": {"told_on": [TODAY]}}),
    "drop_draft": after("draft"),
    "get_application_draft": after("counter_draft"),
    "save_application_draft": of_clerk({"fields": {"applicant_name": ["示例"]}}),
    "drop_application_draft": after("counter_draft"),
    "get_case": of_clerk(),
    "get_history": of_clerk(),
    "list_diagrams": of_clerk(),
    "get_diagram": of_clerk(),
    "verify_case": of_clerk(),
    "verify_all": by(ADMIN),
    "get_receipt": of_clerk(),
    "annotate_case": of_clerk({"text": "请核对面积"}),
    "cancel_case": of_clerk(REASON),
    "copy_case": of_clerk({"to": [LEADER, "办公室/主任"], "text": "请阅"}),
    "supervise_case": by(LEADER, {"text": "请按期办结", "until": "2026-09-30"}),
    "list_orders": after("order"),
    "answer_order": of_clerk({"text": "正在办理"}),
    "close_order": by(LEADER, {"text": "已办结"}),
    "suspend_case": by(LEADER, REASON),
    "resume_case": after("suspended", Good(LEADER, REASON)),
    "recuse_person": after("item", Good(body={"person": CLERK, **REASON})),
    "list_clocks": of_clerk(),
    "get_clock": after("held", Good(SURVEYOR, path={"limit": "decide"})),
    "get_clock_sheet": of_clerk(),
    "suspend_clock": lambda seeds: Good(SURVEYOR, seeds.ground(), path={"limit": seeds["running"]}),
    "resume_clock": lambda seeds: Good(
        SURVEYOR, {"ground": seeds["held"], "on": TODAY}, path={"limit": seeds["running"]}
    ),
    "strike_suspension": lambda seeds: Good(
        SURVEYOR, {"suspension": seeds["entered"], **REASON}, path={"limit": "decide"}
    ),
    "extend_clock": lambda seeds: Good(
        LEADER, {"notice": "告〔2026〕2号", "on": TODAY, **REASON}, path={"limit": seeds["running"]}
    ),
    "list_documents": after("document", Good(query={})),
    "issue_document": after("item", Good(body={"kind": "受理通知书"})),
    "preview_document": after("item", Good(body={"kind": "受理通知书", "form": "docx"})),
    "get_document": of_clerk(),
    "get_document_file": of_clerk(),
    "void_document": of_clerk(REASON),
    "serve_document": of_clerk({"mode": "直接", "on": TODAY, "receiver": "李某"}),
    "list_messages": after("notice"),
    "count_unread": of_clerk(),
    "read_messages": lambda seeds: Good(body={"notices": [seeds["notice"]]}),
    "get_supervision": by(LEADER),
    "list_watched": after("case_id", Good(LEADER, query={"show": "10"})),
    "list_absences": after("absence"),
    "declare_absence": lambda seeds: Good(
        body={
            "starts": f"{(seeds.world.now + timedelta(days=60)):%Y-%m-%d}T08:00:00+08:00",
            "ends": f"{(seeds.world.now + timedelta(days=61)):%Y-%m-%d}T18:00:00+08:00", "deputy": COLLEAGUE, **REASON,
        }
    ),
    "end_absence": of_clerk(),
    "list_partners": of_clerk(),
    "pair_partner": by(CHIEF, {"partner": COLLEAGUE}),
    "part_partner": by(CHIEF),
    "list_stand_ins": of_clerk(),
    "list_views": after("view"),
    "keep_view": of_clerk({"name": "急件", "filters": {"light": "red", "urgent": "true"}}),
    "rename_view": lambda seeds: Good(body={"name": seeds["view"], "new": f"{seeds['view']} 新"}),
    "drop_view": lambda seeds: Good(query={"name": seeds["view"]}),
    "open_with_view": lambda seeds: Good(body={"name": seeds["view"]}),
    "search_cases": after("case_id", Good(query={"q": "施工便道"})),
    "list_hand_overs": after("hand_over", Good(CHIEF)),
    "get_desk": after("desk", Good(CHIEF, query={"person": CLERK})),
    "begin_hand_over": after("desk", Good(CHIEF, {"person": CLERK, "to": COLLEAGUE, **REASON})),
    "get_hand_over": by(CHIEF),
    "list_people": of_clerk(section="行政审批科"),
    "list_posts": of_clerk(),
    "get_calendar": of_clerk(),
    "list_days": of_clerk(first="2026-09-01", last="2026-10-10"),
    "list_webhooks": after("webhook", Good(ADMIN)),
    "create_webhook": by(ADMIN, {"url": "https://example.org/told", "events": ["case_started"]}),
    "get_webhook": by(ADMIN),
    "delete_webhook": by(ADMIN),
    "list_deliveries": after("event_id", Good(ADMIN)),
    "retry_delivery": by(ADMIN),
    "retry_deliveries": after("event_id", Good(ADMIN)),
}  # fmt: skip
