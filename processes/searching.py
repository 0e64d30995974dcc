"""Cases found by words, of those that the person may open: `processes.scope` decides, of every single hit.

What steps wrote is found, and shown, by those alone who did a step of the case or have one, who head its section, or
who see the whole bureau: others read on the case's page what the application said.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from engine import search
from engine.codec import loads, moment_of
from engine.errors import DeploymentError, InvalidInput
from engine.search import Place
from engine.store import search as index
from engine.store.words import spans
from processes import scope

if TYPE_CHECKING:
    from processes.bureau import Bureau

SEPARATOR = "|"
LONGEST = 100  # characters of a query
AROUND, LINE = 20, 90  # characters before the first mark, and of a line
LINES = 2
LOOKED_AT = 400  # hits of one page that are looked at: what remains after so many is the next page's

Piece = tuple[str, bool]
"""Text, and whether it is what was looked for."""


class Line(NamedTuple):
    """Where a text of the case has the words. `label` names the field."""

    label: str
    pieces: Sequence[Piece]


class Found(NamedTuple):
    """A case that has the words; `exact` where the query is its number or that of one of its papers."""

    case_id: str
    number: Sequence[Piece]
    matter_name: str
    applicant: Sequence[Piece]
    title: Sequence[Piece]
    status: str
    steps: str
    started_at: datetime
    exact: bool
    lines: Sequence[Line]


class Page(NamedTuple):
    """`next` goes into the next call; None at the end. A page may be short and yet not the last one."""

    found: Sequence[Found]
    next: str | None


def find(bureau: Bureau, user: str, query: str, *, after: str | None = None, limit: int = 20) -> Page:
    """One page: an exact number first, then words in number, applicant and title, then in texts; each the latest first.

    Raises InvalidInput, NotFound for a closed account.
    """
    query = query.replace("\x00", " ").strip()[:LONGEST]
    place = _place(after)
    reach = _reach(bureau, user)
    hits: list[index.Hit] = []
    looked, more = 0, True
    while more and len(hits) <= limit and looked < LOOKED_AT:
        batch = search.find(bureau.store, query, reach, place, limit + 1)
        more = len(batch) == limit + 1
        looked += len(batch)
        seen = scope.visible(bureau, user, [hit.case_id for hit in batch])
        hits += [hit for hit in batch if hit.case_id in seen]
        if batch:
            place = Place(batch[-1].tier, batch[-1].part)
    following = None
    if len(hits) > limit:
        last = hits[limit - 1]
        following = f"{last.tier}{SEPARATOR}{last.part}"
    elif more and place is not None:
        following = f"{place.tier}{SEPARATOR}{place.part}"
    return Page(list(_shown(bureau, query, hits[:limit])), following)


def _place(after: str | None) -> Place | None:
    if not after:
        return None
    tier, _, part = after.partition(SEPARATOR)
    if tier not in ("0", "1", "2", "3") or not part.isdigit() or len(part) > 12:
        raise InvalidInput("翻页位置有误，请从第一页重新打开")
    return Place(int(tier), int(part))


def _reach(bureau: Bureau, user: str) -> index.Reach:
    """As wide as `processes.scope` may be for this person: it is asked of every hit besides."""
    reaches = scope.reaches(bureau, user)
    if any(one.everything and not one.within for one in reaches):
        return index.Reach(everything=True)
    posts = {post for one in reaches for post in one.posts}
    sections = {section for one in reaches for section in one.sections}
    if any(one.everything for one in reaches):  # lent for some matters alone
        sections |= {section.name for section in bureau.organisation.sections}
    theirs = {post for post in bureau.organisation.posts if post.partition("/")[0] in sections}
    return index.Reach(
        users=tuple(one.user for one in reaches),
        posts=tuple(sorted(posts | theirs)),
        matters=tuple(matter.id for matter in bureau.matters() if not posts.isdisjoint(matter.posts)),
        sections=tuple(sorted(sections)),
        told=(*(f"user:{one.user}" for one in reaches), *sorted(posts)),
        hands=(user,),
        heads=tuple(sorted(reaches[0].sections)),
    )


def _shown(bureau: Bureau, query: str, hits: Sequence[index.Hit]) -> Iterator[Found]:
    with bureau.store.reading() as transaction:
        briefs = index.briefs(transaction, [hit.case_id for hit in hits])
    for hit in hits:
        case = briefs.get(hit.case_id)
        if case is None:
            continue
        yield Found(
            case.case_id, pieces(case.number, query), bureau.matter_name(case.matter),
            pieces(case.applicant, query), pieces(case.title, query), case.status,
            "、".join(dict.fromkeys(loads(case.steps).values())), moment_of(case.started_at), hit.tier == 0,
            list(_lines(bureau, case, query, said=hit.tier == 3)),
        )  # fmt: skip


def _lines(bureau: Bureau, case: index.Brief, query: str, *, said: bool) -> Iterator[Line]:
    """The first texts of a case that have a part of the query, each once."""
    shown: set[str] = set()
    above = f"{case.number} {case.applicant} {case.title}"
    for text in search.texts(bureau.store, case.case_id):
        if (text.part == "said" and not said) or text.text in shown or text.text in above:
            continue
        if not spans(text.text, query):
            continue
        shown.add(text.text)
        yield Line(_label(bureau, case, text), excerpt(text.text, query))
        if len(shown) == LINES:
            return


def _label(bureau: Bureau, case: index.Brief, text: search.Said) -> str:
    if text.part == "head":
        return "文书"
    try:
        field = bureau.desk(case.deployment).form.fields.get(text.name)
    except DeploymentError:
        field = None
    if field is not None:
        return str(field.label)
    return {"text": "批注", "reason": "理由"}.get(text.name, "填报内容")


def pieces(text: str, query: str) -> list[Piece]:
    """A text parted into what was looked for and what stands around it."""
    found: list[Piece] = []
    at = 0
    for start, end in spans(text, query):
        found += [(text[at:start], False)] if start > at else []
        found.append((text[start:end], True))
        at = end
    return [*found, (text[at:], False)] if at < len(text) else found


def excerpt(text: str, query: str) -> list[Piece]:
    """A line of a text around the first place that has a part of the query."""
    flat = " ".join(text.split())
    places = spans(flat, query)
    first = places[0][0] if places else 0
    begin = max(first - AROUND, 0)
    cut = flat[begin : begin + LINE]
    return [
        *([("…", False)] if begin else []),
        *pieces(cut, query),
        *([("…", False)] if begin + LINE < len(flat) else []),
    ]
