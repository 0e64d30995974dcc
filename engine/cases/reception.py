"""An application received: the case, the files that came with it and the code of its progress page, in one commit."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from engine.cases import execution
from engine.cases.actor import Actor, Answer
from engine.cases.cases import Cases
from engine.kernel.commands import AttachFile, StartCase
from engine.store import Transaction, query_codes
from engine.store import attachments as statements

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # nothing that is mistaken for another when read from paper
LENGTH = 8


def new_code() -> str:
    """Forty bits, short enough to be typed from a receipt."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def receive(
    cases: Cases,
    process_id: str,
    values: Mapping[str, Any],
    *,
    actor: Actor,
    deployment: str,
    header: Mapping[str, str],
    number_format: str,
    key: str | None = None,
    uploads: Sequence[Mapping[str, Any]] = (),
) -> Answer:
    """As `Cases.start`. `uploads` are rows of table `upload`, which become files of the case."""

    def work(transaction: Transaction) -> Answer:
        answer = execution.begin(
            cases, transaction, StartCase(process_id, values), deployment, actor=actor, key=key, header=header,
            number_format=number_format,
        )  # fmt: skip
        if answer.replayed:
            return answer
        transaction.add(query_codes.add_code, {"case_id": answer.case_id, "code": new_code()})
        for place, row in enumerate(uploads, 1):
            loaded = transaction.touched[-1][1]
            command = AttachFile(
                f"a{place}", row["field"], row["name"], row["media_type"], row["size"], row["hash"]
            )
            execution.execute(
                cases, transaction, answer.case_id, loaded, command, actor=actor, key=None, now=cases.clock()
            )
            given = {"of_upload": row["upload"], "of_user": row["user"]}
            transaction.add(statements.drop_upload, given)
        return answer

    return cases.run(work)


def code_of(cases: Cases, case_id: str) -> str:
    """The case's code; a case that did not come over the counter gets one when it is first asked for."""
    with cases.store.reading() as transaction:
        row = transaction.one(query_codes.code_of_case, {"of_case": case_id})
    if row is not None:
        return str(row[0])

    def work(transaction: Transaction) -> str:
        cases.load(transaction, case_id)
        transaction.add(query_codes.add_code, {"case_id": case_id, "code": new_code()})
        found = transaction.one(query_codes.code_of_case, {"of_case": case_id})
        assert found is not None
        return str(found[0])

    return cases.run(work)
