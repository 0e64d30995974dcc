"""The one rule of what a person may do with a whole case: each right on its own, and what ends or halts it."""

from __future__ import annotations

import pytest

from processes.case_powers import WHO, Footing, allowed

NOBODY = Footing(
    open=True, suspended=False, concerned=False, directs=False, supervises=False, receives=False, asked=False,
    ordered=False, heads=False,
)  # fmt: skip
ALL = Footing(*(True for _ in NOBODY))._replace(suspended=False)


@pytest.mark.parametrize(
    ("footing", "rights"),
    [
        ("concerned", {"copy", "urge"}),
        ("directs", {"suspend"}),
        ("supervises", {"supervise"}),
        ("receives", {"cancel"}),
        ("asked", {"answer"}),
        ("ordered", {"close"}),
        ("heads", {"recuse"}),
    ],
)
def test_each_footing_gives_its_own_rights_and_no_other(footing: str, rights: set[str]) -> None:
    assert allowed(NOBODY) == {"annotate"}
    assert allowed(NOBODY._replace(**{footing: True})) == {"annotate", *rights}


def test_a_suspended_case_is_resumed_and_not_suspended_again() -> None:
    assert allowed(ALL) - allowed(ALL._replace(suspended=True)) == {"suspend"}
    assert allowed(ALL._replace(suspended=True)) - allowed(ALL) == {"resume"}


def test_of_an_ended_case_nothing_is_left_but_notes_copies_and_closing_an_order() -> None:
    assert allowed(ALL._replace(open=False)) == {"annotate", "copy", "close"}


def test_every_right_that_somebody_may_lack_says_who_has_it() -> None:
    every = allowed(ALL) | allowed(ALL._replace(suspended=True))
    assert every - {"annotate"} == WHO.keys()
