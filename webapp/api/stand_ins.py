"""Who is away and who stands in: absences, partners (AB角), for whom the person stands in now."""

from __future__ import annotations

from typing import Any

from engine.codec import moment_text
from engine.errors import NotFound, NotPermitted
from processes import stand_in
from processes.stand_in import Absence
from webapp.api.access import caller
from webapp.api.part import ROOT, part
from webapp.api.schemas.office import (
    AbsenceBody,
    AbsenceList,
    AbsenceQuery,
    AbsenceShown,
    PartnerBody,
    PartnerList,
    StandInList,
)
from webapp.context import bureau

routes = part("stand_ins", "离岗和代理")


@routes.operation(
    "GET", "/absences", "离岗和代理，最近的在前", query=AbsenceQuery, answers=AbsenceList, refusals=(404,)
)
def list_absences(asked: dict[str, Any]) -> Any:
    user = asked.get("user", caller())
    if user != caller() and not stand_in.may_arrange(bureau(), caller(), user):
        raise NotPermitted("离岗和代理由本人和其负责人查看")
    return {"rows": [shown(one) for one in stand_in.absences(bureau(), user)]}


@routes.operation(
    "POST", "/absences", "登记离岗；重复登记同样的不生效", scope="work", body=AbsenceBody, answers=AbsenceShown,
    status=201, refusals=(404,),
)  # fmt: skip
def declare_absence(body: dict[str, Any]) -> Any:
    made = stand_in.declare(
        bureau(), caller(), body.get("user", caller()), starts=body["starts"], ends=body["ends"],
        reason=body["reason"], deputy=body["deputy"], scope=body["scope"],
    )  # fmt: skip
    place = {"Location": f"{ROOT}/absences/{name_of(made)}"}
    return shown(made), 201, place


@routes.operation(
    "DELETE", "/absences/<absence>", "提前结束离岗", scope="work", answers=None, status=204, refusals=(409,)
)
def end_absence(absence: str) -> Any:
    user = absence.partition(":")[0]
    found = next((one for one in stand_in.absences(bureau(), user) if name_of(one) == absence), None)
    if found is None:
        raise NotFound("没有这次离岗")
    stand_in.end(bureau(), caller(), found)
    return "", 204


@routes.operation("GET", "/partners", "AB 角", answers=PartnerList)
def list_partners() -> Any:
    return {"rows": [{"user": user, "partner": other} for user, other in stand_in.partners(bureau()).items()]}


@routes.operation(
    "PUT", "/partners/<user>", "确定 B 角", scope="work", body=PartnerBody, answers=None, status=204
)
def pair_partner(body: dict[str, Any], user: str) -> Any:
    stand_in.pair(bureau(), caller(), user, body["partner"])
    return "", 204


@routes.operation("DELETE", "/partners/<user>", "取消 B 角", scope="work", answers=None, status=204)
def part_partner(user: str) -> Any:
    stand_in.pair(bureau(), caller(), user, None)
    return "", 204


@routes.operation("GET", "/stand-ins", "现在由本人代理的人员", answers=StandInList)
def list_stand_ins() -> Any:
    found = stand_in.principals(bureau(), caller())
    return {"rows": [{"user": user, "scope": sorted(scope)} for user, scope in found.items()]}


def name_of(one: Absence) -> str:
    return f"{one.user}:{moment_text(one.starts)}"


def shown(one: Absence) -> dict[str, Any]:
    told = {name: getattr(one, name) for name in AbsenceShown().fields if name != "absence"}
    return {"absence": name_of(one), **told}
