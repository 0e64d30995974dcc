"""What stands around a step beside its form: for whom one acts, who was asked, what is waited for, how the vote stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from engine.cases.actor import CaseView as Looking
from engine.errors import Refused
from engine.history.entries import Entry
from engine.kernel.parts import ABSTAINED
from engine.kernel.signing_rule import Rule, rule_of
from processes import stand_in
from processes.accounts import Account
from processes.authority import USER
from processes.narrative import who_did
from processes.standing import Standing, standing_of, tally

if TYPE_CHECKING:
    from processes.bureau import Bureau
    from processes.desk import Desk

KINDS = {"delegate": "委派", "before": "前加签", "after": "后加签", "sign": "签署"}
PENDING = "未签署"


class Asked(NamedTuple):
    """Somebody who has a part of the step. `item` empty: to be asked once the step is done; then `signer` is whom."""

    item: str
    kind: str
    who: str
    by: str
    removable: bool
    signer: str = ""


class Ballot(NamedTuple):
    """`word` is the vote; `text` the opinion with it."""

    who: str
    by: str
    word: str
    weight: str
    text: str = ""


@dataclass(frozen=True)
class StepState:
    """All names as people read them. `note`: why the step is here (returned, delegated, asked to sign), `waits` why it
    cannot be done now, `proposal` the outcome that a delegate proposed at `proposed_at` (aware UTC)."""

    kind: str = ""
    acts_for: str = ""
    note: str = ""
    waits: str = ""
    proposal: str = ""
    proposed_at: datetime | None = None
    asked: Sequence[Asked] = ()
    ballots: Sequence[Ballot] = ()
    rule: str = ""
    count: str = ""
    allowed: frozenset[str] = frozenset()


def step_state(
    bureau: Bureau,
    view: Looking,
    row: Mapping[str, Any],
    account: Account,
    desk: Desk,
    journal: Sequence[Entry],
    own: Sequence[str],
) -> tuple[StepState, Standing]:
    """Of an open item's row; `own` as `stand_in.holders` tells."""
    names = bureau.accounts.names()
    found = standing_of(bureau, view, account, row, own)
    acts_for = names.get(own[0], own[0]) if own and own[0] != account.user else ""
    votes = found.votes or any(part.kind == "sign" for part in found.parts)
    signing = rule_of(desk.steps[row["process"], row["element"]].sign or "all") if votes else None
    told = StepState(
        kind=found.kind,
        acts_for=acts_for,
        note=_note(row, found, journal, desk, names),
        waits=_waits(bureau, view, row, account, found, own, names),
        proposal=str(found.proposed.get(f"{row['element']}_outcome") or ""),
        proposed_at=_resumed(row["item"], journal) if found.proposed else None,
        asked=_asked(row, found, names),
        ballots=_ballots(found, signing, row["element"], desk, names) if signing else (),
        rule=found.rule,
        count=_count(found, signing) if signing else "",
        allowed=found.allowed,
    )
    return told, found


def _resumed(item: str, journal: Sequence[Entry]) -> datetime | None:
    for entry in reversed(journal):
        if any(effect["event"] == "item_resumed" and effect["item"] == item for effect in entry.effects):
            at: datetime = entry.at
            return at
    return None


def named(who: str | None, names: Mapping[str, str]) -> str:
    """A person's name, or a post as it is written."""
    login = (who or "").removeprefix(USER)
    return names.get(login, login)


def _asked(row: Mapping[str, Any], found: Standing, names: Mapping[str, str]) -> list[Asked]:
    asked = [
        Asked(part.item, KINDS[part.kind], _who(part.signer, part.holder, names), named(part.by, names), part.removable)
        for part in found.parts
        if part.item != row["item"]
    ]  # fmt: skip
    may = "remove_signer" in found.allowed and found.holder == row["claimed_by"] and not found.waiting
    asked += [Asked("", KINDS["after"], named(one, names), "", may, one) for one in found.after]
    return asked


