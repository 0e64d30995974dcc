"""BPMN and DMN as data: `read_bpmn` and `read_decisions` read files, checked; nothing executes here."""

from engine.model.dmn_reader import read_decisions
from engine.model.reader import read_bpmn

__all__ = ["read_bpmn", "read_decisions"]
