"""Issuing a paper: the number is taken in the transaction of the command that issues, the paper is made beforehand.

Making a paper takes longer than a writer may hold the others up. So it is made for the number that comes next, and
made anew where another took that number in between; after `TRIES` it is made inside the transaction. A number that is
not issued is therefore never taken, and a number that is taken stands on its paper.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import partial
from typing import Any, NamedTuple

from engine.calendar.period import SHANGHAI
from engine.cases.actor import Actor, Answer, CaseView
from engine.cases.cases import Cases
from engine.cases.numbers import next_number
from engine.codec import loads, moment_of
from engine.errors import ChengbanError, NotFound, Refused
from engine.kernel.commands import Command, IssueDocument
from engine.store import Store, Transaction, tables
from engine.store import documents as statements

TRIES = 4
_COLUMNS = tuple(tables.document.columns.keys())

Render = Callable[["Draft", str], Mapping[str, bytes]]
"""The forms of the paper (`pdf`, `docx`) for a draft and its number; the same arguments give the same bytes."""


class Draft(NamedTuple):
    """A paper before its number. `series` is the format of the number, empty for a kind without; `number` one that
    comes from elsewhere; `content` whatever the maker of the paper needs, comparable; `values` were given for it."""

    kind: str
    title: str
    series: str
    content: Any
    values: Mapping[str, Any] = {}
    number: str = ""


class Service(NamedTuple):
    """One record of service. `on` is a day in Shanghai, `recorded_at` aware UTC."""

    mode: str
    on: date
    receiver: str
    receipt: str
    note: str
    recorded_at: datetime
    recorded_by: str


class Document(NamedTuple):
    """An issued paper. `files` are hashes (`sha256:…`) by form; `voided_at` None while it stands."""

    document: str
    kind: str
    number: str
    title: str
    files: Mapping[str, str]
    values: Mapping[str, Any]
    issued_at: datetime
    issued_by: str
    voided_at: datetime | None
    voided_by: str | None
    void_reason: str | None
    services: tuple[Service, ...] = ()


class _Overtaken(Exception):
    """Another took the number, or the case went on, while the paper was made."""


def issue(
    cases: Cases,
    case_id: str,
    plan: Callable[[CaseView], Draft],
    render: Render,
    *,
    actor: Actor,
    key: str | None = None,
) -> Answer:
    """`plan` says what is to be issued of the case as it stands, and refuses where it may not be.

    Raises what `plan` and `render` raise, NotFound, Busy.
    """
    for _ in range(TRIES - 1):
        try:
            draft = cases.view(case_id, plan)
            number = draft.number or _coming(cases, draft.series)
            made = (draft, number, render(draft, number))
        except ChengbanError:
            break  # refused, unless this very command was done before: the transaction knows
        try:
            return cases.run(partial(_issued, cases, case_id, plan, render, made, actor, key))
        except _Overtaken:
            continue
    return cases.run(partial(_issued, cases, case_id, plan, render, None, actor, key))


def _issued(
    cases: Cases,
    case_id: str,
    plan: Callable[[CaseView], Draft],
    render: Render,
    made: tuple[Draft, str, Mapping[str, bytes]] | None,
    actor: Actor,
    key: str | None,
    transaction: Transaction,
) -> Answer:
    def command(view: CaseView) -> Command:
        draft = plan(view)
        number = draft.number
        if draft.series and not number:
            number = next_number(transaction, draft.series, view.now)
        if made is None:
            contents = render(draft, number)
        elif made[:2] != (draft, number):
            raise _Overtaken
        else:
            contents = made[2]
        files = {}
        for form, content in contents.items():
            files[form] = content_hash(content)
            transaction.add(statements.put_content, {"hash": files[form], "content": content})
        row = transaction.one(statements.count_of_case, {"of_case": case_id})
        assert row is not None
        return IssueDocument(
            f"d{row[0] + 1}", draft.kind, draft.title, draft.series, number, files, dict(draft.values)
        )

    return cases.submit_in(transaction, case_id, command, actor=actor, key=key)


def _coming(cases: Cases, series: str) -> str:
    """What the next number of the series would be; nothing is taken."""
    if not series:
        return ""
    year = cases.clock().astimezone(SHANGHAI).year
    with cases.store.reading() as transaction:
        row = transaction.one(statements.last_number, {"of_series": series, "of_year": year})
    try:
        return series.format(year=year, seq=(row[0] if row else 0) + 1)
    except (KeyError, ValueError, IndexError) as error:
        raise Refused(f"文号格式“{series}”有误") from error


def content_hash(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def documents(store: Store, case_id: str) -> list[Document]:
    """All that were issued in a case, voided ones too, in order of issue."""
    with store.reading() as transaction:
        rows = transaction.all(statements.documents_of_case, {"of_case": case_id})
        services: dict[str, list[Service]] = {}
        for _, document, _, mode, on, receiver, receipt, note, at, by in transaction.all(
            statements.services_of_case, {"of_case": case_id}
        ):
            services.setdefault(document, []).append(
                Service(mode, date.fromisoformat(on), receiver, receipt, note, moment_of(at), by)
            )
    found = []
    for row in rows:
        told = dict(zip(_COLUMNS, row, strict=True))
        found.append(
            Document(
                told["document"], told["kind"], told["number"], told["title"], loads(told["files"]),
                loads(told["given"]), moment_of(told["issued_at"]), told["issued_by"],
                moment_of(told["voided_at"]) if told["voided_at"] else None, told["voided_by"],
                told["void_reason"], tuple(services.get(told["document"], ())),
            )
        )  # fmt: skip
    return found


def content(store: Store, case_id: str, document: str, form: str) -> bytes:
    """The bytes of one form of an issued paper. Raises NotFound, Refused where they are not those that were issued."""
    with store.reading() as transaction:
        row = transaction.one(statements.document_of_case, {"of_case": case_id, "of_document": document})
        digest = loads(row[_COLUMNS.index("files")]).get(form) if row is not None else None
        stored = transaction.one(statements.content, {"of_hash": digest}) if digest else None
    if stored is None:
        raise NotFound("没有这份文书")
    found = bytes(stored[0])
    if content_hash(found) != digest:
        raise Refused("文书内容与留痕所记的散列值不一致，不能作为原件使用")
    return found
