"""Publishing: bundles, and the checks that a bundle must pass before a case may begin with it."""

from engine.deployment.bundle import LIMITS, Bundle
from engine.deployment.calls import called_by
from engine.deployment.checks import Executable, executable_of, net_of

__all__ = ["LIMITS", "Bundle", "Executable", "called_by", "executable_of", "net_of"]
