"""/limits show: what holds, what is left of it, what comes tomorrow, and by which rule minutes are counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import discord

from bot.services.cafe import Cafe
from bot.services.talk.places import PlaceRules
from bot.services.wellbeing.floor_words import floor_lines
from bot.services.wellbeing.limit_rules_words import (
    EVENTS,
    LABELS,
    RULE,
    RULE_VALUES,
    WHY_TOMORROW,
    differences,
    set_ones,
    value,
)
from bot.services.wellbeing.limit_words import discord_time
from bot.services.wellbeing.limits import Changed, Event, SaidIn, Standing
from bot.services.wellbeing.spending import Spending
from bot.services.wellbeing.trigger_rules import Trigger, described
from bot.texts import Say
from bot.transport.surroundings import place_asked
from cogs.asking import Asked, caller_of, plain, say_for
from cogs.panels import line, panel, row, short, words
from cogs.wellbeing.limits_parts import LimitsButton, begin, draw, on
from cogs.wellbeing.limits_said import in_time, rest_line, spent_lines, unknown_zone, used_line

_SHOWN_ABOVE = frozenset({"daily_minutes", "weekly_minutes", "daily_tokens", "monthly_tokens"})
"""Settings that stand with their bars, not in the list below them."""
_UNTOLD_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Seen:
    """All that is shown."""

    standing: Standing
    spending: Spending
    triggers: tuple[Trigger, ...]
    floors: tuple[str, ...]
    site: str
    is_charged: bool = True


async def show_limits(interaction: Asked, cafe: Cafe, told: str = "") -> None:
    """Show everything to a deferred interaction, `told` first. What was not told before counts as told then."""
    say = say_for(interaction)
    async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
        standing = await cafe.limiting.own.standing(work, user_id)
        spending = await cafe.limiting.spendings.get(work)
        triggers = await cafe.limiting.triggers.all(work, user_id) if standing.untold else ()
        await cafe.limiting.own.told(work, user_id, [one.id for one in standing.untold])
        rules, used = _rules(interaction, cafe), None
        if rules.minutes_a_day is not None and interaction.guild_id is not None:
            zone = rules.time_zone or "UTC"
            used = await cafe.limiting.minutes_here(work, user_id, interaction.guild_id, zone)
    floors = tuple(floor_lines(rules, say, used))
    seen = Seen(standing, spending, triggers, floors, cafe.site(), cafe.money.wallets.is_charged)
    await draw(interaction, drawn(seen, say, told))


@on("show")
async def again(interaction: Asked, cafe: Cafe, rest: str) -> None:
    """The button back to it."""
    await begin(interaction)
    await show_limits(interaction, cafe)


@on("resume")
async def resume(interaction: Asked, cafe: Cafe, rest: str) -> None:
    """End the pause: tomorrow."""
    await begin(interaction)
    async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
        changed = await cafe.limiting.own.resume(work, user_id, SaidIn.DISCORD)
    await show_limits(interaction, cafe, _resumed(changed, say_for(interaction)))


@on("keep")
async def keep(interaction: Asked, cafe: Cafe, rest: str) -> None:
    """What waits for tomorrow is not wanted any more."""
    await begin(interaction)
    async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
        await cafe.limiting.own.take_back(work, user_id, SaidIn.DISCORD)
    await show_limits(interaction, cafe, say_for(interaction)("It stays as it is. Nothing changes tomorrow."))


def drawn(seen: Seen, say: Say, told: str = "") -> discord.ui.LayoutView:
    """The panel. Pure."""
    standing = seen.standing
    items: list[discord.ui.Item[Any]] = [words(f"### {say('Your limits')}")]
    if told:
        items.append(words(told))
    if standing.rest is not None:
        items.append(words(rest_line(standing.rest, say)))
    if standing.untold:
        items += [words(_untold(standing.untold, seen.triggers, say)), line()]
    items.append(words("\n".join(_used(seen, say))))
    rest = [name for name in set_ones(standing.held) if name not in _SHOWN_ABOVE]
    if rest:
        items.append(words("\n".join(f"**{say(LABELS[name])}:** {value(name, standing.held, say)}" for name in rest)))
    if not set_ones(standing.held):
        items.append(words(say("You set no limits. /limits daily 45 is one, /limits night 23:00-07:00 another.")))
    if standing.pending is not None and standing.pending_from is not None:
        items += [line(), words(_pending(standing, say))]
    if seen.floors:
        told_here = "\n".join(seen.floors)
        items += [line(), words(f"**{say('In this server, for everybody')}**\n{told_here}")]
    items += [line(), words("\n".join(f"-# {one}" for one in _small_print(standing, say)))]
    return panel(*items, row(*_buttons(seen, say)))


def _used(seen: Seen, say: Say) -> list[str]:
    standing, held = seen.standing, seen.standing.held
    lines = [
        used_line(standing.minutes_today, held.daily_minutes, in_time(standing.day_ends_at), True, say),
        used_line(standing.minutes_week, held.weekly_minutes, in_time(standing.week_ends_at), False, say),
    ]
    if standing.sitting > 1:
        lines.append(
            say.plural("{n} minute here without a break", "{n} minutes here without a break", standing.sitting)
        )
    if held.daily_tokens is not None or held.monthly_tokens is not None:
        lines += spent_lines(seen.spending, say, is_charged=seen.is_charged)
    return lines


def _untold(events: tuple[Event, ...], triggers: tuple[Trigger, ...], say: Say) -> str:
    known = {one.id: one for one in triggers}
    lines = [f"**{say('Since you last looked')}**"]
    for one in events[:_UNTOLD_SHOWN]:
        trigger = None if one.trigger_id is None else known.get(one.trigger_id)
        what = say(EVENTS[one.kind]) if trigger is None else described(trigger.wish, say)
        lines.append(f"<t:{int(one.happened_at.timestamp())}:f> {what}")
        if trigger is not None and trigger.words:
            lines.append(f"> {plain(short(trigger.words))}")
    if len(events) > _UNTOLD_SHOWN:
        lines.append(say("and {n} more", n=len(events) - _UNTOLD_SHOWN))
    return "\n".join(lines)


def _pending(standing: Standing, say: Say) -> str:
    assert standing.pending is not None
    assert standing.pending_from is not None
    when = f"<t:{int(standing.pending_from.timestamp())}:f>"
    lines = [f"**{say('From {when} on', when=when)}**"]
    lines += [f"{one.label}: {one.before} → {one.after}" for one in differences(standing.held, standing.pending, say)]
    return "\n".join((*lines, f"-# {say(WHY_TOMORROW)}"))


def _small_print(standing: Standing, say: Say) -> list[str]:
    lines = [say(RULE, **RULE_VALUES)]
    if standing.is_zone_chosen:
        lines.append(say("Your days are counted in {zone}, weeks from Monday.", zone=standing.zone))
    else:
        lines.append(unknown_zone(say))
    return lines


def _buttons(seen: Seen, say: Say) -> list[discord.ui.Item[Any]]:
    standing = seen.standing
    buttons: list[discord.ui.Item[Any]] = []
    pending = standing.pending
    if standing.held.is_paused and (pending is None or pending.is_paused):
        buttons.append(LimitsButton("resume", say("End the pause tomorrow")))
    if pending is not None:
        buttons.append(LimitsButton("keep", say("Leave it as it is now")))
    buttons += [LimitsButton("habits", say("Habits")), LimitsButton("triggers", say("What I am told of"))]
    buttons.append(LimitsButton("history", say("History")))
    if seen.site and len(buttons) < _ROW:
        buttons.append(discord.ui.Button[Any](label=say("On the web"), url=f"{seen.site}/limits"))
    return buttons[:_ROW]


_ROW = 5
"""Discord's bound for the buttons of a row (Component Reference)."""


def _resumed(changed: Changed, say: Say) -> str:
    if changed.pending is None or changed.pending_from is None:
        return say("There is no pause to end.")
    return say("The pause ends {when}. Until then characters rest for you.", when=discord_time(changed.pending_from))


def _rules(interaction: Asked, cafe: Cafe) -> PlaceRules:
    return cafe.places.rules(place_asked(interaction))
