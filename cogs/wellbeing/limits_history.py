"""/limits history: what somebody limited, and what came of it, page by page."""

from __future__ import annotations

from typing import Any

import discord

from bot.services.cafe import Cafe
from bot.services.wellbeing.history import Line, LinePage
from bot.services.wellbeing.limit_rules_words import EVENTS, differences
from bot.services.wellbeing.trigger_rules import Trigger, described
from bot.texts import Say
from cogs.asking import Asked, caller_of, say_for
from cogs.panels import panel, row, words
from cogs.wellbeing.limits_parts import LimitsButton, begin, draw, on


async def show_history(interaction: Asked, cafe: Cafe, after: str | None = None) -> None:
    """Show a page to a deferred interaction. Raises `InvalidInput` for a page that is none."""
    async with cafe.people.at_work(caller_of(interaction)) as (user_id, work):
        page = await cafe.limiting.history.page(work, user_id, after)
        triggers = await cafe.limiting.triggers.all(work, user_id)
    await draw(interaction, drawn(page, triggers, is_first=after is None, say=say_for(interaction)))


@on("history")
async def turn(interaction: Asked, cafe: Cafe, rest: str) -> None:
    """The button that turns the page."""
    await begin(interaction)
    await show_history(interaction, cafe, rest or None)


def drawn(page: LinePage, triggers: tuple[Trigger, ...], *, is_first: bool, say: Say) -> discord.ui.LayoutView:
    """One page. Pure."""
    lines = [told(one, triggers, say) for one in page.lines]
    none = say("Nothing yet. What you limit, and what comes of it, stands here.")
    buttons: list[discord.ui.Item[Any]] = [LimitsButton("show", say("All limits"))]
    if not is_first:
        buttons.append(LimitsButton("history", say("Newest")))
    if page.next is not None:
        buttons.append(LimitsButton("history", say("Older"), page.next))
    kept = "-# " + say("Kept for you alone: what came of limits for 90 days, what you set for a year.")
    title = words(f"### {say('What you limited, and what came of it')}")
    return panel(title, words("\n".join(lines) or none), words(kept), row(*buttons))


def told(one: Line, triggers: tuple[Trigger, ...], say: Say) -> str:
    """One line. Pure."""
    at = f"<t:{int(one.at.timestamp())}:f>"
    if one.event is not None:
        trigger = next((wanted for wanted in triggers if wanted.id == one.trigger_id), None)
        what = say(EVENTS[one.event]) if trigger is None else described(trigger.wish, say)
        until = "" if one.until is None else " · " + say("until {when}", when=f"<t:{int(one.until.timestamp())}:f>")
        return f"{at} {what}{until}"
    if one.rules is None or one.before is None:
        return at
    changed = " · ".join(f"**{each.label}:** {each.after}" for each in differences(one.before, one.rules, say))
    text = f"{at} {changed or say('set again as it was')}"
    if one.waited and one.holds_from is not None:
        text += " · " + say("from {when} on", when=f"<t:{int(one.holds_from.timestamp())}:f>")
    if one.replaced_at is not None:
        text += " · " + say("taken back before it began")
    return text
