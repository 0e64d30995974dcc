"""Files of a case and its materials: handed in at a step, fetched whole or in part, removed with a reason."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from engine.errors import InvalidInput
from processes import attachments
from processes.attachments import MATERIALS
from webapp import files
from webapp.api.access import Refusal, caller, idempotency_key, keyed
from webapp.api.answers import answered
from webapp.api.cases import PLACE as CASE
from webapp.api.items import PLACE
from webapp.api.part import ROOT, part
from webapp.api.problems import problem
from webapp.api.schemas.common import Answered, ReasonBody
from webapp.api.schemas.files import FileList, FileMade, MaterialList, UploadMade
from webapp.context import bureau, settings, vault

routes = part("files", "附件和材料")


@routes.operation("GET", f"{CASE}/files", "办件的附件，已移除的也在内", answers=FileList)
def list_files(case_id: str) -> Any:
    return {"rows": attachments.files(bureau(), caller(), case_id)}


@routes.operation(
    "GET", f"{CASE}/files/<attachment>", "下载附件", answers=None, media_type="*/*", stream=True
)
def get_file(case_id: str, attachment: str) -> Response:
    found, stream = attachments.opened(bureau(), vault(), caller(), case_id, attachment)
    return files.sent(stream, found.name, found.media_type, found.size, found.hash)


@routes.operation(
    "GET", f"{PLACE}/materials", "各项申请材料的状态和附件", answers=MaterialList, refusals=(409,)
)
def list_materials(case_id: str, item: str) -> Any:
    view = bureau().item(caller(), case_id, item)
    changeable = attachments.changeable(bureau(), caller(), case_id, item)
    there = [one for one in attachments.readable(bureau(), caller(), case_id) if one.removed_at is None]
    states = view.values.get("materials") or {}
    return {
        "rows": [
            {
                "material": one.id, "field": MATERIALS + one.id, "name": one.name, "copies": one.copies,
                "state": states.get(one.id) or "", "needed": one.needed(view.values),
                "changeable": MATERIALS + one.id in changeable,
                "files": [each for each in there if each.field == MATERIALS + one.id],
            }
            for one in (view.form.materials if view.form and view.materials else ())
        ]
    }  # fmt: skip


@routes.operation(
    "POST", f"{PLACE}/files", "上传附件", scope="work", answers=FileMade, status=201, command=True, revised=False,
    file=True,
)  # fmt: skip
def attach_file(case_id: str, item: str) -> Any:
    field, file = one_file()
    made = attachments.attach(
        bureau(), vault(), caller(), case_id, item, field, file.filename or "", file.stream,
        most=settings().file_bytes, key=idempotency_key(),
    )  # fmt: skip
    place = {"Location": f"{ROOT}/cases/{case_id}/files/{made}"}
    return {"attachment": made, "field": field}, 201, place


@routes.operation(
    "POST", f"{PLACE}/files/<attachment>/removal", "移除附件，留痕保留", scope="work", body=ReasonBody,
    answers=Answered, command=True, revised=False,
)  # fmt: skip
def remove_file(body: dict[str, Any], case_id: str, item: str, attachment: str) -> Any:
    return answered(
        attachments.remove(bureau(), caller(), case_id, item, attachment, body["reason"], **keyed())
    )


@routes.operation(
    "POST", "/matters/<matter>/uploads", "收件前上传申请材料", scope="work", answers=UploadMade, status=201,
    file=True, refusals=(409,),
)  # fmt: skip
def upload_file(matter: str) -> Any:
    field, file = one_file()
    made = attachments.stage(
        bureau(),
        vault(),
        caller(),
        matter,
        field,
        file.filename or "",
        file.stream,
        most=settings().file_bytes,
    )
    return {"upload": made}


def one_file() -> Any:
    """The field and the file of a multipart body. Raises InvalidInput."""
    fields, sent = request.form.getlist("field"), request.files.getlist("file")
    wrong = {}
    if request.mimetype != "multipart/form-data":
        raise Refusal(problem(415, "请求正文应为 multipart/form-data"))
    if len(fields) != 1 or not 0 < len(fields[0]) <= 200:
        wrong["field"] = ["请指明文件属于哪一项，只能一项"]
    if len(sent) != 1:
        wrong["file"] = ["请上传一个文件"]
    if wrong:
        raise InvalidInput("上传的内容不完整", wrong)
    return fields[0], sent[0]
