"""The pure interpreter of BPMN: `compile_net` once per bundle, `apply` once per command."""

from engine.kernel.apply import Outcome, apply
from engine.kernel.compile import compile_net
from engine.kernel.net import Net, StartTrigger
from engine.kernel.run import Bounds
from engine.kernel.state import State

__all__ = ["Bounds", "Net", "Outcome", "StartTrigger", "State", "apply", "compile_net"]
