"""Check-ins on the web: off until a yes, kept with a press, changed, deleted, taken back; for their owner alone."""

from __future__ import annotations

import re
from datetime import timedelta

from sqlalchemy import text

from bot import limits
from bot.services.wellbeing.entries import CheckInDraft
from db.models import MoodSource
from tests.web.conftest import Site, Visitor

VERSION = re.compile(r'name="version" value="([0-9a-f]+)"')
ONCE = re.compile(r'name="once" value="([^"]+)"')
ENTRY = re.compile(r'href="(/mood/entries/[0-9a-f-]{36})"')
_LONG = "x" * (int(limits.MOOD_NAME_MAX) + 1)
NOTE = "canary-of-a-note مرحبا <b>bold</b>"


async def who_said_yes(site: Site, number: int = 900) -> Visitor:
    visitor = await site.sign_in(number=number)
    answer = await visitor.send("/mood/begin", {"consent": "1"})
    assert (answer.status, answer.headers["Location"]) == (303, "/mood")
    return visitor


async def check_in(visitor: Visitor, **fields: str | list[str]) -> None:
    answer = await visitor.send("/mood/check-in", {"mood": "good", **fields})
    assert answer.status == 303, await answer.text()
    assert answer.headers["Location"] == "/mood"


async def first_entry(visitor: Visitor) -> str:
    found = ENTRY.search(await visitor.page("/mood/list"))
    assert found is not None
    return found[1]


async def rows(site: Site, table: str) -> int:
    async with site.owner.connect() as connection:
        return int((await connection.execute(text(f'SELECT count(*) FROM "{table}"'))).scalar_one())


async def test_nothing_is_kept_before_the_yes(site: Site) -> None:
    robin = await site.sign_in()
    page = await robin.page("/mood")
    assert "Yes, keep check-ins for me" in page
    assert "passes through Discord" in page
    assert "90 days" in page
    for path in ("/mood/calendar", "/mood/year", "/mood/insights", "/mood/list", "/mood/choices", "/mood/settings"):
        answer = await robin.get(path)
        assert (answer.status, answer.headers["Location"]) == (303, "/mood"), path
    answer = await robin.send("/mood/check-in", {"mood": "good"})
    assert (answer.status, answer.headers["Location"]) == (303, "/mood")
    assert [await rows(site, name) for name in ("mood_settings", "mood_entries", "person_keys")] == [0, 0, 0]


async def test_a_yes_to_other_words_is_none(site: Site) -> None:
    robin = await site.sign_in()
    answer = await robin.send("/mood/begin", {"consent": "99"})
    assert answer.status == 409
    assert "changed while you read them" in await answer.text()
    assert await rows(site, "mood_settings") == 0


async def test_a_press_is_a_check_in(site: Site) -> None:
    robin = await who_said_yes(site)
    await check_in(robin)
    page = await robin.page("/mood")
    assert "Kept." in page
    assert "4 of 5" in page
    assert await rows(site, "mood_entries") == 1


async def test_everything_that_is_typed_comes_back(site: Site) -> None:
    robin = await who_said_yes(site)
    whole = {
        "mood": "sad", "day": "2001-02-03", "time": "23:45", "intensity": "5", "energy": "1", "sleep_quality": "2",
        "sleep_hours": "6,5", "weather": "rain", "activities": ["Friends", "Music"], "tags": "home, <i>late</i>",
        "triggers": "=SUM(1)", "title": "A title", "note": NOTE,
    }  # fmt: skip
    await robin.send("/mood/settings/keep", {"keep_days": ""})
    await check_in(robin, **whole)
    page = await robin.page(await first_entry(robin))
    assert re.search(r'name="mood" value="sad"[^>]* checked', page)
    assert 'name="day" type="date" value="2001-02-03"' in page
    assert 'type="time" value="23:45"' in page
    for name, value in (("intensity", "5"), ("energy", "1"), ("sleep_quality", "2"), ("weather", "rain")):
        assert f'name="{name}" value="{value}" checked' in page, name
    for name in ("Friends", "Music"):
        assert f'name="activities" value="{name}" checked' in page
    assert 'value="6.5"' in page
    assert "home, &lt;i&gt;late&lt;/i&gt;" in page
    assert "&lt;b&gt;bold&lt;/b&gt;" in page
    assert "<b>bold" not in page
    assert 'dir="auto">' + NOTE.replace("<", "&lt;").replace(">", "&gt;") in await robin.page("/mood/list")


