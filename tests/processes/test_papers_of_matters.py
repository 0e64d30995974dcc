"""Every document of every matter, made from a whole case: what it says, how its pages are laid out, both forms."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import yaml
from bureau_world import World
from docx import Document as Word
from pypdf import PdfReader
from test_temporary_land_journey import to_the_decision
from whole_cases import walk

from engine import history
from engine.errors import InvalidInput, NotPermitted, Refused
from processes import documents
from processes.documents import _version
from processes.matters import matters
from processes.paper_making import Day, Templates, pdf
from processes.papers import templates_in

pytestmark = pytest.mark.slow

MM = 72 / 25.4
GIVEN = {
    "expert_time": "十个工作日", "signer": "方远", "correction_items": "一、土地权属材料未盖章\n二、缺拐点坐标",
    "refusal_grounds": "应当向清河县自然资源局申请。", "decision_reasons": "申请范围与永久基本农田重叠。",
    "fix_items": "勘测定界图与数据不一致", "amend_items": "补充储量评审备案文件", "extension_reason": "专家意见分歧较大。",
}  # fmt: skip
# matter, outcomes, what is typed, the kinds that such a case comes to
RUNS: list[tuple[str, dict[str, str], dict[str, str], set[str]]] = [
    ("temporary-land-use", {"supervise": "期满"}, {"need_hearing": "true", "need_expert_review": "true"},
     {"收件凭证", "受理通知书", "补正告知书", "不予受理决定书", "现场踏勘记录", "临时用地批准书", "耕地占用税涉税信息告知单",
      "送达回证", "土地复垦验收确认书", "听证告知书", "听证通知书", "听证笔录", "听证报告", "专家评审所需时间告知书",
      "专家评审意见", "送达公告"}),
    ("temporary-land-use", {"decide": "不予"}, {}, {"不予行政许可决定书"}),
    ("batch-conversion", {}, {}, {"建设用地项目呈报说明书", "农用地转用方案", "农用地转用请示", "批复转发文件", "补正通知"}),
    ("mining-right-registration", {}, {},
     {"收件凭证", "受理通知书", "补正告知书", "准予登记通知书", "采矿权登记簿", "不动产权证书（采矿权）", "登记公告",
      "限期修改补充通知书", "送达回证"}),
    ("mining-right-registration", {"decide": "不予登记"}, {}, {"不予登记决定书"}),
]  # fmt: skip
PAPERS = [(number, kind) for number, run in enumerate(RUNS) for kind in sorted(run[3])]
# What the law asks a paper to say: the article, or the words of the remedies.
REMEDIES = "六十日内，依照《中华人民共和国行政复议法》第二十条、第二十四条的规定，向市人民政府申请行政复议"
SUIT = "《中华人民共和国行政诉讼法》第四十六条的规定，自知道或者应当知道本决定之日起六个月内"
SAYS = {
    "受理通知书": ["《中华人民共和国行政许可法》第三十二条第一款第五项"],
    "补正告知书": ["《中华人民共和国行政许可法》第三十二条第一款第四项", "一、土地权属材料未盖章", "二、缺拐点坐标"],
    "不予受理决定书": ["第三十二条第一款第一项、第二项", REMEDIES, SUIT],
    "不予行政许可决定书": ["《中华人民共和国行政许可法》第三十八条第二款", REMEDIES, SUIT],
    "不予登记决定书": ["《矿产资源开采登记管理办法》第六条", REMEDIES, SUIT],
    "临时用地批准书": ["《中华人民共和国土地管理法》第五十七条", "实施条例》第二十条", "不得修建永久性建筑物", REMEDIES],
    "听证告知书": ["第四十七条", "五个工作日内", "不承担行政机关组织听证的费用"],
    "听证通知书": ["第四十八条", "有权申请回避", "第四十五条"],
    "专家评审所需时间告知书": ["第四十五条", "十个工作日"],
    "耕地占用税涉税信息告知单": ["《中华人民共和国耕地占用税法》第十条", "三十日内", "第十一条"],
    "送达回证": ["《中华人民共和国民事诉讼法》第八十七条"],
    "送达公告": ["第九十五条", "三十日"],
    "现场踏勘记录": ["第三十四条第三款", "王建国、赵敏"],
    "准予登记通知书": ["《中华人民共和国矿产资源法》第二十二条", "三十日内"],
    "农用地转用请示": ["签发人：方远", "妥否，请批示", "第四十四条"],
    "批复转发文件": ["第三十一条", "十五个工作日内", "抄送："],
    "采矿权登记簿": ["900米至300米", "2000国家大地坐标系", "第二十二条"],
}  # fmt: skip
OFFICIAL = {"不予受理决定书", "不予行政许可决定书", "临时用地批准书", "土地复垦验收确认书", "农用地转用请示", "批复转发文件", "不予登记决定书"}  # fmt: skip
TITLES = {"补正告知书": "补正材料一次告知书", "登记公告": "采矿权设立登记公告"}


class Made:
    """A whole case and the papers issued in it."""

    def __init__(self, run: int) -> None:
        matter, outcomes, values, kinds = RUNS[run]
        self.world = World()
        self.bureau = self.world.bureau
        self.case_id = walk(self.world, matter, outcomes, **values)
        self.files: dict[str, tuple[str, dict[str, bytes]]] = {}
        for kind in sorted(kinds):
            user = holder(self.bureau, self.case_id, kind)
            answer: Any = documents.issue(self.bureau, user, self.case_id, kind, GIVEN)
            effect = answer.effects[0]
            self.files[kind] = (
                effect.number,
                {
                    form: documents.content(self.bureau, user, self.case_id, effect.document, form)[1]
                    for form in effect.files
                },
            )


def holder(bureau: Any, case_id: str, kind: str) -> str:
    version = _version(bureau, bureau.desk(bureau.cases.view(case_id, lambda view: view.deployment)))
    return next(
        user for user in bureau.organisation.people if bureau.person(user).may_act_as & version.posts[kind]
    )


@cache
def made(run: int) -> Made:
    return Made(run)


def words(content: bytes) -> str:
    """The text without spaces and page numbers."""
    text = "".join("".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages).split())
    return re.sub(r"—\d+—", "", text)


@pytest.mark.parametrize(("run", "kind"), PAPERS)
def test_a_paper_holds_its_number_title_applicant_and_the_law(run: int, kind: str) -> None:
    case = made(run)
    number, files = case.files[kind]
    view = case.bureau.cases.view(case.case_id, lambda view: dict(view.header))
    text = words(files["pdf"])
    assert number.replace(" ", "") in text
    assert view["title"] in text
    assert view["applicant"] in text
    assert "待填" not in text
    assert "预览" not in text
    assert "None" not in text
    if kind not in OFFICIAL:
        assert TITLES.get(kind, kind) in text
    for said in SAYS.get(kind, ()):
        assert said in text, said
    if kind in OFFICIAL:
        assert "文件" in text
        assert "印发" in text


@pytest.mark.parametrize(("run", "kind"), PAPERS)
def test_the_word_form_says_what_the_pdf_says(run: int, kind: str) -> None:
    number, files = made(run).files[kind]
    word = Word(BytesIO(files["docx"]))
    parts = [paragraph.text for paragraph in word.paragraphs]
    parts += [cell.text for table in word.tables for row in table.rows for cell in row.cells]
    text = "".join("".join(parts).split())
    assert number in text
    assert "{{" not in text
    assert "{%" not in text
    printed = words(files["pdf"])
    for paragraph in parts:
        for sentence in re.split(r"[，。：；、\s]", "".join(paragraph.split())):
            assert sentence in printed, sentence


@pytest.mark.parametrize("run", range(len(RUNS)))
def test_every_page_is_a4_and_an_official_one_keeps_the_type_area(run: int) -> None:
    for kind, (_, files) in made(run).files.items():
        for page in PdfReader(BytesIO(files["pdf"])).pages:
            assert float(page.mediabox.width) / MM == pytest.approx(210, abs=0.1)
            assert float(page.mediabox.height) / MM == pytest.approx(297, abs=0.1)
            for x, y, text in placed(page):
                if kind in OFFICIAL and "—" not in text and text.strip() not in ("1", "2", "3"):
                    assert 28 - 0.2 <= x / MM <= 28 + 156 + 0.2, (kind, text)
                    assert 35 - 0.2 <= y / MM <= 297 - 37 + 0.2, (kind, text)


def placed(page: Any) -> Iterator[tuple[float, float, str]]:
    """Where each piece of text begins: from the left and from the bottom, in points."""
    found: list[tuple[float, float, str]] = []

    def visit(text: str, matrix: list[float], line: list[float], *_: Any) -> None:
        if text.strip():
            x, y = line[4], line[5]
            a, b, c, d, e, f = matrix
            found.append((a * x + c * y + e, b * x + d * y + f, text))

    page.extract_text(visitor_text=visit)
    yield from found


@cache
def official_sample() -> bytes:
    bundle = made(2).bureau.cases.bundle(made(2).bureau.cases.newest("batch_conversion"))
    files = templates_in(bundle)
    files["sample.html"] = (
        '{% extends "layout/official.html" %}{% block body %}<p class="flush">'
        + "承办文书版式" * 200
        + "</p>{% endblock %}"
    ).encode()
    facts = {
        "bureau": "市自然资源局", "applicant": "某单位", "v": {},
        "paper": {"title": "版式", "number": "晋自然资临〔2026〕12号", "shown_number": "晋自然资临〔2026〕12号",
                  "preview": False, "date": Day(2026, 11, 2)},
    }  # fmt: skip
    return pdf(Templates(files).html("sample.html", facts)[0])


def test_a_full_page_has_22_lines_of_28_characters_in_a_type_area_of_156_by_225() -> None:
    page = PdfReader(BytesIO(official_sample())).pages[1]
    lines = [line.strip() for line in page.extract_text().splitlines() if len(line.strip()) > 10]
    assert len(lines) == 22
    assert {len(line) for line in lines} == {28}
    xs, ys = zip(*((x, y) for x, y, text in placed(page) if len(text.strip()) > 10), strict=True)
    assert min(xs) / MM == pytest.approx(28, abs=0.2)
    assert (max(ys) - min(ys)) / 21 / MM == pytest.approx(225 / 22, abs=0.1)


def test_the_head_is_red_and_the_page_numbers_stand_outside_and_below() -> None:
    reader = PdfReader(BytesIO(official_sample()))
    stream = reader.pages[0].get_contents()
    assert stream is not None
    assert re.search(rb"0\.90\d* 0 0\.07\d* rg", stream.get_data())
    for number, page in enumerate(reader.pages, 1):
        dash = next((x, y) for x, y, text in placed(page) if "—" in text)
        assert dash[1] / MM < 35 - 7
        assert (dash[0] / MM > 105) is (number % 2 == 1)


def test_the_same_case_and_number_give_the_same_bytes() -> None:
    assert pdf("<p>承办</p>") == pdf("<p>承办</p>")
    case = made(1)
    user = holder(case.bureau, case.case_id, "受理通知书")
    for form in ("pdf", "docx"):
        first = documents.preview(case.bureau, user, case.case_id, "受理通知书", {}, form)
        assert documents.preview(case.bureau, user, case.case_id, "受理通知书", {}, form) == first


@pytest.mark.parametrize("run", range(len(RUNS)))
def test_the_journal_of_a_case_with_papers_verifies_and_replays(run: int) -> None:
    case = made(run)
    assert case.bureau.verify(case.case_id) == []
    assert history.replay(case.bureau.cases, case.case_id) is None


def test_a_preview_says_so_shows_what_is_missing_and_takes_nothing() -> None:
    case = made(1)
    before = len(documents.documents.documents(case.bureau.store, case.case_id))
    user = holder(case.bureau, case.case_id, "听证通知书")
    text = words(documents.preview(case.bureau, user, case.case_id, "听证通知书"))
    assert "预览" in text
    assert "〔待填〕" in text
    assert "未编号" in text
    with pytest.raises(InvalidInput) as raised:
        documents.issue(case.bureau, user, case.case_id, "听证通知书")
    assert set(raised.value.fields) == {"hearing_date", "hearing_place", "hearing_host"}
    assert len(documents.documents.documents(case.bureau.store, case.case_id)) == before


def test_a_refusal_is_not_issued_where_the_licence_was_granted_nor_by_a_post_that_has_no_part() -> None:
    case = made(0)
    user = holder(case.bureau, case.case_id, "不予行政许可决定书")
    with pytest.raises(Refused, match="尚未作出不予许可的决定"):
        documents.issue(case.bureau, user, case.case_id, "不予行政许可决定书", GIVEN)
    with pytest.raises(NotPermitted):
        documents.issue(case.bureau, "songping", case.case_id, "临时用地批准书", GIVEN)


def test_what_people_typed_is_text_on_the_paper_and_never_markup_or_code() -> None:
    case = made(1)
    user = holder(case.bureau, case.case_id, "补正告知书")
    text = words(
        documents.preview(
            case.bureau,
            user,
            case.case_id,
            "补正告知书",
            {"correction_items": "<b>x</b> {{ 7 * 6 }} & <img src=x>"},
        )
    )
    assert "<b>x</b>{{7*6}}&<imgsrc=x>" in text


def test_a_template_reaches_neither_python_nor_the_network() -> None:
    from jinja2.exceptions import SecurityError

    hostile = Templates({"x.html": b"{{ paper.__class__.__mro__[1].__subclasses__() }}"})
    with pytest.raises(SecurityError):
        hostile.html("x.html", {"paper": "x"})
    for reference in (
        '<img src="http://127.0.0.1:9/x">',
        '<link rel="stylesheet" href="file:///etc/passwd">',
    ):
        with pytest.raises(Refused):
            pdf(reference)


@pytest.mark.parametrize("matter", sorted(matters()))
def test_every_document_that_a_matter_or_its_steps_name_has_a_template(matter: str) -> None:
    world = World()
    desk = world.bureau.desk(world.bureau.cases.newest(matters()[matter].process))
    version = _version(world.bureau, desk)
    named = {
        *desk.matter.documents,
        *(name for step in desk.matter.steps for name in step.documents),
        *(name for task in desk.steps.values() for name in task.documents),
    }
    assert named <= set(version.kinds)
    covered = {kind for run in RUNS for kind in run[3]} | {"延长办理期限告知书"}
    assert named <= covered
    world.bureau.close()


def test_the_extension_is_told_once_it_is_asked_for() -> None:
    world = World()
    case_id = walk(world, "temporary-land-use", {"decide": "提请延长期限"}, until="extend")
    text = words(
        documents.preview(
            world.bureau, "fangyuan", case_id, "延长办理期限告知书", {"extension_reason": "需要进一步核实。"}
        )
    )
    assert "《中华人民共和国行政许可法》第四十二条第一款" in text
    assert "延长十个工作日" in text
    answer: Any = documents.issue(
        world.bureau, "fangyuan", case_id, "延长办理期限告知书", {"extension_reason": "需要进一步核实。"}
    )
    assert answer.effects[0].number == "晋自然资临延〔2026〕1号"
    world.bureau.close()


def test_articles_cited_on_papers_are_held_with_the_laws_they_belong_to() -> None:
    held = yaml.safe_load((Path(__file__).parent / "law_articles.yaml").read_text(encoding="utf-8"))
    licence = next(held[name] for name in held if name.startswith("行政许可法"))
    assert "五日内一次告知" in licence["第三十二条"]
    assert "说明理由" in licence["第三十八条"]
    assert "可以延长十日" in licence["第四十二条"]
    assert "书面告知申请人" in licence["第四十五条"]
    assert "五日内提出听证申请" in licence["第四十七条"]


def test_the_number_of_an_issued_document_stands_in_the_field_of_the_step(world: World) -> None:
    case_id = world.start()
    item = world.open(case_id)["accept"]
    world.bureau.claim("zhanghui", case_id, item)
    assert world.bureau.item("zhanghui", case_id, item).values.get("acceptance_doc_no") is None
    documents.issue(world.bureau, "zhanghui", case_id, "受理通知书")
    documents.issue(world.bureau, "zhanghui", case_id, "补正告知书", {"correction_items": "缺合同"})
    values = world.bureau.item("zhanghui", case_id, item).values
    assert values["acceptance_doc_no"] == "晋自然资临受〔2026〕1号"
    assert values["correction_items"] == "缺合同"
    documents.void(world.bureau, "zhanghui", case_id, "d1", "名称有误")
    assert world.bureau.item("zhanghui", case_id, item).values.get("acceptance_doc_no") is None
    told = [line.sentence for line in world.bureau.case("zhanghui", case_id).history]
    assert "作废《受理通知书》（晋自然资临受〔2026〕1号），文号保留" in told


def test_how_and_when_a_licence_was_served_stands_in_the_step_that_delivers_it(world: World) -> None:
    case_id = to_the_decision(world)
    world.at(2026, 11, 10)
    world.do("huanghe", case_id, "decide", "准予", decided_on="2026-11-10", decision_reasons="符合条件")
    item = world.open(case_id)["issue"]
    world.bureau.claim("zhanghui", case_id, item)
    assert world.bureau.item("zhanghui", case_id, item).values.get("delivered_on") is None
    given = {"approval_date": "2026-11-10", "expiry_date": "2027-11-09", **GIVEN}
    answer: Any = documents.issue(world.bureau, "zhanghui", case_id, "临时用地批准书", given)
    (issued,) = [effect.document for effect in answer.effects if effect.event == "document_issued"]
    world.at(2026, 11, 13)
    told = {"mode": "邮寄", "on": "2026-11-12", "receipt": "EMS1234567"}
    documents.serve(world.bureau, "zhanghui", case_id, issued, told)
    values = world.bureau.item("zhanghui", case_id, item).values
    assert (values["delivered_on"], values["delivery_mode"], values["service_record_no"]) == (
        date(2026, 11, 12), "邮寄送达", "EMS1234567",
    )  # fmt: skip
