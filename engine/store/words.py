"""Text cut into words, the same for both databases. Pure.

Width and case are levelled (NFKC). A run of Chinese characters is cut into overlapping pairs and its last character
(`临时用地` is `临时 时用 用地 地`), so that any stretch of it is a phrase of pairs; letters and digits are whole words,
of which the beginning suffices. Signs part words and are not searched for.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple

HAN = "\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
LONGEST = 200  # characters of a word of letters and digits
MOST_TERMS = 8
_RUN = re.compile(rf"([{HAN}]+)|((?:(?![{HAN}])[^\W_])+)")
_HAN = re.compile(rf"[{HAN}]")


class Term(NamedTuple):
    """A phrase of words that follow each other; of the last the beginning suffices where `open`."""

    words: tuple[str, ...]
    open: bool


def chinese(word: str) -> bool:
    return bool(_HAN.match(word))


def levelled(text: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def runs(text: str) -> list[str]:
    """Runs of Chinese characters, and words of anything else that is no sign."""
    return [
        found.group()[:LONGEST] if found.group(2) else found.group()
        for found in _RUN.finditer(levelled(text))
    ]


def words(text: str) -> list[str]:
    """What is kept in the index of a text, in order."""
    found: list[str] = []
    for run in runs(text):
        found += _pairs(run) if _HAN.match(run) else [run]
    return found


def _pairs(run: str) -> list[str]:
    return [*(run[place : place + 2] for place in range(len(run) - 1)), run[-1]]


def terms(query: str) -> list[Term]:
    """What is looked for: each part between blanks is a phrase; all must be there. None for signs alone."""
    found = []
    for part in query.split():
        cut = runs(part)
        if not cut:
            continue
        last = cut[-1]
        before = [word for run in cut[:-1] for word in (_pairs(run) if _HAN.match(run) else [run])]
        if _HAN.match(last) and len(last) > 1:
            found.append(Term((*before, *_pairs(last)[:-1]), False))
        else:
            found.append(Term((*before, last), True))
    return list(dict.fromkeys(found))[:MOST_TERMS]


def spans(text: str, query: str) -> list[tuple[int, int]]:
    """Where a text has the parts of a query, as places in the text itself, in order and apart from each other."""
    found: list[tuple[int, int]] = []
    for part in query.split():
        cut = runs(part)
        if cut:
            pattern = re.escape(cut[0])
            for before, run in pairwise(cut):
                alike = bool(_HAN.match(before)) == bool(_HAN.match(run))
                pattern += (r"[\W_]+" if alike else r"[\W_]*") + re.escape(run)
            if not _HAN.match(cut[0]):
                pattern = rf"(?<![^\W_{HAN}])" + pattern
            level, places = _placed(text)
            found += [(places[one.start()], places[one.end() - 1] + 1) for one in re.finditer(pattern, level)]
    return _apart(sorted(found))


def _placed(text: str) -> tuple[str, list[int]]:
    """The levelled text, and of each of its characters which one of the text it came from."""
    level, places = [], []
    for place, sign in enumerate(text):
        for one in levelled(sign):
            level.append(one)
            places.append(place)
    return "".join(level), places


def _apart(found: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    kept: list[tuple[int, int]] = []
    for start, end in found:
        if kept and start < kept[-1][1]:
            kept[-1] = (kept[-1][0], max(end, kept[-1][1]))
        else:
            kept.append((start, end))
    return kept
