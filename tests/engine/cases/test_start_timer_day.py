"""A start timer's FEEL once took the day of UTC: before eight in the morning that is yesterday in Shanghai."""

from __future__ import annotations

from datetime import UTC, datetime

from engine.cases.deployments import first_due
from engine.model import bpmn


def test_today_in_a_start_timer_is_the_day_in_shanghai():
    text = bpmn.Expression('date and time(today(), @"09:00:00")', 1)
    definition = bpmn.TimerDefinition("t", 1, text, None, None, None)
    before_dawn = datetime(2026, 1, 4, 17, tzinfo=UTC)
    assert first_due(definition, before_dawn) == datetime(2026, 1, 5, 1, tzinfo=UTC)
