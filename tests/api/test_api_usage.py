"""One's own days through the API."""

from __future__ import annotations

from datetime import timedelta

from tests.api.cafe import Site


async def test_ones_days_and_nobody_elses(site: Site) -> None:
    robin, sasha = await site.person(101), await site.person(102)
    today = site.desk.clock.now().date()
    await site.owner(
        "INSERT INTO daily_usage (user_id, day, minutes, tokens) VALUES (:who, :day, 12, 3400)",
        who=robin.user_id,
        day=today - timedelta(days=1),
    )
    answer = await site.call(robin, "GET", f"/me/usage?since={today - timedelta(days=2)}&until=9999-12-31")
    assert answer.status == 200, answer.body
    nothing = dict.fromkeys(("minutes", "messages", "conversations", "tokens", "characters", "lore_entries"), 0)
    assert answer["days"] == [
        {"day": str(today - timedelta(days=2)), "counts": None},
        {"day": str(today - timedelta(days=1)), "counts": {**nothing, "minutes": 12, "tokens": 3400}},
        {"day": str(today), "counts": nothing},
    ]
    assert answer["total"] == {**nothing, "minutes": 12, "tokens": 3400}
    assert (answer["time_zone"], answer["is_zone_set"], answer["known_from"]) == (
        "UTC",
        False,
        str(today - timedelta(days=1)),
    )
    theirs = await site.call(sasha, "GET", "/me/usage")
    assert (theirs["known_from"], theirs["total"], len(theirs["days"])) == (None, None, 30)


async def test_what_is_no_span_is_refused(site: Site) -> None:
    robin = await site.person(101)
    for query, status in (
        ("since=yesterday", 400),
        ("since=20260504", 400),
        ("since=2026-02-30", 400),
        ("since=0001-01-01", 422),
        ("since=9999-12-31", 422),
        ("until=0001-01-01", 200),
        ("days=3", 400),
    ):
        answer = await site.call(robin, "GET", f"/me/usage?{query}")
        assert answer.status == status, (query, answer.body)
