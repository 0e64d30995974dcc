"""Automatic drawing of a diagram that has none: a first sketch that a designer tidies.

The one place that knows the layout package (bpmn-io, the Python transposition of bpmn-auto-layout).
"""

from __future__ import annotations


def drawn(xml: str) -> str:
    """The same BPMN with diagram interchange. Raises ImportError where the package is not installed."""
    from bpmn_io import layout_process  # a designer's tool, not needed to run

    laid_out: str = layout_process(xml)
    return laid_out
