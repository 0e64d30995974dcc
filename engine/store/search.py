"""The index of the search: which cases have words. FTS5 without content on SQLite, tsvector with GIN on PostgreSQL; the
words are cut by `engine.store.words` for both.

A case is one document of three parts: `head` (number, applicant, title, numbers of its papers), `told` (what the
application and everybody's notes said) and `said` (what steps wrote). Texts themselves stay where they are, in the
journal: FTS5 without content forgets a document only when told what it was, so whoever replaces one gives the old.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from itertools import takewhile
from typing import Any, NamedTuple

from sqlalchemy import text

from engine.store.database import Query, Transaction
from engine.store.words import Term, chinese, terms, words

MOST_WORDS = 16_000
"""Of one case: PostgreSQL counts places no further. What is beyond is not found."""
PARTS = ("head", "told", "said")
_GAP = "·"  # stands between two texts, so that no phrase spans them; no word of any text
_JOINT = "‐"  # no word has it
MOST_JOINED = 4
NOT_YET = -1


class Document(NamedTuple):
    """Texts of one case."""

    head: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    said: tuple[str, ...] = ()


class Reach(NamedTuple):
    """How far a search goes: cases that one of `users` began, held or did a step of, that a post of `posts` takes part
    in, of a matter or section named, or that one of `told` had a notice of. `hands`: those whose steps count for `said`;
    `heads`: sections whose `said` may be read. None of it where `everything`."""

    everything: bool = False
    users: tuple[str, ...] = ()
    posts: tuple[str, ...] = ()
    matters: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    hands: tuple[str, ...] = ()
    heads: tuple[str, ...] = ()


class Hit(NamedTuple):
    """`tier`: 1 in the head, 2 in what the application said, 3 in what steps wrote. `part` orders, the latest first."""

    tier: int
    part: int
    case_id: str


class _Both(NamedTuple):
    sqlite: Query
    postgres: Query

    def of(self, transaction: Transaction) -> Query:
        return self.postgres if transaction.postgres else self.sqlite


def _both(sqlite: str, postgres: str | None = None) -> _Both:
    return _Both(Query(text(sqlite)), Query(text(postgres or sqlite)))


# -- writing ------------------------------------------------------------------------------------------------------

_add_case = _both("INSERT INTO search_case (case_id, seq) VALUES (:case_id, :seq)")
_add = _both(
    "INSERT INTO search_index (rowid, head, told, said) VALUES (last_insert_rowid(), :head, :told, :said)",
    "INSERT INTO search_index (part, words)"
    " VALUES (currval(pg_get_serial_sequence('search_case', 'part')), CAST(:words AS tsvector))",
)
_put = _both(
    "INSERT INTO search_index (rowid, head, told, said) VALUES (:part, :head, :told, :said)",
    "INSERT INTO search_index (part, words) VALUES (:part, CAST(:words AS tsvector))"
    " ON CONFLICT (part) DO UPDATE SET words = excluded.words",
)
_forget = Query(
    text(
        "INSERT INTO search_index (search_index, rowid, head, told, said)"
        " VALUES ('delete', :part, :head, :told, :said)"
    )
)
_part = _both("SELECT part, seq FROM search_case WHERE case_id = :case_id")
_taken = _both("UPDATE search_case SET seq = :seq WHERE part = :part AND seq = :before")
_nothing = _both("INSERT INTO search_index (search_index) VALUES ('delete-all')", "TRUNCATE search_index")
_anew = _both("UPDATE search_case SET seq = -1")
_mark = _both("SELECT value FROM search_mark WHERE mark = :mark")
_set_mark = _both(
    "INSERT INTO search_mark (mark, value) VALUES (:mark, :value) ON CONFLICT (mark) DO UPDATE SET value = excluded.value"
)


def header(number: str, applicant: str, title: str) -> Document:
    """What a case has in the index as it begins."""
    return Document(tuple(filter(None, (number, applicant, title))))


def add(transaction: Transaction, case_id: str, document: Document) -> None:
    """A case that begins: its header, found at once. Nothing waits for the answer."""
    transaction.add(_add_case.of(transaction), {"case_id": case_id, "seq": 0})
    transaction.add(_add.of(transaction), _written(transaction, document))


def known(transaction: Transaction, case_id: str) -> tuple[int, int] | None:
    """A case's row in the index, and the number of the last entry that is in it (0: the header alone, -1: nothing)."""
    row = transaction.one(_part.of(transaction), {"case_id": case_id})
    return (row[0], row[1]) if row is not None else None


