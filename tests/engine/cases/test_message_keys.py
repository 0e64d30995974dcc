"""A message finds its subscriber among many by the keys that it declared, without reading the others."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from engine.cases import Cases
from engine.cases.keys import digest_of, subscribers
from engine.store import Store
from tests.engine.cases import permits
from tests.engine.cases.permits import CLERK, Clock

KEYED = permits.model(
    '<startEvent id="s"/><intermediateCatchEvent id="wait"><messageEventDefinition id="md" messageRef="m"/>'
    '</intermediateCatchEvent><userTask id="after" name="收到后" chengban:post="窗口/经办人"/><endEvent id="e"/>'
    + permits.flows("s wait after e")
    + '<correlationSubscription id="cs" correlationKeyRef="ck"><correlationPropertyBinding id="b" '
    'correlationPropertyRef="cp"><dataPath id="dp">编号</dataPath></correlationPropertyBinding></correlationSubscription>',
    roots='<message id="m" name="补正材料"/><correlationProperty id="cp" name="编号">'
    '<correlationPropertyRetrievalExpression id="re" messageRef="m"><messagePath id="mp">来文编号</messagePath>'
    '</correlationPropertyRetrievalExpression></correlationProperty><collaboration id="col">'
    '<participant id="pa" processRef="permit"/><correlationKey id="ck" name="k">'
    "<correlationPropertyRef>cp</correlationPropertyRef></correlationKey></collaboration>",
)


@pytest.fixture
def cases(store: Store) -> Cases:
    found = Cases(store, clock=Clock())
    found.deploy(permits.bundle(KEYED), CLERK)
    return found


def test_only_the_subscriber_with_the_delivered_key_is_read(cases: Cases) -> None:
    begun = {number: cases.start("permit", {"编号": number}, actor=CLERK).case_id for number in range(30)}
    with cases.store.reading() as transaction:
        assert [row[0] for row in subscribers(transaction, "补正材料", {"编号": Decimal(7)})] == [begun[7]]
        assert len(subscribers(transaction, "补正材料", {})) == 30
    assert cases.deliver("补正材料", {"编号": Decimal("7.00"), "页": "一"}).case_id == begun[7]
    assert cases.deliver("补正材料", {"编号": 8}).case_id == begun[8]
    assert cases.deliver("补正材料", {"编号": 7}).status == "kept"


def test_a_key_within_the_message_finds_its_subscriber_too(cases: Cases) -> None:
    begun = {number: cases.start("permit", {"编号": number}, actor=CLERK).case_id for number in range(5)}
    assert cases.deliver("补正材料", {}, {"来文编号": 3}).case_id == begun[3]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, Decimal("1.00")),
        (0, Decimal("-0")),
        (Decimal("1E+3"), 1000),
        (
            datetime(2026, 9, 25, 1, tzinfo=UTC),
            datetime(2026, 9, 25, 9, tzinfo=timezone(timedelta(hours=8))),
        ),
        ([1, {"a": 2}], [Decimal("1.0"), {"a": Decimal("2.0")}]),
    ],
)
def test_equal_values_have_one_digest(one: Any, other: Any) -> None:
    assert digest_of({"编号": one}) == digest_of({"编号": other})


def test_names_and_values_are_both_in_the_digest() -> None:
    assert len({digest_of(keys) for keys in ({}, {"a": 1}, {"b": 1}, {"a": 2}, {"a": "1"})}) == 5
