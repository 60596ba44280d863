"""/limits triggers: what somebody wants to be told of, such as three late nights in a row."""

from __future__ import annotations

from typing import Any

import discord

from bot.errors import NotFound
from bot.services.cafe import Cafe
from bot.services.wellbeing.trigger_rules import Trigger, TriggerKind, checked, described
from bot.texts import Say
from cogs.asking import Asked, caller_of, plain, say_for
from cogs.panels import panel, row, short, words
from cogs.wellbeing.limits_parts import LimitsButton, LimitsSelect, begin, draw, gone, id_in, on, option


async def show_triggers(interaction: Asked, cafe: Cafe, told: str = "") -> None:
    """Show them to a deferred interaction, `told` first."""
    async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
        wanted = await cafe.limiting.triggers.all(work, user_id)
        keeps_moods = await cafe.moods.options(work, user_id) is not None
    await draw(interaction, drawn(wanted, say_for(interaction), told, keeps_moods=keeps_moods))


async def add_trigger(
    interaction: Asked,
    cafe: Cafe,
    kind: TriggerKind,
    times: int | None = None,
    minutes: int | None = None,
    typed: str = "",
) -> None:
    """Add one, and show all. The interaction is deferred. Raises `UserError`."""
    async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
        added = await cafe.limiting.triggers.add(work, user_id, kind, times=times, minutes=minutes, words=typed)
    say = say_for(interaction)
    await show_triggers(interaction, cafe, say("You will be told: {what}.", what=described(added.wish, say)))


@on("triggers")
async def again(interaction: Asked, cafe: Cafe, rest: str) -> None:
    """The button that leads here."""
    await begin(interaction)
    await show_triggers(interaction, cafe)


@on("tell")
async def tell(interaction: Asked, cafe: Cafe, rest: str) -> None:
    """Add one as it is usual. Raises `NotFound`."""
    if rest not in {one.value for one in TriggerKind}:
        raise gone()
    await begin(interaction)
    await add_trigger(interaction, cafe, TriggerKind(rest))


@on("untell")
async def untell(interaction: Asked, cafe: Cafe, rest: str) -> None:
    """Remove one; pressed twice, once."""
    await begin(interaction)
    say = say_for(interaction)
    try:
        async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
            removed = await cafe.limiting.triggers.remove(work, user_id, id_in(rest))
    except NotFound:
        await show_triggers(interaction, cafe)
        return
    await show_triggers(
        interaction, cafe, say("You will not be told any more: {what}.", what=described(removed.wish, say))
    )


def drawn(wanted: tuple[Trigger, ...], say: Say, told: str = "", *, keeps_moods: bool) -> discord.ui.LayoutView:
    """The panel. Pure."""
    items: list[discord.ui.Item[Any]] = [words(f"### {say('What you are told of')}")]
    if told:
        items.append(words(told))
    none = say("Nothing yet. Choose something below; /limits triggers takes numbers and words of your own.")
    items.append(words("\n".join(_line(one, say) for one in wanted) or none))
    how = say("You alone are told, once each time it comes true: by a direct message, or else in /limits show.")
    items.append(words(f"-# {how}"))
    kinds = [one for one in TriggerKind if keeps_moods or one is not TriggerKind.LOW_MOODS]
    offered = [option(described(checked(one, None, None), say), one.value) for one in kinds]
    items.append(row(LimitsSelect.of("tell", say("Tell me of…"), offered)))
    if wanted:
        options = [option(described(one.wish, say), one.id) for one in wanted]
        items.append(row(LimitsSelect.of("untell", say("Tell me no more of…"), options)))
    items.append(row(LimitsButton("show", say("All limits"))))
    return panel(*items)


def _line(one: Trigger, say: Say) -> str:
    text = f"- {described(one.wish, say)}"
    if one.last_at is not None:
        text += " · " + say("last {when}", when=f"<t:{int(one.last_at.timestamp())}:R>")
    if one.words:
        text += f"\n  “{plain(short(one.words))}”"
    return text
