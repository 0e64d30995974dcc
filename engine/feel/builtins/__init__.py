"""The built-in functions of DMN 1.5 §10.3.4, by chapter, and ours of working days."""

from __future__ import annotations

from collections.abc import Mapping

from engine.feel.values import Function

BUILTINS: Mapping[str, Function] = {}
