"""The two yeses of check-ins in Discord: to keep them, and to send them back through Discord; and the time zone."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import discord

from bot.services.cafe import Cafe
from bot.services.wellbeing.consent import HEADING, IN_DISCORD, KEEP_DAYS, VERSION, WORDS, MoodOptions, SaidIn
from bot.texts import Say
from bot.transport.views import MendableModal
from cogs.asking import Asked, caller_of, say_for
from cogs.panels import line, panel, row, words
from cogs.wellbeing.mood_parts import (
    CONSENT,
    Asker,
    MoodButton,
    NotYet,
    begin,
    draw,
    gone,
    link,
    number_in,
    on_button,
    zone_button,
)

_YES = discord.ButtonStyle.success


@asynccontextmanager
async def at_diary(interaction: Asked, cafe: Cafe, *, to_add: bool = False) -> AsyncGenerator[Asker]:
    """Work in the name of who asks. Raises `NotYet` where they keep no check-ins.

    `to_add`: also where they said yes to other words than today's, and are to be asked again.
    """
    async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
        options = await cafe.moods.options(work, user_id)
        if options is None or (to_add and not options.is_current):
            raise NotYet
        yield Asker(work, user_id, options)


async def answered(interaction: Asked, cafe: Cafe, doing: Coroutine[Any, Any, None]) -> None:
    """Do what a command asks, or show what a yes means where there is none."""
    try:
        await interaction.response.defer(ephemeral=True, thinking=True)
        await doing
    except NotYet:
        await ask_first(interaction, cafe, "")
    finally:
        doing.close()


def consent_panel(cafe: Cafe, say: Say) -> discord.ui.LayoutView:
    """Everything a person should know before they say yes."""
    told = "\n".join(f"- {say(one, days=KEEP_DAYS)}" for one in WORDS)
    buttons: list[discord.ui.Item[Any]] = [MoodButton(f"yes:{VERSION}", say("Yes, keep check-ins for me"), _YES)]
    return panel(words(f"## {say(HEADING)}"), words(told), row(*buttons, *link(cafe, say)))


@on_button(CONSENT)
async def ask_first(interaction: Asked, cafe: Cafe, rest: str) -> None:
    """Show the words instead of what was asked for."""
    await begin(interaction)
    await draw(interaction, consent_panel(cafe, say_for(interaction)))


def second_yes(cafe: Cafe, options: MoodOptions, told: str, say: Say) -> discord.ui.LayoutView:
    """What is said without the second yes, and how to say it."""
    buttons: list[discord.ui.Item[Any]] = [
        MoodButton("here:1", say("Yes, show them to me here")),
        *zone_button(options, say),
    ]
    return panel(words(told), line(), words(say(IN_DISCORD)), row(*link(cafe, say), *buttons))


@on_button("yes")
async def say_yes(interaction: Asked, cafe: Cafe, rest: str) -> None:
    """Keep check-ins from now on, and begin one."""
    from cogs.wellbeing.mood_checkin import show_checkin

    version = number_in(rest, 1, 1_000_000)
    await begin(interaction)
    async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
        await cafe.moods.opt_in(work, user_id, version=version, said_in=SaidIn.DISCORD)
    await show_checkin(interaction, cafe, None)


@on_button("here")
async def allow_here(interaction: Asked, cafe: Cafe, rest: str) -> None:
    """Say the second yes, or take it back."""
    if rest not in ("0", "1"):
        raise gone()
    await begin(interaction)
    async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
        await cafe.moods.set_in_discord(work, user_id, rest == "1")
    say = say_for(interaction)
    if rest == "1":
        told = say("From now on /mood history and /mood insights show your check-ins here, to you alone.")
        await draw(interaction, panel(words(told), row(MoodButton("here:0", say("No, not here any more")))))
    else:
        await draw(interaction, panel(words(say("Nothing of your check-ins is sent through Discord any more."))))


class ZoneForm(MendableModal):
    """Asks for a time zone."""

    def __init__(self, cafe: Cafe, say: Say) -> None:
        super().__init__(title=say("Your time zone")[:45])
        self._cafe = cafe
        self.zone = discord.ui.TextInput[Any](custom_id="time_zone", placeholder=say("Such as Europe/Madrid")[:100])
        self.add_item(discord.ui.Label(text=say("Time zone"), component=self.zone))

    async def on_submit(self, interaction: discord.Interaction[Any], /) -> None:
        """Keep it, and plan reminders by it."""
        async with self._cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            options = await self._cafe.moods.set_time_zone(work, user_id, self.zone.value)
            await self._cafe.reminders.replan(work, user_id)
        say = say_for(interaction)
        told = say("Your time zone is {zone} now. Check-ins you have keep the one they had.", zone=options.time_zone)
        await interaction.response.send_message(told, ephemeral=True, allowed_mentions=discord.AllowedMentions.none())


@on_button("zone")
async def ask_zone(interaction: Asked, cafe: Cafe, rest: str) -> None:
    """Open the form."""
    await interaction.response.send_modal(ZoneForm(cafe, say_for(interaction)))
