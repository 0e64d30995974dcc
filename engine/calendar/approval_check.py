"""No time-out approves anything unless the law says so: checked when limits are deployed.

行政许可法 第五十条第二款 (逾期未作决定的，视为准予延续) and 第三十二条 (逾期不告知的……即为受理) say so; 第四十二条
does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from engine.calendar.limit import Limit
from engine.errors import Fault

EFFECTS = {
    "escalate": "",
    "released": "",
    "deemed_withdrawn": "",
    "deemed_waived": "",
    "deemed_served": "",
    "lapsed": "",
    "deemed_accepted": r"即为受理|视为受理|视为已经?受理",
    "deemed_approved": r"视为(准予|同意|批准|许可|通过|核准)",
    "deemed_renewed": r"视为准予延续|视为同意延续|视为准予续期|视为(同意|批准)续期|自动续期",
    "deemed_consent": r"视为(同意|无(不同)?意见|没有(不同)?意见)",
}
"""What may happen on expiry, with the words that the source must have; empty where none are needed."""

_APPROVES = re.compile(r"(?<!不得)(?<!不)(?:视为|默认|自动)(准予|同意|批准|许可|通过|核准|续期|延续)")


def approval_faults(limits: Iterable[Limit], file: str = "limits.json") -> list[Fault]:
    """The limits whose time-out would grant something on no law's word, or whose effect is unknown."""
    faults = []
    for limit in limits:
        if limit.effect not in EFFECTS:
            known = "、".join(EFFECTS)
            faults.append(
                Fault(file, 0, limit.id, "limit_effect", f"届满效果“{limit.effect}”不认识（可用：{known}）")
            )
            continue
        words = EFFECTS[limit.effect]
        if words and not (limit.source.law and limit.source.article and re.search(words, limit.source.quote)):
            faults.append(
                Fault(file, 0, limit.id, "limit_approves",
                      f"期限“{limit.name}”届满即产生准予、受理或同意的效果，但所列依据没有这样规定")
            )  # fmt: skip
        elif (
            not words
            and (said := _APPROVES.search(limit.on_expiry))
            and said.group() not in limit.source.quote
        ):
            faults.append(
                Fault(file, 0, limit.id, "limit_approves",
                      f"期限“{limit.name}”的届满后果写有“{said.group()}”，但所列依据没有这样规定")
            )  # fmt: skip
    return faults
