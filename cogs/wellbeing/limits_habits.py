"""/limits habits: something good somebody means to do, and how they get on with it this week."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import discord

from bot.errors import InvalidInput
from bot.services.cafe import Cafe
from bot.services.wellbeing.habits import Habit
from bot.texts import N_, Say
from bot.transport.views import MendableModal
from cogs.asking import Asked, caller_of, plain, say_for
from cogs.panels import panel, row, words
from cogs.wellbeing.limits_parts import LimitsButton, LimitsSelect, begin, draw, id_in, on, option


async def show_habits(interaction: Asked, cafe: Cafe, told: str = "") -> None:
    """Show them to a deferred interaction, `told` first."""
    async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
        habits = await cafe.limiting.habits.all(work, user_id)
        newest = await cafe.moods.newest(work, user_id)
    felt_at = None if newest is None else newest.felt_at
    await draw(interaction, drawn(habits, felt_at, say_for(interaction), told))


async def add_habit(interaction: Asked, cafe: Cafe, name: str, times: int) -> None:
    """Add one, and show all. The interaction is deferred. Raises `UserError`."""
    async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
        added = await cafe.limiting.habits.add(work, user_id, name, times)
    say = say_for(interaction)
    await show_habits(interaction, cafe, say("**{name}** is one of your habits now.", name=plain(added.name)))


@on("habits")
async def again(interaction: Asked, cafe: Cafe, rest: str) -> None:
    """The button that leads here."""
    await begin(interaction)
    await show_habits(interaction, cafe)


@on("newhabit")
async def ask(interaction: Asked, cafe: Cafe, rest: str) -> None:
    """The form for a new one."""
    await interaction.response.send_modal(HabitForm(cafe, say_for(interaction)))


@on("done")
async def done(interaction: Asked, cafe: Cafe, rest: str) -> None:
    """It was kept today."""
    await begin(interaction)
    async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
        await cafe.limiting.habits.keep(work, user_id, id_in(rest))
    await show_habits(interaction, cafe)


@on("undone")
async def undone(interaction: Asked, cafe: Cafe, rest: str) -> None:
    """It was not, after all."""
    await begin(interaction)
    async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
        await cafe.limiting.habits.drop(work, user_id, id_in(rest))
    await show_habits(interaction, cafe)


@on("unhabit")
async def remove(interaction: Asked, cafe: Cafe, rest: str) -> None:
    """It is none any more."""
    await begin(interaction)
    async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
        gone = await cafe.limiting.habits.remove(work, user_id, id_in(rest))
    say = say_for(interaction)
    told = say("**{name}** and the days noted for it are forgotten.", name=plain(_name(gone, say)))
    await show_habits(interaction, cafe, told)


class HabitForm(MendableModal):
    """A new habit."""

    def __init__(self, cafe: Cafe, say: Say) -> None:
        super().__init__(title=say("Something good"))
        self._cafe = cafe
        self.name = discord.ui.TextInput[Any](
            custom_id="habit", placeholder=say("Such as a walk, or ten pages of a book"), max_length=4000
        )
        self.times = discord.ui.TextInput[Any](custom_id="times", default="3", max_length=10)
        self.add_item(discord.ui.Label(text=say("What"), component=self.name))
        self.add_item(discord.ui.Label(text=say("On how many days a week, 1 to 7"), component=self.times))

    async def on_submit(self, interaction: discord.Interaction[Any], /) -> None:
        """Keep it, or say what is wrong."""
        typed = self.times.value.strip()
        if not (typed.isascii() and typed.isdigit()):
            raise InvalidInput(
                "habit_times",
                N_("A habit is kept on 1 to 7 days a week; you wrote {value}. Nothing was added."),
                field="times",
                value=plain(typed),
            )
        await begin(interaction)
        await add_habit(interaction, self._cafe, self.name.value, int(typed))


def drawn(habits: tuple[Habit, ...], felt_at: datetime | None, say: Say, told: str = "") -> discord.ui.LayoutView:
    """The panel. Pure."""
    items: list[discord.ui.Item[Any]] = [words(f"### {say('Your habits')}")]
    if told:
        items.append(words(told))
    none = say("None yet. Something small is best: a walk three times a week, a page a day. /limits habits adds one.")
    items.append(words("\n".join(_line(one, say) for one in habits) or none))
    if felt_at is not None:
        items.append(words("-# " + say("Your last check-in: {when}", when=f"<t:{int(felt_at.timestamp())}:R>")))
    open_ones = [one for one in habits if not one.is_kept_today]
    kept_ones = [one for one in habits if one.is_kept_today]
    menus = (
        ("done", say("Done today…"), open_ones),
        ("undone", say("Not done today after all…"), kept_ones),
        ("unhabit", say("Remove…"), list(habits)),
    )
    for name, hint, which in menus:
        if which:
            items.append(row(LimitsSelect.of(name, hint, [option(_name(one, say), one.id) for one in which])))
    items.append(row(LimitsButton("newhabit", say("Add one")), LimitsButton("show", say("All limits"))))
    return panel(*items)


def _line(one: Habit, say: Say) -> str:
    told = "▰" * min(one.kept, one.times_a_week) + "▱" * max(one.times_a_week - one.kept, 0)
    values = {"name": plain(_name(one, say)), "kept": one.kept, "times": one.times_a_week}
    text = f"{told} " + say("**{name}:** {kept} of {times} this week", **values)
    if one.is_kept_today:
        text += " · " + say("today too")
    elif one.last_at is not None:
        text += " · " + say("last {when}", when=f"<t:{int(one.last_at.timestamp())}:R>")
    return text


def _name(one: Habit, say: Say) -> str:
    return one.name or say("a habit that cannot be read any more")
