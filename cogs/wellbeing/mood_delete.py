"""/mood delete: one check-in, some days, all of them, or everything with the yes itself. Asked once, then gone."""

from __future__ import annotations

from datetime import date
from typing import Any

import discord

from bot.errors import InvalidInput
from bot.services.cafe import Cafe
from bot.texts import N_, Say
from cogs.asking import Asked, say_for
from cogs.panels import panel, row, words
from cogs.wellbeing.mood_consent import at_diary
from cogs.wellbeing.mood_parts import (
    MoodButton,
    MoodSelect,
    begin,
    draw,
    gone,
    id_in,
    link,
    on_button,
    on_menu,
    option,
    time_of,
)
from cogs.wellbeing.mood_words import mood_named

_DANGER = discord.ButtonStyle.danger
_NEWEST = 24


async def delete_menu(interaction: Asked, cafe: Cafe) -> None:
    """Everything that can be deleted. The interaction is deferred."""
    say = say_for(interaction)
    async with at_diary(interaction, cafe) as asker:
        page = await cafe.moods.page(asker.work, asker.user_id, limit=_NEWEST)
    items: list[discord.ui.Item[Any]] = [words(f"## {say('Delete check-ins')}")]
    if page.entries:
        is_shown = asker.options.in_discord
        options = [
            option(f"{one.local:%Y-%m-%d %H:%M}" + (f" · {mood_named(one, say)}" if is_shown else ""), f"one:{one.id}")
            for one in page.entries
        ]
        items.append(row(MoodSelect.of("drop", say("One of the newest"), options)))
    else:
        items.append(words(say("There is none now.")))
    items.append(
        row(
            MoodButton("drop:all", say("Every check-in…"), is_disabled=not page.entries),
            MoodButton("drop:off", say("Everything, and switch check-ins off…"), _DANGER),
            *link(cafe, say),
        )
    )
    items.append(words("-# " + say("For some days use the options “first-day” and “last-day” of /mood delete.")))
    await draw(interaction, panel(*items))


def checked_days(first: date | None, last: date | None) -> tuple[date, date]:
    """A span of days, one of which may be left out. Raises `InvalidInput`."""
    begins, ends = first or last, last or first
    if begins is None or ends is None or begins > ends:
        raise InvalidInput("days_turned_around", N_("The first day lies after the last one. Turn them around."))
    return begins, ends


async def ask_days(interaction: Asked, cafe: Cafe, first: date, last: date) -> None:
    """Ask about the check-ins of some days. The interaction is deferred."""
    say = say_for(interaction)
    async with at_diary(interaction, cafe) as asker:
        n = len(await cafe.moods.between(asker.work, asker.user_id, first, last))
    span = say("{first} to {last}", first=first.isoformat(), last=last.isoformat())
    asked = say.plural("Delete {n} check-in of {span}?", "Delete {n} check-ins of {span}?", n, span=span)
    await draw(interaction, _question(asked, f"days:{first.isoformat()}:{last.isoformat()}", say))


@on_menu("drop")
async def ask_chosen(interaction: Asked, cafe: Cafe, rest: str, chosen: list[str]) -> None:
    """Ask about the one that was chosen."""
    await ask(interaction, cafe, chosen[0])


@on_button("drop")
async def ask(interaction: Asked, cafe: Cafe, rest: str) -> None:
    """Ask once."""
    await begin(interaction)
    say = say_for(interaction)
    what, _, which = rest.partition(":")
    async with at_diary(interaction, cafe) as asker:
        match what:
            case "one":
                entry = await cafe.moods.one(asker.work, asker.user_id, id_in(which))
                asked = say("Delete the check-in of {when}?", when=time_of(entry.felt_at))
            case "all":
                n = await cafe.moods.count(asker.work, asker.user_id)
                asked = say.plural(
                    "Delete {n} check-in? Your moods, activities and reminders stay.",
                    "Delete all {n} check-ins? Your moods, activities and reminders stay.",
                    n,
                )
            case "off":
                n = await cafe.moods.count(asker.work, asker.user_id)
                asked = say.plural(
                    "Delete {n} check-in, your own moods and activities and your reminders, and keep no more?",
                    "Delete {n} check-ins, your own moods and activities and your reminders, and keep no more?",
                    n,
                )
            case _:
                raise gone()
    await draw(interaction, _question(asked, rest, say))


@on_button("dropped")
async def delete(interaction: Asked, cafe: Cafe, rest: str) -> None:
    """Do it."""
    await begin(interaction)
    say = say_for(interaction)
    what, _, which = rest.partition(":")
    async with at_diary(interaction, cafe) as asker:
        work, user_id = asker.work, asker.user_id
        match what:
            case "one":
                await cafe.moods.remove(work, user_id, id_in(which))
                n = 1
            case "days":
                n = await cafe.moods.remove_between(work, user_id, *_days_in(which))
            case "all":
                n = await cafe.moods.remove_all(work, user_id)
            case "off":
                n = await cafe.moods.withdraw(work, user_id)
            case _:
                raise gone()
    told = say.plural("{n} check-in is deleted.", "{n} check-ins are deleted.", n)
    if what == "off":
        told = f"{told} {say('Nothing more is kept; /mood checkin begins anew.')}"
    await draw(interaction, panel(words(told)))


@on_button("kept")
async def keep(interaction: Asked, cafe: Cafe, rest: str) -> None:
    """Leave it."""
    await begin(interaction)
    await draw(interaction, panel(words(say_for(interaction)("Nothing was deleted."))))


def _question(asked: str, what: str, say: Say) -> discord.ui.LayoutView:
    warning = say("This cannot be undone.")
    yes, no = MoodButton(f"dropped:{what}", say("Delete"), _DANGER), MoodButton("kept", say("Keep"))
    return panel(words(f"{asked}\n-# {warning}"), row(yes, no))


def _days_in(text: str) -> tuple[date, date]:
    try:
        first, last = (date.fromisoformat(one) for one in text.split(":"))
    except ValueError:
        raise gone() from None
    return first, last
