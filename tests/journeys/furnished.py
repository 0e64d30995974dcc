"""A bureau in the middle of its work: what every page shows when it is not empty."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

from applications import APPLICATION, CLERK, HANDED_IN

from engine.store.vault import Vault
from engine.webhooks.subscriptions import subscribe
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
    working_days,
)
from processes.bureau import Bureau

TEMPORARY = "temporary-land-use"
HANDLER, SECOND, CHIEF, LEADER, KEEPER = "wangjian", "zhaomin", "chenwei", "huanghe", "luozheng"
ADMIN = "caixia"
PDF = b"%PDF-1.7\n" + b"0" * 4000
NOTICE = """日期,类型,名称
2027-01-01/2027-01-03,放假,元旦
2027-02-05/2027-02-11,放假,春节
2027-02-20,上班,春节调休上班
"""
APPLICANTS = (
    ("示例铁路建设有限公司", "高铁 3 标段 2 号施工便道"),
    ("省地质调查院", "煤层气勘查 7 井区"),
    ("东山石料有限公司", "矿区道路改造施工场地"),
    ("市水务集团", "南干线检修道"),
    ("市供电公司", "220 kV 送出线路塔基"),
    ("太行高速公路建设有限公司", "太行高速第三标段拌和站"),
    ("示例新能源科技（集团）股份有限公司", "百兆瓦光伏项目进场道路及施工营地（一期、二期）"),
)


@dataclass
class Furnished:
    """Names of what addresses need: `case`, `item`, …; used as `"/cases/{case}".format_map(names)`."""

    bureau: Bureau
    vault: Vault
    clock: Any
    names: dict[str, str] = field(default_factory=dict)
    keys: int = 0

    def at(self, day: str, hour: int = 2) -> None:
        self.clock.now = datetime.fromisoformat(f"{day}T{hour:02}:00:00+00:00").astimezone(UTC)

    def key(self) -> str:
        self.keys += 1
        return f"furnished{self.keys}"

    def items(self, case: str) -> dict[str, str]:
        """Element to open work item."""
        return self.bureau.cases.view(
            case, lambda view: {one.element: name for name, one in view.state.items.items()}
        )

    def received(self, day: str, number: int, **more: Any) -> str:
        self.at(day)
        applicant, project = APPLICANTS[number % len(APPLICANTS)]
        data = {
            **APPLICATION, "received_on": day, "applicant_name": applicant, "project_name": project,
            "materials": HANDED_IN, **more,
        }  # fmt: skip
        return str(self.bureau.start(CLERK, TEMPORARY, data, key=self.key()).case_id)

    def done(self, user: str, case: str, element: str, outcome: str, **typed: Any) -> None:
        data = {f"{element}_outcome": outcome, **typed}
        self.bureau.complete(user, case, self.items(case)[element], data, key=self.key())

    def accepted(self, day: str, number: int, **more: Any) -> str:
        case = self.received(day, number, **more)
        self.done(
            CLERK,
            case,
            "accept",
            "齐全且属本级权限",
            told_on=day,
            acceptance_doc_no=f"受理〔2026〕{number + 1}号",
        )
        return case

    def claimed(self, user: str, case: str, element: str) -> str:
        item = self.items(case)[element]
        self.bureau.claim(user, case, item, key=self.key())
        return item

    def reviewed(self, day: str, number: int) -> str:
        """Through the survey and the opinions, to the chief's review."""
        case = self.accepted(day, number, cultivated_ha="0.8130", in_planning_area="true")
        self.done(
            HANDLER, case, "survey", "完成踏勘", survey_on=day, surveyor_1="王建国", surveyor_2="赵敏",
            site_opinion="用地范围与勘测定界一致，地类为旱地，周边无永久性建筑物，具备复垦条件。",
        )  # fmt: skip
        self.done(
            "liufang",
            case,
            "farmland_opinion",
            "出具意见",
            farmland_opinion_text="占用耕地 0.8130 公顷，须落实复垦。",
        )
        self.done(
            "yangjing", case, "reclaim_review", "通过", reclaim_opinion_text="复垦方案可行，费用已预存。"
        )
        self.done("zhouting", case, "planning_consent", "同意", planning_opinion_text="不影响近期规划实施。")
        return case


def furnish(bureau: Bureau, vault: Vault, clock: Any) -> Furnished:
    """Cases at several steps and in every light, with what people leave on them in half a month."""
    made = Furnished(bureau, vault, clock)
    for step in (
        _licensed,
        _overdue,
        _suspended,
        _asked,
        _at_review,
        _being_worked,
        _at_the_counter,
        _by_people,
    ):
        step(made)
    made.at("2026-09-22")
    bureau.tick()
    return made


def _licensed(made: Furnished) -> None:
    """One case from the counter to the licence, its documents issued, served and one voided."""
    case = made.names["finished"] = made.reviewed("2026-08-10", 0)
    made.done(CHIEF, case, "review", "拟准予", review_opinion="各科室意见一致，拟准予。")
    made.done(LEADER, case, "decide", "准予", decided_on="2026-08-10")
    for kind, asked in (
        ("受理通知书", {}),
        ("补正告知书", {"correction_items": "临时使用土地合同"}),
        ("临时用地批准书", {"expiry_date": "2028-02-09"}),
    ):
        documents.issue(made.bureau, CLERK, case, kind, asked, key=made.key())
    issued = {one.kind: one.document for one in documents.papers(made.bureau, CLERK, case).issued}
    told = {"mode": "直接", "on": "2026-08-10", "receiver": "陈某", "receipt": "回证〔2026〕1号"}
    documents.serve(made.bureau, CLERK, case, issued["受理通知书"], told, key=made.key())
    documents.void(made.bureau, CLERK, case, issued["补正告知书"], "材料齐全，误制作。", key=made.key())
    made.names["document"] = issued["临时用地批准书"]
    made.done(
        CLERK, case, "issue", "已送达", approval_no="临地〔2026〕1号", approval_date="2026-08-10",
        expiry_date="2028-02-09", tax_notified_on="2026-08-10", delivered_on="2026-08-10", delivery_mode="直接送达",
        service_record_no="回证〔2026〕1号",
    )  # fmt: skip


