"""The signing rules as people read them beside the vote."""

from __future__ import annotations

import pytest

from engine.kernel.signing_rule import rule_of
from processes.standing import in_words


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("all", "会签，须全部“同意”"),
        ("any", "或签，一人签署“同意”或者“不同意”即为结果"),
        ("ratio:0.6", "票签，“同意”的人数达到 60% 即通过"),
        ("weight:0.5 甲=2 yes:通过 no:退回 last", "票签，“通过”的权重达到 50% 即通过；全部签署后才计算结果"),
        ("ratio:0.5 veto", "票签，“同意”的人数达到 50% 即通过；任何一人“不同意”即不通过"),
        ("ratio:0.125 veto:user:甲 veto:乙/丙", "票签，“同意”的人数达到 12.5% 即通过；乙/丙、甲有一票否决权"),
        ("ratio:1", "票签，“同意”的人数达到 100% 即通过"),
    ],
    ids=["all", "any", "ratio", "weight", "anybody-vetoes", "some-veto", "everybody"],
)  # fmt: skip
def test_a_rule_is_told_in_words(rule: str, words: str) -> None:
    assert in_words(rule_of(rule)) == words
