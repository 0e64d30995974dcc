"""Cases: the one door through which every change of a case goes."""

from engine.cases.actor import SYSTEM, Actor, Answer, CaseView
from engine.cases.cases import Cases, utc_now

__all__ = ["SYSTEM", "Actor", "Answer", "CaseView", "Cases", "utc_now"]
