"""The page of what one used: its days, its table and its file, unknown beside zero, and deleting."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from tests.web.conftest import Site, Visitor


async def put(site: Site, who: UUID | None, *days: tuple[date, int]) -> None:
    async with site.owner.begin() as connection:
        for day, n in days:
            await connection.execute(
                text(
                    "INSERT INTO daily_usage (user_id, day, minutes, messages, tokens, lore_entries)"
                    " VALUES (:who, :day, CAST(:n AS int), CAST(:n AS int) * 2, CAST(:n AS int) * 1000, 1)"
                ),
                {"who": who, "day": day, "n": n},
            )


def today(site: Site) -> date:
    return site.clock.now().date()


def cells(page: str) -> list[list[str]]:
    """The table of the days, without its head."""
    table = page.split('id="table-title"')[1].split("</table>")[0].split("<tbody>")[1]
    return [
        [re.sub(r"<[^>]*>", "", one) for one in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)]
        for row in table.split("</tr>")[:-1]
    ]


@pytest.fixture
async def robin(site: Site) -> Visitor:
    visitor = await site.sign_in(number=910)
    await put(site, visitor.user_id, (today(site) - timedelta(days=3), 40), (today(site), 7))
    return visitor


async def test_the_days_are_ones_own_unknown_where_they_are_and_zero_where_they_are(site: Site, robin: Visitor) -> None:
    sasha = await site.sign_in(number=911)
    await put(site, sasha.user_id, (today(site), 999))
    page = await robin.page("/usage?days=7")
    rows = cells(page)
    assert [row[1] for row in rows] == ["7", "0", "0", "40", *["–unknown"] * 3], "the newest first"
    assert rows[0][1:] == ["7", "14", "0", "7,000", "0", "1"]
    assert "<dd>47</dd>" in page
    assert "Before 1 May 2026 nothing was counted" in page
    assert ">999<" not in page
    assert page.count('<figure class="plot"') == 4
    assert "days are those of UTC" in page


async def test_a_year_is_drawn_in_months_and_a_quarter_in_weeks(site: Site, robin: Visitor) -> None:
    await put(site, robin.user_id, (today(site) - timedelta(days=60), 5))
    year, quarter = cells(await robin.page("/usage?days=365")), cells(await robin.page("/usage?days=90"))
    assert len(year) == 13
    assert (year[0][:2], year[-1][1]) == (["May 2026", "47"], "–unknown"), "the clock stands at the fourth of May"
    assert len(quarter) in {13, 14}
    assert sum(int(row[1]) for row in quarter if row[1] != "–unknown") == 52


async def test_the_file_has_a_row_a_day_and_leaves_empty_what_is_unknown(site: Site, robin: Visitor) -> None:
    since = today(site) - timedelta(days=4)
    answer = await robin.get(f"/usage.csv?since={since}&until={today(site)}")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    head, *rows = csv.reader(io.StringIO((await answer.read()).decode("utf-8-sig")))
    assert head == ["Day", "Minutes", "Messages", "Conversations", "Tokens", "Characters", "Lore entries"]
    assert [row[0] for row in rows] == [str(since + timedelta(days=n)) for n in range(5)]
    assert [row[1] for row in rows] == ["", "40", "0", "0", "7"]


NO_SPANS = {
    "since=yesterday": "is no day. Write it as",
    "since=2026-02-30": "is no day. Write it as",
    "since=0001-01-01": "more than the 366 days",
    "until=0001-01-01&since=9999-12-31": "The first day lies after the last one",
    "since=9999-12-31": "The first day lies after the last one",
}


async def test_what_is_no_span_is_refused_with_what_was_typed(robin: Visitor) -> None:
    for query, said in NO_SPANS.items():
        page = await robin.page(f"/usage?{query}", 422)
        assert said in page
        typed = dict(one.split("=") for one in query.split("&"))
        for name, value in typed.items():
            assert re.search(rf'name="{name}"[^>]*value="{value}"', page)
        assert "<dd>47</dd>" in page, "the usual days are shown"
    assert "Of none of these days anything is known." in await robin.page("/usage?until=0001-01-01")


async def test_a_span_is_taken_as_far_as_today(site: Site, robin: Visitor) -> None:
    page = await robin.page(f"/usage?since={today(site)}&until=9999-12-31")
    assert len(cells(page)) == 1
    assert f'value="{today(site)}"' in page


async def test_deleting_takes_all_of_it_after_asking(site: Site, robin: Visitor) -> None:
    assert "It cannot be had back." in await robin.page("/usage")
    answer = await robin.send("/usage/delete")
    assert (answer.status, answer.headers["Location"]) == (303, "/usage")
    page = await robin.page("/usage")
    assert "Everything that was counted is deleted." in page
    assert "Nothing was counted yet." in page
    assert 'class="stats"' not in page


async def test_deleting_says_what_stays_and_until_when(site: Site, robin: Visitor) -> None:
    now = site.clock.now()
    async with site.owner.begin() as connection:
        await connection.execute(
            text(
                "INSERT INTO usage_minutes (user_id, hour, mask)"
                " VALUES (:who, date_trunc('hour', CAST(:now AS timestamptz), 'UTC'), 1)"
            ),
            {"who": robin.user_id, "now": now},
        )
        await connection.execute(
            text(
                "INSERT INTO self_limits (id, user_id, rules, set_in, holds_from) VALUES (gen_random_uuid(), :who,"
                ' \'{"time_zone": "UTC", "daily_minutes": 60}\', \'web\', :since)'
            ),
            {"who": robin.user_id, "since": now - timedelta(days=1)},
        )
    await robin.send("/usage/delete")
    ends = datetime.combine(today(site) + timedelta(days=1), datetime.min.time())
    assert f"They go by themselves on {ends.day} May 2026, 00:00 UTC." in await robin.page("/usage")


async def test_nobody_else_opens_it(site: Site) -> None:
    answer = await (await site.visitor()).get("/usage")
    assert answer.status == 303
    assert answer.headers["Location"].startswith("/sign-in")
