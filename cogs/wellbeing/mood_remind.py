"""/mood remind: when a person wants to be asked how they are, and when it is to be quiet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import discord

from bot.errors import InvalidInput
from bot.services.cafe import Cafe
from bot.services.wellbeing.pictures_words import weekday_named
from bot.services.wellbeing.reminders import Reminder
from bot.services.wellbeing.reminders_when import (
    EVERY_DAY,
    WEEKEND,
    WORKDAYS,
    Quiet,
    minute_shown,
    minute_typed,
)
from bot.texts import N_, Say
from bot.transport.views import MendableModal
from cogs.asking import Asked, say_for
from cogs.panels import line, panel, row, within_a_second, words
from cogs.wellbeing.mood_consent import at_diary
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
    time_of,
    zone_button,
    zone_note,
)

Changes = Callable[[Asker], Any]
"""What is done before the panel is drawn."""


async def show_reminders(interaction: Asked, cafe: Cafe, change: Changes | None = None, said: str = "") -> None:
    """Every reminder, after a change where there is one. The interaction is deferred."""
    say = say_for(interaction)
    async with at_diary(interaction, cafe) as asker:
        if change is not None:
            await change(asker)
            options = await cafe.moods.options(asker.work, asker.user_id) or asker.options
            asker = Asker(asker.work, asker.user_id, options)
        every = await cafe.reminders.all(asker.work, asker.user_id)
    await draw(interaction, _panel(cafe, asker, every, say, said))


async def add_reminder(interaction: Asked, cafe: Cafe, at: str, weekdays: int) -> None:
    """Ask at a time of day. The interaction is deferred. Raises `InvalidInput`, `LimitReached`."""
    minute = minute_typed(at)

    async def add(asker: Asker) -> None:
        await cafe.reminders.add(asker.work, asker.user_id, minute, weekdays)

    await show_reminders(interaction, cafe, add, say_for(interaction)("Saved."))


def _panel(cafe: Cafe, asker: Asker, every: Sequence[Reminder], say: Say, said: str) -> discord.ui.LayoutView:
    items: list[discord.ui.Item[Any]] = [words(f"{said}\n## {say('Reminders')}".strip())]
    told = say("A direct message that says no more than that you asked for it, with a button to check in.")
    pace = say("At most one in 4 hours; none in your quiet hours, nor in the nights and pauses of your limits.")
    items.append(words(f"{told}\n-# {pace}"))
    refused = next((one.refused_at for one in every if one.refused_at), None)
    if refused is not None:
        sentence = say(
            "Discord let no direct message through to you ({when}), so none are sent any more. Allow them in the "
            "privacy settings of a server we share, then switch them on again.",
            when=time_of(refused),
        )
        items += [line(), words(f"**{sentence}**")]
    items += [line(), words(_listed(asker, every, say, is_refused=refused is not None))]
    if every:
        options = [
            option(f"{minute_shown(one.at_minute)} · {days_told(one.weekdays, say)}", str(one.id)) for one in every
        ]
        items.append(row(MoodSelect.of("unremind", say("Take one away"), options)))
    buttons: list[discord.ui.Item[Any]] = [MoodButton("remind", say("Add a time…"), discord.ButtonStyle.primary)]
    buttons.append(MoodButton("quiet", say("Quiet hours…")))
    if refused is not None:
        buttons.append(MoodButton("again", say("Switch on again"), discord.ButtonStyle.success))
    buttons += [*zone_button(asker.options, say), *link(cafe, say, "/mood/settings")]
    items += [row(*buttons), words(zone_note(asker.options, say))]
    return panel(*items)


def _listed(asker: Asker, every: Sequence[Reminder], say: Say, *, is_refused: bool) -> str:
    quiet = _quiet_of(asker)
    lines: list[str] = []
    for one in every:
        text = f"**{minute_shown(one.at_minute)}** · {days_told(one.weekdays, say)}"
        if quiet is not None and quiet.holds(one.at_minute):
            text += f" · {say('in your quiet hours, so it is not sent')}"
        elif not is_refused:
            text += f" · {say('next: {when}', when=time_of(one.next_at))}"
        lines.append(text)
    if not lines:
        lines.append(say("There is none yet."))
    if quiet is not None:
        spoken = say("Quiet from {begins} to {ends}.", begins=minute_shown(quiet.begins), ends=minute_shown(quiet.ends))
        lines.append(f"-# {spoken}")
    return "\n".join(lines)


def _quiet_of(asker: Asker) -> Quiet | None:
    begins, ends = asker.options.quiet_from, asker.options.quiet_to
    return None if begins is None or ends is None else Quiet(begins, ends)


def days_told(weekdays: int, say: Say) -> str:
    """Which weekdays, in words."""
    match weekdays:
        case _ if weekdays == EVERY_DAY:
            return say("every day")
        case _ if weekdays == WORKDAYS:
            return say("Monday to Friday")
        case _ if weekdays == WEEKEND:
            return say("Saturday and Sunday")
        case _:
            return ", ".join(weekday_named(day, say) for day in range(7) if weekdays >> day & 1)


class ReminderForm(MendableModal):
    """A time of day and weekdays."""

    def __init__(self, cafe: Cafe, say: Say) -> None:
        super().__init__(title=say("Remind me")[:45])
        self._cafe = cafe
        self.at = discord.ui.TextInput[Any](custom_id="at", placeholder=say("Such as 20:30")[:100], max_length=20)
        self.add_item(discord.ui.Label(text=say("Time of day")[:45], component=self.at))
        days = [option(weekday_named(day, say), str(day), chosen=True) for day in range(7)]
        self.days = discord.ui.Select[Any](custom_id="weekdays", options=days, min_values=1, max_values=7)
        self.add_item(discord.ui.Label(text=say("Weekdays")[:45], component=self.days))

    async def on_submit(self, interaction: discord.Interaction[Any], /) -> None:
        """Keep it, or say what is wrong."""
        minute_typed(self.at.value)
        weekdays = sum(1 << int(day) for day in self.days.values if day in "0123456")
        await begin(interaction)
        await add_reminder(interaction, self._cafe, self.at.value, weekdays)


class QuietForm(MendableModal):
    """Hours in which nothing is sent."""

    def __init__(self, cafe: Cafe, say: Say, quiet: Quiet | None) -> None:
        super().__init__(title=say("Quiet hours")[:45])
        self._cafe = cafe
        self.begins = self._field(
            "quiet_from", say("From"), say("Such as 22:00; empty: never quiet"), quiet and quiet.begins
        )
        self.ends = self._field("quiet_to", say("To"), say("Such as 08:00"), quiet and quiet.ends)

    def _field(self, name: str, label: str, hint: str, minute: int | None) -> discord.ui.TextInput[Any]:
        field = discord.ui.TextInput[Any](
            custom_id=name,
            placeholder=hint[:100],
            default=None if minute is None else minute_shown(minute),
            required=False,
            max_length=20,
        )
        self.add_item(discord.ui.Label(text=label[:45], component=field))
        return field

    async def on_submit(self, interaction: discord.Interaction[Any], /) -> None:
        """Keep them, or say what is wrong."""
        begins, ends = (self._minute(one) for one in (self.begins, self.ends))
        if (begins is None) != (ends is None):
            raise InvalidInput("quiet_half", N_("Quiet hours need a begin and an end; leave both empty for none."))
        await begin(interaction)

        async def change(asker: Asker) -> None:
            await self._cafe.moods.set_quiet_hours(asker.work, asker.user_id, begins, ends)

        await show_reminders(interaction, self._cafe, change, say_for(interaction)("Saved."))

    def _minute(self, field: discord.ui.TextInput[Any]) -> int | None:
        return minute_typed(field.value, field.custom_id) if field.value.strip() else None


@on_button("remind")
async def open_reminder(interaction: Asked, cafe: Cafe, rest: str) -> None:
    """Open the form."""
    await interaction.response.send_modal(ReminderForm(cafe, say_for(interaction)))


@on_button("quiet")
async def open_quiet(interaction: Asked, cafe: Cafe, rest: str) -> None:
    """Open the form."""

    async def read() -> Quiet | None:
        async with at_diary(interaction, cafe) as asker:
            return _quiet_of(asker)

    await interaction.response.send_modal(QuietForm(cafe, say_for(interaction), await within_a_second(read())))


@on_button("again")
async def switch_on(interaction: Asked, cafe: Cafe, rest: str) -> None:
    """Write again to who took no direct messages."""
    await begin(interaction)

    async def change(asker: Asker) -> None:
        await cafe.reminders.again(asker.work, asker.user_id)

    await show_reminders(interaction, cafe, change, say_for(interaction)("They are on again."))


@on_menu("unremind")
async def take_away(interaction: Asked, cafe: Cafe, rest: str, chosen: list[str]) -> None:
    """Ask at that time no more."""
    wanted = id_in(chosen[0])
    await begin(interaction)

    async def change(asker: Asker) -> None:
        await cafe.reminders.remove(asker.work, asker.user_id, wanted)

    await show_reminders(interaction, cafe, change, say_for(interaction)("It is gone."))
