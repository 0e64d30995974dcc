"""What of an entry of the journal the world may be told, and to whom: from the outbox to deliveries.

A body names the case, its matter and the step, never what was filled in nor who applied: whoever may read that asks
the API.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from engine.codec import dumps, loads, moment_text
from engine.store import Transaction, queries, webhooks

if TYPE_CHECKING:
    from engine.cases.cases import Cases

EVENTS = {
    "case_started": "收件",
    "case_ended": "办件结束",
    "case_annotated": "添加批注",
    "item_opened": "环节开启",
    "item_claimed": "签收",
    "item_released": "释放",
    "item_completed": "环节办结",
    "item_returned": "退回",
    "item_withdrawn": "撤回",
    "item_cancelled": "环节取消",
    "item_transferred": "转办",
    "part_opened": "委派、加签或者会签一人开启",
    "signing_decided": "会签得出结果",
    "item_urged": "催办",
    "case_copied": "抄送",
    "case_supervised": "督办",
    "supervision_answered": "督办反馈",
    "supervision_closed": "督办办结",
    "case_suspended": "挂起",
    "case_resumed": "恢复",
    "person_recused": "回避",
    "clock_suspended": "时限扣除开始",
    "clock_resumed": "时限恢复",
    "clock_suspension_struck": "撤销时限扣除",
    "clock_extended": "时限延长",
    "clock_expired": "时限届满",
    "document_issued": "文书签发",
    "document_voided": "文书作废",
    "document_served": "文书送达",
    "file_attached": "上传附件",
    "file_removed": "移除附件",
}
"""Kinds of events, and what each is called."""

_COMMANDS = {
    "Annotate": "case_annotated",
    "SuspendClock": "clock_suspended",
    "ResumeClock": "clock_resumed",
    "StrikeSuspension": "clock_suspension_struck",
    "ExtendClock": "clock_extended",
    "ExpireClock": "clock_expired",
    "IssueDocument": "document_issued",
    "VoidDocument": "document_voided",
    "RecordService": "document_served",
}
_TOLD = (
    "item",
    "element",
    "process",
    "name",
    "post",
    "user",
    "status",
    "limit",
    "document",
    "kind",
    "number",
    "of",
    "target",
    "passed",
    "attachment",
    "field",
)
_UNTOLD = {"file_attached": ("name",)}  # what an applicant calls a file may say who he is


class Event(NamedTuple):
    """`event_id` is `<case>.<entry>.<place within it>`: the same whenever it is made."""

    event_id: str
    event: str
    body: str


def run_announcement(cases: Cases, case_id: str, job: str, seq: int) -> int:
    """From one row of the outbox to its deliveries, in one transaction; 0 when that was done before."""

    def work(transaction: Transaction) -> int:
        if not cases.settle(transaction, (case_id, job)):
            return 0
        case = cases.load(transaction, case_id)
        entry = transaction.all(
            queries.entries_of_case, {"of_case": case_id, "after_seq": seq - 1, "limit": 1}
        )[0]
        told = list(events_of(entry, case.header))
        now, count = moment_text(cases.clock()), 0
        for webhook, _url, _secret, kinds, matter, *_rest in transaction.all(webhooks.webhooks, {}):
            if matter and matter != case.header["matter"]:
                continue
            for event in told:
                if event.event in kinds.split():
                    count += 1
                    transaction.add(webhooks.add_delivery, {
                        "webhook": webhook, "event_id": event.event_id, "event": event.event, "case_id": case_id,
                        "body": event.body, "state": "pending", "created_at": now, "run_at": now, "attempts": 0,
                        "status": None, "error": None, "closed_at": None,
                    })  # fmt: skip
        return count

    return cases.run(work)


def events_of(entry: tuple[Any, ...], header: Mapping[str, str]) -> Iterator[Event]:
    """The events of a stored entry, in order."""
    case_id, seq, at, actor, actor_name, on_behalf_of = entry[:6]
    command, data, effects = entry[8], loads(entry[9]), loads(entry[10])
    named: list[tuple[str, Mapping[str, Any]]] = [
        (effect["event"], effect) for effect in effects if effect["event"] in EVENTS
    ]
    if command in _COMMANDS:
        named.append((_COMMANDS[command], data))
    for place, (event, about) in enumerate(named):
        event_id = f"{case_id}.{seq}.{place}"
        body = {
            "id": event_id, "event": event, "at": at, "revision": seq,
            "case": {"case_id": case_id, "number": header["number"], "matter": header["matter"]},
            "actor": {"user": actor, "name": actor_name, "on_behalf_of": on_behalf_of},
            "about": {
                name: about[name] for name in _TOLD
                if isinstance(about.get(name), str | bool) and name not in _UNTOLD.get(event, ())
            },
        }  # fmt: skip
        yield Event(event_id, event, dumps(body))
