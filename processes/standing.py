"""Where a work item stands among its parts and signers, and what may be done with it: what the step's page shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from engine.cases.actor import CaseView as Looking
from engine.errors import NotPermitted
from engine.kernel.operations import OPERATIONS, allows
from engine.kernel.parts import rule_at
from engine.kernel.signing_rule import Rule
from engine.kernel.state import Part as Held
from processes import stand_in
from processes.accounts import Account
from processes.authority import USER, directs

if TYPE_CHECKING:
    from processes.bureau import Bureau

ADVICE = ("before", "after")
"""Parts in which somebody says what he thinks; the step's form is not his."""


class Part(NamedTuple):
    """An open part of an item or signing. `kind`: delegate | before | after | sign; `signer` a post or a login, `by` who
    asked for it (None: the diagram), `weight` as the signing rule has it; `removable` by who looks."""

    item: str
    of: str
    kind: str
    signer: str
    holder: str | None
    by: str | None = None
    weight: str = "1"
    removable: bool = False


class Vote(NamedTuple):
    """`vote` None is an abstention; `said` the opinion with it."""

    signer: str
    user: str | None
    vote: bool | None
    weight: str
    values: Mapping[str, Any] = {}


class Standing(NamedTuple):
    """What a step's page says of an item: `kind` of the item itself (empty: the step's own), who asked for it, its
    open parts, who signs after it, who has signed already, what a delegate handed in; and what may be done.

    `holder` is whose power the person uses (None: his own section's chief who looks on), `signed` what the holder put
    in before those who sign after him, `rule` the signing rule in words.
    """

    kind: str
    by: str | None
    waiting: bool
    parts: Sequence[Part]
    after: Sequence[str]
    votes: Sequence[Vote]
    proposed: Mapping[str, Any]
    allowed: frozenset[str]
    holder: str | None = None
    signed: Mapping[str, Any] = {}
    rule: str = ""


def standing(bureau: Bureau, user: str, case_id: str, item: str) -> Standing:
    """Raises NotFound, NotPermitted, ItemClosed."""
    account = bureau.person(user)

    def look(view: Looking) -> Standing:
        row = bureau.open_row(view, item)
        own = stand_in.holders(bureau, account, row)
        if not own and not directs(account, (row["post"] or "").partition("/")[0]):
            raise NotPermitted()
        return standing_of(bureau, view, account, row, own)

    return bureau.cases.view(case_id, look)


def standing_of(
    bureau: Bureau, view: Looking, account: Account, row: Mapping[str, Any], own: Sequence[str]
) -> Standing:
    """As `standing`, of an open item's row; `own` as `stand_in.holders` tells."""
    state, item = view.state, row["item"]
    part, round_ = state.parts.get(item), state.rounds.get(item)
    of = {item, part.of} if part is not None else {item}
    signing = state.signings.get(part.of) if part is not None else None
    node = bureau.cases.executable(view.deployment).net.processes[row["process"]].nodes[row["element"]]
    waiting = round_ is not None and bool(round_.open or round_.signed)
    above = state.rounds.get(part.of) if part is not None else None
    holders = {*own, account.user}
    parts = [
        Part(
            each.item, each.of, each.kind, each.signer.removeprefix(USER), state.items[each.item].user,
            each.by, str(each.weight), _removable(view, each, holders) and allows(node, "remove_signer"),
        )
        for each in state.parts.values()
        if each.of in of
    ]  # fmt: skip
    rule = rule_at(node)
    return Standing(
        part.kind if part else "", part.by if part else None, waiting, parts,
        [signer.removeprefix(USER) for signer, _ in round_.after] if round_ else [],
        [
            Vote(vote[0].removeprefix(USER), vote[1], vote[2], str(vote[3]), vote[5]) for vote in signing.votes
        ] if signing else [],
        dict(round_.values) if round_ and not round_.signed else {},
        frozenset(
            _allowed(view, node, part, waiting, bool(own), bool(round_ and round_.signed))
            if own or directs(account, (row["post"] or "").partition("/")[0]) else ()
        ),
        holder=own[0] if own else None,
        signed=dict(above.values) if above is not None and above.signed else {},
        rule=in_words(rule) if rule is not None and signing is not None else "",
    )  # fmt: skip


def _allowed(view: Looking, node: Any, part: Held | None, waiting: bool, own: bool, signed: bool) -> set[str]:
    names = {name for name in OPERATIONS if allows(node, name)}
    if part is None or part.kind != "sign":
        names.discard("add_signer")
    if part is not None and part.kind != "sign":
        names -= {"return", "batch"}  # who was asked by a colleague does not move the case
    if waiting:
        names -= {"delegate", "add_before", "add_after", "return", "batch", "add_signer"}
    if signed:
        names.discard("transfer")
    if not own or view.state.suspended:
        names &= {"transfer", "urge", "copy"}
    return names


def _removable(view: Looking, part: Held, holders: set[str]) -> bool:
    if part.by is None or view.state.suspended:
        return False
    above = view.state.items.get(part.of)
    return part.by in holders or (above is not None and above.user in holders)


def in_words(rule: Rule) -> str:
    """会签：须全部同意 and the like."""
    share = f"{(rule.threshold * 100).normalize():f}%"
    told = {
        "all": f"会签，须全部“{rule.yes}”",
        "any": f"或签，一人签署“{rule.yes}”或者“{rule.no}”即为结果",
        "ratio": f"票签，“{rule.yes}”的人数达到 {share} 即通过",
        "weight": f"票签，“{rule.yes}”的权重达到 {share} 即通过",
    }[rule.mode]
    if rule.everyone_vetoes:
        told += f"；任何一人“{rule.no}”即不通过"
    elif rule.veto:
        told += f"；{'、'.join(sorted(one.removeprefix(USER) for one in rule.veto))}有一票否决权"
    return told + ("；全部签署后才计算结果" if rule.last else "")


def tally(found: Standing) -> tuple[Decimal, Decimal, Decimal, Decimal]:
    """Weights for, against, abstained, and still to come."""
    weights = {True: Decimal(0), False: Decimal(0), None: Decimal(0)}
    for vote in found.votes:
        weights[vote.vote] += Decimal(vote.weight)
    left = sum((Decimal(part.weight) for part in found.parts if part.kind == "sign"), Decimal(0))
    return weights[True], weights[False], weights[None], left
