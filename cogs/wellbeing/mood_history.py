"""/mood history: what was checked in, newest first; without the second yes only how many there are."""

from __future__ import annotations

from typing import Any

import discord

from bot.services.cafe import Cafe
from bot.services.tables import Mark
from bot.services.wellbeing.moods import EntryPage
from bot.texts import Say
from cogs.asking import Asked, say_for
from cogs.panels import line, panel, row, words
from cogs.wellbeing.mood_checkin import open_entry
from cogs.wellbeing.mood_consent import at_diary, second_yes
from cogs.wellbeing.mood_parts import (
    Asker,
    MoodButton,
    MoodSelect,
    begin,
    draw,
    id_in,
    link,
    on_button,
    on_menu,
    option,
    zone_note,
)
from cogs.wellbeing.mood_words import entry_line, mood_named

_PAGE = 8


async def show_history(interaction: Asked, cafe: Cafe, after: Mark | None = None) -> None:
    """A page of the list, or how many there are. The interaction is deferred."""
    say = say_for(interaction)
    async with at_diary(interaction, cafe) as asker:
        if asker.options.in_discord:
            page = await cafe.moods.page(asker.work, asker.user_id, after=after, limit=_PAGE)
            layout = _list(cafe, asker, page, say, is_first=after is None)
        else:
            layout = second_yes(cafe, asker.options, await counted(cafe, asker, say), say)
    await draw(interaction, layout)


async def counted(cafe: Cafe, asker: Asker, say: Say) -> str:
    """How many check-ins there are, which opens none of them."""
    n = await cafe.moods.count(asker.work, asker.user_id)
    today = await cafe.moods.count_on(asker.work, asker.user_id, await cafe.moods.today(asker.work, asker.user_id))
    told = say.plural("You have {n} check-in", "You have {n} check-ins", n)
    return f"## {told}\n{say('Of today: {n}.', n=today)}"


def _list(cafe: Cafe, asker: Asker, page: EntryPage, say: Say, *, is_first: bool) -> discord.ui.LayoutView:
    items: list[discord.ui.Item[Any]] = [words(f"## {say('Your check-ins')}")]
    if not page.entries:
        items.append(words(say("There is none yet. Begin with /mood checkin.")))
    items += [words(entry_line(one, say)) for one in page.entries]
    items.append(line())
    if page.entries:
        options = [option(f"{one.local:%Y-%m-%d %H:%M} · {mood_named(one, say)}", str(one.id)) for one in page.entries]
        items.append(row(MoodSelect.of("look", say("Open one"), options)))
    turns: list[discord.ui.Item[Any]] = []
    if page.after is not None:
        turns.append(MoodButton(f"older:{page.after[1]}:{page.after[0]}", say("Older")))
    if not is_first:
        turns.append(MoodButton("older", say("Newest")))
    turns += [MoodButton("here:0", say("Not here any more")), *link(cafe, say, "/mood/entries")]
    items += [row(*turns), words(zone_note(asker.options, say))]
    return panel(*items)


@on_button("older")
async def turn(interaction: Asked, cafe: Cafe, rest: str) -> None:
    """Another page. What is no mark begins at the newest."""
    await begin(interaction)
    row_id, _, moment = rest.partition(":")
    await show_history(interaction, cafe, (moment, id_in(row_id)) if rest else None)


@on_menu("look")
async def look(interaction: Asked, cafe: Cafe, rest: str, chosen: list[str]) -> None:
    """Open the one that was chosen."""
    wanted = id_in(chosen[0])
    await begin(interaction)
    await open_entry(interaction, cafe, wanted)
