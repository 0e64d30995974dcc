"""What can go wrong with a decision."""

from engine.errors import ChengbanError


class DecisionError(ChengbanError):
    """决策不能计算"""

    code = "decision"
