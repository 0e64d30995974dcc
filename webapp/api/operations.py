"""What is done with a step besides doing it: hand it on, ask others to sign, urge; and many steps at once."""

from __future__ import annotations

import secrets
from typing import Any

from engine.errors import InvalidInput
from processes import batches, case_operations, operations
from processes.batches import Chosen, Lot
from webapp.api.access import caller, expected, idempotency_key, keyed
from webapp.api.answers import answered
from webapp.api.items import PLACE
from webapp.api.part import part
from webapp.api.schemas.common import Answered
from webapp.api.schemas.operations import (
    BatchBody,
    BatchReport,
    HandOnBody,
    SignatureBody,
    SignerRemovalBody,
    SignersBody,
    TextBody,
)
from webapp.context import bureau

routes = part("operations", "环节的操作")


@routes.operation(
    "POST", f"{PLACE}/transfer", "转办", scope="work", body=HandOnBody, answers=Answered, command=True
)
def transfer_item(body: dict[str, Any], case_id: str, item: str) -> Any:
    return answered(
        operations.transfer(bureau(), caller(), case_id, item, body["to"], body["reason"], **expected())
    )


@routes.operation(
    "POST", f"{PLACE}/delegation", "委派，办完回到委派人", scope="work", body=HandOnBody, answers=Answered, command=True
)  # fmt: skip
def delegate_item(body: dict[str, Any], case_id: str, item: str) -> Any:
    return answered(
        operations.delegate(bureau(), caller(), case_id, item, body["to"], body["reason"], **expected())
    )


@routes.operation(
    "POST", f"{PLACE}/signers", "前加签、后加签、加入会签", scope="work", body=SignersBody, answers=Answered,
    status=201, command=True,
)  # fmt: skip
def add_signers(body: dict[str, Any], case_id: str, item: str) -> Any:
    return answered(
        operations.add_signers(
            bureau(), caller(), case_id, item, body["signers"], body["where"], body["reason"], **expected()
        )
    )


@routes.operation(
    "POST", f"{PLACE}/signers/removal", "减签", scope="work", body=SignerRemovalBody, answers=Answered, command=True
)  # fmt: skip
def remove_signer(body: dict[str, Any], case_id: str, item: str) -> Any:
    return answered(
        operations.remove_signer(
            bureau(), caller(), case_id, item, body["reason"], signer=body["signer"], **expected()
        )
    )


@routes.operation(
    "POST", f"{PLACE}/signature", "加签人签署意见", scope="work", body=SignatureBody, answers=Answered, command=True
)  # fmt: skip
def sign_item(body: dict[str, Any], case_id: str, item: str) -> Any:
    return answered(
        operations.sign(bureau(), caller(), case_id, item, body["vote"], body["opinion"], **expected())
    )


@routes.operation(
    "POST", f"{PLACE}/urges", "催办", scope="work", body=TextBody, answers=Answered, status=201, command=True,
    revised=False,
)  # fmt: skip
def urge_item(body: dict[str, Any], case_id: str, item: str) -> Any:
    return answered(case_operations.urge(bureau(), caller(), case_id, item, body["text"], **keyed()))


@routes.operation(
    "POST", "/batches", "批量签收、释放、转办、办结，一件不成不碍其他", scope="work", body=BatchBody,
    answers=BatchReport, command=True,
)  # fmt: skip
def do_many(body: dict[str, Any]) -> Any:
    if body["command"] == "transfer":
        wrong = {name: ["必填"] for name in ("to", "reason") if not body[name].strip()}
        if wrong:
            raise InvalidInput("批量转办须选择接收人并写明理由", wrong)
    key = idempotency_key() or f"api:{caller()}:{secrets.token_urlsafe(18)}"
    # As they were named, not as they are found: what was done under this key before is told again.
    items = dict.fromkeys((one["case_id"], one["item"]) for one in body["items"])
    named = [Chosen(case_id, item, *[""] * 8, frozenset()) for case_id, item in items]
    done = batches.do(
        bureau(), caller(), body["command"], Lot(named, frozenset(), None, "", 0), key=key, to=body["to"],
        reason=body["reason"], data=body["data"],
    )  # fmt: skip
    return {
        "rows": [{"case_id": one.chosen.case_id, "item": one.chosen.item, "error": one.error} for one in done]
    }
