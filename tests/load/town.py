"""The bureau before it opens: clerks at their posts, cases of three matters at various steps, all made by the facade."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import cycle
from typing import Any

from submissions import submission
from whole_cases import STARTS

from engine.calendar.period import SHANGHAI
from forms.form import Form
from processes.bureau import Bureau
from processes.desk import START
from processes.organisation import Person
from tests.load.browser import Fields

PASSWORD = "load-only-password"
# Of a hundred cases; the receiving posts of each matter and the first outcome of each step stand in its files.
SHARES = {"temporary-land-use": 60, "batch-conversion": 25, "mining-right-registration": 15}
LONGEST = 60
CLAIMED = 3  # steps that a clerk has on the desk in the morning
MOST_DONE = 0.8  # of a case's steps, so that work is left


@dataclass(frozen=True)
class Sheet:
    """What a clerk fills in at one step: fields as the page sends them; `remark` is a field for free words."""

    data: Mapping[str, Any]
    remark: str

    def fields(self, mark: str) -> list[tuple[str, str]]:
        return encoded({**self.data, self.remark: mark} if self.remark else self.data)


@dataclass(frozen=True)
class Town:
    """`clerks`: login by name and post. `sheets`: by matter and step. `matters`: names by id."""

    clerks: tuple[Person, ...]
    sheets: Mapping[tuple[str, str], Sheet]
    matters: Mapping[str, str]
    cases: Mapping[str, str]  # case -> matter
    open_steps: int


def founded(bureau: Bureau, clerks: int, cases: int, seed: int) -> Town:
    """Prepares the database. The same seed gives the same bureau."""
    bureau.prepare(demo=True, password=PASSWORD)
    chance = random.Random(seed)
    holders = _holders(bureau)
    sheets: dict[tuple[str, str], Sheet] = {}
    begun: dict[str, str] = {}
    lengths: dict[str, int] = {}
    for matter in SHARES:
        case = _received(bureau, matter, holders, "0")
        lengths[matter] = _walked(bureau, matter, case, holders, sheets, LONGEST)
    for matter, share in SHARES.items():
        for number in range(max(1, cases * share // 100)):
            case = _received(bureau, matter, holders, str(number + 1))
            begun[case] = matter
            _walked(bureau, matter, case, holders, sheets, chance.randrange(int(lengths[matter] * MOST_DONE)))
    waiting = Counter(row["post"] for row in _open(bureau, begun))
    people = tuple(_staff(waiting, clerks))
    bureau.accounts.enrol(people, PASSWORD, demo=True)
    free = defaultdict(list)
    for row in _open(bureau, begun):
        free[row["post"]].append((row["case_id"], row["item"]))
    for person in people:
        mine = [post for post in free if post in bureau.person(person.user).may_act_as]
        for _ in range(CLAIMED):
            post = next((post for post in mine if len(free[post]) > 1), None)
            if post is not None:
                case, item = free[post].pop(chance.randrange(len(free[post])))
                bureau.claim(person.user, case, item)
    names = {matter.id: matter.name for matter in bureau.matters()}
    return Town(people, sheets, names, begun, sum(waiting.values()))


def _holders(bureau: Bureau) -> dict[str, str]:
    """A demo person by post."""
    return {
        post: user for user in bureau.organisation.people for post in sorted(bureau.person(user).may_act_as)
    }


def _received(bureau: Bureau, matter: str, holders: Mapping[str, str], number: str) -> str:
    form = bureau.start_form(matter).form
    data = submission(form, START, None, {}, datetime.now(SHANGHAI).date(), STARTS[matter] | _dated(matter))
    name = next(one for one in ("project_name", "batch_name", "mine_name") if one in data)
    data[name] = f"{data[name]}第{number}号"
    data["materials"] = {material.id: "收" for material in form.materials}
    return bureau.start(holders[bureau.matter(matter).posts[0]], matter, data).case_id


def _dated(matter: str) -> dict[str, Any]:
    today = datetime.now(SHANGHAI).date()
    return {"received_on": today.isoformat()} if "received_on" in STARTS[matter] else {}


def _walked(
    bureau: Bureau,
    matter: str,
    case: str,
    holders: Mapping[str, str],
    sheets: dict[tuple[str, str], Sheet],
    steps: int,
) -> int:
    """Steps done, at most `steps`; each by its sheet, which is drawn up where there is none yet."""
    for done in range(steps):
        rows = list(_open(bureau, {case: matter}))
        if not rows:
            return done
        row = rows[0]
        sheet = sheets.get((matter, row["element"]))
        if sheet is None:
            sheet = sheets[matter, row["element"]] = _sheet(bureau, case, row)
        bureau.complete(
            holders[row["post"]], case, row["item"], {**sheet.data, **({sheet.remark: "见附件"} if sheet.remark else {})}
        )  # fmt: skip
    return steps


def _open(bureau: Bureau, cases: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
    for case in cases:
        yield from bureau.cases.view(case, lambda view: [view.item(item) for item in view.state.items])


def _sheet(bureau: Bureau, case: str, row: Mapping[str, Any]) -> Sheet:
    known, deployment = bureau.cases.view(
        case, lambda view: ({**view.variables, **view.variables_at(row["item"])}, view.deployment)
    )
    form: Form = bureau.desk(deployment).form
    step = form.step(row["element"])
    outcome = step.outcomes[0].value if step.outcomes else None
    data = submission(form, row["element"], outcome, known, datetime.now(SHANGHAI).date())
    remark = next(
        (name for name, value in data.items() if isinstance(value, str) and (field := form.fields.get(name)) and field.kind == "longtext"),
        "",
    )  # fmt: skip
    return Sheet(data, remark)


def _staff(waiting: Mapping[str, int], clerks: int) -> Iterator[Person]:
    """As many at each post as there is work, at least one where the clerks suffice. Outside posts come with others."""
    own = {post: count for post, count in waiting.items() if "代录" not in post}
    total = sum(own.values())
    seats = [post for post, count in own.items() for _ in range(max(1, clerks * count // total))]
    order = cycle(sorted(seats, key=lambda post: (-own[post], post)))
    for number, post in zip(range(clerks), order, strict=False):
        yield Person(f"clerk{number:03d}", f"办事员{number:03d}号", (post,))


def encoded(data: Mapping[str, Any]) -> list[tuple[str, str]]:
    """JSON values as a browser's form sends them."""
    found: list[tuple[str, str]] = []
    for name, value in data.items():
        if name == "materials":
            found += [(f"materials-{material}", state) for material, state in value.items()]
        elif isinstance(value, list) and value and isinstance(value[0], Mapping):
            found += [
                (f"{name}-{place}-{inner}", text)
                for place, row in enumerate(value)
                for inner, text in encoded(row)
            ]
        elif isinstance(value, list):
            found += [(name, str(one)) for one in value]
        else:
            found.append((name, str(value)))
    return found


def over(fields: Fields, typed: Fields) -> list[tuple[str, str]]:
    """What the page had, and over it what was typed."""
    names = {name for name, _ in typed}
    return [one for one in fields if one[0] not in names] + list(typed)
