"""DMN decisions, compiled once: requirement graphs, tables, boxed expressions, services."""

from engine.decisions.decisions import Decisions
from engine.decisions.errors import DecisionError

__all__ = ["DecisionError", "Decisions"]
