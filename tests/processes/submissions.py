"""What a clerk who reads the form would send: every field that the step asks for, as typed, and no other.

Drawn from `Form.describe`: types, options, ranges, `required_when`. What no description tells (dates that follow
one another, a term within its maximum) stands per step in `OVERRIDES`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from engine.calendar.seed import seed
from engine.feel import compile_expression
from forms.form import Form

BOUNDARY = "112.5000 37.8000\n112.5010 37.8000\n112.5010 37.8010\n112.5000 37.8010"
SAMPLES = {
    "phone": "0351-6020000", "idcode": "91140000MA0GT9L609", "email": "desk@example.org", "boolean": "true",
    "geometry": BOUNDARY, "time": "09:30",
}  # fmt: skip
Known = Mapping[str, Any]
Override = Callable[[Known, date], dict[str, Any]]

# What the rules across fields ask for beyond the single field, per step; None leaves a field out.
OVERRIDES: dict[str, Override] = {
    "survey": lambda known, today: {"surveyor_1": "王建国", "surveyor_2": "赵敏"},
    "issue": lambda known, today: {
        "approval_date": known["decided_on"].isoformat(),
        "expiry_date": (known["decided_on"] + timedelta(days=365)).isoformat(),
    },
    "hearing_notify": lambda known, today: {"hearing_date": seed().working_days_after(today, 8).isoformat()},
    "decide": lambda known, today: {"decision_record_no": known.get("hearing_record_no")},
    "notify": lambda known, today: {"fee_paid": "true"},
    "enroll": lambda known, today: {"term_to": (today + timedelta(days=3000)).isoformat()},
}


def submission(
    form: Form, step: str, outcome: str | None, known: Known, today: date, changes: Known | None = None
) -> dict[str, Any]:
    """Values as typed for a step that ends in `outcome`; `changes` prevail, a change to None leaves the field out."""
    rights = form.step(step)
    sent: dict[str, Any] = {} if outcome is None else {rights.outcome_name: outcome}
    told = {**OVERRIDES.get(step, lambda known, today: {})(known, today), **(changes or {})}
    sent |= {name: value for name, value in told.items() if value is not None}
    editable = [field for field in form.describe(step)["fields"] if field["mode"] == "edit"]
    names = {field["name"] for field in editable}
    sent = {name: value for name, value in sent.items() if name in names or name == rights.outcome_name}
    for _ in editable:
        scope = {**known, **form.plan(step).preview(sent, known).scope}
        missing = [
            field
            for field in editable
            if field["name"] not in sent
            and told.get(field["name"], "") is not None
            and _holds(field.get("visible_when"), scope, otherwise=True)
            and (
                field.get("required")
                or field["name"] in rights.required
                or _holds(field.get("required_when"), scope, otherwise=False)
            )
        ]
        if not missing:
            break
        for field in missing:
            sent[field["name"]] = sample(field, today)
    if rights.materials == "edit":
        sent["materials"] = {material.id: "收" for material in form.materials}
    return sent


def sample(field: Mapping[str, Any], today: date) -> Any:
    """One value as typed that the field takes."""
    kind = field["type"]
    if kind == "table":
        return [{column["name"]: sample(column, today) for column in field["columns"]}]
    if field.get("options"):
        value: Any = field["options"][0]["value"]
    elif kind in ("text", "longtext"):
        value = str(field["label"])[: field.get("maxlength", 200)]
    elif kind in ("integer", "decimal", "money", "area"):
        value = str(max(Decimal(field.get("min", "1")), min(Decimal(1), Decimal(field.get("max", "1")))))
    elif kind == "date":
        value = today.isoformat()
    elif kind == "datetime":
        value = f"{today.isoformat()} 09:30"
    else:
        value = SAMPLES[kind]
    return [value] if field.get("multiple") else value


def _holds(text: str | None, scope: Known, *, otherwise: bool) -> bool:
    return otherwise if text is None else compile_expression(text).evaluate(scope) is True
