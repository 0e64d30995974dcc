"""What the search knows of a case, taken from its journal, and kept up with it after the commit.

A case's header is written as the case begins. What is said later is taken up by the worker: `catch_up` follows the
journal by a mark, and goes round all cases a stretch at a time, so that nothing is missed for good whatever happens to
a worker. What a case has in the index follows from its first entries alone: it can be made again at any time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, NamedTuple

from engine.cases.cases import Cases
from engine.codec import loads, moment_text
from engine.history.entries import rows
from engine.store import Store, Transaction, search
from engine.store.search import Document, Hit, Reach
from engine.store.words import terms

FORM = "1"
"""Of what a document is made: another form has the index made anew."""
STRETCH, ROUND = 200, 300  # entries and cases looked at in one go
SETTLED = timedelta(
    seconds=2
)  # PostgreSQL: how old an entry is when all those before it are committed, as a rule
LONGEST = 20_000  # characters of one text
_TOLD = frozenset({"Annotate", "CancelCase", "ReturnTo", "WithdrawItem", "SuspendCase", "ResumeCase"})


class Said(NamedTuple):
    """A text of a case: `part` is head, told or said, `name` the field it stands in, `entry` the number of its entry."""

    part: str
    name: str
    text: str
    entry: int


def texts(store: Store, case_id: str, upto: int | None = None) -> Iterator[Said]:
    """What is searched in a case, in order, as far as entry `upto`."""
    for row in rows(store, case_id):
        seq, command = row[1], row[8]
        if upto is not None and seq > upto:
            return
        data = loads(row[9])
        if command == "StartCase":
            yield from (Said("told", name, text, seq) for name, text in _strings(data.get("values") or {}))
        elif command == "CompleteItem":
            yield from (Said("said", name, text, seq) for name, text in _strings(data.get("values") or {}))
        elif command == "IssueDocument":
            for effect in loads(row[10]):
                yield from (
                    Said("head", name, effect[name], seq) for name in ("number", "title") if effect.get(name)
                )
        elif command in _TOLD:
            yield from (
                Said("told", name, data[name][:LONGEST], seq) for name in ("text", "reason") if data.get(name)
            )


def _strings(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Texts by field: neither choices of an outcome, nor marks of materials, nor rows of bare numbers."""
    for name, value in values.items():
        if name != "materials" and not name.endswith("_outcome"):
            yield from ((name, text) for text in _within(value))


def _within(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        words = value.split(maxsplit=1)
        if len(value) > 1 and words and (len(words) == 1 or any(sign.isalpha() for sign in value)):
            yield value[:LONGEST]
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _within(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _within(each)


def document(store: Store, case_id: str, first: Document, upto: int) -> Document:
    """A case as the index has it after entry `upto`; the same text counts once."""
    found: dict[str, dict[str, None]] = {"head": dict.fromkeys(first.head), "told": {}, "said": {}}
    if upto > 0:
        for said in texts(store, case_id, upto):
            found[said.part][said.text] = None
    return Document(*(tuple(found[part]) for part in ("head", "told", "said")))


# -- keeping up -----------------------------------------------------------------------------------------------------


def catch_up(cases: Cases) -> int:
    """Take up what has been written since. Returns how many cases were."""
    store = cases.store
    with store.reading() as transaction:
        form, entry, place = (search.mark(transaction, name) for name in ("form", "entry", "round"))
    if form != FORM:
        _begin_anew(cases)
        place = ""
    with store.reading() as transaction:
        fresh = search.newest(transaction, entry, moment_text(cases.clock() - SETTLED), STRETCH)
        stretch = search.round_of(transaction, place, ROUND)
    behind = dict.fromkeys(case_id for _, case_id, _ in fresh)
    behind |= dict.fromkeys(case_id for case_id, last, known in stretch if known is None or known < last)
    done = sum(_take_up(cases, case_id) for case_id in behind)
    after = fresh[-1][0] if fresh else entry
    following = stretch[-1][0] if len(stretch) == ROUND else ""
    if after != entry or following != place:

        def move(transaction: Transaction) -> None:
            search.set_mark(transaction, "entry", after)
            search.set_mark(transaction, "round", following)

        cases.run(move)
    return done


def _take_up(cases: Cases, case_id: str) -> bool:
    """One case, in a short transaction: the texts are read and cut before it begins."""
    store = cases.store
    with store.reading() as transaction:
        began = search.header_of(transaction, case_id)
        known = search.known(transaction, case_id)
    if began is None:
        return False
    first, last = began
    before = known[1] if known else None
    if before is not None and before >= last:
        return False
    old = document(store, case_id, first, before) if before is not None and before >= 0 else Document()
    new = document(store, case_id, first, last)
    return cases.run(lambda transaction: search.replace(transaction, case_id, before, old, last, new))


def rebuild(cases: Cases) -> int:
    """The index made anew from the journal. Returns how many cases; while it goes on, some are not found."""
    _begin_anew(cases)
    done, place = 0, ""
    while True:
        with cases.store.reading() as transaction:
            stretch = search.round_of(transaction, place, ROUND)
        done += sum(_take_up(cases, case_id) for case_id, _, _ in stretch)
        if len(stretch) < ROUND:
            return done
        place = stretch[-1][0]


def _begin_anew(cases: Cases) -> None:
    def begin(transaction: Transaction) -> None:
        search.clear(transaction)
        search.set_mark(transaction, "form", FORM)
        search.set_mark(transaction, "round", "")

    cases.run(begin)


# -- finding ---------------------------------------------------------------------------------------------------------


class Place(NamedTuple):
    """Where a page of hits ended."""

    tier: int
    part: int


def find(store: Store, query: str, reach: Reach, after: Place | None = None, limit: int = 20) -> list[Hit]:
    """Cases that have all the words of a query, those with them in number, applicant or title first, then the latest.

    An exact number of a case or of a paper stands before all others, in tier 0. `reach` is as wide as may be: whoever
    shows a hit asks once more whether that case may be seen.
    """
    asked, place = terms(query), after or Place(0, search.LAST)
    with store.reading() as transaction:
        exact = search.numbered(transaction, query.strip())
        found = (
            [Hit(0, search.LAST - 1 - at, case_id) for at, case_id in enumerate(exact)]
            if after is None
            else []
        )
        for tier in range(max(place.tier, 1), 4):
            if len(found) >= limit:
                break
            hits = search.find(
                transaction,
                asked,
                tier,
                reach,
                place.part if tier == place.tier else search.LAST,
                limit - len(found),
            )
            found += [hit for hit in hits if hit.case_id not in exact]
    return found
