"""The measurement itself, in small: every kind of list is asked for and answered. Nothing here is about speed."""

from __future__ import annotations

import json

import pytest

from bench.parts.report import show
from bench.web import SLICE, Web, measure
from bench.web_parts.visits import KINDS, Visits

KEYS = {"requests_per_s", "p99_ms", "errors"}


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_a_slice_of_the_measurement(capsys: pytest.CaptureFixture[str]) -> None:
    found = await measure(SLICE)
    show("slice", found.rows(), found.notes(), found.figures())
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert told.keys() >= KEYS
    assert found.errors == {}
    assert found.is_sound, found.figures()
    assert told["errors"] == 0
    assert told["requests_per_s"] > 0
    assert told["replies_per_s"] > 0


def test_every_kind_of_list_is_drawn() -> None:
    marks = {name: [["0", "x"]] for name in ("characters", "creators", "people", "audit", "entries", "book")}
    visits = Visits([{"session": "m", "token": "m"}], [{"session": "s", "token": "s"}], marks, seed=1)
    drawn = [visits.draw() for _ in range(2000)]
    assert {one.kind for one in drawn} == set(KINDS)
    assert all(one.who["session"] == ("s" if "admin" in one.path or "staff" in one.path else "m") for one in drawn)
    assert {one.by_token for one in drawn if one.path.startswith("/api/")} == {True}


@pytest.mark.parametrize(("errors", "crowd_errors"), [({"people: 500": 1}, 0), ({}, 1)])
async def test_what_was_not_answered_is_no_success(errors: dict[str, int], crowd_errors: int) -> None:
    from bench.parts.replies import Replies

    replies = Replies(asked=[1.0], posted=[1.0], sent=1, seconds=1, cpu=0, refused=0, calls=1)
    good = Web(SLICE, {"people": [1.0]}, {}, 1, [1.0], 1, 0, replies, 0)
    assert good.is_sound
    assert not Web(SLICE, {"people": [1.0]}, errors, 1, [1.0], 1, crowd_errors, replies, 0).is_sound
