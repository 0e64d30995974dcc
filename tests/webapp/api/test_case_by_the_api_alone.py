"""Temporary land from the receipt to the delivery and on to publication, by programs alone, each with a person's token."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from typing import Any

import pytest
from applications import APPLICATION, HANDED_IN
from papers import PDF

pytestmark = pytest.mark.slow

TODAY = "2026-09-25"
DATA = {**APPLICATION, "cultivated_ha": "0.8130", "in_planning_area": "true"}
OPINIONS = (
    ("liufang", "farmland_opinion", "出具意见", {"farmland_opinion_text": "不占永久基本农田，须落实复垦。"}),
    ("yangjing", "reclaim_review", "通过", {"reclaim_opinion_text": "方案可行，费用已预存。"}),
    ("zhouting", "planning_consent", "同意", {"planning_opinion_text": "不影响近期规划实施。"}),
)


class Office:
    """The people, each with a program of their own."""

    def __init__(self, calling: Callable[..., Any]) -> None:
        self._calling = calling
        self._callers: dict[str, Any] = {}
        self.case_id = ""

    def __call__(self, user: str, method: str, path: str, json: Any = None, **headers: str) -> Any:
        caller = self._callers.get(user) or self._callers.setdefault(user, self._calling(user))
        return caller(method, path, json, **headers)

    def good(
        self, user: str, method: str, path: str, json: Any = None, status: int = 200, **headers: str
    ) -> Any:
        answer = self(user, method, path, json, **headers)
        assert answer.status_code == status, (path, answer.get_data(as_text=True))
        return answer

    def upload(self, user: str, path: str, field: str, name: str, content: bytes, **headers: str) -> Any:
        self(user, "GET", "/me")
        caller = self._callers[user]
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return caller.client.post(
            f"/api/v1{path}", data={"field": field, "file": (io.BytesIO(content), name)},
            headers={"Authorization": f"Bearer {caller.secret}", **sent},
        )  # fmt: skip

    def take(self, user: str, element: str) -> str:
        """The path of the step, found in the section's box and claimed."""
        rows = self.good(user, "GET", "/inbox?box=claimable&limit=100").json["rows"]
        item = next(
            row["item"] for row in rows if (row["case_id"], row["element"]) == (self.case_id, element)
        )
        place = f"/cases/{self.case_id}/items/{item}"
        self.good(user, "POST", f"{place}/claim")
        return place

    def do(self, user: str, element: str, outcome: str, **data: Any) -> None:
        place = self.take(user, element)
        item = self.good(user, "GET", place)
        asked = {field["name"] for field in item.json["form"]["fields"] if field["mode"] == "edit"}
        assert data.keys() <= asked
        whole = {"data": {item.json["form"]["outcomes"]["name"]: outcome, **data}}
        told = self.good(user, "POST", f"{place}/validation", whole).json
        assert told["fields"] == {}
        self.good(user, "POST", f"{place}/complete", whole, If_Match=item.headers["ETag"])


@pytest.fixture
def office(calling: Callable[..., Any]) -> Office:
    return Office(calling)