def replace(
    transaction: Transaction, case_id: str, before: int | None, old: Document, seq: int, new: Document
) -> bool:
    """A case as it is after entry `seq`; `before` and `old` what the index has had so far (None: no row). False when
    somebody else was faster."""
    if before is None:
        transaction.add(_add_case.of(transaction), {"case_id": case_id, "seq": NOT_YET})
        before = NOT_YET
    row = known(transaction, case_id)
    if row is None or row[1] != before:
        return False
    part = row[0]
    if not transaction.run(_taken.of(transaction), {"seq": seq, "part": part, "before": before}):
        return False
    if before != NOT_YET and not transaction.postgres:
        transaction.add(_forget, {**_written(transaction, old), "part": part})
    transaction.add(_put.of(transaction), {**_written(transaction, new), "part": part})
    return True


def clear(transaction: Transaction) -> None:
    """Forget every word; cases keep their order."""
    transaction.add(_nothing.of(transaction), {})
    transaction.add(_anew.of(transaction), {})


def mark(transaction: Transaction, name: str) -> str:
    """Where indexing stands; "" at the beginning."""
    row = transaction.one(_mark.of(transaction), {"mark": name})
    return str(row[0]) if row is not None else ""


def set_mark(transaction: Transaction, name: str, value: str) -> None:
    transaction.add(_set_mark.of(transaction), {"mark": name, "value": value})


def _cut(document: Document) -> list[list[str]]:
    """The words of each part, no more than `MOST_WORDS` in all."""
    left, found = MOST_WORDS, []
    for texts in document:
        part: list[str] = []
        for each in texts:
            part += ([_GAP] if part else []) + words(each)
        found.append(part[:left])
        left -= len(found[-1])
    return found


def _joined(part: Sequence[str]) -> str:
    """The words at the beginning of a part that are no Chinese, as one: the common beginnings of numbers make PostgreSQL
    read long lists otherwise."""
    plain = list(takewhile(lambda word: word != _GAP and not chinese(word), part))
    return _JOINT.join(plain) if plain else part[0]


def _written(transaction: Transaction, document: Document) -> dict[str, str]:
    cut = _cut(document)
    if not transaction.postgres:
        return dict(zip(PARTS, (" ".join(part) for part in cut), strict=True))
    places: dict[str, list[str]] = {}
    place = 0
    for weight, part in zip("ABC", cut, strict=True):
        for at, word in enumerate(part):
            place += 1
            if word != _GAP:
                places.setdefault(word, []).append(f"{place}{weight}")
                joined = _joined(part[at : at + MOST_JOINED])
                if joined != word:
                    places.setdefault(joined, []).append(f"{place}{weight}")
        place += 1
    return {"words": " ".join(f"'{word}':{','.join(at)}" for word, at in places.items())}


# -- what is not indexed yet -----------------------------------------------------------------------------------------

# SQLite commits one command after the other, so rowids tell what is new. PostgreSQL's commands commit as they like: what
# is a little older is taken up, and the round over all cases finds what came later than that.
_newest = _both(
    "SELECT e.rowid, e.case_id, e.seq FROM entry e WHERE e.rowid > CAST(:after AS INTEGER)"
    " ORDER BY e.rowid LIMIT :limit",
    "SELECT e.at, e.case_id, e.seq FROM entry e WHERE e.at > :after AND e.at <= :until ORDER BY e.at LIMIT :limit",
)
_round = _both(
    "SELECT c.case_id, c.revision, s.seq FROM case_state c LEFT JOIN search_case s ON s.case_id = c.case_id"
    " WHERE c.case_id > :after ORDER BY c.case_id LIMIT :limit"
)
_header = _both(
    'SELECT c.number, c.applicant, c.title, s.revision FROM "case" c JOIN case_state s ON s.case_id = c.case_id'
    " WHERE c.case_id = :case_id"
)


def newest(transaction: Transaction, after: str, until: str, limit: int) -> list[tuple[str, str, int]]:
    """Entries after a mark (PostgreSQL: as old as `until`), with the mark that follows each: mark, case, number."""
    after = after or ("" if transaction.postgres else "0")
    rows = transaction.all(_newest.of(transaction), {"after": after, "until": until, "limit": limit})
    return [(str(row[0]), row[1], row[2]) for row in rows]


