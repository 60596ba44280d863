"""What the health page says of the audit log: a quiet house is a healthy one."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.services.oversight.condition import Level, sealing
from bot.services.oversight.verifying import LATE

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=9)
JUST_NOW = NOW - timedelta(minutes=5)
TOO_LONG = NOW - LATE - timedelta(minutes=1)


@pytest.mark.parametrize(
    ("sealed_at", "waits_since", "level"),
    [
        (None, None, Level.OK),
        (None, JUST_NOW, Level.OK),
        (LONG_AGO, None, Level.OK),
        (LONG_AGO, JUST_NOW, Level.OK),
        (None, TOO_LONG, Level.WARN),
        (JUST_NOW, TOO_LONG, Level.WARN),
    ],
)
def test_only_a_line_that_waits_too_long_is_a_fault(
    sealed_at: datetime | None, waits_since: datetime | None, level: Level
) -> None:
    found = sealing(sealed_at, waits_since, NOW)
    assert found.level is level
    assert (found.advice is not None) == (level is Level.WARN)
