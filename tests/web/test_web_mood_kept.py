"""How check-ins are kept on the web: days, yeses, quiet hours, zone, reminders; moods and activities of one's own."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import text

from bot.services.wellbeing import consent, moods_options
from bot.services.wellbeing.choices import MoodChoices
from bot.services.wellbeing.consent import MoodOptions
from bot.services.wellbeing.reminders import Reminder
from tests.web.conftest import Site, Visitor
from tests.web.test_web_mood import check_in, first_entry, rows, who_said_yes
from tests.web.test_web_mood_list import felt, keeps
from web.routes import mood

HOSTILE = "<script>alert(1)</script>{x}%s"


async def options(site: Site, robin: Visitor) -> MoodOptions:
    assert robin.user_id is not None
    async with site.desk.at_work(robin.user_id) as work:
        found = await site.desk.moods.options(work, robin.user_id)
    assert found is not None
    return found


async def choices(site: Site, robin: Visitor) -> MoodChoices:
    assert robin.user_id is not None
    async with site.desk.at_work(robin.user_id) as work:
        return await site.desk.moods.choices(work, robin.user_id)


async def reminders(site: Site, robin: Visitor) -> tuple[Reminder, ...]:
    assert robin.user_id is not None
    async with site.desk.at_work(robin.user_id) as work:
        return await site.desk.reminders.all(work, robin.user_id)


# ---------------------------------------------------------------------------------------------------- settings


async def test_shorter_asks_first_how_many_would_go(site: Site) -> None:
    robin = await who_said_yes(site)
    await keeps(site, robin, felt(0), felt(30), felt(60))
    answer = await robin.send("/mood/settings/keep", {"keep_days": "20"})
    assert "2 check-ins are older than that and would be deleted at once." in await answer.text()
    assert (await rows(site, "mood_entries"), (await options(site, robin)).keep_days) == (3, 90)
    assert (await robin.send("/mood/settings/keep", {"keep_days": "20", "sure": "yes"})).status == 303
    assert (await rows(site, "mood_entries"), (await options(site, robin)).keep_days) == (1, 20)
    assert (await robin.send("/mood/settings/keep", {"keep_days": ""})).status == 303
    assert (await options(site, robin)).keep_days is None


async def test_days_that_are_none_are_refused_beside_the_field(site: Site) -> None:
    robin = await who_said_yes(site)
    for days in ("0", "-5", "1000000000", "a week", "9" * 40):
        answer = await robin.send("/mood/settings/keep", {"keep_days": days})
        page = await answer.text()
        assert answer.status == 422
        assert 'id="keep_days-trouble"' in page
        assert f'value="{days}"' in page
    assert (await options(site, robin)).keep_days == 90


async def test_the_further_yeses_are_each_their_own(site: Site) -> None:
    robin = await who_said_yes(site)
    page = await robin.page("/mood/settings")
    assert not re.search(r'name="in_(discord|prompts)" value="on" checked', page)
    for ticked in ({"in_discord": "on"}, {"in_prompts": "on"}, {"in_discord": "on", "in_prompts": "on"}, {}):
        assert (await robin.send("/mood/settings/told", ticked)).status == 303
        found = await options(site, robin)
        assert (found.in_discord, found.in_prompts) == ("in_discord" in ticked, "in_prompts" in ticked)


async def test_quiet_hours_go_over_midnight_and_are_whole(site: Site) -> None:
    robin = await who_said_yes(site)
    assert (await robin.send("/mood/settings/quiet", {"quiet_from": "22:30", "quiet_to": "07:00"})).status == 303
    found = await options(site, robin)
    assert (found.quiet_from, found.quiet_to) == (22 * 60 + 30, 7 * 60)
    assert 'value="22:30"' in await robin.page("/mood/settings")
    for begins, ends in (("25:00", "26:00"), ("22:00", ""), ("", "07:00"), ("8:00", "8:00")):
        answer = await robin.send("/mood/settings/quiet", {"quiet_from": begins, "quiet_to": ends})
        assert answer.status == 422, (begins, ends)
        assert "field-trouble" in await answer.text()
    assert (await options(site, robin)).quiet_from == 22 * 60 + 30
    await robin.send("/mood/settings/quiet", {"quiet_from": "", "quiet_to": ""})
    assert (await options(site, robin)).quiet_from is None


async def test_a_zone_of_mars_is_refused_and_a_real_one_moves_the_day(site: Site) -> None:
    robin = await who_said_yes(site)
    assert "everything is in UTC" in await robin.page("/mood/settings")
    assert "Your time zone is not known" in await robin.page("/mood")
    answer = await robin.send("/mood/settings/zone", {"time_zone": "Mars/Base"})
    page = await answer.text()
    assert answer.status == 422
    assert 'id="time_zone-trouble"' in page
    assert 'value="Mars/Base"' in page
    assert '<option value="Europe/Madrid">' in page
    assert (await robin.send("/mood/settings/zone", {"time_zone": "Pacific/Kiritimati"})).status == 303
    assert (await options(site, robin)).time_zone == "Pacific/Kiritimati"
    await check_in(robin)
    page = await robin.page("/mood")
    assert "Times are those of Pacific/Kiritimati" in page
    assert f'max="{site.clock.now().date().isoformat()}"' not in page or site.clock.now().hour < 10


async def test_words_that_were_written_anew_are_asked_for_again(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    robin = await who_said_yes(site)
    assert "Yes to these words" not in await robin.page("/mood/settings")
    async with site.owner.begin() as connection:
        await connection.execute(text("UPDATE mood_settings SET keep_days = 33"))
    with monkeypatch.context() as patched:
        for module in (consent, moods_options, mood):
            patched.setattr(module, "VERSION", consent.VERSION + 1)
        assert "written anew" in await robin.page("/mood")
        answer = await robin.send("/mood/check-in", {"mood": "good", "note": "typed"})
        assert answer.status == 403
        assert "typed" in await answer.text()
        assert "Yes to these words" in await robin.page("/mood/settings")
        assert (await robin.send("/mood/begin", {"consent": str(mood.VERSION)})).status == 303
        assert "written anew" not in await robin.page("/mood")
    assert (await options(site, robin)).keep_days == 33


# ---------------------------------------------------------------------------------------------------- reminders


async def test_reminders_are_set_shown_and_removed(site: Site) -> None:
    robin = await who_said_yes(site)
    assert (await robin.send("/mood/settings/reminders", {"at": "20:30", "weekdays": ["0", "6"]})).status == 303
    one = (await reminders(site, robin))[0]
    assert (one.at_minute, one.weekdays) == (20 * 60 + 30, 0b1000001)
    page = await robin.page("/mood/settings")
    assert "20:30" in page
    assert "Monday, Sunday" in page
    for at, days in (("25:00", ["0"]), ("21:00", ["0"]), ("09:00", []), ("09:00", ["9"]), ("", ["1"])):
        answer = await robin.send("/mood/settings/reminders", {"at": at, "weekdays": days})
        assert answer.status in (403, 422), (at, days)
        assert "field-trouble" in await answer.text()
    assert len(await reminders(site, robin)) == 1
    assert (await robin.send(f"/mood/reminders/{one.id}/remove")).status == 303
    assert await reminders(site, robin) == ()
    assert (await robin.send(f"/mood/reminders/{one.id}/remove")).status == 404


async def test_after_a_refused_message_it_is_said_and_switched_on_again(site: Site) -> None:
    robin, sasha = await who_said_yes(site), await who_said_yes(site, 901)
    await robin.send("/mood/settings/reminders", {"at": "20:30", "weekdays": ["0"]})
    one = (await reminders(site, robin))[0]
    async with site.owner.begin() as connection:
        await connection.execute(text("UPDATE mood_reminders SET refused_at = now()"))
    assert "Discord did not let it through" in await robin.page("/mood/settings")
    assert (await sasha.send(f"/mood/reminders/{one.id}/again")).status == 404
    assert (await reminders(site, robin))[0].refused_at is not None
    assert (await robin.send(f"/mood/reminders/{one.id}/again")).status == 303
    assert (await reminders(site, robin))[0].refused_at is None


# ---------------------------------------------------------------------------------------------------- choices


async def test_a_mood_of_ones_own_is_offered_changed_and_removed(site: Site) -> None:
    robin = await who_said_yes(site)
    assert (await robin.send("/mood/choices/moods", {"name": HOSTILE, "emoji": "🛸", "score": "4"})).status == 303
    mine = (await choices(site, robin)).own_moods[0]
    assert (mine.name, mine.emoji, mine.score) == (HOSTILE, "🛸", 4)
    page = await robin.page("/mood")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;{x}%s" in page
    await check_in(robin, mood=mine.id)
    await robin.send("/mood/choices/moods", {"id": mine.id, "name": "Floaty", "emoji": "", "score": "5"})
    assert (await choices(site, robin)).own_moods[0].name == "Floaty"
    assert "&lt;script&gt;" in await robin.page("/mood/list"), "what was kept says what it said"
    assert (await robin.send("/mood/choices/remove", {"id": mine.id})).status == 303
    page = await robin.page(await first_entry(robin))
    assert f'value="{mine.id}" required checked' in page, "an old one keeps it"
    assert mine.id not in await robin.page("/mood")
    assert (await robin.send("/mood/choices/remove", {"id": mine.id})).status == 404


async def test_a_mood_that_cannot_be_is_refused_with_what_was_typed(site: Site) -> None:
    robin = await who_said_yes(site)
    for name, emoji, score in (
        ("", "", "3"), ("Happy", "", "3"), ("x" * 200, "", "3"), ("Odd", "", "11"), ("Odd", "", "0"), ("Odd", "", ""),
        ("a|b", "", "3"), ("Odd", "<b>", "3"),
    ):  # fmt: skip
        answer = await robin.send("/mood/choices/moods", {"name": name, "emoji": emoji, "score": score})
        page = await answer.text()
        assert answer.status == 422, (name, emoji, score)
        assert 'id="refusal"' in page
        assert 'class="choice-row has-trouble"' in page
    assert (await choices(site, robin)).own_moods == ()


async def test_of_two_tabs_one_removed_the_other_is_told(site: Site) -> None:
    robin = await who_said_yes(site)
    await robin.send("/mood/choices/activities", {"name": "Boats", "emoji": "", "group": "Water"})
    mine = (await choices(site, robin)).own_activities[0]
    await robin.send("/mood/choices/remove", {"id": mine.id})
    answer = await robin.send("/mood/choices/activities", {"id": mine.id, "name": "Ships", "emoji": "", "group": ""})
    assert answer.status == 409
    assert "There is no such mood or activity any more" in await answer.text()


async def test_what_is_unticked_is_offered_no_more(site: Site) -> None:
    robin = await who_said_yes(site)
    every = await choices(site, robin)
    keep = [one.id for one in (*every.moods, *every.activities) if one.id not in ("sad", "music")]
    assert (await robin.send("/mood/choices/offered", {"offered": keep})).status == 303
    page = await robin.page("/mood")
    assert 'value="sad"' not in page
    assert 'value="Music"' not in page
    assert 'value="low"' in page
    assert (await robin.send("/mood/choices/offered", {"offered": [*keep, "sad", "music"]})).status == 303
    assert 'value="sad"' in await robin.page("/mood")
    await robin.send("/mood/choices/offered", {})
    offered = [one.id for one in (await choices(site, robin)).offered]
    assert offered == ["very_good", "good", "okay", "low", "very_low"], "the scale itself stays"


async def test_what_a_model_would_be_told_stands_there_word_for_word(site: Site) -> None:
    robin = await who_said_yes(site)
    assert "Nothing: there is no check-in of the last two days." in await robin.page("/mood/settings")
    await check_in(robin, mood="sad", note=HOSTILE)
    page = await robin.page("/mood/settings")
    assert "Sad (2 of 5, low)." in page
    assert "They wrote: “&lt;script&gt;alert(1)&lt;/script&gt;{x}%s”" in page