def round_of(transaction: Transaction, after: str, limit: int) -> list[tuple[str, int, int | None]]:
    """Cases in their order: case, number of its last entry, and of the last one in the index (None: no row)."""
    return [
        (row[0], row[1], row[2])
        for row in transaction.all(_round.of(transaction), {"after": after, "limit": limit})
    ]


def header_of(transaction: Transaction, case_id: str) -> tuple[Document, int] | None:
    """A case as it began, and the number of its last entry."""
    row = transaction.one(_header.of(transaction), {"case_id": case_id})
    return None if row is None else (header(row[0], row[1], row[2]), row[3])


# -- finding ------------------------------------------------------------------------------------------------------


def _in(column: str, name: str, postgres: bool) -> str:
    if postgres:
        return f"{column} = ANY(CAST(:{name} AS text[]))"
    return f"{column} IN (SELECT value FROM json_each(:{name}))"  # noqa: S608  (names of ours)


def _any_hand(pairs: tuple[tuple[str, str], ...], postgres: bool) -> str:
    hands = " OR ".join(_in(f"w.{column}", name, postgres) for column, name in pairs)
    return f"EXISTS (SELECT 1 FROM work_item w WHERE w.case_id = c.case_id AND ({hands}))"  # noqa: S608


def _within(postgres: bool) -> str:
    """Put together of names of our own; values are bound."""
    told = _in("n.addressee", "told", postgres)
    ways = (
        _in("c.started_by", "users", postgres),
        _in("c.section", "sections", postgres),
        _in("c.matter", "matters", postgres),
        _any_hand((("claimed_by", "users"), ("closed_by", "users"), ("post", "posts")), postgres),
        f"EXISTS (SELECT 1 FROM notice n WHERE n.case_id = c.case_id AND {told})",  # noqa: S608
    )
    return f" AND ({' OR '.join(ways)})"


def _in_hand(postgres: bool) -> str:
    hands = _any_hand((("claimed_by", "hands"), ("closed_by", "hands")), postgres)
    return f" AND ({_in('c.section', 'heads', postgres)} OR {hands})"


# Where the words are looked for. PostgreSQL cannot tell how common a phrase is: words that many cases have stand among
# the latest few, which are looked through first; all others are few enough to be taken from the index whole.
_SOURCES = {
    "sqlite": "(SELECT rowid AS part FROM search_index WHERE search_index MATCH :words AND rowid < :after"
    " ORDER BY rowid DESC)",
    "latest": "(SELECT l.part FROM (SELECT part, words FROM search_index WHERE part < :after ORDER BY part DESC"
    " LIMIT 200) l WHERE l.words @@ CAST(:words AS tsquery))",
    "whole": "hit",
}


def _find(source: str, *, within: bool, in_hand: bool) -> Query:
    postgres = source != "sqlite"
    found = (
        f"SELECT s.part, s.case_id FROM {_SOURCES[source]} i"  # noqa: S608
        f"{' CROSS' if not postgres else ''} JOIN search_case s ON s.part = i.part"
        f'{" CROSS" if not postgres else ""} JOIN "case" c ON c.case_id = s.case_id WHERE s.part < :after'
    )
    more = (_within(postgres) if within else "") + (_in_hand(postgres) if in_hand else "")
    hits = (
        "WITH hit AS MATERIALIZED (SELECT part FROM search_index WHERE words @@ CAST(:words AS tsquery)) "
        if source == "whole"
        else ""
    )
    return Query(text(f"{hits}{found}{more} ORDER BY i.part DESC LIMIT :limit"))


_FINDS = {
    (source, within, in_hand): _find(source, within=within, in_hand=in_hand)
    for source in _SOURCES
    for within in (False, True)
    for in_hand in (False, True)
}
LAST = 2**31 - 1  # above every part


