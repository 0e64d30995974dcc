"""Range functions (DMN 1.5 §10.3.4.9, Allen's relations with points), and `range` from text."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from engine.feel import temporal
from engine.feel.builtins.signature import Library
from engine.feel.errors import Failure
from engine.feel.lexer import unescape
from engine.feel.operations import kind_of, order
from engine.feel.values import NUMBERS, Range, Run

library = Library()
_TEXT = re.compile(r"\s*([\[(\]])\s*(.*?)\s*\.\.\s*(.*?)\s*([\])\[])\s*", re.DOTALL)
_COMPARED = re.compile(r"\s*([<>]=?)\s*(.*?)\s*", re.DOTALL)


def _compared(left: Any, right: Any) -> int:
    found = order(left, right)
    if found is None:
        raise Failure("区间在此一侧无界")
    return found


def _starts(left: Range, right: Range) -> int:
    """Order of two starts; an unbounded start is before all, an open one after a closed one."""
    if left.start is None or right.start is None:
        return (left.start is not None) - (right.start is not None)
    return _compared(left.start, right.start) or (right.start_included - left.start_included)


def _ends(left: Range, right: Range) -> int:
    if left.end is None or right.end is None:
        return (left.end is None) - (right.end is None)
    return _compared(left.end, right.end) or (left.end_included - right.end_included)


def _apart(left: Range, right: Range) -> bool:
    """Whether left ends before right begins."""
    if left.end is None or right.start is None:
        return False
    found = _compared(left.end, right.start)
    return found < 0 or (found == 0 and not (left.end_included and right.start_included))


def _before(left: Any, right: Any) -> bool:
    if isinstance(left, Range) and isinstance(right, Range):
        return _apart(left, right)
    if isinstance(left, Range):
        return _apart(left, Range(right, right))
    if isinstance(right, Range):
        return _apart(Range(left, left), right)
    return bool(_compared(left, right) < 0)


@library.function("before", "point1:A", "point2:A")
@library.function("before", "point:A", "range:A")
@library.function("before", "range:A", "point:A")
@library.function("before", "range1:A", "range2:A")
def before(run: Run, left: Any, right: Any) -> bool | None:
    """The first ends before the second begins."""
    return None if left is None or right is None else _before(left, right)


@library.function("after", "point1:A", "point2:A")
@library.function("after", "point:A", "range:A")
@library.function("after", "range:A", "point:A")
@library.function("after", "range1:A", "range2:A")
def after(run: Run, left: Any, right: Any) -> bool | None:
    """The first begins after the second ends."""
    return None if left is None or right is None else _before(right, left)


@library.function("meets", "range1:R", "range2:R")
def meets(run: Run, left: Range, right: Range) -> bool:
    """The first ends where the second begins, both closed there."""
    if left.end is None or right.start is None:
        return False
    return left.end_included and right.start_included and _compared(left.end, right.start) == 0


@library.function("met by", "range1:R", "range2:R")
def met_by(run: Run, left: Range, right: Range) -> bool:
    """The second meets the first."""
    return meets(run, right, left)


@library.function("overlaps", "range1:R", "range2:R")
def overlaps(run: Run, left: Range, right: Range) -> bool:
    """They have a point in common."""
    return not _apart(left, right) and not _apart(right, left)


@library.function("overlaps before", "range1:R", "range2:R")
def overlaps_before(run: Run, left: Range, right: Range) -> bool:
    """The first begins earlier and ends within the second."""
    return _starts(left, right) < 0 and not _apart(left, right) and _ends(left, right) <= 0


@library.function("overlaps after", "range1:R", "range2:R")
def overlaps_after(run: Run, left: Range, right: Range) -> bool:
    """The first begins within the second and ends later."""
    return _starts(left, right) >= 0 and not _apart(right, left) and _ends(left, right) > 0


@library.function("finishes", "point:A", "range:R")
@library.function("finishes", "range1:R", "range2:R")
def finishes(run: Run, left: Any, right: Range) -> bool | None:
    """They end together and the first begins no earlier."""
    if left is None:
        return None
    if not isinstance(left, Range):
        return right.end is not None and right.end_included and _compared(left, right.end) == 0
    return _ends(left, right) == 0 and left.end is not None and _starts(left, right) >= 0


@library.function("finished by", "range:R", "point:A")
@library.function("finished by", "range1:R", "range2:R")
def finished_by(run: Run, left: Range, right: Any) -> bool | None:
    """The second finishes the first."""
    return finishes(run, right, left)


@library.function("starts", "point:A", "range:R")
@library.function("starts", "range1:R", "range2:R")
def starts(run: Run, left: Any, right: Range) -> bool | None:
    """They begin together and the first ends no later."""
    if left is None:
        return None
    if not isinstance(left, Range):
        return right.start is not None and right.start_included and _compared(left, right.start) == 0
    return _starts(left, right) == 0 and left.start is not None and _ends(left, right) <= 0


@library.function("started by", "range:R", "point:A")
@library.function("started by", "range1:R", "range2:R")
def started_by(run: Run, left: Range, right: Any) -> bool | None:
    """The second starts the first."""
    return starts(run, right, left)


@library.function("includes", "range:R", "point:A")
@library.function("includes", "range1:R", "range2:R")
def includes(run: Run, left: Range, right: Any) -> bool | None:
    """The first holds all of the second."""
    if right is None:
        return None
    inner = right if isinstance(right, Range) else Range(right, right)
    return _starts(left, inner) <= 0 and _ends(inner, left) <= 0


@library.function("during", "point:A", "range:R")
@library.function("during", "range1:R", "range2:R")
def during(run: Run, left: Any, right: Range) -> bool | None:
    """The second holds all of the first."""
    return includes(run, right, left)


@library.function("coincides", "point1:A", "point2:A")
@library.function("coincides", "range1:R", "range2:R")
def coincides(run: Run, left: Any, right: Any) -> bool | None:
    """They are the same point, or have the same bounds."""
    if left is None or right is None:
        return None
    if isinstance(left, Range) and isinstance(right, Range):
        return _starts(left, right) == 0 and _ends(left, right) == 0
    return _compared(left, right) == 0


@library.function("range", "from:S")
def range_from_text(run: Run, text: str) -> Range:
    """`[18..21)` or `>= 18` with literal ends; an empty side is without bound (DMN 1.5 §10.3.4.1)."""
    if found := _COMPARED.fullmatch(text):
        end, closed = _literal(found.group(2)), len(found.group(1)) == 2
        if end is None:
            raise Failure(f"“{text[:60]}”不是区间")
        return (
            Range(None, end, False, closed) if found.group(1)[0] == "<" else Range(end, None, closed, False)
        )
    found = _TEXT.fullmatch(text)
    if not found:
        raise Failure(f"“{text[:60]}”不是区间")
    start, end = (_literal(found.group(place)) for place in (2, 3))
    start_included, end_included = found.group(1) == "[", found.group(4) == "]"
    if start is None and end is None:
        raise Failure("区间两侧都无界")
    if (start is None and start_included) or (end is None and end_included):
        raise Failure("区间在无界的一侧应为开")
    both = start is not None and end is not None
    if both and (kind_of(start) != kind_of(end) or _compared(start, end) > 0):
        raise Failure(f"“{text[:60]}”不是区间")
    return Range(start, end, start_included, end_included)


def _literal(text: str) -> Any:
    if not text:
        return None
    if found := re.fullmatch(r'@\s*"([^"\\]*)"', text):
        return temporal.read_at(found.group(1))
    if found := re.fullmatch(r'(date and time|date|time|duration)\s*\(\s*"([^"\\]*)"\s*\)', text):
        read: dict[str, Any] = {
            "date": temporal.read_date,
            "time": temporal.read_time,
            "date and time": temporal.read_datetime,
            "duration": temporal.read_duration,
        }
        return read[found.group(1)](found.group(2))
    if found := re.fullmatch(
        r'date and time\s*\(\s*date\s*\(\s*"([^"\\]*)"\s*\)\s*,\s*time\s*\(\s*"([^"\\]*)"\s*\)\s*\)', text
    ):
        return datetime.combine(temporal.read_date(found.group(1)), temporal.read_time(found.group(2)))
    if re.fullmatch(r"-?(?:[0-9]{1,40}(?:\.[0-9]{1,40})?|\.[0-9]{1,40})", text):
        return NUMBERS.create_decimal(text)
    if found := re.fullmatch(r'"((?:[^"\\]|\\.)*)"', text, re.DOTALL):
        return unescape(found.group(1))
    raise Failure(f"区间的端点“{text[:60]}”不是字面值")
