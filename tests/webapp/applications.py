"""What the tests of the desk fill in, and how they find a page's token and key."""

from __future__ import annotations

import re
from typing import Any

from flask.testing import FlaskClient

PASSWORD = "a password of the tests"
CLERK = "zhanghui"  # 行政审批科/窗口
APPLICATION = {
    "applicant_name": "示例铁路建设有限公司",
    "credit_code": "91110000MA00ABCD7M",
    "contact_phone": "13800000000",
    "project_name": "高铁 3 标段 2 号施工便道",
    "use_purpose": "建设项目施工",
    "infrastructure": "false",
    "term_months": "18",
    "area_ha": "1.2460",
    "cultivated_ha": "0",
    "permanent_basic_farmland_ha": "0",
    "ownership": "集体",
    "in_planning_area": "false",
    "in_county": "false",
    "boundary": "3900000.0,39500000.0\n3900100.0,39500000.0\n3900100.0,39500100.0\n3900000.0,39500100.0",
    "compensation_amount": "30000",
    "reclamation_cost": "50000",
    "received_on": "2026-09-25",
    "channel": "窗口",
}
HANDED_IN = {f"m{number}": "收" for number in range(1, 8)}
APPLICATION_FORM = {**APPLICATION, **{f"materials-{paper}": state for paper, state in HANDED_IN.items()}}


def token_in(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found, "the page has no form"
    return found[1]


def key_in(page: str) -> str:
    found = re.search(r'name="_key" value="([^"]+)"', page)
    assert found, "the page has no command form"
    return found[1]


def sign_in(client: FlaskClient, user: str = CLERK, password: str = PASSWORD, **more: Any) -> Any:
    page = client.get("/signin").get_data(as_text=True)
    return client.post(
        "/signin", data={"csrf_token": token_in(page), "user": user, "password": password}, **more
    )
