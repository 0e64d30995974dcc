"""How texts are cut, and what a phrase of the cut finds: held against plain containment."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.store.words import HAN, levelled, runs, spans, terms, words

TEXTS = st.text(alphabet="临时用地项目a1B 2（）〔-_，、号Ａ", max_size=14)


def contains(text: str, query: str) -> bool:
    """By the words of the documentation alone: every part of the query, signs left out, lies within the text with the
    same breaks between characters and words; a part that begins with a word begins at one."""
    whole = "\x1f".join(["", *runs(text), ""])
    for part in query.split():
        cut = runs(part)
        if not cut:
            continue
        wanted = "\x1f".join(cut)
        if not re.match(f"[{HAN}]", cut[0]):
            wanted = "\x1f" + wanted
        if wanted not in whole:
            return False
    return bool(terms(query))


def found(text: str, query: str) -> bool:
    kept = words(text)
    asked = terms(query)

    def stands(at: int, phrase: tuple[str, ...], opened: bool) -> bool:
        held = kept[at : at + len(phrase)]
        *first, last = phrase
        return held[:-1] == first and (held[-1].startswith(last) if opened else held[-1] == last)

    return bool(asked) and all(
        any(stands(at, term.words, term.open) for at in range(len(kept) - len(term.words) + 1))
        for term in asked
    )


@settings(max_examples=1500, deadline=None)
@given(TEXTS, TEXTS)
def test_a_phrase_of_pairs_is_containment(text: str, query: str) -> None:
    assert found(text, query) == contains(text, query)


@settings(max_examples=500, deadline=None)
@given(TEXTS, st.integers(0, 12), st.integers(1, 6))
def test_every_stretch_of_chinese_in_a_text_is_found_in_it(text: str, start: int, length: int) -> None:
    for run in runs(text):
        if re.match(f"[{HAN}]", run):
            part = run[start : start + length]
            assert not part or found(text, part)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("临时用地", ["临时", "时用", "用地", "地"]),
        ("LSYD-2026-0118", ["lsyd", "2026", "0118"]),
        ("晋自然资临〔2026〕12号", ["晋自", "自然", "然资", "资临", "临", "2026", "12", "号"]),
        ("ＡＢ１２　项", ["ab12", "项"]),
        ("", []),
        ("（——）", []),
        ("\U00020001田", ["\U00020001田", "田"]),
    ],
)
def test_texts_are_cut_into_pairs_and_whole_words(text: str, kept: list[str]) -> None:
    assert words(text) == kept


def test_what_is_found_is_marked_where_it_stands() -> None:
    text = "同意晋自然资临〔2026〕12号，临时用地 LSYD-2026-0118。"

    def marked(query: str) -> list[str]:
        return [text[start:end] for start, end in spans(text, query)]

    assert marked("自然资临2026 12") == ["自然资临〔2026", "12"]
    assert marked("lsyd 0118") == ["LSYD", "0118"]
    assert marked("lsyd-2026-01") == ["LSYD-2026-01"]
    assert marked("时用") == ["时用"]
    assert marked("118") == []
    assert marked("没有") == []


@settings(max_examples=500, deadline=None)
@given(TEXTS, TEXTS)
def test_a_text_that_has_a_query_shows_a_mark_for_it(text: str, query: str) -> None:
    places = spans(text, query)
    assert all(0 <= start < end <= len(text) for start, end in places)
    assert all(before[1] <= after[0] for before, after in pairwise(places))
    if contains(text, query):
        assert places
    for start, end in places:
        assert levelled(text[start:end])
