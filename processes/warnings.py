"""Whom the warning chain means in this bureau: handler, section chief, bureau leader, supervision."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from engine.errors import NotFound
from engine.warning_chain import Addressees, Holder
from processes.organisation import Organisation

LEADER = "局领导/分管副局长"
SUPERVISION = "办公室/主任"  # 督查督办 is the office's
CHIEFS = ("科长", "主任")


def addressees_in(organisation: Organisation) -> Addressees:
    """Posts, and users as `user:<name>`."""

    def addressees(role: str, header: Mapping[str, Any], holders: Sequence[Holder]) -> Iterable[str]:
        section = str(header.get("section", ""))
        if role == "handler":
            if holders:
                return [f"user:{one.user}" if one.user else one.post or "" for one in holders]
            # The case has ended and its term runs on: whoever handles the section's business.
            return [f"{section}/经办人"]
        if role == "section_chief":
            # The chief of whoever has the step, and of the section whose matter it is.
            sections = [(one.post or "").rpartition("/")[0] for one in holders] + [section]
            return list(dict.fromkeys(chief for one in sections if (chief := _chief(organisation, one))))
        return [LEADER if role == "bureau_leader" else SUPERVISION]

    return addressees


def _chief(organisation: Organisation, section: str) -> str | None:
    try:
        found = organisation.section(section)
    except NotFound:
        return None
    return next((f"{found.name}/{chief}" for chief in CHIEFS if chief in found.posts), None)
