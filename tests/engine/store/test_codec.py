"""Values survive JSON without loss."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.codec import dumps, loads, moment_of, moment_text
from engine.feel import Range, YearsAndMonths

values = st.recursive(
    st.none()
    | st.booleans()
    | st.text()
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.dates()
    | st.times()
    | st.datetimes()
    | st.datetimes(timezones=st.just(UTC))
    | st.timedeltas()
    | st.builds(YearsAndMonths, st.integers(-1000, 1000)),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(["$d", "$$", "$date"]), inner)
    ),
    max_leaves=10,
)


@given(values)
def test_every_value_comes_back_with_its_type(value: object) -> None:
    again = loads(dumps(value))
    assert again == value
    assert dumps(again) == dumps(value)


@pytest.mark.parametrize(
    "value",
    [
        Decimal("1.20"),
        datetime(2026, 9, 25, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai")),
        time(9, 30, tzinfo=ZoneInfo("Asia/Shanghai")),
        Range(Decimal(1), date(2026, 1, 1), False, True),
        timedelta(days=-1, microseconds=1),
        {"$d": "1"},
        {"$d": Decimal(1)},
        {"文字": '{"$d": 1}'},
    ],
)
def test_odd_values_come_back(value: object) -> None:
    again = loads(dumps(value))
    assert again == value
    assert repr(again) == repr(value)


def test_an_alien_value_is_refused_in_chinese() -> None:
    with pytest.raises(TypeError, match="不能保存"):
        dumps({"a": object()})


def test_moments_are_of_one_width_and_order() -> None:
    moment = datetime(2026, 9, 25, 1, 30, tzinfo=UTC)
    assert moment_text(moment) == "2026-09-25T01:30:00.000000Z"
    assert moment_text(moment.astimezone(ZoneInfo("Asia/Shanghai"))) == moment_text(moment)
    assert moment_of(moment_text(moment)) == moment
    assert moment_text(moment + timedelta(microseconds=1)) > moment_text(moment)
