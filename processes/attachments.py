"""Files of a case: handed in at a step or with the application, fetched, removed with a reason. Decided here: who may.

Whoever may do an open step attaches and removes what the step may edit. Whoever has or had a step of the case, receives
its matter, or supervises its section may read; nobody else learns more than that there is nothing for them.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, BinaryIO

from engine.cases import Answer
from engine.cases.actor import CaseView as Looking
from engine.codec import moment_of, moment_text
from engine.errors import InvalidInput, ItemTaken, NotFound, NotPermitted, Refused
from engine.kernel.commands import AttachFile, Command, RemoveFile
from engine.store import Transaction, tables
from engine.store import attachments as statements
from engine.store.vault import Reads, Vault
from forms.errors import InvalidForm
from forms.form import Form
from processes import scope, stand_in
from processes.file_types import cleaned, media_type
from processes.standing import ADVICE

if TYPE_CHECKING:
    from processes.bureau import Bureau
    from processes.desk import Desk

MOST_FILES = 500  # of one case
MOST_UPLOADS = 200  # of one person, waiting for their cases
WAITS = timedelta(days=14)
MATERIALS = "materials-"
_COLUMNS = tuple(tables.attachment.columns.keys())
_UPLOAD = tuple(tables.upload.columns.keys())


@dataclass(frozen=True)
class File:
    """A file of a case; `size` in bytes, moments aware UTC, `removed_at` None while it counts."""

    attachment: str
    field: str
    name: str
    media_type: str
    size: int
    hash: str
    added_at: datetime
    added_by: str
    removed_at: datetime | None
    remove_reason: str

    @property
    def reference(self) -> dict[str, Any]:
        """What a file field of a form holds of it."""
        return {
            "id": self.attachment, "name": self.name, "size": self.size, "media_type": self.media_type,
            "sha256": self.hash.removeprefix("sha256:"),
        }  # fmt: skip


def kept(vault: Vault, name: str, content: Reads, most: int) -> dict[str, Any]:
    """Name, type, size and hash of a content now in the vault. Raises InvalidInput, Refused beyond `most` bytes."""
    clean = cleaned(name)
    found = vault.keep(content, most)
    with vault.open(found.hash) as stream:
        kind = media_type(clean, stream, found.size)
    return {"name": clean, "media_type": kind, "size": found.size, "hash": found.hash}


# -- in a case -----------------------------------------------------------------------------------------------------


def attach(
    bureau: Bureau,
    vault: Vault,
    user: str,
    case_id: str,
    item: str,
    field: str,
    name: str,
    content: Reads,
    *,
    most: int,
    key: str | None = None,
) -> str:
    """Returns the attachment. The same content under the same field and name twice is one.

    Raises NotFound, NotPermitted, ItemClosed, ItemTaken, InvalidInput, Refused.
    """
    bureau.cases.view(case_id, lambda view: _may_change(bureau, user, view, item, field))
    actor = stand_in.actor_for(bureau, bureau.person(user), case_id, item)
    described = kept(vault, name, content, most)
    there = next(
        (
            one.attachment
            for one in _files(bureau, case_id)
            if (one.field, one.name, one.hash) == (field, described["name"], described["hash"])
            and one.removed_at is None
        ),
        None,
    )
    if there is not None:
        return there

    def work(transaction: Transaction) -> Answer:
        def command(view: Looking) -> Command:
            _may_change(bureau, user, view, item, field)
            row = transaction.one(statements.count_of_case, {"of_case": case_id})
            assert row is not None
            if row[0] >= MOST_FILES:
                raise Refused(f"一个办件最多存 {MOST_FILES} 份附件")
            return AttachFile(f"a{row[0] + 1}", field, item=item, **described)

        return bureau.cases.submit_in(transaction, case_id, command, actor=actor, key=key, item=item)

    answer = bureau.cases.run(work)
    return next(effect.attachment for effect in answer.effects if effect.event == "file_attached")  # type: ignore[union-attr]


def remove(
    bureau: Bureau,
    user: str,
    case_id: str,
    item: str,
    attachment: str,
    reason: str,
    *,
    key: str | None = None,
) -> Answer:
    """It no longer counts; record and content stay. Raises as `attach`, InvalidInput without a reason."""
    found = next((one for one in _files(bureau, case_id) if one.attachment == attachment), None)
    if found is None:
        raise NotFound("办件中没有这份附件")
    field = found.field
    actor = stand_in.actor_for(bureau, bureau.person(user), case_id, item)

    def command(view: Looking) -> Command:
        _may_change(bureau, user, view, item, field)
        return RemoveFile(attachment, reason.strip(), item)

    return bureau.cases.submit(case_id, command, actor=actor, key=key, item=item)


def files(bureau: Bureau, user: str, case_id: str) -> list[File]:
    """All, removed ones too, in order. Raises NotFound, NotPermitted."""
    bureau.cases.view(case_id, lambda view: scope.permit(bureau, user, view))
    return _files(bureau, case_id)


def readable(bureau: Bureau, user: str, case_id: str) -> list[File]:
    """As `files`, or nothing for whoever may not read them."""
    try:
        return files(bureau, user, case_id)
    except NotPermitted:
        return []


def opened(bureau: Bureau, vault: Vault, user: str, case_id: str, attachment: str) -> tuple[File, BinaryIO]:
    """A file and its content, to be closed by the caller. Raises NotFound, NotPermitted."""
    found = next((one for one in files(bureau, user, case_id) if one.attachment == attachment), None)
    if found is None:
        raise NotFound("办件中没有这份附件")
    return found, vault.open(found.hash)


def changeable(bureau: Bureau, user: str, case_id: str, item: str) -> frozenset[str]:
    """The fields (`materials-<id>` among them) to which `user` may attach at the step now; empty where not theirs."""

    def look(view: Looking) -> frozenset[str]:
        try:
            return _open_to(bureau, user, view, item)
        except (NotPermitted, ItemTaken):
            return frozenset()

    return bureau.cases.view(case_id, look)


def _files(bureau: Bureau, case_id: str) -> list[File]:
    with bureau.store.reading() as transaction:
        rows = transaction.all(statements.attachments_of_case, {"of_case": case_id})
    names = bureau.accounts.names()
    found = []
    for row in rows:
        told = dict(zip(_COLUMNS, row, strict=True))
        found.append(
            File(
                told["attachment"], told["field"], told["name"], told["media_type"], told["size"], told["hash"],
                moment_of(told["added_at"]), names.get(told["added_by"], told["added_by"]),
                moment_of(told["removed_at"]) if told["removed_at"] else None, told["remove_reason"] or "",
            )
        )  # fmt: skip
    return found


def _open_to(bureau: Bureau, user: str, view: Looking, item: str) -> frozenset[str]:
    account, row = bureau.person(user), bureau.open_row(view, item)
    if not stand_in.holders(bureau, account, row):
        colleague = row["claimed_by"] is not None and row["post"] in account.may_act_as
        raise ItemTaken() if colleague else NotPermitted()
    part, round_ = view.state.parts.get(item), view.state.rounds.get(item)
    if part is not None and part.kind in ADVICE:
        return frozenset()
    if round_ is not None and (round_.open or round_.signed):
        return frozenset()  # it waits for others
    return fields_of(bureau.desk(view.deployment), row["element"])


def fields_of(desk: Desk, element: str) -> frozenset[str]:
    """What may come with files at a step: materials whose state it may set, file fields that it may edit."""
    step = desk.form.step(element)
    found = {
        name for name, mode in step.modes.items() if mode == "edit" and desk.form.fields[name].kind == "file"
    }
    if step.materials == "edit":
        found |= {MATERIALS + material.id for material in desk.form.materials}
    return frozenset(found)


def _may_change(bureau: Bureau, user: str, view: Looking, item: str, field: str) -> None:
    if field not in _open_to(bureau, user, view, item):
        raise NotPermitted("本环节不能更改这一项的附件")


def confirmed(
    form: Form, values: Mapping[str, Any], there: Mapping[str, tuple[str, Mapping[str, Any]]]
) -> dict[str, Any]:
    """The values, with what file fields name replaced by what is known of it. `there`: (field, reference) by id.

    Raises InvalidForm where something is named that did not come in under that field.
    """
    found, wrong = dict(values), {}
    for name, value in values.items():
        field = form.fields.get(name)
        if field is None or field.kind != "file" or not value:
            continue
        known = [there.get(str(one["id"])) for one in value]
        if any(one is None or one[0] != name for one in known):
            wrong[name] = [f"{field.label}：所选附件不在本办件中，请重新上传"]
        found[name] = [dict(one[1]) for one in known if one is not None]
    if wrong:
        raise InvalidForm(wrong)
    return found


def of_case(bureau: Bureau, case_id: str) -> dict[str, tuple[str, Mapping[str, Any]]]:
    """For `confirmed`: the files of a case that stand."""
    return {
        one.attachment: (one.field, one.reference)
        for one in _files(bureau, case_id)
        if one.removed_at is None
    }


def of_uploads(uploads: Sequence[Mapping[str, Any]]) -> dict[str, tuple[str, Mapping[str, Any]]]:
    """For `confirmed`: what uploads will be in the case that they begin."""
    return {
        row["upload"]: (row["field"], {
            "id": f"a{place}", "name": row["name"], "size": row["size"], "media_type": row["media_type"],
            "sha256": row["hash"].removeprefix("sha256:"),
        })
        for place, row in enumerate(uploads, 1)
    }  # fmt: skip


# -- before there is a case ----------------------------------------------------------------------------------------


def stage(
    bureau: Bureau, vault: Vault, user: str, matter: str, field: str, name: str, content: Reads, *, most: int
) -> str:
    """A file uploaded at the counter; returns the upload. Raises NotFound, NotPermitted, InvalidInput, Refused."""
    account, about = bureau.person(user), bureau.matter(matter)
    if account.may_act_as.isdisjoint(about.posts):
        raise NotPermitted("收件须由受理窗口或者承办岗位办理")
    form = bureau.start_form(matter)
    offered = {MATERIALS + material.id for material in form.form.materials} | {
        each.name for each in form.form.fields.values() if each.kind == "file"
    }
    if field not in offered:
        raise InvalidInput("没有这份申请材料")
    described = kept(vault, name, content, most)
    upload = secrets.token_urlsafe(18)
    with bureau.store.writing() as transaction:
        row = transaction.one(statements.count_of_user, {"of_user": user})
        if row is not None and row[0] >= MOST_UPLOADS:
            raise Refused("等待收件的附件太多，请先完成手头的收件")
        transaction.add(statements.add_upload, {
            "upload": upload, "user": user, "matter": matter, "field": field, **described,
            "uploaded_at": moment_text(bureau.cases.clock()),
        })  # fmt: skip
    return upload


def staged(bureau: Bureau, user: str, matter: str, uploads: Sequence[str]) -> list[Mapping[str, Any]]:
    """Those of `uploads` that this person uploaded for the matter, in order; others are passed over."""
    if not uploads:
        return []
    with bureau.store.reading() as transaction:
        rows = transaction.all(statements.uploads_of_user, {"of_user": user, "of_matter": matter})
    wanted = set(uploads)
    return [dict(zip(_UPLOAD, row, strict=True)) for row in rows if row[0] in wanted]


def sweep(bureau: Bureau, vault: Vault) -> int:
    """Forget uploads that nobody made a case of, and remove the contents that nothing names. Returns how many."""
    with bureau.store.writing() as transaction:
        before = moment_text(bureau.cases.clock() - WAITS)
        transaction.add(statements.drop_old_uploads, {"before": before})

    def named(content: str) -> bool:
        with bureau.store.reading() as transaction:
            return transaction.one(statements.refers, {"of_hash": content}) is not None

    return vault.sweep(named)