def _overdue(made: Furnished) -> None:
    made.names["overdue"] = case = made.accepted("2026-08-11", 1)
    made.claimed(HANDLER, case, "survey")
    made.at("2026-08-25")
    made.bureau.tick()
    made.names["soon"] = case = made.accepted("2026-08-26", 2)
    made.claimed(HANDLER, case, "survey")
    case_operations.urge(
        made.bureau, CHIEF, case, made.items(case)["survey"], "期限将至，请抓紧踏勘。", key=made.key()
    )


def _asked(made: Furnished) -> None:
    """Signers added, an order of supervision answered, and a desk half handed over."""
    case = made.names["asked"] = made.accepted("2026-09-15", 2)
    item = made.names["asked_item"] = made.claimed(HANDLER, case, "survey")
    operations.add_signers(
        made.bureau, HANDLER, case, item, ["liufang"], "before", "涉及耕地，请先出具意见。", key=made.key()
    )
    until = made.clock.now.date() + timedelta(days=3)
    case_operations.supervise(
        made.bureau, LEADER, case, "企业多次来电，请说明进展。", until=until, key=made.key()
    )
    for number in (3, 4):
        made.claimed(SECOND, made.accepted("2026-09-15", number), "survey")
    made.names["hand_over"] = handing_over.begin(
        made.bureau, CHIEF, SECOND, {handing_over.REST: HANDLER}, "调离本科室。", key=made.key()
    )


def _suspended(made: Furnished) -> None:
    case = made.names["suspended"] = made.accepted("2026-09-02", 3)
    made.claimed(HANDLER, case, "survey")
    page = clock_office.clock_page(made.bureau, HANDLER, case, "decide")
    typed = {"ground": page.grounds[0], "notice": "告知〔2026〕3号", "on": "2026-09-02"}
    clock_office.suspend(made.bureau, HANDLER, case, "decide", typed, key=made.key())


def _at_review(made: Furnished) -> None:
    case = made.names["reviewing"] = made.reviewed("2026-09-07", 4)
    made.names["review_item"] = made.claimed(CHIEF, case, "review")
    made.bureau.annotate(HANDLER, case, "复垦费用已核对到账。", key=made.key())


def _being_worked(made: Furnished) -> None:
    """The case that most pages show: at the survey, with files, a draft, a copy and a comment."""
    case = made.names["case"] = made.accepted(
        "2026-09-14", 5, cultivated_ha="0.8130", in_planning_area="true"
    )
    item = made.names["item"] = made.claimed(HANDLER, case, "survey")
    drafts.save(
        made.bureau, HANDLER, case, item,
        {"surveyor_1": ["王建国"], "site_opinion": ["用地范围与勘测定界成果一致，地类为旱地。"]},
    )  # fmt: skip
    case_operations.copy(made.bureau, HANDLER, case, [LEADER, HANDLER], "请阅知踏勘安排。", key=made.key())
    made.names["limit"] = "decide"


def _at_the_counter(made: Furnished) -> None:
    made.names["received"] = case = made.received(
        "2026-09-21", 6, materials={**HANDED_IN, "m2": "缺", "m4": "补"}
    )
    item = made.names["accept_item"] = made.claimed(CLERK, case, "accept")
    made.names["file"] = attachments.attach(
        made.bureau, made.vault, CLERK, case, item, "materials-m1", "临时用地申请书（盖章扫描件）.pdf", BytesIO(PDF),
        most=1_000_000, key=made.key(),
    )  # fmt: skip
    drafts.save(made.bureau, CLERK, "", TEMPORARY, {"applicant_name": ["市水务集团"]})
    for number in range(1, 5):
        made.received("2026-09-21", number)
    made.names["unclaimed"] = waiting = made.received("2026-09-21", 5)
    made.names["unclaimed_item"] = made.items(waiting)["accept"]


def _by_people(made: Furnished) -> None:
    """What belongs to people and to the bureau, not to a case."""
    made.at("2026-09-21")
    now = made.clock.now
    stand_in.declare(
        made.bureau,
        CHIEF,
        SECOND,
        starts=now,
        ends=now + timedelta(days=5),
        reason="参加省厅培训",
        deputy=HANDLER,
    )
    stand_in.pair(made.bureau, CHIEF, HANDLER, SECOND)
    saved_views.keep(made.bureau, HANDLER, "临时用地", "todo", "matter=temporary-land-use")
    subscription = subscribe(
        made.bureau.store, "https://example.org/chengban", ["case_ended"], user=ADMIN, now=now
    )
    made.names["webhook"] = subscription.webhook
    tokens.create(made.bureau, HANDLER, "统计报表程序", ["read"], 90)
    notice = working_days.notice_from(
        NOTICE, source="国务院办公厅关于2027年部分节假日安排的通知", published="2026-09-20", years="2027"
    )
    made.names["calendar"] = working_days.keep(made.bureau, KEEPER, notice, "")
    found, _after = messages.messages(made.bureau, HANDLER)
    if found:
        messages.read(made.bureau, HANDLER, found[-1].notice)


def openings(
    names: dict[str, str], samples: tuple[tuple[str, str, str], ...]
) -> Iterator[tuple[str, str, str]]:
    for endpoint, user, address in samples:
        yield endpoint, user, address.format_map(names)
