"""/stats: what one used today, this week and this month, for who asks alone."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.services.cafe import Cafe
from bot.services.wellbeing.pictures_words import locale_of
from bot.services.wellbeing.usage import Seen
from bot.services.wellbeing.usage_days import Counts, Day, Step, month_of, stepped, week_of
from bot.texts import Say
from cogs.asking import Asked, caller_of, say_for
from cogs.panels import line, panel, row, show, words

_L = app_commands.locale_str
_BAR = 12
"""As wide as a phone shows beside a day and a number."""
PAGE = "/usage"


class Period(StrEnum):
    """What the bars tell of."""

    WEEK = "week"
    MONTH = "month"


class StatsCog(commands.Cog):
    """/stats."""

    def __init__(self, cafe: Cafe) -> None:
        self.cafe = cafe

    @app_commands.command(name=_L("stats"), description=_L("What you used: minutes, messages, tokens and more"))
    @app_commands.rename(period=_L("period"))
    @app_commands.describe(period=_L("What the bars tell of"))
    @app_commands.choices(
        period=[
            app_commands.Choice(name=_L("this week"), value=Period.WEEK.value),
            app_commands.Choice(name=_L("this month"), value=Period.MONTH.value),
        ]
    )
    async def stats(self, interaction: Asked, period: str = Period.WEEK.value) -> None:
        """Sums and bars."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        async with self.cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            seen = await self.cafe.usage.seen(work, user_id)
        await show(interaction, drawn(seen, Period(period), self.cafe.site(), say_for(interaction)))


def drawn(seen: Seen, period: Period, site: str, say: Say) -> discord.ui.LayoutView:
    """The panel. Pure. `site` is where the web app is reached, "" where that is not known."""
    items: list[discord.ui.Item[Any]] = [words(f"### {say('What you used')}")]
    if seen.known_from is None:
        items.append(words(say("Nothing was counted yet. It begins with the next thing you say to a character.")))
    else:
        items += [words("\n".join(_sums(seen, say))), line(), words(_bars(seen, period, say))]
    items.append(words(f"-# {_small_print(seen, say)}"))
    if site:
        button = discord.ui.Button[Any](label=say("More, and as a file")[:80], url=f"{site}{PAGE}")
        items.append(row(button))
    return panel(*items)


def _sums(seen: Seen, say: Say) -> list[str]:
    known = ((say("Today"), seen.so_far), (say("This week"), seen.week), (say("This month"), seen.month))
    return [f"**{label}** · {_told(counts, say)}" for label, counts in known]


def _told(counts: Counts | None, say: Say) -> str:
    if counts is None:
        return say("not known")
    parts = [
        say.plural("{n} minute", "{n} minutes", counts.minutes, n=_grouped(counts.minutes)),
        say.plural("{n} message", "{n} messages", counts.messages, n=_grouped(counts.messages)),
        say.plural("{n} token", "{n} tokens", counts.tokens, n=_grouped(counts.tokens)),
    ]
    if counts.conversations:
        n = counts.conversations
        parts.append(say.plural("{n} conversation begun", "{n} conversations begun", n, n=_grouped(n)))
    if counts.characters:
        n = counts.characters
        parts.append(say.plural("{n} character made", "{n} characters made", n, n=_grouped(n)))
    if counts.lore_entries:
        n = counts.lore_entries
        parts.append(say.plural("{n} lore entry added", "{n} lore entries added", n, n=_grouped(n)))
    return ", ".join(parts)


def _bars(seen: Seen, period: Period, say: Say) -> str:
    """Minutes as bars: a day each for a week, a week each for a month."""
    if period is Period.WEEK:
        begins, title, pattern = week_of(seen.today), say("Minutes of this week, day by day"), "EEE d"
        days: Sequence[Day] = [one for one in seen.days if one.day >= begins]
    else:
        begins, title, pattern = month_of(seen.today), say("Minutes of this month, week by week"), "d MMM"
        days = stepped([one for one in seen.days if one.day >= begins], Step.WEEK)
    from babel.dates import format_date  # here: the gateway's process starts without it

    labels = [format_date(one.day, pattern, locale=locale_of(say)) for one in days]
    return f"{title}\n```\n{bars(labels, [_minutes(one) for one in days])}\n```"


def bars(labels: Sequence[str], values: Sequence[int | None]) -> str:
    """A line each: the label, a bar, the number; a dash where nobody knows. Pure."""
    wide, most = max(map(len, labels), default=0), max((value or 0 for value in values), default=0)
    lines: list[str] = []
    for label, value in zip(labels, values, strict=True):
        if value is None:
            lines.append(f"{label:<{wide}}  –")
        else:
            full = -(-value * _BAR // most) if most else 0
            lines.append(f"{label:<{wide}}  {'▇' * full}{' ' if full else ''}{value}")
    return "\n".join(lines)


def _minutes(one: Day) -> int | None:
    return None if one.counts is None else one.counts.minutes


def _small_print(seen: Seen, say: Say) -> str:
    if seen.is_zone_set:
        return say("Only you see this. Days are those of {zone}.", zone=seen.time_zone)
    return say("Only you see this. You chose no time zone, so days are those of UTC; /me edit changes that.")


def _grouped(number: int) -> str:
    """With thin spaces between its thousands: the same in every language (ISO 80000-1)."""
    return f"{number:,}".replace(",", "\u202f")