async def test_what_is_wrong_stands_beside_its_field_with_what_was_typed(site: Site) -> None:
    robin = await who_said_yes(site)
    tomorrow = (site.clock.now() + timedelta(days=1)).date().isoformat()
    for field, value in (
        ("day", tomorrow), ("day", "1800-01-01"), ("time", "25:00"), ("intensity", "11"), ("energy", "x"),
        ("sleep_hours", "much"), ("sleep_hours", "nan"), ("weather", "frogs"), ("mood", "11"), ("mood", ""),
        ("note", "x" * (int(limits.MOOD_NOTE_MAX) + 1)), ("tags", _LONG), ("activities", _LONG),
        ("note", "\u202ebackwards"),
    ):  # fmt: skip
        typed = {"mood": "good", "note": "kept as typed", field: value}
        answer = await robin.send("/mood/check-in", typed)
        page = await answer.text()
        assert answer.status == 422, (field, value, answer.status)
        assert f'id="{field}-trouble"' in page, (field, value)
        assert field == "note" or "kept as typed" in page, (field, value)
    assert await rows(site, "mood_entries") == 0


async def test_a_note_of_five_thousand_signs_is_kept_whole(site: Site) -> None:
    robin = await who_said_yes(site)
    note = "\n".join(f"{number} =1+1 مرحبا" for number in range(300))[:5000]
    await check_in(robin, note=note)
    page = await robin.page(await first_entry(robin))
    assert note in page


async def test_a_form_sent_twice_keeps_one(site: Site) -> None:
    robin = await who_said_yes(site)
    found = ONCE.search(await robin.page("/mood"))
    assert found is not None
    for _ in range(2):
        await check_in(robin, once=found[1])
    assert await rows(site, "mood_entries") == 1
    await check_in(robin)
    await check_in(robin, once="another device")
    assert await rows(site, "mood_entries") == 3


async def test_fifty_a_day_are_refused_and_kept_in_the_form(site: Site) -> None:
    robin = await who_said_yes(site)
    assert robin.user_id is not None
    async with site.desk.at_work(robin.user_id) as work:
        for number in range(47):
            draft = CheckInDraft("good")
            await site.desk.moods.add(work, robin.user_id, draft, source=MoodSource.DISCORD, once=str(number))
    await check_in(robin)
    for _ in range(2):
        answer = await robin.send("/mood/check-in", {"mood": "good", "note": "what I wrote"})
        page = await answer.text()
        assert answer.status == 403
        assert "That day has 48 check-ins already" in page
        assert "what I wrote" in page
    assert await rows(site, "mood_entries") == 48


async def test_of_two_tabs_the_second_sees_both_and_saves_again(site: Site) -> None:
    robin = await who_said_yes(site)
    await check_in(robin, note="as it was")
    path = await first_entry(robin)
    seen = VERSION.search(await robin.page(path))
    assert seen is not None
    fields = {"mood": "happy", "version": seen[1]}
    assert (await robin.send(path, {**fields, "note": "first tab"})).status == 303
    answer = await robin.send(path, {**fields, "note": "second tab"})
    page = await answer.text()
    assert answer.status == 409
    assert re.search(r"<td[^>]*>first tab</td><td[^>]*>second tab</td>", page)
    again = VERSION.search(page)
    assert again is not None
    assert (await robin.send(path, {**fields, "note": "second tab", "version": again[1]})).status == 303
    assert "second tab" in await robin.page(path)