def test_temporary_land_goes_from_the_receipt_to_the_delivery_by_the_api_alone(office: Office) -> None:
    good = office.good
    # 收件: a paper is uploaded before there is a case, what was typed is kept, checked, and sent.
    assert "temporary-land-use" in {
        one["id"] for one in good("zhanghui", "GET", "/matters?mine=true").json["rows"]
    }
    upload = office.upload(
        "zhanghui", "/matters/temporary-land-use/uploads", "materials-m1", "申请书.pdf", PDF
    )
    assert upload.status_code == 201, upload.json
    draft = {"fields": {"applicant_name": ["示例铁路建设有限公司"]}}
    good("zhanghui", "PUT", "/matters/temporary-land-use/draft", draft)
    assert (
        good("zhanghui", "GET", "/matters/temporary-land-use/draft").json["fields"]["applicant_name"]
        == draft["fields"]["applicant_name"]
    )
    data = {**DATA, "materials": {**HANDED_IN, "m2": "缺"}}
    wrong = good("zhanghui", "POST", "/matters/temporary-land-use/validation", {"data": {"area_ha": "x"}})
    assert "applicant_name" in wrong.json["fields"]
    application = {"matter": "temporary-land-use", "data": data, "uploads": [upload.json["upload"]]}
    made = good("zhanghui", "POST", "/cases", application, 201, Idempotency_Key="application-1")
    office.case_id = made.json["case_id"]
    case = f"/cases/{office.case_id}"
    good("zhanghui", "DELETE", "/matters/temporary-land-use/draft", status=204)
    receipt = good("zhanghui", "GET", f"{case}/receipt").json
    assert receipt["number"].startswith("LSYD-2026-")
    assert [paper["files"][0]["name"] for paper in receipt["papers"] if paper["files"]] == ["申请书.pdf"]

    # 受理: the missing paper is proposed for the notice, then comes in as a file; the notice is issued and served.
    accept = office.take("zhanghui", "accept")
    materials = good("zhanghui", "GET", f"{accept}/materials").json["rows"]
    assert [one["state"] for one in materials][:2] == ["收", "缺"]
    assert (
        "临时使用土地合同"
        in good("zhanghui", "POST", f"{accept}/correction-proposal", {"materials": {}}).json["text"]
    )
    attached = office.upload(
        "zhanghui", f"{accept}/files", "materials-m2", "合同.pdf", PDF + b"x", Idempotency_Key="contract"
    )
    assert attached.status_code == 201, attached.json
    content = good("zhanghui", "GET", f"{case}/files/{attached.json['attachment']}")
    assert hashlib.sha256(content.data).hexdigest() == content.headers["ETag"].strip('"')
    papers = good("zhanghui", "GET", f"{case}/documents").json
    assert next(one for one in papers["possible"] if one["kind"] == "受理通知书")["why_not"] == ""
    preview = good("zhanghui", "POST", f"{case}/documents/preview", {"kind": "受理通知书"})
    assert preview.data.startswith(b"%PDF")
    good("zhanghui", "POST", f"{case}/documents", {"kind": "受理通知书"}, 201, Idempotency_Key="acceptance")
    notice = good("zhanghui", "GET", f"{case}/documents").json["issued"][0]
    assert notice["number"] == "晋自然资临受〔2026〕1号"
    served = {"mode": "直接", "on": TODAY, "receiver": "李某"}
    place = f"{case}/documents/{notice['document']}"
    good("zhanghui", "POST", f"{place}/services", served, 201)
    assert good("zhanghui", "GET", place).json["services"][0]["receiver"] == "李某"
    values = good("zhanghui", "GET", accept).json["values"]
    assert values["acceptance_doc_no"] == notice["number"]
    data = {
        "accept_outcome": "齐全且属本级权限", "told_on": TODAY, "acceptance_doc_no": notice["number"],
        "materials": HANDED_IN,
    }  # fmt: skip
    good("zhanghui", "POST", f"{accept}/complete", {"data": data})

    # 审查: the survey, three opinions side by side, the chief's review, the leader's decision.
    office.do(
        "wangjian", "survey", "完成踏勘", survey_on=TODAY, surveyor_1="王建国", surveyor_2="赵敏",
        site_opinion="现状与申请一致，未先行使用。",
    )  # fmt: skip
    for user, element, outcome, data in OPINIONS:
        office.do(user, element, outcome, **data)
    office.do("chenwei", "review", "拟准予", review_opinion="符合条件，拟准予。")
    office.do("huanghe", "decide", "准予", decided_on=TODAY)

    # 发证送达: the licence takes its number, goes out, and the tax notice with it.
    values = {"expiry_date": "2028-03-24", "approval_date": TODAY}
    good("zhanghui", "POST", f"{case}/documents", {"kind": "临时用地批准书", "values": values}, 201)
    issued = good("zhanghui", "GET", f"{case}/documents").json["issued"]
    licence = next(one for one in issued if one["kind"] == "临时用地批准书")
    for form, head in (("pdf", b"%PDF"), ("docx", b"PK")):
        file = good("zhanghui", "GET", f"{case}/documents/{licence['document']}/{form}")
        assert file.data.startswith(head)
        assert f"sha256:{hashlib.sha256(file.data).hexdigest()}" == licence["files"][form]
    service = {"mode": "邮寄", "on": TODAY, "receiver": "李某", "receipt": "EMS1"}
    good("zhanghui", "POST", f"{case}/documents/{licence['document']}/services", service, 201)
    office.do(
        "zhanghui", "issue", "已送达", approval_no=licence["number"], approval_date=TODAY, expiry_date="2028-03-24",
        tax_notified_on=TODAY, delivered_on=TODAY, delivery_mode="邮寄送达",
    )  # fmt: skip
    office.do("wangjian", "register", "已配号公开", registration_no="LS2026000001", registered_on=TODAY)

    seen = good("huanghe", "GET", case).json
    assert [one["step"] for one in seen["items"]] == ["使用期监管"]
    clocks = {one["id"]: one["status"] for one in good("huanghe", "GET", f"{case}/clocks").json["rows"]}
    assert {clocks[name] for name in ("decide", "deliver", "register")} == {"met"}
    sheet = good("huanghe", "GET", f"{case}/clocks/decide/sheet")
    assert sheet.data.startswith(b"%PDF")
    assert good("huanghe", "GET", f"{case}/verification").json["intact"] is True
    people = {line["by"] for line in good("huanghe", "GET", f"{case}/history").json["rows"]}
    assert {"张慧", "王建国", "刘芳", "杨静", "周婷", "陈伟", "黄河"} <= people
