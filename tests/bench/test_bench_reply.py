"""The measurement itself, in small: everything is measured, and its controls speak. Nothing here is about speed."""

from __future__ import annotations

import json

import pytest

from bench.parts.ignored import Ignored
from bench.parts.report import show
from bench.parts.size import SLICE
from bench.reply import figures, measure

KEYS = {"ignored_per_s", "bare_per_s", "db_calls_ignored", "added_p50_ms", "added_p99_ms", "rss_mb_2500_guilds"}


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_a_slice_of_the_measurement(capsys: pytest.CaptureFixture[str]) -> None:
    ignored, replies, memory = await measure(SLICE)
    show("slice", [*ignored.rows(), *replies.rows(), *memory.rows()], [], figures(ignored, replies, memory))
    found = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert found.keys() >= KEYS
    assert ignored.is_sound, ignored
    assert found["db_calls_ignored"] == 0
    assert found["db_calls_control"] > 0
    assert found["replies_sent"] == found["replies_asked"] == 10
    assert found["guilds"] == SLICE.servers
    assert all(found[key] > 0 for key in KEYS - {"db_calls_ignored"})


def test_a_silent_control_or_a_call_too_many_is_no_success() -> None:
    assert Ignored(calls=0, control=3).is_sound
    assert not Ignored(calls=1, control=3).is_sound
    assert not Ignored(calls=0, control=0).is_sound