async def test_changing_keeps_the_moment_that_was_not_touched(site: Site) -> None:
    robin = await who_said_yes(site)
    await check_in(robin)
    path = await first_entry(robin)
    page = await robin.page(path)
    version, day, time = (
        re.search(pattern, page)
        for pattern in (VERSION, r'name="day" type="date" value="([^"]+)"', r'type="time" value="([^"]+)"')
    )
    assert version
    assert day
    assert time
    async with site.owner.connect() as connection:
        before = (await connection.execute(text("SELECT felt_at FROM mood_entries"))).scalar_one()
    fields = {"mood": "low", "day": day[1], "time": time[1], "version": version[1]}
    assert (await robin.send(path, fields)).status == 303
    async with site.owner.connect() as connection:
        assert (await connection.execute(text("SELECT felt_at FROM mood_entries"))).scalar_one() == before


async def test_one_is_deleted(site: Site) -> None:
    robin = await who_said_yes(site)
    await check_in(robin)
    path = await first_entry(robin)
    assert (await robin.send(f"{path}/delete")).status == 303
    assert await rows(site, "mood_entries") == 0
    assert (await robin.get(path)).status == 404
    assert (await robin.send(f"{path}/delete")).status == 404


async def test_to_a_stranger_it_is_not_there(site: Site) -> None:
    robin, sasha = await who_said_yes(site), await who_said_yes(site, 901)
    await check_in(robin, note=NOTE)
    path = await first_entry(robin)
    for answer in (await sasha.get(path), await sasha.send(path, {"mood": "good"}), await sasha.send(f"{path}/delete")):
        assert answer.status == 404
        assert "canary" not in await answer.text()
    for page in ("/mood", "/mood/list", "/mood/calendar", "/mood/year", "/mood/insights"):
        assert "canary" not in await sasha.page(page)
    assert await rows(site, "mood_entries") == 1


async def test_no_word_of_it_stands_in_an_address_a_title_or_a_cookie(site: Site) -> None:
    robin = await who_said_yes(site)
    answer = await robin.send("/mood/check-in", {"mood": "hopeless", "note": NOTE, "tags": "canary-tag"})
    cookie = "".join(one.value for one in answer.cookies.values())
    assert not re.search("canary|hopeless", answer.headers["Location"] + cookie)
    path = await first_entry(robin)
    for where in (path, "/mood", "/mood/list", "/mood/calendar", "/mood/year", "/mood/insights", "/mood/settings"):
        answer = await robin.get(where)
        page = await answer.text()
        assert answer.headers["Cache-Control"] == "no-store"
        assert re.findall(r"<title>(.*?)</title>", page.partition("</head>")[0]) == ["Check-ins · BotCafé"]
        linked = re.findall(r'(?:href|src|action)="([^"]*)"', page)
        assert [one for one in linked if re.search("canary|hopeless|Hopeless", one)] == []
    # The control: the page itself does hold the word.
    assert "canary" in await robin.page("/mood/list")


async def test_the_yes_is_taken_back_with_everything(site: Site) -> None:
    robin = await who_said_yes(site)
    await check_in(robin, note=NOTE)
    await robin.send("/mood/choices/moods", {"name": "Floaty", "emoji": "", "score": "4"})
    await robin.send("/mood/settings/reminders", {"at": "10:00", "weekdays": ["0", "6"]})
    assert (await robin.send("/mood/withdraw")).status == 422
    kept = ("mood_entries", "mood_settings", "mood_reminders", "person_keys")
    assert [await rows(site, name) for name in kept] == [1, 1, 1, 1]
    assert (await robin.send("/mood/withdraw", {"sure": "yes"})).status == 303
    assert [await rows(site, name) for name in kept] == [0, 0, 0, 0]
    assert "Yes, keep check-ins for me" in await robin.page("/mood")


async def test_a_form_with_more_than_its_fields_is_refused(site: Site) -> None:
    robin = await who_said_yes(site)
    assert (await robin.send("/mood/check-in", {"mood": "good", "user_id": "x"})).status == 422
    assert await rows(site, "mood_entries") == 0
