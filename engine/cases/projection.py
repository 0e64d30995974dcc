"""The rows that lists, workers and messages read, drawn from the effects of one command.

Rows that the command itself opens are gathered and written at its end, one round a table; what it closes or moves
of earlier rows is written first, so that a timer or job that comes back under its number finds its place free.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from engine.calendar.clock import ClockEvent, Clocks
from engine.calendar.limit import Limits
from engine.cases.keys import digest_of, names_of
from engine.cases.limit_runs import run_row
from engine.codec import dumps, moment_text
from engine.kernel import effects as e
from engine.kernel.effects import Effect
from engine.store import Transaction, notices, queries, supervision
from engine.store.database import Query

FAR = "9999-12-31T00:00:00.000000Z"
"""The due moment of what has none: last in every list."""

USER = "user:"

_Row = dict[str, Any]


class Projection:
    """One command's changes. `steps` are the open items' names; `awaited` the messages newly listened for."""

    def __init__(
        self,
        case_id: str,
        seq: int,
        at: str,
        header: Mapping[str, str],
        steps: Mapping[str, str],
        clocks: Clocks,
    ) -> None:
        self._case_id = case_id
        self._seq = seq
        self._at = at
        self._header = header
        self._clocks = clocks
        self._case_due = _case_due(clocks)
        self.steps: dict[str, str] = dict(steps)
        self.awaited: list[str] = []
        self._changes: list[tuple[Query, _Row]] = []
        self._items: dict[str, _Row] = {}
        self._timers: dict[str, _Row] = {}
        self._jobs: dict[str, _Row] = {}
        self._subscriptions: dict[str, _Row] = {}

    def take(self, effects: tuple[Effect, ...]) -> None:
        for effect in effects:
            project = _PROJECTED.get(type(effect))
            if project is not None:
                project(self, effect)

    def write(self, transaction: Transaction) -> None:
        for query, parameters in self._changes:
            transaction.add(query, parameters)
        for query, rows in (
            (queries.add_items, self._items),
            (queries.add_timers, self._timers),
            (queries.add_jobs, self._jobs),
            (queries.add_subscriptions, self._subscriptions),
        ):
            if rows:
                transaction.many(query, list(rows.values()))

    @property
    def earlier_items(self) -> bool:
        """Whether an item from before this command is open after it."""
        return not self.steps.keys() <= self._items.keys()

    @property
    def due(self) -> str:
        return self._case_due

    def clocks_moved(
        self,
        limits: Limits,
        lines: tuple[ClockEvent, ...],
        *,
        timers: bool = True,
        items: bool = True,
    ) -> None:
        """Runs, and whatever takes its due moment from a clock; without `timers` and `items` the case has
        none from before, and what this command itself opens bears its due moment already."""
        for limit_id, event in {line.limit: line.event for line in lines}.items():
            clock, limit = self._clocks.get(limit_id), limits[limit_id]
            row = run_row(self._case_id, limit, clock, self._at, fresh=event == "started")
            due = row["due"]
            self._changes.append((queries.put_limit_run, row))
            if self._seq == 1:
                continue  # the case begins: nothing stands yet that could move
            if clock is not None and clock.state == "expired":
                continue  # its timers have their moment already
            running = due if clock is not None and clock.state == "running" else None
            of_limit = {"of_case": self._case_id, "of_limit": limit_id}
            if timers:
                moved = {**of_limit, "due": running, "run_at": running}
                self._changes.append((queries.move_limit_timers, moved))
            if items:
                follows = {**of_limit, "due": running or FAR}
                self._changes.append((queries.move_items, follows))
        if self._seq > 1 and items:
            self._change(queries.move_free_items, due=self._case_due)

    def _due_of(self, limit: str | None) -> str:
        if limit is not None:
            due = self._clocks.due(limit)
            return moment_text(due) if due is not None else FAR
        return self._case_due

    def _change(self, query: Query, **parameters: Any) -> None:
        parameters["of_case"] = self._case_id
        self._changes.append((query, parameters))

    def _case_ended(self, effect: e.CaseEnded) -> None:
        if self._seq > 1:
            self._change(queries.look_again, warn_at=self._at)

    # -- work items --

    def _item_opened(self, effect: e.ItemOpened) -> None:
        due = self._due_of(effect.limit)
        self.steps[effect.item] = effect.name
        self._items[effect.item] = {
            "case_id": self._case_id, "item": effect.item, "process": effect.process, "element": effect.element,
            "name": effect.name, "post": effect.post, "form": effect.form, "limit_id": effect.limit,
            "state": "open", "due": due, "opened_at": self._at, "claimed_by": None, "claimed_at": None,
            "closed_by": None, "closed_at": None, **self._header,
        }  # fmt: skip

    def _item_claimed(self, effect: e.ItemClaimed) -> None:
        if effect.item in self._items:
            self._items[effect.item].update(state="claimed", claimed_by=effect.user, claimed_at=self._at)
            return
        self._change(queries.claim_item, of_item=effect.item, claimed_by=effect.user, claimed_at=self._at)

    def _item_released(self, effect: e.ItemReleased) -> None:
        self._change(queries.release_item, of_item=effect.item)

    def _item_completed(self, effect: e.ItemCompleted) -> None:
        self._close(effect.item, "completed", effect.user)

    def _item_cancelled(self, effect: e.ItemCancelled) -> None:
        self._close(effect.item, "cancelled", None)

    def _item_returned(self, effect: e.ItemReturned) -> None:
        self._close(effect.item, "completed", effect.user)

    def _close(self, item: str, state: str, user: str | None) -> None:
        if self.steps.pop(item, None) is None:
            return  # closed earlier in this command, e.g. returned and then cancelled
        if item in self._items:
            self._items[item].update(state=state, closed_by=user, closed_at=self._at)
            return
        self._change(queries.close_item, of_item=item, state=state, closed_by=user, closed_at=self._at)

    def _item_transferred(self, effect: e.ItemTransferred) -> None:
        """To a user: his, its post kept for a release. To a post: anybody's there."""
        item, user = effect.item, effect.to.removeprefix(USER) if effect.to.startswith(USER) else None
        if user is not None:
            self._change(queries.hold_item, of_item=item, claimed_by=user, claimed_at=self._at)
            return
        self._change(queries.release_item, of_item=item)
        self._change(queries.set_post, of_item=item, post=effect.to)

    def _item_set_aside(self, effect: e.ItemSetAside) -> None:
        self._change(queries.set_item_state, of_item=effect.item, state="waiting")

    def _item_resumed(self, effect: e.ItemResumed) -> None:
        self._change(queries.set_item_state, of_item=effect.item, state="claimed" if effect.user else "open")

    # -- told to people --

    def _notify(self, kind: str, addressees: Iterable[str], text: str, by: str) -> None:
        for number, addressee in enumerate(addressees, 1):
            self._changes.append((notices.add_notice, {
                "notice": f"{self._case_id}.{self._seq}.{number}", "addressee": addressee,
                "case_id": self._case_id, "limit_id": "", "warning": kind, "due": self._at, "at": self._at,
                "text": text, "mailed_at": None, "by": by,
            }))  # fmt: skip

    def _case_copied(self, effect: e.CaseCopied) -> None:
        self._notify("copy", effect.to, effect.text or "请阅", effect.by)

    def _item_urged(self, effect: e.ItemUrged) -> None:
        self._notify(
            "urge",
            (effect.to,),
            f"催办“{self.steps.get(effect.item, effect.element)}”：{effect.text}",
            effect.by,
        )

    def _case_supervised(self, effect: e.CaseSupervised) -> None:
        until = f"（{effect.until.isoformat()} 前反馈）" if effect.until else ""
        self._notify("supervise", effect.to, f"督办：{effect.text}{until}", effect.by)
        self._changes.append((supervision.add_order, {
            "case_id": self._case_id, "seq": self._seq, "at": self._at, "by": effect.by,
            "addressees": dumps(list(effect.to)), "until": effect.until.isoformat() if effect.until else None,
            "text": effect.text, "answered_at": None, "answered_by": None, "answer": None, "closed_at": None,
            "closed_by": None,
        }))  # fmt: skip

    def _supervision_answered(self, effect: e.SupervisionAnswered) -> None:
        self._notify("answer", (f"{USER}{effect.to}",), f"督办反馈：{effect.text}", effect.by)
        self._change(
            supervision.answer_order,
            of_seq=effect.order,
            answered_at=self._at,
            answered_by=effect.by,
            answer=effect.text,
        )

    def _supervision_closed(self, effect: e.SupervisionClosed) -> None:
        self._change(supervision.close_order, of_seq=effect.order, closed_at=self._at, closed_by=effect.by)

    # -- timers, jobs, subscriptions --

    def _timer_set(self, effect: e.TimerSet) -> None:
        due = effect.due
        if due is None and effect.limit is not None:
            clock = self._clocks.get(effect.limit)
            due = clock.due if clock is not None and clock.state in ("running", "expired") else None
        text = moment_text(due) if due is not None else None
        self._timers[effect.timer] = {
            "case_id": self._case_id, "timer": effect.timer, "element": effect.element, "limit_id": effect.limit,
            "due": text, "run_at": text, "set_seq": self._seq, "attempts": 0, "error": None,
        }  # fmt: skip

    def _timer_gone(self, effect: e.TimerFired | e.TimerCancelled) -> None:
        if self._timers.pop(effect.timer, None) is None:
            self._change(queries.drop_timer, of_timer=effect.timer)

    def _job_requested(self, effect: e.JobRequested) -> None:
        self.add_job(
            effect.job, "service", effect.handler, dumps(dict(effect.values)), effect.process, effect.element
        )

    def add_job(
        self, job: str, kind: str, name: str, data: str, process: str = "", element: str = ""
    ) -> None:
        self._jobs[job] = {
            "case_id": self._case_id, "job": job, "kind": kind, "name": name, "process": process,
            "element": element, "data": data, "set_seq": self._seq, "run_at": self._at, "attempts": 0,
            "error": None,
        }  # fmt: skip

    def drop_job(self, job: str) -> None:
        if self._jobs.pop(job, None) is None:
            self._change(queries.drop_job, of_job=job)

    def _job_gone(self, effect: e.JobFinished | e.JobCancelled) -> None:
        self.drop_job(effect.job)

    def _message_awaited(self, effect: e.MessageAwaited) -> None:
        self.awaited.append(effect.message)
        self._subscribe(effect.subscription, "message", effect.message, effect.element, effect.keys)

    def _signal_awaited(self, effect: e.SignalAwaited) -> None:
        self._subscribe(effect.subscription, "signal", effect.signal, effect.element, {})

    def _subscribe(
        self, subscription: str, kind: str, name: str, element: str, keys: Mapping[str, Any]
    ) -> None:
        self._subscriptions[subscription] = {
            "case_id": self._case_id, "subscription": subscription, "kind": kind, "name": name,
            "element": element, "keys": dumps(dict(keys)), "key_names": names_of(keys),
            "key_digest": digest_of(keys),
        }  # fmt: skip

    def _subscription_closed(self, effect: e.SubscriptionClosed) -> None:
        if self._subscriptions.pop(effect.subscription, None) is None:
            self._change(queries.drop_subscription, of_subscription=effect.subscription)

    # -- the outbox --

    def _message_thrown(self, effect: e.MessageThrown) -> None:
        data = dumps({"keys": dict(effect.keys), "values": dict(effect.values)})
        self.add_job(
            f"m{self._seq}.{len(self._jobs)}", "message", effect.message, data, element=effect.element
        )

    def _signal_thrown(self, effect: e.SignalThrown) -> None:
        data = dumps({"values": dict(effect.values)})
        self.add_job(f"m{self._seq}.{len(self._jobs)}", "signal", effect.signal, data, element=effect.element)


