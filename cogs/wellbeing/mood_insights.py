"""/mood insights: pictures of what was checked in; without the second yes only how many there are."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import discord

from bot.services.cafe import Cafe
from bot.services.wellbeing.insights import MINUTES_LEAST, Insights, insights
from bot.services.wellbeing.pictures_words import (
    ACTIVITIES_DRAWN,
    BESIDE,
    TITLES,
    PictureKind,
    activity_told,
    alt,
    as_number,
    day_long,
    minutes_told,
    weekday_named,
)
from bot.texts import Say
from cogs.asking import Asked, plain, say_for
from cogs.panels import NO_PINGS, panel, row, short, words
from cogs.wellbeing.mood_consent import at_diary, second_yes
from cogs.wellbeing.mood_history import counted
from cogs.wellbeing.mood_parts import (
    Asker,
    MoodButton,
    MoodSelect,
    begin,
    draw,
    gone,
    link,
    number_in,
    on_menu,
    option,
    zone_note,
)

SPANS = (30, 90, 365)
USUAL = 30
_NAME = "check-ins.png"


async def show_insights(interaction: Asked, cafe: Cafe, kind: PictureKind, days: int) -> None:
    """A picture and what it says in words. The interaction is deferred."""
    say = say_for(interaction)
    async with at_diary(interaction, cafe) as asker:
        if not asker.options.in_discord:
            layout = second_yes(cafe, asker.options, await counted(cafe, asker, say), say)
            await draw(interaction, layout)
            return
        found = await _read(cafe, asker, days)
    drawn = await asyncio.to_thread(_drawing)
    png = await drawn(kind, found, say)
    await _show(interaction, _panel(cafe, asker, found, kind, days, say, has_picture=png is not None), png)


async def _read(cafe: Cafe, asker: Asker, days: int) -> Insights:
    last = await cafe.moods.today(asker.work, asker.user_id)
    first = last - timedelta(days=days - 1)
    entries = await cafe.moods.between(asker.work, asker.user_id, first, last)
    minutes = await cafe.usage.minutes_per_day(asker.work, asker.user_id, first, last)
    return await asyncio.to_thread(insights, entries, first=first, last=last, minutes=minutes)


async def _show(interaction: Asked, layout: discord.ui.LayoutView, png: bytes | None) -> None:
    files = [] if png is None else [discord.File(io.BytesIO(png), _NAME)]
    message = interaction.message
    if message is not None and message.flags.components_v2:
        await interaction.edit_original_response(view=layout, attachments=files, allowed_mentions=NO_PINGS)
    else:
        await interaction.followup.send(view=layout, files=files, ephemeral=True, allowed_mentions=NO_PINGS)


def _panel(
    cafe: Cafe, asker: Asker, found: Insights, kind: PictureKind, days: int, say: Say, *, has_picture: bool
) -> discord.ui.LayoutView:
    items: list[discord.ui.Item[Any]] = [words(f"## {say(TITLES[kind])}\n-# {_span(found, say)}")]
    if has_picture:
        gallery = discord.ui.MediaGallery[Any]()
        gallery.add_item(media=f"attachment://{_NAME}", description=alt(kind, found, say))
        items.append(gallery)
    items.append(words(_told(found, kind, say)))
    kinds = [option(say(title), f"{one.value}:{days}", chosen=one is kind) for one, title in TITLES.items()]
    spans = [option(say("The last {n} days", n=n), f"{kind.value}:{n}", chosen=n == days) for n in SPANS]
    items += [
        row(MoodSelect.of("show", say("Which picture"), kinds)),
        row(MoodSelect.of("span", say("Which days"), spans)),
        row(MoodButton("here:0", say("Not here any more")), *link(cafe, say, "/mood/insights")),
        words(zone_note(asker.options, say)),
    ]
    return panel(*items)


def _span(found: Insights, say: Say) -> str:
    n = say.plural("{n} check-in", "{n} check-ins", found.n)
    return say("{n}, {first} to {last}", n=n, first=day_long(found.first, say), last=day_long(found.last, say))


def _told(found: Insights, kind: PictureKind, say: Say) -> str:
    """What the picture says, and what it cannot say."""
    if not found.days:
        return say("There is no check-in in these days.")
    match kind:
        case PictureKind.ACTIVITIES:
            return _activities(found, say)
        case PictureKind.MINUTES:
            return _minutes(found, say)
        case _:
            return _days(found, say)


def _activities(found: Insights, say: Say) -> str:
    if not found.activities:
        return say("No check-in of these days names an activity.")
    shown = found.activities[:ACTIVITIES_DRAWN]
    lines = [
        f"{number}. {plain(activity_told(one, say))}" + (f" · {say('too few to go by')}" if one.is_few else "")
        for number, one in enumerate(shown, 1)
    ]
    return short("\n".join([*lines, f"-# {say(BESIDE)}"]), 2500)


def _minutes(found: Insights, say: Say) -> str:
    if found.beside_minutes is None:
        return say(
            "For this, at least {n} days need both a check-in and known minutes. There are not as many yet.",
            n=MINUTES_LEAST,
        )
    return f"{minutes_told(found.beside_minutes, say)}\n-# {say(BESIDE)}"


def _days(found: Insights, say: Say) -> str:
    lines: list[str] = []
    if found.median is not None:
        lines.append(say("Median: {median} of 5.", median=as_number(found.median)))
    if found.best_weekday is not None and found.worst_weekday is not None:
        lines.append(
            say(
                "Highest on {best}, lowest on {worst}.",
                best=weekday_named(found.best_weekday, say),
                worst=weekday_named(found.worst_weekday, say),
            )
        )
    if found.moods:
        often = [f"{emoji} {plain(say.template(name))} ({n})".strip() for name, emoji, n in found.moods[:5]]
        lines.append(say("Most often: {moods}", moods=", ".join(often)))
    return "\n".join(lines)


@on_menu("show")
async def choose_picture(interaction: Asked, cafe: Cafe, rest: str, chosen: list[str]) -> None:
    """Another picture."""
    await _choose(interaction, cafe, chosen[0])


@on_menu("span")
async def choose_span(interaction: Asked, cafe: Cafe, rest: str, chosen: list[str]) -> None:
    """The same one of other days."""
    await _choose(interaction, cafe, chosen[0])


async def _choose(interaction: Asked, cafe: Cafe, value: str) -> None:
    kind, _, days = value.partition(":")
    if kind not in {one.value for one in PictureKind} or number_in(days, 1, 3650) not in SPANS:
        raise gone()
    await begin(interaction)
    await show_insights(interaction, cafe, PictureKind(kind), int(days))


def _drawing() -> Callable[[PictureKind, Insights, Say], Awaitable[bytes | None]]:
    # Loaded with the first picture: the gateway's process carries no pictures' library before.
    from bot.services.wellbeing.pictures import drawn

    return drawn
