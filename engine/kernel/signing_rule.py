"""`chengban:sign`: how the signatures of several make one outcome (会签、或签、票签). Pure.

`all` | `any` | `ratio:0.6` | `weight:0.6`, then words parted by blanks: `veto` (anybody against decides it), `veto:岗位`
(that signer), `岗位=2` (a signer's weight), `last` (decided only when all have signed, else as soon as the outcome is
certain), `yes:同意` and `no:不同意` (the values of `<step>_outcome`). What is neither is an abstention: signed, not for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from engine.errors import InvalidInput

MODES = ("all", "any", "ratio", "weight")


@dataclass(frozen=True)
class Rule:
    """`threshold` is the share of the whole weight that must be for it; in every mode but `weight` heads are counted."""

    mode: str
    threshold: Decimal
    last: bool = False
    veto: frozenset[str] = frozenset()
    everyone_vetoes: bool = False
    weights: Mapping[str, Decimal] = field(default_factory=dict)
    yes: str = "同意"
    no: str = "不同意"

    def vote(self, element: str, values: Mapping[str, Any]) -> bool | None:
        """For, against, or neither: by `<step>_outcome`, else by the boolean `agree`."""
        said = values.get(f"{element}_outcome")
        if said is None:
            agree = values.get("agree")
            return agree if isinstance(agree, bool) else None
        return True if said == self.yes else False if said == self.no else None

    def weight(self, signer: str, given: Decimal | None = None) -> Decimal:
        if self.mode != "weight":
            return Decimal(1)
        return self.weights.get(signer, Decimal(1) if given is None else given)

    def outcome(self, votes: Iterable[tuple[bool | None, Decimal, bool]], left: Decimal) -> bool | None:
        """`votes`: (vote, weight, may veto) in order; `left` the weight of who has not signed. None: not decided."""
        cast = list(votes)
        if self.last and left:
            return None
        if any(vote is False and veto for vote, _, veto in cast):
            return False
        if self.mode == "any":
            decisive = next((vote for vote, _, _ in cast if vote is not None), None)
            return decisive if decisive is not None or left else False
        total = sum((weight for _, weight, _ in cast), left)
        in_favour = sum((weight for vote, weight, _ in cast if vote is True), Decimal(0))
        needed = self.threshold * total
        if in_favour >= needed:
            return True
        return False if in_favour + left < needed else None


@lru_cache(maxsize=1024)
def rule_of(text: str) -> Rule:
    """Raises InvalidInput that names the word."""
    words = text.split()
    if not words:
        raise InvalidInput("签署规则是空的")
    mode, _, share = words[0].partition(":")
    if mode not in MODES or (mode in ("all", "any")) != (not share):
        raise InvalidInput(f"签署规则“{words[0]}”不存在，可用 all、any、ratio:0.6、weight:0.6")
    threshold = _number(share, words[0]) if share else Decimal(1)
    if not 0 < threshold <= 1:
        raise InvalidInput(f"签署规则“{words[0]}”的比例须大于 0 且不大于 1")
    veto: set[str] = set()
    weights: dict[str, Decimal] = {}
    more: dict[str, Any] = {}
    for word in words[1:]:
        if word == "last":
            more["last"] = True
        elif word == "veto":
            more["everyone_vetoes"] = True
        elif word.startswith("veto:"):
            veto.add(word[5:])
        elif word.startswith(("yes:", "no:")):
            name, _, said = word.partition(":")
            more[name] = said
        elif "=" in word and mode == "weight":
            signer, _, number = word.rpartition("=")
            weights[signer] = _number(number, word)
            if weights[signer] <= 0:
                raise InvalidInput(f"签署规则中“{word}”的权重须大于 0")
        else:
            raise InvalidInput(f"签署规则中的“{word}”不能识别")
    return Rule(mode, threshold, veto=frozenset(veto), weights=weights, **more)


def _number(text: str, word: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise InvalidInput(f"签署规则中的“{word}”不是数")
    return number