def _case_due(clocks: Clocks) -> str:
    if not clocks:
        return FAR
    running = [due for due in map(clocks.due, clocks) if due is not None]
    return moment_text(min(running)) if running else FAR


_PROJECTED: dict[type[Any], Callable[[Projection, Any], None]] = {
    e.CaseEnded: Projection._case_ended,
    e.ItemOpened: Projection._item_opened,
    e.ItemClaimed: Projection._item_claimed,
    e.ItemReleased: Projection._item_released,
    e.ItemCompleted: Projection._item_completed,
    e.ItemCancelled: Projection._item_cancelled,
    e.ItemReturned: Projection._item_returned,
    e.ItemTransferred: Projection._item_transferred,
    e.ItemSetAside: Projection._item_set_aside,
    e.ItemResumed: Projection._item_resumed,
    e.CaseCopied: Projection._case_copied,
    e.ItemUrged: Projection._item_urged,
    e.CaseSupervised: Projection._case_supervised,
    e.SupervisionAnswered: Projection._supervision_answered,
    e.SupervisionClosed: Projection._supervision_closed,
    e.TimerSet: Projection._timer_set,
    e.TimerFired: Projection._timer_gone,
    e.TimerCancelled: Projection._timer_gone,
    e.JobRequested: Projection._job_requested,
    e.JobFinished: Projection._job_gone,
    e.JobCancelled: Projection._job_gone,
    e.MessageAwaited: Projection._message_awaited,
    e.SignalAwaited: Projection._signal_awaited,
    e.SubscriptionClosed: Projection._subscription_closed,
    e.MessageThrown: Projection._message_thrown,
    e.SignalThrown: Projection._signal_thrown,
}
