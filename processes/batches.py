"""批量办理: many items of the desk at once: claimed, given back, handed on, or one step done alike. Each is a command of
its own; what one refuses leaves the others alone, and every one says what became of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from engine.cases.actor import CaseView as Looking
from engine.errors import ChengbanError, InvalidInput, NotFound
from engine.kernel.operations import allows
from forms.form import Form
from processes import operations, stand_in
from processes.authority import directs

if TYPE_CHECKING:
    from processes.bureau import Bureau

MOST = 100
COMMANDS = ("claim", "release", "transfer", "complete")


class Chosen(NamedTuple):
    """An item as it is listed for confirmation. `allows`: which commands its step and its state let be."""

    case_id: str
    item: str
    number: str
    matter_name: str
    applicant: str
    title: str
    step: str
    element: str
    deployment: str
    claimed_name: str
    allows: frozenset[str]


class Lot(NamedTuple):
    """What was chosen, and what may be done with any of it. `form` and `element` where all are one step that may be done
    for many at once; `gone`: how many are no longer open, or were never the reader's."""

    items: Sequence[Chosen]
    commands: frozenset[str]
    form: Form | None
    element: str
    gone: int


class Result(NamedTuple):
    """What became of one item; `error` is empty where it was done."""

    chosen: Chosen
    error: str


def look(bureau: Bureau, user: str, items: Sequence[tuple[str, str]]) -> Lot:
    """Of what was chosen, all that the person may act on. Raises InvalidInput for too many."""
    if len(items) > MOST:
        raise InvalidInput(f"一次最多批量办理 {MOST} 件")
    found = []
    for case_id, item in dict.fromkeys(items):
        try:
            chosen = bureau.cases.view(case_id, lambda view, item=item: _chosen(bureau, user, view, item))  # type: ignore[misc]
        except NotFound:
            continue
        if chosen is not None:
            found.append(chosen)
    commands = frozenset(name for one in found for name in one.allows) - {"complete"}
    form, element = None, ""
    steps = {(one.deployment, one.element) for one in found}
    if len(steps) == 1 and all("complete" in one.allows for one in found):
        (deployment, element) = steps.pop()
        form = bureau.desk(deployment).form
        commands |= {"complete"}
    return Lot(found, commands, form, element, len(set(items)) - len(found))


def _chosen(bureau: Bureau, user: str, view: Looking, item: str) -> Chosen | None:
    if item not in view.state.items:
        return None
    account, row = bureau.person(user), view.item(item)
    own = stand_in.holders(bureau, account, row)
    if not own and not directs(account, (row["post"] or "").partition("/")[0]):
        return None
    node = bureau.cases.executable(view.deployment).net.processes[row["process"]].nodes[row["element"]]
    may = set()
    if own:
        may.add("release" if row["claimed_by"] else "claim")
        if allows(node, "batch") and item not in view.state.parts and item not in view.state.rounds:
            may.add("complete")
    if allows(node, "transfer"):
        may.add("transfer")
    names = bureau.accounts.names()
    return Chosen(
        view.case_id, item, row["number"], bureau.matter_name(row["matter"]), row["applicant"], row["title"],
        row["name"], row["element"], view.deployment, names.get(row["claimed_by"] or "", row["claimed_by"] or ""),
        frozenset(may),
    )  # fmt: skip


def do(
    bureau: Bureau,
    user: str,
    command: str,
    lot: Lot,
    *,
    key: str,
    to: str = "",
    reason: str = "",
    data: Mapping[str, Any] | None = None,
) -> list[Result]:
    """One command for each of the lot; again with the same key does nothing twice. Raises InvalidInput where nothing can
    be done at all: an unknown command, no addressee, no reason."""
    if command not in COMMANDS:
        raise InvalidInput("没有这种批量操作")
    if command == "transfer":
        wrong = {
            name: [said]
            for name, given, said in (("to", to, "请选择转给谁"), ("_reason", reason, "请写明理由"))
            if not given.strip()
        }
        if wrong:
            raise InvalidInput("批量转办须选择接收人并写明理由", wrong)
    if command == "complete":
        done = operations.batch(
            bureau, user, [(one.case_id, one.item) for one in lot.items], data or {}, key=key
        )
        return [Result(one, each.error) for one, each in zip(lot.items, done, strict=True)]
    acts: dict[str, Callable[[Chosen, str], object]] = {
        "claim": lambda one, each: bureau.claim(user, one.case_id, one.item, key=each),
        "release": lambda one, each: bureau.release(user, one.case_id, one.item, key=each),
        "transfer": lambda one, each: operations.transfer(
            bureau, user, one.case_id, one.item, to, reason, key=each
        ),
    }
    results = []
    for one in lot.items:
        try:
            acts[command](one, f"{key}:{one.case_id}:{one.item}")
        except ChengbanError as refused:
            results.append(Result(one, refused.message))
        else:
            results.append(Result(one, ""))
    return results