def _who(signer: str, holder: str | None, names: Mapping[str, str]) -> str:
    told = named(signer, names)
    return f"{told}（{named(holder, names)}）" if holder and holder != signer else told


def _ballots(found: Standing, rule: Rule, element: str, desk: Desk, names: Mapping[str, str]) -> list[Ballot]:
    words = {True: rule.yes, False: rule.no, None: ABSTAINED}
    cast = [
        Ballot(
            named(vote.signer, names), named(vote.user, names), words[vote.vote], vote.weight,
            desk.said(element, vote.values),
        )
        for vote in found.votes
    ]  # fmt: skip
    missing = [
        Ballot(named(part.signer, names), named(part.holder, names), PENDING, part.weight)
        for part in found.parts
        if part.kind == "sign"
    ]
    return cast + missing


def _count(found: Standing, rule: Rule) -> str:
    yes, no, abstained, left = tally(found)
    return f"{rule.yes} {yes}，{rule.no} {no}，{ABSTAINED} {abstained}，{PENDING} {left}"


def _note(
    row: Mapping[str, Any], found: Standing, journal: Sequence[Entry], desk: Desk, names: Mapping[str, str]
) -> str:
    """Why it is here: by the entry that opened it, or the one that asked for this part."""
    opened: dict[str, str] = {}
    part_of = signer = ""
    for entry in journal:
        for effect in entry.effects:
            if effect["event"] == "item_opened":
                opened[effect["item"]] = effect["element"]
            if effect["event"] == "part_opened" and effect["item"] == row["item"]:
                part_of, signer = effect["of"], effect["signer"]
            if (
                effect["event"] == "item_opened"
                and effect["item"] == row["item"]
                and entry.command == "ReturnTo"
            ):
                step = desk.name_of("", opened.get(entry.data["item"], ""))
                way = "；办结后直接返回该环节" if entry.data.get("mode") == "direct" else ""
                return f"{who_did(entry, names)}由“{step}”退回：{entry.data['reason']}{way}"
    if not found.kind or found.kind == "sign":
        return ""
    for entry in reversed(journal):
        told = {"DelegateItem": (entry.data.get("to"),), "AddSigners": entry.data.get("signers", ())}
        if signer in told.get(entry.command, ()) and entry.data["item"] == part_of:
            asks = {
                "delegate": "委派您办理，办结后交还",
                "before": "请您先出具意见（前加签）",
                "after": "请您在其后签署意见（后加签）",
            }
            return f"{who_did(entry, names)}{asks[found.kind]}：{entry.data['reason']}"
    return ""


def _waits(
    bureau: Bureau, view: Looking, row: Mapping[str, Any], account: Account, found: Standing,
    own: Sequence[str], names: Mapping[str, str],
) -> str:  # fmt: skip
    if view.state.suspended:
        return f"办件已挂起：{view.state.suspended}。恢复后方可办理。"
    below = [part for part in found.parts if part.of == row["item"]]
    people = "、".join(_who(part.signer, part.holder, names) for part in below)
    if any(part.kind == "delegate" for part in below):
        return f"已委派{people}办理，办结后回到这里，由您确认。"
    if any(part.kind == "before" for part in below):
        return f"正等待前加签人员{people}出具意见，之后由您办理。"
    if below:
        return f"您已办理，正等待后加签人员{people}签署，签署完毕后办件继续。"
    if not own:
        return "" if row["claimed_by"] is None else f"已由{named(row['claimed_by'], names)}签收。"
    for person in dict.fromkeys((account.user, own[0])):
        if person in view.state.recused:
            return f"{named(person, names)}已在该办件中回避，不得办理。"
    try:
        stand_in.not_recused(bureau, view, row["element"], {account.user, own[0]})
    except Refused as refused:
        return f"{refused.message}。请由他人签收或者转办。"
    return ""
