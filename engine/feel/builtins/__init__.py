"""The built-in functions of DMN 1.5 §10.3.4, by chapter, and ours of working days."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from engine.feel.builtins import contexts, conversion, intervals, lists, moments, numeric, text
from engine.feel.values import Function

BUILTINS: Mapping[str, Function] = MappingProxyType(
    {
        name: function
        for part in (conversion, numeric, text, lists, contexts, moments, intervals)
        for name, function in part.library.functions().items()
    }
)