def find(
    transaction: Transaction,
    terms: Sequence[Term],
    tier: int,
    reach: Reach,
    after: int = LAST,
    limit: int = 20,
) -> list[Hit]:
    """Cases of one tier that have all the terms, the latest first; those of a tier before are left out.

    `reach` narrows to what may be seen; where it allows more than a rule about single cases would, the caller looks
    once more.
    """
    if not terms:
        return []
    postgres = transaction.postgres
    write = _postgres_query if postgres else _sqlite_query
    asked = write(terms, tier)
    if tier > 1:
        but = write(terms, tier - 1)
        asked = f"({asked}) & !({but})" if postgres else f"({asked}) NOT ({but})"
    given: dict[str, Any] = {
        name: list(getattr(reach, name)) if postgres else json.dumps(list(getattr(reach, name)))
        for name in ("users", "posts", "matters", "sections", "told", "hands", "heads")
    }
    given |= {"words": asked, "after": after, "limit": limit}
    narrowed = (not reach.everything, tier == 3 and not reach.everything)
    rows: list[Any] = []
    for source in ("latest", "whole") if postgres else ("sqlite",):
        rows = transaction.all(_FINDS[source, *narrowed], given)
        if len(rows) >= limit:
            break
    return [Hit(tier, row[0], row[1]) for row in rows]


def _sqlite_query(terms: Iterable[Term], tier: int) -> str:
    columns = " ".join(PARTS[:tier])
    return " AND ".join(
        f'{{{columns}}} : "{" ".join(term.words)}"{" *" if term.open else ""}' for term in terms
    )


def _postgres_query(terms: Iterable[Term], tier: int) -> str:
    weights = "ABC"[:tier]

    def phrase(term: Term) -> str:
        if 1 < len(term.words) <= MOST_JOINED and not any(map(chinese, term.words)):
            return f"'{_JOINT.join(term.words)}':*{weights}"
        last = len(term.words) - 1
        return " <-> ".join(
            f"'{word}':{'*' if term.open and place == last else ''}{weights}"
            for place, word in enumerate(term.words)
        )

    return " & ".join(f"({phrase(term)})" for term in terms)


# Cases whose header has the words, as a condition on a list of work items; and whether they are few enough for one.
FEW = 2000
IN_HEAD = {
    False: "work_item.case_id IN (SELECT s.case_id FROM search_index i JOIN search_case s ON s.part = i.rowid"
    " WHERE search_index MATCH :found)",
    True: "work_item.case_id IN (SELECT s.case_id FROM search_index i JOIN search_case s ON s.part = i.part"
    " WHERE i.words @@ CAST(:found AS tsquery))",
}
_few = _both(
    "SELECT count(*) FROM (SELECT 1 FROM search_index WHERE search_index MATCH :found LIMIT :limit)",
    "SELECT count(*) FROM (SELECT 1 FROM search_index i WHERE i.words @@ CAST(:found AS tsquery) LIMIT :limit) AS few",
)


def rare(transaction: Transaction, asked: str) -> str:
    """What finds in the index the headers that have a text; "" where there are too many of them, or no one phrase."""
    cut = terms(asked)
    if len(cut) != 1:
        return ""
    found = _postgres_query(cut, 1) if transaction.postgres else _sqlite_query(cut, 1)
    row = transaction.one(_few.of(transaction), {"found": found, "limit": FEW + 1})
    return found if row is not None and row[0] <= FEW else ""


class Brief(NamedTuple):
    """A case as a hit shows it; `steps` names its open steps as JSON."""

    case_id: str
    number: str
    applicant: str
    title: str
    matter: str
    section: str
    status: str
    started_at: str
    deployment: str
    steps: str


_BRIEF = (
    "SELECT c.case_id, c.number, c.applicant, c.title, c.matter, c.section, c.status, c.started_at, s.deployment,"
    ' s.steps FROM "case" c JOIN case_state s ON s.case_id = c.case_id WHERE '
)
_briefs = _both(*(_BRIEF + _in("c.case_id", "ids", postgres) for postgres in (False, True)))


def briefs(transaction: Transaction, case_ids: Sequence[str]) -> dict[str, Brief]:
    """Of some cases, by case."""
    ids: Any = list(case_ids) if transaction.postgres else json.dumps(list(case_ids))
    return {row[0]: Brief(*row) for row in transaction.all(_briefs.of(transaction), {"ids": ids})}


_by_number = _both(
    # As the conditions of the two indexes have it.
    "SELECT c.case_id FROM \"case\" c WHERE c.number = :number AND c.number <> ''"
    " UNION SELECT d.case_id FROM document d WHERE d.number = :number AND d.series <> '' ORDER BY 1 DESC LIMIT 5"
)


def numbered(transaction: Transaction, number: str) -> list[str]:
    """Cases that bear a number exactly, or one of whose papers does."""
    return (
        [row[0] for row in transaction.all(_by_number.of(transaction), {"number": number})] if number else []
    )
