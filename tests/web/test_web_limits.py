"""One's own limits on the web: a form that keeps what was typed and says what waits; habits, triggers, history."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from bot.services.wellbeing.limits import SaidIn, SelfRules
from db.work import Actor
from tests.web.conftest import Site, Visitor

VERSION = re.compile(r'name="version" value="([^"]*)"')
FIELD = re.compile(r'<input id="f-([a-z_]+)" name="\1"[^>]* value="([^"]*)"')
EMPTY: Mapping[str, str] = {
    "daily_minutes": "", "weekly_minutes": "", "strictness": "stop", "break_after": "", "break_minutes": "",
    "nights": "", "daily_tokens": "", "monthly_tokens": "", "time_zone": "",
}  # fmt: skip


async def held(site: Site, user_id: UUID | None) -> SelfRules:
    assert user_id is not None
    async with site.database.work(Actor.user(user_id)) as work:
        return await site.desk.limiting.own.held(work, user_id)


async def save(robin: Visitor, **typed: str) -> tuple[int, str]:
    """Open the form, type, send: the status, and the page that follows."""
    page = await robin.page("/limits")
    version = VERSION.search(page)
    assert version is not None
    shown = {**EMPTY, **dict(FIELD.findall(page))}
    shown = {name: shown[name] for name in EMPTY}
    answer = await robin.send("/limits", {**shown, **typed, "version": version[1]})
    text = await (robin.page("/limits") if answer.status == 303 else answer.text())
    return answer.status, text


async def test_a_limit_holds_at_once_and_is_seen(site: Site) -> None:
    robin = await site.sign_in()
    status, page = await save(robin, daily_minutes="45", nights="11pm-7am", time_zone="madrid")
    assert status == 303
    assert "It holds from now on." in page
    assert "0 of 45 minutes, 45 left" in page
    assert 'value="23:00-07:00"' in page
    rules = await held(site, robin.user_id)
    assert (rules.daily_minutes, rules.time_zone, len(rules.nights)) == (45, "Europe/Madrid", 1)


async def test_what_loosens_says_what_holds_until_when_and_why(site: Site) -> None:
    robin = await site.sign_in()
    await save(robin, daily_minutes="45", daily_tokens="500")
    _, page = await save(robin, daily_minutes="90", daily_tokens="100")
    assert "What is tighter holds from now on, what is looser from" in page
    assert re.search(r"Holds until [^.]+: 45 minutes\.", page)
    assert "<strong>A day:</strong> 45 minutes → 90 minutes" in page
    assert "so that a weak moment does not decide" in page
    rules = await held(site, robin.user_id)
    assert (rules.daily_minutes, rules.daily_tokens) == (45, 100)
    answer = await robin.send("/limits/keep")
    assert answer.status == 303
    page = await robin.page("/limits")
    assert "Nothing changes tomorrow" in page
    assert 'value="45"' in page


async def test_tomorrow_it_holds(site: Site) -> None:
    robin = await site.sign_in()
    await save(robin, daily_minutes="45")
    await save(robin, daily_minutes="")
    await site.clock.advance(timedelta(days=1).total_seconds())
    assert (await held(site, robin.user_id)).daily_minutes is None


WRONG: tuple[tuple[dict[str, str], str], ...] = (
    ({"daily_minutes": "0"}, "Minutes a day: write a number from 1 to 1440"),
    ({"daily_minutes": "-5"}, "Minutes a day: “-5” is no number of minutes"),
    ({"weekly_minutes": "1000000000"}, "from 1 to 10080"),
    ({"nights": "25:00-26:00"}, "“25:00” is no time of day"),
    ({"nights": "<script>alert(1)</script>"}, "are no hours"),
    ({"time_zone": "Mars/Base"}, "There is no time zone “Mars/Base”"),
    ({"break_after": "4"}, "from 5 to 480"),
    ({"break_minutes": "1"}, "from 5 to 240"),
    ({"daily_tokens": "0"}, "from 1 to 100000000"),
    ({"strictness": "lenient"}, "Choose what happens"),
)


async def test_what_cannot_be_stands_there_as_it_was_typed(site: Site) -> None:
    robin = await site.sign_in()
    for typed, told in WRONG:
        status, page = await save(robin, **{"weekly_minutes": "300", **typed})
        assert status == 422, typed
        assert told in page, typed
        if "weekly_minutes" not in typed:
            assert 'value="300"' in page, typed
        assert "<script>alert" not in page
    assert await held(site, robin.user_id) == SelfRules()


async def test_several_wrong_are_told_at_once(site: Site) -> None:
    robin = await site.sign_in()
    _, page = await save(robin, daily_minutes="0", nights="never ever", time_zone="Mars/Base")
    assert page.count("field-trouble") == 3


async def test_of_two_tabs_the_second_sees_what_the_first_did(site: Site) -> None:
    robin = await site.sign_in()
    page = await robin.page("/limits")
    version = VERSION.search(page)
    assert version is not None
    await save(robin, daily_minutes="45")
    answer = await robin.send("/limits", {**EMPTY, "weekly_minutes": "300", "version": version[1]})
    assert answer.status == 409
    text = await answer.text()
    assert "What differs" in text
    assert 'value="300"' in text
    assert (await held(site, robin.user_id)).weekly_minutes is None


async def test_a_field_the_form_has_not_is_refused(site: Site) -> None:
    robin = await site.sign_in()
    answer = await robin.send("/limits", {**EMPTY, "is_paused": "false"})
    assert answer.status == 422


async def test_a_pause_asks_nothing_and_ends_tomorrow(site: Site) -> None:
    robin = await site.sign_in()
    assert (await robin.send("/limits/pause", {"days": ""})).status == 303
    page = await robin.page("/limits")
    assert "Characters rest for you now: until you end it." in page
    assert "You paused until you end it." in page
    assert (await robin.send("/limits/resume")).status == 303
    assert "The pause ends" in await robin.page("/limits")
    assert (await held(site, robin.user_id)).is_paused
    await site.clock.advance(timedelta(days=1).total_seconds())
    assert not (await held(site, robin.user_id)).is_paused


async def test_a_pause_that_cannot_be_is_refused(site: Site) -> None:
    robin = await site.sign_in()
    for days, told in (("0", "1 to 3650 days"), ("-5", "1 to 3650"), ("soon", "no whole number")):
        answer = await robin.send("/limits/pause", {"days": days})
        assert answer.status == 422
        page = await answer.text()
        assert told in page
        assert f'value="{days}"' in page
    assert not (await held(site, robin.user_id)).is_paused


async def test_habits_are_kept_by_day(site: Site) -> None:
    robin = await site.sign_in()
    assert (await robin.send("/limits/habits", {"habit": "A walk <b>", "times": "2"})).status == 303
    page = await robin.page("/limits/habits")
    assert "A walk &lt;b&gt;" in page
    assert "0 of 2" in page
    found = re.search(r"/limits/habits/([0-9a-f-]{36})\"", page)
    day = re.findall(r'name="day" value="([0-9-]{10})"', page)[-1]
    assert found is not None
    assert (await robin.send(f"/limits/habits/{found[1]}", {"do": "keep", "day": day})).status == 303
    assert "1 of 2" in await robin.page("/limits/habits")
    assert (await robin.send(f"/limits/habits/{found[1]}", {"do": "drop", "day": day})).status == 303
    assert "0 of 2" in await robin.page("/limits/habits")
    for wrong in ("1800-01-01", "tomorrow", "2999-01-01"):
        assert (await robin.send(f"/limits/habits/{found[1]}", {"do": "keep", "day": wrong})).status == 422
    sasha = await site.sign_in(number=901)
    assert (await sasha.send(f"/limits/habits/{found[1]}", {"do": "keep", "day": day})).status == 404
    assert (await sasha.send(f"/limits/habits/{found[1]}/remove")).status == 404
    assert (await robin.send(f"/limits/habits/{found[1]}/remove")).status == 303
    assert "None yet." in await robin.page("/limits/habits")


async def test_a_habit_with_too_long_a_name_stays_in_the_form(site: Site) -> None:
    robin = await site.sign_in()
    answer = await robin.send("/limits/habits", {"habit": "x" * 5000, "times": "3"})
    assert answer.status == 422
    assert "you wrote 5000" in await answer.text()


async def test_what_to_be_told_of(site: Site) -> None:
    robin = await site.sign_in()
    sent = {"kind": "long_days", "times": "2", "minutes": "90", "words": "Go to bed"}
    assert (await robin.send("/limits/triggers", sent)).status == 303
    page = await robin.page("/limits/triggers")
    assert "2 days in a row with more than 90 minutes each" in page
    assert "Go to bed" in page
    refused = await robin.send("/limits/triggers", {**sent, "times": "200"})
    assert refused.status == 422
    assert "1 to 30; you wrote 200" in await refused.text()
    found = re.search(r"/limits/triggers/([0-9a-f-]{36})/remove", page)
    assert found is not None
    sasha = await site.sign_in(number=901)
    assert (await sasha.send(found[0])).status == 404
    assert (await robin.send(found[0])).status == 303
    assert "Nothing yet." in await robin.page("/limits/triggers")


async def test_history_is_turned_page_by_page(site: Site) -> None:
    robin = await site.sign_in()
    assert robin.user_id is not None
    for minutes in range(80, 50, -1):
        async with site.database.work(Actor.user(robin.user_id)) as work:
            await site.desk.limiting.own.change(work, robin.user_id, {"daily_minutes": minutes}, SaidIn.DISCORD)
    page = await robin.page("/limits/history")
    assert "52 minutes → 51 minutes" in page
    assert "no limit → 80 minutes" not in page
    following = re.search(r'rel="next" href="([^"]+)"', page)
    assert following is not None
    assert "no limit → 80 minutes" in await robin.page(following[1])
    assert "There is no such page" in await robin.page("/limits/history?after=boo", 422)


async def test_nobody_else_sees_any_of_it(site: Site) -> None:
    robin, sasha = await site.sign_in(), await site.sign_in(number=901)
    await save(robin, daily_minutes="47")
    assert "47" not in re.sub(r'value="[^"]*"|href="[^"]*"', "", await sasha.page("/limits"))
    assert "Nothing yet." in await sasha.page("/limits/history")
    visitor = await site.visitor()
    assert (await visitor.get("/limits")).status in (302, 303)
