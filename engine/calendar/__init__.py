"""Working calendars, periods of law and the clocks that run on a case. Pure: fed with `now` and calendar data."""
