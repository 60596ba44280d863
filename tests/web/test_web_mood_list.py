"""All check-ins on the web: found without a word in an address, paged, deleted by days; the calendar, the charts."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from sqlalchemy import text

from bot.services.wellbeing.entries import CheckInDraft
from bot.services.wellbeing.insights import insights
from bot.texts import Say
from db.models import MoodSource
from tests.web.conftest import Site, Visitor
from tests.web.test_web_mood import rows, who_said_yes
from web.routes.mood_days import bands_of
from web.routes.mood_grid import Felt, month_after, month_asked, month_before, month_table, year_asked, year_table

HIDDEN = re.compile(r'<input type="hidden" name="(search|step|from|to|after)" value="([^"]*)">')
TODAY = date(2026, 5, 4)


async def keeps(site: Site, robin: Visitor, *drafts: CheckInDraft) -> UUID:
    """Keep them as if they had come from Discord."""
    assert robin.user_id is not None
    async with site.desk.at_work(robin.user_id) as work:
        for number, draft in enumerate(drafts):
            await site.desk.moods.add(work, robin.user_id, draft, source=MoodSource.DISCORD, once=str(number))
    return robin.user_id


def felt(days_ago: int, mood: str = "good", **more: object) -> CheckInDraft:
    moment = datetime(2026, 5, 4, 9, 0, tzinfo=UTC) - timedelta(days=days_ago)
    return CheckInDraft(mood, felt_at=moment, **more)  # type: ignore[arg-type]


async def found(robin: Visitor, **fields: str) -> tuple[str, str]:
    """The page that a search answers with, and its address."""
    answer = await robin.send("/mood/list", fields)
    assert answer.status == 200
    return await answer.text(), str(answer.url)


async def test_words_are_found_and_stand_in_no_address(site: Site) -> None:
    robin = await who_said_yes(site)
    await keeps(
        site, robin, felt(1, "sad", note="rain all day"), felt(2, activities=("Music",)), felt(3, tags=("Médico",))
    )
    for words, count in (("RAIN day", 1), ("music", 1), ("medico", 1), ("sad", 1), ("rain music", 0), ("%_\\", 0)):
        page, where = await found(robin, search=words)
        assert page.count('class="edit"') == count, words
        assert where.endswith("/mood/list")
    page, _ = await found(robin, step="4")
    assert page.count('class="edit"') == 2
    page, _ = await found(robin, **{"from": "2026-05-02", "to": "2026-05-02"})
    assert page.count('class="edit"') == 1
    assert "Nothing of yours is like that" in (await found(robin, search="<script>alert(1)</script>"))[0]


async def test_searching_in_another_language_finds_its_words(site: Site) -> None:
    robin = await who_said_yes(site)
    await keeps(site, robin, felt(1, "sad"))
    page = await robin.client.post(
        "/mood/list",
        data={"form_token": await robin.token(), "search": Say("es")("Sad")},
        headers={"Origin": robin.origin, "Accept-Language": "es"},
    )
    assert (await page.text()).count('class="edit"') == 1


async def test_paging_by_form_shows_each_once(site: Site) -> None:
    robin = await who_said_yes(site)
    await keeps(site, robin, *(felt(day, note=f"numbered {day:02}.") for day in range(60)))
    page, seen = (await found(robin, search="numbered"))[0], list[str]()
    for _ in range(3):
        seen += re.findall(r"numbered \d\d\.", page)
        fields = dict(HIDDEN.findall(page.rpartition("Next page")[0].rpartition("<form")[2]))
        if "after" in fields:
            assert fields["search"] == "numbered"
            page = (await found(robin, **fields))[0]
    assert seen == [f"numbered {day:02}." for day in range(60)]


async def test_what_cannot_be_looked_for_is_said_or_left_out(site: Site) -> None:
    robin = await who_said_yes(site)
    for fields in ({"step": "11"}, {"from": "tomorrow"}, {"after": "nonsense"}, {"mood": "x"}):
        answer = await robin.send("/mood/list", fields)
        assert answer.status == (200 if "after" in fields else 422)
    assert (await robin.get("/mood/list?from=x&to=%00&after=y")).status == 200


async def test_days_are_deleted_after_a_second_press(site: Site) -> None:
    robin = await who_said_yes(site)
    await keeps(site, robin, *(felt(day) for day in range(5)))
    days = {"first": "2026-05-02", "last": "2026-05-03"}
    answer = await robin.send("/mood/delete", days)
    assert "From 2 May 2026 to 3 May 2026: 2 check-ins." in await answer.text()
    assert await rows(site, "mood_entries") == 5
    assert (await robin.send("/mood/delete", {**days, "sure": "yes"})).status == 303
    assert "2 check-ins are deleted." in await robin.page("/mood/list")
    assert await rows(site, "mood_entries") == 3
    for wrong in ({"first": "2026-05-02"}, {"first": "2026-05-03", "last": "2026-05-02"}, {"first": "x", "last": "y"}):
        assert (await robin.send("/mood/delete", {**wrong, "sure": "yes"})).status == 422
    answer = await robin.send("/mood/delete", {"first": "2001-01-01", "last": "2001-01-02"})
    assert answer.status == 303
    assert await rows(site, "mood_entries") == 3


async def test_all_are_deleted_and_the_yes_stays(site: Site) -> None:
    robin, sasha = await who_said_yes(site), await who_said_yes(site, 901)
    await keeps(site, robin, felt(0), felt(1))
    await keeps(site, sasha, felt(0))
    assert "All there are: 2 check-ins." in await (await robin.send("/mood/delete", {"all": "yes"})).text()
    await robin.send("/mood/delete", {"all": "yes", "sure": "yes"})
    assert (await rows(site, "mood_entries"), await rows(site, "mood_settings")) == (1, 2)


# ---------------------------------------------------------------------------------------------------- the calendar


async def test_a_month_has_words_signs_and_ways_on(site: Site) -> None:
    robin = await who_said_yes(site)
    await keeps(site, robin, felt(1, "very_low"), felt(1, "low"), felt(2, "happy"))
    page = await robin.page("/mood/calendar")
    cell = re.search(r'<td class="is-felt step-2[^"]*">(.*?)</td>', page, re.DOTALL)
    assert cell is not None
    assert "low" in cell[1]
    assert "2 check-ins" in cell[1]
    assert 'href="/mood/list?from=2026-05-03&amp;to=2026-05-03"' in cell[1]
    assert 'href="/mood?day=2026-05-01"' in page
    assert 'href="/mood?day=2026-05-05"' not in page, "tomorrow cannot be felt yet"
    assert 'href="/mood/calendar?month=2026-04"' in page
    assert "month=2026-06" not in page
    assert page.count("<tr>") == 6
    assert 'value="2026-05-01"' in await robin.page("/mood?day=2026-05-01")


async def test_a_month_that_is_none_is_this_one(site: Site) -> None:
    robin = await who_said_yes(site)
    for month in ("2026-13", "1800-01", "9999-12", "<script>", "2026-05-04", "٢٠٢٦-٠٥"):
        assert "May 2026" in await robin.page(f"/mood/calendar?month={month}")
    assert (await robin.get("/mood/calendar?month=1900-01")).status == 200
    assert (await robin.get("/mood/year?year=1900")).status == 200
    assert (await robin.get("/mood?day=0000-00-00")).status == 200


async def test_a_year_shows_each_day_as_number_and_word(site: Site) -> None:
    robin = await who_said_yes(site)
    await keeps(site, robin, felt(0, "happy"), felt(40, "low"))
    page = await robin.page("/mood/year")
    assert "2 days of this year have a check-in." in page
    assert re.search(r'<td class="is-felt step-5"><a [^>]*>5<span class="unseen"> very good</span>', page)


def test_grids() -> None:
    days = {date(2024, 2, 29): Felt(3.5, 2), date(2024, 3, 1): Felt(2.5, 2)}
    month = month_table(date(2024, 2, 1), days, date(2024, 2, 10))
    cells = [one for week in month for one in week]
    assert [one.day.weekday() for one in month[0]] == list(range(7))
    assert sum(one.is_inside for one in cells) == 29
    assert {one.day: one.score for one in cells if one.score} == {date(2024, 2, 29): 3}, "only its own days"
    assert sum(one.is_today for one in cells) == 1
    year = year_table(2023, {}, date(2024, 2, 10))
    assert sum(one is not None for _, row in year for one in row) == 365
    assert [Felt(value, 1).score for value in (1, 1.5, 2.5, 3, 3.5, 4.5, 5)] == [1, 2, 3, 3, 3, 4, 5]
    assert month_before(date(1900, 1, 1)) is None
    assert month_after(date(2025, 12, 1)) == date(2026, 1, 1)
    assert month_asked("2099-01", TODAY) == date(2026, 5, 1)
    assert year_asked("20260", TODAY) == 2026


# ---------------------------------------------------------------------------------------------------- charts


async def test_charts_have_their_numbers_beside_them(site: Site) -> None:
    robin = await who_said_yes(site)
    moods = ("very_low", "low", "okay", "good", "very_good")
    names = ("Music", "<script>alert(1)</script>"[:25])
    drafts = [felt(day, moods[day % 5], activities=names[: 1 + (day % 9 == 0)]) for day in range(20)]
    user_id = await keeps(site, robin, *drafts)
    async with site.owner.begin() as connection:
        for day in range(15):
            await connection.execute(
                text("INSERT INTO daily_usage (user_id, day, minutes) VALUES (:who, :day, :n)"),
                {"who": user_id, "day": TODAY - timedelta(days=day), "n": day * 10},
            )
    page = await robin.page("/mood/insights?days=30")
    assert "20" in page
    assert page.count("<svg") == 2
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/s" in page
    assert "fewer than 5: says little" in page
    assert "Beside, not because" in page
    assert 'class="line' in page
    assert '<th scope="row">2026-05-04</th>' in page
    for days in ("7", "999999", "-1", "x"):
        assert '<strong aria-current="true">90 days' in await robin.page(f"/mood/insights?days={days}")


async def test_a_gap_in_the_days_is_a_gap_in_the_line(site: Site) -> None:
    robin = await who_said_yes(site)
    await keeps(site, robin, *(felt(day) for day in (*range(4), *range(18, 28))))
    page = await robin.page("/mood/insights?days=30")
    assert len(re.findall(r'<path d="[^"]*" class="line reactive', page)) == 2, "and the days' own medians are dots"
    assert re.search(r'<th scope="row">2026-04-25</th><td class="number">–</td><td class="number">–</td>', page)


async def test_where_little_is_known_little_is_said(site: Site) -> None:
    robin = await who_said_yes(site)
    assert "There is no check-in in these days." in await robin.page("/mood/insights")
    await keeps(site, robin, felt(0))
    page = await robin.page("/mood/insights")
    assert "at least 10 are needed" in page
    assert "names anything you did" in page


def test_bands_hold_every_day_once() -> None:
    read = insights((), first=TODAY, last=TODAY)
    assert bands_of(read.beside_minutes, Say("en")) == []
