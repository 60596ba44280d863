"""/stats: what one used, for one's own eyes."""

from __future__ import annotations

from datetime import date, timedelta

from bot.services.wellbeing.usage import Seen
from bot.services.wellbeing.usage_days import Counts, Day, every_day, total
from bot.texts import Say
from cogs.wellbeing.stats import Period, bars, drawn
from tests.cogs.conftest import Town
from tests.cogs.test_cogs_characters import create, summon
from tests.cogs.test_cogs_lore import panel

WEDNESDAY = date(2026, 5, 6)


def seen(today: date = WEDNESDAY, *, known: int = 4, zone: str = "Europe/Madrid") -> Seen:
    """Robin's days: `known` of them up to today, with 10, 20, … minutes."""
    days = every_day(min(today - timedelta(days=today.weekday()), today.replace(day=1)), today)
    found = tuple(
        Day(day, Counts(minutes=10 * (number - len(days) + known + 1), messages=3, tokens=4000))
        if number >= len(days) - known
        else Day(day, None)
        for number, day in enumerate(days)
    )
    return Seen(
        time_zone=zone or "UTC",
        is_zone_set=bool(zone),
        today=today,
        known_from=found[-known].day if known else None,
        so_far=total(found[-1:]),
        week=total(one for one in found if one.day >= today - timedelta(days=today.weekday())),
        month=total(one for one in found if one.day.month == today.month),
        days=found,
    )


def shown(found: Seen, period: Period = Period.WEEK, site: str = "", language: str = "en") -> str:
    layout = drawn(found, period, site, Say(language))
    texts = [item.content for item in layout.walk_children() if hasattr(item, "content")]
    return "\n".join(texts + [str(item.url) for item in layout.walk_children() if getattr(item, "url", None)])


def test_a_week_is_told_day_by_day() -> None:
    text = shown(seen())
    assert "**Today** · 40 minutes, 3 messages, 4\u202f000 tokens" in text
    assert "**This week** · 90 minutes, 9 messages" in text
    assert "**This month** · 100 minutes, 12 messages" in text
    assert "Mon 4  ▇▇▇▇▇▇ 20\nTue 5  ▇▇▇▇▇▇▇▇▇ 30\nWed 6  ▇▇▇▇▇▇▇▇▇▇▇▇ 40" in text
    assert "Days are those of Europe/Madrid." in text
    assert "http" not in text


def test_a_month_is_told_week_by_week_and_what_is_unknown_is_no_zero() -> None:
    text = shown(seen(known=3), Period.MONTH, "https://cafe.example")
    assert "1 May  –\n4 May  ▇▇▇▇▇▇▇▇▇▇▇▇ 60" in text
    assert "https://cafe.example/usage" in text


def test_before_the_first_count_there_is_nothing_to_tell() -> None:
    text = shown(seen(known=0, zone=""))
    assert "Nothing was counted yet." in text
    assert "▇" not in text
    assert "/me edit" in text


def test_the_words_are_in_the_readers_language() -> None:
    assert "lun 4" in shown(seen(), language="es")


def test_bars_are_as_long_as_their_numbers() -> None:
    assert bars(["a", "bb"], [0, None]) == "a   0\nbb  –"
    assert bars(["a", "b"], [1, 1000]) == "a  ▇ 1\nb  ▇▇▇▇▇▇▇▇▇▇▇▇ 1000"
    assert bars([], []) == ""


async def test_each_sees_their_own_and_nobody_else_does(town: Town) -> None:
    await create(town, town.robin)
    await summon(town, town.robin)
    for period in (None, "month"):
        asked = await town.robin.slash(town.channel, "stats", **({} if period is None else {"period": period}))
        text = str(panel(asked))
        assert "1 conversation begun, 1 character made" in text
        assert all(one.ephemeral for one in asked.followups)
    other = await town.owner.slash(town.channel, "stats")
    assert "Nothing was counted yet." in str(panel(other))
